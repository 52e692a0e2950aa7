"""`changebook report`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from changebook.cli.options import (
    PeriodName,
    as_of,
    audience,
    folder,
    formats,
    named,
    refuse_among_records,
    refuse_other_kind,
)
from changebook.cli.output import checked, deliver
from changebook.edition.editions import located
from changebook.exports.reports import documents, mail
from changebook.exports.reports.selection import edition_of_period
from changebook.model.periods import Period, PeriodKind
from changebook.model.vocabulary import Audience
from changebook.packaged import own_templates
from changebook.refusal import Refusal
from changebook.site.configuration import site_url
from changebook.views.report import PeriodUnknown


@named("report")
@folder()
@click.option(
    "--period",
    type=PeriodName(),
    default=PeriodKind.WEEK.value,
    show_default=True,
    help="2026-W12, 2026-03, or week or month for the last complete one.",
)
@formats("html", "md", "eml", default="md", help="eml is a mail, ready to send.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A file to write.")
@audience()
@as_of("The last day that counts.  [default: the end of the period]")
@click.option("--to", multiple=True, metavar="ADDRESS", help="To whom a mail goes; repeat.")
@click.option(
    "--from",
    "sender",
    metavar="ADDRESS",
    help="From whom a mail is.  [default: the vendor's contact]",
)
@click.argument("slug", metavar="CLIENT")
def command(
    root: Path,
    slug: str,
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
    if out:
        refuse_among_records(out, root)
        refuse_other_kind(out, form)
    workspace = checked(root, (slug,))
    edition, chosen = edition_of_period(workspace.client(slug), Audience(audience), period, as_of)
    if not edition.site_url:
        edition = located(edition, site_url(workspace.root))
    try:
        document = documents.document(edition, chosen, own_templates(workspace.root))
    except PeriodUnknown as error:
        raise Refusal(f"{error}: choose another with --period") from None
    if form == "eml":
        content = mail.as_mail(document, mail.addresses(edition.profile, sender, to))
    else:
        content = (document.html() if form == "html" else document.markdown()).encode()
    deliver(content, out)
