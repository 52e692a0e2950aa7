"""What helps editors with a workspace: schemas of the front matter, and settings that connect them.

Language servers for YAML read a Markdown file's front matter as a first document. The prose below
is none, so that their validation and formatting stay off: `changebook check` does that part.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from changebook import atomic
from changebook.edit.json_schema import MODELS, schema
from changebook.read.settings import SETTINGS
from changebook.read.workspace import CHANGES, GLOSSARY, PROFILE

SCHEMAS = "schemas"
_PROFILES = f"{CHANGES}/*/{PROFILE}"
_GLOSSARIES = f"{CHANGES}/*/{GLOSSARY}"
#: Which files each schema is for.
PATTERNS: Mapping[str, tuple[str, ...]] = {
    "record": (f"{CHANGES}/*/**/*.md", f"!{_PROFILES}", f"!{_GLOSSARIES}"),
    "profile": (_PROFILES,),
    "glossary": (_GLOSSARIES,),
    "import-map": ("**/*map.yml",),
    "settings": (SETTINGS,),
}


def schema_file(name: str) -> str:
    return f"{name}.schema.json"


def schema_text(name: str) -> str:
    """Return the schema of one kind of file, as the text of its file."""
    return _json(schema(name))


def write_schemas(folder: Path) -> list[Path]:
    """Write every schema into a folder; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in PATTERNS:
        file = folder / schema_file(name)
        atomic.write(file, schema_text(name))
        written.append(file)
    return written


def files() -> dict[Path, str]:
    """Return what a workspace has for editors, by the path in it."""
    schemas = {Path(SCHEMAS, schema_file(name)): schema_text(name) for name in MODELS}
    vscode = {
        "settings.json": _settings(),
        "extensions.json": {"recommendations": ["redhat.vscode-yaml"]},
        "tasks.json": _tasks(),
    }
    return schemas | {Path(".vscode", name): _json(value) for name, value in vscode.items()}


def _settings() -> dict[str, Any]:
    return {
        "yaml.schemas": {
            f"./{SCHEMAS}/{schema_file(name)}": list(patterns)
            for name, patterns in PATTERNS.items()
        },
        "yaml.validate": False,
        "yaml.format.enable": False,
    }


def _tasks() -> dict[str, Any]:
    """Return `check` as a task that puts its problems into the list of problems."""
    matcher = {
        "owner": "changebook",
        "fileLocation": ["relative", "${workspaceFolder}"],
        "pattern": [
            {
                "regexp": r"^(error|warning|note)\[(.+?)\]: (.+)$",
                "severity": 1,
                "code": 2,
                "message": 3,
            },
            {"regexp": r"^  --> (.+):(\d+):(\d+)$", "file": 1, "line": 2, "column": 3},
        ],
    }
    task = {
        "label": "changebook check",
        "type": "shell",
        "command": "changebook check",
        "group": {"kind": "test", "isDefault": True},
        "problemMatcher": matcher,
    }
    return {"version": "2.0.0", "tasks": [task]}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
