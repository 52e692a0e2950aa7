"""What several commands take: the workspace's folder, days, words of the vocabulary."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from changebook.vocabulary import Term

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
