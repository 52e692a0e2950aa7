"""Whatever a text holds, every site is built, and each reader finds the text as it was written."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import feedparser
import pytest
import tinyhtml5
import yaml
from defusedxml.ElementTree import fromstring
from icalendar import Calendar
from openpyxl import load_workbook

from changebook.check import load_checked
from changebook.model.diagnostics import errors
from changebook.publish.build import build
from tests.odd_texts import texts, write_workspace

RECORDS = 24


def squeezed(text: str) -> str:
    """The text without white space, which pages may lay out as they like."""
    return "".join(text.split())


def page_text(file: Path) -> str:
    """All that a page says."""
    return squeezed("".join(tinyhtml5.parse(file.read_text("utf-8")).itertext()))


def lost(root: Path, site: Path) -> Iterator[tuple[str, str, str]]:
    """Every text of a record that is not on its page: the record, the key and the text."""
    for file in sorted(root.glob("changes/*/ODD*.md")):
        front, _, body = file.read_text("utf-8").removeprefix("---\n").partition("\n---\n")
        page = site / file.parent.name / "changes" / file.stem / "index.html"
        said = page_text(page)
        for key, text in texts(yaml.safe_load(front)):
            if key.split(".")[0] in _TOLD and squeezed(text) not in said:
                yield file.stem, key, text
        for word in body.split():
            if word.startswith(("begin", "end")) and word.isalnum() and word not in said:
                yield file.stem, "body", word


_TOLD = frozenset(
    "title summary scope out_of_scope glossary reason impact options plan objections "
    "communications history".split()
)


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def broken(site: Path) -> Iterator[tuple[str, str]]:
    """Every file beside the pages that its own kind of program can't read."""
    readers: dict[str, Callable[[bytes], object]] = {
        ".xml": fromstring,
        ".json": json.loads,
        ".ics": Calendar.from_ical,
        ".csv": _rows,
        ".xlsx": lambda content: load_workbook(io.BytesIO(content)),
    }
    for file in sorted(site.rglob("*")):
        if file.suffix in readers and "assets" not in file.parts:
            try:
                readers[file.suffix](file.read_bytes())
            except Exception as error:  # noqa: BLE001 - whatever a reader fails with
                yield file.relative_to(site).as_posix(), repr(error)


@pytest.mark.slow
def test_no_text_stops_a_build_or_is_lost(tmp_path: Path) -> None:
    root, out = tmp_path / "work", tmp_path / "out"
    write_workspace(root, RECORDS)
    assert errors(load_checked(root)[1]) == []
    result = build(root, out=out, jobs=1)
    assert result.failures == ()
    assert len(result.published) == 2
    assert list(broken(out)) == []
    assert list(lost(root, out)) == []
    for feed in out.glob("*/feeds/*.xml"):
        assert feedparser.parse(feed.read_bytes()).bozo == 0
