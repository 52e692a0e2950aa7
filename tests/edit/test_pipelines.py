"""The pipelines that `init --ci` writes: valid, and each command runs where the workspace lies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from changebook.cli import main
from changebook.edit import pipelines
from changebook.read.installation import InstalledFrom
from tests.scratch import Scratch, environment

COMMIT = "0123456789abcdef0123456789abcdef01234567"
FROM_GIT = f"git+https://git.example/northwind/changebook@{COMMIT}"
WORKFLOWS = ".github/workflows"
PLACES = (".", "docs/log", "change log")
WAITING = "changes/example/2026/EX-0002-gift-cards.md"


def init(place: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["init", str(place), *arguments])


def written(place: str, root: Path, host: str, install: str = FROM_GIT) -> Scratch:
    """A repository with a workspace at a place, its pipelines, and a commit of all."""
    scratch = Scratch.at(root)
    done = init(scratch.root / place, "--ci", host, "--install", install)
    assert done.exit_code == 0, done.output
    scratch.commit({})
    return scratch


def parsed(file: Path) -> Any:
    return yaml.load(file.read_text("utf-8"), yaml.BaseLoader)


def tool(*words: str | Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / str(words[0])
    return subprocess.run([program, *words[1:]], capture_output=True, text=True, check=False)


def run(scratch: Scratch, folder: str, script: str, **more: str) -> str:
    """Run a script as a runner's shell does; what it printed."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=scratch.root / folder,
        env={**environment(), "PATH": path, **more},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
