"""The contract's baseline: what was agreed before any change, what corrects it, and what is sealed.

What is sealed is taken from the front matter as it was written, as of a record. The baseline as it
was at first is what stands there now, with each correction undone, the last one first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date
from typing import Any

from pydantic import ValidationError

from changebook.model.decided import Front, lasting
from changebook.model.schema import Profile

#: The keys of `contract` that are sealed. What comes with it later is agreed apart from it.
_KEYS = (
    "reference",
    "signed",
    "currency",
    "sum",
    "tax_rate",
    "effort",
    "milestones",
    "change_budget",
)
_MILESTONES = "milestones"
_APPROVAL = "approval"
#: The revision of the baseline that was signed; each correction makes one more.
FIRST = 1


def content(front: Front) -> dict[str, Any]:
    """Return the baseline as a profile states it now; milestones stand by their ids."""
    contract = front.get("contract")
    kept = dict(contract) if isinstance(contract, Mapping) else {}
    stated = {key: kept.get(key) for key in _KEYS}
    if isinstance(milestones := stated[_MILESTONES], list):
        stated[_MILESTONES] = {
            str(each.get("id")): {key: value for key, value in each.items() if key != "id"}
            for each in milestones
            if isinstance(each, Mapping)
        }
    whole: dict[str, Any] = lasting(stated | {_APPROVAL: front.get(_APPROVAL)})
    return whole


def corrections(front: Front) -> list[Mapping[str, Any]]:
    """Return the corrections of a profile as they are written."""
    contract = front.get("contract")
    written = contract.get("corrections") if isinstance(contract, Mapping) else None
    entries = written if isinstance(written, list) else []
    return [each for each in entries if isinstance(each, Mapping)]


def as_signed(front: Front) -> dict[str, Any]:
    """Return the baseline before any correction."""
    return _undone(content(front), corrections(front))


def sealed(front: Front, revision: int) -> dict[str, Any] | None:
    """Return what is sealed of a revision: the baseline as signed, or one correction of it."""
    prefix = {"id": front.get("prefix")}
    if revision == FIRST:
        was = as_signed(front)
        approval = was.pop(_APPROVAL, None)
        return prefix | {"contract": was} | ({_APPROVAL: approval} if approval else {})
    index = revision - FIRST - 1
    known = corrections(front)
    if not 0 <= index < len(known):
        return None
    return prefix | {"correction": lasting(known[index])}


def value(front: Mapping[str, Any], key: str) -> Any:
    """Return the value of a key of a baseline, such as `sum` or `milestones.go-live.date`."""
    at: Any = front
    for step in _steps(key):
        at = at.get(step) if isinstance(at, Mapping) else None
    return at


def is_key(key: str) -> bool:
    """Return whether a correction may name the key."""
    first, *below = _steps(key)
    return first in (*_KEYS, _APPROVAL) and (not below or first == _MILESTONES)


def before(front: Front, index: int) -> dict[str, Any]:
    """Return the baseline as the correction of this index leaves it: the later ones undone."""
    return _undone(content(front), corrections(front)[index + 1 :])


def known(profile: Profile, day: date) -> Profile:
    """Return the profile as it was known on a day: without the corrections of later days."""
    all_of_them = profile.contract.corrections
    kept = [each for each in all_of_them if each.on <= day]
    if len(kept) == len(all_of_them):
        return profile
    front = profile.model_dump(mode="json", exclude_none=True)
    was = _undone(content(front), corrections(front)[len(kept) :])
    milestones = was.pop(_MILESTONES, {})
    order = {milestone.id: place for place, milestone in enumerate(profile.contract.milestones)}
    changed = {
        "contract": {
            **{key: value for key, value in front["contract"].items() if key not in _KEYS},
            **{key: value for key, value in was.items() if key != _APPROVAL},
            _MILESTONES: [
                {"id": id, **milestones[id]}
                for id in sorted(milestones, key=lambda id: order.get(id, len(order)))
            ],
            "corrections": front["contract"]["corrections"][: len(kept)],
        },
    }
    changed[_APPROVAL] = was.get(_APPROVAL, [])
    try:
        return Profile.model_validate(front | changed)
    except ValidationError:
        return profile  # the check says which correction can't be understood


def _undone(now: dict[str, Any], later: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    was = deepcopy(now)
    for correction in reversed(later):
        _put(was, _steps(str(correction.get("key") or "")), lasting(correction.get("was")))
    return was


def _put(holder: dict[str, Any], steps: Sequence[str], new: Any) -> None:
    """Set what stands at a key; None takes it away."""
    *way, last = steps
    for step in way:
        below = holder.setdefault(step, {})
        if not isinstance(below, dict):
            return
        holder = below
    if new is None:
        holder.pop(last, None)
    else:
        holder[last] = new


def _steps(key: str) -> list[str]:
    """Return the steps of a key. A milestone's id may have points in it, its keys have none."""
    first, _, rest = key.partition(".")
    if not rest:
        return [first]
    id, _, last = rest.rpartition(".")
    return [first, id, last] if id and last in ("name", "date", "completion") else [first, rest]
