"""What several commands take: the workspace's folder, days, words of the vocabulary."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import click
from pydantic import TypeAdapter, ValidationError

from changebook.model.schema import Number
from changebook.model.vocabulary import Term

_F = TypeVar("_F", bound=Callable[..., Any])


class Day(click.ParamType[date]):
    """An ISO day."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            self.fail(f"{value!r} is not a day like 2026-03-31", param, ctx)


class Amount(click.ParamType[Decimal]):
    """A plain number, as records have it."""

    name = "number"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        try:
            return TypeAdapter(Number).validate_python(value)
        except ValidationError as error:
            self.fail(f"{value!r} {error.errors()[0]['msg']}", param, ctx)


class Assigned(click.ParamType[tuple[str, Any]]):
    """A name with a value of another type: `go-live=2026-07-10`."""

    def __init__(self, held: click.ParamType[Any]) -> None:
        self.held = held
        self.name = f"name={held.name}"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Any]:
        if isinstance(value, tuple):
            return value
        name, sign, text = value.partition("=")
        if not sign or not name.strip():
            self.fail(f"{value!r} is not like NAME={self.held.name.upper()}", param, ctx)
        return name.strip(), self.held.convert(text.strip(), param, ctx)


def folder() -> Callable[[_F], _F]:
    return click.option(
        "--workspace",
        "root",
        type=click.Path(path_type=Path),
        default=Path(),
        help="The folder that holds changes/.  [default: the current one]",
    )


def words(terms: type[Term]) -> click.Choice[str]:
    return click.Choice([term.value for term in terms])
