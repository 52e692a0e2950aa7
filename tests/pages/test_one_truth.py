"""What waits and what is counted is the same wherever a client meets it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

import pytest

from changebook.edition import urls
from changebook.exports.feeds.calendar import as_calendar
from changebook.model import sums
from changebook.model.vocabulary import Audience
from changebook.views import change, home, index
from changebook.views.impact import impact
from changebook.views.portfolio import portfolio
from changebook.views.report import reports
from changebook.views.waiting import WaitKind, waiting
from tests import samples

#: What a number of changes is followed by: changes, records, or entries of a list of them.
_COUNTED = re.compile(r"(\d+)\s*(?:changes?\b|项变更)")
_ID = re.compile(r"/?([A-Z]+-\d{4})/")


def counted_links(page: str, html: str) -> Iterator[tuple[int, str, str]]:
    """Each link whose words count changes: the number, and the page and fragment it leads to."""
    for address, words in re.findall(r'<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>', html, re.DOTALL):
        if found := _COUNTED.fullmatch(re.sub(r"<[^>]+>", "", words).strip()):
            target, _, fragment = address.partition("#")
            folder = posixpath.normpath(posixpath.join(posixpath.dirname(page), target or "."))
            path = page if not target else posixpath.normpath(f"{folder}/index.md")
            yield int(found[1]), path, fragment


def below(html: str, fragment: str) -> set[str]:
    """The records that stand in the section with that id. A calculation is no list of them."""
    start = html.index(f'id="{fragment}"')
    return set(_ID.findall(re.split('<h2|id="what-if"', html[start:])[0]))


@pytest.mark.parametrize("slug", samples.SLUGS)
def test_a_number_that_leads_somewhere_leads_to_what_it_counts(slug: str) -> None:
    pages, followed = samples.pages(slug), 0
    for page, html in pages.items():
        for number, target, fragment in counted_links(page, html):
            assert target in pages, (page, target)
            assert fragment, f"{page} counts {number} and leads to the whole of {target}"
            assert len(below(pages[target], fragment)) == number, (page, target, fragment)
            followed += 1
        folded = r"<details[^>]*><summary>([^<]*)</summary>(.*?)</details>"
        for words, inside in re.findall(folded, html, re.DOTALL):
            if found := _COUNTED.fullmatch(words.strip()):
                assert len(set(_ID.findall(inside))) == int(found[1]), (page, words)
                followed += 1
    assert followed > 10


@pytest.mark.parametrize("slug", samples.SLUGS)
def test_a_milestone_names_the_changes_that_its_days_are_made_of(slug: str) -> None:
    edition = samples.edition(slug)
    position = sums.position([r.data for r in edition.records], edition.profile, edition.as_of)
    shown = home.home(edition, position).calendar
    assert shown
    for row, milestone in zip(shown.rows, position.milestones, strict=True):
        days = dict.fromkeys(row.ids, 0)
        for step in milestone.steps:
            if step.id in days:
                days[step.id] += step.days
        assert sum(days.values()) == (milestone.agreed - milestone.original).days
        assert all(days.values())


@pytest.mark.parametrize("slug", samples.SLUGS)
def test_what_waits_is_one_list(slug: str) -> None:
    edition, pages = samples.edition(slug), samples.pages(slug)
    position = sums.position([r.data for r in edition.records], edition.profile, edition.as_of)
    waits = waiting(edition.records, edition.as_of, edition.profile)
    decisions = {item.id for item in waits.decisions}
    # An emergency waits while it is worked on.
    proceeding = {r.data.id for r in edition.records if r.data.undecided_emergency}
    assert proceeding
    assert proceeding <= decisions
    home_ids = below(pages[urls.HOME], "waiting")
    assert set(home_ids) == {item.id for item in waits.all}
    assert below(pages[urls.BY_STATUS], "waiting") == decisions
    rows = (change.row(record, edition.profile, position) for record in edition.records)
    assert {row.id for row in rows if row.waits} == decisions
    history = index.history(edition, position)
    listed = [entry for month in history.months for entry in month.listed]
    for kind in WaitKind:
        assert {e.row.id for e in listed if kind in e.waits} == set(waits.ids(kind))
    process = pages[urls.PROCESS]
    marked = re.findall(
        r"<li>(?:(?!</li>).)*Waiting for your decision|<li>(?:(?!</li>).)*待您决定", process
    )
    assert {id for li in marked for id in _ID.findall(li)} == decisions
    calendar = as_calendar(edition, position, edition.words).decode()
    due = edition.words.gettext("Decision due")
    unfolded = calendar.replace("\r\n ", "")
    found = re.findall(rf"SUMMARY:{due}[:：]\s*([A-Z]+-\d+)", unfolded)
    assert set(found) == {item.id for item in waits.decisions if item.due}
    newest = max(reports(edition), key=lambda each: each.on)
    assert newest.on != edition.as_of or {d.id for d in newest.waiting.decisions} == decisions


def test_the_portfolio_counts_the_same() -> None:
    editions = [samples.edition(slug, Audience.TEAM) for slug in samples.SLUGS]
    view = portfolio([(edition, impact(edition)) for edition in editions])
    for client, edition in zip(view.clients, editions, strict=True):
        assert client.waiting == waiting(edition.records, edition.as_of, edition.profile)


def test_superseded_is_a_status_and_never_a_bucket() -> None:
    labels = {bucket.label for bucket in sums.Bucket}
    assert not any("Superseded" in label for label in labels)
