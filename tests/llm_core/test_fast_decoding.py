"""The fast decoder writes what the readable model writes."""

import pytest
import torch
from torch import Tensor

from llm_core.config import GPTConfig
from llm_core.fast import products
from llm_core.fast.decoding import FastDecoder
from llm_core.fast.machine import machine
from llm_core.fast.plain import is_plain
from llm_core.gpt import GPTModel
from llm_core.lora import LinearWithLoRA
from llm_core.random_state import RandomState
from llm_core.sampling import generate, generate_ids, next_logits

HALVES = [
    pytest.param(
        dtype, marks=pytest.mark.skipif(not products.can_keep(dtype), reason="not on this machine")
    )
    for dtype in (torch.bfloat16, torch.float16)
]


def model_of(*, tied: bool = False, seed: int = 1, **other: int | bool | float) -> GPTModel:
    shape = {"vocab_size": 101, "context_length": 40, "emb_dim": 48, "n_heads": 3, "n_layers": 2}
    config = GPTConfig(**(shape | {"drop_rate": 0.0, "qkv_bias": False} | other))
    with RandomState(seed).borrowed():
        model = GPTModel(config)
    if tied:
        model.tie_weights()
    return model


def prompt(tokens: int = 6, seed: int = 3) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 101, (1, tokens), generator=generator)


