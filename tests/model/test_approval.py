"""Who must approve: the rule that fits, and the people of their own for its entries."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changebook.model.approval import approvals, figure, fits, matched, rule_for, rule_of
from changebook.model.schema import (
    ApprovalPeriod,
    ApprovalRule,
    ChangeRecord,
    NeededApproval,
    Profile,
    TeamPerson,
)
from changebook.model.vocabulary import ChangePath, Party
from tests.worked_example import change, profile

_DAY = date(2026, 3, 20)
_ROLES = ("Sponsor", "Finance", "Delivery")

people = st.lists(
    st.tuples(st.sampled_from(Party), st.sampled_from(_ROLES)), min_size=0, max_size=5
).map(
    lambda found: [
        TeamPerson(name=f"P{n}", role=role, party=party, approves=ApprovalPeriod())
        for n, (party, role) in enumerate(found)
    ]
)
needed = st.lists(
    st.one_of(
        st.builds(NeededApproval, party=st.sampled_from(Party)),
        st.builds(NeededApproval, role=st.sampled_from(_ROLES)),
        st.builds(NeededApproval, party=st.sampled_from(Party), role=st.sampled_from(_ROLES)),
    ),
    min_size=1,
    max_size=4,
)


def _client(people: list[TeamPerson], *rules: ApprovalRule) -> Profile:
    return profile().model_copy(update={"people": tuple(people), "approval": rules})


def _approved_by(names: list[str], client: Profile) -> ChangeRecord:
    by = [
        {"name": p.name, "role": p.role, "party": p.party, "on": _DAY}
        for p in client.people
        if p.name in names
    ]
    return change(1, "awaiting-decision", "100.00", decision={"due": _DAY, "by": by})


@given(people, needed)
def test_as_many_needs_as_possible_have_a_person_of_their_own(
    people: list[TeamPerson], needed: list[NeededApproval]
) -> None:
    able = {n: [p for p in people if fits(p, of)] for n, of in enumerate(needed)}
    found = matched(able, [person.name for person in people])
    assert len(set(found.values())) == len(found)
    assert all(found[n] in {p.name for p in able[n]} for n in found)
    # By trying all: nobody is tied to a need, and None has no need at all.
    seats = [*people, *([None] * len(needed))]
    most = max(
        sum(p is not None and fits(p, of) for p, of in zip(order, needed, strict=False))
        for order in permutations(seats, len(needed))
    )
    assert len(found) == most


@given(people, needed, st.data())
def test_one_approval_more_never_lacks_more(
    people: list[TeamPerson], needed: list[NeededApproval], data: st.DataObject
) -> None:
    client = _client(people, ApprovalRule(by=tuple(needed)))
    names = [person.name for person in people]
    some = data.draw(st.lists(st.sampled_from(names), unique=True)) if names else []
    more = [*some, *(data.draw(st.lists(st.sampled_from(names))) if names else [])]
    before = approvals(_approved_by(some, client), client, _DAY)
    after = approvals(_approved_by(more, client), client, _DAY)
    assert len(after.missing) <= len(before.missing)
    assert len(before.given) + len(before.missing) == len(needed)
    # Whoever is asked still can give one of those that are missing, and has given none.
    assert not set(before.still_asked) & set(some)
    if len(approvals(_approved_by(names, client), client, _DAY).missing) < len(before.missing):
        assert before.still_asked


rules = st.builds(
    ApprovalRule,
    path=st.none() | st.sampled_from((ChangePath.STANDARD, ChangePath.NORMAL)),
    up_to=st.none() | st.decimals(0, 100, places=2),
    days=st.none() | st.integers(0, 10),
    by=st.just((NeededApproval(party=Party.CLIENT),)),
)


@given(
    st.lists(rules, max_size=4),
    st.none() | st.sampled_from(ChangePath),
    st.none() | st.decimals(-120, 120, places=2),
    st.integers(-12, 12),
)
def test_the_first_rule_that_fits_counts(
    rules: list[ApprovalRule], path: ChangePath | None, amount: Decimal | None, days: int
) -> None:
    client = _client([], *rules)
    found = rule_for(path, amount, days, client)
    fitting = [
        rule
        for rule in rules
        if (rule.path is None or rule.path == (path or ChangePath.NORMAL))
        and (rule.up_to is None or (amount is not None and -rule.up_to <= amount <= rule.up_to))
        and (rule.days is None or -rule.days <= days <= rule.days)
    ]
    assert found is (fitting[0] if fitting else None)
    # A reduction needs the same approvals as a rise by as much.
    if amount is not None:
        assert rule_for(path, -amount, -days, client) is found


@pytest.mark.parametrize(
    ("cost", "keys", "figures"),
    [
        (["54000.00"], {}, "54000.00"),
        (["-6000.00", "1000.00"], {}, "5000.00"),
        ([{"item": "Cards", "amount": "100.00", "currency": "USD"}], {}, None),
        (
            [
                "-50.00",
                {
                    "item": "Cards",
                    "amount": "100.00",
                    "currency": "USD",
                    "fx": {"rate": "7.10", "source": "Bank", "date": "2026-03-06"},
                },
            ],
            {},
            "760.00",
        ),
        (["54000.00"], {"decision": {"amount": "46000.00"}}, "46000.00"),
        (["54000.00"], {"decision": {"option": "b"}}, "4000.00"),
    ],
)
def test_the_amount_that_the_rules_go_by(
    cost: list[Any], keys: dict[str, Any], figures: str | None
) -> None:
    options = [{"id": "b", "title": "Less", "amount": "4000.00"}]
    record = change(1, "awaiting-decision", *cost, options=options, **keys)
    assert figure(record, profile()) == (None if figures is None else Decimal(figures))


def test_the_days_of_any_milestone_count() -> None:
    by = (NeededApproval(party=Party.CLIENT),)
    client = _client([], ApprovalRule(days=3, by=by))
    schedule = [{"milestone": "uat", "days": -4}]
    record = change(1, "awaiting-decision", "1.00", impact={"cost": [], "schedule": schedule})
    assert rule_of(record, client) is None


def test_what_few_can_give_is_taken_as_given_first() -> None:
    client = _client(
        [
            TeamPerson(
                name="Chen Yu", role="Sponsor", party=Party.CLIENT, approves=ApprovalPeriod()
            ),
            TeamPerson(
                name="Wu Min", role="Finance", party=Party.CLIENT, approves=ApprovalPeriod()
            ),
        ],
        ApprovalRule(by=(NeededApproval(party=Party.CLIENT), NeededApproval(role="Finance"))),
    )
    found = approvals(_approved_by(["Wu Min"], client), client, _DAY)
    assert [each.needed and each.needed.party for each in found.missing] == [Party.CLIENT]
    assert found.still_asked == ("Chen Yu",)


def test_without_rules_one_person_who_approves_is_enough() -> None:
    client = _client(
        [TeamPerson(name="Chen Yu", role="Sponsor", party=Party.CLIENT, approves=ApprovalPeriod())]
    )
    record = change(1, "awaiting-decision", "54000.00")
    assert approvals(record, client, _DAY).still_asked == ("Chen Yu",)
    assert not approvals(_approved_by(["Chen Yu"], client), client, _DAY).missing
