"""The recipes: valid by their own validators, and each command in them does what it is for.

The commands are read out of the recipes and run in repositories made for it. Only what reaches out
of the machine has a stand-in: pip, gh and curl.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pathspec
import pytest
import yaml
from click.testing import CliRunner

from changebook.cli import main
from changebook.edit import scaffold
from changebook.read.workspace import read_workspace
from tests.scratch import Scratch

ROOT = Path(__file__).resolve().parents[2]
RECIPES = ROOT / "docs" / "recipes"
CHECK = RECIPES / "github" / "changes-check.yml"
PUBLISH = RECIPES / "github" / "changes-publish.yml"
GITLAB = RECIPES / "gitlab" / "gitlab-ci.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
DOCS = (ROOT / "docs" / "pull-requests.md").read_text("utf-8")

DECIDED = "changes/example/2026/EX-0001-collection-times.md"
WAITING = "changes/example/2026/EX-0002-gift-cards.md"
NOBODY_YET = "0" * 40
NOTHING: Mapping[str, str] = MappingProxyType({})


def tool(*words: str | Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program that lies beside this Python."""
    program = Path(sys.executable).parent / str(words[0])
    return subprocess.run(
        [program, *words[1:]], cwd=folder, capture_output=True, text=True, check=False
    )


def parsed(file: Path) -> Any:
    """A recipe as data, with words such as `on` left as they are."""
    return yaml.load(file.read_text("utf-8"), yaml.BaseLoader)


# By their own validators


