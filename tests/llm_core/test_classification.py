"""Classification: the book's data and counts, a head that learns, and where the answer is read."""

from itertools import chain
from pathlib import Path

import pandas as pd
import pytest
import torch
from torch.nn import functional as F
from torch.utils.data import DataLoader

from llm_core.classification import (
    ClassifierStep,
    SpamDataset,
    calc_accuracy_loader,
    calc_loss_batch,
    calc_loss_loader,
    class_logits,
    classify_review,
    classify_steps,
    create_balanced_dataset,
    freeze,
    pad,
    random_split,
    swap_head,
    train_classifier,
)
from llm_core.config import GPT2_CONFIGS, GPTConfig
from llm_core.corpus import Message, messages, parse_messages
from llm_core.gpt import GPTModel
from llm_core.lora import replace_linear_with_lora
from llm_core.optimizers import adamw
from llm_core.random_state import RandomState
from llm_core.tokenizers import BPETokenizer, gpt2_tokenizer

PAD = 0


class Letters:
    """One id per letter, so that a tiny model can read everything."""

    n_vocab = 128

    def encode(self, text: str, **_: object) -> list[int]:
        return [min(ord(letter), 127) for letter in text]

    def decode(self, ids: list[int], /) -> str:
        return "".join(map(chr, ids))


def tiny_classifier(seed: int = 0, context_length: int = 16) -> GPTModel:
    torch.manual_seed(seed)
    config = GPTConfig(
        vocab_size=128, context_length=context_length, emb_dim=16, n_heads=2, n_layers=2,
        drop_rate=0.0,
    )  # fmt: skip
    model = GPTModel(config)
    swap_head(model)
    return model


def shouting(count: int = 64) -> list[Message]:
    """Messages whose label is easy: spam ends in an exclamation mark."""
    return [
        Message("spam" if number % 2 else "ham", f"msg {number:02d}{'!' if number % 2 else '.'}")
        for number in range(count)
    ]


def loader(rows: list[Message], shuffle: bool = False) -> DataLoader[tuple[torch.Tensor, ...]]:
    dataset = SpamDataset(rows, Letters(), pad_token_id=PAD)
    return DataLoader(dataset, batch_size=8, shuffle=shuffle)


# Data ---------------------------------------------------------------------------------------------


def test_balancing_keeps_all_of_the_rarer_kind_and_as_many_of_the_other() -> None:
    rows = [*shouting(10), *(Message("ham", f"more {number}") for number in range(20))]
    balanced = create_balanced_dataset(rows)
    assert [row.label for row in balanced] == ["ham"] * 5 + ["spam"] * 5
    assert {row for row in balanced if row.label == "spam"} == set(shouting(10)[1::2])
    assert len(set(balanced)) == 10
    assert set(balanced) <= set(rows)


def test_splitting_loses_and_doubles_nothing() -> None:
    rows = shouting(50)
    split = random_split(rows)
    assert sorted(chain.from_iterable(split)) == sorted(rows)
    assert list(map(len, split)) == [35, 5, 10]


def test_balance_and_split_choose_the_messages_pandas_chooses() -> None:
    rows = [*shouting(40), *(Message("ham", f"more {number}") for number in range(30))]
    table = pd.DataFrame(rows, columns=["Label", "Text"])
    spam = table[table.Label == "spam"]
    expected = pd.concat([table[table.Label == "ham"].sample(len(spam), random_state=123), spam])
    balanced = create_balanced_dataset(rows)
    assert [row.text for row in balanced] == list(expected.Text)
    shuffled = expected.sample(frac=1, random_state=123).reset_index(drop=True)
    assert [row.text for row in chain.from_iterable(random_split(balanced))] == list(shuffled.Text)


def test_the_course_gets_its_747_of_each_and_its_longest_message_of_120_tokens(
    shared_data, tmp_path: Path
) -> None:
    """Chapter 6: 5572 rows, 747 + 747, 1045/149/300, max_length 120, batches 130/19/38."""
    text = shared_data("SMSSpamCollection.tsv").read_text(encoding="utf-8")
    rows = parse_messages(text, quoted=True)
    assert (len(rows), sum(row.label == "spam" for row in rows)) == (5572, 747)
    balanced = create_balanced_dataset(rows)
    assert sum(row.label == "spam" for row in balanced) * 2 == len(balanced) == 1494
    split = random_split(balanced)
    assert list(map(len, split)) == [1045, 149, 300]
    tokenizer = gpt2_tokenizer()
    train = SpamDataset(split.train, tokenizer)
    assert train.max_length == 120
    others = [SpamDataset(part, tokenizer, max_length=train.max_length) for part in split[1:]]
    assert [
        len(DataLoader(train, batch_size=8, drop_last=True)),
        *(len(DataLoader(part, batch_size=8)) for part in others),
    ] == [130, 19, 38]
    as_the_book_saves_it = tmp_path / "train.csv"
    numbered = [(int(row.label == "spam"), row.text) for row in split.train]
    pd.DataFrame(numbered, columns=["Label", "Text"]).to_csv(as_the_book_saves_it, index=False)
    again = SpamDataset(as_the_book_saves_it, tokenizer)
    assert again.labels == train.labels
    assert again.encoded_texts == train.encoded_texts


