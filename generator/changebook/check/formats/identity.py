"""What names a problem in the next run, and where its file lies in the repository."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

from changebook.check.known import identity
from changebook.model.diagnostics import Problem, visible


def in_repository(path: str, below: str) -> str:
    """Return the path from the repository's top of a file of the workspace, which is in `below`."""
    return visible(str(PurePosixPath(below) / path))


def fingerprints(problems: Iterable[Problem], below: str) -> list[str]:
    """Return a name for each problem that stays when its lines move: SHA-256, in hexadecimal.

    It is made of the file, the rule and the message; equal ones are counted from the top.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    names = []
    for problem in problems:
        path, rule, message = identity(problem)
        key = (in_repository(path, below), rule, visible(message))
        words = "\0".join((*key, str(seen[key])))
        names.append(hashlib.sha256(words.encode()).hexdigest())
        seen[key] += 1
    return names
