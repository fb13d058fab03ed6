"""Proves that several processes take the same steps as one, by PyTorch's own launcher and gloo."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from llm_core import shards
from llm_core.processes import Group, joined
from tests.llm_core.small_recipe import follow


def test_two_processes_take_the_steps_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "AHEAD", 1)
    alone = follow(tmp_path / "alone")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]
    script = ["-m", "tests.llm_core.small_recipe", str(tmp_path / "work"), str(tmp_path / "found")]
    done = subprocess.run([*command, *script], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "found").read_text(encoding="utf-8"))
    assert alone["losses"][0] - alone["losses"][-1] > 0.5  # there was something to learn
    torch.testing.assert_close(found["losses"], alone["losses"], rtol=0, atol=5e-3)
    torch.testing.assert_close(found["weights"], alone["weights"], rtol=0, atol=5e-3)


def test_a_process_that_nobody_launched_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK"):
        monkeypatch.delenv(name, raising=False)
    with joined() as group:
        assert (group.rank, group.world) == (0, 1)
        assert group.mean(0.5) == 0.5


def test_waiting_alone_does_not_wait() -> None:
    Group().wait()
