"""Which sites a server shows: where each lies, at which address, and who may read it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from urllib.parse import urlsplit

from changebook.model.vocabulary import Audience
from changebook.publish.swap import audience_of
from changebook.refusal import Refusal

#: Stands for the client's slug in an address or a group's name.
CLIENT = "{client}"
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_PATH = re.compile(r"(?:/[A-Za-z0-9_-][A-Za-z0-9._~-]*)*/")
_LOOPBACK = re.compile(r"localhost|127(?:\.\d+){3}")
_LISTEN = re.compile(r"(?P<host>\d+(?:\.\d+){3}|localhost):(?P<port>\d{1,5})")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_GROUP = re.compile(r"[A-Za-z0-9._@/-]+")
#: What means something else in the configuration of some server, even in quotes.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\"'\\$`{}*?\[\]%<>]")


@dataclass(frozen=True)
class HostedSite:
    """One site: its folder on the server, and its address; the path ends with a slash."""

    slug: str
    folder: str
    scheme: str
    host: str
    port: int
    path: str
    passwords: str
    group: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """What browsers keep apart from all else."""
        return self.scheme, self.host, self.port


@dataclass(frozen=True)
class WebOrigin:
    """The sites that share a host and a port."""

    scheme: str
    host: str
    port: int
    sites: tuple[HostedSite, ...]

    @property
    def covers_all(self) -> bool:
        """Whether a site lies at the root, so that nothing is outside of it."""
        return any(site.path == "/" for site in self.sites)


@dataclass(frozen=True)
class SignIn:
    """How a reader is known: by passwords, or by a header that an identity provider's proxy sets.

    The header lists groups with commas between them. With `listen` the server speaks plain HTTP at
    that address, for a proxy before it.
    """

    header: str | None = None
    group: str = CLIENT
    listen: tuple[str, int] | None = None


@dataclass(frozen=True)
class HostingPlan:
    """All that a configuration is written from. `folder` is where the sites lie on the server."""

    folder: str
    origins: tuple[WebOrigin, ...]
    sign_in: SignIn

    @property
    def ports(self) -> tuple[tuple[str, int], ...]:
        """Each port that the server listens at, with its scheme."""
        if self.sign_in.listen:
            return (("http", self.sign_in.listen[1]),)
        return tuple(dict.fromkeys((origin.scheme, origin.port) for origin in self.origins))

    @property
    def encrypted(self) -> bool:
        """Whether the server speaks TLS at each port."""
        return all(scheme == "https" for scheme, _ in self.ports)

    @property
    def sites(self) -> tuple[HostedSite, ...]:
        """All sites, of whichever origin."""
        return tuple(site for origin in self.origins for site in origin.sites)


def sign_in(header: str | None, group: str | None, listen: str | None) -> SignIn:
    """Return how readers are known. Raises Refusal for what no server could be told safely."""
    if header is None and group is not None:
        raise Refusal("--group goes with --header: it names who may read in that header")
    if header is not None and not _HEADER.fullmatch(header):
        raise Refusal(f"`{header}` is not the name of a header, such as X-Forwarded-Groups")
    if group is not None and CLIENT not in group:
        raise Refusal(f"--group needs {CLIENT} in it, or all clients could read all sites")
    if header is not None and listen is None:
        raise Refusal(
            "--header needs --listen, such as --listen 127.0.0.1:8080: whoever could reach the "
            "server without the proxy could say to be anybody"
        )
    return SignIn(header, group or CLIENT, _listening(listen) if listen else None)


def _listening(text: str) -> tuple[str, int]:
    match = _LISTEN.fullmatch(text)
    if match is None or not 0 < int(match["port"]) < 65536:
        raise Refusal(f"`{text}` is not an address and port like 127.0.0.1:8080")
    return match["host"], int(match["port"])


def plan(
    out: Path,
    *,
    address: str | None,
    own_addresses: Mapping[str, str],
    serve_from: str,
    passwords: str,
    by: SignIn,
) -> HostingPlan:
    """Return what is in the folder `out` of published sites, as a server is to show it.

    `address` is that of the folder, or of each client where it has `{client}` in it; a client with
    an address of its own has that, and needs no other. `serve_from` is the folder on the server,
    likewise. Raises Refusal.
    """
    sites = [
        _site(
            slug,
            own_addresses.get(slug) or _address(address, slug),
            _folder(serve_from, slug),
            f"{passwords}/{slug or _TEAM}",
            by,
        )
        for slug in _published(out, address)
    ]
    _refuse_overlaps(sites)
    ordered = sorted(sites, key=lambda site: (*site.origin, site.path))
    origins = [
        WebOrigin(scheme, host, port, tuple(group))
        for (scheme, host, port), group in groupby(ordered, lambda site: site.origin)
    ]
    return HostingPlan(serve_from, tuple(origins), by)


_TEAM = "team"


def _published(out: Path, address: str | None) -> Iterator[str]:
    """Yield the slugs of the sites; the empty one for the team's, which its readers have as one."""
    audience = audience_of(out)
    if audience is None:
        raise Refusal(f"{out} holds no published sites: run `changebook build`, or name its --out")
    if audience is Audience.TEAM:
        if address and CLIENT in address:
            raise Refusal(f"{out} holds the team's site, which has one address: no {CLIENT} in it")
        yield ""
        return
    slugs = sorted(folder.parent.name for folder in out.glob("[!.]*/index.html"))
    if not slugs:
        raise Refusal(f"{out} holds no client's site yet: run `changebook build` first")
    if _TEAM in slugs:
        raise Refusal(
            f"the client `{_TEAM}` would have the passwords and the group of the team's own site: "
            "give its folder in changes/ another name"
        )
    yield from slugs


