"""What a change may not do to the records that stand at the base."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby, pairwise
from typing import Any

from changebook.check.approvers import listed
from changebook.check.seals import CORRECT_IT, rewritten
from changebook.check.since.pairs import (
    ClientPair,
    Pair,
    client_pairs,
    is_same,
    touches,
    was_submitted,
)
from changebook.check.since.requests import check_request
from changebook.check.since.standing import check_client as check_standing
from changebook.model import baseline, decided, timeline
from changebook.model.approval import approvals
from changebook.model.chain import LOCK
from changebook.model.diagnostics import START, KeyPath, Problem, number_of, rule
from changebook.model.differences import KeyDifference, differences, flow, shortened
from changebook.model.schema import ChangeRecord, HistoryEntry
from changebook.model.visibility import is_unseen
from changebook.model.vocabulary import ChangePath, Outcome, Status, may_become
from changebook.read import body
from changebook.read.form import spell
from changebook.read.workspace import CHANGES, PROFILE, Client, Record, Workspace

_S = Status

STEP_NOT_ALLOWED = rule(
    "step-not-allowed-since-base",
    summary="A record's status can't be reached from the one at the base.",
)
STEP_BY_NEW_PATH = rule(
    "step-by-new-path",
    summary="A branch moves a record to another path and takes a step that only this path allows.",
    severity="warning",
)
DECIDED_ALTERED = rule("decided-altered", summary="What was decided has been altered.")
ALTERED_AFTER_DECISION = rule(
    "altered-after-decision",
    summary="The description of a decided change has been altered.",
    severity="warning",
)
RECORD_DELETED = rule("record-deleted", summary="A submitted record was deleted.")
PROFILE_DELETED = rule("profile-deleted", summary="A client with submitted records was deleted.")
RENUMBERED = rule("record-renumbered", summary="A submitted record has a new id.")
HISTORY_REWRITTEN = rule(
    "history-rewritten",
    summary="The history no longer begins with the entries that it had at the base.",
)
IMPORTED_AFTERWARDS = rule(
    "imported-afterwards",
    summary="A record that was kept here at the base now says that it was imported.",
)
APPROVER_NOT_AT_BASE = rule(
    "approver-not-at-base",
    summary="The people who approved a change could not approve it at the base, or not alone.",
)
LATE = rule(
    "late-without-recorded",
    summary="A step is new, dated before what the base already knew, and has no `recorded`.",
)
AHEAD = rule("dated-ahead", summary="A new step is dated in the future.", severity="warning")
ID_TAKEN = rule("id-taken-at-base", summary="An id already belongs to another record at the base.")
BASELINE_ALTERED = rule(
    "baseline-altered",
    summary=(
        "The contract's baseline differs from the one that decisions were based on, and no "
        "correction says so."
    ),
)
NO_LONGER_VISIBLE = rule(
    "no-longer-visible",
    summary="A record that the client could see is now internal.",
    severity="warning",
)
INTERNAL_WORK_TURNED = rule(
    "internal-work-turned", summary="Internal work is on another path than at the base."
)
CONFLICT = rule(
    "merge-conflict",
    summary="Two branches changed the same lines, so git can't merge them on its own.",
    severity="note",
)

_GLOSSARY = "glossary"
#: What readers take for part of the agreement, beside the decided content itself.
_BESIDE_DECIDED = ("summary", "out_of_scope", _GLOSSARY, "type", "path", "requested")
#: And for what it came to, once the change is closed.
_BESIDE_CLOSED = ("actual",)
#: Days on which something was fulfilled: they come after the decision, and then they stay.
_WITH_DAYS = ("decision", "acceptance")
_DAYS_LATER = frozenset({"met", "fixed"})
#: Where a milestone's id stands in the path of a key of the baseline.
_MILESTONE = 2
_ENTRY_KEYS = tuple(HistoryEntry.model_fields)
_PUT_BACK = "Restore it as it was"
#: More changes than these below one key are told together.
_TOLD_ONE_BY_ONE = 3


@dataclass(frozen=True)
class Sides:
    """A change between two revisions of a workspace.

    `before` is what the change started from, and `after` what it makes of it. `base` is what it
    goes into: the same as `before`, or what others have made of that meanwhile.
    """

    before: Workspace
    base: Workspace
    after: Workspace

    @cached_property
    def clients(self) -> tuple[ClientPair, ...]:
        """The clients of both sides, with their records side by side."""
        return tuple(client_pairs(self.before, self.after))


def check(sides: Sides) -> Iterator[Problem]:
    """Yield every problem of the change itself, none of what stands in one revision alone."""
    yield from _profiles(sides)
    at_base = {client.slug: client for client in sides.base.clients}
    for client in sides.clients:
        base = at_base.get(client.after.slug) or at_base.get(client.before.slug)
        yield from _gone(client, sides.after)
        yield from _baseline(client)
        yield from _seals(client)
        yield from check_standing(client)
        for pair in client.renumbered:
            yield from _renumbered(pair)
        for pair in client.kept:
            yield from _steps(pair)
            yield from _history(pair)
            yield from _imported(pair)
            yield from check_request(pair)
            yield from _decided(pair)
            yield from _body(pair)
            yield from _visibility(pair)
            yield from _approver(pair.after, pair.before, pair.client, base)
        for record in client.new:
            yield from _approver(record, None, client.after, base)
        yield from _late(client, base)
    yield from _ids(sides)
    yield from _decided_twice(sides)


def ahead(sides: Sides, today: Callable[[Client], date]) -> Iterator[Problem]:
    """Yield new steps that are dated after today, which is another day in another time zone."""
    for client in sides.clients:
        day = today(client.after)
        for record, index, entry in _new_steps(client):
            for key in ("on", "recorded"):
                if (dated := getattr(entry, key)) and dated > day:
                    yield AHEAD.at(
                        record.source.path,
                        record.source.value("history", index, key),
                        f"{record.data.id} is `{entry.status}` on {dated}, which is in the future.",
                        "Write the day on which it happened, or wait until it has.",
                    )


def _late(client: ClientPair, base: Client | None) -> Iterator[Problem]:
    """Yield new steps that would alter what was known on a day that the base has got past."""
    known = [timeline.recorded(e) for r in base.records for e in r.data.history] if base else []
    newest = max(known, default=date.min)
    first = len(client.before.profile.contract.corrections)
    for index, each in enumerate(client.after.profile.contract.corrections[first:], first):
        if each.on < newest:
            yield LATE.at(
                client.after.source.path,
                client.after.source.value("contract", "corrections", index, "on"),
                f"The correction of `{each.key}` is dated {each.on}, and the base already knows of "
                f"{newest}: what was reported for the days between would change.",
                "Give the day on which it is recorded: figures follow it from then on.",
            )
    for record, index, entry in _new_steps(client):
        if entry.on < newest and entry.recorded is None and entry.status is not _S.DRAFT:
            yield LATE.at(
                record.source.path,
                record.source.value("history", index, "on"),
                f"{record.data.id} became `{entry.status}` on {entry.on}, and the base already "
                f"knows of {newest}: what was reported for the days between would change.",
                "Add `recorded:` with the day on which it was recorded.",
            )


def _new_steps(client: ClientPair) -> Iterator[tuple[Record, int, HistoryEntry]]:
    pairs = ((p.after, len(p.before.data.history)) for p in (*client.kept, *client.renumbered))
    for record, first in (*pairs, *((record, 0) for record in client.new)):
        for index, entry in enumerate(record.data.history[first:], first):
            yield record, index, entry


def _decided_twice(sides: Sides) -> Iterator[Problem]:
    """Yield records that both sides have decided since they parted, and not alike."""
    if sides.base is sides.before:
        return
    earlier = {
        record.data.id
        for client in sides.before.clients
        for record in client.records
        if decided.is_decided(record.source.data)
    }
    for client in client_pairs(sides.base, sides.after):
        for pair in client.kept:
            ours, theirs = pair.after.source.data, pair.before.source.data
            new = decided.is_decided(ours) and pair.after.data.id not in earlier
            if new and decided.content(ours) != decided.content(theirs):
                yield from _decided(pair)  # of what the base has not decided, it says nothing


def _profiles(sides: Sides) -> Iterator[Problem]:
    """Yield the clients that are gone, with how many records went with them."""
    now = {client.slug for client in sides.after.clients}
    for client in sides.before.clients:
        ids = [r.data.id for r in client.records if was_submitted(r.data)]
        folder = f"{CHANGES}/{client.slug}"
        if client.slug in now or not ids or (sides.after.root / folder / PROFILE).is_file():
            continue
        moved = _home(sides.after, ids)
        what = "profile of" if (sides.after.root / folder).is_dir() else "client"
        says = f"The {what} `{client.slug}` is gone; it had {number_of(len(ids), 'record')} that "
        says += f"{'was' if len(ids) == 1 else 'were'} submitted"
        if moved:
            yield PROFILE_DELETED.at(
                moved.source.path,
                START,
                f"{says}; its files are now in `{moved.slug}`.",
                f"Rename the folder back to `{client.slug}`; only the `name` may change.",
            )
        else:
            yield PROFILE_DELETED.at(
                folder, START, f"{says}.", "Restore the folder as it was at the base."
            )


def _home(workspace: Workspace, ids: Sequence[str]) -> Client | None:
    """Return the client that has one of the records now."""
    return next((c for c in workspace.clients if {r.data.id for r in c.records} & set(ids)), None)


def _gone(client: ClientPair, after: Workspace) -> Iterator[Problem]:
    for record in client.gone:
        id = record.data.id
        if not was_submitted(record.data):
            continue
        elsewhere = _home(after, [id])
        if elsewhere and elsewhere.slug != client.after.slug:
            moved = next(r for r in elsewhere.records if r.data.id == id)
            yield RECORD_DELETED.at(
                moved.source.path,
                moved.source.value("id"),
                f"{id} belongs to `{client.after.slug}` and is now in `{elsewhere.slug}`.",
                f"Move the file back to {record.source.path}: a record never leaves its client.",
            )
        else:
            yield RECORD_DELETED.at(
                client.after.source.path,
                START,
                f"{id} was deleted; it was {record.data.status} at the base "
                f"({record.source.path}).",
                "Restore the file. If the change is no longer wanted, withdraw it, or void it "
                "once it was approved, with a note that says why.",
            )


def _renumbered(pair: Pair) -> Iterator[Problem]:
    if was_submitted(pair.before.data):
        old, new = pair.before.data.id, pair.after.data.id
        yield RENUMBERED.at(
            pair.after.source.path,
            pair.after.source.value("id"),
            f"{new} was {old} at the base" + _file_before(pair) + ".",
            f"Write `id: {old}` again, also in the file's name.",
        )


def _file_before(pair: Pair) -> str:
    return f" ({pair.before.source.path})" if pair.is_moved else ""


def _steps(pair: Pair) -> Iterator[Problem]:
    before, after, source = pair.before.data, pair.after.data, pair.after.source
    if after.status in _standing(before):
        return
    if not _may_lead(before, after.status, after.path):
        steps = [s for s in Status if may_become(before.status, s, after.path, _approved(before))]
        follows = " or ".join(f"`{step}`" for step in steps)
        yield STEP_NOT_ALLOWED.at(
            source.path,
            source.value("status"),
            f"{after.id} was `{before.status}` at the base, which can't become `{after.status}`.",
            f"Write `status: {before.status}` again, with its history"
            + (
                f"; the next status may be {follows}."
                if steps
                else f", and write a new record that supersedes {after.id}."
            ),
        )
    elif after.path is not before.path and after.history[: len(before.history)] == before.history:
        yield from _step_by_new_path(pair)


def _step_by_new_path(pair: Pair) -> Iterator[Problem]:
    before, after, source = pair.before.data, pair.after.data, pair.after.source
    approved = _approved(before)
    taken = [before.status, *(e.status for e in after.history[len(before.history) :])]
    for status, step in pairwise(taken):
        if not may_become(status, step, before.path, approved):
            yield STEP_BY_NEW_PATH.at(
                source.path,
                source.value("path"),
                f"{after.id} is now on the {after.path or ChangePath.NORMAL} path, and only there "
                f"can `{status}` become `{step}`.",
                "Change the path first, in a branch that is reviewed on its own.",
            )
            return
        approved = approved or step is _S.APPROVED


def _standing(data: ChangeRecord) -> tuple[Status, ...]:
    """Return the record's status, and that of its last entry, which a fix may go by instead."""
    return (data.status, *(entry.status for entry in data.history[-1:]))


