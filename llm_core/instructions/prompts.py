"""Question and answer as one text, the way the model will see them.

In:     entries of an instruction, an optional input and the output hoped for
Out:    texts, and the entries split in three
Next:   batches.py, which puts texts of different lengths side by side

Source: Taori et al. 2023, "Stanford Alpaca"; Abdin et al. 2024, "Phi-3 Technical Report".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

Instruction = Mapping[str, Any]
"""One entry: the texts `instruction`, `input` (may be empty) and `output`; maybe `check`, the name
of the program in judging.py that tells right from wrong."""


def format_input(entry: Instruction) -> str:
    """The prompt in Alpaca style: an opening, the instruction, and the input where there is one.

    >>> entry = {"instruction": "Name the antonym.", "input": "hot", "output": "cold"}
    >>> print(format_input(entry))  # doctest: +ELLIPSIS
    Below is an instruction that describes a task. Write a response that appropriately completes...
    <BLANKLINE>
    ### Instruction:
    Name the antonym.
    <BLANKLINE>
    ### Input:
    hot
    """
    opening = (
        "Below is an instruction that describes a task. "
        "Write a response that appropriately completes the request."
    )
    sections = [opening, f"### Instruction:\n{entry['instruction']}"]
    if entry["input"]:
        sections.append(f"### Input:\n{entry['input']}")
    return "\n\n".join(sections)


def format_input_phi3(entry: Instruction) -> str:
    """The prompt in Phi-3 style: one marker, then instruction and input.

    >>> format_input_phi3({"instruction": "Name the antonym.", "input": "hot", "output": "cold"})
    '<|user|>\\nName the antonym.\\nhot'
    """
    return "\n".join(filter(None, ["<|user|>", entry["instruction"], entry["input"]]))


@dataclass(frozen=True, kw_only=True)
class PromptStyle:
    """How question and answer are laid out as one text."""

    prompt: Callable[[Instruction], str]
    """Lays out the question."""

    marker: str
    """Stands between question and answer."""

    def text(self, entry: Instruction) -> str:
        """Question, marker and answer: what the model is trained on."""
        return f"{self.prompt(entry)}{self.marker}{entry['output']}"


ALPACA = PromptStyle(prompt=format_input, marker="\n\n### Response:\n")
PHI3 = PromptStyle(prompt=format_input_phi3, marker="\n<|assistant|>:\n")


def extract_answer(generated_text: str, prompt: str, style: PromptStyle = ALPACA) -> str:
    """What a model wrote after the prompt, without the marker before the answer.

    >>> extract_answer("Say hi.\\n\\n### Response:\\nHi!", "Say hi.")
    'Hi!'
    """
    return generated_text.removeprefix(prompt).replace(style.marker.strip(), "").strip()


class Split(NamedTuple):
    """Entries to learn from, to watch while learning, and to judge by at the end."""

    train: list[Instruction]
    validation: list[Instruction]
    test: list[Instruction]


def split_instructions(
    data: Sequence[Instruction], train_fraction: float = 0.85, test_fraction: float = 0.1
) -> Split:
    """Cut the entries in the order they stand: training, test, and the rest for validation.

    >>> [len(part) for part in split_instructions([{"instruction": "Rest."}] * 1100)]
    [935, 55, 110]
    """
    train_end = int(len(data) * train_fraction)
    test_end = train_end + int(len(data) * test_fraction)
    return Split(list(data[:train_end]), list(data[test_end:]), list(data[train_end:test_end]))
