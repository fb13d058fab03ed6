"""What the family page shows: three small models at their tasks, each call kept in a cache.

Whoever is at work is a `Member` (family_runs.py); the functions below let it work on the page's
sentence and hand back words, numbers, and figures as text.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple, cast

import streamlit as st
import torch
from torch import Tensor

from dashboard import charts, chips, jobs, live, palette
from dashboard.charts.mask import mask
from dashboard.components import plot
from dashboard.lessons.family import runs as family_runs
from dashboard.lessons.family.runs import BY_NAME, FILL, GO_ON, RECIPES, TRANSLATE, Gap, Member
from dashboard.lessons.family.sentence import Sentence, vocabulary
from llm_core import masked, translation
from llm_core.random_state import RandomState
from llm_core.sampling import likeliest

CANDIDATES = 6
"""Words that are drawn as bars."""

BUNDLED, MINE = "Bundled", "My run"


@st.cache_resource(show_spinner=False, max_entries=3)
def _bundled(kind: str) -> Member:
    """The model that comes with the project; where it is missing, one that has learnt nothing."""
    member = family_runs.bundled(kind)
    if member is not None:
        return member
    seed = RandomState(family_runs.SEED)
    newborn = family_runs.newborn(kind, family_runs.sentences(), seed)
    newborn.model.eval()
    return Member(f"newborn {kind}", newborn, "not trained yet: train it below")


def at_work(kind: str) -> Member:
    """The model that does the task: the bundled one, or what the learner's own run has made."""
    job = jobs.current(kind)
    own = cast("Member | None", job.products.get("member")) if job else None
    if own is not None and st.session_state.get(_weights_key(kind), MINE) == MINE:
        return own
    return _bundled(kind)


def choose_weights(kind: str) -> Member:
    """The model that does the task, with a switch once there are two to choose from."""
    job = jobs.current(kind)
    if job is not None and "member" in job.products:
        st.segmented_control(
            "Weights", [BUNDLED, MINE], default=MINE, required=True, key=_weights_key(kind)
        )
    member = at_work(kind)
    st.caption(f"Weights: {member.story}.")
    return member


def _weights_key(kind: str) -> str:
    return f"family.weights.{kind}"


@st.cache_resource(show_spinner=False)
def _meanings() -> tuple[dict[tuple[str, ...], str], frozenset[tuple[str, ...]], int]:
    """What every known sentence means, which are held back, how many are learnt from."""
    split, cut = family_runs.sentences(), vocabulary().split
    meaning = {tuple(cut(pair.source)): pair.target for part in split for pair in part}
    return meaning, frozenset(tuple(cut(pair.source)) for pair in split.test), len(split.train)


def parameters(kind: str) -> int:
    """How many numbers the bundled model of this kind has learnt."""
    return sum(weights.numel() for weights in _bundled(kind).model.model.parameters())


class Known(NamedTuple):
    """What is known about a sentence beforehand."""

    meaning: str
    """The German that the grammar of the data gives it; "" for a sentence of the learner's own."""
    story: str
    """Whether the models have learnt from it."""


def known(sentence: Sentence) -> Known:
    """Whether the models have learnt from this sentence."""
    meaning, held_back, learned = _meanings()
    expected = meaning.get(sentence.words, "")
    if not expected:
        return Known("", f"This is none of the {learned:,} sentences it learnt from")
    if sentence.words in held_back:
        return Known(expected, "This sentence was held back: it never learnt from it")
    return Known(expected, f"This is one of the {learned:,} sentences it learnt from")


@st.cache_data(show_spinner=False)
def longest_learnt() -> int:
    """Words of the longest sentence that the models have learnt from, without the mark."""
    split, cut = family_runs.sentences().train, vocabulary().split
    return max(len(cut(pair.source)) for pair in split) - 1


def beyond(sentence: Sentence) -> str:
    """What to expect of a sentence longer than any that they learnt from; "" for others."""
    count, longest = len(sentence.words) - 1, longest_learnt()
    if count <= longest:
        return ""
    return (
        f" With {count} words it is longer than any of them (at most {longest}): expect a visibly "
        "worse translation."
    )


