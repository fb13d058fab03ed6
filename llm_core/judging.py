"""Judge answers: by a program where the task allows it, by another language model elsewhere.

In:     an instruction entry with the answer that was hoped for, and the answer a model gave
Out:    a `Verdict`: a score from 0 to 1 and the reason for it
Next:   translation.py, where right and wrong are easier to tell

An entry may name its check under "check"; `CHECKS` lists them. Any other answer is scored by the
words it shares with the hoped-for one, which is a hint and no more. The judge of the book, a
language model served by Ollama on the same computer, is at the end.

Source: Rajpurkar et al. 2016, "SQuAD", section 6.1 (normalised exact match, word overlap F1);
Zheng et al. 2023, "Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena".
"""

import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from http.client import HTTPException
from types import MappingProxyType
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from llm_core.instructions import Instruction

OLLAMA_URL = "http://localhost:11434/api/chat"
"""Where Ollama listens on the computer it was started on."""


class Verdict(NamedTuple):
    """What a judge says of one answer."""

    score: float
    """From 0 (wrong) to 1 (right)."""

    reason: str
    """One sentence for the learner."""


def normalised(text: str) -> str:
    """The text without what right answers differ in: capitals, spacing, punctuation at word ends.

    >>> normalised('  The  capital is "Paris". ')
    'the capital is paris'
    """
    words = unicodedata.normalize("NFKC", text).casefold().split()
    bare = (word.strip(".,;:!?'\"()[]“”‘’„«»…") for word in words)
    return " ".join(word for word in bare if word)


def numbers_in(text: str) -> list[float]:
    """Every number written in digits, in order; commas between thousands are read over.

    >>> numbers_in("1,200 metres are 1.2 km, not -3.")
    [1200.0, 1.2, -3.0]
    """
    found = re.findall(r"(?<![\w.])-?\d+(?:,\d{3})*(?:\.\d+)?", text)
    return [float(number.replace(",", "")) for number in found]


def accepted(entry: Instruction) -> list[str]:
    """The right answers: those under "accept", separated by " | ", or the output alone."""
    return str(entry.get("accept") or entry["output"]).split(" | ")


def is_exact(entry: Instruction, answer: str) -> bool:
    """The answer is the output, word for word.

    Capitals and punctuation count only where they are the task: output and input differ in nothing
    else.
    """
    if normalised(entry["output"]) == normalised(entry["input"]):
        return answer.split() == str(entry["output"]).split()
    return normalised(answer) == normalised(entry["output"])


def is_one_of(entry: Instruction, answer: str) -> bool:
    """The answer is one of the right ones."""
    return normalised(answer) in map(normalised, accepted(entry))


def contains(entry: Instruction, answer: str) -> bool:
    """One of the right words, or groups of words, stands somewhere in the answer."""
    words = f" {normalised(answer)} "
    return any(f" {normalised(right)} " in words for right in accepted(entry))


def has_number(entry: Instruction, answer: str) -> bool:
    """The last number of the answer, which is where a calculation ends, is the output's last."""
    wanted, given = numbers_in(entry["output"]), numbers_in(answer)
    return bool(wanted and given) and math.isclose(wanted[-1], given[-1], abs_tol=1e-9)


class Check(NamedTuple):
    """A way to tell right from wrong, and what to say of either."""

    passes: Callable[[Instruction, str], bool]
    """Takes the entry and what was answered."""

    right: str
    wrong: str


CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "exact": Check(is_exact, "Word for word the expected answer.", "Expected: {}."),
        "one_of": Check(is_one_of, "One of the right answers.", "Expected: {}."),
        "contains": Check(contains, "Contains {}.", "Does not contain {}."),
        "number": Check(has_number, "The number is right.", "Expected: {}."),
    }
)
"""Checks an entry can name under "check"."""

FREE = "free"
"""Named by an entry that no program can check; so is an entry that names nothing."""


def shared_words(expected: str, answer: str) -> float:
    """F1 of the words two texts share: 1 for the same words in any order, 0 for none.

    >>> shared_words("The cat sat", "the cat ran")
    0.6666666666666666
    """
    wanted, given = Counter(normalised(expected).split()), Counter(normalised(answer).split())
    if not wanted or not given:
        return float(wanted == given)
    return 2 * (wanted & given).total() / (wanted.total() + given.total())


