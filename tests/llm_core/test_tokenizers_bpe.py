"""Claims about byte-pair encoding: learning the merges, applying them, writing them down."""

import json
import re
from collections import Counter
from itertools import chain, pairwise

import pytest
import tiktoken
import tiktoken_ext.openai_public
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from llm_core.corpus import story
from llm_core.tokenizers import (
    SPLIT_PATTERN,
    BPETokenizer,
    pieces,
    split_pieces,
    stretches,
    train_steps,
    visible,
)
from llm_core.tokenizers.bpe import _Remembered
from llm_core.tokenizers.merging import LONGEST_PIECE, count_pieces
from llm_core.tokenizers.pieces import BYTE_LETTERS, block_pattern, from_visible

END = "<|endoftext|>"


@pytest.fixture(scope="module")
def tokenizer():
    return BPETokenizer.train(story(), vocab_size=1000)


@pytest.fixture(scope="module")
def reference(tokenizer):
    return tokenizer.to_tiktoken("ours")


any_text = st.text(st.characters(exclude_categories=()))  # lone surrogates included
ODD = {
    "combining marks": ["e\u0301", "\u0301", "n\u0303\u0323"],
    "right to left": ["\u05e9\u05dc\u05d5\u05dd", "\u0645\u0631\u062d", "\u202e", "\u200f"],
    "zero width": ["\u200b", "\u200d", "\ufeff", "\u2060"],
    "controls": ["\x00", "\x07", "\x1b", "\x1c", "\x1f", "\x7f", "\x85", "\u180e"],
    "white space": [" ", "  ", "\t", "\n", "\r\n", "\u00a0", "\u2003", "\u2028", "\u3000"],
    "emoji": ["\U0001f468\u200d\U0001f469", "\U0001f1e9\U0001f1ea", "\u2764\ufe0f"],
    "halves of characters": ["\ud83d", "\ude00", "\udfff"],
    "words and marks": ["the", "'s", "'", "\u2019ll", "\u6c49", "!?", "_"],
    "numbers": ["12", "\u0661", "\u00bd"],
}
odd_text = st.lists(st.sampled_from([*chain(*ODD.values())]), max_size=30).map("".join)
repetitive = st.text("ab \n'st", max_size=300)

# Property


@given(st.text())
def test_pieces_joined_are_the_text(text):
    assert "".join(split_pieces(text)) == text


@given(st.one_of(any_text, odd_text))
def test_the_pieces_of_stretches_are_the_pieces_of_the_text(text):
    assert "".join(stretches(text)) == text
    assert [p for part in stretches(text) for p in split_pieces(part)] == split_pieces(text)


@given(st.one_of(any_text, odd_text))
def test_a_piece_by_itself_is_one_piece(text):
    assert all(split_pieces(piece) == [piece] for piece in split_pieces(text))


