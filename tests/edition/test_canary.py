"""Isolation: no word of another client, nothing internal, in any byte of a client's edition.

Every guard is also taken out, one at a time, and the same search must then find words: a test that
would stay green without the guard would guard nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from changebook.check import load_checked
from changebook.edition import bodies as edition_bodies
from changebook.edition import editions, urls
from changebook.edition.editions import Edition, make_edition
from changebook.model import decided
from changebook.model.visibility import CLIENT_KEYS
from changebook.model.vocabulary import Audience
from changebook.pages import bodies
from changebook.proof.seal import seal
from changebook.publish import work
from changebook.publish.build import Result, build
from changebook.read import attachments, body, unseen
from tests.canary import CLIENT, Canaries, _unpacked, plant

#: What belongs to nobody else, but must not be in the client's edition either.
IDS = ("HBR-0003", "HBR-0004")


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Canaries]:
    root = tmp_path_factory.mktemp("canary")
    canaries = plant(root)
    assert seal(root).additions
    for id in IDS:
        canaries.words[f"id {id}"] = id
    canaries.words["path of the workspace"] = str(root)
    return root, canaries


def build_anew(root: Path, out: Path) -> Result:
    """Build without anything that was made while the guards were there."""
    work._read.cache_clear()
    return build(root, out=out, slugs=[CLIENT], jobs=1, cache=out.with_suffix(".kept"))


def client_build(root: Path, out: Path) -> Path:
    result = build_anew(root, out)
    assert result.published == (out / CLIENT,), result
    return out / CLIENT


def test_nothing_leaks_into_a_client_edition(
    planted: tuple[Path, Canaries], tmp_path: Path
) -> None:
    root, canaries = planted
    built = client_build(root, tmp_path / "out")
    assert (built / "changes" / "HBR-0001" / "berths.png").is_file()
    assert "Longer berths" in (built / "changes" / "HBR-0001" / "index.html").read_text()
    downloads = (
        urls.CHANGES_CSV,
        urls.CHANGES_XLSX,
        urls.CHANGES_JSON,
        urls.REGISTER_CSV,
        urls.IMPACT_XLSX,
        urls.IMPACT_JSON,
        urls.DIFFERENCES,
        urls.SEALS,
        urls.FEED_CHANGES,
        urls.FEED_DECISIONS_JSON,
        urls.CALENDAR,
        urls.NEWS_JSON,
    )
    assert all((built / path).is_file() for path in downloads)
    # An internal record and a draft are in amendments, too.
    amended = urls.built(urls.amendment("SOW-1 Amendment 1"))
    assert "Longer berths" in (built / amended).read_text()
    assert len(list((built / amended).parents[1].iterdir())) == 1
    # What a client can choose among has the record that waits, beside those that nobody may see.
    for page in ("index.html", "impact/index.html"):
        assert 'data-way="HBR-0002.a"' in (built / page).read_text()
    assert canaries.leaks(built) == []


def test_nothing_leaks_out_of_what_was_kept(planted: tuple[Path, Canaries], tmp_path: Path) -> None:
    """The store holds what the team and the other clients read, and a page of theirs never comes.

    What stands is built again from it, each site beside the others', in either order.
    """
    root, canaries = planted
    for audience in (Audience.TEAM, Audience.CLIENT, Audience.TEAM, Audience.CLIENT):
        out = tmp_path / f"{audience}-{len(list(tmp_path.iterdir()))}"
        result = build(root, out=out, audience=audience, cache=tmp_path / "kept", jobs=1)
        assert result.published, result
        if audience is Audience.CLIENT:
            assert canaries.leaks(out / CLIENT) == []
    assert [leak for leak in canaries.leaks(tmp_path / "kept") if "internal" in leak]


def month_page(month: int) -> str:
    return urls.month(date(2026, month, 1)).replace(".md", ".html")


def test_nothing_leaks_into_the_month_ends(planted: tuple[Path, Canaries], tmp_path: Path) -> None:
    root, canaries = planted
    result = build(root, out=tmp_path, slugs=[CLIENT], as_of=date(2026, 6, 30), jobs=1)
    assert result.published, result
    for month in range(2, 7):
        assert "HBR-0001" in (tmp_path / CLIENT / month_page(month)).read_text()
    for month in (1, 2):
        page = (tmp_path / CLIENT / month_page(month)).read_text()
        assert "Recorded later" in page
        assert "Wider fenders" in page
    assert canaries.leaks(tmp_path / CLIENT) == []


@pytest.fixture(scope="module")
def read_by_the_team(
    planted: tuple[Path, Canaries], tmp_path_factory: pytest.TempPathFactory
) -> list[str]:
    """The words in the team's edition of the client, built with those of all others."""
    root, canaries = planted
    out = tmp_path_factory.mktemp("team")
    build(root, out=out, audience=Audience.TEAM, jobs=1)
    return canaries.leaks(out / CLIENT)


