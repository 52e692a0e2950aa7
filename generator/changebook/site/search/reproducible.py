"""The same bytes for the same pages: Pagefind's index without the order of its hash maps.

Pagefind collects filters and their values in hash maps, whose order differs from run to run, and
names files by what is in them. So the lists are sorted, and the files named, once more.
"""

from __future__ import annotations

import gzip
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import cbor2

#: What Pagefind's files begin with once they are unpacked; its script looks for it.
_HEAD = b"pagefind_dcd"
_ENTRY = "pagefind-entry.json"
#: The places of the filters and of the sort orders in the list that Pagefind calls `pf_meta`.
_FILTERS, _SORTS = 3, 4
#: As long as the digests in Pagefind's own names are.
_SHORT, _LONG = 7, 10


def make_reproducible(bundle: Path) -> None:
    """Sort what Pagefind wrote in random order into the folder `bundle`, and name it by content."""
    entry_file = bundle / _ENTRY
    entry = json.loads(entry_file.read_text("utf-8"))
    for language, listed in entry["languages"].items():
        listed["hash"] = _sorted_meta(bundle, language, listed["hash"])
    entry_file.write_text(json.dumps(entry, ensure_ascii=False, separators=(",", ":")), "utf-8")


def _sorted_meta(bundle: Path, language: str, name: str) -> str:
    """Rewrite the list of all that exists in one language; its new name."""
    file = bundle / f"pagefind.{name}.pf_meta"
    meta = _read(file)
    meta[_FILTERS] = sorted(
        [title, _sorted_filter(bundle, language, filter_name)]
        for title, filter_name in meta[_FILTERS]
    )
    meta[_SORTS] = sorted(meta[_SORTS])
    file.unlink()
    raw = cbor2.dumps(meta)
    name = f"{language}_{sha256(raw).hexdigest()[:_LONG]}"
    _write(bundle / f"pagefind.{name}.pf_meta", raw)
    return name


def _sorted_filter(bundle: Path, language: str, name: str) -> str:
    """Rewrite the values of one filter in their order; its new name."""
    file = bundle / "filter" / f"{name}.pf_filter"
    title, values = _read(file)
    file.unlink()
    raw = cbor2.dumps([title, sorted(values)])
    name = f"{language}_{sha256(raw).hexdigest()[:_SHORT]}"
    _write(bundle / "filter" / f"{name}.pf_filter", raw)
    return name


def _read(file: Path) -> Any:
    return cbor2.loads(gzip.decompress(file.read_bytes()).removeprefix(_HEAD))


def _write(file: Path, raw: bytes) -> None:
    file.write_bytes(gzip.compress(_HEAD + raw, mtime=0))
