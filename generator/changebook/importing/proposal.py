"""A mapping for a source, proposed with a remark at each line for the people who review it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from changebook.edit import yaml_text
from changebook.importing import known_words, understanding
from changebook.importing.drafting import names_in
from changebook.importing.known_words import folded, plainly
from changebook.importing.source import Cell, ImportSource, gathered
from changebook.model.diagnostics import number_of, visible
from changebook.model.import_map import LEFT_OUT, WORDED, Kind
from changebook.model.schema import OWN_KEY, Profile
from changebook.model.vocabulary import (
    APPROVED_OR_LATER,
    OUTCOMES,
    Channel,
    Status,
    Visibility,
)

#: How Jira names the columns of a team's own fields.
_CUSTOM = "custom field"
#: What several columns may become.
_SEVERAL = frozenset(
    {"body", "comment", "attachment", "links.related", "links.depends_on", "links.supersedes"}
)
#: A text of this length is one to read, and none of a few words.
_LONG = 60
_EXAMPLES = 3
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_ADDRESS = re.compile(r"\s*(?:<[^<>]*@[^<>]*>|\(@[\w-]+\))")
_PEOPLE = ("requested.by", "decision.by")


def propose(source: ImportSource, profile: Profile) -> str:
    """Return a mapping as YAML: nothing that is not sure is filled in, and each line says why."""
    columns = _columns(source)
    count = len(source.items)
    lines = [
        f"# What `changebook import` makes of {_remark(source.name)}: {number_of(count, 'item')}.",
        "# Read each line, fill in what is empty, and keep the file: the next export needs it.",
        *_entry("source", {"kind": source.kind.value, **source.settings}),
        *(f"# {_remark(note)}" for note in gathered((*source.notes, *source.faults))),
        "columns:",
    ]
    for column, target in columns.items():
        examples = _examples(source, column)
        lines.append(f"  {yaml_text.key(column)}: {target}  # {examples}")
    if units := {c: u for c in columns if (u := _unit(c, columns[c]))}:
        lines += _entry("units", units)
    lines += _words(source, columns)
    lines += _people(source, columns, profile)
    lines += _always(columns, source)
    lines += _figures(source, columns, profile)
    return "\n".join(lines) + "\n"


def _remark(text: str) -> str:
    """Return a text as it may stand behind `#`: on one line, and to be seen."""
    return visible(" ".join(text.split()))


def _entry(key: str, value: yaml_text.Value) -> list[str]:
    return yaml_text.entry((key,), value, 0)


def _columns(source: ImportSource) -> dict[str, str]:
    """Return what each column may become: of those for one key, the best known."""
    headers = known_words.headers(source.kind.value)
    ranked: list[tuple[int, str, str]] = []
    for column in source.columns:
        names = (plainly(column), plainly(column.rpartition(" / ")[2]))
        if names[0] == _CUSTOM:
            names = (plainly(known_words.in_brackets(column)),) * 2
        known = next(filter(None, map(headers.get, names)), None)
        if known:
            ranked.append((known[1], known[0], column))
    columns = {column: _for_the_team(column) for column in source.columns if _is_for_team(column)}
    taken: dict[str, set[str]] = {}
    places = {column: place for place, column in enumerate(source.columns)}
    for _, target, column in sorted(ranked, key=lambda each: (each[0], places[each[2]])):
        cells = _cells(source, column)
        if column in columns:
            continue
        if target == "comment" and all(cell.text.isdecimal() for cell in cells):
            continue  # only how many there are
        if _is_day(target) and cells and all(isinstance(cell.held, bool) for cell in cells):
            continue  # whether, and not when
        having = {item.place for item in source.items if column in item.cells}
        if target not in _SEVERAL and having & taken.get(target, set()):
            continue
        taken.setdefault(target, set()).update(having)
        columns[column] = target
    return {column: columns.get(column) or _own(source, column) for column in source.columns}


def _is_for_team(column: str) -> bool:
    """Return whether a header says that no client reads its column: `Notes (internal)`."""
    by_itself = known_words.headers().get(plainly(column), ("",))[0] == "visibility"
    return not by_itself and any(w in folded(column) for w in known_words.for_the_team())


def _for_the_team(column: str) -> str:
    if column.startswith("internal."):
        return "internal.comments"
    return f"internal.{_name(column)}"


def _name(column: str) -> str:
    """Return a column's name as it may be a part of a key."""
    return re.sub(r"[^\w.-]+", "-", column).strip("-") or "column"


def _is_day(target: str) -> bool:
    return target.endswith((".on", ".due", ".signed")) or target.startswith("history.")


def _own(source: ImportSource, column: str) -> str:
    """Return the body for long texts, else a key of one's own; an empty column is left out."""
    cells = _cells(source, column)
    parent, dot, _ = column.rpartition(".")
    if not cells or (dot and parent in source.columns):
        return LEFT_OUT  # nothing, or more about what has a column: a person's picture, an id
    if max(len(cell.text) for cell in cells) > _LONG:
        return "body"
    return f"{OWN_KEY}{_name(column)}"


def _cells(source: ImportSource, column: str) -> list[Cell]:
    return [cell for item in source.items for cell in item.cells.get(column, ())]


def _examples(source: ImportSource, column: str) -> str:
    cells = _cells(source, column)
    texts = dict.fromkeys(_remark(cell.text) for cell in cells)
    shown = [text if len(text) <= 40 else f"{text[:40]}…" for text in list(texts)[:_EXAMPLES]]
    return f"{number_of(len(cells), 'cell')}: {' | '.join(shown)}" if shown else "empty"


