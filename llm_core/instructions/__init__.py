"""Teach a model to do what it is told.

prompts    question and answer as one text
batches    texts of different lengths side by side, the padding kept out of the loss
answers    the trained model at work

In:     entries of an instruction, an optional input and the output hoped for
Out:    batches that training.py takes as they are, and after training a stream of answer tokens
Next:   judging.py, is the answer any good?

Nothing about the model or its loss changes: finetuning is pretraining on text laid out as question
and answer. So `training.train` does it, with the loaders from here.
"""

from llm_core.instructions.answers import answer
from llm_core.instructions.batches import (
    END_OF_TEXT,
    CollateSteps,
    InstructionDataset,
    collate_steps,
    custom_collate_draft_1,
    custom_collate_draft_2,
    custom_collate_fn,
    instruction_loader,
)
from llm_core.instructions.prompts import (
    ALPACA,
    PHI3,
    Instruction,
    PromptStyle,
    Split,
    extract_answer,
    format_input,
    format_input_phi3,
    split_instructions,
)

__all__ = [
    "ALPACA",
    "END_OF_TEXT",
    "PHI3",
    "CollateSteps",
    "Instruction",
    "InstructionDataset",
    "PromptStyle",
    "Split",
    "answer",
    "collate_steps",
    "custom_collate_draft_1",
    "custom_collate_draft_2",
    "custom_collate_fn",
    "extract_answer",
    "format_input",
    "format_input_phi3",
    "instruction_loader",
    "split_instructions",
]
