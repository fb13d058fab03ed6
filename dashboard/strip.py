"""A slim drawing of the whole model; the parts that a page is about are lit."""

from dashboard.stages import Stage

PARTS: dict[str, str] = {
    "text": "text",
    "tokens": "tokens",
    "embeddings": "embeddings",
    "attention": "attention",
    "feed-forward": "feed-forward",
    "head": "output head",
    "loss": "loss",
}
"""Parts of the model in the order of the data, with the words on the drawing."""

_BLOCK = ("attention", "feed-forward")


def html(stage: Stage) -> str:
    """The drawing as one row of boxes; the parts of a block stand in a frame that repeats."""

    def box(part: str) -> str:
        lit = part in stage.parts
        here = ' aria-current="true"' if lit else ""
        return f'<span class="part{" lit" if lit else ""}"{here}>{PARTS[part]}</span>'

    block = '<span class="block">' + "".join(map(box, _BLOCK)) + "<small>× blocks</small></span>"
    pieces = [block if part == _BLOCK[0] else box(part) for part in PARTS if part != _BLOCK[1]]
    return (
        '<div class="model-strip" role="group" aria-label="The model; the lit parts are what this '
        f'page is about">{"".join(pieces)}</div>'
    )
