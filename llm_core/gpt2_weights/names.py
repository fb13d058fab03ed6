"""One table: what each of GPT-2's tensors is called there and here, and what is done to it.

In:     the config of a model, and the shapes of the tensors in a file
Out:    a row for each of our tensors, with the shape it needs and whether the file has it
Next:   hub.py, which fetches such files

GPT-2's code multiplies vectors by matrices (C, D) where `nn.Linear` keeps them as (D, C), so these
are transposed. It also keeps the matrices for queries, keys and values in one, so that is cut.

T tokens of context, C channels, V vocabulary, D channels that come out
"""

from collections.abc import Mapping
from itertools import groupby
from typing import NamedTuple

import torch
from torch import Tensor

from llm_core.config import GPTConfig

Shape = tuple[int, ...]


class Operation(NamedTuple):
    """What makes our tensor of theirs."""

    text: str
    """For people."""

    third: int | None = None
    """Which third of the last dimension to take: queries, keys, values; None takes all."""

    transposed: bool = False
    """Whether rows become columns afterwards."""

    def apply(self, theirs: Tensor) -> Tensor:
        """Our tensor: theirs itself where nothing is done to it, otherwise a copy of its own.

        A view would be quicker, but the fused AdamW reads memory in a row and gets its gaps wrong.
        """
        if self.third is None and not self.transposed:
            return theirs
        part = theirs if self.third is None else theirs.chunk(3, dim=-1)[self.third]
        turned = part.T if self.transposed else part
        return turned.clone(memory_format=torch.contiguous_format)

    def undo(self, ours: Tensor) -> Tensor:
        """Their tensor, or the third of it that ours was made of."""
        return ours.T if self.transposed else ours

    def shape(self, theirs: Shape) -> Shape:
        """Shape of our tensor, from the shape of theirs."""
        kept = theirs if self.third is None else (*theirs[:-1], theirs[-1] // 3)
        return kept[::-1] if self.transposed else kept


class Rule(NamedTuple):
    """One line of the table; `{}` stands for the number of a block."""

    theirs: str
    their_shape: str
    operation: Operation
    ours: str


AS_IT_IS = Operation("as it is")
SHARE = Operation("share with tok_emb.weight")
TRANSPOSE = Operation("transpose", transposed=True)
QUERY = Operation("first third", third=0)
KEY = Operation("second third", third=1)
VALUE = Operation("last third", third=2)
QUERY_T = Operation("first third, transpose", third=0, transposed=True)
KEY_T = Operation("second third, transpose", third=1, transposed=True)
VALUE_T = Operation("last third, transpose", third=2, transposed=True)

# fmt: off
NAMES: tuple[Rule, ...] = (
    Rule("wte.weight",               "V C",  AS_IT_IS,  "tok_emb.weight"),
    Rule("wpe.weight",               "T C",  AS_IT_IS,  "pos_emb.weight"),
    Rule("h.{}.ln_1.weight",         "C",    AS_IT_IS,  "trf_blocks.{}.norm1.scale"),
    Rule("h.{}.ln_1.bias",           "C",    AS_IT_IS,  "trf_blocks.{}.norm1.shift"),
    Rule("h.{}.attn.c_attn.weight",  "C 3C", QUERY_T,   "trf_blocks.{}.att.W_query.weight"),
    Rule("h.{}.attn.c_attn.bias",    "3C",   QUERY,     "trf_blocks.{}.att.W_query.bias"),
    Rule("h.{}.attn.c_attn.weight",  "C 3C", KEY_T,     "trf_blocks.{}.att.W_key.weight"),
    Rule("h.{}.attn.c_attn.bias",    "3C",   KEY,       "trf_blocks.{}.att.W_key.bias"),
    Rule("h.{}.attn.c_attn.weight",  "C 3C", VALUE_T,   "trf_blocks.{}.att.W_value.weight"),
    Rule("h.{}.attn.c_attn.bias",    "3C",   VALUE,     "trf_blocks.{}.att.W_value.bias"),
    Rule("h.{}.attn.c_proj.weight",  "C C",  TRANSPOSE, "trf_blocks.{}.att.out_proj.weight"),
    Rule("h.{}.attn.c_proj.bias",    "C",    AS_IT_IS,  "trf_blocks.{}.att.out_proj.bias"),
    Rule("h.{}.ln_2.weight",         "C",    AS_IT_IS,  "trf_blocks.{}.norm2.scale"),
    Rule("h.{}.ln_2.bias",           "C",    AS_IT_IS,  "trf_blocks.{}.norm2.shift"),
    Rule("h.{}.mlp.c_fc.weight",     "C 4C", TRANSPOSE, "trf_blocks.{}.ff.layers.0.weight"),
    Rule("h.{}.mlp.c_fc.bias",       "4C",   AS_IT_IS,  "trf_blocks.{}.ff.layers.0.bias"),
    Rule("h.{}.mlp.c_proj.weight",   "4C C", TRANSPOSE, "trf_blocks.{}.ff.layers.2.weight"),
    Rule("h.{}.mlp.c_proj.bias",     "C",    AS_IT_IS,  "trf_blocks.{}.ff.layers.2.bias"),
    Rule("ln_f.weight",              "C",    AS_IT_IS,  "final_norm.scale"),
    Rule("ln_f.bias",                "C",    AS_IT_IS,  "final_norm.shift"),
    Rule("wte.weight",               "V C",  SHARE,     "out_head.weight"),
)
# fmt: on
"""GPT-2 as published: the head shares the token embedding's table."""

OWN_HEAD = Rule("lm_head.weight", "V C", AS_IT_IS, "out_head.weight")
"""Takes the place of the last rule in a file whose head has a table of its own."""


class Mapped(NamedTuple):
    """One row of the table for one model: a tensor of ours and where it comes from."""

    their_name: str
    their_shape: Shape
    operation: str
    our_name: str
    our_shape: Shape
    status: str
    """ok, missing, or the wrong shape that was found; expected if no file was looked at."""


def rules_of(config: GPTConfig, *, tied: bool = True) -> list[tuple[Rule, Shape]]:
    """The table written out for every block of the model, with the shapes that theirs must have."""
    sizes = {"V": config.vocab_size, "T": config.context_length, "C": config.emb_dim}
    sizes |= {f"{n}C": n * config.emb_dim for n in (3, 4)}
    written: list[Rule] = []
    for in_block, rules in groupby(NAMES, key=lambda rule: "{}" in rule.theirs):
        group = list(rules)
        for block in range(config.n_layers if in_block else 1):
            written += [
                rule._replace(theirs=rule.theirs.format(block), ours=rule.ours.format(block))
                for rule in group
            ]
    if not tied:
        written[-1] = OWN_HEAD
    return [(rule, _sized(rule, sizes)) for rule in written]


def _sized(rule: Rule, sizes: Mapping[str, int]) -> Shape:
    """The letters of a rule's shape as numbers."""
    return tuple(sizes[letters] for letters in rule.their_shape.split())


def mapping_table(
    config: GPTConfig, shapes: Mapping[str, Shape] | None = None, *, tied: bool = True
) -> list[Mapped]:
    """Where each tensor of a model comes from, in the order of the model.

    Args:
        config: of the model.
        shapes: of the tensors in a file, by their names; None if there is no file to look at.
        tied: whether the head shares the table of the token embedding.

    >>> tiny = GPTConfig(vocab_size=9, context_length=4, emb_dim=6, n_heads=2, n_layers=1)
    >>> mapping_table(tiny)[4]._asdict()  # doctest: +NORMALIZE_WHITESPACE
    {'their_name': 'h.0.attn.c_attn.weight', 'their_shape': (6, 18),
     'operation': 'first third, transpose', 'our_name': 'trf_blocks.0.att.W_query.weight',
     'our_shape': (6, 6), 'status': 'expected'}
    """
    rows = []
    for rule, shape in rules_of(config, tied=tied):
        status = "expected"
        if shapes is not None:
            found = shapes.get(rule.theirs)
            status = "missing" if found is None else "ok" if found == shape else f"{found}"
        our_shape = rule.operation.shape(shape)
        rows.append(Mapped(rule.theirs, shape, rule.operation.text, rule.ours, our_shape, status))
    return rows


def theirs_from_ours(
    config: GPTConfig, ours: Mapping[str, Tensor], *, tied: bool
) -> dict[str, Tensor]:
    """The table read backwards: their tensors, from ours; biases that ours lack are 0."""
    parts: dict[str, list[Tensor]] = {}
    for rule, shape in rules_of(config, tied=tied):
        if rule.operation is SHARE:
            continue
        tensor = ours.get(rule.ours)
        if tensor is None:
            tensor = torch.zeros(rule.operation.shape(shape))
        parts.setdefault(rule.theirs, []).append(rule.operation.undo(tensor))
    return {name: torch.cat(tensors, dim=-1).contiguous() for name, tensors in parts.items()}
