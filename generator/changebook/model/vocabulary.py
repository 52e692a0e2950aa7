"""The fixed words of the record format: one place for every status, transition and enumeration.

Each word carries its plain English label, which is also the message id that the catalogue
translates (context: the class name in lower case), so a third language needs no code.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Self


class Term(StrEnum):
    """A word that a key of the format may hold, with the label that readers see.

    `meaning` tells those who write records when to take the word.
    """

    label: str
    meaning: str

    def __new__(cls, value: str, label: str = "", meaning: str = "") -> Self:
        term = str.__new__(cls, value)
        term._value_ = value
        term.label = label
        term.meaning = meaning
        return term


class Status(Term):
    """Where a record stands in the life cycle request, assess, decide, implement."""

    DRAFT = "draft", "Draft", "being written; no client ever sees it"
    SUBMITTED = "submitted", "Submitted", "requested"
    ASSESSING = "assessing", "Being assessed", "we work out the impact"
    AWAITING_DECISION = "awaiting-decision", "Awaiting decision", "the client decides"
    DEFERRED = "deferred", "Deferred", "decided later"
    REJECTED = "rejected", "Rejected", "decided against"
    APPROVED = "approved", "Approved", "agreed: it counts"
    IMPLEMENTING = "implementing", "Being implemented", "the work is under way"
    IMPLEMENTED = "implemented", "Implemented", "built, ready for review"
    CLOSED = "closed", "Closed", "finished"
    SUPERSEDED = "superseded", "Superseded", "a later record replaced it or added to it"
    VOID = "void", "Void", "approved, then voided"
    WITHDRAWN = "withdrawn", "Withdrawn", "withdrawn before a decision"


class Phase(Term):
    """The four parts of the way of a change that goes through."""

    REQUEST = "request", "Request", "someone requests a change"
    ASSESS = "assess", "Assess", "we work out the impact"
    DECIDE = "decide", "Decide", "the client decides"
    IMPLEMENT = "implement", "Implement", "it is built and checked"


class Visibility(Term):
    """Who may read a record: never guessed."""

    CLIENT = "client", "Client", "the client may read it, unless it is a draft"
    INTERNAL = "internal", "Internal", "only the team reads it"


class Audience(Term):
    """For whom an edition is built."""

    CLIENT = "client", "Client edition"
    TEAM = "team", "Team edition"


class Party(Term):
    """On whose side a person stands."""

    CLIENT = "client", "Client", "on the client's side"
    VENDOR = "vendor", "Vendor", "on ours"


class ChangeType(Term):
    """What kind of change a record requests."""

    ADDITION = "addition", "Addition", "something new"
    MODIFICATION = "modification", "Modification", "something agreed changes"
    REMOVAL = "removal", "Removal", "something agreed is left out"
    CORRECTION = "correction", "Correction", "something is not as agreed and is corrected"
    CLARIFICATION = "clarification", "Clarification", "what was agreed is made clearer"


class ChangePath(Term):
    """Which way a change takes through the life cycle (ITIL: standard, normal, emergency)."""

    STANDARD = (
        "standard",
        "Standard (pre-authorised)",
        "how to handle it was agreed beforehand, so no assessment",
    )
    NORMAL = "normal", "Normal", "assessed, then decided"
    EMERGENCY = "emergency", "Emergency", "work may begin before the decision"
    INTERNAL = (
        "internal",
        "Internal work",
        "the team's own work: no client sees it, and it is in no sum",
    )


class Priority(Term):
    """How much a change matters."""

    CRITICAL = "critical", "Critical", "the project fails without it"
    HIGH = "high", "High", "an aim of the project suffers without it"
    MEDIUM = "medium", "Medium", "useful, but there is a workaround"
    LOW = "low", "Low", "nice to have"


class Level(Term):
    """A three-step scale: urgency, and the likelihood and severity of a risk.

    The meanings are those of a risk; urgency has its own in the schema.
    """

    HIGH = "high", "High", "likely, great harm"
    MEDIUM = "medium", "Medium", "in between"
    LOW = "low", "Low", "unlikely, little harm"


class ScopeAction(Term):
    """What happens to one item of the scope."""

    ADD = "add", "Added", "the item is new"
    MODIFY = "modify", "Changed", "it changes"
    REMOVE = "remove", "Removed", "it goes"


class ReasonCategory(Term):
    """Why a change is requested."""

    CLIENT_REQUEST = "client-request", "Client request", "the client wants it"
    MARKET = "market", "Market", "customers or competitors"
    PERFORMANCE = "performance", "Performance", "too slow or too much work"
    DEFECT = "defect", "Defect", "something does not work"
    REGULATION = "regulation", "Regulation", "a law or a standard requires it"
    TECHNICAL = "technical", "Technical", "the technology requires it"


class Confidence(Term):
    """How sure the figures of an impact are."""

    ROUGH = "rough", "Rough", "a first guess"
    ESTIMATE = "estimate", "Estimate", "worked out, may still change"
    FIRM = "firm", "Firm", "we commit to it"


class Outcome(Term):
    """What a decision said."""

    APPROVED = "approved", "Approved", "yes, as a whole or in part"
    REJECTED = "rejected", "Rejected", "no"
    DEFERRED = "deferred", "Deferred", "not now"


class ObjectionOutcome(Term):
    """How an objection ended."""

    OPEN = "open", "Open", "not settled"
    ACCEPTED = "accepted", "Accepted", "the objection was accepted"
    COMPROMISE = "compromise", "Compromise", "the two sides met halfway"
    MAINTAINED = "maintained", "Maintained", "heard, but the plan stays"


class Channel(Term):
    """How people talked with each other."""

    MEETING = "meeting", "Meeting", "in one room"
    VIDEO = "video", "Video call", "by video"
    CALL = "call", "Phone call", "by phone"
    EMAIL = "email", "E-mail", "by email"
    CHAT = "chat", "Chat", "by messages"
    REPORT = "report", "Report", "a document"
    DEMO = "demo", "Demo", "something was shown"
    WORKSHOP = "workshop", "Workshop", "worked out together"
    SURVEY = "survey", "Survey", "many people were asked"


class AcceptanceNeed(Term):
    """Whether a change needs its client's acceptance before it is closed."""

    REQUIRED = "required", "Required", "a change is closed once the client has accepted it"
    OPTIONAL = "optional", "Optional", "the client may accept what was built"