def _approved(data: ChangeRecord) -> bool:
    return any(entry.status is _S.APPROVED for entry in data.history)


def _may_lead(before: ChangeRecord, goal: Status, path: ChangePath | None) -> bool:
    """Return whether any number of allowed steps leads from where the record was to a status."""
    queue = [(status, _approved(before)) for status in _standing(before)]
    seen = set(queue)
    for status, approved in queue:
        for step in Status:
            if may_become(status, step, path, approved):
                if step is goal:
                    return True
                here = (step, approved or step is _S.APPROVED)
                if here not in seen:
                    seen.add(here)
                    queue.append(here)
    return False


def _history(pair: Pair) -> Iterator[Problem]:
    """Yield the first entry of the base that is not there as it was."""
    if not was_submitted(pair.before.data):
        return
    before, after = _entries(pair.before), _entries(pair.after)
    if _in_order(before) != before and _in_order(before) == after[: len(before)]:
        return  # entries in the wrong order are a fault of their own, and this fixes it
    for index, entry in enumerate(before):
        at: KeyPath = ("history", index)
        if touches(pair.before.reported, at) or after[index : index + 1] == [entry]:
            continue
        told = f"Entry {index + 1} of the history, `{flow(entry)}`,"
        now = after[index] if index < len(after) else None
        changed = next(differences(entry, now, at)).path if now else ("history",)
        if now is None or now in before[index + 1 :]:
            says, changed = f"{told} was removed.", changed[:2]
        elif entry in after[index + 1 :]:
            says, changed = f"{told} has a new entry before it, `{flow(now)}`.", at
        else:
            says = f"{told} is now `{flow(now)}`."
        source = pair.after.source
        yield HISTORY_REWRITTEN.at(
            source.path,
            source.value(*(changed if "history" in source.data else ("status",))),
            says,
            f"{_PUT_BACK}. Entries are only added to the history, at its end.",
        )
        return


