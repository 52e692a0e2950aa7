"""Firefox as Debian has it, by its own remote protocol: Playwright drives builds of its own."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

_WAIT = 60


@dataclass
class Firefox:
    """A window of a running Firefox. Marionette's messages are JSON behind their length."""

    connection: socket.socket
    answers: BufferedReader
    number: int = 0

    def ask(self, command: str, **arguments: Any) -> Any:
        """Do a command of WebDriver; its value."""
        self.number += 1
        message = json.dumps([0, self.number, f"WebDriver:{command}", arguments]).encode()
        self.connection.sendall(str(len(message)).encode() + b":" + message)
        _, _, error, result = self.read()
        assert error is None, error
        return result.get("value") if isinstance(result, dict) else result

    def read(self) -> Any:
        """The next message."""
        length = b""
        while (byte := self.answers.read(1)) != b":":
            assert byte, "Firefox has ended"
            length += byte
        return json.loads(self.answers.read(int(length)))

    def goto(self, address: str) -> None:
        """Open a page."""
        self.ask("Navigate", url=address)

    def evaluate(self, script: str) -> Any:
        """The value of an expression in the page."""
        return self.ask("ExecuteScript", script=f"return {script}", args=[])

    def until(self, script: str) -> Any:
        """The value of an expression as soon as there is one."""
        end = time.monotonic() + _WAIT
        while not (value := self.evaluate(script)):
            assert time.monotonic() < end, script
            time.sleep(0.05)
        return value


@contextmanager
def firefox() -> Iterator[Firefox]:
    """Firefox with a new profile, until the end of the block."""
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    if path is None:
        pytest.fail("the tests of offline copies need Debian's package `firefox-esr`")
    with TemporaryDirectory() as folder:
        profile = Path(folder)
        (profile / "user.js").write_text('user_pref("marionette.port", 0);\n')
        arguments = ["--headless", "--marionette", "--no-remote", "--profile", folder]
        with subprocess.Popen(
            [path, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            try:
                with socket.create_connection(("127.0.0.1", _port(profile, process))) as connection:
                    connection.settimeout(_WAIT)
                    window = Firefox(connection, connection.makefile("rb"))
                    window.read()
                    window.ask("NewSession")
                    yield window
            finally:
                process.terminate()
                process.wait()


def _port(profile: Path, process: subprocess.Popen[bytes]) -> int:
    """The port that Firefox listens on, which it writes into its profile."""
    file, end = profile / "MarionetteActivePort", time.monotonic() + _WAIT
    while not (file.is_file() and file.read_text().strip()):
        assert process.poll() is None, "Firefox has ended"
        assert time.monotonic() < end, "Firefox does not answer"
        time.sleep(0.05)
    return int(file.read_text())
