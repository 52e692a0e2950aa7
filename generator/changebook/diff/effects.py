"""What a change does to each client: the plain data that a reviewer's report is made of.

Every figure comes from the sums over an edition, on either side as of the same day.
"""

from __future__ import annotations

import filecmp
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import partial
from pathlib import Path

from changebook.check import check as check_workspace
from changebook.check import load_checked
from changebook.check.concern import owner
from changebook.check.since.pairs import ClientPair, Pair
from changebook.check.since.revisions import Revisions, judge, sides
from changebook.check.since.rules import Sides
from changebook.diff.revealed import (
    Phrase,
    Revealed,
    RevealedKind,
    hidden_phrases,
    revealed,
    revealed_whole,
)
from changebook.edition.editions import EditionRecord, Past, default_as_of, make_edition
from changebook.model import sums
from changebook.model.catalogues import SOURCE_LANGUAGE
from changebook.model.diagnostics import Problem, errors
from changebook.model.differences import differences
from changebook.model.periods import PeriodKind, around
from changebook.model.schema import ChangeRecord, Correction, Profile
from changebook.model.sums import Budget, MilestonePosition, Position, SumLine
from changebook.model.values import Money, in_currency
from changebook.model.visibility import is_unseen
from changebook.model.vocabulary import Audience, Status
from changebook.model.words import Words
from changebook.read.source import SourceFile
from changebook.read.workspace import Client, Record
from changebook.views import corrections
from changebook.views.approvals import ApprovalPhrases, RuleRow, of_record
from changebook.views.waiting import waiting


class PresenceChange(StrEnum):
    """What happened to a client as a whole, or to a file."""

    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True)
class RecordEffect:
    """A record that is new, gone or touched. `amount` is what it requests or was approved with.

    `steps` are the statuses that it took, the last one by `by`; `before` is the one it had, None
    where it is new. `keys` are the parts of the file that differ. `unseen`: the client does not see
    it. `approvals` says who has approved and who is missing, where that differs and others are.
    """

    id: str
    title: str
    path: str
    before: Status | None
    after: Status | None
    steps: tuple[Status, ...] = ()
    by: str | None = None
    amount: Decimal | None = None
    currency: str = ""
    keys: tuple[str, ...] = ()
    unseen: bool = False
    approvals: str | None = None

    @property
    def money(self) -> Money | None:
        """The amount in the currency of the contract."""
        return in_currency(self.amount, self.currency)

    @property
    def seen(self) -> bool:
        """Whether the client sees it."""
        return not self.unseen


class BudgetRow(StrEnum):
    AMOUNT = "amount"
    USED = "used"
    LEFT = "left"
    LEFT_IF_PENDING = "left-if-pending"


@dataclass(frozen=True)
class AmountChange:
    """A figure on both sides; None where the side has no such figure."""

    name: SumLine | BudgetRow
    before: Decimal | None
    after: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        if self.before is None or self.after is None:
            return None
        return self.after - self.before


@dataclass(frozen=True)
class DateEffect:
    """A milestone on both sides; None where the side does not have it."""

    id: str
    name: str
    before: MilestonePosition | None
    after: MilestonePosition | None

    @property
    def days(self) -> int | None:
        """By how many calendar days the agreed date moves."""
        if self.before is None or self.after is None:
            return None
        return (self.after.agreed - self.before.agreed).days


class What(StrEnum):
    """What something waits for."""

    ASSESSMENT = "assessment"
    DECISION = "decision"
    ANSWER = "answer"
    FOLLOW_UP = "follow-up"
    SIGNATURE = "signature"
    ACCEPTANCE = "acceptance"


@dataclass(frozen=True)
class Wait:
    """Something that waits for somebody; `about` tells apart what is of one record and kind."""

    what: What
    id: str
    title: str
    whom: tuple[str, ...]
    due: date | None = None
    about: str = ""

    @property
    def key(self) -> tuple[What, str, str]:
        return self.what, self.id, self.about


