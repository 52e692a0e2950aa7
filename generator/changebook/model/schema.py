"""The shape of a client profile and of a change record, as record-format.md gives it.

Every scalar arrives as the text that the author wrote: YAML's own guesses (`NO`, `1.10`, `12:30`)
never happen, amounts never pass through binary floating point, and the type of a value is decided
by the key that holds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Any
from zoneinfo import available_timezones

from babel.numbers import list_currencies
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from changebook.model.vocabulary import (
    OPEN,
    AcceptanceNeed,
    AcceptanceOutcome,
    AgreementStatus,
    ChangePath,
    ChangeType,
    Channel,
    Confidence,
    Level,
    ObjectionOutcome,
    Outcome,
    PaperSize,
    Party,
    Priority,
    ReasonCategory,
    ScopeAction,
    Status,
    SupersedeMode,
    Visibility,
)

# Digits are those of ASCII: others would make a second spelling of the same id or amount.
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,9})?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,9}", re.ASCII)
_ID = re.compile(r"[A-Z][A-Z0-9]*-\d{4,}", re.ASCII)
_PREFIX = re.compile(r"[A-Z][A-Z0-9]*")
#: What no address holds: spaces, and what an escape of YAML may have made of its letters.
_NO_ADDRESS = r"\s\x00-\x1f\x7f-\x9f"
_URL = re.compile(rf"(https?://|mailto:)[^{_NO_ADDRESS}]+")
#: The addresses of pages and files are put behind it.
_SITE_URL = re.compile(rf"https?://[^{_NO_ADDRESS}/?#][^{_NO_ADDRESS}?#]*")
#: What every mail program can send to (RFC 5322, 3.4.1, without quotes and comments).
_ATOM, _LABEL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+", r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
EMAIL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_FLAG = re.compile(r"true|false")
_SHA256 = re.compile(r"[0-9a-f]{64}")
#: Under this name a key's own meanings of its words go into its JSON Schema.
MEANINGS = "meanings"
#: `Level` means something else for urgency than for a risk.
URGENCY_MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        Level.HIGH: "decide at once",
        Level.MEDIUM: "decide in time for the plan",
        Level.LOW: "can wait",
    }
)
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
    if not isinstance(value, str) or not NUMBER.fullmatch(value):
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


@cache
def _timezones() -> frozenset[str]:
    """Return the zones that the system knows, asked once: it has to read whole folders."""
    return frozenset(available_timezones())


def _timezone(value: Any) -> str:
    if not isinstance(value, str) or value not in _timezones():
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


def _in_yaml(
    *types: str, pattern: re.Pattern[str] | None = None, example: Any = None
) -> WithJsonSchema:
    """Return the JSON Schema of a scalar: the types that YAML makes of what is written plainly."""
    shape: dict[str, Any] = {"type": list(types) if len(types) > 1 else types[0], "minLength": 1}
    if pattern:
        shape["pattern"] = f"^(?:{pattern.pattern})$"
    if example is not None:
        shape["examples"] = [example]
    return WithJsonSchema(shape)


Day = Annotated[
    date, BeforeValidator(_date), _in_yaml("string", pattern=_DATE, example="2026-03-31")
]
Number = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    PlainSerializer(str),
    _in_yaml("number", "string", pattern=NUMBER, example=1200),
]
Whole = Annotated[
    int,
    BeforeValidator(_integer),
    _in_yaml("integer", "string", pattern=_INTEGER, example=10),
]
Flag = Annotated[
    bool,
    BeforeValidator(_flag),
    _in_yaml("boolean", "string", pattern=_FLAG, example=True),
]
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1),
    AfterValidator(_shown),
    # `4711` or `yes` is a text too, where a text is expected.
    _in_yaml("string", "number", "boolean"),
]
RecordId = Annotated[
    str,
    BeforeValidator(_matching(_ID, "id", "should be an id like ACME-0012")),
    _in_yaml("string", pattern=_ID, example="ACME-0012"),
]
Prefix = Annotated[
    str,
    BeforeValidator(_matching(_PREFIX, "prefix", "should be capitals and digits like ACME")),
    _in_yaml("string", pattern=_PREFIX, example="ACME"),
]
Sha256 = Annotated[
    str,
    BeforeValidator(_matching(_SHA256, "sha256", "should be a SHA-256: 64 digits of 0-9 and a-f")),
    _in_yaml("string", pattern=_SHA256, example=64 * "0"),
]
Url = Annotated[
    str,
    BeforeValidator(_matching(_URL, "url", "should be a web address (https://...)")),
    _in_yaml("string", pattern=_URL, example="https://tracker.example/ABC-123"),
]
SiteUrl = Annotated[
    str,
    BeforeValidator(
        _matching(_SITE_URL, "url", "should be a web address (https://...) without `?` and `#`")
    ),
    _in_yaml("string", pattern=_SITE_URL, example="https://changes.acme.example/"),
]
Email = Annotated[
    str,
    BeforeValidator(_matching(EMAIL, "email", "should be an email address like name@host.example")),
    _in_yaml("string", pattern=EMAIL, example="change@northwind.example"),
]
# The codes and zones themselves are lists of hundreds, which no editor shows well.
Currency = Annotated[
    str,
    BeforeValidator(_currency),
    _in_yaml("string", pattern=re.compile(r"[A-Z]{3}"), example="CNY"),
]
Timezone = Annotated[str, BeforeValidator(_timezone), _in_yaml("string", example="Asia/Shanghai")]

#: What a correction says of a key: any value that a front matter can have.
Stated = Annotated[
    Any, WithJsonSchema({"type": ["string", "number", "boolean", "array", "object"]})
]

#: What the name of a team's own key begins with. No reader of an edition sees it.
OWN_KEY = "x-"


class Shape(BaseModel):
    """Frozen, and closed: a key that is not declared is an error."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", populate_by_name=True)


