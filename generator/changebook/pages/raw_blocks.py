"""Blocks of raw HTML, set aside before Python-Markdown looks for them.

Most of a generated page is HTML that no rule of Markdown touches. Python-Markdown finds it with
`html.parser`, tag by tag, which takes most of the time of such a page. What is plainly a whole
block is known sooner; the rest is left to that parser, so the page is the same to the byte.
"""

from __future__ import annotations

import re

from markdown import Markdown
from markdown.preprocessors import Preprocessor

#: What a block is made of, as `html.parser` sees it: text, a reference, an end or a start tag.
_PIECE = re.compile(
    r"[^<&]+|&(?:#[0-9]+|[A-Za-z][A-Za-z0-9]*);|</(?P<end>[A-Za-z][A-Za-z0-9]*)>"
    r'|<(?P<start>[A-Za-z][A-Za-z0-9]*)(?:\s+[A-Za-z_:][\w:.-]*(?:="[^"<>]*")?)*\s*(?P<empty>/?)>'
)
#: Elements with a text of their own kind; a title is harmless if nothing in it could be HTML.
_OTHER_TEXT = re.compile(
    r"<(?:script|style|textarea|xmp|iframe|noembed|noframes|plaintext"
    r"|title(?![^<>]*>[^<&]*</title>))\b",
    re.IGNORECASE,
)
#: The one block that Python-Markdown knows to have no end tag.
_EMPTY = "hr"
#: HTML whose text is Markdown.
_MARKDOWN = re.compile(r"\smarkdown[\s=/>]", re.IGNORECASE)
#: That to which links can lead.
_ANCHOR = re.compile(r"\s(?:id|name)=", re.IGNORECASE)
#: Where a block may begin.
_HTML = re.compile(r"<[A-Za-z/!?]")


class RawBlocks(Preprocessor):
    """Sets aside the blocks of a page, up to the first HTML that is no whole block.

    Without `anchors`, those that have one stay, for whoever has to see it.
    """

    def __init__(self, md: Markdown, *, anchors: bool) -> None:
        super().__init__(md)
        self._anchors = anchors

    def run(self, lines: list[str]) -> list[str]:
        text = "\n".join(lines)
        kept: list[str] = []
        done = 0
        while html := _HTML.search(text, done):
            begin = html.start()
            end = self._end(text, begin)
            if end is None:
                break
            block = text[begin:end]
            if self._anchors or not _ANCHOR.search(block):
                # With the line ends that Python-Markdown gives it.
                if text.startswith("\n\n", end):
                    block += "\n"
                block = f"\n{self.md.htmlStash.store(block)}\n\n"
            kept += (text[done:begin], block)
            done = end
        return f"{''.join(kept)}{text[done:]}".split("\n")

    def _end(self, text: str, begin: int) -> int | None:
        """Where the block ends that begins there, if it plainly is one, alone on its lines."""
        first = _PIECE.match(text, begin)
        if first is None or not self._begins(first) or (begin and text[begin - 1] != "\n"):
            return None
        within: list[str] = []
        end = begin
        for piece in _PIECE.finditer(text, begin):
            if piece.start() != end:
                return None
            end = piece.end()
            if start := piece["start"]:
                if not piece["empty"] and start.lower() != _EMPTY:
                    within.append(start.lower())
            elif (closed := piece["end"]) and closed.lower() in within:
                # As Python-Markdown does it: an end tag closes what is still open in its element.
                while within.pop() != closed.lower():
                    continue
            if not within:
                break
        if within or (end < len(text) and text[end] != "\n"):
            return None
        block = text[begin:end]
        return None if _OTHER_TEXT.search(block) or _MARKDOWN.search(block) else end

    def _begins(self, piece: re.Match[str]) -> bool:
        """Whether a block can begin with it; an element without an end is no block for itself."""
        tag = (piece["start"] or "").lower()
        return tag != _EMPTY and not piece["empty"] and self.md.is_block_level(tag)
