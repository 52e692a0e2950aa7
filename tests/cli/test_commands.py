"""Commands load when they are called, and none ignores an option that it was given."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from changebook.cli import load, main

NAMES = sorted(main.commands)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def modules_after(code: str) -> set[str]:
    # What comes in MkDocs's place is loaded before anything else.
    code = f"import sys; before = {{*sys.modules}}\n{code}\nprint(*{{*sys.modules}} - before)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    ("code", "unwanted"),
    [
        ("import changebook.cli", {"pydantic", "rich", "yaml", "babel", "mkdocs", "weasyprint"}),
        (
            "from changebook.cli import main; main(['--help'], standalone_mode=False)",
            {"pydantic", "rich", "yaml", "babel", "mkdocs", "weasyprint"},
        ),
        ("from changebook.cli import load; load('check')", {"mkdocs", "weasyprint", "dateparser"}),
        ("from changebook.cli import load; load('new')", {"mkdocs", "weasyprint", "dateparser"}),
        ("from changebook.cli import load; load('advance')", {"mkdocs", "weasyprint"}),
    ],
)
def test_only_what_a_command_needs_is_loaded(code: str, unwanted: set[str]) -> None:
    assert modules_after(code) & unwanted == set()


@pytest.mark.parametrize("name", NAMES)
def test_the_list_of_commands_says_what_each_says_of_itself(name: str) -> None:
    command = load(name)
    assert command.name == name
    assert main.commands[name].get_short_help_str(1000) == command.get_short_help_str(1000)


@pytest.mark.parametrize("name", NAMES)
def test_an_option_for_one_value_is_not_taken_twice(name: str) -> None:
    for option in load(name).params:
        if isinstance(option, click.Option) and not (option.multiple or option.is_flag):
            done = run(name, option.opts[-1], "1", option.opts[-1], "2")
            assert done.exit_code == 2
            assert f"{option.opts[-1]} is given twice: give it once" in done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_an_option_without_a_text_is_refused(name: str) -> None:
    for option in load(name).params:
        if isinstance(option, click.Option) and not option.is_flag:
            done = run(name, option.opts[-1], " ")
            assert done.exit_code == 2
            assert f"{option.opts[-1]} is empty" in done.stderr


def test_a_flag_may_be_repeated_and_not_contradicted(workspace: Path) -> None:
    assert run("check", "--workspace", workspace, "--fix", "--fix").exit_code == 0
    done = run("advance", "EX-0002", "assessing", "--ask", "--no-ask")
    assert "--ask/--no-ask is given twice" in done.stderr


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("check --fix --dry-run --base HEAD", "checks nothing: leave out --base"),
        ("check --fix --dry-run --format json", "checks nothing: leave out --base"),
        ("check --all", "--exact and --all go with --base"),
        ("check --dry-run", "--dry-run goes with --fix"),
        ("check s.pdf", "s.pdf is not in changes: nothing in it is checked"),
        ("export example --format csv --out nowhere/x.csv", "nowhere is not a folder"),
        ("export example --format csv --out x.xlsx", "x.xlsx is a name for xlsx, and this is csv"),
        ("export example --format site --out x.ZIP", "add --format zip, or choose another name"),
        ("impact example --out x.json", "x.json is a name for json, and this is text"),
        ("report example --out x.html", "add --format html"),
        ("remind example --out x.json", "add --format json"),
        ("export example --format csv --no-pdf", "--no-pdf and --cache go with --format zip"),
        ("check --base HEAD --cache kept", "--jobs and --cache go without --base"),
        ("build --shard 1/2 --client example", "--shard and --client don't go together"),
        ("build --shard 1/2 --audience team", "--shard is for clients' sites"),
        ("build --shard 3/2", "`3/2` is not a part"),
        ("build --executor dask", "--executor dask and --scheduler ADDRESS go together"),
        ("build --scheduler tcp://a:1", "--executor dask and --scheduler ADDRESS go together"),
        ("build --executor dask --scheduler tcp://a:1 --jobs 2", "leave it out with --executor"),
        ("schema profile --out schemas", "--out takes a folder for all schemas"),
        ("report example --to a@b.example", "--to and --from are for a mail"),
        ("print --client example --register --without-money", "--without-money goes with IDs"),
        ("print --client example --register --all", "choose which documents of example"),
        ("print EX-0001 --register", "IDs and --register don't go together"),
        ("print EX-0001 --client example", "IDs and --client don't go together"),
        ("print EX-0009", "no record has the id EX-0009: did you mean EX-000"),
        ("verify --digest 0123456789ab --client example", "leave out --client and --base"),
        ("serve --audience client", "--audience client needs --client"),
        ("sign EX-0001 --file s.pdf --on 2026-03-20 --by A --by A", "--by names A twice"),
        ("new exampel X", "no client `exampel`; did you mean `example`?"),
    ],
)
def test_what_would_be_ignored_is_refused(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, words: str, why: str
) -> None:
    monkeypatch.chdir(workspace)
    Path("s.pdf").write_text("")
    before = sorted(workspace.rglob("*"))
    done = run(*words.split())
    assert done.exit_code == 2
    assert why in done.stderr
    assert sorted(workspace.rglob("*")) == before


def test_seal_names_each_client_once(workspace: Path) -> None:
    lock = workspace / "changes" / "example" / "decisions.lock"
    whole = lock.read_text("utf-8")
    lock.unlink()
    done = run("seal", "--workspace", workspace, "--client", "example", "--client", "example")
    assert done.exit_code == 0
    assert done.stdout.count("decisions.lock") == 1
    assert lock.read_text("utf-8") == whole
