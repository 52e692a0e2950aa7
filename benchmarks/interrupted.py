"""Builds that are interrupted: killed at random moments, without room on the disk, two at once."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

from trials import (
    Built,
    Figures,
    build_both,
    figures,
    judge,
    make_workspace,
    put,
    run,
)

_NULL = subprocess.DEVNULL
#: As long the workers of a build that was killed may take to notice it: one that is starting has to
#: load all modules first, which takes long where other programs run.
_NOTICE = 60.0


@contextmanager
def workspace(*extra: str) -> Iterator[Built]:
    """A workspace that was built in both states, in a folder that goes afterwards."""
    with tempfile.TemporaryDirectory(prefix="changebook-trial-") as folder:
        root = Path(folder) / "workspace"
        make_workspace(root)
        yield build_both(root, Path(folder) / "site", *extra)


def kills(times: int, random: Random, *, pdf: bool, warm: bool) -> Figures:
    """Kill builds at moments all over their run, now and then together with their workers."""
    made = "with documents" if pdf else "without documents"
    kept = "most kept from before" if warm else "nothing kept"
    found = figures(
        f"a build killed at a random moment, {made}, {kept}",
        *("mixed", "missing", "left running", "not made good"),
    )
    ended = Counter[str]()
    with workspace(*(() if pdf else ("--no-pdf",))) as built:
        store = built.root / ".changebook" / "kept"
        taken = [_seconds(built, store, n % 2, warm=warm) for n in (1, 2)]
        state = 0
        with _readers(built) as failed:
            for number in range(times):
                if not warm:
                    shutil.rmtree(store, ignore_errors=True)
                standing = built.standing()
                state = 1 - max(standing.values()) if len({*standing.values()}) == 1 else state
                put(built.root, state)
                delay = random.uniform(0, 1.1 * max(taken))
                whole = random.random() < 0.5
                ended[_kill(built, delay, found, whole=whole)] += 1
                found.times += 1
                judge(built, found, f"kill {number} after {delay:.2f} s")
        found.faults["missing"] += len(failed)
        _make_good(built, state, found)
    found.seen = (
        f"{ended['killed']} still ran, {ended['ended']} had ended; a build takes {max(taken):.1f} s"
    )
    return found


def _seconds(built: Built, store: Path, state: int, *, warm: bool) -> float:
    if not warm:
        shutil.rmtree(store, ignore_errors=True)
    put(built.root, state)
    start = time.monotonic()
    subprocess.run(built.command(), check=True, stdout=_NULL, stderr=_NULL)
    return time.monotonic() - start


def _kill(built: Built, delay: float, found: Figures, *, whole: bool) -> str:
    """Start a build, kill it after so long, and wait for its workers to end."""
    process = subprocess.Popen(built.command(), start_new_session=True, stdout=_NULL, stderr=_NULL)
    try:
        process.wait(delay)
        return "ended"
    except subprocess.TimeoutExpired:
        if whole:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
    end = time.monotonic() + _NOTICE
    while members := _members(process.pid):
        if time.monotonic() > end:
            found.fault("left running", f"{len(members)} after {delay:.2f} s")
            os.killpg(process.pid, signal.SIGKILL)
            break
        time.sleep(0.05)
    return "killed"


def _members(session: int) -> list[str]:
    """Return the processes of a session that are not over."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[3] == str(session) and fields[0] != "Z":
            found.append(stat.parent.name)
    return found


@contextmanager
def _readers(built: Built) -> Iterator[list[str]]:
    """Ask for each client's home page all the time, as a web server would; when it was missing."""
    failed: list[str] = []
    over = threading.Event()

    def read() -> None:
        while not over.wait(0.002):
            for slug in built.expected:
                try:
                    if not (built.out / slug / "index.html").read_bytes():
                        failed.append(slug)
                except FileNotFoundError:
                    failed.append(slug)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield failed
    finally:
        over.set()
        reader.join()


def _make_good(built: Built, state: int, found: Figures) -> None:
    """Build once more, undisturbed, which must bring the right sites and leave nothing behind."""
    put(built.root, state)
    done = subprocess.run(built.command(), capture_output=True, text=True, check=False)
    wrong = {slug: now for slug, now in built.standing().items() if now != state}
    left = {path.name for path in (built.out / ".changebook").iterdir()} - {"audience", "lock"}
    if done.returncode or wrong or left:
        found.fault("not made good", f"{done.returncode} {wrong} {left} {done.stderr[-500:]}")


