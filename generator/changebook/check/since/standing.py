"""What stays as it stood at the base though nothing seals it: words, amendments, an archive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from changebook.check.since.pairs import ClientPair, Pair, touches, was_submitted
from changebook.model import decided
from changebook.model.decided import lasting
from changebook.model.diagnostics import KeyPath, Problem, rule
from changebook.model.differences import differences, flow, shortened
from changebook.model.vocabulary import AcceptanceNeed, AcceptanceOutcome, Status
from changebook.read.form import spell
from changebook.read.workspace import Record

STATEMENT_GONE = rule(
    "statement-gone",
    summary="An objection, a conversation or a refused acceptance that the base has is gone, or is "
    "another one.",
)
AMENDMENT_ALTERED = rule(
    "amendment-altered",
    summary="The title or the day of an amendment that was signed is another one.",
)
ACCEPTANCE_WAIVED = rule(
    "acceptance-waived",
    summary="A change was closed without the acceptance that the contract required at the base.",
)
NEW_IN_ARCHIVE = rule("new-in-archive", summary="A record was added to a client that is archived.")
ARCHIVE_ALTERED = rule(
    "archive-altered",
    summary="A record of an archived client, or the day of the archive, differs from the base.",
)

_FIRST_TAKE_IT_OUT = "take `archived` out of client.md in a change of its own first"
#: What makes an entry the one that it is; of the words of a conversation, a slip may be corrected.
_IDENTITY: Mapping[str, tuple[str, ...]] = {
    "objections": ("by", "on", "concern"),
    "communications": ("on", "channel", "proposes"),
}


def check_client(client: ClientPair) -> Iterator[Problem]:
    """Check that an archive is as it was, and the amendments that were signed."""
    yield from _archive(client)
    yield from _amendments(client)
    required = client.before.profile.contract.acceptance is AcceptanceNeed.REQUIRED
    for pair in client.kept:
        yield from _statements(pair)
        if required:
            yield from _waived(pair)


def _archive(client: ClientPair) -> Iterator[Problem]:
    before, after = client.before.profile.archived, client.after.profile.archived
    if before is None:
        return
    if after not in (before, None):
        yield ARCHIVE_ALTERED.at(
            client.after.source.path,
            client.after.source.value("archived"),
            f"The client was archived on {before}, and now on {after}.",
            f"Write `archived: {before}` again.",
        )
    for record in client.new:
        yield NEW_IN_ARCHIVE.at(
            record.source.path,
            record.source.place("id"),
            f"{record.data.id} is new, and the client was archived on {before}.",
            f"Give the new project a folder of its own, or {_FIRST_TAKE_IT_OUT}.",
        )
    for pair in client.kept:
        if altered := _altered(pair):
            path, says = altered
            source = pair.after.source
            yield ARCHIVE_ALTERED.at(
                source.path,
                source.value(*path) if path else source.in_body(0),
                f"{says} {pair.after.data.id} differs, and the client was archived on {before}.",
                f"Restore it as it was, or {_FIRST_TAKE_IT_OUT}.",
            )


def _altered(pair: Pair) -> tuple[KeyPath, str] | None:
    """Return the first key in which a record differs, or the empty path for its text."""
    before, after = pair.before.source, pair.after.source
    for change in differences(lasting(before.data), lasting(after.data)):
        if not touches(pair.before.reported, change.path):
            return change.path, f"`{spell(change.path)}` of"
    return ((), "The text of") if before.body.strip() != after.body.strip() else None


def _amendments(client: ClientPair) -> Iterator[Problem]:
    """Yield what `amendments` now says otherwise of an amendment that somebody has signed."""
    signed = {
        str(record.source.data["agreement"].get("reference"))
        for record in client.before.records
        if decided.is_signed(record.source.data)
    }
    now = {each.reference: number for number, each in enumerate(client.after.profile.amendments)}
    for was in client.before.profile.amendments:
        if was.reference not in signed:
            continue
        number = now.get(was.reference)
        entry = None if number is None else client.after.profile.amendments[number]
        if entry == was:
            continue
        source = client.after.source
        path: KeyPath = ("amendments",) if number is None else ("amendments", number)
        if entry is None:
            says = "is no longer listed"
        elif entry.title != was.title:
            says = f"was titled `{was.title}`" if was.title else "had no title"
        else:
            says = f"was dated {was.on}" if was.on else "had no day"
        if entry and (was.title, was.on) == (was.title and entry.title, was.on and entry.on):
            continue  # what was not said yet is only added
        yield AMENDMENT_ALTERED.at(
            source.path,
            source.place(*path) if "amendments" in source.data else source.place("contract"),
            f"{was.reference}, which is signed, {says}{' at the base' if entry else ''}.",
            f"Write `{flow(was.model_dump(exclude_none=True))}` again.",
        )


def _statements(pair: Pair) -> Iterator[Problem]:
    if not was_submitted(pair.before.data):
        return
    source = pair.after.source
    for key, identity in _IDENTITY.items():
        left = [_who_said(entry, identity) for entry in _entries(pair.after, key)]
        for index, entry in enumerate(_entries(pair.before, key)):
            speaker = _who_said(entry, identity)
            if speaker in left:
                left.remove(speaker)
            elif not touches(pair.before.reported, (key, index)):
                words = entry.get("concern") or entry.get("summary")
                yield STATEMENT_GONE.at(
                    source.path,
                    source.value(key) if key in source.data else source.value("status"),
                    f"{pair.after.data.id} had an entry in `{key}` of {entry.get('on')} at the "
                    f"base, `{shortened(flow(words))}`, which is no longer there as it was.",
                    "Restore it, and add anything new as a further entry.",
                )
    refused, now = pair.before.data.acceptance, pair.after.data.acceptance
    is_gone = now is None or now.outcome is None
    if refused and refused.outcome is AcceptanceOutcome.REFUSED and is_gone:
        yield STATEMENT_GONE.at(
            source.path,
            source.value("status"),
            f"The client did not accept {pair.after.data.id} on {refused.on}, and that is no "
            "longer there.",
            "Restore it; only the client's next answer takes its place.",
        )


def _entries(record: Record, key: str) -> list[Mapping[str, Any]]:
    written = record.source.data.get(key)
    entries = written if isinstance(written, list) else []
    return [lasting(entry) for entry in entries if isinstance(entry, Mapping)]


def _who_said(entry: Mapping[str, Any], identity: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(entry.get(key) for key in identity)


def _waived(pair: Pair) -> Iterator[Problem]:
    before, after = pair.before.data, pair.after.data
    is_closed = before.entered(Status.CLOSED) is None and after.entered(Status.CLOSED) is not None
    stands = after.acceptance is not None and after.acceptance.stands
    if is_closed and not stands and not after.is_internal_work:
        yield ACCEPTANCE_WAIVED.at(
            pair.after.source.path,
            pair.after.source.value("status"),
            f"{after.id} is closed without an acceptance, which the contract required at the base.",
            "Ask the client to accept it, or change the contract's terms in a branch of its own "
            "first.",
        )
