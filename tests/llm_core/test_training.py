"""Training lowers the loss, and a run's curve depends on its seed and on nothing else."""

import copy
import math
import threading
from itertools import islice, zip_longest

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader

from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel
from llm_core.loss import calc_loss_batch, calc_loss_loader
from llm_core.optimizers import adamw
from llm_core.random_state import RandomState
from llm_core.schedules import Schedule
from llm_core.training import (
    DivergedError,
    TrainingState,
    clip_gradients,
    evaluate_model,
    find_highest_gradient,
    train,
)

TINY = GPTConfig(vocab_size=23, context_length=8, emb_dim=16, n_heads=2, n_layers=2, drop_rate=0.1)


def windows(count: int, seed: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """A made-up language in which each token follows from the one before: much to learn."""
    starts = torch.randint(0, 23, (count, 1), generator=torch.Generator().manual_seed(seed))
    ids = (starts + 5 * torch.arange(9)) % 23
    return [(row[:-1], row[1:]) for row in ids]


def loaders() -> tuple[DataLoader, DataLoader]:
    return (
        DataLoader(windows(10, 1), batch_size=2, shuffle=True),
        DataLoader(windows(4, 2), batch_size=2),
    )


class Run:
    """A model with everything it takes to train it, all from one seed."""

    def __init__(self, seed: int = 123, learning_rate: float = 3e-3) -> None:
        self.random_state = RandomState(seed)
        with self.random_state.borrowed():
            self.model = GPTModel(TINY)
        self.optimizer = adamw(self.model, learning_rate=learning_rate)
        self.state = TrainingState()

    def steps(self, **settings):
        defaults = {"num_epochs": 3, "eval_freq": 4, "eval_iter": 1}
        return train(
            self.model,
            *loaders(),
            self.optimizer,
            random_state=self.random_state,
            state=self.state,
            **(defaults | settings),
        )


@pytest.fixture(scope="module")
def undisturbed():
    return list(Run().steps())


# Properties.


def test_the_loss_falls_on_training_and_validation_text():
    steps = list(Run().steps(num_epochs=30, eval_freq=149))
    assert steps[-1].train_loss < 0.5 * steps[0].loss
    assert steps[-1].val_loss < 0.5 * steps[0].val_loss


def test_the_same_seed_gives_the_same_curve_and_another_seed_another(undisturbed):
    assert list(Run().steps()) == undisturbed
    assert [step.loss for step in Run(seed=7).steps()] != [step.loss for step in undisturbed]


def test_a_run_read_in_turns_with_another_gives_the_same_curve(undisturbed):
    pairs = zip_longest(Run().steps(), Run(seed=7).steps(num_epochs=2))
    assert [ours for ours, _ in pairs] == undisturbed


def test_a_run_beside_another_thread_gives_the_same_curve(undisturbed):
    others = [threading.Thread(target=list, args=[Run(seed).steps()]) for seed in (7, 8)]
    for thread in others:
        thread.start()
    assert list(Run().steps()) == undisturbed
    for thread in others:
        thread.join()


def test_draws_of_others_between_two_steps_change_nothing_and_are_not_changed(undisturbed):
    torch.manual_seed(5)
    expected = torch.rand(3).tolist()
    torch.manual_seed(5)
    stream, ours, drawn = Run().steps(), [], []
    for step in stream:
        ours.append(step)
        if len(drawn) < 3:
            drawn.append(torch.rand(1).item())
    assert ours == undisturbed
    assert drawn == expected


@pytest.mark.parametrize("stop", [0, 1, 4, 5, 7, 14])
def test_a_run_stopped_and_resumed_equals_one_never_stopped(undisturbed, stop):
    before = Run()
    beginning = list(islice(before.steps(), stop))
    after = Run(seed=999)
    after.model.load_state_dict(before.model.state_dict())
    after.optimizer.load_state_dict(copy.deepcopy(before.optimizer.state_dict()))
    after.random_state.load_state_dict(before.random_state.state_dict())
    after.state = copy.deepcopy(before.state)
    del before
    assert beginning + list(after.steps()) == undisturbed


def _gapped(rows):
    ids = torch.stack([row[0] for row in rows])
    gaps = torch.rand(ids.shape) < 0.2
    return ids.masked_fill(gaps, 0), ids


def test_a_loader_that_draws_is_undisturbed_and_resumes_exactly():
    def losses(run):
        rows = windows(10, 1)
        loader = DataLoader(rows, batch_size=2, shuffle=True, collate_fn=_gapped)
        stream = train(
            run.model, loader, loader, run.optimizer, num_epochs=3, eval_freq=4, eval_iter=1,
            random_state=run.random_state, state=run.state,
        )  # fmt: skip
        return (step.loss for step in stream)

    undisturbed = list(losses(Run()))
    disturbed = []
    for loss in losses(Run()):
        disturbed.append(loss)
        torch.rand(1)
    assert disturbed == undisturbed
    before, after = Run(), Run(seed=999)
    beginning = list(islice(losses(before), 7))
    after.model.load_state_dict(before.model.state_dict())
    after.optimizer.load_state_dict(copy.deepcopy(before.optimizer.state_dict()))
    after.random_state.load_state_dict(before.random_state.state_dict())
    after.state = copy.deepcopy(before.state)
    assert beginning + list(losses(after)) == undisturbed


def test_nothing_is_learned_before_somebody_reads_the_stream():
    run = Run()
    weights = copy.deepcopy(run.model.state_dict())
    run.steps()
    assert all(torch.equal(run.model.state_dict()[name], weights[name]) for name in weights)


def test_a_pause_in_the_middle_holds_no_lock():
    stream = Run().steps()
    next(stream)
    finished = threading.Event()

    def borrow() -> None:
        with RandomState(1).borrowed():
            finished.set()

    threading.Thread(target=borrow).start()
    assert finished.wait(timeout=10)


def test_a_step_without_dropout_keeps_nobody_waiting_for_the_stream_of_random_numbers():
    run = Run()
    for part in run.model.modules():
        if isinstance(part, nn.Dropout):
            part.p = 0.0
    borrowed = threading.Event()

    def borrow() -> None:
        with RandomState(1).borrowed():
            borrowed.set()

    def patient(inputs, targets, model, device):
        threading.Thread(target=borrow).start()
        assert borrowed.wait(timeout=10)
        return calc_loss_batch(inputs, targets, model, device)

    next(run.steps(loss_function=patient, eval_freq=None))


def test_frozen_parameters_stay_as_they_are():
    run = Run()
    run.model.tok_emb.weight.requires_grad_(False)
    run.optimizer = adamw(run.model)
    frozen, free = run.model.tok_emb.weight.clone(), run.model.out_head.weight.clone()
    list(run.steps(max_steps=2))
    assert torch.equal(run.model.tok_emb.weight, frozen)
    assert not torch.equal(run.model.out_head.weight, free)


# What a step says about itself.


def test_steps_epochs_and_tokens_are_counted_as_in_the_book(undisturbed):
    assert [step.step for step in undisturbed] == list(range(15))
    assert [step.epoch for step in undisturbed] == [0] * 5 + [1] * 5 + [2] * 5
    assert [step.tokens_seen for step in undisturbed] == [16 * n for n in range(1, 16)]
    assert [step.examples_seen for step in undisturbed] == [2 * n for n in range(1, 16)]
    measured = [step.step for step in undisturbed if step.val_loss is not None]
    assert measured == [0, 4, 8, 12]
    assert all((step.val_loss is None) == (step.train_loss is None) for step in undisturbed)


def test_max_steps_counts_from_the_very_first_step(undisturbed):
    run = Run()
    first = list(run.steps(max_steps=7))
    assert first + list(run.steps(max_steps=9)) == undisturbed[:9]
    assert list(run.steps(max_steps=9)) == []


def test_losses_are_not_measured_unless_asked():
    assert all(step.val_loss is None for step in Run().steps(eval_freq=None))


def test_the_learning_rate_of_each_step_is_the_schedules():
    schedule = Schedule(peak_lr=1e-3, total_steps=15, warmup_steps=3, initial_lr=1e-5)
    steps = list(Run().steps(schedule=schedule))
    assert [step.learning_rate for step in steps] == [schedule(n) for n in range(15)]


def test_clipping_begins_with_the_first_step_after_the_warmup():
    # The book's corrected form: the first printing left out one step more (pull/427).
    schedule = Schedule(peak_lr=1e-3, total_steps=15, warmup_steps=3, initial_lr=1e-5)
    steps = list(Run().steps(schedule=schedule, max_norm=1e-3))
    assert [step.clipped for step in steps] == [False] * 3 + [True] * 12
    assert all(step.gradient_norm > 1e-3 for step in steps)
    assert all(step.clipped for step in Run().steps(max_norm=1e-3, max_steps=2))


def test_one_step_is_what_torch_does_by_hand():
    run, twin = Run(), Run()
    twin.model.train()
    with twin.random_state.borrowed():
        inputs, targets = next(iter(loaders()[0]))
        loss = calc_loss_batch(inputs, targets, twin.model, "cpu")
    loss.backward()
    norm = nn.utils.clip_grad_norm_(twin.model.parameters(), 1.0)
    twin.optimizer.step()
    (step,) = run.steps(max_steps=1, max_norm=1.0, eval_freq=None)
    assert step.loss == loss.item()
    assert step.gradient_norm == pytest.approx(norm.item())
    for ours, theirs in zip(run.model.parameters(), twin.model.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs)


def test_the_books_loop_draws_the_same_numbers_from_the_global_stream(undisturbed):
    # Chapter 5.2 in short, with torch's one global stream; measured after steps 0, 4, 8, 12.
    torch.manual_seed(123)
    model = GPTModel(TINY)
    optimizer = adamw(model, learning_rate=3e-3)
    train_loader, val_loader = loaders()
    losses, measured = [], []
    for _ in range(3):
        model.train()
        for inputs, targets in train_loader:
            optimizer.zero_grad()
            loss = calc_loss_batch(inputs, targets, model, "cpu")
            loss.backward()
            optimizer.step()
            if len(losses) % 4 == 0:
                measured.append(evaluate_model(model, train_loader, val_loader, "cpu", 1))
            losses.append(loss.item())
    assert [step.loss for step in undisturbed] == losses
    ours = [(s.train_loss, s.val_loss) for s in undisturbed if s.val_loss is not None]
    assert ours == measured


# Measuring and clipping on their own.


@pytest.mark.parametrize("training", [True, False])
def test_measuring_is_without_dropout_and_leaves_the_mode_as_it_was(training):
    model = Run().model.train(training)
    _, val_loader = loaders()
    losses = evaluate_model(model, val_loader, val_loader, "cpu", None)
    assert losses[0] == losses[1] == calc_loss_loader(val_loader, model.eval(), "cpu")
    model.train(training)
    evaluate_model(model, val_loader, val_loader, "cpu", None)
    assert model.training is training


def test_the_books_gradient_of_length_five_becomes_one_of_length_one():
    model = nn.Linear(2, 2, bias=False)
    gradient = torch.tensor([[1.0, 2.0], [2.0, 4.0]])  # appendix D.3
    model.weight.grad = gradient.clone()
    assert find_highest_gradient(model) == 4.0
    assert clip_gradients(model, max_norm=1.0) == (5.0, True)
    torch.testing.assert_close(model.weight.grad, gradient / 5)
    assert find_highest_gradient(model) == pytest.approx(0.8)
    assert clip_gradients(model, max_norm=2.0) == (pytest.approx(1.0), False)
    assert clip_gradients(model, max_norm=None) == (pytest.approx(1.0), False)


def test_without_gradients_none_is_high_or_long():
    model = nn.Linear(2, 2)
    assert find_highest_gradient(model) == 0.0
    assert clip_gradients(model, max_norm=1.0) == (0.0, False)


# When it goes wrong.


def test_a_loss_beyond_numbers_stops_the_run_and_names_the_last_good_one_and_the_remedy():
    run = Run(learning_rate=1e30)
    good = []
    with pytest.raises(DivergedError, match=r"max_norm=1\.0") as stopped:
        good.extend(run.steps(eval_freq=None))
    assert good
    assert "learning rate below 1e+30" in str(stopped.value)
    assert all(math.isfinite(step.loss) for step in good)


def test_weights_survive_a_step_that_would_have_ruined_them():
    run = Run()
    next(run.steps())
    weights = copy.deepcopy(run.model.state_dict())

    def endless(inputs, targets, model, device):
        return calc_loss_batch(inputs, targets, model, device) * math.inf

    with pytest.raises(DivergedError, match=r"before it"):
        list(run.steps(loss_function=endless))
    assert all(torch.equal(run.model.state_dict()[name], weights[name]) for name in weights)


@pytest.mark.parametrize(
    ("settings", "remedy"),
    [
        ({"num_epochs": 0}, "choose 1 or more"),
        ({"eval_freq": 0}, "choose 1 or more, or None"),
        ({"max_norm": 0.0}, "choose more than 0"),
    ],
)
def test_a_setting_that_trains_nothing_is_refused_before_the_stream_begins(settings, remedy):
    with pytest.raises(ValueError, match=remedy):
        Run().steps(**settings)


def test_a_text_too_short_for_one_batch_is_refused_with_the_remedy():
    run = Run()
    with pytest.raises(ValueError, match="use a longer text"):
        train(
            run.model,
            DataLoader([]),
            DataLoader([]),
            run.optimizer,
            num_epochs=1,
            eval_freq=1,
            eval_iter=1,
            random_state=run.random_state,
        )


def test_an_optimizer_for_nothing_is_refused():
    model = nn.Linear(1, 1).requires_grad_(False)
    with pytest.raises(ValueError, match="requires_grad"):
        adamw(model)
