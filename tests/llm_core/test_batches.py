"""Claims about windows and batches."""

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from llm_core.batches import (
    GPTDatasetV1,
    WindowDataset,
    batch_at,
    coverage,
    create_dataloader_v1,
    growing_contexts,
    load,
    windows,
)
from llm_core.corpus import story
from llm_core.tokenizers import SimpleTokenizerV1, build_vocabulary, gpt2_tokenizer, split_words

# Property


@given(st.integers(2, 200), st.integers(1, 20), st.integers(1, 20))
def test_windows_are_those_a_loop_would_cut(n_ids, context_length, stride):
    ids = list(range(n_ids))
    starts = range(0, n_ids - context_length, stride)
    if not starts:
        with pytest.raises(ValueError, match="use a longer text or a shorter window"):
            windows(ids, context_length, stride)
        return
    inputs, targets = windows(ids, context_length, stride)
    assert inputs.tolist() == [ids[start : start + context_length] for start in starts]
    assert targets.tolist() == [ids[start + 1 : start + context_length + 1] for start in starts]


def test_windows_share_one_memory():
    row = torch.arange(1000)
    inputs, targets = windows(row, context_length=100, stride=1)
    assert inputs.untyped_storage().data_ptr() == row.untyped_storage().data_ptr()
    assert targets.untyped_storage().data_ptr() == row.untyped_storage().data_ptr()
    row[1] = -7
    assert inputs[1, 0] == inputs[0, 1] == targets[0, 0] == -7


@given(st.integers(2, 90), st.integers(1, 9), st.integers(1, 9), st.integers(1, 9), st.booleans())
def test_coverage_is_what_a_loader_reads(n_tokens, context_length, stride, batch_size, drop_last):
    if n_tokens <= context_length:
        return
    numbers = WindowDataset(range(n_tokens), context_length, stride)
    read = list(load(numbers, batch_size, shuffle=False, drop_last=drop_last))
    found = coverage(n_tokens, context_length, stride, batch_size, drop_last)
    assert (found.batches, found.windows) == (len(read), sum(len(inputs) for inputs, _ in read))
    assert found.dropped == len(numbers) - found.windows
    for counts, part in ((found.as_input, 0), (found.as_target, 1)):
        times = Counter(place for batch in read for place in batch[part].flatten().tolist())
        assert counts.tolist() == [times[place] for place in range(n_tokens)]
    used = {place for batch in read for part in batch for place in part.flatten().tolist()}
    assert found.tail == n_tokens - 1 - max(used, default=-1)
    assert found.skipped + found.tail + len(used) == n_tokens
    assert found.repeated == sum(count > 1 for count in found.as_input.tolist())


@given(st.integers(2, 60), st.integers(1, 9), st.integers(1, 9), st.integers(1, 5), st.booleans())
def test_a_batch_taken_out_is_the_one_that_comes_at_its_turn(n, length, stride, size, drop_last):
    if n <= length:
        return
    loader = load(WindowDataset(range(n), length, stride), size, False, drop_last)
    before = torch.get_rng_state()
    taken = [batch_at(loader, index) for index in range(len(loader))]
    assert torch.equal(torch.get_rng_state(), before)
    for ours, theirs in zip(taken, loader, strict=True):
        assert torch.equal(ours.inputs, theirs[0])
        assert torch.equal(ours.targets, theirs[1])
    with pytest.raises(IndexError, match=f"no number {len(loader)}"):
        batch_at(loader, len(loader))


def test_a_shuffled_loader_has_no_batch_at_a_place():
    with pytest.raises(ValueError, match="load with shuffle=False"):
        batch_at(load(WindowDataset(range(9), 2, 2), 2, shuffle=True, drop_last=True), 0)


@given(st.lists(st.integers(), min_size=1, max_size=20), st.integers(1, 25))
def test_the_growing_contexts_are_all_beginnings_of_a_window_and_what_follows(ids, length):
    examples = list(growing_contexts(ids, length))
    assert [[*context, answer] for context, answer in examples] == [
        ids[: n + 1] for n in range(1, min(length, len(ids) - 1) + 1)
    ]


def test_every_token_but_the_first_is_a_target_once_when_windows_do_not_overlap():
    ids = gpt2_tokenizer().encode(story())
    dataset = GPTDatasetV1(story(), gpt2_tokenizer(), max_length=256, stride=256)
    targets = torch.cat([target for _, target in dataset]).tolist()
    assert targets == ids[1 : len(targets) + 1]
    assert len(ids) - 1 - len(targets) < 256


def test_the_same_seed_shuffles_alike_and_each_epoch_anew():
    def order(loader):
        return torch.cat([inputs for inputs, _ in loader])

    loader = create_dataloader_v1(story(), max_length=32, stride=32, drop_last=False)
    torch.manual_seed(7)
    first, second = order(loader), order(loader)
    torch.manual_seed(7)
    assert torch.equal(order(loader), first)
    assert not torch.equal(first, second)
    assert torch.equal(first.sum(), second.sum())


# Worked examples: Raschka 2024, "Build a Large Language Model (From Scratch)", section 2.6


