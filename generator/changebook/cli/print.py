"""`changebook print`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import click

from changebook import atomic
from changebook.cli.options import (
    PeriodName,
    as_of,
    audience,
    cache_folder,
    folder,
    named,
    refuse_among_records,
    words,
)
from changebook.cli.output import PROBLEMS, checked, print_problems, say, short
from changebook.cli.progress import progress
from changebook.keep.place import open_store
from changebook.model.catalogues import languages
from changebook.model.diagnostics import number_of
from changebook.model.periods import Period, PeriodKind
from changebook.model.vocabulary import Audience, PaperSize
from changebook.paper import typesetting
from changebook.paper.findings import Finding, problems
from changebook.paper.paper import Paper
from changebook.paper.press import Printed, printed
from changebook.paper.selection import Selection, selected
from changebook.paper.toolchain import toolchain
from changebook.read.workspace import Workspace

_DEFAULT_OUT = "print"


@named("print")
@folder()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--client", "slug", metavar="SLUG", help="The client whose documents to print.")
@click.option("--decisions", is_flag=True, help="The decision log, as a book.")
@click.option("--register", is_flag=True, help="The register of change orders.")
@click.option(
    "--report",
    "period",
    type=PeriodName(),
    help="The report of 2026-W12, 2026-03, or of the last complete week or month.",
)
@click.option(
    "--amendment", metavar="REFERENCE", help="An amendment, with one sheet to sign for all in it."
)
@click.option("--all", "everything", is_flag=True, help="Every document of the client.")
@click.option(
    "--without-money",
    is_flag=True,
    help="The decision records of the IDs, without the cost, instead of the change orders.",
)
@click.option(
    "--acceptance",
    is_flag=True,
    help="The acceptance certificates of the IDs, instead of the change orders.",
)
@audience()
@as_of("The day to show and to write on each page.  [default: each document's newest]")
@click.option("--paper", "size", type=words(PaperSize), help="[default: the client's, else a4]")
@click.option("--language", type=click.Choice(languages()), help="[default: the client's]")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the PDFs go.  [default: print in the workspace]",
)
@click.option("--jobs", type=click.IntRange(min=1), help="Processes.  [default: one per CPU]")
@cache_folder()
def command(
    root: Path,
    ids: tuple[str, ...],
    slug: str | None,
    decisions: bool,
    register: bool,
    period: Period | PeriodKind | None,
    amendment: str | None,
    everything: bool,
    without_money: bool,
    acceptance: bool,
    audience: str,
    as_of: date | None,
    size: str | None,
    language: str | None,
    out: Path | None,
    jobs: int | None,
    cache: Path | None,
) -> None:
    """Make PDFs to print, sign and file: the change orders of the IDs, or a client's documents.

    They show what the client may see; --audience team prints internal records too, and says so on
    each page.
    """
    kinds = {
        "decisions": decisions,
        "register": register,
        "report": period is not None,
        "amendment": amendment is not None,
        "all": everything,
    }
    _understand(ids, slug, kinds, {"without-money": without_money, "acceptance": acceptance})
    root = root.resolve()
    out = (out or root / _DEFAULT_OUT).resolve()
    refuse_among_records(out, root)
    workspace = checked(root, (slug,) if slug else (), ids)
    typesetting.require()
    for shortcoming in typesetting.shortcomings():
        say("warning", shortcoming)
    documents = selected(
        workspace,
        Selection(
            ids=ids,
            slug=slug,
            decisions=decisions,
            register=register,
            period=period,
            without_money=without_money,
            acceptance=acceptance,
            amendment=amendment,
            audience=Audience(audience),
            as_of=as_of,
            size=PaperSize(size) if size else None,
            language=language,
        ),
    )
    store = open_store(root, cache, (out, "the output folder"))
    make = partial(printed, store=store, toolchain=toolchain() or "", jobs=jobs)
    unsound = _print(workspace, documents, out, make)
    if unsound:
        names = ", ".join(short(place) for place in unsound)
        click.echo(f"not printed: {names}. What was there before is as it was.", err=True)
        sys.exit(PROBLEMS)
    if not documents:
        click.echo("There is nothing to print.")
    elif sys.stderr.isatty():
        click.echo(f"printed {number_of(len(documents), 'document')} into {short(out)}")


def _print(
    workspace: Workspace,
    documents: Sequence[tuple[Paper, Path]],
    out: Path,
    make: Callable[[Sequence[Paper]], Iterator[Printed]],
) -> list[Path]:
    """Write the PDFs and print what was found in them; return those that can't be printed."""
    findings_of: dict[str, list[tuple[str | None, Finding]]] = {}
    unsound: list[Path] = []
    with progress("Printing", "printed") as step:
        for done, made in enumerate(make([paper for paper, _ in documents]), 1):
            path = documents[done - 1][1]
            findings_of.setdefault(path.parts[0], []).extend(
                (made.paper.record, finding) for finding in made.found
            )
            if not made.sound:
                unsound.append(out / path)
                continue
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            atomic.write(out / path, made.content)
            step(done, len(documents), short(out / path))
    for slug, findings in findings_of.items():
        print_problems(problems(findings, workspace.client(slug)), workspace.root, err=True)
    return unsound


def _understand(
    ids: Sequence[str], slug: str | None, kinds: dict[str, bool], instead: dict[str, bool]
) -> None:
    """Raise UsageError for what does not go together."""
    chosen = [f"--{kind}" for kind, is_chosen in kinds.items() if is_chosen]
    if ids and (slug or chosen):
        raise click.UsageError(
            f"IDs and {chosen[0] if chosen else '--client'} don't go together: an ID says which "
            "client's it is"
        )
    of_ids = [f"--{kind}" for kind, is_chosen in instead.items() if is_chosen]
    if not ids and of_ids:
        raise click.UsageError(f"{of_ids[0]} goes with IDs")
    if len(of_ids) > 1:
        raise click.UsageError(f"choose one of {' and '.join(of_ids)}")
    if not ids and not slug:
        raise click.UsageError("name records by their IDs, or a client with --client")
    if slug and len(chosen) != 1:
        raise click.UsageError(
            f"choose which documents of {slug} to print: one of "
            f"{', '.join(f'--{kind}' for kind in kinds)}"
        )
