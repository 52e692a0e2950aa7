"""Nothing of what is sealed can be altered unseen, and nothing else breaks a seal."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from changebook.model import chain
from changebook.model.chain import ChainLink, Lock, SealedEvent, breaks, extended, parse
from changebook.proof.seal import seal
from changebook.proof.verify import look_up, verify
from changebook.read.workspace import read_workspace

checked = settings(max_examples=60, deadline=None)

SEALED = Path(__file__).parents[1] / "cases" / "seal" / "workspace"
CLIENT = "acme"
#: A decided record with every kind of value, an agreement that was signed, and much around it.
RICH = "changes/acme/2026/ACME-0001-split-payments.md"
OTHERS = (
    "changes/acme/2026/ACME-0002-gift-cards.md",
    "changes/acme/2026/ACME-0003-receipts.md",
)
LOCK = f"changes/{CLIENT}/{chain.LOCK}"
TEXT = (SEALED / RICH).read_text("utf-8")
FRONT, BODY = TEXT.removeprefix("---\n").split("---\n", 1)
DATA: dict[str, Any] = yaml.load(FRONT, yaml.CBaseLoader)


def is_sound(root: Path) -> bool:
    (found,) = verify(root).chains
    return found.is_sound


@contextmanager
def sealed() -> Iterator[Path]:
    """A copy of the workspace with all that was decided in it sealed."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "workspace"
        shutil.copytree(SEALED, root)
        assert not seal(root).problems
        yield root


@pytest.fixture(scope="module")
def workspace() -> Iterator[Path]:
    """One copy for many examples; each puts back what it changed."""
    with sealed() as root:
        assert is_sound(root)
        yield root


@contextmanager
def instead(root: Path, texts: dict[str, str | None]) -> Iterator[None]:
    """Other texts in some files, or no file at all, for as long as it lasts."""
    before = {path: (root / path).read_bytes() for path in texts if (root / path).exists()}
    try:
        for path, text in texts.items():
            (root / path).unlink(missing_ok=True)
            if text is not None:
                (root / path).write_bytes(text.encode())
        yield
    finally:
        for path in texts:
            (root / path).unlink(missing_ok=True)
            if path in before:
                (root / path).write_bytes(before[path])


def decided_by_the_format(front: Any) -> Any:
    """What record-format.md calls immutable, of which revision, without what may come later."""
    keys = "id title revision scope reason impact options decision agreement"
    kept = {key: front.get(key) for key in keys.split()}
    for line in front["reason"]["evidence"]:
        line.pop("link", None)
    for condition in front["decision"]["conditions"]:
        condition.pop("met", None)
    kept["links"] = {key: front["links"].get(key) for key in ("supersedes", "mode")}
    kept["revision"] = int(kept["revision"])
    return filled(kept)


def filled(value: Any) -> Any:
    """Without keys that were left empty: they say nothing."""
    if isinstance(value, dict):
        return {key: filled(item) for key, item in value.items() if item not in ("", None)}
    return [filled(item) for item in value] if isinstance(value, list) else value


DECIDED = decided_by_the_format(yaml.load(FRONT, yaml.CBaseLoader))
characters = st.sampled_from("0129aZ é分-:#,.'\"[{\n\t") | st.characters(codec="utf-8")
edits = st.tuples(
    st.integers(0, len(FRONT) - 1), st.sampled_from(("put in", "replace", "remove")), characters
)


def edited(text: str, at: int, way: str, character: str) -> str:
    """A text with one other character."""
    rest = text[at:] if way == "put in" else text[at + 1 :]
    return text[:at] + ("" if way == "remove" else character) + rest


