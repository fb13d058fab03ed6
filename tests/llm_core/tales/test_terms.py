"""What is read when: each term keeps the documents of those before it."""

from hashlib import sha256

import pytest

from llm_core import tales
from llm_core.tales import HELD_OUT, TERMS, document


@pytest.mark.parametrize(
    ("first", "count", "digest"),
    [
        (0, 60, "1a19a542007957f6"),
        (229_376, 44, "5f8083f9fb84d5b3"),
        (262_144, 57, "4be415438f671a0d"),
        (352_000, 201, "fcfd85f4cacb6d14"),
        (HELD_OUT, 60, "38cda2937aef869f"),
    ],
)
def test_documents_that_were_read_stay_as_they_are(first: int, count: int, digest: str) -> None:
    text = "\n\n".join(document(number) for number in range(first, first + count))
    assert sha256(text.encode()).hexdigest()[:16] == digest


def test_the_terms_begin_one_after_the_other_and_each_adds_up_to_a_hundred() -> None:
    assert [first for first, _ in TERMS] == sorted({first for first, _ in TERMS})
    assert all(sum(kinds.values()) == 100 for _, kinds in TERMS)


def test_a_fifth_of_the_last_term_are_scenes_of_causes() -> None:
    first, kinds = TERMS[-1]
    assert first == 352_256
    assert kinds[tales.chain] == 20
