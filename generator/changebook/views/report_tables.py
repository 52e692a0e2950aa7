"""What a week or a month brought and left open, as tables of its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from changebook.model.cells import Change, Note, Piece, Text, Tone, pieces
from changebook.model.schema import Profile
from changebook.model.sums import Bucket
from changebook.model.table import Column, Format, Medium, Table
from changebook.model.words import Words
from changebook.views.approvals import ApprovalPhrases
from changebook.views.change import ChangeRow
from changebook.views.month_tables import statuses
from changebook.views.report import Assessment, DueStep, InHand, Progress, ReportStage, ReportStep
from changebook.views.waiting import (
    AwaitedAcceptance,
    OpenObjection,
    UnsignedAgreement,
    Waiting,
    WaitingDecision,
)

_ASKED = frozenset({Bucket.DRAFT, Bucket.PENDING, Bucket.PROCEEDING})
#: What counts in no sum, now or later.
_OUT = frozenset({Bucket.REPLACED, Bucket.DEFERRED, Bucket.REJECTED, Bucket.WITHDRAWN, Bucket.VOID})


def progress(group: Sequence[Progress], currency: str, words: Words) -> Table[Progress]:
    """Return what changes did in one stage."""
    _ = words.gettext

    def change(item: Progress) -> Piece:
        name, more = Change(item.row.id, item.row.title, item.row.unseen), _who(item, words)
        return pieces(name, Note(Text(more)) if more else None)

    def steps(item: Progress) -> Piece:
        return pieces(*(_step(step, words) for step in item.steps), between=" → ")

    columns: tuple[Column[Progress], ...] = (
        Column(_("Change"), on=Medium.PAGE, content=change),
        Column(_("Status"), format=Format.WORD, on=Medium.PAGE, content=steps),
        Column(
            _("Amount"),
            format=Format.MONEY,
            on=Medium.PAGE,
            content=lambda item: amount(item.row, currency, words),
        ),
        Column(
            _("Days"),
            format=Format.DAYS_DIFFERENCE,
            on=Medium.PAGE,
            content=lambda item: moves(item.row, words),
        ),
    )
    return Table(_("Activity"), columns, tuple(group))


def _step(step: ReportStep, words: Words) -> Piece:
    text = words.date(step.on)
    if step.recorded:
        text = words.gettext("on %(day)s, recorded on %(recorded)s") % {
            "day": text,
            "recorded": words.date(step.recorded),
        }
    return pieces(statuses(step.status, words), Note(Text(text), below=False))


def _who(item: Progress, words: Words) -> str:
    """Return who asked for it or decided it, or what was said about its last step."""
    _, data = words.gettext, item.data
    if decision := item.decision:
        names = _(", ").join(person.name for person in decision.by)
        clauses = [f"{_('Decided by')} {names}"]
        for day, text in (
            (decision.effective, _("effective from %(day)s")),
            (decision.review, _("to be reviewed on %(day)s")),
        ):
            if day:
                clauses.append(text % {"day": words.date(day)})
        return words.pgettext("clause", ", ").join(clauses)
    if item.stage is ReportStage.REQUESTED and data.requested:
        return f"{_('Requested by')} {data.requested.by}"
    return item.steps[-1].note or ""


def amount(row: ChangeRow, currency: str, words: Words) -> Piece:
    """Return the amount of a change, and why it does not count where it does not."""
    _ = words.gettext
    if row.amount is None:
        return Text(_("not assessed"), Tone.QUIET)
    money = Text(words.money(row.amount, currency, signed=True), _tone(row))
    why = not_in_sum(row, words)
    return pieces(money, Note(Text(why)) if why else None)


def not_in_sum(row: ChangeRow, words: Words) -> str:
    """Return why an amount does not count in the contract sum; empty where it does."""
    _ = words.gettext
    if row.amount is None or row.bucket is Bucket.APPROVED:
        return ""
    if row.bucket in _ASKED:
        return _("requested")
    later = row.bucket is Bucket.APPROVED_LATER
    return _("effective later") if later else _("not counted")


def moves(row: ChangeRow, words: Words) -> Piece:
    """Return the days of a change: on the completion, or on the milestone that it moves first."""
    _ = words.gettext
    if row.days is None:
        return Text(_("not assessed"), Tone.QUIET)
    if row.moves is None:
        return Text(_("none"), Tone.QUIET)
    days = Text(words.days(row.moves.days, signed=True), _tone(row))
    milestone = None if row.moves.completion else Note(Text(row.moves.name), below=False)
    return pieces(days, milestone)


def _tone(row: ChangeRow) -> Tone:
    return Tone.OUT if row.bucket in _OUT else Tone.FIGURE


@dataclass(frozen=True)
class OpenItem:
    """Something that waits, and since or until when."""

    change: Change
    what: Piece
    when: Piece


def waiting(listed: Waiting, profile: Profile, words: Words) -> Table[OpenItem]:
    """Return what waits for the client."""
    approving = ApprovalPhrases(words, profile)
    items = (
        *(_decision(item, approving, words) for item in listed.decisions),
        *(_objection(item, words) for item in listed.objections),
        *(_agreement(item, words) for item in listed.agreements),
        *(_acceptance(item, words) for item in listed.acceptances),
    )
    return _open_items(items, words)


def in_hand(listed: InHand, words: Words) -> Table[OpenItem]:
    """Return what waits for the vendor."""
    items = (
        *(_assessment(item, words) for item in listed.assessments),
        *(_due_step(item, words) for item in listed.steps),
    )
    return _open_items(items, words)


def _open_items(items: tuple[OpenItem, ...], words: Words) -> Table[OpenItem]:
    _ = words.gettext
    columns: tuple[Column[OpenItem], ...] = (
        Column(_("Change"), on=Medium.PAGE, content=lambda item: item.change),
        Column(_("Open items"), format=Format.WORD, on=Medium.PAGE, content=lambda item: item.what),
        Column(_("Date"), format=Format.DATE, on=Medium.PAGE, content=lambda item: item.when),
    )
    return Table(_("Open items"), columns, items)


def _decision(item: WaitingDecision, approving: ApprovalPhrases, words: Words) -> OpenItem:
    _ = words.gettext
    begun = _("Work began on %(day)s; the price is not agreed yet.")
    sentences = [begun % {"day": words.date(item.since)}] if item.proceeding else []
    sentences += filter(None, [approving.so_far(item.approvals)])
    note = Note(Text(words.gap.join(sentences))) if sentences else None
    when = due(item.due, words, overdue=item.overdue) if item.due else _since(item.since, words)
    return OpenItem(Change(item.id, item.title), pieces(Text(_("Decision")), note), when)


def _objection(item: OpenObjection, words: Words) -> OpenItem:
    _, objection = words.gettext, item.objection
    concern = _("%(name)s: %(text)s") % {"name": objection.by, "text": objection.concern}
    answer = _("Answer: %(text)s") % {"text": objection.response} if objection.response else None
    said = Note(Text(answer), small=False) if answer else None
    what = pieces(Text(_("Open objection")), Note(pieces(Text(concern), said)))
    if objection.follow_up:
        next_talk = _("Next discussion on %(day)s") % {"day": words.date(objection.follow_up)}
        return OpenItem(Change(item.id, item.title), what, Text(next_talk))
    return OpenItem(Change(item.id, item.title), what, _since(objection.on, words))


def _agreement(item: UnsignedAgreement, words: Words) -> OpenItem:
    _ = words.gettext
    reference = Note(Text(item.reference)) if item.reference else None
    what = pieces(Text(_("Agreement to be signed")), reference)
    when = _("approved on %(day)s") % {"day": words.date(item.since)}
    return OpenItem(Change(item.id, item.title), what, Text(when))


def _acceptance(item: AwaitedAcceptance, words: Words) -> OpenItem:
    what = Text(words.gettext("Acceptance of what was built"))
    when = (
        due(item.accept_by, words, overdue=item.overdue)
        if item.accept_by
        else _since(item.since, words)
    )
    return OpenItem(Change(item.id, item.title), what, when)


def _assessment(item: Assessment, words: Words) -> OpenItem:
    what = pieces(Text(words.gettext("Assessment")), statuses(item.status, words))
    return OpenItem(Change(item.id, item.title, item.unseen), what, _since(item.since, words))


def _due_step(item: DueStep, words: Words) -> OpenItem:
    owner = Note(Text(item.step.owner)) if item.step.owner else None
    what = pieces(Text(item.step.step), owner)
    when = due(item.step.finish, words, overdue=item.overdue) if item.step.finish else Text("–")
    return OpenItem(Change(item.id, item.title), what, when)


def due(day: date, words: Words, *, overdue: bool) -> Text:
    """Return the day on which something is due, or was."""
    _ = words.gettext
    if overdue:
        return Text(_("was due on %(day)s") % {"day": words.date(day)}, Tone.LATE)
    return Text(_("due on %(day)s") % {"day": words.date(day)})


def _since(day: date, words: Words) -> Text:
    return Text(words.gettext("since %(day)s") % {"day": words.date(day)})
