"""A whole model at work: what it says after each block, and how it writes."""

import streamlit as st

from dashboard import cached, frame, jobs, live, predict, source, wording
from dashboard.components import plot
from dashboard.lessons import reading
from dashboard.lessons.architecture import generating, generating_race, models
from dashboard.lessons.architecture import lens as lens_shown
from llm_core import lens as core
from llm_core import sampling
from llm_core.gpt import KVCache


@frame.idea("What would it say after each block?")
def lens(sentence: str) -> None:
    """The logit lens: every depth's vectors read as if they were the last."""
    loaded = models.on_show()
    text = reading.read(loaded, sentence)
    st.markdown(
        "A block only **adds** to each token's vector; its shape stays the same. So any of these "
        "vectors can be read as if it were the last one: final norm, output head, softmax. This "
        "is the **logit lens** (nostalgebraist, 2020). In each square stands the likeliest next "
        "token: a column for each token of **your sentence**, "
        f"from the embedding up through {wording.counted(loaded.config.n_layers, 'block')}. "
        f"{wording.only_first(len(text.ids), text.left_out)}"
    )
    choices = lens_shown.moments(loaded)
    before = st.select_slider(
        "Compare with the same model after so many updates", list(choices),
        lens_shown.NO_COMPARISON, key="architecture.lens_before", bind="query-params", width=480,
        help="A second map, below the first. 0: as the model was born, with random weights.",
    )  # fmt: skip
    start = lens_shown.start_of(loaded, text)
    picture = st.container()
    asked = lens_shown.question(loaded, text.ids)
    guess = predict.choice(
        lens_shown.question_line(asked), lens_shown.WHEN, key="architecture.lens_guess",
        done="architecture", about=(loaded.name, text.ids),
    )  # fmt: skip
    with picture:
        told = guess is not None
        lens_shown.show(loaded, text, start, choices.get(str(before)), told=told)
        st.caption(
            "Arrow keys walk, a click chooses a square. Early vectors need not speak the head's "
            "language: where head and embedding share one table, a token often just names itself."
        )
    if guess is not None:
        predict.verdict(guess, asked.truth, asked.why)
    seen = lens_shown.seen(loaded, text.ids, start)
    source.show(
        core.lens, core.depths, core.settled, core.growth, key="architecture.lens.code",
        shapes=seen.lens._asdict() | {"lengths": seen.growth.stream},
    )  # fmt: skip


@frame.idea("How does it write a text?")
def generate(sentence: str) -> None:
    """The greedy loop, token by token, with a window that slides."""
    loaded = models.on_show()
    text = reading.read(loaded, sentence)
    st.markdown(
        "A GPT does one thing: ids in, a score for every possible next token out. **Writing is a "
        "loop around it**: take the largest score, append that token, read again. Once the text "
        "is longer than the window, the oldest token drops out of sight."
    )
    left, right = st.columns(2)
    context = generating.window(left, loaded)
    wished = int(right.slider("New tokens", 1, 60, 12, key="architecture.new", bind="query-params"))
    count = generating.asked(loaded, min(max(wished, 1), 60), context, text.ids)
    found = generating.written(loaded, text.ids, count, context)
    picture = st.container()
    guess: str | None = ""
    if len(found.tokens) > 1:
        guess = predict.choice(
            "The first new token is appended. What does the model read to find the second?",
            generating.READS, key="architecture.second", done="architecture",
        )  # fmt: skip
    with picture:
        generating.show(loaded, text.ids, context, found, told=guess is not None)
        st.caption(
            "The same weights every time: nothing is learnt here, and nothing is drawn by chance. "
            "Always taking the largest is called **greedy**; page 4 shows more daring ways. "
            "Choose an untrained model, and it writes gibberish, as the course's first one does."
        )
    if guess is not None and len(found.tokens) > 1:
        predict.verdict(guess, generating.ALL_AGAIN, generating.why(len(text.ids), context))
    source.show(
        sampling.generate_text_simple, sampling.next_logits, key="architecture.source.generate",
        shapes={"idx": (1, len(text.ids)), "result": (1, len(text.ids) + len(found.tokens))},
    )  # fmt: skip


@frame.idea("What does it save to remember what was read?")
def cached_writing(sentence: str) -> None:
    """The same loop with and without a cache of keys and values, raced."""
    loaded = models.on_show()
    config, ids = loaded.config, reading.read(loaded, sentence).ids
    if generating_race.count(config, ids) < 2:
        raise ValueError("a context of one token leaves nothing to remember; choose another model")
    st.markdown(
        "The loop reads the whole text again for each token, though nothing earlier has changed. "
        "A **cache** keeps every layer's keys and values (page 2), so that only the newest token "
        f"is read. {generating_race.saved(config, ids)}"
    )
    guess = predict.choice(
        f"The work is {generating_race.ratio(config, ids):.3g} times as much without the cache. "
        "And how many times as long does it take, on this machine?",
        generating_race.ANSWERS, key="architecture.race_guess", done="architecture",
        about=(loaded.name, ids),
    )  # fmt: skip
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Work:** operations for each new token, counted")
        plot.show(
            generating_race.arithmetic(config, ids), key="architecture-race-work", height=300,
            alt="Millions of operations for each new token, with the cache and without",
        )  # fmt: skip
    with right:
        st.markdown("**Time:** milliseconds for each new token, measured here and now")
        if guess is None:
            st.caption("Guess, and let them race.")
        else:
            _race(loaded, ids, guess)
    st.caption(
        "Both write in turn, one token each, so that both meet the same machine. The first token "
        "with the cache has to read the whole sentence, too. When the window slides, every token "
        "stands at another place, and the cache of this model is worth nothing any more."
    )
    source.show(sampling.race, sampling.operations, KVCache, key="architecture.race.code")


def _race(loaded: cached.Loaded, ids: tuple[int, ...], guess: str) -> None:
    """Button, live chart, and what came of it."""
    if st.button("Race", icon=":material/timer:", key="architecture.race"):
        with frame.guarded():
            generating_race.start(loaded, ids)

    if jobs.current(generating_race.KIND) is None:
        st.caption("Your guess is kept. Let them race, and the answer is measured here.")

    def outcome(job: jobs.Job) -> None:
        if not job.active and job.history:
            predict.verdict(guess, *generating_race.answer(job.history[:]))
            generating_race.texts(job)

    live.panel(generating_race.KIND, [generating_race.chart()], beside=outcome, doing="Racing")
