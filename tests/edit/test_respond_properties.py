"""Whatever a mail holds: it is refused with a message, or the record is sound afterwards."""

from __future__ import annotations

import shutil
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from changebook.check import load_checked
from changebook.cli import main
from changebook.edit.respond import letter, reading
from changebook.model.diagnostics import errors
from changebook.model.schema import ChangeRecord
from changebook.pages.answer_block import AnswerKind
from tests.edit.test_advance import contents

CASES = Path(__file__).parents[1] / "cases" / "respond"
MAILS = sorted((CASES / "mails").glob("*.eml"))
_WORDS = st.text(st.characters(exclude_categories=("Cs", "Co")), max_size=40)
_PIECES = st.sampled_from(
    [
        "==== Your words ====",
        "==== End ====",
        "Changebook-Answer: approve",
        "Changebook-Answer: object",
        "Changebook-Answer: ask",
        "Changebook-Record: ACME-0001",
        "Changebook-Record: ACME-0002",
        "Changebook-Record: ACME-0003",
        "Changebook-Revision: 2",
        "Changebook-Digest: cfa96b97a2ad",
        "Changebook-Option: a",
        "Changebook-About: agreement",
        "> quoted",
        "-----Original Message-----",
        "From: Dana Whitfield <dana.whitfield@acme.example>",
        "Sent: today",
        "Subject: Hello",
        "On 12 March, Dana wrote:",
        "::: internal",
        "-- ",
        "---",
        "{{ markup }} {% raw %} <b>bold</b> & *more*",
        'key: "value" # no comment',
        "",
    ]
)
_BODIES = st.lists(st.one_of(_PIECES, _WORDS), max_size=14).map("\n".join)
_CHARSETS = st.sampled_from(["utf-8", "gb18030", "big5", "us-ascii", "utf-16", "no-such-charset"])


def run(root: Path, file: Path, *said: str) -> Any:
    return CliRunner().invoke(main, ["respond", str(file), *said, "--workspace", str(root)])


@cache
def untouched() -> tuple[dict[str, str], dict[str, ChangeRecord]]:
    """The files of the workspace before any answer, and its records by id."""
    workspace, _ = load_checked(CASES / "workspace")
    records = {r.data.id: r.data for client in workspace.clients for r in client.records}
    return contents(CASES / "workspace"), records


def is_sound(root: Path, file: Path, *said: str) -> None:
    """A message and nothing written, or a record that passes check and is still undecided."""
    before, earlier = untouched()
    # Most answers write nothing, so the copy of the last example is mostly as good as a new one.
    if contents(root) != before:
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(CASES / "workspace", root)
    done = run(root, file, *said)
    assert isinstance(done.exception, SystemExit | None)
    assert done.exit_code in (0, 1, 2)
    if done.exit_code:
        assert contents(root) == before
        assert done.stderr.strip()
        return
    workspace, problems = load_checked(root)
    assert not errors(problems)
    for client in workspace.clients:
        for record in client.records:
            only_added(earlier[record.data.id], record.data)
    again = run(root, file, *said)
    assert again.exit_code == 0
    assert "already copied" in again.stdout


def only_added(before: ChangeRecord, after: ChangeRecord) -> None:
    """Nothing but objections and talks at the end of their lists."""
    assert after.objections[: len(before.objections)] == before.objections
    assert after.communications[: len(before.communications)] == before.communications
    rest = {"objections": (), "communications": ()}
    assert after.model_copy(update=rest) == before.model_copy(update=rest)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=_BODIES,
    subject=st.one_of(st.just("ACME-0001"), _WORDS),
    charset=_CHARSETS,
    kind=st.sampled_from(["plain", "html"]),
    flowed=st.booleans(),
    said=st.sampled_from([(), *(("--as", kind.value) for kind in AnswerKind)]),
)
def test_any_words(
    tmp_path: Path,
    body: str,
    subject: str,
    charset: str,
    kind: str,
    flowed: bool,
    said: tuple[str, ...],
) -> None:
    try:
        content = body.encode(charset)
    except (LookupError, UnicodeEncodeError):
        content = body.encode("utf-8")
    subject = "".join(c for c in subject if c.isprintable())
    head = (
        "From: Dana Whitfield <dana.whitfield@acme.example>\n"
        f"Subject: {subject}\n"
        "Date: Thu, 12 Mar 2026 10:00:00 -0400\n"
        f"Content-Type: text/{kind}; charset={charset}" + "; format=flowed" * flowed + "\n"
        "Content-Transfer-Encoding: 8bit\n\n"
    )
    file = tmp_path / "answer.eml"
    file.write_bytes(head.encode("utf-8") + content)
    is_sound(tmp_path / "workspace", file, *said)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(MAILS),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=12), st.integers(0, 30))),
)
def test_any_damage(tmp_path: Path, name: Path, cuts: list[tuple[float, bytes, int]]) -> None:
    content = name.read_bytes()
    for place, put, dropped in cuts:
        at = int(place * len(content))
        content = content[:at] + put + content[at + dropped :]
    file = tmp_path / "answer.eml"
    file.write_bytes(content)
    is_sound(tmp_path / "workspace", file)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary())
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "answer.eml"
    for start in (b"", b"From: ", b"From: a@b.example\nContent-Type: "):
        file.write_bytes(start + content)
        is_sound(tmp_path / "workspace", file)


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: mail.stem)
@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_the_way_it_is_encoded_does_not_count(mail: Path, encoding: str) -> None:
    """The same text in another dress gives the same words and the same block."""
    content = mail.read_bytes()
    if not content.startswith(b"From: Dana") or b"multipart" in content:
        return
    first = reading.read(letter.read(content, mail.name), mail.name)
    text = "\n".join("> " * line.depth + line.text for line in first.letter.lines)
    other = EmailMessage()
    other["From"] = "Dana Whitfield <dana.whitfield@acme.example>"
    other["Subject"] = first.letter.subject
    other.set_content(text, cte=encoding)
    again = reading.read(letter.read(other.as_bytes(), mail.name), mail.name)
    assert (again.blocks, again.words, again.filled_in) == (
        first.blocks,
        first.words,
        first.filled_in,
    )
