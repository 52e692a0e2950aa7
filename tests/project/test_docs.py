"""What docs/record-format.md says of the format is what the code does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
import yaml
from pydantic import BaseModel

from changebook.check.lifecycle import NEEDS, UNDECIDED_EMERGENCY_NEEDS
from changebook.model import schema, sums
from changebook.model.catalogues import languages
from changebook.model.markup import TAGS
from changebook.model.schema import ChangeRecord, Profile, Shape
from changebook.model.vocabulary import (
    MAY_BE_INTERNAL,
    NEEDS_NOTE,
    TRANSITIONS,
    ChangePath,
    Status,
    Term,
    may_become,
)
from changebook.pages.sanitise import sanitise
from changebook.read.form import spell
from changebook.read.workspace import Workspace
from tests.examples import blocks, clean_workspace

PAGE = (Path(__file__).parents[2] / "docs" / "record-format.md").read_text("utf-8")
_CODE = re.compile(r"`([^`]+)`")
EXAMPLES = {path: text for path, text in blocks(PAGE) if path}
FRAGMENTS = [text for path, text in blocks(PAGE) if not path]


def table(*head: str) -> list[list[str]]:
    """The rows of the page's table with that head; an empty first cell holds what is above it."""
    start = PAGE.index(f"| {' | '.join(head)} |\n")
    lines = PAGE[start:].split("\n\n", maxsplit=1)[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert all(len(row) == len(head) for row in rows)
    for above, row in pairwise(rows):
        row[0] = row[0] or above[0]
    return rows


def code(cell: str) -> list[str]:
    return _CODE.findall(cell)


def models_used(value: object) -> Iterator[tuple[type[BaseModel], frozenset[str]]]:
    """Every model in a value with the keys that were written for it."""
    if isinstance(value, BaseModel):
        yield type(value), frozenset(value.model_fields_set)
        for _, below in value:
            yield from models_used(below)
    elif isinstance(value, tuple):
        for item in value:
            yield from models_used(item)


def inner_types(annotation: Any) -> Iterator[Any]:
    """The types that an annotation is made of, without `| None`, `tuple` and `Annotated`."""
    if get_origin(annotation):
        for argument in get_args(annotation):
            yield from inner_types(argument)
    else:
        yield annotation


def vocabulary(model: type[BaseModel], above: str = "") -> Iterator[tuple[str, type[Term]]]:
    """The path of each key below a model that holds a fixed word, and its words."""
    for name, field in model.model_fields.items():
        path = f"{above}{field.alias or name}"
        for type_ in inner_types(field.annotation):
            if isinstance(type_, type) and issubclass(type_, BaseModel):
                yield from vocabulary(type_, f"{path}.")
            elif isinstance(type_, type) and issubclass(type_, Term):
                yield path, type_


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return clean_workspace(PAGE, tmp_path_factory.mktemp("docs"))


def test_the_examples_are_a_clean_workspace(workspace: Workspace) -> None:
    (client,) = workspace.clients
    assert client.glossary
    assert len(client.records) == len(EXAMPLES) - 2


def test_a_first_draft_has_the_required_keys_and_no_more(workspace: Workspace) -> None:
    required = {name for name, f in ChangeRecord.model_fields.items() if f.is_required()}
    (draft,) = [r for r in workspace.clients[0].records if r.data.status is Status.DRAFT]
    assert draft.data.model_fields_set == required


def test_the_examples_use_every_key(workspace: Workspace) -> None:
    (client,) = workspace.clients
    minimal = {"id": "X-0001", "title": "X", "status": "draft", "visibility": "internal"}
    fragments = [
        ChangeRecord.model_validate(minimal | fragment)
        for fragment in (yaml.load(text, yaml.BaseLoader) for text in FRAGMENTS)
        if fragment.keys() <= ChangeRecord.model_fields.keys()
    ]
    # What the example's profile can't have, because its project goes on.
    ended = {"archived": "2027-01-31"}
    assert ended in [yaml.load(text, yaml.BaseLoader) for text in FRAGMENTS]
    used: dict[type[BaseModel], set[str]] = {}
    assert client.glossary
    said = (client.profile, client.glossary.data, *(r.data for r in client.records))
    for data in (*said, *fragments):
        for model, keys in models_used(data):
            used.setdefault(model, set()).update(keys)
    every = {
        model
        for model in vars(schema).values()
        if isinstance(model, type) and issubclass(model, Shape) and model is not Shape
    }
    used[Profile] |= ended.keys()
    assert {model: set(model.model_fields) for model in every} == used


def test_the_longest_example_has_every_key_of_a_record(workspace: Workspace) -> None:
    record = max(workspace.clients[0].records, key=lambda r: len(r.source.lines))
    later = {"imported", "acceptance", "actual"}
    assert record.data.model_fields_set == set(ChangeRecord.model_fields) - later
    assert any(key.startswith("x-") for key in record.source.data)


def test_the_tables_have_every_fixed_word() -> None:
    words = {key: code(cell) for keys, cell in table("key", "words") for key in code(keys)}
    statuses = [status for row in life_cycle() for status in code(row[0])]
    expected: dict[str, list[str]] = {}
    for model in (Profile, ChangeRecord):
        for path, term in vocabulary(model):
            expected[path] = [word.value for word in term]
    for key in ("status", "history.status", "imported.status"):
        assert expected.pop(key) == statuses
    # What explains a word may name a key, too.
    named = {"agreement.status": ["reference", "signed"]}
    assert words == {path: found + named.get(path, []) for path, found in expected.items()}


def life_cycle() -> list[list[str]]:
    return table("status", "meaning", "may become", "keys needed from here on")


def test_the_life_cycle_is_that_of_the_vocabulary() -> None:
    told = {Status(code(row[0])[0]): set(code(row[2])) for row in life_cycle()}
    assert told == TRANSITIONS


def test_the_other_paths_are_those_of_the_vocabulary() -> None:
    told: dict[tuple[ChangePath, Status], set[str]] = {}
    for path, status, after in table("path", "status", "may become"):
        told[ChangePath(code(path)[0]), Status(code(status)[0])] = set(code(after))
    real = {
        (path, before): {s for s in Status if may_become(before, s, path)}
        for path in ChangePath
        for before in Status
    }
    differing = {at: after for at, after in real.items() if after != TRANSITIONS[at[1]]}
    assert told == differing


def test_the_needs_are_those_that_are_checked() -> None:
    told = {Status(code(row[0])[0]): code(row[3]) for row in life_cycle()}
    drafted = [name for name, f in ChangeRecord.model_fields.items() if f.is_required()]
    real: Mapping[Status, list[str]] = {
        status: [spell(need.path) for need in needs] for status, needs in NEEDS.items()
    }
    assert told == {status: real.get(status, []) for status in Status} | {Status.DRAFT: drafted}


def test_the_needs_in_words_name_what_is_checked() -> None:
    (emergency,) = UNDECIDED_EMERGENCY_NEEDS
    assert f"without a decision needs `{spell(emergency.path)}`" in PAGE
    (line,) = re.findall(r"^- (.+) need a `note`", PAGE, re.MULTILINE)
    assert set(code(line)) == NEEDS_NOTE
    (row,) = [row for row in table("what", "how") if row[0] == "a whole record"]
    assert set(code(row[1])[1:]) == MAY_BE_INTERNAL


def test_the_languages_are_those_with_a_catalogue() -> None:
    (told,) = re.findall(r"^language: .*# (.+):", PAGE, re.MULTILINE)
    assert tuple(told.split(" | ")) == languages()


def test_the_figures_of_the_example_add_up(workspace: Workspace) -> None:
    (client,) = workspace.clients
    records = [record.data for record in client.records]
    where = sums.position(records, client.profile, date.max)
    entry = where.register[-1]
    (part,) = entry.replaced
    assert f"{entry.id} adds {entry.amount} - {-part.amount} = {entry.this} on {entry.on}" in PAGE
    (step,) = entry.steps
    flowing = " ".join(PAGE.split())
    assert f"{step.before} + {step.days} = {step.after}" in flowing
    asked = next(data for data in records if data.id == entry.id)
    assert sums.asked(asked, client.profile) != entry.amount


def test_what_is_taken_out_is_taken_out() -> None:
    rows = table("removed from the page", "what remains")
    elements = [re.findall(r"`<(\w+)>`", row[0]) for row in rows]
    assert elements[0]
    assert elements[1]
    assert not TAGS & {*elements[0], *elements[1]}
    for element in elements[0]:
        assert sanitise(f"<div>a<{element}>b</{element}>c</div>") == "<div>ac</div>", element
    for element in elements[1]:
        assert sanitise(f"<div>a<{element}>b</{element}>c</div>") == "<div>abc</div>", element
    assert sanitise('<p onclick="x()" style="color: red">a<!-- b --></p>') == "<p>a</p>"
    assert sanitise('<a href="javascript:x()">a</a>') == '<a rel="noopener noreferrer">a</a>'


def test_links_of_the_page_lead_somewhere() -> None:
    prose = re.sub(r"^(`{3,}).*?^\1$|`[^`\n]+`", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    targets = re.findall(r"\]\(([^)]+)\)", prose)
    titles = re.findall(r"^###? (.+)$", PAGE, re.MULTILINE)
    headings = {"#" + re.sub(r"\W+", "-", title.lower()) for title in titles}
    assert targets
    docs = Path(__file__).parents[2] / "docs"
    assert [t for t in targets if t not in headings and not (docs / t).is_file()] == []
