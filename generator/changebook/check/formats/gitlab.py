"""GitLab's Code Quality report: the fields that GitLab documents, a subset of Code Climate's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from types import MappingProxyType

from changebook.check.formats.identity import fingerprints, in_repository
from changebook.model.diagnostics import Problem, visible

#: GitLab knows info, minor, major, critical and blocker.
_SEVERITIES = MappingProxyType({"error": "major", "warning": "minor", "note": "info"})


def code_quality(problems: Sequence[Problem], below: str) -> str:
    """Return a JSON list with one entry per problem."""
    rows = [
        {
            "description": f"{visible(problem.message)} {visible(problem.help)}",
            "check_name": problem.rule,
            "fingerprint": name,
            "severity": _SEVERITIES[problem.severity],
            "location": {
                "path": in_repository(problem.path, below),
                "lines": {"begin": problem.line},
            },
        }
        for problem, name in zip(problems, fingerprints(problems, below), strict=True)
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2)
