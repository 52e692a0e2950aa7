"""Who must approve and who is missing, in the words of pages, of paper and of what waits."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from icalendar import Calendar

from changebook.edition import urls
from changebook.edition.editions import Edition, EditionRecord, make_edition
from changebook.exports.feeds.calendar import as_calendar
from changebook.model.periods import PeriodKind, around
from changebook.model.schema import ChangeRecord, Communication, Decision, Profile, TeamPerson
from changebook.model.vocabulary import Audience
from changebook.paper.order import to_approve
from changebook.views import open_items
from changebook.views.approvals import ApprovalPhrases, of_record, other_approvals
from changebook.views.impact import impact
from changebook.views.news import EventKind, events
from changebook.views.reminders import reminders
from changebook.views.report import report as report_of
from changebook.views.waiting import approved_in_part, waiting, waiting_decision
from tests import samples
from tests.all_pages import edition_pages

_DAY = date(2026, 6, 16)


@pytest.fixture(scope="module")
def edition() -> Edition:
    """A sample whose larger changes need two people of the client."""
    return samples.edition("meridian-outdoor", Audience.CLIENT)


def _record(edition: Edition, id: str, **decision: Any) -> ChangeRecord:
    data = next(r.data for r in edition.records if r.data.id == id)
    asked = data.decision or Decision()
    return data.model_copy(update={"decision": asked.model_copy(update=decision)})


def _ruled(profile: Profile, *rules: dict[str, Any]) -> Profile:
    front = profile.model_dump(mode="json", by_alias=True, exclude_none=True)
    front["contract"]["corrections"] = []
    for person in front["people"]:
        person["approves"] = "true" if "approves" in person else "false"
    for milestone in front["contract"]["milestones"]:
        milestone["completion"] = "true" if milestone["completion"] else "false"
    return Profile.model_validate(front | {"approval": list(rules)})


def test_who_has_approved_and_who_is_missing_is_said_in_sentences(edition: Edition) -> None:
    data, profile = _record(edition, "MER-0011"), edition.profile
    found = of_record(data, profile, _DAY)
    assert ApprovalPhrases(edition.words, profile).so_far(found) == (
        "Approved so far: Harriet Coles (16 Jun 2026). "
        "Still to approve: Finance Director (Dominic Achebe)."
    )
    (item,) = approved_in_part(edition.records, _DAY, profile)
    assert item.id == "MER-0011"


def test_each_language_lists_them_in_its_own_way() -> None:
    shown = samples.edition("yunfan", Audience.CLIENT)
    data = next(r.data for r in shown.records if r.data.id == "YF-0014")
    found = of_record(data, shown.profile, shown.as_of)
    assert ApprovalPhrases(shown.words, shown.profile).so_far(found) == (
        "已批准：林薇（2026年6月18日）。尚待批准：云帆物流（陈瑜或赵立强）。"
    )


def test_the_rules_are_rows_in_their_order(edition: Edition) -> None:
    rows = ApprovalPhrases(edition.words, edition.profile).rules()
    assert [(row.changes, row.who) for row in rows] == [
        ("Standard (pre-authorised)", "Meridian Outdoor"),
        ("up to £2,000.00, no date moves", "Meridian Outdoor"),
        ("All other changes", "Head of Digital, Finance Director"),
    ]


def test_what_was_asked_before_the_rules_came_goes_without_them(edition: Edition) -> None:
    data = _record(edition, "MER-0012")
    before = waiting_decision(data, date(2026, 5, 17), edition.profile)
    after = waiting_decision(data, date(2026, 5, 18), edition.profile)
    assert before
    assert not before.approvals.is_ruled
    assert after
    assert after.approvals.is_ruled


def test_an_option_for_which_others_must_approve_says_so(edition: Edition) -> None:
    profile = _ruled(
        edition.profile, {"up_to": "7000.00", "by": ["client"]}, {"by": ["client", "vendor"]}
    )
    ((option, found),) = other_approvals(_without(_record(edition, "MER-0011")), profile, _DAY)
    assert (option.id, len(found.missing)) == ("b", 1)


def test_a_line_in_another_currency_without_a_rate_fits_no_limit(edition: Edition) -> None:
    profile = _ruled(
        edition.profile, {"up_to": "900000.00", "by": ["client"]}, {"by": ["client", "vendor"]}
    )
    data = _record(edition, "MER-0012")
    assert len(of_record(data, profile, _DAY).missing) == 1
    assert data.impact
    lines = tuple(line.model_copy(update={"fx": None}) for line in data.impact.cost or ())
    impact = data.impact.model_copy(update={"cost": lines})
    data = data.model_copy(update={"impact": impact})
    assert len(of_record(data, profile, _DAY).missing) == 2


def test_whose_approval_is_recorded_waits_no_longer(edition: Edition) -> None:
    data = _record(edition, "MER-0011")
    talk = Communication.model_validate(
        {
            "on": "2026-06-15",
            "channel": "email",
            "with": ["Harriet Coles"],
            "summary": "Go ahead.",
            "proposes": {"outcome": "approved", "option": "a", "revision": "1"},
        }
    )
    data = data.model_copy(update={"communications": (talk,), "revision": 1})
    waits = waiting_decision(data, _DAY, edition.profile)
    assert waits
    assert waits.answers == ()
    asked = waiting_decision(_without(data), _DAY, edition.profile)
    assert asked
    assert asked.answers == (talk,)


def _without(data: ChangeRecord) -> ChangeRecord:
    return data.model_copy(update={"decision": Decision(due=date(2026, 6, 19))})


def test_only_whose_approval_is_missing_is_reminded(edition: Edition) -> None:
    told = {
        each.name: {item.id for item in each.items if item.kind.value == "decision"}
        for each in reminders(edition)
    }
    assert "MER-0011" in told["Dominic Achebe"]
    assert "MER-0011" not in told["Harriet Coles"]


def test_a_client_that_has_approved_waits_for_the_vendor_alone(edition: Edition) -> None:
    profile = _ruled(edition.profile, {"by": ["client", "vendor"]})
    waits = waiting_decision(_record(edition, "MER-0011"), _DAY, profile)
    assert waits
    assert not waits.asks_client
    # Nobody learns who approves for the vendor unless a record names them.
    said = ApprovalPhrases(edition.words, profile).missing(waits.approvals)
    assert said == "Northwind Software"


def test_a_client_is_nowhere_asked_for_what_the_vendor_owes(edition: Edition) -> None:
    """Home, lists, reports and the calendar asked the client for the vendor's approval."""
    by_both = replace(edition, profile=_ruled(edition.profile, {"by": ["client", "vendor"]}))
    position = impact(by_both).position
    waits = waiting(by_both.records, by_both.as_of, by_both.profile)
    assert "MER-0011" not in {item.id for item in waits.all}
    assert "MER-0011" in {item.id for item in waits.of_vendor}
    assert "MER-0011" in {item.id for item in waits.undecided}
    pages = {page.path: page.content for page in edition_pages(by_both)}
    home = pages[urls.HOME]
    asked = home[home.index('id="waiting"') : home.index("cb-mores")].split("cb-calm")[0]
    assert "MER-0011" not in asked
    assert "Still to approve: Northwind Software." in home
    by_status = pages[urls.BY_STATUS].split("<h2")
    assert not any("MER-0011" in part for part in by_status if 'id="waiting"' in part)
    [row] = re.findall(r'<tr[^>]* data-id="MER-0011"[^>]*>', pages[urls.CHANGES])
    assert "data-waits" not in row
    page = pages[urls.record("MER-0011")]
    assert "This is waiting for the approval of Northwind Software." in page
    assert "Your answer" not in page
    assert "cb-choices" not in page
    assert "Approved so far" in page
    assert "MER-0011" not in {item.id for each in reminders(by_both) for item in each.items}
    report = report_of(by_both, around(by_both.as_of, PeriodKind.MONTH))
    client = open_items.for_client(report.waiting, by_both.profile, edition.words)
    vendor = open_items.for_vendor(report.in_hand, by_both.profile, edition.words)
    assert "MER-0011" not in {item.change.id for item in client}
    own = [item for item in vendor if item.change.id == "MER-0011"]
    [owed] = (item for item in own if item.what == "Approval")
    assert owed.notes == (
        "Approved so far: Harriet Coles (16 Jun 2026). Still to approve: Northwind Software.",
    )
    dates = Calendar.from_ical(as_calendar(by_both, position, edition.words)).walk("VEVENT")
    [due] = (e for e in dates if "Decision due: MER-0011" in str(e["SUMMARY"]))
    assert not due.walk("VALARM")