def _imported(pair: Pair) -> Iterator[Problem]:
    """Yield a record whose steps were taken here, and which are now said to have come along."""
    before, now = pair.before.data, pair.after.data
    if now.imported is None or not was_submitted(before):
        return
    taken_here = [entry for entry in before.history if not before.came_along(entry)]
    if any(map(now.came_along, taken_here)):
        yield IMPORTED_AFTERWARDS.at(
            pair.after.source.path,
            pair.after.source.value("imported", "on"),
            f"`{taken_here[0].status}` on {taken_here[0].on} was recorded here before.",
            f"{_PUT_BACK}: remove `imported`, or give the day of the first import."
            if before.imported is None
            else f"{_PUT_BACK}: `on: {before.imported.on}`.",
        )


def _entries(record: Record) -> list[Any]:
    """Return the history as it was written, without keys of one's own."""
    written = record.source.data.get("history")
    return [
        {key: entry[key] for key in _ENTRY_KEYS if entry.get(key) is not None}
        if isinstance(entry, Mapping)
        else entry
        for entry in (written if isinstance(written, list) else [])
    ]


def _in_order(entries: list[Any]) -> list[Any]:
    days = [str(entry.get("on")) if isinstance(entry, Mapping) else "" for entry in entries]
    if not all(days):
        return entries
    # Where the newest stands first, the lower one of the same day came first, too.
    ordered = list(reversed(entries)) if days == sorted(days, reverse=True) else entries
    return sorted(ordered, key=lambda entry: str(entry["on"]))


