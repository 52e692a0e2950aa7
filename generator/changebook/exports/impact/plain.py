"""Figures of the sums as plain data, each with the records behind it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from changebook.model.sums import DayRequest, Figure, Part
from changebook.model.values import money

Shape = dict[str, Any]


def figure(of: Figure, currency: str) -> Shape:
    """An amount, and the records behind it."""
    return {
        "amount": money(of.amount, currency),
        "records": list(of.ids),
        "parts": parts(of.parts, currency),
        "not_assessed": list(of.unknown),
    }


def parts(of: Iterable[Part], currency: str) -> list[Shape]:
    return [{"id": part.id, "amount": money(part.amount, currency)} for part in of]


def requests(of: Iterable[DayRequest]) -> list[Shape]:
    return [{"id": request.id, "days": request.days} for request in of]
