"""Train encoder and decoder on pairs of sentences, then let them translate.

In:     pairs of sentences
Out:    loaders and a loss for training.py, and translations as a stream of words
Next:   masked.py, the encoder put to another use

In training the decoder reads the right translation, one word behind what it has to write (teacher
forcing). In use it reads its own words.

Shapes: B batch, S source tokens, T target tokens, H heads, L layers, V target words.
Source: Vaswani et al. 2017, "Attention Is All You Need"; Williams and Zipser 1989 (forcing).
"""

from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset

from llm_core.classification import asked
from llm_core.config import GPTConfig
from llm_core.corpus import SentencePair
from llm_core.loss import IGNORE_INDEX, Batches, cross_entropy
from llm_core.translation.decoder import EncoderDecoder
from llm_core.translation.words import BOS, EOS, PAD, Words

LONGEST = 32
"""Places in either sentence, start and end included."""


class Translator(NamedTuple):
    """A model and the two vocabularies it was made for."""

    model: EncoderDecoder
    source: Words
    target: Words


def make_translator(
    pairs: Sequence[SentencePair],
    *,
    emb_dim: int = 96,
    n_heads: int = 4,
    n_layers: int = 2,
    drop_rate: float = 0.0,
) -> Translator:
    """An untrained translator whose vocabularies are the words of `pairs`; draws its first weights.

    Raises:
        ValueError: there are no pairs, or the heads do not divide the width.
    """
    if not pairs:
        raise ValueError("there are no sentence pairs; give at least one")
    source = Words((pair.source for pair in pairs), ignore_case=True)
    target = Words(pair.target for pair in pairs)
    encoder, decoder = (
        GPTConfig(
            vocab_size=words.n_vocab,
            context_length=LONGEST,
            emb_dim=emb_dim,
            n_heads=n_heads,
            n_layers=n_layers,
            drop_rate=drop_rate,
        )
        for words in (source, target)
    )
    return Translator(EncoderDecoder(encoder, decoder), source, target)


class PairSplit(NamedTuple):
    """Pairs to learn from, and pairs to be tried on afterwards."""

    train: list[SentencePair]
    test: list[SentencePair]


def split_pairs(
    pairs: Sequence[SentencePair], test_fraction: float = 0.05, seed: int = 123
) -> PairSplit:
    """Hold back a share of the sentences at random; all pairs of one source stay together."""
    sources = sorted({pair.source for pair in pairs})
    Random(seed).shuffle(sources)
    held_back = set(sources[: round(len(sources) * test_fraction)])
    return PairSplit(
        [pair for pair in pairs if pair.source not in held_back],
        [pair for pair in pairs if pair.source in held_back],
    )


def encode_source(translator: Translator, sentence: str) -> list[int]:
    """Ids of a sentence to translate, with its end.

    Raises:
        ValueError: no words, or too many.
    """
    ids = translator.source.encode(sentence)
    if not ids:
        raise ValueError("there is nothing to translate; type a sentence")
    if len(ids) >= LONGEST:
        raise ValueError(f"{len(ids)} words are too many; keep to {LONGEST - 1}")
    return [*ids, EOS]


