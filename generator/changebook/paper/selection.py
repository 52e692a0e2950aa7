"""Which documents somebody wants on paper, and how each is to be named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from changebook.edition.editions import Edition, located, make_edition
from changebook.model.periods import Period, PeriodKind, last_complete
from changebook.model.vocabulary import Audience, PaperSize
from changebook.paper.documents import Printery
from changebook.paper.paper import Paper
from changebook.read.workspace import Client, Workspace
from changebook.refusal import Refusal
from changebook.site.configuration import site_url
from changebook.views.report import PeriodUnknown


@dataclass(frozen=True)
class Selection:
    """The records of some ids, or of the client `slug` its log, register, report, or all of them.

    `size` and `language` are those of the client where they are None, `as_of` each document's own.
    """

    ids: tuple[str, ...] = ()
    slug: str | None = None
    decisions: bool = False
    register: bool = False
    period: Period | PeriodKind | None = None
    without_money: bool = False
    acceptance: bool = False
    amendment: str | None = None
    audience: Audience = Audience.CLIENT
    as_of: date | None = None
    size: PaperSize | None = None
    language: str | None = None


def selected(workspace: Workspace, wanted: Selection) -> list[tuple[Paper, Path]]:
    """Return the documents, each with its path in the folder that they go into.

    Raises Refusal for what the edition lacks, and WorkspaceError for an unknown client.
    """
    chosen = _by_client(workspace, wanted.slug, wanted.ids)
    address = site_url(workspace.root)
    documents: list[tuple[Paper, Path]] = []
    for client, ids in chosen:
        edition = _edition(client, wanted.audience, wanted.as_of, wanted.language, address)
        _all_there(edition, ids)
        printery = Printery(edition, size=wanted.size, stated=wanted.as_of is not None)
        documents += [
            (paper, Path(client.slug, _name(paper, edition, client.profile.language)))
            for paper in _papers(printery, edition, ids, wanted)
        ]
    return documents


def _by_client(
    workspace: Workspace, slug: str | None, ids: Sequence[str]
) -> list[tuple[Client, tuple[str, ...]]]:
    """Return the clients, each with those of the ids that are its own."""
    if slug:
        return [(workspace.client(slug), ())]
    by_client: dict[str, list[str]] = {}
    for id in dict.fromkeys(ids):
        client, _ = workspace.record(id)
        by_client.setdefault(client.slug, []).append(id)
    return [(workspace.client(slug), tuple(own)) for slug, own in by_client.items()]


def _edition(
    client: Client, audience: Audience, as_of: date | None, language: str | None, base: str | None
) -> Edition:
    if language:
        profile = client.profile.model_copy(update={"language": language})
        client = replace(client, profile=profile)
    return located(make_edition(client, audience, as_of), base)


def _all_there(edition: Edition, ids: Sequence[str]) -> None:
    """Raise Refusal for a record that the edition lacks, saying why."""
    shown = {record.data.id for record in edition.records}
    for id in ids:
        if id in shown:
            continue
        if edition.audience is Audience.CLIENT:
            raise Refusal(
                f"{id} is not in the client's edition as of {edition.as_of}: it is internal, a "
                "draft, or from a later day. --audience team prints what the team sees"
            )
        raise Refusal(f"{id} did not exist yet on {edition.as_of}")


def _papers(
    printery: Printery, edition: Edition, ids: Sequence[str], wanted: Selection
) -> list[Paper]:
    if wanted.without_money:
        undecided = next((id for id in ids if not printery.is_decided(id)), None)
        if undecided:
            raise Refusal(
                f"{undecided} is not decided on {edition.as_of}, so it has no such record"
            )
        return list(printery.decision_records(ids))
    if wanted.acceptance:
        unbuilt = next((id for id in ids if not printery.has_acceptance(id)), None)
        if unbuilt:
            raise Refusal(
                f"{unbuilt} has no acceptance on {edition.as_of} and waits for none: it is not "
                "`implemented`, or nobody asked for one with `acceptance: {due: DATE}`"
            )
        return list(printery.acceptances(ids))
    if ids:
        return list(printery.change_orders(ids))
    if wanted.amendment is not None:
        return [_amendment(printery, edition, wanted.amendment)]
    if wanted.decisions:
        return [printery.log_book()]
    if wanted.register:
        return [printery.register()]
    if wanted.period is not None:
        return [_report(printery, edition, wanted.period)]
    return list(printery.all())


def _amendment(printery: Printery, edition: Edition, reference: str) -> Paper:
    if reference not in printery.amended:
        references = ", ".join(f"`{known}`" for known in printery.amended) or "none"
        raise Refusal(
            f"no change in this edition as of {edition.as_of} is in an amendment "
            f"`{reference}`: there is {references}"
        )
    return printery.amendment(reference)


def _report(printery: Printery, edition: Edition, period: Period | PeriodKind) -> Paper:
    try:
        if isinstance(period, PeriodKind):
            period = last_complete(edition.as_of, period)
        return printery.report(period)
    except PeriodUnknown as error:
        raise Refusal(str(error)) from error
    except OverflowError as error:
        raise Refusal("there is no such period: give one like 2026-03") from error


def _name(paper: Paper, edition: Edition, usual: str) -> str:
    """Return a file's name; what is not for the client, or in another language, says so."""
    name, language = paper.name, edition.profile.language
    if language != usual:
        name = f"{Path(name).stem}.{language}{Path(name).suffix}"
    return name if edition.audience is Audience.CLIENT else f"internal-{name}"
