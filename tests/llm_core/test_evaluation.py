"""Proves that the figures of a model are what its own probabilities say."""

import math

import pytest
import torch

from llm_core.batches import END_OF_TEXT
from llm_core.config import GPTConfig
from llm_core.evaluation import bits_per_byte, copied, finds_right, prefers, scores, writes
from llm_core.gpt import GPTModel
from llm_core.sampling import generate_ids
from llm_core.tokenizers import BPETokenizer
from tests.llm_core.small_recipe import document

PROMPT = "the cat sees"


@pytest.fixture(scope="module")
def tokenizer() -> BPETokenizer:
    return BPETokenizer.train("\n".join(map(document, range(30))), 290)


@pytest.fixture(scope="module")
def model(tokenizer: BPETokenizer) -> GPTModel:
    torch.manual_seed(3)
    config = GPTConfig(
        vocab_size=290, context_length=12, emb_dim=32, n_heads=2, n_layers=2, drop_rate=0.0
    )
    return GPTModel(config).eval()


def one_by_one(model: GPTModel, ids: list[int], first: int) -> float:
    """The logarithm of the probability of ids[first:], each asked for alone."""
    total = 0.0
    for place in range(first, len(ids)):
        seen = torch.tensor([ids[:place][-model.config.context_length :]])
        with torch.no_grad():
            total += model(seen)[0, -1].log_softmax(dim=-1)[ids[place]].item()
    return total


def test_a_score_is_the_sum_of_the_tokens_logarithms(
    model: GPTModel, tokenizer: BPETokenizer
) -> None:
    begin = [tokenizer.special_tokens[END_OF_TEXT], *tokenizer.encode_ordinary(PROMPT)]
    found = scores(model, tokenizer, PROMPT, [" the", " red house", " a dog"])
    for score, text in zip(found, (" the", " red house", " a dog"), strict=True):
        ids = begin + tokenizer.encode_ordinary(text)
        assert score == pytest.approx(one_by_one(model, ids, len(begin)), abs=1e-4)


def test_of_a_long_prompt_the_end_counts(model: GPTModel, tokenizer: BPETokenizer) -> None:
    long = " ".join([PROMPT] * 8)
    (score,) = scores(model, tokenizer, long, ["."])
    ids = tokenizer.encode_ordinary(long + ".")
    assert score == pytest.approx(one_by_one(model, ids, len(ids) - 1), abs=1e-4)


def test_the_likeliest_continuation_is_found_right_and_no_other(
    model: GPTModel, tokenizer: BPETokenizer
) -> None:
    ways = [" the", " red", " dog"]
    found = scores(model, tokenizer, PROMPT, ways)
    for way, score in zip(ways, found, strict=True):
        others = [other for other in ways if other != way]
        assert finds_right(model, tokenizer, PROMPT, way, others) == (score == max(found))


def test_of_a_pair_the_likelier_sentence_is_preferred(
    model: GPTModel, tokenizer: BPETokenizer
) -> None:
    one, other = scores(model, tokenizer, "", ["the cat", "a dog"])
    assert prefers(model, tokenizer, "the cat", "a dog") == (one > other)
    assert prefers(model, tokenizer, "a dog", "the cat") == (other > one)


def test_writing_is_greedy_and_exact(model: GPTModel, tokenizer: BPETokenizer) -> None:
    prompt = torch.tensor([tokenizer.encode_ordinary(PROMPT)])
    ids = generate_ids(model, prompt, 1, 12)[0, prompt.shape[1] :].tolist()
    likeliest = tokenizer.decode(ids)
    other = " the" if likeliest != " the" else " red"
    if tokenizer.encode_ordinary(PROMPT + likeliest)[prompt.shape[1] :] == ids:
        assert writes(model, tokenizer, PROMPT, likeliest)
    assert not writes(model, tokenizer, PROMPT, other)


def test_bits_per_byte_of_blind_guessing(tokenizer: BPETokenizer, model: GPTModel) -> None:
    blind = GPTModel(model.config).eval()
    torch.nn.init.zeros_(blind.out_head.weight)
    text = document(99)
    tokens = len(tokenizer.encode_ordinary(text))
    assert bits_per_byte(blind, tokenizer, text) == pytest.approx(
        tokens * math.log2(290) / len(text), rel=1e-5
    )


def test_no_token_of_a_text_is_left_out(tokenizer: BPETokenizer, model: GPTModel) -> None:
    text = " ".join(map(document, range(5)))
    ids = [tokenizer.special_tokens[END_OF_TEXT], *tokenizer.encode_ordinary(text)]
    nats = 0.0
    for start in range(0, len(ids) - 1, 12):
        nats -= one_by_one(model, ids[start : start + 13], 1)
    assert bits_per_byte(model, tokenizer, text) == pytest.approx(
        nats / math.log(2) / len(text), rel=1e-5
    )


def test_what_cannot_be_compared_is_refused(tokenizer: BPETokenizer, model: GPTModel) -> None:
    left, right = tokenizer.merges()[0]
    with pytest.raises(ValueError, match="begin with a blank"):
        scores(model, tokenizer, left.decode(), [right.decode()])
    with pytest.raises(ValueError, match="begin with a blank"):
        scores(model, tokenizer, PROMPT, [""])
    with pytest.raises(ValueError, match="an empty text has no bytes"):
        bits_per_byte(model, tokenizer, "")


@pytest.mark.parametrize("words", [2, 3, 7, 30])
def test_a_common_run_is_found_wherever_it_stands_and_a_shorter_one_is_not(words: int) -> None:
    run = [f"w{i}" for i in range(words)]
    for before in range(words + 3):
        document = " ".join([*(f"a{i}" for i in range(before)), *run, "end"])
        sample = " ".join(["so", *run, "on"])
        shorter = " ".join(["so", *run[:-1], "on", "and", "on"])
        assert copied([sample, shorter], ["nothing of it", document], words) == [True, False]
