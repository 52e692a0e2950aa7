"""Shared by all tests: expected output as data, and how to renew it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser

from changebook.edit import scaffold
from changebook.publish.build import build
from changebook.site import policy
from tests.browsing import served, started

ROOT = Path(__file__).resolve().parents[1]
Matches = Callable[[Path, str], None]

# A change is judged by the same examples each time, of which many prove little more than some.
# `--hypothesis-profile=explore` looks for new ones. Nothing fails because the machine is slow.
settings.register_profile(
    "repeatable",
    derandomize=True,
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "explore", settings.get_profile("repeatable"), derandomize=False, max_examples=200
)
settings.load_profile("repeatable")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--renew",
        action="store_true",
        help="write the expected files of golden cases; read the difference before you commit",
    )


#: What takes longest begins first, so that no process has one of these left when others have none.
_LONG = ("publish/test_kept", "project/test_reliability", "paper/test_sheets", "site/test_quality")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not any(name in item.nodeid for name in _LONG))


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the compiled templates of tests out of the user's own folder."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setattr("changebook.pages.compiled.user_cache_path", folder.joinpath)
        yield


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


@pytest.fixture(scope="session")
def sample_sites(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The sample's client sites below some/where/, built once for all processes of a run."""
    base = tmp_path_factory.getbasetemp()
    root = (base if worker_id == "master" else base.parent) / "sample"
    with FileLock(f"{root}.lock"):
        if not root.is_dir():
            result = build(ROOT, out=root / "some" / "where")
            assert result.ok, (result.problems, result.failures)
    return root / "some" / "where"


@pytest.fixture(scope="session")
def address(sample_sites: Path) -> Iterator[str]:
    """Where the sample's sites are served: below a sub-path, and with the policy, as on a host."""
    headers = {"Content-Security-Policy": policy.of_server()}
    with served(sample_sites.parents[1], headers) as host:
        yield f"{host}some/where/"


@pytest.fixture(scope="session")
def _browser() -> Iterator[Browser]:
    with started() as browser:
        yield browser


@pytest.fixture
def browser(_browser: Browser) -> Iterator[Browser]:
    """One browser for all tests of a process, which has no pages at the beginning of each."""
    yield _browser
    for context in _browser.contexts:
        context.close()
