"""What a client may see of a front matter, and that the edition copies just that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_origin

import pytest
from pydantic import BaseModel

from changebook.model.schema import ChangeRecord, Glossary, Profile
from changebook.model.visibility import WORDED_KEYS, front_texts
from changebook.model.vocabulary import Audience
from tests.samples import SLUGS, edition, workspace

FRONT: Mapping[str, Any] = {
    "id": "ACME-0001",
    "title": "Cards",
    "x-team": "a key of one's own",
    "unknown": {"below": "no key of the format"},
    "people": [{"name": "Chen Yu", "email": "chen@acme.example"}],
    "respond": {"email": "answers@acme.example"},
    "terms": {"PSP": "who processes payments"},
    "reason": {"statement": "Wanted.", "x-own": {"deep": "an own key below"}},
    "links": {"source": "A letter", "supersedes": ["ACME-0002"], "related": ["ACME-0003"]},
    "internal": {"margin": "thin"},
    "history": [
        {"status": "draft", "note": "Before anyone saw it."},
        {"status": "submitted", "note": "As sent."},
    ],
}
SEEN = [
    "ACME-0001",
    "Cards",
    "Chen Yu",
    "answers@acme.example",
    "PSP",
    "who processes payments",
    "Wanted.",
    "A letter",
    "submitted",
    "As sent.",
]
UNSEEN = [
    "a key of one's own",
    "no key of the format",
    "chen@acme.example",
    "an own key below",
    "ACME-0002",
    "ACME-0003",
    "thin",
    "draft",
    "Before anyone saw it.",
]


def test_each_text_is_seen_or_unseen() -> None:
    texts = list(front_texts(FRONT))
    assert [each.text for each in texts if each.seen] == SEEN
    assert [each.text for each in texts if not each.seen] == UNSEEN


def test_a_text_stands_where_its_path_says() -> None:
    for each in front_texts(FRONT):
        *above, last = each.path
        value: Any = FRONT
        for step in above:
            value = value[step]
        assert each.text in (last, value[last])


def _dicts(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The keys of a shape that hold mappings with keys of the author's."""
    for name, field in model.model_fields.items():
        kinds = [field.annotation, *getattr(field.annotation, "__args__", ())]
        for kind in kinds:
            if get_origin(kind) is dict:
                yield (*above, name)
            elif isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from _dicts(kind, (*above, name))


def test_every_mapping_with_keys_of_the_authors_is_known() -> None:
    found = {path for model in (ChangeRecord, Profile, Glossary) for path in _dicts(model)}
    assert found - {("internal",)} == WORDED_KEYS


@pytest.mark.parametrize("slug", SLUGS)
def test_the_edition_has_what_is_seen_and_nothing_else(slug: str) -> None:
    copied = {record.data.id: record.data for record in edition(slug, Audience.CLIENT).records}
    compared = 0
    for record in workspace().client(slug).records:
        if record.data.id not in copied:
            continue
        texts = set(_texts(copied[record.data.id].model_dump(mode="json", exclude_none=True)))
        front = list(front_texts(record.source.data))
        seen = {each.text for each in front if each.seen}
        for each in front:
            # Shorter ones are dates, numbers and words of the vocabulary, which have other forms.
            if len(each.text) > 20:
                assert (each.text in texts) == (each.text in seen), each
                compared += 1
    assert compared > 20


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
