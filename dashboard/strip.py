"""A slim drawing of the whole model; the parts that a page is about are lit.

Every part is a link to the page where it is taught, and on that page to the idea itself.
"""

from typing import NamedTuple

from dashboard.stages import Stage, stage


class Place(NamedTuple):
    """A part of the drawing."""

    label: str
    home: str
    """Slug of the page that teaches it."""
    idea: str
    """The idea of that page, by the name of its place."""


PARTS: dict[str, Place] = {
    "text": Place("text", "data", "cutting"),
    "tokens": Place("tokens", "data", "byte-pairs"),
    "embeddings": Place("embeddings", "data", "looking-up"),
    "attention": Place("attention", "attention", "earlier-words"),
    "feed-forward": Place("feed-forward", "architecture", "activation"),
    "head": Place("output head", "architecture", "whole-model"),
    "loss": Place("loss", "pretraining", "what-loss-is"),
}
"""Parts of the model in the order of the data."""

_BLOCK = ("attention", "feed-forward")


def html(here: Stage) -> str:
    """The drawing as one row of links; the parts of a block stand in a frame that repeats."""

    def box(part: str) -> str:
        place = PARTS[part]
        lit = part in here.parts
        mark = ' aria-current="true"' if lit else ""
        at_home = place.home == here.slug
        says = "Go to it on this page" if at_home else f"Go to page {stage(place.home).number}"
        return (
            f'<a class="part{" lit" if lit else ""}"{mark} title="{says}" target="_self" '
            f'href="{stage(place.home).address}#{place.idea}">{place.label}</a>'
        )

    block = '<span class="block">' + "".join(map(box, _BLOCK)) + "<small>× blocks</small></span>"
    pieces = [block if part == _BLOCK[0] else box(part) for part in PARTS if part != _BLOCK[1]]
    return (
        '<div class="model-strip" role="group" aria-label="The model; the lit parts are what this '
        f'page is about, and each leads to where it is taught">{"".join(pieces)}</div>'
    )
