"""Footnotes in Material's markup; each keeps the address that its label gives it."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_def


def footnotes_plugin(md: MarkdownIt) -> None:
    """Read `[^label]`, and show the notes at the body's end."""
    md.use(footnote_plugin, inline=False)
    # On GitHub, a note ends a quotation or list whose text could go on in its line.
    alt = ["paragraph", "reference", "blockquote", "list"]
    md.block.ruler.at("footnote_def", footnote_def, {"alt": alt})
    md.add_render_rule("footnote_ref", _reference)
    md.add_render_rule("footnote_block_open", _begin)
    md.add_render_rule("footnote_block_close", _end)
    md.add_render_rule("footnote_open", _note)
    md.add_render_rule("footnote_anchor", _back)


def _place(token: Token) -> str:
    """Return what names one use of a note: its label, and a number from the second use on."""
    times = token.meta["subId"] + 1 if token.meta["subId"] else ""
    return f"fnref{times}:{escapeHtml(token.meta['label'])}"


def _reference(
    self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
) -> str:
    token = tokens[idx]
    label = escapeHtml(token.meta["label"])
    return (
        f'<sup id="{_place(token)}"><a class="footnote-ref" href="#fn:{label}">'
        f"{token.meta['id'] + 1}</a></sup>"
    )


def _begin(
    self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
) -> str:
    return '<div class="footnote">\n<hr>\n<ol>\n'


def _end(
    self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
) -> str:
    return "</ol>\n</div>\n"


def _note(
    self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
) -> str:
    return f'<li id="fn:{escapeHtml(tokens[idx].meta["label"])}">\n'


def _back(
    self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
) -> str:
    token = tokens[idx]
    return (
        f'&nbsp;<a class="footnote-backref" href="#{_place(token)}" '
        f'title="↑ {token.meta["id"] + 1}">\u21a9\ufe0e</a>'
    )
