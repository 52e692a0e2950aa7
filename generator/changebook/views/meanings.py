"""What the words of the log mean, as its readers are told.

The vocabularies have meanings too, which tell those who write records when to take a word.
"""

from __future__ import annotations

from collections.abc import Mapping

from changebook.model.sums import SumLine
from changebook.model.vocabulary import ChangePath, Confidence, Status, Term
from changebook.model.words import Words


def of_statuses(words: Words, vendor: str) -> Mapping[Status, str]:
    """Return where a change stands. `vendor` is the vendor's name."""
    _ = words.gettext
    assessing = _(
        "%(vendor)s assesses cost, dates, people and risks, and proposes at least one option."
    )
    return {
        Status.DRAFT: _("It is still being drafted and is not part of the log."),
        Status.SUBMITTED: _("The request is recorded: what should change, and why."),
        Status.ASSESSING: assessing % {"vendor": vendor},
        Status.AWAITING_DECISION: _(
            "You have the figures and the options. Please decide by the date on the change's page."
        ),
        Status.APPROVED: _(
            "From here on it counts in the contract sum and the agreed dates. The contract "
            "is amended where needed."
        ),
        Status.IMPLEMENTING: _(
            "Work is under way. The plan on the change's page shows which steps are done."
        ),
        Status.IMPLEMENTED: _("The work is done and can be checked."),
        Status.CLOSED: _(
            "Every condition is met, no objection is open, and the agreement is signed where one "
            "is needed."
        ),
        Status.DEFERRED: _(
            "You decide later. The page shows the date on which it will be reviewed."
        ),
        Status.REJECTED: _(
            "You decided against it. A better proposal is a new change that refers to this one."
        ),
        Status.WITHDRAWN: _("It was withdrawn before a decision."),
        Status.SUPERSEDED: _("A later change replaced it or added to it."),
        Status.VOID: _(
            "It was approved and later voided. Its amount and days are reversed from that day on."
        ),
    }


def line_name(line: SumLine, words: Words) -> str:
    """Return the name of a line of the sums; what is part of another says so."""
    part = words.gettext("of which: %(line)s") if line is SumLine.PROCEEDING else "%(line)s"
    return part % {"line": words.label(line)}


def of_sums(words: Words) -> Mapping[SumLine, str]:
    _ = words.gettext
    return {
        SumLine.ORIGINAL: _("The sum in the signed contract, before tax and before any change."),
        SumLine.APPROVED: _(
            "The changes that you approved; credits are negative. A change counts from the "
            "day it takes effect."
        ),
        SumLine.REVISED: _("The original contract sum and the approved changes: what is agreed."),
        SumLine.PENDING: _("Requested and not yet decided."),
        SumLine.PROCEEDING: _(
            "The part of the pending changes where work has already begun because it could "
            "not wait. The price is not agreed."
        ),
        SumLine.FORECAST: _(
            "The revised contract sum plus the pending changes: the sum if you approved all "
            "of them as requested."
        ),
        SumLine.DEFERRED: _("Postponed by you. They are not included in any sum."),
        SumLine.REJECTED: _("Rejected by you. They are not included in any sum."),
        SumLine.WITHDRAWN: _("Withdrawn before a decision. They are not included in any sum."),
        SumLine.VOID: _("Approved and later voided. They are no longer included in any sum."),
    }


def of_others(words: Words) -> Mapping[Term, str]:
    """Return how sure figures are, and which way a change takes."""
    _ = words.gettext
    return {
        Confidence.ROUGH: _("A first guess, before any detailed assessment."),
        Confidence.ESTIMATE: _("Assessed, but it may still change."),
        Confidence.FIRM: _("The vendor commits to this figure."),
        ChangePath.STANDARD: _(
            "Both sides agreed beforehand how to handle such a change. It needs no separate "
            "assessment."
        ),
        ChangePath.NORMAL: _("It is assessed first and then decided."),
        ChangePath.EMERGENCY: _(
            "It could not wait: work may begin before the decision, and is marked until you decide."
        ),
        ChangePath.INTERNAL: _("The vendor's own work. It is in no sum."),
    }
