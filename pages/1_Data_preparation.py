"""How does a text become numbers a model can learn from?"""

from functools import partial

import streamlit as st

from dashboard import chips, corpus_choice, frame, live, predict, session, source, wording
from dashboard.components import plot, tokens
from dashboard.lessons.data import (
    cells,
    meanings,
    meanings_views,
    pairs,
    pairs_shown,
    place_tables,
    places,
    sliding,
    sliding_shown,
    spelling,
    tables,
    views,
    whole_way,
)
from dashboard.lessons.data import cutting as cuts
from dashboard.lessons.data import vocabulary as vocabularies
from llm_core import batches, config, embeddings, observing, tokenizers, word2vec

frame.begin("data")
with st.container(key="page-top"):
    left, right = st.columns(2, gap="large")
    with left:
        corpus = corpus_choice.choose()
    with right:
        sentence = session.sentence_box()
    st.code(views.preview(corpus), language=None, wrap_lines=True)
    st.caption(f"{len(corpus.text):,} characters; this is how the text begins.")


@frame.idea("Where does a token begin and end?")
def cutting() -> None:
    """Four ways of cutting a text, each better than the one before."""
    st.markdown(
        "A model reads a text in pieces, its **tokens**: words, marks, parts of words. There "
        "is more than one way to cut; here are four, for whole words."
    )
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    names = list(cuts.STEPS)
    step = left.segmented_control(
        "Colour the text by", names, default=names[-1], required=True,
        key="data.cut", bind="query-params",
    )  # fmt: skip
    what = right.segmented_control(
        "Cut", ["A line of the text", "My sentence"], default="A line of the text", required=True,
        key="data.what", bind="query-params",
    )  # fmt: skip
    passage = sentence if what == "My sentence" else views.with_marks(corpus)
    at = names.index(str(step))
    st.markdown(f"**Step {at + 1}.** {cuts.STEPS[str(step)]}")
    tokens.show(passage, cuts.lanes(passage), key="data-cuts", focus=at)
    st.caption(
        "Framed: cut anew by this step. The whole text has "
        f"{len(vocabularies.words(corpus)):,} tokens when cut in step 4."
    )
    guess = predict.choice(
        "From which of the four lists can the text be joined again, down to the last blank?",
        [cuts.ALL, cuts.TWO, cuts.NONE],
        key="data.joined",
    )
    if guess is not None:
        predict.verdict(
            guess,
            cuts.restorable(passage),
            "A list that holds every piece, blanks too, joins to the very same text; one without "
            "them leaves the blanks to be guessed.",
        )
    source.show(tokenizers.split_in_steps, tokenizers.split_words, key="data.cut.code")


cutting()


@frame.idea("What if a word is not in the vocabulary?")
def vocabulary() -> None:
    """Sorted, numbered, and helpless before a new word."""
    plain = vocabularies.knows(corpus, special=False)
    st.markdown(
        "Sort the different tokens of the text and number them: that is a **vocabulary**. A token "
        "becomes its number, its **id**."
    )
    find = st.text_input(
        "Find a token or an id",
        key="data.find",
        bind="query-params",
        placeholder="part of a word, or a number",
        live="100ms",
    )
    shown = vocabularies.found(plain, find)
    chips.show(list(shown), ids=list(shown.values()), most=vocabularies.LISTED)
    st.caption(
        f"{plain.n_vocab:,} different tokens: marks, digits, capitals, then small letters"
        + (f"; {len(shown):,} of them fit." if find else ".")
    )
    guess = predict.choice(
        "Will this vocabulary be able to encode your sentence at the top?",
        ["Yes", "No"],
        key="data.known",
        done="data",
    )
    if guess is not None:
        encode(plain, guess)
        repair()
    source.show(
        tokenizers.build_vocabulary,
        tokenizers.SimpleTokenizerV1,
        tokenizers.SimpleTokenizerV2,
        key="data.vocabulary.code",
    )


