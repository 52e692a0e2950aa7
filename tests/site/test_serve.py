"""The preview for real: a server, saved files, and what a reader gets."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from changebook.site.serve import HOST, serve

pytestmark = pytest.mark.slow
PATIENCE = 90  # seconds; a rebuild takes one or two, on a machine with other work more


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# Ctrl+C must end a preview also where the tests run in the background, as shells ignore it there.
SERVE = """
import signal
from changebook.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""


class Preview:
    """A running `changebook serve`."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process, self._address = process, f"http://127.0.0.1:{port}/"

    def page(self, path: str = "") -> str:
        try:
            answer = urlopen(self._address + path, timeout=PATIENCE)
        except HTTPError as error:
            answer = error  # it has a page too
        with answer:
            return str(answer.read().decode("utf-8"))

    def wait(self, path: str, *, has: str = "", lacks: str = "\0") -> str:
        """The page, as soon as it has one text and lacks another."""
        end, seen = time.monotonic() + PATIENCE, "nothing yet"
        while time.monotonic() < end:
            assert self._process.poll() is None, "the server has ended"
            try:
                seen = self.page(path)
                if has in seen and lacks not in seen:
                    return seen
            except (URLError, ConnectionError, TimeoutError):
                pass  # it is starting, or is between two states of its folder
            time.sleep(0.2)
        pytest.fail(f"{path!r} never had {has!r} without {lacks!r}; at last:\n{seen[-3000:]}")


@contextmanager
def serving(workspace: Path, *arguments: str) -> Iterator[Preview]:
    port = free_port()
    command = [sys.executable, "-c", SERVE, "serve", "--port", str(port), *arguments]
    # Short, since the sockets of processes lie there too.
    with TemporaryDirectory() as temporary, (workspace.parent / "serve.log").open("w") as log:
        environment = {**os.environ, "TMPDIR": temporary}
        process = subprocess.Popen(
            command, cwd=workspace, env=environment, stdout=log, stderr=log, text=True
        )
        try:
            yield Preview(process, port)
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0
        assert not list(Path(temporary).glob("changebook-*"))
    assert "Traceback" not in (workspace.parent / "serve.log").read_text("utf-8")


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    draft = file.with_name(".draft")
    draft.write_text(text.replace(old, new), "utf-8")
    draft.replace(file)  # as most editors save


def test_a_save_is_shown_a_broken_one_is_told_and_a_corrected_one_is_shown_again(
    workspace: Path,
) -> None:
    record = workspace / "changes" / "example" / "2026" / "EX-0002-gift-cards.md"
    page = "example/changes/EX-0002/"
    with serving(workspace) as preview:
        assert "cb-banner" in preview.wait(page, has="Accept gift cards")

        edit(record, "title: Accept gift cards", "title: Take gift cards")
        preview.wait(page, has="Take gift cards", lacks="Accept gift cards")

        edit(record, "priority: medium", "priority: urgent")
        broken = preview.wait(page, has="error[unknown-value]")
        assert "Take gift cards" in broken
        assert "EX-0002-gift-cards.md:8:11" in broken
        assert "error[unknown-value]" in preview.page("example/decisions/")

        edit(record, "priority: urgent", "priority: low")
        preview.wait(page, has="Take gift cards", lacks="error[unknown-value]")

        edit(workspace / "changes" / "example" / "client.md", "Online orders", "Web shop")
        preview.wait("example/", has="Web shop")


def test_one_clients_edition_with_a_template_of_the_teams_own(workspace: Path) -> None:
    template = workspace / "site_templates" / "pages" / "process.html.j2"
    template.parent.mkdir(parents=True)
    template.write_text("<p>Ring us.</p>\n")
    with serving(workspace, "--client", "example") as preview:
        assert "cb-banner" not in preview.wait("process/", has="Ring us.")
        edit(template, "Ring us.", "Write to us.")
        preview.wait("process/", has="Write to us.")
        edit(template, "Write to us.", "{{ nobody.knows }}")
        broken = preview.wait("process/", has="is undefined")
        assert "Write to us." in broken
        edit(template, "{{ nobody.knows }}", "Come by.")
        preview.wait("process/", has="Come by.", lacks="is undefined")


def test_a_preview_can_begin_with_problems(workspace: Path) -> None:
    record = workspace / "changes" / "example" / "2026" / "EX-0002-gift-cards.md"
    edit(record, "priority: medium", "priority: urgent")
    with serving(workspace) as preview:
        preview.wait("", has="error[unknown-value]")
        edit(record, "priority: urgent", "priority: medium")
        preview.wait("example/changes/EX-0002/", has="Accept gift cards", lacks="error[")


class _Building:
    """A site whose building begins with a visit, and is interrupted after it."""

    trouble = ""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self._port, self.met = folder, port, False

    def wait_for(self, file: str) -> None:
        raise AssertionError(file)

    def update(self, reload: Callable[[], None]) -> None:
        with socket.create_connection((HOST, self._port)):
            self.met = True
        raise KeyboardInterrupt


def test_the_address_is_bound_before_anything_is_built(workspace: Path) -> None:
    building = _Building(workspace / "site", free_port())
    serve(building, workspace, building._port)
    assert building.met


def test_what_is_gone_reloads_once_it_is_back(workspace: Path) -> None:
    record = workspace / "changes" / "example" / "2026" / "EX-0002-gift-cards.md"
    page = "example/changes/EX-0002/"
    with serving(workspace) as preview:
        preview.wait(page, has="Accept gift cards")
        record.rename(workspace / "away.md")
        preview.wait(page, has="livereload(", lacks="Accept gift cards")
        (workspace / "away.md").rename(record)
        preview.wait(page, has="Accept gift cards")


def test_what_can_not_be_served(workspace: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", SERVE, "serve", *arguments],
            cwd=workspace,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        cases = [
            (["--audience", "client"], "needs --client"),
            (["--client", "acme", "--port", str(free_port())], "no client `acme`"),
            (["--workspace", "changes"], "has no folder named changes"),
            (["--port", str(taken.getsockname()[1])], "in use"),
        ]
        for arguments, says in cases:
            done = run(*arguments)
            assert done.returncode == 2, done.stderr
            assert says in done.stderr
            assert "Traceback" not in done.stderr
