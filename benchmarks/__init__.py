"""Measurements of speed and memory, as ratios against peers in the same run."""

import os

# As the dashboard does before torch is imported; it helps the peers as much.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
