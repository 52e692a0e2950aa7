"""What an import would write: ids, links, dates that follow from each other, and what stands."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import partial
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from changebook.check.bodies import UNSAFE
from changebook.check.checking import check
from changebook.check.lifecycle import NEEDS
from changebook.edit import yaml_text
from changebook.edit.scaffold import file_of, id_of, numbers_taken
from changebook.edit.yaml_text import Value
from changebook.importing import known_words, understanding
from changebook.importing.drafting import Draft, StatedStep, draft
from changebook.importing.known_words import folded
from changebook.importing.source import ImportSource, Told
from changebook.importing.understanding import Notation, NotUnderstood
from changebook.model import canonical, decided, sums, timeline
from changebook.model.diagnostics import Problem, errors
from changebook.model.import_map import LEFT_OUT, ImportMap
from changebook.model.schema import OWN_KEY, ChangeRecord
from changebook.model.vocabulary import APPROVED_OR_LATER, Status, SupersedeMode, Term
from changebook.model.words import Words
from changebook.packaged import own_templates
from changebook.pages.literal import literal
from changebook.read import body
from changebook.read.commonmark import Link
from changebook.read.form import fit, spell
from changebook.read.source import parse_source
from changebook.read.workspace import Client, Record, Workspace

#: The key by which a second import sees what has changed, there and here.
AGAIN = f"{OWN_KEY}import"
_NUMBER = re.compile(r"(\d+)\D*$")
_AGAIN_LINE = re.compile(rf"^{AGAIN}: .*\n", re.MULTILINE)


class Fate(Term):
    """What becomes of an item."""

    NEW = "new", "New"
    SAME = "same", "Unchanged"
    UPDATED = "updated", "Updated"
    KEPT = "kept", "Edited here, unchanged there: not touched"
    CONFLICT = "conflict", "Conflict, edited here and changed there: not touched"
    DECIDED = "decided", "Decided here, changed there: not touched"


#: What is written; all else stays as it is.
WRITTEN = frozenset({Fate.NEW, Fate.UPDATED})
_DIGITS = 16
#: What ends the path of an address, or escapes.
_MARKS_OF_ADDRESSES = re.compile(r"[#?%]")
#: A longer number is a day, or one that a program made.
_LONGEST_NUMBER = 6


@dataclass
class PlannedRecord:
    """An item with the record that it becomes. `text` is the whole file."""

    draft: Draft
    id: str
    fate: Fate
    file: Path
    front: dict[str, Any]
    body: list[str]
    there: str
    missing: tuple[str, ...]
    text: str = ""
    new_dates: dict[str, date] = field(default_factory=dict)


@dataclass(frozen=True)
class AddedUp:
    """A total of the source beside what the rows above it come to."""

    place: str
    column: str
    stated: Decimal
    computed: Decimal


@dataclass(frozen=True)
class ImportPlan:
    """All that an import would do. Nothing is written while there are faults.

    `vanished` are the records that the source had before and has no more, with their ids there.
    """

    records: tuple[PlannedRecord, ...]
    totals: tuple[AddedUp, ...]
    faults: tuple[Told, ...]
    problems: tuple[Problem, ...]
    notes: tuple[Told, ...]
    vanished: Mapping[str, str]
    left_out: Mapping[str, int]
    attachments: Mapping[Path, Path]
    before: sums.Position
    after: sums.Position

    @property
    def understood(self) -> bool:
        """Whether everything is understood, so that it can be written."""
        return not (self.faults or errors(self.problems))

    @property
    def written(self) -> tuple[PlannedRecord, ...]:
        return tuple(r for r in self.records if r.fate in WRITTEN)


def plan_import(
    workspace: Workspace,
    client: Client,
    source: ImportSource,
    mapping: ImportMap,
    on: date,
    beside: Path,
) -> ImportPlan:
    """Return what an import on a day does; attachments lie in the folder `beside`."""
    contract = client.profile.contract
    notation = Notation(
        ZoneInfo(client.profile.timezone),
        mapping.currency or contract.currency,
        mapping.decimal,
        mapping.date_order,
        mapping.year,
        mapping.source.epoch or 1900,
    )
    faults = [
        *source.faults,
        *_unmapped(source, mapping),
        *_misfit_units(mapping),
        *_of_others(source, workspace, client),
    ]
    if notation.currency != contract.currency:
        faults.append(
            Told(
                f"the mapping's currency is {notation.currency}, the contract's {contract.currency}"
            )
        )
    drafts = [draft(item, source, mapping, client.profile, notation) for item in source.items]
    faults += (error for each in drafts for error in each.errors)
    faults += _twice(drafts)
    imports = _Imports(client, source, on, drafts, beside)
    faults += imports.faults
    totals = [*_totals(source, mapping, drafts, notation)]
    faults += (each for each in totals if isinstance(each, Told))
    result = imports.client()
    return ImportPlan(
        tuple(imports.records),
        tuple(each for each in totals if isinstance(each, AddedUp)),
        tuple(faults),
        () if faults else tuple(_problems(workspace, result, imports)),
        (
            *source.notes,
            *imports.notes,
            *_without_column(source, mapping),
            *_beside_totals(source, mapping),
        ),
        dict(imports.vanished()),
        _left_out(source, mapping),
        imports.attachments,
        _position(client),
        _position(result),
    )


def _problems(workspace: Workspace, result: Client, imports: _Imports) -> Iterator[Problem]:
    """Yield what the check says of the records that would be written, with their items' places."""
    clients = tuple(result if c.slug == result.slug else c for c in workspace.clients)
    places = {
        workspace.relative(r.file): r.draft.item.place for r in imports.records if r.fate in WRITTEN
    }
    # The attachments are not in place yet: the check of what was written looks into them.
    names = [f"`{file.name}`" for file in imports.attachments]
    for problem in (*imports.problems, *check(replace(workspace, clients=clients))):
        if problem.path in places and not any(name in problem.message for name in names):
            yield replace(problem, message=f"{places[problem.path]}: {problem.message}")


