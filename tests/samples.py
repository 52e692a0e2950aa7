"""The samples of this repository, read and laid out once for all tests of a process.

All of it is frozen. Tests that change a workspace make their own.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from changebook.check import load_checked
from changebook.edition.editions import Edition, make_edition
from changebook.model.vocabulary import Audience
from changebook.read.workspace import Workspace
from changebook.site.contents import Contents, edition_contents, workspace_contents

ROOT = Path(__file__).resolve().parents[1]
#: The clients whose projects go on.
SLUGS = ("lakeside-clinics", "meridian-outdoor", "yunfan")
#: The client whose project has ended.
ARCHIVED = "rathkeel-ferries"
#: Each of them with each audience: what most tests of the samples go through.
EDITIONS = tuple((slug, audience) for slug in SLUGS for audience in Audience)


@cache
def workspace() -> Workspace:
    found, problems = load_checked(ROOT)
    assert {client.slug for client in found.clients} == {*SLUGS, ARCHIVED}, problems
    return found


@cache
def edition(slug: str, audience: Audience = Audience.CLIENT) -> Edition:
    return make_edition(workspace().client(slug), audience)


@cache
def contents(slug: str, audience: Audience = Audience.CLIENT) -> Contents:
    """The site of an edition."""
    return edition_contents(edition(slug, audience), ROOT, directory_urls=True)


@cache
def pages(slug: str, audience: Audience = Audience.CLIENT) -> dict[str, str]:
    """The pages of an edition's site, by their path."""
    return {page.path: page.content for page in contents(slug, audience).pages}


@cache
def overview(*, directory_urls: bool = True) -> Contents:
    """The site of the team's overview, with its editions of all clients."""
    editions = [edition(slug, Audience.TEAM) for slug in (*SLUGS, ARCHIVED)]
    return workspace_contents(editions, ROOT, directory_urls=directory_urls)
