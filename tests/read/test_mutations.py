"""Marks put in by mistake, everywhere: what a record says stays, or a problem says that it went.

Each mutant is the front matter of a sample with one mark more. It has to read as before, or with
exactly that mark more in one value, or give a problem.

A key of a record is tried with the keys that every record has and the key that follows it,
because no mark reaches farther. CI takes a sample. `CHANGEBOOK_MUTANTS=1/61` tries every 61st of
all marks at all places, which takes a minute, and `2/61` those behind them.
"""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from changebook.model.diagnostics import KeyPath, Problem
from changebook.model.schema import ChangeRecord
from changebook.read.form import fit
from changebook.read.source import parse_source
from changebook.read.workspace import model_of

ROOT = Path(__file__).resolve().parents[2]
SHARE = os.environ.get("CHANGEBOOK_MUTANTS")
IN_CI = 6_000
MARKS = (
    *(",", ", ", ":", ": ", "#", " #", " # ", "# ", '"', "'", "[", "]", "{", "}", "\\"),
    *("-", "- ", "|", ">", "!", "&", "*", "%", "@", "`", "?", "~", "---\n", "...\n"),
    *("，", "、", "：", "＃", "“", "”", "‘", "［", "］", "｛", "｝", "－", "—"),
    *(" ", "  ", "\t", "\n", "\n  ", "\u3000", "\u00a0", "\u200b", "\ufeff", "\u2028", "\x85"),
)
_REQUIRED = re.compile(r"id|title|status|visibility")
Leaf = tuple[KeyPath, str]


@dataclass(frozen=True)
class Specimen:
    """A front matter that reads without a problem, and where in it marks are put."""

    name: str
    model: type[BaseModel]
    front: str
    start: int
    end: int


def specimens() -> Iterator[Specimen]:
    for file in sorted((ROOT / "changes").rglob("*.md")):
        model = model_of(file, ROOT / "changes" / file.relative_to(ROOT / "changes").parts[0])
        front = file.read_text("utf-8").split("\n---\n")[0].removeprefix("---\n") + "\n"
        if model is not ChangeRecord:
            yield Specimen(file.name, model, front, 0, len(front))
            continue
        parts = re.findall(r"^\S.*\n(?:[ \n].*\n?)*", front, re.MULTILINE)
        needed = "".join(part for part in parts if _REQUIRED.match(part))
        for part, after in zip(parts, [*parts[1:], ""], strict=True):
            before = "" if _REQUIRED.match(part) else needed
            rest = needed if not before else after
            rest = rest.replace(part, "") if not before else rest
            text = before + part + rest
            yield Specimen(file.name, model, text, len(before), len(before) + len(part))


def places(specimen: Specimen) -> Iterator[int]:
    """Every place, but only the middle of what letters or digits stand between."""
    text = specimen.front
    for at in range(specimen.start, specimen.end):
        inner = text[max(0, at - 1) : at + 1].isalnum() and at > specimen.start
        if not inner or not text[max(0, at - 2) : at].isalnum() or text[at].isdigit():
            yield at


def leaves(value: Any, path: KeyPath = ()) -> Iterator[Leaf]:
    """Every text of a front matter with the keys that lead to it, in order."""
    if isinstance(value, Mapping):
        for key, held in value.items():
            yield from leaves(held, (*path, key))
    elif isinstance(value, list):
        for number, held in enumerate(value):
            yield from leaves(held, (*path, number))
    else:
        yield path, "" if value is None else str(value).strip()


@dataclass(frozen=True)
class Reading:
    """What is read of a front matter: its texts, where each key and value begins, the problems."""

    leaves: list[Leaf]
    spots: list[tuple[int, int, set[int]]]
    problems: list[Problem]

    def lines_at(self, line: int, column: int) -> set[int]:
        """Return the lines of the key and the value that a place is in."""
        inner = [lines for *spot, lines in self.spots if spot <= [line, column]]
        return inner[-1] if inner else set()


def read(front: str, model: type[BaseModel]) -> Reading:
    source, problems = parse_source(f"---\n{front}---\nText.\n", "x.md")
    if source is None:
        return Reading([], [], problems)
    _, more, _ = fit(model, source)
    if not source.body.endswith("Text.\n"):
        raise AssertionError(front)
    spots = sorted(
        (spot.line, spot.column, {spot.line, source.value(*path).line})
        for path, spot in source.places.items()
    )
    return Reading(list(leaves(source.shown)), spots, [*problems, *more])


#: What the specimens are, each read once.
read_specimen = lru_cache(read)


def has_more(new: str, old: str, mark: str) -> bool:
    """Whether it is the old text with the mark put in, spaces and ends of lines aside."""
    spaced = re.compile(r"\s+|\u200b|\ufeff|[\"'\\\\]" if mark not in "\"'" else r"\s+")
    new, old, mark = spaced.sub("", new), spaced.sub("", old), spaced.sub("", mark)
    return any(old[:at] + mark + old[at:] == new for at in range(len(old) + 1))


