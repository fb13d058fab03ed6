"""The fast loss of a classifier is the readable one, with the same gradients."""

from typing import get_args

import pytest
import torch

from llm_core.classification import freeze, swap_head
from llm_core.classification.fast import FastClassLoss
from llm_core.classification.finetuning import calc_loss_batch
from llm_core.classification.head import Read, Trainable
from llm_core.fast.training import Rungs
from llm_core.gpt import GPTModel
from llm_core.lora import replace_linear_with_lora
from tests.llm_core.test_fast_training import model_of

PAD = 60


def classifier(trainable: Trainable) -> GPTModel:
    model = model_of()
    swap_head(model)
    if trainable == "lora":
        replace_linear_with_lora(model, rank=2, alpha=4)
    freeze(model, trainable)
    return model


def texts() -> tuple[torch.Tensor, torch.Tensor]:
    ids = torch.randint(0, PAD, (4, 20), generator=torch.Generator().manual_seed(3))
    for row, length in enumerate((1, 7, 12, 15)):
        ids[row, length:] = PAD
    return ids, torch.tensor([0, 1, 1, 0])


@pytest.mark.parametrize("trainable", get_args(Trainable))
@pytest.mark.parametrize("read", get_args(Read))
def test_loss_and_every_gradient_equal_the_readable_ones(trainable: Trainable, read: Read) -> None:
    model, (ids, labels) = classifier(trainable), texts()

    def slopes(loss: torch.Tensor) -> dict[str, torch.Tensor | None]:
        model.zero_grad()
        torch.autograd.backward(loss)
        return {name: p.grad for name, p in model.named_parameters()}

    loss = calc_loss_batch(ids, labels, model, "cpu", read, PAD)
    wanted = slopes(loss)
    fast = FastClassLoss(read, PAD, Rungs(bf16=False))(ids, labels, model)
    assert fast.item() == pytest.approx(loss.item(), abs=1e-5)
    for name, slope in slopes(fast).items():
        torch.testing.assert_close(slope, wanted[name], atol=2e-6, rtol=1e-4, msg=name)


def test_bfloat16_rounds_and_no_more() -> None:
    model, (ids, labels) = classifier("all"), texts()
    readable = calc_loss_batch(ids, labels, model, "cpu", "last_real_token", PAD).item()
    fast = FastClassLoss("last_real_token", PAD, Rungs(bf16=True))(ids, labels, model)
    assert fast.item() == pytest.approx(readable, rel=2e-2)
