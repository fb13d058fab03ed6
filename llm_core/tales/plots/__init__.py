"""All plots: each makes one story happen in a scene.

searching    plots in which something is lost or taken and looked for
animals      plots about an animal that has run away, and a noise in the night
hiding       plots in which things are hidden, tidied up or mixed up
mending      plots about things that break or are out of reach
giving       plots about presents and visits
making       plots in which something is baked or built
together     plots about a quarrel and about a child who stands apart
trying       plots about races and about learning something hard
ways         plots about ways: getting lost, carrying something far, following notes
hands        plots in which things go from hand to hand or are counted
fables       plots among the talking animals of the wood

In:     a scene with nothing in it
Out:    PLOTS
Next:   stories
"""

from collections.abc import Callable, Sequence

from llm_core.tales.plots import (
    animals,
    fables,
    giving,
    hands,
    hiding,
    making,
    mending,
    searching,
    together,
    trying,
    ways,
)
from llm_core.tales.scene import Scene

PLOTS: Sequence[Callable[[Scene], None]] = (
    *searching.PLOTS,
    *animals.PLOTS,
    *hiding.PLOTS,
    *mending.PLOTS,
    *giving.PLOTS,
    *making.PLOTS,
    *together.PLOTS,
    *trying.PLOTS,
    *ways.PLOTS,
    *hands.PLOTS,
    *fables.PLOTS,
)
"""Every plot; a story takes one."""
