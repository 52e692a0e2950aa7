"""The documents of an edition, laid out as HTML for the typesetter from the views of the pages."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import escape

from changebook import packaged
from changebook.edition import urls
from changebook.edition.editions import Edition, as_known
from changebook.model import canonical, sums
from changebook.model.periods import Period
from changebook.model.vocabulary import Audience, PaperSize, Status
from changebook.pages.phrases import Phrases
from changebook.pages.rendering import environment, one_line
from changebook.paper import days, marks, order
from changebook.paper.bodies import body as printed_body
from changebook.paper.fitting import Sheet
from changebook.paper.marks import Mark
from changebook.paper.paper import Paper
from changebook.views import decision, record
from changebook.views.amendments import AmendmentView, SignatureState, amendments
from changebook.views.decision import DecisionEntry
from changebook.views.documents import awaits_or_has_acceptance
from changebook.views.record import RecordView
from changebook.views.report import report as reported
from changebook.views.report import reports

#: In these a record is not in force: it says so across the page.
_ACROSS = frozenset({Status.DRAFT, Status.SUPERSEDED, Status.VOID, Status.WITHDRAWN})
_PRINT = "print"


def watermark(words: str) -> str:
    """Return a picture of the words across a sheet, as an address.

    So pale that text is read upon it.
    """
    size = min(150, round(560 / max(1, sum(1 if ord(c) > 0x2E80 else 0.56 for c in words))))
    picture = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="620" height="620" viewBox="0 0 620 620">'
        f'<text x="310" y="310" transform="rotate(-42 310 310)" text-anchor="middle" '
        f'dominant-baseline="central" font-family="Noto Sans, Noto Sans CJK SC" '
        f'font-weight="bold" font-size="{size}" fill="#ebebeb">{escape(words)}</text></svg>'
    )
    return f"data:image/svg+xml,{quote(picture)}"


class Printery:
    """Lays out the documents of one edition. It makes no bytes, and is pure.

    `stated` is the day that every document bears where somebody requested the state of a day; else
    each bears the newest day that it rests on.
    """

    def __init__(
        self,
        edition: Edition,
        *,
        size: PaperSize | None = None,
        stated: bool = False,
    ) -> None:
        self._edition = edition
        self._size = size or edition.profile.paper.size
        self._stated = stated
        self._folders = (edition.templates,) if edition.templates else ()
        self._words = edition.words
        self._position = sums.position(
            [r.data for r in edition.records], edition.profile, edition.as_of
        )
        self._copies = {r.data.id: r for r in edition.records}

    @property
    def position(self) -> sums.Position:
        return self._position

    @cached_property
    def _views(self) -> dict[str, RecordView]:
        return {view.data.id: view for view in record.records(self._edition, self._position)}

    def all(self) -> tuple[Paper, ...]:
        """Return every document of the edition."""
        return (
            *self.change_orders(),
            *self.decision_records(),
            *self.acceptances(),
            *self.amendments(),
            self.log_book(),
            self.register(),
            *self.monthly_reports(),
        )

    def is_decided(self, id: str) -> bool:
        """Return whether there is a decision on a record. KeyError for an unknown one."""
        return self._views[id].decision is not None

    def change_orders(self, ids: Iterable[str] | None = None) -> tuple[Paper, ...]:
        """Return the change order forms of some records, or of all in the order of their ids."""
        return tuple(self.change_order(id) for id in (sorted(self._views) if ids is None else ids))

    def decision_records(self, ids: Iterable[str] | None = None) -> tuple[Paper, ...]:
        """Return the decisions on some records, or on all that are decided, without their money."""
        decided = (id for id, view in sorted(self._views.items()) if view.decision)
        return tuple(self.decision_record(id) for id in (decided if ids is None else ids))

    def change_order(self, id: str) -> Paper:
        """Return the form on which two parties agree to a change.

        KeyError for an unknown record.
        """
        view, copy = self._views[id], self._copies[id]
        words, profile = self._words, self._edition.profile
        page = urls.record(id)
        body = printed_body(
            copy.body, page, copy.assets, copy.addresses, self._edition.site_url, words
        )
        paper = self._paper(
            "change_order",
            urls.change_order_pdf(id),
            words.gettext("Change order %(id)s") % {"id": id},
            days.of_change_order(view, self._position.register, self._edition),
            self._mark(view),
            view=view,
            data=view.data,
            body=body.html,
            sum=order.order_sum(view, self._position),
            time=order.contract_time(view),
            signing=order.signing(view),
            signatories=order.signatories(view, profile),
            total=order.total_with_tax(view, profile),
            subject=one_line(view.data.title),
            revision=view.data.revision,
            status=view.data.status,
        )
        return replace(paper, files=body.files, diagrams=body.diagrams, record=id)

    def decision_record(self, id: str) -> Paper:
        """Return what was decided and why, without money, for an archive that must not have it.

        KeyError for an unknown record; ValueError for one that is not decided.
        """
        view = self._views[id]
        if view.decision is None:
            raise ValueError(f"{id} is not decided yet")
        paper = self._paper(
            "decision_record",
            urls.decision_record_pdf(id),
            self._words.gettext("Decision record %(id)s") % {"id": id},
            days.of_decision(view),
            self._mark(view),
            view=view,
            data=view.data,
            entry=view.decision,
            signatories=order.signatories(view, self._edition.profile),
            subject=one_line(view.data.title),
            revision=view.data.revision,
            status=view.data.status,
        )
        return replace(paper, record=id)

    def has_acceptance(self, id: str) -> bool:
        """Return whether a record has an acceptance, or waits for one. KeyError if unknown."""
        edition, data = self._edition, self._views[id].data
        return awaits_or_has_acceptance(data, edition.as_of, edition.profile)

    def acceptances(self, ids: Iterable[str] | None = None) -> tuple[Paper, ...]:
        """Return the acceptance certificates of some records, or of all that have one."""
        offered = (id for id in sorted(self._views) if self.has_acceptance(id))
        return tuple(self.acceptance(id) for id in (offered if ids is None else ids))

    def acceptance(self, id: str) -> Paper:
        """Return the acceptance certificate: to be signed, or what the client answered.

        KeyError for an unknown record.
        """
        view, profile = self._views[id], self._edition.profile
        data = view.data
        answered = data.acceptance.by if data.acceptance and data.acceptance.outcome else ()
        named = answered or profile.paper.signatories or (data.decision.by if data.decision else ())
        paper = self._paper(
            "acceptance",
            urls.acceptance_pdf(id),
            self._words.gettext("Acceptance certificate %(id)s") % {"id": id},
            days.of_acceptance(data),
            marks.of_acceptance(view, self._question(id), self._edition),
            view=view,
            data=data,
            signatories=order.blocks(named, profile),
            subject=one_line(data.title),
            revision=data.revision,
            status=data.status,
        )
        return replace(paper, record=id)

    @cached_property
    def _amendments(self) -> dict[str, AmendmentView]:
        views = amendments(self._edition, self._position)
        return {view.reference: view for view in views if view.changes}

    @property
    def amended(self) -> tuple[str, ...]:
        """The references of the amendments that have a change in them."""
        return tuple(self._amendments)

    def amendments(self, references: Iterable[str] | None = None) -> tuple[Paper, ...]:
        """Return some amendments of the contract, or all that have a change in them."""
        return tuple(map(self.amendment, self.amended if references is None else references))

    def amendment(self, reference: str) -> Paper:
        """Return an amendment with one sheet to sign for all its changes.

        KeyError for one that has no change in it.
        """
        amendment, edition = self._amendments[reference], self._edition
        views = [self._views[change.id] for change in amendment.changes]
        to_sign = [self._views[change.id] for change in amendment.of(SignatureState.TO_SIGN)]
        register = self._position.register
        return self._paper(
            "amendment",
            urls.amendment_pdf(reference),
            one_line(reference),
            (day for view in views for day in days.of_change_order(view, register, edition)),
            marks.of_amendment(amendment, edition),
            amendment=amendment,
            views=self._views,
            digests={
                change.id: change.seal.entry.digest if change.seal else self._question(change.id)
                for change in amendment.changes
            },
            signatories=order.signatories_of_all(to_sign, edition.profile),
            subject=one_line(amendment.title or edition.profile.project),
        )

    def log_book(self) -> Paper:
        """Return every decision in the order in which it was taken, with an index by scope item."""
        entries = tuple(reversed(decision.log(self._edition, self._position)))
        decided = [self._views[entry.id] for entry in entries]
        return self._paper(
            "log_book",
            urls.LOG_BOOK_PDF,
            self._words.gettext("Decision log"),
            (
                *(day for view in decided for day in days.of_decision(view)),
                *days.of_contract_seals(self._edition),
            ),
            marks.of_log(self._edition, urls.DECISIONS),
            entries=entries,
            views=self._views,
            seals=decision.seals(self._edition),
            items=self._items(entries),
            subject=one_line(self._edition.profile.project),
        )

    def register(self) -> Paper:
        """Return every change order with what it did to the sum and to the dates."""
        register = self._position.register
        records = (self._views[entry.id].data for entry in register)
        return self._paper(
            "register",
            urls.REGISTER_PDF,
            self._words.gettext("Register of change orders"),
            (*days.of_register(register, records), *days.of_contract_seals(self._edition)),
            marks.of_log(self._edition, urls.IMPACT),
            views=self._views,
            landscape=True,
            subject=one_line(self._edition.profile.project),
        )

    def report(self, period: Period) -> Paper:
        """Return what happened in a week or a month. Raises PeriodUnknown without a report of it.

        It bears the end of the period, or the edition's day where that comes first.
        """
        edition = self._edition
        shown = reported(edition, period)
        wording = Phrases(edition.words, edition.profile, edition.audience)
        return self._paper(
            "report",
            urls.report_pdf(period.id),
            wording.title(period),
            [shown.on],
            marks.of_log(as_known(edition, shown.on), urls.report(period.id)),
            name=f"report-{period.id.lower()}.pdf",
            stated=False,
            report=shown,
            wording=wording,
            subject=one_line(edition.profile.project),
        )

    def monthly_reports(self) -> tuple[Paper, ...]:
        """Return the reports of all months that are over, the newest first."""
        monthly = (r for r in reports(self._edition) if r.complete and not r.period.is_week)
        return tuple(self.report(each.period) for each in monthly)

    def _mark(self, view: RecordView) -> Mark:
        return marks.of_record(view, self._question(view.data.id), self._edition)

    def _question(self, id: str) -> str:
        return canonical.digest(self._copies[id].question)

    def _items(self, entries: Sequence[DecisionEntry]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return the scope items by name, each with the decided records that are about it."""
        by_item: dict[str, list[str]] = {}
        for entry in entries:
            for item in self._views[entry.id].row.items:
                by_item.setdefault(item, []).append(entry.id)
        return tuple((item, tuple(by_item[item])) for item in sorted(by_item))

    def _paper(
        self,
        template: str,
        path: str,
        title: str,
        rests_on: Iterable[date],
        mark: Mark,
        *,
        name: str | None = None,
        status: Status | None = None,
        revision: int | None = None,
        landscape: bool = False,
        stated: bool | None = None,
        **view: Any,
    ) -> Paper:
        edition, profile = self._edition, self._edition.profile
        newest = max(rests_on, default=profile.contract.signed)
        day = edition.as_of if (self._stated if stated is None else stated) else newest
        page = environment(profile.language, self._folders, _PRINT)
        html = page.get_template(f"{template}.html.j2").render(
            title=title,
            edition=edition,
            profile=profile,
            position=self._position,
            currency=profile.contract.currency,
            team=edition.audience is Audience.TEAM,
            as_of=day,
            mark=mark,
            status=status,
            across=status if status in _ACROSS else None,
            revision=revision,
            sheet=f"{self._size.value} landscape" if landscape else self._size.value,
            turned=f"{self._size.value} landscape",
            watermark=watermark,
            **view,
        )
        name = name or posixpath.basename(path)
        sheet = Sheet(self._size, landscape)
        return Paper(path, name, title, day, html, self._styles, sheet=sheet)

    @cached_property
    def _styles(self) -> str:
        """The style sheet, the team's own instead of the packaged one."""
        folders = (*self._folders, packaged.templates_dir())
        files: list[Path] = [folder / _PRINT / "print.css" for folder in folders]
        return next(file for file in files if file.is_file()).read_text("utf-8")
