"""One text in the tokens of several tokenizers: pieces, counts, cost, and what scripts cost."""

import sys
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import streamlit as st
from torch import Tensor

from dashboard import cached, charts, chips, palette
from dashboard.components.tokens import SHOWN, Box, Chip, Lane, Row, Table
from dashboard.corpus_choice import BY_DIGEST, Corpus
from dashboard.drawn import drawn
from dashboard.lessons.data import vocabulary
from dashboard.lessons.data.written import token_text
from dashboard.wording import counted
from llm_core import tokenizers
from llm_core.corpus import well_formed
from llm_core.tokenizers import gpt4

BOOKS = "Hello, do you like tea? <|endoftext|> In the sunlit terracesof someunknownPlace."
ROOM = 4_000
"""Characters that the box and the address can hold."""
HOW_TO_GET_GPT4 = gpt4.HOW_TO_GET
CHANNELS = 12
"""Of an embedding row, drawn; the rest would only be more of the same."""

ARTICLE = {
    "English": "All human beings are born free and equal in dignity and rights.",
    "Greek": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.",
    "Hebrew": "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם.",
    "Hindi": "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।",
    "Chinese": "人人生而自由，在尊严和权利上一律平等。",
}
"""One sentence, the first of the Universal Declaration of Human Rights, in five languages."""

EXAMPLES = {
    "The book's": BOOKS,
    **ARTICLE,
    "Code": "def mean(numbers):\n    total = 0\n    for x in numbers:\n"
    "        total += x\n    return total / len(numbers)\n",
    "Invisible": "tab:\t| two blanks:  | no-break:\u00a0| zero width:\u200b| accent: e\u0301 | "
    "👩\u200d👩\u200d👧",
}
"""Texts that a button puts into the box."""

GPT2, OWN, WORDS, CHARACTERS, GPT4 = (
    "GPT-2", "This project's model", "Words and marks", "Characters", "GPT-4",
)  # fmt: skip
_TONES = (palette.ACCENT, palette.OUTPUT, palette.VALUE)
SAME, SOME, MANY = "About as many", "Two to five times as many", "More than five times as many"


def names() -> list[str]:
    """Whose tokens are shown; GPT-4's only where their file is at hand."""
    here = tokenizers.gpt4_tokenizer() is not None
    return [GPT2, OWN, WORDS, CHARACTERS, *([GPT4] if here else [])]


# What was typed -----------------------------------------------------------------------------------

_LINK, _KEPT = "data.pairs", "data.pairs.kept"


class _Typed(NamedTuple):
    text: str
    version: int


def box(key: str) -> Box:
    """What the learner has typed into the component with this key; it travels in the link."""
    kept = st.session_state.get(_KEPT) or _Typed(clipped(st.query_params.get(_LINK, BOOKS)), 0)
    typed = st.session_state.get(key, {}).get("typed") or {}
    resting = True
    if typed.get("version") == kept.version:
        kept = _Typed(clipped(str(typed.get("text", ""))), kept.version)
        resting = bool(typed.get("rest"))
    st.session_state[_KEPT] = kept
    if resting and kept.text:
        _link(kept.text)
    return Box("Type anything; every stroke cuts it anew", kept.text, kept.version, ROOM)


def put(name: str) -> None:
    """Put an example into the box."""
    kept = st.session_state.get(_KEPT)
    st.session_state[_KEPT] = _Typed(EXAMPLES[name], kept.version + 1 if kept else 1)


def clipped(text: str) -> str:
    """What of a text the box holds, without halves of characters."""
    return well_formed(text[:ROOM])


def _link(text: str) -> None:
    if text == BOOKS:
        st.query_params.pop(_LINK, None)
    elif st.query_params.get(_LINK) != text:
        st.query_params[_LINK] = text


# One text, many tokenizers ------------------------------------------------------------------------


class Spelled(NamedTuple):
    """A text in one tokenizer's tokens."""

    name: str
    n_vocab: int
    ids: list[int]
    written: list[bytes]
    """The bytes of each token; joined, they are the text, but for words and marks."""
    places: list[tokenizers.Place]
    """The characters of the text that each stands for."""
    unknown: int
    """Tokens that stand for a word nobody knows."""


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs=BY_DIGEST)
def spelled(text: str, corpus: Corpus, with_gpt4: bool) -> list[Spelled]:
    """A well-formed text in the tokens of each tokenizer; `<|endoftext|>` is the special token."""
    newer = tokenizers.gpt4_tokenizer() if with_gpt4 else None
    own = cast(tokenizers.BPETokenizer, cached.starter().tokenizer)
    made = [_in_byte_pairs(GPT2, tokenizers.gpt2_bpe(), text), _in_byte_pairs(OWN, own, text)]
    made += [_in_words(text, corpus), _in_characters(text)]
    if newer:
        ids = newer.encode(text, allowed_special={vocabulary.END}, disallowed_special=())
        written = [newer.decode_single_token_bytes(i) for i in ids]
        where = tokenizers.byte_places(text, written)
        made.append(Spelled(GPT4, newer.n_vocab, ids, written, where, 0))
    return made


def _in_byte_pairs(name: str, tokenizer: tokenizers.BPETokenizer, text: str) -> Spelled:
    ids = tokenizer.encode(text, allowed_special={vocabulary.END}, disallowed_special=())
    written = [tokenizer.token_bytes(i) for i in ids]
    where = tokenizers.byte_places(text, written)
    return Spelled(name, tokenizer.n_vocab, ids, written, where, 0)