@dataclass(frozen=True)
class Figures:
    """Where the contract stands on a day, without the change and with it."""

    as_of: date
    currency: str
    lines: tuple[AmountChange, ...]
    budget: tuple[AmountChange, ...]
    dates: tuple[DateEffect, ...]

    @property
    def moved_amounts(self) -> tuple[AmountChange, ...]:
        """The amounts that are not the same on both sides; none for what neither side has."""
        every = (*self.lines, *self.budget)
        return tuple(c for c in every if c.before != c.after and (c.before or c.after))

    @property
    def moved_dates(self) -> tuple[DateEffect, ...]:
        """The milestones with another agreed date, or with others that it may become."""
        return tuple(d for d in self.dates if _span(d.before) != _span(d.after))

    def line(self, name: SumLine) -> AmountChange | None:
        """Return what becomes of a line of the sums."""
        return next((change for change in self.lines if change.name is name), None)


def _span(position: MilestonePosition | None) -> tuple[date | None, ...]:
    """Return what is shown of a milestone: the agreed date, and how far it may move."""
    if position is None:
        return (None,)
    pending = position.pending
    return (position.agreed, *((pending.earliest, pending.latest) if pending else (None, None)))


@dataclass(frozen=True)
class FileChange:
    """A file beside the records that is new, changed or gone."""

    path: str
    state: PresenceChange


@dataclass(frozen=True)
class ArchiveChange:
    """The day on which a client is archived, on either side; None where it is not."""

    before: date | None
    after: date | None


@dataclass(frozen=True)
class ApprovalChange:
    """Who must approve which changes, on either side, in the order in which rules are tried."""

    before: tuple[RuleRow, ...]
    after: tuple[RuleRow, ...]


@dataclass(frozen=True)
class ClientEffect:
    """What a change does to one client.

    `figures` is None where errors stand in the way; `problems` are those of the change itself and
    the errors of the workspace after it. `closed` are the figures of each month that the base has
    got past and that moves. `archived` is None where the client is archived, or not, as before;
    `approval` where the same people must approve, and `corrected` are the corrections in words.
    """

    slug: str
    name: str
    state: PresenceChange
    files: tuple[FileChange, ...]
    terms: tuple[str, ...]
    figures: Figures | None
    problems: tuple[Problem, ...]
    closed: tuple[Figures, ...] = ()
    new: tuple[RecordEffect, ...] = ()
    moved: tuple[RecordEffect, ...] = ()
    edited: tuple[RecordEffect, ...] = ()
    gone: tuple[RecordEffect, ...] = ()
    profile: tuple[str, ...] = ()
    approvers: tuple[tuple[str, bool], ...] = ()
    archived: ArchiveChange | None = None
    approval: ApprovalChange | None = None
    corrections: tuple[Correction, ...] = ()
    corrected: tuple[str, ...] = ()
    revealed: tuple[Revealed, ...] = ()
    concealed: tuple[RecordEffect, ...] = ()
    waiting: tuple[Wait, ...] = ()
    settled: tuple[Wait, ...] = ()

    @property
    def has_internal_words(self) -> bool:
        return any(item.kind is RevealedKind.INTERNAL_WORDS for item in self.revealed)


@dataclass(frozen=True)
class Effect:
    """What a change does, client by client; `elsewhere` are problems that are no client's."""

    audience: Audience
    clients: tuple[ClientEffect, ...]
    elsewhere: tuple[Problem, ...]


def effect_since(
    root: Path,
    compared: Revisions,
    audience: Audience = Audience.CLIENT,
    as_of: date | None = None,
) -> Effect:
    """Return what the working tree changes since a revision."""
    after, problems = load_checked(root)
    with sides(after, compared) as (change, read):
        before = [*read, *check_workspace(change.before)]
        new, _ = judge(change, problems, before)
        unsound = {owner(problem) for problem in errors((*before, *problems))}
        return effect(change, new, unsound, audience, as_of)


def effect(
    change: Sides,
    problems: Iterable[Problem],
    unsound: Container[str | None],
    audience: Audience = Audience.CLIENT,
    as_of: date | None = None,
) -> Effect:
    """Return what a change does, with the figures of one audience's editions.

    As of `as_of`, or else of the newest event that the audience may see on either side. Clients in
    `unsound` have errors on a side: nothing can be computed from such records.
    """
    hidden = hidden_phrases(change.before)
    before = {client.slug: client for client in change.before.clients}
    after = {client.slug: client for client in change.after.clients}
    pairs = {pair.after.slug: pair for pair in change.clients}
    problems = tuple(problems)
    effects = []
    renamed = {pair.before.slug for pair in change.clients} - {*pairs}
    for slug in sorted({*before, *after} - renamed):
        if slug in pairs and not _differs(pairs[slug]):
            continue
        old = pairs[slug].before if slug in pairs else before.get(slug)
        new = after.get(slug)
        figures = None if slug in unsound else _figures(old, new, audience, as_of)
        own = tuple(problem for problem in problems if owner(problem) == slug)
        if slug in pairs:
            changed = _changed(pairs[slug], figures, hidden, own)
            closed = _closed(pairs[slug], audience) if figures else ()
            effects.append(replace(changed, closed=tuple(closed)))
        else:
            effects.append(_whole(old, new, figures, hidden, own))
    told = {client.slug for client in effects}
    elsewhere = tuple(problem for problem in problems if owner(problem) not in told)
    return Effect(audience, tuple(effects), elsewhere)


