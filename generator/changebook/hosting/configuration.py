"""The configuration of a web server as text, from a plan and a template of that server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from changebook import atomic, packaged
from changebook.hosting import answers
from changebook.hosting.plan import HostingPlan
from changebook.refusal import Refusal

_FOLDER = "host"
PASSWORDS = "users"
#: The template and the file of each server, and how a line of its password files is made.
SERVERS = {
    "nginx": ("nginx.conf", "htpasswd -nB NAME"),
    "caddy": ("Caddyfile", "NAME, a space, and what `caddy hash-password` prints"),
    "apache": ("apache.conf", "htpasswd -nB NAME"),
}


@dataclass(frozen=True)
class Written:
    """What a run wrote, and the password files that nobody is in yet."""

    configuration: Path
    passwords: tuple[Path, ...]


def configuration(server: str, plan: HostingPlan) -> str:
    environment = Environment(  # noqa: S701 - no HTML: `quoted` stands around what is put in
        loader=FileSystemLoader(packaged.templates_dir() / _FOLDER),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    environment.filters["quoted"] = _quoted
    template = environment.get_template(f"{SERVERS[server][0]}.j2")
    head = _head(server, plan)
    return template.render(head=head, plan=plan, sign_in=plan.sign_in, answers=answers)


def _head(server: str, plan: HostingPlan) -> str:
    """Return the first line, by which a later run knows the configuration for its own."""
    return (
        f"# Written by `changebook host {server}` for the sites in {plan.folder}; "
        "the next run overwrites it."
    )


def write(server: str, plan: HostingPlan, out: Path) -> Written:
    """Write the configuration into the folder, and for each site a file of passwords that lacks.

    What stands in a file of passwords is left alone. Nobody can read a site whose file is empty.
    Raises Refusal where the folder has the configuration of other sites, or somebody's own.
    """
    out.mkdir(parents=True, exist_ok=True)
    file = out / SERVERS[server][0]
    if file.exists() and not file.read_text("utf-8", "replace").startswith(
        f"{_head(server, plan)}\n"
    ):
        raise Refusal(
            f"{file} was not written for the sites in {plan.folder}, and would be overwritten: "
            "choose another folder with --out, or delete it"
        )
    atomic.write(file, configuration(server, plan))
    return Written(file, tuple(_passwords(server, plan, out / PASSWORDS)))


def _passwords(server: str, plan: HostingPlan, folder: Path) -> Iterator[Path]:
    if plan.sign_in.header:
        return
    folder.mkdir(mode=0o750, exist_ok=True)
    if not (folder / ".gitignore").exists():
        atomic.create(folder / ".gitignore", "*\n")
    for site in plan.sites:
        file = folder / site.slug
        if not file.exists():
            how = SERVERS[server][1]
            atomic.create(file, f"# Who may read {site.slug}: a line for each, by: {how}\n")
        if all(line.startswith("#") for line in file.read_text("utf-8").split("\n") if line):
            yield file


def _quoted(text: str) -> str:
    """Return a text in quotes. The plan has refused what would end them, or means more in them."""
    if set(text) & set('"\\\n'):
        raise ValueError(f"{text!r} can't stand in quotes")
    return f'"{text}"'
