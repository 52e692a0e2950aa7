"""Checks of Markdown bodies: internal blocks, links, raw HTML, and the files beside the records."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import unquote

from changebook.check.markup import check_markup
from changebook.model.diagnostics import START, Place, Problem, Rule, rule
from changebook.model.suggestion import nearest
from changebook.read import attachments, body, unseen
from changebook.read.anchors import anchors
from changebook.read.commonmark import Link
from changebook.read.source import SourceFile
from changebook.read.targets import TargetKind, Targets
from changebook.read.workspace import Client

UNCLOSED_INTERNAL = rule("unclosed-internal", summary="An `::: internal` block is never closed.")
BLOCK_NOT_OPEN = rule("block-not-open", summary="A `:::` line closes a block that is not open.")
UNKNOWN_BLOCK = rule("unknown-block", summary="A `:::` block has a name other than `internal`.")
INTERNAL_MARKER = rule(
    "internal-marker", summary="What looks like an internal marker opens no block."
)
BROKEN_LINK = rule(
    "broken-link",
    summary="A link or image points to a file, or to a place in one, that does not exist.",
)
OUTSIDE_LINK = rule(
    "link-outside-client", summary="A link or image points outside the client's folder."
)
LINK_FORM = rule("link-form", summary="A link is written in a form that can't be followed safely.")
UNSEEN_LINK = rule(
    "link-to-unseen",
    summary="A text that the client can read links to a record that the client can't see.",
    severity="warning",
)
EXTERNAL_IMAGE = rule(
    "external-image", summary="An image would be loaded from another host.", severity="warning"
)
UNCLOSED_COMMENT = rule("unclosed-comment", summary="An HTML comment is never closed.")
UNSAFE_FILE = rule(
    "unsafe-attachment",
    summary="An attachment could run scripts on the client's site, or be mistaken for a page.",
)
TELLS_MORE = rule(
    "attachment-tells-more",
    summary="An attachment holds more than it shows at once.",
    severity="warning",
)
UNEXAMINED = rule(
    "unexamined-attachment",
    summary="An attachment is of a kind that can't be examined.",
    severity="warning",
)
BROKEN_PICTURE = rule(
    "broken-picture", summary="A picture's file can't be opened.", severity="warning"
)
UNUSED_FILE = rule(
    "unused-file", summary="A file in a client's folder is used by no record.", severity="warning"
)
UNSEEN_TEXT = rule(
    "unseen-text", summary="A body holds text that no page shows.", severity="warning"
)
#: In a text with more broken links to places than this, the others get no guess at what was meant.
_MOST_GUESSES = 50
#: The page's beginning.
_TOP = frozenset({"", "top"})
_FAULTS: Mapping[str, tuple[Rule, str, str]] = {
    "unclosed-internal": (
        UNCLOSED_INTERNAL,
        "This internal block is never closed.",
        "Put a line `:::` after its last line.",
    ),
    "block-not-open": (
        BLOCK_NOT_OPEN,
        "This `:::` closes no block.",
        "Remove the line, or open the block with `::: internal`.",
    ),
    "unknown-block": (
        UNKNOWN_BLOCK,
        "`::: {word}` is not a kind of block.",
        "Did you mean `::: internal`? For notes use `!!! note`.",
    ),
    "internal-marker": (
        INTERNAL_MARKER,
        "This looks like an internal marker, but it opens no block.",
        "Put `::: internal` and `:::` on lines of their own, with plain colons.",
    ),
}
#: Parsers of HTML give names in small letters.
#: What a browser would run, and what MkDocs would take for the source of a page.
UNSAFE = frozenset(
    ".html .htm .xht .xhtml .shtml .mht .mhtml .hta .htc .js .mjs .xml .xsl .xslt .rss .atom .rdf "
    ".svgz .swf .markdown .mdown .mkdn .mkd".split()
)
_LOADED_BY_DIAGRAM = re.compile(
    r"(?:\bimg\s*:|\bsrc\s*=|\burl\(|@import)[\s\"'\\]*(?P<address>(?:https?:)?//[^\s\"')\\>]+)",
    re.IGNORECASE,
)


def check_bodies(client: Client) -> Iterator[Problem]:
    """Check the client's bodies and the files beside them."""
    targets = Targets(client)
    unseen = client.unseen_records
    used: set[Path] = set()
    #: By record, and of the profile, which has no id.
    bodies = {"": client.source.body} | {r.data.id: r.source.body for r in client.records}
    profile = CheckedBody(client.source, client.folder, True)
    records = [
        CheckedBody(r.source, r.file.parent, r.data.id not in unseen) for r in client.records
    ]
    used |= _signed_copies(client, targets)
    for each in (profile, *records):
        yield from _markers(each.source)
        yield from _links(each, targets, bodies, unseen, used)
        yield from check_markup(each.source)
        yield from _hidden(each)
        yield from _unseen(each)
        yield from _diagrams(each)
    for file in client.others:
        if file not in used:
            yield UNUSED_FILE.at(
                file.relative_to(client.root).as_posix(),
                START,
                "No record uses this file, so it is not published.",
                "Link it from a record by its relative path, or delete it.",
            )


