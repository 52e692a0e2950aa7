"""Real servers with our configurations: what each reader is served, and what nobody is."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from changebook.hosting import answers, configuration
from changebook.hosting.plan import SignIn, plan
from tests.hosting.servers import Answer, Running, free_port, running

pytestmark = pytest.mark.slow

SERVERS = list(configuration.SERVERS)
#: By bcrypt at its lowest cost, since a server computes it for each request.
HASHES = {
    "lakeside-clinics": "$2y$04$Hg2LSSaGBmTDdQz29BOl4Oiwzp7KZgByic030yDu0MVnhAWL/XOBq",
    "meridian-outdoor": "$2y$04$vDIx327ZBSEZwFGq7lZF3eW9reGJxZNxePT6Dra2/H3sPZXTzKrZ2",
    "rathkeel-ferries": "$2y$04$Tq3vLmZc8RkWd5XbYfNh2eVm2zSsK5qA5OJThQqEk9qbM6VBmqpLS",
    "yunfan": "$2y$04$7ntZtTcMuxc441645GtrDuhi92Z2Oh2/fbg7jBO/dZYYxJiJ5MDSu",
}
SLUGS = list(HASHES)
#: What browsers must be told with each page, whatever becomes of the request.
ALWAYS = {name.lower(): value for name, value in answers.HEADERS.items()}
#: Some of them as browsers know them, since no server minds a name that means nothing.
KNOWN = (
    *("x-content-type-options", "referrer-policy", "permissions-policy", "x-robots-tag"),
    *("cross-origin-opener-policy", "cross-origin-resource-policy"),
)
#: Ways to leave a folder, or to reach what is in none, below a site that one may read.
TRICKS = [
    "../{other}/index.html",
    "%2e%2e/{other}/index.html",
    "..%2f{other}/index.html",
    "%2e%2e%2f{other}%2findex.html",
    "./../{other}/",
    ".//..//{other}/",
    "assets/../../{other}/",
    "assets/..%5c..%5c{other}/",
    "..;/{other}/",
    "/../{other}/",
    "../../../../../../etc/passwd",
    "..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/.changebook/audience",
    "../.changebook/audience",
    ".changebook/audience",
    "%2echangebook/audience",
    "changes/.hidden",
    "changes/%2ehidden",
    "%00",
    "index.html%00.txt",
]


def who(slug: str) -> tuple[str, str]:
    return "anna", f"secret of {slug}"


@pytest.fixture(scope="module")
def sites(sample_sites: Path) -> Iterator[Path]:
    """The sample's sites where any user may read them, in a folder with spaces and marks."""
    with tempfile.TemporaryDirectory(prefix="changebook-") as place:
        folder = Path(place)
        folder.chmod(0o755)
        copy = folder / "the clients' sites; #1".replace("'", "")
        shutil.copytree(sample_sites, copy)
        (copy / "yunfan/changes/.hidden").write_text("hidden")
        (copy / ".changebook").chmod(0o755)
        yield copy


@dataclass(frozen=True)
class Hosted:
    """A server with the sites below `/logs/`."""

    server: Running
    sites: Path

    def get(self, slug: str, path: str, reader: str | None = None) -> Answer:
        return self.server.get(f"/logs/{slug}/{path}", who(reader) if reader else None)

    def files(self, slug: str) -> list[str]:
        return [
            file.relative_to(self.sites / slug).as_posix()
            for file in sorted((self.sites / slug).rglob("*"))
            if file.is_file() and not file.name.startswith(".")
        ]


@pytest.fixture(scope="module", params=SERVERS)
def hosted(
    request: pytest.FixtureRequest, sites: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hosted]:
    port, out = free_port(), sites.parent / request.param
    planned = plan(
        sites,
        address=f"http://127.0.0.1:{port}/logs/",
        own_addresses={},
        serve_from=str(sites),
        passwords=str(out / configuration.PASSWORDS),
        by=SignIn(),
    )
    written = configuration.write(request.param, planned, out)
    assert [file.name for file in written.passwords] == SLUGS
    for file in written.passwords:
        file.write_text(f"anna{' ' if request.param == 'caddy' else ':'}{HASHES[file.name]}\n")
        file.parent.chmod(0o755)
    folder = tmp_path_factory.mktemp(request.param)
    with running(request.param, written.configuration, port, folder) as server:
        yield Hosted(server, sites)


