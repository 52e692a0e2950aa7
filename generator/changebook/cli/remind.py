"""`changebook remind`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from changebook import atomic
from changebook.cli.options import (
    Day,
    folder,
    formats,
    named,
    refuse_among_records,
    refuse_other_kind,
    today,
)
from changebook.cli.output import checked, deliver, say, short
from changebook.edition.editions import located, make_edition
from changebook.exports.reminders.letters import ReminderLetter
from changebook.exports.reminders.shape import ReminderJson
from changebook.model.json_model import rows_as_json
from changebook.model.vocabulary import Audience
from changebook.read.workspace import Client, Workspace
from changebook.refusal import Refusal
from changebook.site.configuration import site_url
from changebook.views.reminders import reminders


@named("remind")
@folder()
@click.option(
    "--on", type=Day(), help="The day to remind on.  [default: today, where the client is]"
)
@formats("eml", "md", "json", default="md", help="eml makes a mail for each person, ready to send.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="A file to write; for mails, a folder.",
)
@click.option(
    "--from",
    "sender",
    metavar="ADDRESS",
    help="From whom a mail is.  [default: the vendor's contact]",
)
@click.argument("slug", metavar="[CLIENT]", required=False)
def command(
    root: Path, slug: str | None, on: date | None, form: str, out: Path | None, sender: str | None
) -> None:
    """Remind the people of CLIENT, or of all clients, of what waits for them.

    There is one reminder per person, with the decisions, objections, signatures and acceptances
    that wait for them, due and overdue, from their own client's edition alone.
    """
    if sender and form != "eml":
        raise click.UsageError("--from is for mails: add --format eml")
    if form == "eml" and out is None:
        raise click.UsageError("mails are files, one per person: add --out FOLDER")
    if out:
        refuse_among_records(out, root)
        refuse_other_kind(out, form)
    workspace = checked(root, (slug,) if slug else ())
    clients = [workspace.client(slug)] if slug else list(workspace.clients)
    letters = [letter for client in clients for letter in _letters(workspace, client, on)]
    if form == "eml" and out:
        _deliver_mails(letters, out, sender)
    elif form == "json":
        deliver((rows_as_json((x.shape() for x in letters), ReminderJson) + "\n").encode(), out)
    else:
        deliver("\n".join(letter.markdown() for letter in letters).encode(), out)
    if not letters:
        say("note", "nothing is waiting for anybody")


def _letters(workspace: Workspace, client: Client, on: date | None) -> Iterator[ReminderLetter]:
    edition = make_edition(client, Audience.CLIENT, on or today(client))
    if not edition.site_url:
        edition = located(edition, site_url(workspace.root))
    emails = {person.name: person.email for person in client.profile.people}
    for reminder in reminders(edition):
        yield ReminderLetter(edition, reminder, emails[reminder.name])


def _deliver_mails(letters: list[ReminderLetter], out: Path, sender: str | None) -> None:
    """Write a mail for each person into a folder, named by its day."""
    if not out.is_dir():
        raise Refusal(f"{out} is not a folder: make it first, or choose another for --out")
    for number, letter in enumerate(letters, 1):
        if letter.email is None:
            say(
                "warning",
                f"{letter.reminder.name} has no `email` in the profile of {letter.edition.slug}: "
                "the mail has no recipient",
            )
        edition = letter.edition
        file = out / f"{edition.as_of}-{number:02}-{edition.slug}.eml"
        atomic.write(file, letter.mail(sender))
        click.echo(f"wrote {short(file.absolute())}: {letter.reminder.name}")
