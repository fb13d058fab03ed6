"""GPT: one computation with many views, the book's numbers, and the cache against no cache."""

import dataclasses

import pytest
import torch

from llm_core.attention import causal_mask
from llm_core.config import GPT_CONFIG_124M, GPTConfig
from llm_core.gpt import DummyGPTModel, GPTModel
from llm_core.random_state import RandomState

TINY = GPTConfig(vocab_size=50, context_length=8, emb_dim=12, n_heads=3, n_layers=2, drop_rate=0.1)


def tiny(seed: int = 0, **changes: object) -> GPTModel:
    with RandomState(seed).borrowed():
        return GPTModel(dataclasses.replace(TINY, **changes)).eval()


def random_ids(seed: int, batch: int, tokens: int, vocab_size: int = 50) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(vocab_size, (batch, tokens), generator=generator)


@pytest.fixture(scope="module")
def book_model() -> GPTModel:
    """The book's model of section 4.6: 124M, seed 123, without dropout."""
    with RandomState(123).borrowed():
        return GPTModel(GPT_CONFIG_124M).eval()


# Properties ---------------------------------------------------------------------------------------


def test_no_token_sees_the_future():
    model = tiny()
    ids = random_ids(0, 1, 8)
    for changed in range(1, 8):
        altered = ids.clone()
        altered[:, changed:] = (altered[:, changed:] + 1) % 50
        before, after = model(ids), model(altered)
        assert torch.equal(before[:, :changed], after[:, :changed])
        assert not torch.equal(before[:, changed], after[:, changed])


def test_texts_in_a_batch_do_not_see_each_other():
    model = tiny()
    ids = random_ids(0, 3, 8)
    for row in range(3):
        assert torch.allclose(model(ids)[row], model(ids[row : row + 1])[0], atol=1e-5)


def test_order_matters_because_of_the_position_vectors():
    model = tiny()
    ids = torch.tensor([[1, 2, 3]])
    assert not torch.allclose(model(ids)[:, -1], model(ids[:, [1, 0, 2]])[:, -1])


def test_steps_show_the_computation_that_forward_makes():
    model = tiny(qkv_bias=True)
    ids = random_ids(1, 2, 8)
    steps = model.steps(ids)
    assert torch.allclose(steps.logits, model(ids), atol=1e-5)
    assert torch.equal(steps.block_outputs[0], steps.token_vectors + steps.position_vectors)
    assert len(steps.block_outputs) == 1 + TINY.n_layers
    assert torch.equal(steps.final_norm, model.final_norm(steps.block_outputs[-1]))
    assert torch.equal(steps.logits, model.out_head(steps.final_norm))
    assert steps.attention_weights.shape == (2, 2, 3, 8, 8)
    assert torch.equal(steps.attention_weights[1], steps.blocks[1].attention.weights)
    assert steps.attention_weights[..., causal_mask(8)].eq(0).all()


def test_gradients_of_the_readable_and_the_fused_path_agree():
    model = tiny()
    ids = random_ids(1, 2, 8)
    fused = torch.autograd.grad(model(ids).square().mean(), list(model.parameters()))
    readable = torch.autograd.grad(model.steps(ids).logits.square().mean(), model.parameters())
    for one, other in zip(fused, readable, strict=True):
        assert torch.allclose(one, other, atol=1e-6)


def test_the_skeleton_runs_with_nothing_inside():
    skeleton = DummyGPTModel(TINY).eval()
    ids = torch.tensor([[1, 2], [3, 4]])
    logits = skeleton(ids)
    assert logits.shape == (2, 2, 50)
    assert torch.equal(logits, skeleton.out_head(skeleton.embed(ids).output))


def test_the_books_dictionary_builds_the_same_model_as_a_config():
    with RandomState(0).borrowed():
        from_dictionary = GPTModel({**TINY}).eval()
    ids = random_ids(0, 1, 4)
    assert torch.equal(from_dictionary(ids), tiny()(ids))


def test_tied_weights_are_one_table_counted_once():
    model = tiny()
    untied = model.num_parameters()
    model.tie_weights()
    assert model.out_head.weight.data_ptr() == model.tok_emb.weight.data_ptr()
    assert model.num_parameters() == untied - 50 * 12


