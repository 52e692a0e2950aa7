"""`changebook report`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from changebook import atomic
from changebook.check import load_checked
from changebook.cli.options import Day, folder, words
from changebook.cli.output import PROBLEMS, print_problems, short
from changebook.edition.editions import Edition, default_as_of, located, make_edition
from changebook.model import periods
from changebook.model.diagnostics import errors
from changebook.model.periods import Period, PeriodKind
from changebook.model.vocabulary import Audience
from changebook.packaged import own_templates
from changebook.read.workspace import CHANGES, Client
from changebook.refusal import Refusal


class PeriodName(click.ParamType[Period | PeriodKind]):
    """A week or a month, or the last one of either that is over."""

    name = "period"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Period | PeriodKind:
        if isinstance(value, Period | PeriodKind):
            return value
        try:
            return PeriodKind(value)
        except ValueError:
            pass  # no kind, so it must be a name
        try:
            return periods.named(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command()
@folder()
@click.option(
    "--period",
    type=PeriodName(),
    default=PeriodKind.WEEK.value,
    show_default=True,
    help="2026-W12, 2026-03, or week or month: the last one that is over.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "md", "eml"]),
    default="md",
    show_default=True,
    help="eml is a mail that is ready to send.",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A file to write.")
@click.option("--audience", type=words(Audience), default=Audience.CLIENT.value, show_default=True)
@click.option(
    "--as-of",
    type=Day(),
    help="The last day that counts.  [default: the end of the period]",
)
@click.option("--to", multiple=True, metavar="ADDRESS", help="Where a mail goes; may be repeated.")
@click.option(
    "--from",
    "sender",
    metavar="ADDRESS",
    help="From whom a mail is.  [default: the vendor's contact]",
)
@click.argument("client")
def report(
    root: Path,
    client: str,
    period: Period | PeriodKind,
    form: str,
    out: Path | None,
    audience: str,
    as_of: date | None,
    to: tuple[str, ...],
    sender: str | None,
) -> None:
    """Write the report of a week or a month for CLIENT: what happened, and what waits."""
    if form != "eml" and (to or sender):
        raise click.UsageError("--to and --from are for a mail: add --format eml")
    workspace, problems = load_checked(root)
    if out and out.resolve().is_relative_to(workspace.root / CHANGES):
        raise Refusal(f"{out} lies among the records: choose another place with --out")
    print_problems(problems, workspace.root, err=True)
    if errors(problems):
        sys.exit(PROBLEMS)
    edition, chosen = _edition(workspace.client(client), Audience(audience), period, as_of)
    written = _written(_located(edition, workspace.root), chosen, form, workspace.root, to, sender)
    if out is None:
        click.echo(written, nl=False)
    else:
        atomic.write(out, written)
        click.echo(f"wrote {short(out.absolute())}")


def _edition(
    client: Client, audience: Audience, period: Period | PeriodKind, as_of: date | None
) -> tuple[Edition, Period]:
    """The edition as of the day that the report is about, and the period."""
    if isinstance(period, PeriodKind):
        day = as_of or default_as_of(client, audience)
        kind = period.value
        try:
            period = periods.last_complete(day, period)
        except OverflowError:
            raise Refusal(f"no {kind} is over by {day}: name one with --period") from None
    elif as_of is None:
        newest = default_as_of(client, audience)
        if period.first > newest:
            raise Refusal(
                f"{period.id} begins after {newest}, the newest day in the records: give "
                "the day that it is with --as-of"
            )
        as_of = period.last
    return make_edition(client, audience, as_of), period


def _located(edition: Edition, root: Path) -> Edition:
    """The edition with its address, where mkdocs.yml has one for all."""
    if edition.site_url:
        return edition
    from changebook.site.configuration import site_settings  # noqa: PLC0415 - slow to load

    return located(edition, site_settings(root).site_url)


def _written(
    edition: Edition,
    period: Period,
    form: str,
    root: Path,
    to: tuple[str, ...],
    sender: str | None,
) -> bytes:
    from changebook.exports.reports import documents, mail  # noqa: PLC0415 - slow to load
    from changebook.views.report import PeriodUnknown  # noqa: PLC0415 - slow to load

    try:
        document = documents.document(edition, period, own_templates(root))
    except PeriodUnknown as error:
        raise Refusal(f"{error}: choose another with --period") from None
    if form == "eml":
        return mail.as_mail(document, mail.addresses(edition.profile, sender, to))
    return (document.html() if form == "html" else document.markdown()).encode()
