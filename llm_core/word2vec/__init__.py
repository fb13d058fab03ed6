"""Word2Vec: nobody says what words mean; they are known by the company they keep.

In:     documents
Out:    a vector for each word, learnt by guessing which words stand near each other
Next:   ../recurrent_memory.py, a whole text in one vector; then attention, without that wall

    texts       words -> ids; each word with its neighbours
    learning    neighbours and noise -> two tables of vectors, as a stream
    space       vectors -> neighbours, analogies, axes between two words

Source: Mikolov et al. 2013, "Distributed Representations of Words and Phrases and their
        Compositionality"
"""

from llm_core.word2vec.learning import (
    SkipGram,
    Word2VecConfig,
    Word2VecStep,
    batches,
    noise_chances,
    train_word2vec,
)
from llm_core.word2vec.space import Metric, Near, WordVectors, turned_onto
from llm_core.word2vec.texts import (
    Pairs,
    Text,
    chance_to_stay,
    number_words,
    read_words,
    skip_gram_pairs,
)

__all__ = [
    "Metric",
    "Near",
    "Pairs",
    "SkipGram",
    "Text",
    "Word2VecConfig",
    "Word2VecStep",
    "WordVectors",
    "batches",
    "chance_to_stay",
    "noise_chances",
    "number_words",
    "read_words",
    "skip_gram_pairs",
    "train_word2vec",
    "turned_onto",
]