class Person(Shape):
    """Who did something, or may do it."""

    name: Text = Field(
        description="The name, always spelled in the same way.", examples=["Chen Yu"]
    )
    role: Text | None = Field(
        None, description="The person's role in the project.", examples=["Project sponsor"]
    )
    party: Party = Field(description="Which side the person is on.")


class ApprovalPeriod(Shape):
    """The days on which someone's decisions count, both inclusive; `approves: true` has no end."""

    from_: Day | None = Field(
        None, alias="from", description="The first day on which the person may approve."
    )
    until: Day | None = Field(None, description="The last day on which the person may approve.")

    @model_validator(mode="after")
    def _begins_first(self) -> ApprovalPeriod:
        if self.from_ and self.until and self.until < self.from_:
            raise PydanticCustomError("period", "should not end before it begins")
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the shape with `true` and `false`, which say as much in one word."""
        shape = handler.resolve_ref_schema(handler(core_schema))
        shape |= {"type": ["boolean", "string", "object"], "pattern": f"^(?:{_FLAG.pattern})$"}
        return shape


def _approves(value: Any) -> Any:
    if value is None or isinstance(value, Mapping | ApprovalPeriod):
        return value
    if value not in ("true", "false"):
        raise PydanticCustomError("approves", "should be true, false or a period")
    return ApprovalPeriod() if value == "true" else None


class TeamPerson(Person):
    """Someone named in a client's profile; `approves` makes their decisions count."""

    role: Text = Field(
        description="The person's role in the project.", examples=["Project sponsor"]
    )
    formerly: tuple[Text, ...] = Field(
        (),
        description="Names that the person had before: in every key, they name the same person.",
        examples=[["Wang Li"]],
    )
    approves: Annotated[ApprovalPeriod | None, BeforeValidator(_approves)] = Field(
        None,
        description="Whether the person may approve, always or from one day until another: a "
        "decision needs at least one person who may on its day.",
        examples=[True, {"from": "2026-06-01"}, {"until": "2026-05-31"}],
    )
    email: Email | None = Field(
        None,
        description="The person's email address, by which `changebook respond` recognises who "
        "answers. It never leaves the team's edition.",
        examples=["chen.yu@acme.example"],
    )

    @property
    def names(self) -> tuple[str, ...]:
        """The person's name, and those before it."""
        return self.name, *self.formerly

    def may_approve(self, day: date) -> bool:
        """Return whether a decision of the person counts on a day."""
        may = self.may_still_approve(day)
        return may and not (self.approves and self.approves.from_ and day < self.approves.from_)

    def may_still_approve(self, day: date) -> bool:
        """Return whether a decision of the person may count on a day or later."""
        may = self.approves
        return may is not None and not (may.until and may.until < day)


