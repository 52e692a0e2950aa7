"""What the files of a report say of each thing, in a phrase without markup."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from changebook.model.sums import SumLine
from changebook.pages.wording import Wording
from changebook.views import open_items
from changebook.views.change_tables import not_in_sum
from changebook.views.meanings import line_name
from changebook.views.months import Comparison, DateChange, LateEntry, LineChange
from changebook.views.news import NewsEvent
from changebook.views.open_items import OpenItem
from changebook.views.report import PeriodReport, Progress, ReportStep
from changebook.views.report_tables import who

#: Lines that are changes, so that they have a sign.
_CHANGES = frozenset({SumLine.APPROVED, SumLine.PENDING, SumLine.PROCEEDING})


class Phrases(Wording):
    """The phrases of one edition's reports."""

    def steps(self, progress: Progress) -> str:
        """Return the statuses that a change came to, each with its day."""
        return " → ".join(map(self._step, progress.steps))

    def more(self, progress: Progress) -> str:
        """Return who asked for it or decided it, or what was said about its last step."""
        return who(progress, self.words)

    def amount(self, progress: Progress) -> str:
        """Return the money of a change."""
        amount = progress.row.amount
        return self.words.gettext("not assessed") if amount is None else self._money(amount)

    def counts(self, progress: Progress) -> str:
        """Return why an amount does not count in the contract sum; empty where it does."""
        return not_in_sum(progress.row, self.words)

    def days(self, progress: Progress) -> str:
        """Return the calendar days of a change."""
        row = progress.row
        if row.days is None:
            return self.words.gettext("not assessed")
        if row.moves is None:
            return self.words.gettext("no effect on dates")
        days = self.words.days(row.moves.days, signed=True)
        return days if row.moves.completion else self._with(days, row.moves.name)

    def effect(self, progress: Progress) -> str:
        """Return money and days of a change."""
        amount, counts = self.amount(progress), self.counts(progress)
        both = (self._with(amount, counts) if counts else amount, self.days(progress))
        return self.joined_clauses(dict.fromkeys(both))

    def kind(self, event: NewsEvent) -> str:
        """Return what sort of event it was."""
        return self.words.label(event.what)

    def line_of(self, line: SumLine) -> str:
        """Name a line of the sums; what is part of another says so."""
        return line_name(line, self.words)

    def lines(self, since: Comparison) -> tuple[LineChange, ...]:
        """Return the lines of the sums, without work that began undecided where there is none."""
        return tuple(
            change
            for change in since.lines
            if change.line is not SumLine.PROCEEDING or change.before.amount or change.after.amount
        )

    def figure(self, change: LineChange) -> str:
        """Return a line of the sums at the end."""
        return self._money(change.after.amount, signed=change.line in _CHANGES)

    def difference(self, change: LineChange) -> tuple[str, ...]:
        """Return by how much a line of the sums differs, and what it was at the beginning."""
        _ = self.words.gettext
        if not change.difference:
            return (_("unchanged"),)
        before = self._money(change.before.amount, signed=change.line in _CHANGES)
        return (self._money(change.difference), _("before: %(value)s") % {"value": before})

    def moved(self, change: DateChange) -> tuple[str, ...]:
        """Return by how much a milestone moved, where it was, and which changes moved it."""
        _ = self.words.gettext
        if not change.ids:
            return (_("not moved"),)
        return (
            self.words.days(change.days, signed=True),
            _("before: %(value)s") % {"value": self.words.date(change.before.agreed)},
            _("by %(ids)s") % {"ids": _(", ").join(change.ids)},
        )

    def for_client(self, report: PeriodReport) -> tuple[OpenItem, ...]:
        return open_items.for_client(report.waiting, self.profile, self.words)

    def for_vendor(self, report: PeriodReport) -> tuple[OpenItem, ...]:
        return open_items.for_vendor(report.in_hand, self.profile, self.words)

    def late(self, entry: LateEntry) -> str:
        """Describe a step that was recorded after the report's day."""
        _ = self.words.gettext
        when = self._when(entry.on, entry.recorded)
        late_step = self._with(self.words.label(entry.status), when)
        if entry.counts_from:
            counts = _("effective from %(day)s") % {"day": self.words.date(entry.counts_from)}
            late_step = self.joined_clauses((late_step, counts))
        return late_step

    def _step(self, step: ReportStep) -> str:
        status = self.words.label(step.status)
        if step.recorded:
            return self._with(status, self._when(step.on, step.recorded))
        return f"{status} {self.words.date(step.on)}"

    def _when(self, on: date, recorded: date) -> str:
        text = self.words.gettext("on %(day)s, recorded on %(recorded)s")
        return text % {"day": self.words.date(on), "recorded": self.words.date(recorded)}

    def _money(self, amount: Decimal, *, signed: bool = True) -> str:
        return self.words.money(amount, self.profile.contract.currency, signed=signed)

    def _with(self, text: str, more: str) -> str:
        return self.words.gettext("%(text)s (%(more)s)") % {"text": text, "more": more}
