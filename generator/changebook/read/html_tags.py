"""A piece of HTML, tag by tag, with the place of each in the whole text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

#: A tag without attributes, as most are: nothing has to be parsed.
PLAIN_TAG = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9]*)>")


class HtmlTags(HTMLParser):
    """Reads HTML as browsers do where html.parser does not.

    What opens a comment that nothing closes hides all that follows (HTML, 13.2.5.42 to 13.2.5.45).
    html.parser looks for an end behind each such sign again, which takes minutes for thousands.
    """

    def __init__(self, chunk: str, offset: int) -> None:
        super().__init__(convert_charrefs=True)
        self._chunk, self._offset = chunk, offset
        self._lines = [0, *(match.end() for match in re.finditer("\n", chunk))]
        self.feed(chunk)
        self.close()

    def start(self) -> int:
        """Return where in the whole text the current tag begins."""
        line, column = self.getpos()
        return self._offset + self._lines[line - 1] + column

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """`<![...` is a comment in HTML, but html.parser fails on what is not SGML."""
        return self.parse_bogus_comment(i, report)

    def parse_comment(self, i: int, report: bool = True) -> int:
        """Read a comment, which goes to the end where nothing closes it."""
        end = super().parse_comment(i, report)
        if end < 0:
            self.handle_comment(self.rawdata[i + 4 :])
        return end if end >= 0 else len(self.rawdata)

    def parse_pi(self, i: int) -> int:
        """Read `<?...`, a comment in HTML, which goes to the end where nothing closes it."""
        end = super().parse_pi(i)
        if end < 0:
            self.handle_pi(self.rawdata[i + 2 :])
        return end if end >= 0 else len(self.rawdata)

    def parse_endtag(self, i: int) -> int:
        """Read an end tag; where no `>` follows there is no other tag either."""
        return super().parse_endtag(i) if ">" in self.rawdata[i:] else len(self.rawdata)