def _decided(pair: Pair) -> Iterator[Problem]:
    before, after = pair.before, pair.after
    if not decided.is_decided(before.source.data):
        return
    source, status = after.source, before.data.status
    changes = [
        change
        for change in differences(*decided.contents(before.source.data, source.data))
        if change.path != ("id",) and not touches(before.reported, change.path)
    ]
    for key, group in groupby(changes, key=lambda change: change.path[0]):
        below = list(group)
        for path, says in _told((key,), below):
            yield DECIDED_ALTERED.at(
                source.path,
                # The value of a block mapping begins at its first key, which may be sound.
                (source.place if path == (key,) and len(below) > 1 else source.value)(*path),
                f"`{spell(path)}` of {after.data.id} {says}, but the record was {status} at the "
                "base.",
                f"{_PUT_BACK}. For anything else, write a new record with `links: {{supersedes: "
                f"[{before.data.id}], mode: replace}}`.",
            )
    for change in _beside(before, after):
        if not touches(before.reported, change.path):
            yield ALTERED_AFTER_DECISION.at(
                source.path,
                source.value(*change.path),
                f"`{spell(change.path)}` of {after.data.id} {change.told}, although "
                f"the record was {status} at the base.",
                f"{_PUT_BACK}, unless this only corrects a slip; anything else is a new record.",
            )


