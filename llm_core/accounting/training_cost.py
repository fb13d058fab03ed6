"""How long a whole training takes, and what it costs: a rule of thumb beside the exact count.

In:     a model's size, the tokens it reads, the machines it is trained on
Out:    operations, days, money
Next:   ../cache_memory.py, what a long text costs to remember

The rule: forward, each parameter is used once for each token, in a multiplication and an addition,
2 operations; backward takes twice as many. So N parameters and D tokens take about 6 N D.

    C = 6 N D         operations
    seconds = C / (machines x peak x utilisation)

N parameters, D training tokens, C operations.
Source: Kaplan et al. 2020, "Scaling Laws for Neural Language Models", section 2.1, for 6 N D;
    Hoffmann et al. 2022, "Training Compute-Optimal Large Language Models", for 20 tokens a
    parameter; Chowdhery et al. 2022, "PaLM", section 4.1, for utilisation of model FLOPs.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import torch

from llm_core.accounting.arithmetic import flops_ledger
from llm_core.config import GPTConfig

TOKENS_PER_PARAMETER = 20
"""What Hoffmann et al. found best for a given number of operations, in round numbers."""

SECONDS_PER_HOUR = 3600
SECONDS_PER_DAY = 24 * SECONDS_PER_HOUR


class Accelerator(NamedTuple):
    """A machine that training is done on."""

    peak: float
    """Floating-point operations a second at best: dense products in 16 bits, as its maker says."""
    source: str
    """Where the maker says so."""


ACCELERATORS: Mapping[str, Accelerator] = MappingProxyType(
    {
        "V100": Accelerator(125e12, "NVIDIA, V100 datasheet, SXM2, float16"),
        "A100": Accelerator(312e12, "NVIDIA, A100 datasheet, SXM, bfloat16"),
        "H100": Accelerator(
            989e12, "NVIDIA, H100 datasheet, SXM, bfloat16; half of the number with sparsity"
        ),
        "TPU v5p": Accelerator(459e12, "Google Cloud, TPU v5p, bfloat16"),
        "B200": Accelerator(
            2250e12, "NVIDIA, HGX B200 datasheet, bfloat16; half of the number with sparsity"
        ),
    }
)
"""Oldest kinds first."""


def training_flops(parameters: float, tokens: float) -> float:
    """Operations of a training by the rule of thumb, 6 N D.

    >>> f"{training_flops(174.6e9, 300e9):.2e}"  # GPT-3; its paper's table D.1 says 3.14E+23
    '3.14e+23'
    """
    return 6.0 * parameters * tokens


def training_flops_by_ledger(config: GPTConfig, tokens: float) -> float:
    """Operations of a training, product by product, in texts as long as the context.

    The rule of thumb leaves out the products between tokens, and counts tables of embeddings as if
    they were multiplied with.
    """
    K = config.context_length
    return flops_ledger(config, 1, K).training_step / K * tokens


def compute_optimal_tokens(parameters: float) -> float:
    """Tokens that a model of this size should read, if operations are what is scarce."""
    return TOKENS_PER_PARAMETER * parameters


class Bill(NamedTuple):
    """What a training takes."""

    seconds: float
    hours: float
    """Of all machines together."""
    dollars: float

    @property
    def days(self) -> float:
        """By the calendar."""
        return self.seconds / SECONDS_PER_DAY


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """Machines of one kind, as hired.

    Raises:
        ValueError: machines that compute nothing, or more than their maker promises.
    """

    peak: float
    """Operations a second of one machine, at best."""
    utilisation: float
    """Share of the peak that a training gets out of it: its model FLOPs utilisation, MFU."""
    machines: int = 1
    price: float = 0.0
    """Dollars an hour of one machine."""

    def __post_init__(self) -> None:
        if self.peak <= 0 or self.machines < 1 or self.price < 0:
            raise ValueError(
                f"{self.machines} machines of {self.peak:g} operations a second train nothing; "
                "choose 1 or more, faster than 0, at a price of 0 or more"
            )
        if not 0 < self.utilisation <= 1:
            raise ValueError(
                f"utilisation={self.utilisation} is no share of the peak; choose above 0, up to 1"
            )

    def bill(self, operations: float) -> Bill:
        """What so many operations take, if no machine ever waits for another.

        >>> one = Cluster(peak=125e12, utilisation=28 / 125, price=1.5)
        >>> bill = one.bill(3.14e23)  # GPT-3; C. Li for Lambda, 2020: 355 years, $4.6 million
        >>> f"{bill.days / 365:.0f} years, ${bill.dollars / 1e6:.1f} million"
        '356 years, $4.7 million'
        """
        seconds = operations / (self.machines * self.peak * self.utilisation)
        hours = seconds * self.machines / SECONDS_PER_HOUR
        return Bill(seconds, hours, hours * self.price)


def matmul_speed(size: int = 512, rounds: int = 4) -> float:
    """Operations a second of this computer, in the fastest of a few products of square matrices.

    A product of two (n, n) matrices takes n multiplications and additions for each of n x n places.
    """
    left, right = torch.ones(size, size), torch.ones(size, size)
    times = []
    with torch.no_grad():
        for _ in range(rounds):
            begun = time.perf_counter()
            torch.mm(left, right)  # (n, n) x (n, n) -> (n, n)
            times.append(time.perf_counter() - begun)
    return 2 * size**3 / min(times)
