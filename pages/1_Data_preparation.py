"""How does a text become numbers a model can learn from?"""

from functools import partial

import streamlit as st

from dashboard import chips, corpus_choice, frame, live, predict, session, source, wording
from dashboard.components import plot
from dashboard.lessons.data import (
    cells,
    figures,
    meanings,
    meanings_views,
    place_tables,
    places,
    tables,
    views,
    whole_way,
)
from llm_core import batches, config, embeddings, observing, tokenizers, word2vec

frame.begin("data")
left, right = st.columns(2, gap="large")
with left:
    corpus = corpus_choice.choose()
with right:
    sentence = session.sentence_box()
st.code(views.preview(corpus), language=None, wrap_lines=True)
st.caption(f"{len(corpus.text):,} characters; this is how the text begins.")

CUTS = {
    "White space": "Cut at white space: punctuation still clings to the words.",
    "Commas, full stops": "Cut at commas and full stops too. Two cuts in a row leave empty pieces.",
    "No blanks": "Leave out empty pieces and white space.",
    "Every mark": "Cut at every mark, at double dashes as well. These are the tokens.",
}


@frame.idea("Where does a token begin and end?")
def cutting() -> None:
    """Four ways of cutting a text, each better than the one before."""
    st.markdown("A model reads a text in pieces, its **tokens**: words, marks, parts of words.")
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    step = left.segmented_control(
        "Way of cutting", list(CUTS), default="Every mark", required=True,
        key="data.cut", bind="query-params",
    )  # fmt: skip
    what = right.segmented_control(
        "Cut", ["A line of the text", "My sentence"], default="A line of the text", required=True,
        key="data.what", bind="query-params",
    )  # fmt: skip
    passage = sentence if what == "My sentence" else views.with_marks(corpus)
    rows = views.cuts(passage)
    at = list(CUTS).index(str(step))
    st.markdown(f"**Step {at + 1}.** {CUTS[str(step)]}")
    before = rows[max(0, at - 1)]
    chips.show(rows[at], marks=views.news(before, rows[at]) if at else None)
    st.caption(
        f"{len(rows[at])} pieces"
        + (f", {len(before)} one step before; framed ones are new." if at else ".")
        + f" The whole text has {len(views.words(corpus)):,} tokens when cut in step 4."
    )
    source.show(tokenizers.split_in_steps, tokenizers.split_words, key="data.cut.code")


cutting()


@frame.idea("What if a word is not in the vocabulary?")
def vocabulary() -> None:
    """Sorted, numbered, and helpless before a new word."""
    plain = views.knows(corpus, special=False)
    st.markdown(
        "Sort the different tokens of the text and number them: that is a **vocabulary**. A token "
        "becomes its number, its **id**."
    )
    find = st.text_input(
        "Find a token",
        key="data.find",
        bind="query-params",
        placeholder="part of a word",
        live=True,
    )
    shown = [token for token in plain.str_to_int if find.lower() in token.lower()]
    chips.show(shown, ids=[plain.str_to_int[token] for token in shown], most=48)
    st.caption(f"{plain.n_vocab:,} different tokens, in alphabetical order.")
    guess = predict.choice(
        "Will this vocabulary be able to encode your sentence at the top?",
        ["Yes", "No"],
        key="data.known",
        done="data",
    )
    if guess is not None:
        encode(plain, guess)
    source.show(
        tokenizers.build_vocabulary,
        tokenizers.SimpleTokenizerV1,
        tokenizers.SimpleTokenizerV2,
        key="data.vocabulary.code",
    )


