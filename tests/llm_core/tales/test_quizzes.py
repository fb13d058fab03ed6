"""Questions and small tasks."""

import re
from collections import Counter
from random import Random

import pytest

from llm_core import corpus, tales
from llm_core.tales import facts, lessons, quizzes
from llm_core.tales.phrasing import loaded

PAGES = [quizzes.quizzes(Random(f"quiz/{number}")) for number in range(2000)]
QUESTIONS = loaded("quizzes")["questions"]


def words_of(text: str) -> str:
    return " ".join(re.sub(r"[^a-z ]", " ", text.lower()).split())


def test_the_same_random_numbers_give_the_same_page() -> None:
    assert PAGES[:50] == [quizzes.quizzes(Random(f"quiz/{number}")) for number in range(50)]


def test_no_instruction_to_finetune_on_is_ever_given() -> None:
    instructions = {words_of(entry["instruction"]) for entry in corpus.instructions()}
    instructions = {text for text in instructions if len(text.split()) >= 4}
    assert len(instructions) > 300
    lines = {words_of(line) for page in PAGES for line in page.splitlines()}
    assert [line for line in lines if line in instructions] == []


@pytest.mark.parametrize("entry", QUESTIONS, ids=lambda entry: entry["of"])
def test_every_wording_can_be_filled(entry: dict) -> None:
    for number in range(30):
        rng = Random(number)
        values = quizzes._values(entry["of"], rng)
        for question, answer in entry["ask"]:
            for template in (question, answer):
                text = quizzes.said(template, rng, values, {})
                assert text.strip()
                assert not re.search(r"[{}\[\]]", text), text


def test_no_task_gives_away_a_pair_that_the_lists_hold_out() -> None:
    held_out = {name: set(task.held_out) for name, task in lessons.tasks().items()}
    for entry in QUESTIONS:
        if entry["of"] in held_out:
            for number in range(200):
                values = quizzes._values(entry["of"], Random(number))
                assert (values["x"], values["y"]) not in held_out[entry["of"]]


def test_the_verdict_on_a_message_fits_its_kind() -> None:
    wordings = loaded("quizzes")["verdicts"]
    assert len(wordings["ask"]) == len(wordings["trick"]) == len(wordings["honest"])
    found = Counter(quizzes._verdict(Random(number))[1] for number in range(600))
    for trick, honest in zip(wordings["trick"], wordings["honest"], strict=True):
        assert found[trick] > 20
        assert found[honest] > 20


def test_questions_of_the_primer_have_their_answers() -> None:
    for number in range(300):
        question, answer = facts.asked_in_themes(Random(number))
        assert question.strip()
        assert answer.strip()
        assert not re.search(r"[{}\[\]]", question + answer)


def test_quizzes_come_later_and_not_among_the_held_out_documents() -> None:
    second = tales.TERMS[1][0]
    assert any(map(is_quiz, range(second, second + 200)))
    assert not any(map(is_quiz, range(200)))
    assert not any(map(is_quiz, range(tales.HELD_OUT, tales.HELD_OUT + 200)))


def is_quiz(number: int) -> bool:
    rng, kinds = Random(f"{tales.SEED}/{number}"), tales.TERMS[1][1]
    rng.choices(tuple(kinds), tuple(kinds.values()))
    return tales.document(number) == quizzes.quizzes(rng)
