"""Runs that teach the starter model to answer, and the answers of any model on the page.

A run works on the scheduler's thread; at every evaluation it leaves a snapshot of its model and
answers to a few instructions that it never trains on.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, cast

import streamlit as st
import torch

from dashboard import cached, snapshots
from dashboard.dataset_choice import BY_DIGEST, Examples
from dashboard.jobs import Job
from llm_core import instructions
from llm_core.bundled import recipe
from llm_core.bundled.recipe import ANSWER_LENGTH, ASSISTANT
from llm_core.fast.training import FastLoss
from llm_core.gpt import GPTModel
from llm_core.instructions import ALPACA, PHI3, Instruction, InstructionDataset, PromptStyle, Split
from llm_core.judging import Verdict, judge
from llm_core.lora import replace_linear_with_lora, train_only_lora
from llm_core.optimizers import adamw
from llm_core.random_state import RandomState
from llm_core.tokenizers import Tokenizer
from llm_core.training import TrainStep, train

STYLES: dict[str, PromptStyle] = {"Alpaca": ALPACA, "Phi-3": PHI3}

EVALUATIONS = 12
"""How often a run measures itself and answers."""

WATCHED = 3
"""Held-out instructions answered at each evaluation."""

MOST_TOKENS = ANSWER_LENGTH
"""An answer ends here at the latest."""

MOST_ENTRIES = 4000
"""Entries learnt from, of a larger file, so that an epoch stays short."""


_FAST = FastLoss()
"""The same loss in less time; LoRA's detours take the readable path."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What makes two runs differ."""

    trainable: str = "everything"
    """"everything" or "LoRA"."""
    rank: int = 16
    """Width of LoRA's detours."""
    style: str = "Phi-3"
    """One of STYLES."""
    mask_prompt: bool = True
    """Learn from the answers alone."""
    learning_rate: float = ASSISTANT.learning_rate
    epochs: int = ASSISTANT.epochs
    batch_size: int = ASSISTANT.batch_size
    seed: int = ASSISTANT.seed

    def __post_init__(self) -> None:
        if not 1 <= self.epochs <= 20:
            raise ValueError(f"{self.epochs} epochs cannot be run here; choose 1 to 20")


@st.cache_resource(show_spinner=False, max_entries=16, hash_funcs=BY_DIGEST)
def split(examples: Examples) -> Split:
    """The entries in three parts, those that are too long for the model left out.

    Raises:
        ValueError: too few entries for three parts.
    """
    room = cached.starter().config.context_length - MOST_TOKENS
    encode = cached.starter().tokenizer.encode_ordinary
    short = [entry for entry in examples.rows if len(encode(ALPACA.prompt(entry))) <= room]
    parts = instructions.split_instructions(short)
    if len(parts.train) < Settings().batch_size or not all(parts):
        raise ValueError(
            f"{len(short)} entries that fit the model are too few to cut in three; add entries "
            "until there are at least 20"
        )
    return parts._replace(train=parts.train[:MOST_ENTRIES])


def learner(settings: Settings) -> GPTModel:
    """A copy of the starter model, with all or only LoRA's detours to be trained."""
    model = cached.fresh(cached.starter().model).requires_grad_(True)
    if settings.trainable == "LoRA":
        with RandomState(settings.seed).borrowed():
            replace_linear_with_lora(model, settings.rank, settings.rank)
        train_only_lora(model)
    return model


def steps_in(parts: Split, settings: Settings) -> int:
    """How many updates a run makes."""
    return settings.epochs * (len(parts.train) // settings.batch_size)


@st.cache_data(show_spinner=False, max_entries=64)
def seconds_a_step(trainable: str, style: str, batch_size: int) -> float:
    """How long one update takes on this machine, measured once for such settings."""
    model = learner(Settings(trainable=trainable))
    ids = torch.zeros(batch_size, 102 if style == "Alpaca" else 48, dtype=torch.long)  # (B, T)
    took = 0.0
    for _ in range(2):  # the first one is slower
        begun = time.perf_counter()
        torch.autograd.backward(_FAST(ids, ids, model, "cpu"))
        took = time.perf_counter() - begun
    return took


class Sample(NamedTuple):
    """Answers to the watched instructions after a number of steps."""

    steps: int
    answers: list[str]


def make_steps(parts: Split, settings: Settings) -> Callable[[Job], Iterator[TrainStep]]:
    """What a job needs to finetune on these entries."""

    def steps(job: Job) -> Iterator[TrainStep]:
        state = RandomState(settings.seed)
        model = learner(settings)
        starter, style = cached.starter(), STYLES[settings.style]
        train_loader, val_loader = (
            instructions.instruction_loader(
                InstructionDataset(part, _tokenizer(), style),
                batch_size=settings.batch_size,
                shuffle=part is parts.train,
                drop_last=part is parts.train,
                pad_token_id=starter.end_of_text,
                allowed_max_length=starter.config.context_length,
                mask_prompt=settings.mask_prompt,
            )
            for part in (parts.train, parts.validation)
        )
        total = steps_in(parts, settings)
        watched = parts.test[:WATCHED]
        job.products["watched"] = watched
        job.products["samples"] = []

        def look(after: int) -> None:
            snapshots.take(job, model, after)
            said = ["".join(answer(model, entry, settings.style)) for entry in watched]
            job.products["samples"].append(Sample(after, said))

        look(0)
        for step in train(
            model, train_loader, val_loader, adamw(model, learning_rate=settings.learning_rate),
            num_epochs=settings.epochs, eval_freq=max(1, total // EVALUATIONS), eval_iter=3,
            random_state=state, max_norm=recipe.GRADIENT_NORM, loss_function=_FAST,
            schedule=recipe.rise_and_fall(settings.learning_rate, total),
        ):  # fmt: skip
            if step.train_loss is not None and step.step:
                look(step.step + 1)
            yield step
        look(total)

    return steps


def answer(model: GPTModel, entry: Instruction, style: str) -> Iterator[str]:
    """A stream of the answer's tokens."""
    starter = cached.starter()
    stream = instructions.answer(
        model, entry, _tokenizer(),
        max_new_tokens=MOST_TOKENS, eos_id=starter.end_of_text, style=STYLES[style],
    )  # fmt: skip
    return (starter.tokenizer.decode([token.token_id]) for token in stream)


def kept_answer(
    model: GPTModel, key: tuple[str, int], entry: Instruction, style: str
) -> Iterator[list[str]]:
    """The answer's tokens so far, growing; at once and whole where it was given before.

    Args:
        model: who answers.
        key: stands for the model.
    """
    name = (*key, style, str(entry["instruction"]), str(entry["input"]))
    kept = _kept()
    if name not in kept:
        so_far: list[str] = []
        for token in answer(model, entry, style):
            so_far.append(token)
            yield so_far
        kept[name] = so_far
        while len(kept) > 512:
            kept.popitem(last=False)
    yield kept[name]


class Judged(NamedTuple):
    """An answer with the judge's verdict."""

    said: str
    verdict: Verdict


def judged(model: GPTModel, key: tuple[str, int], entry: Instruction, style: str) -> Judged:
    """The model's whole answer to an entry, judged.

    Raises:
        ValueError: the entry names a check that there is not.
    """
    *_, tokens = kept_answer(model, key, entry, style)
    said = "".join(tokens)
    return Judged(said, judge(entry, said))


@st.cache_resource(show_spinner=False)
def _kept() -> OrderedDict[tuple[object, ...], list[str]]:
    return OrderedDict()


def _tokenizer() -> Tokenizer:
    return cast(Tokenizer, cached.starter().tokenizer)
