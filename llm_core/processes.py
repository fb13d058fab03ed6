"""Several processes train one model: each reads a part of every batch, gradients are averaged.

In:     processes that `torchrun` has started, or one alone
Out:    this process's place among them, and a loss whose gradients are everybody's
Next:   pretraining.py, the recipe they follow

Each process holds the whole model. After its backward pass a process has the gradient of its own
rows; PyTorch's `DistributedDataParallel` replaces it by the mean over all processes, which is the
gradient of the whole batch. So all take the same step, and their models stay equal.

B rows of this process, T tokens

Source: Li et al. 2020, "PyTorch Distributed: Experiences on Accelerating Data Parallel Training".
"""

import gc
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from llm_core.fast.training import FastLoss
from llm_core.gpt import GPTModel
from llm_core.loss import LossFunction, calc_loss_batch


class WithLoss(nn.Module):
    """A model together with its loss: the one call per update that processes can share."""

    def __init__(self, model: nn.Module, loss: LossFunction, device: torch.device) -> None:
        super().__init__()
        self.model, self._loss, self._device = model, loss, device

    def forward(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """Mean loss of ids (B, T) and their targets (B, T), in nats per token: ()."""
        faster: AbstractContextManager[object] = nullcontext()
        if self._device.type == "cuda" and torch.cuda.is_bf16_supported():
            faster = torch.autocast("cuda", torch.bfloat16)
        with faster:
            return self._loss(inputs, targets, self.model, self._device)


@dataclass(frozen=True)
class Group:
    """The processes that train together, and which of them this is."""

    rank: int = 0
    world: int = 1
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    def mean(self, value: float) -> float:
        """The mean over all processes of a number that each has one of."""
        if self.world == 1:
            return value
        shared = torch.tensor(value, dtype=torch.float64, device=self.device)
        dist.all_reduce(shared)
        return float(shared) / self.world

    def wait(self) -> None:
        """Go on when everybody is here."""
        if self.world > 1:
            dist.barrier()


@contextmanager
def joined() -> Iterator[Group]:
    """This process's place among those that `torchrun` has started; alone without it."""
    gpus = torch.cuda.device_count()
    rank, world = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    local = int(os.environ.get("LOCAL_RANK", "0"))
    device = torch.device("cuda", local % gpus) if gpus else torch.device("cpu")
    if gpus:
        torch.cuda.set_device(device)
    if world == 1:
        yield Group(device=device)
        return
    dist.init_process_group("nccl" if gpus else "gloo")
    group = Group(rank, world, device)
    try:
        yield group
        group.wait()  # nobody leaves while another still listens to him
    finally:
        gc.collect()  # what still holds the group would end it in the wrong order, at exit
        dist.destroy_process_group()


def shared_loss(model: GPTModel, group: Group) -> LossFunction:
    """The loss of this process's rows, whose gradient becomes the mean of everybody's."""
    alone = FastLoss() if group.device.type == "cpu" else calc_loss_batch
    with_loss: nn.Module = WithLoss(model, alone, group.device)
    together = DistributedDataParallel(with_loss) if group.world > 1 else with_loss

    def loss(inputs: Tensor, targets: Tensor, _: nn.Module, __: object = "cpu") -> Tensor:
        part = together if torch.is_grad_enabled() else with_loss
        value: Tensor = part(inputs, targets)
        return value

    return loss
