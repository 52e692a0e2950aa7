"""Pipelines for a workspace: the recipes of the documentation, fitted to where it lies."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from urllib.parse import urlsplit

from changebook import atomic, packaged
from changebook.edit import yaml_text
from changebook.read.git import repository
from changebook.read.installation import origin
from changebook.read.workspace import CHANGES, PROFILE
from changebook.refusal import Refusal

#: The variable that holds a token, where what is installed lies in a private repository.
TOKEN = "INSTALL_TOKEN"  # noqa: S105 - a variable's name
_SAY = (
    "say with --install what the pipelines install: a wheel that is committed in this repository, "
    "or git+https://HOST/PATH@COMMIT"
)
_COMMIT = re.compile(r"git\+\w+://\S+@[0-9a-f]{40}")
_INSTALLS = "CHANGEBOOK: wheels/changebook-0.1.0-py3-none-any.whl\n"


class CiHost(Enum):
    """Who runs the pipelines, with the recipes and where they go."""

    GITHUB = "github"
    GITLAB = "gitlab"

    @property
    def files(self) -> dict[str, str]:
        """Return each recipe with its path in the repository."""
        if self is CiHost.GITLAB:
            return {"gitlab/gitlab-ci.yml": ".gitlab-ci.yml"}
        names = ("changes-check.yml", "changes-publish.yml")
        return {f"github/{name}": f".github/workflows/{name}" for name in names}


@dataclass(frozen=True)
class Pipelines:
    """What the pipelines of one workspace need to know."""

    host: CiHost
    top: Path
    below: str
    branch: str
    requirement: str

    def write(self) -> list[Path]:
        """Write the pipelines for the clients that the workspace has; return the files."""
        profiles = (self.top / self.below / CHANGES).glob(f"*/{PROFILE}")
        clients = sorted(profile.parent.name for profile in profiles)
        written = []
        for recipe, name in self.host.files.items():
            text = (packaged.docs_dir() / "recipes" / recipe).read_text("utf-8")
            fitted = (
                self._gitlab(text, clients) if self.host is CiHost.GITLAB else self._github(text)
            )
            file = self.top / name
            file.parent.mkdir(parents=True, exist_ok=True)
            atomic.create(file, fitted)
            written.append(file)
        return written

    def _installing(self, text: str) -> str:
        return _put(text, _INSTALLS, f"CHANGEBOOK: {yaml_text.scalar(self.requirement)}\n")

    def _github(self, text: str) -> str:
        text = self._installing(text)
        if f"${{{TOKEN}}}" in self.requirement:
            step = "      - name: Install\n"
            secret = f"        env:\n          {TOKEN}: ${{{{ secrets.{TOKEN} }}}}\n"
            text = _put(text, step, step + secret)
        branches = "    branches: [main]\n"
        publishes = branches in text
        if publishes:
            text = _put(text, branches, f"    branches: [{yaml_text.scalar(self.branch)}]\n")
        if self.below == ".":
            return text
        folder = yaml_text.scalar(self.below)
        starts = f"defaults:\n  run:\n    working-directory: {folder}\n\njobs:\n"
        text = _put(text, "\njobs:\n", f"\n{starts}")
        if not publishes:
            # No `paths:` here: a required check that was left out never ends.
            return text
        paths = (f"{self.below}/**", ".github/workflows/changes-publish.yml")
        lines = "".join(f"      - {yaml_text.scalar(path)}\n" for path in paths)
        text = _put(text, "\npermissions:\n", f"    paths:\n{lines}\npermissions:\n", first=True)
        for kept in (".changebook/kept", "site"):
            path = yaml_text.scalar(f"{self.below}/{kept}")
            text = _put(text, f"            {kept}\n", f"            {path}\n")
        return text

    def _gitlab(self, text: str, clients: list[str]) -> str:
        text = self._installing(text)
        text = _put(text, "CLIENT: [acme, globex]", f"CLIENT: [{', '.join(clients)}]")
        if self.below == ".":
            return text
        # `check` and `verify` have no `changes:`: who requires the one must get it for each merge
        # request, and the other must see each forced push.
        before = "  before_script:\n"
        text = _put(text, before, f"{before}    - {_entered(self.below)}\n")
        folder = yaml_text.scalar(f"{self.below}/**/*")
        changes = f"      changes: [{folder}, .gitlab-ci.yml]\n"
        commented = "        && $CHANGEBOOK_TOKEN\n"
        text = _put(text, commented, commented + changes)
        head, name, publish = text.partition("\npublish:\n")
        rule = '"push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH\n'
        text = head + name + _put(publish, rule, rule + changes)
        report = yaml_text.scalar(f"{self.below}/code-quality.json")
        text = _put(text, "codequality: code-quality.json", f"codequality: {report}")
        kept = [yaml_text.scalar(f"{self.below}/{path}/") for path in (".changebook/kept", "site")]
        return _put(text, "paths: [.changebook/kept/, site/]", f"paths: [{', '.join(kept)}]")


def pipelines(host: CiHost, folder: Path, install: str | None) -> Pipelines:
    """Return the pipelines for the workspace in `folder`, which may not be there yet.

    `install` is what they install; without it, the commit that is installed here. Raises Refusal
    where a file is there already, or where nobody could run what would be written.
    """
    folder = folder.resolve()
    existing = next(each for each in (folder, *folder.parents) if each.is_dir())
    try:
        git = repository(existing)
    except Refusal as reason:
        hint = "pipelines belong at the top of a repository: `git init` there first"
        raise Refusal(f"{reason}; {hint}") from reason
    below = folder.relative_to(git.top).as_posix()
    if not re.fullmatch(r"[\w./ -]+", below):
        raise Refusal(
            f"`{below}` has characters that mean something else in the patterns of pipelines: "
            "name the folder with letters, digits and hyphens"
        )
    for name in host.files.values():
        if (git.top / name).exists():
            raise Refusal(
                f"{git.top / name} already exists; nothing was written: move it away, or take what "
                "you need from the recipes in docs/pull-requests.md"
            )
    told = git.main_branch().removeprefix("origin/")
    branch = git.branch() or "main" if told == "HEAD" else told
    requirement = _required(install, git.top, folder) if install else _required_here()
    return Pipelines(host, git.top, below, branch, requirement)


def _required(install: str, top: Path, folder: Path) -> str:
    """Return what is to be installed as a line of a requirements file, from the workspace."""
    if install.endswith(".whl"):
        wheel = Path(install).resolve()
        if not wheel.is_file():
            raise Refusal(f"{install} is not a file: {_SAY}")
        if not wheel.is_relative_to(top):
            raise Refusal(f"{install} is not in {top}, where the pipelines would find it: {_SAY}")
        path = Path(os.path.relpath(wheel, folder)).as_posix()
        return path if "/" in path else f"./{path}"
    line = install.removeprefix("changebook @ ")
    if _COMMIT.fullmatch(line):
        return f"changebook @ {line}"
    if re.fullmatch(r"changebook==[\w.+!]+", line):
        return line
    raise Refusal(f"`{install}` does not say which Changebook, for good: {_SAY}")


def _required_here() -> str:
    here = origin()
    address = urlsplit(here.address or "") if here else None
    if here is None or address is None or address.scheme != "https":
        raise Refusal(f"it is not known where this Changebook was installed from: {_SAY}")
    if here.altered:
        raise Refusal(f"this Changebook is a checkout with uncommitted changes: {_SAY}")
    host = address.netloc.rpartition("@")[2]  # never somebody's own password
    return f"changebook @ git+https://{host}{address.path}@{here.commit}"


def _entered(folder: str) -> str:
    return f"cd {shlex.quote(f'./{folder}' if folder.startswith('-') else folder)}"


def _put(text: str, old: str, new: str, *, first: bool = False) -> str:
    """Return a recipe with another text in a place that it must have."""
    if old not in text:
        raise ValueError(f"a recipe lacks {old!r}")
    return text.replace(old, new, 1 if first else -1)
