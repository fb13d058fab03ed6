"""How much memory the keys and values of a long text take, and four ways to need less.

In:     the numbers of a model and the length of a text
Out:    bytes
Next:   loss.py, how good the model's guesses are

A cache keeps, for every token and layer, one key and one value per head. What can be spared:

    grouped     several query heads share one head of keys and values
    latent      one narrow vector per token is kept, from which keys and values are computed
    sliding     most layers look back over a window only, and keep no more than that

Shapes: B batch, T tokens, L layers, H heads, D channels per head, W window.
Source: Ainslie et al. 2023, "GQA"; DeepSeek-AI 2024, "DeepSeek-V2", for latent attention; Beltagy
    et al. 2020, "Longformer", for sliding windows, and Gemma Team 2025, "Gemma 3", for 5 to 1.
"""

from dataclasses import dataclass

from llm_core.accounting import bytes_per_number

BYTES_PER_GIGABYTE = 10**9


@dataclass(frozen=True, kw_only=True)
class CachedText:
    """A text in the cache of a model.

    Raises:
        ValueError: a number below 1.
    """

    layers: int
    """L."""
    heads: int
    """H, of queries."""
    emb_dim: int
    """Channels of a token's vector."""
    tokens: int
    """T, of the text."""
    texts: int = 1
    """B, texts at once."""
    number_format: str = "bfloat16"
    """How each number is kept."""

    def __post_init__(self) -> None:
        for name in ("layers", "heads", "emb_dim", "tokens", "texts"):
            if (given := getattr(self, name)) < 1:
                raise ValueError(f"{name}={given} leaves nothing to keep; give 1 or more")

    @property
    def head_dim(self) -> int:
        """D; rounded up where the heads do not divide the channels."""
        return -(-self.emb_dim // self.heads)

    def bytes_of(self, numbers: int) -> int:
        """Memory of so many numbers."""
        return numbers * bytes_per_number(self.number_format)


def full_cache(text: CachedText) -> int:
    """Keys and values of every head: 2 B T L H D numbers, in bytes.

    >>> book = CachedText(layers=32, heads=32, emb_dim=4096, tokens=32_768)
    >>> f"{full_cache(book) / BYTES_PER_GIGABYTE:.2f} GB"
    '17.18 GB'
    """
    return grouped_cache(text, 1)


def grouped_cache(text: CachedText, sharing: int) -> int:
    """Keys and values where `sharing` query heads share them: 2 B T L (H / sharing) D, in bytes.

    Raises:
        ValueError: the heads do not fall into groups of that size.
    """
    if sharing < 1 or text.heads % sharing:
        raise ValueError(
            f"{text.heads} heads do not fall into groups of {sharing}; choose a divisor of "
            f"{text.heads}"
        )
    kept = 2 * text.texts * text.tokens * text.layers * (text.heads // sharing) * text.head_dim
    return text.bytes_of(kept)


def latent_cache(text: CachedText, latent: int) -> int:
    """One vector of `latent` numbers per token and layer: B T L latent, in bytes.

    Keys and values are computed from it, so it stands for both: there is no factor of 2.

    Raises:
        ValueError: a vector of no numbers.
    """
    if latent < 1:
        raise ValueError(f"latent={latent} keeps nothing; give 1 or more")
    return text.bytes_of(text.texts * text.tokens * text.layers * latent)


def windowed_layers(layers: int, per_full: int) -> int:
    """How many layers look through a window, if each that sees all follows `per_full` of them.

    >>> windowed_layers(32, 5)  # and 5 see everything
    27
    """
    return layers - layers // (per_full + 1)


def sliding_cache(text: CachedText, window: int, per_full: int, sharing: int = 1) -> int:
    """Most layers keep the last `window` tokens only, in bytes; heads may share as well.

    Args:
        text: what is kept.
        window: W, tokens that a windowed layer looks back over.
        per_full: windowed layers before each that sees everything; 0 is no window at all.
        sharing: query heads that share a head of keys and values.

    Raises:
        ValueError: no window, a negative number of layers, or heads that cannot be shared so.
    """
    if window < 1 or per_full < 0:
        raise ValueError(
            f"window={window} and per_full={per_full} describe no model; give a window of 1 or "
            "more, and 0 or more windowed layers for each that sees everything"
        )
    through = windowed_layers(text.layers, per_full)
    per_layer = grouped_cache(text, sharing) // text.layers
    per_window = per_layer * min(window, text.tokens) // text.tokens
    return through * per_window + (text.layers - through) * per_layer