class NeededApproval(Shape):
    """One person who must approve: of a party, of a role, or of both. `client` says as much."""

    party: Party | None = Field(None, description="The side on which the person is.")
    role: Text | None = Field(
        None, description="The person's role, as in `people`.", examples=["Finance"]
    )

    @model_validator(mode="after")
    def _says_who(self) -> NeededApproval:
        if self.party is None and self.role is None:
            raise PydanticCustomError("needed", "should have a role or a party")
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the shape with the parties, which say as much in one word."""
        shape = handler.resolve_ref_schema(handler(core_schema))
        shape |= {"type": ["string", "object"], "pattern": f"^(?:{'|'.join(Party)})$"}
        return shape


def _needed(value: Any) -> Any:
    if value in tuple(Party):
        return NeededApproval(party=Party(value))
    if not isinstance(value, Mapping | NeededApproval):
        raise PydanticCustomError("needed", "should be client, vendor or {role: ...}")
    return value


class ApprovalRule(Shape):
    """Who must approve the changes that fit: without a condition, all of them."""

    path: ChangePath | None = Field(None, description="Only changes on this path fit.")
    up_to: Number | None = Field(
        None,
        description="Only changes up to this amount fit, in the contract's currency. A credit of "
        "as much counts the same.",
        examples=[5000],
    )
    days: Whole | None = Field(
        None,
        description="Only changes fit that move no milestone by more calendar days, later or "
        "earlier.",
        examples=[0],
    )
    by: tuple[Annotated[NeededApproval, BeforeValidator(_needed)], ...] = Field(
        description="Who must approve: each entry needs a person of its own.",
        min_length=1,
        examples=[["client", "vendor", {"role": "Finance"}]],
    )

    @property
    def fits_all(self) -> bool:
        """Whether it has no condition."""
        return self.path is None and self.up_to is None and self.days is None


class Vendor(Shape):
    """The vendor as the client sees it."""

    name: Text = Field(
        description="The vendor's name, as the client knows it.", examples=["Northwind Software"]
    )
    contact: Email | None = Field(None, description="Where the client sends questions.")


class Milestone(Shape):
    """A contract milestone with its original date; one of them is the completion."""

    id: Text = Field(
        description="A short name that records use for the milestone.", examples=["go-live"]
    )
    name: Text = Field(description="The name that clients read.", examples=["Go-live"])
    date: Day = Field(description="The date in the contract, before any change.")
    completion: Flag = Field(
        False,
        description="Whether this is the completion of the project. At most one milestone is.",
    )


class Correction(Shape):
    """A slip in the contract as it was copied, put right and said so. It is sealed."""

    on: Day = Field(description="The day from which figures and pages follow the correction.")
    by: Text = Field(description="Who corrected it.", examples=["Lin Wei"])
    key: Text = Field(
        description="What is corrected: a key of `contract`, one of a milestone such as "
        "`milestones.go-live.date`, or `approval`.",
        examples=["sum"],
    )
    was: Stated = Field(
        None,
        description="What stood there before. Leave it out where there was nothing.",
        examples=[1200000],
    )
    now: Stated = Field(
        None, description="What stands there now. Leave it out if it is gone.", examples=[1210000]
    )
    reason: Text = Field(
        description="Why it was wrong, in words for the client.",
        examples=["Annex 2 was left out when the contract was copied."],
    )


class Contract(Shape):
    """The baseline: what was signed, before any change. Money is before tax, in `currency`."""

    reference: Text = Field(description="What the contract is called.", examples=["SOW-3"])
    signed: Day = Field(description="The day on which the contract was signed.")
    currency: Currency = Field(
        description="The currency of the contract and of all sums, an ISO 4217 code."
    )
    sum: Number = Field(
        description="The original contract sum, before tax and before any change.",
        examples=[1200000],
    )
    tax_rate: Number | None = Field(
        None,
        description="The tax rate in percent, shown below the sums. A cost line may have its own.",
        examples=[6],
    )
    effort: Number | None = Field(
        None, description="The effort of the contract in person-days.", examples=[640]
    )
    milestones: tuple[Milestone, ...] = Field(
        (), description="The dates in the contract, which the agreed dates start from."
    )
    change_budget: Number | None = Field(
        None,
        description="The change budget that both sides agreed on, before tax.",
        examples=[150000],
    )
    acceptance: AcceptanceNeed = Field(
        AcceptanceNeed.OPTIONAL,
        description="Whether a change is closed only once the client has accepted it.",
    )
    corrections: tuple[Correction, ...] = Field(
        (), description="What was copied wrongly from the contract and put right, oldest first."
    )


class Respond(Shape):
    """How a client answers from a static page."""

    email: Email | None = Field(
        None,
        description="Where the client's answers go by email. Default: the vendor's contact.",
    )
    form: Url | None = Field(
        None,
        description="A form to answer with. These are filled in: {id}, {revision}, {title}, "
        "{digest} (of what was read), {kind} (approve, reject, defer, more-time, object or ask), "
        "{about} (decision, objection, agreement or acceptance), {option} (empty if none was "
        "chosen) and {language}.",
        examples=[
            "https://tracker.example/new?title={id}&kind={kind}&about={about}&option={option}"
        ],
    )


class Request(Shape):
    """How a client requests a change: shown on the page that explains the process."""

    guidance: Text | None = Field(
        None,
        description="How to request a change, in this project's own words. An empty line begins a "
        "paragraph.",
        examples=["Talk to your team lead first. Then write to us, one email for each change."],
    )
    questions: tuple[Text, ...] = Field(
        (), description="The questions that a request should answer. Default: five usual questions."
    )
    email: Email | None = Field(
        None,
        description="Where requests go by email. Default: where the client's answers go.",
    )
    form: Url | None = Field(
        None,
        description="A form to request a change with.",
        examples=["https://tracker.example/acme/new"],
    )


class Stationery(Shape):
    """What the documents say and look like that this client prints and signs."""

    size: PaperSize = Field(PaperSize.A4, description="The paper size that the client prints on.")
    wording: dict[Text, Text] = Field(
        default_factory=dict,
        description="What both parties state by signing a change order, by language. It replaces "
        "the default wording.",
        examples=[{"en": "Both parties agree to this change under clause 9 of the contract."}],
    )
    notice: dict[Text, Text] = Field(
        default_factory=dict,
        description="The line above the signatures, by language. Default: not valid until signed "
        "by both parties.",
        examples=[{"en": "Not valid until signed by both parties and stamped."}],
    )
    signatories: tuple[Person, ...] = Field(
        (),
        description="Whose names are printed where a change order is signed. Default: those who "
        "decided.",
    )

    def in_language(self, texts: Mapping[str, str], language: str) -> str | None:
        """Return the text in a language, or in the one that it is a form of: `en` for `en-US`."""
        return texts.get(language) or texts.get(language.partition("-")[0])


class Amendment(Shape):
    """An amendment of the contract, announced before any record names it."""

    reference: Text = Field(
        description="What the amendment is called, as records name it in `agreement.reference`.",
        examples=["SOW-3 Amendment 2"],
    )
    on: Day | None = Field(
        None, description="The day on which the amendment is dated, or is to be signed."
    )
    title: Text | None = Field(
        None, description="What it is about, in a few words.", examples=["Payments and refunds"]
    )


class Profile(Shape):
    """A client's profile: the front matter of client.md."""

    name: Text = Field(description="The client's name.", examples=["Acme Trading"])
    language: Text = Field(
        description="The language of this client's pages: en, en-US or zh-CN. Records may be in "
        "any language.",
        examples=["en", "en-US", "zh-CN"],
    )
    timezone: Timezone = Field(
        description="The client's time zone, a name of the IANA time zone database."
    )
    prefix: Prefix = Field(
        description="What every id of this client begins with: capitals and digits."
    )
    project: Text = Field(
        description="The project that the contract covers.", examples=["Storefront renewal"]
    )
    vendor: Vendor = Field(description="Who does the work.")
    contract: Contract = Field(
        description="What was signed before any change: money, effort and dates."
    )
    people: tuple[TeamPerson, ...] = Field(
        (), description="Who is named in records, on both sides, and who decides."
    )
    respond_within: Whole | None = Field(
        None, description="How many working days a decision should take.", examples=[5]
    )
    respond: Respond = Field(
        Respond(), description="How the client answers from a page of the site."
    )
    request: Request = Field(Request(), description="How the client requests a change.")
    site_url: SiteUrl | None = Field(
        None,
        description="The address at which this client reads the log: feeds, calendars and paper "
        "name it.",
        examples=["https://changes.acme.example/"],
    )
    offline_copy: Flag = Field(
        False,
        description="Whether the home page offers the whole site as one file, to keep and to read "
        "offline.",
    )
    paper: Stationery = Field(
        Stationery(), description="What is printed for this client, and on which paper size."
    )
    approval: tuple[ApprovalRule, ...] = Field(
        (),
        description="Who must approve which changes: the first rule that fits counts. Without "
        "rules, one person who approves. It is sealed with the contract.",
    )
    amendments: tuple[Amendment, ...] = Field(
        (),
        description="The amendments of the contract that have a day or a title of their own. "
        "Records that share an `agreement.reference` are one amendment, listed here or not.",
    )
    archived: Day | None = Field(
        None,
        description="The day on which the project was archived: the log stays as it is, and no "
        "change is added.",
        examples=["2027-01-31"],
    )

    def person(self, name: str) -> TeamPerson | None:
        """Return the person who has the name, or had it before."""
        return next((p for p in self.people if name in p.names), None)

    def approver(self, name: str, day: date) -> TeamPerson | None:
        """Return the person of that name who may decide on a day, if there is one."""
        person = self.person(name)
        return person if person and person.may_approve(day) else None

    def approvers(self, day: date) -> list[str]:
        """Return the names of those who may decide on a day."""
        return [person.name for person in self.people if person.may_approve(day)]

    def milestone(self, id: str) -> Milestone | None:
        """Return the contract milestone of that id."""
        return next((m for m in self.contract.milestones if m.id == id), None)


