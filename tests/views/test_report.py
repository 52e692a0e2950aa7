"""Weekly and monthly reports: what a period says, and that all periods together say everything."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changebook.edition import urls
from changebook.edition.editions import Edition, EditionRecord, as_known
from changebook.model import periods
from changebook.model.periods import Period, PeriodKind
from changebook.model.schema import ChangeRecord, Communication, PlanStep
from changebook.model.sums import SumLine
from changebook.model.visibility import is_unseen
from changebook.model.vocabulary import Audience, Status
from changebook.model.words import Words
from changebook.pages.wording import Wording
from changebook.views import months, report
from changebook.views.news import EventKind, events
from changebook.views.report import PeriodReport, PeriodUnknown, ReportStage
from tests import strategies
from tests.all_pages import edition_pages
from tests.views.test_months import approved, edition, profile, record

CLIENT, TEAM = Audience.CLIENT, Audience.TEAM

#: 5,000.00 asked for on 2 March, granted on the 10th with three days.
FIRST = approved(1, "2026-03-10", asked="2026-03-02", days=3)


def of(log: Edition, name: str) -> PeriodReport:
    return report.report(log, periods.named(name))


def sentences(log: Edition, name: str, language: str = "en") -> tuple[str, ...]:
    wording = Wording(Words(language), log.profile, log.audience)
    return wording.summary(of(log, name))


def test_many_dates_that_moved_are_told_by_the_completion_and_their_number() -> None:
    log = edition(approved(1, "2026-03-10"))
    known = report.report(log, periods.named("2026-03"))
    (uat, live) = known.since.dates
    moved = [
        replace(each, after=replace(each.after, agreed=each.after.agreed + timedelta(days=2)))
        for each in (uat, uat, uat, live)
    ]
    view = replace(known, since=replace(known.since, dates=tuple(moved)))
    told = " ".join(Wording(Words("en"), log.profile, log.audience).summary(view))
    assert "Go-live" in told
    assert "3 other dates moved." in told
    assert "UAT" not in told


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("2026-W12", date(2026, 3, 16), date(2026, 3, 22)),
        ("2026W12", date(2026, 3, 16), date(2026, 3, 22)),
        ("2026-w12", date(2026, 3, 16), date(2026, 3, 22)),
        ("2025-W01", date(2024, 12, 30), date(2025, 1, 5)),
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 3)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("9999-12", date(9999, 12, 1), date.max),
        ("9999-W52", date(9999, 12, 27), date.max),
    ],
)
def test_a_period_has_a_name(name: str, first: date, last: date) -> None:
    period = periods.named(name)
    assert (period.first, period.last) == (first, last)
    assert periods.named(period.id) == period


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("2026-13", "2026-13 is not a month of the calendar"),
        ("0000-01", "0000-01 is not a month of the calendar"),
        ("2025-W53", "2025-W53 is not a week of the calendar: 2025 has weeks W01 to W52"),
        ("2026-W00", "2026-W00 is not a week of the calendar: 2026 has weeks W01 to W53"),
        ("0000-W01", "0000-W01 is not a week of the calendar: the year is out of range"),
        ("March", "'March' is neither a week like 2026-W12 nor a month like 2026-03"),
        ("2026-3", "'2026-3' is neither a week like 2026-W12 nor a month like 2026-03"),
        ("", "'' is neither a week like 2026-W12 nor a month like 2026-03"),
    ],
)
def test_what_is_no_period_is_refused_with_a_way_out(name: str, says: str) -> None:
    with pytest.raises(ValueError, match=r".+") as caught:
        periods.named(name)
    assert str(caught.value) == says


@given(st.dates(), st.sampled_from(PeriodKind))
def test_every_day_is_in_one_period_of_a_kind(day: date, kind: PeriodKind) -> None:
    period = periods.around(day, kind)
    assert period.first <= day <= period.last
    assert periods.around(period.first, kind) == periods.around(period.last, kind) == period
    if period.last < date.max:
        assert period.next.first.toordinal() == period.last.toordinal() + 1
        assert periods.last_complete(period.last, kind) == period
        assert periods.last_complete(period.next.first, kind) == period


def test_a_report_says_what_happened_to_which_change() -> None:
    asked = record(2, "submitted 2026-03-12", "assessing 2026-03-13")
    log = edition(FIRST, asked, audience=CLIENT)
    march = of(log, "2026-03")
    assert [
        (stage, [(p.row.id, [step.status for step in p.steps]) for p in group])
        for stage, group in march.stages
    ] == [
        (
            ReportStage.REQUESTED,
            [("ACME-0001", [Status.SUBMITTED]), ("ACME-0002", [Status.SUBMITTED])],
        ),
        (
            ReportStage.ASSESSED,
            [
                ("ACME-0001", [Status.ASSESSING, Status.AWAITING_DECISION]),
                ("ACME-0002", [Status.ASSESSING]),
            ],
        ),
        (ReportStage.DECIDED, [("ACME-0001", [Status.APPROVED])]),
    ]
    assert [p.decision.amount for p in march.progress if p.decision] == [FIRST.decision.amount]  # type: ignore[union-attr]
    assert march.since.difference(SumLine.REVISED) == 5000
    assert [(d.after.id, d.days) for d in march.since.dates if d.ids] == [("go-live", 3)]
    assert [(a.id, a.since) for a in march.in_hand.assessments] == [
        ("ACME-0002", date(2026, 3, 13))
    ]


def test_a_report_in_words() -> None:
    log = edition(FIRST, audience=CLIENT)
    assert sentences(log, "2026-03") == (
        "1 change was requested, 1 assessed, 1 decided.",
        "The contract sum rose by CN¥5,000.00 to CN¥1,005,000.00.",
        "“Go-live” moved 3 days later, to 3 Jul 2026.",
        "Nothing is waiting for you.",
    )
    assert sentences(log, "2026-03", "zh-CN")[:2] == (
        "提出变更1项，完成评估1项，作出决定1项。",
        "合同金额增加 ¥5,000.00，现为 ¥1,005,000.00。",
    )
    assert sentences(log, "2026-W10") == (
        "1 change was requested, 1 assessed.",
        "The contract sum is still CN¥1,000,000.00.",
        "1 item is waiting for you.",
    )
    assert sentences(edition(FIRST, audience=TEAM), "2026-W10")[-1] == (
        "1 item is waiting for Acme Trading."
    )


def test_a_report_says_what_was_taken_back() -> None:
    void = {"status": "void", "on": "2026-04-07", "by": "Chen Yu", "note": "Cancelled."}
    history = [entry.model_dump(exclude_none=True) for entry in FIRST.history]
    log = edition(record(1, *history, void, days=3), audience=CLIENT)
    assert sentences(log, "2026-04") == (
        "1 change was withdrawn or voided.",
        "The contract sum fell by CN¥5,000.00 to CN¥1,000,000.00.",
        "“Go-live” moved 3 days earlier, to 30 Jun 2026.",
        "Nothing is waiting for you.",
    )


def test_a_quiet_period_says_so() -> None:
    log = edition(FIRST, audience=CLIENT)
    assert sentences(log, "2026-04") == (
        "A quiet month: nothing changed.",
        "Nothing is waiting for you.",
    )
    assert sentences(log, "2026-W15")[0] == "A quiet week: nothing changed."
    so_far = edition(FIRST, audience=CLIENT, until=date(2026, 4, 29))
    assert sentences(so_far, "2026-04")[0] == "Nothing has changed so far."


def test_what_happened_where_no_change_moved_on_is_told_in_sentences() -> None:
    talked, done = "2026-03-17", "2026-03-18"
    talks = [
        Communication.model_validate({"on": talked, "channel": "call", "summary": text})
        for text in ("The price.", "The date.")
    ]
    step = PlanStep.model_validate({"step": "Build", "done": done})
    first = FIRST.model_copy(update={"communications": tuple(talks), "plan": (step,)})
    log = edition(first, audience=CLIENT)
    once = edition(first.model_copy(update={"communications": tuple(talks[:1])}), audience=CLIENT)

    def told(log: Edition, language: str) -> str:
        return Wording(Words(language), log.profile, log.audience).line(of(log, "2026-W12"))

    assert told(log, "en") == "2 conversations, one step completed."
    assert told(log, "en-US") == "2 conversations, one step completed."
    assert told(log, "zh-CN") == "沟通2次，完成1个步骤。"
    assert told(once, "en") == "One conversation, one step completed."
    assert told(once, "zh-CN") == "沟通1次，完成1个步骤。"


def test_quiet_weeks_have_no_page_and_quiet_months_have_one() -> None:
    log = edition(FIRST, audience=CLIENT)
    assert [r.period.id for r in report.reports(log)] == [
        "2026-04",
        "2026-03",
        "2026-W11",
        "2026-W10",
        "2026-02",
        "2026-01",
    ]
    so_far = edition(FIRST, audience=CLIENT, until=date(2026, 3, 10))
    assert [(r.period.id, r.complete) for r in report.reports(so_far)][:2] == [
        ("2026-03", False),
        ("2026-W11", False),
    ]
    assert report.reports(edition(until=date(2026, 1, 14))) == ()


def test_a_week_in_which_an_approval_comes_into_force_has_a_page() -> None:
    later = approved(1, "2026-03-10", asked="2026-03-02", effective="2026-04-15")
    log = edition(later, audience=CLIENT)
    week = next(r for r in report.reports(log) if r.period.id == "2026-W16")
    assert (week.progress, week.notices) == ((), ())
    assert sentences(log, "2026-W16")[:2] == (
        "No change reached a new status.",
        "The contract sum rose by CN¥5,000.00 to CN¥1,005,000.00.",
    )


def test_what_is_written_down_late_is_in_the_report_of_the_day_on_which_it_was() -> None:
    late = approved(1, "2026-03-10", asked="2026-03-02", recorded="2026-04-02")
    log = edition(late)
    march, april = of(log, "2026-03"), of(log, "2026-04")
    assert [p.stage for p in march.progress] == [ReportStage.REQUESTED, ReportStage.ASSESSED]
    assert [(entry.id, entry.recorded) for entry in march.late] == [("ACME-0001", date(2026, 4, 2))]
    (decided,) = april.progress
    assert [(step.on, step.recorded) for step in decided.steps] == [
        (date(2026, 3, 10), date(2026, 4, 2))
    ]
    assert april.late == ()
    assert "recorded on" in next(
        page.content for page in edition_pages(log) if page.path == urls.report("2026-04")
    )


def test_what_waits_for_whom_is_that_of_the_end_of_the_period() -> None:
    asked = record(
        2, "submitted 2026-03-02", "assessing 2026-03-03", "awaiting-decision 2026-03-05"
    )
    asked = asked.model_copy(
        update={"decision": ChangeRecord.model_validate(_due("2026-03-25")).decision}
    )
    planned = approved(1, "2026-03-10").model_copy(
        update={"plan": ChangeRecord.model_validate(_due("2026-03-25")).plan}
    )
    log = edition(asked, planned, audience=CLIENT)
    week, month = of(log, "2026-W12"), of(log, "2026-03")
    assert [(d.id, d.overdue) for d in week.waiting.decisions] == [("ACME-0002", False)]
    assert [(d.id, d.overdue) for d in month.waiting.decisions] == [("ACME-0002", True)]
    # A step is due by the end of the next period.
    assert [(s.step.step, s.overdue) for s in week.in_hand.steps] == [("Build", False)]
    assert [(s.step.step, s.overdue) for s in month.in_hand.steps] == [
        ("Build", True),
        ("Test", False),
    ]


def _due(day: str) -> dict[str, object]:
    return {
        "id": "ACME-0009",
        "title": "Dates",
        "status": "draft",
        "visibility": "client",
        "decision": {"due": day},
        "plan": [
            {"step": "Build", "finish": day},
            {"step": "Test", "finish": "2026-04-20"},
            {"step": "Open", "finish": "2026-05-20"},
        ],
    }


def test_what_the_log_does_not_reach_has_no_report() -> None:
    log = edition(FIRST)
    with pytest.raises(
        PeriodUnknown, match="ends before 2026-01-15, the day on which the contract was signed"
    ):
        of(log, "2025-12")
    with pytest.raises(PeriodUnknown, match="begins after 2026-04-30, the last day"):
        of(log, "2026-05")


def test_a_client_never_sees_what_was_a_draft_then() -> None:
    drafted = record(2, "draft 2026-01-20", "submitted 2026-03-02")
    seen = drafted.model_copy(update={"history": drafted.history[1:]})
    assert of(edition(seen, audience=CLIENT), "2026-02").quiet
    assert of(edition(drafted), "2026-02").quiet
    march = of(edition(drafted), "2026-03")
    assert [(p.row.id, p.row.unseen) for p in march.progress] == [("ACME-0002", False)]


def test_each_report_has_a_page_with_its_neighbours() -> None:
    log = edition(FIRST, audience=CLIENT)
    made = {page.path: page for page in edition_pages(log)}
    found = {path: page.content for path, page in made.items()}
    beside = {
        path: [other["href"] for other in page.meta.get("cb_pager", ())]
        for path, page in made.items()
    }
    assert {path for path in found if path.startswith("reports/")} == {
        urls.REPORTS,
        *(urls.report(r.period.id) for r in report.reports(log)),
    }

    assert "cb_find" not in made[urls.report("2026-W11")].meta
    assert beside[urls.report("2026-W11")] == ["../2026-w10/"]
    assert beside[urls.report("2026-02")] == ["../2026-03/", "../2026-01/"]
    assert "../../impact/2026-03/" in found[urls.report("2026-03")]
    assert "Week 11, 2026" in found[urls.REPORTS]


def test_links_within_a_page_lead_somewhere() -> None:
    days = (f"2026-03-{day:02}" for day in range(2, 13))
    log = edition(*(approved(number, day, days=1) for number, day in enumerate(days, 1)))
    found = {page.path: page.content for page in edition_pages(log)}
    # More changes have moved a milestone than a picture names.
    for path in (urls.HOME, urls.report("2026-03")):
        assert '<details class="cb-behind"><summary>11 changes' in found[path]
    for path, text in found.items():
        anchors = set(re.findall(r'\sid="([^"]+)"', text))
        links = set(re.findall(r'href="#([^"]+)"', text))
        assert links <= anchors, path


def _editions() -> st.SearchStrategy[Edition]:
    def made(log: strategies.Log, audience: Audience) -> Edition:
        held = tuple(
            EditionRecord(data, "", unseen=is_unseen(data))
            for data in log.records
            if audience is TEAM or not is_unseen(data)
        )
        return Edition("acme", audience, log.day, log.profile, "", (), held)

    logs = strategies.logs() | strategies.logs(approved=True)
    return st.builds(made, logs, st.sampled_from(Audience))


@settings(max_examples=30, deadline=None)
@given(_editions())
def test_a_period_begins_as_the_one_before_it_ended(log: Edition) -> None:
    """Also over the weeks that have no report: nothing moved in them."""
    for kind in PeriodKind:
        chosen = [r for r in report.reports(log) if r.period.kind is kind][::-1]
        for before, after in pairwise(chosen):
            assert [c.after for c in before.since.lines] == [c.before for c in after.since.lines]
            assert [c.after.agreed for c in before.since.dates] == [
                c.before.agreed for c in after.since.dates
            ]


@settings(max_examples=30, deadline=None)
@given(_editions())
def test_the_reports_of_a_kind_have_each_event_once(log: Edition) -> None:
    all_of_it = as_known(log, log.as_of, log.as_of).records
    steps = Counter(
        (record.data.id, entry.status, entry.on)
        for record in all_of_it
        for entry in record.data.history
        if entry.status is not Status.DRAFT
    )
    other = Counter(e.key for e in events(all_of_it) if e.kind is not EventKind.STATUS)
    if log.as_of < log.profile.contract.signed:
        return
    for kind in PeriodKind:
        chosen = [r for r in report.reports(log) if r.period.kind is kind]
        assert steps == Counter(
            (p.row.id, step.status, step.on) for r in chosen for p in r.progress for step in p.steps
        )
        assert other == Counter(event.key for r in chosen for event in r.notices)


@settings(max_examples=30, deadline=None)
@given(_editions())
def test_a_month_has_the_figures_of_its_page(log: Edition) -> None:
    ends = {month.on: month for month in months.month_ends(log)}
    found = {r.on: r for r in report.reports(log) if r.complete and not r.period.is_week}
    assert found.keys() == ends.keys()
    for day, month in ends.items():
        assert found[day].position == month.position
        assert found[day].since == month.since
        assert {entry.id for entry in found[day].late} <= {entry.id for entry in month.late}


@settings(max_examples=30, deadline=None)
@given(_editions())
def test_a_report_stays_as_it_was_at_its_end(log: Edition) -> None:
    for now in report.reports(log):
        then = report.report(as_known(log, now.on, now.on), now.period)
        for part in ("since", "position", "progress", "notices", "waiting", "in_hand"):
            assert getattr(then, part) == getattr(now, part)


def test_very_long_contracts_have_a_bounded_number_of_reports() -> None:
    long = edition(FIRST, until=date(9999, 12, 31))
    found = report.reports(long)
    assert sum(not r.period.is_week for r in found) == months.MOST_MONTHS + 1
    assert found[0].period.last == date.max
    first = profile().model_copy(
        update={"contract": profile().contract.model_copy(update={"signed": date.min})}
    )
    old = Edition("acme", TEAM, date(1, 3, 2), first, "", (), ())
    assert [r.period for r in report.reports(old)] == [
        Period(PeriodKind.MONTH, date(1, 2, 1), date(1, 2, 28)),
        Period(PeriodKind.MONTH, date(1, 1, 1), date(1, 1, 31)),
    ]
