"""What is kept: found whole or not at all, and no more than fits."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from changebook.keep.digests import digest, of_folder
from changebook.keep.place import DEFAULT, open_store
from changebook.keep.store import Store
from changebook.refusal import Refusal

NAME, OTHER = digest("one"), digest("other")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "kept")
    made.prepare()
    return made


def entry(store: Store, name: str = NAME) -> Path:
    assert store.folder
    return store.folder / "entries" / name[:2] / name


def test_what_is_put_is_found_again(store: Store) -> None:
    assert store.get(NAME) is None
    store.put(NAME, b"some\nbytes\n\0")
    assert store.get(NAME) == b"some\nbytes\n\0"
    assert store.get(OTHER) is None
    assert Store().get(NAME) is None


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"some", b"\xff\xfe\n", b"0" * 64 + b"\nsome"],
    ids=["empty", "line", "short", "bytes", "digest"],
)
def test_an_entry_that_is_damaged_is_none(store: Store, content: bytes) -> None:
    store.put(NAME, b"some")
    entry(store).write_bytes(content)
    assert store.get(NAME) is None
    store.put(NAME, b"some")
    assert store.get(NAME) == b"some"


def test_an_entry_that_is_cut_short_anywhere_is_none(store: Store) -> None:
    store.put(NAME, b"some bytes")
    whole = entry(store).read_bytes()
    for length in range(len(whole)):
        entry(store).write_bytes(whole[:length])
        assert store.get(NAME) is None


def test_an_entry_under_another_name_is_none(store: Store) -> None:
    store.put(NAME, b"some")
    store.put(OTHER, b"else")
    entry(store, OTHER).write_bytes(entry(store).read_bytes())
    assert store.get(OTHER) is None


def test_a_folder_in_an_entrys_place_is_none(store: Store) -> None:
    entry(store).mkdir(parents=True)
    assert store.get(NAME) is None
    store.put(NAME, b"some")  # can't be kept
    assert store.get(NAME) is None


def test_what_was_used_longest_ago_goes_first(store: Store) -> None:
    names = [digest(str(number)) for number in range(4)]
    for age, name in enumerate(names):
        store.put(name, b"x" * 100)
        used = entry(store, name).stat().st_mtime - 60 * (age + 1)
        os.utime(entry(store, name), (used, used))
    store.get(names[3])
    size = entry(store, names[0]).stat().st_size
    store.sweep(limit=2 * size)
    assert [store.get(name) is not None for name in names] == [True, False, False, True]


def test_what_nobody_asks_for_goes(store: Store) -> None:
    store.put(NAME, b"old")
    draft = entry(store).with_name("half.draft")
    draft.write_bytes(b"ha")
    os.utime(entry(store), (0, 0))
    store.put(OTHER, b"new")
    store.sweep()
    assert store.get(NAME) is None
    assert store.get(OTHER) == b"new"
    assert draft.exists()  # another run may be writing it
    os.utime(draft, (0, 0))
    store.sweep()
    assert not draft.exists()


def test_it_is_no_part_of_version_control_and_nobody_elses(store: Store) -> None:
    assert store.folder
    assert (store.folder / ".gitignore").read_text() == "*\n"
    assert store.folder.stat().st_mode & 0o777 == 0o700


def test_the_folder_of_a_store(tmp_path: Path) -> None:
    assert open_store(tmp_path, None).folder == (tmp_path / DEFAULT).resolve()
    chosen = tmp_path / "chosen"
    assert open_store(tmp_path, chosen).folder == chosen.resolve()
    with pytest.raises(Refusal, match="inside changes/"):
        open_store(tmp_path, tmp_path / "changes" / "kept")
    (tmp_path / "file").write_text("a file")
    with pytest.raises(Refusal, match=r"can't write to .*file.*--cache"):
        open_store(tmp_path, tmp_path / "file")


def test_a_workspace_that_can_not_be_written_in_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / ".changebook").write_text("a file")
    assert open_store(tmp_path, None) == Store()


def test_where_a_part_ends_counts() -> None:
    assert digest("ab", "c") != digest("a", "bc")
    assert digest("a") == digest(b"a")


def test_a_folders_digest_is_of_names_kinds_and_bytes(tmp_path: Path) -> None:
    seen = {of_folder(tmp_path)}

    def changed() -> bool:
        before = len(seen)
        seen.add(of_folder(tmp_path))
        return len(seen) > before

    file = tmp_path / "a" / "b.md"
    file.parent.mkdir()
    assert changed()
    file.write_text("one")
    assert changed()
    file.write_text("two")
    assert changed()
    os.utime(file, (0, 0))
    assert not changed()
    file.rename(tmp_path / "a" / "c.md")
    assert changed()
    (tmp_path / "a" / "d.md").symlink_to("c.md")
    assert changed()
    (tmp_path / "a" / "d.md").unlink()
    (tmp_path / "a" / "d.md").mkdir()
    assert changed()
    (tmp_path / ".hidden").write_text("")
    assert changed()
    (tmp_path / ".hidden").write_text("its bytes are nobody's")
    assert not changed()
    assert of_folder(tmp_path / "not there") != of_folder(tmp_path)


def test_a_folder_whose_links_are_followed(tmp_path: Path) -> None:
    folder, other = tmp_path / "folder", tmp_path / "other"
    for path in (folder / "a" / "b", other):
        path.mkdir(parents=True)
    (folder / "a" / "round").symlink_to(folder)
    (folder / "a" / "there").symlink_to(other)
    seen = {of_folder(folder, follow=True)}
    for number, file in enumerate(
        (folder / "a" / "b" / "one.md", folder / "a" / ".two", other / "three"), 1
    ):
        for text in ("before", "after"):
            file.write_text(text)
            seen.add(of_folder(folder, follow=True))
        assert len(seen) == 1 + 2 * number