def test_each_reader_is_served_every_file_of_the_own_site_byte_for_byte(hosted: Hosted) -> None:
    for slug in SLUGS:
        for file in hosted.files(slug):
            answer = hosted.get(slug, file, slug)
            assert answer.status in (200, 404 if file == "404.html" else 200), file
            assert answer.body == (hosted.sites / slug / file).read_bytes(), file
            assert answer.headers["x-content-type-options"] == "nosniff", file


def test_a_page_is_served_by_the_name_of_its_folder(hosted: Hosted) -> None:
    for path in ("", "changes/", "impact/"):
        page = hosted.get("yunfan", path, "yunfan")
        assert page.status == 200
        assert page.body == (hosted.sites / "yunfan" / path / "index.html").read_bytes()
    for path, ends in (("/logs/yunfan", "/logs/yunfan/"), ("/logs/yunfan/impact", "/impact/")):
        moved = hosted.server.get(path, who("yunfan"))
        assert moved.status in (301, 308)
        assert moved.headers["location"].endswith(ends)


def test_no_reader_is_served_anything_of_another_site(hosted: Hosted) -> None:
    for slug in SLUGS:
        files = hosted.files(slug)
        for reader in (None, *(other for other in SLUGS if other != slug)):
            for file in ("", "does-not-exist", *files):
                answer = hosted.get(slug, file, reader)
                assert answer.status == 401, (slug, reader, file)
                assert slug.encode() not in answer.body


def test_a_wrong_word_is_refused(hosted: Hosted) -> None:
    for name, word in (
        ("anna", ""),
        ("anna", "x"),
        ("", ""),
        ("anna", HASHES["yunfan"]),
        ("b", "x"),
    ):
        assert hosted.server.get("/logs/yunfan/", (name, word)).status == 401
    for words in ("Basic", "Basic !", "Bearer x", "Basic YW5uYQ=="):
        answer = hosted.server.get("/logs/yunfan/", headers={"Authorization": words})
        assert answer.status in (400, 401)


def test_strangers_can_not_tell_who_is_a_client(hosted: Hosted) -> None:
    for reader in (None, who("yunfan")):
        known = hosted.server.get("/logs/lakeside-clinics/", reader)
        for path in ("/logs/nobody/", "/logs/nobody", "/logs/lakeside-clinics", "/", "/logs/"):
            unknown = hosted.server.get(path, reader)
            assert (unknown.status, unknown.body) == (known.status, known.body), path
            told = "www-authenticate"
            assert unknown.headers.get(told) == known.headers.get(told), path


def test_no_trick_leads_out_of_a_site(hosted: Hosted) -> None:
    secrets = [
        (hosted.sites / "meridian-outdoor/index.html").read_bytes(),
        (hosted.sites / ".changebook/audience").read_bytes(),
        b"root:",
        b"hidden",
    ]
    for trick in TRICKS:
        path = f"/logs/yunfan/{trick.format(other='meridian-outdoor')}"
        for reader in (None, who("yunfan")):
            answer = hosted.server.get(path, reader)
            assert answer.status in (301, 308, 400, 401, 403, 404), (path, answer.status)
            for secret in secrets:
                assert secret not in answer.body, path
    own = ".changebook/audience"
    for path in (f"/{own}", f"/logs/{own}", f"/logs/../{own}"):
        for reader in (None, *map(who, SLUGS)):
            assert hosted.server.get(path, reader).status in (400, 401, 403, 404), path


def test_no_folder_is_listed_and_nothing_is_written(hosted: Hosted) -> None:
    for folder in ("assets/", "assets/javascripts/", "pagefind/", "feeds/"):
        answer = hosted.get("yunfan", folder, "yunfan")
        assert answer.status in (403, 404), folder
        assert b"bundle." not in answer.body
    for method in ("PUT", "DELETE", "POST", "PROPFIND", "TRACE"):
        answer = hosted.server.get("/logs/yunfan/new.html", who("yunfan"), method=method)
        assert answer.status in (403, 404, 405), method
    assert not (hosted.sites / "yunfan/new.html").exists()