def _differs(pair: ClientPair) -> bool:
    return bool(
        pair.gone
        or pair.new
        or pair.renumbered
        or pair.before.source.lines != pair.after.source.lines
        or differing_terms(pair.before, pair.after)
        or any(p.is_moved or p.before.source.lines != p.after.source.lines for p in pair.kept)
        or any(_files(pair.before, pair.after))
    )


def _changed(
    pair: ClientPair,
    figures: Figures | None,
    hidden: Sequence[Phrase],
    problems: tuple[Problem, ...],
) -> ClientEffect:
    both = [*pair.kept, *pair.renumbered]
    known = len(pair.before.profile.contract.corrections)
    touched = [p for p in both if p.before.source.lines != p.after.source.lines]
    entries = [_touched(p) for p in touched]
    return ClientEffect(
        slug=pair.after.slug,
        name=pair.after.profile.name,
        state=PresenceChange.CHANGED,
        new=tuple(_entry(r, pair.after, new=True) for r in pair.new),
        moved=tuple(e for e in entries if e.before is not e.after),
        edited=tuple(e for e in entries if e.before is e.after),
        gone=tuple(_entry(r, pair.before, new=False) for r in pair.gone),
        files=tuple(_files(pair.before, pair.after)),
        profile=_keys(pair.before.source, pair.after.source),
        terms=differing_terms(pair.before, pair.after),
        approvers=tuple(_approvers(pair.before.profile, pair.after.profile)),
        archived=_archived(pair.before.profile, pair.after.profile),
        approval=_approval(pair.before.profile, pair.after.profile),
        corrections=pair.after.profile.contract.corrections[known:],
        corrected=_corrected(pair.after.profile)[known:],
        figures=figures,
        revealed=tuple(revealed(pair, hidden)),
        concealed=tuple(
            _entry(p.after, pair.after, new=False)
            for p in both
            if is_unseen(p.after.data) and not is_unseen(p.before.data)
        ),
        waiting=tuple(_newly(_waits(pair.before), _waits(pair.after))),
        # A record that can't be read has not stopped waiting.
        settled=tuple(_newly(_waits(pair.after), _waits(pair.before))) if figures else (),
        problems=problems,
    )


def _whole(
    old: Client | None,
    new: Client | None,
    figures: Figures | None,
    hidden: Sequence[Phrase],
    problems: tuple[Problem, ...],
) -> ClientEffect:
    """Return a client that is new, or gone."""
    client = new or old
    if client is None:
        raise ValueError("no client on either side")
    entries = tuple(_entry(r, client, new=new is not None) for r in client.records)
    waits = tuple(_newly({}, _waits(client)))
    whole = partial(
        ClientEffect,
        slug=client.slug,
        name=client.profile.name,
        files=tuple(_files(old, new)),
        terms=differing_terms(old, new),
        figures=figures,
        problems=problems,
    )
    if new is None:
        return whole(state=PresenceChange.GONE, gone=entries, settled=waits)
    return whole(
        state=PresenceChange.NEW,
        new=entries,
        approvers=tuple(_approvers(None, client.profile)),
        archived=_archived(None, client.profile),
        approval=_approval(None, client.profile),
        corrections=client.profile.contract.corrections,
        corrected=_corrected(client.profile),
        revealed=tuple(revealed_whole(client, hidden)),
        waiting=waits,
    )


def _entry(record: Record, client: Client, *, new: bool) -> RecordEffect:
    data = record.data
    return RecordEffect(
        data.id,
        data.title,
        record.source.path,
        before=None if new else data.status,
        after=data.status if new else None,
        amount=_amount(data, client.profile),
        currency=client.profile.contract.currency,
        unseen=is_unseen(data),
    )


