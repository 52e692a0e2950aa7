"""The dates of an edition as a calendar to subscribe to (iCalendar, RFC 5545 and 7986).

A date that moves keeps its UID, and its SEQUENCE rises with what the record has seen since, so that
the event moves in the reader's calendar. All stamps come from the records, never from the build.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Alarm, Calendar, Event, vDuration
from icalendar.enums import STATUS, TRANSP

from changebook.edition import urls
from changebook.edition.editions import Edition, EditionRecord
from changebook.model.sums import MilestonePosition, Position
from changebook.model.vocabulary import ENDED, OPEN, Audience, ObjectionOutcome, Outcome, Status
from changebook.model.words import Words
from changebook.pages.rendering import one_line
from changebook.views import news
from changebook.views.amendments import AmendmentView, SignatureState, amendments, members
from changebook.views.approvals import ApprovalPhrases
from changebook.views.waiting import awaited_acceptance, waiting_decision

#: The namespace of the UIDs (RFC 9562, version 5). Another one would double every event.
_DATES = uuid.UUID("f0b5c2a4-2d0b-5b53-9a1e-0c8f5a3d7e42")
#: How often programs look again; the older name is Outlook's.
_REFRESH = timedelta(hours=12)
#: When a calendar reminds of a day: two days before it, at nine in the morning.
_REMINDS = -timedelta(days=1, hours=15)
#: What was cancelled is left out in time: a subscriber has long seen that it was.
_CANCELLED_STAYS = timedelta(days=365)


@dataclass(frozen=True)
class _Appointment:
    """A day that somebody keeps in mind. `last` is when the records last had news of it.

    `reminds`: by that day something is expected, of the client or of the vendor.
    """

    key: str
    day: date
    summary: str
    lines: tuple[str, ...]
    page: str
    fragment: str
    status: STATUS
    sequence: int
    last: date
    reminds: bool = False


def as_calendar(edition: Edition, position: Position, words: Words) -> bytes:
    """Write the calendar: milestones as agreed now, and what is due on records."""
    profile, site = edition.profile, edition.site_url
    name = words.gettext("%(project)s: dates") % {"project": profile.project}
    calendar = Calendar()
    calendar.add("prodid", "-//Changebook//Changebook//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for key in ("name", "x-wr-calname"):
        calendar.add(key, one_line(name))
    calendar.add("x-wr-timezone", profile.timezone)
    calendar.add("refresh-interval", vDuration(_REFRESH), {"value": "DURATION"})
    calendar.add("x-published-ttl", vDuration(_REFRESH))
    if site:
        calendar.add("source", urls.absolute(site, urls.CALENDAR), {"value": "URI"})
        calendar.add("url", urls.absolute(site, urls.HOME))
    for appointment in _appointments(edition, position, words):
        calendar.add_component(_event(appointment, site))
    return bytes(calendar.to_ical())


def _event(appointment: _Appointment, site: str | None) -> Event:
    stamp = datetime.combine(appointment.last, time(), UTC)
    event = Event()
    event.add("uid", str(uuid.uuid5(_DATES, appointment.key)))
    event.add("dtstamp", stamp)
    event.add("last-modified", stamp)
    event.add("sequence", appointment.sequence)
    event.add("dtstart", appointment.day)
    event.add("summary", one_line(appointment.summary))
    event.add("status", appointment.status.value)
    # Nobody is busy because something is due.
    event.add("transp", TRANSP.TRANSPARENT.value)
    lines = [one_line(line) for line in appointment.lines]
    if site:
        address = urls.absolute(site, appointment.page, appointment.fragment)
        event.add("url", address)
        # Some calendars show no URL of its own.
        lines.append(address)
    if lines:
        event.add("description", "\n".join(lines))
    if appointment.reminds:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", one_line(appointment.summary))
        alarm.add("trigger", _REMINDS)
        event.add_component(alarm)
    return event


def _appointments(edition: Edition, position: Position, words: Words) -> Iterator[_Appointment]:
    for milestone in position.milestones:
        yield _milestone(milestone, edition, position, words)
    for amendment in amendments(edition, position):
        if amendment.on:
            yield _amendment(amendment, amendment.on, edition, words)
    by_record: dict[str, list[news.NewsEvent]] = {}
    for event in news.events(edition.records):
        by_record.setdefault(event.id, []).append(event)
    for record in sorted(edition.records, key=lambda record: record.data.id):
        if record.data.status is Status.DRAFT:
            continue
        for appointment in _of_record(record, by_record.get(record.data.id, []), edition, words):
            long_over = edition.as_of - appointment.day > _CANCELLED_STAYS
            if not (appointment.status is STATUS.CANCELLED and long_over):
                yield appointment


def _milestone(
    milestone: MilestonePosition, edition: Edition, position: Position, words: Words
) -> _Appointment:
    """Return a milestone on its agreed date; each approval or reversal that moves it is a step."""
    _, profile = words.gettext, edition.profile
    lines = [_("Original date: %(day)s") % {"day": words.date(milestone.original)}]
    lines += [
        words.gettext("%(name)s: %(text)s")
        % {"name": step.id, "text": words.days(step.days, signed=True)}
        for step in milestone.steps
        if step.days
    ]
    moved = [
        order.recorded
        for order in position.register
        if any(step.milestone == milestone.id for step in order.steps)
    ]
    return _Appointment(
        key=f"{profile.prefix}/milestone/{milestone.id}",
        day=milestone.agreed,
        summary=_("%(name)s: %(text)s") % {"name": profile.project, "text": milestone.name},
        lines=tuple(lines),
        page=urls.HOME,
        fragment="standing",
        status=STATUS.CONFIRMED,
        sequence=len(milestone.steps),
        last=max(moved, default=profile.contract.signed),
    )


def _amendment(amendment: AmendmentView, day: date, edition: Edition, words: Words) -> _Appointment:
    """Return an announced amendment on its day; what its changes have seen since is a step."""
    _, profile = words.gettext, edition.profile
    found = news.events(members(edition)[amendment.reference])
    is_over = amendment.signing in (SignatureState.SIGNED, SignatureState.NOTHING)
    name = " ".join(filter(None, (amendment.reference, amendment.title)))
    return _Appointment(
        key=f"{profile.prefix}/amendment/{amendment.reference}",
        day=day,
        summary=_("%(name)s: %(text)s")
        % {"name": _("Amendment") if is_over else _("Amendment to be signed"), "text": name},
        lines=tuple(f"{change.id} {change.data.title}" for change in amendment.changes),
        page=urls.amendment(amendment.reference),
        fragment="",
        status=STATUS.CONFIRMED,
        sequence=len(found),
        last=max((event.recorded for event in found), default=profile.contract.signed),
        reminds=not is_over,
    )


def _of_record(
    record: EditionRecord, events: list[news.NewsEvent], edition: Edition, words: Words
) -> Iterator[_Appointment]:
    """Yield when a decision, an acceptance or a defect is due, and what is to be looked at again.

    The format keeps no earlier due date: what happened to the record since counts the sequence up.
    """
    _, data = words.gettext, record.data
    change = f"{data.id} {data.title}"
    last = max((event.recorded for event in events), default=edition.profile.contract.signed)
    summary = (data.summary,) if data.summary else ()
    if record.unseen:
        summary = (_("Internal: the client does not see this change."), *summary)

    def appointment(
        place: str,
        day: date,
        title: str,
        fragment: str,
        status: STATUS,
        *lines: str,
        reminds: bool = True,
    ) -> _Appointment:
        return _Appointment(
            key=f"{data.id}/{place}",
            day=day,
            summary=_("%(name)s: %(text)s") % {"name": title, "text": change},
            lines=(*lines, *summary),
            page=urls.record(data.id),
            fragment=fragment,
            status=status,
            sequence=len(events),
            last=last,
            reminds=reminds and status is STATUS.CONFIRMED,
        )

    if data.decision and data.decision.due:
        due, fragment, lines = data.decision.due, "", tuple[str, ...]()
        reminds = True
        if waits := waiting_decision(data, edition.as_of, edition.profile):
            title, status, fragment = _("Decision due"), STATUS.CONFIRMED, "answer"
            lines = (ApprovalPhrases(words, edition.profile).so_far(waits.approvals),)
            # Nobody is reminded of what somebody else owes.
            reminds = waits.asks_client or edition.audience is Audience.TEAM
        elif data.status in OPEN:
            title, status = _("Decision planned"), STATUS.TENTATIVE
        else:
            outcome = data.decision.outcome or data.status
            title, status = words.label(outcome), STATUS.CANCELLED
        yield appointment(
            "due", due, title, fragment, status, *filter(None, lines), reminds=reminds
        )
    if data.decision and data.decision.outcome is Outcome.DEFERRED and data.decision.review:
        resting = data.status is Status.DEFERRED
        yield appointment(
            "review",
            data.decision.review,
            _("Deferred: review") if resting else words.label(data.status),
            "",
            STATUS.CONFIRMED if resting else STATUS.CANCELLED,
        )
    if data.acceptance and data.acceptance.due:
        awaited = awaited_acceptance(data, edition.as_of, edition.profile)
        answer = data.answered_acceptance
        yield appointment(
            "accept",
            data.acceptance.due,
            _("Acceptance due")
            if awaited or answer is None or answer.outcome is None
            else words.label(answer.outcome),
            "acceptance",
            STATUS.CANCELLED if answer or data.status in ENDED else STATUS.CONFIRMED,
        )
    for number, defect in enumerate(data.acceptance.defects if data.acceptance else (), 1):
        if defect.due:
            yield appointment(
                f"defect/{number}",
                defect.due,
                words.label(news.EventKind.DEFECT) if defect.fixed else _("Defect to be fixed"),
                "acceptance",
                STATUS.CANCELLED if defect.fixed else STATUS.CONFIRMED,
                defect.text,
            )
    for place, objection in news.places(data.objections):
        if objection.follow_up:
            is_open = objection.outcome is ObjectionOutcome.OPEN
            yield appointment(
                f"follow-up/{place}",
                objection.follow_up,
                _("Next discussion of an objection")
                if is_open
                else words.label(news.EventKind.SETTLED),
                "objections",
                STATUS.CONFIRMED if is_open else STATUS.CANCELLED,
                _("%(name)s: %(text)s") % {"name": objection.by, "text": objection.concern},
            )