def test_the_team_reads_in_the_month_what_was_written_down_of_an_internal_record(
    read_by_the_team: list[str],
) -> None:
    for page in (month_page(2), urls.MONTHS.replace(".md", ".html")):
        assert f"title of an internal record in {page}" in read_by_the_team


def test_nothing_leaks_when_all_clients_are_built_at_once(
    planted: tuple[Path, Canaries], tmp_path: Path
) -> None:
    root, canaries = planted
    build(root, out=tmp_path / "out", jobs=2)
    assert len([p for p in (tmp_path / "out").iterdir() if not p.name.startswith(".")]) == 3
    assert canaries.leaks(tmp_path / "out" / CLIENT) == []


def test_the_search_finds_every_word_in_the_workspace(planted: tuple[Path, Canaries]) -> None:
    root, canaries = planted
    found = {leak.rsplit(" in ", 1)[0] for leak in canaries.leaks(root)}
    assert found == set(canaries.words) - {"path of the workspace"}


def test_a_team_edition_has_what_is_internal_but_no_other_client(
    read_by_the_team: list[str],
) -> None:
    leaks = read_by_the_team
    assert any(leak.startswith("internal key in") for leak in leaks)
    assert any(leak.startswith("title of an internal record in") for leak in leaks)
    assert any("in impact/impact.xlsx!" in leak for leak in leaks)
    indexed = {leak.split(" in ")[0] for leak in leaks if "in pagefind/fragment/" in leak}
    assert {"body of an internal record", "Chinese internal block"} <= indexed
    assert "option of an internal record in index.html" in leaks
    for path in (urls.FEED_CHANGES, urls.FEED_CHANGES_JSON, urls.NEWS.replace(".md", ".html")):
        assert f"title of an internal record in {path}" in leaks
    assert f"id HBR-0003 in {urls.NEWS_JSON}" in leaks
    assert [leak for leak in leaks if "other client" in leak] == []


def _edition(root: Path) -> Edition:
    workspace, _ = load_checked(root)
    client = next(c for c in workspace.clients if c.slug == CLIENT)
    return make_edition(client, Audience.CLIENT)


def _said(canaries: Canaries, edition: Edition) -> list[str]:
    assets = [asset for record in edition.records for asset in record.assets]
    files = [asset.path for asset in assets]
    held = (part for a in assets for _, part in _unpacked(a.path, a.content()))
    files += [part.decode("latin-1") for part in held]
    return canaries.said(
        " ".join([repr(edition.profile), edition.welcome, *files])
        + "".join(
            repr(r.data)
            + r.body
            + repr((r.superseded_by, r.required_by, r.related_from))
            + repr((r.question, r.seals))
            for r in edition.records
        )
    )


def test_the_copy_holds_nothing_of_it(planted: tuple[Path, Canaries]) -> None:
    root, canaries = planted
    assert _said(canaries, _edition(root)) == []


def _keep_internal_blocks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(body, "public", lambda text: text)


