"""Time `changebook` beside stock MkDocs with Material, on the same bodies.

    python benchmarks/run.py --corpus DIR [--without GROUP ...]

Prints a Markdown table, how long a save takes in a preview, how many documents a process makes, and
the facts of the machine. Nothing is asserted about the times.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import yaml

from changebook import __version__
from corpus_workspace import make_workspace
from paper import compare
from preview import preview

_CHANGEBOOK = (sys.executable, "-m", "changebook")
_PACKAGES = ("mkdocs", "mkdocs-material", "Markdown", "pydantic", "PyYAML")
_CORES = len(os.sched_getaffinity(0))
#: How often memory is looked at, in seconds: often enough for what lasts, too seldom to disturb.
_LOOK = 0.2
GROUPS = (
    *("help", "check", "build", "stock", "large", "large-build", "clients", "records"),
    *("preview", "documents"),
)
_SAMPLES = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Job:
    """One command to time.

    Before each run the `fresh` folders go, the `before` command runs, and a line is added to the
    record `edited`. `records` is how many there are, where the time for each of them is compared.
    """

    group: str
    name: str
    command: tuple[str, ...]
    against: str | None = None
    fresh: tuple[Path, ...] = ()
    before: tuple[str, ...] = ()
    edited: Path | None = None
    records: int = 1
    fails: bool = False


@dataclass(frozen=True)
class Measured:
    """Wall-clock seconds of each run, and the largest process's memory in MB."""

    seconds: tuple[float, ...]
    memory: float

    @property
    def median(self) -> float:
        """The middle one of the runs."""
        return statistics.median(self.seconds)


@dataclass(frozen=True)
class Bench:
    """A workspace with a store and an output folder of its own, and how many records it has."""

    root: Path
    records: int

    def check(self, group: str, name: str, state: str, *, fails: bool = False) -> Job:
        """Time a check, where the store is fresh or knows all, or all but one record."""
        kept = self._beside("checked")
        command = (*_CHANGEBOOK, "check", "--workspace", str(self.root), "--cache", str(kept))
        return self._in_state(group, f"{name}, {state}", command, state, (kept,), fails=fails)

    def build(self, group: str, name: str, state: str, against: str, *more: str) -> Job:
        """Time a build without PDFs, of which `paper.py` times some: stock MkDocs makes none."""
        kept, out = self._beside("kept"), self._beside("site")
        command = (
            *(*_CHANGEBOOK, "build", "--no-pdf", "--workspace", str(self.root)),
            *("--cache", str(kept), "--out", str(out), *more),
        )
        return self._in_state(group, f"{name}, {state}", command, state, (kept, out), against)

    def _beside(self, name: str) -> Path:
        return self.root.with_name(f"{self.root.name}-{name}")

    def _in_state(
        self,
        group: str,
        name: str,
        command: tuple[str, ...],
        state: str,
        fresh: tuple[Path, ...],
        against: str | None = None,
        fails: bool = False,
    ) -> Job:
        if state == COLD:
            return Job(group, name, command, against, fresh, records=self.records, fails=fails)
        edited = next(self._seen(), None) if state == EDITED else None
        return Job(group, name, command, against, (), command, edited, self.records, fails)

    def _seen(self) -> Iterator[Path]:
        """The records that a client sees, and that no seal holds."""
        for file in sorted(self.root.glob("changes/*/*/*.md")):
            text = file.read_text("utf-8")
            is_open = re.search("^status: (submitted|assessing)$", text, re.MULTILINE)
            if is_open and "visibility: client" in text:
                yield file


COLD, SAME, EDITED = "cold", "nothing changed", "one record changed"


def jobs(root: Path, sizes: dict[str, int]) -> tuple[Job, ...]:
    """What is compared, in the order of the table."""
    bench = {name: Bench(root / name, records) for name, records in sizes.items()}
    repaired, large = bench["repaired"], bench["large"]
    stock, loop = f"stock, a site per client, {_CORES} at a time", "stock, one after another"
    twenty = f"build of 20 clients, {bench['clients-20'].records} records"
    two = f"build of 2 clients, {bench['clients-2'].records} records"
    many = f"build of one client, {bench['records-many'].records} records"
    few = f"build of one client, {bench['records-few'].records} records"
    one_at_once = ("--jobs", "1")
    return (
        Job("help", "changebook --help", (*_CHANGEBOOK, "--help")),
        *(repaired.check("check", "check", state) for state in (COLD, SAME, EDITED)),
        bench["published"].check("check", "check, as published", COLD, fails=True),
        *(repaired.build("build", "build", state, stock) for state in (COLD, SAME, EDITED)),
        repaired.build("build", "build --jobs 1", COLD, loop, *one_at_once),
        Job("stock", stock, _stock_loop(root / "stock", _CORES), fresh=(root / "stock-out",)),
        Job("stock", loop, _stock_loop(root / "stock", 1), fresh=(root / "stock-out",)),
        Job("stock", "stock, one site for all clients", _stock(root / "one-site"),
            fresh=(root / "one-site-out",)),
        *(large.check("large", f"check of {large.records} records", s) for s in (COLD, SAME)),
        large.build("large-build", f"build of {large.records} records", COLD, ""),
        bench["clients-20"].build("clients", twenty, COLD, f"{two}, {COLD}", *one_at_once),
        bench["clients-2"].build("clients", two, COLD, "", *one_at_once),
        bench["records-many"].build("records", many, COLD, f"{few}, {COLD}", *one_at_once),
        bench["records-few"].build("records", few, COLD, "", *one_at_once),
    )  # fmt: skip


