"""Checks of signed papers: the file is there, it is the same, and it can be shown to the client."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from changebook.check.subject import Subject
from changebook.model.diagnostics import KeyPath, Problem, rule
from changebook.model.schema import SignedCopy
from changebook.model.vocabulary import AgreementStatus
from changebook.read.targets import TargetKind, Targets
from changebook.read.workspace import Client, Record

SIGNED_COPY_MISSING = rule(
    "signed-copy-missing", summary="A record names a signed copy that does not exist."
)
SIGNED_COPY_ALTERED = rule(
    "signed-copy-altered", summary="A signed copy is not the file that was filed."
)
SIGNED_COPY_UNFIT = rule(
    "signed-copy-unfit",
    summary="A signed copy is not a PDF, PNG or JPEG that can be shown to the client.",
)
SIGNED_COPY_TELLS_MORE = rule(
    "signed-copy-tells-more",
    summary="A signed copy holds more than the paper shows.",
    severity="warning",
)
SIGNED_COPY_TOO_EARLY = rule(
    "signed-copy-too-early",
    summary=(
        "A signed copy belongs to an agreement that is not signed, or was filed before it was "
        "signed."
    ),
)

#: Those that look at the file itself.
OF_FILES = (
    SIGNED_COPY_MISSING,
    SIGNED_COPY_ALTERED,
    SIGNED_COPY_UNFIT,
    SIGNED_COPY_TELLS_MORE,
)
_AT: KeyPath = ("agreement", "signed_copy")
#: By these, web servers and readers know what a file is.
_SUFFIXES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"pdf": (".pdf",), "png": (".png",), "jpg": (".jpg", ".jpeg")}
)


def check_signed_copies(client: Client) -> Iterator[Problem]:
    targets = Targets(client)
    for record in client.records:
        agreement = record.data.agreement
        if agreement and agreement.signed_copy:
            yield from _dates(record, agreement.signed_copy)
            yield from _file(record, agreement.signed_copy, targets)


def _dates(record: Record, copy: SignedCopy) -> Iterator[Problem]:
    agreement, subject = record.data.agreement, Subject.of(record)
    if agreement and agreement.status is not AgreementStatus.SIGNED:
        yield from subject.key(
            SIGNED_COPY_TOO_EARLY,
            _AT,
            f"There is a signed copy, but the agreement's status is `{agreement.status}`.",
            "Write `status: signed` with `signed` and `reference`, or remove the signed copy.",
        )
    elif agreement and agreement.signed and copy.filed < agreement.signed:
        yield from subject.value(
            SIGNED_COPY_TOO_EARLY,
            (*_AT, "filed"),
            f"The signed copy was filed on {copy.filed}, before it was signed on "
            f"{agreement.signed}.",
            "Correct whichever of the two dates is wrong.",
        )


def _file(record: Record, copy: SignedCopy, targets: Targets) -> Iterator[Problem]:
    # Most workspaces have no signed copy, and what reads them takes a while to load.
    from changebook.read.scan.examination import examined  # noqa: PLC0415
    from changebook.read.scan.paper import UnfitPaper  # noqa: PLC0415

    subject = Subject.of(record)
    target = targets.resolve(record.file.parent, copy.file)
    if target.kind is not TargetKind.FILE or target.file is None:
        where = (
            "lies outside the client's folder"
            if target.kind is TargetKind.OUTSIDE
            else "is not there"
        )
        yield from subject.value(
            SIGNED_COPY_MISSING,
            (*_AT, "file"),
            f"The signed copy `{copy.file}` {where}.",
            "Restore the file, or correct the path: it is relative to this file's folder.",
        )
        return
    content = target.file.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != copy.sha256:
        yield from subject.value(
            SIGNED_COPY_ALTERED,
            (*_AT, "sha256"),
            f"`{copy.file}` is not the file that was filed: its SHA-256 is {digest}.",
            "Restore the file as it was filed.",
        )
        return
    try:
        paper = examined(content)
    except UnfitPaper as unfit:
        yield from subject.value(
            SIGNED_COPY_UNFIT,
            (*_AT, "file"),
            f"`{copy.file}` can't be shown to the client. {unfit.why}",
            unfit.help,
        )
        return
    suffixes = _SUFFIXES[paper.format]
    if target.file.suffix not in suffixes:
        yield from subject.value(
            SIGNED_COPY_UNFIT,
            (*_AT, "file"),
            f"`{copy.file}` is a {paper.format.name}, but its name does not say so.",
            f"Give it a name that ends in `{suffixes[0]}`.",
        )
        return
    if paper.removed:
        yield from subject.value(
            SIGNED_COPY_TELLS_MORE,
            (*_AT, "file"),
            f"`{copy.file}` tells the client more than the paper does: {', '.join(paper.removed)}.",
            "File it with `changebook sign`, which removes that.",
        )
