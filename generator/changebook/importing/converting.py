"""Long texts in other markup as the Markdown of bodies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from jira2markdown import convert as from_wiki
from jira2markdown.elements import MarkupElements
from markdownify import MarkdownConverter

from changebook.importing.source import Markup
from changebook.pages.literal import literal

#: Elements whose text nobody reads.
_UNREAD = ("script", "style", "template", "iframe", "object", "head", "noscript")
#: What an internal block of a body begins and ends with: no text from elsewhere makes one.
_FENCE = re.compile(r"^(\s*(?:>\s*)*):::", re.MULTILINE)
#: Marks of bodies that plain text does not mean, besides those of GitHub.
_ODD = re.compile(r"(?<!\\)==|\^|\{|^(?:!!!|\?\?\?)|(?<=\])\(")
#: jira2markdown takes marks for emphasis beside spaces only: these stand there for a moment.
_NEXT = "\ue000"
_EMPHASIS = re.compile(r"(?<![\w*_])([*_])(?=\S)([^\n*_]+?)(?<=\S)\1(?![\w*_])", re.ASCII)
_CODE = re.compile(r"\{(code|noformat)(?::[^}\n]*)?\}.*?\{\1\}", re.DOTALL)


#: What HTML has; workbooks of those who write HTML elsewhere often hold plain text.
_HTML = re.compile(r"</?[a-z][^<>]*>|&#?\w+;", re.IGNORECASE)


def _markup_of(text: str, markup: Markup) -> Markup:
    return Markup.TEXT if markup is Markup.HTML and not _HTML.search(text) else markup


def markdown(text: str, markup: Markup) -> str:
    """Return a text in some markup as Markdown that shows what it showed there."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    match _markup_of(text, markup):
        case Markup.HTML:
            made = _from_html(text)
        case Markup.WIKI:
            made = _from_wiki(text)
        case Markup.MARKDOWN:
            made = text
        case Markup.TEXT:
            made = "\n".join(_lines(text))
    return _FENCE.sub(r"\1&#58;&#58;&#58;", made).strip()


def plain(text: str, markup: Markup) -> str:
    """Return the words of a text without its markup, for a key."""
    if _markup_of(text, markup) is Markup.HTML:
        text = _soup(text).get_text("\n")
    return "\n\n".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", text.strip()))


def _lines(text: str) -> Iterator[str]:
    """Yield the lines of a plain text, each shown as it is; line breaks stay."""
    lines = text.split("\n")
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        shown = _ODD.sub(lambda found: re.sub(r"(.)", r"\\\1", found[0]), literal(line))
        yield f"{shown}\\" if shown and following.strip() else shown


def _soup(text: str) -> BeautifulSoup:
    soup = BeautifulSoup(text, "html.parser")
    for element in soup(_UNREAD):
        element.decompose()
    return soup


def _from_html(text: str) -> str:
    soup = _soup(text)
    for picture in soup("img"):
        address = str(picture.get("src") or "")
        if urlsplit(address).scheme not in ("http", "https"):
            # Embedded or of the other program: its words stay.
            picture.replace_with(str(picture.get("alt") or ""))
    for link in soup("a", href=True):
        if urlsplit(str(link["href"])).scheme not in ("", "http", "https", "mailto"):
            link.unwrap()  # it would run something, or open a file
    converter = MarkdownConverter(heading_style="ATX", bullets="-", escape_misc=True)
    return re.sub(r"\n{3,}", "\n\n", str(converter.convert_soup(soup)))


def _from_wiki(text: str) -> str:
    def apart(found: re.Match[str]) -> str:
        return f"{_NEXT} {found[0]} {_NEXT}"

    text = _CODE.sub(_on_lines_of_its_own, text)
    made = str(from_wiki(_EMPHASIS.sub(apart, text), elements=_WIKI))
    return made.replace(f"{_NEXT} ", "").replace(f" {_NEXT}", "").replace(_NEXT, "")


def _on_lines_of_its_own(code: re.Match[str]) -> str:
    """Return code apart from the words beside it, or its fence would take in all that follows."""
    before = code.string[: code.start()].rpartition("\n")[2].strip()
    after = code.string[code.end() :].partition("\n")[0].strip()
    if before.startswith("|"):
        return code[0]  # a row of a table is one line
    return ("\n" if before else "") + code[0] + ("\n" if after else "")


class _Grammar(MarkupElements):  # type: ignore[misc]  # it has no types
    """The elements of wiki markup: jira2markdown makes a grammar of them again for each text.

    That takes longer than all else that an import does, so it is made once.
    """

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[tuple[Any, ...], Any] = {}

    def expr(self, inline: Any, whole: Any, usernames: Any, elements: Any) -> Any:
        """Return what reads some of the elements."""
        chosen = tuple(elements)
        if chosen not in self._made:
            self._made[chosen] = super().expr(inline, whole, usernames, chosen)
        return self._made[chosen]


_WIKI = _Grammar()

_BLOCKS: Mapping[str, str] = {
    "paragraph": "p",
    "bulletList": "ul",
    "orderedList": "ol",
    "listItem": "li",
    "blockquote": "blockquote",
    "panel": "blockquote",
    "table": "table",
    "tableRow": "tr",
    "tableHeader": "th",
    "tableCell": "td",
    "taskList": "ul",
    "taskItem": "li",
    "decisionList": "ul",
    "decisionItem": "li",
    "doc": "div",
}
#: Larger numbers would be seconds beyond the year 5000.
_LAST_SECONDS = 10**11
_MARKS: Mapping[str, str] = {"strong": "strong", "em": "em", "code": "code", "strike": "del"}


def html_of_document(node: Mapping[str, Any]) -> str:
    """Return a document in Atlassian's format as HTML; of what has no words, its name stays."""
    kind, attributes = str(node.get("type")), node.get("attrs") or {}
    inner = "".join(map(html_of_document, node.get("content") or ()))
    match kind:
        case "text":
            shown = escape(str(node.get("text", "")))
            for mark in node.get("marks") or ():
                shown = _marked(shown, mark)
            return shown
        case "hardBreak":
            return "<br>"
        case "rule":
            return "<hr>"
        case "heading":
            level = int(attributes.get("level", 2))
            return f"<h{level}>{inner}</h{level}>"
        case "codeBlock":
            return f"<pre><code>{inner}</code></pre>"
        case "inlineCard" | "blockCard" | "embedCard":
            address = escape(str(attributes.get("url", "")))
            return f'<a href="{address}">{address}</a>'
        case "date":
            return escape(_day(str(attributes.get("timestamp", ""))))
        case _ if kind in _BLOCKS:
            return f"<{_BLOCKS[kind]}>{inner}</{_BLOCKS[kind]}>"
    names = (attributes.get(key) for key in ("text", "alt", "title", "shortName", "url", "id"))
    return inner or escape(str(next(filter(None, names), "")))


def _day(timestamp: str) -> str:
    """Return the day of a number of milliseconds or, as in the manual, seconds; else the text."""
    try:
        number = int(timestamp)
        seconds = number / 1000 if number > _LAST_SECONDS else number
        return datetime.fromtimestamp(seconds, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return timestamp


def _marked(shown: str, mark: Mapping[str, Any]) -> str:
    if mark.get("type") == "link":
        address = escape(str((mark.get("attrs") or {}).get("href", "")))
        return f'<a href="{address}">{shown}</a>'
    tag = _MARKS.get(str(mark.get("type")))
    return f"<{tag}>{shown}</{tag}>" if tag else shown
