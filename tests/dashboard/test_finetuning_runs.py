"""What the finetuning pages compute: counts that agree with the model, prompts that stay whole."""

import pytest

from dashboard import dataset_choice
from dashboard.lessons.classify import asking
from dashboard.lessons.classify import runs as classification_runs
from dashboard.lessons.classify.runs import WHAT, Settings
from dashboard.lessons.instruct import runs as instruction_runs
from dashboard.lessons.instruct import views as instruction_views
from llm_core import corpus

ENTRY = {"instruction": "a", "input": "### Input:\n", "output": "{} <|user|>"}


@pytest.mark.parametrize("way", WHAT)
def test_the_freeze_map_counts_what_an_optimizer_would_change(way: str) -> None:
    model = classification_runs.classifier(Settings(trainable=WHAT[way], rank=4))
    rows = classification_runs.freeze_map(4)[way]
    assert sum(row.trainable for row in rows) == sum(
        weight.numel() for weight in model.parameters() if weight.requires_grad
    )
    assert sum(row.parameters for row in rows) == sum(w.numel() for w in model.parameters())


def test_a_run_leaves_the_bundled_model_as_it_was() -> None:
    bundled = classification_runs.cached.starter().model
    classification_runs.classifier(Settings())
    assert (
        bundled.out_head.weight.shape[0] == classification_runs.cached.starter().config.vocab_size
    )


def test_filler_behind_the_last_real_token_changes_nothing() -> None:
    model, settings = classification_runs.untrained(), Settings(read="last_real_token")
    asked = [asking.ask("Do you have time", model, settings, n) for n in (12, 60)]
    assert asked[0].spam == pytest.approx(asked[1].spam, abs=1e-5)


def test_a_large_file_is_used_in_part_and_stays_balanced() -> None:
    rows = tuple(corpus.Message(("ham", "spam")[i % 2], f"message {i}") for i in range(9000))
    used = classification_runs.balanced(dataset_choice.Examples("x", "many", rows, "many"))
    assert len(used.rows) == classification_runs.MOST_MESSAGES
    assert sum(row.label == "spam" for row in used.rows) * 2 == len(used.rows)


@pytest.mark.parametrize("total", [1, 3, 10, 19, 20, 66, 198, 1000])
def test_every_round_of_measuring_is_whole_and_the_last_one_ends_the_run(total: int) -> None:
    count = 10
    due = [turn for step in range(total) for turn in classification_runs._due(step, total, count)]
    assert due == list(range(count)) * (len(due) // count)
    assert classification_runs._due(total - 1, total, count)[-1] == count - 1


@pytest.mark.parametrize("style", instruction_runs.STYLES)
@pytest.mark.parametrize("entry", [ENTRY, ENTRY | {"input": ""}])
def test_the_coloured_pieces_are_the_prompt_that_is_trained_on(
    entry: dict[str, str], style: str
) -> None:
    pieces = instruction_views.spans(entry, style)
    assert "".join(text for _, text in pieces) == instruction_runs.STYLES[style].text(entry)
    for name in ("instruction", "input", "output"):
        assert "".join(text for owner, text in pieces if owner == name) == entry[name]


def test_the_toy_batch_counts_as_in_the_course() -> None:
    assert instruction_views.counted(instruction_views.toy_batch(mask_prompt=False)) == (15, 10, 7)


def test_the_ignored_target_leaves_the_loss_alone() -> None:
    two, three, ignored = instruction_views.ignored_loss()
    assert (round(two, 4), round(three, 4)) == (1.1269, 0.7936)
    assert ignored == two


def test_entries_too_long_for_the_model_are_left_out() -> None:
    short = [{"instruction": f"Say {i}.", "input": "", "output": str(i)} for i in range(40)]
    long = {"instruction": "word " * 400, "input": "", "output": "no"}
    rows = (*short, long)
    parts = instruction_runs.split(dataset_choice.Examples("x", "mixed", rows, "mixed"))
    assert sum(map(len, parts)) == len(short)
