"""The shape of a client profile and of a change record, as record-format.md gives it.

Every scalar arrives as the text that the author wrote: YAML's own guesses (`NO`, `1.10`, `12:30`)
never happen, amounts never pass through binary floating point, and the type of a value is decided
by the key that holds it.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import available_timezones

from babel.numbers import list_currencies
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from changebook.vocabulary import (
    AgreementStatus,
    ChangePath,
    ChangeType,
    Channel,
    Confidence,
    Level,
    ObjectionOutcome,
    Outcome,
    Party,
    Priority,
    ReasonCategory,
    ScopeAction,
    Status,
    SupersedeMode,
    Visibility,
)

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DECIMAL = re.compile(r"[+-]?\d{1,15}(\.\d{1,9})?")
_INTEGER = re.compile(r"[+-]?\d{1,9}")
_ID = re.compile(r"[A-Z][A-Z0-9]*-\d{4,}")
_PREFIX = re.compile(r"[A-Z][A-Z0-9]*")
#: What YAML's escapes can put into a text and HTML has no place for.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")


def _date(value: Any) -> date:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise PydanticCustomError("date", "should be a date like 2026-03-31")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("date", "is not a day of the calendar") from None


def _decimal(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise PydanticCustomError(
            "number", "should be a plain number like 1200.50, without separators or a unit"
        )
    return Decimal(value)


def _integer(value: Any) -> int:
    if isinstance(value, int):
        return value
    if not isinstance(value, str) or not _INTEGER.fullmatch(value):
        raise PydanticCustomError("whole", "should be a whole number like 10 or -3")
    return int(value)


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value not in ("true", "false"):
        raise PydanticCustomError("flag", "should be true or false")
    return bool(value == "true")


def _matching(pattern: re.Pattern[str], kind: str, says: str) -> Any:
    def check(value: Any) -> Any:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise PydanticCustomError(kind, says)
        return value

    return check


def _currency(value: Any) -> str:
    if not isinstance(value, str) or value not in list_currencies():
        raise PydanticCustomError("currency", "should be an ISO 4217 code like CNY or EUR")
    return value


def _timezone(value: Any) -> str:
    if not isinstance(value, str) or value not in available_timezones():
        raise PydanticCustomError("timezone", "should be an IANA time zone like Asia/Shanghai")
    return value


def _shown(value: str) -> str:
    if control := _CONTROL.search(value):
        raise PydanticCustomError(
            "control",
            "has a character that can't be shown, {code}",
            {"code": f"U+{ord(control[0]):04X}"},
        )
    return value


Day = Annotated[date, BeforeValidator(_date)]
Number = Annotated[Decimal, BeforeValidator(_decimal), PlainSerializer(str)]
Whole = Annotated[int, BeforeValidator(_integer)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_shown)
]
RecordId = Annotated[str, BeforeValidator(_matching(_ID, "id", "should be an id like ACME-0012"))]
Prefix = Annotated[
    str, BeforeValidator(_matching(_PREFIX, "prefix", "should be capitals and digits like ACME"))
]
Url = Annotated[
    str,
    BeforeValidator(
        _matching(
            re.compile(r"(https?://|mailto:)\S+"), "url", "should be a web address (https://...)"
        )
    ),
]
Email = Annotated[
    str,
    BeforeValidator(_matching(re.compile(r"[^@\s]+@[^@\s]+"), "email", "should be a mail address")),
]
Currency = Annotated[str, BeforeValidator(_currency)]
Timezone = Annotated[str, BeforeValidator(_timezone)]


class Shape(BaseModel):
    """Frozen, and closed: a key that is not declared is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Person(Shape):
    """Who did something, or may do it."""

    name: Text
    role: Text | None = None
    party: Party


class TeamPerson(Person):
    """Someone named in a client's profile; `approves` makes their decisions count."""

    role: Text
    approves: Flag = False


class Vendor(Shape):
    """The vendor as the client sees it."""

    name: Text
    contact: Email | None = None


class Milestone(Shape):
    """A contract milestone with its original date; one of them is the completion."""

    id: Text
    name: Text
    date: Day
    completion: Flag = False


class Contract(Shape):
    """The baseline: what was signed, before any change. Money is before tax, in `currency`."""

    reference: Text
    signed: Day
    currency: Currency
    sum: Number
    tax_rate: Number | None = None
    effort: Number | None = None
    milestones: tuple[Milestone, ...] = ()
    change_budget: Number | None = None


class Respond(Shape):
    """How a client answers from a static page."""

    email: Email | None = None
    form: Url | None = None


class Profile(Shape):
    """A client's profile: the front matter of client.md."""

    name: Text
    language: Text
    timezone: Timezone
    prefix: Prefix
    project: Text
    vendor: Vendor
    contract: Contract
    people: tuple[TeamPerson, ...] = ()
    respond_within: Whole | None = None
    respond: Respond = Respond()

    def approver(self, name: str) -> TeamPerson | None:
        """The person of that name who may decide, if there is one."""
        return next((p for p in self.people if p.name == name and p.approves), None)

    def milestone(self, id: str) -> Milestone | None:
        """The contract milestone of that id."""
        return next((m for m in self.contract.milestones if m.id == id), None)


class Requested(Shape):
    """When and by whom a change was asked for."""

    on: Day
    by: Text
    party: Party


class ScopeItem(Shape):
    """One function that changes, with how it was and how it will be."""

    item: Text
    action: ScopeAction
    before: Text | None = None
    after: Text | None = None
    example: Text | None = None


class Evidence(Shape):
    """A fact behind a reason, with where it comes from."""

    claim: Text
    source: Text | None = None
    date: Day | None = None
    link: Url | None = None


