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


_HTML = (
    "<p>客户<strong>必须</strong>同意</p><ul><li>甲</li><li>乙</li></ul>"
    '<script>alert(1)</script><img alt="图" src="data:image/png;base64,AAAA">'
)
WHO = ("陈瑜", "Lin Wei", "赵立强")


def pingcode(count: int = 32) -> dict[str, Any]:
    """Return a page of work items as PingCode's API gives them."""
    states = ("打开", "进行中", "已完成", "已关闭", "待审批")
    return {
        "page_size": 100,
        "page_index": 0,
        "total": count,
        "values": [
            {
                "id": f"5edca524cad2fa112232{n:04}",
                "url": f"https://rest_api_root/v1/project/work_items/{n}",
                "identifier": f"SCR-{n}",
                "html_url": f"https://northwind.pingcode.example/pjm/items/SCR-{n}",
                "title": f"{_TITLES[n % 6]}（{n}）",
                "description": _HTML,
                "project": {
                    "id": "5edca5",
                    "identifier": "SCR",
                    "name": "商城二期",
                    "type": "scrum",
                },
                "type": "story",
                "state": {"id": f"5f{n % 5}", "name": states[n % 5], "type": "pending"},
                "priority": {"id": f"6f{n % 3}", "name": ("最高", "普通", "较低")[n % 3]},
                "assignee": {"id": "a1", "name": "lin", "display_name": "Lin Wei"},
                "start_at": 1740787200 + n * 86400,
                "end_at": None,
                "completed_at": 1743465600 + n * 86400 if n % 5 in (2, 3) else None,
                "properties": {"biangengleixing": "需求变更", "is_paid": n % 2},
                "tags": [{"id": "t1", "name": "二期"}, {"id": "t2", "name": "支付"}],
                "story_points": 3,
                "created_at": 1740787200 + n * 86400,
                "created_by": {"id": "c1", "name": "chen", "display_name": WHO[n % 3]},
                "updated_at": 1743465600,
            }
            for n in range(1, count + 1)
        ],
    }


_JIRA_FILE = {
    "id": "10010",
    "filename": "flow.png",
    "author": {"displayName": "Lin Wei", "active": True},
    "created": "2025-03-02T10:00:00.000+0000",
    "size": 3,
    "mimeType": "image/png",
    "content": "https://jira.example/rest/api/3/attachment/content/10010",
}


