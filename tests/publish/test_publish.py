"""Publishing: each site as a whole, whatever happens in between."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from changebook.model.vocabulary import Audience
from changebook.publish import swap as publish
from changebook.publish.swap import Publisher
from changebook.read.workspace import OWN
from changebook.refusal import Refusal

FILES = 20


def stage(publisher: Publisher, version: str) -> Path:
    """A staged site all of whose files say which version they are."""
    folder = publisher.stage()
    for number in range(FILES):
        file = folder / f"page-{number}" / "index.html"
        file.parent.mkdir(parents=True)
        file.write_text(version, "utf-8")
    return folder


def versions(site: Path) -> set[str]:
    return {file.read_text("utf-8") for file in site.rglob("*.html")}


def left_over(out: Path) -> list[str]:
    return sorted(p.name for p in (out / OWN).iterdir() if p.name not in ("audience", "lock"))


def client_publisher(out: Path) -> Publisher:
    return Publisher(out, Audience.CLIENT)


@pytest.fixture(params=["exchange", "two renames"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to take the old site's place: the system's, and the one for where it has none."""
    if request.param == "two renames":
        monkeypatch.setattr(publish, "_EXCHANGE", None)
    elif publish._EXCHANGE is None:
        pytest.fail("this system can't exchange folders: the test of it needs one that can")
    return str(request.param)


def test_publishes_and_replaces(tmp_path: Path, way: str) -> None:
    for version in ("one", "two", "three"):
        with client_publisher(tmp_path / "out") as publisher:
            publisher.publish("acme", stage(publisher, version))
        assert versions(tmp_path / "out" / "acme") == {version}
    assert left_over(tmp_path / "out") == []
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [OWN, "acme"]


def test_files_of_the_old_site_are_gone(tmp_path: Path, way: str) -> None:
    with client_publisher(tmp_path) as publisher:
        staged = stage(publisher, "one")
        (staged / "withdrawn.html").write_text("one")
        publisher.publish("acme", staged)
    with client_publisher(tmp_path) as publisher:
        publisher.publish("acme", stage(publisher, "two"))
    assert not (tmp_path / "acme" / "withdrawn.html").exists()


def test_a_link_in_the_place_of_a_site_is_refused_and_stays(tmp_path: Path, way: str) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    elsewhere.mkdir()
    with client_publisher(out) as publisher:
        publisher.publish("lanhai", stage(publisher, "one"))
    (out / "acme").symlink_to(elsewhere)
    with pytest.raises(Refusal, match="acme is a symbolic link"), client_publisher(out):
        pytest.fail("a build began")
    assert (out / "acme").is_symlink()
    assert versions(out / "lanhai") == {"one"}


def test_the_output_folder_itself_may_be_a_link(tmp_path: Path, way: str) -> None:
    (tmp_path / "release").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "release")
    for version in ("one", "two"):
        with client_publisher(tmp_path / "out") as publisher:
            publisher.publish("acme", stage(publisher, version))
    assert (tmp_path / "out").is_symlink()
    assert versions(tmp_path / "release" / "acme") == {"two"}


_IN_A_MOUNT = """
import subprocess, sys
from pathlib import Path
from changebook.model.vocabulary import Audience
from changebook.publish.swap import Publisher
from changebook.refusal import Refusal
out = Path(sys.argv[1])
subprocess.run(["mount", *sys.argv[2:], str(out / "the site")], check=True)
try:
    with Publisher(out, Audience.CLIENT):
        pass
except Refusal as error:
    print(error)
"""


