"""Bodies that were rendered before: each is found by its Markdown and all that it was made with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from changebook.keep.digests import digest, of_folder, software
from changebook.keep.store import Store
from changebook.model.words import Words
from changebook.pages import bodies
from changebook.pages.bodies import RenderedBody

_BODY = TypeAdapter(RenderedBody)


@dataclass(frozen=True)
class BodyRenderer:
    """Renders the bodies of an edition, or takes them from the store."""

    words: Words
    store: Store
    #: The digest of what beside the Markdown makes a body.
    made_with: str

    @classmethod
    def of(cls, words: Words, templates: Path | None, store: Store) -> BodyRenderer:
        """Return the renderer of a language, whose words may be in a team's own templates."""
        own = of_folder(templates, follow=True) if templates else ""
        return cls(words, store, digest(software(), words.language, own))

    def __call__(self, markdown: str, addresses: Collection[str]) -> RenderedBody:
        """Render a body; `addresses` are the relative ones that the edition has put into it."""
        name = digest("body", self.made_with, markdown, *sorted(addresses))
        try:
            return _BODY.validate_json(self.store.get(name) or b"")
        except ValueError:
            body = bodies.render(markdown, self.words, addresses=addresses)
        self.store.put(name, _BODY.dump_json(body))
        return body