def judge(entry: Instruction, answer: str) -> Verdict:
    """Score one answer by the entry's own check, or by shared words where it names none.

    Raises:
        ValueError: the entry names a check that is not in `CHECKS`.

    >>> judge({"instruction": "2 + 3?", "input": "", "output": "5", "check": "number"}, "It is 5.")
    Verdict(score=1.0, reason='The number is right.')
    """
    name = entry.get("check", FREE)
    if name == FREE:
        score = shared_words(entry["output"], answer)
        return Verdict(score, f"Shares {score:.0%} of its words with the hoped-for answer.")
    if name not in CHECKS:
        raise ValueError(f'there is no check "{name}"; use one of {", ".join([*CHECKS, FREE])}')
    check = CHECKS[name]
    expected = " or ".join(f'"{right}"' for right in accepted(entry))
    passed = check.passes(entry, answer)
    reason = (check.right if passed else check.wrong).format(expected)
    for mark in ".!?":  # a quoted sentence brings its own full stop
        reason = reason.replace(f'{mark}".', f'{mark}"')
    return Verdict(float(passed), reason)


def check_if_running(url: str = OLLAMA_URL) -> bool:
    """Whether something answers at Ollama's address."""
    try:
        with _direct.open(_root_of(url), timeout=2):
            return True
    except HTTPError:
        return True
    except (OSError, HTTPException):
        return False


def query_model(prompt: str, model: str = "llama3", url: str = OLLAMA_URL) -> str:
    """What a model served by Ollama answers; the same prompt always gets the same answer.

    Raises:
        ConnectionError: Ollama does not run, or does not have the model.
    """
    question = {
        "model": model,
        "messages": [{"role": "user", "content": prompt}],
        "options": {"seed": 123, "temperature": 0, "num_ctx": 2048},
    }
    request = Request(
        url, data=json.dumps(question).encode(), headers={"Content-Type": "application/json"}
    )
    try:
        with _direct.open(request, timeout=300) as reply:  # one JSON object a line, word by word
            pieces = [json.loads(line) for line in reply if line.strip()]
    except HTTPError as error:
        raise ConnectionError(
            f"Ollama answers {error.code} for the model {model}; fetch it with: ollama pull {model}"
        ) from error
    except (OSError, HTTPException, json.JSONDecodeError) as error:
        raise ConnectionError(
            f"Ollama does not answer at {_root_of(url)}; start it with: ollama serve"
        ) from error
    return "".join(piece.get("message", {}).get("content", "") for piece in pieces)


def judge_with_model(
    entry: Instruction, answer: str, model: str = "llama3", url: str = OLLAMA_URL
) -> Verdict:
    """Ask a language model for a score from 0 to 100, and for the number alone.

    Raises:
        ConnectionError: see `query_model`.
        ValueError: the judge answers something other than a number.
    """
    task = f"{entry['instruction']}\n{entry['input']}".strip()
    said = query_model(
        f"An assistant was given this task:\n{task}\n\n"
        f"A correct response is:\n{entry['output']}\n\n"
        f"The assistant responded:\n{answer}\n\n"
        "How good is the assistant's response, from 0 (useless) to 100 (perfect)? "
        "Reply with the whole number only.",
        model,
        url,
    )
    scores = numbers_in(said)
    if not scores or not 0 <= scores[0] <= 100:
        raise ValueError(f"{model} was asked for a number from 0 to 100 and said: {said[:80]!r}")
    return Verdict(scores[0] / 100, f"{model} gives {scores[0]:.0f} out of 100.")


def generate_model_scores(
    entries: Iterable[tuple[Instruction, str]], model: str = "llama3", url: str = OLLAMA_URL
) -> Iterator[Verdict | None]:
    """A stream of verdicts on (entry, answer) pairs; None where the judge gave no number."""
    for entry, answer in entries:
        try:
            yield judge_with_model(entry, answer, model, url)
        except ValueError:
            yield None


_direct = build_opener(ProxyHandler({}))  # this computer is reached without any proxy


def _root_of(url: str) -> str:
    return url.partition("/api/")[0]
