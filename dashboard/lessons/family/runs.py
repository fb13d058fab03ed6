"""Three small models learn from the same sentences: to translate, to fill a gap, to go on.

`learner` makes one of them, `steps` trains it as a stream; `start` makes that stream a live run.
`make_bundle` runs the same stream to its end and keeps the weights in assets/family, and `bundled`
reads them again: what is bundled is what the page's own button makes.

Make the bundle, about a minute on one core:  python -m dashboard.lessons.family.runs
"""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import torch

from dashboard import cached, jobs
from llm_core import masked, translation
from llm_core.checkpoints import CheckpointError, read_tensors, write_tensors
from llm_core.corpus import sentence_pairs
from llm_core.loss import Batches, LossFunction, calc_loss_batch
from llm_core.optimizers import adamw
from llm_core.random_state import RandomState
from llm_core.schedules import Schedule
from llm_core.training import train

TRANSLATE, FILL, GO_ON = "family-translate", "family-fill", "family-go-on"
"""The kinds of run, one per family."""

FOLDER = cached.ROOT / "assets" / "family"

SEED = 123

HELD_OUT = 60
"""Sentences tried at each evaluation of a run, of those that were held back."""

Model = translation.Translator | masked.MaskedWords | translation.Writer


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How one of the three learns."""

    steps: int
    learning_rate: float
    """At its peak."""
    n_layers: int
    seconds: float
    """What a step takes on one quiet core, to say beforehand how long it will be."""
    batch_size: int = 64
    emb_dim: int = 64
    evaluate_every: int = 50
    warmup_steps: int = 50
    final_share: float = 0.05
    """Where the learning rate ends, as a share of its peak."""


RECIPES = MappingProxyType(
    {
        TRANSLATE: Recipe(steps=700, learning_rate=0.004, n_layers=1, seconds=0.03),
        FILL: Recipe(steps=1400, learning_rate=0.006, n_layers=2, seconds=0.018),
        GO_ON: Recipe(steps=400, learning_rate=0.004, n_layers=1, seconds=0.012),
    }
)


class Gap(NamedTuple):
    """A sentence with one word to be guessed."""

    words: tuple[str, ...]
    place: int

    @property
    def missing(self) -> str:
        """The word that stood there."""
        return self.words[self.place]

    @property
    def before(self) -> str:
        """What stands before it: all that a GPT sees."""
        return " ".join(self.words[: self.place])

    @property
    def text(self) -> str:
        """The sentence with a gap: what BERT sees."""
        hole = translation.SPECIAL_WORDS[translation.MASK]
        return " ".join((*self.words[: self.place], hole, *self.words[self.place + 1 :]))


def sentences() -> translation.PairSplit:
    """The pairs that are learnt from, and those that are held back."""
    return translation.split_pairs(sentence_pairs())


def gaps(words: translation.Words, texts: list[str]) -> list[Gap]:
    """One gap per sentence, at the first word of the first, the second of the second, and so on."""
    cut = [tuple(words.split(text)) for text in texts]
    return [Gap(pieces, i % (len(pieces) - 1)) for i, pieces in enumerate(cut)]


def share_right(model: Model, split: translation.PairSplit, count: int = HELD_OUT) -> float:
    """Of the first held-back sentences, the share it gets right, from 0 to 1.

    Right is: the whole translation word for word, the missing word, or the next word.
    """
    pairs = split.test[:count]
    if isinstance(model, translation.Translator):
        return translation.exact_translations(model, pairs)
    tried = gaps(model.words, [pair.source for pair in pairs])
    return sum(best_guess(model, gap) == gap.missing for gap in tried) / len(tried)


def best_guess(model: masked.MaskedWords | translation.Writer, gap: Gap) -> str:
    """The likeliest word for a gap: BERT reads both sides, a GPT only what stands before."""
    if isinstance(model, masked.MaskedWords):
        return masked.fill_mask(model, gap.text, 1)[0].candidates[0][0]
    step = next(translation.write_on(model, gap.before), None)
    return model.words.words[step.token_id] if step else ""


class Record(NamedTuple):
    """One step of a run."""

    step: int
    loss: float
    """On this batch, in nats per word."""
    val_loss: float | None
    """On sentences it never learns from; None where it was not measured."""
    right: float | None
    """Share of them it gets right; None where it was not measured."""


def newborn(kind: str, split: translation.PairSplit, random_state: RandomState) -> Model:
    """One of the three before it has learnt anything."""
    recipe = RECIPES[kind]
    with random_state.borrowed():
        if kind == TRANSLATE:
            return translation.make_translator(
                split.train, emb_dim=recipe.emb_dim, n_layers=recipe.n_layers
            )
        make = masked.make_masked_words if kind == FILL else translation.make_writer
        english = [pair.source for pair in split.train]
        return make(english, emb_dim=recipe.emb_dim, n_layers=recipe.n_layers)


class Learner(NamedTuple):
    """A model with everything it learns from."""

    model: Model
    split: translation.PairSplit
    train_loader: Batches
    val_loader: Batches
    loss_function: LossFunction
    random_state: RandomState


def learner(kind: str, seed: int = SEED) -> Learner:
    """One of the three with its batches, ready to learn."""
    split, random_state, size = sentences(), RandomState(seed), RECIPES[kind].batch_size
    model = newborn(kind, split, random_state)
    english = [[pair.source for pair in pairs] for pairs in split]
    loss: LossFunction = calc_loss_batch
    match model:
        case translation.Translator():
            seen = translation.pair_loader(model, split.train, batch_size=size)
            kept = translation.pair_loader(model, split.test, batch_size=size, shuffle=False)
            loss = translation.translation_loss
        case masked.MaskedWords():
            seen = masked.sentence_loader(model, english[0], batch_size=size)
            kept = masked.sentence_loader(model, english[1], batch_size=size, shuffle=False)
        case _:
            seen = translation.writer_loader(model, english[0], batch_size=size)
            kept = translation.writer_loader(model, english[1], batch_size=size, shuffle=False)
    return Learner(model, split, seen, kept, loss, random_state)


def steps(kind: str, new: Learner) -> Iterator[Record]:
    """Train it by its recipe; the model learns while you read."""
    recipe, module = RECIPES[kind], new.model.model
    stream = train(
        module,
        new.train_loader,
        new.val_loader,
        adamw(module, learning_rate=recipe.learning_rate, weight_decay=0.01),
        num_epochs=recipe.steps,
        eval_freq=recipe.evaluate_every,
        eval_iter=2,
        random_state=new.random_state,
        schedule=Schedule(
            peak_lr=recipe.learning_rate,
            total_steps=recipe.steps,
            warmup_steps=recipe.warmup_steps,
            min_lr=recipe.learning_rate * recipe.final_share,
        ),
        max_norm=1.0,
        max_steps=recipe.steps,
        loss_function=new.loss_function,
    )
    for done in stream:
        measured = done.val_loss is not None or done.step + 1 == recipe.steps
        right = share_right(new.model, new.split) if measured else None
        yield Record(done.step, done.loss, done.val_loss, right)


@dataclass(frozen=True)
class Member:
    """A model at rest, for any page to look at."""

    name: str
    """Changes with the weights; caches use it in place of the model."""
    model: Model
    story: str
    """Where its weights come from, to end a sentence with."""


BY_NAME: dict[str | type[Any], Callable[[Any], Any]] = {Member: lambda member: member.name}
"""For a cached function that takes a Member: `hash_funcs=BY_NAME`."""


class Sample(NamedTuple):
    """What a model in training said at one moment."""

    step: int
    """Updates made before."""
    said: str


def start(kind: str, sentence: str, say: Callable[[Member], str]) -> jobs.Job:
    """Begin a live run of this kind for this session.

    Its products are "member", the newest snapshot, and "samples", what the snapshots make of the
    sentence.

    Args:
        kind: TRANSLATE, FILL or GO_ON.
        sentence: what is tried at every evaluation.
        say: lets a member do its task on the sentence.
    """
    return jobs.start(
        kind,
        partial(_live, kind, say),
        settings={"sentence": sentence},
        total=RECIPES[kind].steps,
    )


def _live(kind: str, say: Callable[[Member], str], job: jobs.Job) -> Iterator[Record]:
    new = learner(kind)

    def publish(done: int) -> None:
        snapshot = copy.deepcopy(new.model)
        snapshot.model.eval()
        member = Member(f"{job.id} step {done}", snapshot, f"your run, after {done:,} steps")
        job.products["member"] = member
        earlier = job.products.get("samples", ())
        job.products["samples"] = (*earlier, Sample(done, say(member)))

    publish(0)
    for record in steps(kind, new):
        if record.right is not None and record.step:
            publish(record.step + 1)
        yield record


def _file(kind: str) -> Path:
    return FOLDER / f"{kind.removeprefix('family-')}.safetensors"


def _vocabulary(model: Model) -> list[list[str]]:
    """Every word the model knows, in the order of its ids; of a translator both languages'."""
    if isinstance(model, translation.Translator):
        return [model.source.words, model.target.words]
    return [model.words.words]


def bundled(kind: str) -> Member | None:
    """The model that comes with the project; None if it is missing or knows other words."""
    try:
        weights, facts = read_tensors(_file(kind))
    except CheckpointError:
        return None
    model = newborn(kind, sentences(), RandomState(SEED))
    if json.loads(facts.get("vocabulary", "[]")) != _vocabulary(model):
        return None  # trained before the sentences were changed
    model.model.load_state_dict(weights)
    model.model.eval()
    return Member(f"bundled {kind}", model, "trained beforehand, and bundled")


def make_bundle(kind: str) -> Record:
    """Train to the end and keep the weights; the last step says how well it went."""
    new = learner(kind)
    *_, last = steps(kind, new)
    FOLDER.mkdir(exist_ok=True)
    facts = {"vocabulary": json.dumps(_vocabulary(new.model))}
    write_tensors(_file(kind), new.model.model.state_dict(), facts)
    return last


if __name__ == "__main__":
    torch.set_num_threads(1)
    for each in RECIPES:
        print(each, make_bundle(each))
