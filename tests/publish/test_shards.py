"""A build in parts: on machines of a CI, and on a cluster."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from click.testing import CliRunner

from changebook.cli import main
from changebook.edit import scaffold
from changebook.publish.build import build
from changebook.publish.shards import Shard
from tests.publish.test_build import content

PROFILE_NAME = "name: Example Bakery"


@pytest.fixture
def three_clients(tmp_path: Path) -> Path:
    root = tmp_path / "workspace"
    scaffold.init(root)
    example = root / "changes" / "example"
    for slug, prefix in (("middle", "MD"), ("zenith", "ZN")):
        for file in example.rglob("*.md"):
            copy = root / "changes" / slug / file.relative_to(example)
            copy = copy.with_name(copy.name.replace("EX-", f"{prefix}-"))
            copy.parent.mkdir(parents=True, exist_ok=True)
            text = file.read_text("utf-8").replace("EX-", f"{prefix}-")
            text = text.replace("prefix: EX", f"prefix: {prefix}")
            copy.write_text(text.replace(PROFILE_NAME, f"name: {slug.title()} Stores"), "utf-8")
    return root


def in_shards(root: Path, out: Path) -> list[tuple[str, ...]]:
    """Build in three parts; the names of what each has published, and the rules of errors."""
    came = []
    for number in (1, 2, 3):
        result = build(root, out=out, shard=Shard(number, 3), jobs=1, cache=out.with_name("kept"))
        stopped = {p.rule for p in result.problems if p.severity == "error"}
        came.append((*(site.name for site in result.published), *sorted(stopped)))
    return came


@pytest.mark.slow
def test_three_parts_are_the_whole(three_clients: Path, tmp_path: Path) -> None:
    whole = build(three_clients, out=tmp_path / "whole", jobs=1)
    assert whole.ok
    assert in_shards(three_clients, tmp_path / "out") == [("example",), ("middle",), ("zenith",)]
    assert content(tmp_path / "out") == content(tmp_path / "whole")


@pytest.mark.slow
def test_errors_stop_a_part_where_they_concern_it(three_clients: Path, tmp_path: Path) -> None:
    record = next((three_clients / "changes" / "middle").rglob("MD-0002-*.md"))
    sound = record.read_text("utf-8")
    record.write_text(sound.replace("priority: medium", "priority: urgent"), "utf-8")
    assert in_shards(three_clients, tmp_path / "a") == [
        ("example",), ("unknown-value",), ("zenith",)
    ]  # fmt: skip
    record.write_text(sound, "utf-8")
    profile = three_clients / "changes" / "zenith" / "client.md"
    profile.write_text(profile.read_text("utf-8").replace("prefix: ZN", "prefix: MD"), "utf-8")
    first, second, third = in_shards(three_clients, tmp_path / "b")
    assert first == ("example",)
    assert second == ("shared-prefix",)
    assert "shared-prefix" in third
    profile.write_text(profile.read_text("utf-8").replace("prefix: MD", "prefix: ZN"), "utf-8")
    record.rename(record.with_name("EX-0002-twice.md"))
    record.with_name("EX-0002-twice.md").write_text(sound.replace("MD-0002", "EX-0002"), "utf-8")
    first, second, third = in_shards(three_clients, tmp_path / "c")
    assert first == ("duplicate-id",)
    assert "duplicate-id" in second
    assert third == ("zenith",)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """A scheduler's address, and its two workers."""
    with ExitStack() as open_:
        scheduler = _started(open_, tmp_path, "scheduler", "--port", "0", "--no-dashboard")
        address = _said(scheduler, r"Scheduler at: +(tcp://\S+)")
        yield address, [_worker(open_, tmp_path, address) for _ in range(2)]


def _worker(
    open_: ExitStack, folder: Path, address: str, **environment: str
) -> subprocess.Popen[str]:
    worker = _started(
        open_, folder, "worker", address, "--no-nanny", "--nthreads", "1", "--no-dashboard",
        **environment,
    )  # fmt: skip
    _said(worker, r"(Registered to)")
    return worker


def _started(
    open_: ExitStack, folder: Path, *words: str, **environment: str
) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:]],
        cwd=folder, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment},
    )  # fmt: skip
    open_.enter_context(process)
    open_.callback(process.kill)
    return process


def _said(process: subprocess.Popen[str], pattern: str) -> str:
    """What stands in a line of its log, of which the rest is read and forgotten."""
    assert process.stderr
    for line in process.stderr:
        if match := re.search(pattern, line):
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return match[1]
    pytest.fail(f"it ended with {process.wait()}")


def on_cluster(root: Path, out: Path, address: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "changebook", "build", "--no-pdf", "--workspace", str(root)),
            *("--out", str(out), "--cache", str(out.with_name(f"{out.name}-kept"))),
            *("--executor", "dask", "--scheduler", address),
        ],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.slow
def test_a_cluster_builds_what_is_built_here(
    three_clients: Path, tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[str]]]
) -> None:
    address, workers = cluster
    assert build(three_clients, out=tmp_path / "here", jobs=1, cache=tmp_path / "k").ok
    said = on_cluster(three_clients, tmp_path / "there", address).communicate()
    assert content(tmp_path / "there") == content(tmp_path / "here"), said

    lost = on_cluster(three_clients, tmp_path / "lost", address)
    staging = tmp_path / "lost" / ".changebook" / "staging"
    while lost.poll() is None and not (staging.is_dir() and any(staging.iterdir())):
        time.sleep(0.01)
    assert lost.poll() is None
    workers[0].send_signal(signal.SIGKILL)
    said = lost.communicate()
    assert lost.returncode == 0, said
    assert content(tmp_path / "lost") == content(tmp_path / "here")

    with ExitStack() as open_:
        other = tmp_path / "other" / "strange-1.0.dist-info"
        other.mkdir(parents=True)
        path = os.pathsep.join((str(other.parent), os.environ.get("PYTHONPATH", "")))
        _worker(open_, tmp_path, address, PYTHONPATH=path)
        refused = on_cluster(three_clients, tmp_path / "refused", address)
        assert "has other versions of Changebook" in refused.communicate()[1]
        assert refused.returncode == 2
    assert not (tmp_path / "refused").exists()


@pytest.mark.slow
def test_an_address_where_nobody_answers(
    three_clients: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("changebook.publish.cluster._PATIENCE", 0.5)
    words = ["build", "--workspace", str(three_clients), "--executor", "dask"]
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        done = CliRunner().invoke(main, [*words, "--scheduler", address])
        assert done.exit_code == 2, done.output
        assert f"no Dask scheduler answers at {address}" in done.output
