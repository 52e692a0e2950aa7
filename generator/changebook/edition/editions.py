"""Editions: what one reader may see of one client, copied before anything is rendered.

Nothing is hidden later on: what is not in the copy can't leak. The copy is made by allow-list, so a
new key of the format stays inside until someone adds it here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from changebook import packaged
from changebook.edition import urls
from changebook.edition.bodies import Asset, Bodies
from changebook.model import baseline, canonical, decided, timeline
from changebook.model.chain import ChainEntry, SealedEvent
from changebook.model.schema import (
    OWN_KEY,
    ApprovalRule,
    ChangeRecord,
    Glossary,
    Links,
    NeededApproval,
    Profile,
    words_of,
)
from changebook.model.sums import Position, Positions
from changebook.model.visibility import CLIENT_KEYS, is_unseen, since_submitted
from changebook.model.vocabulary import AgreementStatus, Audience, Outcome, Party
from changebook.model.words import Words
from changebook.read import sealable
from changebook.read.naming import names
from changebook.read.workspace import Client, Record


@dataclass(frozen=True)
class Seal:
    """An entry of the chain with what its digest is of; None if this reader may not see all.

    `since` is the day from which editions have one of the contract.
    """

    entry: ChainEntry
    content: Mapping[str, Any] | None
    since: date = date.min


@dataclass(frozen=True)
class EditionRecord:
    """A record as this reader may see it on the edition's day.

    `body` is Markdown with links rewritten to the edition's layout; `addresses` are the relative
    ones in it, beyond which none is shown. `unseen` marks a record that
    the client does not see (a draft or an internal one): only team editions have such. `question`
    is what the client is or was asked to decide on, with each value as it is written. `signed_copy`
    is the paper that was signed, which is one of the assets. `untouched` is what an import kept
    under keys of its own: the team can go back to where it came from with it. No client has it.
    """

    data: ChangeRecord
    body: str
    assets: tuple[Asset, ...] = ()
    addresses: frozenset[str] = frozenset()
    unseen: bool = False
    superseded_by: tuple[str, ...] = ()
    required_by: tuple[str, ...] = ()
    related_from: tuple[str, ...] = ()
    question: Mapping[str, Any] = field(default_factory=dict)
    seals: tuple[Seal, ...] = ()
    signed_copy: Asset | None = None
    untouched: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Edition:
    """One client's log for one audience as of a day: the unit that is built and published.

    `site_url` is the address at which it is read; None where nobody said it. `templates` are the
    team's own, with its own catalogues.
    """

    slug: str
    audience: Audience
    as_of: date
    profile: Profile
    welcome: str
    welcome_assets: tuple[Asset, ...]
    records: tuple[EditionRecord, ...]
    site_url: str | None = None
    glossary: Glossary | None = None
    templates: Path | None = None
    welcome_addresses: frozenset[str] = frozenset()
    contract_seals: tuple[Seal, ...] = ()

    @cached_property
    def words(self) -> Words:
        """The words of the language that its pages are in."""
        return Words(self.profile.language, self.templates)

    @cached_property
    def past(self) -> Past:
        """The edition as it was known on its days so far."""
        return Past(self)


@dataclass(frozen=True)
class Then:
    """An edition's figures on a day, and its records as they stood on it, by id."""

    on: date
    position: Position
    records: Mapping[str, EditionRecord]


class Past:
    """An edition as it was known on each of its days, or, with `hindsight`, as it is known now.

    What is asked for in the order of time is found the fastest. A day that was asked for is kept.
    """

    def __init__(self, edition: Edition, *, hindsight: bool = False) -> None:
        self._edition = edition
        self._hindsight = hindsight
        self._positions: dict[int, Positions] = {}
        self._records = [_Stages(r, edition.audience, hindsight) for r in edition.records]
        self._days: dict[date, Then] = {}

    def on(self, day: date) -> Then:
        """Return the figures and the records of a day."""
        if day not in self._days:
            copies = (stages.on(day) for stages in self._records)
            records = {record.data.id: record for record in copies if record}
            positions = self._known(day)
            position = positions.on(day, (record.data for record in records.values()))
            self._days[day] = Then(day, position, records)
        return self._days[day]

    def _known(self, day: date) -> Positions:
        """Return the sums over the contract as it was known on a day."""
        profile = self._edition.profile
        known = profile if self._hindsight else baseline.known(profile, day)
        number = len(known.contract.corrections)
        if number not in self._positions:
            self._positions[number] = Positions(known)
        return self._positions[number]


class _Stages:
    """One record of an edition as it stood between the days on which it became another."""

    def __init__(self, record: EditionRecord, audience: Audience, hindsight: bool) -> None:
        self._record = record
        self._audience = audience
        self._hindsight = hindsight
        self._turns = timeline.turns(record.data)
        self._made: dict[int, EditionRecord | None] = {}

    def on(self, day: date) -> EditionRecord | None:
        """Return the record as it stood on a day: the same object until it is another."""
        stage = bisect_right(self._turns, day)
        if stage not in self._made:
            known_on = None if self._hindsight else day
            self._made[stage] = _as_known(self._record, self._audience, day, known_on)
        return self._made[stage]