def _without_column(source: ImportSource, mapping: ImportMap) -> Iterator[Told]:
    for column in mapping.columns:
        if column not in source.columns:
            yield Told(f"the mapping has a column `{column}`, which the source does not")


def _left_out(source: ImportSource, mapping: ImportMap) -> Mapping[str, int]:
    """Return how many cells the mapping leaves out on purpose, by column."""
    return Counter(
        column
        for item in source.items
        for column, cells in item.cells.items()
        if mapping.columns.get(column) == LEFT_OUT
        for _ in cells
    )


def _position(client: Client) -> sums.Position:
    return sums.position([r.data for r in client.records], client.profile, date.max)


def _unmapped(source: ImportSource, mapping: ImportMap) -> Iterator[Told]:
    for column in source.columns:
        if column not in mapping.columns:
            yield Told(
                f"column `{column}` is not in the mapping: say below `columns` what becomes of it, "
                f"or `{LEFT_OUT}`"
            )


def _misfit_units(mapping: ImportMap) -> Iterator[Told]:
    for column, unit in mapping.units.items():
        target = mapping.columns.get(column, "")
        fitting = [*known_words.units()] if _is_amount(target) else ["UTC"]
        if not target:
            yield Told(f"`units` in the mapping has `{column}`, which is not below `columns`")
        elif unit not in fitting:
            yield Told(
                f"the unit `{unit}` of `{column}` in the mapping should be {' or '.join(fitting)}"
            )


def _of_others(source: ImportSource, workspace: Workspace, client: Client) -> Iterator[Told]:
    """Yield the cells that name another client: what is another's comes into no log but its own."""
    others = {folded(c.profile.name) for c in workspace.clients if c.slug != client.slug}
    for item in source.items:
        for column, cells in item.cells.items():
            for cell in cells:
                if isinstance(cell.held, str) and folded(cell.held) in others:
                    yield Told(
                        f"`{cell.text}` is another client: leave what is theirs out of the source",
                        f"{cell.place} ({column})",
                    )


def _is_amount(target: str) -> bool:
    return target.rpartition(".")[2] == "amount"


def _twice(drafts: Sequence[Draft]) -> Iterator[Told]:
    """Yield what has the id of another item or, without an id, its title."""
    places: dict[str, str] = {}
    for each in drafts:
        key = _key(each)
        if (first := places.get(key)) and each.old_id:
            yield Told(f"`{each.old_id}` is also the id of {first}", each.item.place)
        elif first and each.title:
            yield Told(
                f"`{each.title}` is also the title of {first}, and neither has an id: the next "
                "import could not tell them apart, so give them ids",
                each.item.place,
            )
        places.setdefault(key, each.item.place)


