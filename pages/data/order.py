"""How a model knows where a word stands."""

import streamlit as st

from dashboard import frame, predict, source, wording
from dashboard.components import plot
from dashboard.lessons.data import (
    cells,
    place_tables,
    places,
)
from llm_core import embeddings


@frame.idea("How does the model know the order of the words?")
def positions(sentence: str) -> None:
    """Token vector plus position vector is the input; without it a sentence is a bag."""
    st.markdown(
        "The same word has the same vector wherever it stands. So each place in the window has a "
        "vector of its own, and the two are added."
    )
    whose = places.choose()
    found = places.embedded(whose, sentence)
    options = wording.numbered(found.words)
    place = st.selectbox("Token of your sentence", options, key="data.place", bind="query-params")
    cells.show(places.adding_up(found, options.index(str(place))))
    st.caption(
        f"The first {places.CHANNELS} of {found.steps.sum.shape[-1]} channels. The first two rows "
        "add up to the third, but for rounding in the last digit."
    )
    guess = predict.choice(
        "Somebody puts your tokens in another order. Can you tell by the vectors that you get, if "
        "you may not see in which order they come?",
        [places.WITHOUT, places.WITH, "In both", "In neither"],
        key="data.bag",
        done="data",
    )
    if guess is not None:
        bag(whose, guess, sentence)
    source.show(
        embeddings.embed,
        embeddings.distances_to_nearest,
        key="data.positions.code",
        shapes=found.steps._asdict(),
    )


def bag(whose: places.Source, guess: str, sentence: str) -> None:
    """The shuffled sentence: which of its vectors were there before."""
    seed = st.number_input("Shuffle", 0, 999, 1, key="data.shuffle", bind="query-params",
                           width=160)  # fmt: skip
    found = places.shuffled(whose, sentence, int(seed))
    predict.verdict(
        guess,
        " and ".join(found.told_apart) or "In neither",
        "The numbers say how far each vector of the shuffled sentence is from the nearest one of "
        "your sentence. 0: the very same vector was there before.",
    )
    cells.show(places.shuffle_table(found))
    st.caption(
        "A token that stays in its place, or meets its like, keeps its vector."
        f"{places.more_rows(found)} The sum of all vectors would not tell, places or not: it "
        f"changes by {wording.difference(found.sums[places.WITH])}. So a model keeps one vector "
        "for each token, from the first layer to the last."
    )


@frame.idea("What does a table of places look like?")
def table_of_places() -> None:
    """Waves by rule and the model's own table, side by side."""
    whose = places.choose_again()
    seen = place_tables.structure(whose)
    st.markdown(
        "Where do the vectors of places come from? The first Transformer wrote them down by a "
        "rule: each channel is a **wave** along the places, the first one fast, the last one "
        "slow. In GPT they are numbers like all others, and training sets them."
    )
    at, others = place_tables.compared(whose)
    guess = predict.choice(
        f"In the model's table, which place has a vector most like that of place {at}?",
        list(others),
        key="data.like_place",
        done="data",
    )
    if guess is not None:
        near = max(others, key=lambda name: others[name][1])
        predict.verdict(guess, near, place_tables.told(others))
        what = st.segmented_control(
            "Show", [place_tables.TABLES, place_tables.ALIKE], default=place_tables.TABLES,
            required=True, key="data.places_show", bind="query-params",
        )  # fmt: skip
        for column, name in zip(st.columns(2, gap="large"), seen.tables, strict=True):
            with column:
                st.caption(f"**{name}**")
                plot.show(
                    place_tables.table_figure(whose, name, str(what)),
                    key=f"data-places-{name}",
                    alt=f"{what}: {name}",
                    height=360,
                )
        st.caption(place_tables.what_is_drawn(whose, str(what)))
        plot.show(place_tables.distance_figure(whose), key="data-places-distance", height=280,
                  alt="How alike places are by how far they stand apart")  # fmt: skip
        st.caption("1: two vectors point the same way; 0: at a right angle; −1: opposite ways.")
    source.show(
        embeddings.sinusoidal_positions,
        embeddings.similarity_by_distance,
        key="data.places.code",
        shapes=seen.tables,
    )
