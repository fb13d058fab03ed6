"""The parts of a block, one at a time: what each does to a vector, what is lost when it changes.

In:     a GPT and the steps of one text it has read (`GPTModel.steps`), or the text's ids
Out:    plain numbers; the model itself is only read, so others may use it meanwhile
Next:   hiding.py, which words decide what a model expects

    norms       a layer norm with another eps, on numbers ten times as large
    units       the hidden units of a feed-forward half, and the guess without the strongest
    shortcuts   the gradient in each block when the shortcuts carry less
    dropping    dropout at its three places, each with a share of its own

Shapes: L layers, T tokens, C channels, V vocabulary.
"""

from llm_core.parts.dropping import DropRates, Places, dropped_places, guesses_with_dropout
from llm_core.parts.norms import books_example, with_eps
from llm_core.parts.shortcuts import BlockGradients, block_gradients
from llm_core.parts.units import (
    first_change,
    logits_without_strongest,
    never_positive,
    slope,
    strongest,
    with_relu,
    written,
)

__all__ = [
    "BlockGradients",
    "DropRates",
    "Places",
    "block_gradients",
    "books_example",
    "dropped_places",
    "first_change",
    "guesses_with_dropout",
    "logits_without_strongest",
    "never_positive",
    "slope",
    "strongest",
    "with_eps",
    "with_relu",
    "written",
]
