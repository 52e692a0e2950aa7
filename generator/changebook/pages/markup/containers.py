"""Notes, folds and tabs as Material for MkDocs writes them, and GitHub's alerts as notes.

What belongs to `!!! note "Title"`, `??? note "Title"` or `=== "Title"` stands below it, indented by
four spaces more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from changebook.model.words import Words
from changebook.read.commonmark import note, tab

_INDENT = 4
_ENDS: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
#: The kinds of Material that look like GitHub's.
_ALERTS = {
    "note": "note",
    "tip": "tip",
    "important": "info",
    "warning": "warning",
    "caution": "danger",
}


def containers_plugin(md: MarkdownIt) -> None:
    """Read notes, folds and tabs, and show alerts as notes."""
    md.block.ruler.before("fence", "note", _note, _ENDS)
    md.block.ruler.before("fence", "tabs", _tabs, _ENDS)
    md.core.ruler.after("block", "alerts", _alerts)


def titles(words: Words) -> Mapping[str, str]:
    """Return the titles of the kinds that Material and GitHub have, in the reader's language."""
    _ = words.gettext
    return {
        "note": _("Note"),
        "abstract": _("Abstract"),
        "info": _("Info"),
        "tip": _("Tip"),
        "important": _("Important"),
        "success": _("Success"),
        "question": _("Question"),
        "warning": _("Warning"),
        "caution": _("Caution"),
        "failure": _("Failure"),
        "danger": _("Danger"),
        "bug": _("Bug"),
        "example": _("Example"),
        "quote": _("Quote"),
    }


def _note(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    match = _line(state, start, "!?", note)
    if match is None:
        return False
    if silent:
        return True
    kinds = (match["kind"] or "").lower().split()
    title = match["title"]
    if title is None:
        title = titles(state.env["words"]).get(kinds[0], kinds[0].capitalize())
    is_fold = match["mark"] != "!!!"
    opening = state.push("note_open", "details" if is_fold else "div", 1)
    if not is_fold:
        kinds = ["admonition", *kinds]
    if kinds:
        opening.attrSet("class", " ".join(kinds))
    if match["mark"] == "???+":
        opening.attrSet("open", "open")
    opening.block = True
    if is_fold:
        _titled(state, "summary", title, start)
    elif title:
        _titled(state, "p", title, start).attrSet("class", "admonition-title")
    last = _last(state, start, end)
    _inside(state, start, last)
    opening.map = [start, last]
    state.push("note_close", opening.tag, -1).block = True
    return True


def _tabs(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    first = _line(state, start, "=", tab)
    if first is None:
        return False
    if silent:
        return True
    tabs: list[tuple[re.Match[str], int, int]] = []
    line = start
    while line < end and state.sCount[line] >= state.blkIndent:
        match = _line(state, line, "=", tab)
        if match is None or (tabs and "!" in (match["special"] or "")):
            break
        last = _last(state, line, end)
        tabs.append((match, line, last))
        line = state.skipEmptyLines(last)
    show = _one_below_the_other if state.env["paper"] else _side_by_side
    show(state, tabs)
    state.line = tabs[-1][2]
    return True


def _side_by_side(state: StateBlock, tabs: Sequence[tuple[re.Match[str], int, int]]) -> None:
    """Write Material's tabs, which need no script: a radio button for each shows its block."""
    number = state.env["tabs"] = state.env.get("tabs", 0) + 1
    chosen = max((at for at, tab in enumerate(tabs) if "+" in (tab[0]["special"] or "")), default=0)
    opening = state.push("tabs_open", "div", 1)
    opening.block = True
    opening.attrs = {
        "class": "tabbed-set tabbed-alternate",
        "data-tabs": f"{number}:{len(tabs)}",
    }
    opening.map = [tabs[0][1], tabs[-1][2]]
    for at in range(len(tabs)):
        button = state.push("tab_button", "input", 0)
        button.attrs = {
            "id": f"__tabbed_{number}_{at + 1}",
            "name": f"__tabbed_{number}",
            "type": "radio",
        }
        if at == chosen:
            button.attrs["checked"] = "checked"
    state.push("labels_open", "div", 1).attrs = {"class": "tabbed-labels"}
    for at, (match, line, _) in enumerate(tabs):
        label = _titled(state, "label", match["title"], line)
        label.attrs = {"for": f"__tabbed_{number}_{at + 1}"}
    state.push("labels_close", "div", -1)
    state.push("blocks_open", "div", 1).attrs = {"class": "tabbed-content"}
    for _, line, last in tabs:
        _block(state, "tabbed-block", line, last)
    state.push("blocks_close", "div", -1)
    state.push("tabs_close", "div", -1)


def _one_below_the_other(state: StateBlock, tabs: Sequence[tuple[re.Match[str], int, int]]) -> None:
    """Write tabs for paper, each below its title."""
    state.push("tabs_open", "div", 1).attrs = {"class": "tabbed-set"}
    for match, line, last in tabs:
        _titled(state, "label", match["title"], line)
        _block(state, "tabbed-content", line, last)
    state.push("tabs_close", "div", -1)


def _block(state: StateBlock, name: str, line: int, last: int) -> None:
    opening = state.push("tab_open", "div", 1)
    opening.block = True
    opening.attrs = {"class": name}
    _inside(state, line, last)
    state.push("tab_close", "div", -1).block = True


def _line(
    state: StateBlock, line: int, first: str, read: Callable[[str], re.Match[str] | None]
) -> re.Match[str] | None:
    """Return what the line says, if it is not code and begins with one of these characters."""
    begin = state.bMarks[line] + state.tShift[line]
    if state.is_code_block(line) or begin >= state.eMarks[line] or state.src[begin] not in first:
        return None
    return read(state.src[begin : state.eMarks[line]].rstrip())


def _titled(state: StateBlock, tag: str, title: str, line: int) -> Token:
    opening = state.push("title_open", tag, 1)
    opening.block = True
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = title, [line, line + 1], []
    state.push("title_close", tag, -1).block = True
    return opening


def _last(state: StateBlock, start: int, end: int) -> int:
    """Return the number of the line behind those that belong to the container."""
    indent = state.sCount[start] + _INDENT
    last = line = start + 1
    while line < end and (state.isEmpty(line) or state.sCount[line] >= indent):
        line += 1
        if not state.isEmpty(line - 1):
            last = line
    return last


def _inside(state: StateBlock, start: int, last: int) -> None:
    """Read the lines that belong to the container as Markdown."""
    kept = state.parentType, state.lineMax, state.blkIndent
    state.parentType, state.lineMax = "container", last
    state.blkIndent = state.sCount[start] + _INDENT
    state.md.block.tokenize(state, start + 1, last)
    state.parentType, state.lineMax, state.blkIndent = kept
    state.line = last


def _alerts(state: StateCore) -> None:
    """Show GitHub's alerts as notes with a title in the reader's language."""
    for at, token in enumerate(state.tokens):
        if token.type == "alert_open":
            kind = token.meta["kind"].lower()
            token.attrs = {"class": f"admonition {_ALERTS[kind]}"}
            opening, title = state.tokens[at + 1 : at + 3]
            opening.attrs = {"class": "admonition-title"}
            title.content = titles(state.env["words"])[kind]