class Glossary(Shape):
    """A client's own terms: the front matter of glossary.md. The client reads all of it."""

    terms: dict[Text, Text] = Field(
        description="Each term with its meaning, explained where a record first uses it.",
        examples=[{"PSP": "the company that processes card payments"}],
    )
    also: dict[Text, tuple[Text, ...]] = Field(
        default_factory=dict,
        description="Other words for a term: a plural, a short form, another language.",
        examples=[{"PSP": ["payment provider"]}],
    )


class Requested(Shape):
    """When and by whom a change was requested."""

    on: Day = Field(description="The day on which the change was requested.")
    by: Text = Field(description="Who requested it.", examples=["Zhao Min"])
    party: Party = Field(description="Which side that person is on.")


class ScopeItem(Shape):
    """One function that changes, with how it was and how it will be."""

    item: Text = Field(
        description="The function or part of the product that changes.", examples=["Checkout"]
    )
    action: ScopeAction = Field(description="What happens to it.")
    before: Text | None = Field(
        None, description="How it is today.", examples=["One card per order."]
    )
    after: Text | None = Field(
        None, description="How it will be.", examples=["Up to two cards per order."]
    )
    example: Text | None = Field(
        None,
        description="An example that a reader who is not an engineer understands.",
        examples=["CNY 300 with one card and CNY 200 with the other."],
    )


class Evidence(Shape):
    """A fact behind a reason, with where it comes from."""

    claim: Text = Field(
        description="The fact, with its figure.", examples=["18% of carts are abandoned at payment"]
    )
    source: Text | None = Field(
        None, description="Where the fact comes from.", examples=["Web analytics"]
    )
    date: Day | None = Field(None, description="The day of the fact.")
    link: Url | None = Field(None, description="Where it can be looked up.")


class Reason(Shape):
    """Why a change is requested."""

    category: ReasonCategory = Field(description="The kind of reason.")
    text: Text = Field(
        description="Why the change is requested, in plain words.",
        examples=["Customers give up when one card has too low a limit."],
    )
    evidence: tuple[Evidence, ...] = Field((), description="Facts behind the reason.")


