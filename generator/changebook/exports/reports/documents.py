"""A report as one file: HTML with its pictures in it, Markdown, and plain text."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment

from changebook.edition import urls
from changebook.edition.editions import Edition
from changebook.exports.reports import strips
from changebook.model.periods import Period
from changebook.model.sums import SumLine
from changebook.model.vocabulary import Audience
from changebook.pages.literal import literal
from changebook.pages.phrases import Phrases
from changebook.pages.rendering import environment, one_line
from changebook.views.report import PeriodReport, report

#: What an address may hold without being quoted, and what ends one in Markdown is not among it.
_IN_ADDRESS = ":/?#@!$&*+,;=%~"
#: What CommonMark surely takes for an address between angle brackets.
_MAIL = re.compile(r"[A-Za-z0-9.+_-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


@dataclass(frozen=True)
class Picture:
    """A PNG, and what it shows in words."""

    png: bytes
    alt: str


@dataclass(frozen=True)
class Document:
    """A report with all that its forms need. `templates` is a team's own `site_templates`."""

    edition: Edition
    report: PeriodReport
    templates: Path | None = None

    @cached_property
    def wording(self) -> Phrases:
        profile = self.edition.profile
        return Phrases(self.edition.words, profile, self.edition.audience)

    @property
    def title(self) -> str:
        return self.wording.title(self.report.period)

    @cached_property
    def pictures(self) -> Mapping[str, Picture]:
        """Return the strips of the sums by their lines, and those of the dates by their numbers."""
        return dict((*self._sums(), *self._dates()))

    def markdown(self) -> str:
        """Write Markdown in which no text of a record can act."""
        return self._text(
            t=literal,
            within=_within,
            heading=lambda level, text: f"{'#' * level} {literal(text)}",
            strong=lambda text: f"**{_within(text)}**",
            mail=lambda address: f"<{address}>" if _MAIL.fullmatch(address) else literal(address),
            linked=True,
            rule="",
        )

    def text(self) -> str:
        """Write plain text, for mail programs that show no HTML."""
        return self._text(
            t=one_line,
            within=one_line,
            heading=_underlined,
            strong=one_line,
            mail=one_line,
            linked=False,
            rule="--",
        )

    def html(self, source: Callable[[str], str] | None = None) -> str:
        """Write one page that loads nothing from anywhere.

        `source` gives the address of a picture by its name; without it, the page holds them.
        """
        template = self._environment().get_template("report.html.j2")
        return template.render(
            self._context(),
            pictures=self.pictures,
            picture_width=strips.WIDTH,
            picture_height=strips.HEIGHT,
            source=source or self._inside,
            sums_note=self._sums_note(),
        )

    def _text(self, **form: Any) -> str:
        environment = self._environment().overlay(autoescape=False)
        text = environment.get_template("report.md.j2").render(self._context(), **form)
        return without_gaps(text)

    def _environment(self) -> Environment:
        folders = (self.templates,) if self.templates else ()
        return environment(self.edition.profile.language, folders, "mail")

    def _context(self) -> dict[str, Any]:
        wording = self.wording
        return {
            "title": self.title,
            "about": wording.about(self.report),
            "summary": wording.joined(wording.summary(self.report)),
            "profile": self.edition.profile,
            "team": self.edition.audience is Audience.TEAM,
            "report": self.report,
            "wording": wording,
            "link": self._link,
        }

    def _link(self, target: str) -> str | None:
        """Return the whole address of a page, where it is known at which one the site is read."""
        base = self.edition.site_url
        return quote(urls.absolute(base, target), safe=_IN_ADDRESS) if base else None

    def _inside(self, name: str) -> str:
        coded = base64.b64encode(self.pictures[name].png).decode("ascii")
        return f"data:image/png;base64,{coded}"

    def _sums(self) -> Iterator[tuple[str, Picture]]:
        drawn, words = self.report.sums, self.wording.words
        if drawn is None:
            return
        currency = self.edition.profile.contract.currency
        for line, bar, kind in (
            (SumLine.ORIGINAL, drawn.original, "total"),
            (SumLine.APPROVED, drawn.approved, "approved"),
            (SumLine.REVISED, drawn.revised, "total"),
            (SumLine.PENDING, drawn.pending, "pending"),
            (SumLine.FORECAST, drawn.forecast, "total"),
        ):
            ends = [words.money(end, currency) for end in (bar.start, bar.end)]
            alt = ends[1] if kind == "total" else " → ".join(ends)
            yield line.value, Picture(strips.sum_strip(bar, kind), alt)

    def _dates(self) -> Iterator[tuple[str, Picture]]:
        drawn, words = self.report.calendar, self.wording.words
        for number, row in enumerate(drawn.rows if drawn else (), 1):
            today = drawn.today if drawn else None
            alt = " → ".join(
                words.date(day) for day in dict.fromkeys((row.move.start, row.move.end))
            )
            yield f"date-{number}", Picture(strips.date_strip(row, today), alt)

    def _sums_note(self) -> str:
        """Say how to read the bars of the sums."""
        _, drawn = self.wording.words.gettext, self.report.sums
        if drawn is None:
            return ""
        sentences = [_("Bars with a dashed outline are pending; hollow bars are reductions.")]
        if drawn.cut:
            text = _("The scale starts at %(money)s, not at zero.")
            currency = self.edition.profile.contract.currency
            sentences.append(text % {"money": self.wording.words.money(drawn.axis.low, currency)})
        return self.wording.joined(sentences)


def document(edition: Edition, period: Period, templates: Path | None = None) -> Document:
    """Return the report of a period. Raises PeriodUnknown where the log does not reach into it."""
    return Document(edition, report(edition, period), templates)


def _within(text: str) -> str:
    """Return Markdown of a text that does not begin a line, so that a plus needs no backslash."""
    return literal(f", {text}").removeprefix(", ")


def _underlined(level: int, text: str) -> str:
    line = one_line(text)
    return line if level > 2 else f"{line}\n{'=-'[level - 1] * 40}"


def without_gaps(text: str) -> str:
    """Return the text without a second empty line or spaces at the end of a line."""
    lines: list[str] = []
    for line in text.strip().split("\n"):
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines) + "\n"