def encode(plain: tokenizers.SimpleTokenizerV1, guess: str) -> None:
    """The sentence in ids; an unknown word stops the first tokenizer, and not the second."""
    try:
        ids = plain.encode(sentence)
        predict.verdict(guess, "Yes", "Every word of it stands in the text. Try a rarer one.")
        chips.show([plain.int_to_str[i] for i in ids], ids=ids)
    except tokenizers.UnknownTokenError as error:
        predict.verdict(guess, "No", "One new word is enough, and encoding stops:")
        st.code(f"UnknownTokenError: {error}", language=None, wrap_lines=True)
    repaired = views.knows(corpus, special=True)
    joined = f"{sentence} <|endoftext|> {views.opening(corpus)}"
    ids = repaired.encode(joined)
    tokens = [repaired.int_to_str[i] for i in ids]
    st.markdown(
        "Two special tokens repair that: `<|unk|>` stands for any unknown word, `<|endoftext|>` "
        "between two documents. Here are your sentence and the text, joined:"
    )
    marks = {"<|unk|>": "bad", "<|endoftext|>": "lit"}
    chips.show(tokens, ids=ids, marks=[marks.get(token, "") for token in tokens], most=60)
    st.caption("Back to text (what was unknown is lost, and blanks are guessed):")
    st.code(repaired.decode(ids[:60]), language=None, wrap_lines=True)


vocabulary()


@frame.idea("How can a fixed vocabulary spell any word?")
def byte_pairs() -> None:
    """GPT-2's tokens of whatever you type."""
    st.markdown(
        "GPT-2 cuts rare words into smaller pieces, if need be down to single bytes, so nothing "
        "is ever unknown. Type anything: made-up words, emoji, another script."
    )
    text = st.text_input(
        "Text for GPT-2's tokenizer",
        "Hello, do you like tea? <|endoftext|> In the sunlit terraces of someunknownPlace.",
        key="data.pairs",
        bind="query-params",
        max_chars=2000,
        live=True,
    )
    if not text:
        raise ValueError("type at least one character to see its tokens")
    pieces = views.gpt2_pieces(text)
    chips.show(
        [piece.text for piece in pieces],
        ids=[piece.token_id for piece in pieces],
        notes=[piece.note for piece in pieces],
    )
    st.caption("The small number is the id. ␣ is a blank, ‹…› bytes that are no whole character.")
    plot.show(
        figures.lengths(text),
        key="data-lengths",
        alt="Length of the text in words, tokens, characters and bytes",
        height=210,
    )
    source.show(
        tokenizers.gpt2_bpe,
        tokenizers.BPETokenizer.encode,
        tokenizers.BPETokenizer.encode_ordinary,
        key="data.pairs.code",
        shapes={"ids": (len(pieces),)},
    )


byte_pairs()


@frame.idea("Where do byte pairs come from?")
def training_pairs() -> None:
    """Learn byte pairs from the text, one merge at a time."""
    learned = views.merges(corpus)
    st.markdown(
        "Start from single bytes. Count which two neighbours stand together most often, make them "
        "one token, and count again."
        + (f" Here only {views.sample(corpus)} are counted." if views.is_long(corpus) else "")
    )
    guess = predict.choice(
        "What will the very first merge of this text be?",
        ["Two letters", "A blank and a letter", "Something else"],
        key="data.first",
        done="data",
    )
    if guess is None:
        return
    if not learned:
        raise ValueError("no two neighbours occur twice in this text; choose a longer one")
    first = learned[0].merged.decode("utf-8", "replace")
    kind = (
        "Two letters" if first.isalpha()
        else "A blank and a letter" if first[0] == " " and first[1:].isalpha()
        else "Something else"
    )  # fmt: skip
    predict.verdict(
        guess, kind, f"That pair stands {learned[0].count:,} times in {views.sample(corpus)}."
    )
    n = step_through(len(learned))
    pieces = views.after_merges(corpus, n)
    left, right = st.columns([1, 1.2], gap="large")
    with left:
        if n < len(learned):
            st.caption(f"Merge {n + 1}, for token {learned[n].rank}: the candidates")
            plot.show(
                figures.candidates(corpus, n),
                key="data-candidates",
                alt="The most frequent pairs before the next merge",
                height=320,
            )
            ties = learned[n].ties
            if ties:
                st.caption(f"{ties} more are as frequent; the pair with the smaller ids wins.")
    with right:
        st.caption(
            f"The beginning of the text after {wording.counted(n, 'merge')}: {len(pieces)} tokens"
        )
        newest = learned[n - 1].rank if n else None
        chips.show(
            [piece.text for piece in pieces],
            marks=["lit" if piece.token_id == newest else "" for piece in pieces],
        )
        st.caption("Framed: the token made by the last merge.")
    source.show(
        tokenizers.train_steps,
        tokenizers.BPETokenizer.from_merges,
        tokenizers.BPETokenizer.encode_ordinary,
        key="data.training.code",
    )