def _unit(column: str, target: str) -> str | None:
    unit = known_words.in_brackets(column)
    if target.rpartition(".")[2] == "amount":
        unit = unit.removesuffix("元")
        return unit if unit in known_words.units() else None
    return "UTC" if unit.upper() == "UTC" else None


def _words(source: ImportSource, columns: Mapping[str, str]) -> Iterator[str]:
    """Yield the words in each column of words, with what they are known to mean."""
    written = False
    for target in WORDED:
        texts = [c.text for col, t in columns.items() if t == target for c in _cells(source, col)]
        if target == "status":
            history = (col for col, t in columns.items() if t == "history")
            steps = (cell.text.split(";", 2) for col in history for cell in _cells(source, col))
            texts += (word for *_, word in steps if word not in texts)
        counted = Counter(" ".join(text.split()) for text in texts)
        if not counted:
            continue
        if not written:
            written = True
            yield "words:"
        yield f"  {target}:"
        for word, count in counted.items():
            meant, remark = _meant(target, word), _often(count)
            if not meant:
                remark += "; not known: what does it mean?"
            elif folded(word) not in known_words.words(target):
                remark += "; by what stands outside the brackets"
            if meant == Status.DRAFT:
                remark += "; clients don't see drafts"
            yield f"    {yaml_text.key(word)}: {meant}  # {remark}"


def _meant(target: str, word: str) -> str:
    """Return what a word is known to mean; brackets with another known word make it uncertain."""
    known = known_words.words(target)
    inner = known_words.in_brackets(word)
    if folded(word) not in known and folded(inner) in known:
        return ""
    return known.get(folded(word)) or known.get(plainly(word), "")


def _people(source: ImportSource, columns: Mapping[str, str], profile: Profile) -> Iterator[str]:
    known = {name: person for person in profile.people for name in person.names}
    names = Counter(
        name
        for column, target in columns.items()
        for cell in (_cells(source, column) if target in _PEOPLE else ())
        for name in (names_in(cell.text) if target == "decision.by" else [cell.text])
    )
    if names:
        yield "people:  # on whose side each of them is: client or vendor"
    for name, count in names.items():
        real = _ADDRESS.sub("", name)
        party = known[real].party.value if real in known else ""
        remark = "as in client.md" if party else "not in client.md: client or vendor?"
        named = f"name: {yaml_text.scalar(real, flow=True)}, " if real != name else ""
        yield f"  {yaml_text.key(name)}: {{{named}party: {party}}}  # {_often(count)}; {remark}"


def _always(columns: Mapping[str, str], source: ImportSource) -> Iterator[str]:
    targets = set(columns.values())
    yield "always:  # what the source does not say, and holds for all of it"
    words = " or ".join(word.value for word in Visibility)
    yield f"  visibility: {Visibility.CLIENT.value}  # {words}: who may read them"
    if "status" not in targets:
        yield "  status:  # no column has the status"
    if "reason" in targets:
        yield "  # reason: client-request  # the category of every reason; without it they are text"
    if "scope.item" in targets:
        yield "  # scope: modify  # what happens to each item; without it they are text"
    if targets & {*_PEOPLE}:
        yield "  # party: vendor  # of everybody who is not below `people`"
    if not targets & {"decision.on", "history"} and _has_decisions(source, columns):
        yield "  decided:  # no column has the days of decisions: which day counts, e.g. 2026-01-31"
    else:
        yield "  # decided: 2026-01-31  # the day that counts for decisions without one"


def _has_decisions(source: ImportSource, columns: Mapping[str, str]) -> bool:
    """Return whether an item has a status that it takes a decision to reach."""
    decided = {*OUTCOMES, *APPROVED_OR_LATER}
    texts = {c.text for col, t in columns.items() if t == "status" for c in _cells(source, col)}
    return any(_meant("status", text) in decided for text in texts)


def _figures(source: ImportSource, columns: Mapping[str, str], profile: Profile) -> Iterator[str]:
    by_target: dict[str, list[str]] = {}
    for column, target in columns.items():
        by_target.setdefault(target, []).extend(c.text for c in _cells(source, column))
    amounts = any(by_target.get(t) for t in ("amount", "impact.amount", "decision.amount"))
    if amounts:
        yield f"currency: {profile.contract.currency}  # the contract's"
        yield "decimal: '.'  # what stands before the cents: . or ,"
    days = [text for target, texts in by_target.items() if _is_day(target) for text in texts]
    if any(map(understanding.is_ambiguous, days)):
        order = understanding.orders(days)
        remark = "by the days after the 12th" if order else "dmy or mdy: the source does not tell"
        if source.kind is Kind.JIRA and order is None:
            order, remark = "dmy", "11/May/24 is how Jira writes days"
        yield f"date_order: {order or ''}  # {remark}"
    if any(map(understanding.lacks_year, days)):
        years = _years(source, days)
        year = next(iter(years)) if len(years) == 1 else ""
        yield f"year: {year}  # of days without one, such as 3月5日{_by_name(source)}"
    if by_target.get("days"):
        milestones = profile.contract.milestones
        ends = [each.id for each in milestones if each.completion]
        one = ends[0] if len(ends) == 1 else ""
        yield f"days_on: {one}  # the milestone: {', '.join(m.id for m in milestones)}"
    if by_target.get("comment"):
        yield f"channel:  # how the conversations were held: {', '.join(Channel)}"


def _years(source: ImportSource, days: Sequence[str]) -> set[str]:
    """Return the years that the file's name, or else its other days, have."""
    named = set(_YEAR.findall(f"{source.name} {source.settings.get('sheet', '')}"))
    return named or {year for day in days for year in _YEAR.findall(day)}


def _by_name(source: ImportSource) -> str:
    return "; by the file's name" if _YEAR.search(source.name) else ""


def _often(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
