"""Front matter in every style of YAML: what was written is read, or a problem says where not."""

from __future__ import annotations

from pathlib import Path

import pytest

from changebook.check import load_checked
from changebook.model import canonical, decided
from changebook.model.diagnostics import Problem
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
    assert {problem.rule for problem in problems} <= {"joined-lines"}
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
        ("summary: text  ##", "cut-by-comment", (6, 16)),
        ("summary: text  #", "cut-by-comment", (6, 16)),
        ("summary: # 2 of\n  all", "cut-by-comment", (6, 10)),
        ("out_of_scope:\n  - # 2 of\n    all", "cut-by-comment", (7, 5)),
        ("summary: |#1 of\n  all", "cut-by-comment", (6, 11)),
        ('summary: "text"# more"', "cut-by-comment", (6, 16)),
        ("out_of_scope: [see one] # 2, and more]", "cut-by-comment", (6, 25)),
        ("out_of_scope: [Pay all, a part of it]", "comma-in-brackets", (6, 23)),
        ('links: {source: "https://a.example/x\\end"}', "unknown-value", (6, 17)),
        ('internal: {note: "shared\\bin"}', "unmeant-escape", (6, 25)),
        ('summary: "please do \\not eat"', "unmeant-escape", (6, 21)),
        ("summary: \u3000|\n  Text", "broken-yaml", (6, 10)),
        ("glossary:\n---\n  gift card: a card\n---", "keys-in-body", (8, 1)),
        ('summary: "see\\ all"', "unmeant-escape", (6, 14)),
        ("summary: text\u202emore", "hidden-direction", (6, 14)),
        ('summary: "text\\u202Emore"', "hidden-direction", (6, 10)),
        ("summary: text\n---\n&#x202e;more &#8238;", "hidden-direction", (8, 1)),
        ("priority:、 high\nurgency: low", "broken-yaml", (6, 9)),
        ("decision: {due: 2026-03-05\nurgency: low", "broken-yaml", (6, 11)),
        ("decision: {rationale: 'text}\nurgency: low", "broken-yaml", (6, 23)),
        ("out_of_scope: [#1 of all,\n  two]", "cut-by-comment", (6, 16)),
    ],
)
def test_each_is_located(written: str, rule: str, place: tuple[int, int]) -> None:
    _, problems = read(f"{ALWAYS}{written}\n")
    assert (rule, *place) in [(p.rule, p.line, p.column) for p in problems]


@pytest.mark.parametrize(
    "written",
    [
        "out_of_scope: [refunds, a part of it]",
        "out_of_scope: [Refunds, 退货, ERP]",
        "glossary: {PSP: provider}  # as agreed",
        "summary: text  # as agreed",
        "out_of_scope:\n  # ---- first ----\n  - Refunds",
        "summary: \u200e\u05d0",
        "summary: text \\u202E &lrm;",
        'reason: {category: market, text: "see \\"all\\" and\\/or\\nNone"}',
    ],
)
def test_their_neighbors_are_none(written: str) -> None:
    source, problems = read(f"{ALWAYS}{written}\n")
    assert source is not None
    assert problems == []