def test_the_bundled_messages_are_balanced_and_short_enough_for_gpt2() -> None:
    rows = messages()
    assert abs(sum(1 if row.label == "spam" else -1 for row in rows)) <= 0.1 * len(rows)
    assert SpamDataset(rows, gpt2_tokenizer()).max_length <= 256


def test_every_message_has_one_length_and_keeps_its_words() -> None:
    dataset = SpamDataset(
        [Message("ham", "ab"), Message("spam", "abcd")], Letters(), pad_token_id=0
    )
    assert dataset[0][0].tolist() == [97, 98, 0, 0]
    assert [int(label) for _, label in (dataset[0], dataset[1])] == [0, 1]
    cut = SpamDataset([Message("spam", "abcd")], Letters(), max_length=3)
    assert cut[0][0].tolist() == [97, 98, 99]


def test_a_message_with_a_special_token_in_it_is_read() -> None:
    tokenizer = gpt2_tokenizer()
    assert len(SpamDataset([Message("ham", "hi <|endoftext|>")], tokenizer)) == 1


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([Message("ham", "only ham")], "missing kind"),
        ([Message("eggs", "x"), Message("spam", "y")], "eggs"),
    ],
)
def test_rows_that_cannot_be_balanced_are_refused(rows: list[Message], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        create_balanced_dataset(rows)


def test_no_messages_and_no_shares_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        SpamDataset([], Letters())
    with pytest.raises(ValueError, match="add up to at most 1"):
        random_split(shouting(4), 0.9, 0.2)


# The head -----------------------------------------------------------------------------------------


def test_the_book_trains_7_090_946_numbers_of_gpt2() -> None:
    """Chapter 6: the last block (7,087,872), the final norm (1,536) and the head (1,538)."""
    with torch.device("meta"):
        model = GPTModel(GPT2_CONFIGS["gpt2-small (124M)"])
    swap_head(model)
    assert model.out_head.weight.device.type == "meta"
    counts = freeze(model, "last_block")
    assert sum(count.parameters for count in counts) == 124_441_346
    assert sum(count.trainable for count in counts) == 7_090_946
    trained = {count.part: count.trainable for count in counts if count.trainable}
    assert trained == {"trf_blocks.11": 7_087_872, "final_norm": 1_536, "out_head": 1_538}


def test_the_freeze_map_accounts_for_every_number() -> None:
    model = tiny_classifier()
    everything = model.num_parameters()
    for choice, trained in {"head": 1, "last_block": 3, "last_two_blocks": 4, "all": 6}.items():
        counts = freeze(model, choice)
        assert sum(count.parameters for count in counts) == everything
        assert sum(bool(count.trainable) for count in counts) == trained
        assert sum(count.trainable for count in counts) == model.num_parameters(trainable_only=True)


def test_lora_can_be_all_that_is_trained() -> None:
    model = tiny_classifier()
    replace_linear_with_lora(model, rank=2, alpha=2)
    counts = freeze(model, "lora")
    assert {count.part for count in counts if count.trainable} == {
        "trf_blocks.0", "trf_blocks.1", "out_head",
    }  # fmt: skip


# Reading the answer -------------------------------------------------------------------------------


def test_only_the_last_token_has_seen_the_whole_text() -> None:
    model = tiny_classifier().eval()
    ids = torch.tensor([[7, 8, 9, 10]])
    other = torch.tensor([[7, 8, 9, 11]])
    assert torch.equal(
        class_logits(model, ids, "first_token"), class_logits(model, other, "first_token")
    )
    assert not torch.equal(class_logits(model, ids), class_logits(model, other))


def test_the_last_real_token_does_not_care_how_much_filler_follows() -> None:
    model = tiny_classifier().eval()
    short = torch.tensor([[7, 8, 9]])
    padded = torch.tensor([pad([7, 8, 9], 10, PAD)])
    unpadded = class_logits(model, short, "last_token")
    torch.testing.assert_close(
        class_logits(model, padded, "last_real_token", pad_token_id=PAD), unpadded
    )
    assert not torch.allclose(class_logits(model, padded, "last_token"), unpadded)


def test_loss_and_accuracy_are_those_of_torch() -> None:
    model = tiny_classifier().eval()
    rows = shouting(20)
    dataset = SpamDataset(rows, Letters(), pad_token_id=PAD)
    ids = torch.stack([dataset[index][0] for index in range(20)])
    labels = torch.tensor(dataset.labels)
    logits = model(ids)[:, -1]
    expected = F.cross_entropy(logits, labels)
    torch.testing.assert_close(calc_loss_batch(ids, labels, model, "cpu"), expected)
    whole = DataLoader(dataset, batch_size=20)
    assert calc_loss_loader(whole, model, "cpu") == pytest.approx(expected.item())
    share = (logits.argmax(dim=-1) == labels).float().mean().item()
    assert calc_accuracy_loader(whole, model, "cpu") == pytest.approx(share)
    in_parts = DataLoader(dataset, batch_size=3)
    assert calc_accuracy_loader(in_parts, model, "cpu") == pytest.approx(share)


# Training and use ---------------------------------------------------------------------------------


def run(model: GPTModel, **settings: object) -> list[ClassifierStep]:
    random_state = RandomState(123)
    train, val = loader(shouting(64), shuffle=True), loader(shouting(16))
    options = {"num_epochs": 4, "eval_freq": 5, "eval_iter": 2} | settings
    return list(
        train_classifier(
            model, train, val, adamw(model, learning_rate=5e-3), random_state=random_state,
            **options,
        )
    )  # fmt: skip


def test_a_few_epochs_teach_what_is_easy() -> None:
    model = tiny_classifier()
    freeze(model, "last_block")
    steps = run(model)
    assert steps[-1].val_accuracy == 1.0
    assert steps[-1].examples_seen == 4 * 64
    assert [step.step for step in steps if step.train_loss is not None] == list(range(0, 32, 5))
    assert [step.step for step in steps if step.val_accuracy is not None] == [7, 15, 23, 31]
    length = SpamDataset(shouting(64), Letters()).max_length
    said = [classify_review(row.text, model, Letters(), "cpu", length, PAD) for row in shouting(6)]
    assert said == ["not spam", "spam"] * 3


def test_frozen_parts_stay_as_they_were() -> None:
    model = tiny_classifier()
    freeze(model, "last_block")
    before = {name: weight.clone() for name, weight in model.named_parameters()}
    run(model, num_epochs=1)
    moved = {name for name, weight in model.named_parameters() if not weight.equal(before[name])}
    assert moved == {name for name, weight in model.named_parameters() if weight.requires_grad}


def test_the_same_seed_gives_the_same_curve_whatever_else_draws() -> None:
    first = run(tiny_classifier())
    torch.rand(7)
    assert run(tiny_classifier()) == first


def test_longer_texts_than_positions_are_refused_before_training() -> None:
    with pytest.raises(ValueError, match="max_length=4"):
        run(tiny_classifier(context_length=4))


def test_how_a_message_is_labelled_can_be_looked_at() -> None:
    model = tiny_classifier()
    steps = classify_steps("hello", model, Letters(), max_length=8, pad_token_id=PAD)
    assert steps.ids == [*Letters().encode("hello"), 0, 0, 0]
    assert steps.probabilities.sum().item() == pytest.approx(1)
    assert steps.label == steps.logits.argmax()
    assert model.training
    assert len(classify_steps("x" * 99, model, Letters()).ids) == 16


def test_an_empty_message_and_a_too_long_one_get_a_sentence() -> None:
    model = tiny_classifier()
    with pytest.raises(ValueError, match="type at least one word"):
        classify_review("", model, Letters())
    with pytest.raises(ValueError, match="max_length=16"):
        classify_review("hello", model, Letters(), max_length=17)


def test_a_tokenizer_of_ones_own_serves_as_well() -> None:
    tokenizer = BPETokenizer.train("free prize now, call now, see you soon", vocab_size=280)
    dataset = SpamDataset([Message("spam", "free prize")], tokenizer, pad_token_id=279)
    assert tokenizer.decode(dataset[0][0].tolist()) == "free prize"
