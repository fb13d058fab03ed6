"""How does a text become numbers a model can learn from?"""

import streamlit as st

from dashboard import chips, corpus_choice, frame, live, predict, session, source, wording
from dashboard.components import plot
from dashboard.lessons.data import (
    figures,
    meanings,
    meanings_views,
    pairs,
    pairs_shown,
    sliding,
    sliding_shown,
    views,
)
from llm_core import batches, embeddings, tokenizers, word2vec

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
    counted = pairs.part_of(corpus)
    st.markdown(
        "Start from single bytes. Count which two neighbours stand together most often, make them "
        "one token, and count again."
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
    predict.verdict(
        guess,
        sliding.last_answer(corpus, setting),
        "It is dotted above. So each target row is its input row, moved on by one:",
    )
    window = sliding.batch(corpus, setting, which)
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
        "number in each **channel**. Looking up id 3 takes row 3 out. The same as a calculation: a "
        "**one-hot** vector, all zeros but a single one, times the table."
    )
    left, right = st.columns(2)
    token_id = left.slider("Id", 0, 5, 3, key="data.id", bind="query-params")
    seed = right.number_input("Seed of the table", 0, 9999, 123, key="data.seed",
                              bind="query-params")  # fmt: skip
    found = views.look_up(int(token_id), int(seed))
    left, right = st.columns(2)
    with left:
        plot.show(figures.table(int(token_id), int(seed)), key="data-table",
                  alt="The embedding table of six tokens", height=330)  # fmt: skip
    with right:
        plot.show(figures.one_hot(int(token_id), int(seed)), key="data-one-hot",
                  alt="The one-hot vector", height=140)  # fmt: skip
        plot.show(figures.looked_up(int(token_id), int(seed)), key="data-looked-up",
                  alt="The row looked up, and the same by multiplication", height=190)  # fmt: skip
    st.caption(
        f"Largest difference between the two: {wording.difference(found.gap)}. "
        "Training changes the table."
    )
    source.show(
        embeddings.look_up_by_product,
        key="data.lookup.code",
        shapes={"table": found.table, "one-hot": found.one_hot, "row": found.looked_up},
    )


looking_up()


@frame.idea("How does the model know the order of the words?")
def positions() -> None:
    """Token vector plus position vector is the input of the model."""
    found = views.embedded(sentence)
    st.markdown(
        "The same word has the same vector wherever it stands. So each place in the window has a "
        "vector of its own, and the two are added. These are the numbers of the small starter "
        "model that comes with this project."
    )
    options = wording.numbered(found.words)
    place = st.selectbox(
        "Token of your sentence",
        options,
        key="data.place",
        bind="query-params",
    )
    plot.show(
        figures.adding_up(sentence, options.index(str(place))),
        key="data-adding",
        alt="Token vector, position vector and their sum",
        height=260,
    )
    steps = found.steps
    st.caption(
        f"The first 8 of {steps.sum.shape[-1]} channels. Column by column, the first two rows add "
        "up to the third, but for rounding in the last digit."
    )
    source.show(embeddings.embed, key="data.positions.code", shapes=steps._asdict())


positions()


@frame.idea("How can a vector hold a meaning?")
def space_of_meanings() -> None:
    """Word2Vec learns while the map moves; neighbours, analogies and axes of any vectors."""
    st.markdown(
        "Nobody tells **Word2Vec** what a word means. It takes a word and one that stands near it "
        "in the text, and pulls their vectors together; words drawn at random it pushes away. "
        "Words that keep the same company end up in the same place."
    )
    meanings_views.offer(corpus)
    if live.panel(meanings.KIND, [], beside=meanings_views.show) is None:
        meanings_views.show()
    others = ("money", "morning", "Tuesday")
    guess = predict.choice(
        "Which of these vectors will lie nearest to that of “Monday”?",
        others,
        key="data.nearest",
        done="data",
    )
    if guess is not None:
        meanings_views.reveal(guess, "Monday", others)
    source.show(
        word2vec.SkipGram,
        word2vec.train_word2vec,
        word2vec.skip_gram_pairs,
        word2vec.WordVectors,
        key="data.meanings.code",
    )


space_of_meanings()


@frame.idea("What do the vectors of your text look like?")
def vector_map() -> None:
    """Token vectors in two or three dimensions."""
    dimensions = st.segmented_control(
        "Dimensions", ["2", "3"], default="2", required=True,
        key="data.dimensions", bind="query-params",
    )  # fmt: skip
    seen = views.flat_map(corpus, int(dimensions or 2))
    plot.show(
        figures.word_map(corpus, int(dimensions or 2)),
        key=f"data-map-{dimensions}",
        alt="Token vectors of the text, seen from the side where they differ most",
        height=560,
    )
    st.caption(
        f"The first {len(seen.words)} different tokens of your text, as the starter model holds "
        f"them, along the {dimensions} directions in which they differ most. You see "
        f"{seen.share:.1%} of all difference between them, so tokens that lie close together here "
        "may still be far apart in what you do not see."
    )
    if len(seen.frequent) < len(seen.words):
        st.caption(
            f"Named are the {len(seen.frequent)} that are most frequent in {views.sample(corpus)}; "
            "the others tell their names under the pointer."
        )
    source.show(
        embeddings.principal_components, key="data.map.code", shapes=seen.projection._asdict()
    )


vector_map()


@frame.idea("What enters the model in the end?")
def whole_pipeline() -> None:
    """The whole way in one line, with the shapes of this text."""
    left, middle, right = st.columns(3)
    batch = left.slider("Windows in a batch", 1, 16, 8, key="data.batch", bind="query-params")
    size = middle.slider("Context", 1, 64, 4, key="data.size", bind="query-params")
    stride = right.slider("Step", 1, 64, 4, key="data.hop", bind="query-params")
    made = views.pipeline(corpus, int(batch), int(size), int(stride))
    stations = {
        "text": f"{made.characters:,} characters",
        "ids": f"{made.tokens:,}",
        "windows": " × ".join(f"{n:,}" for n in made.windows),
        "batch of inputs": " × ".join(map(str, made.batch)),
        "vectors with positions": " × ".join(map(str, made.vectors)),
    }
    for column, (name, shape) in zip(st.columns(len(stations)), stations.items(), strict=True):
        with column:
            st.html(f'<p class="label">{name}</p><p class="numbers">{shape}</p>')
    st.caption(
        "In the starter model's own tokens. A batch is what the model reads at once. The last "
        "shape is windows × places × channels: this is what attention reads."
    )
    source.show(
        batches.create_dataloader_v1,
        batches.GPTDatasetV1,
        embeddings.embed,
        key="data.pipeline.code",
    )


whole_pipeline()

frame.end("data")
