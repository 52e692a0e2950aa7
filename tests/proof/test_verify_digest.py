"""`verify --digest`: a digest as people have it, and what a mistyped one was meant to be."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from changebook.cli import main
from changebook.model import canonical
from changebook.proof.verify import digits, look_up, near_misses
from changebook.read.workspace import Workspace, read_workspace
from changebook.refusal import Refusal

CASE = Path(__file__).parents[1] / "cases" / "check" / "good-signed-copy"
WHOLE = "58577243e1c47ba6d6a8c968b70805715702e5a9de2ae0ba3a74aefe91bdbf80"
SHORT = WHOLE[:12]


@pytest.mark.parametrize(
    "printed",
    [
        WHOLE,
        WHOLE.upper(),
        canonical.grouped(WHOLE),
        canonical.grouped(WHOLE).replace(" ", "\u00a0"),
        canonical.grouped(WHOLE).replace(" ", "\u2011"),
        "-".join(WHOLE[at : at + 8] for at in range(0, 64, 8)),
        canonical.grouped(WHOLE).replace(" ", "\n"),
        "\n".join(f"  {WHOLE[at : at + 16]}\r" for at in range(0, 64, 16)),
        "".join(chr(ord(digit) + 0xFEE0) for digit in WHOLE),
        "\u3000".join(chr(ord(digit) + 0xFEE0) for digit in WHOLE.upper()),
        f"\u201c{canonical.grouped(WHOLE)}\u201d",
        f"sha256:{WHOLE}",
        f"urn:sha256:{WHOLE}",
        f"https://log.example/decisions/verify/?digest={WHOLE}",
        f"https://log.example/decisions/verify/?lang=en&digest={WHOLE}#sealed",
        f"HTTPS://LOG.EXAMPLE/CHANGES/ACME-0007/#DIGEST={WHOLE.upper()}",
        f"ACME-0007#digest={WHOLE}",
        f"https://log.example/decisions/verify/?digest={canonical.grouped(WHOLE)}".replace(
            " ", "%20"
        ),
    ],
)
def test_every_printed_form_is_the_same_digest(printed: str) -> None:
    assert digits(printed) == WHOLE


@pytest.mark.parametrize(
    "printed", [SHORT, "5857 7243 e1c4", "5857 7243 e1c4 \u2026", "5857-7243-E1C4."]
)
def test_the_short_form_is_its_beginning(printed: str) -> None:
    assert digits(printed) == SHORT


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("5857 7243 e1c", "has 11 digits"),
        (WHOLE + "0", "has 65 digits"),
        ("", "has 0 digits"),
        ("5857 7243 e1co", "has `o`"),
        ("https://log.example/decisions/verify/?digest=", "has 0 digits"),
        ("https://log.example/decisions/verify/", "has `h`"),
    ],
)
def test_what_is_no_digest_is_told_why(text: str, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        digits(text)


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return read_workspace(CASE)[0]


@pytest.fixture(scope="module")
def digest(workspace: Workspace) -> str:
    """That of the decision on ACME-0001."""
    lock = workspace.clients[0].lock
    assert lock is not None
    assert lock.lock is not None
    return lock.lock.entries[0].digest


def _other(digit: str) -> str:
    return "0" if digit != "0" else "1"


def _slip(kind: str, digest: str) -> str:
    at = next(n for n in range(20, 40) if digest[n] != digest[n + 1])
    match kind:
        case "another":
            return digest[:at] + _other(digest[at]) + digest[at + 1 :]
        case "swapped":
            return digest[:at] + digest[at + 1] + digest[at] + digest[at + 2 :]
        case "missing":
            return digest[:at] + digest[at + 1 :]
        case _:
            return digest[:at] + "0" + digest[at:-1]


@pytest.mark.parametrize("kind", ["another", "swapped", "missing", "put in"])
def test_a_slip_is_no_match_and_is_named(kind: str, workspace: Workspace, digest: str) -> None:
    typed = _slip(kind, digest)
    assert look_up(workspace, typed) == ()
    nearest = near_misses(workspace, typed)[0]
    assert (nearest.match.id, nearest.match.digest, nearest.distance) == ("ACME-0001", digest, 1)


def test_the_short_form_may_have_one_slip(workspace: Workspace, digest: str) -> None:
    one = _other(digest[0]) + digest[1:12]
    assert [miss.match.id for miss in near_misses(workspace, one)] == ["ACME-0001"]
    assert near_misses(workspace, _other(digest[0]) + _other(digest[1]) + digest[2:12]) == ()


def test_people_are_told_that_it_is_not_the_same(digest: str) -> None:
    typed = _slip("another", digest)
    result = CliRunner().invoke(
        main, ["verify", "--digest", typed, "--workspace", str(CASE)], color=False
    )
    assert result.exit_code == 1
    assert result.output == (
        "No record of this workspace has this digest, nor any entry of its seals.\n"
        "It is NOT the same as that of ACME-0001 Split payments, from which it differs by 1 "
        "character.\nIf you typed it, compare it again:\n"
        f"  yours  {canonical.grouped(typed)}\n"
        f"  there  {canonical.grouped(digest)}\n"
    )


def test_programs_get_no_near_miss(digest: str) -> None:
    typed = _slip("another", digest)
    result = CliRunner().invoke(
        main, ["verify", "--digest", typed, "--format", "json", "--workspace", str(CASE)]
    )
    assert (result.exit_code, result.stdout) == (1, "[]\n")
    assert "NOT the same" in result.stderr


def test_the_signed_copy_is_found_by_its_seal_and_by_its_file(workspace: Workspace) -> None:
    record = workspace.clients[0].records[0]
    assert record.data.agreement is not None
    copy = record.data.agreement.signed_copy
    assert copy is not None
    (found,) = look_up(workspace, copy.sha256)
    assert (found.id, found.what, found.number, found.holds) == ("ACME-0001", "file", 5, True)
    lock = workspace.clients[0].lock
    assert lock is not None
    assert lock.lock is not None
    (sealed,) = look_up(workspace, lock.lock.entries[-1].digest)
    assert (sealed.id, sealed.what, sealed.event) == ("ACME-0001", "filed", "filed")
