"""What of a record is decided, so that nobody may alter it afterwards: one place for these keys.

It looks at the front matter as it was written, where every scalar is still the author's text: one
other byte in a value is seen, while comments, quoting, layout and the order of keys are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from changebook.model.diagnostics import KeyPath
from changebook.model.differences import differences
from changebook.model.schema import OWN_KEY
from changebook.model.vocabulary import (
    APPROVED_OR_LATER,
    AcceptanceOutcome,
    AgreementStatus,
    ChangePath,
    Status,
)

#: The decided keys of record-format.md. What a record takes the place of belongs to them, because
#: it makes the sums.
_KEYS = ("id", "title", "scope", "reason", "impact", "options", "decision", "imported")
_LINKS = ("supersedes", "mode")
#: What comes later, or may be repaired. List items have no step of their own in these paths.
_LATER = frozenset(
    {
        ("decision", "conditions", "met"),
        ("reason", "evidence", "link"),
        ("acceptance", "defects", "fixed"),
    }
)
#: The signed copy may be filed long after the signature was recorded, so that neither is sealed
#: with the other. Where its file lies may be repaired: the SHA-256 says which one it is.
_AGREEMENT_LATER = frozenset({"signed_copy"})
_COPY_LATER = frozenset({"file"})
Front = Mapping[str, Any]


def is_decided(front: Front) -> bool:
    """Return whether the record was approved or rejected. A deferral is not the last word."""
    status = front.get("status")
    been = {*_entered(front), *([status] if isinstance(status, str) else [])}
    if Status.REJECTED in been:
        return True
    # An emergency is implemented before its decision, and internal work without one.
    early: frozenset[Status] = frozenset()
    if Status.APPROVED not in been:
        is_internal = front.get("path") == ChangePath.INTERNAL
        early = APPROVED_OR_LATER if is_internal else frozenset({Status.IMPLEMENTING})
    return bool(been & (APPROVED_OR_LATER - early))


def _entered(front: Front) -> Iterator[str]:
    for entry in front.get("history") or ():
        if isinstance(entry, Mapping) and isinstance(status := entry.get("status"), str):
            yield status


def is_signed(front: Front) -> bool:
    """Return whether its agreement was signed."""
    agreement = front.get("agreement")
    return isinstance(agreement, Mapping) and agreement.get("status") == AgreementStatus.SIGNED


def has_signed_copy(front: Front) -> bool:
    """Return whether the paper that was signed is filed with it."""
    return is_signed(front) and isinstance(front["agreement"].get("signed_copy"), Mapping)


def content(front: Front) -> dict[str, Any]:
    """Return what was decided, or what is to be decided: the decided keys that the record has."""
    chosen = _lasting({key: front.get(key) for key in _KEYS}, ())
    links = front.get("links")
    if isinstance(links, Mapping):
        kept = _lasting({key: links.get(key) for key in _LINKS}, ("links",))
        chosen |= {"links": kept} if kept else {}
    return dict(chosen)


def question(front: Front) -> dict[str, Any]:
    """Return what was to be decided: the content before the decision, which had a day alone."""
    asked = content(front)
    decision = asked.pop("decision", None)
    if isinstance(decision, Mapping) and "due" in decision:
        asked["decision"] = {"due": decision["due"]}
    return asked


def agreement(front: Front) -> dict[str, Any]:
    """Return what was signed, and for which record; without the paper."""
    return _of_agreement(front, lambda key: key not in _AGREEMENT_LATER)


def signed_copy(front: Front) -> dict[str, Any]:
    """Return which paper was filed as signed, and for which record."""
    whole = _of_agreement(front, lambda key: key in _AGREEMENT_LATER)
    match whole:
        case {"agreement": {"signed_copy": {**copy}}}:
            kept = {key: value for key, value in copy.items() if key not in _COPY_LATER}
            return whole | {"agreement": {"signed_copy": kept}}
    return whole


def is_accepted(front: Front) -> bool:
    """Return whether the client accepted what was built. A refusal is not the last word."""
    acceptance = front.get("acceptance")
    outcome = acceptance.get("outcome") if isinstance(acceptance, Mapping) else None
    return outcome in (AcceptanceOutcome.ACCEPTED, AcceptanceOutcome.WITH_DEFECTS)


def acceptance(front: Front) -> dict[str, Any]:
    """Return what was accepted, and of which record; defects may be fixed later."""
    return dict(_lasting({key: front.get(key) for key in ("id", "acceptance")}, ()))


def _of_agreement(front: Front, is_meant: Callable[[str], bool]) -> dict[str, Any]:
    chosen = {key: front.get(key) for key in ("id", "agreement")}
    if isinstance(old := chosen["agreement"], Mapping):
        chosen["agreement"] = {key: value for key, value in old.items() if is_meant(key)}
    return dict(_lasting(chosen, ()))


def altered(old: Front, new: Front) -> tuple[KeyPath, ...]:
    """Return the decided keys in which `new` differs from `old`, the ones that lie deepest.

    None unless `old` was decided; the agreement counts once `old` was signed.
    """
    if not is_decided(old):
        return ()
    return tuple(each.path for each in differences(*contents(old, new)))


def contents(old: Front, new: Front) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what was decided of `old`, and the same of `new`, with the agreement if signed.

    A signed copy counts once `old` has one: to file one later alters nothing.
    """
    before, after = content(old), content(new)
    if is_signed(old):
        before, after = before | agreement(old), after | agreement(new)
    if has_signed_copy(old):
        for whole, front in ((before, old), (after, new)):
            copy = signed_copy(front).get("agreement", {})
            whole["agreement"] = whole.get("agreement", {}) | copy
    if is_accepted(old):
        before, after = before | acceptance(old), after | acceptance(new)
    return before, after


def lasting(value: Any) -> Any:
    """Return a value of a front matter without keys of one's own and empty keys."""
    return _lasting(value, ())


def _lasting(value: Any, path: tuple[str, ...]) -> Any:
    """Return it without keys of one's own, empty keys, and what may still change."""
    if isinstance(value, Mapping):
        return {
            key: _lasting(item, (*path, key))
            for key, item in value.items()
            if not (item is None or key.startswith(OWN_KEY) or (*path, key) in _LATER)
        }
    return [_lasting(item, path) for item in value] if isinstance(value, list) else value
