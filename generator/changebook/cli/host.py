"""`changebook host`."""

from __future__ import annotations

from pathlib import Path

import click

from changebook.cli.options import folder, named, refuse_among_records
from changebook.cli.output import say, short
from changebook.hosting import configuration
from changebook.hosting.plan import plan, sign_in
from changebook.model.vocabulary import Audience
from changebook.read.workspace import CHANGES, DEFAULT_OUT, read_profile
from changebook.refusal import Refusal
from changebook.site.configuration import site_url


@named("host")
@folder()
@click.argument("server", type=click.Choice(list(configuration.SERVERS)))
@click.option(
    "--sites",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder with the published sites.  [default: site, in the workspace]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to write into.  [default: host/SERVER, in the workspace]",
)
@click.option(
    "--address",
    metavar="URL",
    help="Where the sites are read; with {client} in it, where each is.  "
    "[default: a client's own site_url, else the site_url in mkdocs.yml]",
)
@click.option("--header", metavar="NAME", help="Who reads is in this header, set by a proxy.")
@click.option(
    "--group",
    metavar="NAME",
    help="With --header: the group that may read a client's site.  [default: {client}]",
)
@click.option(
    "--listen", metavar="HOST:PORT", help="Plain HTTP at this address, for a proxy before it."
)
@click.option(
    "--serve-from",
    metavar="PATH",
    help="Where the sites lie on the server, if not in --sites; {client} stands for each.",
)
@click.option(
    "--passwords",
    metavar="PATH",
    help="Where the files of passwords lie on the server, if not in --out.",
)
def command(
    root: Path,
    server: str,
    sites: Path | None,
    out: Path | None,
    address: str | None,
    header: str | None,
    group: str | None,
    listen: str | None,
    serve_from: str | None,
    passwords: str | None,
) -> None:
    """Write the configuration of a web server for the published sites.

    Each client reads its own site, and whoever is not known reads nothing.
    """
    if header and passwords:
        raise click.UsageError("--passwords and --header don't go together: choose one")
    sites = (sites or root / DEFAULT_OUT[Audience.CLIENT]).resolve()
    out = (out or root / "host" / server).resolve()
    refuse_among_records(out, root)
    if out.is_relative_to(sites):
        raise Refusal(f"{out} is inside {sites}, which readers see: choose another with --out")
    own = {} if address else _own_addresses(root)
    planned = plan(
        sites,
        address=address or site_url(root),
        own_addresses=own,
        serve_from=serve_from.rstrip("/") if serve_from else str(sites),
        passwords=passwords.rstrip("/") if passwords else str(out / configuration.PASSWORDS),
        by=sign_in(header, group, listen),
    )
    written = configuration.write(server, planned, out)
    click.echo(f"wrote {short(written.configuration)}")
    for file in written.passwords:
        say("note", f"nobody can read {file.name} yet: add who may to {short(file)}")


def _own_addresses(root: Path) -> dict[str, str]:
    """Return the addresses that clients' profiles give them."""
    profiles = {
        folder.name: read_profile(root.resolve(), folder)[0]
        for folder in sorted((root.resolve() / CHANGES).glob("*/"))
    }
    return {slug: p.site_url for slug, p in profiles.items() if p and p.site_url}
