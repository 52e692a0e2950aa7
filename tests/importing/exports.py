"""Realistic exports with the traps of real ones: made here, since no binary can be reviewed."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

HEAD = (
    *("变更编号", "变更标题", "状态", "优先级", "提出日期", "提出人", "变更原因"),
    *("金额（元）", "工期影响", "批准日期", "批准人", "审批意见", "备注", "颜色"),
)
_TITLES = (
    "订单拆分支付",
    "导出报表增加字段",
    "登录页改版",
    "短信通知接口",
    "库存预警",
    "发票抬头校验",
)
_STATUSES = ("已批准", "已关闭", "待审批", "已拒绝", "已提交", "实施中", "已撤回", "暂缓")


def change_log_rows(count: int) -> list[tuple[Any, ...]]:
    """Return the rows of a change log that somebody kept for two years."""
    rows: list[tuple[Any, ...]] = []
    for n in range(1, count + 1):
        status = _STATUSES[n % len(_STATUSES)]
        decided = status in ("已批准", "已关闭", "已拒绝", "实施中", "暂缓")
        month, of_month = n % 12 + 1, n % 27 + 1
        asked: Any = (
            date(2025, month, of_month),
            f"2025/{month}/{of_month}",
            f"{month}月{of_month}日",
        )
        amount: Any = (8500 + n, "¥8,500.00", "1.2万", "-1,200", None)[n % 5]
        rows.append(
            (
                f"CR-{n:03}",
                f"{_TITLES[n % len(_TITLES)]}（{n}）",
                status,
                ("高", "中", "低", None)[n % 4],
                asked[n % 3],
                ("陈瑜", "Lin Wei", "赵立强")[n % 3],
                "客户提出，*必须*改 <b>尽快</b>",
                amount,
                7 if n == 7 else None,
                date(2025, month, min(of_month + 1, 28)) if decided else None,
                "陈瑜" if decided else None,
                "同意" if decided and n % 2 else None,
                f"第 {n} 行的备注，第一行\n第二行" if n % 4 == 0 else None,
                "红" if n % 9 == 0 else None,
            )
        )
    return rows


def change_log(file: Path, count: int = 36, *, total: int | float | None = None) -> Path:
    """Write a change log as a workbook: a title above, a merged head, hidden rows, a total."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "变更台账"
    sheet.append(["某商城二期 变更台账"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(HEAD))
    sheet.append(list(HEAD))
    for cell in sheet[2]:
        cell.font = Font(bold=True)
    for row in change_log_rows(count):
        sheet.append(list(row))
    if count > 9:
        sheet.row_dimensions[9].hidden = True
    if total is not None:
        _put_total(sheet, total)
    book.create_sheet("说明")
    book.save(file)
    return file


def _put_total(sheet: Worksheet, total: float) -> None:
    row: list[Any] = [None] * len(HEAD)
    row[0], row[HEAD.index("金额（元）")] = "合计", total
    sheet.append(row)


def workbook(file: Path, *rows: tuple[Any, ...], title: str = "Changes") -> Path:
    """Write a workbook with one sheet."""
    book = Workbook()
    book.worksheets[0].title = title
    for row in rows:
        book.worksheets[0].append(list(row))
    book.save(file)
    return file


def stamp(day: date) -> datetime:
    """Return a day as a spreadsheet has it, with a time."""
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a spreadsheet has no zone
