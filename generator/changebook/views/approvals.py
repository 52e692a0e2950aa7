"""Who must approve what, who has and who is missing, in the words of pages, paper and mails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from changebook.model.approval import Approval, Approvals, approvals
from changebook.model.schema import (
    ApprovalRule,
    ChangeRecord,
    Decision,
    NeededApproval,
    Option,
    Profile,
)
from changebook.model.vocabulary import Outcome, Party
from changebook.model.words import Words


@dataclass(frozen=True)
class RuleRow:
    """A rule as a row of a table: which changes it fits, and whose approval they need."""

    changes: str
    who: str


@dataclass(frozen=True)
class ApprovalPhrases:
    words: Words
    profile: Profile

    def rules(self, rules: tuple[ApprovalRule, ...] | None = None) -> tuple[RuleRow, ...]:
        """Return the rules in the order in which they are tried: the profile's, or others."""
        _ = self.words.gettext
        listed = self.profile.approval if rules is None else rules
        last = len(listed) > 1
        return tuple(
            RuleRow(
                self.words.pgettext("clause", ", ").join(self._conditions(rule))
                or (_("All other changes") if last else _("All changes")),
                _(", ").join(self.who(needed) for needed in rule.by),
            )
            for rule in listed
        )

    def given(self, counted: Approvals) -> str:
        """Return who has approved, each with the day."""
        text = self.words.gettext("%(text)s (%(more)s)")
        return self.words.gettext(", ").join(
            text % {"text": each.given.name, "more": self.words.date(each.on)}
            if each.on
            else each.given.name
            for each in counted.given
            if each.given
        )

    def missing(self, counted: Approvals) -> str:
        """Return whose approval is missing, each with the names of those who can give it."""
        return self.words.gettext(", ").join(map(self._missing, counted.missing))

    def so_far(self, counted: Approvals) -> str:
        """Return in sentences who has approved and who is missing; empty without rules."""
        _ = self.words.gettext
        if not counted.is_ruled:
            return ""
        sentences = []
        if counted.given:
            sentences.append(_("Approved so far: %(names)s.") % {"names": self.given(counted)})
        if counted.missing:
            sentences.append(_("Still to approve: %(names)s.") % {"names": self.missing(counted)})
        return self.words.gap.join(sentences)

    def who(self, needed: NeededApproval | None) -> str:
        """Return whose approval is needed: a party by its name, a role as it is written."""
        if needed is None:
            return self.words.gettext("one person who approves")
        parties = {Party.CLIENT: self.profile.name, Party.VENDOR: self.profile.vendor.name}
        party = parties[needed.party] if needed.party else None
        clauses = (clause for clause in (needed.role, party) if clause)
        return self.words.pgettext("clause", ", ").join(clauses)

    def _missing(self, approval: Approval) -> str:
        _ = self.words.gettext
        who = self.who(approval.needed)
        names = self.words.pgettext("either", " or ").join(p.name for p in approval.people)
        return _("%(text)s (%(more)s)") % {"text": who, "more": names} if names else who

    def _conditions(self, rule: ApprovalRule) -> Iterator[str]:
        _, currency = self.words.gettext, self.profile.contract.currency
        if rule.path:
            yield self.words.label(rule.path)
        if rule.up_to is not None:
            yield _("up to %(money)s") % {"money": self.words.money(rule.up_to, currency)}
        if rule.days is not None and rule.days:
            yield _("no date moves by more than %(days)s") % {"days": self.words.days(rule.days)}
        elif rule.days is not None:
            yield _("no date moves")


def of_option(data: ChangeRecord, option: Option, profile: Profile, day: date) -> Approvals:
    """Return who would have to approve one of the options of an undecided record."""
    asked = data.decision or Decision()
    completion = next((m.id for m in profile.contract.milestones if m.completion), None)
    days = {completion: option.days} if completion and option.days is not None else {}
    chosen = {"option": option.id, "amount": option.amount, "days": asked.days | days}
    return approvals(
        data.model_copy(update={"decision": asked.model_copy(update=chosen)}), profile, day
    )


def other_approvals(
    data: ChangeRecord, profile: Profile, day: date
) -> Iterator[tuple[Option, Approvals]]:
    """Yield each option of an undecided record for which others must approve than for the rest."""
    if data.decision and data.decision.option:
        return  # whoever approved has chosen
    asked = approvals(data, profile, day).rule
    for option in data.options:
        counted = of_option(data, option, profile, day)
        if not option.nothing and counted.rule != asked:
            yield option, counted


def of_record(data: ChangeRecord, profile: Profile, day: date) -> Approvals:
    """Return who has approved a change, and whose approval an undecided one lacks.

    What was decided lacks none, and to what was never approved nobody's belongs.
    """
    decision = data.decision
    if data.awaits_decision:
        return approvals(data, profile, day)
    if decision is None or decision.outcome is not Outcome.APPROVED:
        return Approvals(None, ())
    by = ((each, each.on or decision.on) for each in decision.by)
    return Approvals(None, tuple(Approval(None, (), each, on) for each, on in by))