def step_through(most: int) -> int:
    """A slider over the merges, with one step back and on."""

    def move(by: int) -> None:
        now = int(st.session_state["data.merges"])
        st.session_state["data.merges"] = min(max(now + by, 0), most)

    left, middle, right = st.columns([4, 1, 1], vertical_alignment="bottom")
    n = left.slider("Merges made", 0, most, 0, key="data.merges", bind="query-params")
    middle.button("Back", icon=":material/undo:", on_click=move, args=(-1,), key="data.back")
    right.button("Merge", icon=":material/join_inner:", on_click=move, args=(1,), key="data.on")
    return min(max(int(n), 0), most)


training_pairs()


@frame.idea("What exactly does the model learn from?")
def windows() -> None:
    """Windows over the ids, each with its answer one place further on."""
    st.markdown(
        "The model reads a window of tokens and has to name the next one. So the answer to every "
        "place is the token one place further on: the text itself is the teacher."
    )
    left, right = st.columns(2)
    size = left.slider("Context length", 1, 16, 4, key="data.context", bind="query-params")
    stride = right.slider("Stride", 1, 16, 4, key="data.stride", bind="query-params")
    made = views.slide(corpus, int(size), int(stride))
    rows = views.window_rows(corpus, int(size), int(stride), 4)
    for i in range(0, len(rows), 2):
        left, right = st.columns(2)
        for place, row, name in ((left, rows[i], "input"), (right, rows[i + 1], "target")):
            with place:
                if i == 0:
                    st.caption(name)
                chips.show([piece.text for piece in row], ids=[piece.token_id for piece in row])
    st.caption(
        f"{wording.counted(len(made.windows.inputs), 'window')}. Each shares "
        f"{wording.counted(made.overlap, 'token')} with the next and skips {made.skipped}; "
        f"{wording.counted(made.tail, 'token')} at the end of the text "
        f"{'fills' if made.tail == 1 else 'fill'} no window."
    )
    st.markdown("Each window holds one exercise per place, with a growing context:")
    tokens = [piece.text for piece in rows[0]]
    answers = [piece.text for piece in rows[1]]
    ladder = [f"{''.join(tokens[: i + 1])}  →  {answers[i]}" for i in range(len(answers))]
    st.code("\n".join(line.replace("\n", "↵") for line in ladder), language=None, wrap_lines=True)
    source.show(
        batches.windows,
        key="data.windows.code",
        shapes={"inputs": made.windows.inputs, "targets": made.windows.targets},
    )


windows()