class Translated(NamedTuple):
    """A translation, word by word."""

    words: tuple[str, ...]
    probabilities: tuple[float, ...]
    attention: Tensor
    """Where each written word was looking in the source and at its end, (L, H, T, S)."""


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs=BY_NAME)
def translated(member: Member, sentence: Sentence) -> Translated:
    """Let the encoder-decoder translate."""
    words = list(translation.translate(_translator(member), sentence.text))
    looks = torch.stack([word.attention for word in words], dim=2) if words else torch.empty(0)
    return Translated(
        tuple(word.word for word in words), tuple(word.probability for word in words), looks
    )


def _translator(member: Member) -> translation.Translator:
    return cast(translation.Translator, member.model)


def heads(member: Member) -> tuple[int, int]:
    """How many heads a translator has, and how wide each is."""
    config = _translator(member).model.decoder.config
    return config.n_heads, config.head_dim


@st.cache_data(show_spinner=False, max_entries=128, hash_funcs=BY_NAME)
def crossing(member: Member, sentence: Sentence, head: int) -> str:
    """Which source words each written word looked at, in one head (from 1) of the last layer."""
    done = translated(member, sentence)
    return str(
        charts.heatmap(
            done.attention[-1, head - 1],
            rows=done.words,
            columns=(*sentence.words, "end"),
            row_title="German, as it is written",
            column_title="English, as it was read",
            unit="attention weight",
            low=0.0,
            high=1.0,
            numbers=False,
        ).to_json()
    )


class Guesses(NamedTuple):
    """What may stand in a gap."""

    best: tuple[tuple[str, float], ...]
    """The likeliest words with their probabilities, likeliest first."""
    missing: float
    """Probability of the word that was taken out."""


@st.cache_data(show_spinner=False, max_entries=256, hash_funcs=BY_NAME)
def filled(member: Member, gap: Gap) -> Guesses:
    """Let BERT guess a gap from both sides."""
    model = cast(masked.MaskedWords, member.model)
    candidates = masked.fill_mask(model, gap.text, model.words.n_vocab)[0].candidates
    return Guesses(tuple(candidates[:CANDIDATES]), dict(candidates).get(gap.missing, 0.0))


@st.cache_data(show_spinner=False, max_entries=256, hash_funcs=BY_NAME)
def expected(member: Member, gap: Gap) -> Guesses:
    """Let the GPT guess the same gap from what stands before it."""
    model = cast(translation.Writer, member.model)
    step = next(translation.write_on(model, gap.before), None)
    if step is None:  # it thinks that the sentence ends here
        return Guesses((), 0.0)
    named = [
        (model.words.words[number], p)
        for number, p in likeliest(step.probabilities, model.words.n_vocab)
    ]
    return Guesses(tuple(named[:CANDIDATES]), dict(named).get(gap.missing, 0.0))


@st.cache_data(show_spinner=False, max_entries=256)
def candidate_bars(guesses: Guesses, missing: str, who: str) -> str:
    """The likeliest words for a gap as bars, the one that was taken out in bold: a figure."""
    labels = [f"<b>{word}</b>" if word == missing else word for word, _ in guesses.best]
    return str(
        charts.bars(
            {who: [p for _, p in guesses.best]},
            labels=labels,
            colours={who: palette.ACCENT},
            value_title="probability",
            value_range=(0.0, 1.0),
            sideways=True,
            number_format=".1%",
        ).to_json()
    )


def show_guesses(seen: list[str], guesses: Guesses, gap: Gap, who: str) -> None:
    """Draw what a model sees, and what it thinks of the gap."""
    with st.container(key=f"family-seen-{who}"):
        chips.show(seen, marks=["lit" if i == gap.place else "" for i in range(len(seen))])
    if not guesses.best:
        st.caption("It thinks that the sentence is over.")
        return
    plot.show(
        candidate_bars(guesses, gap.missing, who),
        key=f"family-gap-{who}",
        alt=f"The likeliest words for the gap, according to {who}",
        height=270,
    )
    st.caption(f"The hidden word, {gap.missing}, gets {guesses.missing:.1%}.")


