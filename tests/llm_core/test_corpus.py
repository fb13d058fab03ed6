"""Claims about texts, tables and downloads; a server on this machine stands in for the internet."""

import hashlib
import io
import re
import threading
import zipfile
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_core import corpus
from llm_core.corpus import downloads
from llm_core.corpus.texts import LONGEST_BLANK

# Property


@given(st.text(min_size=1), st.floats(0.01, 0.99))
def test_the_two_parts_of_a_split_are_the_text(text, ratio):
    train, validation = corpus.split_text(text, ratio)
    assert train + validation == text
    assert len(train) == int(ratio * len(text))


@given(st.binary())
def test_any_bytes_become_clean_text_or_one_sentence(raw):
    text, sentence = cleaned(raw)
    if sentence:
        assert sentence.endswith(".")
        assert "\n" not in sentence
    else:
        assert 0 < len(text) <= 20
        assert not {"\x00", "\ufeff", "\r"} & set(text)
        assert cleaned(text) == (text, "")


def cleaned(raw):
    try:
        return corpus.clean_text(raw, limit=20), ""
    except ValueError as error:
        return "", str(error)


@given(st.text(st.characters(), min_size=1))
def test_well_formed_text_can_be_written_and_good_text_is_left_alone(text):
    assert corpus.well_formed(text).encode().decode() == corpus.well_formed(text)
    assert corpus.well_formed(corpus.well_formed(text)) == corpus.well_formed(text)


def test_halves_of_a_character_are_joined_and_lone_ones_replaced():
    assert corpus.well_formed("\ud83d\ude00") == "😀"
    assert corpus.well_formed("a\ud83db\ude00") == "a\ufffdb\ufffd"


_cell = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1)


@given(st.lists(st.tuples(st.sampled_from(["ham", "spam"]), _cell), min_size=1))
def test_messages_written_with_tabs_are_read_as_they_were(rows):
    lines = "".join(f"{label}\t{text}\n" for label, text in rows)
    assert corpus.parse_messages("Label\tText\n" + lines) == rows
    assert corpus.parse_messages(lines) == rows


# Worked examples


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("", "The text is empty; type or upload at least one sentence."),
        (b" \n\x00\t", "The text is empty; type or upload at least one sentence."),
        ("abcdef", "The text has 6 characters; keep at most 5 characters"),
        (b"x" * 21, "The text has 21 bytes; keep at most 5 characters"),
        ("x" * 21, "The text has 21 characters; keep at most 5 characters"),
        (b"ab\xff", "The file is not UTF-8 text (byte 3 does not fit)"),
        ("ab".encode("utf-16"), "The file is not UTF-8 text (byte 1 does not fit)"),
    ],
)
def test_text_nobody_can_learn_from_is_refused_in_one_sentence(raw, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}"):
        corpus.clean_text(raw, limit=5)


@pytest.mark.parametrize("text", ["x", "😀", "שלום עולם", "a" * 5])
def test_short_foreign_and_full_length_texts_are_accepted(text):
    assert corpus.clean_text(text.encode(), limit=9) == text


def test_a_desert_of_blanks_is_refused():
    with pytest.raises(ValueError, match="blanks in a row"):
        corpus.clean_text("a" + " " * (LONGEST_BLANK + 1) + "b")
    assert corpus.clean_text("a" + " " * LONGEST_BLANK + "b")


@pytest.mark.parametrize("ratio", [0, 1, -0.5, 2])
def test_a_split_leaves_neither_part_without_a_share(ratio):
    with pytest.raises(ValueError, match="choose between 0 and 1"):
        corpus.split_text("some text", ratio)


