"""What the page says of single heads equals hooks on the model, and so does what is sent."""

import json
import re

import pytest
import torch
from torch import Tensor, nn

from dashboard import cached
from dashboard.components import switchboard
from dashboard.lessons import reading
from dashboard.lessons.attention import effects, pressed, rather, writes
from dashboard.session import SENTENCE
from llm_core.induction import Head


@pytest.fixture(scope="module")
def loaded() -> cached.Loaded:
    return cached.starter()


@pytest.fixture(scope="module")
def ids(loaded: cached.Loaded) -> tuple[int, ...]:
    return reading.read(loaded, SENTENCE).ids


def heard(loaded: cached.Loaded, ids: tuple[int, ...], layer: int) -> Tensor:
    """What a hook hears at the entrance of a layer's out_proj, (T, C)."""
    inputs: list[Tensor] = []
    projection = loaded.model.get_submodule(f"trf_blocks.{layer}.att.out_proj")
    handle = projection.register_forward_pre_hook(lambda _, given: inputs.append(given[0]))
    with torch.inference_mode():
        loaded.model(torch.tensor([ids]))
    handle.remove()
    return inputs[0][0]


def test_a_link_names_heads_and_what_the_model_lacks_is_left_out(loaded: cached.Loaded) -> None:
    heads = (Head(1, 2), Head(4, 3))
    assert pressed.read(pressed.written(heads), loaded.config) == heads
    assert pressed.read("2.3-99.1-0.1-x-5.4-2.3", loaded.config) == heads
    assert pressed.read("", loaded.config) == ()


def test_the_map_holds_what_switching_each_head_off_gives(
    loaded: cached.Loaded, ids: tuple[int, ...]
) -> None:
    for stand_in in effects.STAND_INS:
        costs = effects.costs(loaded, ids, stand_in)
        for head in (Head(0, 0), Head(1, 2), Head(5, 3)):
            alone = effects.moved(loaded, ids, (head,), stand_in)
            assert costs[head.layer][head.number] == pytest.approx(alone.bits, abs=1e-4)
            decides = head in effects.deciding(loaded, ids, stand_in)
            assert decides == (alone.best != alone.best_after)


def test_with_all_heads_on_nothing_has_moved(loaded: cached.Loaded, ids: tuple[int, ...]) -> None:
    seen = effects.moved(loaded, ids, (), effects.ZEROS)
    assert seen.best == seen.best_after
    assert seen.before == seen.after
    assert seen.bits == 0


@pytest.mark.parametrize("place", [0, 6, 14])
def test_the_browser_gets_weights_and_reach_whose_product_is_the_length_of_each_piece(
    loaded: cached.Loaded, ids: tuple[int, ...], place: int
) -> None:
    """pieces() of writing.js multiplies them; here it is held to the model's own values."""
    given = writes.written(loaded, ids, tuple(range(len(ids))))
    heads, width = loaded.config.n_heads, loaded.config.head_dim
    count = heads * loaded.config.n_layers
    steps = reading.steps(loaded, ids)
    for head in (Head(0, 0), Head(4, 3)):
        h = head.layer * heads + head.number
        begin = count * sum(range(place + 1)) + h * (place + 1)  # as offsets() of writing.js
        weights = given.weights[begin : begin + place + 1]
        assert weights.sum().item() == pytest.approx(1, abs=1e-5)
        attention = steps.blocks[head.layer].attention
        projection = loaded.model.get_submodule(f"trf_blocks.{head.layer}.att.out_proj")
        assert attention is not None
        assert isinstance(projection, nn.Linear)
        columns = projection.weight[:, head.number * width : (head.number + 1) * width]
        values = attention.values[0, head.number, : place + 1]
        with torch.inference_mode():
            long = torch.stack([
                torch.linalg.vector_norm(columns @ (weight * value))
                for weight, value in zip(weights, values, strict=True)
            ])  # fmt: skip
            part = heard(loaded, ids, head.layer)[place, head.number * width :][:width]
            whole = torch.linalg.vector_norm(columns @ part)
        shown = weights * given.reach.flatten(0, 1)[h, : place + 1]
        torch.testing.assert_close(shown, long, atol=1e-4, rtol=1e-3)
        torch.testing.assert_close(
            given.wrote[place].flatten()[h], whole, atol=1e-4, rtol=1e-3
        )  # fmt: skip


