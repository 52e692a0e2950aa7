"""Front matter in every style of YAML: what was written is read, or a problem says where not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changebook.check import load_checked
from changebook.model import canonical, decided
from changebook.model.diagnostics import KeyPath, Problem
from changebook.model.schema import ChangeRecord
from changebook.read.form import fit
from changebook.read.source import SourceFile, parse_source

ALWAYS = "id: ACME-0012\ntitle: Points\nstatus: draft\nvisibility: client\n"


def read(front: str) -> tuple[SourceFile | None, list[Problem]]:
    source, problems = parse_source(f"---\n{front}---\nText.\n", "x.md")
    if source is None:
        return None, problems
    return source, [*problems, *fit(ChangeRecord, source)[1]]


def summary(value: str) -> str | None:
    """What pages show of a summary that is written so."""
    source, problems = read(f"{ALWAYS}summary: {value}\n")
    assert (source is not None, problems) == (True, [])
    assert source is not None
    record, _, _ = fit(ChangeRecord, source)
    return record.summary if record else None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("甲，\n  乙。", "甲，乙。"),
        (">\n  甲\n  乙\n\n  丙", "甲乙\n丙"),
        (">-\n  甲  \n  乙", "甲乙"),
        ('"甲\n  乙"', "甲乙"),
        ("'甲\n  乙\n\n  丙'", "甲乙\n丙"),
        ("|-\n  甲\n  乙", "甲\n乙"),
        ("甲\n  “乙”\n  丙——\n  丁", "甲“乙”丙——丁"),
        ("甲\n  and\n  乙", "甲 and 乙"),
        ("“no”\n  “yes” —\n  well", "“no” “yes” — well"),
        ("한국\n  어", "한국 어"),
        ("かな\n  カナ", "かなカナ"),
    ],
)
def test_lines_join_without_a_space_between_chinese(value: str, shown: str) -> None:
    assert summary(value) == shown


def test_a_digest_is_of_the_text_as_yaml_reads_it() -> None:
    """So what was sealed before lines were joined is still what was sealed."""
    source, _ = read(f"{ALWAYS}scope:\n  - item: 收银\n    action: add\n    after: 甲\n      乙\n")
    assert source is not None
    assert decided.content(source.data)["scope"][0]["after"] == "甲 乙"
    assert source.shown["scope"][0]["after"] == "甲乙"
    assert canonical.digest(decided.content(source.data)) == canonical.digest(
        decided.content({**source.data, "status": "closed"})
    )


def test_a_client_is_named_across_two_lines(tmp_path: Path) -> None:
    for slug, name, project in (
        ("acme", "极客贸易", "与环球\n  物流相同"),
        ("globex", "环球物流", "商城"),
    ):
        folder = tmp_path / "changes" / slug
        folder.mkdir(parents=True)
        (folder / "client.md").write_text(
            f"---\nname: {name}\nlanguage: zh-CN\ntimezone: Asia/Shanghai\nprefix: {slug.upper()}\n"
            f"project: {project}\nvendor: {{name: 北风软件}}\n"
            "contract: {reference: A, signed: 2026-01-15, currency: CNY, sum: 1}\n---\n",
            "utf-8",
        )
    _, problems = load_checked(tmp_path)
    assert [(p.rule, p.path, p.line) for p in problems] == [
        ("other-client-named", "changes/acme/client.md", 6)
    ]


@pytest.mark.parametrize(
    ("written", "rule", "place"),
    [
        ("revision: 1_000", "bad-number", (6, 11)),
        ("revision: 1e3", "bad-number", (6, 11)),
        ("options:\n  - {id: a, title: b, amount: .5}", "bad-number", (7, 31)),
        ("options:\n  - {id: a, title: b, recommended: Yes}", "unknown-value", (7, 36)),
        ("decision: {due: 2026-3-5}", "bad-date", (6, 17)),
        ("decision: {due: 2026/03/05}", "bad-date", (6, 17)),
        ("decision: {due: ２０２６-03-05}", "bad-date", (6, 17)),
        ("decision: {due: 2026-03-0\u200b5}", "bad-date", (6, 17)),
        ("links: {related: [ACME-00\u00a012]}", "unknown-value", (6, 19)),
        ("priority:high\nurgency: low", "broken-yaml", (6, 9)),
        ("links:\n  mode:delta", "wrong-type", (7, 3)),
        ("out_of_scope:\n  -Refunds", "wrong-type", (7, 3)),
        ("summary: |Text", "broken-yaml", (6, 11)),
        ("summary: @text", "broken-yaml", (6, 10)),
        ("summary: `text`", "broken-yaml", (6, 10)),
        ("summary: %text", "broken-yaml", (6, 10)),
        ("summary: !text", "yaml-alias", (6, 10)),
        ("summary: ! text", "yaml-alias", (6, 10)),
        ("summary: &text", "yaml-alias", (6, 10)),
        ("decision:\n  milestones: {&go-live: 2026-03-05}", "yaml-alias", (7, 16)),
        ('summary: "Quoted" and more', "broken-yaml", (6, 19)),
        ("\tsummary: text", "broken-yaml", (6, 1)),
        ("...\nsummary: text", "broken-yaml", (7, 1)),
        ("x-mine: {a: b, c}", "cut-by-comma", (6, 14)),
        ("summary: text\x85more", "broken-yaml", (6, 14)),
        ("summary: text\u2029more", "broken-yaml", (6, 14)),
        ("summary:\n  #1 of all\n  is this", "cut-by-comment", (7, 3)),
        ("reason:\n  text: |\n      Long.\n    # 2 more", "cut-by-comment", (9, 5)),
    ],
)
def test_each_is_located(written: str, rule: str, place: tuple[int, int]) -> None:
    _, problems = read(f"{ALWAYS}{written}\n")
    assert (rule, *place) in [(p.rule, p.line, p.column) for p in problems]


# An independent writer: it knows how YAML is written, and nothing of how it is read here.

#: What texts are made of: what YAML has a use for comes often.
_PIECES = (
    *("甲乙", "丙", "Pay", "all", "2", "400.00", "see", "步骤", " ", " ", "  ", "\u3000"),
    *(", ", ",", " #", "# ", "#", ": ", ":", " - ", "-", "[", "]", "{", "}", "'", '"', "|", ">"),
    *(
        "，",
        "、",
        "：",
        "“",
        "”",
        "（",
        "［",
        "｛",
        "－",
        "—",
        "＃",
        "&",
        "*",
        "!",
        "%",
        "@",
        "`",
        "?",
    ),
    *("~", "\\", "/", ".", "…", "=", "€"),
    # Commas are what people write most of, and what YAML cuts at.
    *(4 * ("Pay all", "甲乙", ", ")),
)
texts = st.lists(st.sampled_from(_PIECES), min_size=1, max_size=7).map("".join)
texts = texts.map(str.strip).filter(bool)
numbers = st.sampled_from(("0", "10", "-3", "2400.00", "0.5", "1200000.00"))
days = st.sampled_from(("2026-03-05", "2026-12-31"))


def _double(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _single(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _lines(text: str, mark: str, indent: int) -> str:
    return f"{mark}-\n{' ' * (indent + 2)}{text}"


def write(
    draw: Callable[..., Any], value: Any, indent: int, flow: bool, listed: bool = False
) -> str:
    """A value as YAML, behind a key's colon or an item's dash."""
    if isinstance(value, str):
        styles = [_double(value), _single(value)]
        if not flow:
            styles += [_lines(value, "|", indent), _lines(value, ">", indent)]
        # Plain, however it comes out. Nobody can tell what a comma means in `[]`, or at the end.
        if not value.endswith(",") and not (listed and "," in value):
            styles = [*styles * 2, value]
        return str(draw(st.sampled_from(styles)))
    flow = flow or draw(st.integers(0, 2)) == 0
    pairs: Sequence[tuple[str, Any]] = (
        [(f"{key}:", held) for key, held in value.items()]
        if isinstance(value, Mapping)
        else [("", held) for held in value]
    )
    if flow:
        listed = not isinstance(value, Mapping)
        inner = ", ".join(
            f"{key} {write(draw, held, 0, True, listed)}".strip() for key, held in pairs
        )
        return f"{{{inner}}}" if isinstance(value, Mapping) else f"[{inner}]"
    pad = "\n" + " " * (indent + 2)
    dash = "" if isinstance(value, Mapping) else "- "
    return "".join(
        f"{pad}{dash}{key} {write(draw, held, indent + 2, False)}".rstrip(" ")
        for key, held in pairs
    )


records = st.fixed_dictionaries(
    {"title": texts},
    optional={
        "summary": texts,
        "out_of_scope": st.lists(texts, min_size=1, max_size=3),
        "scope": st.lists(
            st.fixed_dictionaries(
                {"item": texts, "action": st.just("add")},
                optional={"before": texts, "after": texts},
            ),
            min_size=1,
            max_size=2,
        ),
        "options": st.lists(
            st.fixed_dictionaries(
                {"id": st.sampled_from("abc"), "title": texts, "amount": numbers},
                optional={"pros": st.lists(texts, min_size=1, max_size=2)},
            ),
            min_size=1,
            max_size=2,
        ),
        "plan": st.lists(
            st.fixed_dictionaries({"step": texts, "start": days}, optional={"owner": texts}),
            min_size=1,
            max_size=2,
        ),
        "internal": st.fixed_dictionaries({"note": texts, "margin": numbers}),
    },
)


def leaves(value: Any, path: KeyPath = ()) -> dict[KeyPath, str]:
    if isinstance(value, Mapping):
        below = [leaves(held, (*path, key)) for key, held in value.items()]
    elif isinstance(value, list):
        below = [leaves(held, (*path, number)) for number, held in enumerate(value)]
    else:
        return {path: value}
    return {place: text for each in below for place, text in each.items()}


@settings(max_examples=int(__import__("os").environ.get("N", 200)))
@given(st.data())
def test_every_value_is_found_again_or_there_is_a_problem(data: st.DataObject) -> None:
    record = {"id": "ACME-0012", "status": "draft", "visibility": "client", **data.draw(records)}
    front = "".join(f"{key}: {write(data.draw, held, 0, False)}\n" for key, held in record.items())
    source, problems = read(front)
    faulty = {problem.line for problem in problems}
    assert all(2 <= line <= front.count("\n") + 2 for line in faulty), front
    if source is None:
        assert faulty, front
        return
    found = leaves(source.shown)
    for path, text in leaves(record).items():
        if found.get(path) != text:
            line = source.value(*path).line
            assert faulty & {line, line + 1}, (path, text, front)
