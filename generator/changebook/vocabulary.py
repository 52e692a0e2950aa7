"""The fixed words of the record format: one place for every status, transition and enumeration.

Each word carries its plain English label, which is also the message id that the catalogue
translates (context: the class name in lower case), so a third language needs no code.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Self


class Term(StrEnum):
    """A word that a key of the format may hold, with the label that readers see."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        term = str.__new__(cls, value)
        term._value_ = value
        term.label = label
        return term


class Status(Term):
    """Where a record stands in the life cycle request, assess, decide, implement."""

    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    ASSESSING = "assessing", "Being assessed"
    AWAITING_DECISION = "awaiting-decision", "Awaiting decision"
    DEFERRED = "deferred", "Deferred"
    REJECTED = "rejected", "Rejected"
    APPROVED = "approved", "Approved"
    IMPLEMENTING = "implementing", "Being implemented"
    IMPLEMENTED = "implemented", "Implemented"
    CLOSED = "closed", "Closed"
    SUPERSEDED = "superseded", "Superseded"
    VOID = "void", "Void"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Visibility(Term):
    """Who may read a record: never guessed."""

    CLIENT = "client", "Client"
    INTERNAL = "internal", "Internal"


class Audience(Term):
    """For whom an edition is built."""

    CLIENT = "client", "Client edition"
    TEAM = "team", "Team edition"


class Party(Term):
    """On whose side a person stands."""

    CLIENT = "client", "Client"
    VENDOR = "vendor", "Vendor"


class ChangeType(Term):
    """What kind of change a record asks for."""

    ADDITION = "addition", "Addition"
    MODIFICATION = "modification", "Modification"
    REMOVAL = "removal", "Removal"
    CORRECTION = "correction", "Correction"
    CLARIFICATION = "clarification", "Clarification"


class ChangePath(Term):
    """Which way a change takes through the life cycle (ITIL: standard, normal, emergency)."""

    STANDARD = "standard", "Standard (pre-authorised)"
    NORMAL = "normal", "Normal"
    EMERGENCY = "emergency", "Emergency"


class Priority(Term):
    """How much a change matters."""

    CRITICAL = "critical", "Critical"
    HIGH = "high", "High"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"


class Level(Term):
    """A three-step scale: urgency, and the likelihood and severity of a risk."""

    HIGH = "high", "High"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"


class ScopeAction(Term):
    """What happens to one item of the scope."""

    ADD = "add", "Added"
    MODIFY = "modify", "Changed"
    REMOVE = "remove", "Removed"


class ReasonCategory(Term):
    """Why a change is asked for."""

    CLIENT_REQUEST = "client-request", "Client request"
    MARKET = "market", "Market"
    PERFORMANCE = "performance", "Performance"
    DEFECT = "defect", "Defect"
    REGULATION = "regulation", "Regulation"
    TECHNICAL = "technical", "Technical"


class Confidence(Term):
    """How sure the figures of an impact are."""

    ROUGH = "rough", "Rough"
    ESTIMATE = "estimate", "Estimate"
    FIRM = "firm", "Firm"


class Outcome(Term):
    """What a decision said."""

    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    DEFERRED = "deferred", "Deferred"


class ObjectionOutcome(Term):
    """How an objection ended."""

    OPEN = "open", "Open"
    ACCEPTED = "accepted", "Accepted"
    COMPROMISE = "compromise", "Compromise"
    MAINTAINED = "maintained", "Maintained"


class Channel(Term):
    """How people talked with each other."""

    MEETING = "meeting", "Meeting"
    VIDEO = "video", "Video call"
    CALL = "call", "Phone call"
    EMAIL = "email", "E-mail"
    CHAT = "chat", "Chat"
    REPORT = "report", "Report"
    DEMO = "demo", "Demo"
    WORKSHOP = "workshop", "Workshop"
    SURVEY = "survey", "Survey"


class AgreementStatus(Term):
    """How far the contract amendment for a change has come."""

    NOT_REQUIRED = "not-required", "Not required"
    DRAFTING = "drafting", "Being drafted"
    SIGNED = "signed", "Signed"


class SupersedeMode(Term):
    """What a record does with the one that it supersedes, in the sums."""

    REPLACE = "replace", "Replaces"
    DELTA = "delta", "Adds to"


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
        _S.IMPLEMENTING: frozenset({_S.IMPLEMENTED, _S.VOID}),
        _S.IMPLEMENTED: frozenset({_S.CLOSED, _S.IMPLEMENTING}),
        _S.CLOSED: frozenset({_S.SUPERSEDED}),
        _S.SUPERSEDED: frozenset(),
        _S.VOID: frozenset(),
        _S.WITHDRAWN: frozenset(),
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
#: Ends that need their reason in the history entry's note.
NEEDS_NOTE = frozenset({_S.VOID, _S.WITHDRAWN})


def may_become(
    before: Status, after: Status, path: ChangePath | None, decided: bool = False
) -> bool:
    """Whether a record on `path` may go from `before` to `after`.

    `decided` says that an approval already stands in the history before this step. The standard
    path is pre-authorised: submitted may become approved. An emergency may be implementing before
    its decision, which then arrives as approved, rejected or, first, awaiting-decision.
    """
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