class Assessed(Shape):
    """When and by whom an impact was assessed."""

    on: Day = Field(description="The day of the assessment.")
    by: Text = Field(description="Who assessed it.", examples=["Lin Wei"])


class ExchangeRate(Shape):
    """How many units of the contract's currency one unit of a foreign line makes (a memo only)."""

    rate: Number = Field(
        description="How much one unit of the line's currency is worth in the contract's currency.",
        examples=[7.10],
    )
    source: Text = Field(description="Who published the rate.", examples=["Bank of China"])
    date: Day = Field(description="The day of the rate.")


class CostLine(Shape):
    """One line of a cost: an amount, or a quantity times a rate; negative is a credit."""

    item: Text = Field(description="What is paid for.", examples=["Checkout and ledger"])
    quantity: Number | None = Field(None, description="How many units.", examples=[24])
    unit: Text | None = Field(
        None, description="The unit of the quantity.", examples=["person-day"]
    )
    rate: Number | None = Field(
        None, description="The price of one unit, before tax.", examples=[2000]
    )
    amount: Number | None = Field(
        None,
        description="The amount before tax. Default: quantity times rate. Negative is a credit.",
        examples=[6000],
    )
    currency: Currency | None = Field(
        None,
        description="An ISO 4217 code, if it is not the contract's. The line is listed separately.",
    )
    fx: ExchangeRate | None = Field(
        None, description="The exchange rate of a line in another currency, for a memo only."
    )
    tax_rate: Number | None = Field(
        None,
        description="The tax rate of this line in percent. Default: the contract's.",
        examples=[6],
    )


class ScheduleLine(Shape):
    """Calendar days requested on a milestone; negative is earlier."""

    milestone: Text = Field(description="The id of a milestone in client.md.", examples=["go-live"])
    days: Whole = Field(description="Calendar days requested; negative is earlier.", examples=[10])


class ResourceLine(Shape):
    """Person-days of a role; negative is saved."""

    role: Text = Field(description="Who is needed.", examples=["Backend engineer"])
    days: Number = Field(description="Person-days; negative means saved.", examples=[18])


class Risk(Shape):
    """What may go wrong, and what is done about it."""

    risk: Text = Field(
        description="What may go wrong.", examples=["The payment provider approves late"]
    )
    likelihood: Level = Field(description="How likely it is.")
    severity: Level = Field(description="How severe the harm would be.")
    response: Text | None = Field(
        None, description="What is done about it.", examples=["Ask for approval now."]
    )


class Impact(Shape):
    """What a change costs in money, time and people. An empty list says "none"; absent, unknown."""

    confidence: Confidence | None = Field(None, description="How certain the figures are.")
    assessed: Assessed | None = Field(None, description="When and by whom the impact was assessed.")
    cost: tuple[CostLine, ...] | None = Field(
        None,
        description="What it costs, line by line, before tax. `[]` means that it costs nothing.",
    )
    schedule: tuple[ScheduleLine, ...] | None = Field(
        None, description="Calendar days requested for each milestone. `[]` means none."
    )
    resources: tuple[ResourceLine, ...] | None = Field(
        None, description="Person-days of each role. `[]` means none."
    )
    quality: Text | None = Field(
        None,
        description="What it means for the quality of the product.",
        examples=["Payment takes no longer than today."],
    )
    risks: tuple[Risk, ...] = Field((), description="What may go wrong, and what is done about it.")


class Option(Shape):
    """One way to go; money in the contract's currency, calendar days on the completion."""

    id: Text = Field(description="A short name that the decision refers to.", examples=["a"])
    title: Text = Field(
        description="The option in a few words.", examples=["Two cards in one order"]
    )
    pros: tuple[Text, ...] = Field((), description="What speaks for it.")
    cons: tuple[Text, ...] = Field((), description="What speaks against it.")
    amount: Number | None = Field(
        None,
        description="What it costs in the contract's currency, before tax.",
        examples=[54000],
    )
    days: Whole | None = Field(None, description="Calendar days on the completion.", examples=[10])
    recommended: Flag = Field(
        False, description="Whether this is the option that we recommend. At most one is."
    )
    nothing: Flag = Field(
        False,
        description="Whether nothing is done with this option. At most one is such; to choose it "
        "is a rejection.",
    )


class PlanStep(Shape):
    """One step of the solution; `done` is the day it was finished."""

    step: Text = Field(description="What is done.", examples=["Extend the ledger"])
    owner: Text | None = Field(None, description="Who does it.", examples=["Lin Wei"])
    start: Day | None = Field(None, description="The day on which it is to begin.")
    finish: Day | None = Field(None, description="The day on which it is to be finished.")
    done: Day | None = Field(None, description="The day on which it was finished.")


class Condition(Shape):
    """What a decision depends on; `met` is the day it was fulfilled."""

    text: Text = Field(description="The condition.", examples=["Pilot with 5% of the orders first"])
    due: Day | None = Field(None, description="The day by which it must be fulfilled.")
    met: Day | None = Field(None, description="The day on which it was fulfilled. Added later.")


class Decider(Person):
    """Who decided. Where several must approve, each has a day."""

    on: Day | None = Field(
        None, description="The day on which the person approved. Default: the day of the decision."
    )


