"""Try to break Changebook, and write the figures into docs/reliability.md.

    nice python benchmarks/reliability.py [TRIAL ...] [--times N] [--seed 1] [--write]

Without `--write` the table is printed. With it, the lines of these trials are replaced in the page,
so that long trials can be run one at a time. `--small` runs each a few times, as a test does.
A fault makes the exit code 1, with examples of it.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import fuzzing
import interrupted
import payloads
from trials import Figures

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reliability.md"
_Trial = Callable[[int, Random], Figures]
#: Each trial: how often it is run, and how often as a test.
TRIALS: dict[str, tuple[int, int, _Trial]] = {
    "kills": (150, 2, lambda n, r: interrupted.kills(n, r, pdf=False, warm=False)),
    "kills-warm": (200, 1, lambda n, r: interrupted.kills(n, r, pdf=False, warm=True)),
    "kills-pdf": (50, 0, lambda n, r: interrupted.kills(n, r, pdf=True, warm=False)),
    "kills-pdf-warm": (100, 0, lambda n, r: interrupted.kills(n, r, pdf=True, warm=True)),
    "disk": (40, 2, lambda n, r: interrupted.full_disk(n, pdf=False)),
    "disk-pdf": (20, 0, lambda n, r: interrupted.full_disk(n, pdf=True)),
    "disk-commands": (1, 1, lambda n, r: interrupted.full_disk_of_commands()),
    "two": (20, 1, interrupted.two_at_once),
    "check": (10_000, 50, lambda n, r: fuzzing.checks(n, r, ROOT)),
    "build": (2_000, 8, lambda n, r: fuzzing.builds(n, r, ROOT)),
    "payloads": (len(payloads.PAYLOADS), 8, payloads.runs),
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trials", nargs="*", choices=[[], *TRIALS], metavar="TRIAL")
    parser.add_argument("--times", type=int, help="how often, instead of what the page says")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    failed = False
    for name in given.trials or TRIALS:
        full, small, trial = TRIALS[name]
        times = given.times or (small if given.small else full)
        if not times:
            continue
        found = trial(times, Random(given.seed))
        print(found.row(), flush=True)
        failed |= any(found.faults.values())
        print("\n".join(found.examples), file=sys.stderr, flush=True)
        if given.write:
            write(PAGE, found.row())
    sys.exit(failed)


def write(page: Path, row: str) -> None:
    """Put a line of figures into the page's table, in the place of the one of the same trial."""
    text = page.read_text("utf-8")
    begin = re.escape(row.split(" | ", maxsplit=1)[0] + " | ")
    new, count = re.subn(f"(?m)^{begin}.*$", lambda _: row, text)
    if not count:
        raise SystemExit(f"{page} has no line that begins with {row.split(' | ', maxsplit=1)[0]}")
    page.write_text(new, "utf-8")


if __name__ == "__main__":
    main()
