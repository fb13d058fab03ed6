"""What the model knows, by questions and texts that it was not trained on.

In:     the model and its tokenizer
Out:    shares of right answers, bits per byte, and what copies learn by finetuning
Next:   making.py, which writes it on the card
"""

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from random import Random
from statistics import fmean

import torch
from torch.utils.data import DataLoader

from llm_core import corpus, tales
from llm_core.batches import END_OF_TEXT
from llm_core.bundled import recipe
from llm_core.classification import (
    SpamDataset,
    calc_accuracy_loader,
    create_balanced_dataset,
    freeze,
    random_split,
    swap_head,
    train_classifier,
)
from llm_core.classification.fast import FastClassLoss
from llm_core.corpus import Message
from llm_core.evaluation import bits_per_byte, copied, finds_right, prefers, writes
from llm_core.fast.decoding import FastDecoder
from llm_core.fast.training import FastLoss
from llm_core.gpt import GPTModel
from llm_core.instructions import (
    PHI3,
    Instruction,
    InstructionDataset,
    answer,
    instruction_loader,
    split_instructions,
)
from llm_core.judging import FREE, judge
from llm_core.optimizers import adamw
from llm_core.random_state import RandomState
from llm_core.sampling import generate
from llm_core.tokenizers import BPETokenizer
from llm_core.training import train

QUESTIONS, SHOTS = 500, 8
"""Questions of each kind, and examples before a question in a list."""

HELD_OUT = 400
"""Documents that the model has not read, to measure bits per byte on."""

SAMPLES, OPENING, SAMPLE_TOKENS = 100, 24, 200
"""Texts that the model writes for an examination, tokens it is given, and tokens it writes."""


def examine(
    model: GPTModel,
    tokenizer: BPETokenizer,
    *,
    documents: int = 0,
    real_text: Path | None = None,
) -> dict[str, float]:
    """What the model makes of documents and questions that it was not trained on.

    Args:
        model: in evaluation mode; copies of it are finetuned.
        tokenizer: its own.
        documents: how many of the corpus it has read, to see whether it repeats them.
        real_text: folder with the-verdict.txt and SMSSpamCollection.tsv, to see how it fares
            outside its world; None leaves that out.

    Returns:
        Shares of right answers, and bits per byte, by name.
    """
    first = recipe.TALES.validation_from
    unread = "\n".join(map(recipe.TALES.document, range(first, first + HELD_OUT)))
    found = {"bits_per_byte": bits_per_byte(model, tokenizer, unread)}
    found |= _answers(model, tokenizer)
    written = write_samples(model, tokenizer)
    read = map(recipe.TALES.document, range(documents))
    found["samples_copied"] = fmean(copied(written, read))
    found["finetuned.messages"] = spam_accuracy(model, tokenizer, corpus.messages())
    found["finetuned.instructions"] = right_answers(model, tokenizer, corpus.instructions())
    if real_text is not None:
        verdict = (real_text / "the-verdict.txt").read_text(encoding="utf-8")
        found["real_text.verdict.bits_per_byte"] = bits_per_byte(model, tokenizer, verdict)
        table = (real_text / "SMSSpamCollection.tsv").read_text(encoding="utf-8")
        rows = corpus.parse_messages(table)
        found["real_text.sms.finetuned"] = spam_accuracy(model, tokenizer, rows)
    return found


def _answers(model: GPTModel, tokenizer: BPETokenizer) -> dict[str, float]:
    """Shares of right answers to each kind of question."""
    rng, right = Random("examination"), dict[str, list[bool]]()

    def note(name: str, answer: bool) -> None:
        right.setdefault(name, []).append(answer)

    for _ in range(QUESTIONS):
        kind, good, bad = tales.minimal_pairs(rng)
        preferred = prefers(model, tokenizer, good, bad)
        note("minimal_pairs", preferred)
        note(f"minimal_pairs.{kind}", preferred)
        note("tracking", finds_right(model, tokenizer, *tales.tracking_question(rng)))
        for task in ("opposite", "plural"):
            prompt, wanted, wrong = tales.few_shot(task, rng, SHOTS)
            note(f"few_shot.{task}", finds_right(model, tokenizer, prompt, wanted, wrong))
            note(f"few_shot.{task}.written", writes(model, tokenizer, prompt, wanted + "\n"))
    return {name: fmean(answers) for name, answers in sorted(right.items())}


