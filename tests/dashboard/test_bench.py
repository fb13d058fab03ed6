"""The decoding bench between page and browser: what is written, and what is sent only once."""

import dataclasses
import json
import math

import pytest
import torch

from dashboard import cached
from dashboard.components import bench
from dashboard.lessons.pretraining import writing
from dashboard.lessons.pretraining.writing import Dials
from llm_core.sampling import sampling_steps, stretches

PROMPT = "The lighthouse keeper"


@pytest.fixture
def starter() -> cached.Loaded:
    return cached.starter()


def test_each_token_is_the_one_its_number_falls_on(starter: cached.Loaded) -> None:
    dials = Dials(temperature=1.3, top_p=0.9, min_p=0.01, repetition_penalty=1.2)
    text = writing.write(starter, PROMPT, dials, seed=3, tokens=12)
    numbers = writing.numbers(3).tolist()
    for place, step in enumerate(text.steps):
        seen = torch.tensor(text.prompt + text.ids[:place])
        steps = sampling_steps(writing.at(starter, text, place), **dials.links(), seen=seen)
        assert stretches(steps.min_p).throw(numbers[place]).token_id == step.token_id
        assert step.probability == pytest.approx(float(steps.probabilities[step.token_id]))


def test_a_chosen_token_changes_nothing_before_it(starter: cached.Loaded) -> None:
    first = writing.write(starter, PROMPT, Dials(), seed=1, tokens=12)
    other = (first.ids[5] + 1) % 100
    branch = writing.write(
        starter, PROMPT, Dials(), seed=1, tokens=12, given=(*first.ids[:5], other)
    )
    assert branch.ids[:6] == (*first.ids[:5], other)
    assert torch.equal(branch.logits[:6], first.logits[:6])
    assert [step.given for step in branch.steps] == [True] * 6 + [False] * 6


def test_what_would_follow_the_text_can_be_looked_at(starter: cached.Loaded) -> None:
    text = writing.write(starter, PROMPT, Dials(), seed=1, tokens=6)
    longer = writing.write(starter, PROMPT, Dials(), seed=1, tokens=7)
    following = writing.at(starter, text, 6)
    torch.testing.assert_close(following, longer.logits[6], atol=1e-4, rtol=0)


def test_a_text_is_watched_while_it_grows_and_not_written_twice(starter: cached.Loaded) -> None:
    seen: list[str] = []
    asked = {"seed": 77, "tokens": 5, "watch": seen.append}
    first = writing.write(starter, PROMPT, Dials(), **asked)
    assert len(seen) == 5
    assert seen[-1] == starter.tokenizer.decode(list(first.ids))
    assert writing.write(starter, PROMPT, Dials(), **asked) is first
    assert len(seen) == 5


def test_the_server_remembers_only_so_many_texts(starter: cached.Loaded) -> None:
    first = writing.write(starter, PROMPT, Dials(), seed=500, tokens=1)
    for seed in range(501, 501 + 12):
        writing.write(starter, PROMPT, Dials(), seed=seed, tokens=1)
    assert writing.write(starter, PROMPT, Dials(), seed=500, tokens=1) is not first


def test_a_diverged_model_gets_a_sentence(starter: cached.Loaded) -> None:
    broken = cached.fresh(starter.model)
    with torch.no_grad():
        broken.tok_emb.weight.fill_(math.nan)
    loaded = dataclasses.replace(starter, name="broken", model=broken)
    with pytest.raises(ValueError, match="lower learning rate"):
        writing.write(loaded, PROMPT, Dials(), seed=1, tokens=2)


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ({"temperature": 9, "top_k": -4, "min_p": 2}, Dials(temperature=5, min_p=1)),
        ({"top_p": 0, "repetition_penalty": -1}, Dials(top_p=0.01)),
        ({"temperature": math.nan, "top_k": "many"}, Dials()),
        ({"repetition_penalty": "1.25", "unknown": 3}, Dials(repetition_penalty=1.25)),
    ],
)  # fmt: skip
def test_dials_turn_only_within_their_ranges(asked: dict[str, object], given: Dials) -> None:
    assert Dials.of(asked, Dials()) == given


def parts_of(message: bytes) -> tuple[dict, dict[str, bytes]]:
    """Takes a message apart as bench.js does."""
    start = 4 + int.from_bytes(message[:4], "little")
    head = json.loads(message[4:start])
    parts = {}
    for name, length in head["parts"]:
        assert start % 8 == 0
        parts[name.split()[0]] = message[start : start + length]
        start += -(-length // 8) * 8
    assert start == len(message)
    return head, parts


def test_scores_travel_once_and_again_only_when_they_change() -> None:
    parts = {"logits": b"12345678abcd", "numbers": b"n" * 16, "names": b'["a"]'}
    sent: set[str] = set()
    first, arrived = parts_of(bench.message({"place": 0}, parts, sent))
    assert arrived == parts
    second, arrived = parts_of(bench.message({"place": 1}, parts, sent))
    assert arrived == {}
    assert second["ids"] == first["ids"]
    assert parts_of(bench.message({}, {**parts, "logits": b"new "}, sent))[1] == {"logits": b"new "}
    sent.clear()  # the browser said that it lacks something
    assert parts_of(bench.message({}, parts, sent))[1] == parts
