"""What makes a problem the same one in the next run, and where its file lies in the repository."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

from changebook.model.diagnostics import Problem, visible

#: A message may name another line, which moves as the problem's own does.
_LINE = re.compile(r"(\bline |\.md:)\d+")


def in_repository(path: str, below: str) -> str:
    """The path from the repository's top of a file of the workspace, which lies in `below`."""
    return visible(str(PurePosixPath(below) / path))


def fingerprints(problems: Iterable[Problem], below: str) -> list[str]:
    """A name for each problem that stays when its lines move: SHA-256, in hexadecimal.

    It is made of the file, the rule and the message; equal ones are counted from the top.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    names = []
    for problem in problems:
        said = _LINE.sub(r"\1", problem.message)
        key = (in_repository(problem.path, below), problem.rule, visible(said))
        words = "\0".join((*key, str(seen[key])))
        names.append(hashlib.sha256(words.encode()).hexdigest())
        seen[key] += 1
    return names
