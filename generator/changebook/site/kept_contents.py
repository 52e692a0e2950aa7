"""What is on an edition's pages, kept in two parts: a changed body makes one page new, not all."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

import cbor2
from pydantic import TypeAdapter

from changebook.edition import urls
from changebook.edition.editions import EditionRecord
from changebook.keep.digests import digest
from changebook.keep.store import Store
from changebook.pages.page import GeneratedPage


@dataclass(frozen=True)
class GeneratedFile:
    """A file that is not a page, made from the records; its path is one of `urls`."""

    path: str
    content: bytes


@dataclass(frozen=True)
class Common:
    """The pages and files that no body of a record is on, and the order of the records' pages."""

    pages: tuple[GeneratedPage, ...]
    files: tuple[GeneratedFile, ...]
    order: tuple[str, ...]


_COMMON, _PAGE = TypeAdapter(Common), TypeAdapter(GeneratedPage)
#: The pages are much alike, so even the fastest makes a tenth of them.
_FASTEST = 1


@dataclass(frozen=True)
class KeptContents:
    """The contents of an edition that is made from what has the digest, the bodies aside."""

    store: Store
    made_from: str

    def common(self, make: Callable[[], Common]) -> Common:
        """Return what was kept, or what is made now."""
        kept = self.store.get(self.made_from)
        if kept is not None:
            return _COMMON.validate_python(cbor2.loads(zlib.decompress(kept)))
        made = make()
        self.store.put(self.made_from, zlib.compress(cbor2.dumps(asdict(made)), _FASTEST))
        return made

    def records(
        self,
        records: Iterable[EditionRecord],
        order: Sequence[str],
        make: Callable[[Collection[str]], Iterable[GeneratedPage]],
    ) -> Iterator[GeneratedPage]:
        """Yield the pages of records in that order, those that were kept and those made now."""
        names = {record.data.id: self._name(record) for record in records}
        pages = {id: _loaded(self.store.get(name)) for id, name in names.items()}
        missing = [id for id in order if pages[id] is None]
        made = {page.path: page for page in make(missing)} if missing else {}
        for id in order:
            page = pages[id]
            if page is None:
                page = made[urls.record(id)]
                self.store.put(names[id], _PAGE.dump_json(page))
            yield page

    def _name(self, record: EditionRecord) -> str:
        addresses = sorted(record.addresses)
        return digest("record", self.made_from, record.data.id, record.body, *addresses)


def _loaded(kept: bytes | None) -> GeneratedPage | None:
    return None if kept is None else _PAGE.validate_json(kept)
