"""Instructions: the book's prompts, its batches of three rows, and answers that end."""

import json
from functools import partial

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F
from torch.utils.data import DataLoader

from llm_core.config import GPTConfig
from llm_core.corpus import instructions, parse_instructions
from llm_core.gpt import GPTModel
from llm_core.instructions import (
    ALPACA,
    PHI3,
    InstructionDataset,
    answer,
    collate_steps,
    custom_collate_draft_1,
    custom_collate_draft_2,
    custom_collate_fn,
    extract_answer,
    format_input,
    format_input_phi3,
    instruction_loader,
    split_instructions,
)
from llm_core.loss import IGNORE_INDEX, cross_entropy
from llm_core.optimizers import adamw
from llm_core.random_state import RandomState
from llm_core.tokenizers import BPETokenizer, gpt2_tokenizer
from llm_core.training import train

TOY = [[0, 1, 2, 3, 4], [5, 6], [7, 8, 9]]
ENTRY = {"instruction": "Name the antonym.", "input": "hot", "output": "cold"}


# Prompts ------------------------------------------------------------------------------------------


def test_an_entry_without_input_has_no_input_section() -> None:
    assert "### Input:" in format_input(ENTRY)
    assert "### Input:" not in format_input(ENTRY | {"input": ""})
    assert format_input_phi3(ENTRY | {"input": ""}) == "<|user|>\nName the antonym."


def test_a_text_is_prompt_marker_and_output() -> None:
    for style, marker in ((ALPACA, "\n\n### Response:\n"), (PHI3, "\n<|assistant|>:\n")):
        assert style.text(ENTRY) == style.prompt(ENTRY) + marker + "cold"


def test_the_answer_is_found_with_and_without_the_marker() -> None:
    for style in (ALPACA, PHI3):
        assert extract_answer(style.text(ENTRY), style.prompt(ENTRY), style) == "cold"
        assert extract_answer(style.prompt(ENTRY) + " cold\n", style.prompt(ENTRY), style) == "cold"


def test_phi3s_marker_is_five_tokens_for_gpt2() -> None:
    """Exercise 7.1."""
    assert gpt2_tokenizer().encode("<|user|>") == [27, 91, 7220, 91, 29]


def test_the_book_splits_1100_entries_into_935_55_and_110(shared_data) -> None:
    text = shared_data("instruction-data.json").read_text(encoding="utf-8")
    data = parse_instructions(text)
    assert (len(data), sum(not entry["input"] for entry in data)) == (1100, 775)
    split = split_instructions(data)
    assert list(map(len, split)) == [935, 55, 110]
    assert [*split.train, *split.test, *split.validation] == data


# Batches ------------------------------------------------------------------------------------------


def test_the_books_three_rows_at_each_rung() -> None:
    """Chapter 7, cells 35 to 46."""
    end = 50256
    inputs = [[0, 1, 2, 3, 4], [5, 6, end, end, end], [7, 8, 9, end, end]]
    shifted = [[1, 2, 3, 4, end], [6, end, end, end, end], [8, 9, end, end, end]]
    targets = [[1, 2, 3, 4, end], [6, end, -100, -100, -100], [8, 9, end, -100, -100]]
    assert custom_collate_draft_1(TOY).tolist() == inputs
    assert [batch.tolist() for batch in custom_collate_draft_2(TOY)] == [inputs, shifted]
    assert [batch.tolist() for batch in custom_collate_fn(TOY)] == [inputs, targets]


@given(st.lists(st.lists(st.integers(1, 50), min_size=1, max_size=9), min_size=1, max_size=5))
def test_each_token_is_asked_for_the_next_and_the_last_for_one_end(batch: list[list[int]]) -> None:
    inputs, targets = custom_collate_fn(batch, pad_token_id=0)
    assert inputs.shape == targets.shape == (len(batch), max(map(len, batch)))
    for row, ids in enumerate(batch):
        length = len(ids)
        assert inputs[row].tolist() == ids + [0] * (inputs.shape[1] - length)
        assert targets[row, :length].tolist() == [*ids[1:], 0]
        assert (targets[row, length:] == IGNORE_INDEX).all()


def test_a_longest_length_cuts_every_row() -> None:
    inputs, targets = custom_collate_fn(TOY, allowed_max_length=2)
    assert inputs.tolist() == [[0, 1], [5, 6], [7, 8]]
    assert targets.tolist() == [[1, 2], [6, 50256], [8, 9]]


def test_masking_the_question_leaves_only_the_answer_to_learn() -> None:
    steps = collate_steps([[1, 2, 3, 4, 5], [6, 7, 8]], 0, prompt_lengths=[3, 1])
    assert steps.targets.tolist() == [[-100, -100, 4, 5, 0], [7, 8, 0, -100, -100]]


def test_an_empty_batch_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        custom_collate_fn([])