def test_tables_may_have_commas_quotes_and_columns_in_any_order():
    table = 'id,Text,LABEL\n1,"Hello, ""you""",Ham\n\n2,Win now,spam\n'
    assert corpus.parse_messages(table) == [("ham", 'Hello, "you"'), ("spam", "Win now")]
    assert corpus.parse_messages("\ufefflabel;text\r\nham;a\r\n") == [("ham", "a")]


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("", "no column Label and no column Text .first line: nothing."),
        ("a,b\n1,2", "no column Label and no column Text .first line: a, b."),
        ("Label,words\nham,x", "no column Text .first line: Label, words."),
        ("Label\tText\nham", "Line 2 has no label or no text"),
        ("Label\tText\n", "no messages; add lines"),
        ('Label,Text\nham,"' + "x" * 200_000, "cannot be read as a table"),
    ],
)
def test_a_table_without_what_is_needed_is_refused_in_one_sentence(table, sentence):
    with pytest.raises(ValueError, match=sentence):
        corpus.parse_messages(table)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "not JSON"),
        ('[\n{"instruction": }]', "not JSON .line 2."),
        ("[" * 100_000, "not JSON"),
        ('{"instruction": "a"}', "not a list of entries"),
        ("[]", "not a list of entries"),
        ('[{"instruction": "a", "output": "b"}, 3]', 'Entry 2 has no text under "instruction"'),
        ('[{"instruction": "a"}]', 'Entry 1 has no text under "output"'),
    ],
)
def test_instructions_that_lack_something_are_refused_in_one_sentence(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        corpus.parse_instructions(text)


def test_instructions_keep_what_else_they_carry():
    (entry,) = corpus.parse_instructions(
        '[{"instruction": "a", "output": "b", "check": {"is": 1}}]'
    )
    assert entry == {"instruction": "a", "input": "", "output": "b", "check": {"is": 1}}


@pytest.mark.parametrize("text", ["", "English\tGerman\n", "Good day.\n", "Good day.\t\n"])
def test_sentence_pairs_need_two_sides(text):
    with pytest.raises(ValueError, match="sentence"):
        corpus.parse_sentence_pairs(text)


def test_sentence_pairs_of_tatoeba_are_read_without_their_third_column():
    assert corpus.parse_sentence_pairs("Go.\tGeh.\tCC-BY 2.0\n") == [("Go.", "Geh.")]


def test_the_verdict_has_20479_characters(shared_data):
    assert len(corpus.clean_text(shared_data("the-verdict.txt").read_bytes())) == 20479


def test_the_sms_collection_has_5574_messages_and_5572_as_the_book_reads_it(shared_data):
    text = shared_data("SMSSpamCollection.tsv").read_text(encoding="utf-8")
    for quoted, expected in ((False, 5574), (True, 5572)):
        messages = corpus.parse_messages(text, quoted=quoted)
        assert len(messages) == expected
        assert sum(message.label == "spam" for message in messages) == 747


def test_the_books_instruction_data_has_1100_entries(shared_data):
    text = shared_data("instruction-data.json").read_text(encoding="utf-8")
    assert len(corpus.parse_instructions(text)) == 1100


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("the-verdict", "the-verdict.txt"),
        ("sms-spam", "SMSSpamCollection.tsv"),
        ("instructions", "instruction-data.json"),
    ],
)
def test_checksums_are_those_of_the_courses_own_files(shared_data, name, file):
    content = shared_data(file).read_bytes()
    assert corpus.DOWNLOADS[name].sha256 == hashlib.sha256(content).hexdigest()


def test_bundled_texts_are_there_and_as_large_as_promised():
    assert 15_000 < len(corpus.clean_text(corpus.story())) < 25_000
    messages = corpus.messages()
    assert 6_000 < len(messages) < 6_400
    assert {message.label for message in messages} == {"ham", "spam"}
    assert 3_000 <= len(corpus.instructions()) <= 4_000
    assert len(corpus.sentence_pairs()) > 1_000


# Downloads

CONTENT = b"spam\tWin now\nham\tSee you\n" * 5000
"""Longer than one part of a stream."""


def zipped(content, member="SMSSpamCollection"):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("readme", "about the data")
        file.writestr(member, content)
    return archive.getvalue()


