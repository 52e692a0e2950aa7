"""Code in colours, by Pygments in Material's markup, and diagrams for Material's script."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.lexers.special import TextLexer
from pygments.util import ClassNotFound

_DIAGRAM = "mermaid"
#: ```` ```python title="x" hl_lines="1 3-4" linenums="1" ````, also within braces.
_LANGUAGE = re.compile(r"\{?[ ]*\.?(?P<name>[\w#+.-]*)")
_OPTION = re.compile(r"\b(?P<key>title|hl_lines|linenums)=\"(?P<value>[^\"]*)\"")
_INLINE = re.compile(r"#!(?P<name>[\w#+.-]+)[ ](?P<code>.+)", re.DOTALL)
_RANGE = re.compile(r"(?P<first>\d+)(?:-(?P<last>\d+))?")
_MOST_LINES = 10_000
#: Longer code, about four hundred lines, is shown without colours: each word of it would be an
#: element of its own, and a phone takes half a second for fifteen thousand.
_MOST_COLOURED = 20_000


def code_plugin(md: MarkdownIt) -> None:
    """Colour code blocks and what is written `#!python code`."""
    md.add_render_rule("fence", _fence)
    md.add_render_rule("code_block", _code_block)
    md.add_render_rule("code_inline", _code_inline)


def _fence(
    self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
) -> str:
    token = tokens[idx]
    language = _LANGUAGE.match(token.info.strip())
    name = language["name"] if language else ""
    if name.lower() == _DIAGRAM:
        return f'<pre class="mermaid"><code>{escapeHtml(token.content.rstrip())}</code></pre>\n'
    given = {match["key"]: match["value"] for match in _OPTION.finditer(token.info)}
    return _block(token.content, _lexer(name), given, paper=bool(env["paper"]))


def _code_block(
    self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
) -> str:
    return _block(tokens[idx].content, _lexer(""), {})


def _code_inline(
    self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
) -> str:
    token = tokens[idx]
    coloured = _INLINE.fullmatch(token.content)
    if coloured is None:
        return f"<code{self.renderAttrs(token)}>{escapeHtml(token.content)}</code>"
    html = highlight(coloured["code"], _lexer(coloured["name"]), _formatter(()))
    return f'<code class="highlight">{html.rstrip()}</code>'


def _block(code: str, lexer: Lexer, given: dict[str, str], *, paper: bool = False) -> str:
    if len(code) > _MOST_COLOURED:
        lexer = _lexer("")
    marked = _lines(given.get("hl_lines", ""))
    plain = isinstance(lexer, TextLexer) and not marked
    html = escapeHtml(code) if plain else highlight(code, lexer, _formatter(marked))
    title = given.get("title", "")
    name = f'<span class="filename">{escapeHtml(title)}</span>' if title else ""
    numbers = _numbers(given.get("linenums", ""), code.count("\n"))
    if numbers and paper:
        # A table in which code is laid out beside its numbers can't be typeset.
        lines = zip(numbers, html.split("\n"), strict=False)
        html = "".join(f'<span class="linenos">{number}  </span>{line}\n' for number, line in lines)
        numbers = []
    block = f"<pre><span></span><code>{html}</code></pre>"
    if not numbers:
        return f'<div class="highlight">{name}{block}</div>\n'
    head = f'<tr><th colspan="2" class="filename">{name}</th></tr>' if name else ""
    column = "\n".join(f'<span class="normal">{number}</span>' for number in numbers)
    return (
        f'<div class="highlight"><table class="highlighttable">{head}<tr><td class="linenos">'
        f'<div class="linenodiv"><pre><span></span>{column}</pre></div></td>'
        f'<td class="code"><div>{block}</div></td></tr></table></div>\n'
    )


def _numbers(given: str, lines: int) -> list[str]:
    """Return the numbers of the lines, right-aligned, if the first one is given."""
    first = given.split(" ", maxsplit=1)[0]
    if not (first.isascii() and first.isdigit()):
        return []
    last = int(first) + lines - 1
    return [str(number).rjust(len(str(last))) for number in range(int(first), last + 1)]


@lru_cache(maxsize=64)
def _formatter(marked: tuple[int, ...]) -> HtmlFormatter[str]:
    """Return what writes HTML, with these lines marked; making one takes as long as a block."""
    return HtmlFormatter(nowrap=True, hl_lines=marked)


def _lines(text: str) -> tuple[int, ...]:
    """Return the numbers of the lines that `1 3-4` names."""
    lines: set[int] = set()
    for match in _RANGE.finditer(text):
        first, last = int(match["first"]), int(match["last"] or match["first"])
        lines.update(range(first, min(last, _MOST_LINES) + 1))
    return tuple(sorted(lines))


@lru_cache(maxsize=256)
def _lexer(name: str) -> Lexer:
    """Return the lexer of a language; what Pygments does not know stays uncoloured."""
    try:
        return get_lexer_by_name(name, stripnl=False) if name else TextLexer(stripnl=False)
    except ClassNotFound:
        return TextLexer(stripnl=False)
