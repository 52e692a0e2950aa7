"""Beginning: a workspace that is sound at once, and records with the keys that they need."""

from __future__ import annotations

import re
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from changebook.check import load_checked
from changebook.check.lifecycle import NEEDS
from changebook.cli import main
from changebook.edit import scaffold
from changebook.edit.scaffold import Asked
from changebook.model.vocabulary import ChangeType, Status
from changebook.read.workspace import WorkspaceError, read_workspace
from changebook.refusal import Refusal

ALWAYS = ["id", "title", "status", "visibility"]
DAY = date(2026, 3, 2)


def new(root: Path, title: str, *, slug: str = "example", **said: Any) -> Path:
    """Write a record as the command does."""
    workspace, _ = read_workspace(root)
    return scaffold.new(workspace.client(slug), title, date(2026, 6, 1), **said)


def keys(file: Path) -> list[str]:
    return list(yaml.safe_load(file.read_text("utf-8").split("---\n")[1]))


def test_a_new_workspace_checks_clean(workspace: Path) -> None:
    read, problems = load_checked(workspace)
    assert problems == []
    assert [r.data.id for r in read.clients[0].records] == ["EX-0001", "EX-0002", "EX-0003"]


def test_init_overwrites_nothing(workspace: Path) -> None:
    before = {p: p.read_bytes() for p in workspace.rglob("*") if p.is_file()}
    with pytest.raises(Refusal, match="already exists"):
        scaffold.init(workspace)
    assert {p: p.read_bytes() for p in workspace.rglob("*") if p.is_file()} == before


def test_init_writes_no_workspace_into_another(workspace: Path) -> None:
    before = sorted(workspace.rglob("*"))
    with pytest.raises(Refusal, match="belongs to a workspace"):
        scaffold.init(workspace / "changes")
    assert sorted(workspace.rglob("*")) == before


def test_a_client_is_added_to_a_workspace(workspace: Path) -> None:
    before = {p: p.read_bytes() for p in workspace.rglob("*") if p.is_file()}
    file = scaffold.add_client(workspace, "Exeter", vendor="Lin Wei")
    assert file == workspace / "changes" / "exeter" / "client.md"
    assert "prefix: EXET  #" in file.read_text("utf-8")
    # The example's prefix is EX.
    other = scaffold.add_client(workspace, "Eastern Xylophones")
    assert other
    assert "prefix: EX2  #" in other.read_text("utf-8")
    assert {p: p.read_bytes() for p in before} == before
    with pytest.raises(Refusal, match="already exists"):
        scaffold.add_client(workspace, "Exeter")
    with pytest.raises(Refusal, match=r"init --client NAME` adds a client"):
        scaffold.init(workspace)


def test_init_lays_out_nothing_in_a_client(workspace: Path) -> None:
    with pytest.raises(Refusal, match="belongs to a workspace"):
        scaffold.init(workspace / "changes" / "example")


