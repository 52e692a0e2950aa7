"""A preview without its server: which page comes first, and that all ends as a plain build."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from changebook.model.vocabulary import Audience
from changebook.publish.build import build
from changebook.publish.preview import Preview
from changebook.read.workspace import OWN

pytestmark = pytest.mark.slow

RECORD = "changes/example/2026/EX-0002-gift-cards.md"
PAGE = "example/changes/EX-0002/index.html"


class Told:
    """What a preview says, and how often it has browsers reload."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.reloads = 0

    def reload(self) -> None:
        self.reloads += 1


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def preview(workspace: Path, told: Told) -> Iterator[Preview]:
    with Preview(workspace, "", Audience.TEAM, told.said.append) as preview:
        yield preview


def save(preview: Preview, told: Told) -> None:
    """Do what the server does when a file was saved, and wait until all is built."""
    preview.update(told.reload)
    preview.wait_for("search/of/no/site.json")


def edit(workspace: Path, old: str, new: str, file: str = RECORD) -> None:
    text = (workspace / file).read_text("utf-8")
    assert old in text
    (workspace / file).write_text(text.replace(old, new), "utf-8")


def files(site: Path) -> dict[str, bytes]:
    """All that readers can get."""
    return {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in site.rglob("*")
        if path.is_file() and OWN not in path.relative_to(site).parts
    }


def test_after_any_saves_the_files_are_those_of_a_plain_build(
    workspace: Path, preview: Preview, told: Told, tmp_path: Path
) -> None:
    preview.wait_for(PAGE)
    save(preview, told)
    edit(workspace, "Accept gift cards", "Take gift cards")
    save(preview, told)
    year = (workspace / RECORD).parent
    text = (workspace / RECORD).read_text("utf-8").replace("EX-0002", "EX-0004")
    (year / "EX-0004-more.md").write_text(text.replace("gift cards", "vouchers"), "utf-8")
    save(preview, told)
    next(year.glob("EX-0003*")).unlink()
    (workspace / "changes" / "example").rename(workspace / "changes" / "renamed")
    save(preview, told)
    plain = tmp_path / "plain"
    assert build(workspace, audience=Audience.TEAM, out=plain, cache=tmp_path / "cache").ok
    assert not preview.trouble
    assert "renamed/changes/EX-0004/index.html" in files(plain)
    assert files(preview.folder) == files(plain)