class FoundMore(NamedTuple):
    """How many held-back sentences' gaps were guessed right."""

    bert: float
    """Share, from 0 to 1, when both sides are read."""
    gpt: float
    """Share when only what stands before is read."""
    tried: int


@st.cache_data(show_spinner=False, max_entries=16, hash_funcs=BY_NAME)
def found_more(bert: Member, gpt: Member) -> FoundMore:
    """Let both guess the same gaps of all sentences that were held back."""
    split = family_runs.sentences()
    count = len(split.test)
    shares = [family_runs.share_right(each.model, split, count) for each in (bert, gpt)]
    return FoundMore(shares[0], shares[1], count)


@st.cache_data(show_spinner=False, max_entries=8, hash_funcs=BY_NAME)
def exact(member: Member) -> tuple[float, int]:
    """Share of the held-back sentences translated word for word as expected, and their number."""
    split = family_runs.sentences()
    return family_runs.share_right(member.model, split, len(split.test)), len(split.test)


class Continued(NamedTuple):
    """How a GPT goes on."""

    words: tuple[str, ...]
    probabilities: tuple[float, ...]


@st.cache_data(show_spinner=False, max_entries=256, hash_funcs=BY_NAME)
def continued(member: Member, before: str, temperature: float = 0.0, seed: int = 1) -> Continued:
    """Let the small GPT write on until its sentence ends."""
    model = cast(translation.Writer, member.model)
    stream = translation.write_on(
        model, before, temperature=temperature, generator=torch.Generator().manual_seed(seed)
    )
    written = [(model.words.words[step.token_id], step.probability) for step in stream]
    return Continued(tuple(word for word, _ in written), tuple(p for _, p in written))


def show_written(
    given: Sequence[str], written: Sequence[str], probabilities: Sequence[float]
) -> None:
    """Draw what a model was given, pale, and what it wrote."""
    chips.show(
        [*given, *written],
        marks=["dim"] * len(given) + [""] * len(written),
        notes=["given"] * len(given) + [f"chosen at {p:.1%}" for p in probabilities],
    )


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=BY_NAME)
def masks(
    translator: Member, bert: Member, gpt: Member, sentence: Sentence
) -> tuple[str, str, str]:
    """Who looks at whom in the three models while they read the sentence: three figures.

    A square is filled where the first head of the first layer gives a weight above zero.
    """
    pair, both, back = (cast("translation.Translator", translator.model), bert.model, gpt.model)
    german = translated(translator, sentence).words or (translation.SPECIAL_WORDS[1],)
    with torch.inference_mode():
        source = torch.tensor([translation.encode_source(pair, sentence.text)])
        written = torch.tensor([pair.target.encode(" ".join(german))])
        across = pair.model.decoder.steps(written, pair.model.encoder.steps(source)).cross_weights
        filler, writer = cast(masked.MaskedWords, both), cast(translation.Writer, back)
        ids = torch.tensor([filler.words.encode(sentence.text)])
        full = filler.model.encoder.steps(ids).weights
        ids = torch.tensor([writer.words.encode(sentence.text)])
        causal = writer.model.steps(ids).attention_weights
    english, source_words = sentence.words, (*sentence.words, "end")
    return (
        _mask(across, german, source_words, "written", "read"),
        _mask(full, english, english, "looks", "is looked at"),
        _mask(causal, english, english, "looks", "is looked at"),
    )


MASKS = (
    ("Across: decoder to encoder", "Every German word may look at the whole English sentence."),
    ("BERT: both ways", "Every word may look at every word; so it is in any encoder."),
    ("GPT: back only", "Nothing above the diagonal: no word sees a later one (causal mask)."),
)
"""Title and meaning of each of the three figures of `masks`."""


