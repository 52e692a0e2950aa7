"""Everything that depends on the reader's language: messages, labels, dates, money, numbers.

Its messages are those of the language's catalogue, see `catalogues`.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import lru_cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton
from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
    get_decimal_symbol,
    get_group_symbol,
)

from changebook.model.catalogues import SOURCE_LANGUAGE, catalogue, languages, locale_of
from changebook.model.vocabulary import Term

_CODE_BEFORE_DIGIT = re.compile(r"(?<=[A-Za-z])(?=\d)")
_MINUS = "\N{MINUS SIGN}"
#: As exact as the sums are: the usual 28 digits are fewer than a product of two amounts has.
_DIGITS = 100


def context(term_class: type[Term]) -> str:
    """Return the message context of a vocabulary's labels: `Open` differs with what is open."""
    return term_class.__name__.lower()


@dataclass(frozen=True)
class DigitsForm:
    """How digits stand in a number: its marks, and how many are in the last and earlier groups."""

    point: str
    separator: str
    last: int
    earlier: int


@dataclass(frozen=True)
class MoneyForm:
    """How signed amounts are written, with `{number}` instead of the number itself."""

    decimals: int
    plus: str
    minus: str
    nil: str


class Words:
    """The words of one language, `own` being a team's own `site_templates`.

    Raises KeyError where the language has no catalogue, CatalogueError where one is broken.
    """

    def __init__(self, language: str, own: Path | None = None) -> None:
        self.language = language
        if language not in languages(own):
            raise KeyError(language)
        self.locale = locale_of(language)
        messages = catalogue(language, own)
        self.gettext = messages.gettext
        self.ngettext = messages.ngettext
        self.pgettext = messages.pgettext
        self.npgettext = messages.npgettext

    def label(self, term: Term) -> str:
        """Return a vocabulary's word as readers see it."""
        return self.pgettext(context(type(term)), term.label)

    @property
    def gap(self) -> str:
        """What stands between two sentences: a space in English, nothing in Chinese."""
        return self.gettext("%(sentence)s %(next)s") % {"sentence": "", "next": ""}

    def in_sentence(self, term: Term) -> str:
        """Return a vocabulary's word within a sentence, where English has no capital."""
        label = self.label(term)
        return label.lower() if self.locale.language == SOURCE_LANGUAGE else label

    def date(self, day: dt.date) -> str:
        """Return a day, with the month in letters so that no reader mistakes it for another."""
        return _date(day, self.locale)

    @property
    def date_form(self) -> tuple[str, ...]:
        """Return how days of each month are written, for a script: `{y}`, and `{d}` or `{dd}`."""

        def form(month: int) -> str:
            day = "{dd}" if "05" in self.date(dt.date(3456, month, 5)) else "{d}"
            text = self.date(dt.date(3456, month, 28))
            return text.replace("3456", "{y}").replace("28", day)

        return tuple(form(month) for month in range(1, 13))

    def span(self, first: dt.date, last: dt.date) -> str:
        """Return from one day to another, without saying twice what both have in common."""
        return format_interval(first, last, "yMMMd", locale=self.locale)

    def month(self, day: dt.date) -> str:
        """Return a month with its year."""
        return format_skeleton("yMMMM", day, locale=self.locale)

    def tick(self, day: dt.date) -> str:
        """Return a month with its year, as short as an axis wants it."""
        return format_skeleton("yMMM", day, locale=self.locale)

    def quarter(self, day: dt.date) -> str:
        """Return the quarter that a day is in, with its year."""
        return format_skeleton("yQQQ", day, locale=self.locale)

    def year(self, day: dt.date) -> str:
        """Return a year, as headings show it."""
        return format_skeleton("y", day, locale=self.locale)

    def money(self, amount: Decimal, currency: str, *, signed: bool = False) -> str:
        """Return an amount with the decimals of its currency; `signed` shows a plus too."""
        # Zero has no sign, and equal amounts are one entry of the cache.
        return _sign(_money(amount or Decimal(0), currency, self.locale), amount, signed)

    def money_tick(self, amount: Decimal, currency: str) -> str:
        """Return an amount as an axis wants it: without decimals where they are zero."""
        form = self.locale.currency_formats["standard"]
        if amount != int(amount):
            return self.money(amount, currency)
        text = format_currency(
            amount,
            currency,
            form.pattern.replace(".00", ""),
            locale=self.locale,
            currency_digits=False,
        )
        return _sign(_CODE_BEFORE_DIGIT.sub("\N{NO-BREAK SPACE}", text), amount, False)

    def money_form(self, currency: str) -> MoneyForm:
        """Return how amounts of a currency are written, for a script that adds some up."""
        decimals = get_currency_precision(currency)
        least = Decimal(1).scaleb(-decimals)

        def form(amount: Decimal, *, signed: bool) -> str:
            text = self.money(amount, currency, signed=signed)
            return text.replace(self.number(least), "{number}")

        return MoneyForm(
            decimals,
            plus=form(least, signed=True),
            minus=form(-least, signed=True),
            nil=form(least, signed=False),
        )

    @property
    def digits_form(self) -> DigitsForm:
        """Return how the digits of a number are written, for a script that adds some up."""
        last, earlier = self.locale.decimal_formats[None].grouping
        return DigitsForm(
            get_decimal_symbol(self.locale), get_group_symbol(self.locale), last, earlier
        )

    def number(self, value: Decimal | int, *, signed: bool = False) -> str:
        """Return a quantity with the decimals that were written."""
        # Of two equal ones with other decimals, a cache would give the one that was asked first.
        write = _count if isinstance(value, int) else _number
        return _sign(write(value, self.locale), value, signed)

    def percent(self, value: Decimal) -> str:
        """Return a percentage that is given in percent (6 is 6%)."""
        text = format_percent(value / 100, locale=self.locale, decimal_quantization=False)
        return _sign(text, value, signed=False)

    def days(self, count: int, *, signed: bool = False) -> str:
        """Return a number of calendar days."""
        words = self.ngettext("%(num)s day", "%(num)s days", abs(count))
        return words % {"num": self.number(count, signed=signed)}


@lru_cache(maxsize=4096)
def _money(amount: Decimal, currency: str, locale: Locale) -> str:
    """Return an amount as Babel writes it, kept because Babel is slow and amounts repeat."""
    with localcontext(prec=_DIGITS):
        text = format_currency(amount, currency, locale=locale)
    # CLDR's currency spacing, which Babel leaves out: `KWD 5`, but `US$5`.
    return _CODE_BEFORE_DIGIT.sub("\N{NO-BREAK SPACE}", text)


def _number(value: Decimal | int, locale: Locale) -> str:
    return format_decimal(value, locale=locale, decimal_quantization=False)


_count = lru_cache(maxsize=4096)(_number)


@lru_cache(maxsize=4096)
def _date(day: dt.date, locale: Locale) -> str:
    """Return a day as Babel writes it, kept because Babel is slow and days repeat."""
    return format_date(day, "medium", locale=locale)


def _sign(text: str, value: Decimal | int, signed: bool) -> str:
    """Return the true minus sign, which is as wide as a plus and doesn't break from its number."""
    text = text.replace("-", _MINUS)
    return f"+{text}" if signed and value > 0 else text
