"""The opened model: every number on it is the model's own, and the counter ends at all of them."""

import re
from collections.abc import Callable
from typing import cast

import pytest
import torch
from torch import Tensor, nn

from dashboard import cached
from dashboard.components import model as component
from dashboard.lessons import reading
from dashboard.lessons.architecture import inside, model_choice, models, steps
from llm_core.transformer import TransformerBlock

SENTENCE = "One day, Lily lost the key"
TINY = model_choice.PRESETS["tiny"]


def every_model() -> dict[str, cached.Loaded]:
    """The bundled one, whose head is tied, and two as they are born."""
    return {
        "starter": cached.starter(),
        "untied": models.configured(TINY, False),
        "tied": models.configured(TINY, True),
    }


def hooked(loaded: cached.Loaded, ids: tuple[int, ...], block: int) -> dict[str, Tensor]:
    """What the modules of the model hand out when it simply runs."""
    model = loaded.model
    opened = cast(TransformerBlock, model.trf_blocks[block])
    modules: dict[str, nn.Module] = {
        "token_vectors": model.tok_emb, "position_vectors": model.pos_emb,
        "embedded": model.drop_emb, "norm1": opened.norm1, "queries": opened.att.W_query,
        "keys": opened.att.W_key, "values": opened.att.W_value, "projected": opened.att.out_proj,
        "norm2": opened.norm2, "widened": opened.ff.layers[0], "activated": opened.ff.layers[1],
        "narrowed": opened.ff.layers[2], "sum2": opened, "final_norm": model.final_norm,
        "logits": model.out_head,
    }  # fmt: skip
    modules |= {f"block{i + 1}": each for i, each in enumerate(model.trf_blocks) if i != block}
    seen: dict[str, Tensor] = {}

    def keep(name: str) -> Callable[[nn.Module, object, Tensor], None]:
        return lambda module, given, made: seen.__setitem__(name, made.detach())

    hooks = [module.register_forward_hook(keep(name)) for name, module in modules.items()]
    with torch.no_grad():
        model(torch.tensor([ids]))
    for hook in hooks:
        hook.remove()
    return seen


@pytest.mark.parametrize("name", ["starter", "untied"])
@pytest.mark.parametrize("block", [0, 1])
def test_every_part_is_what_a_hook_on_the_model_sees(name: str, block: int) -> None:
    loaded = every_model()[name]
    text = inside.read(loaded, SENTENCE)
    parts = steps.way(loaded, text.ids, block)
    seen = hooked(loaded, text.ids, block)
    best = inside.best_next(reading.steps(loaded, text.ids))
    for part, made in seen.items():
        wanted = made.reshape(-1, made.shape[-1])
        wanted = wanted[:, best] if part == "logits" else wanted
        torch.testing.assert_close(parts[part].values, wanted, atol=2e-5, rtol=1e-4, msg=part)
    torch.testing.assert_close(
        parts["probabilities"].values, seen["logits"][0].softmax(-1)[:, best], atol=1e-6, rtol=1e-4
    )
    torch.testing.assert_close(
        parts["sum1"].values + parts["narrowed"].values, parts["sum2"].values
    )


@pytest.mark.parametrize("name", ["starter", "untied", "tied"])
def test_the_counter_ends_at_all_parameters_whichever_block_is_unfolded(name: str) -> None:
    loaded = every_model()[name]
    text = inside.read(loaded, SENTENCE)
    for block in range(loaded.config.n_layers):
        parts = steps.way(loaded, text.ids, block)
        assert sum(p.parameters for p in parts.values()) == loaded.model.num_parameters()


def test_the_letters_of_a_shape_are_the_shape_and_parts_follow_from_parts_before() -> None:
    loaded = cached.starter()
    text = inside.read(loaded, SENTENCE)
    config = loaded.config
    size = {"T": len(text.ids), "C": config.emb_dim, "4C": 4 * config.emb_dim, "H": config.n_heads}
    before: set[str] = set()
    for name, part in steps.way(loaded, text.ids, 2).items():
        assert set(part.of) <= before, name
        before.add("block3" if name == "sum2" else name)
        before.add(name)
        letters = part.shape.split()
        if letters[-1] != "V" and letters != ["T"]:
            assert list(part.values.shape) == [size[letter] for letter in letters], name


def test_a_long_text_is_drawn_as_far_as_one_block_is_a_small_message() -> None:
    loaded = cached.starter()
    text = inside.read(loaded, "the old keeper looked at the sea " * 20)
    assert len(text.ids) + text.left_out == len(loaded.tokenizer.encode_ordinary(
        "the old keeper looked at the sea " * 20))  # fmt: skip
    forty = text.ids[:40]
    sizes = [
        len(component.numbers(parts.values()))
        for parts in (inside.ends(loaded, forty), inside.opened(loaded, forty, 0))
    ]
    assert sum(sizes) < 1_400_000
    whole = reading.steps(
        loaded, reading.read(loaded, "the old keeper looked at the sea " * 20).ids
    )
    drawn = inside.ends(loaded, text.ids)["final_norm"].values
    torch.testing.assert_close(drawn, whole.final_norm[0, : len(text.ids)], atol=1e-4, rtol=1e-4)


def test_the_weights_of_a_cell_make_the_cell() -> None:
    loaded = cached.starter()
    text = inside.read(loaded, SENTENCE)
    parts = steps.way(loaded, text.ids, 1)
    made = 0
    for name, part in parts.items():
        weights = inside.weights_of(loaded, 1, name)
        if weights is None or name == "logits":
            continue
        x = parts[part.of[0]].values
        bias = part.beside.get("bias", torch.zeros(len(weights)))
        torch.testing.assert_close(x @ weights.T + bias, part.values, atol=1e-4, rtol=1e-4)
        made += 1
    assert made == 6
    assert inside.weights_of(loaded, 1, "scores") is None


def test_who_holds_most_parameters_is_said_with_numbers_that_add_up() -> None:
    for loaded in every_model().values():
        truth, why = inside.most(loaded)
        model = loaded.model
        norms = sum(p.numel() for n, p in model.named_parameters() if "norm" in n)
        numbers = [int(found.replace(",", "")) for found in re.findall(r"\d[\d,]*\d", why)]
        assert numbers[0] == model.num_parameters() == sum(numbers[1:]) + norms
        held = dict(zip(inside.HOLDERS, numbers[1:], strict=True))
        assert truth == max(held, key=lambda name: held[name])
