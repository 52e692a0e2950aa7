"""Time `changebook check` and `build` beside stock MkDocs with Material, on the same bodies.

    python benchmarks/run.py --corpus DIR

Prints a Markdown table and the facts of the machine. Nothing is asserted about the times.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import yaml

from changebook import __version__
from corpus_workspace import make_workspace

_CHANGEBOOK = (sys.executable, "-m", "changebook")
_PACKAGES = ("mkdocs", "mkdocs-material", "Markdown", "pydantic", "PyYAML")
_CORES = len(os.sched_getaffinity(0))


@dataclass(frozen=True)
class Job:
    """One command to time; `fresh` is the folder that it writes, deleted before each run."""

    name: str
    command: tuple[str, ...]
    against: str | None = None
    fresh: Path | None = None
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


def jobs(root: Path) -> tuple[Job, ...]:
    """What is compared, in the order of the table."""
    site, loop = root / "site", "stock, a site per client, one after another"
    # `paper.py` times PDFs: stock MkDocs makes none.
    ours = ("--workspace", str(root / "repaired"), "--out", str(site))
    build = (*_CHANGEBOOK, "build", "--no-pdf", *ours)
    together = f"stock, a site per client, {_CORES} at a time"
    one_site = root / "one-site"
    return (
        Job(
            "changebook check, repaired",
            (*_CHANGEBOOK, "check", "--workspace", str(root / "repaired")),
        ),
        Job(
            "changebook check, as published",
            (*_CHANGEBOOK, "check", "--workspace", str(root / "published")),
            fails=True,
        ),
        Job("changebook build", build, together, site),
        Job("changebook build --jobs 1", (*build, "--jobs", "1"), loop, site),
        Job(together, _stock_loop(root / "stock", _CORES), fresh=root / "stock-out"),
        Job(loop, _stock_loop(root / "stock", 1), fresh=root / "stock-out"),
        Job("stock, one site for all clients", _stock(one_site), fresh=root / "one-site-out"),
    )


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
        if file.suffix != ".md":
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
    """Run a job that often, timed by hyperfine where it is installed."""
    with tempfile.TemporaryDirectory() as folder:
        memory = Path(folder, "memory")
        command = job.command
        if time_command := shutil.which("time"):
            command = (time_command, "-a", "-o", str(memory), "-q", "-f", "%M", *command)
        hyperfine = shutil.which("hyperfine")
        timer = _by_hyperfine if hyperfine else _by_clock
        seconds = timer(job, command, runs, Path(folder))
        kilobytes = [int(line) for line in memory.read_text().split()] if memory.exists() else []
    return Measured(seconds, max(kilobytes, default=0) / 1024)


def _by_hyperfine(job: Job, command: tuple[str, ...], runs: int, folder: Path) -> tuple[float, ...]:
    result = folder / "result.json"
    arguments = [
        "hyperfine", "--style", "none", "-N", "--runs", str(runs), "--export-json", str(result),
    ]  # fmt: skip
    if job.fresh:
        arguments += ["--prepare", f"rm -rf {shlex.quote(str(job.fresh))}"]
    if job.fails:
        arguments.append("--ignore-failure")
    done = subprocess.run(
        [*arguments, shlex.join(command)], check=False, capture_output=True, text=True
    )
    if done.returncode:
        # hyperfine tells that a command failed, not why.
        raise SystemExit(f"{job.name} failed:\n{done.stderr}{_say_why(command)}")
    measured = json.loads(result.read_text())["results"][0]
    _expect(job, set(measured["exit_codes"]), command)
    return tuple(measured["times"])


def _by_clock(job: Job, command: tuple[str, ...], runs: int, _: Path) -> tuple[float, ...]:
    seconds: list[float] = []
    for _run in range(runs):
        if job.fresh:
            shutil.rmtree(job.fresh, ignore_errors=True)
        start = time.perf_counter()
        done = subprocess.run(
            command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        seconds.append(time.perf_counter() - start)
        _expect(job, {done.returncode}, command)
    return tuple(seconds)


def _expect(job: Job, codes: set[int], command: tuple[str, ...]) -> None:
    """Refuse to report the time of a command that did not do its work."""
    if codes != {1 if job.fails else 0}:
        raise SystemExit(f"{job.name} ended with {sorted(codes)}:\n{_say_why(command)}")


def _say_why(command: tuple[str, ...]) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return (done.stdout + done.stderr)[-4000:]


def table(results: dict[Job, Measured]) -> str:
    """The results as a Markdown table."""
    medians = {job.name: measured.median for job, measured in results.items()}
    lines = ["| command | seconds | all runs | peak memory, MB | ratio |", "|---|--:|---|--:|---|"]
    for job, measured in results.items():
        runs = ", ".join(f"{second:.2f}" for second in measured.seconds)
        ratio = ""
        if job.against:
            ratio = f"{measured.median / medians[job.against]:.2f} × {job.against}"
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
    timer = "hyperfine" if shutil.which("hyperfine") else "time.perf_counter"
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"{_CORES} cores of {cpu}, {memory:.0f} GiB; {platform.platform()}; "
        f"Python {platform.python_version()}; changebook {__version__}, {packages}; "
        f"timed by {timer}."
    )


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, required=True, help="folder of eip-*.md files")
    parser.add_argument("--clients", type=int, default=10)
    parser.add_argument("--records", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=3, help="the median of so many (default: 3)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="changebook-bench-") as folder:
        root = Path(folder)
        for name, repaired in (("published", False), ("repaired", True)):
            make_workspace(
                given.corpus,
                root / name,
                count=given.clients,
                records=given.records,
                seed=given.seed,
                repaired=repaired,
            )
        found = {name: problems(root / name) for name in ("published", "repaired")}
        make_stock(root / "repaired", root)
        results: dict[Job, Measured] = {}
        for job in jobs(root):
            print(f"timing {job.name} ...", file=sys.stderr, flush=True)
            results[job] = measure(job, given.runs)
    print(f"{given.clients} clients, {given.records} records, median of {given.runs}.\n")
    for name, counts in found.items():
        print(f"Problems found in the {name} workspace: {counts}.\n")
    print(f"{table(results)}\n\n{machine()}")


if __name__ == "__main__":
    main()
