"""Sites of clients that the workspace has no longer: they are named, and can be taken away."""

from __future__ import annotations

from pathlib import Path

from changebook.model.suggestion import nearest
from changebook.model.vocabulary import Audience
from changebook.publish.swap import Publisher
from changebook.read.workspace import DEFAULT_OUT, client_folders
from changebook.refusal import Refusal


def left_behind(root: Path, publisher: Publisher) -> tuple[Path, ...]:
    """Return the published sites whose clients have left the workspace, or have another name."""
    here = {folder.name for folder in client_folders(root)[0]}
    return tuple(site for site in publisher.sites() if site.name not in here)


def withdraw(root: Path, slug: str, audience: Audience, out: Path | None = None) -> Path:
    """Take the published site of a client away that has left the workspace; where it was.

    Raises Refusal for one that is still there, which the next build would publish again.
    """
    root = root.resolve()
    out = out or root / DEFAULT_OUT[audience]
    if not out.is_dir():
        raise Refusal(f"{out} is not a folder: name the one with the published sites, --out")
    if any(folder.name == slug for folder in client_folders(root)[0]):
        raise Refusal(
            f"{slug} is a client of the workspace, so the next build would publish its site again: "
            "remove its folder from changes/ first"
        )
    with Publisher(out, audience) as publisher:
        names = [site.name for site in publisher.sites()]
        if slug not in names:
            near = nearest(slug, names)
            hint = f"did you mean {near}? " if near else ""
            raise Refusal(
                f"{out} has no site of `{slug}`; {hint}it has {', '.join(names) or 'none'}"
            )
        publisher.withdraw(slug)
    return out / slug
