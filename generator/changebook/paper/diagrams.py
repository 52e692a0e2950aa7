"""Diagrams as paper shows them, drawn by mermaidx: the only place that knows it."""

from __future__ import annotations

import atexit
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from unicodedata import east_asian_width

_VIEW_BOX = re.compile(rb'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"')
#: Prints in grey.
_THEME = "neutral"
#: Keeps labels as text, and has the fonts of the page around it.
_CONFIG = {
    "fontFamily": "Noto Sans, Noto Sans CJK SC",
    "htmlLabels": False,
    "flowchart": {"htmlLabels": False},
    "journey": {"textPlacement": "tspan", "titleColor": "#333"},
    # Labels of journeys are white on the light grey of the theme.
    "themeCSS": "text.journey-section, text.task { fill: #333; }",
}
#: Is as wide as its type is high, as Chinese is, and is in the font that mermaidx measures with.
_EM_DASH = "\N{EM DASH}"


@dataclass(frozen=True)
class Drawing:
    """A diagram as it was drawn."""

    source: str
    svg: bytes

    @property
    def size(self) -> tuple[float, float]:
        """Its width and height in pixels."""
        box = _VIEW_BOX.search(self.svg)
        return (float(box[1]), float(box[2])) if box else (1.0, 1.0)


@lru_cache(maxsize=64)
def draw(source: str) -> Drawing:
    """Draw a diagram, which takes seconds and stands in several documents of its record.

    Raises whatever the diagram's own script throws.
    """
    return Drawing(source, _engine().render_svg(source, _THEME, _CONFIG, None).encode())


@lru_cache(maxsize=1)
def _engine() -> Any:
    """Return what runs mermaid's script."""
    from mermaidx.engines import (  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to load
        quickjs_engine,
    )

    engine = quickjs_engine.Engine()
    engine.start()
    engine._measurer = _Measurer(engine._measurer)  # noqa: SLF001 - it has no other place for it
    atexit.register(_end)
    return engine


def _end() -> None:
    """Let go of it: what is left of it at the very end is told to the terminal as a leak."""
    _engine().close()
    _engine.cache_clear()


@dataclass(frozen=True)
class _Measurer:
    """Measures wide characters as wide; mermaidx has no font for Chinese, and takes 0.6 of that."""

    narrow: Any

    def __getattr__(self, name: str) -> Callable[..., Any]:
        measure = getattr(self.narrow, name)
        return lambda text, *font: measure(_as_wide(text), *font)


def _as_wide(text: str | None) -> str:
    """Return a text of the same width in letters that mermaidx knows."""
    return "".join(_EM_DASH if east_asian_width(c) in "WF" else c for c in text or "")
