"""A reviewer's report as headings, sentences and tables, before it takes any form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from changebook.diff.effects import (
    AmountChange,
    BudgetRow,
    ClientEffect,
    DateEffect,
    Effect,
    Figures,
    FileChange,
    PresenceChange,
    RecordEffect,
    Wait,
    What,
)
from changebook.diff.revealed import Revealed, RevealedKind
from changebook.model.diagnostics import Problem
from changebook.model.sums import MilestonePosition, SumLine
from changebook.model.vocabulary import Audience
from changebook.model.words import SOURCE_LANGUAGE, Words

TITLE = "What this change does"
_NONE = "–"
_BUDGET = {
    BudgetRow.AMOUNT: "Change budget",
    BudgetRow.USED: "Change budget used",
    BudgetRow.LEFT: "Change budget left",
    BudgetRow.LEFT_IF_PENDING: "Change budget left if all pending is approved",
}
_WHAT = {
    What.ASSESSMENT: "Assessment",
    What.DECISION: "Decision",
    What.ANSWER: "Answer to an objection",
    What.FOLLOW_UP: "Objection to be settled",
    What.SIGNATURE: "Signature of the agreement",
}
_STATE = {
    PresenceChange.NEW: "new client",
    PresenceChange.GONE: "client is gone",
    PresenceChange.CHANGED: "",
}


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the report's own."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Sentence:
    """A paragraph of plain text; `alarm` makes it stand out."""

    text: str
    alarm: bool = False


@dataclass(frozen=True)
class TableBlock:
    """A table of plain text. Columns in `numbers` are set to the right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    alarm: bool = False


Block = Heading | Sentence | TableBlock


def document(effect: Effect, compared_with: str) -> tuple[Block, ...]:
    """The whole report, in English: it is for the team."""
    return tuple(_document(effect, compared_with))


def _document(effect: Effect, compared_with: str) -> Iterator[Block]:
    words = Words(SOURCE_LANGUAGE)
    yield Heading(TITLE, 1)
    reader = "the client's edition" if effect.audience is Audience.CLIENT else "the team's edition"
    yield Sentence(
        "Internal: for the team only. This report names internal records and quotes internal "
        f"words. Compared with {compared_with}; figures are those of {reader}."
    )
    if not effect.clients and not effect.elsewhere:
        yield Sentence("No record and no profile differs.")
    for client in effect.clients:
        if client.has_internal_words:
            yield Sentence(
                f"{client.name}: internal words become visible to the client, see below.",
                alarm=True,
            )
    if len(effect.clients) > 1:
        yield _overview(effect.clients, words)
    for client in effect.clients:
        yield from _client(client, words)
    if effect.elsewhere:
        yield Heading("Elsewhere in the workspace")
        yield _problems(effect.elsewhere)


def _overview(clients: Sequence[ClientEffect], words: Words) -> TableBlock:
    rows = []
    for client in clients:
        forecast = _line(client, SumLine.FORECAST)
        errors = sum(problem.severity == "error" for problem in client.problems)
        rows.append(
            (
                client.name,
                str(len(client.new) or _NONE),
                str(len(client.moved) or _NONE),
                str(len(client.edited) or _NONE),
                _difference(forecast, client.figures, words) if client.figures else "not reckoned",
                str(len(client.revealed) or _NONE),
                str(len(client.waiting) or _NONE),
                str(errors or _NONE),
            )
        )
    heads = (
        *("Client", "New", "Moved", "Edited", "Forecast, difference"),
        *("Becomes visible", "Newly waiting", "Errors"),
    )
    return TableBlock(heads, tuple(rows), frozenset(range(1, 8)))


def _line(client: ClientEffect, line: SumLine) -> AmountChange | None:
    lines = client.figures.lines if client.figures else ()
    return next((change for change in lines if change.name is line), None)


