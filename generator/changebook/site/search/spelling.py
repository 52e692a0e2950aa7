"""How text is spelt for Pagefind, so that readers find what Pagefind alone would not.

Pagefind finds words between spaces, from their beginning. Three things are spelt in another way
before it reads them, and in a query before it is put:

- Chinese and Japanese, which have no spaces, as pairs of characters that overlap: 离线签收 is
  离线, 线签, 签收 and, at the end, 收 with a mark. So any part of a sentence is found, whichever
  dictionary would cut it another way. (Overlapping bigrams are what Lucene's CJKAnalyzer does.)
- ids: after `ACME-0012` stands a word that is the same for `ACME-12`.
- amounts: after `¥54,000.00` stands a word that is the same for `54000`.

`javascripts/search-text.js` spells queries by the same rules and takes the spelling back where
text is shown: a change here is a change there. A browser test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from html import escape, unescape
from itertools import pairwise

#: Letters that no text has, so that no word of a text meets a spelt one.
BEGIN, END = "\ua78f", "\ua78e"
#: Stands before a space that the text does not have. Pagefind leaves it out of words, and keeps it
#: in what it shows.
JOIN = "\u2060"
_CJK = "\u3005\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
#: Full-width marks and quotes: nobody writes a space after them.
_STOPS = "\u2014\u2018\u2019\u201c\u201d\u2026\u3000-\u3004\u3006-\u303f\uff01-\uff65"
_RUN = re.compile(f"[{_CJK}]+")
_STOP = re.compile(rf"([{_STOPS}]+)(?=[^\s{_STOPS}])")
#: Where one script meets another, or a key what follows it.
_SEAM = re.compile(rf"(?<=[^\W{_CJK}])(?=[{_CJK}])|(?<={END})(?=\w)")
#: Thousands with separators, decimals, or four digits and more; with 万, ten thousand times that.
_NUMBER = (
    r"(?<![A-Za-z0-9_.,])(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
    r"(?![.,]*[A-Za-z0-9_])(?:\s?万)?"
)
_ID = r"(?<![A-Za-z0-9])(?P<prefix>[A-Z][A-Z0-9]*)-(?P<number>[0-9]{4,})(?![0-9])"
_KEYED = re.compile(f"{_ID}|(?P<amount>{_NUMBER})")
#: No id or amount that gets a key is without one of these; it is found much faster.
_HINT = re.compile(r"[0-9]{4}|[0-9][,.][0-9]|[$£¥￥€]\s?[0-9]|[0-9]\s?万")
_BEFORE_NUMBER = re.compile(r"[$£¥￥€]\s?$")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
#: Full-width letters and digits are the same as the usual ones.
_NARROW = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF5B))}
_TAG = re.compile(r"(<[^>]*>)")
#: Elements within a line: where one ends the sentence goes on.
_INLINE = re.compile(
    r"</?(?:a|abbr|b|code|del|em|i|ins|kbd|mark|s|small|span|strong|time|u)(?:\s[^>]*)?>"
)
_PERMALINK = re.compile(r'<a class="headerlink"[^>]*>.*?</a>', re.DOTALL)


def spelt(text: str) -> str:
    """Return the text as Pagefind is to read it."""
    # Most of an English text is spelt as it is; to look for what is not takes its time.
    if not text.isascii():
        text = text.translate(_NARROW)
    if _HINT.search(text):
        text = "".join(_with_keys(text))
    if text.isascii():
        return text
    text = _RUN.sub(lambda run: _pairs(run[0]), text)
    return _SEAM.sub(f"{JOIN} ", _STOP.sub(r"\1 ", text))


def id_key(prefix: str, number: str) -> str:
    """Return the word that stands for an id, however it is written."""
    return f"{BEGIN}{prefix.lower()}{int(number)}{END}"


def amount_key(amount: Decimal) -> str:
    """Return the word that stands for an amount, however it is written."""
    digits = f"{amount:f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return f"{BEGIN}{digits.replace('.', 'p')}{END}"


def _with_keys(text: str) -> Iterator[str]:
    """Yield the text in pieces, each id and amount followed by its key."""
    done = 0
    for match in _KEYED.finditer(text):
        if key := _key(match, text):
            yield f"{text[done : match.end()]} {key}"
            done = match.end()
    yield text[done:]


def _key(match: re.Match[str], text: str) -> str:
    """Return the key of an id or an amount; none for years and small counts."""
    if match["prefix"]:
        return id_key(match["prefix"], match["number"])
    amount = match["amount"]
    bare = amount.isdigit() and not _BEFORE_NUMBER.search(text, 0, match.start())
    if bare and (len(amount) < 4 or _YEAR.fullmatch(amount)):
        return ""
    value = Decimal(re.sub(r"[,\s万]", "", amount))
    return amount_key(value * 10000 if amount.endswith("万") else value)


def _pairs(run: str) -> str:
    pairs = [f"{one}{two}" for one, two in pairwise(run)]
    return " ".join([*pairs, run[-1] + END])


def spelt_html(html: str) -> str:
    """Return HTML whose text is spelt for Pagefind; attributes stay as they are."""
    pieces = _TAG.split(_INLINE.sub("", _PERMALINK.sub("", html)))
    pieces[::2] = map(_spelt_between_tags, pieces[::2])
    return "".join(pieces)


@lru_cache(maxsize=20_000)
def _spelt_between_tags(text: str) -> str:
    """Return the text of HTML as `spelt` has it. Most of it stands on many pages."""
    return escape(spelt(unescape(text)), quote=False) if text.strip() else text
