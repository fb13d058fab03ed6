"""A run is recorded without noticing it, within bounds, and comes back from its file as it was."""

import base64
import hashlib
import json
import pickle
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
import torch

from dashboard import recorder as recorder_module
from dashboard import recording, recording_file
from dashboard.components import scrubber
from dashboard.components.scrubber.figures import figures
from dashboard.corpus_choice import Corpus
from dashboard.jobs import Job
from dashboard.lessons.pretraining import plans, recorded, runs
from dashboard.recorder import Recorder
from dashboard.recording import Moment, Recording, Said
from llm_core import corpus, observing
from llm_core.config import GPTConfig
from llm_core.gpt import GPTModel
from llm_core.random_state import RandomState
from llm_core.tokenizers import BPETokenizer
from llm_core.training import TrainStep

SHORT = plans.Settings(steps=12, batch_size=2, context_length=16, eval_freq=4, drop_rate=0.2)
TEXT = corpus.story()[:2000]


@pytest.fixture(scope="module")
def tokenizer() -> BPETokenizer:
    return BPETokenizer.train(TEXT, 300)


@pytest.fixture(scope="module")
def model() -> GPTModel:
    shape = GPTConfig(vocab_size=300, context_length=16, emb_dim=8, n_heads=2, n_layers=1)
    with RandomState(1).borrowed():
        return GPTModel(shape)


def new(
    model: GPTModel, tokenizer: BPETokenizer, total: int, sentence: str = "The lamp"
) -> Recorder:
    return Recorder(
        model,
        tokenizer,
        id="run",
        title="a run",
        sentence=sentence,
        text=TEXT,
        settings={"vocab_size": 300, "learning_rate": 0.1, "odd": ("kept", "as text")},
        total=total,
    )


def step(number: int, loss: float = 1.0) -> TrainStep:
    checked = (loss, loss + 1) if number % 10 == 0 else (None, None)
    return TrainStep(number, 0, 16 * (number + 1), 1, loss, 0.1, 0.5, False, *checked)


def ran(settings: plans.Settings) -> Job:
    text = corpus.story()
    story = Corpus("Paste", "a text", text, hashlib.sha256(text.encode()).hexdigest())
    ready = plans.material(story, plans.OWN)
    planned = plans.plan(ready, settings)
    job = Job(runs.steps(ready, settings, planned, "The lamp", plans.speed()), kind="pretraining")
    job.history = [record for record in job.make_steps(job) if record is not None]
    return job


def moved(model: GPTModel, by: float) -> None:
    """An update, as the recorder sees one."""
    with torch.no_grad():
        model.tok_emb.weight.add_(by * torch.randn(model.tok_emb.weight.shape))


def full(model: GPTModel, tokenizer: BPETokenizer, steps: int = 30) -> Recorder:
    """A recorder that has seen a few steps of a model that changes."""
    made = new(model, tokenizer, steps)
    made.frame(model, 0)
    for number in range(steps):
        made.note(step(number))
        moved(model, 0.01)
        if made.due(number + 1):
            made.frame(model, number + 1)
        if number % 7 == 0:
            said = Said("The", ((" lamp was ", True), ("<b>lit", False)))
            made.said(Moment(number + 1, said, said))
    return made


# ------------------------------------------------------------------ the run does not notice


def test_a_recorded_run_has_the_same_curve_to_the_last_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    with_recording = ran(SHORT)
    for name in ("frame", "note", "said"):
        monkeypatch.setattr(Recorder, name, lambda *arguments: None)
    without = ran(SHORT)
    assert recorded.of(without).recording().frames == ()
    assert with_recording.history == without.history
    weights = [job.products["model"].model.state_dict() for job in (with_recording, without)]
    assert all(torch.equal(value, weights[1][name]) for name, value in weights[0].items())


def test_a_run_records_each_step_and_its_last_moment() -> None:
    job = ran(SHORT)
    made = recorded.of(job).recording()
    assert list(made.rows.step) == [record.step for record in job.history]
    assert made.frames[0].step == 0
    assert made.frames[-1].step == 12
    assert made.checks.step[-1] == 12
    assert [moment.step for moment in made.moments] == [s.step for s in job.products["samples"]]
    assert made.frames[0].gradients == (None,) * len(made.parts)
    assert all(value > 0 for value in made.frames[-1].gradients)


