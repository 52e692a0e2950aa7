"""Edits of a front matter: the data that was meant, and every other line as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from changebook.edit import yaml_text
from changebook.edit.manuscript import Manuscript, difference, manuscript
from changebook.edit.yaml_text import Value
from changebook.model.schema import ChangeRecord
from changebook.read.source import parse_source
from changebook.refusal import Refusal

CASES = Path(__file__).parents[1] / "cases" / "edit"
DAY = date(2026, 3, 20)
ENTRY: dict[str, Value] = {"status": "approved", "on": DAY, "by": "Chen Yu"}

Edit = Callable[[Manuscript], Manuscript]
#: What is done to each of the files in cases/edit, whose names say how they are written.
EDITS: dict[str, Edit] = {
    "a scalar is set": lambda m: m.set(("status",), "approved"),
    "an entry is added": lambda m: m.append(("history",), ENTRY),
    "a key is added": lambda m: m.set(("decision", "outcome"), "approved"),
    "a list is added": lambda m: m.set(
        ("decision", "by"), [{"name": "Chen Yu", "role": "Sponsor, IT", "party": "client"}]
    ),
    "a whole mapping is added": lambda m: m.set(("agreement",), {"status": "drafting"}),
    "text that needs quotes is added": lambda m: m.set(
        ("decision", "rationale"), "It pays: soon, #1"
    ),
    "the history is turned round": lambda m: m.reorder(("history",), (1, 0)),
    "a key is renamed": lambda m: m.rename(("decision", "due"), "review"),
    "a key is removed": lambda m: m.remove(("decision", "due")),
}


def written(front: str, body: str = "Text.\n") -> Manuscript:
    return Manuscript("ACME-0001.md", ChangeRecord, f"---\n{front}---\n{body}")


def front(edited: Manuscript) -> str:
    return edited.text.removeprefix("---\n").partition("---\n")[0]


@pytest.mark.parametrize("case", sorted(file.stem for file in CASES.glob("*.md")))
def test_edits_in_every_style(case: str, matches: Callable[[Path, str], None]) -> None:
    before = manuscript(CASES / f"{case}.md", f"{case}.md", ChangeRecord)
    said = []
    for name, edit in EDITS.items():
        try:
            change = difference(before, edit(before))
        except Refusal as refusal:
            change = f"refused: {refusal}\n"
        said.append(f"# {name}\n{change}")
    matches(CASES / f"{case}.expected", "\n".join(said))


@pytest.mark.parametrize(
    ("old", "value", "new"),
    [
        ("a", "b", "b"),
        ("'a'", "b", "'b'"),
        ('"a"', "b", '"b"'),
        ("a  # why", "b: c", "'b: c'  # why"),
        ("a", "null", "'null'"),
        ("a", "", "''"),
        ("'a'", "it's", "'it''s'"),
        ("a", "two\nlines", "|-\n  two\n  lines"),
        ("a", "two\nnote: lines", '"two\\x0Anote: lines"'),
        ("a\n  longer", "b", "b"),
        ("|\n  a\n  b\n", "c", "c"),
        ("", "b", "b"),
        (" # one word", "b", "b  # one word"),
        ("~", "b", "b"),
        ("a", date(2026, 3, 2), "2026-03-02"),
        ("'a'", date(2026, 3, 2), "'2026-03-02'"),
        ("a", Decimal("54000.00"), "54000.00"),
        ("a", "拆分：支付", "拆分：支付"),
    ],
)
def test_values_keep_their_quotes_and_comments(old: str, value: Any, new: str) -> None:
    edited = written(f"id: ACME-0001\ntitle: {old}\nstatus: draft\n").set(("title",), value)
    assert front(edited).split("\ntitle:")[1].split("\nstatus")[0].strip() == new.strip()
    assert edited.source.data["title"] == yaml_text.plain(value)


def test_a_new_key_stands_where_the_format_has_it() -> None:
    edited = written("id: ACME-0001\nstatus: draft\n# the end\ninternal: {note: x}\n")
    added: dict[str, Value] = {"summary": "S", "title": "T", "history": [ENTRY]}
    for key, value in added.items():
        edited = edited.set((key,), value)
    keys = list(yaml.safe_load(front(edited)))
    assert keys == ["id", "title", "status", "summary", "history", "internal"]
    assert "\n# the end\ninternal" in edited.text


def test_empty_lines_that_belong_to_a_text_stay_its() -> None:
    kept_ = written("id: ACME-0001\nsummary: |+\n  Two lines.\n\n\nplan: []\n")
    assert "  Two lines.\n\n\nreason" in kept_.set(("reason",), {"text": "T"}).text
    cut = written("id: ACME-0001\nsummary: |\n  One line.\n\n\nplan: []\n")
    assert "  One line.\nreason" in cut.set(("reason",), {"text": "T"}).text


def test_turning_round_with_crlf() -> None:
    text = "---\nid: ACME-0001\nhistory:\n# of a\n- {by: a}\n# of b\n- {by: b}\n---\n"
    edited = Manuscript("a.md", ChangeRecord, text.replace("\n", "\r\n"))
    assert edited.reorder(("history",), (1, 0)).text.replace("\r\n", "\n") == (
        "---\nid: ACME-0001\nhistory:\n# of b\n- {by: b}\n# of a\n- {by: a}\n---\n"
    )


def test_a_first_key_is_put_before_the_others() -> None:
    edited = written("id: ACME-0001\ndecision:\n  outcome: approved\n").set(
        ("decision", "due"), DAY
    )
    assert front(edited) == "id: ACME-0001\ndecision:\n  due: 2026-03-20\n  outcome: approved\n"


def test_a_long_line_in_brackets_is_broken() -> None:
    edited = written("id: ACME-0001\ndecision: {due: 2026-03-16} # soon\n")
    for key in ("rationale", "option"):
        edited = edited.set(("decision", key), "x" * 60)
    assert all(len(line) <= 100 for line in edited.source.lines)
    assert edited.text.count("# soon") == 1


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        # A comment would go with the value, or nobody knows whose it is.
        (
            "decision:\n  by: # who\n    - {name: A} # first\n",
            lambda m: m.set(("decision", "by"), []),
        ),
        ("title: | # why\n  a\n", lambda m: m.set(("title",), "b")),
        ("history: [{a: b}, # c\n  {a: d}]\n", lambda m: m.reorder(("history",), (1, 0))),
        ("history: [{a: b}]\n", lambda m: m.reorder(("history",), (0, 0))),
        ("title: a\n", lambda m: m.append(("title",), "b")),
        ("title: a\n", lambda m: m.set(("title", "b"), "c")),
        ("title: a\n", lambda m: m.rename(("titel",), "title")),
        ("title: a\nstatus: b\n", lambda m: m.rename(("title",), "status")),
        ("title: a\n", lambda m: m.remove(("title", "b"))),
    ],
)
def test_what_can_not_be_done_alone_is_refused(text: str, edit: Edit) -> None:
    with pytest.raises(Refusal, match=r"by hand|can't be"):
        edit(written(f"id: ACME-0001\n{text}"))


def test_what_can_not_be_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("---\nid: [\n---\n")
    with pytest.raises(Refusal, match=r"a\.md can't be edited"):
        manuscript(file, "a.md", ChangeRecord)


def test_bom_and_line_ends() -> None:
    text = Manuscript("a.md", ChangeRecord, "\ufeff---\r\nid: ACME-0001\r\n---\r\nA\r\nB\n")
    edited = text.set(("title",), "T")
    assert edited.text == "\ufeff---\r\nid: ACME-0001\r\ntitle: T\r\n---\r\nA\r\nB\n"
    assert (
        edited.without_bom().with_line_feeds().text == "---\nid: ACME-0001\ntitle: T\n---\nA\nB\n"
    )
    assert difference(text, text.without_bom()).splitlines()[3:5] == ["-<BOM>---", "+---"]
    assert "-id: ACME-0001^M" in difference(text, text.with_line_feeds())


# Random records, in random styles

LEAF = st.sampled_from(
    (
        "one",
        "it's",
        "a: b",
        "#1",
        "yes",
        "null",
        "54000.00",
        "2026-03-02",
        "拆分",
        "😀",
        'a "b"',
        "- x",
    )
)
KEYS = ("due", "outcome", "on", "option", "amount", "rationale", "x-own")
RECORDS = st.fixed_dictionaries(
    {"title": LEAF, "status": LEAF},
    optional={
        "summary": LEAF,
        "out_of_scope": st.lists(LEAF, max_size=3),
        "decision": st.none() | st.dictionaries(st.sampled_from(KEYS), LEAF, max_size=4),
        "objections": st.lists(
            st.dictionaries(st.sampled_from(("by", "on", "concern")), LEAF, min_size=1), max_size=2
        ),
        "history": st.lists(
            st.dictionaries(st.sampled_from(("status", "on", "by")), LEAF, min_size=1), max_size=3
        ),
        "internal": st.dictionaries(st.sampled_from(("note", "margin")), LEAF, max_size=2),
    },
)


class Writer:
    """Writes data as YAML in styles that are drawn; `comments` counts its comments."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.comments = 0

    def comment(self) -> str:
        if self.draw(st.integers(0, 3)):
            return ""
        self.comments += 1
        return f"  # c{self.comments}"

    def gap(self, pad: str) -> list[str]:
        """Lines between entries: nothing, an empty line, or a comment."""
        return self.draw(st.sampled_from(([], [], [], [""], [pad + self.comment().strip()])))

    def leaf(self, value: str, flow: bool) -> str:
        quote = self.draw(st.sampled_from((None, None, "'", '"')))
        return yaml_text.scalar(value, flow=flow, quote=quote)

    def flow(self, value: Any) -> str:
        if isinstance(value, Mapping):
            held = ", ".join(f"{key}: {self.flow(held)}" for key, held in value.items())
            return "{" + held + "}"
        if isinstance(value, list):
            return "[" + ", ".join(self.flow(item) for item in value) + "]"
        return self.leaf(value, True)

    def broken_flow(self, value: Mapping[str, Any] | Sequence[Any], pad: str) -> list[str]:
        """Brackets with one entry a line; the last one may have a comma, and each a comment."""
        entries = (
            [f"{key}: {self.flow(held)}" for key, held in value.items()]
            if isinstance(value, Mapping)
            else [self.flow(item) for item in value]
        )
        last = self.draw(st.sampled_from((",", "")))
        commas = [","] * (len(entries) - 1) + [last]
        lines = [f"{pad}  {e}{c}{self.comment()}" for e, c in zip(entries, commas, strict=True)]
        first, end = ("{", "}") if isinstance(value, Mapping) else ("[", "]")
        return [first, *lines, f"{pad} {end}"]

    def entry(self, key: str, value: Any, pad: str) -> list[str]:
        start = f"{pad}{key}:"
        if value is None:
            return [start + self.draw(st.sampled_from(("", " ~", " null"))) + self.comment()]
        if isinstance(value, str):
            return [f"{start} {self.leaf(value, False)}{self.comment()}"]
        style = self.draw(st.sampled_from(("flow", "broken", "block", "block")))
        if style == "flow" or not value:
            return [f"{start} {self.flow(value)}{self.comment()}"]
        if style == "broken":
            first, *lines, end = self.broken_flow(value, pad)
            return [f"{start} {first}", *lines, f"{end}{self.comment()}"]
        inner = pad + " " * self.draw(st.sampled_from((1, 2, 4)))
        lines = [start + self.comment()]
        if isinstance(value, Mapping):
            return lines + self.block(value, inner)
        if self.draw(st.booleans()):
            inner = pad
        for item in value:
            lines += self.gap(inner)
            if isinstance(item, Mapping) and self.draw(st.booleans()):
                gap = " " * self.draw(st.sampled_from((1, 3)))
                first, *rest = self.block(item, f"{inner} {gap}", gaps=False)
                lines += [f"{inner}-{gap}{first.strip()}", *rest]
            else:
                shown = self.flow(item) if isinstance(item, Mapping) else self.leaf(item, False)
                lines.append(f"{inner}- {shown}{self.comment()}")
        return lines

    def block(self, data: Mapping[str, Any], pad: str, gaps: bool = True) -> list[str]:
        lines: list[str] = []
        for key, value in data.items():
            lines += (self.gap(pad) if gaps else []) + self.entry(key, value, pad)
        return lines