def default_as_of(client: Client, audience: Audience) -> date:
    """Return the newest date of an event that the audience may see; never the clock.

    What only the team sees must not move a client's edition, so each audience has its own.
    """
    seen = [r.data for r in client.records if audience is Audience.TEAM or not is_unseen(r.data)]
    events = [day for data in seen for day in timeline.event_dates(data)]
    contract = client.profile.contract
    of_client = [*(each.on for each in contract.corrections), client.profile.archived]
    return max((*events, *filter(None, of_client)), default=contract.signed)


def make_edition(client: Client, audience: Audience, as_of: date | None = None) -> Edition:
    """Return the copy of a client's records that the audience may see, as they stood on `as_of`."""
    day = as_of or default_as_of(client, audience)
    standing: list[tuple[Record, ChangeRecord]] = []
    for record in client.records:
        then = timeline.at(record.data, day)
        if then is None:
            continue
        if audience is Audience.CLIENT and (is_unseen(record.data) or is_unseen(then)):
            continue
        standing.append((record, then))
    ids = frozenset(data.id for _, data in standing)
    visible = {data.id: _copy(data, audience, ids) for _, data in standing}
    back = _back_links(visible.values())
    bodies = Bodies(client, audience, ids)
    sealed = _entries(client)
    records = []
    for record, _ in standing:
        data = visible[record.data.id]
        shown = bodies.copy(record.source.body, record.file.parent, urls.record(data.id))
        copy = bodies.signed_copy(data, record.file.parent, shown.assets)
        records.append(
            EditionRecord(
                data,
                shown.body,
                shown.assets if copy is None or copy in shown.assets else (*shown.assets, copy),
                shown.addresses,
                is_unseen(data),
                back["supersedes"][data.id],
                back["depends_on"][data.id],
                back["related"][data.id],
                decided.question(_seen(record.source.data, ids)),
                _standing(_seals(record, sealed[data.id], ids), data),
                copy,
                _untouched(record) if audience is Audience.TEAM else {},
            )
        )
    welcome = bodies.copy(client.source.body, client.folder, urls.HOME)
    profile = baseline.known(client.profile, day)
    if audience is Audience.CLIENT:
        profile = _known_people(profile, visible.values())
    # The team reads its edition elsewhere.
    address = profile.site_url if audience is Audience.CLIENT else None
    return Edition(
        client.slug,
        audience,
        day,
        profile,
        welcome.body,
        welcome.assets,
        tuple(records),
        address,
        client.glossary.data if client.glossary else None,
        packaged.own_templates(client.root),
        welcome.addresses,
        _contract_seals(client, audience, day),
    )


def without_bodies(edition: Edition) -> Edition:
    """Return the edition as all pages but the records' own show it: no body changes them."""
    records = (replace(r, body="", assets=(), addresses=frozenset()) for r in edition.records)
    return replace(edition, records=tuple(records))


def located(edition: Edition, base: str | None) -> Edition:
    """Return the edition with its address, given that of all editions' common folder."""
    if edition.site_url or not base:
        return edition
    return replace(edition, site_url=urls.absolute(base, f"{edition.slug}/{urls.HOME}"))


def as_known(edition: Edition, as_of: date, known_on: date | None = None) -> Edition:
    """Return the edition as of an earlier day, as far as it was recorded by `known_on`.

    It is made from the edition alone, so nothing that its reader may not see can come back. What
    was a draft on that day still is one here, and a client does not see drafts.
    """
    records = (_as_known(record, edition.audience, as_of, known_on) for record in edition.records)
    profile = baseline.known(edition.profile, known_on) if known_on else edition.profile
    return replace(
        edition,
        as_of=as_of,
        profile=profile,
        records=tuple(record for record in records if record),
        contract_seals=tuple(s for s in edition.contract_seals if s.since <= as_of),
    )


def _as_known(
    record: EditionRecord, audience: Audience, as_of: date, known_on: date | None
) -> EditionRecord | None:
    """Return a record of an edition as of an earlier day; None where its reader did not see it."""
    then = timeline.at(record.data, as_of, known_on)
    if then is None or (audience is Audience.CLIENT and is_unseen(then)):
        return None
    seals = _standing(record.seals, then)
    return replace(record, data=then, unseen=is_unseen(then), seals=seals)


