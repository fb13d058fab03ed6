"""Prompts with examples: what they hold, and what a model's answer to them says."""

import math

import pytest
import torch

from dashboard import cached
from dashboard.lessons.family import few_shot
from llm_core.loss import cross_entropy


@pytest.mark.parametrize("task", few_shot.TASKS)
@pytest.mark.parametrize("question", range(few_shot.QUESTIONS))
def test_no_example_gives_the_answer_away(task: str, question: int) -> None:
    asked = few_shot.prompt(task, question, few_shot.SHOTS[-1])
    shown = asked.text.split("\n")[1:-1]
    assert len(shown) == few_shot.SHOTS[-1]
    assert not any(line.endswith(asked.right) for line in shown)
    assert asked.right != asked.other


def test_zero_shot_holds_the_description_and_the_question_only() -> None:
    assert few_shot.prompt("Opposites", 0, 0).text == "Write the opposite.\nold ->"


def test_the_answers_probability_is_that_of_all_its_tokens_in_one_pass() -> None:
    loaded = cached.starter()
    asked = few_shot.prompt("English to German", 0, 1)
    encode = loaded.tokenizer.encode_ordinary
    before, answer = encode(asked.text), encode(asked.right)
    ids = torch.tensor([before + answer])
    with torch.inference_mode():
        logits = loaded.model(ids)[:, len(before) - 1 : -1]
    expected = math.exp(-cross_entropy(logits, torch.tensor([answer])).item() * len(answer))
    assert few_shot.answered(loaded, asked).right == pytest.approx(expected, rel=1e-3)