@st.composite
def manuscripts(draw: st.DrawFn) -> Manuscript:
    data = draw(RECORDS)
    keys = draw(st.permutations(list(data)))
    lines = ["---", *Writer(draw).block({key: data[key] for key in keys}, ""), "---", "Body", ""]
    text = draw(st.sampled_from(("\n", "\r\n"))).join(lines)
    return Manuscript("a.md", ChangeRecord, draw(st.sampled_from(("", "\ufeff"))) + text)


def kept(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines on either side that the other does not have, in order."""
    old, new = before.splitlines(True), after.splitlines(True)
    start = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), None)
    if start is None:
        start = min(len(old), len(new))
    old, new = old[start:], new[start:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return old, new


def comments(text: str) -> list[str]:
    return [word for line in text.splitlines() for word in line.split("#")[1:] if word[:1] == "c"]


def check(before: Manuscript, after: Manuscript, meant: Mapping[str, Any]) -> None:
    text = after.text.removeprefix("\ufeff").replace("\r\n", "\n")
    source, problems = parse_source(text, "a.md")
    assert source
    assert not problems
    assert source.data == meant
    assert after.text.startswith("\ufeff") == before.text.startswith("\ufeff")
    assert after.text.count("\r\n") in (0, after.text.count("\n"))
    assert comments(after.text) == comments(before.text)


@given(manuscripts(), LEAF)
def test_setting_touches_one_line(before: Manuscript, value: str) -> None:
    after = before.set(("status",), value)
    check(before, after, {**before.source.data, "status": value})
    old, new = kept(before.text, after.text)
    assert len(old) == len(new) <= 1


@given(manuscripts(), st.sampled_from(KEYS), LEAF)
def test_adding_a_key_keeps_every_line(before: Manuscript, key: str, value: str) -> None:
    after = before.set(("decision", key), value)
    decision = {**(before.source.data.get("decision") or {}), key: value}
    check(before, after, {**before.source.data, "decision": decision})
    old, new = kept(before.text, after.text)
    # At most the line that the key joins, or the one whose bracket it breaks, is another.
    assert len(old) <= 1
    assert len(new) <= 3


@given(manuscripts(), st.sampled_from(("history", "objections", "out_of_scope")))
def test_adding_an_item_keeps_every_line(before: Manuscript, key: str) -> None:
    item: Any = "one, two" if key == "out_of_scope" else {"status": "a", "by": "b: c"}
    after = before.append((key,), item)
    items = [*(before.source.data.get(key) or []), item]
    check(before, after, {**before.source.data, key: items})
    old, _ = kept(before.text, after.text)
    assert len(old) <= 1


@given(manuscripts())
def test_turning_round_twice_changes_nothing(before: Manuscript) -> None:
    items = before.source.data.get("history") or []
    if not items:
        return
    order = range(len(items) - 1, -1, -1)
    try:
        after = before.reorder(("history",), order)
    except Refusal:
        assert "#" in before.text  # a comment within brackets
        return
    assert after.source.data == {**before.source.data, "history": items[::-1]}
    assert sorted(comments(after.text)) == sorted(comments(before.text))
    assert after.text.count("\r") == after.text.count("\r\n") == before.text.count("\r\n")
    if "[" not in before.source.lines[before.source.place("history").line - 1]:
        assert sorted(after.text.splitlines()) == sorted(before.text.splitlines())
    assert after.reorder(("history",), order).source.data == before.source.data


@pytest.mark.parametrize(
    ("old", "path", "value", "new"),
    [
        ("links: {}\n", ("links", "mode"), "replace", "links: {mode: replace}\n"),
        (
            "decision: {outcome: approved}\n",
            ("decision", "due"),
            DAY,
            "decision: {due: 2026-03-20, outcome: approved}\n",
        ),
        (
            "actual: {milestones: }\n",
            ("actual", "milestones", "go-live"),
            DAY,
            "actual: {milestones: {go-live: 2026-03-20} }\n",
        ),
        (
            "actual: {finished: 2026-03-01}\n",
            ("actual", "milestones", "go-live"),
            DAY,
            "actual: {finished: 2026-03-01, milestones: {go-live: 2026-03-20}}\n",
        ),
    ],
)
def test_keys_within_brackets(old: str, path: tuple[str, ...], value: Value, new: str) -> None:
    assert front(written(old).set(path, value)) == new


def test_the_last_key_within_brackets_goes_with_its_comma() -> None:
    text = "decision: {outcome: approved, due: 2026-03-02}\n"
    assert front(written(text).remove(("decision", "due"))) == "decision: {outcome: approved}\n"


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("links: { # none\n}\n", lambda m: m.set(("links", "mode"), "replace")),
        ("? decision\n: approved\n", lambda m: m.remove(("decision",))),
    ],
)
def test_what_would_touch_more_is_refused(text: str, edit: Edit) -> None:
    with pytest.raises(Refusal, match="change it by hand"):
        edit(written(text))
