"""Time the pictures: geometry, template and sanitising of each kind, in milliseconds.

    python benchmarks/charts.py --workspace DIR

Takes the real views of every client of a workspace. Prints a Markdown table; nothing is asserted.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, Template

from changebook import sums, urls
from changebook.checks import load_checked
from changebook.editions import Edition, make_edition
from changebook.rendering import Renderer
from changebook.sanitise import sanitise
from changebook.views import pictures, record
from changebook.vocabulary import Audience
from changebook.words import Words

_DATES = '{{ charts.dates(picture, "a", "b", "c", "d", "e") }}'
_SUMS = "{{ charts.sums(picture, titles, []) }}"
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


def _measure(edition: Edition, runs: int) -> list[tuple[str, str, float, float, float, int]]:
    position = sums.position([r.data for r in edition.records], edition.profile, edition.as_of)
    titles = {r.data.id: r.data.title for r in edition.records}
    pending = [s for s in position.standings.values() if s.bucket in sums.PENDING]
    views = record.records(edition, position)
    strips = [view for view in views if view.calendar]
    found = []
    for kind, source, pages, draw in (
        ("waterfall", _SUMS, 1, lambda: [pictures.sum_picture(position, pending)]),
        (
            "milestones",
            _DATES,
            1,
            lambda: [pictures.dates_picture(position.milestones, edition.as_of)],
        ),
        ("strip", _DATES, len(strips), lambda: [record.calendar(v.moves) for v in strips]),
    ):
        drawn = [picture for picture in draw() if picture]
        if not drawn:
            continue
        html = _html(edition, source, drawn, titles)
        render = partial(_html, edition, source, drawn, titles)
        clean = partial(lambda texts: [sanitise(text) for text in texts], html)
        found.append(
            (
                kind,
                edition.slug,
                _milliseconds(draw, runs) / pages,
                _milliseconds(render, runs) / pages,
                _milliseconds(clean, runs) / pages,
                sum(len(text.encode()) for text in html) // pages,
            )
        )
    return found


@cache
def _template(environment: Environment, source: str) -> Template:
    """Compiled once, as in a build."""
    return environment.from_string(_IMPORT + source)


def _html(edition: Edition, source: str, drawn: list[Any], titles: dict[str, str]) -> list[str]:
    renderer = Renderer(Words(edition.profile.language), directory_urls=True, templates=None)
    template = _template(renderer.environment, source)
    context = {
        "href": partial(renderer.href, urls.IMPACT),
        "currency": edition.profile.contract.currency,
        "edition": edition,
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
    print("| picture | client | geometry, ms | template, ms | sanitising, ms | bytes |")
    print("|---|---|---|---|---|---|")
    for client in workspace.clients:
        edition = make_edition(client, Audience.CLIENT)
        for kind, slug, geometry, render, clean, size in _measure(edition, options.runs):
            print(f"| {kind} | {slug} | {geometry:.2f} | {render:.2f} | {clean:.2f} | {size} |")


if __name__ == "__main__":
    main()
