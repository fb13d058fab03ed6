"""Half-built models are the models they say they are, in every state."""

from itertools import combinations

import pytest
import torch

from llm_core.building import (
    ATTENTION,
    BOOK_LOGITS,
    FINAL_NORM,
    NORMS,
    PARTS,
    POSITIONS,
    SHORTCUTS,
    HalfBuiltBlock,
    HalfBuiltGPT,
    behaviour,
    gradient_kept,
)
from llm_core.config import GPT_CONFIG_124M, GPTConfig
from llm_core.gpt import DummyGPTModel, GPTModel
from llm_core.random_state import RandomState
from llm_core.transformer import TransformerBlock

TINY = GPTConfig(vocab_size=50, context_length=8, emb_dim=12, n_heads=3, n_layers=2)
BOOK_IDS = torch.tensor([[6109, 3626, 6100, 345], [6109, 1110, 6622, 257]])


@pytest.fixture(scope="module")
def whole() -> GPTModel:
    with RandomState(123).borrowed():
        return GPTModel(TINY).eval()


@pytest.fixture
def ids() -> torch.Tensor:
    return torch.tensor([[3, 1, 4, 1, 5, 9]])


# Properties ---------------------------------------------------------------------------------------


def test_every_state_runs_and_gives_a_score_for_every_token(whole, ids):
    for count in range(len(PARTS) + 1):
        for parts in combinations(PARTS, count):
            assert HalfBuiltGPT(whole, parts)(ids).shape == (1, 6, 50)


def test_all_parts_together_are_the_whole_model(whole, ids):
    assert torch.equal(HalfBuiltGPT(whole, PARTS)(ids), whole(ids))


def test_the_positions_alone_are_the_skeleton(whole, ids):
    skeleton = DummyGPTModel(TINY).eval()
    skeleton.load_state_dict(whole.state_dict(), strict=False)
    assert torch.equal(HalfBuiltGPT(whole, [POSITIONS])(ids), skeleton(ids))


def test_real_parts_are_shared_and_the_whole_model_stays_as_it_is(whole):
    before = {name: tensor.clone() for name, tensor in whole.state_dict().items()}
    half = HalfBuiltGPT(whole, [ATTENTION])
    assert half.trf_blocks[0].att is whole.trf_blocks[0].att
    assert half.pos_emb.weight.count_nonzero() == 0
    assert all(torch.equal(before[name], now) for name, now in whole.state_dict().items())


def test_words_before_count_only_with_attention(whole, ids):
    for parts in (PARTS, (ATTENTION,)):
        assert behaviour(HalfBuiltGPT(whole, parts), ids).first_word > 0.001
    blind = behaviour(HalfBuiltGPT(whole, [p for p in PARTS if p != ATTENTION]), ids)
    assert blind.first_word == blind.order == 0


def test_without_positions_one_layer_of_attention_does_not_see_order(ids):
    flat = GPTModel(GPTConfig(**{**dict(TINY), "n_layers": 1})).eval()
    unordered = behaviour(HalfBuiltGPT(flat, [p for p in PARTS if p != POSITIONS]), ids)
    assert unordered.order == pytest.approx(0, abs=1e-5)
    assert behaviour(HalfBuiltGPT(flat, PARTS), ids).order > 0.001


def test_a_shortcut_around_a_dummy_doubles_its_input(whole):
    block = HalfBuiltBlock(whole.trf_blocks[0], [SHORTCUTS])
    x = torch.randn(1, 3, 12)
    assert torch.equal(block(x), 4 * x)


def test_norms_alone_bring_every_vector_to_one_size(whole, ids):
    for parts in ([NORMS], [FINAL_NORM]):
        assert behaviour(HalfBuiltGPT(whole, parts), ids).size == pytest.approx(1, abs=0.01)


def test_one_token_has_no_loss_and_nothing_before_it(whole):
    found = behaviour(HalfBuiltGPT(whole, PARTS), torch.tensor([[7]]))
    assert found.loss is found.gradient is None
    assert found.first_word == found.order == 0


def test_a_part_that_there_is_none_of_is_named(whole):
    with pytest.raises(ValueError, match="no part called wheels"):
        HalfBuiltGPT(whole, ["wheels"])


# Worked examples ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "made"), [((POSITIONS,), DummyGPTModel), (PARTS, GPTModel)], ids=["skeleton", "whole"]
)
def test_the_first_logits_are_those_that_the_course_prints(parts, made):
    """Section 4.1 for the skeleton, 4.6 for the whole model: seed 123, dropout on."""
    with RandomState(123).borrowed(), torch.no_grad():
        logits = made(GPT_CONFIG_124M)(BOOK_IDS)
    assert logits.shape == (2, 4, 50257)
    assert logits[0, 0, :3].tolist() == pytest.approx(BOOK_LOGITS[parts], abs=1e-4)


# Equality with a reference ------------------------------------------------------------------------


def test_a_block_with_all_parts_equals_the_real_block(whole):
    x = torch.randn(2, 5, 12)
    real = whole.trf_blocks[0]
    assert isinstance(real, TransformerBlock)
    assert torch.equal(HalfBuiltBlock(real, PARTS)(x), real(x))


def test_what_is_left_of_the_gradient_is_what_hooks_on_the_model_see(whole, ids):
    seen = {}
    blocks = whole.trf_blocks
    hooks = [
        blocks[0].register_full_backward_hook(lambda m, into, out: seen.update(below=into[0])),
        blocks[-1].register_full_backward_hook(lambda m, into, out: seen.update(above=out[0])),
    ]
    logits = whole(ids)
    torch.nn.functional.cross_entropy(logits[0, :-1], ids[0, 1:]).backward()
    for hook in hooks:
        hook.remove()
    whole.zero_grad()
    expected = (seen["below"].norm() / seen["above"].norm()).item()
    assert gradient_kept(HalfBuiltGPT(whole, PARTS), ids) == pytest.approx(expected, rel=1e-4)
