"""Git, as far as Changebook asks it: the records of a revision, and what a branch has touched."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from changebook.read.workspace import CHANGES
from changebook.refusal import Refusal

#: Answers are read, so they come in one language; nothing asks a person or fetches large files.
_ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LFS_SKIP_SMUDGE": "1",
    # A replacement is not what was reviewed.
    "GIT_NO_REPLACE_OBJECTS": "1",
}
_TOLD_TO_HOOKS = frozenset({"GIT_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_WORK_TREE"})
#: A merge that is only tried has to be by someone; it is kept nowhere.
_NOBODY = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "changebook"), ("EMAIL", "changebook@localhost"))
}
#: The mode of a symbolic link in a tree.
_SYMLINK = "120000"
#: The mode of a submodule.
_SUBMODULE = "160000"
#: Where branches are merged into, if the remote does not say.
_MAIN_BRANCHES = ("origin/main", "origin/master", "main", "master")
#: What a short name may stand for, in git's own order.
_FULL_NAMES = ("refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD")
#: The commit behind a name, also where it is a tag with a message.
_TARGET = "%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)"
#: The exit code with which git says that it does not know an option.
_USAGE = 129


@dataclass(frozen=True)
class Commit:
    """One commit: its full name, the day on which it was committed, and its subject."""

    name: str
    day: date
    subject: str


@dataclass(frozen=True)
class Repository:
    """The repository that a workspace lies in. `below` is the workspace's folder in it, or `.`."""

    top: Path
    below: str

    def commit(self, revision: str) -> str:
        """Return the full name of a revision's commit. Raises Refusal if it names none, or two."""
        self._refuse_two(revision)
        full_name = self._ask(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{}}"
        )
        if full_name is None:
            shallow = self._ask("rev-parse", "--is-shallow-repository") == "true\n"
            hint = (
                "the clone is shallow: fetch the whole history (`git fetch --unshallow`)"
                if shallow
                else f"fetch it first, or look at `git branch --all` in {self.top}"
            )
            raise Refusal(f"git does not know the revision `{revision}`: {hint}")
        return full_name.strip()

    def _refuse_two(self, revision: str) -> None:
        """Refuse a name that a tag and a branch share: git would take the tag."""
        name = re.split(r"[~^@:]", revision)[0]
        if not name or name.startswith(("-", "refs/")):
            return
        full = [form.format(name) for form in _FULL_NAMES]
        rows = self._do("for-each-ref", f"--format={_TARGET} %(refname)", *full).splitlines()
        # A pattern also gives what lies below it.
        named = [(commit, ref) for commit, ref in map(str.split, rows) if ref in full]
        if len({commit for commit, _ in named}) > 1:
            refs = " and ".join(f"`{ref}`" for _, ref in named)
            raise Refusal(
                f"`{revision}` can mean {refs}: write out which one, or delete the other one"
            )

    def main_branch(self) -> str:
        """Return the branch that others are merged into, as far as git knows; HEAD if it does not.

        The remote's own, or else the local `main` or `master`.
        """
        told = self._ask("rev-parse", "--abbrev-ref", "--verify", "--quiet", "origin/HEAD")
        names = (*([told.strip()] if told else []), *_MAIN_BRANCHES)
        return next((n for n in names if self._ask("rev-parse", "--verify", "--quiet", n)), "HEAD")

    def conflicts(self, name: str) -> dict[str, tuple[str, str]]:
        """Return the texts of both sides of each file of a name that git could not merge."""
        rows = self._do("ls-files", "--unmerged", "--full-name", "-z").split("\0")
        ends: dict[str, dict[str, str]] = {}
        for about, path in (row.split("\t", 1) for row in rows if row):
            if Path(path).name == name:
                _, blob, stage = about.split()
                ends.setdefault(path, {})[stage] = self._do("cat-file", "blob", blob)
        return {path: (each.get("2", ""), each.get("3", "")) for path, each in ends.items()}

    def user(self) -> str | None:
        """Return the name that this person's commits have."""
        return (self._ask("config", "user.name") or "").strip() or None

    def origin(self) -> str | None:
        """Return the address that this clone came from."""
        return (self._ask("remote", "get-url", "origin") or "").strip() or None

    def head(self) -> str | None:
        """Return the full name of the commit that is checked out; None before the first one."""
        return (self._ask("rev-parse", "--verify", "--quiet", "HEAD") or "").strip() or None

    def branch(self) -> str | None:
        """Return the branch that is checked out, even before its first commit."""
        return (self._ask("symbolic-ref", "--short", "--quiet", "HEAD") or "").strip() or None

    def is_altered(self) -> bool:
        """Return whether a file that git knows is not what the commit has."""
        return self._ask("diff-index", "--quiet", "HEAD") is None

    def setting(self, name: str, value: str) -> None:
        """Set something in this clone's own configuration."""
        self._do("config", "--local", name, value)

    def forks(self, commit: str) -> tuple[str, ...]:
        """Return the newest commits that HEAD and `commit` have in common.

        One, more where they were merged both ways, or none. Raises Refusal in a shallow clone,
        where git would take an older one, or none.
        """
        if self._ask("rev-parse", "--is-shallow-repository") == "true\n":
            raise Refusal(
                "the clone is shallow, so nobody can say where the branch began: fetch the whole "
                "history (`git fetch --unshallow`), or compare with the revision itself (`--exact`)"
            )
        return tuple((self._ask("merge-base", "--all", commit, "HEAD") or "").split())

    @contextmanager
    def checked_out(self, commit: str, moved: Mapping[str, str] | None = None) -> Iterator[Path]:
        """Yield a folder, while it lasts, with the workspace's `changes` as of a commit.

        `moved` are folders of the repository that lay elsewhere then, each with the name that it
        gets below `changes`.
        """
        with TemporaryDirectory(prefix="changebook-base-") as name:
            folder = Path(name).resolve()
            yield self._write_out(commit, folder, {}, moved or {})

    def tree(self, commit: str) -> dict[str, str]:
        """Return all files of a commit by their paths in the repository, with their objects."""
        listed = self._do("ls-tree", "-r", "-z", "--full-tree", commit).split("\0")
        entries = (_entry(line) for line in listed if line)
        return {path: name for _, kind, name, path in entries if kind == "blob"}

    def working_tree(self) -> frozenset[str]:
        """Return the files that are there now, by their paths in the repository, but ignored."""
        listed = self._do("ls-files", "--cached", "--others", "--exclude-standard", "-z")
        return frozenset(path for path in listed.split("\0") if (self.top / path).is_file())

    def contents(self, names: Iterable[str], apart: Mapping[str, str] | None = None) -> list[bytes]:
        """Return the contents of objects, in the same order."""
        wanted = list(names)
        asked = "".join(f"{name}\n" for name in wanted).encode()
        answer = _run(self.top, ("cat-file", "--batch"), {**(apart or {})}, asked).stdout
        texts = []
        start = 0
        for name in wanted:
            # Before each content is a line: its name, its kind and how many bytes it has.
            content = answer.index(b"\n", start) + 1
            size = answer[start:content].split()[-1]
            if not size.isdigit():
                raise Refusal(f"git does not have the object {name}: fetch the whole repository")
            start = content + int(size) + 1
            texts.append(answer[content : start - 1])
        return texts

    def kept_out(self) -> tuple[frozenset[str], frozenset[str]]:
        """Return what is below `changes` and no commit of this repository will have.

        First the files that git ignores, then the folders that are repositories of their own.
        """
        where = ("-z", "--full-name", "--", self.path(CHANGES))
        ignored = self._do("ls-files", "--others", "--ignored", "--exclude-standard", *where)
        # A repository among the files has no file of its own for git, but a folder.
        others = self._do("ls-files", "--others", "--exclude-standard", *where).split("\0")
        staged = self._do("ls-files", "--stage", *where).split("\0")
        links = [line.partition("\t")[2] for line in staged if line.startswith(_SUBMODULE)]
        nested = [path.rstrip("/") for path in others if path.endswith("/")]
        return self._below_changes(ignored.split("\0")), self._below_changes([*links, *nested])

    @contextmanager
    def merged(self, commit: str) -> Iterator[tuple[Path, frozenset[str]]]:
        """Yield a folder with the workspace's `changes` as a merge of a commit would leave them.

        The working tree counts as it is, committed or not. With it come the files that git can't
        merge by itself, as paths in the workspace. Nothing is written to the repository.
        """
        with TemporaryDirectory(prefix="changebook-merge-") as name:
            folder = Path(name).resolve()
            # New objects go into a folder of their own, beside those that are there.
            objects = folder / "objects"
            (objects / "info").mkdir(parents=True)
            (objects / "info" / "alternates").write_text(f"{self._objects()}\n", "utf-8")
            apart = {
                "GIT_INDEX_FILE": str(folder / "index"),
                "GIT_OBJECT_DIRECTORY": str(objects),
                **_NOBODY,
            }
            self._do("read-tree", "HEAD", more=apart)
            self._do("add", "--all", "--", self.path(CHANGES), more=apart)
            tree = self._do("write-tree", more=apart).strip()
            ours = self._do("commit-tree", tree, "-p", "HEAD", "-m", "as it is", more=apart).strip()
            wanted = ("merge-tree", "--write-tree", "--name-only", "--no-messages", "-z")
            done = _git(self.top, (*wanted, ours, commit), apart)
            if done.returncode == _USAGE:
                raise Refusal("git is too old to try a merge: this needs git 2.38 or later")
            if done.returncode not in (0, 1):
                raise Refusal(f"`git merge-tree` failed: {done.stderr.strip()}")
            merged, *conflicts = (word for word in done.stdout.split("\0") if word)
            yield self._write_out(merged, folder, apart), self._below_changes(conflicts)

    def _write_out(
        self,
        tree: str,
        folder: Path,
        apart: dict[str, str],
        moved: Mapping[str, str] | None = None,
    ) -> Path:
        """Write the `changes` of a commit or tree below `folder`; return the workspace there.

        The files are as git keeps them. A checkout would go by .gitattributes as they are now, with
        which a branch could make unreadable what it is compared with.
        """
        changes = self.path(CHANGES)
        places = {changes: changes}
        places |= {old: f"{changes}/{name}" for old, name in (moved or {}).items()}
        where = ("--full-tree", tree, "--", *places)
        listed = self._do("ls-tree", "-r", "-z", *where, more=apart).split("\0")
        entries = [_entry(line) for line in listed if line]
        for _, kind, _, path in entries:
            if kind != "blob":
                raise Refusal(f"{path} is a submodule: its contents can't be compared")
        root = folder / "tree" / self.below
        (root / CHANGES).mkdir(parents=True, exist_ok=True)
        contents = self.contents((name for _, _, name, _ in entries), apart)
        for (mode, _, _, path), content in zip(entries, contents, strict=True):
            old = next(place for place in places if path == place or path.startswith(f"{place}/"))
            if path == changes:
                raise Refusal(f"{path} is not a folder at {tree[:12]}: it can't be compared")
            file = folder / "tree" / (places[old] + path.removeprefix(old))
            file.parent.mkdir(parents=True, exist_ok=True)
            if mode == _SYMLINK:
                file.symlink_to(os.fsdecode(content))
            else:
                file.write_bytes(content)
        return root

    def _objects(self) -> str:
        return str(self.top / self._do("rev-parse", "--git-path", "objects").rstrip("\n"))

    def commits(self, since: str, *paths: str) -> tuple[Commit, ...]:
        """Return the commits after `since` that touched a file or folder, the oldest first.

        Paths are those of the repository, here and in `files` and `text`.

        A merge counts as one commit with all that it brought, so that each state follows from the
        one before.
        """
        how = ("--reverse", "--first-parent", "--format=%H%x00%cs%x00%s")
        logged = self._do("log", *how, f"{since}..HEAD", "--", *paths)
        rows = (line.split("\0", 2) for line in logged.splitlines())
        return tuple(Commit(name, date.fromisoformat(day), text) for name, day, text in rows)

    def versions(self) -> dict[str, list[tuple[date, str]]]:
        """Return the versions of each file below this folder, by its path there, the oldest first.

        A version is the day on which it was written, and the name of its content's object. A file
        that was renamed brings its own along. Raises Refusal for a shallow clone: it lacks the
        oldest ones.
        """
        if self._ask("rev-parse", "--is-shallow-repository") == "true\n":
            raise Refusal(f"{self.top} is a shallow clone: fetch it all (`git fetch --unshallow`)")
        relative = f"--relative={self.below}" if self.below != "." else "--relative"
        how = ("--reverse", "--raw", "--no-abbrev", "-M", "-z", relative, "--format=%x01%as")
        versions: dict[str, list[tuple[date, str]]] = {}
        day = date.min
        words = iter(self._do("log", *how, "--", self.below).split("\0"))
        for word in words:
            for part in filter(None, re.split(r"[\n\x01]", word)):
                if not part.startswith(":"):
                    day = date.fromisoformat(part)
                    continue
                _, _, _, content, how_changed = part.split(" ")
                path = next(words)
                earlier = versions.get(path, []) if how_changed[0] in "MT" else []
                if how_changed[0] == "R":
                    earlier, path = versions.pop(path, []), next(words)
                versions[path] = [*earlier, (day, content)]
        return versions

    def between(self, since: str, until: str) -> frozenset[str]:
        """Return the names of the commits that `until` has and `since` has not."""
        return frozenset(self._do("rev-list", f"{since}..{until}").split())

    def text(self, commit: str, path: str) -> str | None:
        """Return a file as it was at a commit; None where it was not there."""
        content = self._ask("show", f"{commit}:{path}")
        return content and content.replace("\r\n", "\n")

    def files(self, commit: str, folder: str) -> tuple[str, ...]:
        """Return the files below a folder as they were at a commit."""
        where = ("--full-tree", commit, "--", f"{folder}/")
        listed = self._do("ls-tree", "-r", "-z", "--name-only", *where).split("\0")
        return tuple(name for name in listed if name)

    def line_ends(self, paths: Iterable[str]) -> dict[str, str | None]:
        """Return, for files of the workspace, the line end that .gitattributes asks for.

        `lf` or `crlf`; `binary` where git must not touch it; None where nothing is asked.
        """
        names = "".join(f"{self.path(path)}\0" for path in paths)
        answer = self._do("check-attr", "-z", "--stdin", "text", "eol", stdin=names).split("\0")
        ends: dict[str, str | None] = {}
        for name, attribute, value in zip(answer[::3], answer[1::3], answer[2::3], strict=False):
            path = Path(name).relative_to(self.below).as_posix()
            if attribute == "eol" and value in ("lf", "crlf"):
                ends[path] = value
            elif attribute == "text" and value == "unset":
                ends[path] = "binary"
            else:
                ends.setdefault(path, None)
        return ends

    def ever_named(self, commit: str) -> frozenset[str]:
        """Return the names of all files that were ever in this folder or below, on any branch.

        What counts are all branches, local and fetched, what leads up to `commit`, and the working
        trees beside this one as they are, committed or not.
        """
        how = ("--full-history", "-m", "--name-only", "--format=", "-z")
        logged = self._do("log", *how, "--all", commit, "--", self.below)
        names = {Path(path).name for path in re.split(r"[\0\n]", logged)}
        for line in self._do("worktree", "list", "--porcelain", "-z").split("\0"):
            word, _, place = line.partition(" ")
            if word == "worktree":
                names |= {file.name for file in Path(place, self.below).rglob("*")}
        return frozenset(names - {""})

    def _below_changes(self, paths: Iterable[str]) -> frozenset[str]:
        """Return the repository's paths below `changes`, as paths in the workspace."""
        changes = Path(self.path(CHANGES))
        below = (path for path in map(Path, paths) if path.is_relative_to(changes))
        return frozenset(path.relative_to(self.below).as_posix() for path in below)

    def path(self, path: str) -> str:
        """Return a path of the workspace as one of the repository."""
        return path if self.below == "." else f"{self.below}/{path}"

    def _do(self, *words: str, more: dict[str, str] | None = None, stdin: str = "") -> str:
        done = _git(self.top, words, more, stdin)
        if done.returncode:
            raise Refusal(f"`git {words[0]}` failed: {done.stderr.strip()}")
        return done.stdout

    def _ask(self, *words: str) -> str | None:
        """Return the answer, or None where git has none."""
        done = _git(self.top, words)
        return None if done.returncode else done.stdout


