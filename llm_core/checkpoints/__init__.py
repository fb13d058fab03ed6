"""A run on disk: close the program, open it again, and go on from exactly there.

In:     a model, and if wanted its optimizer, tokenizer, random state and other facts of the run
Out:    one .safetensors file, and from that file all of it again
Next:   ../gpt2_weights.py, which reads what others have trained

    tensor_files    tensors in a file that is whole or not there at all
    nested          dictionaries with tensors in them, as JSON beside tensors
    filling         a model made of given tensors
    runs            everything a run needs to go on

A .safetensors file is a table (JSON: name, type, shape and place of every tensor) followed by plain
numbers. Reading it runs nothing, unlike a pickle, which is a program.

Source: https://huggingface.co/docs/safetensors
"""

from llm_core.checkpoints.filling import Build, fill
from llm_core.checkpoints.runs import (
    Checkpoint,
    checkpoint_bytes,
    load_checkpoint,
    save_checkpoint,
)
from llm_core.checkpoints.tensor_files import CheckpointError, read_tensors, write_tensors

__all__ = [
    "Build",
    "Checkpoint",
    "CheckpointError",
    "checkpoint_bytes",
    "fill",
    "load_checkpoint",
    "read_tensors",
    "save_checkpoint",
    "write_tensors",
]