def _client(client: ClientEffect, words: Words) -> Iterator[Block]:
    state = _STATE[client.state]
    yield Heading(f"{client.name} ({client.slug})" + (f": {state}" if state else ""))
    yield from _revealed(client.revealed)
    if client.problems:
        yield Heading("Problems that this change makes", 3)
        yield _problems(client.problems)
    yield from _records(client, words)
    yield from _files(client.files)
    yield from _profile(client)
    if client.figures is None:
        yield Heading("Sums and dates", 3)
        yield Sentence(
            "Not reckoned: the client's files have errors, now or at the base. "
            "`changebook check` names them."
        )
    elif client.state is PresenceChange.CHANGED or client.figures.lines:
        yield from _figures(client.figures, words)
    yield from _waiting(client, words)


def _problems(problems: Iterable[Problem]) -> TableBlock:
    rows = tuple((p.severity, f"{p.path}:{p.line}", p.message, p.rule) for p in problems)
    return TableBlock(("", "Place", "What is wrong", "Rule"), rows)


def _revealed(items: Sequence[Revealed]) -> Iterator[Block]:
    if not items:
        return
    internal = [item for item in items if item.kind is RevealedKind.INTERNAL_WORDS]
    others = [item for item in items if item.kind is not RevealedKind.INTERNAL_WORDS]
    if internal:
        yield Heading("Internal words become visible to the client", 3)
        yield Sentence(
            "These words were internal at the base. The client can read them after this change.",
            alarm=True,
        )
        rows = tuple(
            (id or "Welcome", " ".join(item.words for item in passage), origin)
            for (id, origin), passage in groupby(internal, key=lambda i: (i.id, i.origin))
        )
        columns = ("Now visible in", "Words", "Internal before in")
        yield TableBlock(columns, rows, alarm=True)
    if others:
        yield Heading("Becomes visible to the client", 3)
        kinds = {RevealedKind.RECORD: "the whole record", RevealedKind.FILE: "a file"}
        found = tuple((item.id or "Welcome", kinds[item.kind], item.words) for item in others)
        yield TableBlock(("In", "What", "Title or name"), found)


def _records(client: ClientEffect, words: Words) -> Iterator[Block]:
    def status(entry: RecordEffect) -> str:
        return words.label(entry.after) if entry.after else _NONE

    moved = [
        (e.id, e.title, _way(e, words), e.by or _NONE, _amount(e, words), _seen(e))
        for e in client.moved
    ]
    if moved:
        yield Heading("Records that moved", 3)
        columns = ("Record", "Title", "From, to", "By", "Amount", "Client sees it")
        yield TableBlock(columns, tuple(moved), frozenset({4}))
    new = [(e.id, e.title, status(e), _amount(e, words), _seen(e)) for e in client.new]
    if new:
        yield Heading("New records", 3)
        heads = ("Record", "Title", "Status", "Amount", "Client sees it")
        yield TableBlock(heads, tuple(new), frozenset({3}))
    edited = [(e.id, e.title, status(e), ", ".join(e.keys), _seen(e)) for e in client.edited]
    if edited:
        yield Heading("Records that were edited", 3)
        yield TableBlock(
            ("Record", "Title", "Status", "What differs", "Client sees it"), tuple(edited)
        )
    for title, entries in (
        ("Records that are gone", client.gone),
        ("No longer visible to the client", client.concealed),
    ):
        if entries:
            yield Heading(title, 3)
            files = tuple((e.id, e.title, e.path) for e in entries)
            yield TableBlock(("Record", "Title", "File"), files)


def _files(files: Iterable[FileChange]) -> Iterator[Block]:
    rows = tuple((file.path, file.state.value) for file in files)
    if rows:
        yield Heading("Files beside the records", 3)
        yield TableBlock(("File", "What happened"), rows)


def _way(entry: RecordEffect, words: Words) -> str:
    statuses = [entry.before, *entry.steps]
    if statuses[-1] is not entry.after:
        statuses = [entry.before, entry.after]
    passed = (status for status, _ in groupby(statuses))
    return " → ".join(words.label(status) for status in passed if status)


def _amount(entry: RecordEffect, words: Words) -> str:
    return _NONE if entry.amount is None else words.money(entry.amount, entry.currency)


def _seen(entry: RecordEffect) -> str:
    return "no" if entry.unseen else "yes"


