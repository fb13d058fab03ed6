"""The heads of a model in memory: where they look, what they write, what is lost without them."""

import streamlit as st

from dashboard import frame, predict, source, wording
from dashboard.components import plot
from dashboard.lessons import reading
from dashboard.lessons.attention import (
    effects,
    grid,
    rather,
    together,
    writes,
)
from llm_core import heads


@frame.idea("What do the heads of a model look at?")
def heads_at_work(sentence: str) -> None:
    """All heads of the model on show, one of them enlarged, and what each does on this text."""
    loaded = reading.choose("attention")
    text = reading.read(loaded, sentence)
    shown = wording.only_first(len(text.ids), text.left_out)
    st.markdown(
        f"The model reads **your sentence** in {wording.counted(loaded.config.n_layers, 'layer')} "
        f"of {wording.counted(loaded.config.n_heads, 'head')}, all at work on the same "
        f"{wording.counted(len(text.ids), 'token')}. {shown} One small map for each head: a row "
        "is a token that asks, a column one that is looked at, and each row sums to 1."
    )
    asked = grid.ask(loaded, text.ids)
    picture = st.container()
    guess: str | None = ""
    if asked:
        guess = predict.choice(
            "Which of the heads marked A, B and C looks most at the token just before?",
            grid.LETTERS,
            key="attention.before",
            done="attention",
        )
    with picture:
        grid.show(loaded, text, told=guess is not None)
        st.caption(
            "Keys: arrows go from head to head, Enter keeps one for the lines. In the picture, "
            "arrows go from square to square or token to token, Enter pins, Escape lets go. A "
            "layer's name puts all its heads into one view."
        )
    if asked and guess is not None:
        predict.verdict(guess, asked.truth, grid.verdict(asked, loaded))
        st.markdown(grid.cannot_show(loaded, text.ids) or grid.HOW_ROLES)
    source.show(
        heads.role_targets,
        heads.shares,
        heads.head_roles,
        key="attention.work.code",
        shapes={"weights of all layers": grid.weights_of(loaded, text.ids)},
    )


@frame.idea("Where do all layers together look?")
def all_layers(sentence: str) -> None:
    """Attention rollout beside the last layer's own weights."""
    loaded = reading.on_show("attention")
    text = reading.read(loaded, sentence)
    st.markdown(
        "From the second layer on, a token looks at vectors that have looked around already. "
        "**Attention rollout** follows the shares through all layers: at each one, a token keeps "
        "half of what it holds and takes the other half from those it looks at."
    )
    st.latex(r"R_l = \tfrac12\left(\overline{A}_l + I\right) R_{l-1}, \qquad R_0 = I")
    st.caption(
        "R: how much of each token of the text (column) is in each vector (row), after layer l. "
        "Ā: the weights of that layer, the mean of its heads. I: everyone itself."
    )
    found = together.last_row(loaded, text.ids)
    guess = predict.choice(
        "By this account, what holds the largest share of the last token's vector?",
        together.SOURCES,
        key="attention.most",
        done="attention",
    )
    if guess is not None:
        predict.verdict(guess, found.truth, found.why)
        plot.show(
            together.sources(loaded, sentence),
            key="attention-rollout",
            alt="Share of each token in the last token's vector, by rollout and by the last layer",
            height=340,
        )
        st.caption(
            "Both as maps of every token: the two squares below the grid of heads. Where a model "
            "looks is not yet what it does: a head can look at a token and take nothing from it. "
            "To know, switch heads off."
        )
    source.show(
        heads.rollout,
        key="attention.rollout.code",
        shapes={"weights of all layers": grid.weights_of(loaded, text.ids)},
    )


@frame.idea("What does a head write?")
def head_writes(sentence: str) -> None:
    """Where a head looks, what each token hands over, and which words that speaks for."""
    on_show = reading.on_show("attention")
    read = reading.read(on_show, sentence)
    st.markdown(
        "A weight says where a head looks. What arrives is the weight times the "
        "**value** of the token looked at: a token with a short value hands over little, however "
        "hard it is looked at. A last matrix, `out_proj`, brings the sum of all pieces to the "
        "width of the model, and it is added to the asking token's vector. That makes some next "
        "words likelier than others."
    )
    guess = predict.choice(
        "At the last token: does the token that a head looks at most also hand over most?",
        [writes.EVERY, writes.MOST_OF_THEM, writes.FEWER], key="attention.hands",
        done="attention",
    )  # fmt: skip
    if guess is not None:
        same, of = writes.agreeing(on_show, read.ids)
        truth = writes.EVERY if same == of else writes.FEWER
        truth = writes.MOST_OF_THEM if of / 2 < same < of else truth
        why = f"It does in {same} of {of} heads."
        if same < of:
            why += " In the others, the longest blue and the longest green bar are two tokens'."
        predict.verdict(guess, truth, why)
    writes.desk(on_show, read.words, read.ids)
    st.caption(
        "The squares are coloured by how much each head writes to the chosen token: the length of "
        "the vector. The words below are what it would say if the model ended here; before the "
        "end, later layers read it and may turn it into something else."
    )
    source.show(
        heads.writing, heads.read_out, key="attention.writes.code",
        shapes={"value lengths, all heads": writes.written(
            on_show, read.ids, writes.places(on_show, read.ids, len(read.ids) - 1)).reach},
    )  # fmt: skip


