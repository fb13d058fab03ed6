"""What the weights page shows of a file: names, the cut, text before and after, wrong tensors.

Nothing here changes a model: a wrong tensor goes into a second model that shares all others.
"""

import math
from typing import Literal, NamedTuple

import streamlit as st
import torch
from torch import Tensor, nn

from dashboard import cached, charts, chips, gpt2_download, palette
from dashboard.charts.fused import fused
from dashboard.charts.histograms import histograms
from dashboard.weights_source import BY_KEY, Opened
from llm_core.checkpoints import fill
from llm_core.config import GPTConfig
from llm_core.fast.decoding import FastDecoder
from llm_core.gpt import GPTModel
from llm_core.gpt2_weights import Mapped
from llm_core.loss import calc_loss_batch
from llm_core.random_state import RandomState
from llm_core.sampling import generate, likeliest, sampling_steps
from llm_core.transformer import LayerNorm

SEED = 123
SHOWN = 5
"""Next tokens that are listed."""

_SMALL = 20_000_000  # parameters; larger untrained models are not kept beside the loaded one

Fault = Literal["stays random", "is not transposed", "is all zeros"]

# Names --------------------------------------------------------------------------------------------

OUTSIDE = "outside the blocks"


def parts(config: GPTConfig) -> list[str]:
    """Where a tensor can lie."""
    return [OUTSIDE, *(f"block {i}" for i in range(config.n_layers))]


def of_part(rows: list[Mapped], part: str) -> list[Mapped]:
    """The rows of one block, or those of none."""
    if part == OUTSIDE:
        return [row for row in rows if not row.our_name.startswith("trf_blocks.")]
    block = part.removeprefix("block ")
    return [row for row in rows if row.our_name.startswith(f"trf_blocks.{block}.")]


def names_table(rows: list[Mapped]) -> str:
    """Theirs, what is done to it, ours, and whether the file has it: a Markdown table."""
    head = ("theirs", "shape", "what is done", "ours", "shape", "in the file")
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for row in rows:
        if row.status == "ok":
            status = ":green[:material/check: fits]"
        elif row.status == "missing":
            status = ":red[:material/close: missing]"
        else:
            status = f":red[:material/close: has {row.status}]"
        lines.append(
            f"| `{row.their_name}` | {_by(row.their_shape)} | {row.operation} "
            f"| `{row.our_name}` | {_by(row.our_shape)} | {status} |"
        )
    return "\n".join(lines)


def _by(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{n:,}" for n in shape)


# The cut ------------------------------------------------------------------------------------------

_ROWS, _COLUMNS = 24, 56  # of each part, enough to see single squares
_QKV = {"queries": palette.QUERY, "keys": palette.KEY, "values": palette.VALUE}


class Cut(NamedTuple):
    """The fused matrix of one block, and the three it becomes."""

    figure: str
    shapes: dict[str, tuple[int, ...]]
    """Of the file's matrix, (C, 3C), and of W_query, W_key and W_value, each (C, C)."""
    apart: float
    """Largest difference between the file's matrix and our three, joined again."""


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=BY_KEY)
def cut(opened: Opened, block: int) -> Cut:
    """Queries, keys and values of one block in the file's fused matrix."""
    fused_name = f"h.{block}.attn.c_attn.weight"
    theirs = opened.theirs(fused_name).float()  # (C, 3C)
    state = opened.model.state_dict()
    name = "trf_blocks.{}.att.{}.weight"
    ours = {w: state[name.format(block, w)] for w in ("W_query", "W_key", "W_value")}
    joined = torch.cat([weight.T for weight in ours.values()], dim=1)  # (C, 3C)
    pieces = theirs.chunk(3, dim=1)  # 3 times (C, C)
    figure = fused(
        {
            part: piece[:_ROWS, :_COLUMNS].abs().mul(1000).round().div(1000).tolist()
            for part, piece in zip(_QKV, pieces, strict=True)
        },
        starts=[i * opened.config.emb_dim for i in range(3)],
        colours=_QKV,
        row_title="channel that goes in",
        column_title="column of the fused matrix",
    )
    apart = (joined - theirs).abs().max().item()
    shapes = {name: tuple(tensor.shape) for name, tensor in ({fused_name: theirs} | ours).items()}
    return Cut(str(figure.to_json()), shapes, apart)


# Before, after, and with one tensor wrong ---------------------------------------------------------


class Proof(NamedTuple):
    """What a model makes of a prompt."""

    prompt: str
    written: str
    next_tokens: tuple[tuple[str, float], ...]
    """The likeliest ones with their probabilities."""
    loss: float | None
    """How surprised it is by the prompt itself, in nats per token; None for a single token."""


def proof(
    opened: Opened | cached.Loaded,
    model: GPTModel,
    prompt: str,
    temperature: float,
    draw: int,
    count: int,
) -> Proof:
    """What this model makes of a prompt; tokenizer and context are those of `opened`."""
    window = opened.config.context_length
    ids = opened.tokenizer.encode_ordinary(prompt)[-max(1, window - count) :]
    row = torch.tensor([ids])  # (1, T)
    stream = generate(
        model, row, min(count, window), window, temperature=temperature,
        generator=torch.Generator().manual_seed(draw), logits_of=FastDecoder(model),
    )  # fmt: skip
    decode = opened.tokenizer.decode
    with torch.no_grad():
        best = likeliest(sampling_steps(model(row)[0, -1]).probabilities, SHOWN)
        loss = (
            calc_loss_batch(row[:, :-1], row[:, 1:], model, "cpu").item() if len(ids) > 1 else None
        )
    return Proof(
        decode(ids),
        decode([token.token_id for token in stream]),
        tuple((decode([i]), p) for i, p in best),
        loss,
    )


