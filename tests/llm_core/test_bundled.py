"""Proves what the commands promise: to go on where they stopped, and to say what is wrong."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import transformers

from llm_core import shards
from llm_core.__main__ import main
from llm_core.bundled import examination, making, recipe
from llm_core.checkpoints.compact import read_compact
from llm_core.evaluation import bits_per_byte
from llm_core.gpt import GPTModel
from llm_core.gpt2_weights import load_gpt2
from llm_core.tokenizers import BPETokenizer
from tests.llm_core.small_recipe import SMALL, STEPS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the commands write of a recipe that takes a second, stopped once on the way."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "AHEAD", 1)
        patch.setattr(recipe, "TALES", SMALL)
        patch.setattr(recipe, "MOMENTS", (2, 6))
        patch.setattr(examination, "QUESTIONS", 2)
        patch.setattr(examination, "SAMPLES", 2)
        for finetuned in ("spam_accuracy", "right_answers"):  # prompts do not fit so small a model
            patch.setattr(examination, finetuned, lambda *_: 0.5)
        work = ["pretrain", "tales", "--work", str(folder / "work")]
        main([*work, "--stop", "5"])
        main([*work, "--out", str(folder / "out")])
    return folder


def test_a_stopped_run_goes_on_to_its_end(made: Path) -> None:
    card = json.loads((made / "out" / "card.json").read_text(encoding="utf-8"))
    assert card["steps"] == STEPS
    assert card["tokens_seen"] == STEPS * SMALL.batch_size * SMALL.config.context_length
    assert len(card["first_losses"]) == STEPS
    assert card["parameters"] == load_gpt2(made / "out").num_parameters()


def test_the_curve_begins_at_the_first_update_and_falls(made: Path) -> None:
    card = json.loads((made / "out" / "card.json").read_text(encoding="utf-8"))
    assert card["curve"][0]["step"] == 1
    assert card["first_losses"][-1] < 0.9 * card["first_losses"][0]


def test_moments_of_the_training_come_with_it(made: Path) -> None:
    kept = sorted((made / "out" / "moments").iterdir())
    assert [path.name for path in kept] == ["00002.safetensors", "00006.safetensors"]
    model, facts = read_compact(kept[1])
    assert facts["step"] == 6
    assert model.config == SMALL.config


def test_the_examination_names_every_kind_of_question(made: Path) -> None:
    card = json.loads((made / "out" / "card.json").read_text(encoding="utf-8"))
    found = card["examination"]
    assert {"bits_per_byte", "minimal_pairs", "tracking", "few_shot.opposite"} <= found.keys()
    assert found["bits_per_byte"] > 1
    assert all(0 <= share <= 1 for name, share in found.items() if name != "bits_per_byte")


def test_transformers_opens_it_and_agrees_with_us(made: Path) -> None:
    ours = load_gpt2(made / "out")
    theirs = transformers.GPT2LMHeadModel.from_pretrained(made / "out").float().eval()
    ids = torch.randint(0, SMALL.config.vocab_size, (2, 16))
    with torch.no_grad():
        torch.testing.assert_close(ours(ids), theirs(ids).logits, atol=1e-4, rtol=0)


def test_its_tokenizer_reads_what_the_model_was_trained_on(made: Path) -> None:
    saved = json.loads((made / "out" / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer = BPETokenizer.from_dict(saved)
    assert tokenizer.n_vocab <= SMALL.config.vocab_size
    assert tokenizer.decode(tokenizer.encode_ordinary(SMALL.document(3))) == SMALL.document(3)


def test_the_command_explains_itself_and_refuses_nonsense(tmp_path: Path) -> None:
    helped = subprocess.run(
        [sys.executable, "-m", "llm_core", "pretrain", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--stop" in helped.stdout
    with pytest.raises(SystemExit):
        main(["pretrain", "tales", "--work", str(tmp_path / "new"), "--stop", "0"])
    assert not (tmp_path / "new").exists()


# The model that ships

TALES = ROOT / "assets" / "tales"
CARD = json.loads((TALES / "card.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def shipped() -> tuple[GPTModel, BPETokenizer]:
    saved = json.loads((TALES / "tokenizer.json").read_text(encoding="utf-8"))
    return load_gpt2(TALES), BPETokenizer.from_dict(saved)


def test_the_files_are_small_enough_for_a_repository() -> None:
    assert (TALES / "model.safetensors").stat().st_size <= 16_000_000
    assert sum(path.stat().st_size for path in TALES.rglob("*") if path.is_file()) <= 40_000_000


def test_the_program_still_writes_the_text_that_the_model_has_read() -> None:
    assert making.fingerprint() == CARD["first_documents"]


def test_the_card_tells_of_this_recipe_and_this_model(
    shipped: tuple[GPTModel, BPETokenizer],
) -> None:
    model, tokenizer = shipped
    assert CARD["config"] == dict(recipe.TALES.config) == dict(model.config)
    assert CARD["parameters"] == model.num_parameters()
    assert CARD["steps"] == recipe.TALES.schedule.total_steps
    assert tokenizer.n_vocab == model.config.vocab_size


def test_a_short_run_has_the_first_losses_of_the_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tokenizer.json").write_bytes((TALES / "tokenizer.json").read_bytes())
    monkeypatch.setattr(shards, "AHEAD", 1)
    found = [step.loss for step in making.follow(tmp_path, stop=2, eval_freq=None)]
    # To the last digit on the machine and threads of the card; others round in another order.
    assert found == pytest.approx(CARD["first_losses"][:2], abs=0.01)


def test_the_model_knows_what_its_card_says(
    shipped: tuple[GPTModel, BPETokenizer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examination, "QUESTIONS", 60)
    found = examination._answers(*shipped)
    told = CARD["examination"]
    for name in ("minimal_pairs", "tracking", "few_shot.opposite", "few_shot.plural"):
        assert found[name] > told[name] - 0.15, name
    assert found["minimal_pairs"] > 0.75


def test_from_moment_to_moment_it_knew_more(shipped: tuple[GPTModel, BPETokenizer]) -> None:
    model, tokenizer = shipped
    text = "\n".join(map(recipe.TALES.document, range(10**9, 10**9 + 12)))
    kept = [read_compact(path)[0] for path in sorted((TALES / "moments").iterdir())]
    found = [bits_per_byte(each, tokenizer, text) for each in (*kept, model)]
    # By the last moment the corpus had changed, and the model knew the earlier kinds a little less.
    assert found[:-2] == sorted(found[:-2], reverse=True)
    assert found[-1] == min(found)