class Decision(Shape):
    """What was decided, by whom, when, and why. Before that, only `due`, and who approved so far.

    `days` gives the calendar days granted per milestone where they differ from what was requested.
    """

    due: Day | None = Field(
        None,
        description="The day by which a decision is needed. The only key here until somebody "
        "approves.",
    )
    outcome: Outcome | None = Field(
        None, description="What was decided. It comes once all who must approve have."
    )
    on: Day | None = Field(
        None,
        description="The day of the decision, the same as in the history: that of the last "
        "approval.",
    )
    effective: Day | None = Field(
        None,
        description="The day from which it counts in the sums. Default: the day of the decision.",
    )
    by: tuple[Decider, ...] = Field(
        (),
        description="Who decided. Of an approval, all who must approve according to client.md; "
        "before it, those who have approved so far, each with `on`.",
    )
    option: Text | None = Field(
        None, description="The id of the option that was chosen.", examples=["a"]
    )
    partial: Flag = Field(
        False,
        description="Whether only a part of the option was approved. The rationale says why.",
    )
    amount: Number | None = Field(
        None,
        description="The approved amount, before tax. It may differ from what was requested.",
        examples=[46000],
    )
    milestones: dict[str, Day] = Field(
        default_factory=dict,
        description="The new agreed date of each milestone for which days were granted.",
    )
    days: dict[str, Whole] = Field(
        default_factory=dict,
        description="Calendar days granted for a milestone, if they differ from those requested.",
    )
    rationale: Text | None = Field(
        None, description="Why it was decided this way.", examples=["Worth it, with fewer reports."]
    )
    conditions: tuple[Condition, ...] = Field((), description="What the decision depends on.")
    review: Day | None = Field(None, description="The day on which to review a deferred change.")

    @property
    def approved_so_far(self) -> tuple[Decider, ...]:
        """Those who approved while others still have to."""
        return () if self.outcome else self.by

    @property
    def counts_from(self) -> date | None:
        """The day from which the decision counts in the sums: `effective`, by default `on`."""
        return self.effective or self.on


class Defect(Shape):
    """Something that is not as agreed; `fixed` is the day on which it was put right."""

    text: Text = Field(description="What is not as agreed.", examples=["The hint is cut off."])
    due: Day | None = Field(None, description="The day by which it must be fixed.")
    fixed: Day | None = Field(None, description="The day on which it was fixed. Added later.")


class Acceptance(Shape):
    """What the client said of what was built. Before that, only `due`."""

    due: Day | None = Field(
        None,
        description="The day by which the client is asked to accept it. The only key here until "
        "the client has answered.",
    )
    on: Day | None = Field(None, description="The day of the acceptance.")
    by: tuple[Person, ...] = Field(
        (), description="Who accepted it. At least one of them is on the client's side."
    )
    outcome: AcceptanceOutcome | None = Field(None, description="What the client said.")
    remarks: Text | None = Field(
        None, description="What else the client said.", examples=["Checked in three branches."]
    )
    defects: tuple[Defect, ...] = Field(
        (), description="What is not as agreed. All must be fixed before the change is closed."
    )

    @property
    def stands(self) -> bool:
        """Whether the client accepted, with or without defects. A refusal is not the last word."""
        return self.outcome not in (None, AcceptanceOutcome.REFUSED)


class Actual(Shape):
    """What it took in the end, beside what was agreed. Nothing of it enters the sums."""

    finished: Day | None = Field(None, description="The day on which the work was finished.")
    milestones: dict[str, Day] = Field(
        default_factory=dict,
        description="The day on which a milestone was reached.",
        examples=[{"go-live": "2026-07-12"}],
    )
    resources: tuple[ResourceLine, ...] = Field((), description="Person-days that it took.")
    cost: tuple[CostLine, ...] = Field(
        (), description="What it cost in the end, line by line, before tax."
    )


class Objection(Shape):
    """A doubt, its answer, and how it ended."""

    by: Text = Field(description="Who objects.", examples=["Zhao Min"])
    party: Party = Field(description="Which side that person is on.")
    on: Day = Field(description="The day on which it was raised.")
    concern: Text = Field(description="The objection.", examples=["Refunds get harder."])
    response: Text | None = Field(None, description="Our answer.", examples=["They stay per card."])
    alternative: Text | None = Field(
        None, description="What could be done instead.", examples=["A switch per shop."]
    )
    outcome: ObjectionOutcome = Field(description="How it ended, or `open`.")
    resolved: Day | None = Field(None, description="The day on which it was settled.")
    follow_up: Day | None = Field(None, description="The day on which to follow up.")


class Proposal(Shape):
    """A decision that someone announced in a conversation. It is not one: it counts nowhere."""

    outcome: Outcome = Field(description="The decision that the person announced.")
    option: Text | None = Field(
        None, description="The id of the option that they chose.", examples=["a"]
    )
    revision: Whole = Field(description="The revision that they had read.", examples=[2])


class Communication(Shape):
    """One talk about the change."""

    on: Day = Field(description="The day of the conversation.")
    channel: Channel = Field(description="How the conversation took place.")
    with_: tuple[Text, ...] = Field(default=(), alias="with", description="Who took part.")
    summary: Text = Field(description="What was said.", examples=["Went through both options."])
    proposes: Proposal | None = Field(
        None,
        description="A decision that was announced but not yet recorded: it does not count.",
    )


