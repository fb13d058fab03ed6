"""What the instruction page draws: coloured prompts, batches as rows of chips, loss curves."""

import math
from statistics import fmean
from typing import Any, NamedTuple

import pandas as pd
import streamlit as st
import torch

from dashboard import cached, chips, frame, live, palette
from dashboard.dataset_choice import BY_DIGEST, Examples
from dashboard.jobs import Job
from dashboard.lessons.instruct.runs import STYLES, Judged
from llm_core.instructions import (
    END_OF_TEXT,
    CollateSteps,
    Instruction,
    InstructionDataset,
    collate_steps,
)
from llm_core.loss import IGNORE_INDEX, cross_entropy

SEGMENTS = {"template": "", "instruction": "token-0", "input": "token-4", "output": "token-2"}
"""Whose words a token is, and its tint."""

_BEGIN, _END = "\ue000", "\ue001"
"""Private characters that mark where an entry's own words stand in the layout."""


@st.cache_data(show_spinner=False, max_entries=16, hash_funcs=BY_DIGEST)
def table(examples: Examples) -> pd.DataFrame:
    """The first entries, as they come."""
    rows = [{k: row[k] for k in ("instruction", "input", "output")} for row in examples.rows[:500]]
    return pd.DataFrame(rows)


def spans(entry: Instruction, style: str) -> list[tuple[str, str]]:
    """The whole text in pieces, each with the segment it belongs to.

    >>> entry = {"instruction": "Say hi.", "input": "", "output": "Hi!"}
    >>> spans(entry, "Phi-3")[1:3]
    [('instruction', 'Say hi.'), ('template', '\\n<|assistant|>:\\n')]
    """
    marked = {name: f"{_BEGIN}{name}{_END}" if entry[name] else "" for name in list(SEGMENTS)[1:]}
    pieces = []
    for part in STYLES[style].text(marked).split(_BEGIN):
        name, end, rest = part.partition(_END)
        if end:
            pieces.append((name, str(entry[name])))
        pieces.append(("template", rest if end else part))
    return [(name, text) for name, text in pieces if text]


class Laid(NamedTuple):
    """An entry laid out, as tokens with the segment of each."""

    text: str
    tokens: list[str]
    ids: list[int]
    segments: list[str]


@st.cache_data(show_spinner=False, max_entries=128)
def laid_out(entry: dict[str, Any], style: str) -> Laid:
    """The entry's whole text as tokens; a token belongs to the segment it begins in."""
    tokenizer = cached.starter().tokenizer
    pieces = spans(entry, style)
    text = "".join(piece for _, piece in pieces)
    ids = tokenizer.encode_ordinary(text)
    tokens = [tokenizer.decode([i]) for i in ids]
    owners = [name for name, piece in pieces for _ in piece]
    places = [len(tokenizer.decode(ids[:i])) for i in range(len(ids))]
    return Laid(text, tokens, ids, [owners[min(place, len(owners) - 1)] for place in places])


def legend() -> None:
    """The four segments in their tints."""
    names = ["template", "instruction", "input", "response"]
    tints = list(SEGMENTS.values())
    chips.show(names, tints=tints, marks=["dim", "", "", ""])


def prompt(laid: Laid) -> None:
    """The entry's tokens, tinted by whose words they are."""
    chips.show(
        laid.tokens,
        ids=laid.ids,
        tints=[SEGMENTS[name] for name in laid.segments],
        marks=["dim" if name == "template" else "" for name in laid.segments],
        notes=laid.segments,
    )


class Batch(NamedTuple):
    """Three rows on their way to a batch, and how to write an id."""

    steps: CollateSteps
    pad: int
    names: dict[int, str]

    def name(self, number: int) -> str:
        """What stands on the chip of an id."""
        return "−100" if number == IGNORE_INDEX else self.names.get(number, str(number))


TOY = ([0, 1, 2, 3, 4], [5, 6], [7, 8, 9])
TOY_PROMPTS = (2, 1, 1)
"""How many ids of each toy row are to be taken for the question."""


def toy_batch(mask_prompt: bool) -> Batch:
    """Three rows of plain numbers."""
    lengths = TOY_PROMPTS if mask_prompt else None
    return Batch(collate_steps(TOY, prompt_lengths=lengths), END_OF_TEXT, {})


def entry_batch(entries: list[dict[str, Any]], style: str, mask_prompt: bool) -> Batch:
    """Three entries as the starter model reads them."""
    starter = cached.starter()
    data = InstructionDataset(entries, starter.tokenizer, STYLES[style])  # type: ignore[arg-type]
    pad = starter.end_of_text
    lengths = data.prompt_lengths if mask_prompt else None
    steps = collate_steps(data.encoded_texts, pad, prompt_lengths=lengths)
    ids = {i for row in data.encoded_texts for i in row}
    return Batch(steps, pad, {i: starter.tokenizer.decode([i]) for i in ids} | {pad: "end"})


def counted(batch: Batch) -> tuple[int, int, int]:
    """Targets in all, targets that count in the loss, and targets that are no end of text."""
    targets = [i for row in batch.steps.shifted.tolist() for i in row]
    kept = [i for row in batch.steps.targets.tolist() for i in row]
    return (
        len(targets),
        sum(i != IGNORE_INDEX for i in kept),
        sum(i != batch.pad for i in targets),
    )


