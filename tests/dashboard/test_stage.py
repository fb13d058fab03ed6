"""The matrix stage between page and browser: what stands on it, and who changes with whom."""

import pytest
import torch

from dashboard import cached
from dashboard.components import stage as component
from dashboard.lessons import reading
from dashboard.lessons.attention import stage, views
from llm_core import attention

SENTENCE = "The goat ate the log book"


@pytest.mark.parametrize("source", [views.COURSE, views.OWN])
@pytest.mark.parametrize("rung", stage.LADDER)
def test_every_matrix_is_made_from_matrices_before_it_and_has_its_step(
    source: str, rung: str
) -> None:
    flow = stage.rung(source, SENTENCE, rung, 2, 3, 789)
    seen: dict[str, int] = {}
    for matrix in flow.matrices:
        assert (matrix.kind == "given") == (not matrix.of)
        assert set(matrix.of) <= set(seen)
        assert all(seen[name] <= matrix.step < len(flow.steps) for name in matrix.of)
        seen[matrix.name] = matrix.step
    assert set(seen.values()) == set(range(len(flow.steps)))


def test_the_causal_rung_on_the_stage_has_the_books_numbers() -> None:
    """The book, section 3.5.1, seed 789."""
    flow = stage.rung(views.COURSE, "", views.RUNGS[2], 2, 2, 789)
    weights = next(m.values for m in flow.matrices if m.name == "weights")
    assert weights[1, :2].tolist() == pytest.approx([0.5517, 0.4483], abs=1e-4)
    assert weights[2, :3].tolist() == pytest.approx([0.3800, 0.3097, 0.3103], abs=1e-4)


def test_the_trained_heads_are_those_of_the_model_one_layer_after_another() -> None:
    flow = stage.trained(SENTENCE)
    weights = next(m.values for m in flow.matrices if m.name == "weights")
    starter = cached.starter()
    heads = reading.steps(starter, reading.read(starter, SENTENCE).ids).attention_weights[:, 0]
    torch.testing.assert_close(weights, heads.flatten(0, 1))
    assert [size for _, size in flow.axes] == list(heads.shape[:2])


def test_the_numbers_are_sent_one_matrix_after_another() -> None:
    flow = stage.rung(views.COURSE, "", views.RUNGS[3], 2, 2, 789)
    sent = torch.frombuffer(bytearray(component.numbers(flow)), dtype=torch.float32)
    assert len(sent) == sum(matrix.values.numel() for matrix in flow.matrices)
    assert torch.equal(sent[:18].view(6, 3), flow.matrices[0].values)
    last = flow.matrices[-1].values
    assert torch.equal(sent[-last.numel() :].view_as(last), last)


@pytest.mark.parametrize("rung", stage.LADDER[:4])
def test_whose_context_changes_is_what_changes_when_the_last_vector_does(rung: str) -> None:
    inputs = views.tokens(views.COURSE, "").vectors
    before = views.climb(views.COURSE, "", rung).context
    after = inputs.clone()
    after[-1, 0] += 0.5
    if rung == views.RUNGS[0]:
        changed = attention.simple_attention(after).context
    else:
        born = {views.RUNGS[1]: views.learned, views.RUNGS[2]: views.causal}.get(rung)
        layer = born(3, 2, 789) if born else views.stacked(3, 2, 2, 789)
        with torch.inference_mode():
            changed = layer.steps(after).context
    rows = (changed != before).any(dim=-1).view(-1, 6).any(dim=0)
    truth, _ = stage.whose(views.COURSE, "", rung, 2, 2, 789)
    assert truth == (stage.WHOSE[1] if rows.sum() > 1 else stage.WHOSE[0])


def test_two_loops_give_the_scores_of_one_product() -> None:
    assert views.loops_gap(views.COURSE, "") < 1e-6
