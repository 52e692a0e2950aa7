"""Who must approve a change: the rule of the profile that fits it, who has, and who is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from types import MappingProxyType

from changebook.model.schema import (
    ApprovalRule,
    ChangeRecord,
    Decider,
    NeededApproval,
    Profile,
    TeamPerson,
)
from changebook.model.sums.amounts import EXACT, asked, cost_rows, granted, rounded
from changebook.model.vocabulary import ChangePath


@dataclass(frozen=True)
class Approval:
    """One approval that a change needs; `needed` is None where anybody's will do who approves.

    `people` are those of the profile who can give it and have given none yet, `given` is whose it
    is and `on` its day.
    """

    needed: NeededApproval | None
    people: tuple[TeamPerson, ...]
    given: Decider | None = None
    on: date | None = None


@dataclass(frozen=True)
class Approvals:
    """All approvals that a change needs, as the rule has them; None is the rule without rules."""

    rule: ApprovalRule | None
    each: tuple[Approval, ...]

    @property
    def given(self) -> tuple[Approval, ...]:
        """Those that are there."""
        return tuple(approval for approval in self.each if approval.given)

    @property
    def missing(self) -> tuple[Approval, ...]:
        """Those that are not there yet."""
        return tuple(approval for approval in self.each if not approval.given)

    @property
    def is_ruled(self) -> bool:
        """Whether there is more to say of it than that somebody approves."""
        return self.rule is not None or bool(self.given)

    @property
    def still_asked(self) -> tuple[str, ...]:
        """The names of those who can still give one, each once."""
        names = (person.name for approval in self.missing for person in approval.people)
        return tuple(dict.fromkeys(names))


def approvals(
    data: ChangeRecord, profile: Profile, day: date, *, roles_then: bool = False
) -> Approvals:
    """Return who must approve a record as its figures are, who has, and who can on `day`.

    Each approval is judged by its own day. The profile is the one that was known on the day; with
    `roles_then`, whoever approved has the role that the decision states, as sealed ones may.
    """
    decision = data.decision
    gave: dict[str, tuple[Decider, date]] = {}
    for each in decision.by if decision else ():
        on = each.on or (decision.on if decision else None) or day
        if person := profile.approver(each.name, on):
            gave.setdefault(person.name, (each, on))
    people = [
        person.model_copy(update={"role": gave[person.name][0].role or person.role})
        if roles_then and person.name in gave
        else person
        for person in profile.people
        if person.approves
    ]
    others = [p for p in people if p.may_approve(day) and p.name not in gave]
    rule = rule_of(data, profile)
    needed = needs(rule)
    taken = matched(able(needed, people), gave)
    return Approvals(
        rule,
        tuple(
            Approval(approval, (), *gave[taken[n]])
            if n in taken
            else Approval(approval, tuple(p for p in others if fits(p, approval)))
            for n, approval in enumerate(needed)
        ),
    )


def needs(rule: ApprovalRule | None) -> Sequence[NeededApproval | None]:
    """Return the approvals that a rule asks for; without one, that of anybody who approves."""
    return rule.by if rule else (None,)


def able(
    needed: Sequence[NeededApproval | None], people: Iterable[TeamPerson]
) -> Mapping[int, Sequence[TeamPerson]]:
    """Return who fits each need, by its number; those first that the fewest fit.

    What few can give counts first as given: it can't come from anybody else.
    """
    everybody = tuple(people)
    candidates = {
        n: [p for p in everybody if fits(p, approval)] for n, approval in enumerate(needed)
    }
    return {n: candidates[n] for n in sorted(candidates, key=lambda n: len(candidates[n]))}


def rule_of(data: ChangeRecord, profile: Profile) -> ApprovalRule | None:
    """Return the first rule that fits a record; None where one person who approves is enough."""
    return rule_for(data.path, figure(data, profile), days(data), profile)


def rule_for(
    path: ChangePath | None, amount: Decimal | None, days: int, profile: Profile
) -> ApprovalRule | None:
    """Return the first rule that fits; no limit of money fits what nobody has assessed."""
    return next((r for r in profile.approval if _fits(r, path, amount, days)), None)


def _fits(rule: ApprovalRule, path: ChangePath | None, amount: Decimal | None, days: int) -> bool:
    if rule.path is not None and rule.path is not (path or ChangePath.NORMAL):
        return False
    if rule.up_to is not None and (amount is None or abs(amount) > rule.up_to):
        return False
    return rule.days is None or abs(days) <= rule.days


def figure(data: ChangeRecord, profile: Profile) -> Decimal | None:
    """Return the amount that the rules go by: what was approved so far, else what is requested.

    A line in another currency counts with its value in the contract's; without one, nobody knows
    how much it is.
    """
    decision, currency = data.decision, profile.contract.currency
    amount = decision.amount if decision else None
    if amount is None:
        amount = data.chosen.amount if data.chosen else asked(data, profile)
    foreign = [row.memo for row in cost_rows(data, profile) if row.currency != currency]
    if amount is None or None in foreign:
        return None
    with localcontext(EXACT):
        return abs(rounded(amount, currency)) + sum(abs(memo) for memo in foreign if memo)


def days(data: ChangeRecord) -> int:
    """Return by how many calendar days it moves the milestone that it moves the furthest."""
    return max((abs(days) for days in granted(data).values()), default=0)


def fits(person: TeamPerson, needed: NeededApproval | None) -> bool:
    """Return whether a person is one of those whose approval is needed."""
    if needed is None:
        return True
    is_party = needed.party in (None, person.party)
    return is_party and needed.role in (None, person.role)


def matched(able: Mapping[int, Sequence[TeamPerson]], among: Iterable[str]) -> Mapping[int, str]:
    """Return the person of its own for as many needs as can have one; the first come first.

    `able` are those who fit each need. Whoever has one keeps one: others only move to where they
    fit as well (Kuhn's augmenting paths).
    """
    here, taken = set(among), dict[str, int]()

    def seat(need: int, tried: set[str]) -> bool:
        for person in able[need]:
            if person.name in here and person.name not in tried:
                tried.add(person.name)
                if person.name not in taken or seat(taken[person.name], tried):
                    taken[person.name] = need
                    return True
        return False

    for need in able:
        seat(need, set())
    return MappingProxyType({need: name for name, need in taken.items()})