class SignedCopy(Shape):
    """The paper that people signed, as a file beside the record. `changebook sign` writes it."""

    file: Text = Field(
        description="The path of the file from the record's folder: a PDF, a PNG or a JPEG.",
        examples=["ACME-0012-signed.pdf"],
    )
    sha256: Sha256 = Field(
        description="The SHA-256 of the file, which proves that it is unchanged."
    )
    filed: Day = Field(description="The day on which the signed copy was filed.")
    by: tuple[Text, ...] = Field(
        (), description="Whose signatures are on it.", examples=[["Chen Yu", "Lin Wei"]]
    )


class Agreement(Shape):
    """The state of the contract amendment."""

    status: AgreementStatus = Field(description="The state of the contract amendment.")
    reference: Text | None = Field(
        None,
        description="What the amendment is called. Required when it is signed.",
        examples=["SOW-3 Amendment 2"],
    )
    signed: Day | None = Field(None, description="The day on which it was signed.")
    signed_copy: SignedCopy | None = Field(
        None, description="The signed paper. It may be added after the signature."
    )


class Links(Shape):
    """Ids of other records of the same client; back-links are derived, not typed."""

    supersedes: tuple[RecordId, ...] = Field(
        (), description="Ids of records that this one replaces or adds to."
    )
    mode: SupersedeMode | None = Field(
        None, description="What happens to them in the sums. Required with `supersedes`."
    )
    depends_on: tuple[RecordId, ...] = Field((), description="Ids of records that must come first.")
    related: tuple[RecordId, ...] = Field((), description="Ids of related records.")
    source: Url | None = Field(None, description="The same change elsewhere, such as in a tracker.")


class HistoryEntry(Shape):
    """One change of status. `recorded` is the day it was entered, by default `on`."""

    status: Status = Field(description="The status that the record reached.")
    on: Day = Field(description="The day on which it did so.")
    by: Text | None = Field(
        None,
        description="Who took it there. Only what was imported may leave it out.",
        examples=["Lin Wei"],
    )
    recorded: Day | None = Field(
        None, description="The day on which it was recorded. Default: the same day."
    )
    note: Text | None = Field(
        None,
        description="A remark. Required for `void` and `withdrawn`, to say why.",
        examples=["The campaign ended."],
    )


class AskedBefore(Shape):
    """What was requested before a revision. What is not known is left out."""

    amount: Number | None = Field(
        None,
        description="The amount that was requested, in the contract's currency.",
        examples=[46000.00],
    )
    days: dict[str, Whole] = Field(
        default_factory=dict,
        description="The calendar days that were requested, by milestone; 0 where there were none.",
    )


class Revision(Shape):
    """What is different in a revision of the request, in words for those who have read it."""

    revision: Whole = Field(description="The number of the revision, 2 or more.", examples=[2])
    on: Day = Field(description="The day of the revision.")
    by: Text = Field(description="Who revised it.", examples=["Lin Wei"])
    note: Text = Field(
        description="What is different, for the client.",
        examples=["Reports are left out, which saves three days."],
    )
    was: AskedBefore | None = Field(
        None, description="What was requested before, if the amount or the days are others now."
    )


class Imported(Shape):
    """Where a record came from that was kept elsewhere before: imported, not witnessed."""

    from_: Text = Field(
        alias="from",
        description="The file or the tracker that it was imported from.",
        examples=["Change log 2025.xlsx"],
    )
    on: Day = Field(description="The day of the import.")
    id: Text | None = Field(
        None, description="The id that it had there. Pages show it.", examples=["CR-012"]
    )
    status: Status | None = Field(
        None,
        description="The status that it had there, if its history does not say so: what came "
        "before is not asked for. From the day of the import on, every step is.",
    )
    note: Text | None = Field(
        None,
        description="A remark on how it was understood.",
        examples=["The day of the decision is that of the minutes."],
    )