def test_what_does_not_exist_is_said_in_the_sites_own_words(hosted: Hosted) -> None:
    answer = hosted.get("yunfan", "changes/YF-9999/", "yunfan")
    assert answer.status == 404
    assert answer.body == (hosted.sites / "yunfan/404.html").read_bytes()
    assert answer.headers["content-type"].startswith("text/html")


def test_each_kind_of_file_has_its_type(hosted: Hosted) -> None:
    types = {end: kind for kind, ends in answers.TYPES.items() for end in ends.split()}
    seen = set()
    for slug in SLUGS:
        for file in hosted.files(slug):
            end = file.rpartition(".")[2]
            answer = hosted.get(slug, file, slug)
            kind, _, more = answer.headers["content-type"].partition(";")
            assert kind == types[end], file
            assert more.strip().lower() == ("charset=utf-8" if kind in answers.TEXTS else ""), file
            seen.add(end)
    assert {"html", "csv", "ics", "pf_meta", "pf_fragment", "svg", "xlsx", "json"} <= seen


def test_headers_are_there_with_every_answer(hosted: Hosted) -> None:
    for path, reader, status in (
        ("index.html", "yunfan", 200),
        ("no-such-page", "yunfan", 404),
        ("index.html", None, 401),
    ):
        answer = hosted.get("yunfan", path, reader)
        assert answer.status == status
        assert answer.headers["content-security-policy"] == answers.POLICY
        assert ALWAYS.items() <= answer.headers.items()
        assert answer.headers.keys() >= {*KNOWN}
        assert "immutable" not in answer.headers.get("cache-control", "")


def test_only_what_never_changes_is_kept_without_asking(hosted: Hosted) -> None:
    lasting = 0
    for file in hosted.files("yunfan"):
        answer = hosted.get("yunfan", file, "yunfan")
        told = answer.headers["cache-control"] if answer.status == 200 else ""
        hashed = any(mark in file for mark in (".min.", ".pf_"))
        if answer.status == 200:
            assert told == (answers.LASTING if hashed else answers.FRESH), file
            lasting += hashed
    assert lasting > 5
    missing = hosted.get("yunfan", "assets/javascripts/bundle.00000000.min.js", "yunfan")
    assert missing.status == 404
    assert "immutable" not in missing.headers.get("cache-control", "")
    page = hosted.get("yunfan", "", "yunfan")
    again = hosted.server.get(
        "/logs/yunfan/", who("yunfan"), {"If-None-Match": page.headers["etag"]}
    )
    assert again.status == 304


def test_another_name_of_the_machine_leads_to_no_site(hosted: Hosted) -> None:
    for host in ("other.example", "localhost.evil.example", ""):
        answer = hosted.server.get("/logs/yunfan/", who("yunfan"), {"Host": host})
        assert answer.status in (400, 403, 404, 421)


@pytest.mark.parametrize("server", SERVERS)
def test_behind_a_proxy_a_header_says_who_reads(server: str, sites: Path, tmp_path: Path) -> None:
    port = free_port()
    by = SignIn("X-Forwarded-Groups", "log.{client}", ("127.0.0.1", port))
    planned = plan(
        sites,
        address="https://{client}.changes.example/",
        own_addresses={},
        serve_from=str(sites),
        passwords="/unused",
        by=by,
    )
    written = configuration.write(server, planned, sites.parent / f"{server}-proxied")
    assert not written.passwords
    with running(server, written.configuration, port, tmp_path) as started:

        def status(slug: str, groups: str | None, path: str = "/") -> int:
            given = {"Host": f"{slug}.changes.example"}
            if groups is not None:
                given["X-Forwarded-Groups"] = groups
            return started.get(path, headers=given).status

        for slug in SLUGS:
            other = next(each for each in SLUGS if each != slug)
            for groups in (f"log.{slug}", f"staff,log.{slug}", f"log.{slug}, staff"):
                assert status(slug, groups) == 200
            for others in (
                *(None, "", "staff", f"log.{other}", f"log.{slug}x", f"xlog.{slug}"),
                *(f"logx{slug}", f"log.{slug} staff", slug),
            ):
                assert status(slug, others) == 403, others
                assert status(slug, others, "/changes/") == 403
            assert status(slug, f"log.{slug}", "/.changebook/audience") in (403, 404)
            assert status(slug, f"log.{slug}", "/no-such-page") == 404
        assert status("nobody", "log.yunfan") in (403, 404)