def test_frozen_parameters_are_not_counted_as_trainable():
    model = tiny()
    model.requires_grad_(False)
    model.out_head.requires_grad_(True)
    assert model.num_parameters(trainable_only=True) == 50 * 12


def test_a_loaded_state_gives_the_same_logits_and_holds_no_mask():
    model, other = tiny(seed=1), tiny(seed=2)
    other.load_state_dict(model.state_dict())
    ids = random_ids(0, 1, 8)
    assert torch.equal(model(ids), other(ids))
    assert not [name for name in model.state_dict() if "mask" in name]


# The cache ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("pieces", [[8], [1] * 8, [3, 1, 4], [1, 6, 1]])
def test_logits_read_in_pieces_through_a_cache_are_logits_read_at_once(pieces):
    model = tiny(qkv_bias=True)
    ids = random_ids(2, 2, 8)
    cache = model.new_cache(batch_size=2)
    with torch.no_grad():
        read = [model(piece, cache=cache) for piece in ids.split(pieces, dim=1)]
        assert torch.allclose(torch.cat(read, dim=1), model(ids), atol=1e-5)
    assert cache.length == 8


@pytest.mark.parametrize("seed", range(5))
def test_greedy_text_is_the_same_with_and_without_a_cache(seed):
    model = tiny(seed, context_length=32)
    ids = random_ids(seed, 1, 3)
    assert greedy(model, ids, 29, cached=True) == greedy(model, ids, 29, cached=False)


def greedy(model: GPTModel, ids: torch.Tensor, count: int, *, cached: bool) -> list[int]:
    cache = model.new_cache() if cached else None
    unread = ids
    with torch.no_grad():
        for _ in range(count):
            best = model(unread, cache=cache)[:, -1].argmax(dim=-1, keepdim=True)
            ids = torch.cat([ids, best], dim=1)
            unread = best if cached else ids
    return ids[0].tolist()


def test_a_full_cache_refuses_another_token_and_stays_as_it_was():
    model = tiny()
    cache = model.new_cache()
    model(random_ids(0, 1, 8), cache=cache)
    with pytest.raises(ValueError, match="9 tokens are more than context_length=8"):
        model(torch.tensor([[1]]), cache=cache)
    assert [layer.length for layer in cache.layers] == [8, 8]


# What a person can get wrong ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ids", "complaint"),
    [
        ([[3, 50]], "token id 50 is not in the vocabulary of 50 tokens"),
        ([[3, -1]], "token id -1 is not in the vocabulary of 50 tokens"),
        ([[0] * 9], "9 tokens are more than context_length=8; keep the last 8"),
        ([[]], "pass at least one token"),
        ([1, 2], "ids.unsqueeze"),
    ],
)
def test_ids_the_model_cannot_read_are_refused_with_a_remedy(ids, complaint):
    for model in (tiny(), DummyGPTModel(TINY)):
        with pytest.raises(ValueError, match=complaint):
            model(torch.tensor(ids, dtype=torch.long))


# The book's numbers -------------------------------------------------------------------------------


def test_the_book_model_has_the_books_size(book_model):
    """The book, section 4.6."""
    assert book_model.num_parameters() == 163_009_536


def test_an_untrained_model_continues_hello_i_am_as_in_the_book(book_model):
    """The book, section 4.7, seed 123: "Hello, I am Featureiman Byeswickattribute argue"."""
    hello = torch.tensor([[15496, 11, 314, 716]])
    expected = [27018, 24086, 47843, 30961, 42348, 7267, 49706, 43231, 47062, 34657]
    assert greedy(book_model, hello, 10, cached=True) == hello[0].tolist() + expected
    assert greedy(book_model, hello, 2, cached=False)[4:] == expected[:2]


def test_both_texts_of_the_books_batch_get_a_score_for_every_token(book_model):
    """The book, sections 4.1 and 4.6: "Every effort moves you" and "Every day holds a"."""
    batch = torch.tensor([[6109, 3626, 6100, 345], [6109, 1110, 6622, 257]])
    with torch.no_grad():
        logits = book_model(batch)
    assert logits.shape == (2, 4, 50257)
    assert torch.allclose(logits[0, 0], logits[1, 0], atol=1e-5), "both start with the same word"
