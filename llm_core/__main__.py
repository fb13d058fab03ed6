"""What is done once, from the command line: training the small model that comes with the program.

In:     python -m llm_core pretrain starter --out FOLDER [--steps N] [--seed S]
Out:    FOLDER with model.safetensors, config.json, tokenizer.json and card.json

The starter reads the bundled texts until it writes a little English, so that every page works
without a network. Its tokenizer is our own, its file is in GPT-2's layout, and the same seed on the
same machine gives the same file.
"""

import argparse
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from llm_core.batches import END_OF_TEXT, windows
from llm_core.config import GPTConfig
from llm_core.corpus import instructions, messages, sentence_pairs, story
from llm_core.gpt import GPTModel
from llm_core.gpt2_weights import export_gpt2
from llm_core.instructions import ALPACA, split_instructions
from llm_core.loss import Batches
from llm_core.optimizers import adamw
from llm_core.random_state import RandomState
from llm_core.schedules import Schedule
from llm_core.tokenizers import BPETokenizer
from llm_core.training import TrainStep, evaluate_model, train

STARTER = GPTConfig(
    vocab_size=2048,
    context_length=256,
    emb_dim=192,
    n_heads=4,
    n_layers=4,
    drop_rate=0.1,
    qkv_bias=True,
)
"""Small enough to answer at once on any computer."""

BATCH_SIZE = 8
"""Windows an update sees."""

BATCHES_TO_MEASURE = 5
"""Batches of each kind that a loss is the mean of."""

VALIDATION_SHARE = 0.05
"""Share of the documents the starter does not train on."""

SENTENCES_TOGETHER = 20
"""Short sentences that make one document."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m llm_core", description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(required=True)
    pretrain = commands.add_parser("pretrain", help="train a model from nothing")
    pretrain.add_argument("model", choices=["starter"], help="the small model in assets/starter")
    pretrain.add_argument("--out", type=Path, required=True, help="folder to write to")
    pretrain.add_argument("--steps", type=_at_least_one, default=2500, help="how many updates")
    pretrain.add_argument("--seed", type=int, default=123, help="where random numbers start")
    chosen = parser.parse_args(arguments)
    pretrain_starter(chosen.out, chosen.steps, chosen.seed)


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("choose 1 or more")
    return number


def pretrain_starter(out: Path, steps: int, seed: int) -> None:
    """Train tokenizer and model on the bundled texts and write them to the folder."""
    # True fp32 still, but by the faster of the two libraries on processors where they differ.
    torch.set_float32_matmul_precision("medium")
    random_state = RandomState(seed)
    tokenizer = BPETokenizer.train("\n".join([*documents(), *prompts()]), STARTER.vocab_size)
    train_loader, val_loader = loaders(documents(), tokenizer, random_state)
    with random_state.borrowed():
        model = starter()
    stream = train(
        model,
        train_loader,
        val_loader,
        adamw(model),
        num_epochs=math.ceil(steps / len(train_loader)),
        eval_freq=max(50, steps // 15),
        eval_iter=BATCHES_TO_MEASURE,
        random_state=random_state,
        schedule=Schedule(peak_lr=2e-3, total_steps=steps, warmup_steps=steps // 20, min_lr=1e-4),
        max_norm=1.0,
        max_steps=steps,
    )
    curve = [_reported(step, steps) for step in stream]
    with random_state.borrowed():
        final = evaluate_model(model, train_loader, val_loader, "cpu", BATCHES_TO_MEASURE)
    export_gpt2(model, out, dtype=torch.float16, end_of_text=tokenizer.special_tokens[END_OF_TEXT])
    _write_json(out / "tokenizer.json", tokenizer.to_dict())
    _write_json(
        out / "card.json",
        {
            "made_by": f"python -m llm_core pretrain starter --steps {steps} --seed {seed}",
            "trained_on": "the bundled texts of assets/, without labels, German and test answers",
            "seed": seed,
            "steps": steps,
            "tokens_seen": curve[-1].tokens_seen,
            "parameters": model.num_parameters(),
            "config": dict(model.config),
            "final_loss": {"train": final[0], "validation": final[1]},
            "curve": [
                {"step": step.step, "train": step.train_loss, "validation": step.val_loss}
                for step in curve
                if step.val_loss is not None
            ],
        },
    )


def documents() -> list[str]:
    """The bundled texts, each a document of its own.

    Of the instructions only those that page 7 trains on too, and without the prompt's form, so that
    something is left to be learned there, and to be judged by.
    """
    entries = split_instructions(instructions()).train
    sentences = [pair.source for pair in sentence_pairs()]
    return [
        story(),
        *(message.text for message in messages()),
        *("\n".join(filter(None, (e["instruction"], e["input"], e["output"]))) for e in entries),
        *(
            "\n".join(sentences[start : start + SENTENCES_TOGETHER])
            for start in range(0, len(sentences), SENTENCES_TOGETHER)
        ),
    ]


def prompts() -> list[str]:
    """Instructions in the prompt's form, so that the tokenizer has short codes for its words."""
    return [ALPACA.text(entry) for entry in split_instructions(instructions()).train]


def loaders(
    texts: Sequence[str], tokenizer: BPETokenizer, random_state: RandomState
) -> tuple[Batches, Batches]:
    """Batches to train on and to validate on, from different documents."""
    end = tokenizer.special_tokens[END_OF_TEXT]
    order = torch.randperm(len(texts), generator=random_state.generator).tolist()
    order.remove(0)  # the story is the longest document by far; it is read in training
    held_out = int(VALIDATION_SHARE * len(texts))
    made = []
    for numbers, stride in (([0, *order[held_out:]], 128), (order[:held_out], 256)):
        ids = [i for n in numbers for i in (*tokenizer.encode_ordinary(texts[n]), end)]
        pairs = windows(ids, STARTER.context_length, stride)
        training = stride < STARTER.context_length
        made.append(
            DataLoader(
                TensorDataset(*pairs), batch_size=BATCH_SIZE, shuffle=training, drop_last=training
            )
        )
    return made[0], made[1]


def starter() -> GPTModel:
    """The model before training, with GPT-2's small starting weights and one table for both ends.

    Source: Radford et al. 2019, section 2.3.
    """
    model = GPTModel(STARTER)
    model.tie_weights()
    for name, weight in model.named_parameters():
        if name.endswith("bias"):
            nn.init.zeros_(weight)
        elif weight.ndim == 2:
            ends_block = name.endswith(("out_proj.weight", "layers.2.weight"))
            nn.init.normal_(weight, std=0.02 / math.sqrt(2 * STARTER.n_layers if ends_block else 1))
    return model


def _reported(step: TrainStep, steps: int) -> TrainStep:
    """The same step, after a line about it where losses were measured."""
    if step.val_loss is not None:
        sys.stderr.write(
            f"step {step.step} of {steps}: training loss {step.train_loss:.3f}, "
            f"validation loss {step.val_loss:.3f}\n"
        )
    return step


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
