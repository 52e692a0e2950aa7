"""What the format has at a key path: the keys, the words or the kind of value."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel

from changebook.model.diagnostics import KeyPath


def annotation_at(model: type[BaseModel], path: KeyPath) -> Any:
    """Return the annotation that holds at a path: a model, an enumeration, or another type."""
    here: Any = model
    for step in path:
        here = _below(_bare(here), step)
    return _bare(here)


def _below(here: Any, step: str | int) -> Any:
    if isinstance(here, type) and issubclass(here, BaseModel):
        fields = here.model_fields.items()
        return next((f.annotation for n, f in fields if step in (n, f.alias)), Any)
    if get_origin(here) in (tuple, dict):
        return get_args(here)[0 if get_origin(here) is tuple else 1]
    return Any


def _bare(annotation: Any) -> Any:
    """Return without `| None` and what is checked besides the type."""
    if get_origin(annotation) is Annotated:
        return get_args(annotation)[0]
    arguments = [a for a in get_args(annotation) if a is not type(None)]
    if len(arguments) == 1 and type(None) in get_args(annotation):
        return _bare(arguments[0])
    return annotation


@lru_cache(maxsize=4096)
def keys_at(model: type[BaseModel], path: KeyPath) -> tuple[str, ...]:
    """Return the keys that a mapping may have, in the format's order; none if it is free."""
    here = annotation_at(model, path)
    if isinstance(here, type) and issubclass(here, BaseModel):
        return tuple(f.alias or name for name, f in here.model_fields.items())
    return ()


def words_at(model: type[BaseModel], path: KeyPath) -> list[str]:
    """Return the words that the key at a path may hold; none if it holds something else."""
    here = annotation_at(model, path)
    return [m.value for m in here] if isinstance(here, type) and issubclass(here, Enum) else []
