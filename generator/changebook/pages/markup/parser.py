"""The parser of bodies, put together from CommonMark, GitHub's extensions and Material's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.deflist import deflist_plugin

from changebook.pages.markup.addresses import addresses_plugin
from changebook.pages.markup.attributes import attributes_plugin
from changebook.pages.markup.code import code_plugin
from changebook.pages.markup.containers import containers_plugin
from changebook.pages.markup.emphasis import emphasis_plugin
from changebook.pages.markup.footnotes import footnotes_plugin
from changebook.pages.markup.headings import headings_plugin
from changebook.pages.markup.html import html_plugin
from changebook.pages.markup.lines import lines_plugin

#: What lies deeper than this is lost, so the checks allow much less.
_DEEPEST = 100


@cache
def parser() -> MarkdownIt:
    """Return the one parser; its `env` has `words`, `highest` and `paper` of `bodies.render`."""
    options = {"html": True, "maxNesting": _DEEPEST, "tasklists": True, "alerts": True}
    md = MarkdownIt("commonmark", options).enable("table")
    for plugin in (
        emphasis_plugin,
        containers_plugin,
        html_plugin,
        _definitions_plugin,
        _references_plugin,
        footnotes_plugin,
        attributes_plugin,
        headings_plugin,
        addresses_plugin,
        lines_plugin,
        code_plugin,
    ):
        md.use(plugin)
    md.add_render_rule("list_item_open", _list_item)
    return md


def _definitions_plugin(md: MarkdownIt) -> None:
    """Read definition lists, which begin with a colon only: a tilde is text."""
    md.use(deflist_plugin)
    rules = md.block.ruler
    read: Callable[[StateBlock, int, int, bool], bool] = next(
        rule.fn for rule in rules.__rules__ if rule.name == "deflist"
    )

    def definitions(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        line = start if silent else state.skipEmptyLines(start + 1)
        begin = state.bMarks[line] + state.tShift[line] if line < end else len(state.src)
        begins = state.src[begin : begin + 1] == ":" and not state.is_code_block(line)
        return begins and read(state, start, end, silent)

    rules.disable("deflist")
    # Lines `---` below a definition make no heading of it.
    rules.before(
        "lheading", "definitions", definitions, {"alt": ["paragraph", "reference", "blockquote"]}
    )


def _references_plugin(md: MarkdownIt) -> None:
    """Read the line below a link's definition as one that goes on a paragraph, as GitHub does."""
    rules = md.block.ruler
    read = {rule.name: rule.fn for rule in rules.__rules__}

    def reference(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        is_reference = read["reference"](state, start, end, silent)
        if is_reference and not silent:
            state.env["below"] = state.line
        return bool(is_reference)

    def code(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        return start != state.env.get("below") and read["code"](state, start, end, silent)

    def html(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        if start == state.env.get("below") and not read["html_block"](state, start, end, True):
            return False
        return bool(read["html_block"](state, start, end, silent))

    rules.at("reference", reference)
    rules.at("code", code)
    rules.at("html_block", html, {"alt": ["paragraph", "reference", "blockquote"]})


def _list_item(
    self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
) -> str:
    """Write a task's box in Material's markup."""
    token = tokens[idx]
    html = self.renderToken(tokens, idx, options, env)
    if "checked" not in token.meta:
        return html
    checked = ' checked=""' if token.meta["checked"] else ""
    return (
        f'{html}<label class="task-list-control"><input type="checkbox" disabled=""{checked}>'
        '<span class="task-list-indicator"></span></label> '
    )