@settings(checked, max_examples=150)
@given(edits)
def test_one_character_of_the_front_matter(workspace: Path, edit: tuple[int, str, str]) -> None:
    """Wherever it is: what was decided must still be the same, or it is found."""
    front = edited(FRONT, *edit)
    assume(front != FRONT)
    try:
        same = decided_by_the_format(yaml.load(front, yaml.CBaseLoader)) == DECIDED
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError):
        same = False
    with instead(workspace, {RICH: f"---\n{front}---\n{BODY}"}):
        (found,) = verify(workspace).chains
    if not same:
        assert not found.is_sound
    elif not found.is_sound:
        # Not what was decided, but something else that keeps the record from being read.
        assert not {problem.rule for problem in found.problems} & {"sealed-altered", "not-sealed"}


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of all values that are texts."""
    if isinstance(value, str):
        yield path
        return
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        yield from leaves(item, (*path, key))


def is_decided(path: tuple[str | int, ...]) -> bool:
    names = tuple(step for step in path if isinstance(step, str))
    if names in (("reason", "evidence", "link"), ("decision", "conditions", "met")):
        return False
    return names[0] in DECIDED and (names[0] != "links" or names[1] in ("supersedes", "mode"))


PATHS = tuple(leaves(DATA))


@pytest.mark.parametrize("path", [p for p in PATHS if is_decided(p)], ids=str)
def test_every_value_that_was_decided_counts(workspace: Path, path: tuple[str | int, ...]) -> None:
    """The last byte of each of them, one after the other."""
    data = yaml.load(FRONT, yaml.CBaseLoader)
    parent = data
    for step in path[:-1]:
        parent = parent[step]
    value = parent[path[-1]]
    parent[path[-1]] = value[:-1] + chr(ord(value[-1]) ^ 1)
    with instead(workspace, {RICH: f"---\n{yaml.safe_dump(data, allow_unicode=True)}---\n{BODY}"}):
        assert not is_sound(workspace)


@checked
@given(
    style=st.sampled_from((None, "'", '"')),
    flow=st.sampled_from((None, True, False)),
    width=st.integers(30, 200),
    indent=st.integers(2, 8),
    sort=st.booleans(),
    comment=st.text(st.characters(categories=("L", "N", "P", "Zs"))),
    crlf=st.booleans(),
)
def test_layout_comments_and_the_order_of_keys_do_not_count(
    workspace: Path,
    style: str | None,
    flow: bool | None,
    width: int,
    indent: int,
    sort: bool,
    comment: str,
    crlf: bool,
) -> None:
    front = yaml.dump(
        DATA,
        Dumper=yaml.SafeDumper,
        default_style=style,
        default_flow_style=flow,
        width=width,
        indent=indent,
        sort_keys=sort,
        allow_unicode=True,
    )
    text = f"---\n# {comment}\n{front}---\n{BODY}"
    with instead(workspace, {RICH: text.replace("\n", "\r\n") if crlf else text}):
        assert is_sound(workspace)


LATER: dict[str, tuple[str, str]] = {
    "a step of the history": (
        "2026-02-12, by: Chen Yu}\n",
        "2026-02-12, by: Chen Yu}\n  - {status: implementing, on: 2026-02-16, by: Lin Wei}\n",
    ),
    "a condition that is met": ("text: Tested first,", "text: Tested first, met: 2026-02-20,"),
    "a link that is corrected": ("link: https://a.example/tickets", "link: https://b.example/t"),
    "evidence that gets a link": ("source: Survey,", "source: Survey, link: https://a.example/s,"),
    "progress of the plan": ("step: Build it,", "step: Build it, done: 2026-02-20,"),
    "a talk": (
        "communications:\n",
        "communications:\n  - {on: 2026-02-20, channel: call, summary: It goes well.}\n",
    ),
    "an objection that is settled": (
        "outcome: open}",
        "outcome: withdrawn, response: It was tested., resolved: 2026-02-21}",
    ),
    "a link to another record": ("related: []", "related: [ACME-0003]"),
    "an internal note": ("internal: {", "internal: {margin: 0.3, "),
    "a key of one's own": ("  category:", "  x-seen: yes\n  category:"),
    "the summary": ("summary: Pay", "summary: Now pay"),
    "another spelling of the revision": ("revision: 2", "revision: +02"),
}


@pytest.mark.parametrize("later", LATER)
def test_what_may_come_later_breaks_nothing(workspace: Path, later: str) -> None:
    old, new = LATER[later]
    assert TEXT.count(old) == 1
    text = TEXT.replace(old, new)
    if "implementing" in new:
        text = text.replace("status: approved\n", "status: implementing\n", 1)
    with instead(workspace, {RICH: text}):
        assert is_sound(workspace)


def test_a_record_that_is_removed_is_missed(workspace: Path) -> None:
    for path in (RICH, *OTHERS):
        with instead(workspace, {path: None}):
            assert not is_sound(workspace)


def test_records_that_change_places_are_seen(workspace: Path) -> None:
    """Each is in itself what was decided; only the ids are exchanged."""
    one, other = ((workspace / path).read_text("utf-8") for path in OTHERS)
    first = one.replace("ACME-0002", "ACME-0003")
    second = other.replace("ACME-0003", "ACME-0002")
    with instead(workspace, {OTHERS[0]: second, OTHERS[1]: first}):
        (found,) = verify(workspace).chains
    assert [problem.rule for problem in found.problems].count("sealed-altered") == 2


def test_a_record_that_is_slipped_in_is_seen(workspace: Path) -> None:
    new = (workspace / OTHERS[0]).read_text("utf-8").replace("ACME-0002", "ACME-0009")
    with instead(workspace, {"changes/acme/2026/ACME-0009-gift-cards.md": new}):
        (found,) = verify(workspace).chains
    assert [problem.rule for problem in found.problems] == ["not-sealed"]


@pytest.mark.parametrize("name", ["ACME-0002-a.md", "ACME-0002-z.md"])
def test_a_second_file_can_not_stand_in_for_an_altered_one(workspace: Path, name: str) -> None:
    """Whichever of the two is read first."""
    true = (workspace / OTHERS[0]).read_text("utf-8")
    entry = parse((workspace / LOCK).read_text("ascii"), LOCK)[0]
    digest = next(e.digest for e in entry.entries if e.id == "ACME-0002") if entry else ""
    altered = {OTHERS[0]: true.replace("20000.00", "20001.00")}
    with instead(workspace, {**altered, f"changes/acme/2026/{name}": true}):
        (found,) = verify(workspace).chains
        (match,) = look_up(read_workspace(workspace)[0], digest)
    assert [problem.path for problem in found.problems] == [OTHERS[0]]
    assert not match.holds


def test_a_file_that_now_holds_another_record_is_missed(workspace: Path) -> None:
    """Its name alone does not make it the record that was sealed."""
    draft = "---\nid: ACME-0009\ntitle: Another\nstatus: draft\nvisibility: internal\n---\n"
    with instead(workspace, {OTHERS[0]: draft}):
        (found,) = verify(workspace).chains
    assert [problem.rule for problem in found.problems] == ["sealed-missing"]


digests = st.text("0123456789abcdef", min_size=64, max_size=64)
links = st.builds(
    ChainLink,
    id=st.integers(1, 9999).map("ACME-{:04}".format),
    revision=st.integers(1, 3),
    event=st.sampled_from(SealedEvent),
    on=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    digest=digests,
)
locks = st.lists(links, min_size=1, max_size=6).map(lambda some: extended(Lock(), some))


@checked
@given(locks, st.data())
def test_entries_that_are_moved_or_taken_out_break_the_chain(
    lock: Lock, data: st.DataObject
) -> None:
    """All but the end of it: a shorter chain is sound, and what it lacks is not sealed."""
    entries = lock.entries
    chosen = data.draw(st.lists(st.sampled_from(entries), max_size=len(entries) + 1))
    is_beginning = tuple(chosen) == entries[: len(chosen)]
    assert bool(list(breaks(Lock(entries=tuple(chosen))))) is not is_beginning


@checked
@given(locks, links, st.data())
def test_entries_that_are_put_in_break_the_chain(
    lock: Lock, link: ChainLink, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(lock.entries) - 1))
    longer = extended(Lock(entries=lock.entries[:at]), [link])
    put_in = Lock(entries=(*longer.entries, *lock.entries[at:]))
    assert list(breaks(put_in))


@checked
@given(locks, links, st.data())
def test_entries_that_are_altered_break_the_chain(
    lock: Lock, link: ChainLink, data: st.DataObject
) -> None:
    """One value of an entry, with or without a digest that fits it."""
    at = data.draw(st.integers(0, len(lock.entries) - 1))
    key = data.draw(st.sampled_from(("id", "revision", "event", "on", "digest")))
    value, old = getattr(link, key), lock.entries[at]
    assume(value != getattr(old, key))
    new = old.model_copy(update={key: value})
    if data.draw(st.booleans()) and at < len(lock.entries) - 1:
        new = new.model_copy(update={"entry": new.own_digest()})
    altered = Lock(entries=(*lock.entries[:at], new, *lock.entries[at + 1 :]))
    assert list(breaks(altered))


@checked
@given(locks)
def test_a_lock_is_read_as_it_was_written(lock: Lock) -> None:
    for text in (lock.text(), lock.text().replace("\n", "\r\n")):
        assert parse(text, LOCK) == (lock, None)
    assert not list(breaks(lock))


def broken(text: str) -> bool:
    lock, problem = parse(text, LOCK)
    return problem is not None or bool(list(breaks(lock or Lock())))


@settings(checked, max_examples=150)
@given(locks, st.integers(0), st.sampled_from(("put in", "replace", "remove")), characters)
@example(extended(Lock(), ()), 0, "put in", "{")
def test_every_character_of_a_lock_counts(lock: Lock, at: int, way: str, character: str) -> None:
    text = lock.text()
    altered = edited(text, at % len(text), way, character)
    assume(altered != text)
    assume(altered.replace("\r\n", "\n") != text)
    assert broken(altered)


def test_every_byte_of_a_lock_counts(workspace: Path) -> None:
    """All of them, one after the other, with the bit that makes the smallest difference."""
    text = (workspace / LOCK).read_text("ascii")
    assert not broken(text)
    for at, character in enumerate(text):
        assert broken(text[:at] + chr(ord(character) ^ 1) + text[at + 1 :]), text[at - 30 : at + 1]


def test_entries_are_what_they_are_made_of(workspace: Path) -> None:
    lock, _ = parse((workspace / LOCK).read_text("ascii"), LOCK)
    assert lock is not None
    assert {(e.id, e.event) for e in lock.entries} == {
        ("ACME", SealedEvent.BASELINE),
        ("ACME-0001", SealedEvent.APPROVED),
        ("ACME-0001", SealedEvent.SIGNED),
        ("ACME-0002", SealedEvent.APPROVED),
        ("ACME-0003", SealedEvent.REJECTED),
    }
