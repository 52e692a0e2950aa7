"""What is not on paper as it was written: found where a document is typeset, placed in its record.

Typesetting knows nothing of files and lines, and runs in processes of its own. So it gives the
words or the picture, and whoever has the workspace looks for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from changebook.model.diagnostics import RULES, START, Place, Problem
from changebook.read import body
from changebook.read.source import SourceFile
from changebook.read.targets import Targets
from changebook.read.workspace import Client

#: The fewest characters by which words are looked for in a record.
_SHORTEST = 4


@dataclass(frozen=True)
class Finding:
    """A rule that a document breaks; `words` or the picture `file` tell where the record does."""

    rule: str
    message: str
    help: str
    words: str = ""
    file: str = ""

    @property
    def is_error(self) -> bool:
        """Whether the document may not be published."""
        return RULES[self.rule].severity == "error"


def problems(findings: Iterable[tuple[str | None, Finding]], client: Client) -> list[Problem]:
    """Return the findings in the documents of a client as problems, each place once.

    Each comes with the id of the record that its document is about, or None for documents of
    several.
    """
    targets = Targets(client)
    placed: dict[tuple[str, Place, str], Problem] = {}
    for id, finding in findings:
        texts = list(_texts(client, id))
        source, place = _place(finding, texts, targets)
        problem = RULES[finding.rule].at(source.path, place, finding.message, finding.help)
        placed.setdefault((source.path, place, finding.rule), problem)
    return sorted(placed.values())


def _texts(client: Client, id: str | None) -> Iterator[tuple[SourceFile, Path]]:
    """Yield each file whose words may stand in the document, with its folder.

    The likeliest first.
    """
    about = [record for record in client.records if record.data.id == id]
    for record in about or client.records:
        yield record.source, record.file.parent
    yield client.source, client.folder


def _place(
    finding: Finding, texts: Sequence[tuple[SourceFile, Path]], targets: Targets
) -> tuple[SourceFile, Place]:
    for source, folder in texts:
        for link in body.links(source.body) if finding.file else ():
            if str(targets.resolve(folder, link.path).file) == finding.file:
                return source, source.in_body(link.start, link.end - link.start)
    for words in _by_likelihood(finding.words):
        for source, _ in texts:
            whole = "\n".join(source.lines)
            if (at := whole.find(words)) >= 0:
                column = at - whole.rfind("\n", 0, at)
                width = len(words.partition("\n")[0])
                return source, Place(whole.count("\n", 0, at) + 1, column, width)
    return texts[0][0], START


def _by_likelihood(words: str) -> Iterator[str]:
    """Yield the words as a whole, then each of them by length.

    A record may break its lines elsewhere.
    """
    if words:
        yield words
    yield from (line for line in words.split("\n") if line.strip())
    for word in sorted(words.split(), key=len, reverse=True):
        yield word
        if len(word) > _SHORTEST:
            yield word[: max(_SHORTEST, len(word) // 2)]
