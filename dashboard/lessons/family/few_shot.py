"""Tasks told in the prompt: a description, some examples, a question; and what a model makes of it.

No weight changes. Whatever the examples do, they do through attention, while the prompt is read.

Source: Brown et al. 2020, "Language Models are Few-Shot Learners", figure 2.1.
"""

from types import MappingProxyType
from typing import NamedTuple

import streamlit as st
import torch

from dashboard import cached, charts, chips, own_run, palette, weights_source
from llm_core.sampling import generate, likeliest

SHOTS = (0, 1, 3, 5)
"""How many examples a prompt may hold: zero-shot, one-shot, few-shot."""

SAID = 8
"""Tokens that the model goes on for."""


class Task(NamedTuple):
    """What is asked for, and pairs of question and answer."""

    told: str
    pairs: tuple[tuple[str, str], ...]


def _task(told: str, pairs: str) -> Task:
    return Task(told, tuple((a, b) for a, b in (pair.split(":") for pair in pairs.split())))


TASKS = MappingProxyType(
    {
        "Opposites": _task(
            "Write the opposite.",
            "hot:cold up:down day:night long:short black:white old:young big:small open:closed",
        ),
        "Plurals": _task(
            "Write the plural.",
            "cat:cats tree:trees book:books child:children box:boxes dog:dogs man:men house:houses",
        ),
        "Next number": _task(
            "Write the next number.",
            "two:three five:six one:two eight:nine six:seven three:four seven:eight four:five",
        ),
        "English to German": _task(
            "Translate English to German.",
            "house:Haus cat:Katze water:Wasser good:gut book:Buch dog:Hund night:Nacht red:rot",
        ),
    }
)
"""The last pairs make the questions, the first ones the examples."""

QUESTIONS = 3


class Prompt(NamedTuple):
    """A prompt and the answers that are weighed after it."""

    text: str
    right: str
    other: str
    """The answer to another question, to see what is due to the right answer alone."""


def prompt(task: str, question: int, examples: int) -> Prompt:
    """The description, the examples one a line, and the question as the line to finish."""
    told, pairs = TASKS[task]
    asked = pairs[len(pairs) - QUESTIONS :]
    shown = pairs[: min(max(examples, 0), len(pairs) - QUESTIONS)]
    query, right = asked[question % QUESTIONS]
    other = asked[(question + 1) % QUESTIONS][1]
    lines = [told, *(f"{one} -> {answer}" for one, answer in shown), f"{query} ->"]
    return Prompt("\n".join(lines), f" {right}", f" {other}")


def questions(task: str) -> tuple[str, ...]:
    """What may be asked."""
    return tuple(query for query, _ in TASKS[task].pairs[-QUESTIONS:])


def models() -> dict[str, cached.Loaded]:
    """The models in memory that can be asked, by what they are called on the page."""
    found = {"Starter model": cached.starter()}
    if own := own_run.own_model():
        found["Your pretrained model"] = own
    opened = weights_source.shown()
    if opened.model is not cached.starter().model:
        end = own_run.end_of_text(opened.tokenizer)
        found[opened.title] = cached.Loaded(
            opened.key, opened.model, opened.tokenizer, opened.config, end
        )
    return found


class Chosen(NamedTuple):
    """What the learner wants to see."""

    loaded: cached.Loaded
    task: str
    question: int
    """Place among the task's questions."""
    examples: int

    @property
    def prompt(self) -> Prompt:
        """What the model reads."""
        return prompt(self.task, self.question, self.examples)


def choose() -> Chosen:
    """Draw the controls: task, question, number of examples, model."""
    available = models()
    first, second, third, fourth = st.columns(4, vertical_alignment="bottom")
    task = str(first.selectbox("Task", list(TASKS), key="family.task", bind="query-params"))
    asked = questions(task)
    key = f"family.question.{task.lower().replace(' ', '-')}"
    query = second.selectbox("Question", asked, key=key, bind="query-params")
    shots = third.segmented_control(
        "Examples", SHOTS, default=SHOTS[2], required=True, key="family.shots", bind="query-params"
    )
    name = str(
        fourth.selectbox(
            "Model", list(available), key="family.model", bind="query-params",
            help="What you pretrain in stage 4 or open in stage 5, such as GPT-2, joins the list.",
        )
    )  # fmt: skip
    loaded = available.get(name) or cached.starter()
    return Chosen(loaded, task, asked.index(query), int(shots or 0))


