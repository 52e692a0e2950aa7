"""Which sites a server shows, what is refused, and what a run leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from changebook.cli import main
from changebook.hosting import configuration
from changebook.hosting.plan import HostingPlan, SignIn, plan, sign_in
from changebook.refusal import Refusal

ADDRESS = "https://changes.example/"


def published(out: Path, *slugs: str, audience: str = "client") -> Path:
    (out / ".changebook").mkdir(parents=True)
    (out / ".changebook/audience").write_text(f"{audience}\n")
    for slug in slugs:
        (out / slug).mkdir()
        (out / slug / "index.html").write_text("a page")
    (out / "no-site").mkdir()
    return out


def planned(
    out: Path,
    address: str | None = ADDRESS,
    own: dict[str, str] | None = None,
    serve_from: str = "/srv/changes",
    passwords: str = "/etc/changebook/users",
    by: SignIn = SignIn(),  # noqa: B008 - it never changes
) -> HostingPlan:
    return plan(
        out,
        address=address,
        own_addresses=own or {},
        serve_from=serve_from,
        passwords=passwords,
        by=by,
    )


def addresses(made: HostingPlan) -> list[str]:
    return [f"{s.scheme}://{s.host}:{s.port}{s.path} {s.folder} {s.passwords}" for s in made.sites]


def test_each_client_has_a_path_or_an_origin_or_an_address_of_its_own(tmp_path: Path) -> None:
    out = published(tmp_path / "site", "acme", "lanhai")
    assert addresses(planned(out, "https://changes.example:8443/logs")) == [
        f"https://changes.example:8443/logs/{slug}/ /srv/changes/{slug} "
        f"/etc/changebook/users/{slug}"
        for slug in ("acme", "lanhai")
    ]
    releases = planned(out, serve_from="/srv/{client}/current")
    assert [site.folder for site in releases.sites] == ["/srv/acme/current", "/srv/lanhai/current"]
    own = {"acme": "https://changes.acme.example/", "other": ADDRESS}
    assert addresses(planned(out, "https://{client}.changes.example/", own)) == [
        "https://changes.acme.example:443/ /srv/changes/acme /etc/changebook/users/acme",
        "https://lanhai.changes.example:443/ /srv/changes/lanhai /etc/changebook/users/lanhai",
    ]


def test_clients_with_addresses_of_their_own_need_no_other(tmp_path: Path) -> None:
    out, own = published(tmp_path / "site", "acme"), {"acme": "https://changes.acme.example/"}
    assert [site.host for site in planned(out, None, own).sites] == ["changes.acme.example"]
    with pytest.raises(Refusal, match="where the site of `acme` is read"):
        planned(out, None)


def test_no_client_shares_the_passwords_of_the_team(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="the client `team` would have the passwords"):
        planned(published(tmp_path / "site", "acme", "team"))


def test_the_teams_sites_are_one_for_its_readers(tmp_path: Path) -> None:
    out = published(tmp_path / "site", "acme", "lanhai", audience="team")
    assert addresses(planned(out, "https://team.example/log/")) == [
        "https://team.example:443/log/ /srv/changes /etc/changebook/users/team"
    ]
    with pytest.raises(Refusal, match="has one address"):
        planned(out, "https://{client}.example/")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"address": "http://changes.example/"}, "as they are typed"),
        ({"address": "ftp://changes.example/"}, "is not an address"),
        ({"address": "https://变更.example/"}, "is not an address"),
        ({"address": "https://changes.example/a;b/"}, "is not an address"),
        ({"address": 'https://changes.example/"/'}, "is not an address"),
        ({"address": "https://changes.example/../"}, "is not an address"),
        ({"address": "https://changes.example/?a"}, "is not an address"),
        ({"address": "https://changes.example:99999/"}, "is not an address"),
        ({"address": "https://changes.example:0/"}, "is not an address"),
        ({"address": "https://ann:secret@changes.example/"}, "is not an address"),
        ({"address": "https://changes.example/$host/"}, "is not an address"),
        ({"own": {"acme": "https://changes.example/lanhai/acme/"}}, "lies within"),
        ({"own": {"acme": "https://changes.example/lanhai/"}}, "lies within"),
        *(
            ({"serve_from": f"/srv/a{mark}b"}, "can't be written safely")
            for mark in ['"', "'", "\\", "$", "{", "}", "\n", "\0", "*", "%", "`"]
        ),
        ({"serve_from": "srv/changes"}, "it is not absolute"),
        ({"passwords": "/etc/$host"}, "can't be written safely"),
        ({"by": SignIn("X-Groups", "a b {client}", ("127.0.0.1", 80))}, "not a group's name"),
    ],
)
def test_what_no_server_could_be_told_safely_is_refused(
    tmp_path: Path, change: dict[str, object], why: str
) -> None:
    out = published(tmp_path / "site", "acme", "lanhai")
    with pytest.raises(Refusal, match=why):
        planned(out, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("header", "group", "listen", "why"),
    [
        ("X-Groups", None, None, "--header needs --listen"),
        ("X Groups", None, "127.0.0.1:8080", "not the name of a header"),
        ("X-Groups", "everybody", "127.0.0.1:8080", "needs {client} in it"),
        (None, "{client}", "127.0.0.1:8080", "--group goes with --header"),
        (None, None, "8080", "not an address and port"),
        (None, None, "127.0.0.1:0", "not an address and port"),
        (None, None, "127.0.0.1:8080;", "not an address and port"),
    ],
)
def test_how_readers_are_known_is_looked_at(
    header: str | None, group: str | None, listen: str | None, why: str
) -> None:
    with pytest.raises(Refusal, match=why):
        sign_in(header, group, listen)


def test_a_folder_without_published_sites_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="holds no published sites"):
        planned(tmp_path)
    with pytest.raises(Refusal, match="holds no client's site yet"):
        planned(published(tmp_path / "site"))


@pytest.mark.parametrize("server", configuration.SERVERS)
def test_passwords_that_somebody_wrote_stay(tmp_path: Path, server: str) -> None:
    out = tmp_path / "host"
    made = planned(published(tmp_path / "site", "acme", "lanhai"))
    assert [f.name for f in configuration.write(server, made, out).passwords] == ["acme", "lanhai"]
    (out / "users/acme").write_text("anna:x\n")
    assert [f.name for f in configuration.write(server, made, out).passwords] == ["lanhai"]
    assert (out / "users/acme").read_text() == "anna:x\n"
    assert (out / "users/.gitignore").read_text() == "*\n"


def test_the_command_writes_beside_the_workspace_and_says_what_lacks(workspace: Path) -> None:
    published(workspace / "site", "example")
    run = CliRunner().invoke
    given = ["--workspace", str(workspace)]
    done = run(main, ["host", "nginx", *given])
    assert done.exit_code == 2
    assert "give --address, or site_url" in done.output
    done = run(main, ["host", "nginx", *given, "--address", ADDRESS])
    assert done.exit_code == 0, done.output
    assert "nobody can read example yet" in done.output
    written = (workspace / "host/nginx/nginx.conf").read_text("utf-8")
    assert "server_name changes.example;" in written
    assert f'alias "{workspace.resolve()}/site/example/";' in written
    profile = workspace / "changes/example/client.md"
    text = profile.read_text("utf-8").replace("---\n", "---\nsite_url: https://own.example/\n", 1)
    profile.write_text(text, encoding="utf-8")
    config = workspace / "mkdocs.yml"
    config.write_text(
        "site_name: a\nsite_url: https://c.example/\ntheme: material\nplugins: [changebook]\n",
        encoding="utf-8",
    )
    done = run(main, ["host", "caddy", *given])
    assert done.exit_code == 0, done.output
    assert "https://own.example:443 {" in (workspace / "host/caddy/Caddyfile").read_text("utf-8")


def test_what_was_written_for_other_sites_or_by_others_is_not_overwritten(workspace: Path) -> None:
    published(workspace / "site", "example")
    published(workspace / "other", "example")
    given = ["host", "nginx", "--workspace", str(workspace), "--address", ADDRESS]
    run = CliRunner().invoke
    for _ in range(2):
        assert run(main, given).exit_code == 0
    file = workspace / "host/nginx/nginx.conf"
    for more, before in (
        (["--sites", str(workspace / "other")], file.read_text("utf-8")),
        ([], "server { }\n"),
    ):
        file.write_text(before, "utf-8")
        done = run(main, [*given, *more])
        assert done.exit_code == 2
        assert "would be overwritten: choose another folder with --out" in done.output
        assert file.read_text("utf-8") == before
    other = ["--sites", str(workspace / "other"), "--out", str(workspace / "host/other")]
    assert run(main, [*given, *other]).exit_code == 0


@pytest.mark.parametrize("out", ["site/here", "changes/here"])
def test_it_is_not_written_where_readers_or_checks_would_find_it(workspace: Path, out: str) -> None:
    published(workspace / "site", "example")
    given = ["--workspace", str(workspace), "--address", ADDRESS, "--out", str(workspace / out)]
    done = CliRunner().invoke(main, ["host", "nginx", *given])
    assert done.exit_code == 2
    assert "choose another" in done.output