class _Imports:
    """The drafts with ids, links and texts, beside the records that there are."""

    def __init__(
        self, client: Client, source: ImportSource, on: date, drafts: Sequence[Draft], beside: Path
    ) -> None:
        self._client, self._source, self._on, self._beside = client, source, on, beside
        self._words = Words(client.profile.language, own_templates(client.root))
        self.faults: list[Told] = []
        self.problems: list[Problem] = []
        self.notes: list[Told] = []
        self.attachments: dict[Path, Path] = {}
        self._known = {
            _key_of(record): record for record in client.records if _is_of(record, source)
        }
        self._keys = [_key(each) for each in drafts]
        ids = self._ids(drafts)
        self._new_ids = {key: record.data.id for key, record in self._known.items()}
        self._new_ids |= dict(zip(self._keys, ids, strict=True))
        self._doubt(drafts)
        self._turn_round(drafts)
        self._straighten(drafts)
        days = (day for r in client.records for day in timeline.history_dates(r.data))
        self._newest = max(days, default=date.min)
        self.records = [
            self._planned(each, key, id)
            for each, key, id in zip(drafts, self._keys, ids, strict=True)
        ]
        self._read: dict[str, Record] = {}
        self._files = {r.draft.item.file: r.file for r in self.records if r.draft.item.file}
        if not self.faults and not any(each.errors for each in drafts):
            self._chain_dates()
            for planned in self.records:
                self._write(planned)

    def client(self) -> Client:
        """Return the client with the records as they would be."""
        kept = [r for r in self._client.records if r.data.id not in self._read]
        ordered = sorted((*kept, *self._read.values()), key=lambda r: (r.data.id, r.source.path))
        return replace(self._client, records=tuple(ordered))

    def vanished(self) -> Iterator[tuple[str, str]]:
        """Yield the ids, here and there, of what the source had before and has no more."""
        in_source = set(self._keys)
        for key, record in self._known.items():
            if key not in in_source:
                came = record.data.imported
                yield record.data.id, (came and came.id) or record.data.title

    def _ids(self, drafts: Sequence[Draft]) -> list[str]:
        """Return each item's id: the one that it has here, its own number, or the next free one."""
        taken = set(numbers_taken(self._client))
        wanted = [_number(each.old_id) for each in drafts]
        unique = Counter(number for number in wanted if number)
        old_ids: list[str | None] = []
        for key, number in zip(self._keys, wanted, strict=True):
            if record := self._known.get(key):
                old_ids.append(record.data.id)
            elif number and unique[number] == 1 and number not in taken:
                taken.add(number)
                old_ids.append(id_of(self._client, number))
            else:
                old_ids.append(None)
        free = max(taken, default=0)
        ids: list[str] = []
        for id in old_ids:
            free += id is None
            ids.append(id or id_of(self._client, free))
        return ids

    def _doubt(self, drafts: Sequence[Draft]) -> None:
        """Say where most of what has its id here is called otherwise: it may be another log."""
        here = {key: record.data.title for key, record in self._known.items()}
        pairs = zip(self._keys, drafts, strict=True)
        titles = [(here[key], each.title) for key, each in pairs if key in here]
        others = sum(old != new for old, new in titles)
        if others > 1 and 2 * others > len(titles):
            self.notes.append(
                Told(
                    f"{others} of {len(titles)} items have the id of a record here and another "
                    "title: if this is another log than the last one, give its ids a prefix of "
                    "their own first, or it is taken for a newer one"
                )
            )

    def _turn_round(self, drafts: Sequence[Draft]) -> None:
        """Write `superseded by` at the other end, where the format has it."""
        by_id = {each.old_id: each for each in drafts if each.old_id}
        for each in drafts:
            for old, place in each.links.pop("superseded_by", []):
                if old in by_id and each.old_id:
                    by_id[old].links.setdefault("supersedes", []).append((each.old_id, place))
                else:
                    self._elsewhere(each.front, "superseded_by", old, place)
        self._date_superseded(drafts)

    def _straighten(self, drafts: Sequence[Draft]) -> None:
        """Relate what waits for each other: no order of work follows from such links."""
        by_id = {each.old_id: each for each in drafts if each.old_id}
        graph = {
            id: {old for old, _ in each.links.get("depends_on", ())} for id, each in by_id.items()
        }
        while True:
            try:
                TopologicalSorter(graph).prepare()
            except CycleError as error:
                for first, later in pairwise(error.args[1]):
                    graph[later].remove(first)
                    each = by_id[later]
                    place = next(at for old, at in each.links["depends_on"] if old == first)
                    each.links["depends_on"].remove((first, place))
                    each.links.setdefault("related", []).append((first, place))
                    key = _kept(each.front, "depends_on", first)
                    self.notes.append(
                        Told(
                            f"`{later}` and `{first}` wait for each other; they are `related`, and "
                            f"the link is kept as `{key}`",
                            place,
                        )
                    )
            else:
                return

    def _date_superseded(self, drafts: Sequence[Draft]) -> None:
        """Date what was superseded by the approval of what supersedes it, as the format does."""
        days = {
            old: each.decision["on"]
            for each in drafts
            if each.approved and "on" in each.decision
            for old, _ in each.links.get("supersedes", ())
        }
        for each in drafts:
            if each.status is not Status.SUPERSEDED or each.imported_status is None:
                continue
            on = days.get(each.old_id or "")
            if isinstance(on, date) and all(step.on <= on for step in each.steps):
                each.steps.append(StatedStep(Status.SUPERSEDED, on))
                each.imported_status = None
            elif each.amount:
                self.faults.append(
                    Told(
                        "it is `superseded`, but not since when: map a column to "
                        "`history.superseded`, or the word to another status",
                        each.item.place,
                    )
                )

    def _elsewhere(self, front: dict[str, Value], kind: str, old: str, place: str) -> None:
        """Keep a link to what is not in the source as a key of its own."""
        key = _kept(front, kind, old)
        self.notes.append(Told(f"`{old}` is not in the source; it is kept as `{key}`", place))

    def _planned(self, each: Draft, key: str, id: str) -> PlannedRecord:
        known = self._known.get(key)
        theirs = _digest(each)
        year = min((step.on.year for step in each.steps), default=self._on.year)
        file = known.file if known else file_of(self._client, id, each.title, year)
        front = self._front(each, id, known)
        parts = [*each.body, *self._attached(each, front, id, file)]
        fate = _fate(known, theirs) if known else Fate.NEW
        return PlannedRecord(each, id, fate, file, front, parts, theirs, tuple(_missing(front)))

    def _front(self, each: Draft, id: str, known: Record | None) -> dict[str, Value]:
        front: dict[str, Value] = {"id": id, "title": each.title, "status": each.status.value}
        front |= each.front
        if each.decision:
            front["decision"] = dict(each.decision)
        links = front.get("links")
        linked: dict[str, Value] = dict(links) if isinstance(links, Mapping) else {}
        for kind, named in each.links.items():
            ids: set[str] = set()
            for old, place in named:
                if (new := self._new_ids.get(old)) is None:
                    self._elsewhere(front, kind, old, place)
                elif new != id:
                    ids.add(new)
            if ids:
                linked[kind] = sorted(ids)
        if "supersedes" in linked:
            linked["mode"] = SupersedeMode.REPLACE.value
        if linked:
            front["links"] = linked
        if history := [self._entry(step, known) for step in each.steps]:
            front["history"] = history
        front["imported"] = {
            key: value
            for key, value in (
                ("from", self._source.name),
                ("on", self._on),
                ("id", each.old_id),
                ("status", each.imported_status and each.imported_status.value),
                ("note", self._note(each)),
            )
            if value is not None
        }
        return front

    def _note(self, each: Draft) -> str | None:
        if each.assumed is None:
            return None
        assumed = self._words.gettext(
            "The source does not say when it was decided; %(day)s was taken."
        )
        return assumed % {"day": each.assumed}

    def _entry(self, step: StatedStep, known: Record | None) -> Value:
        entry: dict[str, Value] = {"status": step.status.value, "on": step.on}
        if step.by:
            entry["by"] = step.by
        had = known.data.history if known else ()
        old = next((e for e in had if (e.status, e.on) == (step.status, step.on)), None)
        if old and old.recorded:
            entry["recorded"] = old.recorded
        elif old is None and step.on < self._newest:
            # The log goes on already, and what it said of that day was read.
            entry["recorded"] = self._on
        return entry

    def _attached(self, each: Draft, front: dict[str, Value], id: str, file: Path) -> Iterator[str]:
        """Yield links to the files that lie beside the source; the names of others are kept."""
        missing: list[str] = []
        for name, place in each.files:
            if not name.strip(".") or set(name) & set("/\\<>:") or name.startswith("."):
                self.faults.append(
                    Told(f"`{name}` is not the name of a file beside the source", place)
                )
            elif (self._beside / name).is_symlink() or not (self._beside / name).is_file():
                missing.append(name)
                self.notes.append(Told(f"{name} is not beside the source; its name is kept", place))
            elif (self._beside / name).suffix.lower() in UNSAFE:
                self.faults.append(
                    Told(f"{name} can't be attached: it may run in a browser", place)
                )
            else:
                to = file.with_name(f"{id}-{name}")
                self.attachments[to] = self._beside / name
                address = _MARKS_OF_ADDRESSES.sub(lambda m: f"%{ord(m[0]):02X}", to.name)
                yield f"[{literal(name)}](<{address}>)"
        for name in missing:
            _kept(front, "attachments", name)

    def _relinked(self, part: str, planned: PlannedRecord) -> str:
        """Return a text in which links between the source's files lead to their records.

        Of a link to anything else beside the source, the words stay, and a note says so.
        """
        if planned.draft.item.file is None:
            return part

        def replaced(link: Link) -> str | None:
            if link.external or not link.path:
                return None
            inner = body.replace_links(link.text, replaced)
            to = self._files.get(PurePosixPath(link.path).name)
            if to is None:
                place = planned.draft.item.place
                self.notes.append(Told(f"the link to {link.target} is text", place))
                return "#" if link.html else inner or link.path
            address = os.path.relpath(to, planned.file.parent).replace(os.sep, "/") + link.fragment
            return address if link.html else f"[{inner}]({address})"

        return body.replace_links(part, replaced)

    def _chain_dates(self) -> None:
        """Compute the date that each milestone was agreed for, from one approval to the next."""
        new = {r.id: r for r in self.records if r.fate in WRITTEN}
        kept = [r.data for r in self._client.records if r.data.id not in new]
        data = [ChangeRecord.model_validate(_without_own(r.front)) for r in new.values()]
        position = sums.position([*kept, *data], self._client.profile, date.max)
        for milestone in position.milestones:
            for step in milestone.steps:
                decision = new[step.id].front["decision"] if step.id in new else None
                if isinstance(decision, dict) and step.days and not step.reversal:
                    decision.setdefault("milestones", {})[milestone.id] = step.after
                    new[step.id].new_dates[milestone.id] = step.after

    def _write(self, planned: PlannedRecord) -> None:
        """Give a record its text, and read it as the check does."""
        if planned.fate not in WRITTEN:
            return
        planned.body = [self._relinked(part, planned) for part in planned.body]
        # The title may change here, and is what an item without an id is known by.
        title = {} if planned.draft.old_id else {"title": _short(planned.draft.title)}
        again = {"kind": self._source.kind.value, **title, "there": planned.there}
        planned.text = _text(planned, again)
        path = planned.file.relative_to(self._client.root).as_posix()
        source, problems = parse_source(planned.text, path)
        self.problems += problems
        if source:
            data, faults, left_out = fit(ChangeRecord, source)
            self.problems += faults
            if data:
                self._read[planned.id] = Record(data, source, planned.file, left_out)


