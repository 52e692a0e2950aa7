"""What waits, for whom and since when: as a table, and item by item for emails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from changebook.model.cells import Change, Note, Piece, Text, Tone, pieces
from changebook.model.schema import Profile
from changebook.model.table import Column, Format, Medium, Table, piece_column
from changebook.model.vocabulary import Status
from changebook.model.words import Words
from changebook.views.approvals import ApprovalPhrases
from changebook.views.month_tables import statuses
from changebook.views.report import Assessment, DueStep, InHand
from changebook.views.waiting import (
    AwaitedAcceptance,
    OpenObjection,
    UnsignedAgreement,
    Waiting,
    WaitingDecision,
    Waits,
)

_BOTH = Medium.PAGE | Medium.PAPER


@dataclass(frozen=True)
class OpenItem:
    """Something that waits, and since or until when; `late` where that day has passed.

    `status` is how far the change is, where that says what there is to do.
    """

    change: Change
    what: str
    when: str
    notes: tuple[str, ...] = ()
    status: Status | None = None
    late: bool = False

    def phrase(self, words: Words) -> str:
        """Return what waits with all that is to know about it, without markup."""
        notes = (words.label(self.status),) if self.status else self.notes
        if not notes:
            return self.what
        more = words.gap.join(notes)
        return words.gettext("%(name)s: %(text)s") % {"name": self.what, "text": more}


def for_client(waiting: Waiting, profile: Profile, words: Words) -> tuple[OpenItem, ...]:
    approving = ApprovalPhrases(words, profile)
    return tuple(_waits(item, approving, words) for item in waiting.all)


def for_vendor(in_hand: InHand, profile: Profile, words: Words) -> tuple[OpenItem, ...]:
    approving = ApprovalPhrases(words, profile)
    return (
        *(_approval(item, approving) for item in in_hand.approvals),
        *(_assessment(item, words) for item in in_hand.assessments),
        *(_due_step(item, words) for item in in_hand.steps),
    )


def table(items: tuple[OpenItem, ...], words: Words) -> Table[OpenItem]:
    """Return them as a table."""
    _ = words.gettext

    def what(item: OpenItem) -> Piece:
        first, *others = item.notes or ("",)
        below = pieces(Text(first), *(Note(Text(other), small=False) for other in others))
        status = statuses(item.status, words) if item.status else None
        return pieces(Text(item.what), status, Note(below) if first else None)

    def when(item: OpenItem) -> Piece:
        return Text(item.when, Tone.LATE if item.late else Tone.PLAIN)

    columns: tuple[Column[OpenItem], ...] = (
        piece_column(_("Change"), lambda item: item.change, Format.TEXT, on=_BOTH, name="half"),
        piece_column(_("Open items"), what, on=_BOTH),
        piece_column(_("Date"), when, on=_BOTH, name="due"),
    )
    return Table(_("Open items"), columns, items)


def _waits(item: Waits, approving: ApprovalPhrases, words: Words) -> OpenItem:
    _, change = words.gettext, Change(item.id, item.title)
    match item:
        case WaitingDecision(since=since, due=due, overdue=overdue, proceeding=proceeding):
            begun = _("Work began on %(day)s; the price is not agreed yet.")
            begun_on = begun % {"day": words.date(since)} if proceeding else ""
            notes = tuple(filter(None, (begun_on, approving.so_far(item.approvals))))
            return _due(change, _("Decision"), since, due, words, overdue=overdue, notes=notes)
        case OpenObjection(objection=objection):
            concern = _("%(name)s: %(text)s") % {"name": objection.by, "text": objection.concern}
            notes = (concern,)
            if objection.response:
                notes += (_("Answer: %(text)s") % {"text": objection.response},)
            when = _since(objection.on, words)
            if objection.follow_up:
                day = words.date(objection.follow_up)
                when = _("Next discussion on %(day)s") % {"day": day}
            return OpenItem(change, _("Open objection"), when, notes)
        case UnsignedAgreement(reference=reference, since=since):
            when = _("approved on %(day)s") % {"day": words.date(since)}
            named = (reference,) if reference else ()
            return OpenItem(change, _("Agreement to be signed"), when, named)
        case AwaitedAcceptance(since=since, accept_by=due, overdue=overdue):
            what = _("Acceptance of what was built")
            return _due(change, what, since, due, words, overdue=overdue)


def _approval(item: WaitingDecision, approving: ApprovalPhrases) -> OpenItem:
    """Return a decision for which the vendor's approval is all that is missing."""
    words = approving.words
    notes = (approving.so_far(item.approvals),)
    change, what = Change(item.id, item.title), words.gettext("Approval")
    return _due(change, what, item.since, item.due, words, overdue=item.overdue, notes=notes)


def _assessment(item: Assessment, words: Words) -> OpenItem:
    change, when = Change(item.id, item.title, item.unseen), _since(item.since, words)
    return OpenItem(change, words.gettext("Assessment"), when, status=item.status)


def _due_step(item: DueStep, words: Words) -> OpenItem:
    step, change = item.step, Change(item.id, item.title)
    when = due_day(step.finish, words, overdue=item.overdue) if step.finish else "–"
    return OpenItem(change, step.step, when, (step.owner,) if step.owner else (), late=item.overdue)


def _due(
    change: Change,
    what: str,
    since: date,
    due: date | None,
    words: Words,
    *,
    overdue: bool,
    notes: tuple[str, ...] = (),
) -> OpenItem:
    when = due_day(due, words, overdue=overdue) if due else _since(since, words)
    return OpenItem(change, what, when, notes, late=overdue)


def due_day(day: date, words: Words, *, overdue: bool) -> str:
    text = words.gettext("was due on %(day)s") if overdue else words.gettext("due on %(day)s")
    return text % {"day": words.date(day)}


def _since(day: date, words: Words) -> str:
    return words.gettext("since %(day)s") % {"day": words.date(day)}
