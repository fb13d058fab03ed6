"""Why attention: one vector holds little, and some earlier words matter more than others."""

import streamlit as st

from dashboard import frame, predict, source
from dashboard.components import plot
from dashboard.lessons.attention import (
    bottleneck,
    hiding,
)
from llm_core import recurrent_memory
from llm_core.hiding import hide_each


@frame.idea("Why not squeeze the sentence into one vector?")
def one_vector(sentence: str) -> None:
    """A text read into a memory of fixed size, and asked back."""
    count = len(hiding.words(sentence))
    st.markdown(
        "A network that reads word by word carries one **vector**, a row of numbers, from word to "
        "word: all that it knows of the text. Here is the plainest such memory, $h$. At each word "
        "it mixes up what it holds in a fixed way that loses nothing (a rotation, $R$), so that "
        "older words can be told from newer ones, and adds the new word's vector $x$:"
    )
    st.latex(r"h \leftarrow R\,h + x")
    guess = predict.choice(
        f"A memory of {bottleneck.ASKED} numbers reads {bottleneck.read_from(sentence)}. How many "
        "of them can be read back?",
        bottleneck.ANSWERS,
        key="attention.readback",
        done="attention",
    )
    if guess is None:
        return
    asked = bottleneck.recalled(sentence, bottleneck.RANDOM, bottleneck.ASKED)
    predict.verdict(
        guess,
        bottleneck.truth(sentence),
        f"{sum(asked.right.tolist())} of {count} come back. All words lie in the same "
        "numbers, and each is in the way of all others.",
    )
    origin, width = bottleneck.choose()
    found = bottleneck.show_words(sentence, origin, width)
    st.caption(
        f"Under each token, what the memory of {width:,} numbers says it was: "
        f"{found.share:.0%} come back. To ask for a word, turn the memory back by as many steps, "
        f"and take the nearest of {len(bottleneck.table(origin, width)):,} words."
    )
    plot.show(
        bottleneck.curve(sentence, origin, width),
        key="attention-bottleneck",
        alt="Share of words that come back against the length of the text",
        height=330,
    )
    st.caption(
        "Four times the numbers hold a text about four times as long, no longer. A trained network "
        "stores more cleverly and gets further, but it meets the same wall. **Attention** keeps "
        "every vector, and looks at any of them."
    )
    source.show(
        recurrent_memory.RecurrentMemory, recurrent_memory.recall, key="attention.memory.code",
        shapes={"the memory": found.memory, "words found": found.ids},
    )  # fmt: skip


@frame.idea("Which earlier words matter?")
def earlier_words(sentence: str) -> None:
    """Hide each token of the sentence in turn and see the prediction change."""
    st.markdown(
        "To guess the next word, a model has to look back, and not every earlier word matters "
        "equally. It reads words in pieces, its **tokens**. Hide one, and see how far the guess "
        "moves."
    )
    words = hiding.words(sentence)
    last: int | None = None
    if len(words) > hiding.AT_FIRST and not st.toggle(
        f"Hide also the {len(words) - hiding.AT_FIRST} tokens before the last {hiding.AT_FIRST}",
        key="attention.hideall", bind="query-params", help="Takes some seconds on a long text.",
    ):  # fmt: skip
        last = hiding.AT_FIRST
    options, truth = hiding.candidates(sentence, last)
    if options:
        guess = predict.choice(
            f"Leave the last {hiding.NEAR} tokens aside: they tell which kind of word can follow. "
            "Which of these decides most what comes next?",
            options, key="attention.decides", done="attention",
        )  # fmt: skip
        if guess is None:
            return
        moved = (
            "The darker a token below, the further its absence moves the guess. Without one of the "
            f"last {hiding.NEAR} another kind of word may follow, so they are often dark, too."
        )
        predict.verdict(guess, truth, moved)
    hiding.show(sentence, last)
    st.caption(
        "What the starter model that comes with this project expects after your sentence, with all "
        "of it and without the token you choose. Arrow keys walk over the tokens, Enter hides one. "
        "How far a guess moves is measured in bits: 0 if all stays as likely as it was, more the "
        "more surprised it would be (the divergence of both predictions). Attention is how each "
        "token decides which others to look at."
    )
    source.show(
        hide_each, key="attention.hide.code",
        shapes={"predictions without a token": hiding.hidden(sentence, last).without},
    )  # fmt: skip
