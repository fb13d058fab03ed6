"""Ledgers, squares and bills of the architecture page show what the core counts."""

import json

import pytest

from dashboard import cached, jobs
from dashboard.job import Job
from dashboard.lessons.architecture import (
    ledgers,
    model_choice,
    scale,
    this_computer,
    training_bill,
)
from llm_core.accounting import (
    Cluster,
    compute_optimal_tokens,
    flops_ledger,
    kv_cache_bytes,
    parameter_ledger,
    training_memory,
)
from llm_core.config import GPT_CONFIG_124M
from llm_core.training import TrainStep


def traces(figure: str) -> list[dict]:
    return json.loads(figure)["data"]


def test_the_starter_models_preset_is_the_starter_model() -> None:
    loaded = cached.starter()
    assert model_choice.PRESETS[scale.STARTER] == loaded.config
    assert scale.published(scale.STARTER).parameters == loaded.model.num_parameters()


@pytest.mark.parametrize("fit", [scale.LARGEST, scale.STARTER])
def test_every_area_is_as_large_as_its_parameters_and_every_model_a_square(fit: str) -> None:
    figure = scale.drawn(GPT_CONFIG_124M, True, fit)
    for trace in traces(figure):
        for height, width, said in zip(
            trace["y"], trace["width"], trace["customdata"], strict=True
        ):
            assert height * width == pytest.approx(said[1])
    squares = [s for s in json.loads(figure)["layout"]["shapes"] if s["type"] == "rect"]
    models = scale.models(GPT_CONFIG_124M, True)
    for square, model in zip(squares, models, strict=True):
        assert square["y1"] == pytest.approx(square["x1"] - square["x0"])
        assert square["y1"] ** 2 == pytest.approx(model.parameters)


def test_beside_gpt_3_the_bundled_model_is_a_dot() -> None:
    shapes = json.loads(scale.drawn(GPT_CONFIG_124M, True, scale.LARGEST))["layout"]["shapes"]
    squares = [shape for shape in shapes if shape["type"] == "rect"]
    assert squares[-1]["y1"] / squares[0]["y1"] > 150


def test_gpt_3_is_not_drawn_before_the_guess() -> None:
    hidden = scale.drawn(GPT_CONFIG_124M, True, scale.XL, scale.LARGEST)
    assert scale.XL in hidden
    assert scale.LARGEST not in hidden


def test_the_published_are_held_against_one_table_and_the_learners_two_against_two() -> None:
    table = scale.steps_table(GPT_CONFIG_124M, False)
    assert "| **As configured** | 12 × 768 | 163 million | × 1 |" in table
    assert "| GPT-2 medium | 24 × 1,024 | 355 million | × 2.85 |" in table
    assert "163 million" in scale.counted_alike(False)


def test_a_guess_moves_no_dot_of_the_bills() -> None:
    cluster = Cluster(peak=1e14, utilisation=0.5, machines=100, price=2.0)
    wish = training_bill.Wish(scale.published(scale.LARGEST), 300_000_000_000, cluster)
    before, after = (traces(training_bill.over_sizes(wish, shown))[-2] for shown in (False, True))
    for of_each in ("x", "y", "text"):
        assert after[of_each][: len(before["x"])] == before[of_each]
    assert after["textposition"][: len(before["x"])] == before["textposition"]


def test_memory_is_what_the_ledger_says_and_training_is_drawn_only_after_the_guess() -> None:
    config = GPT_CONFIG_124M
    whole = training_memory(config, 4, 256).total
    *_, words = traces(ledgers.memory(config, False, 4, 256, training=True))
    assert words["text"][-1].strip() == f"{whole / 1024**2:,.0f} MB"
    first = traces(ledgers.memory(config, False, 4, 256, training=False))
    assert [trace.get("name") for trace in first[:2]] == ["weights", "keys and values of the texts"]
    assert len(first[0]["x"]) == 3
    assert first[1]["x"][1] * 1024**2 == kv_cache_bytes(config, 4, 256, "bfloat16")


def test_the_bill_on_the_line_is_the_bill_above_it() -> None:
    model = scale.published(scale.LARGEST)
    cluster = Cluster(peak=1e14, utilisation=0.5, machines=100, price=2.0)
    wish = training_bill.Wish(model, 300_000_000_000, cluster)
    *_, here = traces(training_bill.over_sizes(wish, optimal=True))
    assert here["x"] == [parameter_ledger(model.config).total_tied]
    assert here["y"] == [wish.bill.dollars]
    best = wish._replace(tokens=int(compute_optimal_tokens(model.parameters)))
    dots = traces(training_bill.over_sizes(wish, optimal=True))[-2]
    assert dots["y"][-1] == pytest.approx(best.bill.dollars)
    assert training_bill.growth(wish) == (2.0, 4.0)


def test_an_update_of_the_learners_run_is_held_against_the_computers_speed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = Job(lambda job: iter(()), kind="pretraining")
    monkeypatch.setattr(jobs, "current", lambda kind: job)
    assert this_computer.update(1e9) is None
    loaded = cached.starter()
    job.settings = {"batch_size": 2, "context_length": 16}
    job.products["model"] = loaded
    job.history = [TrainStep(9, 0, 10 * 2 * 16, 20, 1.0, 1e-3, 1.0, False, None, None)]
    job.seconds = 5.0
    own = this_computer.update(1e9)
    assert own is not None
    assert own.measured == 0.5
    assert own.promised == flops_ledger(loaded.config, 2, 16).training_step / 1e9
    assert own.utilisation == own.promised / 0.5