def pair_loader(
    translator: Translator,
    pairs: Sequence[SentencePair],
    *,
    batch_size: int = 64,
    shuffle: bool = True,
) -> Batches:
    """Batches for `training.train`, to be used with `translation_loss`.

    Inputs are (B, 2, T): the source, and the translation without its last word; targets are (B, T):
    the translation without its first. All are filled up to one length.
    """
    rows = [
        (
            torch.tensor(encode_source(translator, pair.source)),
            torch.tensor([BOS, *translator.target.encode(pair.target), EOS]),
        )
        for pair in pairs
    ]

    def collate(batch: Sequence[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
        sources = [source for source, _ in batch]
        written = [target[:-1] for _, target in batch]
        stacked = pad_sequence([*sources, *written], batch_first=True, padding_value=PAD)
        inputs = torch.stack(stacked.chunk(2), dim=1)  # (2B, T) -> (B, 2, T)
        targets = torch.full_like(inputs[:, 1], IGNORE_INDEX)  # (B, T)
        for row, (_, target) in enumerate(batch):
            targets[row, : len(target) - 1] = target[1:]
        return inputs, targets

    return DataLoader(
        cast("Dataset[tuple[Tensor, Tensor]]", rows),
        batch_size=batch_size,
        shuffle=shuffle,
        collate_fn=collate,
    )


def translation_loss(
    input_batch: Tensor, target_batch: Tensor, model: nn.Module, device: torch.device | str
) -> Tensor:
    """Mean cross-entropy over the words of the translation, in nats per word; ()."""
    source, written = input_batch.to(device).unbind(dim=1)  # (B, T) each
    return cross_entropy(model(source, written), target_batch.to(device))


class DecodedStep(NamedTuple):
    """One more word for each of B sentences."""

    ids: Tensor
    """The likeliest next word, PAD for sentences already at their end, (B,)."""

    probabilities: Tensor
    """What the decoder thought of all words, (B, V)."""

    attention: Tensor
    """Where each word was looking in the source when it was chosen, (L, B, H, S)."""


def decode(model: EncoderDecoder, source: Tensor) -> Iterator[DecodedStep]:
    """Write translations of sources (B, S), always the likeliest word, until all have their EOS."""
    with asked(model):
        encoded = model.encoder.steps(source)
    written = torch.full((len(source), 1), BOS, device=source.device)  # (B, 1)
    ended = torch.zeros(len(source), dtype=torch.bool, device=source.device)  # (B,)
    for _ in range(LONGEST - 1):
        with asked(model):
            steps = model.decoder.steps(written, encoded)
        probabilities = steps.logits[:, -1].softmax(dim=-1)  # (B, V)
        ids = probabilities.argmax(dim=-1).masked_fill(ended, PAD)  # (B,)
        yield DecodedStep(ids, probabilities, steps.cross_weights[..., -1, :])
        ended |= ids == EOS
        if ended.all():
            return
        written = torch.cat((written, ids[:, None]), dim=1)  # (B, T + 1)


class TranslatedWord(NamedTuple):
    """One word of a translation, and how it came about."""

    word: str
    probability: float
    """How sure the decoder was, from 0 to 1."""

    attention: Tensor
    """How much it looked at each source word and at the end, per layer and head, (L, H, S)."""


def translate(translator: Translator, sentence: str) -> Iterator[TranslatedWord]:
    """A stream of words, until the decoder says it is done.

    Raises:
        ValueError: no words, or too many.
    """
    source = torch.tensor([encode_source(translator, sentence)])  # (1, S)
    return _words(translator, source)


def _words(translator: Translator, source: Tensor) -> Iterator[TranslatedWord]:
    for step in decode(translator.model, source):
        token_id = int(step.ids)
        if token_id == EOS:
            return
        probability = float(step.probabilities[0, token_id])
        yield TranslatedWord(translator.target.words[token_id], probability, step.attention[:, 0])


def translate_all(translator: Translator, sentences: Sequence[str]) -> list[str]:
    """Translations of many sentences at once, as text."""
    rows = [torch.tensor(encode_source(translator, sentence)) for sentence in sentences]
    source = pad_sequence(rows, batch_first=True, padding_value=PAD)  # (B, S)
    written = torch.stack([step.ids for step in decode(translator.model, source)], dim=1)  # (B, T)
    return [translator.target.decode(ids) for ids in written.tolist()]


def exact_translations(translator: Translator, pairs: Sequence[SentencePair]) -> float:
    """Share of pairs translated word for word as expected, from 0 to 1; nan if there are none."""
    if not pairs:
        return float("nan")
    said = translate_all(translator, [pair.source for pair in pairs])
    wanted = [translator.target.decode(translator.target.encode(p.target)) for p in pairs]
    return sum(map(str.__eq__, said, wanted)) / len(pairs)
