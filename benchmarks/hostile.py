"""Bodies that nobody writes, signs repeated up to the size limit, and what each costs.

    python benchmarks/hostile.py [--size 480000] [NAME ...]

Each body goes into a record of its own workspace, so a time holds the start of the command and the
rest of its work. Over two seconds of a check and five of a build are marked: then a located problem
should say what makes it slow.
"""

from __future__ import annotations

import argparse
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from changebook.read.source import SIZE_LIMIT

SIGNS = {
    "links": "[a](b) ", "links to a page": "[a](https://a.example) ", "[": "[", "]": "]",
    "![": "![", "[a](": "[a](", "[a](<b": "[a](<b", "[a][b]": "[a][b] ", "[^1]": "[^1] ",
    "pictures": "![a](b.png) ", "definitions": "[{n}]: a\n", "notes": "[^{n}]: a\n\n",
    "*": "*", "*a ": "*a ", "_a_": "_a_ ", "a**b": "a**b", "**a *b": "**a *b ", "**\n": "**\n",
    "`": "`", "``` open": "```a\n", "```": "```\n", "mermaid": "```mermaid\na\n```\n",
    "> >": "> ", ">>": ">", "- ": "- ", "1. ": "1. ", "- [ ]": "- [ ] a\n", "a\n: b": "a\n: b\n\n",
    "<!--": "<!--", "<?": "<?", "<": "<", "</": "</", "<a ": "<a ", "<b>": "<b>", "<svg>": "<svg>",
    "<!A": "<!A ", "<![CDATA[": "<![CDATA[", "<div>\n": "<div>\n", "<a b=": "<a b=",
    "|": "|", "|-": "|-", "| a |\n": "| a | b |\n", "# a\n": "# a\n", "---\n": "---\n",
    "&": "&", "&amp;": "&amp;", "&#": "&#", "http:": "http://a.b ", "www.": "www.", "a@": "a@",
    "a@b.cc": "a@b.cc ", ":": ":", "::: ": "::: ", "!!! note": "!!! note\n",
    '=== "a"': '=== "a"\n', "~": "~", "^": "^", "==": "==", "++": "++", "{": "{",
    "{: .a }": "{: .a }", "a {.b}": "a {.b} ", "empty lines": "\n\n",
    "spaces": " " * 8, "tabs": "\t", "\\": "\\",
    "$": "$", "(": "(", '"': '"', "'": "'", "*[a]: b": "*[a]: b\n", "{++": "{++", ":a:": ":a:",
    "letters": "a", "中": "中", "中**文**": "中**文**",
}  # fmt: skip
LIMITS = {"check": 2.0, "build": 5.0}


def body(sign: str, size: int) -> str:
    """Return the sign as often as it fits, numbered where it asks for that."""
    if "{n}" in sign:
        return "".join(sign.replace("{n}", f"{n:06}") for n in range(size // (len(sign) + 3)))
    return sign * (size // len(sign.encode()))


def seconds(folder: Path, command: str) -> tuple[float, str]:
    """Run a command of Changebook; return its CPU seconds and the rules that it names."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    extra = ["--no-pdf"] if command == "build" else []
    ran = subprocess.run(
        [sys.executable, "-m", "changebook", command, *extra, "--workspace", folder, "--jobs", "1"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if ran.returncode not in (0, 1) or "Traceback" in ran.stderr:
        sys.exit(f"{command} failed:\n{ran.stderr}")
    told = re.findall(r"(?m)^(?:error|warning)\[(.+?)\]", ran.stdout + ran.stderr)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used, " ".join(sorted(set(told)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=SIZE_LIMIT - 20_000)
    parser.add_argument("names", nargs="*")
    given = parser.parse_args()
    print("| body | check, CPU s | build, CPU s | told |\n|---|--:|--:|---|")
    for name in given.names or SIGNS:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            subprocess.run(
                [sys.executable, "-m", "changebook", "init", folder],
                capture_output=True,
                check=True,
            )
            record = next(folder.glob("changes/*/*/*gift-cards.md"))
            record.write_text(f"{record.read_text('utf-8')}\n\n{body(SIGNS[name], given.size)}\n")
            found = {command: seconds(folder, command) for command in LIMITS}
        cells = [
            f"{used:.1f}{' **slow**' if used > LIMITS[command] else ''}"
            for command, (used, _) in found.items()
        ]
        print(f"| `{name.strip()}` | {' | '.join(cells)} | {found['check'][1]} |", flush=True)


if __name__ == "__main__":
    main()
