"""Sites of clients that left the workspace: a build names them, and a command takes them away."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from changebook.cli import main
from changebook.model.vocabulary import Audience
from changebook.publish.swap import Publisher
from changebook.publish.withdraw import left_behind


@pytest.fixture
def published(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace in which the client `example` and one that has left are published."""
    monkeypatch.chdir(workspace)
    for slug in ("example", "acme"):
        with Publisher(workspace / "site", Audience.CLIENT) as publisher:
            stage = publisher.stage()
            stage.mkdir()
            (stage / "index.html").write_text(slug)
            publisher.publish(slug, stage)
    return workspace


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_a_site_that_was_left_behind_is_taken_away(published: Path) -> None:
    with Publisher(published / "site", Audience.CLIENT) as publisher:
        assert left_behind(published, publisher) == (published / "site" / "acme",)
    done = run("withdraw", "acme")
    assert (done.exit_code, done.output) == (0, "withdrew site/acme\n")
    assert not (published / "site" / "acme").exists()
    assert (published / "site" / "example" / "index.html").read_text() == "example"
    assert not (published / "site" / ".changebook" / "staging").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("example",), "is a client of the workspace"),
        (("acne",), "did you mean acme?"),
        (("acme", "--audience", "team"), "site-team is not a folder"),
        (("acme", "--audience", "team", "--out", "site"), "holds client editions"),
        (("acme", "--out", "changes"), "was not made by changebook"),
        (("../changes",), "has no site of"),
        ((".changebook",), "has no site of"),
    ],
)
def test_what_is_no_such_site_is_refused(
    published: Path, words: tuple[str, ...], says: str
) -> None:
    done = run("withdraw", *words)
    assert done.exit_code == 2
    assert says in done.output, done.output
    assert (published / "site" / "acme").is_dir()
    assert (published / "changes" / "example").is_dir()


def test_the_portfolio_around_the_sites_is_no_site(workspace: Path) -> None:
    with Publisher(workspace / "site-team", Audience.TEAM) as publisher:
        stage = publisher.stage()
        (stage / "assets").mkdir(parents=True)
        (stage / "assets" / "x.css").write_text("x")
        publisher.publish_root(stage)
        assert left_behind(workspace, publisher) == ()


@pytest.mark.slow
def test_a_build_names_it(published: Path) -> None:
    done = run("build", "--no-pdf")
    assert done.exit_code == 0, done.output
    assert "site/acme belongs to no client in the workspace any more" in done.output
    assert "`changebook withdraw acme` takes it away" in done.output
