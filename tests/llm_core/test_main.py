"""One command trains the bundled model, the same each time, in a form that everybody can open."""

import hashlib
import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import transformers

from llm_core.__main__ import BATCH_SIZE, STARTER, documents, main, starter
from llm_core.corpus import instructions, messages, sentence_pairs, story
from llm_core.gpt2_weights import load_gpt2
from llm_core.instructions import split_instructions
from llm_core.loss import calc_loss_batch
from llm_core.random_state import RandomState
from llm_core.sampling import generate_text_simple, text_to_token_ids, token_ids_to_text
from llm_core.tokenizers import BPETokenizer

ROOT = Path(__file__).resolve().parents[2]
FILES = ["card.json", "config.json", "model.safetensors", "tokenizer.json"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("starter")
    main(["pretrain", "starter", "--out", str(folder), "--steps", "3"])
    return folder


def checksums(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_the_same_seed_writes_the_same_files(trained, tmp_path):
    assert sorted(path.name for path in trained.iterdir()) == FILES
    main(["pretrain", "starter", "--out", str(tmp_path), "--steps", "3", "--seed", "123"])
    assert checksums(tmp_path) == checksums(trained)


def test_three_steps_already_lower_the_loss(trained):
    card = json.loads((trained / "card.json").read_text(encoding="utf-8"))
    losses = [point["validation"] for point in card["curve"]]
    assert losses[0] == pytest.approx(math.log(STARTER.vocab_size), rel=0.05)
    assert card["final_loss"]["validation"] < losses[0]
    assert (card["seed"], card["steps"], card["tokens_seen"]) == (123, 3, 3 * BATCH_SIZE * 256)


def test_transformers_opens_it_and_agrees_with_us(trained):
    ours, theirs = load_gpt2(trained), transformers.GPT2LMHeadModel.from_pretrained(trained)
    ids = torch.randint(0, STARTER.vocab_size, (1, 20))
    with torch.no_grad():
        torch.testing.assert_close(ours(ids), theirs.float().eval()(ids).logits, atol=1e-4, rtol=0)


def test_its_tokenizer_speaks_for_exactly_the_models_vocabulary(trained):
    saved = json.loads((trained / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer, model = BPETokenizer.from_dict(saved), load_gpt2(trained)
    assert tokenizer.n_vocab == model.config.vocab_size
    ids = generate_text_simple(model, text_to_token_ids("The lamp", tokenizer), 5, 256)
    assert token_ids_to_text(ids, tokenizer).startswith("The lamp")


def test_answers_to_be_judged_by_labels_and_german_are_not_trained_on():
    everything = "\n".join(documents())
    split = split_instructions(instructions())
    trained_on = "\n".join(entry["output"] for entry in split.train)
    held_out = [e["output"] for e in split.test if e["output"] not in trained_on]
    sentences = [output for output in held_out if len(output) > 40]
    assert len(sentences) > 10
    assert not [output for output in sentences if output in everything]
    assert not [pair for pair in sentence_pairs() if pair.target in everything]
    assert story() in everything
    assert all(message.text in everything for message in messages())


def test_before_training_it_guesses_blindly_with_one_table_for_both_ends():
    with RandomState(1).borrowed():
        model = starter().eval()
    assert model.out_head.weight is model.tok_emb.weight
    ids = torch.randint(0, STARTER.vocab_size, (2, 65), generator=torch.Generator().manual_seed(1))
    loss = calc_loss_batch(ids[:, :-1], ids[:, 1:], model, "cpu")
    assert loss.item() == pytest.approx(math.log(STARTER.vocab_size), rel=0.05)


def test_the_command_explains_itself_and_refuses_nonsense(tmp_path):
    helped = subprocess.run(
        [sys.executable, "-m", "llm_core", "pretrain", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--steps" in helped.stdout
    with pytest.raises(SystemExit):
        main(["pretrain", "starter", "--out", str(tmp_path / "new"), "--steps", "0"])
    assert not (tmp_path / "new").exists()
