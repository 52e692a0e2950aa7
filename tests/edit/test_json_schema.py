"""`changebook schema`: what is written in YAML fits it, and an editor can explain each key."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft7Validator
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import YAMLError

from changebook.check import lifecycle, load_checked
from changebook.cli import main
from changebook.edit.json_schema import schema
from changebook.model import vocabulary
from changebook.model.schema import URGENCY_MEANINGS, ChangeRecord, Profile
from changebook.model.vocabulary import Audience, Level, Term
from changebook.read import form
from changebook.read.front_matter import CUT_BY_COMMA
from changebook.read.full_width import FULL_WIDTH
from changebook.read.workspace import read_workspace
from tests.project.test_docs import EXAMPLES, code, life_cycle, table

ROOT = Path(__file__).parents[2]
CASES = Path(__file__).parents[1] / "cases" / "check"
VALIDATORS = {name: Draft7Validator(schema(name)) for name in ("record", "profile", "glossary")}

#: What a schema of one file's keys can see.
OF_THE_SHAPE = {
    rule.name
    for rule in (
        form.UNKNOWN_KEY,
        form.MISSING_KEY,
        form.UNKNOWN_VALUE,
        form.BAD_NUMBER,
        form.WRONG_TYPE,
        lifecycle.NEEDS_NOTE_RULE,
    )
}


class _Core(SafeConstructor):
    """YAML 1.2's core schema, by which editors read: a date is text."""


_Core.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str)


def front_matter(file: Path) -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _Core
    yaml.allow_duplicate_keys = True
    return yaml.load(file.read_text("utf-8-sig").split("\n---", 1)[0].removeprefix("---\n"))


def faults(file: Path) -> list[str]:
    """What an editor underlines: what is not YAML, or else what does not fit the schema."""
    name = {"client.md": "profile", "glossary.md": "glossary"}.get(file.name, "record")
    try:
        data = _keys_as_text(front_matter(file))
    except YAMLError as error:
        return [str(error)]
    return [error.message for error in VALIDATORS[name].iter_errors(data)]


def _keys_as_text(value: Any) -> Any:
    """JSON has no other keys; a number is one where a comma cut an amount."""
    if isinstance(value, dict):
        return {str(key): _keys_as_text(each) for key, each in value.items()}
    return [_keys_as_text(each) for each in value] if isinstance(value, list) else value


def sources(root: Path) -> list[Path]:
    workspace, _ = read_workspace(root)
    return [
        root / source.path
        for client in workspace.clients
        for source in (*client.common_sources, *(record.source for record in client.records))
    ]


