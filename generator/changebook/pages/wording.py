"""What a report says in sentences, and what it is called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from changebook.model.periods import Period
from changebook.model.schema import Profile
from changebook.model.sums import SumLine
from changebook.model.vocabulary import OUTCOMES, Audience, Status
from changebook.model.words import Words
from changebook.views import corrections
from changebook.views.months import DateChange
from changebook.views.news import EventKind
from changebook.views.report import PeriodReport, ReportStage

#: So many dates that moved are named one by one.
_MOST_DATES = 3


@dataclass(frozen=True)
class Wording:
    """The sentences about the reports of one edition, in the language of its pages."""

    words: Words
    profile: Profile
    audience: Audience

    def title(self, period: Period) -> str:
        """Return what the report of a period is called."""
        _ = self.words.gettext
        if not period.is_week:
            return _("Monthly report: %(month)s") % {"month": self.words.month(period.first)}
        title = _("Weekly report: week %(number)s, %(year)s")
        return title % {"number": period.number, "year": period.year}

    def period(self, period: Period) -> str:
        """Return the week with its number, or the month."""
        if not period.is_week:
            return self.words.month(period.first)
        week = self.words.gettext("Week %(number)s, %(year)s")
        return week % {"number": period.number, "year": period.year}

    def about(self, report: PeriodReport) -> str:
        """Return from when to when, and what the figures are."""
        _ = self.words.gettext
        if report.complete:
            known = _("%(days)s, as known on %(day)s.")
        else:
            known = _("%(days)s, not over yet: activity up to %(day)s.")
        values = {
            "days": self.words.span(report.period.first, report.period.last),
            "day": self.words.date(report.on),
        }
        return self.joined([known % values, _("All amounts are before tax.")])

    def stage(self, stage: ReportStage) -> str:
        """Return what stands above the changes of a stage."""
        _ = self.words.gettext
        return {
            ReportStage.REQUESTED: _("Requested"),
            ReportStage.ASSESSED: _("Assessment"),
            ReportStage.DECIDED: _("Decided"),
            ReportStage.IMPLEMENTED: _("Implementation"),
            ReportStage.ENDED: _("Withdrawn, voided or superseded"),
        }[stage]

    def waiting_for(self) -> str:
        """Return what stands above what waits for the client."""
        if self.audience is Audience.CLIENT:
            return self.words.gettext("Waiting for you")
        return self.words.gettext("Waiting for %(name)s") % {"name": self.profile.name}

    def nothing_waits(self) -> str:
        """Return what is said where nothing waits for the client."""
        if self.audience is Audience.CLIENT:
            return self.words.gettext("Nothing is waiting for you.")
        return self.words.gettext("Nothing is waiting for %(name)s.") % {"name": self.profile.name}

    def summary(self, report: PeriodReport) -> tuple[str, ...]:
        """Return the whole report in a few sentences."""
        if report.quiet:
            return (self._quiet(report), self._waits(report))
        happened = tuple(self._happened(report))
        return (
            *(happened or (self._notices(report),)),
            self._sum(report),
            *self._dates(report),
            self._waits(report),
        )

    def line(self, report: PeriodReport) -> str:
        """Return what happened, as a list of reports shows it."""
        if report.quiet:
            return self._quiet(report)
        sentences = [*self._happened(report)]
        if report.since.difference(SumLine.REVISED):
            sentences.append(self._sum(report))
        sentences += self._dates(report)
        return self.joined(sentences or [self._notices(report)])

    def joined(self, sentences: Iterable[str]) -> str:
        """Return sentences one after the other."""
        return self.words.gap.join(sentences)

    def joined_clauses(self, clauses: Iterable[str]) -> str:
        """Return clauses as one; names in a list are joined by the message `, ` instead."""
        return self.words.pgettext("clause", ", ").join(clauses)

    def corrections(self, profile: Profile) -> Iterator[str]:
        """Yield the corrections of a contract, each in a sentence."""
        yield from corrections.sentences(profile, self.words)

    def _quiet(self, report: PeriodReport) -> str:
        _ = self.words.gettext
        if not report.complete:
            return _("Nothing has changed so far.")
        if report.period.is_week:
            return _("A quiet week: nothing changed.")
        return _("A quiet month: nothing changed.")

    def _notices(self, report: PeriodReport) -> str:
        """Return what happened where no change moved on."""
        _ = self.words.gettext
        if not report.notices:
            return _("No change reached a new status.")
        kinds = Counter(event.kind for event in report.notices)
        counted = (self.noticed(kind, number) for kind, number in kinds.items())
        clauses = self.joined_clauses(counted)
        return _("%(clauses)s.") % {"clauses": f"{clauses[:1].upper()}{clauses[1:]}"}

    def noticed(self, kind: EventKind, number: int) -> str:
        """Return how many events there were of one kind."""
        ngettext = self.words.ngettext
        text = {
            EventKind.STATUS: ngettext("one new status", "%(num)s new statuses", number),
            EventKind.APPROVAL: ngettext("one approval", "%(num)s approvals", number),
            EventKind.AGREEMENT: ngettext(
                "one agreement signed", "%(num)s agreements signed", number
            ),
            EventKind.ACCEPTANCE: ngettext("one acceptance", "%(num)s acceptances", number),
            EventKind.DEFECT: ngettext("one defect fixed", "%(num)s defects fixed", number),
            EventKind.STEP: ngettext("one step completed", "%(num)s steps completed", number),
            EventKind.REVISION: ngettext("one revision", "%(num)s revisions", number),
            EventKind.OBJECTION: ngettext("one objection", "%(num)s objections", number),
            EventKind.SETTLED: ngettext(
                "one objection settled", "%(num)s objections settled", number
            ),
            EventKind.CONDITION: ngettext("one condition met", "%(num)s conditions met", number),
            EventKind.TALK: ngettext("one conversation", "%(num)s conversations", number),
        }[kind]
        return text % {"num": self.words.number(number)}

    def _happened(self, report: PeriodReport) -> Iterator[str]:
        """Return how many changes came how far: the first count names what is counted."""
        ngettext = self.words.ngettext
        requested = report.count(Status.SUBMITTED)
        assessed = report.count(Status.AWAITING_DECISION)
        decided = report.count(*OUTCOMES)
        implemented = report.count(Status.IMPLEMENTED)
        ended = report.count(Status.WITHDRAWN, Status.VOID)
        counts = (
            (
                requested,
                ngettext(
                    "%(num)s change was requested", "%(num)s changes were requested", requested
                ),
                ngettext("%(num)s requested", "%(num)s requested", requested),
            ),
            (
                assessed,
                ngettext("%(num)s change was assessed", "%(num)s changes were assessed", assessed),
                ngettext("%(num)s assessed", "%(num)s assessed", assessed),
            ),
            (
                decided,
                ngettext("%(num)s change was decided", "%(num)s changes were decided", decided),
                ngettext("%(num)s decided", "%(num)s decided", decided),
            ),
            (
                implemented,
                ngettext(
                    "%(num)s change was implemented",
                    "%(num)s changes were implemented",
                    implemented,
                ),
                ngettext("%(num)s implemented", "%(num)s implemented", implemented),
            ),
            (
                ended,
                ngettext(
                    "%(num)s change was withdrawn or voided",
                    "%(num)s changes were withdrawn or voided",
                    ended,
                ),
                ngettext("%(num)s withdrawn or voided", "%(num)s withdrawn or voided", ended),
            ),
        )
        counted: list[str] = []
        for number, whole, short in counts:
            if number:
                counted.append((short if counted else whole) % {"num": self.words.number(number)})
        if counted:
            yield self.words.gettext("%(clauses)s.") % {"clauses": self.joined_clauses(counted)}

    def _sum(self, report: PeriodReport) -> str:
        _ = self.words.gettext
        difference = report.since.difference(SumLine.REVISED)
        if difference > 0:
            text = _("The contract sum rose by %(difference)s to %(sum)s.")
        elif difference < 0:
            text = _("The contract sum fell by %(difference)s to %(sum)s.")
        else:
            text = _("The contract sum is still %(sum)s.")
        currency = self.profile.contract.currency
        return text % {
            "difference": self.words.money(abs(difference), currency),
            "sum": self.words.money(report.position.revised.amount, currency),
        }

    def _dates(self, report: PeriodReport) -> Iterator[str]:
        moved = sorted(
            (change for change in report.since.dates if change.days),
            key=lambda change: not change.after.completion,
        )
        named = moved if len(moved) <= _MOST_DATES else moved[:1]
        yield from map(self._date, named)
        if others := len(moved) - len(named):
            text = self.words.ngettext(
                "%(num)s other date moved.", "%(num)s other dates moved.", others
            )
            yield text % {"num": self.words.number(others)}

    def _date(self, change: DateChange) -> str:
        _ = self.words.gettext
        if change.days > 0:
            text = _("“%(milestone)s” moved %(days)s later, to %(day)s.")
        else:
            text = _("“%(milestone)s” moved %(days)s earlier, to %(day)s.")
        return text % {
            "milestone": change.after.name,
            "days": self.words.days(abs(change.days)),
            "day": self.words.date(change.after.agreed),
        }

    def _waits(self, report: PeriodReport) -> str:
        waits, ngettext = report.waiting.count, self.words.ngettext
        if not waits:
            return self.nothing_waits()
        if self.audience is Audience.CLIENT:
            text = ngettext(
                "%(num)s item is waiting for you.", "%(num)s items are waiting for you.", waits
            )
        else:
            text = ngettext(
                "%(num)s item is waiting for %(name)s.",
                "%(num)s items are waiting for %(name)s.",
                waits,
            )
        return text % {"num": self.words.number(waits), "name": self.profile.name}
