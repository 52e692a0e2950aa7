"""The catalogue is whole in every language, and dates, money and numbers read as people write."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

import changebook
from changebook import packaged
from changebook.model.catalogues import languages
from changebook.model.sums import Bucket, SumLine
from changebook.model.vocabulary import ChangePath, Confidence, Level, Priority, Status, Term
from changebook.model.words import Words, context

Message = tuple[str | None, str]

#: A catalogue in English is a variant: it has only what is said otherwise there.
VARIANTS = [name for name in languages() if name != "en" and Words(name).locale.language == "en"]
TRANSLATED = [name for name in languages() if name != "en" and name not in VARIANTS]


def _terms(base: type[Term] = Term) -> Iterator[type[Term]]:
    for term_class in base.__subclasses__():
        yield term_class
        yield from _terms(term_class)


def _used() -> set[Message]:
    """Every message of code, templates and vocabularies, with its context."""
    for module in pkgutil.walk_packages(changebook.__path__, "changebook."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)  # vocabularies are known once they are imported
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
    templates = packaged.templates_dir()
    code = Path(changebook.__file__).parent
    found = [
        entry
        for method, files in (
            ("jinja2.ext:babel_extract", templates.rglob("*.j2")),
            ("python", code.rglob("*.py")),
        )
        for file in files
        for entry in extract_from_file(method, file, keywords=keywords)
    ]
    words: set[Message] = {
        (about, message if isinstance(message, str) else message[0])
        for _, message, _, about in found
    }
    return words | {(context(kind), term.label) for kind in _terms() for term in kind}


def _catalogue(language: str) -> Catalog:
    file = packaged.templates_dir() / "locale" / f"{language.replace('-', '_')}.po"
    with file.open("rb") as source:
        return read_po(source, locale=file.stem, abort_invalid=True)


def _singular(id: str | tuple[str, ...] | list[str]) -> str:
    return id if isinstance(id, str) else id[0]


def test_messages_are_found_in_templates_code_and_vocabularies() -> None:
    used = _used()
    assert {
        (None, "Where we stand"),
        (None, "This page does not exist"),
        (None, "%(num)s day"),
        ("status", "Draft"),
        ("bucket", "Pending"),
        ("clause", ", "),
        ("day", "Requested"),
    } <= used


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated_and_none_is_left_over(language: str) -> None:
    catalogue = {(m.context, _singular(m.id)): m for m in _catalogue(language) if m.id}
    used = _used()
    assert sorted(map(str, used - catalogue.keys())) == [], "missing"
    assert sorted(map(str, catalogue.keys() - used)) == [], "not used"
    untranslated = [key for key, m in catalogue.items() if not all(m.string or ()) or m.fuzzy]
    assert untranslated == []


@pytest.mark.parametrize("language", VARIANTS)
def test_a_variant_of_english_has_only_what_is_said_otherwise(language: str) -> None:
    catalogue = {(m.context, _singular(m.id)): m for m in _catalogue(language) if m.id}
    assert catalogue
    assert sorted(map(str, catalogue.keys() - _used())) == [], "not used"
    assert [key for key, m in catalogue.items() if m.string in (m.id, "") or m.fuzzy] == []


@pytest.mark.parametrize("language", [*VARIANTS, *TRANSLATED])
def test_translations_keep_the_places_of_values(language: str) -> None:
    for message in (m for m in _catalogue(language) if m.id):
        places = set(re.findall(r"%\(\w+\)s", _singular(message.id)))
        strings = [message.string] if isinstance(message.string, str) else message.string
        for string in strings or ():
            assert set(re.findall(r"%\(\w+\)s", string)) <= places | {"%(num)s"}
            assert places <= set(re.findall(r"%\(\w+\)s", string)), message.id


def test_each_vocabulary_has_its_own_labels() -> None:
    chinese = Words("zh-CN")
    assert chinese.label(Status.SUPERSEDED) == "已被取代"
    assert chinese.label(Priority.HIGH) == chinese.label(Level.HIGH) == "高"
    assert chinese.label(SumLine.REVISED) == "变更后合同金额"
    assert Words("en").label(Bucket.PROCEEDING) == "Proceeding, not agreed"


#: Chinese has marks of its own: an ASCII mark beside a Chinese character is a slip.
_WIDE = "\u3000-\u303f\u3400-\u9fff\uff00-\uffef"
_ASCII_MARK = re.compile(rf"[{_WIDE}] ?[,.;:!?()'\"]|[,;:!?()'\"] ?[{_WIDE}]")


def test_chinese_has_chinese_punctuation() -> None:
    strings = [
        string
        for message in _catalogue("zh_CN")
        if message.id
        for string in (
            [message.string] if isinstance(message.string, str) else message.string or ()
        )
    ]
    assert [string for string in strings if _ASCII_MARK.search(string)] == []
    assert _ASCII_MARK.search("若待定变更获批: 六月")


def test_no_template_writes_punctuation_that_depends_on_the_language() -> None:
    """A colon after a value or a message is ASCII in every language: it belongs into a message."""
    found = {
        f"{file.name}:{number}"
        for folder in ("pages", "print", "mail")
        for file in (packaged.templates_dir() / folder).glob("*.j2")
        for number, line in enumerate(file.read_text("utf-8").split("\n"), 1)
        if re.search(r"\}\}(?:</\w+>)?[:;!?,](?:\s|$)", line) and "style=" not in line
    }
    assert found == set()


def test_a_language_without_a_catalogue_is_no_language() -> None:
    assert languages() == ("en", "en-US", "zh-CN")
    with pytest.raises(KeyError):
        Words("xx")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ("15 Sept 2026", "September 2026", "2026")),
        ("en-US", ("Sep 15, 2026", "September 2026", "2026")),
        ("zh-CN", ("2026年9月15日", "2026年9月", "2026年")),
    ],
)
def test_dates(language: str, expected: tuple[str, str, str]) -> None:
    words, day = Words(language), date(2026, 9, 15)
    assert (words.date(day), words.month(day), words.year(day)) == expected


@pytest.mark.parametrize(
    ("language", "amount", "currency", "signed", "expected"),
    [
        ("en", "1234.5", "GBP", False, "£1,234.50"),
        ("en", "-1234.5", "GBP", False, "−£1,234.50"),
        ("en", "1234.5", "GBP", True, "+£1,234.50"),
        ("en", "0", "GBP", True, "£0.00"),
        ("en", "1234", "JPY", False, "JP¥1,234"),
        ("en", "1234.567", "KWD", False, "KWD 1,234.567"),
        ("zh-CN", "-1234.5", "CNY", True, "−¥1,234.50"),
        ("en", "123456789012345.67", "GBP", False, "£123,456,789,012,345.67"),
    ],
)
def test_money(language: str, amount: str, currency: str, signed: bool, expected: str) -> None:
    text = Words(language).money(Decimal(amount), currency, signed=signed)
    assert text.replace("\N{NO-BREAK SPACE}", " ") == expected


def test_numbers_days_and_percent() -> None:
    english, chinese = Words("en"), Words("zh-CN")
    assert english.number(Decimal("12.50")) == "12.5"
    assert english.number(Decimal("-0.125"), signed=True) == "−0.125"
    assert english.percent(Decimal("6.25")) == "6.25%"
    assert [english.days(n, signed=True) for n in (-1, 0, 1, 10)] == [
        "−1 day",
        "0 days",
        "+1 day",
        "+10 days",
    ]
    assert chinese.days(3) == "3天"


def test_american_english_is_english_as_the_united_states_write_it() -> None:
    american, english = Words("en-US"), Words("en")
    assert american.label(ChangePath.STANDARD) == "Standard (pre-authorized)"
    assert american.gettext("Where we stand") == english.gettext("Where we stand")
    assert american.days(1) == "1 day"
    assert american.in_sentence(Confidence.FIRM) == "firm"
    span = american.span(date(2026, 8, 31), date(2026, 9, 6))
    assert re.sub(r"\s", " ", span) == "Aug 31 \N{EN DASH} Sep 6, 2026"


def test_sentences_are_parted_as_the_language_parts_them() -> None:
    assert [Words(language).gap for language in ("en", "en-US", "zh-CN")] == [" ", " ", ""]


def test_chinese_parts_clauses_and_the_names_of_a_list_by_different_commas() -> None:
    chinese, english = Words("zh-CN"), Words("en")
    assert (chinese.pgettext("clause", ", "), chinese.gettext(", ")) == ("，", "、")
    assert (english.pgettext("clause", ", "), english.gettext(", ")) == (", ", ", ")


def test_money_of_any_size() -> None:
    """A quantity times a rate has more digits than Python's decimals keep by themselves."""
    text = Words("en").money(Decimal("123456789012345678901234567890.12"), "EUR")
    assert text == "€123,456,789,012,345,678,901,234,567,890.12"
