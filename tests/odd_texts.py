"""Records whose every text is odd: what a person, a program or an attacker may write somewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import yaml

#: Each means something to some format that a text goes through on its way to a reader. Line ends
#: that YAML has and editors do not (U+0085, U+2028, U+2029) are no part: the check refuses them.
FRAGMENTS: list[str] = json.loads(
    (Path(__file__).parent / "cases" / "odd" / "fragments.json").read_text("utf-8")
)
#: Keys with dates and words of the format, which pages write in the reader's language.
_FIXED = frozenset(
    "internal id status visibility type priority party on category date confidence amount days "
    "milestone likelihood severity action start finish due outcome option resolved channel "
    "recommended".split()
)


def odd_text(random: Random) -> str:
    """One to five fragments, joined in some way; never blank."""
    parts = random.choices(FRAGMENTS, k=random.choice((1, 1, 2, 3, 5)))
    return random.choice((" ", " ", "", " and ")).join(parts)


def write_workspace(root: Path, records: int, seed: int = 1, clients: int = 2) -> None:
    """Write a workspace of some records, each of another kind, with odd texts in every key."""
    random = Random(seed)
    for client in range(clients):
        folder = root / "changes" / f"client-{client}"
        folder.mkdir(parents=True)
        (folder / "client.md").write_text(
            _written(_profile(random, client), odd_body(random)), "utf-8"
        )
        terms = {odd_text(random): odd_text(random) for _ in range(30)}
        # A term in a text is a link to its entry.
        glossary = {"terms": _apart(terms)}
        (folder / "glossary.md").write_text(_written(glossary, ""), "utf-8")
        for number in range(client, records, clients):
            id_ = f"{_prefix(client)}-{number:04d}"
            text = _written(_record(random, id_, number), odd_body(random))
            (folder / f"{id_}.md").write_text(text, "utf-8")


def _apart(terms: dict[str, str]) -> dict[str, str]:
    """Of terms that differ in capitals alone the first one."""
    first = {term.casefold(): term for term in reversed(terms)}
    return {term: terms[term] for term in first.values()}


def _written(front: dict[str, Any], body: str) -> str:
    said = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=100_000)
    return f"---\n{said}---\n{body}\n"


def _prefix(client: int) -> str:
    return f"ODD{chr(ord('A') + client)}"


def odd_body(random: Random) -> str:
    """Paragraphs of odd texts, each between two words that must be found again."""
    return "\n\n".join(
        f"begin{number}begin {odd_text(random).replace('<!--', '')} end{number}end"
        for number in range(3)
    )


def _profile(random: Random, client: int) -> dict[str, Any]:
    return {
        "name": f"Client {client} {odd_text(random)}",
        "language": ("en", "zh-CN")[client % 2],
        "timezone": "Europe/Paris",
        "prefix": _prefix(client),
        "project": odd_text(random),
        "vendor": {"name": odd_text(random), "contact": "change@northwind.example"},
        "contract": {
            "reference": odd_text(random),
            "signed": "2026-01-05",
            "currency": "EUR",
            "sum": "100000.00",
            "milestones": [
                {
                    "id": "go-live",
                    "name": odd_text(random),
                    "date": "2026-09-01",
                    "completion": True,
                }
            ],
        },
        "people": [
            {"name": "Ada Moreau", "role": odd_text(random), "party": "client", "approves": True},
            {"name": odd_text(random), "role": odd_text(random), "party": "vendor"},
        ],
        "request": {"guidance": odd_text(random), "questions": [odd_text(random)]},
        "paper": {"notice": {"en": odd_text(random)}, "wording": {"en": odd_text(random)}},
    }


def _record(random: Random, id_: str, number: int) -> dict[str, Any]:
    def odd() -> str:
        return odd_text(random)

    steps = ("submitted", "assessing", "awaiting-decision", "approved")[: number % 4 + 1]
    record: dict[str, Any] = {
        "id": id_,
        "title": odd(),
        "status": steps[-1],
        "visibility": "client",
        "type": "addition",
        "priority": "high",
        "requested": {"on": "2026-02-01", "by": odd(), "party": "client"},
        "summary": odd(),
        "scope": [
            {"item": odd(), "action": "modify", "before": odd(), "after": odd(), "example": odd()}
        ],
        "out_of_scope": [odd()],
        "glossary": {odd(): odd()},
        "reason": {
            "category": "market",
            "text": odd(),
            "evidence": [{"claim": odd(), "source": odd(), "date": "2026-01-20"}],
        },
        "impact": {
            "confidence": "estimate",
            "assessed": {"on": "2026-02-09", "by": odd()},
            "cost": [{"item": odd(), "amount": "500.00"}],
            "schedule": [],
            "resources": [{"role": odd(), "days": "2"}],
            "quality": odd(),
            "risks": [{"risk": odd(), "likelihood": "low", "severity": "high", "response": odd()}],
        },
        "options": [
            {"id": "a", "title": odd(), "pros": [odd()], "cons": [odd()], "amount": "500.00"},
            {"id": "b", "title": odd(), "pros": [odd()], "cons": [odd()], "amount": "0"},
        ],
        "plan": [{"step": odd(), "owner": odd(), "start": "2026-03-01", "finish": "2026-03-02"}],
        "objections": [
            {
                "by": odd(),
                "party": "client",
                "on": "2026-02-12",
                "concern": odd(),
                "response": odd(),
                "alternative": odd(),
                "outcome": "compromise",
                "resolved": "2026-02-13",
            }
        ],
        "communications": [
            {"on": "2026-02-11", "channel": "call", "with": [odd()], "summary": odd()}
        ],
        "history": [
            {"status": step, "on": f"2026-02-{10 + day:02d}", "by": odd(), "note": odd()}
            for day, step in enumerate(steps)
        ],
        "internal": {odd(): odd()},
    }
    if "awaiting-decision" in steps:
        record["decision"] = {"due": "2026-02-20"}
    if "approved" in steps:
        record["decision"] |= {
            "outcome": "approved",
            "on": "2026-02-13",
            "by": [{"name": "Ada Moreau", "party": "client"}],
            "option": "a",
            "amount": "500.00",
            "rationale": odd(),
            "conditions": [{"text": odd()}],
        }
        record["agreement"] = {"status": "drafting", "reference": odd()}
    return record


def texts(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a front matter that was odd, with the path of its key."""
    if isinstance(value, dict):
        for key, below in value.items():
            if key not in _FIXED:
                yield from texts(below, f"{at}.{key}" if at != "glossary" else at)
            if at == "glossary":
                yield at, key
    elif isinstance(value, list):
        for below in value:
            yield from texts(below, at)
    elif isinstance(value, str):
        yield at.lstrip("."), value
