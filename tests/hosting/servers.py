"""Real web servers, started on a loopback port with a configuration of ours."""

from __future__ import annotations

import base64
import http.client
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Where `dev.py` unpacks the servers that would start by themselves if they were installed.
UNPACKED = ROOT / ".servers"
_PROGRAMS = {"nginx": "nginx", "caddy": "caddy", "apache": "apache2"}
_APACHE_MODULES = Path("/usr/lib/apache2/modules")
_MODULES = (
    "mpm_event authn_core authn_file authz_core authz_user auth_basic alias dir mime headers "
    "filter deflate socache_shmcb ssl"
).split()


@dataclass(frozen=True)
class Answer:
    """What a server answers."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Running:
    """A server that answers at a port."""

    port: int
    tls: ssl.SSLContext | None = None

    def get(
        self,
        path: str,
        who: tuple[str, str] | None = None,
        headers: Mapping[str, str] = MappingProxyType({}),
        method: str = "GET",
    ) -> Answer:
        """Ask for a path as it stands here: no browser has tidied it up."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        if self.tls:
            connection.sock = self.connected(headers.get("Host", "127.0.0.1").split(":")[0])
        given = {"Host": f"127.0.0.1:{self.port}", **headers}
        if who:
            word = base64.b64encode(":".join(who).encode()).decode()
            given["Authorization"] = f"Basic {word}"
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in given.items():
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, answer.read())
        finally:
            connection.close()

    def connected(self, name: str) -> ssl.SSLSocket:
        """Return a connection over TLS to the server of this name, whose certificate is good."""
        assert self.tls
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        return self.tls.wrap_socket(plain, server_hostname=name)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def program(server: str) -> str:
    """The server's program; where Debian's packages can be had, it must be there."""
    name = _PROGRAMS[server]
    places = [os.environ.get("PATH", ""), "/usr/sbin", UNPACKED / "usr/sbin", UNPACKED / "usr/bin"]
    found = shutil.which(name, path=os.pathsep.join(map(str, places)))
    if found is None and shutil.which("apt-get"):
        pytest.fail(f"the tests of hosts need Debian's {name}: `dev.py test` gets it")
    if found is None:
        pytest.skip(f"{name} is not installed, and this is no Debian that it could be had from")
    return found


@contextmanager
def running(
    server: str, configuration: Path, port: int, folder: Path, more: str = ""
) -> Iterator[Running]:
    """The server with this configuration and nothing else, until the block ends.

    `more` is what Caddy's own global options say besides.
    """
    command = _command(server, configuration, folder, more)
    log = folder / "log"
    surroundings = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    with log.open("wb") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream, env=surroundings)
    try:
        for _ in range(600):
            assert process.poll() is None, log.read_text("utf-8")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        else:
            pytest.fail(log.read_text("utf-8"))
        yield Running(port)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _command(server: str, configuration: Path, folder: Path, more: str) -> list[str]:
    """How to start the server: what each distribution's own configuration has around ours."""
    started = program(server)
    root = os.geteuid() == 0
    if server == "nginx":
        frame = folder / "frame.conf"
        temporary = "".join(
            f"{kind}_temp_path {folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        frame.write_text(
            f"{'user root;' if root else ''}\ndaemon off;\npid {folder}/pid;\n"
            f"error_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}"
            f'include "{configuration}";\n}}\n'
        )
        return [started, "-p", str(folder), "-c", str(frame), "-e", "stderr"]
    if server == "caddy":
        frame = folder / "Frame"
        frame.write_text(
            f"{{\n\tadmin off\n\tlog {{\n\t\tlevel ERROR\n\t}}\n{more}}}\n"
            f'import "{configuration}"\n'
        )
        return [started, "run", "--config", str(frame), "--adapter", "caddyfile"]
    frame = folder / "frame.conf"
    modules = "".join(
        f"LoadModule {name}_module {_APACHE_MODULES}/mod_{name}.so\n" for name in _MODULES
    )
    frame.write_text(
        f"ServerRoot {folder}\nPidFile {folder}/pid\nErrorLog /dev/stderr\nServerName localhost\n"
        f"{modules}TypesConfig /dev/null\n{'User nobody' if root else ''}\n"
        f"DefaultRuntimeDir {folder}\n"
        f'MaxRequestWorkers 25\nInclude "{configuration}"\n'
    )
    return [started, "-f", str(frame), "-D", "FOREGROUND"]