@st.cache_data(show_spinner=False, max_entries=128, hash_funcs=BY_KEY)
def loaded(opened: Opened, prompt: str, temperature: float, draw: int, count: int) -> Proof:
    """With the file's weights."""
    return proof(opened, opened.model, prompt, temperature, draw, count)


@st.cache_data(show_spinner=False, max_entries=128, hash_funcs=BY_KEY)
def untrained(opened: Opened, prompt: str, temperature: float, draw: int, count: int) -> Proof:
    """The same model as it was born.

    Raises:
        ValueError: a second model of this size does not fit into the server's memory.
    """
    if opened.model.num_parameters() <= _SMALL:
        model = cached.untrained(opened.config, SEED)
    else:
        gpt2_download.check_room()
        with RandomState(SEED).borrowed():
            model = GPTModel(opened.config).eval()
    return proof(opened, model, prompt, temperature, draw, count)


@st.cache_data(show_spinner=False, max_entries=128, hash_funcs=BY_KEY)
def broken(
    opened: Opened, name: str, fault: Fault, prompt: str, temperature: float, draw: int, count: int
) -> Proof:
    """With one tensor wrong."""
    model = with_fault(opened, name, fault)
    return proof(opened, model, prompt, temperature, draw, count)


def blind(vocab_size: int) -> float:
    """The loss of a model that gives every token the same chance: ln V."""
    return math.log(vocab_size)


def evidence(before: Proof, after: Proof, vocab_size: int) -> str:
    """What proves, on this prompt, that the weights found their places; or that nothing does."""
    if before.loss is None or after.loss is None:
        return "Type two words or more, and the loss on your prompt can prove it."
    change = f"from {before.loss:.2f} to {after.loss:.2f}"
    if after.loss >= min(before.loss, blind(vocab_size)):
        return (
            f"The loss on your prompt goes {change}: no proof. Either this model learnt nothing "
            "about such text, or a tensor went astray."
        )
    return (
        f"The proof: the loss on your prompt falls {change}, and the text has the words and the "
        "manner of what the model was trained on. Whether it makes sense depends on the model."
    )


def with_fault(opened: Opened, name: str, fault: Fault) -> GPTModel:
    """A second model that shares every tensor with the first one but the wrong one."""
    weights = opened.model.state_dict()
    match fault:
        case "stays random":
            wrong = as_born(opened.model, name)
        case "is not transposed":
            wrong = weights[name].T.contiguous()
        case "is all zeros":
            wrong = torch.zeros_like(weights[name])
    return fill(GPTModel, opened.config, {**weights, name: wrong}, opened.title).eval()


def faults(row: Mapped) -> list[Fault]:
    """What can go wrong with a tensor unnoticed: its shape still fits."""
    square = len(row.our_shape) == 2 and row.our_shape[0] == row.our_shape[1]
    unnoticed: list[Fault] = ["is not transposed"] if square else []
    return ["stays random", *unnoticed, "is all zeros"]


def as_born(model: GPTModel, name: str) -> Tensor:
    """The numbers a tensor starts with in an untrained model."""
    place, _, kind = name.rpartition(".")
    owner = model.get_submodule(place)
    with RandomState(SEED).borrowed():
        match owner:
            case nn.Linear():
                newborn: nn.Module = nn.Linear(
                    owner.in_features, owner.out_features, bias=owner.bias is not None
                )
            case nn.Embedding():
                newborn = nn.Embedding(owner.num_embeddings, owner.embedding_dim)
            case LayerNorm():
                newborn = LayerNorm(owner.scale.numel())
            case _:
                raise ValueError(f"{name} is no tensor of a GPT; choose one of the list")
    return newborn.get_parameter(kind).detach()


@st.cache_data(show_spinner=False, max_entries=128)
def next_tokens(proofs: dict[str, Proof]) -> str:
    """Bars of the likeliest next tokens of one model."""
    (name, proof), *_ = proofs.items()
    tone = palette.MUTED if name == "before" else palette.BAD if name == "wrong" else palette.ACCENT
    figure = charts.bars(
        {name: [p for _, p in proof.next_tokens]},
        labels=[chips.visible(token) for token, _ in proof.next_tokens],
        colours={name: tone},
        value_title="probability of the next token",
        value_range=(0.0, 1.0),
        sideways=True,
        number_format=".2~g",
    )
    return str(figure.to_json())


# Histograms ---------------------------------------------------------------------------------------

_MOST = 200_000  # numbers that are counted; more change nothing in the picture


class Learned(NamedTuple):
    """A tensor as it was born and as it was loaded."""

    figure: str
    shape: tuple[int, ...]
    born: float
    """Standard deviation of its numbers in an untrained model."""
    loaded: float
    """The same in the loaded one."""


@st.cache_data(show_spinner=False, max_entries=128, hash_funcs=BY_KEY)
def learned(opened: Opened, name: str) -> Learned:
    """Histograms of one tensor before and after."""
    after = opened.model.state_dict()[name]
    before = as_born(opened.model, name)
    step = max(1, after.numel() // _MOST)
    figure = histograms(
        {
            "as it was born": before.flatten()[::step].numpy(),
            "loaded": after.flatten()[::step].numpy(),
        },
        colours={"as it was born": palette.MUTED, "loaded": palette.ACCENT},
        dashed=frozenset({"as it was born"}),
        value_title="value of a weight",
    )
    before_std, after_std = (t.std(unbiased=False).item() for t in (before, after))
    return Learned(str(figure.to_json()), tuple(after.shape), before_std, after_std)