def _profile(client: ClientEffect) -> Iterator[Block]:
    if not client.profile and not client.terms and not client.approvers:
        return
    yield Heading("Profile", 3)
    if client.profile:
        yield Sentence(f"What differs in client.md: {', '.join(client.profile)}.")
    if client.terms:
        yield Sentence(f"Terms that differ in glossary.md: {', '.join(client.terms)}.")
    for name, may in client.approvers:
        if client.state is PresenceChange.CHANGED:
            yield Sentence(
                f"{name} may {'now' if may else 'no longer'} approve changes.", alarm=may
            )
        else:
            yield Sentence(f"{name} may approve changes.")


def _figures(figures: Figures, words: Words) -> Iterator[Block]:
    yield Heading("Sums and dates", 3)
    day = words.date(figures.as_of)
    every = (*figures.lines, *figures.budget)
    amounts = [c for c in every if c.before != c.after and (c.before or c.after)]
    dates = [change for change in figures.dates if _span(change.before) != _span(change.after)]
    if not amounts and not dates:
        yield Sentence(f"No sum and no date changes (as of {day}).")
        return
    yield Sentence(f"As of {day}, before and after this change. What is not listed is the same.")
    if amounts:
        rows = tuple(
            (
                _BUDGET[c.name] if isinstance(c.name, BudgetRow) else words.label(c.name),
                _money(c.before, figures, words),
                _money(c.after, figures, words),
                _difference(c, figures, words),
            )
            for c in amounts
        )
        yield TableBlock(("Line", "Before", "After", "Difference"), rows, frozenset({1, 2, 3}))
    if dates:
        moves = tuple(row for change in dates for row in _date_rows(change, words))
        yield TableBlock(("Milestone", "Before", "After", "Difference"), moves, frozenset({3}))


def _span(position: MilestonePosition | None) -> tuple[date | None, ...]:
    """What is shown of a milestone: the agreed date, and how far pending changes may move it."""
    if position is None:
        return (None,)
    pending = position.pending
    return (position.agreed, *((pending.earliest, pending.latest) if pending else (None, None)))


def _date_rows(change: DateEffect, words: Words) -> Iterator[tuple[str, ...]]:
    before, after = change.before, change.after
    agreed = [position.agreed if position else None for position in (before, after)]
    if agreed[0] != agreed[1]:
        days = change.days
        moved = _NONE if days is None else words.days(days, signed=True)
        yield (change.name, *(words.date(day) if day else _NONE for day in agreed), moved)
    pending = [_pending(position, words) for position in (before, after)]
    if pending[0] != pending[1]:
        yield (f"{change.name}, if all pending is approved", *pending, "")


def _pending(position: MilestonePosition | None, words: Words) -> str:
    if position is None or position.pending is None:
        return _NONE
    ends = dict.fromkeys((position.pending.earliest, position.pending.latest))
    return " to ".join(words.date(day) for day in ends)


def _money(amount: Decimal | None, figures: Figures, words: Words) -> str:
    return _NONE if amount is None else words.money(amount, figures.currency)


def _difference(change: AmountChange | None, figures: Figures | None, words: Words) -> str:
    if change is None or figures is None or change.difference is None:
        return _NONE
    if not change.difference:
        return _NONE
    return words.money(change.difference, figures.currency, signed=True)


def _waiting(client: ClientEffect, words: Words) -> Iterator[Block]:
    for title, waits in (
        ("Newly waiting", client.waiting),
        ("No longer waiting", client.settled),
    ):
        if waits:
            yield Heading(title, 3)
            rows = tuple(_wait(wait, words) for wait in waits)
            yield TableBlock(("What", "Record", "Title", "For whom", "Due"), rows)


def _wait(wait: Wait, words: Words) -> tuple[str, ...]:
    return (
        _WHAT[wait.what],
        wait.id,
        f"{wait.title}: {wait.about}" if wait.about else wait.title,
        ", ".join(wait.whom) or "nobody named",
        words.date(wait.due) if wait.due else _NONE,
    )