def test_the_verdicts_first_batches_are_the_books(shared_data):
    text = shared_data("the-verdict.txt").read_text(encoding="utf-8")
    loader = create_dataloader_v1(text, batch_size=1, max_length=4, stride=1, shuffle=False)
    batches = iter(loader)
    assert [part.tolist() for part in next(batches)] == [
        [[40, 367, 2885, 1464]],
        [[367, 2885, 1464, 1807]],
    ]
    assert [part.tolist() for part in next(batches)] == [
        [[367, 2885, 1464, 1807]],
        [[2885, 1464, 1807, 3619]],
    ]
    loader = create_dataloader_v1(text, batch_size=8, max_length=4, stride=4, shuffle=False)
    inputs, targets = next(iter(loader))
    assert inputs.shape == targets.shape == (8, 4)
    assert inputs[0].tolist() == [40, 367, 2885, 1464]
    assert inputs[7].tolist() == [284, 3285, 326, 11]


def test_the_verdicts_growing_contexts_are_the_books(shared_data):
    text = shared_data("the-verdict.txt").read_text(encoding="utf-8")
    tokenizer = gpt2_tokenizer()
    ids = tokenizer.encode(text)[50:]
    lines = [
        f"{tokenizer.decode(context)} ----> {tokenizer.decode([answer])}"
        for context, answer in growing_contexts(ids, 4)
    ]
    assert lines == [
        " and ---->  established",
        " and established ---->  himself",
        " and established himself ---->  in",
        " and established himself in ---->  a",
    ]


def test_the_verdict_makes_nine_training_batches_and_one_for_validation(shared_data):
    """Section 5.1: 90 % and 10 % of the characters, batches of 2, windows of 256."""
    text = shared_data("the-verdict.txt").read_text(encoding="utf-8")
    split = int(0.9 * len(text))
    shape = {"batch_size": 2, "max_length": 256, "stride": 256}
    train = create_dataloader_v1(text[:split], **shape, drop_last=True, shuffle=True)
    validation = create_dataloader_v1(text[split:], **shape, drop_last=False, shuffle=False)
    assert (len(train), len(validation)) == (9, 1)


def test_the_last_batch_is_short_or_left_out():
    arguments = {"batch_size": 7, "max_length": 50, "stride": 50, "shuffle": False}
    n_windows = len(GPTDatasetV1(story(), gpt2_tokenizer(), 50, 50))
    sizes = [len(x) for x, _ in create_dataloader_v1(story(), **arguments, drop_last=False)]
    assert sum(sizes) == n_windows
    assert sizes[-1] == n_windows % 7 != 0, "choose a length that leaves a short batch"
    assert [len(x) for x, _ in create_dataloader_v1(story(), **arguments)] == sizes[:-1]


def test_the_defaults_are_the_books():
    loader = create_dataloader_v1(story())
    inputs, targets = next(iter(loader))
    assert inputs.shape == targets.shape == (4, 256)
    starts = GPTDatasetV1(story(), gpt2_tokenizer(), 256, 128).input_ids[:, 0]
    assert starts.tolist() == gpt2_tokenizer().encode(story())[: len(starts) * 128 : 128]
    assert len(loader) == len(starts) // 4


def test_input_and_target_ids_are_indexed_like_lists():
    dataset = GPTDatasetV1("one two three four", gpt2_tokenizer(), max_length=2, stride=1)
    assert len(dataset) == len(dataset.input_ids) == len(dataset.target_ids) == 2
    inputs, targets = dataset[1]
    assert torch.equal(inputs, dataset.input_ids[1])
    assert torch.equal(targets, dataset.target_ids[-1])
    assert gpt2_tokenizer().decode(inputs.tolist()) == " two three"


def test_any_tokenizer_will_do():
    words = "the cat and the hat and the cat"
    tokenizer = SimpleTokenizerV1(build_vocabulary(split_words(words)))
    loader = create_dataloader_v1(
        words, batch_size=1, max_length=3, stride=3, shuffle=False, tokenizer=tokenizer
    )
    inputs, targets = next(iter(loader))
    assert tokenizer.decode(inputs[0].tolist()) == "the cat and"
    assert tokenizer.decode(targets[0].tolist()) == "cat and the"


def test_documents_are_kept_apart_by_the_special_token():
    dataset = GPTDatasetV1("one<|endoftext|>two", gpt2_tokenizer(), max_length=2, stride=1)
    assert dataset.input_ids[0].tolist() == [505, 50256]


def test_a_text_shorter_than_a_window_is_refused_with_both_numbers():
    with pytest.raises(ValueError, match="has 2 tokens, and one window with its target needs 257"):
        create_dataloader_v1("two words")
    with pytest.raises(ValueError, match="has 0 tokens"):
        create_dataloader_v1("")


@pytest.mark.parametrize(("context_length", "stride"), [(0, 1), (1, 0), (-1, 1)])
def test_windows_have_a_size_and_move(context_length, stride):
    with pytest.raises(ValueError, match="choose 1 or more of each"):
        windows([1, 2, 3], context_length, stride)


def test_a_batch_has_windows():
    with pytest.raises(ValueError, match="a batch of 0 windows teaches nothing"):
        coverage(9, 2, 2, batch_size=0)
