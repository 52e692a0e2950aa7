"""Measure imports of change logs in workbooks: CPU seconds and memory of each command.

    python benchmarks/importing.py [--rows N ...]

Beside them stands what openpyxl alone takes to read the same workbook. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

from openpyxl import Workbook

_HEAD = (
    *("变更编号", "变更标题", "状态", "优先级", "提出日期", "提出人", "变更原因", "金额（元）"),
    *("工期影响", "批准日期", "批准人", "审批意见", "备注", "颜色"),
)
_STATUSES = ("已批准", "已关闭", "待审批", "已拒绝", "已提交", "实施中", "已撤回")
_PROFILE = """\
---
name: Acme Trading
language: en
timezone: Asia/Shanghai
prefix: ACME
project: Storefront renewal
vendor: {name: Northwind Software, contact: change@northwind.example}
contract:
  reference: SOW-3
  signed: 2024-01-15
  currency: CNY
  sum: 1200000.00
  milestones: [{id: go-live, name: Go-live, date: 2026-06-30, completion: true}]
people:
  - {name: Chen Yu, role: Project sponsor, party: client, approves: true}
  - {name: Lin Wei, role: Delivery manager, party: vendor}
---
Welcome.
"""
_READ = """\
import sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1], read_only=True)
print(sum(1 for _ in book.worksheets[0].iter_rows(values_only=True)))
"""


def make_workbook(file: Path, rows: int) -> None:
    """Write a change log with days, amounts and texts in the forms that people mix."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("变更台账 2025")
    sheet.append(list(_HEAD))
    for n in range(1, rows + 1):
        day = date(2025, 1, 1) + timedelta(n % 300)
        status = _STATUSES[n % len(_STATUSES)]
        decided = status in ("已批准", "已关闭", "已拒绝", "实施中")
        sheet.append(
            [
                *(f"CR-{n}", f"Checkout page, part {n}", status, "高中低"[n % 3]),
                *(day if n % 2 else f"{day.month}月{day.day}日", "Lin Wei"),
                *("客户提出", (8500 + n, "¥8,500.00", "1.2万", None)[n % 4], 7 if n == 7 else None),
                *(day + timedelta(9) if decided else None, "Chen Yu" if decided else None),
                *("同意" if decided else None, f"第 {n} 行\n第二行" if n % 4 == 0 else None, None),
            ]
        )
    book.save(file)


def measured(*command: str) -> tuple[float, float]:
    """Return the CPU seconds and the most memory, in MB, of a command that must end well."""
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(running.pid, 0)
    if status:
        raise SystemExit(f"this failed: {' '.join(command)}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Measure each size in turn."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[30, 1000, 10_000])
    given = parser.parse_args()
    print("| rows | proposal | dry run | import | reading alone (openpyxl) | import : reading |")
    print("|--:|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory(prefix="changebook-bench-") as folder:
        root = Path(folder)
        for rows in given.rows:
            client = root / "changes" / "acme"
            shutil.rmtree(client, ignore_errors=True)
            client.mkdir(parents=True)
            (client / "client.md").write_text(_PROFILE, "utf-8")
            book, mapping = root / "log.xlsx", root / "map.yml"
            make_workbook(book, rows)
            words = (
                *(sys.executable, "-m", "changebook", "import", str(book)),
                *("--client", "acme", "--workspace", str(root)),
            )
            with_map = (*words, "--map", str(mapping))
            steps = [measured(*words, "--out", str(mapping))]
            steps += [measured(*with_map, *more) for more in (("--dry-run",), ())]
            steps.append(measured(sys.executable, "-c", _READ, str(book)))
            cells = [f"{seconds:.1f} s, {memory:.0f} MB" for seconds, memory in steps]
            ratio = steps[2][0] / steps[3][0]
            print(f"| {rows:,} | {' | '.join(cells)} | {ratio:.1f} |", flush=True)


if __name__ == "__main__":
    main()