def encode(plain: tokenizers.SimpleTokenizerV1, guess: str) -> None:
    """The sentence in ids and back; an unknown word stops the tokenizer."""
    try:
        ids = plain.encode(sentence)
        predict.verdict(guess, "Yes", "Every word of it stands in the text. Try a rarer one.")
        st.code(str(ids), language=None, wrap_lines=True)
    except tokenizers.UnknownTokenError as error:
        ids = []
        predict.verdict(guess, "No", "One new word is enough, and encoding stops:")
        st.code(f"UnknownTokenError: {error}", language=None, wrap_lines=True)
    tokens.show(sentence, [vocabularies.lane(plain, sentence, "Your sentence")], key="data-encoded")
    written = st.text_input(
        "Ids to decode", key="data.decode", bind="query-params", max_chars=2000, live="100ms",
        placeholder="whole numbers, for instance 5 0 12",
    )  # fmt: skip
    with frame.guarded():
        back = vocabularies.decoded(plain, written) if written.strip() else plain.decode(ids)
        if back:
            st.caption("Back to text; where blanks stood is guessed:")
            st.code(back, language=None, wrap_lines=True)


def repair() -> None:
    """Two special tokens: one for what is unknown, one between documents."""
    repaired = vocabularies.knows(corpus, special=True)
    joined = f"{sentence} {vocabularies.END} {views.opening(corpus)}"
    numbers = [repaired.str_to_int[token] for token in vocabularies.SPECIAL]
    st.markdown(
        "Two special tokens repair that: `<|unk|>` stands for any unknown word, `<|endoftext|>` "
        f"between two documents. They come last, as ids {numbers[1]:,} and {numbers[0]:,}; the "
        f"vocabulary now has {repaired.n_vocab:,}. Here are your sentence and the text, joined:"
    )
    tokens.show(joined, [vocabularies.lane(repaired, joined, "Two documents")], key="data-joined")
    st.caption("Back to text (what was unknown is lost, and blanks are guessed):")
    st.code(repaired.decode(repaired.encode(joined)), language=None, wrap_lines=True)


vocabulary()


@frame.idea("How can a fixed vocabulary spell any word?")
def byte_pairs() -> None:
    """Any text in the tokens of several tokenizers, cut anew at every stroke."""
    st.markdown(
        "GPT-2 keeps frequent words whole and cuts rare ones into smaller pieces, if need be down "
        "to single **bytes**, so nothing is ever unknown. (A byte is a number from 0 to 255; a "
        "computer writes “a” as one of them, an emoji as four.) Try made-up words, emoji, another "
        "script."
    )
    with st.container(horizontal=True, gap="small"):
        for name in spelling.EXAMPLES:
            st.button(name, key=f"data.put.{name}", on_click=spelling.put, args=(name,))
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    names = spelling.names()
    left.segmented_control(
        "Colour the text by", names, default=names[0], required=True,
        key="data.whose", bind="query-params",
    )  # fmt: skip
    right.number_input(
        "Price of a million tokens", 0.0, 10_000.0, 1.0, 0.5, key="data.price", bind="query-params"
    )
    typed()
    scripts(spelling.GPT4 in names)
    source.show(
        tokenizers.gpt2_bpe,
        tokenizers.BPETokenizer.encode,
        tokenizers.BPETokenizer.encode_ordinary,
        tokenizers.byte_places,
        key="data.pairs.code",
        shapes={"embedding table": spelling.weights()},
    )


@frame.part
def typed() -> None:
    """The box and what follows every stroke in it."""
    box = spelling.box("data-tokens")
    versions = spelling.spelled(box.text, corpus, spelling.GPT4 in spelling.names())
    tokens.show(
        box.text,
        spelling.lanes(box.text, versions, corpus),
        key="data-tokens",
        focus=spelling.names().index(str(st.session_state["data.whose"])),
        box=box,
        table=spelling.table(versions),
    )
    price = float(st.session_state["data.price"])
    with st.container(key="data-comparison"):
        st.markdown(spelling.comparison(box.text, versions, price))
    st.caption(
        "␣ is a blank, ↵ a new line, ‹200b› a character that cannot be seen, ‹e2-80› bytes that "
        "are no whole character. Dotted: a character that several tokens share. Dashed: unknown."
    )