@dataclass(frozen=True)
class CheckedBody:
    """A Markdown text of the client: where it lies, and whether the client reads it at all."""

    source: SourceFile
    folder: Path
    seen: bool

    def place(self, offset: int, width: int = 1) -> Place:
        return self.source.in_body(offset, width)


def _signed_copies(client: Client, targets: Targets) -> set[Path]:
    """Return the files that records use in their front matter."""
    named = (
        targets.resolve(record.file.parent, agreement.signed_copy.file).file
        for record in client.records
        if (agreement := record.data.agreement) and agreement.signed_copy
    )
    return {file for file in named if file}


def _markers(source: SourceFile) -> Iterator[Problem]:
    for fault in body.marker_faults(source.body):
        rule_, message, help_ = _FAULTS[fault.kind]
        place = Place(fault.line + source.body_line - 1, fault.column)
        yield rule_.at(source.path, place, message.format(word=fault.word), help_)


def _links(
    text: CheckedBody,
    targets: Targets,
    bodies: Mapping[str, str],
    unseen: Mapping[str, str],
    used: set[Path],
) -> Iterator[Problem]:
    path, words = text.source.path, text.source.body
    internal = body.internal_lines(words)
    examined: set[Path] = set()
    guesses = count()
    for link in body.links(words):
        place = text.place(link.start, len(link.target) if link.html else link.end - link.start)
        if link.external:
            if link.image and link.target.startswith(("http:", "https:", "//")):
                yield EXTERNAL_IMAGE.at(
                    path,
                    place,
                    f"The image {link.target} is on another host; a link replaces it.",
                    "Put a copy of the image next to the record.",
                )
            continue
        public = text.seen and place.line - text.source.body_line + 1 not in internal
        if not link.path:
            yield from _anchor(text, link, place, words, guesses, public=public)
            continue
        target = targets.resolve(text.folder, link.path)
        if target.kind is TargetKind.OUTSIDE:
            yield OUTSIDE_LINK.at(
                path,
                place,
                f"`{link.path}` lies outside the client's folder.",
                "Put a copy of the file next to the record and link to that.",
            )
        elif target.kind is TargetKind.MISSING:
            yield BROKEN_LINK.at(
                path,
                place,
                f"There is no file `{link.path}`.",
                "Correct the path: it is relative to this file's folder, and capitals count.",
            )
        elif target.kind is TargetKind.FILE and target.file:
            if target.file not in examined:
                yield from _attachment(target.file, public, path, place)
            examined.add(target.file)
        elif target.kind is TargetKind.RECORD and link.html:
            yield LINK_FORM.at(
                path,
                place,
                "A link to a record is written in HTML.",
                "Write it in Markdown: [text](path).",
            )
        elif target.id in unseen and public:
            yield UNSEEN_LINK.at(
                path,
                place,
                f"The client can't see {target.id}, so this link is left out for them.",
                "Check that the sentence reads well without the link, or move it into an internal "
                "block.",
            )
        else:
            # The glossary is not a body, so it has no places.
            is_body = target.kind is not TargetKind.GLOSSARY
            end = bodies.get(target.id, "") if is_body else ""
            yield from _anchor(text, link, place, end, guesses, public=public)
    used |= examined
    for offset, target_path in body.unlinked(words):
        yield LINK_FORM.at(
            path,
            text.place(offset),
            f"This may be meant as a link to `{target_path}`, but it is not written as one.",
            "Put the address in < >, write %20 for a space, or put code in backticks.",
        )