def _kept(front: dict[str, Value], kind: str, old: str) -> str:
    """Keep the id that a link names in a key of its own; return the key."""
    key = f"{OWN_KEY}{kind}"
    held = front.get(key, [])
    front[key] = [*(held if isinstance(held, list) else [held]), old]
    return key


def _without_own(value: Value) -> Any:
    if isinstance(value, Mapping):
        return {k: _without_own(v) for k, v in value.items() if not k.startswith(OWN_KEY)}
    return yaml_text.plain(value)


def _is_of(record: Record, source: ImportSource) -> bool:
    """Return whether a record was imported from a source of this kind."""
    again = record.source.data.get(AGAIN)
    return isinstance(again, Mapping) and again.get("kind") == source.kind.value


def _key_of(record: Record) -> str:
    came = record.data.imported
    again = record.source.data.get(AGAIN)
    title = again.get("title") if isinstance(again, Mapping) else None
    return (came and came.id) or f"={title or _short(record.data.title)}"


def _key(each: Draft) -> str:
    """Return by what an item is known again: its id or, without one, its title."""
    return each.old_id or f"={_short(each.title)}"


def _number(old_id: str | None) -> int | None:
    number = _NUMBER.search(old_id or "")
    return int(number[1]) if number and len(number[1]) <= _LONGEST_NUMBER else None


