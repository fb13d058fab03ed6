"""A small BERT: hide some words of a text and guess them from both sides.

In:     sentences
Out:    for every hidden word, the words that fit, with probabilities
Next:   __main__.py, all of this from the command line

The encoder of translation with a head over the vocabulary. Because it sees what comes after a gap
as well as what comes before, it fills gaps better than a GPT, and cannot write on as a GPT does.
BERT's second task, telling whether two sentences follow each other, and the segment embedding it
needs, are left out; later models showed that nothing is lost.

Shapes: B batch, T tokens, C channels, V words.
Source: Devlin et al. 2018, "BERT", section 3.1; Liu et al. 2019, "RoBERTa" (on leaving out).
"""

import re
from collections.abc import Sequence
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset

from llm_core.classification import asked
from llm_core.config import GPTConfig
from llm_core.loss import IGNORE_INDEX, Batches
from llm_core.sampling import likeliest
from llm_core.transformer import GELU, LayerNorm
from llm_core.translation import MASK, PAD, SPECIAL_WORDS, Encoder, Words

CHOSEN = 0.15
"""Share of the words that are to be guessed."""

HIDDEN, SWAPPED = 0.8, 0.1
"""Of these, the share that is hidden, and the share replaced by any other word; the rest stays."""


class MaskedModel(nn.Module):
    """The encoder and a head: ids (B, T) -> logits over the word at each place (B, T, V)."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.encoder = Encoder(config)
        self.transform = nn.Linear(config.emb_dim, config.emb_dim)
        self.activation = GELU()
        self.norm = LayerNorm(config.emb_dim)
        self.out_head = nn.Linear(config.emb_dim, config.vocab_size)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.norm(self.activation(self.transform(self.encoder(ids))))  # (B, T, C)
        logits: Tensor = self.out_head(x)  # (B, T, V)
        return logits


class MaskedWords(NamedTuple):
    """A model and the vocabulary it was made for."""

    model: MaskedModel
    words: Words


def make_masked_words(
    sentences: Sequence[str],
    *,
    emb_dim: int = 96,
    n_heads: int = 4,
    n_layers: int = 2,
    drop_rate: float = 0.0,
    context_length: int = 64,
) -> MaskedWords:
    """An untrained model whose vocabulary is the words of the sentences; draws its first weights.

    Raises:
        ValueError: there are no words, or the heads do not divide the width.
    """
    words = Words(sentences, ignore_case=True)
    if words.n_vocab == len(SPECIAL_WORDS):
        raise ValueError("there are no words to learn; give at least one sentence")
    config = GPTConfig(
        vocab_size=words.n_vocab,
        context_length=context_length,
        emb_dim=emb_dim,
        n_heads=n_heads,
        n_layers=n_layers,
        drop_rate=drop_rate,
    )
    return MaskedWords(MaskedModel(config), words)


def sentence_loader(
    masked: MaskedWords, sentences: Sequence[str], *, batch_size: int = 64, shuffle: bool = True
) -> Batches:
    """Batches for `training.train`: ids with gaps, and what belongs there, (B, T) each.

    The gaps are drawn anew for each batch. Sentences longer than the model's context are cut.
    """
    longest = masked.model.encoder.config.context_length
    rows = [torch.tensor(masked.words.encode(text)[:longest]) for text in sentences if text.strip()]

    def collate(batch: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        ids = pad_sequence(list(batch), batch_first=True, padding_value=PAD)  # (B, T)
        gapped = mask_words(ids, masked.words.n_vocab)
        return gapped.inputs, gapped.targets

    return DataLoader(
        cast("Dataset[Tensor]", rows), batch_size=batch_size, shuffle=shuffle, collate_fn=collate
    )


class MaskSteps(NamedTuple):
    """What happens to a batch before the model sees it; all (B, T)."""

    chosen: Tensor
    """True at the words that are to be guessed."""

    inputs: Tensor
    """The ids with most of these hidden, some replaced, and some left as they are."""

    targets: Tensor
    """The original ids of the chosen words; IGNORE_INDEX elsewhere."""


def mask_words(ids: Tensor, vocab_size: int) -> MaskSteps:
    """Choose words to guess and hide them, anew each time; draws from torch's global stream.

    Were all chosen words hidden, the model would think about gaps only, and in use most words are
    no gaps. So one in ten is swapped and one in ten stays: any word might be one to doubt.
    """
    draw, fate = torch.rand(ids.shape), torch.rand(ids.shape)  # (B, T) each
    draw = draw.masked_fill(ids.cpu() < len(SPECIAL_WORDS), 2.0)  # nothing is asked about these
    lowest = draw.argmin(dim=1, keepdim=True)  # (B, 1): at least one word of each sentence
    chosen = (draw < CHOSEN).scatter(1, lowest, True) & (draw < 2.0)
    others = torch.randint(len(SPECIAL_WORDS), vocab_size, ids.shape)
    draws = (chosen, chosen & (fate < HIDDEN), chosen & (fate >= 1 - SWAPPED), others)
    chosen, hidden, swapped, others = (drawn.to(ids.device) for drawn in draws)
    inputs = ids.masked_fill(hidden, MASK).where(~swapped, others)
    return MaskSteps(chosen, inputs, ids.masked_fill(~chosen, IGNORE_INDEX))


class FilledGap(NamedTuple):
    """One gap of a text, and what may stand there."""

    place: int
    """Which word of the text it is, from 0."""

    candidates: list[tuple[str, float]]
    """The likeliest words with their probabilities, likeliest first."""

    attention: Tensor
    """How much the gap looked at each word, per layer and head, (L, H, T)."""


def fill_mask(masked: MaskedWords, text: str, count: int = 5) -> list[FilledGap]:
    """Guess every <mask>, or [MASK], of a text.

    Raises:
        ValueError: no <mask> in the text, or too many words.
    """
    model, words = masked
    text = re.sub(r"\[mask\]", SPECIAL_WORDS[MASK], text, flags=re.IGNORECASE)
    ids = torch.tensor([words.encode(text)], dtype=torch.long)  # (1, T)
    gaps = (ids[0] == MASK).nonzero().flatten().tolist()
    if not gaps:
        raise ValueError("the text has no gap; put <mask> in place of a word")
    with asked(model):
        logits = model(ids)[0]  # (T, V)
        weights = model.encoder.steps(ids).weights[:, 0]  # (L, H, T, T)
    logits[:, : len(SPECIAL_WORDS)] = -torch.inf  # no gap is filled with a gap
    probabilities = logits.softmax(dim=-1)  # (T, V)
    count = min(count, words.n_vocab - len(SPECIAL_WORDS))
    return [
        FilledGap(
            place,
            [(words.words[number], p) for number, p in likeliest(probabilities[place], count)],
            weights[:, :, place],
        )
        for place in gaps
    ]
