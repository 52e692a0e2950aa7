"""Records that are damaged at random, through the check and through the build.

Words that occur nowhere else are put into a record, which is then damaged. Whatever became of it,
a problem names a place in it, or each word is still there: in what was read, and on the pages.
"""

from __future__ import annotations

import re
import signal
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from types import FrameType

from changebook.check import load_checked
from changebook.model.diagnostics import Problem, errors
from changebook.publish.build import build
from changebook.read.workspace import Workspace
from trials import Figures, figures

_LIMITS = {"check": 2.0, "build": 5.0}
_HANGS = 120
#: So many records of a build at once. Where they take long, each is built by itself.
_TOGETHER = 25
_MARKS = (
    *(",", ": ", ":", " #", "#", '"', "'", "[", "]", "{", "}", "\\", "- ", "|", ">", "!", "&", "*"),
    *("%", "@", "`", "?", "~", "---\n", "...\n", "\n", "\n  ", "\t", "  ", "，", "：", "＃", "“"),
    *(
        "\u3000",
        "\u00a0",
        "\u200b",
        "\ufeff",
        "\u2028",
        "\x85",
        "\x00",
        "\x1b",
        "\u202e",
        "\U0001f600",
    ),
    *(
        "<b>",
        "</div>",
        "<!--",
        "-->",
        "<script>",
        "<![CDATA[",
        "<?",
        "&lt;",
        "```\n",
        "::: internal\n",
    ),
    *(
        ":::\n",
        "![a](",
        "](b.png)",
        "[^1]",
        "[a]: b\n",
        "$$",
        "| a | b |\n",
        "!!! note\n",
        "{: .a }",
    ),
    *(
        "- " * 40,
        "> " * 40,
        "[" * 200,
        "*" * 200,
        "<" * 200,
        "9" * 400,
        "0x1F",
        "1e999",
        "-0",
        ".nan",
    ),
    *(
        "2026-02-30",
        "null",
        "yes",
        "&a [*a]",
        "!!python/object:os.system",
        "=1+1",
        "{{ 7*7 }}",
        "{% x %}",
    ),
)
_ENDS = re.compile(r"(?m)^(?:  )?(?:title|summary|text|rationale|quality): [^\n{}\[\]]+$")


@dataclass(frozen=True)
class Specimen:
    """A client's profile and one record's file, which check without an error."""

    profile: str
    name: str
    text: str


@dataclass(frozen=True)
class Damaged:
    """A record after it was damaged, and the words that were put into it before."""

    name: str
    content: bytes
    words: tuple[str, ...]


def specimens(root: Path) -> list[Specimen]:
    """Return the visible records of the sample workspace."""
    found = []
    for file in sorted(root.glob("changes/*/*/*.md")):
        text = file.read_text("utf-8")
        if "\nvisibility: client" in text and "\nstatus: draft" not in text:
            profile = (file.parents[1] / "client.md").read_text("utf-8")
            found.append(Specimen(profile, file.name, text))
    return [specimen for specimen in found if _is_sound(specimen)]


def _is_sound(specimen: Specimen) -> bool:
    """Whether the record needs no other record and no file beside it."""
    with tempfile.TemporaryDirectory(prefix="changebook-trial-") as folder:
        _write(Path(folder), specimen.profile, Damaged(specimen.name, specimen.text.encode(), ()))
        return not errors(load_checked(Path(folder))[1])


def damaged(specimen: Specimen, random: Random, number: int) -> Damaged:
    """Put words into a record, and damage it in one to four ways."""
    words: list[str] = []

    def marked(match: re.Match[str]) -> str:
        words.append(f"zq{number}v{len(words)}qz")
        return f"{match[0].rstrip()} {words[-1]}"

    text = _ENDS.sub(marked, specimen.text)
    for _ in range(3):
        words.append(f"zq{number}v{len(words)}qz")
        text += f"\nA paragraph with {words[-1]} in it.\n"
    content = text.encode()
    for _ in range(random.choice((1, 1, 2, 4))):
        content = random.choice(_WAYS)(content, random)
    return Damaged(specimen.name, content, tuple(words))


def _mark(content: bytes, random: Random) -> bytes:
    at = random.randrange(len(content))
    while at < len(content) and content[at] & 0xC0 == 0x80:  # not within a letter
        at += 1
    return content[:at] + random.choice(_MARKS).encode() + content[at:]


def _of_lines(change: Callable[[list[bytes], int], None]) -> Callable[[bytes, Random], bytes]:
    def way(content: bytes, random: Random) -> bytes:
        lines = content.split(b"\n")
        change(lines, random.randrange(len(lines)))
        return b"\n".join(lines)

    return way