def _address(address: str | None, slug: str) -> str:
    if address is None:
        raise Refusal(
            f"nobody said where the site of `{slug or _TEAM}` is read: give --address, or site_url "
            "in mkdocs.yml" + (" or in the client's profile" if slug else "")
        )
    if CLIENT in address:
        return address.replace(CLIENT, slug)
    return f"{address.rstrip('/')}/{slug}/" if slug else address


def _folder(serve_from: str, slug: str) -> str:
    if CLIENT in serve_from:
        return serve_from.replace(CLIENT, slug)
    return f"{serve_from}/{slug}" if slug else serve_from


def _site(slug: str, address: str, folder: str, passwords: str, by: SignIn) -> HostedSite:
    parts = urlsplit(address)
    path = f"{parts.path.rstrip('/')}/"
    host = parts.hostname or ""
    try:
        port = _PORTS[parts.scheme] if parts.port is None else parts.port
    except (KeyError, ValueError):
        host, port = "", 0
    unknown = parts.query or parts.fragment or "@" in parts.netloc or not port
    if unknown or not (_HOST.fullmatch(host) and _PATH.fullmatch(path)):
        raise Refusal(
            f"`{address}` is not an address that a server can be given: write https://, a host in "
            "ASCII and a path of letters, digits, `-`, `_`, `.` and `~`"
        )
    if parts.scheme == "http" and by.listen is None and not _LOOPBACK.fullmatch(host):
        raise Refusal(
            f"at `{address}` passwords would cross the network as they are typed: write https://, "
            "or have a proxy in front with --listen 127.0.0.1:8080"
        )
    for place in (folder, passwords):
        if (unsafe := _UNSAFE.search(place)) or not place.startswith("/"):
            why = f"it has {unsafe[0]!r} in it" if unsafe else "it is not absolute"
            raise Refusal(
                f"the path `{place}` can't be written safely into a server's configuration: {why}"
            )
    group = by.group.replace(CLIENT, slug or _TEAM)
    if not _GROUP.fullmatch(group):
        raise Refusal(f"`{group}` is not a group's name: write letters, digits and `._@/-`")
    return HostedSite(slug or _TEAM, folder, parts.scheme, host, port, path, passwords, group)


def _refuse_overlaps(sites: list[HostedSite]) -> None:
    """Refuse two sites of which one lies within the other."""
    for site in sites:
        for other in sites:
            same_origin = other is not site and other.origin == site.origin
            if same_origin and site.path.startswith(other.path):
                raise Refusal(
                    f"the address of `{site.slug}` lies within that of `{other.slug}`: give each "
                    "client an address of its own"
                )
