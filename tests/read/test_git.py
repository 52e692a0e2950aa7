"""What Changebook asks git, over repositories that git itself has made."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path

import pytest

from changebook.read.git import Repository, repository
from changebook.refusal import Refusal
from tests.scratch import Scratch

FILE = "changes/acme/client.md"


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch.at(tmp_path / "repository")


def read(root: Path) -> dict[str, str]:
    """Every file of a workspace by its path in it."""
    files = (f for f in sorted(root.rglob("*")) if f.is_file())
    return {f.relative_to(root).as_posix(): f.read_text("utf-8") for f in files}


def test_a_workspace_at_the_top(scratch: Scratch) -> None:
    assert repository(scratch.root) == Repository(scratch.root.resolve(), ".")


def test_a_workspace_in_a_folder_of_the_repository(scratch: Scratch) -> None:
    (scratch.root / "docs" / "log").mkdir(parents=True)
    assert repository(scratch.root / "docs" / "log").below == "docs/log"


def test_a_hook_of_a_repository_is_no_different(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    (scratch.root / "log").mkdir()
    found = repository(scratch.root / "log")
    monkeypatch.setenv("GIT_DIR", str(scratch.root / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(scratch.root / ".git" / "index.lock"))
    assert repository(scratch.root / "log") == found
    assert found.below == "log"


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="is not in a git repository"):
        repository(tmp_path)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="is not a folder"):
        repository(tmp_path / "nowhere")


def test_no_git(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(scratch.root))
    with pytest.raises(Refusal, match="git is not installed"):
        repository(scratch.root)


def test_names_of_a_commit(scratch: Scratch) -> None:
    name = scratch.commit({FILE: "one"})
    scratch.git("tag", "--annotate", "--message=v1", "v1")
    found = repository(scratch.root)
    assert {found.commit(word) for word in ("HEAD", "main", "v1", name, name[:10])} == {name}


def test_a_name_that_a_tag_and_a_branch_share(scratch: Scratch) -> None:
    first = scratch.commit({FILE: "one"})
    scratch.git("tag", "--annotate", "--message=v1", "main")
    assert repository(scratch.root).commit("main") == first
    second = scratch.commit({FILE: "two"})
    for word in ("main", "main~0"):
        with pytest.raises(Refusal, match=r"can mean `refs/heads/main` and `refs/tags/main`"):
            repository(scratch.root).commit(word)
    assert repository(scratch.root).commit("refs/heads/main") == second


@pytest.mark.parametrize("revision", ["nowhere", "--all", "-1", "HEAD~5", "main..HEAD", ""])
def test_no_commit(scratch: Scratch, revision: str) -> None:
    scratch.commit({FILE: "one"})
    with pytest.raises(Refusal, match=r"git does not know the revision `.*`: fetch it first"):
        repository(scratch.root).commit(revision)


def test_a_shallow_clone_is_told_of(scratch: Scratch, tmp_path: Path) -> None:
    first = scratch.commit({FILE: "one"})
    scratch.commit({FILE: "two"})
    Scratch(tmp_path).git("clone", "--quiet", "--depth=1", f"file://{scratch.root}", "shallow")
    with pytest.raises(Refusal, match="the clone is shallow: fetch the whole history"):
        repository(tmp_path / "shallow").commit(first)


def test_the_fork_is_where_the_branch_began(scratch: Scratch) -> None:
    began = scratch.commit({FILE: "one"})
    scratch.branch("feature")
    scratch.commit({FILE: "ours"})
    scratch.checkout("main")
    later = scratch.commit({"changes/other.md": "theirs"})
    scratch.checkout("feature")
    assert repository(scratch.root).forks(later) == (began,)


def test_the_fork_after_a_rebase(scratch: Scratch) -> None:
    scratch.commit({FILE: "one"})
    scratch.branch("feature")
    scratch.commit({FILE: "ours"})
    scratch.checkout("main")
    later = scratch.commit({"changes/other.md": "theirs"})
    scratch.checkout("feature")
    scratch.git("rebase", "--quiet", "main")
    assert repository(scratch.root).forks(later) == (later,)


def test_no_fork_where_nothing_is_shared(scratch: Scratch) -> None:
    scratch.commit({FILE: "one"})
    scratch.git("checkout", "--quiet", "--orphan", "other")
    other = scratch.commit({FILE: "two"})
    scratch.checkout("main")
    assert repository(scratch.root).forks(other) == ()


def test_a_commit_is_checked_out_beside_the_working_tree(scratch: Scratch) -> None:
    first = scratch.commit({FILE: "one", "README.md": "not ours", "changes/acme/图.png": "picture"})
    scratch.commit({FILE: "two", "changes/acme/图.png": None})
    scratch.write({FILE: "three"})
    with repository(scratch.root).checked_out(first) as root:
        assert read(root) == {FILE: "one", "changes/acme/图.png": "picture"}
    assert not root.exists()
    assert (scratch.root / FILE).read_text("utf-8") == "three"
    assert scratch.git("status", "--porcelain") == f" M {FILE}\n"


def test_a_commit_without_changes_has_an_empty_folder(scratch: Scratch) -> None:
    first = scratch.commit({"README.md": "nothing yet"})
    scratch.commit({FILE: "one"})
    with repository(scratch.root).checked_out(first) as root:
        assert read(root) == {}
        assert (root / "changes").is_dir()


def test_a_workspace_in_a_folder_is_checked_out_alone(scratch: Scratch) -> None:
    name = scratch.commit({f"log/{FILE}": "ours", FILE: "another workspace"})
    found = repository(scratch.root / "log")
    with found.checked_out(name) as root:
        assert read(root) == {FILE: "ours"}
    assert found.text(name, f"log/{FILE}") == "ours"


def test_the_commits_that_touched_a_file(scratch: Scratch) -> None:
    first = scratch.commit({FILE: "one"})
    second = scratch.commit({FILE: "two"}, "Second: a\tsubject")
    scratch.commit({"changes/other.md": "theirs"})
    third = scratch.commit({FILE: "three"}, "Third")
    found = repository(scratch.root).commits(first, FILE)
    assert [(c.name, c.day, c.subject) for c in found] == [
        (second, date(2026, 3, 2), "Second: a\tsubject"),
        (third, date(2026, 3, 2), "Third"),
    ]


def test_the_text_of_a_file(scratch: Scratch) -> None:
    first = scratch.commit({FILE: "one"})
    scratch.commit({FILE: "two"})
    found = repository(scratch.root)
    assert (found.text(first, FILE), found.text("HEAD", FILE)) == ("one", "two")
    assert found.text(first, "changes/none.md") is None


def two_branches(scratch: Scratch, ours: dict[str, str], theirs: dict[str, str]) -> str:
    """Branches that parted from what is committed; we stand on ours. The name of the other."""
    scratch.branch("theirs")
    name = scratch.commit(dict(theirs))
    scratch.branch("ours")
    scratch.commit(dict(ours))
    return name


def test_a_merge_is_tried_beside_everything(scratch: Scratch) -> None:
    text = "".join(f"line {n}\n" for n in range(20))
    scratch.commit({FILE: text, "changes/acme/a.md": "a"})
    theirs = two_branches(
        scratch,
        {FILE: text.replace("line 2\n", "ours\n")},
        {FILE: text.replace("line 18\n", "theirs\n"), "changes/acme/theirs.md": "new"},
    )
    scratch.write({"changes/acme/uncommitted.md": "new", "changes/acme/a.md": None})
    before = sorted((scratch.root / ".git").rglob("*"))
    with repository(scratch.root).merged(theirs) as (root, conflicts):
        assert conflicts == frozenset()
        assert read(root) == {
            FILE: text.replace("line 2\n", "ours\n").replace("line 18\n", "theirs\n"),
            "changes/acme/theirs.md": "new",
            "changes/acme/uncommitted.md": "new",
        }
    assert sorted((scratch.root / ".git").rglob("*")) == before
    assert not root.exists()


def test_a_merge_with_conflicts(scratch: Scratch) -> None:
    scratch.commit({FILE: "one\n", "README.md": "one\n"})
    theirs = two_branches(
        scratch, {FILE: "ours\n", "README.md": "ours\n"}, {FILE: "theirs\n", "README.md": "x\n"}
    )
    with repository(scratch.root).merged(theirs) as (root, conflicts):
        assert conflicts == {FILE}
        assert "<<<<<<<" in (root / FILE).read_text("utf-8")


def test_a_merge_of_what_has_nothing_in_common(scratch: Scratch) -> None:
    scratch.commit({FILE: "one"})
    scratch.git("checkout", "--quiet", "--orphan", "other")
    other = scratch.commit({FILE: "two"})
    scratch.checkout("main")
    with (
        pytest.raises(Refusal, match="unrelated histories"),
        repository(scratch.root).merged(other),
    ):
        pytest.fail("the merge was tried")


def test_an_old_git_is_told_of(
    scratch: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch.commit({FILE: "one"})
    git = shutil.which("git")
    old = tmp_path / "bin" / "git"
    old.parent.mkdir()
    script = f'case " $* " in *" merge-tree "*) exit 129;; esac\nexec {git} "$@"\n'
    old.write_text(f"#!/bin/sh\n{script}")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(old.parent), prepend=os.pathsep)
    with (
        pytest.raises(Refusal, match=r"needs git 2\.38 or later"),
        repository(scratch.root).merged("HEAD"),
    ):
        pytest.fail("the merge was tried")


def test_attributes_of_now_do_not_change_what_was(scratch: Scratch) -> None:
    first = scratch.commit({FILE: "one $Id$\n"})
    scratch.write({".gitattributes": f"{FILE} working-tree-encoding=UTF-16 ident eol=crlf\n"})
    with repository(scratch.root).checked_out(first) as root:
        assert (root / FILE).read_bytes() == b"one $Id$\n"


def test_a_link_is_written_out_as_a_link(scratch: Scratch) -> None:
    link = scratch.root / FILE
    link.parent.mkdir(parents=True)
    link.symlink_to("../../elsewhere.md")
    with repository(scratch.root).checked_out(scratch.commit({})) as root:
        assert (root / FILE).readlink() == Path("../../elsewhere.md")


def test_a_submodule_can_not_be_compared(scratch: Scratch) -> None:
    first = scratch.commit({FILE: "one"})
    scratch.git("update-index", "--add", "--cacheinfo", f"160000,{first},changes/globex")
    scratch.git("commit", "--quiet", "--message=Submodule")
    found = repository(scratch.root)
    with (
        pytest.raises(Refusal, match="changes/globex is a submodule"),
        found.checked_out(found.commit("main")),
    ):
        pass
