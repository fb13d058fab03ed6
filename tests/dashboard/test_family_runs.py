"""The three small models: their recipe, their bundle, and what they are asked."""

import pytest

from dashboard.lessons.family import runs as family_runs
from dashboard.lessons.family.runs import FILL, GO_ON, RECIPES, TRANSLATE, Gap
from llm_core.random_state import RandomState


@pytest.mark.parametrize("kind", RECIPES)
def test_the_bundled_weights_belong_to_the_bundled_sentences(kind: str) -> None:
    member = family_runs.bundled(kind)
    assert member is not None, "make them anew: python -m dashboard.lessons.family.runs"


@pytest.mark.parametrize(("kind", "share"), [(TRANSLATE, 0.8), (FILL, 0.4), (GO_ON, 0.15)])
def test_the_bundled_weights_do_their_task_on_sentences_never_seen(kind: str, share: float) -> None:
    member = family_runs.bundled(kind)
    assert member is not None
    assert family_runs.share_right(member.model, family_runs.sentences()) > share


@pytest.mark.parametrize("kind", RECIPES)
def test_the_bundled_files_stay_small(kind: str) -> None:
    assert family_runs._file(kind).stat().st_size < 1_500_000


@pytest.mark.parametrize("kind", RECIPES)
def test_the_same_seed_gives_the_same_run(kind: str) -> None:
    first, second = (family_runs.steps(kind, family_runs.learner(kind)) for _ in range(2))
    assert [next(first).loss for _ in range(3)] == [next(second).loss for _ in range(3)]


def test_a_gpt_is_shown_nothing_that_stands_after_the_gap() -> None:
    gap = Gap(("he", "reads", "a", "book", "."), 2)
    assert gap.before == "he reads"
    assert gap.missing == "a"
    assert gap.text == "he reads <mask> book ."


def test_no_final_mark_is_asked_for_and_every_place_comes_up() -> None:
    split = family_runs.sentences()
    model = family_runs.newborn(GO_ON, split, RandomState(1))
    gaps = family_runs.gaps(model.words, [pair.source for pair in split.test])
    assert all(gap.missing.isalnum() for gap in gaps)
    assert {gap.place for gap in gaps} >= set(range(6))