@pytest.mark.parametrize(
    ("file", "schema"),
    [(CHECK, "github-workflows"), (PUBLISH, "github-workflows"), (GITLAB, "gitlab-ci")],
    ids=lambda value: value.name if isinstance(value, Path) else value,
)
def test_pipelines_fit_their_published_schema(file: Path, schema: str) -> None:
    transform = ["--data-transform", "gitlab-ci"] if schema == "gitlab-ci" else []
    done = tool("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *transform, file)
    assert done.returncode == 0, done.stdout


def test_workflows_pass_the_audit_of_their_safety() -> None:
    done = tool("zizmor", "--offline", "--no-progress", CHECK, PUBLISH)
    assert done.returncode == 0, done.stdout


def test_the_validators_find_faults(tmp_path: Path) -> None:
    text = CHECK.read_text("utf-8")
    (tmp_path / "bad.yml").write_text(text.replace("runs-on:", "runs-at:"), "utf-8")
    schema = ("check-jsonschema", "--builtin-schema", "vendor.github-workflows")
    assert tool(*schema, tmp_path / "bad.yml").returncode == 1
    loose = re.sub(r"checkout@\w+ # v\S+", "checkout@main", text)
    assert loose != text
    (tmp_path / "loose.yml").write_text(loose, "utf-8")
    assert tool("zizmor", "--offline", "--no-progress", tmp_path / "loose.yml").returncode != 0


def test_the_hooks_are_a_valid_manifest() -> None:
    done = tool("pre-commit", "validate-manifest", HOOKS)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("file", [CHECK, PUBLISH], ids=lambda file: file.name)
def test_actions_are_pinned_and_tokens_can_do_little(file: Path) -> None:
    used = re.findall(r"uses: (.+)", file.read_text("utf-8"))
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", u) for u in used)
    recipe = parsed(file)
    assert recipe["permissions"] == {"contents": "read"}
    more = {
        job: rest["permissions"] for job, rest in recipe["jobs"].items() if "permissions" in rest
    }
    comment = {"comment": {"contents": "read", "pull-requests": "write"}}
    assert more == (comment if file == CHECK else {})


def test_the_branch_is_checked_and_not_its_merge() -> None:
    """Where both are one, `--merge-with` has nothing to find."""
    step = parsed(CHECK)["jobs"]["check"]["steps"][0]
    assert step["with"]["ref"] == "${{ github.event.pull_request.head.sha }}"


def test_the_comment_is_for_private_repositories_alone() -> None:
    assert "github.event.repository.private" in parsed(CHECK)["jobs"]["comment"]["if"]
    (rule,) = parsed(GITLAB)["comment"]["rules"]
    assert '$CI_PROJECT_VISIBILITY == "private"' in rule["if"]


# The commands


@dataclass(frozen=True)
class Step:
    """A step of a job: its script, and its own environment with what stands in `${{ }}`."""

    script: str
    environment: Mapping[str, str]
    fails_in_pipes: bool


def steps(file: Path, job: str) -> dict[str, Step]:
    """The named steps of a GitHub job, but for the one that installs."""
    return {
        step["name"]: Step(step["run"], step.get("env", {}), step.get("shell") == "bash")
        for step in parsed(file)["jobs"][job]["steps"]
        if "run" in step and step["name"] != "Install"
    }


def gitlab_job(name: str) -> Step:
    """The script of a GitLab job; the runner's shell is told to stop at a failing pipe."""
    job = parsed(GITLAB)[name]
    lines = [line for line in job["script"] if not line.startswith(("apt-get", "chmod"))]
    return Step("\n".join(lines), job.get("variables", {}), True)


STAND_INS = {
    "gh": """\
echo "gh $*" >> "$CALLED"
case "$*" in *--jq*) cat "$ANSWER";; esac
for word in "$@"; do case "$word" in body=@*) cp "${word#body=@}" "$SENT";; esac; done
""",
    "curl": """\
echo "curl $*" >> "$CALLED"
case "$*" in *per_page*) cat "$ANSWER";; esac
for word in "$@"; do case "$word" in body=\\<*) cp "${word#body=<}" "$SENT";; esac; done
""",
}


@dataclass(frozen=True)
class Machine:
    """Where a pipeline runs: a clone, a folder for its own files, and the stand-ins."""

    clone: Scratch
    temp: Path

    @classmethod
    def at(cls, folder: Path, clone: Scratch) -> Machine:
        (folder / "bin").mkdir(parents=True)
        for name, script in STAND_INS.items():
            (folder / "bin" / name).write_text(f"#!/usr/bin/env bash\n{script}", "utf-8")
            (folder / "bin" / name).chmod(0o755)
        (folder / "answer").write_text("", "utf-8")
        return cls(clone, folder)

    def run(
        self,
        step: Step,
        expressions: Mapping[str, str] = NOTHING,
        variables: Mapping[str, str] = NOTHING,
    ) -> subprocess.CompletedProcess[str]:
        """Run a step as the runner does, with the values of the expressions in its environment."""

        def filled(text: str) -> str:
            text = re.sub(r"\$\{\{ (.+?) \}\}", lambda match: expressions[match[1]], text)
            return re.sub(r"\$(CI_\w+)", lambda match: variables[match[1]], text)

        path = [self.temp / "bin", Path(sys.executable).parent, os.environ["PATH"]]
        environment = {
            "PATH": os.pathsep.join(map(str, path)),
            "HOME": str(self.temp),
            "LC_ALL": "C.UTF-8",
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_OUTPUT": str(self.temp / "output"),
            "GITHUB_STEP_SUMMARY": str(self.temp / "summary"),
            "CALLED": str(self.temp / "called"),
            "ANSWER": str(self.temp / "answer"),
            "SENT": str(self.temp / "sent"),
            # Where the package is, if it isn't installed.
            **{name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ},
            **variables,
            **{name: filled(value) for name, value in step.environment.items()},
        }
        pipes = ["-o", "pipefail"] if step.fails_in_pipes else []
        return subprocess.run(
            ["bash", "-e", *pipes, "-c", step.script],
            cwd=self.clone.root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def said(self, name: str) -> str:
        file = self.temp / name
        return file.read_text("utf-8") if file.is_file() else ""


@pytest.fixture
def origin(tmp_path: Path) -> Scratch:
    """What a team shares: a sealed workspace on `main`, served as a host serves it."""
    scaffold.init(tmp_path / "origin")
    scratch = Scratch.at(tmp_path / "origin")
    scratch.git("config", "uploadpack.allowAnySHA1InWant", "true")
    sealed = CliRunner().invoke(main, ["seal", "--workspace", str(scratch.root)])
    assert sealed.exit_code == 0, sealed.output
    scratch.commit({}, "The workspace")
    return scratch


def cloned(origin: Scratch, folder: Path) -> Scratch:
    subprocess.run(["git", "clone", "--quiet", origin.root, folder], check=True)
    return Scratch(folder)


def edited(origin: Scratch, path: str, old: str, new: str) -> dict[str, str]:
    text = (origin.root / path).read_text("utf-8")
    assert old in text
    return {path: text.replace(old, new, 1)}


def pull_request(origin: Scratch, branch: str, folder: Path) -> Machine:
    """What GitHub checks out for a pull request: the merge of the branch with `main`."""
    clone = cloned(origin, folder / "clone")
    clone.git("checkout", "--quiet", "--detach", "origin/main")
    clone.git("merge", "--quiet", "--no-edit", f"origin/{branch}")
    return Machine.at(folder / "machine", clone)


def merge_request(origin: Scratch, branch: str, folder: Path) -> Machine:
    """What GitLab checks out for a merge request: the branch."""
    clone = cloned(origin, folder / "clone")
    clone.git("checkout", "--quiet", "--detach", f"origin/{branch}")
    return Machine.at(folder / "machine", clone)


BASE = {"github.base_ref": "main"}
TARGET = {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}


def check_on_github(origin: Scratch, branch: str, folder: Path) -> tuple[int, str]:
    machine = pull_request(origin, branch, folder)
    done = machine.run(steps(CHECK, "check")["Check"], BASE)
    return done.returncode, done.stdout + done.stderr


def check_on_gitlab(origin: Scratch, branch: str, folder: Path) -> tuple[int, list[Any]]:
    machine = merge_request(origin, branch, folder)
    done = machine.run(gitlab_job("check"), variables=TARGET)
    report = (machine.clone.root / "code-quality.json").read_text("utf-8")
    rows = json.loads(report)
    assert bool(done.returncode) == any(row["severity"] == "major" for row in rows), done.stdout
    return done.returncode, rows


def new_record(origin: Scratch, title: str) -> None:
    workspace, _ = read_workspace(origin.root)
    scaffold.new(workspace.client("example"), title, date(2026, 6, 1))


@pytest.fixture
def good(origin: Scratch) -> str:
    """A branch with an edit that any record may get, and a draft that is new."""
    origin.branch("good")
    new_record(origin, "Pay by invoice")
    origin.commit(edited(origin, WAITING, "urgency: low", "urgency: high"))
    origin.checkout("main")
    return "good"


@pytest.fixture
def bad(origin: Scratch) -> str:
    """A branch that changes what was decided."""
    origin.branch("bad")
    origin.commit(edited(origin, DECIDED, "  amount: 3600.00", "  amount: 3900.00"))
    origin.checkout("main")
    return "bad"


@pytest.fixture
def colliding(origin: Scratch) -> str:
    """A branch that took the same id as one that was merged meanwhile."""
    for branch, title in (("first", "Pay by invoice"), ("second", "Opening hours")):
        origin.branch(branch)
        new_record(origin, title)
        origin.commit({}, title)
        origin.checkout("main")
    origin.git("merge", "--quiet", "--no-edit", "first")
    return "second"


@pytest.mark.slow
def test_a_good_branch_passes(origin: Scratch, good: str, tmp_path: Path) -> None:
    assert check_on_github(origin, good, tmp_path / "github") == (0, "No problems.\n")
    assert check_on_gitlab(origin, good, tmp_path / "gitlab") == (0, [])


@pytest.mark.slow
def test_a_bad_branch_is_annotated(origin: Scratch, bad: str, tmp_path: Path) -> None:
    code, said = check_on_github(origin, bad, tmp_path / "github")
    assert code == 1
    assert re.search(
        rf"^::error file={DECIDED},line=\d+,.*title=decided-altered::", said, re.MULTILINE
    )
    code, rows = check_on_gitlab(origin, bad, tmp_path / "gitlab")
    assert code == 1
    assert ("decided-altered", DECIDED) in [(r["check_name"], r["location"]["path"]) for r in rows]


@pytest.mark.slow
def test_branches_that_collide_are_found_before_the_merge(
    origin: Scratch, colliding: str, tmp_path: Path
) -> None:
    code, said = check_on_github(origin, colliding, tmp_path / "github")
    assert code == 1
    assert "EX-0004" in said
    code, rows = check_on_gitlab(origin, colliding, tmp_path / "gitlab")
    assert code == 1
    assert any("EX-0004" in row["description"] for row in rows)


@pytest.mark.slow
@pytest.mark.parametrize(("before", "method"), [("", "POST"), ("4711\n", "PATCH")])
def test_the_comment_on_github(
    origin: Scratch, good: str, tmp_path: Path, before: str, method: str
) -> None:
    machine = pull_request(origin, good, tmp_path / "github")
    (machine.temp / "answer").write_text(before, "utf-8")
    expressions = BASE | {
        "github.server_url": "https://git.example",
        "github.repository": "northwind/changes",
        "github.run_id": "1",
        "github.token": "none",
        "github.event.pull_request.number": "7",
    }
    for step in steps(CHECK, "comment").values():
        done = machine.run(step, expressions)
        assert done.returncode == 0, done.stderr
    marker, _, report = machine.said("sent").partition("\n")
    assert marker == "<!-- changebook diff -->"
    assert report == machine.said("summary") == written_by_diff(machine)
    *_, call = machine.said("called").splitlines()
    assert f"--method {method}" in call
    number = "issues/comments/4711" if before else "issues/7/comments"
    assert f"repos/northwind/changes/{number} " in call


@pytest.mark.slow
@pytest.mark.parametrize("before", [False, True])
def test_the_comment_on_gitlab(origin: Scratch, good: str, tmp_path: Path, before: bool) -> None:
    machine = merge_request(origin, good, tmp_path / "gitlab")
    notes = [{"id": 1, "body": "Looks good"}]
    if before:
        notes += [{"id": 4711, "body": "<!-- changebook diff -->\nOld"}]
    (machine.temp / "answer").write_text(json.dumps(notes), "utf-8")
    variables = TARGET | {
        "CI_API_V4_URL": "https://git.example/api/v4",
        "CI_PROJECT_ID": "3",
        "CI_MERGE_REQUEST_IID": "7",
        "CHANGEBOOK_TOKEN": "none",
    }
    done = machine.run(gitlab_job("comment"), variables=variables)
    assert done.returncode == 0, done.stderr
    assert machine.said("sent") == f"<!-- changebook diff -->\n{written_by_diff(machine)}"
    *_, call = machine.said("called").splitlines()
    address = "https://git.example/api/v4/projects/3/merge_requests/7/notes"
    assert call.endswith(f"{address}/4711" if before else address)
    assert f"--request {'PUT' if before else 'POST'} " in call


def written_by_diff(machine: Machine) -> str:
    return tool("changebook", "diff", "origin/main", folder=machine.clone.root).stdout


def pushed(origin: Scratch, folder: Path) -> Machine:
    """What a pipeline has after a push: a fresh clone of `main`."""
    return Machine.at(folder / "machine", cloned(origin, folder / "clone"))


def verify(origin: Scratch, before: str, folder: Path) -> dict[str, tuple[int, str]]:
    """Exit code and output of both recipes' verification."""
    on_github = pushed(origin, folder / "github").run(
        steps(PUBLISH, "verify")["Verify"], {"github.event.before": before}
    )
    on_gitlab = pushed(origin, folder / "gitlab").run(
        gitlab_job("verify"), variables={"CI_COMMIT_BEFORE_SHA": before}
    )
    return {
        name: (done.returncode, done.stdout + done.stderr)
        for name, done in (("github", on_github), ("gitlab", on_gitlab))
    }


@pytest.mark.slow
def test_a_push_that_adds_is_verified(origin: Scratch, good: str, tmp_path: Path) -> None:
    before = origin.git("rev-parse", "main").strip()
    origin.git("merge", "--quiet", "--no-edit", good)
    for name, (code, said) in verify(origin, before, tmp_path).items():
        assert code == 0, f"{name}: {said}"


@pytest.mark.slow
def test_the_first_push_is_verified(origin: Scratch, tmp_path: Path) -> None:
    for name, (code, said) in verify(origin, NOBODY_YET, tmp_path).items():
        assert code == 0, f"{name}: {said}"


@pytest.mark.slow
def test_history_that_was_rewritten_by_a_forced_push_is_found(
    origin: Scratch, tmp_path: Path
) -> None:
    before = origin.git("rev-parse", "main").strip()
    # A new root: the clone does not have what was there before, and must fetch it.
    origin.git("checkout", "--quiet", "--orphan", "rewritten")
    origin.commit(edited(origin, DECIDED, "  amount: 3600.00", "  amount: 3900.00"))
    assert tool("changebook", "seal", folder=origin.root).returncode in (0, 1)
    origin.git("branch", "--force", "main", "rewritten")
    origin.checkout("main")
    for name, (code, said) in verify(origin, before, tmp_path).items():
        assert code == 1, f"{name}: {said}"
        assert "decided-altered" in said, name


@pytest.mark.slow
def test_a_record_that_a_forced_push_took_away_is_found(origin: Scratch, tmp_path: Path) -> None:
    before = origin.git("rev-parse", "main").strip()
    origin.git("checkout", "--quiet", "--orphan", "rewritten")
    origin.commit({DECIDED: None})
    origin.git("branch", "--force", "main", "rewritten")
    origin.checkout("main")
    for name, (code, said) in verify(origin, before, tmp_path).items():
        assert code == 1, f"{name}: {said}"
        assert "record-deleted" in said, name


@pytest.mark.slow
def test_a_chain_that_a_forced_push_took_away_is_found(origin: Scratch, tmp_path: Path) -> None:
    before = origin.git("rev-parse", "main").strip()
    origin.git("checkout", "--quiet", "--orphan", "rewritten")
    origin.commit({"changes/example/decisions.lock": None})
    origin.git("branch", "--force", "main", "rewritten")
    origin.checkout("main")
    for name, (code, said) in verify(origin, before, tmp_path).items():
        assert code == 1, f"{name}: {said}"
        assert "seals-rewritten" in said, name


@pytest.mark.slow
def test_each_client_is_published_by_itself(origin: Scratch, tmp_path: Path) -> None:
    folder = origin.root / "changes"
    shutil.copytree(folder / "example", folder / "other", ignore=shutil.ignore_patterns("2026"))
    profile = (folder / "other" / "client.md").read_text("utf-8")
    (folder / "other" / "client.md").write_text(
        profile.replace("prefix: EX ", "prefix: OT ").replace("Example Bakery", "Other Books"),
        "utf-8",
    )
    (folder / "other" / "decisions.lock").unlink(missing_ok=True)
    origin.commit({}, "Another client")
    machine = pushed(origin, tmp_path / "github")
    listed = machine.run(steps(PUBLISH, "verify")["List the clients"])
    assert listed.returncode == 0, listed.stderr
    clients = json.loads(machine.said("output").removeprefix("clients="))
    assert clients == ["example", "other"]
    for client in clients:
        target = tmp_path / "hosts" / client
        expressions = {
            "matrix.client": client,
            "secrets.TARGET": str(target),
            "secrets.KEY": "key",
            "secrets.KNOWN_HOSTS": "host",
            "github.run_id": "4711",
            "github.run_attempt": "1",
        }
        target.parent.mkdir(exist_ok=True)
        for step in steps(PUBLISH, "publish").values():
            done = machine.run(step, expressions)
            assert done.returncode == 0, done.stderr
        assert (target / "current/index.html").is_file()
        assert (target / "current").is_symlink()
    assert (machine.temp / "key").stat().st_mode & 0o777 == 0o600
    home = (tmp_path / "hosts" / "example" / "current/index.html").read_text("utf-8")
    assert "Example Bakery" in home
    assert "Other Books" not in home


@pytest.mark.slow
def test_gitlab_publishes_one_client_by_each_job(origin: Scratch, tmp_path: Path) -> None:
    # Without records there are few PDFs to make.
    origin.commit({DECIDED: None, WAITING: None, "changes/example/decisions.lock": None})
    machine = pushed(origin, tmp_path / "gitlab")
    job = parsed(GITLAB)["publish"]
    assert job["parallel"]["matrix"] == [{"CLIENT": ["acme", "globex"]}]
    target = tmp_path / "host"
    variables = {"CLIENT": "example", "TARGET": str(target), "KEY": "k", "KNOWN_HOSTS": "h"}
    # A second run switches to what it has uploaded, and takes the first one's release away.
    (target / "left-by-another-way").mkdir(parents=True)
    for job_id in ("1", "2"):
        done = machine.run(gitlab_job("publish"), variables={**variables, "CI_JOB_ID": job_id})
        assert done.returncode == 0, done.stderr
        assert os.readlink(target / "current") == f"releases/{job_id}"  # noqa: PTH115 - as written
        assert (target / "current/index.html").is_file()
        assert sorted(path.name for path in target.iterdir()) == ["current", "releases"]
        assert [path.name for path in (target / "releases").iterdir()] == [job_id]
        shutil.rmtree(machine.clone.root / "new")  # each job has a clone of its own


# The hook


@pytest.mark.slow
def test_the_hook_stops_a_commit(origin: Scratch) -> None:
    """Run by pre-commit itself, with the package that is installed instead of one of its own."""
    hooks = [hook | {"language": "system"} for hook in yaml.safe_load(HOOKS.read_text("utf-8"))]
    chosen = [hook for hook in hooks if hook["id"] == "changebook-check"]
    config = {"repos": [{"repo": "local", "hooks": chosen}]}
    origin.commit({".pre-commit-config.yaml": yaml.safe_dump(config)})
    machine = Machine.at(origin.root.parent / "machine", origin)
    command = Step("pre-commit run --hook-stage pre-commit", {}, False)
    origin.write(edited(origin, WAITING, "urgency: low", "urgency: high"))
    origin.git("add", "--all")
    done = machine.run(command)
    assert done.returncode == 0, done.stdout
    assert "Passed" in done.stdout
    origin.write(edited(origin, WAITING, "urgency: high", "urgency: urgent"))
    origin.git("add", "--all")
    done = machine.run(command)
    assert done.returncode == 1
    assert f"{WAITING}:9:10" in done.stdout
    origin.git("reset", "--quiet", "--hard")
    origin.write({"notes.txt": "Nothing of a record."})
    origin.git("add", "--all")
    assert "Skipped" in machine.run(command).stdout


# Owners


def owners(path: str) -> list[str]:
    """Who has to agree to a change of a file: those of the last line that fits."""
    found: list[str] = []
    for line in (RECIPES / "CODEOWNERS").read_text("utf-8").splitlines():
        pattern, *names = line.partition("#")[0].split() or [""]
        if pattern and pathspec.GitIgnoreSpec.from_lines([pattern]).match_file(path):
            found = names
    return found


@pytest.mark.parametrize(
    ("path", "team"),
    [
        ("changes/acme/2026/ACME-0012-split.md", "@northwind/acme"),
        ("changes/globex/GLOBEX-0001.md", "@northwind/globex"),
        ("changes/new/NEW-0001.md", "@northwind/delivery"),
        ("changes/acme/client.md", "@northwind/account-leads"),
        ("changes/globex/decisions.lock", "@northwind/account-leads"),
        (".github/workflows/changes-check.yml", "@northwind/platform"),
    ],
)
def test_approvers_own_what_they_approve(path: str, team: str) -> None:
    assert owners(path) == [team]


def test_every_line_of_the_owners_is_a_pattern_and_teams() -> None:
    lines = (RECIPES / "CODEOWNERS").read_text("utf-8").splitlines()
    plain = [line for line in lines if line and not line.startswith("#")]
    assert plain
    assert all(re.fullmatch(r"/\S+( @[\w-]+/[\w-]+)+", line) for line in plain)


# The docs


def test_the_docs_name_each_recipe() -> None:
    files = {file.relative_to(RECIPES.parent).as_posix() for file in RECIPES.rglob("*.*")}
    files.add("recipes/CODEOWNERS")
    named = set(re.findall(r"\]\((recipes/[^)#]+)\)", DOCS))
    assert named == files


def test_the_hook_in_the_docs_is_one_there_is() -> None:
    (shown,) = re.findall(r"^```yaml\n(repos:\n.*?)^```$", DOCS, re.MULTILINE | re.DOTALL)
    (repo,) = yaml.safe_load(shown)["repos"]
    known = {hook["id"] for hook in yaml.safe_load(HOOKS.read_text("utf-8"))}
    assert {hook["id"] for hook in repo["hooks"]} <= known
