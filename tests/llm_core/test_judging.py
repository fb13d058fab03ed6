"""Judging: programs that know right from wrong, and Ollama's protocol."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from llm_core import judging
from llm_core.corpus import instructions
from llm_core.judging import (
    check_if_running,
    generate_model_scores,
    judge,
    judge_with_model,
    normalised,
    query_model,
)


def entry(output: str, check: str | None = None, **more: str) -> dict[str, Any]:
    made = {"instruction": "Do it.", "input": "", "output": output, **more}
    return made | ({"check": check} if check else {})


def test_every_bundled_answer_passes_its_own_check() -> None:
    failed = [one for one in instructions() if judge(one, one["output"]).score < 1]
    assert not failed


def test_an_empty_answer_passes_no_check() -> None:
    assert all(judge(one, "").score == 0 for one in instructions())


def test_most_bundled_answers_can_be_verified_by_a_program() -> None:
    bundled = instructions()
    assert sum(one["check"] in judging.CHECKS for one in bundled) > 0.8 * len(bundled)


@pytest.mark.parametrize(
    ("one", "right", "wrong"),
    [
        (entry("Cold", "exact"), '"cold."', "cold water"),
        (entry("Red Hat", "exact", input="red hat"), " Red  Hat ", "red hat"),
        (entry("No, it is sweet.", "one_of", accept="No, it is sweet. | No"), "no", "it is sweet"),
        (entry("an axe", "contains", accept="axe | saw"), "You need a saw!", "a sawmill"),
        (entry("12 metres", "number"), "3 * 4 = 12", "12 is 4 times 3"),
        (entry("1200", "number"), "It is 1,200.", "120"),
        (entry("-3", "number"), "-3", "3"),
    ],
)
def test_a_check_tells_right_from_wrong(one: dict[str, Any], right: str, wrong: str) -> None:
    assert judge(one, right).score == 1
    assert judge(one, wrong).score == 0
    assert judge(one, right).reason != judge(one, wrong).reason


def test_without_a_check_shared_words_count_in_any_order() -> None:
    assert judge(entry("a big red ball"), "Red ball, big: a").score == 1
    assert judge(entry("a big red ball"), "one small cube").score == 0
    assert judge(entry("a big red ball", "free"), "a red ball").score == pytest.approx(6 / 7)


def test_braces_in_an_answer_are_just_braces() -> None:
    assert judge(entry("{0} {x}", "exact"), "no").reason == 'Expected: "{0} {x}".'


@pytest.mark.parametrize("check", ["exact", "one_of", "contains"])
def test_the_reason_has_one_full_stop_where_the_answer_brings_its_own(check: str) -> None:
    reason = judge(entry("She cannot drive.", check), "no").reason
    assert reason.endswith('"She cannot drive."')
    assert judge(entry("axe", check), "no").reason.endswith('"axe".')


def test_an_unknown_check_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"exact, one_of, contains, number, free"):
        judge(entry("x", "vibes"), "x")


def test_normalising_twice_changes_nothing() -> None:
    for text in ("It' s  “fine”…", "A-b, c.", "", "?!"):
        assert normalised(normalised(text)) == normalised(text)


# Ollama -------------------------------------------------------------------------------------------


@pytest.fixture
def ollama() -> Iterator[dict[str, Any]]:
    """A server that speaks Ollama's protocol: its address, what it was asked, what it shall say."""
    state: dict[str, Any] = {"says": "85", "asked": []}

    class Ollama(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"Ollama is running")

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            state["asked"].append(json.loads(self.rfile.read(length)))
            known = state["asked"][-1]["model"] == "llama3"
            self.send_response(200 if known else 404)
            self.end_headers()
            for word in state["says"] if known else "":
                line = {"message": {"role": "assistant", "content": word}, "done": False}
                self.wfile.write(json.dumps(line).encode() + b"\n")
            self.wfile.write(b'{"done": true}\n')

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ollama)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    state["url"] = f"http://127.0.0.1:{server.server_port}/api/chat"
    yield state
    server.shutdown()
    server.server_close()


def test_words_of_a_reply_are_joined(ollama: dict[str, Any]) -> None:
    ollama["says"] = "Llamas eat grass."
    assert query_model("What do llamas eat?", url=ollama["url"]) == "Llamas eat grass."
    asked = ollama["asked"][0]
    assert asked["messages"] == [{"role": "user", "content": "What do llamas eat?"}]
    assert asked["options"]["temperature"] == 0


def test_a_model_as_judge_sees_task_reference_and_answer(ollama: dict[str, Any]) -> None:
    task = entry("grass", input="llama")
    assert judge_with_model(task, "leaves", url=ollama["url"]).score == 0.85
    prompt = ollama["asked"][0]["messages"][0]["content"]
    assert all(part in prompt for part in ("Do it.", "llama", "grass", "leaves"))


def test_a_judge_that_gives_no_number_gives_no_verdict(ollama: dict[str, Any]) -> None:
    ollama["says"] = "Excellent!"
    with pytest.raises(ValueError, match="Excellent"):
        judge_with_model(entry("grass"), "grass", url=ollama["url"])
    assert list(generate_model_scores([(entry("a"), "a")], url=ollama["url"])) == [None]


def test_a_model_that_is_missing_is_named_with_the_command_that_fetches_it(
    ollama: dict[str, Any],
) -> None:
    with pytest.raises(ConnectionError, match="ollama pull phi3"):
        query_model("Hello", model="phi3", url=ollama["url"])


def test_it_is_known_whether_ollama_runs(ollama: dict[str, Any]) -> None:
    assert check_if_running(ollama["url"])
    nobody = "http://127.0.0.1:9/api/chat"
    assert not check_if_running(nobody)
    with pytest.raises(ConnectionError, match="ollama serve"):
        query_model("Hello", url=nobody)