def properties(shape: Any, at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key of a schema by its path, with what is said of it."""
    for name, below in shape.get("properties", {}).items():
        yield at + name, below
        yield from properties(below, f"{at}{name}.")
    if isinstance(shape.get("items"), dict):
        yield from properties(shape["items"], at)


RECORD, PROFILE = dict(properties(schema("record"))), dict(properties(schema("profile")))


@pytest.mark.parametrize("name", ["record", "profile", "glossary", "import-map"])
def test_it_is_a_schema_of_draft_7(name: str) -> None:
    made = schema(name)
    assert made["$schema"] == "http://json-schema.org/draft-07/schema#"
    Draft7Validator.check_schema(made)
    assert "$ref" not in json.dumps(made)


@pytest.mark.parametrize("file", sources(ROOT), ids=lambda file: file.name)
def test_the_samples_fit(file: Path) -> None:
    assert faults(file) == []


def test_the_examples_of_the_docs_fit(tmp_path: Path) -> None:
    for path, text in EXAMPLES.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        assert faults(file) == [], path


GOOD = sorted(folder for folder in CASES.iterdir() if folder.name.startswith("good-"))


@pytest.mark.parametrize("root", GOOD, ids=lambda root: root.name)
def test_what_checks_clean_fits(root: Path) -> None:
    found = {file.name: faults(file) for file in sources(root)}
    assert {name: messages for name, messages in found.items() if messages} == {}


def _shape_faults() -> Iterator[Any]:
    for root in sorted(CASES.iterdir()):
        _, problems = load_checked(root)
        # An editor's YAML reads these as something else, or not at all.
        misread = {p.path for p in problems if p.rule in (CUT_BY_COMMA.name, FULL_WIDTH.name)}
        for path in sorted({p.path for p in problems if p.rule in OF_THE_SHAPE} - misread):
            yield pytest.param(root / path, id=f"{root.name}-{Path(path).name}")


@pytest.mark.parametrize("file", [*_shape_faults()])
def test_faults_of_the_shape_are_found(file: Path) -> None:
    assert faults(file)


NEEDING = ["approved-needs", "awaiting-needs", "awaiting-needs-impact", "deferred-needs-review"]


@pytest.mark.parametrize("case", [*NEEDING, "earlier-needs-remain", "must-be-visible"])
def test_what_a_status_needs_is_asked_for(case: str) -> None:
    _, problems = load_checked(CASES / case)
    (path,) = {problem.path for problem in problems if not problem.path.endswith("client.md")}
    assert faults(CASES / case / path)


def test_what_yaml_makes_of_plain_values_fits() -> None:
    record = {"id": "A-0001", "title": 4711, "status": "draft", "visibility": "internal"}
    record |= {"decision": {"due": "2026-03-02", "amount": 54000.0, "days": {"go-live": -3}}}
    record |= {"options": [{"id": 1, "title": True, "amount": "54000.00", "recommended": True}]}
    record |= {"urgency": None, "requested": None, "x-ticket": 4711, "internal": {"any": [1]}}
    assert list(VALIDATORS["record"].iter_errors(record)) == []


@pytest.mark.parametrize(
    "more",
    [
        {"prioritty": "high"},
        {"priority": "urgent"},
        {"decision": {"due": "31/02/2026"}},
        {"decision": {"amount": "54,000 CNY"}},
        {"out_of_scope": "Refunds stay."},
        {"id": "acme-12"},
        {"title": ""},
        {"title": None},
        {"revision": 1.5},
        {"options": [{"id": "a", "title": "A", "recommended": "perhaps"}]},
    ],
    ids=str,
)
def test_a_wrong_value_does_not_fit(more: dict[str, Any]) -> None:
    record = {"id": "A-0001", "title": "A", "status": "draft", "visibility": "internal"}
    assert VALIDATORS["record"].is_valid(record)
    assert not VALIDATORS["record"].is_valid(record | more)


@pytest.mark.parametrize(("path", "key"), [*RECORD.items(), *PROFILE.items()])
def test_every_key_is_described(path: str, key: dict[str, Any]) -> None:
    assert re.fullmatch(r"[A-Z][^\n]*[.]", key["description"]), path
    types = key["type"] if isinstance(key["type"], list) else [key["type"]]
    if not {"object", "array"} & {*types}:
        assert key.get("enum") or key.get("examples") or "default" in key, path


@pytest.mark.parametrize(
    ("path", "key"), [(p, k) for p, k in {**RECORD, **PROFILE}.items() if "examples" in k]
)
def test_every_example_fits(path: str, key: dict[str, Any]) -> None:
    for example in key["examples"]:
        Draft7Validator(key).validate(example)


def test_the_keys_are_those_of_the_format() -> None:
    for model, found in ((ChangeRecord, RECORD), (Profile, PROFILE)):
        keys = {field.alias or name for name, field in model.model_fields.items()}
        assert {path for path in found if "." not in path} == keys
    assert "communications.with" in RECORD


def words_with_meanings(cell: str) -> dict[str, str]:
    """`word`: meaning; ... as the page writes it. A meaning may hold code, too."""
    return dict(re.findall(r"`([^`]+)`: (.+?)(?=; `[^`]+`: |$)", cell))


def test_the_words_and_meanings_are_those_of_the_page() -> None:
    told = {
        key: words_with_meanings(cell) for keys, cell in table("key", "words") for key in code(keys)
    }
    statuses = {code(row[0])[0]: row[1] for row in life_cycle()}
    told |= dict.fromkeys(("status", "history.status", "imported.status"), statuses)
    found = {
        path: dict(zip(key["enum"], key["enumDescriptions"], strict=True))
        for path, key in {**RECORD, **PROFILE}.items()
        if "enum" in key
    }
    for words in found.values():
        words.pop(None, None)
    assert found == told


def test_every_word_has_a_meaning() -> None:
    declared = [term for term in Term.__subclasses__() if term.__module__ == vocabulary.__name__]
    assert declared
    words = [word for term in declared if term is not Audience for word in term]
    assert [word for word in words if not word.meaning] == []
    assert set(URGENCY_MEANINGS) == set(Level)


@pytest.mark.parametrize("name", ["record", "profile", "glossary", "import-map"])
def test_the_command_prints_it(name: str) -> None:
    done = CliRunner().invoke(main, ["schema", name])
    assert (done.exit_code, json.loads(done.stdout)) == (0, schema(name))


def test_the_command_prints_that_of_a_record_by_default() -> None:
    assert json.loads(CliRunner().invoke(main, ["schema"]).stdout) == schema("record")


def test_the_command_writes_all(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["schema", "--out", str(tmp_path / "schemas")])
    assert done.exit_code == 0
    written = {f.name: json.loads(f.read_text("utf-8")) for f in (tmp_path / "schemas").iterdir()}
    names = ("record", "profile", "glossary", "import-map")
    assert written == {f"{name}.schema.json": schema(name) for name in names}
