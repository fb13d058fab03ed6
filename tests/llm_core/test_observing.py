"""Looking changes nothing, and what is seen is what is there."""

import math

import pytest
import torch
from torch.nn import functional as F

from llm_core import observing
from llm_core.batches import create_dataloader_v1
from llm_core.config import GPTConfig
from llm_core.corpus import story
from llm_core.gpt import GPTModel
from llm_core.optimizers import adamw
from llm_core.random_state import RandomState
from llm_core.tokenizers import BPETokenizer
from llm_core.training import train

TINY = GPTConfig(
    vocab_size=300, context_length=16, emb_dim=16, n_heads=2, n_layers=2, drop_rate=0.3
)
IDS = [5, 80, 17, 17, 200, 3]


@pytest.fixture
def model() -> GPTModel:
    with RandomState(123).borrowed():
        return GPTModel(TINY)


def losses(*, looked_at: bool) -> list[float]:
    """A short run with dropout, watched after every step or not at all."""
    text = story()[:3000]
    tokenizer = BPETokenizer.train(text, 300)
    random_state = RandomState(7)
    with random_state.borrowed():
        model = GPTModel(TINY)
    loader = create_dataloader_v1(text, 4, max_length=16, stride=16, tokenizer=tokenizer)
    found = []
    for step in train(
        model,
        loader,
        loader,
        adamw(model, learning_rate=1e-2),
        num_epochs=2,
        eval_freq=3,
        eval_iter=1,
        random_state=random_state,
        max_norm=1.0,
        max_steps=12,
    ):
        found += [step.loss, step.gradient_norm, step.val_loss or 0.0]
        if looked_at:
            observing.attention_weights(model, IDS)
            observing.losses_by_position(model, IDS)
            observing.part_norms(model, whole_gradient=step.gradient_norm)
            observing.movement_map(torch.stack([observing.token_vectors(model, IDS)] * 2))
    return found


def test_a_run_that_is_watched_gives_the_same_numbers_to_the_last_bit() -> None:
    assert losses(looked_at=True) == losses(looked_at=False)


def test_looking_leaves_every_mode_gradient_weight_and_random_number_alone(model: GPTModel) -> None:
    model.train()
    model.trf_blocks[0].eval()  # a mode of its own, as in finetuning with a frozen block
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    modes = [part.training for part in model.modules()]
    draws = torch.get_rng_state()
    observing.attention_weights(model, IDS)
    observing.losses_by_position(model, IDS)
    observing.part_norms(model)
    observing.token_vectors(model, IDS).zero_()  # a copy: nobody's table
    assert [part.training for part in model.modules()] == modes
    assert torch.equal(torch.get_rng_state(), draws)
    assert all(weight.grad is None for weight in model.parameters())
    assert all(torch.equal(weight, before[name]) for name, weight in model.state_dict().items())


def test_modes_come_back_even_when_looking_fails(model: GPTModel) -> None:
    model.train()
    with pytest.raises(ValueError, match="16"):
        observing.attention_weights(model, [1] * 17)
    assert all(part.training for part in model.modules())


def test_attention_weights_are_shares_that_no_token_gives_to_the_future(model: GPTModel) -> None:
    weights = observing.attention_weights(model, IDS)
    assert weights.shape == (2, 2, 6, 6)
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 2, 6))
    assert not weights.triu(1).any()


def test_losses_by_position_are_the_cross_entropy_of_each_place(model: GPTModel) -> None:
    found = observing.losses_by_position(model, IDS)
    logits = model.eval()(torch.tensor([IDS[:-1]]))
    expected = F.cross_entropy(logits[0], torch.tensor(IDS[1:]), reduction="none")
    torch.testing.assert_close(found, expected.detach())
    with pytest.raises(ValueError, match="two or more"):
        observing.losses_by_position(model, [1])


def test_every_parameter_belongs_to_exactly_one_part(model: GPTModel) -> None:
    for tied in (False, True):
        if tied:
            model.tie_weights()
        found = [id(weight) for part in observing.parts(model).values() for weight in part]
        assert sorted(found) == sorted(id(weight) for weight in model.parameters())


def test_the_parts_squares_add_up_to_the_whole(model: GPTModel) -> None:
    norms = observing.part_norms(model)
    whole = math.sqrt(sum(weight.detach().square().sum().item() for weight in model.parameters()))
    assert norms.weights.norm().item() == pytest.approx(whole, rel=1e-5)
    assert norms.gradients.isnan().all()  # nothing has flowed back yet
    assert norms.names[0] == "token embedding"
    assert norms.names[-1] == "head"


