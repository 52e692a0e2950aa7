"""HTML elements whose text is Markdown from the next line on: `<div markdown="1">`."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock

from changebook.read.commonmark import MARKDOWN_ELEMENT

_ENDS: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote"]}
_ATTRIBUTE = re.compile(r"\smarkdown(?:=(?:\"[^\"]*\"|'[^']*'|[^\s>]*))?", re.IGNORECASE)


def html_plugin(md: MarkdownIt) -> None:
    """Read what stands in such an element; without the attribute, an empty line does it."""
    md.block.ruler.before("html_block", "markdown_element", _element, _ENDS)


def _element(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    begin = state.bMarks[start] + state.tShift[start]
    if state.is_code_block(start) or state.src[begin : begin + 1] != "<":
        return False
    match = MARKDOWN_ELEMENT.match(state.src, begin, state.eMarks[start])
    if match is None:
        return False
    if silent:
        return True
    state.push("html_block", "", 0).content = f"{_ATTRIBUTE.sub('', match[0])}\n"
    rest = state.src[match.end() : state.eMarks[start]].strip()
    if rest:
        state.push("paragraph_open", "p", 1)
        inline = state.push("inline", "", 0)
        inline.content, inline.map, inline.children = rest, [start, start + 1], []
        state.push("paragraph_close", "p", -1)
    state.line = start + 1
    return True
