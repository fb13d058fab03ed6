"""Claims about tokenizers of whole words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_core.corpus import story
from llm_core.tokenizers import (
    SimpleTokenizerV1,
    SimpleTokenizerV2,
    build_vocabulary,
    split_in_steps,
    split_words,
)

SPECIAL = ["<|endoftext|>", "<|unk|>"]

# Property


@given(st.text())
def test_splitting_loses_nothing_but_white_space(text):
    steps = split_in_steps(text)
    assert "".join(steps.whitespace) == text
    assert "".join(steps.punctuation) == text
    bare = "".join(text.split())
    assert "".join("".join(steps.without_blanks).split()) == bare
    assert "".join("".join(steps.tokens).split()) == bare
    assert all(token.strip() == token != "" for token in steps.tokens)


@given(st.text())
def test_decoding_and_encoding_again_gives_the_same_ids(text):
    tokenizer = SimpleTokenizerV2(build_vocabulary(split_words(text), SPECIAL))
    ids = tokenizer.encode(text)
    assert tokenizer.encode(tokenizer.decode(ids)) == ids


@given(st.text(), st.text())
def test_the_second_tokenizer_reads_any_text(known, text):
    tokenizer = SimpleTokenizerV2(build_vocabulary(split_words(known), SPECIAL))
    assert len(tokenizer.encode(text)) == len(split_words(text))
    assert all(0 <= token_id < tokenizer.n_vocab for token_id in tokenizer.encode(text))


# Worked examples: Raschka 2024, "Build a Large Language Model (From Scratch)", sections 2.2 to 2.4


def test_four_steps_split_the_books_sentence():
    steps = split_in_steps("Hello, world. Is this-- a test?")
    assert steps.whitespace[:3] == ["Hello,", " ", "world."]
    assert steps.punctuation[:6] == ["Hello", ",", "", " ", "world", "."]
    assert steps.without_blanks == ["Hello", ",", "world", ".", "Is", "this--", "a", "test?"]
    assert steps.tokens == ["Hello", ",", "world", ".", "Is", "this", "--", "a", "test", "?"]


def test_the_verdict_has_4690_tokens_and_1130_different_ones(shared_data):
    tokens = split_words(shared_data("the-verdict.txt").read_text(encoding="utf-8"))
    assert len(tokens) == 4690
    assert len(build_vocabulary(tokens)) == 1130
    vocabulary = build_vocabulary(tokens, SPECIAL)
    last = {"younger": 1127, "your": 1128, "yourself": 1129, SPECIAL[0]: 1130, SPECIAL[1]: 1131}
    assert dict(list(vocabulary.items())[-5:]) == last
    tokenizer = SimpleTokenizerV1(build_vocabulary(tokens))
    ids = tokenizer.encode(
        '"It\'s the last he painted, you know," Mrs. Gisburn said with pardonable pride.'
    )
    assert ids == (
        [1, 56, 2, 850, 988, 602, 533, 746, 5, 1126, 596, 5, 1, 67, 7, 38, 851, 1108, 754, 793, 7]
    )
    assert tokenizer.decode(ids).startswith('" It\' s the last he painted, you know," Mrs.')
    two = SimpleTokenizerV2(vocabulary)
    text = "Hello, do you like tea? <|endoftext|> In the sunlit terraces of the palace."
    ids = two.encode(text, allowed_special={"<|endoftext|>"})
    assert ids == [1131, 5, 355, 1126, 628, 975, 10, 1130, 55, 988, 956, 984, 722, 988, 1131, 7]
    assert two.decode(ids) == (
        "<|unk|>, do you like tea? <|endoftext|> In the sunlit terraces of the <|unk|>."
    )


def test_the_bundled_story_survives_but_for_its_spacing():
    tokens = split_words(story())
    tokenizer = SimpleTokenizerV1(build_vocabulary(tokens))
    ids = tokenizer.encode(story())
    assert len(ids) == len(tokens)
    assert split_words(tokenizer.decode(ids)) == tokens
    assert tokenizer.decode(ids) != story()


def test_an_unknown_word_stops_the_first_tokenizer_with_its_name_and_a_remedy():
    tokenizer = SimpleTokenizerV1(build_vocabulary(["do", "you", "like", "tea"]))
    with pytest.raises(KeyError) as caught:
        tokenizer.encode("Hello do you like tea")
    assert str(caught.value).startswith("'Hello' is not in the vocabulary of 4 tokens; use words")


def test_an_unknown_id_is_named_with_the_ids_there_are():
    with pytest.raises(KeyError, match="no token has the id 7; ids go from 0 to 1"):
        SimpleTokenizerV1({"a": 0, "b": 1}).decode([0, 7])


def test_the_second_tokenizer_asks_for_its_token_for_the_unknown():
    with pytest.raises(ValueError, match=r"no <\|unk\|>; build it with build_vocabulary"):
        SimpleTokenizerV2(build_vocabulary(["tea"]))


def test_special_tokens_in_the_text_are_numbered_once_and_last():
    vocabulary = build_vocabulary(["<|unk|>", "b", "a", "b"], SPECIAL)
    assert vocabulary == {"a": 0, "b": 1, "<|endoftext|>": 2, "<|unk|>": 3}