@pytest.mark.parametrize("page", [PAGE, "example/reports/index.html", "example/index.html"])
def test_the_page_that_is_read_is_there_before_the_others(
    workspace: Path,
    preview: Preview,
    told: Told,
    page: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    save(preview, told)
    preview.wait_for(page)
    edit(workspace, "Accept gift cards", "Take gift cards")
    monkeypatch.setattr(preview, "_begin_build", lambda *_: None)
    preview.update(told.reload)
    assert preview._ready == page
    other = Thread(target=preview.wait_for, args=("example/decisions/index.html",), daemon=True)
    other.start()
    other.join(0.2)
    assert other.is_alive()
    plain = tmp_path / "plain"
    assert build(workspace, audience=Audience.TEAM, out=plain, cache=tmp_path / "cache").ok
    assert (preview.folder / page).read_bytes() == (plain / page).read_bytes()


def test_errors_are_told_at_once_and_the_last_good_pages_stay(
    workspace: Path, preview: Preview, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    preview.wait_for(PAGE)
    save(preview, told)
    good = files(preview.folder)
    edit(workspace, "priority: medium", "priority: urgent")
    with monkeypatch.context() as patch:
        patch.setattr(preview, "_begin_build", lambda *_: None)
        preview.update(told.reload)
    assert preview._ready == PAGE
    assert "error[unknown-value]" in preview.trouble
    assert "error[unknown-value]" in "".join(told.said)
    save(preview, told)
    assert files(preview.folder) == good
    assert told.reloads == 0  # the save itself has had them reload
    edit(workspace, "priority: urgent", "priority: medium")
    save(preview, told)
    assert not preview.trouble
    assert files(preview.folder) == good


def test_what_is_wrong_with_one_client_leaves_the_others_up_to_date(
    workspace: Path, preview: Preview, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in sorted((workspace / "changes" / "example").rglob("*.md")):
        path = file.relative_to(workspace / "changes" / "example").as_posix()
        other = workspace / "changes" / "other" / path.replace("EX-", "OT-")
        other.parent.mkdir(parents=True, exist_ok=True)
        text = file.read_text("utf-8").replace("EX-", "OT-").replace("prefix: EX", "prefix: OT")
        other.write_text(text.replace("name: Example", "name: Others"), "utf-8")
    preview.wait_for(PAGE)
    save(preview, told)
    assert not preview.trouble
    edit(workspace, "priority: medium", "priority: urgent")
    edit(
        workspace,
        "Accept gift",
        "Take gift",
        file=RECORD.replace("EX-", "OT-").replace("example", "other"),
    )
    # Two clients are checked by the build, in processes side by side.
    jobs: list[object] = []
    with monkeypatch.context() as patch:
        patch.setattr(preview, "_begin_build", lambda _, number, __: jobs.append(number))
        preview.update(told.reload)
    assert jobs == [None]
    assert not preview._ready
    save(preview, told)
    assert RECORD in preview.trouble
    assert b"Accept gift cards" in files(preview.folder)[PAGE]
    page = PAGE.replace("EX-", "OT-").replace("example", "other")
    assert b"Take gift cards" in files(preview.folder)[page]


def test_a_fault_that_only_the_build_meets_reloads_the_pages(
    workspace: Path, preview: Preview, told: Told
) -> None:
    template = workspace / "site_templates" / "pages" / "process.html.j2"
    template.parent.mkdir(parents=True)
    save(preview, told)
    template.write_text("{{ nobody.knows }}", "utf-8")
    save(preview, told)
    assert f"{template}:1" in preview.trouble
    assert told.reloads == 1
    template.write_text("<p>Ring us.</p>", "utf-8")
    save(preview, told)
    assert not preview.trouble
    assert b"Ring us." in files(preview.folder)["example/process/index.html"]


def test_a_save_during_a_build_ends_it(workspace: Path, preview: Preview, told: Told) -> None:
    preview.wait_for(PAGE)
    save(preview, told)
    edit(workspace, "Accept gift cards", "Take gift cards")
    preview.update(told.reload)
    first = preview._process
    edit(workspace, "Take gift cards", "Sell gift cards")
    save(preview, told)
    assert first
    assert first.exitcode == -15
    assert preview._process is not first
    assert b"Sell gift cards" in files(preview.folder)[PAGE]
    assert not preview.trouble


def test_a_build_that_is_killed_is_told(
    preview: Preview, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("changebook.publish.preview._UNTIL_NEXT", 0)
    preview.update(told.reload)
    assert preview._process
    preview._process.kill()
    preview.wait_for(PAGE)
    assert "has ended before it was done" in preview.trouble
    save(preview, told)
    assert not preview.trouble
    assert PAGE in files(preview.folder)


def test_the_only_client_of_a_preview_can_go_and_come_back(workspace: Path, told: Told) -> None:
    folder = workspace / "changes" / "example"
    with Preview(workspace, "example", Audience.CLIENT, told.said.append) as preview:
        save(preview, told)
        good = files(preview.folder)
        assert "changes/EX-0002/index.html" in good
        folder.rename(workspace / "away")
        save(preview, told)
        assert "no client `example`" in preview.trouble
        (workspace / "away").rename(folder)
        save(preview, told)
        assert not preview.trouble
        assert files(preview.folder) == good


def test_a_workspace_that_can_not_be_written_in_has_a_preview_too(
    workspace: Path, told: Told
) -> None:
    (workspace / OWN).write_text("in the way of what is kept", "utf-8")
    with Preview(workspace, "", Audience.TEAM, told.said.append) as preview:
        save(preview, told)
        assert not preview.trouble
        assert PAGE in files(preview.folder)
