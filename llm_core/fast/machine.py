"""What this processor is good at: found out, never assumed.

In:     nothing
Out:    whether it multiplies bfloat16 matrices in hardware, and how float32 products are best made
Next:   pieces.py, the parts of a training step that are worth writing twice

A bfloat16 has the range of a float32 and an eighth of its digits (8 bits of fraction with the
hidden one, where float32 has 24). A processor with instructions for it multiplies matrices two to
six times as fast; without them torch computes in float32 and only loses time on the conversion.
"""

from functools import cache
from typing import NamedTuple

import torch


class Machine(NamedTuple):
    """What was detected."""

    bf16: bool
    """Whether matrices of bfloat16 are multiplied by instructions made for it."""

    amx: bool
    """Whether it multiplies whole tiles of bfloat16 at once."""

    onednn: bool
    """Whether torch brought oneDNN, the other library that multiplies matrices."""

    onednn_bf16: bool
    """Whether oneDNN takes bfloat16 here; on processors without AVX-512 it refuses."""

    capability: str
    """The vector instructions torch uses, such as "AVX512"."""

    @property
    def words(self) -> str:
        """The finding as the end of a sentence."""
        kind = "AMX" if self.amx else self.capability
        how = "with" if self.bf16 else "without"
        return f"{kind}, {how} instructions for bfloat16 matrices"


@cache
def machine() -> Machine:
    """This processor, looked at once."""
    amx = torch.cpu._is_amx_tile_supported()
    onednn = hasattr(torch.ops.mkldnn, "_linear_pointwise")
    return Machine(
        bf16=amx or torch.cpu._is_avx512_bf16_supported(),
        amx=amx,
        onednn=onednn,
        onednn_bf16=onednn and torch.ops.mkldnn._is_mkldnn_bf16_supported(),
        capability=torch.backends.cpu.get_cpu_capability(),
    )
