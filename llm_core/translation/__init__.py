"""The first Transformer: an encoder reads a sentence, a decoder writes it in another language.

words        sentences -> ids of whole words
encoder      every word of the source looks at every other
decoder      the words written so far look back, and across at the source
translator   training on pairs, and translating
writer       the decoder alone, which is a GPT, writes sentences on

In:     pairs of sentences, English and German
Out:    a translation, word by word, with what each word looked at in the source
Next:   masked.py, the encoder alone; the decoder alone is gpt.py
"""

from llm_core.translation.decoder import Decoder, DecoderSteps, EncoderDecoder
from llm_core.translation.encoder import CrossAttention, Embedding, Encoder, EncoderSteps
from llm_core.translation.translator import (
    PairSplit,
    TranslatedWord,
    Translator,
    decode,
    encode_source,
    exact_translations,
    make_translator,
    pair_loader,
    split_pairs,
    translate,
    translate_all,
    translation_loss,
)
from llm_core.translation.words import BOS, EOS, MASK, PAD, SPECIAL_WORDS, UNK, Words
from llm_core.translation.writer import Writer, make_writer, write_on, writer_loader

__all__ = [
    "BOS",
    "EOS",
    "MASK",
    "PAD",
    "SPECIAL_WORDS",
    "UNK",
    "CrossAttention",
    "Decoder",
    "DecoderSteps",
    "Embedding",
    "Encoder",
    "EncoderDecoder",
    "EncoderSteps",
    "PairSplit",
    "TranslatedWord",
    "Translator",
    "Words",
    "Writer",
    "decode",
    "encode_source",
    "exact_translations",
    "make_translator",
    "make_writer",
    "pair_loader",
    "split_pairs",
    "translate",
    "translate_all",
    "translation_loss",
    "write_on",
    "writer_loader",
]
