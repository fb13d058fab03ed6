"""Four ways of cutting a passage, one below the other: the lanes of the data page's first idea."""

import streamlit as st

from dashboard import chips
from dashboard.components.tokens import Chip, Lane
from dashboard.wording import counted
from llm_core import tokenizers

STEPS = {
    "White space": "Cut at white space: punctuation still clings to the words.",
    "Commas, full stops": "Cut at commas and full stops too. Two in a row leave an empty piece.",
    "No blanks": "Leave out empty pieces and white space.",
    "Every mark": "Cut at every mark and at double dashes; a single hyphen joins. These are the "
    "tokens.",
}
"""Name of each step, and what it does."""

ALL, TWO, NONE = "From all four", "Only from steps 1 and 2", "From none"


@st.cache_data(show_spinner=False, max_entries=128)
def cuts(passage: str) -> tokenizers.SplitSteps:
    """The passage cut in four ways, each better than the one before."""
    return tokenizers.split_in_steps(passage)


@st.cache_data(show_spinner=False, max_entries=128)
def lanes(passage: str) -> list[Lane]:
    """Each step's list; marked as new is what the step before did not cut out at this place."""
    made: list[Lane] = []
    before: set[tokenizers.Place] = set()
    for number, (name, pieces) in enumerate(zip(STEPS, cuts(passage), strict=True), 1):
        where = tokenizers.places(passage, pieces)
        new = [bool(before) and place not in before for place in where]
        drawn = [
            Chip(chips.visible(piece), *place, mark="new" if is_new else "")
            for piece, place, is_new in zip(pieces, where, new, strict=True)
        ]
        facts = counted(len(pieces), "piece")
        if before:
            facts += f": {sum(new)} new, {len(before - set(where))} gone"
        made.append(Lane(f"{number}. {name}", drawn, facts))
        before = set(where)
    return made


def restorable(passage: str) -> str:
    """From which of the four lists the passage can be joined again, character for character."""
    exact = ["".join(pieces) == passage for pieces in cuts(passage)]
    return ALL if all(exact) else TWO if exact[0] and exact[1] else NONE
