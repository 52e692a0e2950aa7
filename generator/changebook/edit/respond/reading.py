"""What a mail says about a record: which one, what kind of answer, and the sender's own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.utils import parseaddr

from changebook.edit.respond.letter import Letter
from changebook.edit.respond.text import Line, is_forward, last_head, without_heads
from changebook.pages.answer_block import FIELD, MARK, RECORD_ID, Block, blocks
from changebook.refusal import Refusal

_FORWARDED = re.compile(r"\s*(?:fwd?|wg|tr|转发|轉寄|轉發)\s*[:：]", re.IGNORECASE)
#: What telephones and free mail services put below every mail.
_FOOTER = re.compile(
    r"(?:(?:Sent|Get|Gesendet|Envoyé) (?:from|with|using|via|Outlook|von|de|depuis)\b.{0,60}"
    r"|(?:发自|来自|發自|傳送自|从|從|获取).{0,40}"
    r"(?:iPhone|iPad|Android|手机|手機|邮箱|郵箱|客户端|发送|Outlook.{0,10}))\s*"
)
#: Marks and fields, at which joined lines are parted.
_FILLED_IN = re.compile(f"{MARK.pattern}|{FIELD.pattern}", re.IGNORECASE)
_SIGNATURE = re.compile(r"--\s*")
#: Signs that YAML or a page has no place for, and those that turn the direction of text.
_UNSHOWN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028\u2029\u202a-\u202e"
    r"\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_LIST_ITEM = re.compile(
    r"\s*(?:[-*•·–]|\(?\d{1,2}[.)、]|[（(]?[一二三四五六七八九十]{1,2}[)）、])\s*\S"
)
_WIDE = r"\u2e80-\u9fff\uff00-\uffef"
_BETWEEN_WIDE = re.compile(rf"(?<=[{_WIDE}])\n(?=[{_WIDE}])")


@dataclass(frozen=True)
class Reading:
    """A mail as an answer.

    `blocks` are what pages filled in, as far as the mail has it still; `is_quoted`: they stand in
    an earlier mail that this one quotes. `aside` is what was not taken for the sender's words;
    `filled_in` are the lines below the second mark, which the page wrote.
    `passed_on_by` is who forwarded the answer within a mail of their own, and `written` is what
    that mail says of when the answer was written.
    """

    letter: Letter
    name: str
    address: str
    blocks: tuple[Block, ...]
    is_quoted: bool
    words: str
    aside: tuple[str, ...] = ()
    filled_in: tuple[str, ...] = ()
    passed_on_by: str | None = None
    written: str = ""


def read(letter: Letter, path: str) -> Reading:
    """Read the answer in a mail, or in one that it carries. Raises Refusal where there are two."""
    if blocks(line.text for line in letter.lines) or not letter.attached:
        return _read(letter)
    held = [each for each in _all(letter.attached) if blocks(line.text for line in each.lines)]
    if len(held) > 1:
        raise Refusal(f"{path} carries {len(held)} answers: save each of them as a file of its own")
    return _read(held[0]) if held else _read(letter)


def named(reading: Reading) -> tuple[str, ...]:
    """Return the ids that the mail names: in its blocks, or its subject, or else its text."""
    if reading.blocks:
        return tuple(dict.fromkeys(block.id for block in reading.blocks))
    texts = (reading.letter.subject, "\n".join(line.text for line in reading.letter.lines))
    ids = (tuple(dict.fromkeys(RECORD_ID.findall(text))) for text in texts)
    return next((ids_of_line for ids_of_line in ids if ids_of_line), ())


def _all(letters: Iterable[Letter]) -> Iterable[Letter]:
    for letter in letters:
        yield letter
        yield from _all(letter.attached)


def _read(letter: Letter) -> Reading:
    depth, in_mail = _blocks(letter.lines)
    own = [line.text for line in letter.lines if line.depth == 0]
    if not depth:
        own_words, below, filled_in = _words(own, has_block=bool(in_mail))
        name, address = letter.name, letter.address
        return Reading(letter, name, address, in_mail, False, own_words, _some(below), filled_in)
    own_words, *_ = _words(own, has_block=False)
    if not (_FORWARDED.match(letter.subject) or is_forward(letter.lines)):
        return Reading(letter, letter.name, letter.address, in_mail, True, own_words)
    # A mail that was passed on twice has a head for each: the answer is below the last one.
    quoted = [line.text for line in letter.lines if 0 < line.depth <= depth]
    block = (at for at, line in enumerate(quoted) if _FILLED_IN.search(line))
    head = last_head(quoted[: next(block, len(quoted))])
    words, below, filled_in = _words(quoted[head.end :], has_block=True)
    in_between, *_ = _words(without_heads(quoted[: head.end]), has_block=False)
    return Reading(
        letter,
        *_address(head.sender),
        in_mail,
        False,
        words,
        _some(own_words, in_between, below),
        filled_in,
        letter.name or letter.address,
        head.date,
    )


def _blocks(lines: Sequence[Line]) -> tuple[int, tuple[Block, ...]]:
    """Return the blocks that are quoted the least, and how deep they are."""
    for depth in sorted({line.depth for line in lines}):
        if read := blocks(line.text for line in lines if line.depth == depth):
            return depth, read
    return 0, ()


def _address(sender: str) -> tuple[str, str]:
    """Return the name and the address that a head gives for a sender."""
    # Outlook writes the address in brackets of its own.
    sender = re.sub(r"\[\s*mailto:([^\]]*)\]", r"<\1>", sender).replace("*", "")
    name, address = parseaddr(sender)
    return (name, address) if "@" in address else (sender, "")


def _some(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def _words(lines: Sequence[str], *, has_block: bool) -> tuple[str, str, tuple[str, ...]]:
    """Return the sender's words, what else is below the block, and the lines that were filled in.

    Above the first mark, and between it and the second one, a person writes. Below the block stands
    a signature, or the words of a person who wrote there.
    """
    split = [piece for line in lines for piece in _parts(line)]
    if not has_block:
        return _tidied(split), "", ()
    marks = [at for at, line in enumerate(split) if MARK.fullmatch(line.strip())]
    fields = [at for at, line in enumerate(split) if FIELD.fullmatch(line.strip())]
    first = fields[0] if fields else len(split)
    above = [at for at in marks if at < first]
    cut = above[1] if len(above) > 1 else above[0] if above else first
    below = next((at for at in marks if at > first), fields[-1] if fields else cut)
    written = [line for line in split[:cut] if not MARK.fullmatch(line.strip())]
    top, bottom = _tidied(written), _tidied(split[below + 1 :])
    filled_in = tuple(
        line.strip()
        for line in split[cut:below]
        if line.strip() and not FIELD.fullmatch(line.strip()) and not MARK.fullmatch(line.strip())
    )
    return (top, bottom, filled_in) if top else (bottom, "", filled_in)


def _parts(line: str) -> Iterator[str]:
    """Split a line in which a mail program joined marks or fields with others."""
    at = 0
    for match in _FILLED_IN.finditer(line):
        if between := line[at : match.start()].strip():
            yield between
        yield match[0]
        at = match.end()
    if line[at:].strip() or not at:
        yield line[at:]


def _tidied(lines: Sequence[str]) -> str:
    """Drop signature and footer; put each paragraph on one line, and an empty line in between."""
    kept = [_UNSHOWN.sub("", line.replace("\t", " ")).strip() for line in lines]
    if any(_SIGNATURE.fullmatch(line) for line in kept):
        kept = kept[: next(at for at, line in enumerate(kept) if _SIGNATURE.fullmatch(line))]
    while kept and (not kept[-1] or _FOOTER.fullmatch(kept[-1])):
        kept.pop()
    paragraphs = re.split(r"\n{2,}", "\n".join(kept).strip("\n"))
    return "\n\n".join(_joined(each) for each in paragraphs if each.strip())


def _joined(paragraph: str) -> str:
    """Join a paragraph that a mail program broke; items of a list keep their breaks."""
    text = ""
    for line in paragraph.split("\n"):
        text += ("\n\n" if _LIST_ITEM.match(line) else "\n") + line if text else line
    text = re.sub(r"(?<!\n)\n(?!\n)", " ", _BETWEEN_WIDE.sub("", text))
    return re.sub(r" {2,}", " ", text).strip()