def where(specimen: Specimen, at: int, mark: str, problems: list[Problem]) -> str:
    """Return how far from a mutant its problems are."""
    line = specimen.front.count("\n", 0, at) + 2
    column = at - specimen.front.rfind("\n", 0, at)
    last = line + mark.count("\n")
    here = {problem.line for problem in problems}
    known = read_specimen(specimen.front, specimen.model)
    if here & ({*range(line, last + 1)} | known.lines_at(line, column)):
        return "reported"
    if last + 1 in here:
        return "reported in the next line"
    return "reported elsewhere"


def verdict(specimen: Specimen, at: int, mark: str) -> str:
    front = specimen.front[:at] + mark + specimen.front[at:]
    mutant = read(front, specimen.model)
    if mutant.problems:
        return where(specimen, at, mark, mutant.problems)
    before = read_specimen(specimen.front, specimen.model).leaves
    return silent(specimen, at, mark, before, mutant.leaves)


def silent(specimen: Specimen, at: int, mark: str, before: list[Leaf], after: list[Leaf]) -> str:
    """Return what became of a mutant that nothing was said of."""
    front = specimen.front[:at] + mark + specimen.front[at:]
    if after == before:
        return "unchanged"
    if re.search(r"  #( |$)", front[front.rfind("\n", 0, at) + 1 : front.index("\n", at + 1)]):
        return "set off as a comment"
    begin = specimen.front[specimen.front.rfind("\n", 0, at) + 1 : at]
    texts = [Counter(text for _, text in side if text) for side in (before, after)]
    gone, come = texts[0] - texts[1], texts[1] - texts[0]
    if mark.strip() == "#" and not begin.strip():
        line = specimen.front[at:].partition("\n")[0].strip()
        # All of a value, or a line of a text on several.
        if not come or [text.replace(line, "").strip() for text in gone] == list(come):
            return "commented out"
    if len(after) == len(before):
        changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
        if len(changed) == 1 and changed[0][0][0] == changed[0][1][0]:
            return "literal" if has_more(changed[0][1][1], changed[0][0][1], mark) else "LOST"
        # The name of a key that is free to choose.
        steps = {
            (old[0][depth], new[0][depth])
            for old, new in changed
            for depth in range(min(len(old[0]), len(new[0])))
            if old[0][depth] != new[0][depth] and old[1] == new[1]
        }
        if len(steps) == 1 and all(old[1] == new[1] for old, new in changed):
            [(one, other)] = steps
            if has_more(str(other), str(one), mark):
                return "literal"
    if not gone and list(come) == [mark.strip()]:
        return "literal"
    if mark.strip() == "," and len(after) == len(before) + 1:
        one, other = ("".join(text for _, text in side) for side in (before, after))
        if re.sub(r"\s", "", one) == re.sub(r"\s", "", other):
            return "item split"
    return "LOST"


def survey(
    chosen: Iterator[tuple[Specimen, int, str]],
) -> tuple[Counter[str], dict[str, list[str]]]:
    """Return how often each verdict came, and the mutants of the two that must not come."""
    counts: Counter[str] = Counter()
    shown: dict[str, list[str]] = {"LOST": [], "reported elsewhere": []}
    for specimen, at, mark in chosen:
        found = verdict(specimen, at, mark)
        counts[found] += 1
        if found in shown:
            around = specimen.front[max(0, at - 40) : at] + f"<<{mark}>>"
            shown[found].append(f"{specimen.name}: {around + specimen.front[at : at + 40]!r}")
    return counts, shown


def every_nth(share: str) -> Iterator[tuple[Specimen, int, str]]:
    first, step = map(int, share.split("/"))
    mutants = (
        (specimen, at, mark)
        for specimen in specimens()
        for at in places(specimen)
        for mark in MARKS
    )
    yield from islice(mutants, first - 1, None, step)


def some() -> Iterator[tuple[Specimen, int, str]]:
    chance = random.Random(1)
    parts = list(specimens())
    for _ in range(IN_CI):
        specimen = chance.choice(parts)
        yield specimen, chance.randrange(specimen.start, specimen.end), chance.choice(MARKS)


def test_nothing_is_lost_in_silence() -> None:
    counts, shown = survey(every_nth(SHARE) if SHARE else some())
    assert counts["reported"] > counts["unchanged"] > 0 < counts["literal"]
    assert not shown["LOST"], f"{counts}\n" + "\n".join(shown["LOST"][:40])
    # YAML finds out in the next line that a line is indented otherwise than its neighbors.
    assert counts["reported in the next line"] < counts["reported"] / 25, counts
    # A key that was commented out is missing where its mapping begins, and a quote may be closed
    # by a later one.
    assert len(shown["reported elsewhere"]) < counts["reported"] / 200, "\n".join(
        shown["reported elsewhere"][:40]
    )