def _digest(each: Draft) -> str:
    """Return the digest of what the source says of an item."""
    content: Value = {
        "title": each.title,
        "status": each.status.value,
        "front": each.front,
        "decision": each.decision,
        "steps": [[s.status.value, s.on, s.by or ""] for s in each.steps],
        "links": {kind: [old for old, _ in named] for kind, named in each.links.items()},
        "files": [name for name, _ in each.files],
        "body": each.body,
    }
    return canonical.digest(yaml_text.plain(content))[:_DIGITS]


def _fate(known: Record, there: str) -> Fate:
    again = known.source.data[AGAIN]
    same = again.get("there") == there
    if _here("\n".join(known.source.lines)) != again.get("here"):
        if same:
            return Fate.KEPT
        return Fate.DECIDED if decided.is_decided(known.source.data) else Fate.CONFLICT
    if same:
        return Fate.SAME
    return Fate.DECIDED if decided.is_decided(known.source.data) else Fate.UPDATED


def _here(text: str) -> str:
    """Return the digest of a record's text but for the line about the import."""
    return _short(_AGAIN_LINE.sub("", text))


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def _text(planned: PlannedRecord, again: Mapping[str, str]) -> str:
    """Return a record's file: its keys in the order of the format, then its own, and the text."""
    order = {(f.alias or name): n for n, (name, f) in enumerate(ChangeRecord.model_fields.items())}
    keys = sorted(planned.front, key=lambda key: (order.get(key, len(order)), key))
    lines = [line for key in keys for line in yaml_text.entry((key,), planned.front[key], 0)]
    parts = "\n\n".join(planned.body)
    end = ("---", *([parts] if parts else []), "")
    text = "\n".join(("---", *lines, *end))
    line = yaml_text.entry((AGAIN,), {**again, "here": _here(text)}, 0)[0]
    return "\n".join(("---", *lines, line, *end))