def _stock(project: Path) -> tuple[str, ...]:
    return (sys.executable, "-m", "mkdocs", "build", "-q", "-f", str(project / "mkdocs.yml"))


def _stock_loop(projects: Path, at_once: int) -> tuple[str, ...]:
    script = 'ls -d "$0"/*/ | xargs -P "$1" -I {} "$2" -m mkdocs build -q -f {}mkdocs.yml'
    return ("sh", "-c", script, str(projects), str(at_once), sys.executable)


def problems(workspace: Path) -> str:
    """How many problems `check` finds, by rule; a check that crashed has no such list."""
    command = (*_CHANGEBOOK, "check", "--workspace", str(workspace), "--format", "json")
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    try:
        rules = Counter(problem["rule"] for problem in json.loads(done.stdout))
    except json.JSONDecodeError:
        raise SystemExit(f"changebook check failed:\n{done.stderr[-4000:]}") from None
    return ", ".join(f"{count} {rule}" for rule, count in rules.most_common()) or "none"


def make_stock(workspace: Path, root: Path) -> None:
    """What clients may read of the workspace as plain pages: a project each, and one for all."""
    for folder in sorted((workspace / "changes").iterdir()):
        profile = yaml.safe_load((folder / "client.md").read_text("utf-8").split("---\n", 2)[1])
        project = root / "stock" / folder.name
        _copy_pages(folder, project / "docs")
        _configure(project, root / "stock-out" / folder.name, profile["language"])
        _copy_pages(folder, root / "one-site" / "docs" / folder.name)
    (root / "one-site" / "docs" / "index.md").write_text("# All clients\n", "utf-8")
    _configure(root / "one-site", root / "one-site-out", "en")


def _copy_pages(client: Path, docs: Path) -> None:
    for file in sorted(path for path in client.rglob("*") if path.is_file()):
        copy = docs / file.relative_to(client)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix != ".md" or file.name == "glossary.md":
            shutil.copyfile(file, copy)
            continue
        _, front, body = file.read_text("utf-8").split("---\n", 2)
        if file.name == "client.md":
            (docs / "index.md").write_text(f"# {yaml.safe_load(front)['name']}\n\n{body}", "utf-8")
            continue
        keys = yaml.safe_load(front)
        if keys["visibility"] == "client" and keys["status"] != "draft":
            title = yaml.safe_dump({"title": keys["title"]}, allow_unicode=True)
            copy.write_text(f"---\n{title}---\n{body}", "utf-8")


def _configure(project: Path, out: Path, language: str) -> None:
    """Material as its documentation sets it up, with the search of the client's language."""
    chinese = language == "zh-CN"
    config = {
        "site_name": project.name,
        "docs_dir": "docs",
        "site_dir": str(out),
        "theme": {"name": "material", "font": False, "language": "zh" if chinese else "en"},
        "plugins": [{"search": {"lang": ["zh", "en"] if chinese else "en"}}],
        "nav": ["index.md"],
        "not_in_nav": "*",
        "markdown_extensions": [
            "abbr", "admonition", "attr_list", "def_list", "footnotes", "md_in_html", "tables",
            {"toc": {"permalink": True}},
            "pymdownx.details", "pymdownx.highlight", "pymdownx.inlinehilite",
            "pymdownx.superfences",
            {"pymdownx.tasklist": {"custom_checkbox": True}},
        ],
    }  # fmt: skip
    (project / "mkdocs.yml").write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")


def measure(job: Job, runs: int) -> Measured:
    """Run a job that often."""
    measured = [_once(job) for _ in range(runs)]
    return Measured(tuple(m[0] for m in measured), max(m[1] for m in measured))


