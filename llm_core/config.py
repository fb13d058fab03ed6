"""The seven numbers that describe a GPT model.

In:     settings, as keywords or as the plain dictionary the book writes
Out:    a checked, unchangeable `GPTConfig`
Next:   corpus.py, the text the model will read

Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", table 2.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, kw_only=True)
class GPTConfig:
    """Shape of a GPT model; everything else about it is learned.

    Reads like the book's dictionary too: `config["emb_dim"]`, `{**config}`.

    Raises:
        ValueError: a number no model can be built with, naming the remedy.

    >>> GPT_CONFIG_124M["emb_dim"], GPT_CONFIG_124M.head_dim
    (768, 64)
    """

    vocab_size: int
    """How many different tokens there are: rows of the token embedding, width of the logits."""

    context_length: int
    """The most tokens the model can look at together: rows of the position embedding."""

    emb_dim: int
    """Width of the vector that stands for one token all the way through the model."""

    n_heads: int
    """In how many parts each layer splits that vector to attend to different things."""

    n_layers: int
    """How many transformer blocks are stacked."""

    drop_rate: float = 0.1
    """Share of numbers set to zero at random during training; 0 switches dropout off."""

    qkv_bias: bool = False
    """Whether queries, keys and values get an added bias, as in the published GPT-2 weights."""

    def __post_init__(self) -> None:
        for name in ("vocab_size", "context_length", "emb_dim", "n_heads", "n_layers"):
            number = getattr(self, name)
            if not isinstance(number, int) or isinstance(number, bool) or number < 1:
                raise ValueError(f"{name}={number!r} must be a whole number; choose 1 or more")
        if self.emb_dim % self.n_heads:
            raise ValueError(
                f"emb_dim={self.emb_dim} cannot be split evenly over n_heads={self.n_heads}; "
                f"choose a multiple of {self.n_heads}"
            )
        if not 0.0 <= self.drop_rate < 1.0:
            raise ValueError(
                f"drop_rate={self.drop_rate} would leave nothing to learn from; "
                "choose at least 0 and less than 1"
            )

    @property
    def head_dim(self) -> int:
        """Width of the part of a vector that one head works on."""
        return self.emb_dim // self.n_heads

    @classmethod
    def of(cls, settings: "GPTConfig | Mapping[str, Any]") -> "GPTConfig":
        """The config itself, or one made from a dictionary with the same seven names.

        Raises:
            ValueError: a name is missing or unknown.

        >>> GPTConfig.of({**GPT_CONFIG_124M, "n_layers": 2}).n_layers
        2
        """
        if isinstance(settings, GPTConfig):
            return settings
        known = {field.name for field in fields(cls)}
        needed = known - {"drop_rate", "qkv_bias"}
        missing, unknown = needed - set(settings), set(settings) - known
        if missing or unknown:
            raise ValueError(
                f"these settings describe no GPT; add {sorted(missing)}, remove {sorted(unknown)}"
            )
        return cls(**settings)

    def keys(self) -> tuple[str, ...]:
        """Names of the settings, so that `{**config}` works."""
        return tuple(field.name for field in fields(self))

    def __getitem__(self, name: str) -> Any:
        if name not in self.keys():
            raise KeyError(f"{name!r} is no setting of a GPTConfig; choose one of {self.keys()}")
        return getattr(self, name)


GPT_CONFIG_124M = GPTConfig(
    vocab_size=50257,
    context_length=1024,
    emb_dim=768,
    n_heads=12,
    n_layers=12,
    drop_rate=0.1,
    qkv_bias=False,
)
"""The model the book builds: the smallest GPT-2, without biases on queries, keys and values."""


def _gpt2(emb_dim: int, n_layers: int, n_heads: int) -> GPTConfig:
    """One published size of GPT-2; vocabulary, context and biases are alike in all four."""
    return GPTConfig(
        vocab_size=GPT_CONFIG_124M.vocab_size,
        context_length=GPT_CONFIG_124M.context_length,
        emb_dim=emb_dim,
        n_heads=n_heads,
        n_layers=n_layers,
        drop_rate=0.0,
        qkv_bias=True,
    )


GPT2_CONFIGS: Mapping[str, GPTConfig] = MappingProxyType(
    {
        "gpt2-small (124M)": _gpt2(emb_dim=768, n_layers=12, n_heads=12),
        "gpt2-medium (355M)": _gpt2(emb_dim=1024, n_layers=24, n_heads=16),
        "gpt2-large (774M)": _gpt2(emb_dim=1280, n_layers=36, n_heads=20),
        "gpt2-xl (1558M)": _gpt2(emb_dim=1600, n_layers=48, n_heads=25),
    }
)
"""The four published sizes, ready for their weights: with biases, without dropout."""
