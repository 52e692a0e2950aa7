"""What becomes of each of a client's records, and when: statuses, successors, dates."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from clients import COMPLETION, MILESTONES, SIGNED, Client
from corpus import Proposal
from lifecycle import AGE, ASKED, WEIGHTS, Route, Step, dated, route

_SPAN = 760
_PENDING = frozenset(ASKED)
_LASTING = frozenset({"approved", "implementing", "implemented", "closed"})
_MAY_BE_HIDDEN = frozenset({"draft", "submitted", "assessing"})
#: What is not hidden, because the client has been asked.
_ASKED = "awaiting-decision"
AFTER_APPROVAL = _LASTING | {"superseded", "void"}

Keys = dict[str, Any]


@dataclass
class Case:
    """One record in the making: what it is about, how it ends, and what it supersedes."""

    id: str
    proposal: Proposal
    final: str
    way: Route
    steps: tuple[Step, ...] = ()
    supersedes: Case | None = None
    mode: str = "replace"
    superseded_by: Case | None = None
    keys: Keys = field(default_factory=dict)
    granted: dict[str, int] = field(default_factory=dict)

    @property
    def visible(self) -> bool:
        """Whether the client may read it."""
        return self.keys["visibility"] == "client" and self.final != "draft"

    def step(self, *statuses: str) -> Step | None:
        """The last step to one of these statuses."""
        return next((s for s in reversed(self.steps) if s.status in statuses), None)

    @property
    def replaced(self) -> bool:
        """Whether a successor takes, or asks to take, its place in the sums."""
        return self.superseded_by is not None and self.superseded_by.mode == "replace"


def plan(client: Client, proposals: Sequence[Proposal], rng: random.Random) -> list[Case]:
    """A case for each proposal, every status among them, those that are finished first."""
    finals = rng.sample(list(WEIGHTS), min(len(WEIGHTS), len(proposals)))
    finals += rng.choices(list(WEIGHTS), list(WEIGHTS.values()), k=len(proposals) - len(finals))
    # Records of one status are spread over a third of the time, so that the ids mix them.
    finals.sort(key=lambda final: AGE[final] + rng.random() / 3)
    cases = [
        Case(f"{client.prefix}-{n:04}", proposal, final, route(final, rng))
        for n, (proposal, final) in enumerate(zip(proposals, finals, strict=True), 1)
    ]
    _link_successors(cases, rng)
    return cases


def _link_successors(cases: list[Case], rng: random.Random) -> None:
    """Give each superseded record its successor; let some pending ones ask to supersede."""

    def free(after: int, finals: frozenset[str]) -> list[Case]:
        return [
            c
            for c in cases[after + 1 :]
            if c.final in finals and c.supersedes is None and not c.way.emergency_undecided
        ]

    for n, case in enumerate(cases):
        if case.final == "superseded":
            if heirs := free(n, _LASTING):
                _succeed(case, rng.choice(heirs), rng)
            else:
                case.final, case.way = "closed", route("closed", rng)
    lasting = [
        n
        for n, c in enumerate(cases)
        if c.final in _LASTING and c.superseded_by is None and not c.way.emergency_undecided
    ]
    for n in rng.sample(lasting, min(2, len(lasting))):
        if heirs := free(n, _PENDING):
            _succeed(cases[n], rng.choice(heirs), rng)
    rejected = [n for n, c in enumerate(cases) if c.final == "rejected"]
    for n in rng.sample(rejected, min(2, len(rejected))):
        if heirs := free(n, _PENDING | _LASTING):
            _succeed(cases[n], rng.choice(heirs), rng)


def show_what_is_named(cases: list[Case], rng: random.Random) -> None:
    """Let the proposals whose title another one tells be records that the client always sees."""
    texts = [_plain(f"{c.proposal.title}\n{c.proposal.body}") for c in cases]

    def named(case: Case) -> bool:
        title = _plain(case.proposal.title)
        pairs = zip(cases, texts, strict=True)
        return any(title in text for other, text in pairs if other is not case)

    # Each is looked at before its proposal changes hands: the texts are in the old order.
    shown = (c for c in cases if c.final not in _MAY_BE_HIDDEN and not named(c))
    for case in cases:
        if case.final in _MAY_BE_HIDDEN and named(case):
            if other := next(shown, None):
                case.proposal, other.proposal = other.proposal, case.proposal
            else:
                # One client with more records than there are proposals: each has its double.
                case.final, case.way = _ASKED, route(_ASKED, rng)


def _plain(text: str) -> str:
    """The text as a check for names compares it: in small letters, spaces for all white space."""
    return " ".join(text.casefold().split())


def _succeed(old: Case, new: Case, rng: random.Random) -> None:
    new.supersedes, old.superseded_by = old, new
    new.mode = rng.choice(("replace", "replace", "delta")) if old.final != "rejected" else "replace"


def date_all(cases: list[Case], rng: random.Random) -> None:
    """Date every step, a successor's after those of the record that it supersedes."""
    taken: set[date] = set()

    def free_day(day: date) -> date:
        while day in taken:
            day += timedelta(days=1)
        taken.add(day)
        return day

    for n, case in enumerate(cases):
        day = SIGNED + timedelta(days=20 + _SPAN * n // len(cases) + rng.randint(0, 5))
        if case.supersedes:
            day = max(day, case.supersedes.steps[-1].on + timedelta(days=1))
        way = case.way
        if case.final == "superseded":
            way = Route(way.path, way.statuses[:-1])
        case.steps = dated(way, day, rng, free_day)
        old = case.supersedes
        approved = case.step("approved")
        if old and old.final == "superseded" and approved:
            old.steps += (Step("superseded", approved.effective or approved.on),)


def chain(cases: list[Case]) -> None:
    """Write the agreed dates: each is the one before it plus the days granted."""
    events: list[tuple[date, int, Case]] = []
    for case in cases:
        approved, void = case.step("approved"), case.step("void")
        if approved and approved.effective:
            events.append((approved.effective, 1, case))
        if void:
            events.append((void.on, -1, case))
    agreed = dict(zip(("design", "uat", COMPLETION), MILESTONES, strict=True))
    for _, sign, case in sorted(events, key=lambda event: event[:2]):
        for milestone, days in case.granted.items():
            agreed[milestone] += timedelta(days=sign * days)
            if sign > 0:
                case.keys["decision"].setdefault("milestones", {})[milestone] = agreed[milestone]