def _once(job: Job) -> tuple[float, float]:
    """Return the seconds that a run took, and the memory of its largest process in MB."""
    for folder in job.fresh:
        shutil.rmtree(folder, ignore_errors=True)
    if job.before:
        _expect(job, subprocess.run(job.before, check=False, capture_output=True).returncode)
    if job.edited:
        with job.edited.open("a", encoding="utf-8") as text:
            text.write(f"\nAnd once more at {time.time_ns()}.\n")
    nobody, memory, start = subprocess.DEVNULL, 0.0, time.perf_counter()
    # A session of its own, by which its processes are known.
    running = subprocess.Popen(job.command, stdout=nobody, stderr=nobody, start_new_session=True)
    while True:
        try:
            code = running.wait(_LOOK)
        except subprocess.TimeoutExpired:
            memory = max([memory, *_memory(running.pid)])
        else:
            seconds = time.perf_counter() - start
            _expect(job, code)
            return seconds, memory


def _memory(session: int) -> Iterator[float]:
    """Yield the most that each process of a session has held so far, in MB."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(process.name)) == session:
                held = re.search(r"VmHWM:\s+(\d+)", (process / "status").read_text())
                yield int(held[1]) / 1024 if held else 0
        except OSError:
            continue  # it has just ended


def _expect(job: Job, code: int) -> None:
    """Refuse to report the time of a command that did not do its work."""
    if code != (1 if job.fails else 0):
        done = subprocess.run(job.command, check=False, capture_output=True, text=True)
        said = (done.stdout + done.stderr)[-4000:]
        raise SystemExit(f"{job.name} ended with {code}: {shlex.join(job.command)}\n{said}")


def table(results: dict[Job, Measured]) -> str:
    """The results as a Markdown table."""
    by_name = {job.name: (job, measured) for job, measured in results.items()}
    lines = ["| command | seconds | all runs | peak memory, MB | ratio |", "|---|--:|---|--:|---|"]
    for job, measured in results.items():
        runs = ", ".join(f"{second:.2f}" for second in measured.seconds)
        ratio = ""
        if job.against in by_name:
            other, theirs = by_name[job.against]
            ratio = f"{measured.median / theirs.median:.2f} × {other.name}"
            if other.records not in (1, job.records):
                each = measured.median / job.records / (theirs.median / other.records)
                ratio = f"{each:.2f} × the time for each record of {other.name}"
        memory = f"{measured.memory:.0f}" if measured.memory else "–"
        lines.append(f"| {job.name} | {measured.median:.2f} | {runs} | {memory} | {ratio} |")
    return "\n".join(lines)


def machine() -> str:
    """What the figures depend on."""
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in _lines(Path("/proc/cpuinfo"))
            if line.startswith("model name")
        ),
        platform.processor() or platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"{_CORES} cores of {cpu}, {memory:.0f} GiB; {platform.platform()}; "
        f"Python {platform.python_version()}; changebook {__version__}, {packages}."
    )


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, required=True, help="folder of eip-*.md files")
    parser.add_argument("--clients", type=int, default=10)
    parser.add_argument("--records", type=int, default=1000)
    parser.add_argument("--large", type=int, default=10_000, help="records of 20 clients")
    parser.add_argument("--each", type=int, default=100, help="records of each of 20 or 2 clients")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=3, help="the median of so many (default: 3)")
    parser.add_argument("--without", action="append", default=[], choices=GROUPS)
    given = parser.parse_args()
    # Installed packages are compiled; what is timed here should not be compiled each time either.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sizes = {  # clients and records, and whether links are repaired
        "published": (given.clients, given.records),
        "repaired": (given.clients, given.records),
        "large": (20, given.large),
        "clients-20": (20, 20 * given.each),
        "clients-2": (2, 2 * given.each),
        "records-many": (1, 20 * given.each),
        "records-few": (1, 2 * given.each),
    }
    with tempfile.TemporaryDirectory(prefix="changebook-bench-") as folder:
        root = Path(folder)
        for name, (count, records) in sizes.items():
            if name.partition("-")[0] not in given.without:
                make_workspace(
                    given.corpus,
                    root / name,
                    count=count,
                    records=records,
                    seed=given.seed,
                    repaired=name != "published",
                )
        found = {name: problems(root / name) for name in ("published", "repaired")}
        make_stock(root / "repaired", root)
        results: dict[Job, Measured] = {}
        quick = Path(shutil.copytree(root / "repaired", root / "quick"))
        for job in jobs(root, {name: records for name, (_, records) in sizes.items()}):
            if job.group not in given.without:
                print(f"timing {job.name} ...", file=sys.stderr, flush=True)
                results[job] = measure(job, 1 if job.group == "large-build" else given.runs)
        print(f"{given.clients} clients, {given.records} records, median of {given.runs}.\n")
        for name, counts in found.items():
            print(f"Problems found in the {name} workspace: {counts}.\n")
        print(f"{table(results)}\n", flush=True)
        if "preview" not in given.without:
            preview(quick, min(path.name for path in (quick / "changes").iterdir()), given.runs)
            preview(_SAMPLES, None, given.runs)
        if "documents" not in given.without:
            compare(root)
    print(machine())


if __name__ == "__main__":
    main()
