"""What people write into cells, as amounts, days and whole numbers: understood, or not at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

import dateparser  # type: ignore[import-untyped]
from babel.numbers import list_currencies
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from changebook.importing.known_words import currencies, units
from changebook.importing.source import Cell

_GROUPED = re.compile(r"\d{1,3}(?:[,' ]\d{3})+|\d+")
#: Days that spreadsheets have as numbers: 1954 to 2119.
_SERIALS = range(20000, 80000)
_EPOCHS = range(10**9, 10**10)
#: A time of day, which says nothing of the day; what else stands behind a day may.
_CLOCK = r"[上下]?午?\s*\d{1,2}[:：时]\d{2}[^-~～至到]*"
_NUMERIC = re.compile(
    r"(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\s?[日号]?"
    rf"(?:[T\s]\s*{_CLOCK})?",
    re.ASCII,
)
_WITHOUT_YEAR = re.compile(r"(\d{1,2})\s?月\s?(\d{1,2})\s?[日号]?", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ].*(?:Z|[+-]\d{2}:?\d{2})", re.ASCII)
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2})?)(?: UTC|Z)?", re.ASCII)
_ORDERED = re.compile(r"\d{1,2}[-/. ](?:\d{1,2}|[A-Za-z]{3,9})[-/. ]\d{2,4}(?:\D.*)?", re.ASCII)
_WITH_YEAR = re.compile(r"\d{1,2}[-/. ][A-Za-z]{3,9}[-/. ]\d{4}(?:\D.*)?", re.ASCII)
_DAYS = re.compile(r"([+-]?\d{1,9})(?:\.0+)?\s*(?:days?|d|个?(?:日历)?[天日])?", re.ASCII)
_CODE = re.compile(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")
_HOW = {"dmy": "DMY", "mdy": "MDY", "ymd": "YMD"}


class NotUnderstood(ValueError):
    """A cell whose meaning is not certain; the message says what it should be."""


@dataclass(frozen=True)
class Notation:
    """How the numbers and days of a source are written; None where nobody said it."""

    zone: ZoneInfo
    currency: str
    decimal: str = "."
    order: str | None = None
    year: int | None = None
    #: The year from which a workbook counts its days.
    epoch: int = 1900


def amount(cell: Cell, notation: Notation, unit: str | None = None) -> Decimal:
    """Return an amount in the currency of the notation; `unit` is the one in its column's head."""
    factor = units().get(unit, 1) if unit else 1
    if isinstance(cell.held, Decimal):
        return cell.held * factor
    if not isinstance(cell.held, str):
        raise NotUnderstood("should be an amount")
    written = unicodedata.normalize("NFKC", cell.held).strip()
    text = _without_currency(written, notation)
    negative = text.startswith("(") and text.endswith(")")
    if negative:
        text = text[1:-1].strip()
    if text[:1] in ("-", "\N{MINUS SIGN}", "+"):
        negative, text = negative or text[0] != "+", text[1:].strip()
    word = next((w for w in sorted(units(), key=len)[::-1] if text.casefold().endswith(w)), None)
    if unit and word and units()[word] != factor:
        raise NotUnderstood(f"has a unit, and its column is in `{unit}`")
    if unit and not word and text != written:
        raise NotUnderstood(
            f"says its currency and no unit, and its column is in `{unit}`: write one or the other"
        )
    if word:
        factor, text = units()[word], text[: -len(word)].strip()
    whole, point, part = text.partition(notation.decimal)
    groups = whole.replace(".", ",") if notation.decimal == "," else whole
    if not _GROUPED.fullmatch(groups) or (point and not re.fullmatch(r"\d+", part, re.ASCII)):
        example = "1.200,50" if notation.decimal == "," else "1,200.50"
        raise NotUnderstood(f"should be an amount such as {example}")
    number = Decimal(re.sub(r"\D", "", whole) + (f".{part}" if point else "")) * factor
    return -number if negative else number


def _without_currency(text: str, notation: Notation) -> str:
    """Return an amount without what says its currency, which must be the one of the notation."""
    for sign, meant in currencies().items():
        if sign in text:
            _one_of(meant, notation.currency)
            text = _without(text, sign)
    for code in _CODE.findall(text):
        if code in list_currencies():
            _one_of((code,), notation.currency)
            text = _without(text, code)
    return text