@pytest.mark.parametrize("kind", ["tmpfs", "bind"])
def test_a_mount_in_the_place_of_a_site_is_refused(tmp_path: Path, kind: str) -> None:
    alone = ["unshare", "--mount", "--map-root-user"]
    try:
        subprocess.run([*alone, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this system lets nobody mount anything for a test alone")
    with client_publisher(tmp_path / "out"):
        pass
    (tmp_path / "out" / "the site").mkdir()
    (tmp_path / "elsewhere").mkdir()
    how = ["-t", "tmpfs", "none"] if kind == "tmpfs" else ["--bind", str(tmp_path / "elsewhere")]
    command = [sys.executable, "-c", _IN_A_MOUNT, str(tmp_path / "out"), *how]
    done = subprocess.run([*alone, *command], check=True, capture_output=True, text=True)
    assert "the site is a mounted folder" in done.stdout


def test_exchange_falls_back_where_the_file_system_can_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(one: bytes, other: bytes) -> int:
        ctypes.set_errno(errno.EINVAL)
        return -1

    monkeypatch.setattr(publish, "_EXCHANGE", refuses)
    for version in ("one", "two"):
        with client_publisher(tmp_path) as publisher:
            publisher.publish("acme", stage(publisher, version))
    assert versions(tmp_path / "acme") == {"two"}


def test_exchange_says_what_else_went_wrong(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        publish.exchange(tmp_path / "one", tmp_path / "two")


@pytest.mark.parametrize(("steps", "expected"), [(0, "old"), (1, "new"), (2, "new")])
def test_recovers_between_two_renames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int, expected: str
) -> None:
    """Killed before, between or after the two renames: the next build has a whole site again."""
    monkeypatch.setattr(publish, "_EXCHANGE", None)
    with client_publisher(tmp_path) as publisher:
        publisher.publish("acme", stage(publisher, "old"))

    class Killed(BaseException):
        pass

    left = steps

    def dying(step: Callable[..., object]) -> Callable[..., object]:
        def wrapped(*arguments: object) -> object:
            nonlocal left
            if left == 0:
                raise Killed
            left -= 1
            return step(*arguments)

        return wrapped

    publisher = client_publisher(tmp_path)
    publisher.__enter__()
    staged = stage(publisher, "new")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", dying(Path.rename))
        patch.setattr(Path, "unlink", dying(Path.unlink))
        with pytest.raises(Killed):
            publisher.publish("acme", staged)
    publisher._open.close()  # what the end of a killed process does: no cleaning up

    with client_publisher(tmp_path):
        assert versions(tmp_path / "acme") == {expected}
    assert left_over(tmp_path) == []


PUBLISHES_FOREVER = """
import sys
from itertools import count
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tests.publish.test_publish import client_publisher, stage
from changebook.publish import swap
if sys.argv[3] == "two renames":
    swap._EXCHANGE = None
print("ready", flush=True)
for number in count():
    with client_publisher(Path(sys.argv[1])) as publisher:
        publisher.publish("acme", stage(publisher, f"version {number}"))
    print(number, flush=True)
"""


@pytest.mark.slow
def test_killed_at_any_moment_leaves_one_whole_site(tmp_path: Path, way: str) -> None:
    """A process that publishes without end is killed again and again."""
    out = tmp_path / "out"
    seen = set()
    for round_ in range(12):
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                PUBLISHES_FOREVER,
                str(out),
                str(Path(__file__).parents[2]),
                way,
            ],
            stdout=subprocess.PIPE,
        )
        assert process.stdout
        # However slow the machine is, most rounds have something to replace.
        for _ in range(1 + round_ % 3):
            assert process.stdout.readline()
        time.sleep(0.02 + round_ * 0.0077)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        if way == "exchange" and (out / "acme").exists():
            assert len(versions(out / "acme")) == 1
            assert len(list((out / "acme").rglob("*.html"))) == FILES
        with client_publisher(out):
            assert left_over(out) == []
            if (out / "acme").exists():
                assert len(versions(out / "acme")) == 1
                assert len(list((out / "acme").rglob("*.html"))) == FILES
                seen |= versions(out / "acme")
        assert left_over(out) == []
    assert len(seen) > 1


def test_refuses_the_other_audience(tmp_path: Path) -> None:
    with client_publisher(tmp_path):
        pass
    with pytest.raises(Refusal, match="holds client editions"), Publisher(tmp_path, Audience.TEAM):
        pass


def test_refuses_a_folder_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("...")
    with pytest.raises(Refusal, match="not made by changebook"), client_publisher(tmp_path):
        pass
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.doc"]


def test_refuses_a_file(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(Refusal, match="not a folder"), client_publisher(tmp_path / "out"):
        pass


def test_two_builds_do_not_meet(tmp_path: Path) -> None:
    with (
        client_publisher(tmp_path),
        pytest.raises(Refusal, match="another build"),
        client_publisher(tmp_path),
    ):
        pass


def test_nothing_at_the_root_names_a_client(tmp_path: Path) -> None:
    with client_publisher(tmp_path) as publisher:
        staged = stage(publisher, "one")
        assert "acme" not in str(staged.relative_to(tmp_path))
        publisher.publish("acme", staged)
    for file in (tmp_path / OWN).rglob("*"):
        assert "acme" not in file.name
        assert not file.is_file() or b"acme" not in file.read_bytes()


class TestRoot:
    """The portfolio, around the folders of the editions."""

    def publish(self, out: Path, **files: str) -> None:
        with Publisher(out, Audience.TEAM) as publisher:
            staged = publisher.stage()
            for path, text in files.items():
                file = staged / path.replace("__", "/").replace("_", ".")
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, "utf-8")
            publisher.publish_root(staged)

    def test_leaves_the_editions_alone_and_removes_its_own_old_files(self, tmp_path: Path) -> None:
        with Publisher(tmp_path, Audience.TEAM) as publisher:
            publisher.publish("acme", stage(publisher, "one"))
        self.publish(tmp_path, index_html="one", assets__old__a_css="one", assets__b_css="one")
        self.publish(tmp_path, index_html="two", assets__b_css="two")
        assert (tmp_path / "index.html").read_text() == "two"
        assert (tmp_path / "assets" / "b.css").read_text() == "two"
        assert not (tmp_path / "assets" / "old").exists()
        assert versions(tmp_path / "acme") == {"one"}

    def test_pages_come_after_what_they_load(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        order: list[str] = []
        replace = Path.replace

        def noted(self: Path, target: Path) -> Path:
            order.append(target.name)
            return replace(self, target)

        monkeypatch.setattr(Path, "replace", noted)
        self.publish(tmp_path, index_html="one", assets__z_css="one", search__a_json="one")
        moved = [name for name in order if name in ("index.html", "z.css", "a.json")]
        assert moved == ["z.css", "a.json", "index.html"]
