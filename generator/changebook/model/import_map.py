"""What each column and word of a source becomes: a file that people review and keep."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from changebook.model.schema import OWN_KEY, Currency, Day, Shape, Text, Whole
from changebook.model.suggestion import nearest
from changebook.model.vocabulary import (
    ChangePath,
    ChangeType,
    Channel,
    Party,
    Priority,
    ReasonCategory,
    ScopeAction,
    Status,
    Term,
    Visibility,
)

LEFT_OUT = "left-out"


class Kind(Term):
    """Where records come from."""

    EXCEL = "excel", "Excel", "a sheet of a workbook (.xlsx)"
    CSV = "csv", "CSV", "a table as text"
    PINGCODE = "pingcode", "PingCode", "work items of its API, or its workbook"
    WORKTILE = "worktile", "Worktile", "tasks of its export, or its workbook"
    JIRA = "jira", "Jira", "issues of its API (JSON), or its CSV"
    AZURE = "azure", "Azure DevOps", "work items of its API, or its CSV"
    GITHUB = "github", "GitHub", "issues as `gh issue list --json` gives them"
    GITLAB = "gitlab", "GitLab", "issues of its API, or its CSV"
    PROCORE = "procore", "Procore", "change orders of its API, or its CSV"
    MADR = "madr", "MADR", "a folder of Markdown decision records"
    ADR_TOOLS = "adr-tools", "adr-tools", "a folder of records as adr-tools writes them"
    LOG4BRAINS = "log4brains", "Log4brains", "a folder of records as Log4brains writes them"
    EIP = "eip", "EIP", "a folder of improvement proposals"


#: The dates of statuses, as `history.closed`.
_STEPS = {
    f"history.{status}": f"the day on which it became `{status}`"
    for status in Status
    if status is not Status.DRAFT
}
#: What a column may become, besides keys of one's own.
TARGETS: Mapping[str, str] = MappingProxyType(
    {
        "id": "the id that it has there; its number is kept where it can be",
        "title": "the change in a few words",
        "status": "a word that `words.status` translates",
        "type": "a word that `words.type` translates",
        "path": "a word that `words.path` translates",
        "priority": "a word that `words.priority` translates",
        "urgency": "a word that `words.urgency` translates",
        "visibility": "a word that `words.visibility` translates",
        "summary": "one sentence for every reader",
        "requested.on": "the day on which it was requested",
        "requested.by": "who requested it: a person of `people`",
        "reason": "why; in the text unless `always` says of which category",
        "scope.item": "the part of the product; in the text unless `always` has an action",
        "amount": "what was approved once it is, before that what is requested",
        "impact.amount": "the amount requested",
        "decision.amount": "the amount approved",
        "days": "calendar days on the milestone `days_on`, granted or requested",
        "options": "options with what is good and bad about each, as MADR writes them",
        "decision.on": "the day of the decision",
        "decision.by": "who decided: people of `people`",
        "decision.due": "the day by which a decision is needed",
        "decision.rationale": "why it was decided this way",
        "decision.effective": "the day from which it counts in the sums",
        "agreement.reference": "what the amendment is called",
        "agreement.signed": "the day on which the amendment was signed",
        "links.source": "the address of the same change elsewhere",
        "links.supersedes": "ids, as they are there, of what it replaces",
        "links.superseded_by": "the id, as it is there, of what replaces it",
        "links.depends_on": "ids, as they are there, of what must come first",
        "links.related": "ids, as they are there, of what belongs to it",
        "history": "changes of status, each with its day, its person and its word",
        "comment": "conversations, each with its day: the client reads them",
        "attachment": "names of files beside the source",
        "body": "part of the text, below the column's name",
        LEFT_OUT: "left out on purpose",
        **_STEPS,
    }
)
_OWN_TARGET = re.compile(rf"{OWN_KEY}\S.*|internal\.\S.*")


def _target(value: str) -> str:
    if value in TARGETS or _OWN_TARGET.fullmatch(value):
        return value
    near = nearest(value, TARGETS)
    hint = f"; did you mean `{near}`?" if near else ""
    raise PydanticCustomError(
        "target",
        "should be a key, `x-...`, `internal....`, `body` or `left-out`{hint}",
        {"hint": hint},
    )


Target = Annotated[
    str,
    AfterValidator(_target),
    WithJsonSchema(
        {
            "anyOf": [
                {
                    "type": "string",
                    "enum": list(TARGETS),
                    "enumDescriptions": list(TARGETS.values()),
                },
                {"type": "string", "pattern": f"^(?:{_OWN_TARGET.pattern})$"},
            ]
        }
    ),
]
#: The keys whose values are translated word by word.
WORDED = ("status", "type", "path", "priority", "urgency", "visibility")


class SourceSettings(Shape):
    """How the source is read."""

    kind: Kind = Field(description="What the source is.", examples=["excel"])
    sheet: Text | None = Field(None, description="The sheet of a workbook.")
    header: Whole | None = Field(None, description="The first row of the header.", examples=[3])
    header_rows: Whole | None = Field(None, description="How many rows the header has.")
    encoding: Text | None = Field(None, description="The encoding of a CSV file.")
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = Field(
        None, description="What separates the columns of a CSV file."
    )
    epoch: Whole | None = Field(None, description="The year from which a workbook counts days.")
    dates: Literal["git"] | None = Field(
        None, description="`git`: when each file of a folder came and went through its statuses."
    )


class MappedPerson(Shape):
    """A person of the source."""

    name: Text | None = Field(None, description="The name in client.md, if it differs.")
    party: Party | None = Field(None, description="Which side the person is on.")


class Always(Shape):
    """What the source does not say, and holds for all of it because somebody knows so."""

    status: Status | None = Field(None, description="The status of what has none.")
    type: ChangeType | None = Field(None, description="The type of what has none.")
    priority: Priority | None = Field(None, description="The priority of what has none.")
    path: ChangePath | None = Field(None, description="The path of what has none.")
    visibility: Visibility | None = Field(None, description="Who may read what says nothing of it.")
    reason: ReasonCategory | None = Field(None, description="The category of every reason.")
    scope: ScopeAction | None = Field(None, description="What happens to every item of a scope.")
    party: Party | None = Field(
        None, description="The side of everybody who is neither below `people` nor in client.md."
    )
    decided: Day | None = Field(
        None,
        description="The day that counts for decisions whose day the source does not give; the "
        "record says so.",
    )


class ImportMap(Shape):
    """What the columns and words of a source become."""

    source: SourceSettings = Field(description="How the source is read.")
    columns: dict[Text, Target] = Field(description="What each column becomes.")
    units: dict[Text, Text] = Field(
        default_factory=dict,
        description="The unit of a column's numbers (万), or UTC for its times.",
    )
    words: dict[Text, dict[str, Text | None]] = Field(
        default_factory=dict, description="What the words in a column mean, by key."
    )
    people: dict[Text, MappedPerson] = Field(
        default_factory=dict, description="Who the people of the source are."
    )
    always: Always = Field(Always(), description="What holds for all of it.")
    currency: Currency | None = Field(None, description="The currency of the amounts.")
    decimal: Literal[".", ","] = Field(".", description="What stands before the cents.")
    date_order: Literal["dmy", "mdy"] | None = Field(
        None, description="Whether the day or the month comes first in 3/4/2026."
    )
    year: Whole | None = Field(None, description="The year of days without one.", examples=[2026])
    days_on: Text | None = Field(
        None, description="The milestone on which the days are.", examples=["go-live"]
    )
    channel: Channel | None = Field(None, description="How the conversations were held.")