def _touched(pair: Pair) -> RecordEffect:
    before, after = pair.before.data, pair.after.data
    kept = len(before.history)
    is_added_to = after.history[:kept] == before.history
    steps = [entry.status for entry in after.history[kept:]] if is_added_to else []
    return RecordEffect(
        after.id,
        after.title,
        pair.after.source.path,
        before.status,
        after.status,
        steps=tuple(steps),
        by=after.history[-1].by if steps else None,
        amount=_amount(after, pair.client.profile),
        currency=pair.client.profile.contract.currency,
        keys=_keys(pair.before.source, pair.after.source),
        unseen=is_unseen(after),
        approvals=_approvals(before, after, pair.client.profile),
    )


def _approvals(before: ChangeRecord, after: ChangeRecord, profile: Profile) -> str | None:
    """Return who has approved and who is missing, where somebody approved or is asked again."""
    old, new = (d.decision.approved_so_far if d.decision else () for d in (before, after))
    if old == new or not after.awaits_decision:
        return None
    day = max((each.on for each in new if each.on), default=after.history[-1].on)
    return ApprovalPhrases(Words(SOURCE_LANGUAGE), profile).so_far(of_record(after, profile, day))


def _amount(data: ChangeRecord, profile: Profile) -> Decimal | None:
    """Return what was approved, or else what is requested."""
    if data.decision and data.decision.amount is not None:
        return sums.rounded(data.decision.amount, profile.contract.currency)
    return sums.asked(data, profile)


def _keys(before: SourceFile, after: SourceFile) -> tuple[str, ...]:
    """Return the keys whose values differ, and `text` for the body."""
    keys = [str(d.path[0]) for d in differences(before.data, after.data)]
    return tuple(dict.fromkeys((*keys, *(["text"] if before.body != after.body else []))))


def _terms(client: Client) -> Mapping[str, tuple[str, ...]]:
    """Return the terms of the client's glossary, each with all that is said of it."""
    if client.glossary is None:
        return {}
    data = client.glossary.data
    return {term: (meaning, *data.also.get(term, ())) for term, meaning in data.terms.items()}


def differing_terms(before: Client | None, after: Client | None) -> tuple[str, ...]:
    """Return the terms of the glossary that are new, gone, or explained in other words."""
    old, new = (_terms(client) if client else {} for client in (before, after))
    every = dict.fromkeys((*new, *old))
    return tuple(term for term in every if old.get(term) != new.get(term))


def _files(before: Client | None, after: Client | None) -> Iterator[FileChange]:
    """Yield the files beside the records that differ: a decision may hang on them."""
    old, new = (
        {file.relative_to(client.folder).as_posix(): file for file in client.others}
        if client
        else {}
        for client in (before, after)
    )
    for path in sorted({*old, *new}):
        if path not in old:
            yield FileChange(path, PresenceChange.NEW)
        elif path not in new:
            yield FileChange(path, PresenceChange.GONE)
        elif not filecmp.cmp(old[path], new[path], shallow=False):
            yield FileChange(path, PresenceChange.CHANGED)


def _archived(before: Profile | None, after: Profile) -> ArchiveChange | None:
    change = ArchiveChange(before.archived if before else None, after.archived)
    return change if change.before != change.after else None


def _approval(before: Profile | None, after: Profile) -> ApprovalChange | None:
    words = Words(SOURCE_LANGUAGE)
    old = ApprovalPhrases(words, before).rules() if before else ()
    change = ApprovalChange(old, ApprovalPhrases(words, after).rules())
    return change if change.before != change.after else None


def _corrected(profile: Profile) -> tuple[str, ...]:
    return tuple(corrections.sentences(profile, Words(SOURCE_LANGUAGE)))


def _approvers(before: Profile | None, after: Profile) -> Iterator[tuple[str, bool]]:
    """Yield who may approve now and could not, and who may not any more."""
    old = {p.name for p in (before.people if before else ()) if p.approves and not p.approves.until}
    new = {p.name for p in after.people if p.approves and not p.approves.until}
    yield from ((name, True) for name in sorted(new - old))
    yield from ((name, False) for name in sorted(old - new))


