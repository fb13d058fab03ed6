"""From token ids to vectors that say which token it is and where it stands.

In:     token ids (B, T)
Out:    vectors (B, T, C), what the first layer of the model reads
Next:   attention.py, where the vectors look at each other

B batch, T tokens, C channels (width of a vector), V vocabulary, N any number of vectors.

Source: Bengio et al. 2003, "A Neural Probabilistic Language Model" (look-up table);
        Radford et al. 2018, "Improving Language Understanding by Generative Pre-Training",
        section 3.1 (learned positions);
        Vaswani et al. 2017, "Attention Is All You Need", section 3.5 (positions as waves)
"""

from collections.abc import Collection
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class EmbeddingSteps(NamedTuple):
    """How token ids became vectors."""

    token_vectors: Tensor
    """(B, T, C); the same token has the same vector wherever it stands."""
    position_vectors: Tensor
    """(T, C); the same place has the same vector whatever stands there."""
    sum: Tensor
    """(B, T, C); both at once."""


def embed(
    token_ids: Tensor, tok_emb: nn.Embedding, pos_emb: nn.Embedding, start: int = 0
) -> EmbeddingSteps:
    """Look up token and position vectors and add them.

    Args:
        token_ids: (B, T) or (T,).
        tok_emb: V rows, one for each token.
        pos_emb: one row for each position.
        start: position of the first token; more than 0 when earlier ones are in a cache.

    Raises:
        ValueError: more positions than `pos_emb` has rows, or an id that `tok_emb` has no row for.
    """
    end = start + token_ids.shape[-1]
    if end > pos_emb.num_embeddings:
        raise ValueError(
            f"{end:,} tokens do not fit into a context of {pos_emb.num_embeddings:,}; "
            "shorten the text, or use a model with a longer context_length"
        )
    if token_ids.numel() and not 0 <= int(token_ids.min()) <= int(token_ids.max()) < (
        tok_emb.num_embeddings
    ):
        raise ValueError(
            f"ids from {int(token_ids.min())} to {int(token_ids.max())} do not fit a vocabulary of "
            f"{tok_emb.num_embeddings:,}; use the tokenizer the model was made for"
        )
    positions = torch.arange(start, end, device=token_ids.device)  # (T,)
    token_vectors = tok_emb(token_ids)  # (B, T, C)
    position_vectors = pos_emb(positions)  # (T, C)
    return EmbeddingSteps(token_vectors, position_vectors, token_vectors + position_vectors)


