"""The logit lens: what it reads is what hooks on the model read."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import pytest
import torch
from torch import Tensor, nn

from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel, GPTSteps
from llm_core.lens import Lens, growth, lens, settled
from llm_core.random_state import RandomState
from llm_core.transformer import TransformerBlock

TINY = GPTConfig(vocab_size=40, context_length=12, emb_dim=8, n_heads=2, n_layers=3, qkv_bias=True)
IDS = torch.tensor([[3, 17, 5, 39, 3]])


@pytest.fixture(scope="module")
def model() -> GPTModel:
    with RandomState(7).borrowed():
        return GPTModel(TINY).eval().requires_grad_(False)


@contextmanager
def overheard(parts: list[nn.Module]) -> Iterator[list[Tensor]]:
    """What these parts give when the model runs."""
    heard: list[Tensor] = []
    hooks = [part.register_forward_hook(lambda _, __, out: heard.append(out)) for part in parts]
    yield heard
    for hook in hooks:
        hook.remove()


def test_the_lens_reads_what_hooks_on_the_blocks_hear(model: GPTModel) -> None:
    found = lens(model, model.steps(IDS), count=4, start=1)
    with overheard([model.drop_emb, *model.trf_blocks]) as heard:
        model(IDS)
    assert len(heard) == len(found.ids) == 1 + TINY.n_layers
    for depth, vectors in enumerate(heard):
        logits = model.out_head(model.final_norm(vectors))[0, 1:]  # (T, V)
        expected = logits.softmax(dim=-1)
        best = expected.topk(4)
        torch.testing.assert_close(found.probabilities[depth], best.values)
        assert found.ids[depth].tolist() == best.indices.tolist()
        entropy = -(expected * expected.log()).sum(dim=-1) / math.log(2)
        torch.testing.assert_close(found.bits[depth], entropy)
        for place, token in enumerate(found.followed.tolist()):
            torch.testing.assert_close(
                found.followed_probabilities[depth, place], expected[place, token]
            )
            rank = expected[place].argsort(descending=True).tolist().index(token) + 1
            assert found.followed_ranks[depth, place] == rank


def test_the_last_depth_is_the_models_own_prediction(model: GPTModel) -> None:
    found = lens(model, model.steps(IDS))
    own = model(IDS)[0].softmax(dim=-1)
    assert found.followed.tolist() == own.argmax(dim=-1).tolist() == found.ids[-1, :, 0].tolist()
    torch.testing.assert_close(found.followed_probabilities[-1], own.amax(dim=-1))
    assert (found.followed_ranks[-1] == 1).all()


def test_a_guess_has_settled_where_no_later_block_changes_it() -> None:
    guesses = torch.tensor([[4, 1, 2, 9], [4, 2, 2, 9], [4, 1, 9, 2], [4, 1, 2, 5]])  # (D, T)
    found = Lens(guesses[..., None], *(torch.zeros(4, 4),) * 2, guesses[-1], *guesses[:2])
    assert settled(found).tolist() == [0, 2, 3, 3]


def test_lengths_are_those_of_what_hooks_hear(model: GPTModel) -> None:
    found = growth(model.steps(IDS))
    blocks = [cast(TransformerBlock, block) for block in model.trf_blocks]
    halves = [half for block in blocks for half in (block.att, block.ff)]
    with overheard([model.drop_emb, *model.trf_blocks, *halves]) as heard:
        model(IDS)
    stream = [heard[0], *heard[3::3]]
    for numbers, tensors in ((found.stream, stream), (found.attention, heard[1::3]),
                             (found.feed_forward, heard[2::3])):  # fmt: skip
        expected = [tensor[0].pow(2).sum(dim=-1).sqrt() for tensor in tensors]
        torch.testing.assert_close(numbers, torch.stack(expected))


def test_any_token_can_be_followed_through_the_depths(model: GPTModel) -> None:
    every = lens(model, model.steps(IDS), count=TINY.vocab_size)
    found = lens(model, model.steps(IDS), follow=IDS[0])
    for depth, place in ((0, 0), (1, 3), (3, 4)):
        rank = every.ids[depth, place].tolist().index(int(IDS[0, place]))
        assert found.followed_ranks[depth, place] == rank + 1
        expected = every.probabilities[depth, place, rank]
        torch.testing.assert_close(found.followed_probabilities[depth, place], expected)


def test_more_guesses_than_tokens_are_all_of_them(model: GPTModel) -> None:
    steps: GPTSteps = model.steps(IDS)
    every = lens(model, steps, count=99)
    torch.testing.assert_close(every.probabilities.sum(dim=-1), torch.ones(4, 5))