# ------------------------------------------------------------------ what it holds is what was there


def test_a_frame_holds_the_models_own_numbers(model: GPTModel, tokenizer: BPETokenizer) -> None:
    made = new(model, tokenizer, 10)
    made.frame(model, 0)
    held = made.recording()
    ids = tokenizer.encode_ordinary("The lamp")
    weights = observing.attention_weights(model, ids)
    below = torch.ones(len(ids), len(ids), dtype=torch.bool).tril()
    shown = torch.tensor(list(held.frames[0].attention)) / 255
    torch.testing.assert_close(shown, weights[..., below].flatten(), atol=0.5 / 255, rtol=0)
    assert held.sentence == tuple(tokenizer.decode([i]) for i in ids)
    example = tokenizer.encode_ordinary(TEXT)[:17]
    assert held.example == tuple(tokenizer.decode([i]) for i in example)
    losses = observing.losses_by_position(model, example)
    torch.testing.assert_close(torch.tensor(held.frames[0].losses), losses, rtol=1e-3, atol=0)
    assert held.parts == observing.part_norms(model).names


def test_the_map_reaches_as_far_as_the_farthest_token_has_moved_on_it(
    model: GPTModel, tokenizer: BPETokenizer
) -> None:
    held = full(model, tokenizer).recording()
    assert set(held.frames[0].places) == {0}
    signed = [byte - 256 * (byte > 127) for frame in held.frames for byte in frame.places]
    assert max(map(abs, signed)) == 127
    assert held.reach > 0
    assert 0 < held.share <= 1


def test_numbers_that_are_none_are_recorded_as_none(
    model: GPTModel, tokenizer: BPETokenizer
) -> None:
    made = new(model, tokenizer, 10)
    made.frame(model, 0)
    made.note(step(0, loss=float("nan")))
    made.note(step(1, loss=float("inf")))
    held = made.recording()
    assert held.rows.loss == (None, None)
    assert recording_file.opened(recording.as_file(held)).rows == held.rows


@pytest.mark.parametrize("sentence", ["", "a", "🦙", "مرحبا", "word " * 80])
def test_any_sentence_can_be_pinned(
    sentence: str, model: GPTModel, tokenizer: BPETokenizer
) -> None:
    made = new(model, tokenizer, 10, sentence)
    made.frame(model, 0)
    held = made.recording()
    assert 1 <= len(held.sentence) <= recorder_module.PINNED
    assert len(held.frames[0].attention) == held.triangle


# ------------------------------------------------------------------ bounds


def test_a_recording_stays_bounded_however_long_the_run_is(
    model: GPTModel, tokenizer: BPETokenizer
) -> None:
    made = new(model, tokenizer, 50)  # and then it goes on and on
    made.frame(model, 0)
    for number in range(12_000):
        made.note(step(number))
        if made.due(number + 1):
            made.frame(model, number + 1)
    made.frame(model, 12_000)
    held = made.recording()
    steps = [frame.step for frame in held.frames]
    assert recorder_module.MOST_FRAMES / 2 <= len(steps) <= recorder_module.MOST_FRAMES + 1
    assert (steps[0], steps[-1]) == (0, 12_000)
    distances = {later - earlier for earlier, later in pairwise(steps[:-1])}
    assert len(distances) == 1
    assert len(held.rows.step) <= recorder_module.MOST_ROWS
    assert held.rows.step[0] == 0
    assert len(recording.as_file(held)) < 300_000


def test_frames_wait_when_they_have_taken_more_than_their_share_of_the_time(
    model: GPTModel, tokenizer: BPETokenizer
) -> None:
    made = new(model, tokenizer, 40)
    made.frame(model, 0)
    enough = made.seconds / recorder_module.MOST_TIME
    assert made.due(1, 2 * enough)
    assert not made.due(1, enough / 2)
    assert made.due(1)  # nobody counts the time