def full_disk(steps: int, *, pdf: bool) -> Figures:
    """Build on a file system with so much room, from none to enough, in even steps."""
    made = "with documents" if pdf else "without documents"
    found = figures(
        f"a build that runs out of disk, {made}",
        *("mixed", "missing", "with a traceback", "without a word", "not made good"),
    )
    extra = () if pdf else ("--no-pdf",)
    with workspace(*extra) as first, _small_disk() as disk:
        root, out, ballast = disk / "workspace", disk / "site", disk / "ballast"
        needed = _size(first.root) + _size(first.out)
        outcomes: Counter[str] = Counter()
        for step in range(steps):
            for folder in (root, out, disk / "tmp"):
                shutil.rmtree(folder, ignore_errors=True)
            ballast.unlink(missing_ok=True)
            shutil.copytree(first.root, root)
            shutil.rmtree(root / ".changebook", ignore_errors=True)
            shutil.copytree(first.out, out, symlinks=True)
            (disk / "tmp").mkdir()
            built = replace(first, root=root, out=out)
            put(root, 1)
            _leave_room(disk, ballast, int(needed * 1.2 * step / max(1, steps - 1)))
            done = subprocess.run(
                built.command(), env={**os.environ, "TMPDIR": str(disk / "tmp")}, check=False,
                text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
            found.times += 1
            where = f"step {step}: {done.stdout.strip()[-700:]}"
            standing = judge(built, found, where)
            if "Traceback" in done.stdout:
                found.fault("with a traceback", where)
            if done.returncode == 0 and set(standing.values()) != {1}:
                found.fault("without a word", where)
            if done.returncode and not re.search(r"(?i)no space|full|can't", done.stdout):
                found.fault("without a word", where)
            outcomes["was built" if done.returncode == 0 else "said so"] += 1
            ballast.unlink()
            _make_good(built, 1, found)
        found.seen = f"{outcomes['said so']} said so, {outcomes['was built']} had enough room"
    return found


def full_disk_of_commands() -> Figures:
    """Run each command that writes, without any room: what was there stays as it was."""
    found = figures(
        "another command that writes, on a full disk",
        "altered",
        "with a traceback",
        "without a word",
    )
    with tempfile.TemporaryDirectory(prefix="changebook-trial-") as made, _small_disk() as disk:
        first = Path(made) / "workspace"
        make_workspace(first)
        root, ballast = disk / "workspace", disk / "ballast"
        at = ("--workspace", str(root))
        commands = [
            ("new", "example", "Cards", *at),
            ("seal", *at),
            ("advance", "EX-0002", "withdrawn", "--on", "2026-03-20", "--by", "Ada Brown", *at),
            ("report", "example", "--out", str(root / "r.md"), *at),
            ("impact", "example", "--out", str(root / "i.json"), "--format", "json", *at),
            ("export", "example", "--out", str(root / "x.csv"), *at),
            ("export", "example", "--format", "site", *at),
            ("export", "example", "--format", "zip", "--no-pdf", *at),
            ("print", "EX-0001", "--out", str(root / "print"), *at),
            ("schema", "--out", str(root / "schemas")),
            ("init", str(disk / "more")),
            ("host", "nginx", "--address", "https://a.example/", *at),
            ("check", *at),
            ("verify", *at),
        ]
        for command in commands:
            shutil.rmtree(root, ignore_errors=True)
            ballast.unlink(missing_ok=True)
            shutil.copytree(first, root)
            if command[0] == "seal":
                (root / "changes/other/decisions.lock").unlink()
            if command[0] == "host":
                run("build", "--no-pdf", *at)
            before = _contents(root)
            _leave_room(disk, ballast, 0)
            done = run(*command, TMPDIR=str(disk))
            found.times += 1
            where = f"{command[0]}: {done.stdout.strip()[-500:]}"
            after = _contents(root)
            if any(after.get(path) != content for path, content in before.items()):
                found.fault("altered", where)
            if "Traceback" in done.stdout:
                found.fault("with a traceback", where)
            reads = command[0] in ("check", "verify")
            if (done.returncode == 0) != reads or not done.stdout.strip():
                found.fault("without a word", f"{done.returncode} {where}")
        found.seen = ", ".join(dict.fromkeys(command[0] for command in commands))
    return found


@contextmanager
def _small_disk() -> Iterator[Path]:
    """A file system of its own in memory, which only root may mount."""
    with tempfile.TemporaryDirectory(prefix="changebook-disk-") as folder:
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=400m", "changebook", folder], check=True
        )
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def _leave_room(disk: Path, ballast: Path, room: int) -> None:
    """Fill the file system, but for so many bytes."""
    status = os.statvfs(disk)
    with ballast.open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, status.f_bavail * status.f_frsize - room or 1)


def _size(folder: Path) -> int:
    """Return the bytes of a folder's files on disk, by pages of the memory."""
    sizes = (path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return sum(-(-size // 4096) * 4096 for size in sizes)


def _contents(folder: Path) -> dict[str, bytes]:
    """Return what people keep in a workspace: all but what runs keep for the next ones."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".changebook" not in path.parts
    }


def two_at_once(times: int, random: Random) -> Figures:
    """Start two builds of one workspace, into one folder or into two, with one store."""
    found = figures(
        "two builds at once",
        "mixed",
        "missing",
        "with a traceback",
        "without a word",
        "not made good",
    )
    outcomes: Counter[str] = Counter()
    with workspace("--no-pdf") as built:
        other = built.out.with_name("elsewhere")
        for number in range(times):
            state = (number + 1) % 2
            put(built.root, state)
            apart = number % 3 == 2
            if random.random() < 0.5:
                shutil.rmtree(built.root / ".changebook", ignore_errors=True)
            commands = [built.command(), built.command()]
            if apart:
                shutil.rmtree(other, ignore_errors=True)
                commands[1] = replace(built, out=other).command()
            started = []
            for command in commands:
                started.append(
                    subprocess.Popen(
                        command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
                    )
                )
                time.sleep(random.uniform(0, 0.5))
            said = [process.communicate()[0] for process in started]
            codes = [process.returncode for process in started]
            found.times += 1
            where = f"pair {number}: {codes} {said}"
            standing = judge(built, found, where)
            if apart:
                standing |= {f"{slug} elsewhere": now for slug, now in _apart(built, other).items()}
            if any("Traceback" in text for text in said):
                found.fault("with a traceback", where)
            if set(standing.values()) != {state}:
                found.fault("not made good", where)
            refused = sum("another build is writing" in text for text in said)
            if codes.count(0) + refused != 2:
                found.fault("without a word", where)
            outcomes["refused" if refused else "both built"] += 1
    found.seen = f"in {outcomes['refused']} the second was refused in words, else both were built"
    return found


def _apart(built: Built, out: Path) -> dict[str, int]:
    return replace(built, out=out).standing()
