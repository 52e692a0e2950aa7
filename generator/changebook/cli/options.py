"""What several commands take: the workspace's folder, days, words of the vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click
from pydantic import TypeAdapter, ValidationError

from changebook.model import periods
from changebook.model.periods import Period, PeriodKind
from changebook.model.schema import Number
from changebook.model.vocabulary import Audience, Term
from changebook.read.git import has_repository, repository
from changebook.read.workspace import CHANGES, PROFILE, Client
from changebook.refusal import Refusal

_F = TypeVar("_F", bound=Callable[..., Any])


class _Command(click.Command):
    """Refuses what would be dropped: an empty text, and the first of two values for one option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        values, _, given = self.make_parser(ctx).parse_args(list(args))
        for option in given if not ctx.resilient_parsing else ():
            if not isinstance(option, click.Option):
                continue
            names = "/".join((option.opts[-1], *option.secondary_opts))
            # A flag says the same again, unless it has an opposite.
            holds_one = not (option.multiple or (option.is_flag and not option.secondary_opts))
            if holds_one and given.count(option) > 1:
                raise click.UsageError(f"{names} is given twice: give it once", ctx)
            value = values.get(option.name or "")
            if any(isinstance(v, str) and not v.strip() for v in (value, *_items(value))):
                raise click.UsageError(f"{names} is empty: say something, or leave it out", ctx)
        return super().parse_args(ctx, args)


def _items(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


class CommandGroup(_Command, click.Group):
    """A command with commands of its own."""


#: Makes the command of a name out of a function.
named = partial(click.command, cls=_Command)


class Day(click.ParamType[date]):
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


def assigned(
    option: str, held: click.ParamType[Any], metavar: str, help: str, *name: str
) -> Callable[[_F], _F]:
    """Return the option that gives each of several things a value of its own."""
    return click.option(
        option, *name, type=Assigned(held), multiple=True, metavar=metavar, help=help
    )


class Word(click.Choice[str]):
    """A word of the vocabulary, as its member."""

    def __init__(self, terms: type[Term]) -> None:
        super().__init__([term.value for term in terms])
        self.terms = terms

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return self.terms(super().convert(value, param, ctx))


class Sorted(click.ParamType[tuple[Term, str]]):
    """A text with the word of the vocabulary that sorts it in: `modify=Checkout`."""

    def __init__(self, terms: type[Term]) -> None:
        self._word = Word(terms)
        self.name = "word=text"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Term, str]:
        if isinstance(value, tuple):
            return value
        word, sign, text = value.partition("=")
        if not sign or not text.strip():
            known = "|".join(self._word.choices)
            self.fail(f"{value!r} is not like {known}=TEXT", param, ctx)
        return self._word.convert(word.strip(), param, ctx), text.strip()


class PeriodName(click.ParamType[Period | PeriodKind]):
    """A week or a month, or the last one of either that is over."""

    name = "period"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Period | PeriodKind:
        if isinstance(value, Period | PeriodKind):
            return value
        try:
            return PeriodKind(value)
        except ValueError:
            pass  # no kind, so it must be a name
        try:
            return periods.named(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


def cache_folder() -> Callable[[_F], _F]:
    """Return the option that names where results are kept for the next run."""
    return click.option(
        "--cache",
        type=click.Path(path_type=Path, file_okay=False),
        help="Where what can be used again is kept.  [default: .changebook/kept in the workspace]",
    )


def folder() -> Callable[[_F], _F]:
    return click.option(
        "--workspace",
        "root",
        type=click.Path(path_type=Path),
        callback=lambda _context, _option, given: given or _workspace_here(),
        help="The folder that holds changes/.  [default: the current one, or the nearest above it]",
    )


def _workspace_here() -> Path:
    """Return the current folder, or the nearest one above it that holds clients."""
    here = Path.cwd()
    if (here / CHANGES).is_dir():
        return Path()
    above = (each for each in here.parents if any(each.glob(f"{CHANGES}/*/{PROFILE}")))
    return next(above, Path())


def words(terms: type[Term]) -> click.Choice[str]:
    """Return the type of an option that takes a word of the vocabulary."""
    return click.Choice([term.value for term in terms])


def audience(help: str | None = None) -> Callable[[_F], _F]:
    """Return the option for whose edition it is."""
    return click.option(
        "--audience",
        type=words(Audience),
        default=Audience.CLIENT.value,
        show_default=True,
        help=help,
    )


def as_of(
    help: str = "The day to show.  [default: the newest in the records]",
) -> Callable[[_F], _F]:
    """Return the option for the day of the figures."""
    return click.option("--as-of", type=Day(), help=help)


def formats(*forms: str, default: str, help: str | None = None) -> Callable[[_F], _F]:
    """Return the option for the format, as `form`."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(forms),
        default=default,
        show_default=True,
        help=help,
    )


def once_each(option: str, names: Sequence[str]) -> None:
    """Raise UsageError for a name that an option was given twice."""
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise click.UsageError(f"{option} names {twice} twice: name it once")


def today(client: Client) -> date:
    """Return the day that it is where the client is."""
    return datetime.now(ZoneInfo(client.profile.timezone)).date()


def committer(client: Client) -> str | None:
    """Return the name of the commits that are made here, if client.md has that person."""
    name = repository(client.root).user() if has_repository(client.root) else None
    known = client.profile.person(name) if name else None
    return known.name if known else None


def refuse_among_records(out: Path, root: Path) -> None:
    """Raise Refusal for a place to write to that lies below the workspace's records."""
    if out.resolve().is_relative_to(root.resolve() / CHANGES):
        raise Refusal(f"{out} is inside changes/: choose another place with --out")


def refuse_other_kind(out: Path, form: str) -> None:
    """Raise UsageError for a file that is named like another of the command's formats."""
    options = {option.name: option.type for option in click.get_current_context().command.params}
    kind, kinds = out.suffix[1:].lower(), options["form"]
    if isinstance(kinds, click.Choice) and kind in kinds.choices and kind != form:
        raise click.UsageError(
            f"{out.name} is a name for {kind}, and this is {form}: add --format {kind}, or choose "
            "another name"
        )
