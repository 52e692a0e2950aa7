"""Everything that depends on the reader's language: messages, labels, dates, money, numbers.

English is the language of the message ids. Every other language is one gettext catalogue,
`site_templates/locale/<language>.po`; nothing else has to be written for a new one.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, localcontext
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, format_percent

from changebook import packaged
from changebook.vocabulary import Term

SOURCE_LANGUAGE = "en"
#: Day before month and 24 hours: what English means outside the United States.
_SOURCE_LOCALE = "en_GB"
_CODE_BEFORE_DIGIT = re.compile(r"(?<=[A-Za-z])(?=\d)")
_MINUS = "\N{MINUS SIGN}"
#: As exact as the sums are: the usual 28 digits are fewer than a product of two amounts has.
_DIGITS = 100


def languages() -> tuple[str, ...]:
    """The languages that pages can be made in, as profiles name them (`zh-CN`)."""
    folder = packaged.templates_dir() / "locale"
    found = sorted(file.stem.replace("_", "-") for file in folder.glob("*.po"))
    return (SOURCE_LANGUAGE, *found)


def context(term_class: type[Term]) -> str:
    """The message context of a vocabulary's labels: `Open` differs with what is open."""
    return term_class.__name__.lower()


class Words:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        source = language == SOURCE_LANGUAGE
        catalogue = NullTranslations() if source else _catalogue(language)
        self.locale = Locale.parse(_SOURCE_LOCALE if source else language.replace("-", "_"))
        self.gettext = catalogue.gettext
        self.ngettext = catalogue.ngettext
        self.pgettext = catalogue.pgettext
        self.npgettext = catalogue.npgettext

    @property
    def theme_language(self) -> str:
        """The language as Material names it: its translations of the theme's own words."""
        return self.locale.language

    def label(self, term: Term) -> str:
        """A vocabulary's word as readers see it."""
        return self.pgettext(context(type(term)), term.label)

    def date(self, day: dt.date) -> str:
        """A day, with the month in letters so that no reader mistakes it for another."""
        return format_date(day, "medium", locale=self.locale)

    def month(self, day: dt.date) -> str:
        """A month with its year."""
        return format_skeleton("yMMMM", day, locale=self.locale)

    def tick(self, day: dt.date) -> str:
        """A month with its year, as short as an axis wants it."""
        return format_skeleton("yMMM", day, locale=self.locale)

    def quarter(self, day: dt.date) -> str:
        """The quarter that a day is in, with its year."""
        return format_skeleton("yQQQ", day, locale=self.locale)

    def year(self, day: dt.date) -> str:
        """A year, as headings show it."""
        return format_skeleton("y", day, locale=self.locale)

    def money(self, amount: Decimal, currency: str, *, signed: bool = False) -> str:
        """An amount with the decimals of its currency; `signed` shows a plus too."""
        with localcontext(prec=_DIGITS):
            text = format_currency(amount, currency, locale=self.locale)
        # CLDR's currency spacing, which Babel leaves out: `KWD 5`, but `US$5`.
        text = _CODE_BEFORE_DIGIT.sub("\N{NO-BREAK SPACE}", text)
        return _sign(text, amount, signed)

    def number(self, value: Decimal | int, *, signed: bool = False) -> str:
        """A quantity with the decimals that were written."""
        text = format_decimal(value, locale=self.locale, decimal_quantization=False)
        return _sign(text, value, signed)

    def percent(self, value: Decimal) -> str:
        """A percentage that is given in percent (6 is 6%)."""
        text = format_percent(value / 100, locale=self.locale, decimal_quantization=False)
        return _sign(text, value, signed=False)

    def days(self, count: int, *, signed: bool = False) -> str:
        """A number of calendar days."""
        words = self.ngettext("%(num)s day", "%(num)s days", abs(count))
        return words % {"num": self.number(count, signed=signed)}


def _sign(text: str, value: Decimal | int, signed: bool) -> str:
    """The true minus sign, which is as wide as a plus and doesn't break from its number."""
    text = text.replace("-", _MINUS)
    return f"+{text}" if signed and value > 0 else text


@lru_cache
def _catalogue(language: str) -> NullTranslations:
    """A language's catalogue, compiled in memory. KeyError where there is none."""
    if language not in languages():
        raise KeyError(language)
    file = packaged.templates_dir() / "locale" / f"{language.replace('-', '_')}.po"
    with file.open("rb") as source:
        catalog = read_po(source, locale=file.stem)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return GNUTranslations(compiled)
