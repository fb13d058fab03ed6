"""Text from a model: turn the logits of the last position into one more token, again and again.

In:     a model, the ids of a prompt (1, T), and how daring to be
Out:    a stream of sampled tokens, each with the probabilities it was drawn from
Next:   ../beam.py, which follows several texts at once

Read chain.py (logits -> probabilities), draws.py (one token), stream.py (a text), caching.py (what
a cache saves).
"""

from llm_core.sampling.caching import Lap, operations, race
from llm_core.sampling.chain import (
    COLDEST,
    SamplingSteps,
    Uncertainty,
    check_settings,
    likeliest,
    sampling_steps,
    uncertainty,
)
from llm_core.sampling.draws import (
    Expected,
    Stretches,
    Thrown,
    expected,
    stretches,
    uniform_numbers,
)
from llm_core.sampling.stream import (
    END_OF_TEXT,
    LogitsOf,
    SampledToken,
    generate,
    generate_ids,
    generate_text_simple,
    next_logits,
    text_to_token_ids,
    token_ids_to_text,
)

__all__ = [
    "COLDEST",
    "END_OF_TEXT",
    "Expected",
    "Lap",
    "LogitsOf",
    "SampledToken",
    "SamplingSteps",
    "Stretches",
    "Thrown",
    "Uncertainty",
    "check_settings",
    "expected",
    "generate",
    "generate_ids",
    "generate_text_simple",
    "likeliest",
    "next_logits",
    "operations",
    "race",
    "sampling_steps",
    "stretches",
    "text_to_token_ids",
    "token_ids_to_text",
    "uncertainty",
    "uniform_numbers",
]