def _keep_comments(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(body, "uncommented", lambda text: text)


def _keep_what_nobody_sees(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(unseen, "shown", lambda text: text)


def _keep_makers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(attachments, "published", lambda file: file.read_bytes())


def _keep_internal_keys(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(editions, "CLIENT_KEYS", (*CLIENT_KEYS, "internal"))


def _keep_own_keys(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(decided, "OWN_KEY", "y-")


def _keep_unseen_records(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(editions, "is_unseen", lambda data: False)


def _keep_people(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(editions, "_known_people", lambda profile, records: profile)


def _keep_links(patch: pytest.MonkeyPatch) -> None:
    original = editions._copy
    everything = frozenset({"HBR-0001", "HBR-0002", "HBR-0005", *IDS})
    patch.setattr(editions, "_copy", lambda data, to, ids: original(data, to, everything))


def _keep_body_links(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(edition_bodies.Bodies, "_replacer", lambda *given: lambda link: None)


def _keep_drafting(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(editions, "since_submitted", lambda history: history)


def _keep_every_file(patch: pytest.MonkeyPatch) -> None:
    original = edition_bodies.Bodies.copy

    def copy(
        self: edition_bodies.Bodies, text: str, folder: Path, page: str
    ) -> edition_bodies.BodyCopy:
        shown = original(self, text, folder, page)
        every = tuple(
            edition_bodies.Asset(file, urls.beside(page, file.name))
            for file in sorted(folder.glob("*"))
            if file.is_file() and file.suffix != ".md"
        )
        assets = {asset.path: asset for asset in (*every, *shown.assets)}
        return replace(shown, assets=tuple(assets.values()))

    patch.setattr(edition_bodies.Bodies, "copy", copy)


GUARDS: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str]] = {
    "internal blocks are taken out": (_keep_internal_blocks, "nested internal block"),
    "comments are emptied": (_keep_comments, "HTML comment in a list"),
    "definitions that nothing uses are taken out": (_keep_what_nobody_sees, "comment in Markdown"),
    "footnotes that nothing refers to are taken out": (
        _keep_what_nobody_sees,
        "footnote that nobody refers to",
    ),
    "comments of diagrams are taken out": (_keep_what_nobody_sees, "comment in a diagram"),
    "attributes are taken out": (_keep_what_nobody_sees, "attribute that no page shows"),
    "drawings are written again": (_keep_makers, "hidden layer of a drawing"),
    "photographs are stripped": (_keep_makers, "artist of a photograph"),
    "papers are stripped": (_keep_makers, "author of an attached paper"),
    "workbooks are stripped": (_keep_makers, "maker of a workbook"),
    "internal keys are not copied": (_keep_internal_keys, "internal key"),
    "own keys are not sealed": (_keep_own_keys, "own key of a reason"),
    "internal records are not copied": (_keep_unseen_records, "title of an internal record"),
    "drafts are not copied": (_keep_unseen_records, "title of a draft"),
    "the drafting is left out of the history": (_keep_drafting, "who drafted a record"),
    "vendor people are filtered": (
        _keep_people,
        "vendor person whom only internal content names",
    ),
    "links to unseen records are dropped": (_keep_links, "id HBR-0003"),
    "links in bodies are taken out": (_keep_body_links, "text of a link to an internal record"),
    "files are copied by use": (_keep_every_file, "image name of an internal record"),
}


@pytest.mark.parametrize("guard", GUARDS)
def test_without_a_guard_the_copy_leaks(
    planted: tuple[Path, Canaries], guard: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, canaries = planted
    take_out, place = GUARDS[guard]
    take_out(monkeypatch)
    assert place in _said(canaries, _edition(root))


#: The templates keep these out a second time, so only the copy shows that the guard is gone.
GUARDED_TWICE = {
    "internal keys are not copied",
    "links to unseen records are dropped",
    "own keys are not sealed",
}
#: Pages and paper refuse an address that the edition did not put there.
NOTICED = "links in bodies are taken out"


@pytest.fixture(scope="module")
def built_without(
    planted: tuple[Path, Canaries], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Callable[[pytest.MonkeyPatch], None]], list[str]]:
    """What leaks into the client's site without a guard; some guards keep several things inside."""
    root, canaries = planted

    @cache
    def leaks(take_out: Callable[[pytest.MonkeyPatch], None]) -> list[str]:
        with pytest.MonkeyPatch.context() as patch:
            take_out(patch)
            return canaries.leaks(client_build(root, tmp_path_factory.mktemp("without")))

    return leaks


@pytest.mark.parametrize("guard", sorted(GUARDS.keys() - GUARDED_TWICE - {NOTICED}))
def test_without_a_guard_the_built_edition_leaks(
    built_without: Callable[[Callable[[pytest.MonkeyPatch], None]], list[str]], guard: str
) -> None:
    take_out, place = GUARDS[guard]
    assert {leak.rsplit(" in ", 1)[0] for leak in built_without(take_out)} >= {place}


def test_without_its_guard_a_link_in_a_body_stops_the_build(
    planted: tuple[Path, Canaries], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    GUARDS[NOTICED][0](monkeypatch)
    result = build_anew(planted[0], tmp_path)
    assert "can be read in two ways" in " ".join(result.failures)
    assert result.published == ()


def test_without_a_guard_the_month_ends_leak(
    built_without: Callable[[Callable[[pytest.MonkeyPatch], None]], list[str]],
) -> None:
    leaks = built_without(_keep_unseen_records)
    assert f"title of an internal record in {month_page(2)}" in leaks


def test_without_a_guard_what_there_is_to_choose_leaks(
    built_without: Callable[[Callable[[pytest.MonkeyPatch], None]], list[str]],
) -> None:
    leaks = built_without(_keep_unseen_records)
    for page in ("index.html", "impact/index.html"):
        assert f"option of an internal record in {page}" in leaks


def test_without_both_guards_every_comment_leaks(
    planted: tuple[Path, Canaries], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root, canaries = planted
    _keep_comments(monkeypatch)
    monkeypatch.setattr(bodies, "sanitise", lambda html: html)
    monkeypatch.setattr(bodies.RenderedBody, "whole", lambda self, page: self)
    leaks = canaries.leaks(client_build(root, tmp_path / "out"))
    assert any(leak.startswith("HTML comment in") for leak in leaks)


def test_an_internal_event_does_not_move_the_client_edition(
    planted: tuple[Path, Canaries], tmp_path: Path
) -> None:
    root, _ = planted
    before = _edition(root).as_of
    shutil.copytree(root, tmp_path / "w")
    for id in IDS:
        next((tmp_path / "w").rglob(f"{id}-*.md")).unlink()
    body_file = next((tmp_path / "w").rglob("HBR-0001-*.md"))
    body_file.write_text(
        body_file.read_text()
        .split("---\n\n")[0]
        .replace("links: {related: [HBR-0003, HBR-0004], depends_on: [HBR-0003]}\n", "")
        + "---\n"
    )
    assert _edition(tmp_path / "w").as_of == before


def test_editions_are_frozen(planted: tuple[Path, Canaries]) -> None:
    edition = _edition(planted[0])
    assert replace(edition, slug="other").records == edition.records
