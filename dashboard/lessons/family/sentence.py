"""One sentence for all three families: typed or picked, and made of words that they know."""

from difflib import get_close_matches
from typing import NamedTuple

import streamlit as st

from dashboard import frame
from dashboard.lessons.family import runs as family_runs
from llm_core.translation import SPECIAL_WORDS, Words
from llm_core.translation.translator import LONGEST

EXAMPLES = (
    "the old man has already read my letter.",
    "why does the small child want to eat the cake?",
    "she eats a big apple because she is hungry.",
    "I have read the newspaper in the school.",
)
STANDARD = EXAMPLES[0]
LIMIT = 200  # characters

_KEY = "family.sentence"


class Sentence(NamedTuple):
    """A sentence of the small language."""

    words: tuple[str, ...]
    """In small letters, the mark at the end included."""

    @property
    def text(self) -> str:
        """The words with spaces between them."""
        return " ".join(self.words)

    @property
    def middle(self) -> int:
        """Place of a word that has something before it and more after it."""
        return min(len(self.words) // 3, len(self.words) - 2)


@st.cache_resource(show_spinner=False)
def vocabulary() -> Words:
    """The English words that all three know."""
    return Words((pair.source for pair in family_runs.sentences().train), ignore_case=True)


@st.cache_data(show_spinner=False, max_entries=256)
def read(text: str) -> Sentence:
    """A typed text as a sentence; a full stop is added where there is no mark at the end.

    Raises:
        ValueError: no words, too many, or one that is not known; says which would be.
    """
    known = vocabulary()
    words = known.split(text[:LIMIT])
    ordinary = sorted(set(known.words) - set(SPECIAL_WORDS))
    if not any(word.isalnum() for word in words):
        raise ValueError(f"there is no word in it; type a sentence such as: {STANDARD}")
    for word in words:
        if word not in ordinary:
            near = get_close_matches(word, ordinary, 3, 0.6) or ordinary[20::19]
            raise ValueError(
                f"“{_short(word)}” is not among the {len(ordinary)} words that these models know; "
                f"try {', '.join(near[:6])}"
            )
    if words[-1] not in ".?":
        words.append(".")
    if len(words) >= LONGEST:
        raise ValueError(f"{len(words)} words are too many for them; keep to {LONGEST - 1}")
    return Sentence(tuple(words))


def hidden_word(sentence: Sentence) -> int:
    """Draw the words to choose from; the place of the chosen one."""
    labels: list[str] = []
    for word in sentence.words[:-1]:
        again = sum(label.split(" ")[0] == word for label in labels)
        labels.append(f"{word} ({again + 1})" if again else word)
    key = "family.hidden"
    if st.session_state.get(key) not in (None, *labels):
        del st.session_state[key]  # chosen in another sentence
    standard = labels[sentence.middle]
    picked = st.pills(
        "Hide a word", labels, default=standard, required=True, key=key, bind="query-params"
    )
    return labels.index(picked if picked in labels else standard)


def _short(word: str) -> str:
    return word if len(word) <= 24 else f"{word[:23]}…"


def choose() -> Sentence:
    """Draw the box and the examples; a text that cannot be read is said to be so, and the standard
    sentence takes its place."""

    def take() -> None:
        if picked := st.session_state.get("family.example"):
            st.session_state[_KEY] = picked
            st.session_state["family.example"] = None

    st.text_input(
        "One sentence for all three",
        value=STANDARD,
        key=_KEY,
        bind="query-params",
        max_chars=LIMIT,
        help="Made of the words they know; the examples show the manner of their language.",
    )
    st.pills(
        "Examples", EXAMPLES, key="family.example", on_change=take, label_visibility="collapsed"
    )
    typed = str(st.session_state.get(_KEY) or "").strip() or STANDARD
    with frame.guarded():
        return read(typed)
    st.caption(f"Until then, the page goes on with: {STANDARD}")
    return read(STANDARD)