def test_init_refuses_before_it_writes(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "record.schema.json").write_text("mine")
    with pytest.raises(Refusal):
        scaffold.init(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["schemas"]


def test_what_git_ignores_gets_the_lines_that_it_lacks(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("node_modules\n/site/")
    scaffold.init(tmp_path)
    ignored = (tmp_path / ".gitignore").read_text()
    assert ignored == "node_modules\n/site/\n/site-team/\n/.changebook/\n"


def test_a_client_of_ones_own_without_the_example(tmp_path: Path) -> None:
    scaffold.init(tmp_path, "Acme Trading: Ltd", example=False, vendor="Lin Wei")
    assert [p.name for p in (tmp_path / "changes").iterdir()] == ["acme-trading-ltd"]
    workspace, problems = load_checked(tmp_path)
    # What is to be filled in, and nothing else.
    assert {p.rule for p in problems} <= {"missing-key", "unknown-value", "nobody-approves"}
    profile = workspace.clients[0].profile if workspace.clients else None
    assert profile
    assert (profile.name, profile.prefix) == ("Acme Trading: Ltd", "ATL")


@pytest.mark.parametrize(
    ("client", "says"), [(None, "give its name"), ("北京", "no folder"), ("Search", "no folder")]
)
def test_a_workspace_without_a_client_is_refused(
    tmp_path: Path, client: str | None, says: str
) -> None:
    with pytest.raises(Refusal, match=says):
        scaffold.init(tmp_path, client, example=False)
    assert [*tmp_path.iterdir()] == []


def test_a_draft_has_the_four_keys_and_no_client_sees_it(workspace: Path) -> None:
    file = new(workspace, "Pay by invoice", on=None)
    assert file.name == "EX-0004-pay-by-invoice.md"
    assert keys(file) == ALWAYS
    workspace_, problems = load_checked(workspace)
    assert problems == []
    record = workspace_.clients[0].records[-1].data
    assert (record.status, record.visibility) == ("draft", "internal")


def test_a_draft_with_what_is_known(workspace: Path) -> None:
    file = new(workspace, "X", asked=Asked(type=ChangeType.REMOVAL), on=DAY, by="Sam Green")
    assert file.parent.name == "2026"
    assert keys(file) == [*ALWAYS, "type", "requested"]
    read, problems = load_checked(workspace)
    assert problems == []
    requested = read.clients[0].records[-1].data.requested
    assert requested
    assert (requested.on, requested.by, requested.party) == (DAY, "Sam Green", "vendor")


def test_from_the_client_has_exactly_what_submitted_needs(workspace: Path) -> None:
    file = new(
        workspace,
        "X",
        from_client=True,
        asked=Asked(type=ChangeType.ADDITION),
        on=DAY,
        by="Ada Brown",
    )
    needed = [need.path[0] for need in NEEDS[Status.SUBMITTED]]
    assert sorted(keys(file)) == sorted([*ALWAYS, *needed, "history"])


def test_what_is_left_open_is_reported_until_it_is_filled_in(workspace: Path) -> None:
    file = new(workspace, "X", from_client=True, on=DAY, by="Ada Brown")
    path = file.relative_to(workspace).as_posix()
    _, problems = load_checked(workspace)
    assert {p.path for p in problems} == {path}
    said = " ".join(p.message for p in problems)
    for key in ("type", "priority", "summary", "item", "action", "category", "text"):
        assert f"`{key}`" in said
    text = file.read_text("utf-8")
    for line, value in (
        ("type:", "addition"),
        ("priority:", "high"),
        ("summary:", "Invoices."),
        ("  - item:", "Checkout"),
        ("    action:", "add"),
        ("  category:", "market"),
        ("  text:", "They ask for it."),
    ):
        assert f"\n{line}  #" in text
        text = text.replace(f"\n{line}  #", f"\n{line} {value}  #")
    file.write_text(text, "utf-8")
    assert load_checked(workspace)[1] == []


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("拆分支付", "EX-0004.md"),
        ("新增 SMS 通知", "EX-0004-sms.md"),
        ("Überweisung & Zahlung", "EX-0004-uberweisung-zahlung.md"),
        ("../../etc/passwd", "EX-0004-etcpasswd.md"),
        ("x" * 300, f"EX-0004-{'x' * 60}.md"),
    ],
)
def test_file_names(workspace: Path, title: str, name: str) -> None:
    file = new(workspace, title)
    assert file.name == name
    assert load_checked(workspace)[1] == []


@pytest.mark.parametrize(
    "title", ["a: b", "- a", "#1", "yes", "010", "'", '"a" \\ b', "2026-03-02", "a #b", "{a}", "!a"]
)
def test_titles_arrive_as_they_were_given(workspace: Path, title: str) -> None:
    new(workspace, title)
    read, problems = load_checked(workspace)
    assert problems == []
    assert read.clients[0].records[-1].data.title == title


@pytest.mark.parametrize(("name", "party"), [("Ada Brown", "client"), ("Sam Green", "vendor")])
def test_the_party_is_that_of_the_profile(workspace: Path, name: str, party: str) -> None:
    new(workspace, "X", by=name)
    read, problems = load_checked(workspace)
    assert problems == []
    requested = read.clients[0].records[-1].data.requested
    assert requested
    assert (requested.by, requested.party) == (name, party)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (
            {"by": "Ada Braun"},
            "has no person `Ada Braun`: did you mean Ada Brown? It has Ada Brown, Sam Green",
        ),
        ({"by": "Chen Yu"}, "has no person `Chen Yu`: it has Ada Brown, Sam Green"),
        ({"by": "Sam Green", "from_client": True}, "Sam Green is on the vendor's side"),
    ],
)
def test_a_person_who_is_not_as_said(workspace: Path, said: dict[str, Any], why: str) -> None:
    before = sorted(workspace.rglob("*"))
    with pytest.raises(Refusal, match=re.escape(why)):
        new(workspace, "X", **said)
    assert sorted(workspace.rglob("*")) == before


def test_ids_are_never_used_again(workspace: Path) -> None:
    broken = workspace / "changes" / "example" / "2025" / "EX-0041-broken.md"
    broken.parent.mkdir()
    broken.write_text("no front matter")
    assert new(workspace, "X").name.startswith("EX-0042")
    assert new(workspace, "X").name.startswith("EX-0043")


def test_unknown_clients_and_empty_titles(workspace: Path) -> None:
    with pytest.raises(WorkspaceError, match="no client `exampel`; did you mean `example`"):
        new(workspace, "X", slug="exampel")
    with pytest.raises(Refusal, match="needs a title"):
        new(workspace, "  ")


