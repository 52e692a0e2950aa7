"""What `changebook init` lays out for editors, and what the docs tell of it, fits the workspace."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from changebook.cli import main
from changebook.edit import editors
from changebook.edit.json_schema import schema

WRITING = (Path(__file__).parents[2] / "docs" / "writing.md").read_text("utf-8")


def settings(workspace: Path) -> Any:
    return json.loads((workspace / ".vscode" / "settings.json").read_text("utf-8"))


def chosen(workspace: Path, patterns: list[str]) -> set[Path]:
    """The files that patterns choose; one that begins with `!` takes files out again."""
    found: set[Path] = set()
    for pattern in patterns:
        if pattern.startswith("!"):
            found -= {*workspace.glob(pattern[1:])}
        else:
            found |= {*workspace.glob(pattern)}
    return found


def test_each_file_has_its_schema(workspace: Path) -> None:
    (workspace / "changes" / "example" / "EX-0009.md").write_text("---\n", "utf-8")
    profiles = {*workspace.glob("changes/*/client.md")}
    glossaries = {*workspace.glob("changes/*/glossary.md")}
    records = {*workspace.glob("changes/**/*.md")} - profiles - glossaries
    assert len(records) == 4
    (workspace / "acme-map.yml").write_text("source:\n", "utf-8")
    by_schema = settings(workspace)["yaml.schemas"]
    found = {Path(name).name: chosen(workspace, files) for name, files in by_schema.items()}
    assert found == {
        "record.schema.json": records,
        "profile.schema.json": profiles,
        "glossary.schema.json": glossaries,
        "import-map.schema.json": {workspace / "acme-map.yml"},
    }


def test_the_schemas_are_there(workspace: Path) -> None:
    for path in settings(workspace)["yaml.schemas"]:
        name = Path(path).name.split(".")[0]
        assert json.loads((workspace / path).read_text("utf-8")) == schema(name)


def test_prose_is_neither_validated_nor_formatted(workspace: Path) -> None:
    assert settings(workspace)["yaml.validate"] is False
    assert settings(workspace)["yaml.format.enable"] is False


def test_the_task_s_matcher_reads_what_check_prints(workspace: Path) -> None:
    file = workspace / "changes" / "example" / "2026" / "EX-0002-gift-cards.md"
    file.write_text(file.read_text("utf-8").replace("medium", "urgent", 1), "utf-8")
    printed = CliRunner().invoke(main, ["check", "--workspace", str(workspace)]).stdout
    (task,) = json.loads((workspace / ".vscode" / "tasks.json").read_text("utf-8"))["tasks"]
    first, second = task["problemMatcher"]["pattern"]
    lines = printed.splitlines()
    (at,) = [n for n, line in enumerate(lines) if re.search(first["regexp"], line)]
    said, place = re.search(first["regexp"], lines[at]), re.search(second["regexp"], lines[at + 1])
    assert said
    assert said.group(first["severity"], first["code"]) == ("error", "unknown-value")
    assert place
    assert (workspace / place[second["file"]]) == file
    assert place.group(second["line"], second["column"]) == ("8", "11")


def block(language: str) -> str:
    (text,) = re.findall(rf"^```{language}\n(.*?)^```$", WRITING, re.MULTILINE | re.DOTALL)
    return str(text)


def test_the_settings_for_helix_are_those_for_vs_code(workspace: Path) -> None:
    server = tomllib.loads(block("toml"))["language-server"]["changebook"]
    config = server["config"]["yaml"]
    assert config["schemas"] == settings(workspace)["yaml.schemas"]
    assert (config["validate"], config["format"]["enable"]) == (False, False)


def test_the_settings_for_neovim_are_those_for_vs_code(workspace: Path) -> None:
    found = re.findall(r'\["(.+?)"\] = \{ (.+?) \}', block("lua"))
    told = {name: re.findall(r'"(.+?)"', patterns) for name, patterns in found}
    assert told == settings(workspace)["yaml.schemas"]


def test_the_schema_named_in_a_file_is_found_from_there(workspace: Path) -> None:
    named = re.search(r"yaml-language-server: \$schema=(\S+)", WRITING)
    assert named
    file = workspace / "changes" / "example" / "2026" / "EX-0002-gift-cards.md"
    assert (file.parent / named[1]).is_file()
    line = named[0]
    file.write_text(file.read_text("utf-8").replace("---\n", f"---\n# {line}\n", 1), "utf-8")
    assert CliRunner().invoke(main, ["check", "--workspace", str(workspace)]).exit_code == 0


@pytest.mark.parametrize("path", [*editors.files()], ids=str)
def test_each_file_is_plain_json(path: Path) -> None:
    text = editors.files()[path]
    assert json.loads(text)
    assert text.endswith("}\n")
