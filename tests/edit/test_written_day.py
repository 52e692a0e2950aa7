"""The day above a mail that is passed on: read where it is certain, asked for where it is not."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from changebook.edit.respond.written_day import written_day

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    "text",
    [
        "Thursday, 12 March 2026 23:41",  # Outlook
        "Thursday, March 12, 2026 11:41 PM",
        "Thursday, 12 March 2026 at 11:41 pm",  # Outlook for Mac
        "Thu, Mar 12, 2026 at 11:41\u202fPM",  # Gmail
        "Thu, 12 Mar 2026 at 23:41",
        "12 March 2026 at 23:41:02 GMT+8",  # Apple Mail
        "March 12, 2026 at 11:41:02 PM GMT+8",
        "Thu, 12 Mar 2026 16:41:00 +0100",  # the header itself
        "2026年3月12日 23:41",  # Outlook
        "2026年3月12日 星期四 下午 11:41",
        "2026年3月12日周四 23:41",  # Gmail
        "2026年3月12日 GMT+8 23:41:02",  # Apple Mail
        "2026年3月12日(星期四) 晚上11:41",  # QQ
        "2026-03-12 23:41",  # Foxmail
        "2026-03-12 23:41:02",  # 163
        "2026/3/12 (周四) 23:41",
        "2026年3月12日 週四 下午11:41",
    ],
)
def test_what_mail_programs_write(text: str) -> None:
    assert written_day(text, SHANGHAI) == date(2026, 3, 12)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3/4/2026 11:41 PM",
        "03.04.2026 23:41",
        "12/3/26",
        "Thursday",
        "yesterday",
        "昨天 23:41",
        "12 March",
        "March 2026",
        "2026年2月30日",
        "Friday, 12 March 2026 23:41",
        "2026年3月12日 星期五",
        # In Chicago this is the 13th where the client is, in Shanghai the 12th.
        "March 12, 2026 at 11:41:02 PM CST",
        "Donnerstag, 12. M\u00e4rz 2026",
    ],
)
def test_what_is_not_certain_is_no_day(text: str) -> None:
    assert written_day(text, SHANGHAI) is None


def test_an_instant_is_on_the_day_where_the_client_is() -> None:
    text = "Thu, 12 Mar 2026 23:41:00 +0100"
    assert written_day(text, SHANGHAI) == date(2026, 3, 13)
    assert written_day(text, ZoneInfo("Europe/Berlin")) == date(2026, 3, 12)


def test_a_day_without_doubt_in_both_orders() -> None:
    assert written_day("13/3/2026", SHANGHAI) == date(2026, 3, 13)
    assert written_day("3/3/2026", SHANGHAI) == date(2026, 3, 3)