class ChangeRecord(Shape):
    """The front matter of one change record."""

    id: RecordId = Field(
        description="The client's prefix, a hyphen and four or more digits. Never reused."
    )
    title: Text = Field(
        description="The change in a few words.", examples=["Split payments at checkout"]
    )
    status: Status = Field(description="The status of the last entry in the history.")
    visibility: Visibility = Field(description="Who may read the record. Never guessed.")
    revision: Whole = Field(
        1, description="Goes up by one whenever the request changes.", examples=[2]
    )
    revisions: tuple[Revision, ...] = Field(
        (), description="What is different in each revision, the oldest first."
    )
    type: ChangeType | None = Field(None, description="What kind of change it is.")
    path: ChangePath | None = Field(
        None, description="Which path it takes through the life cycle. Default: normal."
    )
    priority: Priority | None = Field(None, description="How much it matters.")
    urgency: Level | None = Field(
        None,
        description="How soon it must be decided.",
        json_schema_extra={MEANINGS: {**URGENCY_MEANINGS}},
    )
    requested: Requested | None = Field(
        None, description="When and by whom the change was requested."
    )
    summary: Text | None = Field(
        None,
        description="One plain sentence for a reader who is not an engineer.",
        examples=["Customers can pay one order with two cards."],
    )
    scope: tuple[ScopeItem, ...] = Field((), description="What changes, item by item.")
    out_of_scope: tuple[Text, ...] = Field(
        (), description="What stays as it is, although one might think otherwise."
    )
    glossary: dict[Text, Text] = Field(
        default_factory=dict, description="Terms that are explained where the text uses them."
    )
    reason: Reason | None = Field(None, description="Why the change is requested.")
    impact: Impact | None = Field(None, description="What it costs in money, time and people.")
    options: tuple[Option, ...] = Field((), description="The options, including doing nothing.")
    plan: tuple[PlanStep, ...] | None = Field(
        None, description="The steps of the solution. `[]` means that no plan is needed."
    )
    decision: Decision | None = Field(
        None, description="What was decided, by whom, when and why. Before that, only `due`."
    )
    objections: tuple[Objection, ...] = Field((), description="Objections, and how they ended.")
    communications: tuple[Communication, ...] = Field(
        (), description="Conversations about the change."
    )
    agreement: Agreement | None = Field(None, description="The state of the contract amendment.")
    acceptance: Acceptance | None = Field(
        None, description="What the client said of what was built. Before that, only `due`."
    )
    actual: Actual | None = Field(
        None, description="What it took in the end, beside what was agreed."
    )
    links: Links = Field(
        Links(),
        description="Other records of the same client, by id. Write each link at one end only.",
    )
    history: tuple[HistoryEntry, ...] = Field(
        (), description="One entry for each change of status, the oldest first."
    )
    imported: Imported | None = Field(
        None, description="Where the record came from, if it was kept elsewhere before."
    )
    internal: dict[str, Any] = Field(
        default_factory=dict,
        description="Any keys, for the team only. They never leave the team's edition.",
    )

    @property
    def answered_acceptance(self) -> Acceptance | None:
        """The client's answer to what was built last; an earlier one is about an earlier state."""
        answer, built = self.acceptance, self.entered(Status.IMPLEMENTED)
        if answer is None or answer.outcome is None or answer.on is None:
            return None
        if built is None:
            return answer
        if answer.outcome is AcceptanceOutcome.REFUSED and self.status is Status.IMPLEMENTED:
            # All of it may happen on one day: built, refused, back to work, and built again.
            pairs = pairwise(self.history)
            back = (e.on for before, e in pairs if before.status is Status.IMPLEMENTED)
            if max(back, default=date.min) >= answer.on:
                return None
        return None if answer.on < built.on else answer

    @property
    def is_undone(self) -> bool:
        """Whether it was approved, and counts no longer: it was voided or replaced."""
        return self.status in (Status.VOID, Status.SUPERSEDED)

    @property
    def awaits_decision(self) -> bool:
        """Whether it waits to be decided now.

        The standard path has no status for it: there it waits once the first of several approved.
        """
        if self.status is Status.AWAITING_DECISION or self.undecided_emergency:
            return True
        is_standard = self.path is ChangePath.STANDARD and self.status is Status.SUBMITTED
        return is_standard and self.decision is not None and bool(self.decision.approved_so_far)

    @property
    def chosen(self) -> Option | None:
        """The option that the decision names."""
        named = self.decision.option if self.decision else None
        return next((option for option in self.options if option.id == named), None)

    def entered(self, *statuses: Status) -> HistoryEntry | None:
        """Return the last history entry with one of these statuses."""
        return next((e for e in reversed(self.history) if e.status in statuses), None)

    def came_along(self, entry: HistoryEntry) -> bool:
        """Return whether an entry of the history was imported with the record."""
        return self.imported is not None and (entry.recorded or entry.on) <= self.imported.on

    @property
    def imported_status(self) -> Status | None:
        """The status with which it was imported; None where it was not."""
        if self.imported is None:
            return None
        known = [entry.status for entry in self.history if self.came_along(entry)]
        later = len(self.history) > len(known)
        return self.imported.status or (known[-1] if known else None if later else self.status)

    @property
    def is_internal_work(self) -> bool:
        """Whether it is the team's own: no client ever sees it, and it is in no sum."""
        return self.path is ChangePath.INTERNAL

    @property
    def is_asked(self) -> bool:
        """Whether somebody asks for it, so that its pace counts: no draft, nor the team's own."""
        return self.status is not Status.DRAFT and not self.is_internal_work

    @property
    def is_undecided(self) -> bool:
        """Submitted, and not yet decided for good: a deferral is not the last word."""
        waits = self.status in OPEN or self.status is Status.DEFERRED or self.undecided_emergency
        return waits and not self.is_internal_work

    @property
    def undecided_emergency(self) -> bool:
        """Being implemented before its decision: pending, "proceeding, not agreed"."""
        return (
            self.status is Status.IMPLEMENTING
            and self.path is ChangePath.EMERGENCY
            and (self.decision is None or self.decision.outcome is None)
        )


def words_of(data: BaseModel) -> str:
    """Return every text of a record or profile, and the keys that people chose, as written."""

    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for key, below in value.items():
                yield key
                yield from texts(below)
        elif isinstance(value, list):
            for below in value:
                yield from texts(below)

    return "\n".join(texts(data.model_dump(mode="json", exclude_none=True)))
