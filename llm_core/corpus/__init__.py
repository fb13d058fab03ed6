"""Texts and data sets: bundled ones, the learner's own, and the real ones fetched on request.

texts        plain text, checked and split
tables       text with a label, an answer or a translation
downloads    the course's real data sets

In:     a file of assets/, text somebody pasted or uploaded, or the name of a data set
Out:    clean strings, labelled messages, instruction entries, sentence pairs
Next:   tokenizers/, which cuts text into tokens and numbers them
"""

from llm_core.corpus.downloads import DOWNLOADS, Download, DownloadError, download
from llm_core.corpus.tables import (
    Message,
    SentencePair,
    instructions,
    messages,
    parse_instructions,
    parse_messages,
    parse_sentence_pairs,
    sentence_pairs,
)
from llm_core.corpus.texts import ASSETS, clean_text, split_text, story, well_formed

__all__ = [
    "ASSETS",
    "DOWNLOADS",
    "Download",
    "DownloadError",
    "Message",
    "SentencePair",
    "clean_text",
    "download",
    "instructions",
    "messages",
    "parse_instructions",
    "parse_messages",
    "parse_sentence_pairs",
    "sentence_pairs",
    "split_text",
    "story",
    "well_formed",
]