def test_a_model_with_many_heads_pins_fewer_tokens() -> None:
    assert recorder_module._pinned(8, 64) == recorder_module.PINNED
    assert recorder_module._pinned(144, 256) * 144 <= recorder_module.MOST_WEIGHTS
    assert recorder_module._pinned(8, 4) == 4


# ------------------------------------------------------------------ the file


def test_what_is_saved_opens_again_as_it_was(model: GPTModel, tokenizer: BPETokenizer) -> None:
    held = full(model, tokenizer).recording()
    opened = recording_file.opened(recording.as_file(held))
    assert replace(opened, id=held.id) == held
    assert recording.as_file(replace(opened, id=held.id)) == recording.as_file(held)


def plain(model: GPTModel, tokenizer: BPETokenizer) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(recording.as_file(full(model, tokenizer, 5).recording()))
    return held


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no recorded run"),
        (b"\xff\xfe", "no recorded run"),
        (b"Dear reader", "no recorded run"),
        (b"[" * 100_000, "no recorded run"),
        (b"[1, 2]", "holds no recorded run"),
        (b'{"format": "recorded run", "version": 2}', "another version"),
        (b'{"format": "recorded run", "version": 1}', "title"),
        (b'{"format": "recorded run", "reach": NaN}', "no recorded run"),
        (b'{"format": "recorded run", "total": ' + b"9" * 5000 + b"}", "no recorded run"),
        (pickle.dumps({"format": "recorded run"}), "no recorded run"),
        (b" " * 2_000_001, "2,000,001 bytes"),
    ],
)
def test_another_file_gets_one_sentence(content: bytes, says: str) -> None:
    with pytest.raises(recording_file.RecordingError, match=says):
        recording_file.opened(content)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("title",), 3),
        (("title",), "x" * 10_000),
        (("title",), "\ud800"),
        (("total",), -1),
        (("total",), True),
        (("layers",), 10**9),
        (("heads",), 0),
        (("sentence",), []),
        (("sentence",), ["x"]),
        (("example",), ["one"]),
        (("words",), "abc"),
        (("settings",), {"deep": {"er": 1}}),
        (("settings",), [1]),
        (("reach",), 1e300),
        (("share",), "much"),
        (("rows", "loss"), [1.0]),
        (("rows", "step"), [4, 3, 2, 1, 0]),
        (("checks",), None),
        (("frames",), []),
        (("frames",), [1]),
        (("frames",), [{}] * 1000),
        (("frames", 0, "attention"), "%%%"),
        (("frames", 0, "attention"), base64.b64encode(b"12").decode()),
        (("frames", 0, "places"), ""),
        (("frames", 0, "losses"), [[1]]),
        (("frames", 0, "weights"), []),
        (("frames", 1, "step"), 0),
        (("moments",), [{"step": 0}]),
        (("moments", 0, "free", "parts"), [["a", 1]]),
        (("moments", 0, "free", "parts"), [["a"]]),
        (("ended",), None),
    ],
)
def test_a_damaged_recording_gets_one_sentence(
    path: tuple[str | int, ...], value: Any, model: GPTModel, tokenizer: BPETokenizer
) -> None:
    held: Any = plain(model, tokenizer)
    place = held
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    with pytest.raises(recording_file.RecordingError, match="damaged"):
        recording_file.opened(json.dumps(held).encode())


def test_every_truncation_of_a_file_is_refused(model: GPTModel, tokenizer: BPETokenizer) -> None:
    content = recording.as_file(full(model, tokenizer, 3).recording())
    for cut in range(0, len(content) - 1, 97):
        with pytest.raises(recording_file.RecordingError):
            recording_file.opened(content[:cut])


def test_text_of_a_hostile_file_never_becomes_markup(
    model: GPTModel, tokenizer: BPETokenizer
) -> None:
    evil = "<img src=x onerror=alert(1)>"
    held = plain(model, tokenizer)
    for name in ("sentence", "example", "words", "parts"):
        held[name] = [evil for _ in held[name]]
    drawn = figures(recording_file.opened(json.dumps(held).encode()))
    assert "onerror" in drawn
    assert "<img" not in drawn


# ------------------------------------------------------------------ to the browser, bit by bit