def jira(count: int = 32, *, documents: bool = False) -> dict[str, Any]:
    """Return issues as Jira's API gives them: wiki markup in version 2, documents in 3."""

    def text(words: str) -> Any:
        if not documents:
            return f"h2. 背景\n客户*必须*同意 {words}\n||A||B||\n|1|2|"
        strong = {"type": "text", "text": "必须", "marks": [{"type": "strong"}]}
        around = [
            {"type": "text", "text": "客户"},
            strong,
            {"type": "text", "text": f"同意 {words}"},
        ]
        return {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": around}]}

    return {
        "startAt": 0,
        "total": count,
        "issues": [
            {
                "id": f"{10000 + n}",
                "key": f"PAY-{n}",
                "fields": {
                    "summary": f"Change {n}",
                    "issuetype": {"name": "Change", "iconUrl": "https://jira.example/icon"},
                    "status": {"name": ("To Do", "In Progress", "Done", "Declined")[n % 4]},
                    "priority": {"name": ("High", "Medium", "Low")[n % 3]},
                    "reporter": {"displayName": WHO[n % 3], "active": True},
                    "created": f"2025-03-{n % 28 + 1:02}T23:30:00.000+0000",
                    "resolutiondate": "2025-06-01T10:00:00.000+0800" if n % 4 == 2 else None,
                    "description": text(f"number {n}"),
                    "labels": ["二期"] if n % 2 else [],
                    "comment": {
                        "comments": [
                            {
                                "author": {"displayName": "Lin Wei"},
                                "created": "2025-04-02T09:00:00.000+0800",
                                "body": text("seen; and heard"),
                            }
                        ]
                        if n == 3
                        else []
                    },
                    "attachment": [_JIRA_FILE] if n == 4 else [],
                    "issuelinks": [
                        {
                            "type": {
                                "name": "Blocks",
                                "inward": "is blocked by",
                                "outward": "blocks",
                            },
                            "inwardIssue": {"key": "PAY-1"},
                        }
                    ]
                    if n == 5
                    else [],
                },
                "changelog": {
                    "histories": [
                        {
                            "author": {"displayName": "Lin Wei"},
                            "created": "2025-04-05T09:00:00.000+0800",
                            "items": [
                                {
                                    "field": "status",
                                    "fromString": "To Do",
                                    "toString": "In Progress",
                                },
                                {"field": "assignee", "fromString": None, "toString": "Lin Wei"},
                            ],
                        }
                    ]
                    if n % 4 == 1
                    else []
                },
            }
            for n in range(1, count + 1)
        ],
    }


def jira_csv(count: int = 32) -> str:
    """Return Jira's CSV: headers that repeat, comments with semicolons, days in its own form."""
    head = "Summary,Issue key,Issue id,Status,Reporter,Created,Resolved,Description,Comment,Comment"
    rows = [f"{head},Attachment,Custom field (Change reason)"]
    for n in range(1, count + 1):
        status = ("To Do", "In Progress", "Done", "Declined")[n % 4]
        talk = '"11/May/24 03:26 PM;lin;first; with a semicolon"' if n == 2 else ""
        resolved = "13/Jun/24 9:00 AM" if n % 4 == 2 else ""
        rows.append(
            f"Change {n},PAY-{n},{10000 + n},{status},{WHO[n % 3]},{n % 28 + 1:02}/May/24 03:26 PM,"
            f'{resolved},"客户*必须*同意\nh3. B",{talk},,,Upgrade'
        )
    return "\n".join(rows) + "\n"


def github(count: int = 32) -> list[dict[str, Any]]:
    """Return issues as `gh issue list --json` gives them."""
    return [
        {
            "number": n,
            "title": f"Change {n}",
            "state": "OPEN" if n % 3 else "CLOSED",
            "stateReason": "" if n % 3 else ("NOT_PLANNED" if n % 2 else "COMPLETED"),
            "labels": [{"id": "L1", "name": "change", "color": "ff0000", "description": ""}],
            "assignees": [{"login": "linwei", "id": "U1", "name": "Lin Wei"}],
            "author": {"login": ("chenyu", "linwei")[n % 2], "id": "U2", "is_bot": False},
            "body": "- [x] **done**\n\n::: internal\nnot a block of ours\n",
            "comments": [
                {
                    "author": {"login": "linwei"},
                    "createdAt": "2025-03-09T23:30:00Z",
                    "body": "Looks *good*; go on.",
                }
            ]
            if n == 2
            else [],
            "createdAt": f"2025-03-{n % 28 + 1:02}T23:30:00Z",
            "closedAt": None if n % 3 else "2025-06-01T10:00:00Z",
            "url": f"https://github.com/acme/shop/issues/{n}",
        }
        for n in range(1, count + 1)
    ]


def gitlab_csv(count: int = 32) -> str:
    """Return GitLab's CSV."""
    head = "Title,Description,Issue ID,URL,State,Author,Confidential,Due Date"
    rows = [f"{head},Created At (UTC),Closed At (UTC),Labels"]
    rows += [
        f"Change {n},**bold**,{n},https://gitlab.example/acme/shop/-/issues/{n},"
        f"{'Open' if n % 3 else 'Closed'},{WHO[n % 3]},{'Yes' if n % 3 == 1 else 'No'},,"
        f"2025-03-{n % 28 + 1:02} 23:30:00,{'' if n % 3 else '2025-06-01 10:00:00'},change"
        for n in range(1, count + 1)
    ]
    return "\n".join(rows) + "\n"


def azure(count: int = 32) -> dict[str, Any]:
    """Return work items as the API of Azure DevOps gives them."""
    return {
        "count": count,
        "value": [
            {
                "id": n,
                "rev": 3,
                "fields": {
                    "System.WorkItemType": "Change Request",
                    "System.Title": f"Change {n}",
                    "System.State": ("Proposed", "Active", "Resolved", "Closed")[n % 4],
                    "System.CreatedBy": {
                        "displayName": WHO[n % 3],
                        "uniqueName": "someone@northwind.example",
                    },
                    "System.CreatedDate": f"2025-03-{n % 28 + 1:02}T23:30:00.123Z",
                    "System.Description": "<div>客户<b>必须</b>同意 &lt;x&gt;</div>",
                    "System.Tags": "二期; 支付",
                    "Microsoft.VSTS.Common.ClosedDate": "2025-06-01T10:00:00Z"
                    if n % 4 == 3
                    else None,
                },
                "url": f"https://dev.azure.example/_apis/wit/workItems/{n}",
            }
            for n in range(1, count + 1)
        ],
    }


def azure_csv(count: int = 32) -> str:
    """Return the CSV of a query: people with addresses, days month first."""
    rows = ["ID,Work Item Type,Title,Assigned To,State,Created Date,Created By,Description"]
    rows += [
        f'{n},Change Request,Change {n},,Active,"{n % 12 + 1}/{n % 28 + 1}/2025 6:55:03 PM",'
        f'"Lin Wei <lin@northwind.example>","<div>a | b</div>"'
        for n in range(1, count + 1)
    ]
    return "\n".join(rows) + "\n"


def procore(count: int = 32) -> list[dict[str, Any]]:
    """Return change orders as Procore's API gives them."""
    return [
        {
            "id": 900 + n,
            "number": f"{n:03}",
            "title": f"Change {n}",
            "status": ("approved", "pending", "draft", "rejected")[n % 4],
            "revision": 0,
            "description": "<p>Move the <em>wall</em></p>",
            "change_order_change_reason": {"id": 1, "change_reason": "Client Request"},
            "due_date": "2025-07-01",
            "created_at": f"2025-03-{n % 28 + 1:02}T12:00:00Z",
            "grand_total": f"{100 + n}.00",
            "schedule_impact_amount": 2 if n == 4 else 0,
            "executed": n % 4 == 0,
            "signed_change_order_received_date": "2025-04-01" if n % 4 == 0 else None,
        }
        for n in range(1, count + 1)
    ]


def procore_csv(count: int = 33) -> str:
    """Return the list of prime contract change orders as CSV: HTML, money as text, a total."""
    head = "#,Revision,Title,Scope,Type,Reason,Status,Private,Due Date,Origin,ROM,Prime Totals"
    rows = [f"{head},Schedule Impact,Signed Change Order Received Date,Description"]
    total = 0
    for n in range(1, count + 1):
        status = ("Approved", "Pending - In Review", "Draft", "Rejected")[n % 4]
        money = f"(${n}00.00)" if n % 5 == 0 else f'"$1,{n:03}.50"'
        total += -n * 10000 if n % 5 == 0 else 100050 + n * 100
        signed = "04/21/2025" if status == "Approved" else ""
        rows.append(
            f'{n:03},{n % 2},"Move wall {n}, level ""B""",Out of Scope,Owner Change,Client Request,'
            f"{status},{'Yes' if n % 8 == 2 else 'No'},07/{n % 28 + 1:02}/2025,"
            f"{'RFI #12' if n == 3 else ''},,{money},{2 if n == 4 else ''},{signed},"
            f'"<p>Move the <em>wall</em> {n}</p><script>alert(1)</script>"'
        )
    rows.append(f'Total,,,,,,,,,,,"${total / 100:,.2f}",,,')
    return "\ufeff" + "\r\n".join(rows) + "\r\n"


def pingcode_workbook(file: Path, count: int = 34) -> Path:
    """Write work items as a view shows them: a title above, groups of columns, merged cells."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "工作项"
    sheet.append(["商城二期 / 变更需求（2025 年导出）"])
    sheet.append(["编号", "标题", "状态", "优先级", "负责人", "计划", None, "完成时间", "变更信息"])
    sheet.append(
        [None] * 5 + ["开始时间", "截止时间", None, "金额（万元）", "变更原因", "前置变更"]
    )
    for merged in ("A1:K1", "A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:E3", "F2:G2", "H2:H3", "I2:K2"):
        sheet.merge_cells(merged)
    for n in range(1, count + 1):
        status = ("打开", "进行中", "已完成", "已关闭", "待审批", "已拒绝")[n % 6]
        start = (date(2025, n % 12 + 1, 5), f"2025年{n % 12 + 1}月5日", f"{n % 12 + 1}月5日")[n % 3]
        done = datetime(2025, 12, n % 28 + 1, 18, 30) if n % 6 in (2, 3) else None  # noqa: DTZ001
        money: Any = (f"{n}.5", n, "１２.５", None)[n % 4]
        blocked = "SCR-1" if n == 9 else "SCR-2、OLD-7" if n == 10 else None
        row = (f"SCR-{n}", f"{_TITLES[n % 6]}（{n}）", status, ("最高", "普通", "较低")[n % 3])
        why = f"客户要求\n第 {n} 项"
        sheet.append([*row, WHO[n % 3], start, None, done, money, why, blocked])
    sheet.row_dimensions[8].hidden = True
    book.create_sheet("筛选条件").append(["状态", "全部"])
    book.save(file)
    return file


def worktile(file: Path, count: int = 35) -> Path:
    """Write Worktile's fixed attributes: days as text and as numbers, HTML, headers twice."""
    head = (
        *("编号", "标题（必填）", "状态", "负责人", "开始时间", "截止时间", "项目名称", "任务类型"),
        *("描述", "标签", "标签", "评论", "附件"),
    )
    rows: list[tuple[Any, ...]] = []
    for n in range(1, count + 1):
        start: Any = (f"2025-03-{n % 28 + 1:02}", 45700 + n, f"2025/3/{n % 28 + 1} 09:30")[n % 3]
        talk = f"2025-04-0{n % 9 + 1} 10:00;陈瑜;同意；请尽快; 第 {n} 项" if n % 7 == 0 else None
        rows.append(
            (
                f"SHOP-{n}",
                f"{_TITLES[n % 6]}（{n}）",
                ("未开始", "进行中", "已完成")[n % 3],
                WHO[n % 3],
                start,
                None,
                "商城二期",
                "变更",
                '<p>客户<b>必须</b>同意</p><img src="data:image/png;base64,AAAA" alt="图">'
                if n % 2 == 0
                else "第一行\n第二行 1<2",
                "二期",
                "支付" if n % 2 else None,
                talk,
                "需求.docx" if n == 5 else None,
            )
        )
    return workbook(file, head, *rows, title="任务")