class Answered(NamedTuple):
    """What a model makes of a prompt."""

    right: float
    """Probability of the whole right answer, all its tokens."""
    other: float
    """Probability of the other answer."""
    rank: int
    """Place of the right answer's first token among all tokens, from 1."""
    vocabulary: int
    best: tuple[tuple[str, float], ...]
    """The likeliest next tokens with their probabilities."""
    said: tuple[tuple[str, float], ...]
    """The tokens it goes on with, always the likeliest, with their probabilities."""


@st.cache_data(show_spinner=False, max_entries=256, hash_funcs=cached.BY_NAME)
def answered(loaded: cached.Loaded, asked: Prompt) -> Answered:
    """Let a model read a prompt."""
    encode, decode = loaded.tokenizer.encode_ordinary, loaded.tokenizer.decode
    ids = encode(asked.text)
    steps = list(generate(loaded.model, torch.tensor([ids]), SAID, loaded.config.context_length))
    ranking = [token for token, _ in likeliest(steps[0].probabilities, loaded.config.vocab_size)]
    best = likeliest(steps[0].probabilities, 6)
    return Answered(
        _probability(loaded, ids, encode(asked.right)),
        _probability(loaded, ids, encode(asked.other)),
        ranking.index(encode(asked.right)[0]) + 1,
        len(ranking),
        tuple((chips.visible(decode([token])), p) for token, p in best),
        tuple((decode([step.token_id]), step.probability) for step in steps),
    )


def _probability(loaded: cached.Loaded, ids: list[int], answer: list[int]) -> float:
    """How likely the answer follows: its tokens' probabilities, each after those before it."""
    together = 1.0
    for place, token in enumerate(answer):
        read = torch.tensor([[*ids, *answer[:place]]])
        step = next(generate(loaded.model, read, 1, loaded.config.context_length))
        together *= float(step.probabilities[token])
    return together


def over_shots(loaded: cached.Loaded, task: str, question: int) -> dict[int, Answered]:
    """Number of examples -> what the model makes of the prompt."""
    return {shots: answered(loaded, prompt(task, question, shots)) for shots in SHOTS}


@st.cache_data(show_spinner=False, max_entries=128, hash_funcs=cached.BY_NAME)
def shots_figure(loaded: cached.Loaded, task: str, question: int) -> str:
    """Probability of the right and of another answer over the number of examples."""
    done, asked = over_shots(loaded, task, question), prompt(task, question, 0)
    right, other = f"right: {asked.right.strip()}", f"wrong: {asked.other.strip()}"
    return str(
        charts.bars(
            {
                right: [each.right for each in done.values()],
                other: [each.other for each in done.values()],
            },
            labels=["no example", "1 example", *(f"{n} examples" for n in SHOTS[2:])],
            colours={right: palette.GOOD, other: palette.BAD},
            value_title="probability",
            value_range=(1e-10, 1.0),
            log=True,
        ).to_json()
    )


@st.cache_data(show_spinner=False, max_entries=128, hash_funcs=cached.BY_NAME)
def next_figure(loaded: cached.Loaded, asked: Prompt) -> str:
    """The likeliest next tokens as bars."""
    best = answered(loaded, asked).best
    return str(
        charts.bars(
            {"next token": [p for _, p in best]},
            labels=[token for token, _ in best],
            colours={"next token": palette.ACCENT},
            value_title="probability of the next token",
            value_range=(0.0, 1.0),
            sideways=True,
            number_format=".2%",
        ).to_json()
    )


MANY, SOME, NONE = "ten times likelier or more", "a little likelier", "no likelier"
"""What five examples may do to the right answer."""


def effect(loaded: cached.Loaded, task: str, question: int) -> tuple[str, float]:
    """Which of these it was, and how many times likelier five examples made the right answer."""
    done = over_shots(loaded, task, question)
    times = done[SHOTS[-1]].right / max(done[SHOTS[0]].right, 1e-30)
    return (MANY if times >= 10 else SOME if times > 1 else NONE), times
