"""The ladder on the page: it climbs by itself until somebody turns a switch."""

from itertools import islice

from dashboard import corpus_choice
from dashboard.jobs import Job
from dashboard.lessons.pretraining import ladder, plans
from llm_core import corpus
from llm_core.fast.ladder import ALL, LadderStep


def record(step: int, rungs: tuple[str, ...], rate: float, warm: bool = True) -> LadderStep:
    return LadderStep(step, rungs, 4.0, rate, warm, None if warm else 0.5)


def test_it_climbs_a_rung_at_a_time_and_obeys_the_switches_at_once() -> None:
    story = corpus.story()
    ready = plans.material(corpus_choice.Corpus("s", "a story", story, "s"), plans.OWN)
    make_steps = ladder.steps(ready)
    job = Job(make_steps, kind=ladder.KIND)
    stream = make_steps(job)
    for made in islice(stream, ladder.ON_EACH + 1):
        job.history.append(made)
    assert [r.rungs for r in job.history] == [()] * ladder.ON_EACH + [ALL[:1]]
    job.products["wishes"] = ALL[1:3]
    assert next(stream).rungs == ALL[1:3]


def test_a_set_of_rungs_counts_by_the_median_of_its_timed_updates() -> None:
    rates = [10.0, 90.0, 20.0, 30.0]
    history = [record(i, (), rate, warm=i > 0) for i, rate in enumerate([1.0, *rates])]
    (row,) = ladder.measured(history)
    assert row.tokens_per_second == 25.0
    assert row.difference == 0.5


def test_the_largest_rung_is_named_once_the_climb_is_over() -> None:
    history = []
    for count in range(len(ALL) + 1):
        assert ladder.largest(history) is None
        rate = 100.0 * (1 + 0.1 * count) * (3 if count >= 3 else 1)
        history += [record(len(history), ALL[:count], rate, warm) for warm in (False, True)]
    title, words = ladder.largest(history)
    assert title == "Attention in blocks"
    assert "4.80 times" in words