def collated(batch: Batch, stage: int) -> None:
    """Draw the batch padded (1), shifted (2) or masked (3)."""
    steps = batch.steps
    if stage == 1:
        rows = [(f"row {i + 1}", row) for i, row in enumerate(steps.padded.tolist())]
    else:
        targets = steps.shifted if stage == 2 else steps.targets
        pairs = zip(steps.inputs.tolist(), targets.tolist(), strict=True)
        rows = [
            row
            for i, (ids, wanted) in enumerate(pairs, 1)
            for row in ((f"{i} input", ids), (f"{i} target", wanted))
        ]
    chips.grid(
        {label: [batch.name(i) for i in ids] for label, ids in rows},
        marks=[[_mark(i, batch.pad, stage, label) for i in ids] for label, ids in rows],
    )


def _mark(number: int, pad: int, stage: int, label: str) -> str:
    if number == IGNORE_INDEX:
        return "dim"
    if number == pad:
        return "good" if stage == 3 and label.endswith("target") else "dim"
    return ""


class IgnoredLoss(NamedTuple):
    """The mean loss of two targets, of three, and of three with the third set to -100."""

    two: float
    three: float
    ignored: float


@st.cache_data(show_spinner=False)
def ignored_loss() -> IgnoredLoss:
    """The worked example of the course, computed."""
    logits = torch.tensor([[-1.0, 1.0], [-0.5, 1.5], [-0.5, 1.5]])
    return IgnoredLoss(
        cross_entropy(logits[:2], torch.tensor([0, 1])).item(),
        cross_entropy(logits, torch.tensor([0, 1, 1])).item(),
        cross_entropy(logits, torch.tensor([0, 1, IGNORE_INDEX])).item(),
    )


def curves(steps: int) -> list[live.Chart]:
    """Loss of a run, on what it learns from and on what it does not."""
    vocabulary = cached.starter().config.vocab_size
    blind = math.log(vocabulary)
    return [
        live.Chart(
            name="loss",
            alt="Loss on training and validation entries over the steps of the run",
            lines=(
                live.Line(name="this batch", tone=palette.MUTED, value=_field("loss"), faint=True),
                live.Line(name="training", tone=palette.TRAIN, value=_field("train_loss")),
                live.Line(
                    name="validation",
                    tone=palette.VALIDATION,
                    value=_field("val_loss"),
                    dashed=True,
                ),
            ),
            y_title="loss (nats per token)",
            x_end=steps,
            y_range=(0, 1.15 * blind),
            level=(blind, f"blind guessing: ln {vocabulary:,} = {blind:.2f}"),
            height=300,
        )
    ]


def _field(name: str) -> Any:
    return lambda step: getattr(step, name)


def one_line(said: str) -> str:
    """An answer with its line breaks written as signs, so that it takes little room."""
    return said.strip().replace("\n", " ↵ ") or "(it ends at once)"


def samples(job: Job) -> None:
    """The watched instructions, with what the model answers before, halfway and now."""
    taken = job.products.get("samples", [])[:]
    if not taken:
        return
    shown = [taken[i] for i in sorted({0, len(taken) // 2, len(taken) - 1})]
    head = st.columns(1 + len(shown))
    head[0].caption("An instruction it never trains on")
    for column, sample in zip(head[1:], shown, strict=True):
        column.caption(f"after {sample.steps:,} steps")
    for i, entry in enumerate(job.products["watched"]):
        row = st.columns(1 + len(shown))
        row[0].text(f"{entry['instruction']}\n{entry['input']}".strip())
        for column, sample in zip(row[1:], shown, strict=True):
            column.code(one_line(sample.answers[i]), language=None, wrap_lines=True)


RIGHT = 0.5
"""Scores from here on get a tick."""

SHOWN = 4
"""Judged entries drawn in full; all of them stand in the table."""


def scores(pairs: list[list[Judged]], steps: int) -> None:
    """The mean scores before and after."""
    before, after = (fmean(pair[i].verdict.score for pair in pairs) for i in (0, 1))
    left, right = st.columns(2)
    left.metric("Score before", f"{before:.0%}")
    right.metric(f"Score after {steps:,} steps", f"{after:.0%}")


def verdicts(entries: list[Instruction], pairs: list[list[Judged]]) -> None:
    """The first entries side by side, and all of them in a table."""
    for entry, pair in zip(entries[:SHOWN], pairs, strict=False):
        task, *answers = st.columns([2, 3, 3])
        task.text(f"{entry['instruction']}\n{entry['input']}".strip())
        for column, judged in zip(answers, pair, strict=True):
            column.code(one_line(judged.said), language=None, wrap_lines=True)
            sign = "check" if judged.verdict.score >= RIGHT else "close"
            reason = frame.explain(ValueError(judged.verdict.reason))
            if judged.verdict.reason.endswith('"'):  # a quoted sentence, with its own full stop
                reason = reason.removesuffix(".")
            column.caption(f":material/{sign}: {judged.verdict.score:.0%}. {reason}")
    rows = [
        (entry["instruction"], entry["input"], entry["output"], before.said, after.said,
         after.verdict.score)
        for entry, (before, after) in zip(entries, pairs, strict=True)
    ]  # fmt: skip
    with st.expander(f"All {len(rows)} answers", icon=":material/list:"):
        st.dataframe(
            pd.DataFrame(
                rows,
                columns=["instruction", "input", "hoped for", "before", "after", "score after"],
            ),
            hide_index=True,
            height=300,
        )
