"""The tree of a beam search: what stands where, and what is said about it."""

import json
import math

import pytest

from dashboard import cached, palette
from dashboard.charts.tree import Node, rows, tree
from dashboard.lessons.pretraining import beam_tree

PROMPT = "The lighthouse keeper wound the clock because"


@pytest.fixture(scope="module")
def looked():
    return beam_tree.search(cached.starter(), PROMPT, beams=3, tokens=6)


def test_every_kept_text_stands_in_the_tree_under_the_text_it_continues(looked) -> None:
    nodes = beam_tree.nodes(looked, 6)
    kept = sum(len(step.kept) for step in looked.steps)
    assert sum(node.fate != "dropped" for node in nodes) == kept + 1  # and the prompt
    for node in nodes[1:]:
        assert nodes[node.parent].depth == node.depth - 1
        assert nodes[node.parent].fate != "dropped"


@pytest.mark.parametrize("shown", [1, 3, 6])
def test_the_best_text_so_far_is_one_path_from_the_prompt_to_its_last_token(looked, shown) -> None:
    nodes = beam_tree.nodes(looked, shown)
    best = [node for node in nodes if node.fate == "best" and node.depth <= shown]
    assert [node.depth for node in best] == list(range(shown + 1))
    total = math.fsum(math.log(node.probability) for node in best)
    assert total == pytest.approx(looked.steps[shown - 1].best.log_probability, abs=1e-6)


def test_the_sum_under_the_pointer_is_that_of_the_whole_text(looked) -> None:
    last = [node for node in beam_tree.nodes(looked, 6) if node.fate == "best"][-1]
    assert f"sum of ln p: {looked.best.log_probability:.2f}" in last.note


def test_after_some_prompts_looking_ahead_pays() -> None:
    looked = beam_tree.search(cached.starter(), "The lighthouse keeper", beams=3, tokens=6)
    ratio = math.exp(looked.best.log_probability - looked.greedy.log_probability)
    assert ratio > 1.5
    assert f"{ratio:.3g} times as likely as greedy's" in beam_tree.comparison(looked)


def test_one_beam_is_said_to_find_what_greedy_finds() -> None:
    alone = beam_tree.search(cached.starter(), PROMPT, beams=1, tokens=4)
    assert "both find the same text" in beam_tree.comparison(alone)


@pytest.mark.parametrize(("beams", "tokens"), [(0, 0), (99, 99)])
def test_what_the_sliders_cannot_ask_for_is_brought_into_their_range(beams, tokens) -> None:
    looked = beam_tree.search(cached.starter(), "The", beams=beams, tokens=tokens)
    assert 1 <= len(looked.steps) <= beam_tree.MOST_TOKENS
    assert all(len(step.kept) <= beam_tree.MOST_BEAMS for step in looked.steps)


def test_a_prompt_longer_than_the_context_leaves_room_for_the_search() -> None:
    looked = beam_tree.search(cached.starter(), "the lamp " * 300, beams=2, tokens=3)
    assert len(looked.steps) == 3


def test_an_empty_prompt_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one word"):
        beam_tree.search(cached.starter(), "", beams=2, tokens=2)


def drawn(nodes: list[Node], shown: int | None = None) -> dict:
    return json.loads(str(tree(nodes, shown=shown).to_json()))


SMALL = [
    Node(0, -1, "root", 1.0, "best", "start", True),
    Node(1, 0, "a", 0.6, "best", "first"),
    Node(1, 0, "b", 0.3, "kept", "second", True),
    Node(2, 1, "c", 0.5, "best", "third"),
    Node(2, 1, "d", 0.1, "dropped", "fourth"),
    Node(2, 2, "a very long token", 0.2, "kept", "fifth"),
]


def test_a_branch_is_as_wide_as_its_token_is_likely() -> None:
    widths = [shape["line"]["width"] for shape in drawn(SMALL)["layout"]["shapes"]]
    likely = [node.probability for node in SMALL[1:]]
    assert sorted(range(5), key=widths.__getitem__) == sorted(range(5), key=likely.__getitem__)


def test_no_two_ends_share_a_row_and_a_parent_stands_beside_its_children() -> None:
    places = {
        note: (x, y)
        for trace in drawn(SMALL)["data"]
        if trace.get("customdata")
        for note, x, y in zip(trace["customdata"], trace["x"], trace["y"], strict=True)
    }
    assert [places[note][1] for note in ("third", "fourth", "fifth")] == [0, 1, 2]
    assert places["first"] == (1, 0.5)
    assert places["second"] == (1, 2)
    assert rows(SMALL) == 3


def test_nothing_moves_while_the_tree_grows() -> None:
    whole, part = drawn(SMALL), drawn(SMALL, shown=1)
    for axis in ("xaxis", "yaxis"):
        assert whole["layout"][axis]["range"] == part["layout"][axis]["range"]
    assert [s["path"] for s in part["layout"]["shapes"]] == [
        s["path"] for s in whole["layout"]["shapes"][:2]
    ]


def test_long_tokens_are_cut_on_the_picture_and_whole_under_the_pointer() -> None:
    text = str(drawn(SMALL))
    assert "a very l…" in text
    assert "a very long token" not in text


def test_what_is_dropped_is_faint_and_grey_and_greedy_has_a_sign_of_its_own() -> None:
    traces = {trace["name"]: trace for trace in drawn(SMALL)["data"] if "name" in trace}
    assert traces["dropped"]["line"]["color"] == palette.MUTED.light
    assert traces["kept"]["line"]["color"] == palette.ACCENT.light
    signs = [
        sign
        for trace in drawn(SMALL)["data"]
        if trace.get("customdata")
        for sign in trace["marker"]["symbol"]
    ]
    assert signs.count("diamond-open") == 2