class Reason(Shape):
    """Why a change is asked for."""

    category: ReasonCategory
    text: Text
    evidence: tuple[Evidence, ...] = ()


class Assessed(Shape):
    """When and by whom an impact was assessed."""

    on: Day
    by: Text


class ExchangeRate(Shape):
    """How many units of the contract's currency one unit of a foreign line makes (a memo only)."""

    rate: Number
    source: Text
    date: Day


class CostLine(Shape):
    """One line of a cost: an amount, or a quantity times a rate; negative is a credit."""

    item: Text
    quantity: Number | None = None
    unit: Text | None = None
    rate: Number | None = None
    amount: Number | None = None
    currency: Currency | None = None
    fx: ExchangeRate | None = None
    tax_rate: Number | None = None


class ScheduleLine(Shape):
    """Calendar days asked for on a milestone; negative is earlier."""

    milestone: Text
    days: Whole


class ResourceLine(Shape):
    """Person-days of a role; negative is saved."""

    role: Text
    days: Number


class Risk(Shape):
    """What may go wrong, and what is done about it."""

    risk: Text
    likelihood: Level
    severity: Level
    response: Text | None = None


class Impact(Shape):
    """What a change costs in money, time and people. An empty list says "none"; absent, unknown."""

    confidence: Confidence | None = None
    assessed: Assessed | None = None
    cost: tuple[CostLine, ...] | None = None
    schedule: tuple[ScheduleLine, ...] | None = None
    resources: tuple[ResourceLine, ...] | None = None
    quality: Text | None = None
    risks: tuple[Risk, ...] = ()


class Option(Shape):
    """One way to go; money in the contract's currency, calendar days on the completion."""

    id: Text
    title: Text
    pros: tuple[Text, ...] = ()
    cons: tuple[Text, ...] = ()
    amount: Number | None = None
    days: Whole | None = None
    recommended: Flag = False


class PlanStep(Shape):
    """One step of the solution; `done` is the day it was finished."""

    step: Text
    owner: Text | None = None
    start: Day | None = None
    finish: Day | None = None
    done: Day | None = None


class Condition(Shape):
    """What a decision depends on; `met` is the day it was fulfilled."""

    text: Text
    due: Day | None = None
    met: Day | None = None


class Decision(Shape):
    """What was decided, by whom, when, and why. Before that, only `due`.

    `days` gives the calendar days granted per milestone where they differ from what was asked for.
    """

    due: Day | None = None
    outcome: Outcome | None = None
    on: Day | None = None
    effective: Day | None = None
    by: tuple[Person, ...] = ()
    option: Text | None = None
    amount: Number | None = None
    milestones: dict[str, Day] = Field(default_factory=dict)
    days: dict[str, Whole] = Field(default_factory=dict)
    rationale: Text | None = None
    conditions: tuple[Condition, ...] = ()
    review: Day | None = None

    @property
    def counts_from(self) -> date | None:
        """The day from which the decision counts in the sums: `effective`, by default `on`."""
        return self.effective or self.on


class Objection(Shape):
    """A doubt, its answer, and how it ended."""

    by: Text
    party: Party
    on: Day
    concern: Text
    response: Text | None = None
    alternative: Text | None = None
    outcome: ObjectionOutcome
    resolved: Day | None = None
    follow_up: Day | None = None


class Communication(Shape):
    """One talk about the change."""

    on: Day
    channel: Channel
    with_: tuple[Text, ...] = Field(default=(), alias="with")
    summary: Text


class Agreement(Shape):
    """How far the contract amendment has come."""

    status: AgreementStatus
    reference: Text | None = None
    signed: Day | None = None


class Links(Shape):
    """Ids of other records of the same client; back-links are derived, not typed."""

    supersedes: tuple[RecordId, ...] = ()
    mode: SupersedeMode | None = None
    depends_on: tuple[RecordId, ...] = ()
    related: tuple[RecordId, ...] = ()
    source: Url | None = None


class HistoryEntry(Shape):
    """One change of status. `recorded` is the day it was written down, by default `on`."""

    status: Status
    on: Day
    by: Text
    recorded: Day | None = None
    note: Text | None = None


class ChangeRecord(Shape):
    """The front matter of one change record."""

    id: RecordId
    title: Text
    status: Status
    visibility: Visibility
    revision: Whole = 1
    type: ChangeType | None = None
    path: ChangePath | None = None
    priority: Priority | None = None
    urgency: Level | None = None
    requested: Requested | None = None
    summary: Text | None = None
    scope: tuple[ScopeItem, ...] = ()
    out_of_scope: tuple[Text, ...] = ()
    glossary: dict[Text, Text] = Field(default_factory=dict)
    reason: Reason | None = None
    impact: Impact | None = None
    options: tuple[Option, ...] = ()
    plan: tuple[PlanStep, ...] | None = None
    decision: Decision | None = None
    objections: tuple[Objection, ...] = ()
    communications: tuple[Communication, ...] = ()
    agreement: Agreement | None = None
    links: Links = Links()
    history: tuple[HistoryEntry, ...] = ()
    internal: dict[str, Any] = Field(default_factory=dict)

    def entered(self, *statuses: Status) -> HistoryEntry | None:
        """The last history entry with one of these statuses."""
        return next((e for e in reversed(self.history) if e.status in statuses), None)

    @property
    def undecided_emergency(self) -> bool:
        """Being implemented before its decision: pending, "proceeding, not agreed"."""
        return (
            self.status is Status.IMPLEMENTING
            and self.path is ChangePath.EMERGENCY
            and (self.decision is None or self.decision.outcome is None)
        )