def _beside(before: Record, after: Record) -> Iterator[KeyDifference]:
    """Yield what readers take for part of a decision or of its end, where it differs."""
    ended = before.data.entered(_S.CLOSED) is not None
    for key in (*_BESIDE_DECIDED, *(_BESIDE_CLOSED if ended else ())):
        for change in differences(before.source.data.get(key), after.source.data.get(key), (key,)):
            # To explain one word more takes nothing back.
            if not (key == _GLOSSARY and change.before is None):
                yield change
    for key in _WITH_DAYS:
        for change in differences(before.source.data.get(key), after.source.data.get(key), (key,)):
            if change.path[-1] in _DAYS_LATER and change.before is not None:
                yield change


def _body(pair: Pair) -> Iterator[Problem]:
    """Yield a line of a decided record's text that is gone. More may be added to the text."""
    if not decided.is_decided(pair.before.source.data):
        return
    before, after = (
        [line.strip() for line in body.public(side.source.body).split("\n") if line.strip()]
        for side in (pair.before, pair.after)
    )
    left = iter(after)
    gone = next((line for line in before if line not in left), None)
    if gone:
        source = pair.after.source
        yield ALTERED_AFTER_DECISION.at(
            source.path,
            source.in_body(0),
            f"The text of {pair.after.data.id} had `{shortened(gone)}`, which is no longer there, "
            f"although the record was {pair.before.data.status} at the base.",
            f"{_PUT_BACK}, unless this only corrects a slip; add anything new below it.",
        )


def _told(key: KeyPath, changes: Sequence[KeyDifference]) -> Iterator[tuple[KeyPath, str]]:
    """Yield what to say of each change below a key, or of all together where they are many."""
    if len(changes) <= _TOLD_ONE_BY_ONE:
        yield from ((change.path, change.told) for change in changes)
    else:
        below = (spell(change.path).removeprefix(f"{key[0]}.") for change in changes)
        names = ", ".join(f"`{name}`" for name in dict.fromkeys(below))
        yield key, f"differs in {len(changes)} places ({names})"


def _visibility(pair: Pair) -> Iterator[Problem]:
    before, after = pair.before.data, pair.after.data
    was_work = before.is_internal_work and before.status is not _S.DRAFT
    if was_work and not after.is_internal_work:
        source = pair.after.source
        yield INTERNAL_WORK_TURNED.at(
            source.path,
            source.value("path") if "path" in source.data else source.value("visibility"),
            f"{after.id} was internal work at the base.",
            "Write `path: internal` again, and a new record for what the client is asked about.",
        )
    if after.status is not _S.DRAFT and is_unseen(after) and not is_unseen(before):
        yield NO_LONGER_VISIBLE.at(
            pair.after.source.path,
            pair.after.source.value("visibility"),
            f"{after.id} was visible to the client at the base, and is now internal.",
            "Leave it visible and withdraw it with a note, or tell the client why it is gone.",
        )


def _approver(
    after: Record, before: Record | None, client: Client, base: Client | None
) -> Iterator[Problem]:
    """Yield an approval by people who could not approve before the change.

    A client that is new as a whole has nobody who could: there the review of the profile counts.
    """
    decision = after.data.decision
    if base is None or decision is None:
        return
    yield from _so_far(after, before, client, base)
    if decision.outcome is not Outcome.APPROVED:
        return
    if before and _approved(before.data):
        return
    on = decision.on
    if on is None:
        return
    # A name that only the branch knows as somebody's is not yet that person's.
    names = [person.name for person in decision.by if client.profile.approver(person.name, on)]
    if names and not any(base.profile.approver(name, on) for name in names):
        yield APPROVER_NOT_AT_BASE.at(
            after.source.path,
            after.source.place("decision", "by"),
            f"{after.data.id} is approved by {' and '.join(names)}, who could not approve at the "
            "base.",
            "Make the person an approver in a branch of its own first, or name someone who could "
            "already approve.",
        )
    elif names:
        yield from _approvals(after, client, base, on)


def _so_far(
    after: Record, before: Record | None, client: Client, base: Client
) -> Iterator[Problem]:
    """Yield new approvals, while others are missing, of people who could not approve before."""
    decision, earlier = after.data.decision, before.data.decision if before else None
    known = {each.name for each in earlier.approved_so_far} if earlier else set[str]()
    for index, each in enumerate(decision.approved_so_far if decision else ()):
        if each.on is None or each.name in known or not client.profile.approver(each.name, each.on):
            continue
        if not base.profile.approver(each.name, each.on):
            yield APPROVER_NOT_AT_BASE.at(
                after.source.path,
                after.source.value("decision", "by", index, "name"),
                f"{each.name} approves {after.data.id}, and could not approve at the base.",
                "Make the person an approver in a branch of its own first.",
            )