@pytest.mark.parametrize("audience", Audience)
def test_a_role_that_only_the_vendor_has_does_not_ask_the_client(audience: Audience) -> None:
    """Nor does a client sign for it, though its edition does not have who has the role."""
    client = samples.workspace().client("meridian-outdoor")
    ewa = {"name": "Ewa Nowak", "role": "Finance", "party": "vendor", "approves": "true"}
    people = (*client.profile.people, TeamPerson.model_validate(ewa))
    ruled = _ruled(client.profile, {"by": ["client", {"role": "Finance"}]})
    profile = ruled.model_copy(update={"people": people})
    edition = make_edition(replace(client, profile=profile), audience)
    assert ("Ewa Nowak" in str(edition)) == (audience is Audience.TEAM)
    waits = waiting_decision(_record(edition, "MER-0011"), _DAY, edition.profile)
    assert waits
    assert not waits.asks_client
    blocks = to_approve(waits.approvals, edition.profile)
    assert [(b.party.value, b.title) for b in blocks] == [
        ("client", "Head of Digital"),
        ("vendor", "Finance"),
    ]


def test_what_only_the_vendor_approves_is_not_said_to_be_approved(edition: Edition) -> None:
    profile = _ruled(edition.profile, {"by": ["vendor"]})
    pages = edition_pages(replace(edition, profile=profile))
    page = next(p.content for p in pages if p.path == urls.record("MER-0012"))
    assert "This is waiting for the approval of Northwind Software." in page
    assert "has approved" not in page


