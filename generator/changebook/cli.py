"""The command line: reads arguments, calls the core, prints what came of it.

Exit codes: 0 clean, 1 problems, 2 could not run.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from changebook import __version__
from changebook.checks import load_checked
from changebook.diagnostics import Problem, as_json, as_text, count, errors
from changebook.refusal import Refusal
from changebook.report import source_lines
from changebook.vocabulary import Audience, ChangeType, Term
from changebook.workspace import CHANGES, WorkspaceError

PROBLEMS = 1
# Commands import what they need themselves: `check` should not wait for MkDocs.
_COULD_NOT_RUN = (WorkspaceError, Refusal, OSError)
_F = TypeVar("_F", bound=Callable[..., Any])
_COLOURS = {"error": "red", "warning": "yellow"}


class _Commands(click.Group):
    """Turns what stops a command into one line on stderr and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except _COULD_NOT_RUN as error:
            raise click.UsageError(str(error)) from error


class _Day(click.ParamType[date]):
    """An ISO day."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            self.fail(f"{value!r} is not a day like 2026-03-31", param, ctx)


def _folder() -> Callable[[_F], _F]:
    return click.option(
        "--workspace",
        "root",
        type=click.Path(path_type=Path),
        default=Path(),
        help="The folder that holds changes/.  [default: the current one]",
    )


def _words(terms: type[Term]) -> click.Choice[str]:
    return click.Choice([term.value for term in terms])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="changebook")
def main() -> None:
    """Change records in Markdown, published as one isolated site per client."""


@main.command()
@_folder()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
def check(root: Path, form: str, paths: tuple[Path, ...]) -> None:
    """Check every record and name all problems.

    The whole workspace is read; PATHS limit which files' problems are shown.
    """
    workspace, problems = load_checked(root)
    problems = list(_below(problems, workspace.root, paths))
    if form == "json":
        click.echo(as_json(problems))
    else:
        _print_problems(problems, workspace.root)
        click.echo(_summary(problems))
    sys.exit(PROBLEMS if errors(problems) else 0)


@main.command(name="build")
@_folder()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Where the sites go.  [default: site, or site-team, in the workspace]",
)
@click.option("--client", "slugs", multiple=True, metavar="SLUG", help="Only this client; repeat.")
@click.option("--audience", type=_words(Audience), default=Audience.CLIENT.value, show_default=True)
@click.option("--as-of", type=_Day(), help="The day to show.  [default: the newest in the records]")
@click.option("--jobs", type=click.IntRange(min=1), help="Processes.  [default: one per CPU]")
def build_(
    root: Path,
    out: Path | None,
    slugs: tuple[str, ...],
    audience: str,
    as_of: date | None,
    jobs: int | None,
) -> None:
    """Build and publish the clients' sites, or the team's."""
    from changebook.build import build  # noqa: PLC0415 - see above

    with _progress() as progress:
        result = build(
            root,
            audience=Audience(audience),
            out=out,
            slugs=slugs,
            as_of=as_of,
            jobs=jobs,
            progress=progress,
        )
    _print_problems(result.problems, root.resolve(), err=True)
    for warning in result.warnings:
        click.echo(f"{_coloured('warning')}: {warning}", err=True)
    for failure in result.failures:
        click.echo(f"{_coloured('error')}: {failure}", err=True)
    if not result.ok:
        click.echo("Nothing was published; what was published before is as it was.", err=True)
        sys.exit(PROBLEMS)
    for folder in result.published:
        click.echo(f"published {_short(folder)}")
    if not result.published:
        click.echo("There are no clients to publish.")


@main.command()
@_folder()
@click.option("--client", "slug", metavar="SLUG", help="Only this client's site.")
@click.option(
    "--audience", type=_words(Audience), help="[default: client with --client, else team]"
)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
def serve(root: Path, slug: str | None, audience: str | None, port: int) -> None:
    """Preview with live reload; problems are shown on the page."""
    from changebook.serve import serve as run  # noqa: PLC0415 - see above

    if audience == Audience.CLIENT and not slug:
        raise click.UsageError("--audience client needs --client: an edition is for one client")
    run(root.resolve(), slug=slug, audience=Audience(audience) if audience else None, port=port)


@main.command()
@_folder()
@click.option("--audience", type=_words(Audience), default=Audience.CLIENT.value, show_default=True)
@click.option("--as-of", type=_Day(), help="The day to show.  [default: the newest in the records]")
@click.option("--known-on", type=_Day(), help="Only what was written down by this day.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv", "xlsx"]),
    default="text",
    show_default=True,
    help="csv is the change order register.",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A file to write.")
@click.argument("client")
def impact(
    root: Path,
    client: str,
    audience: str,
    as_of: date | None,
    known_on: date | None,
    form: str,
    out: Path | None,
) -> None:
    """Print what all changes of CLIENT add up to: the figures of its Impact page.

    They are those that the client may see; --audience team counts internal changes too.
    """
    from changebook import impact_export  # noqa: PLC0415 - see above

    if form == "xlsx" and out is None and sys.stdout.isatty():
        raise click.UsageError("a workbook is no text for a terminal: name a file with --out")
    workspace, problems = load_checked(root)
    if out and out.resolve().is_relative_to(workspace.root / CHANGES):
        raise Refusal(f"{out} lies among the records: choose another place with --out")
    _print_problems(problems, workspace.root, err=True)
    if errors(problems):
        sys.exit(PROBLEMS)
    report = impact_export.report(workspace.client(client), Audience(audience), as_of, known_on)
    written = impact_export.FORMATS[form](report)
    if out is None:
        click.echo(written, nl=False)
    else:
        out.write_bytes(written)
        click.echo(f"wrote {_short(out.absolute())}")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
def init(folder: Path) -> None:
    """Lay out a new workspace with an example client."""
    from changebook import scaffold  # noqa: PLC0415 - see above

    for file in scaffold.init(folder):
        click.echo(f"wrote {_short(file)}")
    click.echo("Next: changebook check, then changebook serve, in that folder.")


@main.command()
@_folder()
@click.argument("client")
@click.argument("title")
@click.option("--type", "type_", type=_words(ChangeType), help="What kind of change it is.")
@click.option("--from-client", is_flag=True, help="The client asks for it: submitted, with TODOs.")
@click.option("--on", type=_Day(), help="The day it was asked for.  [default: today]")
@click.option("--by", metavar="NAME", help="Who asks for it.")
def new(
    root: Path,
    client: str,
    title: str,
    type_: str | None,
    from_client: bool,
    on: date | None,
    by: str | None,
) -> None:
    """Write the next record of CLIENT with the keys that its status needs."""
    from changebook import scaffold  # noqa: PLC0415 - see above

    file = scaffold.new(
        root,
        client,
        title,
        type=ChangeType(type_) if type_ else None,
        from_client=from_client,
        on=on,
        by=by,
    )
    click.echo(_short(file))


@main.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where the pages go.")
def rules(out: Path) -> None:
    """Write a page of documentation for every rule of check."""
    from changebook import ruledocs  # noqa: PLC0415 - see above

    ruledocs.write(out)


def _below(problems: Iterable[Problem], root: Path, paths: Sequence[Path]) -> Iterator[Problem]:
    chosen = [path.resolve() for path in paths]
    for problem in problems:
        file = root / problem.path
        if not chosen or any(file.is_relative_to(path) for path in chosen):
            yield problem


def _print_problems(problems: Sequence[Problem], root: Path, *, err: bool = False) -> None:
    if not problems:
        return
    for line in as_text(problems, source_lines(root)).split("\n"):
        word, bracket, rest = line.partition("[")
        shown = _coloured(word) + bracket + rest if bracket and word in _COLOURS else line
        click.echo(shown, err=err)


def _coloured(severity: str) -> str:
    # click takes colours out again where the output is no terminal.
    return click.style(severity, fg=_COLOURS[severity], bold=True)


def _summary(problems: Sequence[Problem]) -> str:
    if not problems:
        return "No problems."
    return ", ".join(
        f"{number} {severity}{'s' if number > 1 else ''}"
        for severity, number in count(problems).items()
        if number
    )


def _short(path: Path) -> str:
    """A path as the person at the terminal would write it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


@contextmanager
def _progress() -> Iterator[Callable[[int, int, str], None]]:
    """A bar on a terminal, else one line for each site."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda done, total, name: click.echo(f"built {name} ({done}/{total})")
        return
    columns = (
        TextColumn("Building"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[name]}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None, name="reading")
        yield lambda done, total, name: bar.update(task, completed=done, total=total, name=name)