def sinusoidal_positions(context_length: int, emb_dim: int, base: float = 10_000.0) -> Tensor:
    """Positions as waves, (T, C): channels 2i and 2i + 1 are sine and cosine of the place t.

    The angle is t / base^(2i / C), so the first pair turns fastest and the last hardly at all. A
    step of k places turns every pair by the same angle, wherever it begins: "k places back" is one
    matrix for all places.

    Args:
        context_length: T, how many places.
        emb_dim: C, channels of a vector.
        base: how much slower the slowest waves are than the fastest.

    >>> sinusoidal_positions(3, 2)
    tensor([[ 0.0000,  1.0000],
            [ 0.8415,  0.5403],
            [ 0.9093, -0.4161]])
    """
    pairs = torch.arange((emb_dim + 1) // 2)  # (C / 2,)
    angles = torch.arange(context_length)[:, None] * base ** (-2 * pairs / emb_dim)  # (T, C / 2)
    waves = torch.stack((angles.sin(), angles.cos()), dim=-1)  # (T, C / 2, 2)
    return waves.flatten(1)[:, :emb_dim]  # (T, C)


class LookUpSteps(NamedTuple):
    """A look-up written as a product of matrices."""

    one_hot: Tensor
    """(..., V); a single 1 in the column of the token's id."""
    vectors: Tensor
    """(..., C); the rows that the ones pick out."""


def look_up_by_product(token_ids: Tensor, weight: Tensor) -> LookUpSteps:
    """What `nn.Embedding` does, the long way: one-hot vectors times the weight matrix.

    Args:
        token_ids: (...), any shape.
        weight: (V, C).

    >>> look_up_by_product(torch.tensor([1, 0]), torch.tensor([[1.0, 2.0], [3.0, 4.0]])).vectors
    tensor([[3., 4.],
            [1., 2.]])
    """
    one_hot = F.one_hot(token_ids, len(weight)).to(weight.dtype)  # (..., V)
    return LookUpSteps(one_hot, one_hot @ weight)  # (..., C)


def as_linear(layer: nn.Embedding) -> nn.Linear:
    """The linear layer that does with one-hot vectors what an embedding does with ids.

    Both hold the same numbers; a linear layer keeps its table on its side, (C, V). The embedding
    takes a row out, the linear layer multiplies V times C numbers for every token to get it.

    >>> layer = nn.Embedding(4, 2)
    >>> torch.equal(as_linear(layer)(torch.eye(4)), layer(torch.arange(4)))
    True
    """
    n_vocab, emb_dim = layer.weight.shape
    linear = nn.Linear(n_vocab, emb_dim, bias=False, device="meta")  # draws no random numbers
    linear.weight = nn.Parameter(layer.weight.detach().T)  # (V, C) -> (C, V)
    return linear


def distances_to_nearest(vectors: Tensor, others: Tensor) -> Tensor:
    """How far each vector is from the nearest of some others, (N,); 0 for one that is among them.

    So it compares two sets, in whatever order their vectors stand.

    Args:
        vectors: (N, C).
        others: (M, C), at least one.

    >>> distances_to_nearest(torch.tensor([[0., 1.], [3., 5.]]), torch.tensor([[3., 1.], [0., 1.]]))
    tensor([0., 4.])
    """
    each = torch.cdist(vectors, others, compute_mode="donot_use_mm_for_euclid_dist")  # (N, M)
    return each.amin(dim=1)  # (N,)


def similarities(vectors: Tensor) -> Tensor:
    """The cosine of the angle between every two vectors, (N, C) -> (N, N)."""
    directions = F.normalize(vectors, dim=1)  # (N, C)
    return directions @ directions.T  # (N, N)


def similarity_by_distance(positions: Tensor) -> Tensor:
    """How alike places are that stand k apart, on average over all such pairs; (T, C) -> (T,).

    >>> similarity_by_distance(torch.tensor([[1., 0.], [0., 1.], [-1., 0.]]))
    tensor([ 1.,  0., -1.])
    """
    alike = similarities(positions)  # (T, T)
    return torch.stack([alike.diagonal(k).mean() for k in range(len(alike))])  # (T,)


class Projection(NamedTuple):
    """Vectors seen from the side where they differ most."""

    coordinates: Tensor
    """(N, n); where each vector stands along the n directions, measured from their mean."""
    explained: Tensor
    """(n,); share of all variance that each direction shows, between 0 and 1."""
    directions: Tensor
    """(n, C); unit vectors, at right angles."""


def principal_components(vectors: Tensor, n: int = 2) -> Projection:
    """The n directions along which vectors vary most, for drawing many channels on a flat page.

    A direction and its opposite are equally good; the one is taken whose largest entry is positive.
    Directions that the vectors do not have (two points lie on a line) show a share of 0.

    Args:
        vectors: (N, C).

    Raises:
        ValueError: `vectors` is not a matrix, or has no rows.

    Source: Pearson 1901, "On lines and planes of closest fit to systems of points in space"
    """
    if vectors.dim() != 2 or len(vectors) == 0:
        raise ValueError(
            f"vectors of shape {tuple(vectors.shape)} are no rows; give a matrix (N, C)"
        )
    centred = (vectors - vectors.mean(dim=0)).detach().float()
    _, spread, directions = torch.linalg.svd(centred, full_matrices=False)
    missing = max(0, n - len(spread))
    spread = F.pad(spread, (0, missing))[:n]  # (n,)
    directions = F.pad(directions, (0, 0, 0, missing))[:n]  # (n, C)
    largest = directions.abs().argmax(dim=1, keepdim=True)  # (n, 1)
    directions = directions * directions.gather(1, largest).sign()
    total = centred.square().sum()
    explained = spread.square() / total if total > 0 else torch.zeros(n)
    return Projection(centred @ directions.T, explained, directions)


class Neighbours(NamedTuple):
    """The vectors that point most nearly the same way, nearest first."""

    ids: Tensor
    """(n,); their rows."""
    similarities: Tensor
    """(n,); cosine of the angle to each: 1 the same direction, 0 a right angle, -1 opposite."""


def nearest_neighbours(
    query: Tensor, vectors: Tensor, n: int = 5, exclude: Collection[int] = ()
) -> Neighbours:
    """The n vectors with the greatest cosine similarity to the query; fewer if there are fewer.

    Args:
        query: (C,).
        vectors: (N, C).
        exclude: rows left out, such as the query's own.

    >>> compass = torch.tensor([[0.0, 1.0], [1.0, 1.0], [-1.0, 0.0]])
    >>> nearest_neighbours(torch.tensor([2.0, 0.0]), compass, n=2).ids
    tensor([1, 0])
    """
    similarities = F.cosine_similarity(query[None, :], vectors, dim=1)  # (N,)
    left_out = torch.tensor(sorted(exclude), dtype=torch.long, device=vectors.device)
    similarities = similarities.index_fill(0, left_out, -torch.inf)
    best = similarities.topk(min(n, len(vectors) - len(left_out)))
    return Neighbours(best.indices, best.values)