def _twice(lines: list[bytes], at: int) -> None:
    lines.insert(at, lines[at])


def _indented(lines: list[bytes], at: int) -> None:
    lines[at] = b"  " + lines[at]


def _outdented(lines: list[bytes], at: int) -> None:
    lines[at] = lines[at].removeprefix(b"  ")


def _swapped(lines: list[bytes], at: int) -> None:
    lines[at - 1], lines[at] = lines[at], lines[at - 1]


def _joined(lines: list[bytes], at: int) -> None:
    lines[at : at + 2] = [b" ".join(lines[at : at + 2])]


def _any_byte(content: bytes, random: Random) -> bytes:
    at = random.randrange(len(content))
    return content[:at] + bytes([random.randrange(256)]) + content[at + 1 :]


def _line_ends(content: bytes, random: Random) -> bytes:
    return content.replace(b"\n", random.choice((b"\r\n", b"\r")))


_WAYS: Sequence[Callable[[bytes, Random], bytes]] = (
    *(_mark,) * 8, _of_lines(_twice), _of_lines(_indented), _of_lines(_outdented),
    _of_lines(_swapped), _of_lines(_joined), _any_byte, _line_ends,
)  # fmt: skip


class Hangs(Exception):
    """It took so long that nobody waits for it."""


def _hang(number: int, frame: FrameType | None) -> None:
    raise Hangs


def _timed(task: Callable[[], object]) -> tuple[float, str]:
    """Do something; its CPU seconds, and the traceback that it ended with."""
    signal.signal(signal.SIGALRM, _hang)
    signal.alarm(_HANGS)
    start, said = time.process_time(), ""
    try:
        task()
    except Hangs:
        return float(_HANGS), ""
    except Exception:  # noqa: BLE001 - whatever it fails with
        said = traceback.format_exc(limit=-3)
    finally:
        signal.alarm(0)
    return time.process_time() - start, said


def _write(root: Path, profile: str, record: Damaged) -> Path:
    for file in root.glob("changes/client/*.md"):
        file.unlink()
    folder = root / "changes" / "client"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "client.md").write_text(profile, "utf-8")
    (folder / record.name).write_bytes(record.content)
    return folder / record.name


def checks(times: int, random: Random, samples: Path) -> Figures:
    """Check damaged records, each in a workspace of its own."""
    found = figures(
        "a damaged record, checked",
        "with a traceback",
        "over 2 s",
        "not located",
        "dropped in silence",
    )
    chosen = specimens(samples)
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    with tempfile.TemporaryDirectory(prefix="changebook-trial-") as folder:
        root = Path(folder)
        for number in range(times):
            specimen = random.choice(chosen)
            record = damaged(specimen, random, number)
            file = _write(root, specimen.profile, record)
            result: list[tuple[Workspace, list[Problem]]] = []
            seconds, said = _timed(partial(_check_into, root, result))
            slowest = max(slowest, seconds)
            found.times += 1
            where = f"number {number} of {specimen.name}: "
            if said:
                found.fault("with a traceback", where + said)
                continue
            if seconds > _LIMITS["check"]:
                found.fault("over 2 s", f"{where}{seconds:.1f}")
                continue
            workspace, problems = result[0]
            own = [problem for problem in problems if problem.path.endswith(record.name)]
            lines = re.split(rb"\r\n|\r|\n", record.content)
            if any(not 1 <= problem.line <= len(lines) + 1 for problem in own):
                found.fault("not located", where + str(own[:2]))
            outcomes["an error" if errors(problems) else "a warning" if problems else "none"] += 1
            if not problems and (lost := list(_unread(workspace, record, file))):
                found.fault("dropped in silence", f"{where}{lost}")
    found.seen = (
        f"{outcomes['an error']:,} with an error, {outcomes['a warning']:,} with a warning, "
        f"{outcomes['none']:,} read as they are; the slowest took {slowest:.1f} s"
    )
    return found


def _check_into(root: Path, result: list[tuple[Workspace, list[Problem]]]) -> None:
    result.append(load_checked(root))


def _unread(workspace: Workspace, record: Damaged, file: Path) -> Iterator[str]:
    """Yield the words that are not in what was read of the record, and are in no comment."""
    text = _uncommented(file.read_text("utf-8", errors="replace"))
    read = "".join(
        each.data.model_dump_json() + each.file.read_text("utf-8").partition("\n---")[2]
        for client in workspace.clients
        for each in client.records
    )
    yield from (word for word in record.words if word in text and word not in read)


