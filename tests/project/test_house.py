"""What import-linter can't see of the rooms: who writes files, and what is called what."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from changebook.check import rules

PACKAGE = Path(__file__).resolve().parents[2] / "generator" / "changebook"

#: Calls that write, whatever they are called on.
_WRITING = frozenset(
    "write_text write_bytes touch hardlink_to symlink_to copyfile copy copy2 copytree move".split()
)
#: Modules whose functions of these names write; dictionaries and texts have such methods, too.
_COPYING = frozenset({"copy", "move"})
#: Who writes without `atomic`, and why nobody can find half a file there.
WRITERS = {
    "atomic.py": "is what all others use",
    "check/since/merging.py": "lays out a merge in a temporary folder",
    "keep/store.py": "tells by a digest whether what it finds is whole, and can do without it",
    "pages/compiled.py": "tells by a digest whether what it finds is whole, and can do without it",
    "paper/shares.py": "writes into the staging folder, which is published as a whole",
    "read/git.py": "lays out a revision in a temporary folder",
    "site/offline.py": "changes a site that was just built in a temporary folder",
    "site/search/indexing.py": "writes into a site that is just being built",
    "site/search/reproducible.py": "rewrites an index that was just made, and would be again",
}


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for file in sorted(PACKAGE.rglob("*.py")):
        yield file.relative_to(PACKAGE).as_posix(), ast.parse(file.read_text("utf-8"))


def _writes(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Attribute):
        name, on = call.func.attr, call.func.value
    else:
        name, on = getattr(call.func, "id", ""), None
    if name == "open":
        given = [*call.args, *(word.value for word in call.keywords if word.arg == "mode")]
        modes = [each.value for each in given if isinstance(each, ast.Constant)]
        return any(isinstance(mode, str) and set(mode) & set("wxa+") for mode in modes)
    if name in _COPYING:
        return isinstance(on, ast.Name) and on.id == "shutil"
    return name in _WRITING


def test_each_folder_says_what_it_is_for() -> None:
    """Without an `__init__`, neither import-linter nor what looks for rules sees its modules."""
    for folder in {file.parent for file in PACKAGE.rglob("*.py")}:
        module = ast.parse((folder / "__init__.py").read_text("utf-8"))
        assert ast.get_docstring(module), folder


def test_files_are_written_by_atomic_alone() -> None:
    writers = {
        path
        for path, module in _modules()
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and _writes(node)
    }
    assert writers == WRITERS.keys()


@pytest.mark.parametrize(
    ("code", "writes"),
    [
        ("file.write_text('')", True),
        ("file.open('w')", True),
        ("open(file, mode='ab')", True),
        ("shutil.copy(one, other)", True),
        ("file.open('rb')", False),
        ("file.open()", False),
        ("known.copy()", False),
    ],
)
def test_a_call_that_writes_is_seen(code: str, writes: bool) -> None:
    (statement,) = ast.parse(code).body
    assert isinstance(statement, ast.Expr)
    assert isinstance(statement.value, ast.Call)
    assert _writes(statement.value) is writes


def test_every_rule_that_is_declared_is_in_the_catalogue() -> None:
    declared = {
        node.args[0].value
        for _, module in _modules()
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "rule"
        and isinstance(node.args[0], ast.Constant)
    }
    assert declared == {rule.name for rule in rules()}


def test_no_name_of_a_class_means_two_things() -> None:
    places = defaultdict(list)
    for path, module in _modules():
        for node in module.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(path)
    assert {name: where for name, where in places.items() if len(where) > 1} == {}
