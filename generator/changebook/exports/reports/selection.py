"""Which edition a report is made of: that of its period's last day, or of a day of choice."""

from __future__ import annotations

from datetime import date

from changebook.edition.editions import Edition, default_as_of, make_edition
from changebook.model import periods
from changebook.model.periods import Period, PeriodKind
from changebook.model.vocabulary import Audience
from changebook.read.workspace import Client
from changebook.refusal import Refusal


def edition_of_period(
    client: Client, audience: Audience, period: Period | PeriodKind, as_of: date | None
) -> tuple[Edition, Period]:
    """Return the edition as of the day that a report is about, and its period.

    Raises Refusal for a period that is not over, or that begins after all that is recorded.
    """
    if isinstance(period, PeriodKind):
        day = as_of or default_as_of(client, audience)
        kind = period.value
        try:
            period = periods.last_complete(day, period)
        except OverflowError:
            raise Refusal(f"no {kind} has ended by {day}: choose one with --period") from None
    elif as_of is None:
        newest = default_as_of(client, audience)
        if period.first > newest:
            raise Refusal(
                f"{period.id} begins after {newest}, the newest day in the records: give today's "
                "date with --as-of"
            )
        as_of = period.last
    return make_edition(client, audience, as_of), period