class Browser:
    """What scrubber.js keeps, and what it does with a message."""

    def __init__(self) -> None:
        self.held: dict[str, Any] = {}

    def receives(self, message: bytes) -> None:
        news = json.loads(message)
        if "recording" in news:
            self.held = news["recording"]
            return
        changes = news["changes"]
        for name in ("rows", "checks"):
            start = changes[name].pop("from")
            for column, values in changes[name].items():
                assert len(self.held[name][column]) >= start
                self.held[name][column] = [*self.held[name][column][:start], *values]
        self.held["moments"] = self.held["moments"][: changes["moments_from"]] + changes["moments"]
        self.held["ended"] = changes["ended"]
        frames = {f["step"]: f for f in self.held["frames"] + changes.get("frames", [])}
        self.held["frames"] = [frames[kept] for kept in changes["kept"]]
        if "map" in changes:
            self.held |= {name: changes["map"][name] for name in ("reach", "share")}
            for frame, places in zip(self.held["frames"], changes["map"]["places"], strict=True):
                frame["places"] = places


def test_pieces_add_up_to_the_whole_even_where_frames_and_rows_are_thinned_out(
    model: GPTModel, tokenizer: BPETokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "MOST_FRAMES", 6)
    monkeypatch.setattr(recorder_module, "MOST_ROWS", 20)
    made, browser, sent = new(model, tokenizer, 10), Browser(), None
    made.frame(model, 0)
    for number in range(60):
        made.note(step(number))
        moved(model, 0.01)
        if made.due(number + 1):
            made.frame(model, number + 1)
        if number % 9 == 0:
            made.said(Moment(number, Said("a", (("b", True),)), Said("c", ())))
        if number % 4 == 0:
            now = made.recording()
            browser.receives(scrubber.message(now, sent, live=True, play=False))
            sent = recording.sent_with(now)
            assert browser.held == json.loads(json.dumps(recording.as_plain(now)))
    assert made.due(16)
    assert not made.due(17)


def test_what_a_live_run_sends_later_is_small(model: GPTModel, tokenizer: BPETokenizer) -> None:
    before = full(model, tokenizer, 30).recording()
    whole = scrubber.message(before, None, live=True, play=False)
    again = scrubber.message(before, recording.sent_with(before), live=True, play=False)
    assert len(again) < 1_000 < len(whole)
    other = recording.sent_with(replace(before, id="another run"))
    assert scrubber.message(before, other, live=True, play=False) == whole


# ------------------------------------------------------------------ those that ship


@pytest.fixture(scope="module")
def shipped() -> dict[str, Recording]:
    return {run.name: recorded.shipped(run.name) for run in recorded.SHIPPED}


def test_every_shipped_run_opens_and_is_small_enough_for_a_lecture_hall(
    shipped: dict[str, Recording],
) -> None:
    for run in recorded.SHIPPED:
        assert (recorded.FOLDER / f"{run.name}.json").stat().st_size <= 300_000
        assert shipped[run.name].title == run.title
        assert len(shipped[run.name].frames) >= 20


def copied(moment: Moment) -> float:
    whole = sum(len(text) for text, _ in moment.recited.parts)
    return sum(len(text) for text, is_copied in moment.recited.parts if is_copied) / whole


def test_the_first_shipped_run_learns_and_then_recites(shipped: dict[str, Recording]) -> None:
    held = shipped["by-heart"]
    assert copied(held.moments[0]) == 0
    assert copied(held.moments[-1]) > 0.8
    assert held.checks.train[-1] < 0.2 * held.checks.train[0]
    assert held.checks.validation[-1] > min(held.checks.validation) + 0.3


def test_the_second_shipped_run_learns_a_little_and_diverges(shipped: dict[str, Recording]) -> None:
    held = shipped["too-large"]
    assert "Choose a learning rate below" in held.ended
    assert min(held.rows.loss) < held.rows.loss[0] - 1
    assert held.rows.loss[-1] > held.rows.loss[0]


def test_the_third_shipped_run_learns_at_a_high_rate_after_its_warmup(
    shipped: dict[str, Recording],
) -> None:
    held = shipped["led-up"]
    assert not held.ended
    assert max(held.rows.rate) >= 10 * plans.Settings().learning_rate
    assert held.checks.train[-1] < 1
