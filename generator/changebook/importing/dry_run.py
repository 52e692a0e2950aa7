"""What an import would do, as a table to read and to agree on."""

from __future__ import annotations

from datetime import date

from changebook.exports.tables.text import as_text
from changebook.exports.tables.workbook import as_xlsx
from changebook.importing.planning import Fate, ImportPlan, PlannedRecord
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
            Column(_("Not understood"), lambda p: "; ".join(p.draft.errors) or None, Format.ALARM),
        ),
        plan.records,
    )


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


def remarks(plan: ImportPlan) -> list[str]:
    """Return what else there is to say, a line each."""
    lines = [
        f"{t.place} ({t.column}): the source adds up to {t.stated}, its rows to {t.computed}"
        + ("" if t.stated == t.computed else ": THEY DIFFER")
        for t in plan.totals
    ]
    lines += [f"left out by the mapping: {c} ({n} cells)" for c, n in plan.left_out.items()]
    return [*lines, *plan.notes]


def as_markdown(plan: ImportPlan, profile: Profile, words: Words) -> bytes:
    """Return the tables and remarks as Markdown."""
    parts = []
    for each in (table(plan, profile, words), sums_table(plan, profile, words)):
        rows = [tuple(column.title for column in each.columns), *each.shown(words)]
        cells = [f"| {' | '.join(map(literal, row))} |" for row in rows]
        cells.insert(1, "|" + " --- |" * len(each.columns))
        parts += [f"## {literal(each.title)}", "\n".join(cells)]
    parts.append("\n".join(f"- {literal(line)}" for line in (*plan.faults, *remarks(plan))))
    return ("\n\n".join(part for part in parts if part) + "\n").encode()


def as_plain_text(plan: ImportPlan, profile: Profile, words: Words) -> bytes:
    """Return the same for a terminal."""
    tables = (table(plan, profile, words), sums_table(plan, profile, words))
    parts = [*(as_text(each, words) for each in tables), *map(visible, remarks(plan))]
    return ("\n".join(parts) + "\n").encode()


def as_workbook(plan: ImportPlan, profile: Profile, words: Words, title: str, day: date) -> bytes:
    """Return the same as a workbook, to send to the client."""
    notes = Table(
        words.gettext("Remarks"),
        (Column(words.gettext("Remarks"), lambda line: line),),
        (*plan.faults, *remarks(plan)),
    )
    tables = (table(plan, profile, words), sums_table(plan, profile, words), notes)
    return as_xlsx(tables, words, creator=profile.vendor.name, title=title, day=day)


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
    errors: tuple[str, ...] = at("draft", "errors")


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
    faults: tuple[str, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    left_out: dict[str, int]


def as_json(plan: ImportPlan, profile: Profile) -> bytes:
    """Return the same for programs."""
    shape = ImportJson.model_validate(
        {
            **{name: getattr(plan, name) for name in ImportJson.model_fields},
            "problems": tuple(map(_line, plan.problems)),
            "left_out": dict(plan.left_out),
        },
        from_attributes=True,
        context=plan.after,
    )
    return shape.as_bytes()


def _line(problem: Problem) -> str:
    return f"{problem.path}:{problem.line}: {problem.severity}[{problem.rule}] {problem.message}"
