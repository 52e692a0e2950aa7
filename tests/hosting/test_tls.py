"""The same servers over TLS, as they stand in public: which name is answered, and how."""

from __future__ import annotations

import re
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from changebook.hosting import answers, configuration
from changebook.hosting.plan import SignIn, plan
from tests.hosting.servers import Running, free_port, running
from tests.hosting.test_plan import published
from tests.hosting.test_servers import HASHES, who

pytestmark = pytest.mark.slow

SLUGS = ("lakeside-clinics", "yunfan")


def host(slug: str) -> str:
    return f"{slug}.changes.example"


def certified(folder: Path, name: str) -> Path:
    """A certificate for a host, signed by itself, where certbot would have put one."""
    place = folder / name
    place.mkdir(parents=True)
    subprocess.run(
        [
            *"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=a -keyout".split(),
            *(place / "privkey.pem", "-out", place / "fullchain.pem"),
            *("-addext", f"subjectAltName=DNS:{name}"),
        ],
        check=True,
        capture_output=True,
    )
    return place / "fullchain.pem"


@pytest.fixture(scope="module", params=list(configuration.SERVERS))
def served(request: pytest.FixtureRequest) -> Iterator[tuple[Running, int]]:
    """A server of two clients' sites at an origin each, and its port without TLS.

    Of the configuration only what tests can't have is altered: where certificates lie, and the
    addresses, since nothing here may listen but on the loopback.
    """
    with tempfile.TemporaryDirectory(prefix="changebook-") as place:
        folder, server = Path(place), request.param
        folder.chmod(0o755)
        sites = published(folder / "site", *SLUGS)
        for slug in SLUGS:
            (sites / slug / "index.html").write_text(f"the log of {slug}")
            (sites / slug / "404.html").write_text(f"not in the log of {slug}")
        port, plain, out = free_port(), free_port(), folder / "host"
        planned = plan(
            sites,
            address=f"https://{{client}}.changes.example:{port}/",
            own_addresses={},
            serve_from=str(sites),
            passwords=str(out / configuration.PASSWORDS),
            by=SignIn(),
        )
        written = configuration.write(server, planned, out)
        for file in written.passwords:
            file.write_text(f"anna{' ' if server == 'caddy' else ':'}{HASHES[file.name]}\n")
            file.parent.chmod(0o755)
        trusted = ssl.create_default_context()
        if server != "caddy":
            for slug in SLUGS:
                trusted.load_verify_locations(certified(folder / "live", host(slug)))
        text = written.configuration.read_text().replace("/etc/letsencrypt/live", f"{folder}/live")
        text = re.sub(rf"(?m)^( *[Ll]isten )({port}|80)\b", r"\g<1>127.0.0.1:\2", text)
        text = re.sub(r"(?m)^ *listen \[::\].*\n", "", text).replace(":80;", f":{plain};")
        written.configuration.write_text(text)
        more = (
            f"\tlocal_certs\n\tskip_install_trust\n\tdefault_bind 127.0.0.1\n\thttp_port {plain}\n"
        )
        with running(server, written.configuration, port, folder, more) as started:
            if server == "caddy":
                trusted.load_verify_locations(folder / "caddy/pki/authorities/local/root.crt")
            yield replace(started, tls=trusted), plain


def test_each_name_is_answered_with_its_own_certificate_and_site(
    served: tuple[Running, int],
) -> None:
    server, _ = served
    for slug in SLUGS:
        given = {"Host": f"{host(slug)}:{server.port}"}
        page = server.get("/", who(slug), given)
        assert (page.status, page.body) == (200, f"the log of {slug}".encode())
        assert page.headers["strict-transport-security"] == answers.STRICT_TRANSPORT
        assert page.headers["content-security-policy"] == answers.POLICY
        missing = server.get("/nothing", who(slug), given)
        assert (missing.status, missing.body) == (404, f"not in the log of {slug}".encode())
        for reader in (None, *(who(other) for other in SLUGS if other != slug)):
            for path in ("/", "/index.html", "/nothing"):
                refused = server.get(path, reader, given)
                assert refused.status == 401
                assert slug.encode() not in refused.body
                assert refused.headers["strict-transport-security"] == answers.STRICT_TRANSPORT


def test_the_name_of_another_within_a_connection_leads_no_further(
    served: tuple[Running, int],
) -> None:
    server, _ = served
    assert server.tls
    one, other = SLUGS
    with server.connected(host(one)) as connection:
        connection.sendall(
            f"GET / HTTP/1.1\r\nHost: {host(other)}:{server.port}\r\nConnection: close\r\n"
            "Authorization: Basic YW5uYTpzZWNyZXQgb2YgbGFrZXNpZGUtY2xpbmljcw==\r\n\r\n".encode()
        )
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.split(b" ")[1] in (b"401", b"403", b"421")
    assert b"the log of" not in answer


def test_a_name_that_is_no_clients_gets_no_site(served: tuple[Running, int]) -> None:
    server, _ = served
    for name in ("nobody.changes.example", "changes.example", "127.0.0.1"):
        anybody = ssl.create_default_context()
        anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
        try:
            answer = replace(server, tls=anybody).get("/", who("yunfan"), {"Host": name})
        except ssl.SSLError:
            continue  # the server knows no such name, and ends the conversation
        assert answer.status in (403, 404, 421), name
        assert b"the log of" not in answer.body


def test_no_word_crosses_the_network_in_the_clear(served: tuple[Running, int]) -> None:
    server, plain = served
    for port in (server.port, plain):
        given = {"Host": f"{host('yunfan')}:{port}"}
        try:
            answer = Running(port).get("/impact/?a=b", who("yunfan"), given)
        except OSError:
            continue  # nobody listens there, or the conversation was ended
        assert answer.status in (301, 308, 400, 403, 404), port
        assert b"the log of" not in answer.body
        if answer.status in (301, 308):
            to = f"https://{host('yunfan')}:{server.port}/impact/?a=b"
            assert answer.headers["location"] == to


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_what_is_too_old_is_refused(served: tuple[Running, int]) -> None:
    server, _ = served
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("DEFAULT:@SECLEVEL=0")  # what the client itself would not do
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        replace(server, tls=old).connected(host("yunfan"))