@frame.idea("How does an id become a vector?")
def looking_up() -> None:
    """A look-up is a one-hot vector times the table."""
    st.markdown(
        "A table has one row of numbers for each id: the token's **vector**, a list with one "
        "number in each **channel**. A look-up lifts one row out. The same as a calculation: a "
        "**one-hot** vector, all zeros but a single one, times the table."
    )
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    with st.expander("More"):
        first, second = st.columns(2)
        rows = first.slider("Rows of the table", 2, 12, 6, key="data.rows", bind="query-params")
        channels = second.slider("Channels", 1, 5, 3, key="data.channels", bind="query-params")
    token_id = left.slider("Id", 0, rows - 1, min(3, rows - 1), key="data.id", bind="query-params")
    typed = middle.text_input("Several ids at once", "2 3 5 1", key="data.ids", max_chars=60,
                              bind="query-params")  # fmt: skip
    seed = right.number_input("Seed of the table", 0, 9999, 123, key="data.seed",
                              bind="query-params")  # fmt: skip
    found = tables.look_up(int(token_id), int(rows), int(channels), int(seed))
    left, right = st.columns([1.7, 1], gap="large")
    with left:
        cells.show(tables.lifted(found, int(token_id)))
        st.caption(
            f"Every row but one is multiplied by 0, so the sum is row {token_id} itself. Largest "
            f"difference between look-up and product: {wording.difference(found.gap)}."
        )
    with right, frame.guarded():
        ids = tables.read_ids(typed, int(rows))
        cells.show(tables.stacked(found, ids, int(token_id)))
        st.caption(f"Several ids give as many rows, in their order: {len(ids)} × {channels}.")
    gpt2 = config.GPT_CONFIG_124M
    st.markdown(
        "An `nn.Linear` that holds the same table gives the same vector. It only works more: with "
        f"GPT-2's {gpt2.vocab_size:,} rows of {gpt2.emb_dim} channels it multiplies "
        f"{gpt2.vocab_size * gpt2.emb_dim:,} numbers for each token, and `nn.Embedding` none."
    )
    source.show(
        embeddings.look_up_by_product,
        embeddings.as_linear,
        key="data.lookup.code",
        shapes={"table": found.table, "one-hot": found.one_hot, "row": found.looked_up},
    )


looking_up()


@frame.idea("Which rows does training change?")
def learning_rows() -> None:
    """One update on the sentence; only what was read moves, unless the head is tied."""
    st.markdown(
        "The table begins with random numbers, and training sets them. Let the starter model learn "
        "from your sentence once: it reads each token, has to name the next one, and every number "
        "takes a small step to where the loss is lower."
    )
    tied = st.toggle(
        "The head uses the same table", key="data.tied", bind="query-params",
        help="The head turns the last vectors into a chance for every token. It has a table of its "
        "own, or shares this one.",
    )  # fmt: skip
    guess = predict.choice(
        "Which rows of the table will move?",
        tables.KINDS,
        key="data.moved_tied" if tied else "data.moved",
        done="data",
    )
    if guess is None:
        return
    found = tables.one_step(sentence, bool(tied))
    predict.verdict(guess, found.kind, tables.why(found, bool(tied)))
    chips.show(found.words, ids=found.ids, marks=["" if read else "dim" for read in found.read])
    left, right = st.columns(2, gap="large")
    with left:
        plot.show(tables.whole_table(sentence, bool(tied)), key="data-rows-moved", height=360,
                  alt="Every row of the token table, coloured by how far it moved")  # fmt: skip
        st.caption("Each square is a row of the table; an empty one has not moved at all.")
    with right:
        plot.show(tables.farthest(sentence, bool(tied)), key="data-rows-farthest", height=360,
                  alt="The rows that moved farthest")  # fmt: skip
        st.caption(
            f"Loss before the step: {found.result.loss:.2f} nats for each token. Learning rate "
            f"{tables.LEARNING_RATE}."
        )
    source.show(
        observing.rows_moved, key="data.moved.code", shapes={"distances": found.result.distances}
    )


learning_rows()


@frame.idea("How does the model know the order of the words?")
def positions() -> None:
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
        "Now shuffle your tokens, and put their vectors into a bag. In which case does the bag "
        "tell you that somebody shuffled?",
        [places.WITHOUT, places.WITH, "In both", "In neither"],
        key="data.bag",
        done="data",
    )
    if guess is not None:
        bag(whose, guess)
    source.show(
        embeddings.embed,
        embeddings.distances_to_nearest,
        key="data.positions.code",
        shapes=found.steps._asdict(),
    )