def scripts(with_gpt4: bool) -> None:
    """What the same sentence costs in other languages."""
    guess = predict.choice(
        "One sentence about human rights, in English and in Hindi: how many of GPT-2's tokens does "
        "the Hindi take, compared with English?",
        [spelling.SAME, spelling.SOME, spelling.MANY],
        key="data.scripts",
        done="data",
    )
    if guess is not None:
        truth, times = spelling.how_many_times("Hindi")
        predict.verdict(
            guess,
            truth,
            f"{times:.1f} times as many. A tokenizer has long tokens for what it learned from, and "
            "falls back to bytes for the rest; who pays by the token pays for that.",
        )
        plot.show(
            spelling.article_figure(with_gpt4),
            key="data-scripts",
            alt="Tokens of the same sentence in five languages",
            height=300,
        )
        if not with_gpt4:
            st.caption(
                "GPT-4's tokens join in as soon as their file of 1.7 MB is on this computer, which "
                f"this command fetches: `{spelling.HOW_TO_GET_GPT4}`"
            )


byte_pairs()


@frame.idea("Where do byte pairs come from?")
def training_pairs() -> None:
    """Learn byte pairs from the text, one merge at a time."""
    counted = pairs.part_of(corpus)
    st.markdown(
        "Start from single bytes. Count which two neighbours stand together most often: glue that "
        "**pair** into one token, everywhere. This is one **merge**. Then count again."
        + ("" if counted == "the text" else f" Here only {counted} are counted.")
    )
    guess = predict.choice(
        "What will the very first merge of this text be?",
        pairs.FIRST_MERGE,
        key="data.first",
        done="data",
    )
    if guess is None:
        return
    learned = pairs.learned(corpus)
    why = f"That pair stands {wording.counted(learned[0].count, 'time')} in {counted}."
    predict.verdict(guess, pairs.kind(learned[0]), why)
    n = pairs_shown.stepper(
        "Merges made", len(learned), key="data.merges", on="Merge", icon=":material/join_inner:"
    )
    pairs_shown.merge(corpus, n)
    st.caption(
        "Hugging Face's trainer makes the same merges: this project's tests compare the two, on "
        "the bundled story and on many small texts."
    )
    source.show(
        tokenizers.train_steps,
        tokenizers.BPETokenizer.from_merges,
        tokenizers.BPETokenizer.encode_ordinary,
        key="data.training.code",
    )


training_pairs()


@frame.idea("How does GPT-2 put a word together?")
def replaying() -> None:
    """GPT-2's own merges on any word, forward and back."""
    st.markdown(
        "GPT-2's makers learnt 50,000 merges from web pages, in this way. To cut a new word, it is "
        "taken apart into bytes; then, of all neighbours that can merge, those go first whose "
        "merge was learnt first."
    )
    typed = st.text_input(
        "A word, as GPT-2 meets it (a blank in front counts)",
        " lighthouse",
        key="data.word",
        bind="query-params",
        max_chars=pairs.WORD,
        live=True,
    )
    piece = pairs_shown.choose_piece(typed)
    steps = pairs.replay(piece)
    guess = predict.choice(
        "How many tokens will be left in the end?",
        pairs.TOKENS_LEFT,
        key="data.left",
        done="data",
        about=piece,
    )
    if guess is None:
        return
    length = wording.counted(len(piece.encode()), "byte")
    predict.verdict(guess, pairs.left(steps), f"The way begins with {length}.")
    n = pairs_shown.stepper(
        "Merges of this word", len(steps) - 1, key="data.replayed", on="Merge",
        icon=":material/join_inner:",
    )  # fmt: skip
    pairs_shown.moment(steps, n)
    pairs_shown.ladder(steps, n)
    pairs_shown.result(corpus, piece)
    source.show(tokenizers.BPETokenizer.replay, tokenizers.BPETokenizer._replay,
                key="data.replay.code")  # fmt: skip


