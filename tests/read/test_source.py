"""Files that are hard to read: each a located problem, no traceback, no record lost in silence."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from changebook.check import load_checked
from changebook.model.diagnostics import Problem, as_json, as_text
from changebook.read.source_lines import source_lines
from changebook.read.workspace import Workspace

CLIENT = """\
---
name: Acme Trading
language: en
timezone: Asia/Shanghai
prefix: ACME
project: Storefront renewal
vendor: {name: Northwind Software}
contract: {reference: SOW-3, signed: 2026-01-15, currency: CNY, sum: 1200000.00}
---
"""
RECORD = "---\nid: ACME-0012\ntitle: 分次付款\nstatus: draft\nvisibility: client\n---\nText.\n"
NAME = "changes/acme/ACME-0012.md"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "changes" / "acme").mkdir(parents=True)
    (tmp_path / "changes" / "acme" / "client.md").write_text(CLIENT, encoding="utf-8")
    return tmp_path


def write(root: Path, content: bytes | str) -> tuple[Workspace, list[Problem]]:
    raw = content if isinstance(content, bytes) else content.encode()
    (root / NAME).write_bytes(raw)
    return load_checked(root)


def found(problems: list[Problem]) -> list[tuple[str, str, int, int]]:
    return [(p.rule, p.path, p.line, p.column) for p in problems]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(RECORD.encode(), id="plain"),
        pytest.param(b"\xef\xbb\xbf" + RECORD.encode(), id="BOM"),
        pytest.param(RECORD.replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(b"\xef\xbb\xbf" + RECORD.replace("\n", "\r\n").encode(), id="BOM and CRLF"),
        pytest.param(RECORD.rstrip("\n").encode(), id="no end of line"),
        pytest.param(RECORD.replace("---\nText", "---  \nText").encode(), id="spaces after ---"),
    ],
)
def test_accepted(root: Path, content: bytes) -> None:
    workspace, problems = write(root, content)
    assert problems == []
    (record,) = workspace.clients[0].records
    assert record.data.title == "分次付款"
    assert record.source.body.strip() == "Text."
    assert record.source.value("title")[:2] == (3, 8)


@pytest.mark.parametrize(
    ("content", "rule", "place"),
    [
        pytest.param(b"", "no-front-matter", (1, 1), id="empty"),
        pytest.param(b"\xef\xbb\xbf", "no-front-matter", (1, 1), id="nothing but a BOM"),
        pytest.param(b"\n" + RECORD.encode(), "no-front-matter", (1, 1), id="line before ---"),
        pytest.param(RECORD.encode("gbk"), "unreadable-file", (3, 8), id="GBK"),
        pytest.param(RECORD.encode("utf-16"), "unreadable-file", (1, 1), id="UTF-16"),
        pytest.param(RECORD.encode() + b"caf\xe9", "unreadable-file", (8, 4), id="Latin-1"),
        pytest.param(RECORD.encode() + b"a\0", "unreadable-file", (8, 2), id="NUL"),
        pytest.param(
            RECORD.replace("分", "\a").encode(), "broken-yaml", (3, 8), id="control character"
        ),
        # Of more brackets than a thousand, newer versions of PyYAML say so themselves, elsewhere.
        pytest.param(b"---\nx: " + b"[" * 900 + b"\n---\n", "broken-yaml", (2, 44), id="[[["),
        pytest.param(b"---\n" + b"{a: " * 50_000 + b"\n---\n", "broken-yaml", (2, 165), id="{{{"),
        pytest.param(b"---\n" + b"- " * 50_000 + b"\n---\n", "broken-yaml", (2, 83), id="- - -"),
        pytest.param(
            b"---\na: &a [x]\n"
            + b"".join(
                b"%c: &%c [%s]\n" % (c, c, b", ".join([b"*%c" % (c - 1)] * 9))
                for c in range(98, 112)
            )
            + b"---\n",
            "yaml-alias",
            (2, 4),
            id="alias bomb",
        ),
        pytest.param(b"---\n<<: *a\n---\n", "yaml-alias", (2, 5), id="merge key"),
        pytest.param(b"---\n? [a]\n: b\n---\n", "broken-yaml", (2, 3), id="list as a key"),
        pytest.param(b"---\n*a : b\n---\n", "yaml-alias", (2, 1), id="alias as a key"),
        pytest.param(b"---\n%YAML 1.1\n---\n---\n", "broken-yaml", (3, 1), id="directive"),
    ],
)
def test_located(root: Path, content: bytes, rule: str, place: tuple[int, int]) -> None:
    workspace, problems = write(root, content)
    assert found(problems) == [(rule, NAME, *place)]
    assert workspace.clients[0].records == ()


def test_a_hundred_thousand_brackets(root: Path) -> None:
    _, problems = write(root, b"---\nx: " + b"[" * 100_000 + b"\n---\n")
    assert [place[:3] for place in found(problems)] == [("broken-yaml", NAME, 2)]


def test_a_file_of_50_megabytes(root: Path) -> None:
    with (root / NAME).open("wb") as file:
        file.write(RECORD.encode())
        file.truncate(50_000_000)
    _, problems = load_checked(root)
    assert found(problems) == [("file-too-large", NAME, 1, 1)]
    assert "50,000 KB; the limit is 300 KB" in problems[0].message


def test_a_long_line_is_shown_in_part(root: Path) -> None:
    _, problems = write(root, RECORD.replace("status: draft", f"status: {'x' * 90_000}"))
    text = as_text(problems, source_lines(root))
    assert [p.rule for p in problems] == ["unknown-value"]
    assert max(len(line) for line in text.splitlines()) < 300


def test_folders_named_like_records(root: Path) -> None:
    (root / NAME).mkdir()
    (root / NAME / "ACME-0013.md").write_text(RECORD.replace("12", "13"), encoding="utf-8")
    workspace, problems = load_checked(root)
    assert found(problems) == [("unreadable-file", NAME, 1, 1)]
    assert [r.data.id for r in workspace.clients[0].records] == ["ACME-0013"]


def test_a_folder_in_the_profiles_place(root: Path) -> None:
    (root / "changes/acme/client.md").unlink()
    (root / "changes/acme/client.md").mkdir()
    workspace, problems = load_checked(root)
    assert found(problems) == [("unreadable-file", "changes/acme/client.md", 1, 1)]
    assert workspace.clients == ()


@pytest.mark.parametrize("target", ["outside.md", "changes/globex", "nowhere", "changes/acme"])
def test_symbolic_links_are_not_followed(root: Path, target: str) -> None:
    (root / "outside.md").write_text(RECORD, encoding="utf-8")
    (root / "changes/globex").mkdir()
    (root / "changes/globex/client.md").write_text(
        CLIENT.replace("ACME", "GLO").replace("Acme", "Globex"), encoding="utf-8"
    )
    (root / NAME).symlink_to(root / target)
    (root / "changes/other").symlink_to(root / target)
    (root / "changes/acme/2026").symlink_to(root / target, target_is_directory=True)
    workspace, problems = load_checked(root)
    assert found(problems) == [
        ("symbolic-link", "changes/acme/2026", 1, 1),
        ("symbolic-link", NAME, 1, 1),
        ("symbolic-link", "changes/other", 1, 1),
    ]
    assert [client.records for client in workspace.clients] == [(), ()]
    assert RECORD.split("\n")[1] not in as_text(problems, source_lines(root))


def test_the_folder_of_all_clients_is_no_symbolic_link(root: Path, tmp_path: Path) -> None:
    (root / "changes").rename(tmp_path / "elsewhere")
    (root / "changes").symlink_to(tmp_path / "elsewhere")
    _, problems = load_checked(root)
    assert found(problems) == [("symbolic-link", "changes", 1, 1)]


def test_capitals_in_the_ending_of_a_record(root: Path) -> None:
    (root / "changes/acme/ACME-0012.MD").write_text(RECORD, encoding="utf-8")
    workspace, problems = load_checked(root)
    assert problems == []
    assert [r.data.id for r in workspace.clients[0].records] == ["ACME-0012"]


def test_file_names_that_are_no_text(root: Path) -> None:
    name = os.fsdecode(b"changes/acme/ACME-0012-\xff\x1b[2J\n.md")
    (root / name).write_text(RECORD.replace("draft", "drft"), encoding="utf-8")
    _, problems = load_checked(root)
    assert found(problems) == [("unknown-value", name, 4, 9)]
    for shown in (as_text(problems, source_lines(root)), as_json(problems)):
        assert "ACME-0012-\N{REPLACEMENT CHARACTER}" in shown
        assert "\x1b" not in shown
        shown.encode()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_a_named_pipe_does_not_stall(root: Path) -> None:
    drawing = "changes/acme/flow.svg"
    for name in (NAME, drawing):
        os.mkfifo(root / name)
    _, problems = load_checked(root)
    assert found(problems) == [("unreadable-file", name, 1, 1) for name in (NAME, drawing)]


def test_without_permission(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Modes do not bind the superuser, under whom tests may run: the refusal itself is simulated.
    (root / NAME).write_text(RECORD, encoding="utf-8")
    read = Path.read_bytes

    def refuse(self: Path) -> bytes:
        if self.name == "ACME-0012.md":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    _, problems = load_checked(root)
    assert found(problems) == [("unreadable-file", NAME, 1, 1)]
    assert "Permission denied" in problems[0].message


@pytest.mark.parametrize("closed", ["acme/flow.svg", "acme/2026", "acme"])
def test_what_may_not_be_read_is_located(
    root: Path, monkeypatch: pytest.MonkeyPatch, closed: str
) -> None:
    (root / "changes/acme/2026").mkdir()
    (root / "changes/acme/flow.svg").write_text("<svg/>", encoding="utf-8")
    shut, access = root / "changes" / closed, os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != shut and access(path, mode))
    _, problems = load_checked(root)
    assert ("unreadable-file", f"changes/{closed}", 1, 1) in found(problems)
    assert {p.rule for p in problems} <= {"unreadable-file", "unused-file"}


@pytest.mark.skipif(os.geteuid() == 0, reason="modes do not bind the superuser")
def test_a_folder_without_permission(root: Path) -> None:
    closed = root / "changes/acme/2026"
    closed.mkdir()
    closed.chmod(0)
    _, problems = load_checked(root)
    closed.chmod(0o700)
    assert found(problems) == [("unreadable-file", "changes/acme/2026", 1, 1)]


def test_hidden_files_are_passed_over(root: Path) -> None:
    (root / "changes/.git").mkdir()
    (root / "changes/acme/.obsidian").mkdir()
    (root / "changes/acme/.obsidian/x.md").write_text("x", encoding="utf-8")
    (root / "changes/acme/.ACME-0012.md.swp").write_bytes(b"\0")
    _, problems = load_checked(root)
    assert problems == []
