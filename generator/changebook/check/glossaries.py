"""Checks of a client's glossary.md: each term once, other words only for terms that are there."""

from __future__ import annotations

from collections.abc import Iterator

from changebook.check.references import LISTED_TWICE
from changebook.check.subject import Subject
from changebook.model.diagnostics import KeyPath, Place, Problem, rule
from changebook.model.suggestion import nearest
from changebook.read.workspace import Client

UNKNOWN_TERM = rule(
    "unknown-term", summary="glossary.md lists other words for a term that it does not explain."
)
GLOSSARY_TEXT = rule("glossary-text", summary="glossary.md has text below its front matter.")


def check_glossary(client: Client) -> Iterator[Problem]:
    """Check that no word is explained twice, and that there is no text below the terms."""
    if client.glossary is None:
        return
    data, source = client.glossary.data, client.glossary.source
    subject = Subject(source, client.glossary.reported)
    first: dict[str, KeyPath] = {}
    for term in data.terms:
        yield from _twice(subject, first, ("terms", term), term)
    for term, others in data.also.items():
        if term not in data.terms:
            close = nearest(term, data.terms)
            yield from subject.key(
                UNKNOWN_TERM,
                ("also", term),
                f"`terms` has no `{term}`.",
                f"Did you mean `{close}`?" if close else "Explain it below `terms` first.",
            )
        for index, word in enumerate(others):
            yield from _twice(subject, first, ("also", term, index), word)
    for number, line in enumerate(source.body.split("\n")):
        if line.strip():
            yield GLOSSARY_TEXT.at(
                source.path,
                Place(source.body_line + number, 1, len(line)),
                "Text below the front matter of the glossary is not shown anywhere.",
                "Turn it into a term, or move it to the text of client.md.",
            )
            break


def _twice(
    subject: Subject, first: dict[str, KeyPath], at: KeyPath, word: str
) -> Iterator[Problem]:
    """Check that no word is claimed again, in whatever case."""
    known = first.setdefault(word.casefold(), at)
    if known != at:
        line = subject.source.place(*known).line
        yield from subject.key(
            LISTED_TWICE,
            at,
            f"`{word}` is explained twice, first in line {line}.",
            "Keep only one of the two.",
        )
