"""Routes through the life cycle of record-format.md, with dates."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

ASKED = ("submitted", "assessing", "awaiting-decision")
DECIDED = frozenset({"approved", "rejected", "deferred"})

#: How often each final status is drawn, beyond once per client.
WEIGHTS = {
    "draft": 3, "submitted": 5, "assessing": 6, "awaiting-decision": 8, "deferred": 4,
    "rejected": 9, "approved": 9, "implementing": 12, "implemented": 9, "closed": 24,
    "superseded": 5, "void": 3, "withdrawn": 3,
}  # fmt: skip
#: Roughly where in the project's time a status is found: the oldest records are finished.
AGE = {
    "draft": 1.0, "submitted": 0.95, "assessing": 0.9, "awaiting-decision": 0.85,
    "deferred": 0.5, "rejected": 0.2, "approved": 0.6, "implementing": 0.55, "implemented": 0.45,
    "closed": 0.1, "superseded": 0.0, "void": 0.2, "withdrawn": 0.3,
}  # fmt: skip
#: Days that pass before a status is reached.
_GAP = {
    "submitted": (1, 4), "assessing": (1, 4), "awaiting-decision": (3, 12), "deferred": (3, 12),
    "rejected": (3, 12), "approved": (3, 12), "implementing": (1, 10), "implemented": (8, 40),
    "closed": (4, 20), "superseded": (1, 5), "void": (6, 20), "withdrawn": (2, 15),
}  # fmt: skip
_AFTER_DEFERRAL = (25, 60)


@dataclass(frozen=True)
class Route:
    """The path that a record takes and the statuses that it goes through."""

    path: str
    statuses: tuple[str, ...]

    @property
    def emergency_undecided(self) -> bool:
        """Being worked on while nobody has decided yet."""
        return self.statuses[-1] == "implementing" and "approved" not in self.statuses


@dataclass(frozen=True)
class Step:
    """One change of status and its day; `effective` where it is a decision."""

    status: str
    on: date
    effective: date | None = None


def route(final: str, rng: random.Random) -> Route:
    """A route that the life cycle allows and that ends in `final`."""
    if final in ("draft", "submitted", "assessing"):
        # An assessment may have been reopened after a deferral or before the decision.
        known: tuple[str, ...] = ("draft",)
        if final != "draft":
            known = ASKED[: ASKED.index(final) + 1]
        if final == "assessing" and rng.random() < 0.3:
            known = rng.choice(((*ASKED, "assessing"), (*ASKED, "deferred", "assessing")))
        return Route(rng.choice(("normal", "normal", "emergency")), _maybe_draft(known, rng))
    if final in ("awaiting-decision", "deferred"):
        end = ("deferred",) if final == "deferred" else ()
        return Route("normal", _maybe_draft((*ASKED, *end), rng))
    if final == "withdrawn":
        until = rng.randint(1, 4)
        return Route("normal", _maybe_draft((*(*ASKED, "deferred")[:until], final), rng))
    if final == "rejected":
        if rng.random() < 0.15:
            return Route("emergency", ("submitted", "implementing", final))
        return Route("normal", _maybe_draft((*ASKED, final), rng))
    if final == "implementing" and rng.random() < 0.2:
        return Route("emergency", (*ASKED[: rng.randint(1, 3)], final))
    path, statuses = _approval(rng)
    return Route(path, (*_maybe_draft(statuses, rng), *_after_approval(final, rng)))


def _maybe_draft(statuses: tuple[str, ...], rng: random.Random) -> tuple[str, ...]:
    return ("draft", *statuses) if statuses[0] != "draft" and rng.random() < 0.2 else statuses


def _approval(rng: random.Random) -> tuple[str, tuple[str, ...]]:
    routes = (
        (70, "normal", (*ASKED, "approved")),
        (12, "standard", ("submitted", "approved")),
        (6, "normal", (*ASKED, "assessing", "awaiting-decision", "approved")),
        (4, "normal", (*ASKED, "deferred", "assessing", "awaiting-decision", "approved")),
        (4, "emergency", ("submitted", "implementing", "approved")),
        (4, "emergency", (*ASKED[:2], "implementing", "awaiting-decision", "approved")),
    )
    _, path, statuses = rng.choices(routes, [weight for weight, *_ in routes])[0]
    return path, statuses


def _after_approval(final: str, rng: random.Random) -> tuple[str, ...]:
    done = ("implementing", "implemented")
    if final == "implemented" and rng.random() < 0.15:
        return (*done, *done)
    return {
        "approved": (),
        "implementing": done[:1],
        "implemented": done,
        "closed": (*done, "closed"),
        "superseded": rng.choice((("superseded",), (*done, "closed", "superseded"))),
        "void": (*done[: rng.randint(0, 1)], "void"),
    }[final]


def dated(
    way: Route, start: date, rng: random.Random, free_day: Callable[[date], date]
) -> tuple[Step, ...]:
    """The steps of a route from `start` on.

    `free_day` gives a day on or after the one requested on which nothing of this client takes
    effect yet, so that the chain of dates has one order only.
    """
    steps: list[Step] = []
    day = start
    for number, status in enumerate(way.statuses):
        if number:
            reopened = way.statuses[number - 1] == "deferred"
            day += timedelta(days=rng.randint(*(_AFTER_DEFERRAL if reopened else _GAP[status])))
        effective = None
        if status == "approved":
            effective = free_day(day + timedelta(days=rng.choice((0, 0, 0, 3, 7))))
        elif status == "void":
            day = free_day(day)
        steps.append(Step(status, day, effective))
        day = effective or day
    return tuple(steps)
