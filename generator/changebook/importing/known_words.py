"""What headers and words are known to mean: the data of `vocabulary.yaml`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_MARKS = re.compile(r"[\s_:*]+")


def folded(text: str) -> str:
    """Return a word as it is compared: without case, width and spaces."""
    return _MARKS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def plainly(text: str) -> str:
    """Return a header as it is compared: as a word, and without brackets and a last full stop."""
    text = unicodedata.normalize("NFKC", text)
    return folded(_BRACKETS.sub("", text)).rstrip(".") or folded(text)


def without_brackets(text: str) -> str:
    """Return a header without what stands in its brackets, as people read it."""
    return _BRACKETS.sub("", unicodedata.normalize("NFKC", text)).strip() or text


def in_brackets(text: str) -> str:
    """Return what stands in the brackets of a header, such as a unit."""
    found = _BRACKETS.search(unicodedata.normalize("NFKC", text))
    return (found[1] or found[2] or "").strip() if found else ""


@cache
def _data() -> Mapping[str, Any]:
    text = Path(__file__).with_name("vocabulary.yaml").read_text("utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return data


@cache
def headers(kind: str = "") -> Mapping[str, tuple[str, int]]:
    """Return each known header with what it becomes, and its rank among headers for that.

    In a kind of source, some headers mean something else.
    """
    everywhere, here = _data()["columns"], _data()["kinds"].get(kind, {})
    return {
        plainly(header): (target, rank)
        for columns in (everywhere, here)
        for target, known in columns.items()
        for rank, header in enumerate(known)
    }


@cache
def words(target: str) -> Mapping[str, str]:
    """Return the known words for the values of a key, such as `status`."""
    known = _data()["words"].get(target, {})
    return {folded(word): value for value, each in known.items() for word in (value, *each)}


@cache
def for_the_team() -> Collection[str]:
    """Return the words in a header by which a column is none that a client may read."""
    return tuple(map(folded, _data()["internal"]))


@cache
def totals() -> frozenset[str]:
    """Return the words with which a row begins that adds up the ones above it."""
    return frozenset(map(plainly, _data()["totals"]))


@cache
def units() -> Mapping[str, int]:
    """Return the words behind a number that multiply it."""
    return dict(_data()["units"])


@cache
def currencies() -> Mapping[str, tuple[str, ...]]:
    """Return the signs and words for currencies, with all that each may be."""
    known = _data()["currencies"]
    plain = {unicodedata.normalize("NFKC", sign): currency for sign, currency in known.items()}
    return {sign: tuple(plain[sign].split()) for sign in sorted(plain, key=len, reverse=True)}
