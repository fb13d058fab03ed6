"""What single heads write and what is lost without them, held to hooks on the model itself."""

import copy
import threading
from collections.abc import Collection
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel, GPTSteps
from llm_core.heads import (
    contributions,
    divergence,
    handed_over,
    head_writes,
    logits_without,
    logits_without_each,
    read_out,
    writing,
)
from llm_core.induction import Head
from llm_core.random_state import RandomState

SIZES = {"vocab_size": 60, "context_length": 16, "emb_dim": 24}
KINDS = [
    (GPTConfig(**SIZES, n_heads=n_heads, n_layers=n_layers, qkv_bias=qkv_bias), tied)
    for n_heads, n_layers in ((1, 1), (3, 2), (4, 4))
    for qkv_bias in (False, True)
    for tied in (False, True)
]


def born(config: GPTConfig, tied: bool, seed: int = 7) -> tuple[GPTModel, Tensor]:
    """A model whose norms and biases are no longer those it was born with, and a text."""
    with RandomState(seed).borrowed(), torch.no_grad():
        model = GPTModel(config)
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
        if tied:
            model.tie_weights()
        ids = torch.randint(0, config.vocab_size, (1, 9))
    return model.eval().requires_grad_(False), ids


def heard(steps: GPTSteps, layer: int) -> Tensor:
    attention = steps.blocks[layer].attention
    assert attention is not None
    return attention.context


def hooked(model: GPTModel, ids: Tensor, off: Collection[Head], mean: bool) -> Tensor:
    """The last logits of a copy of the model with hooks that replace these heads' contexts."""
    mine, width = copy.deepcopy(model), model.config.head_dim
    clean = model.steps(ids)
    for head in off:

        def hook(_: nn.Module, given: tuple[Any, ...], head: Head = head) -> tuple[Tensor]:
            joined = given[0].clone()
            means = heard(clean, head.layer)[0, head.number].mean(dim=0)
            columns = slice(head.number * width, (head.number + 1) * width)
            joined[..., columns] = means if mean else 0.0
            return (joined,)

        projection = mine.get_submodule(f"trf_blocks.{head.layer}.att.out_proj")
        projection.register_forward_pre_hook(hook)
    logits: Tensor = mine(ids)
    return logits[0, -1]


@pytest.mark.parametrize(("config", "tied"), KINDS)
def test_the_contributions_sum_to_the_difference_of_the_logits(
    config: GPTConfig, tied: bool
) -> None:
    model, ids = born(config, tied)
    steps, logits = model.steps(ids), model(ids)
    for first, second, place in ((0, 59, -1), (17, 4, 3), (5, 5, 0)):
        parts = contributions(model, steps, first, second, place)
        difference = logits[0, place, first] - logits[0, place, second]
        assert parts.heads.shape == (config.n_layers, config.n_heads)
        torch.testing.assert_close(parts.total, difference, atol=1e-4, rtol=0)
        torch.testing.assert_close(parts.difference, difference, atol=1e-5, rtol=0)


def test_an_id_out_of_the_vocabulary_is_refused() -> None:
    model, ids = born(*KINDS[0])
    with pytest.raises(ValueError, match="between 0 and 59"):
        contributions(model, model.steps(ids), 0, 60)


@pytest.mark.parametrize(("config", "tied"), KINDS)
def test_what_a_head_writes_is_what_a_hook_on_out_proj_hears(config: GPTConfig, tied: bool) -> None:
    model, ids = born(config, tied)
    steps, layer, width = model.steps(ids), config.n_layers - 1, config.head_dim
    inputs: list[Tensor] = []
    attention = model.get_submodule(f"trf_blocks.{layer}.att")
    projection = attention.get_submodule("out_proj")
    assert isinstance(projection, nn.Linear)
    handle = projection.register_forward_pre_hook(lambda _, given: inputs.append(given[0]))
    output = attention(steps.blocks[layer].attention_input)
    handle.remove()
    writes = head_writes(model, steps, layer)
    for number in range(config.n_heads):
        alone = torch.zeros_like(inputs[0])
        columns = slice(number * width, (number + 1) * width)
        alone[..., columns] = inputs[0][..., columns]
        expected = projection(alone) - projection.bias
        torch.testing.assert_close(writes[:, number], expected, atol=1e-5, rtol=1e-4)
        piecewise = writing(model, steps, Head(layer, number), place=4)
        torch.testing.assert_close(piecewise.total, expected[0, 4], atol=1e-5, rtol=1e-4)
        shares = piecewise.weights * handed_over(model, steps, layer)[0, number]
        torch.testing.assert_close(piecewise.norms, shares, atol=1e-5, rtol=1e-4)
    together = writes.sum(dim=1) + projection.bias
    torch.testing.assert_close(together, output, atol=1e-5, rtol=1e-4)


