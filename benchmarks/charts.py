"""Time the pictures: geometry, template and sanitising of each kind, in milliseconds.

    pip install pygal
    python benchmarks/charts.py --workspace DIR

Takes the real views of every client of a workspace. Beside the kinds that have an axis of values
stands what pygal, a charting library, needs for the same figures. Prints a Markdown table; nothing
is asserted.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import pygal
from jinja2 import Environment, Template

from changebook.check import load_checked
from changebook.edition import urls
from changebook.edition.editions import Edition, make_edition
from changebook.model import sums
from changebook.model.sums import CoursePoint, Position
from changebook.model.sums.pace import MonthRate
from changebook.model.vocabulary import Audience
from changebook.model.words import Words
from changebook.pages.rendering import Renderer
from changebook.pages.sanitise import sanitise
from changebook.views import impact, pictures, record

_DATES = '{{ charts.dates(picture, "a", "b", "c", "d", "e") }}'
_IMPORT = '{% import "_charts.md.j2" as charts with context %}'


def _milliseconds(call: Callable[[], object], runs: int) -> float:
    """The median of so many runs, after one that warms up."""
    call()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


@dataclass(frozen=True)
class Kind:
    """A kind of picture: its template, how its pictures are drawn, and the same with pygal."""

    name: str
    source: str
    draw: Callable[[], list[Any]]
    pygal: Callable[[], bytes] | None = None


def _kinds(edition: Edition) -> list[Kind]:
    view = impact.impact(edition)
    position, rates = view.position, view.pace.months
    pending = [change.standing for change in view.pending]
    records = record.records(edition, position)
    strips = [r.moves for r in records if r.calendar]
    costs = [r.costs for r in records if r.costs and r.cost_picture]
    shares = [group.share for group in view.by_item]
    return [
        Kind(
            "waterfall",
            "{{ charts.sums(picture, titles, []) }}",
            lambda: [pictures.sum_picture(position, pending)],
            lambda: _pygal_waterfall(position),
        ),
        Kind(
            "milestones",
            _DATES,
            lambda: [pictures.dates_picture(position.milestones, edition.as_of)],
        ),
        Kind(
            "sum over time",
            "{{ charts.course(picture) }}",
            lambda: [pictures.course_picture(position, view.course)],
            lambda: _pygal_course(view.course),
        ),
        Kind(
            "change rate",
            "{{ charts.rates(picture) }}",
            lambda: [pictures.rate_picture(rates)],
            lambda: _pygal_rates(rates),
        ),
        Kind(
            "bars of a breakdown",
            "{% for bars in picture %}{{ charts.share(bars) }}{% endfor %}",
            lambda: [[bars for bars in pictures.share_bars(shares) if bars]],
        ),
        Kind("risk matrix", "{{ charts.matrix(picture) }}", lambda: [impact.matrix(view.risks)]),
        Kind(
            "days in each status",
            "{% for bars in picture %}{{ charts.stay(bars) }}{% endfor %}",
            lambda: [[bars for bars in pictures.day_bars(view.pace.statuses) if bars]],
        ),
        Kind(
            "sums, small",
            "{{ charts.small_sums(picture) }}",
            lambda: [pictures.small_sums(position)],
        ),
        Kind("strip", _DATES, lambda: [record.calendar(moves) for moves in strips]),
        Kind(
            "cost",
            "{{ charts.cost(picture, 'pending') }}",
            lambda: [pictures.cost_picture(table) for table in costs],
        ),
    ]


def _pygal_waterfall(position: Position) -> bytes:
    chart = pygal.HorizontalStackedBar()
    chart.x_labels = [order.id for order in position.register]
    chart.add("before", [float(min(o.before, o.after)) for o in position.register])
    chart.add("this", [float(abs(o.this)) for o in position.register])
    return bytes(chart.render())


def _pygal_course(points: Sequence[CoursePoint]) -> bytes:
    chart = pygal.DateLine()
    chart.add("revised", [(point.on, float(point.revised)) for point in points])
    return bytes(chart.render())


def _pygal_rates(rates: Sequence[MonthRate]) -> bytes:
    chart = pygal.Bar()
    chart.x_labels = [rate.first.isoformat() for rate in rates]
    chart.add("asked for", [len(rate.requested) for rate in rates])
    chart.add("decided", [len(rate.decided) for rate in rates])
    return bytes(chart.render())


def _measure(edition: Edition, runs: int) -> Iterator[str]:
    """A row of the table for each kind."""
    titles = {r.data.id: r.data.title for r in edition.records}
    position = sums.position([r.data for r in edition.records], edition.profile, edition.as_of)
    for kind in _kinds(edition):
        drawn = [picture for picture in kind.draw() if picture]
        if not drawn:
            continue
        render = partial(_html, edition, position, kind.source, drawn, titles)
        html = render()
        clean = partial(lambda texts: [sanitise(text) for text in texts], html)
        ours = [_milliseconds(call, runs) / len(drawn) for call in (kind.draw, render, clean)]
        size = sum(len(text.encode()) for text in html) // len(drawn)
        other = (
            f"{_milliseconds(kind.pygal, runs):.1f} | {len(kind.pygal())}" if kind.pygal else "|"
        )
        cells = " | ".join(f"{time:.2f}" for time in ours)
        yield f"| {kind.name} | {edition.slug} | {cells} | {size} | {other} |"


@cache
def _template(environment: Environment, source: str) -> Template:
    """Compiled once, as in a build."""
    return environment.from_string(_IMPORT + source)


def _html(
    edition: Edition, position: Position, source: str, drawn: list[Any], titles: dict[str, str]
) -> list[str]:
    renderer = Renderer(Words(edition.profile.language), directory_urls=True, templates=None)
    template = _template(renderer.environment, source)
    context = {
        "href": partial(renderer.href, urls.IMPACT),
        "currency": edition.profile.contract.currency,
        "edition": edition,
        "position": position,
        "titles": titles,
    }
    return [template.render(picture=picture, **context) for picture in drawn]


def main() -> None:
    """Measure the clients' editions of a workspace."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    workspace, _ = load_checked(options.workspace)
    print(
        "| picture | client | geometry, ms | template, ms | sanitising, ms | bytes "
        "| pygal, ms | pygal, bytes |"
    )
    print("|---|---|--:|--:|--:|--:|--:|--:|")
    for client in workspace.clients:
        for row in _measure(make_edition(client, Audience.CLIENT), options.runs):
            print(row)


if __name__ == "__main__":
    main()
