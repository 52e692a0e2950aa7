"""Compiled templates that are kept between runs, and what must not be taken from there."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest
from jinja2 import DictLoader, Environment

from changebook.pages.compiled import CompiledTemplates

TEXTS = {"a": "{{ x }}!"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where they are kept."""
    monkeypatch.setattr("changebook.pages.compiled.user_cache_path", tmp_path.joinpath)
    return tmp_path / "changebook" / "templates"


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are compiled during the test."""
    found: list[str] = []
    compile_ = Environment.compile

    def noted(self: Environment, source: str, *args: object) -> object:
        found.append(source)
        return compile_(self, source, *args)  # type: ignore[call-overload]

    monkeypatch.setattr(Environment, "compile", noted)
    return found


def shown(texts: dict[str, str] | None = None, *, autoescape: bool = True) -> str:
    """The template as a new process shows it."""
    environment = Environment(
        loader=DictLoader(texts or TEXTS),
        autoescape=autoescape,
        bytecode_cache=CompiledTemplates("test"),
    )
    return environment.get_template("a").render(x="<")


def test_another_process_compiles_no_template_again(folder: Path, compiled: list[str]) -> None:
    assert [shown(), shown()] == ["&lt;!"] * 2
    assert compiled == ["{{ x }}!"]
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_changed_template_takes_the_place_of_the_old_one(
    folder: Path, compiled: list[str]
) -> None:
    assert [shown(), shown({"a": "{{ x }}?"})] == ["&lt;!", "&lt;?"]
    assert len(compiled) == 2
    assert len(list(folder.iterdir())) == 1


def test_what_escapes_is_not_taken_for_what_does_not(folder: Path) -> None:
    assert [shown(autoescape=False), shown()] == ["<!", "&lt;!"]


@pytest.mark.parametrize("size", [0, 10, 70, 100])
def test_what_is_cut_short_is_compiled_again(folder: Path, compiled: list[str], size: int) -> None:
    shown()
    (file,) = folder.iterdir()
    file.write_bytes(file.read_bytes()[:size])
    assert [shown(), shown()] == ["&lt;!"] * 2
    assert len(compiled) == 2


def test_another_jinja_compiles_anew(
    folder: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown()
    monkeypatch.setattr(jinja2, "__version__", "0")
    shown()
    assert len(compiled) == 2


def test_a_folder_that_others_may_write_in_is_not_used(folder: Path, compiled: list[str]) -> None:
    shown()
    folder.chmod(0o770)
    shown()
    assert len(compiled) == 2


def test_without_a_folder_it_works_all_the_same(folder: Path, compiled: list[str]) -> None:
    folder.parent.write_text("")
    assert [shown(), shown()] == ["&lt;!"] * 2
    assert len(compiled) == 2


def test_an_unknown_home_is_not_a_folder_called_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("changebook.pages.compiled.user_cache_path", Path("~").joinpath)
    assert shown() == "&lt;!"
    assert not list(tmp_path.iterdir())