def repository(root: Path) -> Repository:
    """Return the repository that `root` lies in. Raises Refusal where there is none."""
    root = root.resolve()
    if not root.is_dir():
        raise Refusal(f"{root} is not a folder")
    done = _git(root, ("rev-parse", "--show-toplevel"))
    if done.returncode:
        raise Refusal(f"{root} is not in a git repository: {done.stderr.strip()}")
    top = Path(done.stdout.rstrip("\n")).resolve()
    return Repository(top, root.relative_to(top).as_posix())


def has_repository(root: Path) -> bool:
    """Return whether `root` lies in a repository, and git is there to ask."""
    try:
        repository(root)
    except Refusal:
        return False
    return True


def has_commit(root: Path) -> bool:
    """Return whether `root` lies in a repository in which something was committed."""
    try:
        repository(root).commit("HEAD")
    except Refusal:
        return False
    return True


def folder_in_repository(root: Path) -> str:
    """Return the folder of a workspace from the top of its repository; `.` where there is none."""
    return repository(root).below if has_repository(root) else "."


def _entry(line: str) -> tuple[str, str, str, str]:
    """Return the mode, kind, name and path of an entry of a tree, as `git ls-tree` lists it."""
    about, _, path = line.partition("\t")
    mode, kind, name = about.split()
    return mode, kind, name, path


def _git(
    folder: Path, words: tuple[str, ...], more: dict[str, str] | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    done = _run(folder, words, more or {}, stdin.encode("utf-8", "surrogateescape"))
    out, err = (text.decode("utf-8", "surrogateescape") for text in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def _run(
    folder: Path, words: tuple[str, ...], more: dict[str, str], stdin: bytes
) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 - revisions are passed as one word, after an end of options
            ["git", "-C", str(folder), "-c", "log.showSignature=false", *words],  # noqa: S607 - the git of the person's own PATH
            input=stdin,
            capture_output=True,
            env={**_outside(), **_ENVIRONMENT, **more},
            check=False,
        )
    except FileNotFoundError:
        raise Refusal("git is not installed, or not on the PATH") from None


def _outside() -> dict[str, str]:
    """Return the environment without what git tells hooks: it would take the folder for the top."""
    return {name: value for name, value in os.environ.items() if name not in _TOLD_TO_HOOKS}