def _uncommented(text: str) -> str:
    """Return a record without what its writer set apart: comments, and what is internal."""
    front, rule, body = text.partition("\n---")
    front = re.sub(r"(?m)(^|[ \t])#.*$", "", front)
    body = re.sub(r"(?s)<!--.*?-->|::: internal.*?\n:::|<\?.*?\?>|<!.*?>", "", body)
    return front + rule + body


def builds(times: int, random: Random, samples: Path) -> Figures:
    """Build damaged records, some together; those with errors must stop only their own build."""
    found = figures(
        "a damaged record, built", "with a traceback", "over 5 s", "published with errors",
        "dropped in silence",
    )  # fmt: skip
    by_profile: dict[str, list[Specimen]] = {}
    for specimen in specimens(samples):
        by_profile.setdefault(specimen.profile, []).append(specimen)
    outcomes: Counter[str] = Counter()
    slowest, number = 0.0, 0
    while found.times < times:
        group: list[Damaged] = []
        several = random.choice(list(by_profile.values()))
        for specimen in random.sample(several, min(_TOGETHER, len(several), times - found.times)):
            group.append(damaged(specimen, random, number))
            number += 1
        profile = several[0].profile
        sound, slow = _build_group(profile, group, found, outcomes)
        slowest = max(slowest, slow)
        found.times += len(group)
        outcomes["published"] += sound
    found.seen = (
        f"{outcomes['published']:,} published, {found.times - outcomes['published']:,} refused by "
        f"name; up to {_TOGETHER} together, the slowest such build took {slowest:.1f} s"
    )
    return found


def _build_group(
    profile: str, group: list[Damaged], found: Figures, outcomes: Counter[str]
) -> tuple[int, float]:
    """Build the records one by one where they have errors, and the others together."""
    with tempfile.TemporaryDirectory(prefix="changebook-trial-") as folder:
        root = Path(folder)
        sound = [record for record in group if not _refused(root, profile, record, found)]
        problems = _write_all(root, profile, sound)
        # What fits by itself need not fit together.
        if wrong := {Path(problem.path).name for problem in errors(problems)}:
            sound = [record for record in sound if record.name not in wrong]
            problems = _write_all(root, profile, sound)
        if not sound or errors(problems):
            return 0, 0.0
        seconds, said = _timed(lambda: build(root, jobs=1))
        limited = seconds if seconds <= _LIMITS["build"] else _slowest_alone(profile, sound)
        _judge(found, " ".join(record.name for record in sound), limited, said)
        outcomes["together"] += len(sound)
        for record in sound if not said else ():
            _judge_pages(root, record, problems, found)
        return len(sound), seconds


def _refused(root: Path, profile: str, record: Damaged, found: Figures) -> bool:
    """Whether a record has errors; then a build must publish nothing of it."""
    _write(root, profile, record)
    if not errors(load_checked(root)[1]):
        return False
    seconds, said = _timed(lambda: build(root, jobs=1))
    _judge(found, record.name, seconds, said)
    if (root / "site" / "client").exists():
        found.fault("published with errors", record.name)
    return True


def _write_all(root: Path, profile: str, records: list[Damaged]) -> list[Problem]:
    """Write these records and no others; the problems of all of them."""
    for file in root.glob("changes/client/*.md"):
        file.unlink()
    folder = root / "changes" / "client"
    (folder / "client.md").write_text(profile, "utf-8")
    for record in records:
        (folder / record.name).write_bytes(record.content)
    return load_checked(root)[1]


def _slowest_alone(profile: str, records: list[Damaged]) -> float:
    """Return what the slowest of the records takes by itself."""
    slowest = 0.0
    with tempfile.TemporaryDirectory(prefix="changebook-trial-") as folder:
        for record in records:
            _write(Path(folder), profile, record)
            slowest = max(slowest, _timed(lambda: build(Path(folder), jobs=1))[0])
    return slowest


def _judge(found: Figures, names: str, seconds: float, said: str) -> None:
    if said:
        found.fault("with a traceback", f"{names}: {said}")
    if seconds > _LIMITS["build"]:
        found.fault("over 5 s", f"{names}: {seconds:.1f}")


def _judge_pages(root: Path, record: Damaged, problems: list[Problem], found: Figures) -> None:
    """Count a word that the pages do not have, of a record that nothing was said of."""
    if any(problem.path.endswith(record.name) for problem in problems):
        return
    pages = "".join(
        page.read_text("utf-8") for page in (root / "site/client/changes").rglob("*.html")
    )
    text = _uncommented(record.content.decode("utf-8", errors="replace"))
    if lost := [word for word in record.words if word in text and word not in pages]:
        found.fault("dropped in silence", f"{record.name}: {lost}\n{text}")
