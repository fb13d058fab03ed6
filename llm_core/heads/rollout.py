"""Where all layers together look: attention multiplied through the model.

In:     attention weights (L, H, T, T)
Out:    the share that each token of the text has in each token's vector, layer by layer (L, T, T)
Next:   whether a head matters, which no map of weights can say

In the second layer a token looks at vectors that have looked around already: to see which tokens
of the text are in there, weights must be multiplied with those of the layer before. Half of what
leaves a layer counts as the token's own vector, which the shortcut carries past attention:

    A_l     = (mean of the layer's heads + identity) / 2
    R_l     = A_l R_(l-1),      R_0 = identity

It is a rough account: it takes all heads as equally important, gives the shortcut exactly half, and
leaves out values and feed-forward layers.

Shapes: L layers, H heads, T tokens.
Source: Abnar and Zuidema 2020, "Quantifying Attention Flow in Transformers".
"""

import torch
from torch import Tensor


def rollout(weights: Tensor, shortcut: float = 0.5) -> Tensor:
    """Share of each token of the text in each vector, after each layer.

    Args:
        weights: (L, H, T, T), each row adds up to 1.
        shortcut: how much of a layer's result counts as the token's own vector, 0 to 1.

    Returns:
        (L, T, T); row t of the last one says what the vector of token t is made of, and adds up
        to 1.

    Raises:
        ValueError: a shortcut outside 0 to 1.

    >>> rollout(torch.tensor([[[[1.0, 0.0], [1.0, 0.0]]]] * 2))[-1].tolist()
    [[1.0, 0.0], [0.75, 0.25]]
    """
    if not 0 <= shortcut <= 1:
        raise ValueError(f"shortcut={shortcut} is no share; choose a number from 0 to 1")
    own = torch.eye(weights.shape[-1], dtype=weights.dtype)  # (T, T)
    so_far, layers = own, []
    for mean in weights.mean(dim=1):  # (T, T) of one layer
        so_far = ((1 - shortcut) * mean + shortcut * own) @ so_far  # (T, T)
        layers.append(so_far)
    return torch.stack(layers)  # (L, T, T)


def last_layer_mean(weights: Tensor) -> Tensor:
    """What one reads off without rollout: the heads of the last layer, averaged (T, T)."""
    return weights[-1].mean(dim=0)
