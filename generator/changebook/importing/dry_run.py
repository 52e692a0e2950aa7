"""What an import would do, as a table to read and to agree on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated

from pydantic import BeforeValidator

from changebook.exports.tables.text import as_text
from changebook.exports.tables.workbook import as_xlsx
from changebook.importing.planning import WRITTEN, Fate, ImportPlan, PlannedRecord
from changebook.importing.source import gathered
from changebook.model.diagnostics import Problem, visible
from changebook.model.json_model import Amount, JsonModel, at
from changebook.model.schema import Profile
from changebook.model.sums import SumLine
from changebook.model.table import Column, Format, Table, money_column
from changebook.model.words import Words
from changebook.pages.literal import literal

_LINES = (SumLine.ORIGINAL, SumLine.APPROVED, SumLine.REVISED, SumLine.PENDING)


def table(plan: ImportPlan, profile: Profile, words: Words) -> Table[PlannedRecord]:
    """Return a row for each item of the source, in its order."""
    _, currency = words.gettext, profile.contract.currency

    def dates(planned: PlannedRecord) -> str | None:
        moved = planned.new_dates.items()
        return "; ".join(f"{name}: {day}" for name, day in moved) or None

    return Table(
        _("Import"),
        (
            Column(_("Place"), lambda p: p.draft.item.place),
            Column(_("Number there"), lambda p: p.draft.old_id, Format.ID),
            Column(_("Number"), lambda p: p.id, Format.ID),
            Column(_("Title"), lambda p: p.draft.title, width=40),
            Column(_("What happens"), lambda p: words.label(p.fate)),
            Column(_("Status"), lambda p: words.label(p.draft.status)),
            Column(words.pgettext("day", "Requested"), _requested, Format.DATE),
            Column(words.pgettext("day", "Decided"), _decided, Format.DATE),
            money_column(_("Amount"), lambda p: p.draft.amount, currency),
            Column(_("Days"), lambda p: p.draft.days, Format.NUMBER),
            Column(_("New dates"), dates),
            Column(_("Missing"), lambda p: ", ".join(p.missing) or None),
            Column(_("Understood as"), lambda p: "; ".join(p.draft.understood) or None),
            Column(_("Remarks"), lambda p: "; ".join(p.draft.notes) or None),
            Column(_("Not understood"), _not_understood, Format.ALARM),
        ),
        plan.records,
    )


def _not_understood(planned: PlannedRecord) -> str | None:
    """Return what is not understood of an item, whose own place stands in its row."""
    place = planned.draft.item.place
    told = (each.text if each.place == place else str(each) for each in planned.draft.errors)
    return "; ".join(told) or None


def _requested(planned: PlannedRecord) -> date | None:
    return next((s.on for s in planned.draft.steps if s.status.value == "submitted"), None)


def _decided(planned: PlannedRecord) -> date | None:
    on = planned.draft.decision.get("on")
    return on if isinstance(on, date) else None


def sums_table(plan: ImportPlan, profile: Profile, words: Words) -> Table[SumLine]:
    """Return the contract's sums before the import and after it."""
    _, currency = words.gettext, profile.contract.currency
    return Table(
        _("Sums"),
        (
            Column(_("Sums"), words.label),
            money_column(_("Before"), lambda line: plan.before.lines[line].amount, currency),
            money_column(_("After"), lambda line: plan.after.lines[line].amount, currency),
        ),
        _LINES,
    )


_BECOMES: Mapping[Fate, str] = MappingProxyType(
    {
        Fate.NEW: "new",
        Fate.UPDATED: "updated",
        Fate.SAME: "unchanged",
        Fate.KEPT: "edited here and left alone",
        Fate.CONFLICT: "in conflict and left alone",
        Fate.DECIDED: "decided here and left alone",
    }
)


def summary(plan: ImportPlan) -> str:
    """Return what becomes of how many records, in a line."""
    count = Counter(planned.fate for planned in plan.records)
    fates = (fate for fate in _BECOMES if fate in WRITTEN or count[fate])
    parts = [f"{count[fate]} {_BECOMES[fate]}" for fate in fates]
    if plan.vanished:
        parts.append(f"{len(plan.vanished)} not in the source any more")
    return f"records: {', '.join(parts)}"


