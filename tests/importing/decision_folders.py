"""Folders of decision records as people keep them for years, each in a slightly different way."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_TITLES = (
    "Record architecture decisions",
    "Use PostgreSQL for orders",
    "订单服务拆分为独立部署",
    "Keep `sessions` in Redis",
    "Drop Internet Explorer 11",
    "支付回调改为异步处理",
)
_SLUGS = ("record-decisions", "use-postgresql", "split-orders", "sessions", "drop-ie11", "callback")


def _title(n: int) -> str:
    return f"{_TITLES[n % 6]} ({n})"


def _name(n: int) -> str:
    return f"{n:04}-{_SLUGS[n % 6]}.md"


def _folder(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "README.md").write_text("# Our decisions\n\nSee [the first](0001-x.md).\n", "utf-8")
    return folder


def madr(folder: Path, count: int = 33) -> Path:
    """Write records of MADR 2, 3 and 4 in turn; every tenth is superseded by the next one."""
    files = {}
    for n in range(1, count + 1):
        version = n % 3 + 2
        is_old, is_new = n % 10 == 0, n % 10 == 1 and n > 1
        status = f"superseded by [ADR-{n + 1:04}]({_name(n + 1)})" if is_old else "accepted"
        status = "proposed" if n % 7 == 3 and not is_old else status
        head = (
            f"# {_title(n)}\n\n* Status: {status}\n* Deciders: 陈瑜, Lin Wei\n* Date: "
            f"2025-0{n % 9 + 1}-05\n\nTechnical Story: [the ticket](https://tickets.example/7)\n"
            if version == 2
            else f'---\nstatus: "{status}"\ndate: 2025-0{n % 9 + 1}-05\n'
            f"{'deciders' if version == 3 else 'decision-makers'}: [陈瑜, Lin Wei]\n"
            f"consulted: 运维组\ninformed: everyone\n---\n\n# {_title(n)}\n"
        )
        outcome = f'Chosen option: "A{n}", because 团队**已有**经验.'
        if is_new:
            outcome += f"\n\nIt replaces [the old one]({_name(n - 1)}#decision-outcome)."
        consequences = (
            "### Positive Consequences\n\n* fewer parts\n\n### Negative Consequences\n\n* one more"
            if version == 2
            else "### Consequences\n\n* Good, because fewer parts\n* Bad, because one more"
        )
        neutral = "* Neutral, because others do it\n" if version == 4 else ""
        files[_name(n)] = (
            f"{head}\n## Context and Problem Statement\n\nWhere to keep {n}? <!-- optional -->\n\n"
            "## Decision Drivers\n\n* cost\n\n"
            f"## Considered Options\n\n* A{n}\n* B{n}\n\n"
            f"## Decision Outcome\n\n{outcome}\n\n{consequences}\n\n"
            "## Pros and Cons of the Options\n\n"
            f"### A{n}\n\n* Good, because it is known\n{neutral}"
            f"* Bad, because it needs care {n}\n\n"
            f"### B{n}\n\n* Bad, because it is new\n\n"
            "## More Information\n\n```sh\n# no title\n## no section\n```\n"
        )
    return _folder(folder, files)


def adr_tools(folder: Path, count: int = 32) -> Path:
    """Write records of adr-tools: prose in the status, both spellings, links both ways."""
    files = {}
    for n in range(1, count + 1):
        older, newer = f"[{n - 1}. x]({_name(n - 1)})", f"[{n + 1}. x]({_name(n + 1)})"
        status = {
            0: f"Superceded by {newer}",
            1: f"Accepted\n\nSupercedes {older}",
            2: f"Accepted\n\nAmended by {newer}",
            3: f"Accepted\n\nAmends {older}\n\nClarified by {newer}",
            4: f"Accepted\n\nClarifies {older}",
            5: f"Accepted\n\nSuperseded by {newer}",
            6: f"Accepted, supersedes {older}",
            7: "Proposed",
        }[n % 8]
        if n == 1:
            status = "Accepted"
        files[_name(n)] = (
            f"# {n}. {_title(n)}\n\nDate: 2024-{n % 12 + 1:02}-{n % 28 + 1:02}\n\n## Status\n\n"
            f"{status}\n\n## Context\n\nContext {n}, see [before]({_name(max(n - 1, 1))}).\n\n"
            f"## Decision\n\nWe will do {n}.\n\n## Consequences\n\n后果 {n}。\n"
        )
    return _folder(folder, files)


def log4brains(folder: Path, count: int = 31) -> Path:
    """Write records of Log4brains, every other one in Chinese, with the day in their names."""
    files = {}
    for n in range(1, count + 1):
        name = f"2024{n % 12 + 1:02}{n % 28 + 1:02}-{_SLUGS[n % 6]}-{n}.md"
        before = f"2024{(n - 1) % 12 + 1:02}{(n - 1) % 28 + 1:02}-{_SLUGS[(n - 1) % 6]}-{n - 1}"
        after = f"2024{(n + 1) % 12 + 1:02}{(n + 1) % 28 + 1:02}-{_SLUGS[(n + 1) % 6]}-{n + 1}"
        if n % 2:
            status = {1: "已接受", 3: f"被 [{after}]({after}.md) 取代", 5: "提议"}[n % 6]
            files[name] = (
                f"# {_title(n)}\n\n- 状态：{status}\n- 决策人：陈瑜、Lin Wei\n"
                f"- 日期：2024-05-{n:02}\n"
                f"- 标签：支付\n\n## 背景\n\n客户**必须**同意（{n}）。\n\n"
                f"## 决策\n\n采用方案 {n}。\n\n"
                f"## 后果\n\n见 [前一个]({before}.md)。\n"
            )
        else:
            status = f"superseded by [{after}]({after}.md)" if n % 6 == 2 else "accepted"
            files[name] = (
                f"# {_title(n)}\n\n- Status: {status}\n- Deciders: 陈瑜, Lin Wei\n"
                f"- Date: 2024-05-{n:02}\n- Tags: dev-tools\n\n## Context and Problem Statement\n\n"
                f"Question {n}.\n\n## Decision Outcome\n\nAnswer {n}.\n\n## Links\n\n"
                f"- Comes after [{before}]({before}.md)\n"
            )
    return _folder(folder, files)


def committed(folder: Path, day: str) -> None:
    """Commit all that is in a folder's repository on a day."""
    who = {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Lin Wei"), ("EMAIL", "lin@vendor.example"))
    }
    at = {f"GIT_{role}_DATE": f"{day}T12:00:00+08:00" for role in ("AUTHOR", "COMMITTER")}
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "Decisions")):
        subprocess.run(
            ["git", "-C", str(folder), *words], check=True, env={**os.environ, **who, **at}
        )