def show_masks(translator: Member, bert: Member, gpt: Member, sentence: Sentence) -> None:
    """Draw the three masks side by side."""
    figures = masks(translator, bert, gpt, sentence)
    for i, (place, (title, meaning)) in enumerate(zip(st.columns(3), MASKS, strict=True)):
        with place:
            st.markdown(f"**{title}**")
            plot.show(figures[i], key=f"family-mask-{i}", alt=f"{title}. {meaning}", height=350)
            st.caption(meaning)


def _mask(
    weights: Tensor, rows: tuple[str, ...], columns: tuple[str, ...], row: str, column: str
) -> str:
    allowed = (weights[0, 0, 0] > 0).tolist()  # (T, S)
    return str(
        mask(allowed, rows=rows, columns=columns, row_title=row, column_title=column).to_json()
    )


def gap_at(sentence: Sentence, place: int) -> Gap:
    """The sentence with the word at this place taken out."""
    return Gap(sentence.words, min(max(place, 0), len(sentence.words) - 1))


def say(kind: str, member: Member, sentence: Sentence) -> str:
    """What a member makes of the sentence, in one line: for the log of a run."""
    gap = gap_at(sentence, sentence.middle)
    if kind == TRANSLATE:
        return " ".join(translated(member, sentence).words)
    if kind == FILL:
        best = filled(member, gap).best[:3]
        return f"{gap.text}   " + ", ".join(f"{word} {p:.0%}" for word, p in best)
    return f"{gap.before} … " + " ".join(continued(member, gap.before).words)


def start(kind: str, sentence: Sentence) -> jobs.Job:
    """Begin a live run for this session, which tries itself on the sentence on its way."""
    return family_runs.start(kind, sentence.text, lambda member: say(kind, member, sentence))


RIGHT = {
    TRANSLATE: "the whole translation, word for word",
    FILL: "the hidden word",
    GO_ON: "the next word",
}
"""What counts as right, as it stands in a sentence."""


def run_charts(kind: str) -> tuple[live.Chart, ...]:
    """Curves of a run: the loss, and the share of held-back sentences it gets right."""
    model, steps = _bundled(kind).model, float(RECIPES[kind].steps)
    words = (
        model.target.n_vocab if isinstance(model, translation.Translator) else model.words.n_vocab
    )
    blind = math.log(words)
    return (
        live.Chart(
            name="loss",
            alt="Loss over training steps, on training batches and on sentences held back",
            lines=(
                live.Line(
                    name="each batch", tone=palette.TRAIN, value=lambda r: r.loss, faint=True
                ),
                live.Line(
                    name="held back",
                    tone=palette.VALIDATION,
                    value=lambda r: r.val_loss,
                    dashed=True,
                ),
            ),
            y_title="loss (nats per word)",
            x_end=steps,
            y_range=(0.0, 1.2 * blind),
            level=(blind, f"blind guessing: ln {words} = {blind:.2f}"),
            height=260,
        ),
        live.Chart(
            name="right",
            alt=f"Share of held-back sentences got right over training steps: {RIGHT[kind]}",
            lines=(live.Line(name=RIGHT[kind], tone=palette.VALIDATION, value=lambda r: r.right),),
            y_title="share right",
            x_end=steps,
            y_range=(0.0, 1.05),
            height=230,
        ),
    )


def effort(kind: str) -> str:
    """What a run will take, in words."""
    recipe, learned = RECIPES[kind], _meanings()[2]
    return (
        f"{parameters(kind):,} parameters start at random and learn from {learned:,} sentences: "
        f"{recipe.steps:,} steps, about {recipe.steps * recipe.seconds:.0f} seconds on a quiet "
        "processor."
    )


def log(job: jobs.Job) -> None:
    """What the run's snapshots made of the sentence, whenever it changed; latest first."""
    samples: tuple[family_runs.Sample, ...] = job.products.get("samples", ())
    before = ("", *(sample.said for sample in samples))
    changed = [sample for sample, said in zip(samples, before, strict=False) if sample.said != said]
    if changed:
        st.markdown("**The sentence on the way**, whenever the answer changed")
        lines = [f"step {sample.step:>5,}   {sample.said}" for sample in reversed(changed)]
        st.code("\n".join(lines), language=None, height=220)