def test_an_answer_under_a_former_name_waits_no_longer(edition: Edition) -> None:
    talk = {
        "on": "2026-06-15",
        "channel": "email",
        "with": ["Harriet Low"],
        "summary": "Go ahead.",
        "proposes": {"outcome": "approved", "option": "a", "revision": "1"},
    }
    data = _record(edition, "MER-0011").model_copy(
        update={"communications": (Communication.model_validate(talk),), "revision": 1}
    )
    first, *others = edition.profile.people
    renamed = (first.model_copy(update={"formerly": ("Harriet Low",)}), *others)
    profile = edition.profile.model_copy(update={"people": renamed})
    waits = waiting_decision(data, _DAY, profile)
    assert waits
    assert waits.answers == ()


def test_an_approval_is_news_and_stays_so_with_the_decision(edition: Edition) -> None:
    data = _record(edition, "MER-0011")
    decided = _record(edition, "MER-0011", outcome="approved", on=_DAY)
    keys = [
        {e.key for e in events([EditionRecord(each, "")]) if e.kind is EventKind.APPROVAL}
        for each in (data, decided)
    ]
    assert keys[0] == keys[1] == {"MER-0011/approval/Harriet Coles"}


def test_each_approval_has_a_block_to_sign_in(edition: Edition) -> None:
    profile = _ruled(edition.profile, {"by": ["client", "vendor", {"role": "Finance Director"}]})
    found = of_record(_record(edition, "MER-0012"), profile, _DAY)
    blocks = to_approve(found, profile)
    assert [(b.party.value, b.name, b.title) for b in blocks] == [
        ("client", None, None),
        ("client", "Dominic Achebe", "Finance Director"),
        ("vendor", None, None),
    ]
    signing = replace(edition, profile=profile).profile.people[0]
    paper = profile.paper.model_copy(update={"signatories": (signing,)})
    named = to_approve(found, profile.model_copy(update={"paper": paper}))
    assert [b.name for b in named] == ["Harriet Coles", "Dominic Achebe", None]


def test_the_table_of_rules_says_who_approves_what() -> None:
    edition = samples.edition("yunfan", Audience.CLIENT)
    page = next(page.content for page in edition_pages(edition) if page.path == urls.PROCESS)
    table = page.partition('<p class="cb-label">各类变更由谁批准</p>')[2].partition("</table>")[0]
    assert "<th>审批人</th>" in table
    assert "审批规则" not in page
