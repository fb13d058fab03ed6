"""Tables, places and the whole way: what the pictures say is what the tensors hold."""

import html
import json
import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard import cached, corpus_choice
from dashboard.charts.grid import grid
from dashboard.lessons.data import cells, place_tables, places, tables, whole_way
from llm_core import corpus
from llm_core.embeddings import sinusoidal_positions

SENTENCE = "The lighthouse keeper wound the clock because"
ODD = ["שלום", "a\u0301\u200b\x01", "👩‍👩‍👧", "<b>&amp;*x*", "٣٤", "\x00\x1b[31m"]


def numbers(drawn: str) -> list[float]:
    return [float(n) for n in re.findall(r'title="(-?[\d.]+)"', drawn)]


def story() -> corpus_choice.Corpus:
    return corpus_choice.Corpus("Bundled story", "the bundled story", corpus.story(), "story")


# Look-up ------------------------------------------------------------------------------------------


def test_the_books_row_is_lifted_out_and_the_parts_add_up_to_it() -> None:
    """Raschka 2024, section 2.7: six tokens, three channels, seed 123."""
    found = tables.look_up(3, 6, 3, 123)
    assert torch.allclose(found.looked_up, torch.tensor([[-0.4015, 0.9666, -1.1481]]), atol=1e-4)
    assert found.gap == 0
    drawn = torch.tensor(numbers(tables.lifted(found, 3)))
    table_and_parts, total = drawn[:-3].view(6, 2, 3), drawn[-3:]
    assert torch.allclose(table_and_parts[:, 0], found.table, atol=1e-6)
    assert torch.allclose(table_and_parts[:, 1].sum(0), total, atol=1e-6)
    assert "-0.4015" in tables.stacked(found, (2, 3, 5, 1), 3)


def test_the_bonus_table_of_four_rows_and_five_channels_is_the_same_by_all_three_ways() -> None:
    """The repository's notebook on embeddings and linear layers."""
    found = tables.look_up(2, 4, 5, 123)
    assert found.table.shape == (4, 5)
    assert torch.equal(found.by_linear, found.looked_up)
    assert torch.equal(found.multiplied, found.looked_up)


@given(st.text(max_size=20))
def test_whatever_is_typed_as_ids_gives_ids_of_the_table_or_a_sentence(typed: str) -> None:
    try:
        ids = tables.read_ids(typed, 6)
    except ValueError:
        ids = ()
    assert all(0 <= i < 6 for i in ids)


def test_ids_that_cannot_be_looked_up_are_answered_with_a_remedy() -> None:
    with pytest.raises(ValueError, match="type ids as whole numbers"):
        tables.read_ids("two", 6)
    with pytest.raises(ValueError, match="id 6 has no row in a table with the rows 0 to 5"):
        tables.read_ids("2 6", 6)


# One step -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("tied", "kind"), [(False, tables.KINDS[0]), (True, tables.KINDS[2])])
def test_which_rows_move_is_read_from_the_step_itself(tied: bool, kind: str) -> None:
    found = tables.one_step(SENTENCE, tied)
    assert found.kind == kind
    assert f"{found.n_moved:,} of {cached.starter().config.vocab_size:,} rows" in tables.why(
        found, tied
    )


def test_a_row_that_rests_is_an_empty_square() -> None:
    drawn = grid([0.0, 1e-3, 1.0], names=["a", "b", "c"], unit="moved by").data[0]
    assert [bool(z == z) for z in drawn.z.ravel()] == [False, True, True, False]
    assert drawn.text.ravel().tolist() == [
        "a: moved by 0", "b: moved by 0.001", "c: moved by 1", "",
    ]  # fmt: skip


# Places -------------------------------------------------------------------------------------------


def test_the_first_two_rows_add_up_to_the_third() -> None:
    found = places.embedded(places.starter(), SENTENCE)
    for place in range(len(found.ids)):
        token, position, total = torch.tensor(numbers(places.adding_up(found, place))).view(3, -1)
        assert torch.allclose(token + position, total, atol=2e-6)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 999))
def test_a_bag_without_places_never_tells_of_a_shuffle_and_one_with_places_does(seed: int) -> None:
    found = places.shuffled(places.starter(), SENTENCE, seed)
    assert not found.distances[places.WITHOUT].any()
    assert found.told_apart == [places.WITH]
    assert max(found.sums.values()) < 1e-9


def test_one_token_has_no_other_order() -> None:
    with pytest.raises(ValueError, match="two different words"):
        places.shuffled(places.starter(), "a", 1)


def test_the_tables_side_by_side_are_the_models_own_and_waves_of_its_size() -> None:
    source = places.starter()
    found = place_tables.structure(source)
    own = source.model.pos_emb.weight
    assert torch.equal(found.tables[places.STARTER], own)
    assert torch.equal(found.tables[place_tables.WAVES], sinusoidal_positions(*own.shape))
    at, others = place_tables.compared(source)
    for place, value in others.values():
        expected = torch.cosine_similarity(own[at - 1], own[place - 1], dim=0)
        assert value == pytest.approx(expected.item(), abs=1e-5)
    for what in (place_tables.TABLES, place_tables.ALIKE):
        drawn = json.loads(place_tables.table_figure(source, place_tables.WAVES, what))
        assert len(drawn["data"][0]["customdata"]) == 64


# The whole way ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [SENTENCE, *ODD, "x " * 90])
def test_every_text_reads_the_same_in_pieces_and_is_drawn(text: str) -> None:
    found = places.embedded(places.starter(), text)
    assert "".join(found.pieces) == text
    drawn = whole_way.picture(text, found)
    drawn.encode()  # can be sent to a browser
    written = html.unescape("".join(re.findall(r'class="piece[^>]*>([^<]*)</bdi>', drawn)))
    shown = "".join(found.pieces[: whole_way.MOST_TOKENS])
    assert written == "".join(c if c.isprintable() or c == "\n" else "·" for c in shown)
    assert len(numbers(drawn)) == 3 * places.CHANNELS * min(len(found.ids), whole_way.MOST_TOKENS)


def test_the_books_batch_and_its_shape(shared_data) -> None:
    """Raschka 2024, sections 2.6 and 2.8."""
    text = shared_data("the-verdict.txt").read_text(encoding="utf-8")
    verdict = corpus_choice.Corpus("The Verdict", "The Verdict", text, "verdict")
    made = whole_way.pipeline(verdict, whole_way.COURSE, 8, 4, 4)
    assert made.tokens == 5145
    assert made.first[0] == [40, 367, 2885, 1464]
    assert made.first[7] == [284, 3285, 326, 11]
    assert made.vectors == (8, 4, 256)
    assert "40    367   2885   1464" in whole_way.corner(made)


def test_a_batch_of_the_starters_tokens_has_its_width_and_a_short_text_too_few_windows() -> None:
    made = whole_way.pipeline(story(), whole_way.STARTER, 16, 64, 64)
    assert made.vectors == (16, 64, cached.starter().config.emb_dim)
    assert made.kind == whole_way.SHAPES[1]
    short = corpus_choice.Corpus("Paste", "your text", "one two three four", "short")
    with pytest.raises(ValueError, match="fewer than a batch of 16"):
        whole_way.pipeline(short, whole_way.STARTER, 16, 1, 1)


def test_tones_are_even_to_both_sides() -> None:
    assert [cells.tone(v, 1.0) for v in (-1, -0.5, 0, 0.5, 1)] == [
        "tone-0", "tone-2", "tone-4", "tone-6", "tone-8",
    ]  # fmt: skip
    assert cells.tone(0.0, 0.0) == "tone-4"