ANSWERS = {
    "/good.zip": zipped(CONTENT),
    "/other.zip": zipped(CONTENT, member="SomethingElse"),
    "/changed.zip": zipped(CONTENT + b"!"),
    "/page.zip": b"<html>not an archive</html>",
    "/huge.zip": zipped(bytes(3_000_000)),
    "/long.zip": bytes(3_000_000),
    "/cut.zip": zipped(CONTENT),
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        body = ANSWERS.get(self.path)
        if self.path == "/silent.zip":
            self.server.released.wait(10)
            return
        if body is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:100] if self.path == "/cut.zip" else body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked, server.released = [], threading.Event()
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.released.set()
        server.shutdown()


@pytest.fixture
def fetch(server, tmp_path, monkeypatch):
    """Download the messages from this machine's own server, which serves the file made above."""
    checksum = hashlib.sha256(CONTENT).hexdigest()
    wanted = replace(corpus.DOWNLOADS["sms-spam"], sha256=checksum, largest=1_000_000)
    monkeypatch.setattr(downloads, "DOWNLOADS", MappingProxyType({"sms-spam": wanted}))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server.asked.clear()

    def fetch(*paths, **settings):
        addresses = [f"http://127.0.0.1:{server.server_port}{path}" for path in paths]
        return corpus.download("sms-spam", tmp_path / "new", addresses=addresses, **settings)

    return fetch


def test_a_download_arrives_unpacked_with_progress_and_is_not_repeated(fetch, server):
    seen = []
    path = fetch("/good.zip", progress=lambda done, total: seen.append((done, total)))
    assert path.name == "SMSSpamCollection.tsv"
    assert path.read_bytes() == CONTENT
    size = len(ANSWERS["/good.zip"])
    assert seen[-1] == (size, size)
    assert fetch("/good.zip") == path
    assert server.asked == ["/good.zip"]


def test_a_file_that_was_damaged_on_disk_is_fetched_again(fetch, server):
    path = fetch("/good.zip")
    path.write_bytes(b"damaged")
    assert fetch("/good.zip").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/missing.zip", "answered with status 404"),
        ("/other.zip", "sent something else than the expected archive"),
        ("/page.zip", "sent something else than the expected archive"),
        ("/changed.zip", "sent another file than the expected one"),
        ("/huge.zip", "sent an archive that is too large"),
        ("/long.zip", "sent more than the 1,000,000 bytes expected"),
        ("/cut.zip", "stopped after 100 of"),
        ("/silent.zip", "did not answer in time"),
    ],
)
def test_a_failed_address_is_named_and_the_backup_steps_in(fetch, tmp_path, path, reason):
    with pytest.raises(corpus.DownloadError, match=reason) as caught:
        fetch(path, timeout=0.5)
    assert "upload the file instead" in str(caught.value)
    assert not list(tmp_path.rglob("*.*"))
    assert fetch(path, "/good.zip", timeout=0.5).read_bytes() == CONTENT


def test_offline_is_one_clear_sentence(tmp_path):
    refused = partial(corpus.download, "the-verdict", tmp_path)
    with pytest.raises(corpus.DownloadError) as caught:
        refused(addresses=["http://127.0.0.1:9/the-verdict.txt"])
    assert str(caught.value) == (
        "The Verdict could not be downloaded (127.0.0.1:9 could not be reached); check the "
        "internet connection, upload the file instead, or go on with the bundled data."
    )


def test_whoever_stops_a_download_finds_no_half_file(fetch, tmp_path):
    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch("/good.zip", progress=stop)
    assert not list(tmp_path.rglob("*.*"))


def test_a_folder_that_cannot_be_written_is_said_to_be_the_trouble(fetch, tmp_path):
    (tmp_path / "new").write_text("a file where the folder should be")
    with pytest.raises(corpus.DownloadError, match="cannot be saved"):
        fetch("/good.zip")