@given(st.lists(odd_text, min_size=1, max_size=5), st.integers(1, 40))
def test_where_a_long_text_is_cut_into_blocks_changes_nothing(texts, length):
    whole = list(stretches("".join(texts)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "_BLOCK", block_pattern(length))
        assert list(stretches("".join(texts))) == whole


@given(st.text())
def test_any_text_comes_back(tokenizer, text):
    assert tokenizer.decode(tokenizer.encode_ordinary(text)) == text


@given(st.binary())
def test_bytes_written_visibly_come_back(content):
    assert from_visible(visible(content)) == content


@settings(deadline=None)
@given(repetitive, st.integers(257, 300))
def test_each_merge_takes_the_pair_that_is_most_frequent_by_plain_counting(text, vocab_size):
    """The bookkeeping against counting everything anew before each merge."""
    numbers = {bytes([value]): rank for rank, value in enumerate(BYTE_LETTERS)}
    words = [[bytes([value]) for value in piece.encode()] for piece in split_pieces(text)]
    for step in train_steps(text, vocab_size):
        counts = Counter(pair for word in words for pair in pairwise(word))
        order = sorted(counts, key=lambda p: (-counts[p], numbers[p[0]], numbers[p[1]]))
        assert [(c.pair, c.count) for c in step.candidates] == [(p, counts[p]) for p in order[:10]]
        assert (step.pair, step.count) == (order[0], counts[order[0]])
        assert step.ties == list(counts.values()).count(step.count) - 1
        assert step.rank == len(numbers)
        numbers[step.merged] = step.rank
        words = [join(word, step.pair) for word in words]


def join(word, pair):
    joined = []
    for token in word:
        if joined and (joined[-1], token) == pair:
            joined[-1] = joined[-1] + token
        else:
            joined.append(token)
    return joined


@given(st.text(max_size=20))
def test_the_fast_way_and_the_readable_way_give_the_same_tokens(tokenizer, text):
    for piece in split_pieces(text):
        *_, last = tokenizer.replay(piece)
        assert [tokenizer.ranks[part] for part in last.parts] == tokenizer.encode_ordinary(piece)


@given(st.text("etharson", min_size=1))
def test_each_replayed_step_joins_two_neighbours_into_the_named_token(tokenizer, word):
    start, *steps = tokenizer.replay(word)
    assert start[:4] == (tuple(bytes([value]) for value in word.encode()), None, None, None)
    before = start.parts
    for step in steps:
        assert len(step.parts) == len(before) - 1
        assert b"".join(step.parts) == word.encode()
        assert step.parts[step.place] == step.merged == b"".join(before[step.place :][:2])
        assert tokenizer.token_bytes(step.rank) == step.merged
        before = step.parts


@given(st.text(max_size=20))
def test_of_all_offers_the_token_that_was_learned_first_is_made_and_of_equal_ones_the_left(
    tokenizer, text
):
    for piece in split_pieces(text):
        steps = list(tokenizer.replay(piece))
        for step, after in pairwise(steps):
            joined = [left + right for left, right in pairwise(step.parts)]
            assert step.offers == tuple(tokenizer.ranks.get(both) for both in joined)
            assert after.rank == min(offer for offer in step.offers if offer is not None)
            assert after.place == step.offers.index(after.rank)
        assert not any(steps[-1].offers)


# Equality with a reference: tiktoken, Hugging Face


@settings(max_examples=500)
@given(st.one_of(any_text, odd_text))
@example("\ud83d\ude00 \ud83d")
@example("\x1c \x85\u00a0 x \u2028\n")
@example("it'll 'S ſ's ١٢ ½ x\u0301")
def test_ids_are_tiktokens_on_any_unicode(tokenizer, reference, text):
    assert tokenizer.encode_ordinary(text) == reference.encode_ordinary(text)


@settings(max_examples=300)
@given(st.one_of(repetitive, st.text(max_size=40)), st.text(max_size=40))
def test_ids_are_tiktokens_whatever_text_was_learned_from(learned, text):
    ours = BPETokenizer.train(learned, 300)
    assert ours.encode_ordinary(text) == ours.to_tiktoken().encode_ordinary(text)
    assert ours.encode_ordinary(learned) == ours.to_tiktoken().encode_ordinary(learned)


@given(st.lists(st.sampled_from([END, "<|end", "the ", " ", "\n"])).map("".join))
def test_special_tokens_are_read_as_tiktoken_reads_them(tokenizer, reference, text):
    for settings_ in (
        {"allowed_special": "all"},
        {"allowed_special": {END}},
        {"allowed_special": {"<|other|>"}, "disallowed_special": ()},
        {"disallowed_special": ()},
    ):
        assert tokenizer.encode(text, **settings_) == reference.encode(text, **settings_)
    assert tokenizer.n_vocab == reference.n_vocab


def test_letters_of_every_kind_are_split_as_tiktoken_splits_them(tokenizer, reference):
    """Every 13th code point beside a letter, a digit and itself."""
    for start in range(0, 0x110000, 140_000):
        codes = range(start, min(start + 140_000, 0x110000), 13)
        text = "".join(f"{chr(c)}e {chr(c)}{chr(c)}1" for c in codes if not 0xD800 <= c < 0xE000)
        assert tokenizer.encode_ordinary(text) == reference.encode_ordinary(text)


@pytest.mark.parametrize("text", ["e" * 200_000, "thé" * 50_000, "!?" * 50_000, " " * 50_000 + "x"])
def test_a_long_text_without_a_blank_is_no_trouble(tokenizer, reference, text):
    assert tokenizer.encode_ordinary(text) == reference.encode_ordinary(text)


def test_the_rules_for_splitting_are_tiktokens():
    assert tiktoken_ext.openai_public.r50k_pat_str == SPLIT_PATTERN


@pytest.mark.parametrize("vocab_size", [400, 1500])
def test_the_vocabulary_is_the_one_hugging_face_learns(vocab_size):
    theirs = Tokenizer(models.BPE())
    theirs.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        min_frequency=2,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    theirs.train_from_iterator([story()], trainer)
    ours = BPETokenizer.train(story(), vocab_size, special_tokens=())
    assert {visible(token): rank for token, rank in ours.ranks.items()} == theirs.get_vocab()


@settings(max_examples=100)
@given(st.text("th\u00e9 \u05e9\u6c49\U0001f600\u0301\n12.'s", max_size=LONGEST_PIECE // 4))
def test_the_merges_are_hugging_faces_on_many_small_texts(text):
    theirs = Tokenizer(models.BPE())
    theirs.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=300, min_frequency=2, initial_alphabet=alphabet, show_progress=False
    )
    theirs.train_from_iterator([text], trainer)
    merges = json.loads(theirs.to_str())["model"]["merges"]
    ours = [step.pair for step in train_steps(text, 300, special_tokens=(), n_candidates=0)]
    assert [[visible(left), visible(right)] for left, right in ours] == merges


def test_white_space_is_what_tiktoken_takes_for_it():
    every = "".join(chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    ids = {bytes([value]): value for value in range(256)}
    reader = tiktoken.Encoding("blanks", pat_str=r"\s", mergeable_ranks=ids, special_tokens={})
    found = reader.decode(reader.encode_ordinary(every))
    assert "".join(re.findall(f"[{pieces.WHITE_SPACE}]", every)) == found


def test_hugging_face_reads_what_to_dict_writes(tokenizer):
    written = Tokenizer.from_str(json.dumps(tokenizer.to_dict()))
    theirs = PreTrainedTokenizerFast(tokenizer_object=written)
    text = f"{story()}{END} and café 😀"
    ids = tokenizer.encode(text, allowed_special={END})
    assert theirs(text)["input_ids"] == ids
    assert theirs.decode(ids) == text


# Worked examples


def test_the_cat_in_the_hat():
    """The most frequent pairs of the book's example, counted by hand.

    "at" and "he" come first among four pairs that stand there twice, by the order of the bytes.
    """
    steps = list(train_steps("the cat in the hat", vocab_size=300))
    assert [step.merged for step in steps] == [b"at", b"he", b"the"]
    assert [step.count for step in steps] == [2, 2, 2]
    assert steps[0].ties == 2
    ours = BPETokenizer.train("the cat in the hat", vocab_size=300)
    assert [ours.token_bytes(i) for i in ours.encode("the bat")] == [b"the", b" ", b"b", b"at"]
    assert ours.n_vocab == 256 + 3 + 1


def test_training_never_looks_across_a_special_token():
    counts = count_pieces(f"one{END}one two{END}", [END])
    assert counts == {b"one": 2, b" two": 1}
    assert not list(train_steps(END * 50, 300))
    assert list(train_steps(END * 50, 300, special_tokens=()))


def test_train_takes_the_steps_it_shows(tokenizer):
    steps = list(train_steps(story(), vocab_size=1000, n_candidates=3))
    assert [step.pair for step in steps] == tokenizer.merges()
    assert BPETokenizer.from_merges([step.pair for step in steps], [END]).ranks == tokenizer.ranks
    assert tokenizer.n_vocab == 1000
    assert tokenizer.special_tokens == {END: 999}
    assert all(len(step.candidates) == 3 for step in steps)


def test_a_page_without_a_blank_is_learned_from_in_parts():
    counts = count_pieces("ab" * LONGEST_PIECE)
    assert counts == {b"ab" * (LONGEST_PIECE // 2): 2}


@pytest.mark.parametrize("text", ["", "x", "😀", "שלום שלום"])
def test_texts_with_little_to_learn_still_make_a_tokenizer(text):
    ours = BPETokenizer.train(text, 400)
    assert 257 <= ours.n_vocab < 400
    assert ours.decode(ours.encode("anything else")) == "anything else"


def test_a_vocabulary_must_have_room_for_the_bytes():
    with pytest.raises(ValueError, match=r"vocab_size=200 has no room .*; choose at least 257"):
        BPETokenizer.train("text", 200)


# Promises


def test_a_tokenizer_survives_being_written_as_json(tokenizer):
    again = BPETokenizer.from_dict(json.loads(json.dumps(tokenizer.to_dict())))
    assert again.ranks == tokenizer.ranks
    assert again.special_tokens == tokenizer.special_tokens


def test_gpt2s_two_files_and_one_file_say_the_same(tokenizer):
    model = tokenizer.to_dict()["model"]
    merges = "#version: 0.2\n" + "".join(f"{left} {right}\n" for left, right in model["merges"])
    again = BPETokenizer.from_gpt2_files(merges, json.dumps(model["vocab"]))
    assert (again.ranks, again.special_tokens) == (tokenizer.ranks, tokenizer.special_tokens)


def test_files_that_do_not_belong_together_are_refused(tokenizer):
    saved = tokenizer.to_dict()
    vocabulary, merges = saved["model"]["vocab"], saved["model"]["merges"]
    lines = [" ".join(pair) for pair in merges]
    with pytest.raises(ValueError, match="no token 'zq'; use merges and ids that belong"):
        BPETokenizer.from_gpt2_files("z q", json.dumps(vocabulary))
    with pytest.raises(ValueError, match="differ in order; use files that belong together"):
        BPETokenizer.from_gpt2_files("\n".join(reversed(lines)), json.dumps(vocabulary))
    with pytest.raises(ValueError, match="not a byte-level BPE tokenizer"):
        BPETokenizer.from_dict(saved | {"pre_tokenizer": {"type": "Whitespace"}})
    with pytest.raises(ValueError, match="not a byte-level BPE tokenizer"):
        BPETokenizer.from_dict({})


def test_what_is_remembered_has_an_end_and_changes_no_id(monkeypatch):
    monkeypatch.setattr(_Remembered, "room", 2000)
    ours = BPETokenizer.train(story(), 500)
    ids = ours.encode_ordinary(story())
    assert ids == ours.encode_ordinary(story()) == ours.to_tiktoken().encode_ordinary(story())
    assert 0 < len(ours._ids_of) <= 2000 // 290


def test_a_special_token_in_somebodys_text_is_an_error_with_both_remedies(tokenizer):
    with pytest.raises(ValueError, match=r"allowed_special=.*encode_ordinary"):
        tokenizer.encode(f"one{END}two")


def test_an_unknown_id_is_named(tokenizer):
    with pytest.raises(KeyError, match="no token has the id 1000; ids go from 0 to 999"):
        tokenizer.decode([5, 1000])


def test_replay_takes_one_piece(tokenizer):
    with pytest.raises(ValueError, match="is 2 pieces; replay them one at a time"):
        list(tokenizer.replay("two words"))
    assert [step.parts for step in tokenizer.replay("")] == [()]


def test_ranks_must_hold_every_byte_and_no_id_twice():
    with pytest.raises(ValueError, match="a byte has no id"):
        BPETokenizer({b"a": 0})
    everything = {bytes([value]): value for value in range(256)}
    with pytest.raises(ValueError, match="two tokens have the same id"):
        BPETokenizer(everything, {END: 255})