def bag(whose: places.Source, guess: str) -> None:
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
        "A token that stays in its place, or meets its like, keeps its vector. Only the **sum** of "
        "all vectors stays blind, with places too: it changes by "
        f"{wording.difference(found.sums[places.WITH])}. So a model must not add them all up."
    )


positions()


@frame.idea("What does a table of places look like?")
def table_of_places() -> None:
    """Waves by rule and the model's own table, side by side."""
    whose = places.choose_again()
    seen = place_tables.structure(whose)
    st.markdown(
        "The vectors of places can be written down by a rule, as **waves** from fast to slow, or "
        "be numbers that training sets, as in GPT. Both say where a token stands; some later "
        "models say how far two tokens are apart instead."
    )
    at, others = place_tables.compared(whose)
    guess = predict.choice(
        f"In the model's table, which place's vector points most nearly the way of place {at}'s?",
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


table_of_places()


@frame.idea("How can a vector hold a meaning?")
def space_of_meanings() -> None:
    """Word2Vec learns while the map moves; neighbours, analogies and axes of any vectors."""
    st.markdown(
        "Nobody tells **Word2Vec** what a word means. It takes a word and one that stands near it "
        "in the text, and pulls their vectors together; words drawn at random it pushes away. "
        "Words that keep the same company end up in the same place."
    )
    others = ("money", "morning", "Tuesday")
    guess = predict.choice(
        "Which of these vectors will lie nearest to that of “Monday”?",
        others,
        key="data.nearest",
        done="data",
    )
    if guess is not None:
        meanings_views.reveal(guess, "Monday", others)
    meanings_views.offer(corpus)
    show = partial(meanings_views.show, corpus)
    if live.panel(meanings.KIND, [], beside=show) is None:
        show()
    source.show(
        word2vec.SkipGram,
        word2vec.train_word2vec,
        word2vec.skip_gram_pairs,
        word2vec.WordVectors,
        embeddings.principal_components,
        key="data.meanings.code",
    )


space_of_meanings()


@frame.idea("What enters the model in the end?")
def whole_pipeline() -> None:
    """The whole way in one picture, then the same for a batch of the text."""
    found = places.embedded(places.starter(), sentence)
    st.markdown("All of this page in one picture: your sentence on its way into the starter model.")
    whole_way.show(sentence, found)
    st.caption(
        f"The first {places.CHANNELS} of {found.steps.sum.shape[-1]} channels as colour, blue "
        "below zero and orange above. Rest on a token to follow it; a square tells its number."
    )
    st.markdown("Training reads many windows of the text at once, a **batch**.")
    left, middle, right = st.columns(3)
    batch = left.slider("Windows in a batch", 1, 16, 8, key="data.batch", bind="query-params")
    size = middle.slider("Context", 1, 64, 4, key="data.size", bind="query-params")
    stride = right.slider("Step", 1, 64, 4, key="data.hop", bind="query-params")
    whose = st.segmented_control(
        "Tokens and tables", [whole_way.STARTER, whole_way.COURSE], default=whole_way.STARTER,
        required=True, key="data.batch_of", bind="query-params",
    )  # fmt: skip
    guess = predict.choice(
        "What shape does the batch have when it enters the model?",
        whole_way.SHAPES,
        key="data.shape",
        done="data",
    )
    if guess is not None:
        made = whole_way.pipeline(corpus, str(whose), int(batch), int(size), int(stride))
        predict.verdict(guess, made.kind, "One vector for every token of every window.")
        st.html(whole_way.stations(made))
        st.caption("The ids of this batch, one window a line:")
        st.code(whole_way.corner(made), language=None)
    source.show(
        batches.create_dataloader_v1,
        batches.GPTDatasetV1,
        embeddings.embed,
        key="data.pipeline.code",
        shapes=found.steps._asdict(),
    )


whole_pipeline()

frame.end("data")
