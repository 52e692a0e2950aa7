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
        "%(vendor)s works out cost, dates, people and risks, and at least one way to do it."
    )
    return {
        Status.DRAFT: _("It is being written and is not part of the log yet."),
        Status.SUBMITTED: _("The request is written down: what should be different, and why."),
        Status.ASSESSING: assessing % {"vendor": vendor},
        Status.AWAITING_DECISION: _(
            "You have the figures and the options. The change waits for your decision until the "
            "date on its page."
        ),
        Status.APPROVED: _(
            "From here on it counts in the contract sum and the agreed dates. The contract is "
            "amended where that is needed."
        ),
        Status.IMPLEMENTING: _(
            "The work goes on. The plan on the change's page shows which steps are done."
        ),
        Status.IMPLEMENTED: _("The work is done and can be checked."),
        Status.CLOSED: _(
            "Every condition is met, no objection is open, and the agreement is signed where one "
            "is needed."
        ),
        Status.DEFERRED: _(
            "You decide later. The page names the day on which we look at it again."
        ),
        Status.REJECTED: _(
            "You decided against it. A better proposal is a new change that refers to this one."
        ),
        Status.WITHDRAWN: _("Whoever asked for it took it back before a decision."),
        Status.SUPERSEDED: _("A later change took its place or added to it."),
        Status.VOID: _(
            "It was approved and then taken back. Its money and days are taken out again from that "
            "day on."
        ),
    }


def of_sums(words: Words) -> Mapping[SumLine, str]:
    """Return the lines of the sums."""
    _ = words.gettext
    return {
        SumLine.ORIGINAL: _("What was signed at the start, before tax and before any change."),
        SumLine.APPROVED: _(
            "The changes that you approved, credits with a minus. A change counts from the day on "
            "which it takes effect."
        ),
        SumLine.REVISED: _("The original contract sum and the approved changes: what is agreed."),
        SumLine.PENDING: _("What is asked for and not decided yet."),
        SumLine.PROCEEDING: _(
            "The part of the pending changes that is worked on already, because it could not wait. "
            "Its price is not agreed."
        ),
        SumLine.FORECAST: _(
            "The revised contract sum and the pending changes: where it would end if you approved "
            "all of them as asked for."
        ),
        SumLine.DEFERRED: _("What you decide later. It is in no sum."),
        SumLine.REJECTED: _("What you decided against. It is in no sum."),
        SumLine.WITHDRAWN: _("What was taken back before a decision. It is in no sum."),
        SumLine.VOID: _("What was approved and then taken back. It is in no sum any more."),
    }


def of_others(words: Words) -> Mapping[Term, str]:
    """Return how sure figures are, and which way a change takes."""
    _ = words.gettext
    return {
        Confidence.ROUGH: _("A first guess, made before anything was worked out."),
        Confidence.ESTIMATE: _("Worked out, but it may still move."),
        Confidence.FIRM: _("The vendor stands by this figure."),
        ChangePath.STANDARD: _(
            "Both sides agreed beforehand how such a change is handled. It needs no assessment of "
            "its own."
        ),
        ChangePath.NORMAL: _("It is assessed first and then decided."),
        ChangePath.EMERGENCY: _(
            "It could not wait: work may begin before the decision and is marked as such until "
            "then."
        ),
    }
