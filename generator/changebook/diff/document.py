"""A reviewer's report as headings, sentences and tables, before it takes any form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass
from datetime import date
from itertools import groupby, zip_longest
from typing import Any

from changebook.diff.effects import (
    AmountChange,
    ApprovalChange,
    ArchiveChange,
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
from changebook.model.catalogues import SOURCE_LANGUAGE
from changebook.model.diagnostics import Problem, errors
from changebook.model.sums import MilestonePosition, SumLine
from changebook.model.table import Column, Format, Table, money_column
from changebook.model.values import Money, in_currency
from changebook.model.vocabulary import Audience
from changebook.model.words import Words

TITLE = "What this change does"
#: What stands in a cell without a value.
MISSING = "–"
_HOME = "Welcome"
_REVEALED = {RevealedKind.RECORD: "the whole record", RevealedKind.FILE: "a file"}
_BUDGET = {
    BudgetRow.AMOUNT: "Change budget",
    BudgetRow.USED: "Change budget used",
    BudgetRow.LEFT: "Change budget left",
    BudgetRow.LEFT_IF_PENDING: "Change budget left if all pending changes are approved",
}
_WHAT = {
    What.ASSESSMENT: "Assessment",
    What.DECISION: "Decision",
    What.ANSWER: "Answer to an objection",
    What.FOLLOW_UP: "Objection to settle",
    What.SIGNATURE: "Signature of the agreement",
    What.ACCEPTANCE: "Acceptance of what was built",
}
_STATE = {
    PresenceChange.NEW: "new client",
    PresenceChange.GONE: "client removed",
    PresenceChange.CHANGED: "",
}


@dataclass(frozen=True)
class HeadingBlock:
    """A heading; level 1 is the report's own."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Sentence:
    """A paragraph of plain text; `alarm` makes it stand out."""

    text: str
    alarm: bool = False


Block = HeadingBlock | Sentence | Table[Any]


def document(effect: Effect, compared_with: str) -> tuple[Block, ...]:
    """Return the whole report, in English: it is for the team."""
    return tuple(_document(effect, compared_with))


def _document(effect: Effect, compared_with: str) -> Iterator[Block]:
    words = Words(SOURCE_LANGUAGE)
    yield HeadingBlock(TITLE, 1)
    reader = "the client's edition" if effect.audience is Audience.CLIENT else "the team's edition"
    yield Sentence(
        "Internal: for the team only. This report names internal records and quotes internal text. "
        f"Compared with {compared_with}; the figures are those of {reader}."
    )
    if not effect.clients and not effect.elsewhere:
        yield Sentence("No record or profile has changed.")
    for client in effect.clients:
        if client.has_internal_words:
            yield Sentence(
                f"{client.name}: internal text becomes visible to the client, see below.",
                alarm=True,
            )
    if len(effect.clients) > 1:
        yield _overview(effect.clients)
    for client in effect.clients:
        yield from _client(client, words)
    if effect.elsewhere:
        yield HeadingBlock("Elsewhere in the workspace")
        yield _problems("Elsewhere in the workspace", effect.elsewhere)


def _overview(clients: tuple[ClientEffect, ...]) -> Table[ClientEffect]:
    def count(title: str, changed: Callable[[ClientEffect], Sized]) -> Column[ClientEffect]:
        return Column(title, lambda client: len(changed(client)) or None, Format.NUMBER)

    def forecast(client: ClientEffect) -> Money | str | None:
        if client.figures is None:
            return "not computed"
        change = client.figures.line(SumLine.FORECAST)
        return in_currency(change.difference if change else None, client.figures.currency)

    columns: tuple[Column[ClientEffect], ...] = (
        Column("Client", lambda client: client.name),
        count("New", lambda client: client.new),
        count("Moved", lambda client: client.moved),
        count("Edited", lambda client: client.edited),
        Column("Forecast, difference", forecast, Format.MONEY_DIFFERENCE),
        count("Becomes visible", lambda client: client.revealed),
        count("Newly waiting", lambda client: client.waiting),
        count("Errors", lambda client: errors(client.problems)),
    )
    return Table("All clients", columns, clients)


def _section(table: Table[Any]) -> Iterator[Block]:
    """Yield a table with its title above it, if it has rows."""
    if table.rows:
        yield HeadingBlock(table.title, 3)
        yield table


def _client(client: ClientEffect, words: Words) -> Iterator[Block]:
    state = _STATE[client.state]
    yield HeadingBlock(f"{client.name} ({client.slug})" + (f": {state}" if state else ""))
    yield from _revealed(client.revealed)
    yield from _section(_problems("Problems that this change introduces", client.problems))
    yield from _records(client, words)
    yield from _section(_files(client.files))
    yield from _profile(client, words)
    if client.figures is None:
        yield HeadingBlock("Sums and dates", 3)
        yield Sentence(
            "Not computed: the client's files have errors, now or at the base. `changebook check` "
            "lists them."
        )
    elif client.state is PresenceChange.CHANGED or client.figures.lines:
        yield from _figures(client.figures, words)
        yield from _closed(client.closed, words)
    yield from _waiting(client)


