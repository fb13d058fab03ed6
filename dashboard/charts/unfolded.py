"""t-SNE: many channels unfolded onto a map on which neighbours stay neighbours."""

from typing import Any

import numpy as np


def unfolded(vectors: Any, dimensions: int, *, start: Any, seed: int = 0) -> Any:
    """Where t-SNE puts each vector; only who is near whom means anything.

    Args:
        vectors: (N, C), N at least 4.
        dimensions: 2 or 3.
        start: (N, dimensions); where the points stand before they begin to move, such as their
            principal components, so that the same vectors give the same map.
        seed: of the little that is left to chance.

    Raises:
        ValueError: fewer than four vectors.

    Source: van der Maaten and Hinton 2008, "Visualizing Data using t-SNE"
    """
    from sklearn.manifold import TSNE  # takes a second to import, and is seldom asked for

    rows = np.asarray(vectors, dtype=np.float32)
    if len(rows) < 4:
        raise ValueError(f"{len(rows)} points make no map by t-SNE; show more words, or use PCA")
    spread = np.asarray(start, dtype=np.float32)
    spread = spread / max(float(spread[:, 0].std()), 1e-9) * 1e-4  # small, as its authors advise
    tsne = TSNE(
        dimensions,
        perplexity=min(20.0, (len(rows) - 1) / 3),
        metric="cosine",
        init=spread,
        random_state=seed,
        max_iter=600,
        n_jobs=1,
    )
    return tsne.fit_transform(rows)