def _attachment(file: Path, is_seen: bool, path: str, place: Place) -> Iterator[Problem]:
    """Check what keeps a file from being published, or what it tells besides what it shows."""
    if file.suffix.lower() in UNSAFE:
        yield UNSAFE_FILE.at(
            path,
            place,
            f"`{file.name}` could run scripts on the client's site, or be mistaken for one of its "
            "pages.",
            "Attach a PDF or an image.",
        )
        return
    attachment = attachments.examined(file)
    if attachment.is_damaged:
        yield BROKEN_PICTURE.at(
            path,
            place,
            f"`{file.name}` is damaged, or not the kind of picture that its name says.",
            "Save the picture again as PNG, JPEG, GIF, WebP or SVG.",
        )
        return
    for fault in attachment.faults:
        where = f"{file.name}:{fault.line}" if fault.line else file.name
        yield UNSAFE_FILE.at(path, place, f"`{where}` {fault.why}.", f"{fault.help}.")
    if is_seen and attachment.remarks:
        yield TELLS_MORE.at(
            path,
            place,
            f"The client can find this in `{file.name}`: {'; '.join(attachment.remarks)}.",
            "Remove that from the file, or attach a PDF of what the client is meant to read.",
        )
    if is_seen and attachment.is_opaque:
        yield UNEXAMINED.at(
            path,
            place,
            f"`{file.name}` can't be examined, so everything in it is published as it is.",
            "Make sure that it names neither its authors nor anything internal, or attach a PDF.",
        )


def _anchor(
    text: CheckedBody, link: Link, place: Place, end: str, guesses: Iterator[int], *, public: bool
) -> Iterator[Problem]:
    """Check that the link's `#...` is a place in `end`, the body that it leads to."""
    if not link.target:
        yield BROKEN_LINK.at(
            text.source.path,
            place,
            f"This {'image' if link.image else 'link'} has no address.",
            "Write the address between the parentheses, or remove them and the brackets.",
        )
    wanted = unquote(link.fragment[1:])
    if wanted in _TOP:
        return
    known = anchors(end)
    if wanted not in known:
        near = nearest(wanted, known) if next(guesses) < _MOST_GUESSES else None
        yield BROKEN_LINK.at(
            text.source.path,
            place,
            f"There is no place `#{wanted}` in {f'`{link.path}`' if link.path else 'this text'}.",
            f"Did you mean `#{near}`?"
            if near
            else "Write the heading's words in lowercase, with hyphens for spaces.",
        )
    elif public and wanted not in anchors(body.public(end)):
        yield UNSEEN_LINK.at(
            text.source.path,
            place,
            f"The client can't see the place `#{wanted}`: it is in an internal block.",
            "Link to a heading that the client can see, or move the link into an internal block.",
        )


def _hidden(text: CheckedBody) -> Iterator[Problem]:
    # An internal block may hold the comment's end: only what is public closes it for the reader.
    public = body.public(text.source.body)
    start = body.unclosed_comment(public)
    if start is not None:
        yield UNCLOSED_COMMENT.at(
            text.source.path,
            text.source.in_body(start, len("<!--"), public),
            "This comment is never closed.",
            "Put `-->` after its last word, outside internal blocks.",
        )


#: What each kind of unseen text is, and what to do about it.
_UNSEEN: Mapping[unseen.Cause, tuple[str, str]] = {
    unseen.Cause.DEFINITION: (
        "No link uses the definition `{name}`, so it is left out.",
        "Write a link with that label, or remove the definition.",
    ),
    unseen.Cause.FOOTNOTE: (
        "No text refers to the footnote `{name}`, so it is left out.",
        "Write `{name}` where it belongs, or remove the footnote.",
    ),
    unseen.Cause.OPTION: (
        "Of ```` ```{name} ```` only the language and `title`, `hl_lines` and `linenums` are kept.",
        "Put text for the reader above the code, and other text into an internal block.",
    ),
    unseen.Cause.SETTING: (
        "Settings of the diagram that do not affect how it looks are left out.",
        "Keep colours, fonts, sizes and Mermaid's own keywords, without comments.",
    ),
    unseen.Cause.CELL: (
        "This row has more cells than the table's head, so the rest of it is left out.",
        "Add a column to the head; write a `|` that is text as `\\|`, in code too.",
    ),
}


def _unseen(text: CheckedBody) -> Iterator[Problem]:
    public = body.uncommented(body.public(text.source.body))
    for part in unseen.unseen(public):
        place = text.source.in_body(part.start, 1, public)
        if part.cause in _UNSEEN:
            message, help_ = (words.format(name=part.name) for words in _UNSEEN[part.cause])
            yield UNSEEN_TEXT.at(text.source.path, place, message, help_)


def _diagrams(text: CheckedBody) -> Iterator[Problem]:
    for offset, source in body.diagrams(text.source.body):
        for match in _LOADED_BY_DIAGRAM.finditer(source):
            yield EXTERNAL_IMAGE.at(
                text.source.path,
                text.place(offset + match.start("address"), len(match["address"])),
                f"The diagram would load {match['address']} from another host; pages load nothing "
                "from there.",
                "Remove it from the diagram, or show a copy of the image next to the record.",
            )