def test_reading_out_all_parts_gives_the_logits_less_the_shift_of_the_norm() -> None:
    model, ids = born(*KINDS[7])
    steps = model.steps(ids)
    shift = model.out_head(model.get_parameter("final_norm.shift"))
    last = steps.block_outputs[-1][0]
    everywhere = read_out(model, steps, last, torch.arange(ids.shape[1]))
    torch.testing.assert_close(everywhere + shift, steps.logits[0], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(read_out(model, steps, last[-1]), everywhere[-1])


@pytest.mark.parametrize("mean", [False, True], ids=["zeros", "mean"])
@pytest.mark.parametrize(("config", "tied"), KINDS)
def test_switching_off_gives_the_logits_of_a_model_with_hooks(
    config: GPTConfig, tied: bool, mean: bool
) -> None:
    model, ids = born(config, tied)
    steps = model.steps(ids)
    heads = [Head(i, j) for i in range(config.n_layers) for j in range(config.n_heads)]
    for off in (heads[:1], heads[-1:], heads[::2], heads):
        expected = hooked(model, ids, off, mean)
        found = logits_without(model, steps, off, mean=mean)
        torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(logits_without(model, steps, []), model(ids)[0, -1])
    found_each = dict(logits_without_each(model, steps, mean=mean))
    for head in heads:
        expected = hooked(model, ids, [head], mean)
        torch.testing.assert_close(
            found_each[head.layer][head.number], expected, atol=1e-5, rtol=1e-4
        )


def test_a_head_that_is_not_there_cannot_be_switched_off() -> None:
    model, ids = born(*KINDS[0])
    with pytest.raises(ValueError, match="there is no head 1 in layer 0"):
        logits_without(model, model.steps(ids), [Head(0, 1)])


def test_the_mean_over_a_single_token_is_the_token_so_nothing_changes() -> None:
    model, ids = born(*KINDS[4])
    steps = model.steps(ids[:, :1])
    found = logits_without(model, steps, [Head(0, 0), Head(1, 2)], mean=True)
    torch.testing.assert_close(found, steps.logits[0, -1], atol=1e-5, rtol=1e-4)


def test_who_uses_the_model_meanwhile_gets_the_whole_model() -> None:
    model, ids = born(*KINDS[-1])
    steps, whole, kept = model.steps(ids), model(ids), copy.deepcopy(model.state_dict())
    modules, stop, strange = list(model.modules()), threading.Event(), []

    def others() -> None:
        while not stop.is_set():
            if not torch.equal(model(ids), whole):
                strange.append(1)

    thread = threading.Thread(target=others)
    thread.start()
    for _ in range(20):
        logits_without(model, steps, [Head(0, 0), Head(3, 1)], mean=True)
        list(logits_without_each(model, steps))
    stop.set()
    thread.join()
    assert not strange
    assert list(model.modules()) == modules
    assert all(torch.equal(now, kept[name]) for name, now in model.state_dict().items())


def test_divergence_is_torchs_in_bits_and_zero_of_the_same() -> None:
    generator = torch.Generator().manual_seed(3)
    before, after = torch.randn(2, 5, 40, generator=generator)
    expected = nn.functional.kl_div(
        after.log_softmax(-1), before.log_softmax(-1), reduction="none", log_target=True
    ).sum(-1) / torch.tensor(2.0).log()  # fmt: skip
    torch.testing.assert_close(divergence(before, after), expected)
    assert divergence(before, before).max() == 0