def _without(text: str, sign: str) -> str:
    """Return an amount without the sign before or behind it; between digits it stays."""
    before, _, after = text.partition(sign)
    within = re.search(r"\d", before) and re.search(r"\d", after)
    return text if within else f"{before}{after}".strip()


def _one_of(meant: Sequence[str], expected: str) -> None:
    if expected not in meant:
        raise NotUnderstood(f"is in {' or '.join(meant)}, not in {expected}")


def whole(cell: Cell) -> int:
    """Return a whole number, such as days: `10`, `+7 days`, `3天`."""
    found = _DAYS.fullmatch(unicodedata.normalize("NFKC", cell.text))
    if not found:
        raise NotUnderstood("should be a whole number of days")
    return int(found[1])


def day(cell: Cell, notation: Notation, unit: str | None = None) -> date:
    """Return a day; a time with its offset from UTC is on a day in the client's time zone.

    `unit` is `UTC` where the column's head says so.
    """
    held = cell.held
    if isinstance(held, str) and unit == "UTC" and (found := _TIME.fullmatch(held.strip())):
        held = datetime.fromisoformat(f"{found[1]}T{found[2]}+00:00")
    if isinstance(held, datetime):
        return held.date() if held.tzinfo is None else held.astimezone(notation.zone).date()
    if isinstance(held, date):
        return held
    if isinstance(held, Decimal) and held == held.to_integral_value() and int(held) in _EPOCHS:
        return datetime.fromtimestamp(int(held), UTC).astimezone(notation.zone).date()
    if isinstance(held, Decimal) and int(held) in _SERIALS:
        serial = from_excel(float(held), MAC_EPOCH if notation.epoch == 1904 else WINDOWS_EPOCH)
        if isinstance(serial, datetime):
            return serial.date()
    if not isinstance(held, str):
        raise NotUnderstood("should be a day such as 2026-03-31")
    return _day_of(unicodedata.normalize("NFKC", held).strip(), notation)


@lru_cache(maxsize=65536)
def _day_of(text: str, notation: Notation) -> date:
    if _INSTANT.fullmatch(text):
        return datetime.fromisoformat(text).astimezone(notation.zone).date()
    if found := _NUMERIC.fullmatch(text):
        return _calendar(int(found[1]), int(found[2]), int(found[3]))
    if found := _WITHOUT_YEAR.fullmatch(text):
        if notation.year is None:
            raise NotUnderstood("has no year: give one as `year` in the mapping")
        return _calendar(notation.year, int(found[1]), int(found[2]))
    if is_ambiguous(text) and notation.order is None:
        raise NotUnderstood("may be day or month first: say which as `date_order` in the mapping")
    if orders([text]) not in (None, notation.order):
        raise NotUnderstood(f"can't be `{notation.order}`, which is the mapping's `date_order`")
    parsed: datetime | None = dateparser.parse(
        text,
        languages=["en", "zh-Hans", "zh-Hant"],
        settings={
            "DATE_ORDER": _HOW[notation.order or "ymd"],
            "PREFER_LOCALE_DATE_ORDER": False,
            "REQUIRE_PARTS": ["day", "month", "year"],
            "PARSERS": ["absolute-time"],
        },
    )
    if parsed is None:
        raise NotUnderstood("should be a day such as 2026-03-31")
    return parsed.astimezone(notation.zone).date() if parsed.tzinfo else parsed.date()


def _calendar(year: int, month: int, of_month: int) -> date:
    try:
        return date(year, month, of_month)
    except ValueError:
        raise NotUnderstood("is not a day of the calendar") from None


def orders(texts: list[str]) -> str | None:
    """Return `dmy` or `mdy` where one of the texts can only be the one; None otherwise."""
    found = [re.findall(r"\d+|[A-Za-z]+", text)[:2] for text in texts if is_ambiguous(text)]
    numbers = [pair for pair in found if pair[1].isdigit()]
    first = any(int(each[0]) > 12 for each in numbers)
    second = any(int(each[1]) > 12 for each in numbers)
    return None if first == second else "dmy" if first else "mdy"


def lacks_year(text: str) -> bool:
    """Return whether a text is a day without a year."""
    return _WITHOUT_YEAR.fullmatch(unicodedata.normalize("NFKC", text).strip()) is not None


def is_ambiguous(text: str) -> bool:
    """Return whether a text is a day that may begin with the day or the month."""
    text = text.strip()
    return _ORDERED.fullmatch(text) is not None and _WITH_YEAR.fullmatch(text) is None