def _figures(
    old: Client | None, new: Client | None, audience: Audience, as_of: date | None
) -> Figures:
    clients = [client for client in (old, new) if client]
    day = as_of or max(default_as_of(client, audience) for client in clients)
    before = _position(old, audience, day) if old else None
    after = _position(new, audience, day) if new else None
    return _compared(day, clients[-1].profile.contract.currency, before, after)


def _closed(pair: ClientPair, audience: Audience) -> Iterator[Figures]:
    """Yield the figures of each month that was over before the base's newest event, if they move.

    They are those of the month's last day as all that is known now makes them.
    """
    newest = default_as_of(pair.before, audience)
    editions = [make_edition(client, audience) for client in (pair.before, pair.after)]
    old, new = (Past(edition, hindsight=True) for edition in editions)
    month = around(pair.before.profile.contract.signed, PeriodKind.MONTH)
    while month.last < newest:
        sides = (past.on(month.last).position for past in (old, new))
        figures = _compared(month.last, editions[1].profile.contract.currency, *sides)
        if figures.moved_amounts or figures.moved_dates:
            yield figures
        month = month.next


def _compared(day: date, currency: str, before: Position | None, after: Position | None) -> Figures:
    lines = (
        AmountChange(
            line,
            before.lines[line].amount if before else None,
            after.lines[line].amount if after else None,
        )
        for line in SumLine
    )
    return Figures(
        day,
        currency,
        tuple(lines),
        tuple(_budget(before.budget if before else None, after.budget if after else None)),
        tuple(_dates(before, after)),
    )


def _position(client: Client, audience: Audience, day: date) -> Position:
    edition = make_edition(client, audience, day)
    return sums.position([record.data for record in edition.records], edition.profile, day)


_BUDGET: Mapping[BudgetRow, Callable[[Budget], Decimal]] = {
    BudgetRow.AMOUNT: lambda budget: budget.amount,
    BudgetRow.USED: lambda budget: budget.used.amount,
    BudgetRow.LEFT: lambda budget: budget.left,
    BudgetRow.LEFT_IF_PENDING: lambda budget: budget.left_if_pending,
}


def _budget(before: Budget | None, after: Budget | None) -> Iterator[AmountChange]:
    if before or after:
        for row, amount in _BUDGET.items():
            was, now = (amount(side) if side else None for side in (before, after))
            yield AmountChange(row, was, now)


def _dates(before: Position | None, after: Position | None) -> Iterator[DateEffect]:
    old = {m.id: m for m in before.milestones} if before else {}
    new = {m.id: m for m in after.milestones} if after else {}
    for id in dict.fromkeys((*old, *new)):
        named = new.get(id) or old[id]
        yield DateEffect(id, named.name, old.get(id), new.get(id))


_Waits = dict[tuple[What, str, str], Wait]


def _waits(client: Client) -> _Waits:
    """Return all that waits in a client's log, for whomever; in drafts nothing does."""
    profile = client.profile
    vendor = (profile.vendor.name,)
    seen = [EditionRecord(r.data, "") for r in client.records if r.data.status is not Status.DRAFT]
    day = max((e.on for r in seen for e in r.data.history), default=profile.contract.signed)
    approvers = tuple(p.name for p in profile.people if p.may_still_approve(day))
    outstanding = waiting(seen, day, profile)
    waits = [
        Wait(What.ASSESSMENT, r.data.id, r.data.title, vendor)
        for r in seen
        if r.data.status in (Status.SUBMITTED, Status.ASSESSING)
    ]
    waits += [
        Wait(What.DECISION, d.id, d.title, d.approvals.still_asked or approvers, d.due)
        for d in outstanding.undecided
    ]
    for open_ in outstanding.objections:
        objection = open_.objection
        answered = objection.response is not None
        waits.append(
            Wait(
                What.FOLLOW_UP if answered else What.ANSWER,
                open_.id,
                open_.title,
                (objection.by,) if answered else vendor,
                objection.follow_up,
                objection.concern,
            )
        )
    waits += [
        Wait(What.SIGNATURE, a.id, a.title, (profile.name, *vendor)) for a in outstanding.agreements
    ]
    waits += [
        Wait(What.ACCEPTANCE, a.id, a.title, (profile.name,), a.accept_by)
        for a in outstanding.acceptances
    ]
    return {wait.key: wait for wait in waits}


def _newly(before: _Waits, after: _Waits) -> Iterator[Wait]:
    return (wait for key, wait in after.items() if key not in before)
