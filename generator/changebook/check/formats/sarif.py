"""SARIF 2.1.0 (OASIS): a report with the rules that it goes by, for code scanning and editors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from changebook import __version__
from changebook.check.catalogue import rules
from changebook.check.formats.identity import fingerprints, in_repository
from changebook.check.rule_pages import page, why
from changebook.model.diagnostics import Problem, Rule, visible

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
#: Names how a fingerprint is made. Another way to make them needs another version.
FINGERPRINT = "changebook/v1"


def log(problems: Sequence[Problem], below: str) -> str:
    """Return one run with all rules of `check` and one result per problem."""
    known = rules()
    index = {rule.name: number for number, rule in enumerate(known)}
    run = {
        "tool": {
            "driver": {
                "name": "Changebook",
                "version": __version__,
                "rules": [_rule(rule) for rule in known],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(problem, index[problem.rule], name, below)
            for problem, name in zip(problems, fingerprints(problems, below), strict=True)
        ],
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, ensure_ascii=False, indent=2)


def _rule(rule: Rule) -> dict[str, Any]:
    text = page(rule)
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": why(text)},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": rule.severity},
    }


def _result(problem: Problem, rule_index: int, fingerprint: str, below: str) -> dict[str, Any]:
    file = quote(in_repository(problem.path, below))
    region = {
        "startLine": problem.line,
        "startColumn": problem.column,
        "endColumn": problem.column + problem.width,
    }
    return {
        "ruleId": problem.rule,
        "ruleIndex": rule_index,
        "level": problem.severity,
        "message": {"text": f"{visible(problem.message)}\n{visible(problem.help)}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": file, "uriBaseId": "%SRCROOT%"},
                    "region": region,
                }
            }
        ],
        "partialFingerprints": {FINGERPRINT: fingerprint},
    }