@pytest.fixture(params=["plain calls", "oneDNN", "no oneDNN"])
def by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each way to multiply float32, whatever the size."""
    if request.param == "no oneDNN":
        monkeypatch.setattr(products, "machine", lambda: machine()._replace(onednn=False))
    monkeypatch.setattr(products, "SMALL", 0 if "oneDNN" in request.param else 10**9)


@pytest.mark.usefixtures("by")
@pytest.mark.parametrize("qkv_bias", [False, True])
@pytest.mark.parametrize("tied", [False, True])
def test_a_float32_text_is_the_readable_models_even_when_the_window_slides(
    tied: bool, qkv_bias: bool
) -> None:
    model = model_of(tied=tied, qkv_bias=qkv_bias)
    decoder = FastDecoder(model)
    assert decoder.fast
    expected = generate_ids(model, prompt(), 60, 40)  # 26 of the 60 do not fit any more
    assert torch.equal(generate_ids(model, prompt(), 60, 40, logits_of=decoder), expected)


@pytest.mark.usefixtures("by")
def test_logits_equal_the_readable_ones_however_many_tokens_are_new() -> None:
    model, decoder = model_of(qkv_bias=True), None
    decoder, ids = FastDecoder(model), prompt(40)
    for tokens in (1, 2, 3, 9, 10, 30, 31, 40):
        expected = next_logits(model, ids[:, :tokens], 40)
        torch.testing.assert_close(decoder(ids[:, :tokens], 40), expected, atol=1e-5, rtol=1e-4)


def test_a_window_shorter_than_the_models_slides_too() -> None:
    model = model_of()
    decoder, ids = FastDecoder(model), prompt(30)
    for tokens in range(1, 31):
        expected = next_logits(model, ids[:, :tokens], 8)
        torch.testing.assert_close(decoder(ids[:, :tokens], 8), expected, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("dtype", HALVES)
def test_weights_in_16_bits_round_and_no_more(dtype: torch.dtype) -> None:
    model = model_of(emb_dim=192, context_length=64)
    for weight in model.parameters():
        weight.data = weight.data.to(dtype).float()  # so that only what is multiplied is rounded
    decoder, ids = FastDecoder(model, dtype=dtype), prompt(50)
    assert decoder.dtype == dtype
    for tokens in (20, 21, 22, 50):
        expected = next_logits(model, ids[:, :tokens], 64)
        found = decoder(ids[:, :tokens], 64)
        assert found.dtype == torch.float32
        tolerance = 0.02 if dtype == torch.bfloat16 else 1e-5
        assert (found - expected).norm() < tolerance * expected.norm()


@pytest.mark.parametrize("dtype", HALVES)
def test_rounding_the_weights_moves_logits_by_less_than_two_in_a_hundred(
    dtype: torch.dtype,
) -> None:
    model = model_of(emb_dim=192)
    expected = next_logits(model, prompt(30), 40)
    found = FastDecoder(model, dtype=dtype)(prompt(30), 40)
    tolerance = 0.02 if dtype == torch.bfloat16 else 0.002
    assert 0 < (found - expected).norm() < tolerance * expected.norm()


def test_a_second_prompt_begins_anew_and_a_continued_one_goes_on() -> None:
    model = model_of()
    decoder = FastDecoder(model)
    for seed in (3, 4, 3):
        ids = prompt(9, seed)
        for tokens in (5, 6, 9, 2):
            expected = next_logits(model, ids[:, :tokens], 40)
            found = decoder(ids[:, :tokens], 40)
            torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)


def test_a_new_text_sees_what_the_model_learned_since() -> None:
    model = model_of()
    decoder = FastDecoder(model)
    before = decoder(prompt(), 40)
    with torch.no_grad():
        for block in model.trf_blocks:
            block.att.W_value.weight.mul_(3)
    after = decoder(prompt(), 40)
    assert not torch.allclose(before, after)
    torch.testing.assert_close(after, next_logits(model, prompt(), 40), atol=1e-5, rtol=1e-4)


def test_dropout_is_off_and_the_models_mode_stays() -> None:
    model = model_of(drop_rate=0.5).train()
    found = FastDecoder(model)(prompt(), 40)
    torch.testing.assert_close(found, next_logits(model, prompt(), 40), atol=1e-5, rtol=1e-4)
    assert model.training


def test_nothing_is_copied_but_queries_keys_and_values() -> None:
    model = model_of(tied=True)
    decoder = FastDecoder(model)
    expected = next_logits(model, prompt(), 40)
    decoder(prompt(), 40)
    with torch.no_grad():
        model.tok_emb.weight.zero_()  # the head's table too
    assert decoder(torch.cat((prompt(), prompt(1)), 1), 40).eq(0).all()
    assert not expected.eq(0).any()


def test_other_layers_and_other_formats_take_the_readable_path() -> None:
    exchanged, double = model_of(), model_of().double()
    block = exchanged.trf_blocks[0]
    block.att.W_query = LinearWithLoRA(block.att.W_query, rank=2, alpha=4)
    assert not is_plain(exchanged)
    for model in (exchanged, double):
        decoder = FastDecoder(model)
        assert not decoder.fast
        expected = generate_ids(model, prompt(), 45, 40)
        assert torch.equal(generate_ids(model, prompt(), 45, 40, logits_of=decoder), expected)
        assert torch.equal(generate_ids(model, prompt(), 45, 40, logits_of=decoder), expected)


def test_a_machine_without_such_instructions_keeps_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    from llm_core.fast import decoding

    monkeypatch.setattr(decoding, "can_keep", lambda dtype: dtype == torch.float32)
    model = model_of()
    decoder = FastDecoder(model, dtype=torch.bfloat16)
    assert decoder.dtype == torch.float32
    expected = generate_ids(model, prompt(), 10, 40)
    assert torch.equal(generate_ids(model, prompt(), 10, 40, logits_of=decoder), expected)


def test_draws_follow_the_same_stream_as_with_the_readable_model() -> None:
    model = model_of()
    texts = [
        [
            token.token_id
            for token in generate(
                model, prompt(), 30, 40, temperature=1.3, top_k=20, logits_of=logits_of,
                generator=torch.Generator().manual_seed(8),
            )
        ]
        for logits_of in (None, FastDecoder(model))
    ]  # fmt: skip
    assert texts[0] == texts[1]


def test_what_cannot_be_decoded_is_named() -> None:
    model = model_of()
    decoder = FastDecoder(model)
    with pytest.raises(ValueError, match="one text, not 2"):
        decoder(prompt().expand(2, -1), 40)
    with pytest.raises(ValueError, match="not in the vocabulary"):
        decoder(torch.tensor([[101]]), 40)
    with pytest.raises(ValueError, match="choose one of"):
        FastDecoder(model, dtype=torch.int8)
    assert decoder(prompt(), 40).shape == (1, 101)
