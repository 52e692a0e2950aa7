"""A client's site has the same bytes whatever there is beside it that the client does not see."""

from __future__ import annotations

from pathlib import Path

import pytest

from changebook.check import load_checked
from changebook.edition.editions import Edition, make_edition
from changebook.model.diagnostics import errors
from changebook.model.vocabulary import Audience
from changebook.paper.documents import Printery
from changebook.site.contents import edition_contents
from tests.canary import CLIENT, _profile, _record

NOTE = "::: internal\nThe margin is thin.\n\nVery thin.\n:::\n\n"


def write(root: Path, *, beside: bool) -> Path:
    """A workspace of one client; with `beside`, all that a client does not see is there too."""
    glossary = "glossary:\n  bollard: a post for ropes\n"
    profile = _profile("Harbour Office", "HBR", ["Lin Wei", *(["Rob Hidden"] if beside else ())])
    body = "Longer berths.\n\n{}They are needed.\n\n{}"
    files = {
        f"{CLIENT}/client.md": profile + (f"\n{NOTE}" if beside else ""),
        f"{CLIENT}/glossary.md": "---\nterms:\n  berth: a place for one ship\n---\n",
        f"{CLIENT}/2026/HBR-0001-berths.md": _record(
            "HBR-0001",
            "Longer berths",
            "approved",
            more=("internal: {margin: 0.3}\nx-tracker: T-1\n" if beside else "")
            + ("links: {related: [HBR-0003, HBR-0004]}\n" if beside else ""),
            body=body.format(*((NOTE, NOTE) if beside else ("", ""))).rstrip("\n"),
            drafted_by="Rob Hidden" if beside else "",
        ),
        f"{CLIENT}/2026/HBR-0002-lights.md": _record("HBR-0002", "Lights", "awaiting-decision"),
    }
    if beside:
        files |= {
            f"{CLIENT}/2026/HBR-0003-a.md": _record(
                "HBR-0003",
                "Bollards of another make",
                "assessing",
                visibility="internal",
                more=glossary + "links: {depends_on: [HBR-0001]}\n",
                recorded="2026-05-05",
            ),
            f"{CLIENT}/2026/HBR-0004-b.md": _record(
                "HBR-0004", "Bollards and ropes", "draft", more=glossary
            ),
            "other/client.md": _profile("Other Office", "OTH", ["Lin Wei"]),
            "other/glossary.md": "---\nterms:\n  berth: a bed on a ship\n---\n",
            "other/OTH-0001-x.md": _record("OTH-0001", "Something else", "approved"),
        }
    for path, content in files.items():
        file = root / "changes" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8")
    return root


def edition(root: Path) -> Edition:
    workspace, problems = load_checked(root)
    assert errors(problems) == []
    return make_edition(workspace.client(CLIENT), Audience.CLIENT)


@pytest.fixture
def editions(tmp_path: Path) -> tuple[tuple[Path, Edition], ...]:
    roots = (write(tmp_path / "alone", beside=False), write(tmp_path / "among", beside=True))
    return tuple((root, edition(root)) for root in roots)


def test_pages_and_files(editions: tuple[tuple[Path, Edition], ...]) -> None:
    alone, among = (edition_contents(e, root, directory_urls=True) for root, e in editions)
    assert alone.nav == among.nav
    assert {p.path: p.content for p in alone.pages} == {p.path: p.content for p in among.pages}
    assert {f.path: f.content for f in alone.files} == {f.path: f.content for f in among.files}


def test_documents(editions: tuple[tuple[Path, Edition], ...]) -> None:
    alone, among = (
        [(paper.path, paper.day, paper.key()) for paper in Printery(e).all()]
        for root, e in editions
    )
    assert len(alone) >= 5
    assert alone == among