def _problems(title: str, problems: tuple[Problem, ...]) -> Table[Problem]:
    columns: tuple[Column[Problem], ...] = (
        Column("", lambda problem: problem.severity),
        Column("Place", lambda problem: f"{problem.path}:{problem.line}"),
        Column("What is wrong", lambda problem: problem.message),
        Column("Rule", lambda problem: problem.rule),
    )
    return Table(title, columns, problems)


@dataclass(frozen=True)
class _Passage:
    """Internal words of one origin that become visible in one place."""

    place: str
    words: str
    origin: str


def _revealed(items: Sequence[Revealed]) -> Iterator[Block]:
    internal = [item for item in items if item.kind is RevealedKind.INTERNAL_WORDS]
    if internal:
        title = "Internal text becomes visible to the client"
        yield HeadingBlock(title, 3)
        yield Sentence(
            "This text was internal at the base. The client can read it after this change.",
            alarm=True,
        )
        passages = (
            _Passage(id or _HOME, " ".join(item.words for item in passage), origin)
            for (id, origin), passage in groupby(internal, key=lambda i: (i.id, i.origin))
        )
        columns: tuple[Column[_Passage], ...] = (
            Column("Now visible in", lambda passage: passage.place),
            Column("Words", lambda passage: passage.words, Format.ALARM),
            Column("Previously internal in", lambda passage: passage.origin),
        )
        yield Table(title, columns, tuple(passages))
    others: tuple[Column[Revealed], ...] = (
        Column("In", lambda item: item.id or _HOME),
        Column("What", lambda item: _REVEALED[item.kind]),
        Column("Title or name", lambda item: item.words),
    )
    rows = tuple(item for item in items if item.kind in _REVEALED)
    yield from _section(Table("Becomes visible to the client", others, rows))


def _records(client: ClientEffect, words: Words) -> Iterator[Block]:
    record: Column[RecordEffect] = Column("Record", lambda entry: entry.id, Format.ID)
    title: Column[RecordEffect] = Column("Title", lambda entry: entry.title)
    way: Column[RecordEffect] = Column("From, to", lambda entry: _way(entry, words))
    by: Column[RecordEffect] = Column("By", lambda entry: entry.by or None)
    status: Column[RecordEffect] = Column(
        "Status", lambda entry: words.label(entry.after) if entry.after else None
    )
    asked: Column[RecordEffect] = Column("Amount", lambda entry: entry.money, Format.MONEY)
    keys: Column[RecordEffect] = Column("What changed", lambda entry: ", ".join(entry.keys))
    seen: Column[RecordEffect] = Column(
        "Client sees it", lambda entry: "no" if entry.unseen else "yes"
    )
    file: Column[RecordEffect] = Column("File", lambda entry: entry.path)
    for table in (
        Table("Moved records", (record, title, way, by, asked, seen), client.moved),
        Table("New records", (record, title, status, asked, seen), client.new),
        Table("Edited records", (record, title, status, keys, seen), client.edited),
        Table("Deleted records", (record, title, file), client.gone),
        Table("No longer visible to the client", (record, title, file), client.concealed),
    ):
        yield from _section(table)
    for entry in client.edited:
        if entry.approvals:
            yield Sentence(f"{entry.id}: {entry.approvals}")


def _files(files: tuple[FileChange, ...]) -> Table[FileChange]:
    columns: tuple[Column[FileChange], ...] = (
        Column("File", lambda file: file.path),
        Column("State", lambda file: file.state.value),
    )
    return Table("Files beside the records", columns, files)


def _way(entry: RecordEffect, words: Words) -> str:
    statuses = [entry.before, *entry.steps]
    if statuses[-1] is not entry.after:
        statuses = [entry.before, entry.after]
    passed = (status for status, _ in groupby(statuses))
    return " → ".join(words.label(status) for status in passed if status)


def _profile(client: ClientEffect, words: Words) -> Iterator[Block]:
    of_profile = (client.profile, client.terms, client.approvers, client.archived, client.approval)
    if not any(of_profile):
        return
    yield HeadingBlock("Profile", 3)
    if client.profile:
        yield Sentence(f"What changed in client.md: {', '.join(client.profile)}.")
    if client.archived:
        yield Sentence(_archived(client.archived, words), alarm=True)
    for corrected in client.corrected:
        yield Sentence(f"Correction of the contract: {corrected}")
    if client.approval:
        yield HeadingBlock("Who must approve", 3)
        yield Sentence("The first line that fits a change counts.")
        yield _approval(client.approval, with_before=client.state is PresenceChange.CHANGED)
    if client.terms:
        yield Sentence(f"What changed in glossary.md: {', '.join(client.terms)}.")
    for name, may in client.approvers:
        if client.state is PresenceChange.CHANGED:
            yield Sentence(
                f"{name} may {'now' if may else 'no longer'} approve changes.", alarm=may
            )
        else:
            yield Sentence(f"{name} may approve changes.")


