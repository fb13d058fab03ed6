"""Translation: who may look at whom, torch's own layers, and a model that learns its pairs."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from llm_core.attention import causal_mask
from llm_core.config import GPTConfig
from llm_core.corpus import SentencePair, sentence_pairs
from llm_core.loss import IGNORE_INDEX
from llm_core.optimizers import adamw
from llm_core.random_state import RandomState
from llm_core.training import train
from llm_core.transformer import GELU
from llm_core.translation import (
    BOS,
    EOS,
    PAD,
    UNK,
    CrossAttention,
    EncoderDecoder,
    Words,
    encode_source,
    exact_translations,
    make_translator,
    make_writer,
    pair_loader,
    split_pairs,
    translate,
    translate_all,
    translation_loss,
    write_on,
    writer_loader,
)
from llm_core.translation.decoder import DecoderBlock
from llm_core.translation.encoder import EncoderBlock

TINY = GPTConfig(vocab_size=30, context_length=12, emb_dim=16, n_heads=4, n_layers=2, drop_rate=0.0)
SOURCE = torch.tensor([[7, 8, 9, EOS]])
WRITTEN = torch.tensor([[BOS, 10, 11]])

PAIRS = [
    SentencePair("the dog sleeps.", "der Hund schläft."),
    SentencePair("the cat sleeps.", "die Katze schläft."),
    SentencePair("the dog sees the cat.", "der Hund sieht die Katze."),
    SentencePair("the cat sees the dog.", "die Katze sieht den Hund."),
    SentencePair("does the dog sleep?", "schläft der Hund?"),
    SentencePair("the small cat has slept.", "die kleine Katze hat geschlafen."),
]


@pytest.fixture(scope="module")
def model() -> EncoderDecoder:
    torch.manual_seed(0)
    return EncoderDecoder(TINY, TINY).eval()


# Words --------------------------------------------------------------------------------------------


def test_every_bundled_sentence_comes_back_from_its_ids() -> None:
    pairs = sentence_pairs()
    for texts in ([pair.source for pair in pairs], [pair.target for pair in pairs]):
        words = Words(texts)
        assert all(words.decode(words.encode(text)) == text for text in texts)


@given(st.text())
def test_any_text_becomes_ids_of_the_vocabulary(text: str) -> None:
    words = Words(["the cat sleeps."], ignore_case=True)
    assert all(0 <= number < words.n_vocab for number in words.encode(text))


def test_words_never_seen_are_named() -> None:
    words = Words(["the cat sleeps."], ignore_case=True)
    assert words.encode("The DOG sleeps")[1] == UNK
    assert words.unknown("The DOG sleeps!") == ["dog", "!"]


# Who may look at whom -----------------------------------------------------------------------------


def test_no_written_word_sees_the_future(model: EncoderDecoder) -> None:
    other = WRITTEN.clone()
    other[0, -1] = 12
    now, then = model(SOURCE, WRITTEN), model(SOURCE, other)
    assert torch.equal(now[:, :-1], then[:, :-1])
    assert not torch.equal(now[:, -1], then[:, -1])


def test_the_first_written_word_sees_all_of_the_source(model: EncoderDecoder) -> None:
    for place in range(SOURCE.shape[1]):
        other = SOURCE.clone()
        other[0, place] = 20
        assert not torch.equal(model(other, WRITTEN)[:, 0], model(SOURCE, WRITTEN)[:, 0])


def test_each_source_word_sees_those_before_and_after_it(model: EncoderDecoder) -> None:
    weights = model.encoder.steps(SOURCE).weights
    assert weights.shape == (2, 1, 4, 4, 4)
    assert (weights > 0).all()


def test_filler_in_the_source_changes_nothing_and_is_not_looked_at(model: EncoderDecoder) -> None:
    padded = torch.cat((SOURCE, torch.full((1, 3), PAD)), dim=1)
    torch.testing.assert_close(model(padded, WRITTEN), model(SOURCE, WRITTEN))
    steps = model.decoder.steps(WRITTEN, model.encoder.steps(padded))
    assert not steps.cross_weights[..., 4:].any()
    torch.testing.assert_close(steps.cross_weights.sum(dim=-1), torch.ones(2, 1, 4, 3))
    torch.testing.assert_close(steps.self_weights.sum(dim=-1), torch.ones(2, 1, 4, 3))


# torch's own layers -------------------------------------------------------------------------------


def copy_attention(theirs: nn.MultiheadAttention, ours: CrossAttention) -> None:
    with torch.no_grad():
        weights = (ours.W_query.weight, ours.W_key.weight, ours.W_value.weight)
        theirs.in_proj_weight.copy_(torch.cat(weights))
        theirs.in_proj_bias.zero_()
        theirs.out_proj.load_state_dict(ours.out_proj.state_dict())


def copy_rest(theirs: nn.Module, ours: EncoderBlock | DecoderBlock, norms: tuple[str, ...]) -> None:
    theirs.linear1.load_state_dict(ours.ff.layers[0].state_dict())
    theirs.linear2.load_state_dict(ours.ff.layers[2].state_dict())
    for name in norms:
        norm = getattr(ours, name)
        getattr(theirs, name).load_state_dict({"weight": norm.scale, "bias": norm.shift})


def settings() -> dict[str, object]:
    return {
        "d_model": 16, "nhead": 4, "dim_feedforward": 64, "dropout": 0.0, "activation": GELU(),
        "batch_first": True, "norm_first": True,
    }  # fmt: skip


def random_vectors(tokens: int, seed: int) -> Tensor:
    return torch.randn(2, tokens, 16, generator=torch.Generator().manual_seed(seed))


def test_an_encoder_block_is_torchs_encoder_layer(model: EncoderDecoder) -> None:
    ours = model.encoder.blocks[0]
    theirs = nn.TransformerEncoderLayer(**settings()).eval()
    copy_attention(theirs.self_attn, ours.att)
    copy_rest(theirs, ours, ("norm1", "norm2"))
    x, filler = random_vectors(5, 1), torch.tensor([[False] * 5, [False] * 3 + [True] * 2])
    with torch.no_grad():
        output, _ = ours(x, filler[:, None, None, :])
        expected = theirs(x, src_key_padding_mask=filler)
    torch.testing.assert_close(output[~filler], expected[~filler], atol=1e-5, rtol=1e-5)


def test_a_decoder_block_is_torchs_decoder_layer(model: EncoderDecoder) -> None:
    ours = model.decoder.blocks[1]
    theirs = nn.TransformerDecoderLayer(**settings()).eval()
    copy_attention(theirs.self_attn, ours.self_att)
    copy_attention(theirs.multihead_attn, ours.cross_att)
    copy_rest(theirs, ours, ("norm1", "norm2", "norm3"))
    x, encoded = random_vectors(4, 2), model.encoder.steps(SOURCE.repeat(2, 1))
    with torch.no_grad():
        output, _, _ = ours(x, encoded, causal_mask(4))
        expected = theirs(x, encoded.memory, tgt_mask=causal_mask(4))
    torch.testing.assert_close(output, expected, atol=1e-5, rtol=1e-5)


# Training and translating -------------------------------------------------------------------------


def test_a_batch_holds_source_words_written_and_words_to_write() -> None:
    translator = make_translator(PAIRS[:1] + PAIRS[2:3], emb_dim=8, n_heads=1, n_layers=1)
    source, target = translator.source, translator.target
    inputs, targets = next(iter(pair_loader(translator, PAIRS[:1] + PAIRS[2:3], shuffle=False)))
    assert inputs.shape == (2, 2, 7)
    german = target.encode("der Hund schläft.")
    assert inputs[0, 0].tolist() == [*source.encode("the dog sleeps."), EOS, PAD, PAD]
    assert inputs[0, 1].tolist() == [BOS, *german, PAD, PAD]
    assert targets[0].tolist() == [*german, EOS, IGNORE_INDEX, IGNORE_INDEX]


def test_six_pairs_can_be_learned_by_heart() -> None:
    state = RandomState(123)
    with state.borrowed():
        translator = make_translator(PAIRS, emb_dim=32, n_heads=4, n_layers=1)
    loader = pair_loader(translator, PAIRS)
    assert exact_translations(translator, PAIRS) < 0.5
    stream = train(
        translator.model, loader, loader, adamw(translator.model, learning_rate=1e-2),
        num_epochs=60, eval_freq=None, eval_iter=None, random_state=state,
        loss_function=translation_loss,
    )  # fmt: skip
    losses = [step.loss for step in stream]
    assert losses[-1] < 0.05 < losses[0]
    assert exact_translations(translator, PAIRS) == 1.0
    assert translator.model.training

    alone = list(translate(translator, "The cat sees the dog."))
    assert (
        translator.target.decode(translator.target.encode(" ".join(step.word for step in alone)))
        == translate_all(translator, ["the cat sees the dog."])[0]
    )
    for step in alone:
        assert 0.5 < step.probability <= 1
        assert step.attention.shape == (1, 4, 7)  # six words and the end
        torch.testing.assert_close(step.attention.sum(dim=-1), torch.ones(1, 4))


def test_held_back_sentences_are_never_trained_on() -> None:
    pairs = [*sentence_pairs(), SentencePair(sentence_pairs()[0].source, "another way to say it")]
    split = split_pairs(pairs)
    assert sorted([*split.train, *split.test]) == sorted(pairs)
    assert len(split.test) == pytest.approx(0.05 * len(pairs), abs=2)
    assert not {pair.source for pair in split.train} & {pair.source for pair in split.test}


def test_bad_input_gets_a_sentence() -> None:
    translator = make_translator(PAIRS, emb_dim=8, n_heads=1, n_layers=1)
    with pytest.raises(ValueError, match="type a sentence"):
        translate(translator, "  ")
    with pytest.raises(ValueError, match="keep to 31"):
        encode_source(translator, "the " * 32)
    with pytest.raises(ValueError, match="at least one"):
        make_translator([])
    with pytest.raises(ValueError, match="same emb_dim"):
        EncoderDecoder(TINY, GPTConfig.of({**TINY, "emb_dim": 8}))


def test_a_translation_always_ends() -> None:
    torch.manual_seed(0)
    translator = make_translator(PAIRS, emb_dim=8, n_heads=1, n_layers=1)
    assert len(list(translate(translator, "the dog " * 15))) <= 31
    assert len(list(translate(translator, "🙂 ?!"))) <= 31


# The decoder alone --------------------------------------------------------------------------------


def test_the_decoder_alone_writes_a_sentence_on() -> None:
    sentences = [pair.source for pair in PAIRS]
    state = RandomState(123)
    with state.borrowed():
        writer = make_writer(sentences, emb_dim=32, n_heads=4, n_layers=1)
    loader = writer_loader(writer, sentences)
    inputs, targets = next(iter(writer_loader(writer, sentences[:2], shuffle=False)))
    ids = writer.words.encode(sentences[0])
    assert (inputs[0].tolist(), targets[0].tolist()) == ([BOS, *ids], [*ids, EOS])
    list(
        train(
            writer.model, loader, loader, adamw(writer.model, learning_rate=1e-2), num_epochs=60,
            eval_freq=None, eval_iter=None, random_state=state,
        )
    )  # fmt: skip
    words = [token.token_id for token in write_on(writer, "does the")]
    assert writer.words.decode(words) == "dog sleep?"
    assert write_on(writer, "") is not None
    with pytest.raises(ValueError, match="keep to 62"):
        write_on(writer, "the " * 63)
