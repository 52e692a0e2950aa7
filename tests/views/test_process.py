"""The process page: the life cycle is TRANSITIONS, and each open change stands in it once."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from changebook.edition import urls
from changebook.edition.editions import Edition, make_edition
from changebook.model.schema import Request
from changebook.model.vocabulary import BACKBONE, ENDED, TRANSITIONS, Audience, Status
from changebook.model.words import Words
from changebook.read.workspace import read_workspace
from changebook.views.impact import impact
from changebook.views.meanings import of_statuses
from changebook.views.process import LifeCycle, Station, life_cycle
from tests.all_pages import edition_pages

CASES = Path(__file__).parents[1] / "cases"


@pytest.fixture(scope="module")
def edition() -> Edition:
    workspace, _ = read_workspace(CASES / "pages")
    return make_edition(workspace.client("acme"), Audience.CLIENT)


def _stations(view: LifeCycle) -> list[Station]:
    return [*(s for stage in view.stages for s in stage.stations), *view.sides]


def _view(edition: Edition) -> LifeCycle:
    return life_cycle(edition, impact(edition).position)


def test_every_status_but_a_draft_has_one_station(edition: Edition) -> None:
    shown = [station.status for station in _stations(_view(edition))]
    assert sorted(shown) == sorted(set(Status) - {Status.DRAFT})


def test_every_transition_is_drawn_and_no_other(edition: Edition) -> None:
    way = [s for statuses in BACKBONE.values() for s in statuses]
    drawn = set(pairwise(way))
    drawn |= {(s.status, to) for s in _stations(_view(edition)) for to in s.beside}
    allowed = {(a, b) for a, onward in TRANSITIONS.items() for b in onward}
    assert drawn == {(a, b) for a, b in allowed if a is not Status.DRAFT}


def test_open_changes_stand_where_they_are_and_ended_ones_are_counted(edition: Edition) -> None:
    view = _view(edition)
    at = {record.data.id: record.data.status for record in edition.records}
    shown = {row.id: s.status for s in _stations(view) for row in s.rows}
    assert shown == {id: status for id, status in at.items() if status not in ENDED}
    assert view.open == len(shown)
    for station in _stations(view):
        assert station.count == list(at.values()).count(station.status)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_status_is_explained(language: str) -> None:
    assert set(of_statuses(Words(language), "Northwind")) == set(Status)


def _process(edition: Edition) -> str:
    return next(page.content for page in edition_pages(edition) if page.path == urls.PROCESS)


def _asking(edition: Edition, request: Request) -> str:
    profile = edition.profile.model_copy(update={"request": request})
    return _process(replace(edition, profile=profile))


def test_people_without_a_role_have_none(edition: Edition) -> None:
    people = tuple(person.model_copy(update={"role": None}) for person in edition.profile.people)
    profile = edition.profile.model_copy(update={"people": people})
    assert ">None<" not in _process(replace(edition, profile=profile))


def test_links_between_stations_lead_to_stations(edition: Edition) -> None:
    content = _process(edition)
    there = set(re.findall(r'id="(at-[\w-]+)"', content))
    assert set(re.findall(r'href="#(at-[\w-]+)"', content)) <= there
    assert len(there) == len(Status) - 1


def test_without_guidance_the_usual_questions_are_asked(edition: Edition) -> None:
    content = _process(edition)
    assert "A few sentences are enough" in content
    assert "What should change?" in content
    assert "Request a change online" not in content


def test_a_clients_own_guidance_questions_and_form(edition: Edition) -> None:
    content = _asking(
        edition,
        Request(
            guidance="Tell <Zhao> first.\n\nOne mail each.",
            questions=("Which store?",),
            email="ask@northwind.example",
            form="https://tracker.example/new?a=1&b=2",
        ),
    )
    assert "<p>Tell &lt;Zhao&gt; first.</p>\n<p>One mail each.</p>" in content
    assert "<li>Which store?</li>" in content
    assert "What should change?" not in content
    assert "A few sentences are enough" not in content
    assert 'href="https://tracker.example/new?a=1&amp;b=2"' in content
    assert "mailto:ask@northwind.example" in content
    assert "Which%20store%3F" in content