def test_clipped_gradients_are_scaled_back_to_what_they_were(model: GPTModel) -> None:
    model(torch.tensor([IDS])).square().mean().backward()
    before = observing.part_norms(model).gradients
    whole = torch.nn.utils.clip_grad_norm_(model.parameters(), 1e-3).item()
    after = observing.part_norms(model, whole_gradient=whole).gradients
    torch.testing.assert_close(after, before, rtol=1e-3, atol=1e-6)


def moving(frames: int = 5, tokens: int = 7, channels: int = 6) -> torch.Tensor:
    """Tokens that move mostly along two directions, some one way and some the other."""
    draw = torch.Generator().manual_seed(3)
    start = torch.randn(tokens, channels, generator=draw)
    way = torch.zeros(tokens, channels)
    way[:, 2] = torch.linspace(-3, 3, tokens)
    way[:, 4] = torch.linspace(-1, 1, tokens).square()
    noise = 0.01 * torch.randn(tokens, channels, generator=draw)
    return torch.stack([start + t * (way + noise) for t in range(frames)])


def test_the_map_starts_in_the_middle_and_shows_where_tokens_moved_most() -> None:
    vectors = moving()
    found = observing.movement_map(vectors)
    assert found.places.shape == (5, 7, 2)
    assert not found.places[0].any()
    assert found.share > 0.99
    torch.testing.assert_close(found.axes.T @ found.axes, torch.eye(2))
    torch.testing.assert_close(
        found.axes[[2, 4]].square().sum(), torch.tensor(2.0), atol=0.01, rtol=0
    )


def test_all_frames_lie_on_the_same_axes_so_that_equal_steps_look_equal() -> None:
    places = observing.movement_map(moving()).places
    torch.testing.assert_close(places[2] - places[1], places[4] - places[3])


def test_one_more_frame_does_not_flip_or_turn_the_map() -> None:
    vectors = moving()
    before = observing.movement_map(vectors[:4])
    mirrored = before.axes @ torch.tensor([[0.0, -1.0], [1.0, 0.0]])
    for earlier in (before.axes, mirrored):
        after = observing.movement_map(vectors, earlier)
        torch.testing.assert_close(after.axes, earlier, atol=0.05, rtol=0)


@pytest.mark.parametrize("shape", [(1, 7, 6), (3, 1, 6), (3, 7, 1), (3, 7, 6)])
def test_a_map_of_what_has_not_moved_stays_in_the_middle(shape: tuple[int, int, int]) -> None:
    found = observing.movement_map(torch.ones(shape))
    assert not found.places.any()
    assert found.share == 0


# One step -----------------------------------------------------------------------------------------


def test_with_a_head_of_its_own_only_rows_that_were_read_move(model: GPTModel) -> None:
    moved = observing.rows_moved(model, IDS, 0.1, tied=False)
    assert set(moved.distances.nonzero().flatten().tolist()) == set(IDS[:-1])
    assert moved.loss == pytest.approx(observing.losses_by_position(model, IDS).mean().item(), 1e-5)


def test_with_a_tied_head_every_row_moves(model: GPTModel) -> None:
    assert bool((observing.rows_moved(model, IDS, 0.1, tied=True).distances > 0).all())


def test_the_step_is_the_one_of_plain_gradient_descent_and_the_model_stays(model: GPTModel) -> None:
    before = model.tok_emb.weight.detach().clone()
    moved = observing.rows_moved(model, IDS, 0.1, tied=False)
    assert torch.equal(model.tok_emb.weight, before)
    assert model.tok_emb.weight.grad is None
    model.eval()
    logits = model(torch.tensor([IDS[:-1]]))
    F.cross_entropy(logits[0], torch.tensor(IDS[1:])).backward()
    expected = 0.1 * model.tok_emb.weight.grad.norm(dim=1)
    torch.testing.assert_close(moved.distances.float(), expected, atol=1e-6, rtol=1e-4)


def test_one_token_is_nothing_to_learn_from(model: GPTModel) -> None:
    with pytest.raises(ValueError, match="give two or more"):
        observing.rows_moved(model, IDS[:1], 0.1, tied=False)