def _copy(data: ChangeRecord, audience: Audience, ids: frozenset[str]) -> ChangeRecord:
    """Return the record without what the audience may not see, and without dead links."""
    links = data.links
    kept = Links(
        supersedes=tuple(id for id in links.supersedes if id in ids),
        mode=links.mode,
        depends_on=tuple(id for id in links.depends_on if id in ids),
        related=tuple(id for id in links.related if id in ids),
        source=links.source,
    )
    if audience is Audience.TEAM:
        return data.model_copy(update={"links": kept})
    values = {key: getattr(data, key) for key in CLIENT_KEYS}
    return ChangeRecord(**(values | {"links": kept, "history": since_submitted(data.history)}))


def _untouched(record: Record) -> Mapping[str, Any]:
    """Return the keys of its own that a record came with from elsewhere."""
    if record.data.imported is None:
        return {}
    return {key: value for key, value in record.source.data.items() if key.startswith(OWN_KEY)}


def _entries(client: Client) -> Mapping[str, list[ChainEntry]]:
    """Return the entries of the client's chain by the ids of their records."""
    entries: dict[str, list[ChainEntry]] = defaultdict(list)
    for entry in client.sealed:
        entries[entry.id].append(entry)
    return entries


def _seen(front: Mapping[str, Any], ids: frozenset[str]) -> Mapping[str, Any]:
    """Return a front matter without links to what this reader does not see."""
    links = front.get("links")
    if not isinstance(links, Mapping) or not isinstance(old := links.get("supersedes"), list):
        return front
    return {**front, "links": {**links, "supersedes": [id for id in old if id in ids]}}


def _seals(record: Record, entries: list[ChainEntry], ids: frozenset[str]) -> tuple[Seal, ...]:
    seals = []
    for entry in entries:
        content = sealable.content(_seen(record.source.data, ids), entry.event)
        whole = canonical.digest(content) == entry.digest
        seals.append(Seal(entry, content if whole else None))
    return tuple(seals)


def _contract_seals(client: Client, audience: Audience, day: date) -> tuple[Seal, ...]:
    """Return the seals of the contract and of its corrections that were there by a day.

    A contract that was sealed after other things came when the last of these did, as far as this
    reader may see them.
    """
    unseen = client.unseen_records if audience is Audience.CLIENT else {}
    front, seals, since = client.source.data, [], date.min
    for entry in client.sealed:
        if entry.id in unseen:
            continue
        is_first = entry.event is SealedEvent.BASELINE
        since = max(since, date.min if is_first else entry.on)
        if entry.event.is_contract and since <= day:
            content = baseline.sealed(front, entry.revision)
            whole = content is not None and canonical.digest(content) == entry.digest
            seals.append(Seal(entry, content if whole else None, since))
    return tuple(seals)


def _standing(seals: Iterable[Seal], data: ChangeRecord) -> tuple[Seal, ...]:
    """Return the seals of what a record says on its day: a decision, a signature, a signed copy."""
    decision, agreement = data.decision, data.agreement
    stands = {
        SealedEvent.SIGNED: agreement and agreement.status is AgreementStatus.SIGNED,
        SealedEvent.FILED: agreement and agreement.signed_copy,
        SealedEvent.ACCEPTED: data.acceptance and data.acceptance.stands,
    }
    is_decided = decision and decision.outcome in (Outcome.APPROVED, Outcome.REJECTED)
    return tuple(seal for seal in seals if stands.get(seal.entry.event, is_decided))


def _back_links(records: Iterable[ChangeRecord]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return for each kind of link who points at an id; back-links are derived, never typed."""
    back: dict[str, dict[str, tuple[str, ...]]] = {
        kind: defaultdict(tuple) for kind in ("supersedes", "depends_on", "related")
    }
    for data in records:
        for kind, to in back.items():
            for id in getattr(data.links, kind):
                to[id] = (*to[id], data.id)
    return back


def _known_people(profile: Profile, records: Iterable[ChangeRecord]) -> Profile:
    """Return the profile without email addresses, and of the vendor only people who are named."""
    texts = "\n".join(map(words_of, records))
    people = tuple(
        person.model_copy(update={"email": None})
        for person in profile.people
        if person.party is Party.CLIENT or any(names(texts, name) for name in person.names)
    )
    return profile.model_copy(update={"people": people, "approval": _with_parties(profile)})


def _with_parties(profile: Profile) -> tuple[ApprovalRule, ...]:
    """Return the rules of approval in which a role that only the vendor has says whose it is.

    Without the people who have it, nobody could tell.
    """
    roles: dict[Party, set[str]] = {party: set() for party in Party}
    for person in profile.people:
        if person.approves:
            roles[person.party].add(person.role)
    own = roles[Party.VENDOR] - roles[Party.CLIENT]

    def told(needed: NeededApproval) -> NeededApproval:
        is_own = needed.role in own
        return NeededApproval(party=Party.VENDOR, role=needed.role) if is_own else needed

    return tuple(
        rule.model_copy(update={"by": tuple(map(told, rule.by))}) for rule in profile.approval
    )