def _in_words(text: str, corpus: Corpus) -> Spelled:
    tokenizer = vocabulary.knows(corpus, special=True)
    tokens = tokenizers.split_words(text)
    ids = tokenizer.encode(text)
    strange = sum(tokenizer.int_to_str[i] != token for i, token in zip(ids, tokens, strict=True))
    where = tokenizers.places(text, tokens)
    written = [token.encode() for token in tokens]
    return Spelled(WORDS, tokenizer.n_vocab, ids, written, where, strange)


def _in_characters(text: str) -> Spelled:
    where = [tokenizers.Place(at, at + 1) for at in range(len(text))]
    written = [character.encode() for character in text]
    return Spelled(CHARACTERS, sys.maxunicode + 1, list(map(ord, text)), written, where, 0)


def lanes(text: str, versions: Sequence[Spelled], corpus: Corpus) -> list[Lane]:
    """Each tokenizer's chips; a word that the vocabulary lacks is marked."""
    made = []
    for found in versions:
        if found.name == WORDS:
            made.append(vocabulary.lane(vocabulary.knows(corpus, special=True), text, WORDS))
            continue
        n = _drawn(found)
        seen = zip(found.ids[:n], found.written[:n], found.places[:n], strict=True)
        facts = counted(len(found.ids), "token")
        made.append(Lane(found.name, [_chip(*one) for one in seen], facts, len(found.ids) - n))
    return made


def _drawn(found: Spelled) -> int:
    """How many tokens begin in the part of the text that is drawn."""
    return bisect_left(found.places, SHOWN, key=lambda place: place.start)


def _chip(token_id: int, written: bytes, place: tokenizers.Place) -> Chip:
    text, note = token_text(written), f"{counted(len(written), 'byte')}: {written[:24].hex(' ')}"
    if text.encode() != written:
        note += ", no whole character"
    return Chip(chips.visible(text), *place, token_id, note)


def weights() -> Tensor:
    """The starter model's embedding table, (V, C)."""
    return cached.starter().model.tok_emb.weight.detach()


def table(versions: Sequence[Spelled]) -> Table:
    """The starter model's embedding rows of the tokens drawn, each token once."""
    at, found = next((i, one) for i, one in enumerate(versions) if one.name == OWN)
    n = _drawn(found)
    texts = dict(zip(found.ids[:n], found.written[:n], strict=True))
    ids = list(texts)
    numbers = weights()[ids, :CHANNELS].tolist() if ids else []
    title = (
        f"{OWN}: each of its tokens is a row of its embedding table. Here are the first "
        f"{CHANNELS} of {weights().shape[1]} numbers; the strongest colours are ±{_reach():.2f}."
    )
    nowhere = tokenizers.Place(0, 0)
    rows = [
        Row(i, _chip(i, texts[i], nowhere).written, row)
        for i, row in zip(ids, numbers, strict=True)
    ]
    return Table(title, at, _reach(), rows)


@st.cache_data(show_spinner=False)
def _reach() -> float:
    """The largest number among the channels drawn, of all tokens: where the colours end."""
    return float(weights()[:, :CHANNELS].abs().max())


def comparison(text: str, versions: Sequence[Spelled], price: float) -> str:
    """Vocabulary, tokens, characters per token and cost of each tokenizer, as a table."""
    rows = [
        "| | vocabulary | tokens | characters per token | unknown | a million characters cost |",
        "|:--|--:|--:|--:|--:|--:|",
    ]
    for found in versions:
        count = len(found.ids)
        per_token = f"{len(text) / count:.2f}" if count else "–"
        cost = f"{price * count / len(text):,.2f}" if text else "–"
        rows.append(
            f"| {found.name} | {found.n_vocab:,} | {count:,} | {per_token} | {found.unknown} "
            f"| {cost} |"
        )
    return "\n".join(rows)


# Other scripts ------------------------------------------------------------------------------------


@st.cache_data(show_spinner=False)
def lengths_of_article(with_gpt4: bool) -> dict[str, dict[str, int]]:
    """Tokenizer -> language -> tokens of the same sentence."""
    own = cast(tokenizers.BPETokenizer, cached.starter().tokenizer)
    known: dict[str, Any] = {GPT2: tokenizers.gpt2_bpe(), OWN: own}
    if with_gpt4:
        known[GPT4] = tokenizers.gpt4_tokenizer()
    return {
        name: {language: len(one.encode_ordinary(text)) for language, text in ARTICLE.items()}
        for name, one in known.items()
        if one is not None
    }


def how_many_times(language: str) -> tuple[str, float]:
    """How many times GPT-2's tokens of English a language needs: an answer, and the number."""
    counts = lengths_of_article(False)[GPT2]
    times = counts[language] / counts["English"]
    return SAME if times < 2 else SOME if times <= 5 else MANY, times


@drawn
def article_figure(with_gpt4: bool) -> Any:
    """Tokens of the same sentence in each language and tokenizer."""
    counts = lengths_of_article(with_gpt4)
    return charts.bars(
        {name: list(row.values()) for name, row in counts.items()},
        labels=[f"{language} ({len(text)})" for language, text in ARTICLE.items()],
        colours=dict(zip(counts, _TONES, strict=False)),
        value_title="tokens",
        label_title="language (characters)",
        sideways=True,
        number_format=",d",
    )
