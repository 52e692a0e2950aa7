"""JSON Schema of the front matter, for editors: each key with its meaning, words and examples.

Draft 7, which editors' YAML plug-ins read. It is made from the same models that `check` goes by,
but a schema can't say all that `check` looks at. References are written out in place, because a
draft 7 reader may ignore what is next to `$ref`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any, TypeAlias

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from changebook.check.lifecycle import NEEDS, Need
from changebook.model.import_map import ImportMap
from changebook.model.schema import MEANINGS, ChangeRecord, Glossary, Profile
from changebook.model.settings import Settings
from changebook.model.vocabulary import (
    MAY_BE_INTERNAL,
    NEEDS_NOTE,
    ChangePath,
    Status,
    Term,
    Visibility,
)

#: Marks a key whose value may be missing though the key is there.
_MAY_BE_EMPTY = "may-be-empty"
DRAFT = "http://json-schema.org/draft-07/schema#"
_Json: TypeAlias = dict[str, Any]

MODELS: Mapping[str, type[BaseModel]] = {
    "record": ChangeRecord,
    "profile": Profile,
    "glossary": Glossary,
    "import-map": ImportMap,
    "settings": Settings,
}
_TITLES = {
    "record": "A change record of Changebook",
    "profile": "A client's profile of Changebook",
    "glossary": "A client's glossary of Changebook",
    "import-map": "A mapping for `changebook import`",
    "settings": "The settings of a Changebook workspace",
}


def schema(name: str) -> _Json:
    """Return the schema of a file by its name, such as `record`."""
    whole = schema_of(MODELS[name])
    if name == "record":
        whole["properties"]["history"]["items"] |= _noted()
        whole["allOf"] = list(_conditions())
    return {"$schema": DRAFT, "title": _TITLES[name], **whole}


def schema_of(model: type[BaseModel]) -> _Json:
    """Return the schema of any mapping with keys of this format's kinds."""
    made = model.model_json_schema(by_alias=True, schema_generator=_Draft7)
    return _finished(made, made.pop("$defs", {}))


class _Draft7(GenerateJsonSchema):
    """What pydantic knows of the models, as an editor can use it."""

    schema_dialect = DRAFT

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Return the schema as if it were never None: the default says what may be left out."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Return the schema of a key that may be left out, or be there and empty."""
        shape = super().default_schema(schema)
        if not isinstance(shape.get("default"), bool | int | str):
            shape.pop("default", None)
        return {**shape, _MAY_BE_EMPTY: True}

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """Return a mapping of known keys, and of those that begin with `x-`."""
        own = {"description": "A key of your own: ignored and never shown."}
        return {**super().model_schema(schema), "patternProperties": {"^x-": own}}

    def enum_schema(self, schema: core_schema.EnumSchema) -> JsonSchemaValue:
        """Return the words, each with its meaning."""
        words = [word for word in schema["members"] if isinstance(word, Term)]
        return {
            "type": "string",
            "enum": [word.value for word in words],
            "enumDescriptions": [word.meaning for word in words],
        }


def _finished(shape: _Json, definitions: Mapping[str, _Json]) -> _Json:
    """Return a schema without references, and without what only this module understands."""
    shape = {key: value for key, value in shape.items() if key != "title"}
    if reference := shape.pop("$ref", None):
        shape = {**_finished(definitions[reference.rpartition("/")[2]], definitions), **shape}
    if own := shape.pop(MEANINGS, None):
        shape["enumDescriptions"] = [own[word] for word in shape["enum"]]
    for key in ("properties", "patternProperties"):
        if key in shape:
            shape[key] = {name: _finished(value, definitions) for name, value in shape[key].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(shape.get(key), dict):
            shape[key] = _finished(shape[key], definitions)
    return _or_empty(shape) if shape.pop(_MAY_BE_EMPTY, False) else shape


def _or_empty(shape: _Json) -> _Json:
    """Allow no value too: a key that is left empty counts as absent."""
    types = shape["type"] if isinstance(shape["type"], list) else [shape["type"]]
    nothing: _Json = {"type": [*types, "null"]}
    if "enum" in shape:
        nothing["enum"] = [*shape["enum"], None]
    if "enumDescriptions" in shape:
        nothing["enumDescriptions"] = [*shape["enumDescriptions"], "left empty: counts as absent"]
    return {**shape, **nothing}


def _conditions() -> Iterator[_Json]:
    """Return what depends on the status, from the tables that `check` goes by.

    What a status of the history needs is needed still; but a deferral ends with a new assessment,
    and what was imported may lack what nobody recorded.
    """
    for status, needs in NEEDS.items():
        reached = (
            _is(status) if status is Status.DEFERRED else {"anyOf": [_is(status), _was(status)]}
        )
        asked = {"allOf": [reached, {"not": {"required": ["imported"]}}]}
        yield {"if": asked, "then": _having(needs)}
    people = {"items": {"required": ["by"]}}
    yield {"if": {"not": {"required": ["imported"]}}, "then": {"properties": {"history": people}}}
    internal = {"visibility": {"const": Visibility.INTERNAL.value}}
    work = {"properties": {"path": {"const": ChangePath.INTERNAL.value}}, "required": ["path"]}
    hidden = {"properties": internal, "required": [*internal]}
    yield {
        "if": {"allOf": [hidden, {"not": work}]},
        "then": {"properties": {"status": _one_of(MAY_BE_INTERNAL)}},
    }
    yield {"if": work, "then": {"properties": internal}}


def _noted() -> _Json:
    """Require that an entry of the history that ends the record says why."""
    ended = {"status": _one_of(NEEDS_NOTE)}
    return {"if": {"properties": ended, "required": [*ended]}, "then": {"required": ["note"]}}


def _is(status: Status) -> _Json:
    return {"properties": {"status": {"const": status.value}}, "required": ["status"]}


def _was(status: Status) -> _Json:
    """Match a history, which is a list where it is there, with an entry of the status."""
    history = {"type": "array", "contains": {"type": "object", **_is(status)}}
    return {"properties": {"history": history}, "required": ["history"]}


def _one_of(statuses: Set[Status]) -> _Json:
    return {"enum": [status.value for status in Status if status in statuses]}


def _having(needs: Iterable[Need]) -> _Json:
    """Require all the needed keys."""
    below: dict[str, list[str]] = {}
    for need in needs:
        key, *rest = map(str, need.path)
        below.setdefault(key, []).extend(rest)
    deep = {key: {"required": keys} for key, keys in below.items() if keys}
    # Said twice in the negative, because editors would offer the key a second time.
    return {"required": [*below]} | ({"not": {"not": {"properties": deep}}} if deep else {})
