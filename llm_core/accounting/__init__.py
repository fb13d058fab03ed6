"""What a GPT costs before it is built: parameters, memory, arithmetic, a whole training.

In:     a GPTConfig
Out:    ledgers: rows that say which part, by which formula, how much; and their sums
Next:   ../cache_memory.py, what a long text costs to remember

    parameters       how many learned numbers are there, and where?
    memory           how many bytes does a training step hold? and a generation?
    arithmetic       how many additions and multiplications does one forward pass take?
    training_cost    how long does a training run, and who pays what for it?

The first three are computed from the seven numbers of the config alone, to the last digit; the
fourth needs a machine, and so assumptions.
"""

from llm_core.accounting.arithmetic import BETWEEN_TOKENS, FlopsLedger, FlopsRow, flops_ledger
from llm_core.accounting.memory import (
    BYTES_PER_MEGABYTE,
    BYTES_PER_NUMBER,
    MemoryRow,
    TrainingMemory,
    activation_numbers,
    bytes_per_number,
    kv_cache_bytes,
    training_memory,
    weight_bytes,
)
from llm_core.accounting.parameters import ParameterLedger, ParameterRow, parameter_ledger
from llm_core.accounting.training_cost import (
    ACCELERATORS,
    TOKENS_PER_PARAMETER,
    Accelerator,
    Bill,
    Cluster,
    compute_optimal_tokens,
    matmul_speed,
    training_flops,
    training_flops_by_ledger,
)

__all__ = [
    "ACCELERATORS",
    "BETWEEN_TOKENS",
    "BYTES_PER_MEGABYTE",
    "BYTES_PER_NUMBER",
    "TOKENS_PER_PARAMETER",
    "Accelerator",
    "Bill",
    "Cluster",
    "FlopsLedger",
    "FlopsRow",
    "MemoryRow",
    "ParameterLedger",
    "ParameterRow",
    "TrainingMemory",
    "activation_numbers",
    "bytes_per_number",
    "compute_optimal_tokens",
    "flops_ledger",
    "kv_cache_bytes",
    "matmul_speed",
    "parameter_ledger",
    "training_flops",
    "training_flops_by_ledger",
    "training_memory",
    "weight_bytes",
]
