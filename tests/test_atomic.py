"""A file is written as a whole or not at all, and stays what it was beside its content."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from changebook import atomic
from changebook.refusal import Refusal
from tests.watched import is_draft, killed_at, moments

OLD, NEW = b"old\n" * 1000, b"new\n" * 2000
POSIX = pytest.mark.skipif(os.name == "nt", reason="what Windows has in another way")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "record.md"
    file.write_bytes(OLD)
    return file


def test_text_is_written_as_utf_8_with_its_own_line_ends(file: Path) -> None:
    atomic.write(file, "一\r\n二\n")
    assert file.read_bytes() == "一\r\n二\n".encode()


def test_at_every_moment_there_is_the_old_file_or_the_new(file: Path) -> None:
    with moments(file.parent) as states:
        atomic.write(file, NEW)
    assert [state["record.md"] for state in states] == [OLD, NEW]
    assert list(file.parent.iterdir()) == [file]


def test_at_every_moment_there_is_no_file_or_a_whole_one(tmp_path: Path) -> None:
    with moments(tmp_path) as states:
        atomic.create(tmp_path / "record.md", NEW)
    assert states == [{}, {"record.md": NEW}]
    assert [each.name for each in tmp_path.iterdir()] == ["record.md"]


def test_the_moments_show_a_file_that_is_written_in_its_place(file: Path) -> None:
    with moments(file.parent) as states:
        file.write_bytes(NEW)
    assert {"record.md": b""} in states


@POSIX
@pytest.mark.parametrize("write", [atomic.write, atomic.create, None])
def test_killed_between_any_two_calls_it_leaves_the_old_file_or_the_new(
    write: Callable[[Path, bytes], None] | None, tmp_path: Path
) -> None:
    one, other = tmp_path / "one.md", tmp_path / "other.md"
    old = None if write is atomic.create else OLD

    def run() -> None:
        if write:
            write(one, NEW)
        else:
            atomic.write_all({other: NEW}, {one: NEW})

    left, drafts, calls = set(), 0, 0
    while True:
        for file in tmp_path.iterdir():
            file.unlink()
        if old:
            one.write_bytes(old)
        killed = killed_at(calls, run)
        left.add(one.read_bytes() if one.exists() else None)
        assert not other.exists() or other.read_bytes() == NEW
        drafts += any(is_draft(file.name) for file in tmp_path.iterdir())
        if not killed:
            break
        calls += 1
    assert left == {old, NEW}
    assert drafts > 10  # so it was killed on the way, again and again


@pytest.mark.parametrize("call", ["write", "fsync", "replace", "chmod"])
@pytest.mark.parametrize("fault", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt()])
def test_what_fails_leaves_all_as_it_was(
    file: Path, call: str, fault: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any, **more: Any) -> None:
        raise fault

    if call == "write":
        original = Path.open

        class Full:
            def __init__(self, *given: Any) -> None:
                self.stream = original(*given)

            def __enter__(self) -> Full:
                return self

            def __exit__(self, *error: object) -> None:
                self.stream.close()

            write = fail

        def opened(*given: Any) -> Full:
            return Full(*given)

        monkeypatch.setattr(Path, "open", opened)
    else:
        monkeypatch.setattr(os, call, fail)
    with pytest.raises(type(fault)):
        atomic.write(file, NEW)
    monkeypatch.undo()
    assert {each.name: each.read_bytes() for each in file.parent.iterdir()} == {"record.md": OLD}


@pytest.mark.parametrize("links", [True, False])
def test_what_is_there_is_never_created_over(
    file: Path, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*arguments: Any, **more: Any) -> None:
        raise OSError(errno.EPERM, "no links here")

    if not links:
        monkeypatch.setattr(os, "link", none)
    with pytest.raises(FileExistsError):
        atomic.create(file, NEW)
    assert {each.name: each.read_bytes() for each in file.parent.iterdir()} == {"record.md": OLD}
    atomic.create(file.with_name("other.md"), NEW)
    assert sorted(each.name for each in file.parent.iterdir()) == ["other.md", "record.md"]


@POSIX
@pytest.mark.parametrize("mode", [0o600, 0o664, 0o755])
def test_the_mode_stays(file: Path, mode: int) -> None:
    file.chmod(mode)
    atomic.write(file, NEW)
    assert stat.S_IMODE(file.stat().st_mode) == mode


@POSIX
def test_a_new_file_has_the_mode_that_others_have(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(NEW)
    for write in (atomic.write, atomic.create):
        write(tmp_path / write.__name__, NEW)
        usual = (tmp_path / "plain").stat().st_mode
        assert (tmp_path / write.__name__).stat().st_mode == usual


@POSIX
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may")
def test_the_owner_stays(file: Path) -> None:
    os.chown(file, 1234, 5678)
    file.chmod(0o640)
    atomic.write(file, NEW)
    new = file.stat()
    assert (new.st_uid, new.st_gid, stat.S_IMODE(new.st_mode)) == (1234, 5678, 0o640)


@POSIX
def test_where_the_owner_can_not_stay_the_group_does(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, given = file.stat(), []
    draft = os.stat_result((*old[:4], old.st_uid + 1, old.st_gid + 1, *old[6:]))

    def chown(path: object, owner: int, group: int) -> None:
        given.append((owner, group))
        if owner != -1:
            raise PermissionError

    monkeypatch.setattr(os, "chown", chown)
    atomic._like(file, draft)
    assert given == [(old.st_uid + 1, old.st_gid + 1), (-1, old.st_gid + 1)]


def test_a_file_that_may_not_be_written_is_not_replaced(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(PermissionError):
        atomic.write(file, NEW)
    assert file.read_bytes() == OLD


@POSIX
@pytest.mark.parametrize("target", ["other.md", "nowhere.md"])
def test_nothing_is_written_through_a_link(file: Path, target: str) -> None:
    file.with_name("other.md").write_bytes(OLD)
    link = file.with_name("link.md")
    link.symlink_to(target)
    with pytest.raises(Refusal, match=r"link\.md is a symbolic link"):
        atomic.write(link, NEW)
    with pytest.raises(FileExistsError):
        atomic.create(link, NEW)
    assert link.is_symlink()
    assert file.with_name("other.md").read_bytes() == OLD
    assert not file.with_name("nowhere.md").exists()


@POSIX
def test_a_pipe_gets_what_is_written() -> None:
    reading, writing = os.pipe()
    try:
        atomic.write(Path(f"/dev/fd/{writing}"), b"new")
        assert os.read(reading, 99) == b"new"
    finally:
        os.close(reading)
        os.close(writing)


def test_a_folder_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"."):
        atomic.write(tmp_path, NEW)


@pytest.mark.parametrize("write", [atomic.write, atomic.create])
def test_what_a_killed_run_left_goes_with_a_later_write(
    write: Callable[[Path, bytes], None], tmp_path: Path
) -> None:
    file = tmp_path / "a[b]*?.md" if os.name != "nt" else tmp_path / "a[b].md"
    names = [f".{file.name}.{n}.new" for n in range(2)]
    for name in (*names, ".other.md.0.new"):
        (tmp_path / name).write_bytes(OLD)
    day = 24 * 3600
    now = time.time()
    os.utime(tmp_path / names[0], (now - day, now - day))
    os.utime(tmp_path / ".other.md.0.new", (now - day, now - day))
    write(file, NEW)
    # The other of its drafts may be that of a run which still writes it.
    left = {each.name for each in tmp_path.iterdir()}
    assert left == {file.name, names[1], ".other.md.0.new"}


def test_a_long_name_can_be_written(tmp_path: Path) -> None:
    file = tmp_path / ("变" * 80 + ".md")
    atomic.write(file, NEW)
    assert file.read_bytes() == NEW


def test_all_files_are_written_or_none(tmp_path: Path) -> None:
    old, there = tmp_path / "old.md", tmp_path / "there.md"
    old.write_bytes(OLD)
    there.write_bytes(OLD)
    new = {tmp_path / "new" / f"{n}.md": NEW for n in range(3)}
    with pytest.raises(FileExistsError):
        atomic.write_all({**new, there: NEW}, {old: NEW})
    assert {f for f in tmp_path.rglob("*") if f.is_file()} == {old, there}
    assert (old.read_bytes(), there.read_bytes()) == (OLD, OLD)
    left = tmp_path / ".old.md.0.new"
    left.write_bytes(OLD)
    os.utime(left, (0, 0))
    atomic.write_all(new, {old: "new"})
    assert {f.read_bytes() for f in new} == {NEW}
    assert old.read_bytes() == b"new"
    assert not left.exists()
    (tmp_path / "copy.md").touch()
    atomic.write(tmp_path / "copy.md", old)
    assert (tmp_path / "copy.md").read_bytes() == b"new"


def test_a_folder_is_looked_at_once_for_all_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Path] = []
    scandir = os.scandir

    def look(at: Path) -> Any:
        looked.append(at)
        return scandir(at)

    monkeypatch.setattr(os, "scandir", look)
    atomic.write_all({tmp_path / f"{n}.md": NEW for n in range(50)}, {})
    assert len(looked) == 1
