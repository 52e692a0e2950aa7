"""Edits of records, tried on a copy of the client before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from changebook.edit.manuscript import Manuscript, difference, manuscript
from changebook.edit.yaml_text import Value
from changebook.model.diagnostics import Problem
from changebook.model.schema import ChangeRecord, TeamPerson
from changebook.model.suggestion import nearest
from changebook.read.form import fit
from changebook.read.source_lines import source_lines
from changebook.read.workspace import Client, Record
from changebook.refusal import Refusal


@dataclass(frozen=True)
class Edit:
    """A file with its text before and after."""

    file: Path
    before: Manuscript
    after: Manuscript

    @property
    def difference(self) -> str:
        """The change as a unified diff."""
        return difference(self.before, self.after)

    def write(self) -> None:
        """Change the file."""
        self.after.save(self.file)


def person(client: Client, name: str) -> TeamPerson:
    """Return the person of that name in a client's profile. Raises Refusal where there is none."""
    if known := client.profile.person(name):
        return known
    people = [each.name for each in client.profile.people]
    near = nearest(name, people)
    hint = f"did you mean {near}? It has" if near else "it has"
    raise Refusal(
        f"{client.source.path} has no person `{name}`: {hint} {', '.join(people) or 'nobody'}. "
        "Write the name as it is there, or add the person to `people:`"
    )


def named(one: TeamPerson, on: date | None = None) -> dict[str, Value]:
    """Return a person as a decision names who made it, with the day where it is said."""
    role: dict[str, Value] = {"role": one.role} if one.role else {}
    day: dict[str, Value] = {"on": on} if on else {}
    return {"name": one.name, **role, "party": one.party, **day}


def refuse_archived(client: Client) -> None:
    """Raise Refusal for a client whose project has ended."""
    if day := client.profile.archived:
        raise Refusal(
            f"{client.slug} was archived on {day}, so nothing is added to its records: a new "
            f"project has a folder of its own. Take `archived` out of {client.source.path} if it "
            "goes on"
        )


def record_text(record: Record) -> Manuscript:
    """Return the text of a record's file, ready for changes."""
    return manuscript(record.file, record.source.path, ChangeRecord)


def applied(client: Client, edits: Iterable[Edit]) -> tuple[Client, list[Problem]]:
    """Return the client with the edited records, and the faults of form that these have."""
    records = {record.file: record for record in client.records}
    faults: list[Problem] = []
    for edit in edits:
        source = edit.after.source
        data, more, left_out = fit(ChangeRecord, source)
        faults += more
        del records[edit.file]
        if data:
            records[edit.file] = Record(data, source, edit.file, left_out)
    ordered = sorted(records.values(), key=lambda r: (r.data.id, r.source.path))
    return replace(client, records=tuple(ordered)), faults


def edited_lines(root: Path, edits: Iterable[Edit]) -> Callable[[str, int], str | None]:
    """Return a function that gives one line of a file as it would be, by its path below `root`."""
    on_disk = source_lines(root)
    new = {edit.after.path: edit.after.source.lines for edit in edits}

    def line(path: str, number: int) -> str | None:
        if path not in new:
            return on_disk(path, number)
        return new[path][number - 1] if number <= len(new[path]) else None

    return line
