"""How a slope becomes a step: four rules, from plain downhill to whole matrices at once.

In:     a model whose weights hold gradients
Out:    the same model, each weight moved a little
Next:   training.py, which computes the gradients, batch after batch

    SGD      along the gradient, with momentum: steep weights move far, flat ones hardly
    Adam     each weight's step is divided by how large its gradients usually are
    AdamW    Adam, and every weight shrinks by the same share in each step; the book's
    Muon     a whole matrix at once: its step is turned so that all directions are equally long

C rows, D columns of a matrix

Source: Kingma and Ba 2015, "Adam: A Method for Stochastic Optimization"; Loshchilov and Hutter
2019, "Decoupled Weight Decay Regularization" (AdamW); Jordan et al. 2024, "Muon: An optimizer for
hidden layers in neural networks"; Liu et al. 2025, "Muon is Scalable for LLM Training" (step size).
"""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn

Groups = Iterable[dict[str, Any]]
"""Parameters with their settings, as torch's optimizers take them."""


def sgd(
    model: nn.Module, *, learning_rate: float, weight_decay: float = 0.0, momentum: float = 0.9
) -> torch.optim.SGD:
    """Each weight moves by the learning rate times an average of its latest gradients.

    Raises:
        ValueError: every parameter is frozen.
    """
    return torch.optim.SGD(
        trainable(model),
        lr=learning_rate,
        weight_decay=weight_decay,
        momentum=momentum,
        fused=True,
    )


def adam(
    model: nn.Module, *, learning_rate: float, weight_decay: float = 0.0, momentum: float = 0.9
) -> torch.optim.Adam:
    """As `sgd`, divided by the usual size of that weight's gradient; decay is part of the gradient.

    Raises:
        ValueError: every parameter is frozen.
    """
    return torch.optim.Adam(
        trainable(model),
        lr=learning_rate,
        weight_decay=weight_decay,
        betas=(momentum, 0.999),
        fused=True,
    )


def adamw(
    model: nn.Module,
    *,
    learning_rate: float = 4e-4,
    weight_decay: float = 0.1,
    momentum: float = 0.9,
) -> torch.optim.AdamW:
    """The optimizer of the book with its settings, for the parameters that are not frozen.

    Raises:
        ValueError: every parameter is frozen.
    """
    return torch.optim.AdamW(
        trainable(model),
        lr=learning_rate,
        weight_decay=weight_decay,
        betas=(momentum, 0.999),
        fused=True,
    )


def muon(
    model: nn.Module, *, learning_rate: float, weight_decay: float = 0.1, momentum: float = 0.95
) -> "MuonAndAdamW":
    """Muon for the matrices inside the blocks, AdamW for embeddings, head, norms and biases.

    Raises:
        ValueError: every parameter is frozen, or no matrix is left to train.
    """
    inside = {id(weight) for weight in model.get_submodule("trf_blocks").parameters()}
    free = trainable(model)
    matrices = [weight for weight in free if id(weight) in inside and weight.ndim == 2]
    if not matrices:
        raise ValueError("no matrix inside the blocks is free; let one learn, or take AdamW")
    chosen = {id(weight) for weight in matrices}
    shared = {"lr": learning_rate, "weight_decay": weight_decay}
    return MuonAndAdamW(
        [
            {"params": matrices, "momentum": momentum, "adjust_lr_fn": "match_rms_adamw", **shared},
            {
                "params": [weight for weight in free if id(weight) not in chosen],
                "betas": (0.9, 0.999),
                "fused": True,
                **shared,
            },
        ]
    )


class MuonAndAdamW(torch.optim.Optimizer):
    """Two rules in one optimizer: the first group's matrices by Muon, the second group by AdamW.

    A matrix (C, D) is a sum of directions, and its gradient pulls at few of them. Muon makes all
    equally long before it takes the step (five rounds of a matrix polynomial bring every singular
    value near 1), then scales it to the size of a step of AdamW, so that learning rates compare.

    Args:
        groups: the matrices with Muon's settings, then everything else with AdamW's.
    """

    def __init__(self, groups: Groups) -> None:
        matrices, others = groups
        self._muon = torch.optim.Muon([matrices])
        self._adamw = torch.optim.AdamW([others])
        super().__init__([*self._muon.param_groups, *self._adamw.param_groups], {})

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        """Move every weight once; `closure`, for methods that look at a slope twice, is not used.

        Raises:
            ValueError: a closure was given.
        """
        if closure is not None:
            raise ValueError("Muon looks at a slope once; call step() without a closure")
        for part, group in zip((self._muon, self._adamw), self.param_groups, strict=True):
            part.param_groups, part.state = [group], self.state
            part.step()


OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "AdamW": adamw,
    "Adam": adam,
    "SGD": sgd,
    "Muon": muon,
}
"""Each takes a model, `learning_rate`, `weight_decay` and `momentum`; the book's comes first."""


def trainable(model: nn.Module) -> list[nn.Parameter]:
    """The parameters that are not frozen.

    Raises:
        ValueError: every parameter is frozen.
    """
    free = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if not free:
        raise ValueError("every parameter is frozen; set requires_grad on those that shall learn")
    return free
