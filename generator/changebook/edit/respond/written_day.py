"""The day that a person's mail program wrote above a mail that it passes on."""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import dateparser  # type: ignore[import-untyped]
from babel.dates import get_day_names

#: The orders in which people write a day's numbers. A text that means another day in another order
#: is not certain.
_ORDERS = ("DMY", "MDY", "YMD")
_LANGUAGES = ("en", "zh-Hans", "zh-Hant")
#: Apple's Chinese dates have the offset between day and time.
_OFFSET_INSIDE = re.compile(r"(?<=[日号])\s*((?:GMT|UTC)[+-]\d{1,2}(?::?\d{2})?)\s+(.*)")
_OFFSET = re.compile(r"UTC|GMT|[+-]\d{2}:?\d{2}(?!\d|-)")
_WEEKDAYS = tuple(
    (name.casefold(), number)
    for language in _LANGUAGES
    for width in ("wide", "abbreviated")
    for number, name in get_day_names(width, locale=language.replace("-", "_")).items()
)


def written_day(text: str, zone: ZoneInfo) -> date | None:
    """Return the day that a text means beyond doubt; None for `3/4/2026`, or no whole day.

    A text with an offset from UTC means an instant, which is on a day in `zone`. A zone's
    abbreviation is no offset beyond doubt: CST is one in China and another in America.
    """
    text = " ".join(text.split())
    moment, *others = (_parsed(text, order) for order in _ORDERS)
    if moment is None or any(other != moment for other in others):
        return None
    written = moment.date()
    if not _fits_weekday(text, written):
        return None
    try:
        day = moment.astimezone(zone).date() if moment.tzinfo else written
    except OverflowError:
        return None
    return day if day == written or _OFFSET.search(text) else None


def _parsed(text: str, order: str) -> datetime | None:
    parsed: datetime | None = dateparser.parse(
        _OFFSET_INSIDE.sub(r" \2 \1", text),
        languages=list(_LANGUAGES),
        settings={
            "DATE_ORDER": order,
            "PREFER_LOCALE_DATE_ORDER": False,
            "REQUIRE_PARTS": ["day", "month", "year"],
            # Nothing that depends on today, such as `yesterday`.
            "PARSERS": ["absolute-time"],
        },
    )
    return parsed


def _fits_weekday(text: str, day: date) -> bool:
    """Return whether a weekday that the text names is that of the day."""
    named = {number for name, number in _WEEKDAYS if name in text.casefold()}
    return not named or day.weekday() in named
