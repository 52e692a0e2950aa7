"""Folders of decision records and proposals: front matter, bullets, and sections of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from changebook.importing.source import Cell, ImportSource, Item, Markup, Told, UnreadableSource
from changebook.model.import_map import Kind
from changebook.read.git import repository

#: Files beside the records that are none.
_NOT_RECORDS = frozenset({"readme.md", "index.md", "template.md", "adr-template.md"})
_FRONT = re.compile(r"\A---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
_TITLE = re.compile(r"^# +(?:(?:ADR|EIP)[- ]?)?(?:(\d+)[.:]? +)?(.+?)(?: +#+)? *$", re.MULTILINE)
_BULLET = re.compile(
    r"^(?:[*-] +)?\**([A-Z][A-Za-z /-]{1,30}?|[\u4e00-\u9fff]{2,8})\**[:：] *\**(.*?)\** *$"
)
_SECTION = re.compile(r"^## +(.+?)(?: +#+)? *$", re.MULTILINE)
_FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_LINKED = re.compile(r"\[([^\]]*)\]\(([^)]*)\)")
_STATUS = frozenset({"status", "状态"})
_DECIDERS = frozenset({"deciders", "decision-makers", "决策人", "决策者"})
_COMMAS = re.compile(r"\s*[,，、]\s*")
_RELATION = re.compile(
    r"\b(?P<word>supersed|superced|replac|amend|clarif)\w*(?P<by> +by)?:? +(?P<what>.+)",
    re.IGNORECASE,
)
_REPLACED = re.compile(r"被\s*(?P<what>.+?)\s*(?:替代|取代|代替)")
#: What a record says of an older one, and of a newer one.
_RELATIONS = {
    "supersed": ("supersedes", "superseded by"),
    "superced": ("supersedes", "superseded by"),
    "replac": ("supersedes", "superseded by"),
    "amend": ("amends", "amended by"),
    "clarif": ("clarifies", "clarified by"),
}
_FILE_NUMBER = re.compile(r"(\d+)")
_FIRST_WORD = re.compile(r"[*_\[]*([A-Za-z][A-Za-z' ]*?)\b(?= by\b| with\b|[^A-Za-z' ]|$)")


def read_folder(folder: Path, kind: Kind, *, by_git: bool = False) -> ImportSource:
    """Return the records in a folder, one a file; `by_git`: with the days that git knows of."""
    if not folder.is_dir():
        raise UnreadableSource(f"{folder} is not a folder")
    items: list[Item] = []
    faults: list[Told] = []
    notes: list[Told] = []
    dated = _by_git(folder, kind) if by_git else {}
    for file in sorted(folder.glob("*.md"), key=lambda file: (_number(file.stem), file.name)):
        if file.is_symlink() or file.name.lower() in _NOT_RECORDS:
            notes.append(Told("not a record, so left out", file.name))
            continue
        try:
            text = file.read_text("utf-8-sig")
        except UnicodeDecodeError as error:
            line = file.read_bytes()[: error.start].count(b"\n") + 1
            faults.append(Told("this is not UTF-8", f"{file.name}, line {line}"))
            continue
        cells: dict[str, list[Cell]] = {}
        try:
            for column, held in _of_text(text.replace("\r\n", "\n"), file, kind):
                if not held:
                    continue
                cells.setdefault(column, []).append(Cell(held, f"{file.name}, {column}"))
            for column, held in dated.get(file.name, ()):
                cells.setdefault(column, []).append(Cell(held, f"{file.name}, {column} by git"))
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 2 if mark else 1
            faults.append(Told("the keys at the top can't be read", f"{file.name}, line {line}"))
            continue
        held_cells = {column: tuple(each) for column, each in cells.items()}
        items.append(Item(file.name, held_cells, file.name))
    if not items and not faults:
        raise UnreadableSource(f"{folder} has no records (.md)")
    columns = dict.fromkeys(column for item in items for column in item.cells)
    return ImportSource(
        kind,
        folder.name,
        tuple(columns),
        tuple(items),
        markup=Markup.MARKDOWN,
        settings={"dates": "git"} if by_git else {},
        notes=tuple(notes),
        faults=tuple(faults),
    )


def _by_git(folder: Path, kind: Kind) -> dict[str, list[tuple[str, str]]]:
    """Return by file when git first had it, and since when it says each status in turn."""
    repo = repository(folder)
    versions = {name: each for name, each in repo.versions().items() if (folder / name).is_file()}
    contents = iter(repo.contents(name for each in versions.values() for _, name in each))
    facts: dict[str, list[tuple[str, str]]] = {}
    for file, each in versions.items():
        facts[file] = [("first committed", each[0][0].isoformat())]
        last = None
        for day, _ in each:
            text = next(contents).decode("utf-8", "replace").replace("\r\n", "\n")
            with suppress(yaml.YAMLError):  # what it was then, and is no more
                parts = _of_text(text, Path(file), kind)
                status = next((held for column, held in parts if column == "status" and held), None)
                if status and status != last:
                    facts[file].append(("history", f"{day};;{status}"))
                    last = status
    return facts


def _number(stem: str) -> int:
    number = _FILE_NUMBER.search(stem)
    return int(number[1]) if number else 0


def _of_text(text: str, file: Path, kind: Kind) -> Iterator[tuple[str, str]]:
    """Yield the parts of a file, each with its name."""
    yield "file", file.name
    stated, text = _front_matter(text)
    for key, value in stated.items():
        for each in value if isinstance(value, list) else [value]:
            yield from _stated(str(key), str(each).strip(), kind)
    title = _TITLE.search(text)
    if title and "title" not in stated:
        yield "title", title[2].replace("`", "")
    if "eip" not in stated:
        yield "number", _id_in((title and title[1]) or file.stem, kind)
    if kind is Kind.EIP:
        yield "text", text.strip()
        return
    if title:
        text = text[: title.start()] + text[title.end() :]
    yield from _sections(text, kind)


def _sections(text: str, kind: Kind) -> Iterator[tuple[str, str]]:
    """Yield the bullets at the top, what else stands there, and each section."""
    (_, head), *sections = _split(text)
    rest = []
    for line in head.split("\n"):
        if (bullet := _BULLET.fullmatch(line.strip())) and bullet[2]:
            yield from _stated(bullet[1].strip(), bullet[2].strip(), kind)
        else:
            rest.append(line)
    yield "introduction", "\n".join(rest).strip()
    for name, content in sections:
        if name.casefold() in _STATUS:
            lines = (line.strip(" -*") for line in content.split("\n"))
            yield from _last_status(part for ln in lines for part in _stated("status", ln, kind))
        else:
            yield name, content.strip()


def _front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Return the keys at the top of a text, and the rest."""
    front = _FRONT.match(text)
    if not front:
        return {}, text
    loaded = yaml.load(front[1], yaml.BaseLoader)  # noqa: S506 - texts alone: no type is made
    return (loaded if isinstance(loaded, dict) else {}), text[front.end() :]


