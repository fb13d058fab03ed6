"""What every page shares: tab, sidebar, heading, ideas, and the way to the next stage.

A page opens with `begin(slug)`, is a sequence of functions decorated with `idea("question")`, and
closes with `end(slug)`.
"""

import logging
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import jobs, palette, session, strip
from dashboard.components import presenter, share
from dashboard.components import strip as strip_links
from dashboard.stages import GROUPS, STAGES, Stage, neighbours, stage
from dashboard.warm_up import warm_up

_log = logging.getLogger(__name__)

COURSE = "Build a large language model"

_CSS = (Path(__file__).parent / "frame.css").read_text(encoding="utf-8")
_PRESENT_CSS = (Path(__file__).parent / "present.css").read_text(encoding="utf-8")


def presenting() -> bool:
    """Whether the link asks for presenter mode: `?present=1`."""
    return st.query_params.get("present") == "1"


def present() -> None:
    """From now on one idea at a time, in large type."""
    st.query_params["present"] = "1"


def leave() -> None:
    """Back to the whole page."""
    st.query_params.pop("present", None)


def picture_and_question() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Places for a tall picture and for the question about it.

    One stands below the other; in presenter mode they stand side by side, to be seen together.
    """
    if presenting():
        left, right = st.columns([1.9, 1], gap="medium")
        return left, right
    return st.container(), st.container()


def begin(slug: str) -> Stage:
    """Open a stage's page: tab, look, sidebar, heading, its question, what goes in and out."""
    here = stage(slug)
    _ideas.set({})
    _open(f"{here.number}. {here.title}")
    st.html(f'<p class="kicker">Stage {here.number} of {len(STAGES)} · {here.group}</p>')
    st.title(here.title, anchor=False)
    st.html(
        f'<p class="question">{here.question}</p>'
        f'<p class="in-out"><b>In:</b> {here.takes}. <b>Out:</b> {here.gives}.</p>'
        f"{strip.html(here)}"
    )
    strip_links.follow()
    session.visited(slug)
    warm_up().settled()
    return here


def begin_home() -> None:
    """Open the front door."""
    _open(COURSE)


def _open(tab: str) -> None:
    jobs.courtesy().page_begins()
    st.set_page_config(page_title=tab, page_icon="assets/icon.png", layout="wide")
    warm_up()
    session.keep_progress()
    st.html(f"<style>{palette.css()}{_CSS}{_PRESENT_CSS if presenting() else ''}</style>")
    _sidebar()
    if presenting():
        presenter.show(leave)


def _sidebar() -> None:
    with st.sidebar:
        st.page_link("Home.py", label="**The big picture**", icon=":material/home:")
        for group in GROUPS:
            st.caption(group)
            for item in (s for s in STAGES if s.group == group):
                done = session.is_done(item.slug)
                st.page_link(
                    item.path,
                    label=f"{item.number}. {item.title}",
                    icon=":material/check_circle:" if done else item.icon,
                    help="You have done this stage" if done else None,
                )


def _at_hand() -> None:
    """Below the pages: what can be done with the view on screen, and this page's ideas."""
    with st.sidebar:
        st.caption("This view")
        share.show(key="share-at-hand", present=present)
        st.toggle(
            "Show all answers", key="answers", bind="query-params",
            help="Every question is answered without a guess: for a lecture, or to look something "
            "up. The link carries it.",
        )  # fmt: skip
        with st.container(key="frame-contents"):
            st.caption("On this page")
            links = [f"[{question}](#{place})" for place, question in _ideas.get().items()]
            st.markdown("  \n".join(links))


_ideas: ContextVar[dict[str, str]] = ContextVar("ideas")
"""Ideas of the page that is being drawn, in order: name of the place -> question."""

Draw = Callable[..., None]


def idea(question: str, *, slug: str | None = None) -> Callable[[Draw], Draw]:
    """One idea of a page: a heading and a fragment, so that its controls rerun it alone.

    An error inside it becomes one sentence where it happened; the rest of the page stays.

    Args:
        question: the heading.
        slug: name of its place in the page; made from the function's name if left out.
    """

    def decorate(draw: Draw) -> Draw:
        place = slug or draw.__name__.strip("_").replace("_", "-")

        @st.fragment(key=_fragment(place))
        @wraps(draw)
        def shown(*given: Any) -> None:
            jobs.courtesy().page_begins()
            _ideas.get({})[place] = question
            with st.container(key=f"idea-{place}"):
                st.subheader(question, anchor=place)
                with guarded():
                    draw(*given)

        return shown

    return decorate


def _fragment(place: str) -> str:
    return f"idea-{place}"


def redraw(*places: str) -> None:
    """In a control's callback: instead of its own idea, these run again, and nothing else."""
    st.rerun([_fragment(place) for place in places])


def part(draw: Draw) -> Draw:
    """A part of an idea that reruns alone, without the rest: for what follows every stroke."""

    @st.fragment
    @wraps(draw)
    def shown(*given: Any) -> None:
        jobs.courtesy().page_begins()
        with guarded():
            draw(*given)

    return shown


class guarded:
    """Turns an error into one sentence on the page; what was drawn before it stays."""

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> bool:
        if error is None or not isinstance(error, Exception):
            return False  # nothing happened, or Streamlit itself is stopping the run
        if isinstance(error, (ValueError, OSError, KeyError)):
            st.warning(explain(error), icon=":material/info:")
        else:
            _log.exception("an idea failed", exc_info=error)
            st.warning(
                f"This part stopped: {explain(error)} Change an input above, or reload the page; "
                "nothing you made is lost.",
                icon=":material/info:",
            )
        return True


def explain(error: Exception) -> str:
    """The error's own sentence, with a capital, a full stop and without markup.

    >>> explain(ValueError("there is no text")), explain(ValueError("depth=0 is too flat"))
    ('There is no text.', 'depth=0 is too flat.')
    """
    text = str(error.args[0]) if error.args else type(error).__name__
    text = text.strip() or type(error).__name__
    if text.split()[0].isalpha():  # a word, and not a name of the code such as emb_dim=768
        text = text[0].upper() + text[1:]
    for sign in "\\`*_$[]<>:#":
        text = text.replace(sign, f"\\{sign}")
    return text + ("" if text[-1] in ".!?" else ".")


def end(slug: str) -> None:
    """Close a stage's page: back, copy link, next; in the sidebar, the page's contents."""
    _at_hand()
    before, after = neighbours(slug)
    with st.container(key="frame-way"):
        st.space("medium")
        left, middle, right = st.columns([2, 1.4, 2], vertical_alignment="center")
        with left:
            if before:
                st.page_link(
                    before.path, label=f"Back: {before.title}", icon=":material/arrow_back:"
                )
            else:
                st.page_link("Home.py", label="Back: the big picture", icon=":material/arrow_back:")
        with middle:
            share.show(key="share")
        with right, st.container(horizontal_alignment="right"):
            if after:
                st.page_link(
                    after.path,
                    label=f"Next: {after.title}",
                    icon=":material/arrow_forward:",
                    icon_position="right",
                )
            else:
                st.page_link("Home.py", label="Back to the big picture", icon=":material/home:")
    warm_up().freeze(slug)
