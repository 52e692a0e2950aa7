"""Every JSON file has the keys that its documentation names, and no other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from changebook.cli import main
from changebook.diff.shape import EffectJson
from changebook.edition import urls
from changebook.exports.changes.shape import ChangesFile
from changebook.exports.impact.month_differences import MonthDifferences
from changebook.exports.impact.shape import ImpactFile
from changebook.exports.reminders.shape import ReminderJson
from changebook.importing.dry_run import ImportJson
from changebook.model.diagnostics import ProblemJson
from changebook.model.vocabulary import Audience
from changebook.proof.verify import Match
from changebook.proof.verify.shape import ChainJson
from changebook.site.published_seals import DecisionsFile
from tests import samples

CHECK = {"check", "text", "json", "github", "gitlab", "sarif"}
#: A file's models, the page and section that document it, and what else the section names.
SHAPES: dict[str, tuple[tuple[type[BaseModel], ...], str, str, set[str]]] = {
    "impact": ((ImpactFile, MonthDifferences), "impact-json.md", "", set()),
    "changes": ((ChangesFile,), "export.md", "JSON", {"site_url"}),
    "diff": ((EffectJson,), "pull-requests.md", "The JSON", {"text"}),
    "problems": ((ProblemJson,), "pull-requests.md", "Results where people look", CHECK),
    "decisions": ((DecisionsFile,), "seal.md", "decisions.json", set()),
    "import": ((ImportJson,), "import.md", "The JSON of a dry run", {"check"}),
    "remind": ((ReminderJson,), "reports.md", "The JSON of reminders", set()),
    "verify": ((ChainJson, Match), "seal.md", "What verify prints as JSON", set()),
}


@cache
def schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(mode="serialization")


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _objects(inner)


def keys(*models: type[BaseModel]) -> set[str]:
    """Every key that objects of these models can have, but for those that are data."""
    return {
        key
        for model in models
        for found in _objects(schema(model))
        if found.get("type") == "object"
        for key in found.get("properties", ())
    }


def fixed_values(*models: type[BaseModel]) -> set[str]:
    """Every word that a value can be one of."""
    return {
        value
        for model in models
        for found in _objects(schema(model))
        for value in (*found.get("enum", ()), found.get("const"))
        if isinstance(value, str)
    }


def section(page: str, heading: str) -> str:
    """A section of a page without its examples; with no heading all of it."""
    text = (samples.ROOT / "docs" / page).read_text("utf-8")
    if heading:
        found = re.search(
            rf"^(#+) {re.escape(heading)}\n(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL
        )
        assert found, f"{page} has no section {heading}"
        text = found[2]
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def words(text: str) -> set[str]:
    return set(re.findall(r"`([a-z_]+)`", text))


@pytest.mark.parametrize("name", SHAPES)
def test_every_key_is_documented(name: str) -> None:
    models, page, _, _ = SHAPES[name]
    # Problems are documented once, for all.
    elsewhere = keys(ProblemJson) if name != "problems" else set()
    assert keys(*models) - elsewhere - words(section(page, "")) == set()


@pytest.mark.parametrize("name", SHAPES)
def test_every_documented_key_is_there(name: str) -> None:
    models, page, heading, others = SHAPES[name]
    documented = words(section(page, heading))
    assert len(documented) > 5
    assert documented - keys(*models) - fixed_values(*models) - others - {"null", "true"} == set()


def printed(*arguments: str) -> Any:
    done = CliRunner().invoke(main, [*arguments, "--workspace", str(samples.ROOT)])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


FILES: dict[str, type[BaseModel]] = {
    urls.IMPACT_JSON: ImpactFile,
    urls.DIFFERENCES: MonthDifferences,
    urls.CHANGES_JSON: ChangesFile,
    urls.SEALS: DecisionsFile,
}


@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize("of", samples.EDITIONS, ids=str)
def test_each_file_of_a_site_has_its_shape(path: str, of: tuple[str, Audience]) -> None:
    files = {file.path: file.content for file in samples.contents(*of).files}
    if path != urls.SEALS or path in files:
        Draft202012Validator(schema(FILES[path])).validate(json.loads(files[path]))


def test_what_verify_prints_has_its_shape() -> None:
    chains = printed("verify", "--format", "json")
    for chain in chains:
        Draft202012Validator(schema(ChainJson)).validate(chain)
    digest = next(chain["last"] for chain in chains if chain["last"])
    (match,) = printed("verify", "--digest", digest, "--format", "json")
    Draft202012Validator(schema(Match)).validate(match)


def test_what_remind_prints_has_its_shape() -> None:
    reminders = printed("remind", "--format", "json", "--on", "2026-03-01")
    assert reminders
    for reminder in reminders:
        Draft202012Validator(schema(ReminderJson)).validate(reminder)


@pytest.mark.parametrize(
    "case", sorted((samples.ROOT / "tests" / "cases" / "diff").iterdir()), ids=str
)
def test_what_diff_prints_has_its_shape(case: Any) -> None:
    shape = json.loads((case / "expected.json").read_text("utf-8"))
    Draft202012Validator(schema(EffectJson)).validate(shape)
