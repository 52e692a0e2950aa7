"""What the JSON files are made of: models whose fields are the documented keys, in their order.

Each is read off another object by its attributes; JSON and its schema are pydantic's own.
A change that a reader of a file would notice needs a new version of it, except for a new key.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, Protocol

from pydantic import (
    AliasPath,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationInfo,
    WithJsonSchema,
)

from changebook.model import values
from changebook.model.values import Money


class JsonModel(BaseModel):
    """An object of a JSON file. It is closed: its JSON Schema has all of its keys."""

    model_config = ConfigDict(
        defer_build=True,
        from_attributes=True,
        frozen=True,
        extra="forbid",
        validate_by_name=True,
        serialize_by_alias=True,
    )

    def as_bytes(self, indent: int | None = 2) -> bytes:
        """Return the file, in which nothing says when it was written."""
        return (self.model_dump_json(indent=indent) + "\n").encode()


def rows_as_json(rows: Iterable[Any], of: type[JsonModel]) -> str:
    """Return a list of objects as JSON."""
    adapter = TypeAdapter(tuple[of, ...])  # type: ignore[valid-type]
    return adapter.dump_json(tuple(map(of.model_validate, rows)), indent=2).decode()


def at(*path: str, key: str | None = None) -> Any:
    """Say by which attributes a field is found; `key` is its key where Python has no such name."""
    return Field(validation_alias=AliasPath(*path), serialization_alias=key)


class HasCurrency(Protocol):
    """What a file is read off, if it has amounts."""

    @property
    def currency(self) -> str: ...


def _amount(value: Any, info: ValidationInfo[HasCurrency]) -> Any:
    match value:
        case Money():
            return values.money(value.amount, value.currency)
        case Decimal():
            return values.money(value, info.context.currency)
    return value


def _number(value: Any) -> Any:
    return values.number(value) if isinstance(value, Decimal) else value


#: Text, so that no program rounds it. An amount that has no currency is in that of the context.
_EXACT = WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"})
Amount = Annotated[str, BeforeValidator(_amount), _EXACT]
Number = Annotated[str, BeforeValidator(_number), _EXACT]
Ids = tuple[str, ...]
