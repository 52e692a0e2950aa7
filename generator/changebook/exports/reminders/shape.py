"""The JSON of reminders."""

from __future__ import annotations

from datetime import date

from changebook.model.json_model import JsonModel
from changebook.views.waiting import WaitKind


class ReminderItemJson(JsonModel):
    """What a person is waited for."""

    kind: WaitKind
    id: str
    title: str
    text: str
    since: date
    due: date | None
    overdue: bool
    address: str | None


class ReminderJson(JsonModel):
    """One person with all that waits for them."""

    client: str
    name: str
    role: str
    email: str | None
    language: str
    on: date
    items: tuple[ReminderItemJson, ...]