def _id_in(text: str, kind: Kind) -> str:
    """Return the id of the record that a file's name or a title tells."""
    if kind is Kind.LOG4BRAINS:
        return text  # their names begin with a day, which several may have
    number = _FILE_NUMBER.search(text)
    return str(int(number[1])) if number else ""


def _split(text: str) -> list[tuple[str, str]]:
    """Return the text before the first section, and each section with its name; code is skipped."""
    blank = _FENCED.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    parts, name, start = [], "", 0
    for heading in _SECTION.finditer(blank):
        parts.append((name, text[start : heading.start()]))
        name, start = heading[1], heading.end()
    return [*parts, (name, text[start:])]


def _stated(key: str, value: str, kind: Kind) -> Iterator[tuple[str, str]]:
    """Yield a key of the top; a status may also say what replaces what."""
    if key.casefold() in _DECIDERS:
        yield from ((key, name) for name in _COMMAS.split(value))
        return
    if key.casefold() not in _STATUS or not value:
        yield key, value
        return
    relation = _RELATION.search(value) or _REPLACED.search(value)
    if relation is None:
        first = _FIRST_WORD.match(value)
        word = first[1].strip() if first else value
        yield "status", word
        if word != value:
            yield "status in full", value
        return
    parts = relation.groupdict()
    column, by = _RELATIONS[(parts.get("word") or "supersed").lower()]
    is_old = parts.get("by", "by") is not None
    for text, address in _LINKED.findall(relation["what"]) or [(relation["what"], "")]:
        if id := _id_in(PurePosixPath(address).stem or text.strip(), kind):
            yield (by if is_old else column), id
    before = value[: relation.start()].strip(" ,;，；*_")
    if is_old and column == "supersedes":
        yield "status", "superseded"
        yield "status before", before
    elif first := _FIRST_WORD.match(before):
        yield "status", first[1].strip()


def _last_status(lines: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield what a section says line by line: of what was superseded, an earlier status too."""
    stated = list(lines)
    is_superseded = ("status", "superseded") in stated
    for column, held in stated:
        was = is_superseded and column == "status" and held != "superseded"
        yield ("status before" if was else column), held