def _missing(front: Mapping[str, Value]) -> Iterator[str]:
    """Yield the keys that a record of this status has when it does not come from elsewhere."""
    reached = {Status.SUBMITTED, Status(str(front["status"]))} - {Status.DRAFT}
    if Status(str(front["status"])) in APPROVED_OR_LATER:
        reached.add(Status.APPROVED)
    for status in NEEDS:
        for need in NEEDS[status] if status in reached else ():
            holder: Any = front
            for step in need.path:
                holder = holder.get(step) if isinstance(holder, Mapping) else None
            if holder is None:
                yield spell(need.path)


def _beside_totals(source: ImportSource, mapping: ImportMap) -> Iterator[Told]:
    """Yield what else stands in the rows that add up others: it comes into no record."""
    for _, total in source.totals:
        cells = [(column, cell) for column, each in total.cells.items() for cell in each]
        for column, cell in cells[1:]:
            if not _is_amount(mapping.columns.get(column, "")):
                yield Told(
                    f"in a row of totals, so left out: {cell.text}", f"{cell.place} ({column})"
                )


def _totals(
    source: ImportSource, mapping: ImportMap, drafts: Sequence[Draft], notation: Notation
) -> Iterator[AddedUp | Told]:
    """Compare the rows that add up others with what those come to: since the last one, or all."""
    columns = [c for c, t in mapping.columns.items() if _is_amount(t)]
    last: Counter[str] = Counter()
    for count, total in source.totals:
        for column in columns:
            read = partial(understanding.amount, notation=notation, unit=mapping.units.get(column))
            for cell in total.cells.get(column, ()):
                above = [item.cells.get(column, ())[:1] for item in source.items[:count]]
                try:
                    stated = read(cell)
                except NotUnderstood as error:
                    yield Told(f"`{cell.text}` {error}", f"{cell.place} ({column})")
                    continue
                try:
                    amounts = [sum(map(read, cells), Decimal(0)) for cells in above]
                except NotUnderstood:
                    continue  # told at its own row
                partly = sum(amounts[last[column] :], Decimal(0))
                whole = sum(amounts, Decimal(0))
                last[column] = count
                yield AddedUp(cell.place, column, stated, partly if stated == partly else whole)