replaying()


@frame.idea("What exactly does the model learn from?")
def windows() -> None:
    """Windows over the ids, each with its answer one place further on."""
    st.markdown(
        "The model reads a **window** of tokens and has to name the next one. So the text itself "
        "is the teacher. A window is as long as the **context length**; the next one begins a "
        "**stride** further on; a **batch** is what the model reads before it is corrected."
    )
    setting = sliding_shown.choose()
    which = sliding_shown.which_batch()
    guess = predict.choice(
        "What is the answer that belongs to the last token of a window?",
        sliding.ANSWERS,
        key="data.answer",
        done="data",
    )
    sliding_shown.brackets(corpus, setting, which, answers=guess is not None)
    st.caption(sliding_shown.counts(corpus, setting))
    if guess is None:
        return
    window = sliding.batch(corpus, setting, which)
    predict.verdict(
        guess,
        sliding.last_answer(corpus, setting),
        "It is dotted above. So each target row is its input row, moved on by one:",
    )
    sliding_shown.sides(corpus, setting, which)
    st.markdown("A window holds one exercise per place. Here are those of the first row:")
    sliding_shown.ladder(sliding.rungs(window, setting.over))
    st.markdown("The same with whole words, on your sentence at the top of the page:")
    sliding_shown.word_table(sliding.word_examples(sentence))
    source.show(
        batches.windows,
        batches.WindowDataset,
        batches.load,
        batches.batch_at,
        batches.coverage,
        batches.growing_contexts,
        key="data.windows.code",
        shapes=window._asdict(),
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
        "A table begins with random numbers, and training moves them, step by step. Watch one such "
        "step, made by the starter model that comes with this page: it reads your sentence, "
        "guesses what follows each token, and each number that had a part in the guesses moves a "
        "little, so that the right token would have surprised it less. That surprise is the "
        "**loss**."
    )
    tied = st.toggle(
        "The head uses the same table", key="data.tied", bind="query-params",
        help="The head turns the last vectors into a chance for every token. It has a table of its "
        "own, or shares this one.",
    )  # fmt: skip
    guess = predict.choice(
        "Which rows of the table will move?",
        tables.KINDS,
        key="data.moved",
        done="data",
        about=bool(tied),
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
            f"Loss before the step: {found.result.loss:.2f} for each token (0: it knew them all). "
            f"The step is {tables.LEARNING_RATE} times the slope of the loss."
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
        "Somebody puts your tokens in another order. Can you tell by the vectors that you get, if "
        "you may not see in which order they come?",
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
        "A token that stays in its place, or meets its like, keeps its vector."
        f"{places.more_rows(found)} The sum of all vectors would not tell, places or not: it "
        f"changes by {wording.difference(found.sums[places.WITH])}. So a model keeps one vector "
        "for each token, from the first layer to the last."
    )


positions()


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


table_of_places()


@frame.idea("How can a vector hold a meaning?")
def space_of_meanings() -> None:
    """Word2Vec learns while the map moves; neighbours, analogies and axes of any vectors."""
    st.markdown(
        "Nobody tells **Word2Vec** what a word means. Its exercise: from a word's vector, tell the "
        "words that stand near it in the text from words drawn at random. Two words with the same "
        "company have to give the same answers, so their vectors end up side by side."
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
    batch = left.slider("Batch size", 1, 16, 8, key="data.batch", bind="query-params")
    size = middle.slider("Context length", 1, 64, 4, key="data.size", bind="query-params")
    stride = right.slider("Stride", 1, 64, 4, key="data.hop", bind="query-params")
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