def write_samples(model: GPTModel, tokenizer: BPETokenizer) -> list[str]:
    """How the model goes on with the beginnings of documents that it has not read."""
    generator, fast = torch.Generator().manual_seed(1), FastDecoder(model)
    texts = []
    first = recipe.TALES.validation_from
    for number in range(first, first + SAMPLES):
        opening = tokenizer.encode_ordinary(recipe.TALES.document(number))[:OPENING]
        stream = generate(
            model, torch.tensor([opening]), SAMPLE_TOKENS, model.config.context_length,
            temperature=0.7, eos_id=tokenizer.special_tokens[END_OF_TEXT], generator=generator,
            logits_of=fast,
        )  # fmt: skip
        texts.append(tokenizer.decode([*opening, *(token.token_id for token in stream)]))
    return texts


def spam_accuracy(model: GPTModel, tokenizer: BPETokenizer, rows: Sequence[Message]) -> float:
    """Share of test messages that a copy of the model labels rightly after finetuning."""
    end, how = tokenizer.special_tokens[END_OF_TEXT], recipe.SPAM_FILTER
    split = random_split(create_balanced_dataset(rows))
    train_loader, val_loader, test_loader = (
        DataLoader(
            SpamDataset(part, tokenizer, how.max_length, end),
            how.batch_size,
            shuffle=part is split.train,
        )
        for part in split
    )
    state, learner = RandomState(how.seed), deepcopy(model)
    with state.borrowed():
        swap_head(learner)
    freeze(learner, how.trainable)
    for _ in train_classifier(
        learner, train_loader, val_loader, adamw(learner, learning_rate=how.learning_rate),
        num_epochs=how.epochs, eval_freq=None, eval_iter=1, random_state=state, read=how.read,
        pad_token_id=end, max_norm=recipe.GRADIENT_NORM,
        schedule=recipe.rise_and_fall(how.learning_rate, how.epochs * len(train_loader)),
        loss_function=FastClassLoss(how.read, end),
    ):  # fmt: skip
        pass
    return calc_accuracy_loader(test_loader, learner, "cpu", read=how.read, pad_token_id=end)


def right_answers(
    model: GPTModel, tokenizer: BPETokenizer, entries: Sequence[Instruction]
) -> float:
    """Share of held-out instructions that a copy of the model answers rightly after finetuning.

    Only those count that a program can verify.
    """
    end, how = tokenizer.special_tokens[END_OF_TEXT], recipe.ASSISTANT
    split = split_instructions(entries)
    train_loader, val_loader = (
        instruction_loader(
            InstructionDataset(part, tokenizer, PHI3),
            batch_size=how.batch_size,
            shuffle=part is split.train,
            drop_last=part is split.train,
            pad_token_id=end,
            allowed_max_length=model.config.context_length,
            mask_prompt=True,
        )
        for part in (split.train, split.validation)
    )
    learner = deepcopy(model).requires_grad_(True)
    for _ in train(
        learner, train_loader, val_loader, adamw(learner, learning_rate=how.learning_rate),
        num_epochs=how.epochs, eval_freq=None, eval_iter=1, random_state=RandomState(how.seed),
        max_norm=recipe.GRADIENT_NORM, loss_function=FastLoss(),
        schedule=recipe.rise_and_fall(how.learning_rate, how.epochs * len(train_loader)),
    ):  # fmt: skip
        pass
    learner.eval()
    scores = []
    for entry in split.test:
        if entry.get("check", FREE) == FREE:
            continue
        stream = answer(
            learner, entry, tokenizer, max_new_tokens=recipe.ANSWER_LENGTH, eos_id=end, style=PHI3
        )
        said = tokenizer.decode([token.token_id for token in stream])
        scores.append(judge(entry, said).score)
    return fmean(scores)