class AcceptanceOutcome(Term):
    """What the client said of what was built."""

    ACCEPTED = "accepted", "Accepted", "as it is"
    WITH_DEFECTS = "with-defects", "Accepted with defects", "with the defects listed"
    REFUSED = "refused", "Not accepted", "not as it is; the work goes on"


class AgreementStatus(Term):
    """How far the contract amendment for a change has come."""

    NOT_REQUIRED = "not-required", "Not required", "the contract covers it"
    DRAFTING = "drafting", "Being drafted", "being written, or waiting for signatures"
    SIGNED = "signed", "Signed", "with `reference` and `signed`"


class SupersedeMode(Term):
    """What a record does with the one that it supersedes, in the sums."""

    REPLACE = "replace", "Replaces", "replaces the old record in the sums"
    DELTA = "delta", "Adds to", "adds to the old record"


class PaperSize(Term):
    """The sheets that documents are printed on."""

    A4 = "a4", "A4", "210 by 297 mm, used nearly everywhere"
    LETTER = "letter", "Letter", "8.5 by 11 inches, used in North America"


_S = Status

#: The life cycle of record-format.md: what a status may become on any path.
TRANSITIONS = MappingProxyType(
    {
        _S.DRAFT: frozenset({_S.SUBMITTED, _S.WITHDRAWN}),
        _S.SUBMITTED: frozenset({_S.ASSESSING, _S.WITHDRAWN}),
        _S.ASSESSING: frozenset({_S.AWAITING_DECISION, _S.WITHDRAWN}),
        _S.AWAITING_DECISION: frozenset(
            {_S.APPROVED, _S.REJECTED, _S.DEFERRED, _S.ASSESSING, _S.WITHDRAWN}
        ),
        _S.DEFERRED: frozenset({_S.ASSESSING, _S.WITHDRAWN}),
        _S.REJECTED: frozenset(),
        _S.APPROVED: frozenset({_S.IMPLEMENTING, _S.VOID, _S.SUPERSEDED}),
        _S.IMPLEMENTING: frozenset({_S.IMPLEMENTED, _S.VOID, _S.SUPERSEDED}),
        _S.IMPLEMENTED: frozenset({_S.CLOSED, _S.IMPLEMENTING, _S.SUPERSEDED}),
        _S.CLOSED: frozenset({_S.SUPERSEDED}),
        _S.SUPERSEDED: frozenset(),
        _S.VOID: frozenset(),
        _S.WITHDRAWN: frozenset(),
    }
)

