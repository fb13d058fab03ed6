"""The loss of a classifier, computed fast.

In:     texts (B, T) and labels (B,), and a plain `GPTModel` with the head of head.py
Out:    what `calc_loss_batch` of finetuning.py gives, ready for `.backward()`
Next:   ../instructions, the other way to finetune

    train_classifier(model, ..., loss_function=FastClassLoss(read))

Only the end differs from ../fast/training.py: the last row of each text meets the head.

Shapes: B batch, T tokens, N rows (B * T less the filler), C channels.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llm_core.classification.finetuning import calc_loss_batch
from llm_core.classification.head import Read, read_at
from llm_core.classification.messages import PAD_TOKEN_ID
from llm_core.fast.training import FastLoss, Rungs, Weights


class FastClassLoss(FastLoss):
    """Mean cross-entropy of labels by a plain GPTModel; a loss function for `train_classifier`.

    A model with exchanged layers (LoRA) or on another device takes the readable path.
    """

    def __init__(
        self,
        read: Read = "last_token",
        pad_token_id: int = PAD_TOKEN_ID,
        rungs: Rungs | None = None,
    ) -> None:
        """
        Args:
            read: where the answer is read.
            pad_token_id: what fills up short texts.
            rungs: None takes what this machine profits from.
        """
        super().__init__(rungs)
        self.read, self.pad_token_id = read, pad_token_id

    def _readable(
        self, ids: Tensor, targets: Tensor, model: nn.Module, device: torch.device | str
    ) -> Tensor:
        return calc_loss_batch(ids, targets, model, device, self.read, self.pad_token_id)

    def _last(self, ids: Tensor, targets: Tensor) -> Tensor:
        return read_at(ids, self.read, self.pad_token_id)

    def _end(self, x: Tensor, read: Tensor, targets: Tensor, weight: Weights) -> Tensor:
        ends = x[read.sum(dim=1).cumsum(0) - 1]  # (N, C) -> (B, C)
        logits = F.linear(ends, weight["out_head.weight"], weight.get("out_head.bias"))
        return F.cross_entropy(logits.float(), targets)
