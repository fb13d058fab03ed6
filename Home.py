"""The front door: what a language model is, one at work right now, and the way to build it."""

from html import escape

import streamlit as st

from dashboard import chips, frame, session
from dashboard.stages import GROUPS, STAGES
from dashboard.warm_up import warm_up

frame.begin_home()

st.title("Build a large language model", anchor=False)
st.html(
    '<p class="question">From a sentence of your own to a model that answers you: every step runs '
    "live, on this machine, in code you can read beside it.</p>"
)

session.sentence_box("Start a sentence, and a model will go on")
loop_place = st.container(key="home-loop")


@st.fragment
def next_token_loop() -> None:
    """The whole trick of a language model, one token at a time."""
    from dashboard import cached, decoding  # bring torch: after the page is painted

    def named(token: str) -> str:
        return "end of text" if token == "<|endoftext|>" else chips.visible(token)

    def write(more: int) -> None:
        st.session_state["home.n"] = min(decoding.MOST, st.session_state["home.n"] + more)

    def start_again() -> None:
        st.session_state["home.n"] = 0
        st.session_state["home.seed"] += 1

    left, right = st.columns([3, 2], gap="large")
    with right:
        manner = st.segmented_control(
            "How to choose",
            ["the likeliest", "by chance"],
            default="the likeliest",
            required=True,
            key="home.manner",
            bind="query-params",
            help="Always the likeliest, or a draw in which likelier tokens win more often.",
        )
        written_so_far = st.slider(
            "Tokens written", 0, decoding.MOST, 0, key="home.n", bind="query-params"
        )
        with st.popover("More"):
            temperature = st.slider(
                "Temperature of the draw", 0.1, 2.0, 0.8, 0.1, key="home.t", bind="query-params"
            )
            seed = st.number_input(
                "Seed of the draw", 0, 9999, 1, key="home.seed", bind="query-params"
            )
        with st.container(horizontal=True):
            st.button("Next token", type="primary", key="home.next", on_click=write, args=(1,))
            st.button("Ten more", key="home.ten", on_click=write, args=(10,))
            st.button("Start again", key="home.again", on_click=start_again)
    with left, frame.guarded():
        prompt, run = decoding.continuation(
            cached.starter(),
            session.sentence(),
            temperature=float(temperature) if manner == "by chance" else 0.0,
            seed=int(seed),
            tokens=decoding.MOST + 1,
        )
        new = run[:written_so_far]
        chips.show(
            [*prompt, *(w.token for w in new)],
            marks=["dim"] * len(prompt) + [""] * len(new),
            notes=["yours"] * len(prompt) + [f"chosen at {w.probability:.1%}" for w in new],
        )
        st.caption(
            "Each chip is a **token**: a piece of text, often a word or a part of one; ␣ is a "
            "blank. The framed ones are yours. The others come from the small starter model that "
            "belongs to this project."
        )
        if written_so_far >= len(run):
            st.caption("Here the model ended its text. Start again, or choose by chance.")
            return
        rows = "".join(
            f'<div class="bar" style="--share: {p:.4f}"><bdi>{escape(named(token))}</bdi>'
            f"<span></span><b>{p:.1%}</b></div>"
            for token, p in run[written_so_far].choices
        )
        st.html(f'<p class="label">What might come next</p><div class="bars">{rows}</div>')


def cards() -> None:
    """The stages as a map, with ticks for what the learner has done."""
    done = sum(session.is_done(s.slug) for s in STAGES)
    st.header("Three stages of building one", anchor="stages")
    st.markdown(
        f"You have done {done} of {len(STAGES)} pages: a tick means that you predicted or trained "
        "something there. Take them in order, or jump."
    )
    for column, group in zip(st.columns(3, gap="medium"), list(GROUPS)[:3], strict=True):
        with column, st.container(border=True, height="stretch"):
            st.subheader(group, anchor=False)
            st.caption(GROUPS[group])
            for item in (s for s in STAGES if s.group == group):
                tick = session.is_done(item.slug)
                icon = ":material/check_circle:" if tick else item.icon
                st.page_link(item.path, label=f"{item.number}. {item.title}", icon=icon)
                st.caption(item.question)
    family = STAGES[-1]
    st.page_link(family.path, label=f"Background: {family.title}", icon=family.icon)


def what_it_is() -> None:
    """Inside deep learning, against earlier language processing, and what it is not."""
    st.header("What a large language model is, and is not", anchor="what")
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.html(
            '<div class="nest"><b>Artificial intelligence</b> machines that do what seems to need '
            'thought<div class="nest"><b>Machine learning</b> rules found in examples, not '
            'written by hand<div class="nest"><b>Deep learning</b> many layers of learnt numbers'
            '<div class="nest core"><b>Large language models</b> layers that attend, trained to '
            "predict the next token of very much text</div></div></div></div>"
        )
    with right:
        st.markdown(
            "It is **one function**: text in, a probability for every possible next token out. "
            "You saw it work above. Writing is that function, called again and again.\n\n"
            "It is **not a store of facts**, not a search engine and not a mind. What looks like "
            "knowledge is what helped to guess the next token in its training text; where guessing "
            "well and being right part ways, it guesses."
        )
        st.markdown(
            "| | language processing before | large language models |\n"
            "|---|---|---|\n"
            "| a task | gets a model of its own | one model, many tasks |\n"
            "| the features | chosen by people | learnt from raw text |\n"
            "| the examples | labelled by hand | any text: the next token is the label |\n"
            "| the context | a few words | everything it is shown, by attention |"
        )


def two_trainings() -> None:
    """Pretraining, then finetuning, as one picture."""
    st.header("Trained twice", anchor="trained-twice")
    st.html(
        '<div class="flow"><div class="box"><b>Raw text</b>no labels, as much as there is</div>'
        '<div class="step">pretraining<br><small>predict the next token</small></div>'
        '<div class="box core"><b>Base model</b>continues any text</div>'
        '<div class="step">finetuning<br><small>a few labelled examples</small></div>'
        '<div class="pair"><div class="box"><b>Classifier</b>spam or not spam</div>'
        '<div class="box"><b>Assistant</b>answers an instruction</div></div></div>'
    )
    st.markdown(
        "Pretraining is long and costly, and done once. Finetuning is short: it starts from what "
        "the base model has learnt. You will do both here, on a model that this machine can train."
    )


cards()
what_it_is()
two_trainings()
st.page_link(
    STAGES[0].path,
    label=f"Begin: {STAGES[0].title}",
    icon=":material/arrow_forward:",
    icon_position="right",
)

with loop_place, frame.guarded():
    warm_up().ready()
    next_token_loop()
warm_up().freeze("home")