#: What else the statuses of internal work may become, about which nobody decides.
INTERNAL_TRANSITIONS = MappingProxyType(
    {
        _S.ASSESSING: frozenset({_S.IMPLEMENTING, _S.WITHDRAWN}),
        _S.IMPLEMENTING: frozenset({_S.IMPLEMENTED, _S.WITHDRAWN}),
        _S.CLOSED: frozenset[Status](),
    }
)

#: The way of a change that goes through, by phase. At all other statuses the way ends or rests.
BACKBONE = MappingProxyType(
    {
        Phase.REQUEST: (_S.SUBMITTED,),
        Phase.ASSESS: (_S.ASSESSING,),
        Phase.DECIDE: (_S.AWAITING_DECISION, _S.APPROVED),
        Phase.IMPLEMENT: (_S.IMPLEMENTING, _S.IMPLEMENTED, _S.CLOSED),
    }
)
#: The same without the phases.
WAY = tuple(status for statuses in BACKBONE.values() for status in statuses)

#: The statuses that a decision leads to, each with the outcome that the decision must have.
OUTCOMES = MappingProxyType(
    {
        _S.APPROVED: Outcome.APPROVED,
        _S.REJECTED: Outcome.REJECTED,
        _S.DEFERRED: Outcome.DEFERRED,
    }
)

#: Asked for and not decided yet: the pending bucket.
OPEN = frozenset({_S.SUBMITTED, _S.ASSESSING, _S.AWAITING_DECISION})
#: Statuses that only an approval leads to (`implementing` also by the emergency path).
APPROVED_OR_LATER = frozenset(
    {_S.APPROVED, _S.IMPLEMENTING, _S.IMPLEMENTED, _S.CLOSED, _S.SUPERSEDED, _S.VOID}
)
#: Statuses in which a record may be kept from the client. A draft never reaches one; a withdrawn
#: record that the client never saw stays unseen. From `awaiting-decision` on the client decides.
MAY_BE_INTERNAL = frozenset({_S.DRAFT, _S.SUBMITTED, _S.ASSESSING, _S.WITHDRAWN})
#: Statuses that lead no further.
FINAL = frozenset(status for status, onward in TRANSITIONS.items() if not onward)
#: Statuses with which a change is done with; `closed` may yet be superseded.
ENDED = FINAL | {_S.CLOSED}
#: Ends that need their reason in the history entry's note.
NEEDS_NOTE = frozenset({_S.VOID, _S.WITHDRAWN})


def may_become(
    before: Status, after: Status, path: ChangePath | None, decided: bool = False
) -> bool:
    """Return whether a record on `path` may go from `before` to `after`.

    `decided` says that an approval already stands in the history before this step. The standard
    path is pre-authorised: submitted may become approved. An emergency may be implementing before
    its decision, which then arrives as approved, rejected or, first, awaiting-decision. About
    internal work nobody decides.
    """
    if path is ChangePath.INTERNAL and before in INTERNAL_TRANSITIONS:
        return after in INTERNAL_TRANSITIONS[before]
    if after in TRANSITIONS[before]:
        return not (before is _S.IMPLEMENTING and not decided and path is ChangePath.EMERGENCY)
    if path is ChangePath.STANDARD:
        return (before, after) == (_S.SUBMITTED, _S.APPROVED)
    if path is ChangePath.EMERGENCY and not decided:
        if after is _S.IMPLEMENTING:
            return before in OPEN
        if before is _S.IMPLEMENTING:
            return after in {_S.AWAITING_DECISION, _S.APPROVED, _S.REJECTED, _S.WITHDRAWN}
    return False
