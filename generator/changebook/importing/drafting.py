"""One item as the keys and the text of a record, by the mapping: understood, or said why not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from changebook.edit.yaml_text import Value
from changebook.importing import converting, understanding
from changebook.importing.known_words import folded, without_brackets
from changebook.importing.source import OWN_TEXT, Cell, ImportSource, Item, Markup, Told
from changebook.importing.understanding import Notation, NotUnderstood
from changebook.model.import_map import LEFT_OUT, ImportMap
from changebook.model.schema import OWN_KEY, Profile
from changebook.model.sums.amounts import rounded
from changebook.model.vocabulary import (
    APPROVED_OR_LATER,
    OUTCOMES,
    AgreementStatus,
    ChangePath,
    ChangeType,
    Level,
    Outcome,
    Priority,
    Status,
    Term,
    Visibility,
)

_T = TypeVar("_T")
_WORDS: Mapping[str, type[Term]] = {
    "status": Status,
    "type": ChangeType,
    "path": ChangePath,
    "priority": Priority,
    "urgency": Level,
    "visibility": Visibility,
}
_LINKS = ("supersedes", "superseded_by", "depends_on", "related")
#: What separates the ids in a cell, and the names of files.
_SEPARATORS = re.compile(r"[\s,;，；、]+")
_BETWEEN_FILES = re.compile(r"\s*[\n;；]\s*")
#: Options of MADR: a heading each, and points below it.
_OPTION = re.compile(r"^(?=### )", re.MULTILINE)
_POINT = re.compile(r"[*-] +\**(Good|Bad)\**,? +(?:because +)?(.+)")
_URL = re.compile(r"https?://\S+")
_ORDER = {status: n for n, status in enumerate(Status)}


@dataclass(frozen=True)
class StatedStep:
    """A change of status that the source has."""

    status: Status
    on: date
    by: str | None = None


@dataclass
class Draft:
    """What becomes of an item, before it has an id of its own and links.

    `links` are ids as they are in the source. `assumed` is the day that the mapping gives to a
    decision without one. `errors` say what is not understood; `understood`
    what was read otherwise than it is written; `notes` what a person should know.
    """

    item: Item
    old_id: str | None = None
    title: str = ""
    status: Status = Status.DRAFT
    imported_status: Status | None = None
    assumed: date | None = None
    front: dict[str, Value] = field(default_factory=dict)
    decision: dict[str, Value] = field(default_factory=dict)
    steps: list[StatedStep] = field(default_factory=list)
    links: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    files: list[tuple[str, str]] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    amount: Decimal | None = None
    days: int | None = None
    errors: list[Told] = field(default_factory=list)
    understood: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def approved(self) -> bool:
        """Whether it was approved, whatever became of it later."""
        return self.status in APPROVED_OR_LATER


def draft(
    item: Item, source: ImportSource, mapping: ImportMap, profile: Profile, notation: Notation
) -> Draft:
    return _Drafting(item, source, mapping, profile, notation).draft()


class _Drafting:
    """The work on one item."""

    def __init__(
        self,
        item: Item,
        source: ImportSource,
        mapping: ImportMap,
        profile: Profile,
        notation: Notation,
    ) -> None:
        self.item, self.source, self.mapping = item, source, mapping
        self.profile, self.notation = profile, notation
        self.made = Draft(item)
        self.by_target: dict[str, list[tuple[str, Cell]]] = {}
        for column, cells in item.cells.items():
            target = mapping.columns.get(column, LEFT_OUT)
            self.by_target.setdefault(target, []).extend((column, cell) for cell in cells)

    def draft(self) -> Draft:
        made = self.made
        made.old_id = self._text("id")
        made.title = " ".join((self._text("title") or "").split())
        if not made.title:
            self._wrong("there is no title")
        status = self._word("status")
        if status is None and not any("status" in error.text for error in made.errors):
            status = self.mapping.always.status
            if status is None:
                self._wrong(
                    "there is no status: fill it in, or write one below `always` in the mapping"
                )
        made.status = Status(status) if status else Status.DRAFT
        visibility = self._word("visibility") or self.mapping.always.visibility
        if visibility is None:
            self._wrong("`always` in the mapping does not say who may read it")
        made.front["visibility"] = str(visibility or Visibility.INTERNAL)
        for key in ("type", "path", "priority", "urgency"):
            word = self._word(key) or getattr(self.mapping.always, key, None)
            if word:
                made.front[key] = str(word)
        if summary := self._text("summary"):
            made.front["summary"] = self._plain(summary)
        self._requested()
        self._worded_sections()
        self._figures()
        self._decided()
        self._history()
        self._agreement()
        self._links()
        self._comments()
        self._options()
        self._attachments()
        self._bodies()
        self._own_keys()
        return made

    def _wrong(self, text: str, place: str = "") -> None:
        self.made.errors.append(Told(text, place or self.item.place))

    def _cells(self, target: str) -> list[tuple[str, Cell]]:
        return self.by_target.get(target, [])

    def _one(self, target: str) -> tuple[str, Cell] | None:
        """Return the one cell of a target; several that differ are not understood."""
        cells = self._cells(target)
        if len({cell.text for _, cell in cells}) > 1:
            (_, first), *_, (_, last) = cells
            self._wrong(
                f"`{last.text}` and `{first.text}` in {first.place} are both `{target}`: map one "
                "of the columns to another key; of two with one name, rename one in the source",
                last.place,
            )
        return cells[0] if cells else None

    def _text(self, target: str) -> str | None:
        cell = self._one(target)
        return cell[1].text if cell else None

    def _plain(self, text: str) -> str:
        return converting.plain(text, self.source.markup)

    def _read(self, found: tuple[str, Cell] | None, how: Callable[[Cell], _T]) -> _T | None:
        if found is None:
            return None
        column, cell = found
        try:
            value = how(cell)
        except NotUnderstood as error:
            self._wrong(f"`{cell.text}` {error}", f"{cell.place} ({column})")
            return None
        shown = f"{value:f}" if isinstance(value, Decimal) else str(value)
        if shown != cell.text and not (
            isinstance(value, Decimal) and isinstance(cell.held, Decimal)
        ):
            self.made.understood.append(f"{column}: {cell.text} → {shown}")
        return value

    def _day(self, target: str) -> date | None:
        found = self._one(target)
        unit = self.mapping.units.get(found[0]) if found else None
        return self._read(found, lambda cell: understanding.day(cell, self.notation, unit))

    def _amount(self, target: str) -> Decimal | None:
        found = self._one(target)
        unit = self.mapping.units.get(found[0]) if found else None

        def exact(cell: Cell) -> Decimal:
            value = understanding.amount(cell, self.notation, unit)
            whole = rounded(value, self.notation.currency)
            if whole != value:
                raise NotUnderstood(f"has more decimals than {self.notation.currency}")
            return whole

        return self._read(found, exact)

    def _word(self, target: str) -> Term | None:
        found = self._one(target)
        if found is None:
            return None
        column, cell = found
        meant = self._meant(target, cell.text)
        if meant is None:
            self._unknown(target, column, cell)
            return None
        try:
            return _WORDS[target](meant)
        except ValueError:
            allowed = ", ".join(word.value for word in _WORDS[target])
            self._wrong(
                f"`{meant}` below `words.{target}` in the mapping should be one of {allowed}"
            )
            return None

    def _meant(self, target: str, word: str) -> str | None:
        """Return what the mapping says of a word: of this one, or of one that differs in case."""
        words = self.mapping.words.get(target, {})
        alike = {folded(each): value for each, value in words.items()}
        return words.get(word, alike.get(folded(word)))

    def _unknown(self, target: str, column: str, cell: Cell) -> None:
        self._wrong(
            f"`{cell.text}` has no {target} below `words.{target}` in the mapping",
            f"{cell.place} ({column})",
        )

    def _person(self, column: str, cell: Cell, name: str) -> dict[str, Value] | None:
        mapped = self.mapping.people.get(name)
        known = {name: each for each in self.profile.people for name in each.names}
        real = (mapped.name if mapped else None) or name
        stated = mapped.party if mapped else None
        party = stated or (known[real].party if real in known else self.mapping.always.party)
        if party is None:
            self._wrong(
                f"on whose side is {name}? Write it below `people` in the mapping",
                f"{cell.place} ({column})",
            )
            return None
        return {"name": real, "party": party.value}

    def _requested(self) -> None:
        on, by = self._day("requested.on"), self._one("requested.by")
        person = self._person(*by, by[1].text) if by else None
        if on:
            self.made.steps.append(
                StatedStep(Status.SUBMITTED, on, str(person["name"]) if person else None)
            )
        if on and person:
            self.made.front["requested"] = {
                "on": on,
                "by": person["name"],
                "party": person["party"],
            }
        elif by:
            self._keep("requested.by")

    def _keep(self, target: str) -> None:
        """Keep what has no place in a record of this status as keys of its own."""
        for column in dict.fromkeys(column for column, _ in self._cells(target)):
            key = _own_key(column)
            self.made.front[key] = _held(c for name, c in self._cells(target) if name == column)
            self.made.notes.append(f"{column} is kept as `{key}`")

    def _worded_sections(self) -> None:
        """Put reasons and scope into their keys, where somebody said what they lack there."""
        always, front = self.mapping.always, self.made.front
        reasons, items = self._cells("reason"), self._cells("scope.item")
        if reasons and always.reason:
            text = "\n\n".join(self._plain(cell.text) for _, cell in reasons)
            front["reason"] = {"category": always.reason.value, "text": text}
        else:
            self._sections(reasons)
        if items and always.scope:
            action = always.scope.value
            front["scope"] = [
                {"item": self._plain(cell.text), "action": action} for _, cell in items
            ]
        else:
            self._sections(items)

    def _figures(self) -> None:
        """Put amounts and days where they count: with the decision once there is an approval."""
        made = self.made
        amount, asked = self._amount("amount"), self._amount("impact.amount")
        agreed = self._amount("decision.amount")
        item = next((c for t in ("impact.amount", "amount") for c, _ in self._cells(t)), "")
        if item in self.mapping.units:
            item = without_brackets(item)  # the amount is in the whole currency now
        if made.approved:
            if agreed is None:
                agreed = amount
            elif amount not in (None, agreed):
                self._keep("amount")
        else:
            self._keep("decision.amount")
            if asked is None:
                asked = amount
            elif amount not in (None, asked):
                self._keep("amount")
        impact: dict[str, Value] = {}
        if asked is not None:
            impact["cost"] = [{"item": item, "amount": asked}]
        if made.approved and agreed is not None:
            made.decision["amount"] = agreed
        made.amount = agreed if made.approved else asked
        self._figure_days(impact)
        if impact:
            made.front["impact"] = impact

    def _figure_days(self, impact: dict[str, Value]) -> None:
        cell, milestone = self._one("days"), self.mapping.days_on
        days = self._read(cell, understanding.whole)
        if cell is None or days is None:
            return
        known = [each.id for each in self.profile.contract.milestones]
        if milestone is None or milestone not in known:
            self._wrong(
                "on which milestone are the days? Write `days_on` in the mapping: "
                f"{', '.join(known) or 'client.md has none'}",
                cell[1].place,
            )
        elif self.made.approved:
            self.made.decision["days"] = {milestone: days}
        else:
            impact["schedule"] = [{"milestone": milestone, "days": days}]
        self.made.days = days

    def _decided(self) -> None:
        made, status = self.made, self.made.status
        outcome = OUTCOMES.get(status) or (Outcome.APPROVED if made.approved else None)
        on, due = self._day("decision.on"), self._day("decision.due")
        if due:
            made.decision["due"] = due
        if outcome is None:
            for target in (
                "decision.on",
                "decision.by",
                "decision.rationale",
                "decision.effective",
            ):
                self._keep(target)
            return
        entered = next(status for status, each in OUTCOMES.items() if each is outcome)
        if on is None:
            on = next((s.on for s in self._stated if s.status is entered), None)
        if on is None and (on := self.mapping.always.decided):
            # Nobody carries out, in the source, what is decided later.
            under_way = (s.on for s in self._stated if s.status in APPROVED_OR_LATER)
            on = min((on, *under_way))
            made.assumed = on
        if on is None:
            if not self._cells("decision.on"):
                self._wrong(
                    f"it is `{status}`, but the day of the decision is missing: fill it in, or "
                    "write below `always` in the mapping which day counts (`decided`)"
                )
            return
        by: list[Value] = []
        for column, cell in self._cells("decision.by"):
            names = [cell.text] if cell.text in self.mapping.people else names_in(cell.text)
            by += [p for name in names if (p := self._person(column, cell, name))]
        first = by[0] if by else None
        person = str(first["name"]) if isinstance(first, Mapping) else None
        made.steps.append(StatedStep(entered, on, person))
        decision: dict[str, Value | None] = {
            "outcome": outcome.value,
            "on": on,
            "effective": self._day("decision.effective"),
            "by": by or None,
        }
        rationale = self._text("decision.rationale")
        decision["rationale"] = self._plain(rationale) if rationale else None
        made.decision |= {key: value for key, value in decision.items() if value is not None}

    @cached_property
    def _stated(self) -> tuple[StatedStep, ...]:
        """The changes of status that the source has: columns of days, and its own history."""
        return tuple(self._stated_steps())

    def _stated_steps(self) -> Iterator[StatedStep]:
        for status in Status:
            if on := self._day(f"history.{status}") if self._cells(f"history.{status}") else None:
                yield StatedStep(status, on)
        for column, cell in self._cells("history"):
            when, by, word = [*cell.text.split(";", 2), "", ""][:3]
            meant = self._meant("status", word)
            on = self._read((column, Cell(when, cell.place)), self._plain_day)
            if meant is None:
                self._unknown("status", column, Cell(word, cell.place))
            elif on and meant in list(Status):
                yield StatedStep(Status(meant), on, by or None)

    def _plain_day(self, cell: Cell) -> date:
        return understanding.day(cell, self.notation)

    def _history(self) -> None:
        """Put the changes of status in order. What is left of them stays in keys of its own."""
        made = self.made
        decided = {step.status for step in made.steps if step.status in OUTCOMES}
        stated = {(s.status, s.on): s for s in self._stated if s.status not in decided}
        steps = stated | {(s.status, s.on): s for s in made.steps}
        is_open = not made.approved and made.status not in OUTCOMES
        kept: list[StatedStep] = []
        for step in sorted(steps.values(), key=lambda step: (step.on, _ORDER[step.status])):
            undone = is_open and step.status in (Status.APPROVED, Status.REJECTED)
            same = kept and kept[-1].status is step.status
            if step.status is not Status.DRAFT and not undone and not same:
                kept.append(step)
        made.steps = kept
        taken = {(step.status, step.on) for step in kept}
        if any((step.status, step.on) not in taken for step in self._stated):
            for target in ("history", *(f"history.{status}" for status in Status)):
                self._keep(target)
        if not made.steps or made.steps[-1].status is not made.status:
            made.imported_status = made.status
        if made.status is Status.VOID and made.imported_status:
            self._wrong(
                f"it is `{made.status}`, but not since when: map a column to "
                f"`history.{made.status}`, or the word to another status"
            )

    def _agreement(self) -> None:
        reference, signed = self._text("agreement.reference"), self._day("agreement.signed")
        if reference and signed and self.made.approved:
            self.made.front["agreement"] = {
                "status": AgreementStatus.SIGNED.value,
                "reference": reference,
                "signed": signed,
            }
        else:
            self._keep("agreement.reference")
            self._keep("agreement.signed")

    def _links(self) -> None:
        if address := self._text("links.source"):
            if _URL.fullmatch(address):
                self.made.front["links"] = {"source": address}
            else:
                self._keep("links.source")
        for kind in _LINKS:
            for _, cell in self._cells(f"links.{kind}"):
                ids = filter(None, _SEPARATORS.split(cell.text))
                self.made.links.setdefault(kind, []).extend((each, cell.place) for each in ids)

    def _comments(self) -> None:
        talks: list[Value] = []
        for column, cell in self._cells("comment"):
            when, author, words = [*cell.text.split(";", 2), "", ""][:3]
            if not words.strip():
                self._sections([(column, cell)])
                continue
            on = self._read((column, Cell(when, cell.place)), self._plain_day)
            if self.mapping.channel is None:
                self._wrong(
                    "how were the conversations held? Write `channel` in the mapping", cell.place
                )
            elif on:
                talk: dict[str, Value] = {"on": on, "channel": self.mapping.channel.value}
                mapped = self.mapping.people.get(author.strip())
                if author.strip():
                    talk["with"] = [(mapped.name if mapped else None) or author.strip()]
                talks.append({**talk, "summary": self._plain(words)})
        if talks:
            self.made.front["communications"] = talks

    def _options(self) -> None:
        for column, cell in self._cells("options"):
            if options := options_of(cell.text):
                self.made.front["options"] = options
            else:
                self._sections([(column, cell)])

    def _attachments(self) -> None:
        for _, cell in self._cells("attachment"):
            # Jira's are `date;author;name;address`.
            parts = cell.text.split(";")
            names = [parts[2]] if len(parts) == 4 else _BETWEEN_FILES.split(cell.text)
            self.made.files += [(name.strip(), cell.place) for name in names if name.strip()]

    def _bodies(self) -> None:
        cells = self._cells("body")
        if len({column for column, _ in cells}) == 1 and not self.made.body:
            self.made.body += [self._markdown(cell) for _, cell in cells]
        else:
            self._sections(cells)

    def _sections(self, cells: list[tuple[str, Cell]]) -> None:
        for column, cell in cells:
            head = f"## {converting.markdown(column, Markup.TEXT)}\n\n"
            self.made.body.append(f"{'' if column in OWN_TEXT else head}{self._markdown(cell)}")

    def _markdown(self, cell: Cell) -> str:
        return converting.markdown(cell.text, self.source.markup)

    def _own_keys(self) -> None:
        internal: dict[str, Value] = {}
        for target, cells in self.by_target.items():
            held = _held(cell for _, cell in cells)
            if target.startswith(OWN_KEY):
                kept = self.made.front.get(target)  # a column that has no place in this status
                self.made.front[target] = held if kept is None else [*_listed(kept), *_listed(held)]
            elif target.startswith("internal."):
                internal[target.partition(".")[2]] = held
        if internal:
            self.made.front["internal"] = internal


def options_of(text: str) -> list[Value]:
    """Return the options of a section of MADR; none where it says more than good and bad points."""
    options: list[Value] = []
    for block in filter(str.strip, _OPTION.split(text)):
        title, *lines = filter(None, map(str.strip, block.split("\n")))
        points: dict[str, list[Value]] = {"good": [], "bad": []}
        for line in lines:
            if not (point := _POINT.fullmatch(line)):
                return []
            points[point[1].lower()].append(point[2])
        named = {"pros": points["good"], "cons": points["bad"]}
        option = {"id": f"{len(options) + 1}", "title": title.lstrip("# ")}
        options.append(option | {key: each for key, each in named.items() if each})
    return options if _OPTION.match(text.lstrip()) else []


def names_in(text: str) -> list[str]:
    """Return the names of several people in one cell."""
    return [name for name in re.split(r"\s*[、;；\n]\s*", text) if name]


def _held(cells: Iterable[Cell]) -> Value:
    """Return the texts of cells: one as it is, several as a list."""
    texts = [cell.text for cell in cells]
    return texts[0] if len(texts) == 1 else list(texts)


def _listed(held: Value) -> list[Value]:
    return list(held) if isinstance(held, list) else [held]


def _own_key(column: str) -> str:
    return OWN_KEY + "-".join(column.split())
