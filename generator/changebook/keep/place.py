"""Where a workspace's results are kept."""

from __future__ import annotations

from pathlib import Path

from changebook.keep.store import NOWHERE, Store
from changebook.read.workspace import CHANGES, OWN
from changebook.refusal import Refusal

#: Below the workspace.
DEFAULT = Path(OWN, "kept")


def open_store(root: Path, chosen: Path | None, *others: tuple[Path, str]) -> Store:
    """Return the store in the folder that somebody chose, or in the workspace.

    A workspace that can't be written in has no store: then nothing is kept. Raises Refusal where
    the chosen folder can't be used, or lies in one of the `others`, which are named in words.
    """
    folder = (chosen or root / DEFAULT).resolve()
    for place, what in ((root / CHANGES, f"{CHANGES}/"), *others):
        if folder.is_relative_to(place):
            raise Refusal(f"{folder} is inside {what}: choose another folder with --cache")
    store = Store(folder)
    try:
        store.prepare()
    except OSError as error:
        if chosen is None:
            return NOWHERE
        raise Refusal(
            f"can't write to {folder}: {error.strerror}. Choose another folder with --cache"
        ) from None
    return store