def _approvals(after: Record, client: Client, base: Client, on: date) -> Iterator[Problem]:
    """Yield an approval that is complete only by rules, or people, that the base does not have."""
    at_base, now = (
        approvals(after.data, baseline.known(side.profile, on), on, roles_then=True)
        for side in (base, client)
    )
    if at_base.missing and not now.missing:
        yield APPROVER_NOT_AT_BASE.at(
            after.source.path,
            after.source.place("decision", "by"),
            f"{after.data.id} is approved without {listed(at_base.missing)}, who had to approve it "
            "at the base.",
            "Change who must approve, or who may, in a branch of its own first.",
        )


def _ids(sides: Sides) -> Iterator[Problem]:
    """Yield ids that are new in their file, though the base knows them from another."""
    at_base: dict[str, list[tuple[str, Record]]] = {}
    for slug, record in ((c.slug, record) for c in sides.base.clients for record in c.records):
        at_base.setdefault(record.data.id, []).append((slug, record))
    started_from = {r.source.path for c in sides.before.clients for r in c.records}
    for client in sides.clients:
        moved = [p for p in client.kept if p.is_moved and not is_same(p.before, p.after)]
        for record in (*(p.after for p in (*moved, *client.renumbered)), *client.new):
            for slug, other in at_base.get(record.data.id, ()):
                path, gone = other.source.path, other.source.path in started_from
                # What is still there is a duplicate, and what left its client removed from there.
                if (sides.after.root / path).is_file() or (gone and slug != client.after.slug):
                    continue
                yield ID_TAKEN.at(
                    record.source.path,
                    record.source.value("id"),
                    f"{record.data.id} is `{other.data.title}` at the base ({path}).",
                    "Take the next free id, also in the file's name"
                    + (", and restore the other record." if gone else "."),
                )
                break


def _seals(client: ClientPair) -> Iterator[Problem]:
    """Yield a problem where a lock does not go on from what it was."""
    before, after = client.before.lock, client.after.lock
    if before and before.lock and (after is None or after.lock):
        path = f"{CHANGES}/{client.after.slug}/{LOCK}"
        problem = rewritten(path, before.lock, after.lock if after else None, "At the base")
        yield from (problem,) if problem else ()


def _baseline(client: ClientPair) -> Iterator[Problem]:
    """Yield what of the contract is another one, once something was decided on its ground."""
    before, after = client.before, client.after
    number = sum(decided.is_decided(r.source.data) for r in before.records)
    if not (number or any(entry.event.is_contract for entry in before.sealed)):
        return
    says = (
        f"though {number_of(number, 'change')} {'has' if number == 1 else 'have'} been decided"
        if number
        else "though it is sealed"
    )
    for path, change in _baseline_changes(before, after):
        yield BASELINE_ALTERED.at(
            after.source.path,
            after.source.value(*path),
            f"`{spell(path)}` {change.told}, {says}: the sums and dates of all earlier "
            "months change with it.",
            CORRECT_IT,
        )


def _baseline_changes(before: Client, after: Client) -> Iterator[tuple[KeyPath, KeyDifference]]:
    """Yield what the profile states otherwise than at the base, and no correction accounts for."""
    old, new = before.source.data, after.source.data
    places = {m.id: n for n, m in enumerate(after.profile.contract.milestones)}
    for change in differences(baseline.as_signed(old), baseline.as_signed(new)):
        path: KeyPath = change.path if change.path[0] == "approval" else ("contract", *change.path)
        if path[1] == "milestones" and len(path) > _MILESTONE:
            place = places.get(str(path[_MILESTONE]))
            path = path[:2] if place is None else (*path[:2], place, *path[_MILESTONE + 1 :])
        if not touches(before.reported, path):
            yield path, change
    earlier, now = baseline.corrections(old), baseline.corrections(new)
    for change in differences(earlier, now[: len(earlier)], ("contract", "corrections")):
        yield change.path, change
    if old.get("prefix") != new.get("prefix"):
        yield ("prefix",), KeyDifference(("prefix",), old.get("prefix"), new.get("prefix"))
