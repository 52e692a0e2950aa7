"""Shared by all tests: expected output as data, and how to renew it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from changebook import scaffold

Matches = Callable[[Path, str], None]

# A change is judged by the same examples each time. `--hypothesis-profile=explore` looks for new.
# Nothing fails because the machine is slow.
settings.register_profile(
    "repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", settings.get_profile("repeatable"), derandomize=False)
settings.load_profile("repeatable")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--renew",
        action="store_true",
        help="write the expected files of golden cases anew; read the difference before you commit",
    )


@pytest.fixture
def matches(request: pytest.FixtureRequest) -> Matches:
    """Compares a text with the file that holds what is expected."""

    def compare(expected: Path, actual: str) -> None:
        if request.config.getoption("--renew"):
            expected.write_text(actual, encoding="utf-8", newline="\n")
        assert actual == expected.read_text(encoding="utf-8")

    return compare


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace as `changebook init` lays it out: one client, `example`, with three records."""
    root = tmp_path / "workspace"
    scaffold.init(root)
    return root