def test_a_client_whose_profile_is_broken(workspace: Path) -> None:
    (workspace / "changes" / "example" / "client.md").write_text("---\nname: [\n---\n")
    with pytest.raises(WorkspaceError, match="can't be read"):
        new(workspace, "X")


@pytest.fixture
def repository(workspace: Path) -> Path:
    """The workspace in a repository on `main`, with a branch `other` that took EX-0004."""
    git(workspace, "init", "-q", "-b", "main")
    commit(workspace, "begin")
    git(workspace, "switch", "-q", "-c", "other")
    new(workspace, "On a branch")
    commit(workspace, "take a number")
    git(workspace, "switch", "-q", "main")
    return workspace


def git(root: Path, *words: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    subprocess.run(["git", *identity, *words], cwd=root, check=True, capture_output=True)


def commit(root: Path, subject: str) -> None:
    git(root, "add", "--all")
    git(root, "commit", "-q", "-m", subject)


def test_numbers_of_other_branches_are_seen_with_a_base(repository: Path) -> None:
    assert new(repository, "Here").name.startswith("EX-0004")
    assert new(repository, "Here", base="main").name.startswith("EX-0005")


def test_what_was_deleted_is_not_used_again(repository: Path) -> None:
    (file,) = (repository / "changes" / "example" / "2026").glob("EX-0003*")
    file.unlink()
    commit(repository, "delete a draft")
    git(repository, "branch", "-D", "other")
    assert new(repository, "X", base="HEAD").name.startswith("EX-0004")


def test_what_a_merged_branch_deleted_is_not_used_again(repository: Path) -> None:
    git(repository, "switch", "-q", "other")
    (file,) = (repository / "changes" / "example" / "2026").glob("EX-0004*")
    file.unlink()
    commit(repository, "delete it again")
    git(repository, "switch", "-q", "main")
    (repository / "README").write_text("This branch went on.")
    commit(repository, "go on")
    git(repository, "merge", "-q", "--no-edit", "other")
    git(repository, "branch", "-d", "other")
    assert new(repository, "X", base="main").name.startswith("EX-0005")


def test_a_base_that_no_branch_holds(repository: Path) -> None:
    git(repository, "switch", "-q", "--detach", "other")
    git(repository, "tag", "theirs")
    git(repository, "branch", "-D", "other")
    git(repository, "switch", "-q", "main")
    assert new(repository, "X", base="theirs").name.startswith("EX-0005")


def test_what_lies_uncommitted_beside_is_seen(repository: Path, tmp_path: Path) -> None:
    beside = tmp_path / "beside"
    git(repository, "worktree", "add", "-q", str(beside), "other")
    assert new(beside, "Not committed").name.startswith("EX-0005")
    assert new(repository, "X", base="main").name.startswith("EX-0006")


def test_a_workspace_below_the_top_of_its_repository(workspace: Path) -> None:
    top = workspace.parent
    git(top, "init", "-q", "-b", "main")
    commit(top, "begin")
    new(workspace, "X")
    commit(top, "take a number")
    git(top, "branch", "other")
    git(top, "reset", "-q", "--hard", "HEAD~1")
    assert new(workspace, "X", base="main").name.startswith("EX-0005")


def test_a_number_from_outside(repository: Path) -> None:
    file = new(repository, "Issue 412", number=412)
    assert file.name == "EX-0412-issue-412.md"
    assert new(repository, "Next").name.startswith("EX-0413")
    with pytest.raises(Refusal, match=r"EX-0412 is already taken, by .*EX-0412-issue-412\.md"):
        new(repository, "X", number=412)
    with pytest.raises(Refusal, match=r"by EX-0004-on-a-branch\.md in the repository"):
        new(repository, "X", number=4, base="main")


def test_a_base_needs_a_repository_and_a_revision(workspace: Path) -> None:
    with pytest.raises(Refusal, match="not in a git repository"):
        new(workspace, "X", base="main")
    git(workspace, "init", "-q", "-b", "main")
    with pytest.raises(Refusal, match="does not know the revision `main`"):
        new(workspace, "X", base="main")
    assert not list((workspace / "changes").rglob("EX-0004*"))


def test_numbers_on_the_command_line(repository: Path) -> None:
    def new(*words: str) -> Result:
        folder = ("--workspace", str(repository))
        return CliRunner().invoke(main, ["new", "example", "X", *words, *folder])

    assert "EX-0005-x.md" in new("--base", "main").output
    assert "EX-0412-x.md" in new("--number", "412").output
    assert (again := new("--number", "412")).exit_code == 2
    assert "EX-0412 is already taken" in again.output
    assert new("--number", "0").exit_code == 2
    assert new("--base", "nowhere").exit_code == 2
