"""What is exported: the Impact page's view and the month ends, also as known on an earlier day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from changebook.edition.editions import Edition, as_known, make_edition
from changebook.model.sums import Position
from changebook.model.table import AnyTable
from changebook.model.vocabulary import Audience
from changebook.model.words import Words
from changebook.read.workspace import Client
from changebook.views.amendment_tables import listed
from changebook.views.amendments import AmendmentView, amendments
from changebook.views.impact import ImpactView, impact
from changebook.views.impact_tables import tables
from changebook.views.months import MonthEnd, month_ends
from changebook.views.outcome import AcceptedChange, accepted


@dataclass(frozen=True)
class ImpactFigures:
    """The views of an edition, and the day up to which its records were recorded."""

    edition: Edition
    known_on: date | None
    view: ImpactView
    ends: tuple[MonthEnd, ...]

    @property
    def position(self) -> Position:
        return self.view.position

    @property
    def currency(self) -> str:
        return self.position.currency

    @cached_property
    def amendments(self) -> tuple[AmendmentView, ...]:
        """The amendments of the contract, as far as the edition's reader sees them."""
        return amendments(self.edition, self.position)

    @property
    def acceptances(self) -> tuple[AcceptedChange, ...]:
        """What the client said of what was built, the newest first."""
        return accepted(self.edition.records)

    @property
    def tables(self) -> tuple[AnyTable, ...]:
        """All tables, in the order of the page, and then the amendments."""
        every = tables(self.view, self.ends, self.words)
        return (*every, listed(self.amendments, self.currency, self.words))

    @property
    def words(self) -> Words:
        return self.edition.words


def impact_figures(
    client: Client,
    audience: Audience = Audience.CLIENT,
    as_of: date | None = None,
    known_on: date | None = None,
) -> ImpactFigures:
    """Return what the audience may see, as of a day and known by one: by default the newest."""
    edition = make_edition(client, audience, as_of)
    if known_on:
        edition = as_known(edition, edition.as_of, known_on)
    return ImpactFigures(edition, known_on, impact(edition), month_ends(edition))
