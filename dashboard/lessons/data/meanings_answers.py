"""What the learner asks of a space of meanings: neighbours, an analogy, an axis."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from dashboard import charts, chips, palette
from dashboard.drawn import kept
from dashboard.lessons.data.meanings import BY_NAME, Space
from llm_core.word2vec import Metric, Near

NEIGHBOURS, ANALOGY, AXIS = "Neighbours", "Analogy", "Axis"
EXAMPLES = {NEIGHBOURS: "apple", ANALOGY: "he his she", AXIS: "he she"}
LABELS = {
    NEIGHBOURS: "Word",
    ANALOGY: "Three words: a is to b as c is to …",
    AXIS: "Two words: from … to …",
}
HEADINGS = {
    NEIGHBOURS: "Nearest to “{0}”",
    ANALOGY: "“{0}” is to “{1}” as “{2}” is to …",
    AXIS: "From “{0}” (0) to “{1}” (1)",
}
MEANINGS = {
    NEIGHBOURS: "In all channels, not on the map: what lies side by side there may be far apart in "
    "what you do not see.",
    ANALOGY: "The words nearest to the second vector minus the first plus the third. Try “run ran "
    "go” and “man woman king”: some come out right, many do not.",
    AXIS: "Draw a straight line from your first word to your second, and ask of each word on the "
    "map where along it lies: below 0 is beyond the first, above 1 beyond the second. Here are "
    "those farthest out. Between “he” and “she”, look at the children's names.",
}
_NEEDED = {NEIGHBOURS: 1, ANALOGY: 3, AXIS: 2}
_TO_EACH_END = 5


class Answer(NamedTuple):
    """What was asked and what came out."""

    ask: str
    words: tuple[str, ...]
    """Asked about; none if the question has no answer."""
    near: tuple[Near, ...]
    complaint: str
    """What is wrong with the question; "" if nothing is."""

    @property
    def found(self) -> tuple[str, ...]:
        """All words of question and answer."""
        return (*self.words, *(near.word for near in self.near))

    @property
    def joined(self) -> tuple[tuple[str, str], ...]:
        """Words that a line on the map joins: both steps of an analogy."""
        if self.ask != ANALOGY or not self.near:
            return ()
        a, b, c = self.words
        return ((a, b), (c, self.near[0].word))


def answered(seen: Space, ask: str, words: Sequence[str], metric: Metric, n: int = 8) -> Answer:
    """Ask; a question without an answer is told why.

    Args:
        n: how many answers; an axis has its own number.
    """
    need = _NEEDED[ask]
    if len(words) != need:
        plural = "a word" if need == 1 else f"{need} words, with blanks between them"
        return Answer(ask, (), (), f"Type {plural}.")
    try:
        if ask == NEIGHBOURS:
            found = seen.vectors.neighbours(words[0], n, metric)
        elif ask == ANALOGY:
            found = seen.vectors.analogy(words[0], words[1], words[2], n)
        else:
            found = _ends(seen, words[0], words[1])
    except ValueError as error:
        return Answer(ask, (), (), f"{error}.")
    return Answer(ask, tuple(words), tuple(found), "")


def _ends(seen: Space, start: str, end: str) -> list[Near]:
    """Words of the map that lie farthest to both ends of an axis, in order."""
    along = seen.vectors.along(start, end).tolist()
    names = {start.casefold(), end.casefold()}
    rows = [row for row in seen.shown if seen.vectors.words[row].casefold() not in names]
    rows.sort(key=lambda row: along[row])
    half = _TO_EACH_END
    chosen = rows if len(rows) <= 2 * half else rows[:half] + rows[-half:]
    return [Near(seen.vectors.words[row], along[row]) for row in chosen]


@kept(BY_NAME)
def bars(answer: Answer, metric: Metric) -> Any:
    """The answers, and how near they are."""
    far = answer.ask == NEIGHBOURS and metric == "Euclidean"
    titles = {AXIS: "place on the way"}
    return charts.bars(
        {"nearness": [near.value for near in answer.near]},
        labels=[chips.label(near.word) for near in answer.near],
        colours={"nearness": palette.OUTPUT},
        value_title=titles.get(answer.ask, "Euclidean distance" if far else "cosine similarity"),
        value_range=None if far or answer.ask == AXIS else (0.0, 1.1),
        sideways=True,
        number_format=".2f",
    )
