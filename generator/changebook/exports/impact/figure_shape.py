"""Figures of the sums as JSON, each with the records behind it."""

from __future__ import annotations

from changebook.model.json_model import Amount, Ids, JsonModel, at


class PartJson(JsonModel):
    """What one record adds to a figure."""

    id: str
    amount: Amount


class FigureJson(JsonModel):
    """An amount, and the records behind it."""

    amount: Amount
    records: Ids = at("ids")
    parts: tuple[PartJson, ...]
    not_assessed: Ids = at("unknown")


class RequestJson(JsonModel):
    """Calendar days that a pending change requests."""

    id: str
    days: int
