"""What a step needs and nobody has said yet, as keys that are ready to fill in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from changebook.check.lifecycle import missing_needs
from changebook.edit.manuscript import Manuscript
from changebook.model.diagnostics import KeyPath
from changebook.model.schema import ChangeRecord, Profile
from changebook.model.vocabulary import (
    OUTCOMES,
    ChangeType,
    Priority,
    ReasonCategory,
    ScopeAction,
    Status,
    Term,
)
from changebook.refusal import Refusal


def refuse_sketch(status: Status) -> None:
    """Raise Refusal for a step whose keys nobody may leave for later."""
    if status in OUTCOMES:
        raise Refusal("--scaffold is for steps before the decision, which is written at once")


def sketched(text: Manuscript, data: ChangeRecord, profile: Profile) -> Manuscript:
    """Return the record with a key for each need that it lacks, empty and with a comment."""
    for need in missing_needs(data):
        *above, key = need.path
        lines = _lines(need.path, profile)
        if above and text.source.held(tuple(above)) is None:
            # The key above is new too; what else belongs below it finds it there.
            lines, above, key = [f"{above[0]}:", *(f"  {line}" for line in lines)], [], above[0]
        text = text.sketch(tuple(above), str(key), lines)
    return text


def _words(terms: type[Term]) -> str:
    return " | ".join(term.value for term in terms)


_SCOPE = (
    "scope:",
    "  - item:  # what part of the product it is",
    f"    action:  # {_words(ScopeAction)}",
)
_REASON = (
    "reason:",
    f"  category:  # {_words(ReasonCategory)}",
    "  text:  # why it is asked for",
)
_RESOURCES = (
    "resources:  # person-days of each role, negative if saved; [] if there are none",
    "  - role:",
    "    days:",
)
_OPTIONS = (
    "options:",
    "  - id: a",
    "    title:",
    "    amount:  # before tax",
    "    days:  # calendar days on the completion",
    "    recommended: true",
    "  - id: b",
    "    title:  # doing nothing",
    "    nothing: true",
    "    amount: 0",
    "    days: 0",
)
_BY_PATH: Mapping[KeyPath, Sequence[str]] = MappingProxyType(
    {
        ("requested",): ("requested:", "  on:", "  by:", "  party:  # client | vendor"),
        ("type",): (f"type:  # {_words(ChangeType)}",),
        ("priority",): (f"priority:  # {_words(Priority)}",),
        ("summary",): ("summary:  # one plain sentence for a reader who is not an engineer",),
        ("scope",): _SCOPE,
        ("reason",): _REASON,
        ("impact", "resources"): _RESOURCES,
        ("options",): _OPTIONS,
        ("plan",): ("plan:  # [] if no plan is needed", "  - step:"),
        ("decision", "due"): ("due:  # the day by which it must be decided",),
    }
)


def _lines(path: KeyPath, profile: Profile) -> list[str]:
    contract = profile.contract
    if path == ("impact", "cost"):
        head = f"cost:  # before tax, in {contract.currency}; [] if it costs nothing"
        return [head, "  - item:", "    amount:"]
    if path == ("impact", "schedule"):
        known = " | ".join(milestone.id for milestone in contract.milestones)
        return [
            "schedule:  # calendar days, negative if earlier; [] if no date moves",
            f"  - milestone:  # {known}",
            "    days:",
        ]
    return list(_BY_PATH[path])
