"""What comes from others: no known faults, and a notice wherever it goes."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.version import Version

from changebook import packaged
from changebook.refusal import Refusal
from changebook.site.notices import notices
from changebook.site.theme import mermaid_script

ROOT = Path(__file__).resolve().parents[2]
AUDIT = SimpleNamespace(**runpy.run_path(str(ROOT / "requirements" / "advisories.py")))
FETCHING = SimpleNamespace(**runpy.run_path(str(ROOT / "third_party" / "fetch.py")))


def test_the_locks_hold_nothing_with_a_known_fault() -> None:
    assert AUDIT.faults(AUDIT.locked()) == []
    where = {place for place, _, _ in AUDIT.locked()}
    assert where == {*(f"{n}.lock" for n in ("build", "node", "runtime", "dev")), "NOTICE.txt"}


@pytest.mark.parametrize(
    ("name", "version", "known"),
    [
        ("requests", "2.30.0", True),
        ("requests", "2.32.0", False),
        ("jinja2", "2.10", True),
        ("npm:mermaid", "11.16.0", True),
        ("npm:mermaid", "11.16.1", False),
        ("npm:dompurify", "3.4.12", True),
        ("npm:dompurify", "3.4.13", False),
        ("nobody-knows-it", "1", False),
    ],
)
def test_a_known_fault_is_found(name: str, version: str, known: bool) -> None:
    assert bool(AUDIT.faults(iter([("lock", name, version)]))) is known


def test_the_audit_says_of_which_day_it_knows() -> None:
    command = [sys.executable, str(ROOT / "requirements" / "advisories.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert re.fullmatch(
        r"0 known faults in the locks, by \d+ advisories: Python's as of \d{4}-\d\d-\d\d, npm's as "
        r"of \d{4}-\d\d-\d\d\.\n",
        done.stdout,
    )


def test_the_script_of_diagrams_is_the_locked_one() -> None:
    lock = json.loads((ROOT / "third_party" / "package-lock.json").read_text("utf-8"))
    version = lock["packages"]["node_modules/mermaid"]["version"]
    assert FETCHING.is_fetched()
    assert f'"{version}"' in mermaid_script().read_text("utf-8")
    assert Version(version) >= Version("11.16.1")
    assert "resolved" not in json.dumps(lock), "a lock names no registry"


def test_an_archive_with_another_digest_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = FETCHING.fetch
    (tmp_path / "mermaid.tgz").write_bytes(b"something else")
    monkeypatch.setitem(fetch.__globals__, "FETCHED", tmp_path / "fetched")
    monkeypatch.setitem(fetch.__globals__, "SCRIPT", tmp_path / "fetched" / "mermaid.min.js")
    monkeypatch.setitem(fetch.__globals__, "_packed", lambda *_: tmp_path / "mermaid.tgz")
    with pytest.raises(FETCHING.CannotFetch, match="is not what package-lock"):
        fetch()
    assert not (tmp_path / "fetched" / "mermaid.min.js").exists()


def test_a_notice_names_versions_and_licences() -> None:
    plain, whole = notices(diagrams=False), notices(diagrams=True)
    for name in ("mkdocs-material", "pagefind-bin"):
        assert re.search(rf"^{name} [\d.]+ \(MIT\)$", plain, re.MULTILINE)
    assert "Permission is hereby granted" in plain
    assert "mermaid" not in plain
    assert re.search(r"^mermaid [\d.]+ \(MIT\)\nDOMPurify [\d.]+ \(MPL-2.0 OR", whole, re.MULTILINE)
    assert "Knut Sveidqvist" in whole


def test_without_the_script_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packaged, "fetched_folder", lambda: Path("/nowhere"))
    with pytest.raises(Refusal, match="install a wheel of Changebook, or run"):
        mermaid_script()