def test_what_is_pushed_up_and_down_is_the_direct_path_to_the_logits(
    loaded: cached.Loaded, ids: tuple[int, ...]
) -> None:
    head = Head(4, 3)
    given = writes.written(loaded, ids, (len(ids) - 1,))
    tokens = given.ids[0, head.layer, head.number].tolist()
    pushes = given.pushes[0, head.layer, head.number]
    assert pushes[:5].tolist() == sorted(pushes[:5].tolist(), reverse=True)
    assert pushes[5:].tolist() == sorted(pushes[5:].tolist())
    first, second = tokens[0], tokens[5]
    own = rather.split(loaded, ids, first, second).heads[head.layer, head.number]
    torch.testing.assert_close(pushes[0] - pushes[5], own, atol=1e-4, rtol=1e-4)


def test_the_parts_of_a_pair_sum_to_the_difference_and_so_do_the_bars(
    loaded: cached.Loaded, ids: tuple[int, ...]
) -> None:
    two = rather.pair(loaded, ids, "", "")
    logits = reading.steps(loaded, ids).logits[0, -1]
    assert [two.first, two.second] == logits.topk(2).indices.tolist()
    whole = (logits[two.first] - logits[two.second]).item()
    every = rather.parts(rather.split(loaded, ids, two.first, two.second))
    layers, heads = loaded.config.n_layers, loaded.config.n_heads
    assert len(every) == len(dict(every)) == 3 + layers * (heads + 2)
    assert sum(value for _, value in every) == pytest.approx(whole, abs=1e-4)
    drawn = json.loads(rather.bars(loaded, ids, two.first, two.second))["data"][0]
    assert sum(drawn["x"]) == pytest.approx(whole, abs=1e-4)
    assert len(drawn["x"]) == 9


def test_what_is_lost_is_the_difference_less_what_is_left_of_it(
    loaded: cached.Loaded, ids: tuple[int, ...]
) -> None:
    two = rather.pair(loaded, ids, "", "")
    lost = rather.lost(loaded, ids, two.first, two.second)
    whole = rather.difference(loaded, ids, two)
    for head in (Head(1, 2), rather.loudest(lost)):
        left = rather.difference(loaded, ids, two, (head,))
        assert lost[head.layer][head.number] == pytest.approx(whole - left, abs=1e-3)


def test_a_typed_word_is_the_token_that_would_follow_a_space(
    loaded: cached.Loaded, ids: tuple[int, ...]
) -> None:
    ball = loaded.tokenizer.encode_ordinary(" ball")[0]
    assert rather.pair(loaded, ids, "ball", "").first == ball
    assert rather.pair(loaded, ids, "", " ball ").second == ball
    assert rather.pair(loaded, ids, ".", "").first == loaded.tokenizer.encode_ordinary(".")[0]
    assert rather.pair(loaded, ids, "xylophonist", "").cut == ("xylophonist",)
    with pytest.raises(ValueError, match="type two different ones"):
        rather.pair(loaded, ids, "ball", "ball")


def test_long_texts_and_wide_vocabularies_are_sent_token_by_token(loaded: cached.Loaded) -> None:
    short, long = tuple(range(1, 16)), tuple(range(1, 201))
    assert writes.places(loaded, short, 3) == tuple(range(15))
    assert writes.places(loaded, long, 150) == (150,)


def test_a_message_is_its_head_and_then_the_numbers_each_at_a_multiple_of_four() -> None:
    numbers = {"a": torch.tensor([1.5, -2.0]), "b": torch.tensor([[3], [70_000]])}
    message = switchboard.packed({"word": "é<b>"}, numbers)
    length = int.from_bytes(message[:4], "little")
    head = json.loads(message[4 : 4 + length])
    assert head["word"] == "é<b>"
    assert length % 4 == 0
    assert head["parts"] == [["a", 2, "real"], ["b", 2, "whole"]]
    body = message[4 + length :]
    assert torch.frombuffer(bytearray(body[:8]), dtype=torch.float32).tolist() == [1.5, -2.0]
    assert torch.frombuffer(bytearray(body[8:]), dtype=torch.int32).tolist() == [3, 70_000]


def test_the_browser_never_reads_text_as_markup() -> None:
    folder = switchboard.__path__[0]
    for name in ("grid.js", "writing.js", "switchboard.js"):
        with open(f"{folder}/{name}", encoding="utf-8") as script:
            assert not re.search("innerHTML|insertAdjacentHTML|outerHTML", script.read()), name