def remarks(plan: ImportPlan) -> list[str]:
    """Return what else there is to say, a line each."""
    lines = [
        f"{t.place} ({t.column}): the source adds up to {t.stated}, its rows to {t.computed}"
        + ("" if t.stated == t.computed else ": THEY DIFFER")
        for t in plan.totals
    ]
    lines += [
        f"left out by the mapping: {column} ({count} cell{'' if count == 1 else 's'})"
        for column, count in plan.left_out.items()
    ]
    lines += gathered(plan.notes)
    gone = plan.vanished.items()
    return [*lines, *(f"{id} ({there}) is not in the source any more" for id, there in gone)]


def _counted(plan: ImportPlan) -> list[str]:
    return [summary(plan)] if plan.understood else []


def _told(plan: ImportPlan) -> list[str]:
    return [*gathered(plan.faults), *_counted(plan), *remarks(plan)]


def as_markdown(plan: ImportPlan, profile: Profile, words: Words) -> bytes:
    """Return the tables and remarks as Markdown."""
    parts = []
    for each in (table(plan, profile, words), sums_table(plan, profile, words)):
        rows = [tuple(column.title for column in each.columns), *each.shown(words)]
        cells = [f"| {' | '.join(map(literal, row))} |" for row in rows]
        cells.insert(1, "|" + " --- |" * len(each.columns))
        parts += [f"## {literal(each.title)}", "\n".join(cells)]
    parts.append("\n".join(f"- {literal(line)}" for line in _told(plan)))
    return ("\n\n".join(part for part in parts if part) + "\n").encode()


def as_plain_text(plan: ImportPlan, profile: Profile, words: Words) -> bytes:
    """Return the same for a terminal, where what is not understood is told on its own."""
    tables = (table(plan, profile, words), sums_table(plan, profile, words))
    told = (*_counted(plan), *remarks(plan))
    parts = [*(as_text(each, words) for each in tables), *map(visible, told)]
    return ("\n".join(parts) + "\n").encode()


def as_workbook(plan: ImportPlan, profile: Profile, words: Words, title: str, day: date) -> bytes:
    """Return the same as a workbook, to send to the client."""
    notes = Table(
        words.gettext("Remarks"),
        (Column(words.gettext("Remarks"), lambda line: line),),
        tuple(_told(plan)),
    )
    tables = (table(plan, profile, words), sums_table(plan, profile, words), notes)
    return as_xlsx(tables, words, creator=profile.vendor.name, title=title, day=day)


#: What is told, each with its place.
Lines = Annotated[tuple[str, ...], BeforeValidator(lambda told: tuple(map(str, told)))]


class PlannedJson(JsonModel):
    """What becomes of an item."""

    place: str = at("draft", "item", "place")
    there: str | None = at("draft", "old_id")
    id: str
    title: str = at("draft", "title")
    fate: Fate
    status: str = at("draft", "status")
    amount: Amount | None = at("draft", "amount")
    days: int | None = at("draft", "days")
    new_dates: dict[str, date]
    missing: tuple[str, ...]
    understood: tuple[str, ...] = at("draft", "understood")
    notes: tuple[str, ...] = at("draft", "notes")
    errors: Lines = at("draft", "errors")


class TotalJson(JsonModel):
    """A total of the source, and what its rows come to."""

    place: str
    column: str
    stated: Amount
    computed: Amount


class ImportJson(JsonModel):
    """All that an import would do."""

    understood: bool
    records: tuple[PlannedJson, ...]
    totals: tuple[TotalJson, ...]
    faults: Lines
    problems: Annotated[tuple[str, ...], BeforeValidator(lambda some: tuple(map(_line, some)))]
    notes: Lines
    vanished: dict[str, str]
    left_out: dict[str, int]


def as_json(plan: ImportPlan) -> bytes:
    """Return the same for programs."""
    return ImportJson.model_validate(plan, context=plan.after).as_bytes()


def _line(problem: Problem) -> str:
    return f"{problem.path}:{problem.line}: {problem.severity}[{problem.rule}] {problem.message}"
