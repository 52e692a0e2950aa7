"""`changebook print`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from changebook import atomic
from changebook.check import load_checked
from changebook.cli.options import Day, folder, words
from changebook.cli.output import PROBLEMS, coloured, print_problems, progress, short
from changebook.cli.report import PeriodName
from changebook.edition.editions import Edition, located, make_edition
from changebook.model.diagnostics import errors
from changebook.model.periods import Period, PeriodKind, last_complete
from changebook.model.vocabulary import Audience, PaperSize
from changebook.model.words import languages
from changebook.read.workspace import CHANGES, Client, Workspace
from changebook.refusal import Refusal
from changebook.views.report import PeriodUnknown

if TYPE_CHECKING:
    from changebook.paper import Paper, Printery
    from changebook.paper.findings import Finding

DEFAULT_OUT = "print"


@click.command(name="print")
@folder()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--client", "slug", metavar="SLUG", help="The client whose documents to print.")
@click.option("--decisions", is_flag=True, help="The decision log, as a book.")
@click.option("--register", is_flag=True, help="The register of change orders.")
@click.option(
    "--report",
    "period",
    type=PeriodName(),
    help="The report of 2026-W12, 2026-03, or week or month: the last one that is over.",
)
@click.option("--all", "everything", is_flag=True, help="Every document of the client.")
@click.option(
    "--without-money",
    is_flag=True,
    help="The decision records of the IDs, which leave out the cost, and not the change orders.",
)
@click.option("--audience", type=words(Audience), default=Audience.CLIENT.value, show_default=True)
@click.option(
    "--as-of",
    type=Day(),
    help="The day to show and to write on each page.  [default: each document's newest]",
)
@click.option("--paper", "size", type=words(PaperSize), help="[default: the client's, else a4]")
@click.option("--language", type=click.Choice(languages()), help="[default: the client's]")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the PDFs go.  [default: print in the workspace]",
)
@click.option("--jobs", type=click.IntRange(min=1), help="Processes.  [default: one per CPU]")
def print_(
    root: Path,
    ids: tuple[str, ...],
    slug: str | None,
    decisions: bool,
    register: bool,
    period: Period | PeriodKind | None,
    everything: bool,
    without_money: bool,
    audience: str,
    as_of: date | None,
    size: str | None,
    language: str | None,
    out: Path | None,
    jobs: int | None,
) -> None:
    """Make PDFs to print, sign and file: the change orders of the IDs, or a client's documents.

    They show what the client may see; --audience team prints internal records too, and says so on
    each page.
    """
    kinds = {
        "decisions": decisions,
        "register": register,
        "report": period is not None,
        "all": everything,
    }
    _understand(ids, slug, kinds, without_money)
    root = root.resolve()
    out = (out or root / DEFAULT_OUT).resolve()
    if out.is_relative_to(root / CHANGES):
        raise Refusal(f"{out} lies among the records: choose another folder with --out")
    workspace, problems = load_checked(root)
    print_problems(problems, root, err=True)
    if errors(problems):
        sys.exit(PROBLEMS)
    wanted = _by_client(workspace, slug, ids)

    from changebook.paper import Printery, typesetting  # noqa: PLC0415 - slow to load
    from changebook.paper.findings import problems as placed  # noqa: PLC0415 - slow to load
    from changebook.paper.press import printed  # noqa: PLC0415 - slow to load
    from changebook.paper.settings import settings  # noqa: PLC0415 - slow to load

    typesetting.require()
    for shortcoming in typesetting.shortcomings():
        click.echo(f"{coloured('warning')}: {shortcoming}", err=True)
    given = settings(root)
    papers: list[Paper] = []
    places: list[Path] = []
    owners: list[Client] = []
    for client, chosen in wanted:
        edition = _edition(client, Audience(audience), as_of, language, given.site_url)
        _all_there(edition, chosen)
        printery = Printery(
            edition,
            given.bodies,
            size=PaperSize(size) if size else None,
            stated=as_of is not None,
        )
        found = _papers(printery, edition, chosen, kinds, without_money, period)
        papers += found
        places += [out / client.slug / _name(paper, edition) for paper in found]
        owners += [client] * len(found)
    findings: dict[str, list[tuple[str | None, Finding]]] = {}
    unsound: list[Path] = []
    with progress("Printing", "printed") as say:
        for done, made in enumerate(printed(papers, jobs), 1):
            place = places[done - 1]
            findings.setdefault(owners[done - 1].slug, []).extend(
                (made.paper.record, finding) for finding in made.found
            )
            if not made.sound:
                unsound.append(place)
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            atomic.write(place, made.content)
            say(done, len(papers), short(place))
    for client, _ in wanted:
        found_here = placed(findings.get(client.slug, ()), client)
        print_problems(found_here, root, err=True)
    if unsound:
        names = ", ".join(short(place) for place in unsound)
        click.echo(f"not printed: {names}. What was there before is as it was.", err=True)
        sys.exit(PROBLEMS)
    if not papers:
        click.echo("There is nothing to print.")
    elif sys.stderr.isatty():
        click.echo(f"printed {len(papers)} documents into {short(out)}")


def _understand(
    ids: Sequence[str], slug: str | None, kinds: dict[str, bool], without_money: bool
) -> None:
    """Raise UsageError for what does not go together."""
    chosen = [f"--{kind}" for kind, is_chosen in kinds.items() if is_chosen]
    if ids and (slug or chosen):
        raise click.UsageError(
            f"IDs and {chosen[0] if chosen else '--client'} don't go together: an ID says which "
            "client's it is"
        )
    if not ids and without_money:
        raise click.UsageError("--without-money goes with IDs")
    if not ids and not slug:
        raise click.UsageError("name records by their IDs, or a client with --client")
    if slug and len(chosen) != 1:
        raise click.UsageError(
            f"say which documents of {slug} to print, with one of "
            f"{', '.join(f'--{kind}' for kind in kinds)}"
        )


def _by_client(
    workspace: Workspace, slug: str | None, ids: Sequence[str]
) -> list[tuple[Client, tuple[str, ...]]]:
    """The clients, each with those of the ids that are its own."""
    if slug:
        return [(workspace.client(slug), ())]
    found: dict[str, list[str]] = {}
    for id in dict.fromkeys(ids):
        client = next(
            (c for c in workspace.clients if any(r.data.id == id for r in c.records)), None
        )
        if client is None:
            raise Refusal(f"the workspace has no record {id}")
        found.setdefault(client.slug, []).append(id)
    return [(workspace.client(slug), tuple(of)) for slug, of in found.items()]


def _edition(
    client: Client, audience: Audience, as_of: date | None, language: str | None, base: str | None
) -> Edition:
    if language:
        profile = client.profile.model_copy(update={"language": language})
        client = replace(client, profile=profile)
    return located(make_edition(client, audience, as_of), base)


def _all_there(edition: Edition, ids: Sequence[str]) -> None:
    """Raise Refusal for a record that the edition has not, saying why."""
    there = {record.data.id for record in edition.records}
    for id in ids:
        if id in there:
            continue
        if edition.audience is Audience.CLIENT:
            raise Refusal(
                f"{id} is not in the client's edition as of {edition.as_of}: it is internal, a "
                "draft, or of a later day. --audience team prints what the team sees"
            )
        raise Refusal(f"{id} did not exist yet on {edition.as_of}")


def _papers(
    printery: Printery,
    edition: Edition,
    ids: Sequence[str],
    kinds: dict[str, bool],
    without_money: bool,
    period: Period | PeriodKind | None,
) -> list[Paper]:
    if without_money:
        undecided = next((id for id in ids if not printery.is_decided(id)), None)
        if undecided:
            raise Refusal(f"{undecided} is not decided on {edition.as_of}: it has no such record")
        return list(printery.decision_records(ids))
    if ids:
        return list(printery.change_orders(ids))
    if kinds["decisions"]:
        return [printery.log_book()]
    if kinds["register"]:
        return [printery.register()]
    if period is not None:
        return [_report(printery, edition, period)]
    return list(printery.all())


def _report(printery: Printery, edition: Edition, period: Period | PeriodKind) -> Paper:
    try:
        if isinstance(period, PeriodKind):
            period = last_complete(edition.as_of, period)
        return printery.report(period)
    except PeriodUnknown as error:
        raise Refusal(str(error)) from error
    except OverflowError as error:
        raise Refusal("the calendar has no such period: name one like 2026-03") from error


def _name(paper: Paper, edition: Edition) -> str:
    """A file's name; what is not for the client says so."""
    name = paper.name
    return name if edition.audience is Audience.CLIENT else f"internal-{name}"