def test_a_target_of_minus_100_does_not_count() -> None:
    """Chapter 7, cells 48 to 52: 1.1269 with two rows, 0.7936 with a third, 1.1269 ignoring it."""
    two, third = torch.tensor([[-1.0, 1.0], [-0.5, 1.5]]), torch.tensor([[-0.5, 1.5]])
    three = torch.cat((two, third))
    losses = [
        cross_entropy(two, torch.tensor([0, 1])),
        cross_entropy(three, torch.tensor([0, 1, 1])),
        cross_entropy(three, torch.tensor([0, 1, -100])),
    ]
    assert [round(loss.item(), 4) for loss in losses] == [1.1269, 0.7936, 1.1269]


def test_the_books_first_batch_is_8_by_61(shared_data) -> None:
    """Chapter 7, cells 66 to 70: 116 batches; seed 123 puts this one first."""
    data = parse_instructions(shared_data("instruction-data.json").read_text(encoding="utf-8"))
    dataset = InstructionDataset(split_instructions(data).train, gpt2_tokenizer())
    torch.manual_seed(123)
    by_the_book = DataLoader(
        dataset, batch_size=8, shuffle=True, drop_last=True,
        collate_fn=partial(custom_collate_fn, allowed_max_length=1024),
    )  # fmt: skip
    inputs, targets = next(iter(by_the_book))
    assert len(by_the_book) == 116
    assert inputs.shape == targets.shape == (8, 61)
    assert inputs[0, :4].tolist() == [21106, 318, 281, 12064]
    torch.manual_seed(123)
    ours = next(iter(instruction_loader(dataset)))
    assert torch.equal(ours[0], inputs)
    assert torch.equal(ours[1], targets)


def test_a_masked_loader_asks_for_answers_alone() -> None:
    tokenizer = gpt2_tokenizer()
    dataset = InstructionDataset([ENTRY], tokenizer)
    options = {"batch_size": 1, "drop_last": False}
    (_, everything), (_, answers) = (
        next(iter(instruction_loader(dataset, mask_prompt=mask, **options)))
        for mask in (False, True)
    )
    asked = answers[0][answers[0] != IGNORE_INDEX].tolist()
    assert asked == [*tokenizer.encode(ALPACA.marker + "cold"), 50256]
    assert (everything != IGNORE_INDEX).all()


def test_bundled_entries_fit_into_256_tokens() -> None:
    dataset = InstructionDataset(instructions(), gpt2_tokenizer())
    assert max(map(len, dataset.encoded_texts)) < 256


def test_an_entry_may_hold_special_tokens_and_anything_json_can() -> None:
    text = json.dumps([ENTRY | {"instruction": "Say <|endoftext|> 🙂 \x00"}])
    assert len(InstructionDataset(parse_instructions(text), gpt2_tokenizer())) == 1


# Training and answers -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tokenizer() -> BPETokenizer:
    return BPETokenizer.train(PHI3.text(ENTRY) * 9, vocab_size=300)


def small_model(vocab_size: int, context_length: int = 64) -> GPTModel:
    torch.manual_seed(0)
    return GPTModel(
        GPTConfig(
            vocab_size=vocab_size, context_length=context_length, emb_dim=32, n_heads=2, n_layers=1,
            drop_rate=0.0,
        )
    ).eval()  # fmt: skip


def test_a_trained_model_answers_and_stops(tokenizer: BPETokenizer) -> None:
    facts = {"hot": "cold", "big": "small", "up": "down"}
    data = [ENTRY | {"input": asked, "output": said} for asked, said in facts.items()]
    dataset = InstructionDataset(data, tokenizer, PHI3)
    end = tokenizer.special_tokens["<|endoftext|>"]
    batches = instruction_loader(dataset, batch_size=3, pad_token_id=end)
    model = small_model(tokenizer.n_vocab)
    steps = list(
        train(
            model, batches, batches, adamw(model, learning_rate=1e-2), num_epochs=60,
            eval_freq=None, eval_iter=None, random_state=RandomState(123),
        )
    )  # fmt: skip
    assert steps[-1].loss < 0.5 < steps[0].loss
    for entry in data:
        for with_marker in (True, False):
            stream = answer(
                model, entry, tokenizer, eos_id=end, style=PHI3, with_marker=with_marker
            )
            said = tokenizer.decode([token.token_id for token in stream])
            assert extract_answer(said, "", PHI3) == entry["output"]


def test_the_entrys_own_output_is_not_looked_at(tokenizer: BPETokenizer) -> None:
    model = small_model(tokenizer.n_vocab)
    first, second = (
        [
            token.token_id
            for token in answer(
                model, ENTRY | {"output": output}, tokenizer, max_new_tokens=5, style=PHI3
            )
        ]
        for output in ("cold", "something else")
    )
    assert first == second


def test_a_prompt_that_fills_the_context_is_refused(tokenizer: BPETokenizer) -> None:
    model = small_model(tokenizer.n_vocab, context_length=8)
    with pytest.raises(ValueError, match="shorten the instruction"):
        answer(model, ENTRY, tokenizer)


def test_the_loss_of_a_batch_is_torchs_own() -> None:
    model = small_model(60)
    inputs, targets = custom_collate_fn(TOY, pad_token_id=59)
    logits = model(inputs)
    expected = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    torch.testing.assert_close(cross_entropy(logits, targets), expected)