@frame.idea("What is lost without a head?")
def switched_off(sentence: str) -> None:
    """Heads switched off, and the guess of the next token before and after."""
    on_show = reading.on_show("attention")
    read = reading.read(on_show, sentence)
    st.markdown(
        "Looking is not yet mattering. To see whether a head matters, **switch it off**: something "
        "empty takes the place of what it says, and the model reads your sentence again."
    )
    stand_in = str(st.segmented_control(
        "In its place", effects.STAND_INS, default=effects.ZEROS, required=True,
        key="attention.instead", bind="query-params",
        help="Zeros are something the later layers may never have met. The mean takes away only "
        "what the head says about this one token, and leaves what it says to every token.",
    ))  # fmt: skip
    of = on_show.config.n_layers * on_show.config.n_heads
    guess = predict.choice(
        f"Of the {of} heads: without how many, each one alone, is the first guess another word?",
        [effects.NONE, effects.FEW, effects.MORE], key="attention.matters", done="attention",
    )  # fmt: skip
    costs = None
    if guess is not None and effects.measured(on_show, read.ids, stand_in, "attention.measure"):
        found = effects.deciding(on_show, read.ids, stand_in)
        truth = (effects.NONE, effects.FEW, effects.FEW, effects.MORE)[min(len(found), 3)]
        which = f"It is {effects.named(found)}. " if found else ""
        predict.verdict(guess, truth, which + "Others can often stand in for a missing head. Now "
                        "the squares are coloured by what each head costs alone.")  # fmt: skip
        costs = effects.costs(on_show, read.ids, stand_in)
    left, right = st.columns([1, 1.2], gap="large")
    off = effects.heads_off(on_show)
    with left:
        effects.switches(on_show, off, costs)
    with right:
        plot.show(
            effects.before_and_after(on_show, read.ids, off, stand_in),
            key="attention-effects", height=330,
            alt="The likeliest next tokens with all heads on and as switched",
        )  # fmt: skip
    effects.say(on_show, read.ids, off, stand_in)
    source.show(
        heads.logits_without, heads.silenced, heads.Silenced, heads.divergence,
        key="attention.effects.code",
        shapes={"logits": effects.without(on_show, read.ids, off, stand_in)},
    )  # fmt: skip


@frame.idea("Why this token rather than that one?")
def why_rather(sentence: str) -> None:
    """The difference of two logits as a sum over all parts of the model."""
    on_show = reading.on_show("attention")
    read = reading.read(on_show, sentence)
    st.markdown(
        "Every part of the model only **adds** to the last token's vector, so the difference of "
        "two words' scores (their **logits**) is a sum, too: so much from each head, so much from "
        "each **feed-forward**, the other half of every layer (page 3). "
        "Choose two words; left empty, they are the model's own first two."
    )
    left, right = st.columns(2)
    words = [
        place.text_input(label, key=key, bind="query-params", placeholder=hint, max_chars=40)
        for place, label, key, hint in (
            (left, "Why this word …", "attention.this", "the first guess"),
            (right, "… rather than this one?", "attention.that", "the second guess"),
        )
    ]
    two = rather.pair(on_show, read.ids, *map(str, words))
    rather.say_pair(on_show, read.ids, two)
    guess = predict.choice(
        "The head that says most itself: is it also the one without which most is lost?",
        [rather.SAME, rather.OTHER], key="attention.loudest", done="attention",
    )  # fmt: skip
    if guess is None:
        return
    rather.answer(on_show, read.ids, two, guess)
    view = str(st.segmented_control(
        "A square says of its head", rather.VIEWS, default=rather.DIRECT, required=True,
        key="attention.rather_view", bind="query-params",
    ))  # fmt: skip
    left, right = st.columns([1, 1], gap="large")
    with left:
        off = rather.board(on_show, rather.values(on_show, read.ids, two, view), view)
    with right:
        plot.show(
            rather.bars(on_show, read.ids, two.first, two.second), key="attention-rather",
            height=360, alt="The parts of the model that add most to the difference of two logits",
        )  # fmt: skip
    rather.say(on_show, read.ids, two, off)
    split = rather.split(on_show, read.ids, two.first, two.second)
    source.show(heads.contributions, heads.head_writes, key="attention.rather.code",
                shapes=split._asdict())  # fmt: skip