def _approval(change: ApprovalChange, *, with_before: bool) -> Table[tuple[str, str]]:
    """Return the rules on both sides, line by line, as sentences."""
    before_after = [
        [f"{rule.changes}: {rule.who}" for rule in rules]
        or ["All changes: one person who approves"]
        for rules in (change.before, change.after)
    ]
    after: Column[tuple[str, str]] = Column("After", lambda row: row[1] or None)
    before: Column[tuple[str, str]] = Column("Before", lambda row: row[0] or None)
    columns = (before, after) if with_before else (after,)
    rows = tuple((old, new) for old, new in zip_longest(*before_after, fillvalue=""))
    return Table("Who must approve", columns, rows)


def _archived(change: ArchiveChange, words: Words) -> str:
    if change.after is None:
        return "The client is no longer archived: records can be added and changed again."
    day = words.date(change.after)
    if change.before is None:
        return f"The client is archived on {day}: nothing is asked for or added any more."
    return f"The client is archived on {day} instead of {words.date(change.before)}."


def _figures(figures: Figures, words: Words) -> Iterator[Block]:
    yield HeadingBlock("Sums and dates", 3)
    day = words.date(figures.as_of)
    if not figures.moved_amounts and not figures.moved_dates:
        yield Sentence(f"No sums or dates change (as of {day}).")
        return
    yield Sentence(f"As of {day}, before and after this change. Anything not listed is unchanged.")
    yield from _moved(figures, words)


def _closed(closed: Sequence[Figures], words: Words) -> Iterator[Block]:
    if closed:
        yield HeadingBlock("Months that are over", 3)
        yield Sentence(
            "Somebody may have read a report of them. One of that day shows what was known then; "
            "what is known of them now is different after this change."
        )
    for figures in closed:
        yield Sentence(f"As of {words.date(figures.as_of)}, before and after this change:")
        yield from _moved(figures, words)


def _moved(figures: Figures, words: Words) -> Iterator[Block]:
    if figures.moved_amounts:
        yield _amounts(figures.moved_amounts, figures.currency, words)
    if figures.moved_dates:
        yield _dates(figures.moved_dates, words)


def _amounts(amounts: Iterable[AmountChange], currency: str, words: Words) -> Table[AmountChange]:
    def name(change: AmountChange) -> str:
        named = change.name
        return _BUDGET[named] if isinstance(named, BudgetRow) else words.label(named)

    columns: tuple[Column[AmountChange], ...] = (
        Column("Line", name),
        money_column("Before", lambda change: change.before, currency),
        money_column("After", lambda change: change.after, currency),
        money_column(
            "Difference",
            lambda change: change.difference,
            currency,
            written=Format.MONEY_DIFFERENCE,
        ),
    )
    return Table("Sums", columns, tuple(amounts))


@dataclass(frozen=True)
class _DateRow:
    """A milestone on both sides: an agreed date, or the range of what is pending in words."""

    name: str
    before: date | str | None
    after: date | str | None
    days: int | str | None


def _dates(changes: Iterable[DateEffect], words: Words) -> Table[_DateRow]:
    columns: tuple[Column[_DateRow], ...] = (
        Column("Milestone", lambda row: row.name),
        Column("Before", lambda row: row.before, Format.DATE),
        Column("After", lambda row: row.after, Format.DATE),
        Column("Difference", lambda row: row.days, Format.DAYS_DIFFERENCE),
    )
    rows = tuple(row for change in changes for row in _date_rows(change, words))
    return Table("Milestones", columns, rows)


def _date_rows(change: DateEffect, words: Words) -> Iterator[_DateRow]:
    before, after = (side.agreed if side else None for side in (change.before, change.after))
    if before != after:
        yield _DateRow(change.name, before, after, change.days)
    earlier, later = (_pending(side, words) for side in (change.before, change.after))
    if earlier != later:
        yield _DateRow(f"{change.name}, if all pending changes are approved", earlier, later, "")


def _pending(position: MilestonePosition | None, words: Words) -> str | None:
    if position is None or position.pending is None:
        return None
    ends = dict.fromkeys((position.pending.earliest, position.pending.latest))
    return " to ".join(words.date(day) for day in ends)


def _waiting(client: ClientEffect) -> Iterator[Block]:
    columns: tuple[Column[Wait], ...] = (
        Column("What", lambda wait: _WHAT[wait.what]),
        Column("Record", lambda wait: wait.id, Format.ID),
        Column("Title", lambda wait: f"{wait.title}: {wait.about}" if wait.about else wait.title),
        Column("For whom", lambda wait: ", ".join(wait.whom) or "nobody named"),
        Column("Due", lambda wait: wait.due, Format.DATE),
    )
    yield from _section(Table("Newly waiting", columns, client.waiting))
    yield from _section(Table("No longer waiting", columns, client.settled))
