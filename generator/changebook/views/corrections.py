"""Corrections of the contract: what was copied wrongly, and what figures follow since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import TypeAdapter

from changebook.model.decided import lasting
from changebook.model.differences import flow
from changebook.model.schema import ApprovalRule, Correction, Profile
from changebook.model.table import ALL, Cell, Column, Format, Table
from changebook.model.values import in_currency
from changebook.model.words import Words
from changebook.views.approvals import ApprovalPhrases

_RULES = TypeAdapter(tuple[ApprovalRule, ...])
_AMOUNTS = frozenset({"sum", "change_budget"})
_NUMBERS = frozenset({"tax_rate", "effort"})


@dataclass(frozen=True)
class CorrectionRow:
    """A correction with its key in words, and both values as what they are."""

    on: date
    what: str
    was: Cell
    now: Cell
    reason: str
    by: str


def rows(profile: Profile, words: Words) -> Iterator[CorrectionRow]:
    """Yield the corrections that a profile has, the oldest first."""
    for each in profile.contract.corrections:
        yield CorrectionRow(
            each.on,
            _name(each, profile, words),
            _value(each.key, each.was, profile, words),
            _value(each.key, each.now, profile, words),
            each.reason,
            each.by,
        )


def table(profile: Profile, words: Words) -> Table[CorrectionRow]:
    _ = words.gettext
    columns: tuple[Column[CorrectionRow], ...] = (
        Column(_("What was corrected"), lambda row: row.what, on=ALL),
        Column(_("Corrected on"), lambda row: row.on, Format.DATE, on=ALL),
        Column(_("Before the correction"), lambda row: row.was, on=ALL),
        Column(_("After the correction"), lambda row: row.now, on=ALL),
        Column(_("Reason"), lambda row: row.reason, on=ALL),
        Column(_("Corrected by"), lambda row: row.by, on=ALL),
    )
    return Table(_("Corrections of the contract"), columns, tuple(rows(profile, words)))


def sentences(profile: Profile, words: Words) -> Iterator[str]:
    """Yield each correction as a sentence, for reports."""
    _ = words.gettext
    text = _("%(day)s, %(what)s: %(was)s → %(now)s. %(reason)s (%(name)s)")
    _on, _what, was, now, _reason, _by = table(profile, words).columns
    for row in rows(profile, words):
        yield text % {
            "day": words.date(row.on),
            "what": row.what,
            "was": was.shown(row, words, "–"),
            "now": now.shown(row, words, "–"),
            "reason": row.reason,
            "name": row.by,
        }


def _name(correction: Correction, profile: Profile, words: Words) -> str:
    _ = words.gettext
    key, _dot, below = correction.key.partition(".")
    names = {
        "reference": _("Reference of the contract"),
        "signed": _("Signed on"),
        "currency": _("Currency"),
        "sum": _("Original contract sum"),
        "tax_rate": _("Tax rate in percent"),
        "effort": _("Person-days"),
        "milestones": _("Milestones"),
        "change_budget": _("Change budget"),
        "approval": _("Approval rules"),
    }
    if not below:
        return names.get(key, key)
    id = next((m.id for m in profile.contract.milestones if _is_of(below, m.id)), below)
    milestone = profile.milestone(id)
    part = {"name": _("Name of the milestone"), "date": _("Date")}.get(below[len(id) + 1 :])
    name = milestone.name if milestone else id
    return _("%(text)s (%(more)s)") % {"text": name, "more": part} if part else name


def _is_of(key: str, id: str) -> bool:
    return key == id or key.startswith(f"{id}.")


def _value(key: str, written: Any, profile: Profile, words: Words) -> Cell:
    """Return a value as what it is; what can't be understood stays as it is written."""
    if written is None:
        return None
    try:
        if key == "approval":
            rules = _RULES.validate_python(lasting(written))
            text = words.gettext("%(name)s: %(text)s")
            shown = ApprovalPhrases(words, profile).rules(rules)
            return words.gettext("; ").join(
                text % {"name": r.changes, "text": r.who} for r in shown
            )
        if key in _AMOUNTS:
            return in_currency(Decimal(written), profile.contract.currency)
        if key in _NUMBERS:
            return Decimal(written)
        if key == "signed" or key.endswith(".date"):
            return date.fromisoformat(written)
    except (InvalidOperation, TypeError, ValueError):
        pass
    return flow(written)