def test_what_is_written_fits_the_published_schema(tmp_path: Path, place: str) -> None:
    scratch = written(
        place, tmp_path, "github", f"git+https://x:${{INSTALL_TOKEN}}@g.example/c@{COMMIT}"
    )
    assert init(tmp_path / place, "--ci", "gitlab", "--install", FROM_GIT).exit_code == 0
    workflows = sorted((scratch.root / WORKFLOWS).iterdir())
    assert [file.name for file in workflows] == ["changes-check.yml", "changes-publish.yml"]
    for schema, files in (
        ("github-workflows", workflows),
        ("gitlab-ci", [tmp_path / ".gitlab-ci.yml"]),
    ):
        more = ["--data-transform", "gitlab-ci"] if schema == "gitlab-ci" else []
        done = tool("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *more, *files)
        assert done.returncode == 0, done.stdout
    audit = tool("zizmor", "--offline", "--no-progress", *workflows)
    assert audit.returncode == 0, audit.stdout
    for file in workflows:
        installs = [
            step["env"]
            for job in parsed(file)["jobs"].values()
            for step in job["steps"]
            if step.get("name") == "Install"
        ]
        assert installs == [{"INSTALL_TOKEN": "${{ secrets.INSTALL_TOKEN }}"}] * 2


def test_a_workspace_in_a_subfolder_is_named_in_every_path(tmp_path: Path) -> None:
    scratch = written("docs/log", tmp_path, "github")
    check, publish = (
        parsed(scratch.root / WORKFLOWS / f"changes-{name}.yml") for name in ("check", "publish")
    )
    for workflow in (check, publish):
        assert workflow["defaults"] == {"run": {"working-directory": "docs/log"}}
    assert check["on"] == "pull_request"  # a required check that was left out never ends
    paths = ["docs/log/**", ".github/workflows/changes-publish.yml"]
    assert publish["on"] == {"push": {"branches": ["main"], "paths": paths}}
    (cache,) = (
        step["with"]
        for step in publish["jobs"]["publish"]["steps"]
        if "key" in step.get("with", {})
    )
    assert cache["path"].split("\n")[:2] == ["docs/log/.changebook/kept", "docs/log/site"]

    assert init(tmp_path / "docs/log", "--ci", "gitlab", "--install", FROM_GIT).exit_code == 0
    jobs = parsed(tmp_path / ".gitlab-ci.yml")
    assert jobs[".changebook"]["before_script"][0] == "cd docs/log"
    assert jobs["check"]["artifacts"]["reports"] == {"codequality": "docs/log/code-quality.json"}
    assert jobs["publish"]["cache"]["paths"] == ["docs/log/.changebook/kept/", "docs/log/site/"]
    assert jobs["publish"]["parallel"]["matrix"] == [{"CLIENT": ["example"]}]
    changes = ["docs/log/**/*", ".gitlab-ci.yml"]
    for name, expected in (
        ("check", None),
        ("verify", None),
        ("comment", changes),
        ("publish", changes),
    ):
        assert [rule.get("changes") for rule in jobs[name]["rules"]] == [expected], name


def test_the_repository_s_own_main_branch_is_published(tmp_path: Path) -> None:
    scratch = Scratch.at(tmp_path)
    scratch.git("symbolic-ref", "HEAD", "refs/heads/trunk")
    assert init(tmp_path, "--ci", "github", "--install", FROM_GIT).exit_code == 0
    publish = parsed(tmp_path / WORKFLOWS / "changes-publish.yml")
    assert publish["on"] == {"push": {"branches": ["trunk"]}}


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
def test_the_commands_run_where_the_workspace_lies(tmp_path: Path, place: str) -> None:
    scratch = written(place, tmp_path / "repository", "github")
    assert init(scratch.root / place, "--ci", "gitlab", "--install", FROM_GIT).exit_code == 0
    base = scratch.commit({})
    file = "" if place == "." else f"{place}/"
    text = (scratch.root / place / WAITING).read_text("utf-8")
    scratch.branch("bad")
    scratch.commit({f"{file}{WAITING}": text.replace("urgency: low", "urgency: urgent")})

    def github(name: str, job: str, step: str) -> tuple[str, str]:
        workflow = parsed(scratch.root / WORKFLOWS / name)
        (found,) = (s for s in workflow["jobs"][job]["steps"] if s.get("name") == step)
        return workflow.get("defaults", {"run": {"working-directory": "."}})["run"][
            "working-directory"
        ], found["run"]

    folder, check = github("changes-check.yml", "check", "Check")
    said = run(scratch, folder, f"{check} || true", BASE=base)
    assert f"::error file={file}{WAITING},line=" in said
    folder, report = github("changes-check.yml", "comment", "Report")
    temp = {"RUNNER_TEMP": str(tmp_path), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    run(scratch, folder, report, BASE=base, RUN="", **temp)
    assert "EX-0002" in (tmp_path / "comment.md").read_text("utf-8")
    folder, clients = github("changes-publish.yml", "verify", "List the clients")
    run(scratch, folder, clients, GITHUB_OUTPUT=str(tmp_path / "output"))
    assert (tmp_path / "output").read_text("utf-8") == 'clients=["example"]\n'

    jobs = parsed(scratch.root / ".gitlab-ci.yml")
    before = [line for line in jobs[".changebook"]["before_script"] if "pip" not in line]
    script = [
        *before,
        *(line for line in jobs["check"]["script"] if not line.startswith("git fetch")),
    ]
    run(scratch, ".", "\n".join([*script[:-1], f"{script[-1]} || true"]), BASE=base)
    report_file = jobs["check"]["artifacts"]["reports"]["codequality"]
    rows = json.loads((scratch.root / report_file).read_text("utf-8"))
    assert f"{file}{WAITING}" in {row["location"]["path"] for row in rows}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "place"), [("wheel", "docs/log"), ("wheel", "change log"), ("git", ".")]
)
def test_the_line_that_installs_works(tmp_path: Path, place: str, kind: str) -> None:
    """With a package of the same name, by pip itself, into a folder of its own."""
    package = Scratch.at(tmp_path / "secret" / "package")
    project = '[project]\nname = "changebook"\nversion = "9"\n'
    build = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
    commit = package.commit({"pyproject.toml": build + project, "changebook/__init__.py": ""})
    repository = Scratch.at(tmp_path / "repository")
    if kind == "wheel":
        wheels = repository.root / "wheels"
        quiet = ("--no-isolation", "--wheel", "--outdir", wheels)
        assert tool("python", "-m", "build", *quiet, package.root).returncode == 0
        install = str(next(wheels.iterdir()))
    else:
        root = f"localhost{tmp_path}"
        install = f"git+file://{root}/${{INSTALL_TOKEN}}/package@{commit}"
    written(place, repository.root, "github", install)
    assert init(repository.root / place, "--ci", "gitlab", "--install", install).exit_code == 0
    workflow = parsed(repository.root / WORKFLOWS / "changes-check.yml")
    (github,) = (s["run"] for s in workflow["jobs"]["check"]["steps"] if s.get("name") == "Install")
    gitlab = parsed(repository.root / ".gitlab-ci.yml")
    for name, folder, script, says in (
        ("github", place, github, workflow["env"]["CHANGEBOOK"]),
        (
            "gitlab",
            ".",
            "\n".join(gitlab[".changebook"]["before_script"]),
            gitlab["variables"]["CHANGEBOOK"],
        ),
    ):
        target = tmp_path / f"installed-{name}"
        own = {"PIP_TARGET": str(target), "PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0"}
        run(repository, folder, script, CHANGEBOOK=says, INSTALL_TOKEN="secret", **own)
        assert (target / "changebook-9.dist-info").is_dir()


def test_the_commit_that_is_installed_here_is_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = InstalledFrom(COMMIT, "https://lin:password@git.example/northwind/changebook")
    monkeypatch.setattr(pipelines, "origin", lambda: here)
    Scratch.at(tmp_path)
    assert init(tmp_path, "--ci", "github").exit_code == 0
    text = (tmp_path / WORKFLOWS / "changes-check.yml").read_text("utf-8")
    assert f"  CHANGEBOOK: changebook @ {FROM_GIT}\n" in text
    assert "password" not in text


@pytest.mark.parametrize(
    ("here", "says"),
    [
        (None, "it is not known where"),
        (InstalledFrom(COMMIT, "/home/lin/changebook"), "it is not known where"),
        (
            InstalledFrom(COMMIT, "https://git.example/c", altered=True),
            "uncommitted changes",
        ),
    ],
)
def test_what_can_not_be_installed_elsewhere_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, here: InstalledFrom | None, says: str
) -> None:
    monkeypatch.setattr(pipelines, "origin", lambda: here)
    Scratch.at(tmp_path)
    done = init(tmp_path, "--ci", "github")
    assert done.exit_code == 2
    assert says in done.output
    assert "--install" in done.output
    assert [path.name for path in tmp_path.iterdir()] == [".git"]


@pytest.mark.parametrize(
    "install",
    ["changebook", "git+https://git.example/c@main", "missing.whl", "git+https://g.example/c"],
)
def test_what_may_move_is_not_installed(tmp_path: Path, install: str) -> None:
    Scratch.at(tmp_path)
    done = init(tmp_path, "--ci", "gitlab", "--install", install)
    assert done.exit_code == 2
    assert install in done.output
    assert [path.name for path in tmp_path.iterdir()] == [".git"]


def test_a_wheel_outside_of_the_repository_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "changebook-0.1.0-py3-none-any.whl"
    wheel.touch()
    Scratch.at(tmp_path / "repository")
    done = init(tmp_path / "repository", "--ci", "gitlab", "--install", str(wheel))
    assert done.exit_code == 2
    assert "is not in" in done.output


@pytest.mark.parametrize("host", ["github", "gitlab"])
def test_a_pipeline_that_is_there_is_left_alone(tmp_path: Path, host: str) -> None:
    name = {"github": f"{WORKFLOWS}/changes-publish.yml", "gitlab": ".gitlab-ci.yml"}[host]
    Scratch.at(tmp_path).write({name: "theirs"})
    done = init(tmp_path, "--ci", host, "--install", FROM_GIT)
    assert done.exit_code == 2
    assert "already exists; nothing was written" in done.output
    assert (tmp_path / name).read_text("utf-8") == "theirs"
    assert not (tmp_path / "changes").exists()


def test_pipelines_need_a_repository_and_a_plain_folder(tmp_path: Path) -> None:
    done = init(tmp_path, "--ci", "github", "--install", FROM_GIT)
    assert done.exit_code == 2
    assert "git init" in done.output
    Scratch.at(tmp_path)
    done = init(tmp_path / "all*", "--ci", "github", "--install", FROM_GIT)
    assert done.exit_code == 2
    assert "`all*`" in done.output


def test_what_to_install_is_for_pipelines(tmp_path: Path) -> None:
    assert init(tmp_path, "--install", FROM_GIT).exit_code == 2
