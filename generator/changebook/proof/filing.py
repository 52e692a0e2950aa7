"""Filing a signed paper: the file beside the record, and what the record says of it.

Nothing is written before the record has passed the checks as it would be. A file that is there is
never written over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from changebook import atomic
from changebook.check import check
from changebook.check.seals import NOT_SEALED
from changebook.check.signed_copies import OF_FILES
from changebook.edit.advance import Edit, find
from changebook.edit.manuscript import manuscript
from changebook.edit.yaml_text import Value
from changebook.model.diagnostics import Problem
from changebook.model.schema import Agreement, ChangeRecord
from changebook.model.vocabulary import APPROVED_OR_LATER, AgreementStatus
from changebook.read.form import fit
from changebook.read.scan.examination import LARGEST, examined
from changebook.read.scan.paper import ScannedPaper, UnfitPaper
from changebook.read.source_lines import source_lines
from changebook.read.workspace import Client, Record, Workspace
from changebook.refusal import Refusal


@dataclass(frozen=True)
class Signature:
    """What the paper says: the day and whose signatures, and the amendment's name.

    `filed` is the day on which the paper is put beside the record.
    """

    on: date
    by: tuple[str, ...]
    filed: date
    reference: str | None = None


@dataclass(frozen=True)
class Filing:
    """A paper and where it goes, the record as it will be, and the problems that this makes.

    `unknown` are names of signatories whom the client's profile does not have.
    """

    client: Client
    paper: ScannedPaper
    file: Path
    edit: Edit
    problems: tuple[Problem, ...]
    unknown: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """The SHA-256 of the file as it is filed."""
        return hashlib.sha256(self.paper.content).hexdigest()

    def source_line(self, root: Path) -> Callable[[str, int], str | None]:
        """A function that gives one line of a file as it would be, by its path below `root`."""
        there = source_lines(root)
        new = self.edit.after.source

        def line(path: str, number: int) -> str | None:
            if path != new.path:
                return there(path, number)
            return new.lines[number - 1] if number <= len(new.lines) else None

        return line


def filing(
    workspace: Workspace,
    reading: Sequence[Problem],
    id: str,
    scan: Path,
    signature: Signature,
) -> Filing:
    """What filing a paper for a record would do. `reading` are the problems of the workspace.

    Raises Refusal where it can't be: for the record as it stands, the dates, or the file.
    """
    client, record = find(workspace, id)
    _refuse(record.data, signature)
    paper = _paper(scan)
    file = record.file.with_name(f"{id}-signed.{paper.format}")
    if file.exists():
        raise Refusal(
            f"{workspace.relative(file)} is there already and is not written over: if no record "
            "uses it, delete it first"
        )
    before = manuscript(record.file, record.source.path, ChangeRecord)
    after = before
    for key, value in _said(record.data.agreement, signature, file.name, paper).items():
        after = after.set(("agreement", key), value)
    edit = Edit(record.file, before, after)
    known = {person.name for person in client.profile.people}
    return Filing(
        client,
        paper,
        file,
        edit,
        tuple(_problems(workspace, reading, client, record, edit)),
        tuple(name for name in signature.by if name not in known),
    )


def file_paper(filing: Filing) -> None:
    """Write the paper and the record; where the record can't be written, no paper stays behind.

    Raises Refusal where a file of its name has come in between, and OSError.
    """
    try:
        atomic.create(filing.file, filing.paper.content)
    except FileExistsError:
        raise Refusal(
            f"{filing.file.name} has come to be in between; nothing was written"
        ) from None
    try:
        filing.edit.after.save(filing.edit.file)
    except OSError:
        filing.file.unlink()
        raise


def _refuse(data: ChangeRecord, signature: Signature) -> None:
    decision, agreement = data.decision, data.agreement
    if data.status not in APPROVED_OR_LATER or decision is None or decision.on is None:
        raise Refusal(
            f"{data.id} is {data.status}: only what is approved is signed. First "
            f"`changebook advance {data.id} approved`"
        )
    if signature.on < decision.on:
        raise Refusal(f"--on {signature.on} is before the decision of {decision.on}")
    if signature.filed < signature.on:
        raise Refusal(
            f"--filed {signature.filed} is before --on {signature.on}: a paper can't be filed "
            "before it is signed"
        )
    if agreement is None:
        return
    if agreement.signed_copy:
        raise Refusal(
            f"{data.id} has a signed copy, {agreement.signed_copy.file}, and it stays: what is "
            "signed anew belongs to a new record that supersedes this one"
        )
    if agreement.status is AgreementStatus.SIGNED:
        _refuse_other_words(agreement, signature)


def _refuse_other_words(agreement: Agreement, signature: Signature) -> None:
    """The agreement is signed already, so the paper has to be the one that it tells of."""
    if agreement.signed and signature.on != agreement.signed:
        raise Refusal(f"the agreement was signed on {agreement.signed}, not on {signature.on}")
    if agreement.reference and signature.reference not in (None, agreement.reference):
        raise Refusal(f"the agreement is `{agreement.reference}`, not `{signature.reference}`")


def _paper(scan: Path) -> ScannedPaper:
    if not scan.is_file():
        raise Refusal(f"there is no file {scan}")
    with scan.open("rb") as stream:
        # One byte more than may be shows that there are too many.
        content = stream.read(LARGEST + 1)
    try:
        return examined(content)
    except UnfitPaper as unfit:
        raise Refusal(f"{scan.name} can't be filed. {unfit.why} {unfit.help}") from None


def _said(
    agreement: Agreement | None, signature: Signature, name: str, paper: ScannedPaper
) -> dict[str, Value]:
    """The keys of the agreement that change. What was signed before stays as it is written."""
    copy: dict[str, Value] = {
        "file": name,
        "sha256": hashlib.sha256(paper.content).hexdigest(),
        "filed": signature.filed,
        "by": list(signature.by),
    }
    if agreement and agreement.status is AgreementStatus.SIGNED:
        return {"signed_copy": copy}
    reference = (agreement.reference if agreement else None) or signature.reference
    if reference is None:
        raise Refusal("the record does not name the amendment: say --reference")
    said: dict[str, Value] = {"status": AgreementStatus.SIGNED}
    if signature.reference:
        said["reference"] = signature.reference
    return said | {"signed": signature.on, "signed_copy": copy}


def _problems(
    workspace: Workspace,
    reading: Sequence[Problem],
    client: Client,
    record: Record,
    edit: Edit,
) -> list[Problem]:
    """What the record has against it after the edit, and what that brings to others.

    The file is not there yet, and the seal comes in the same run: nothing is said of either.
    """
    source = edit.after.source
    data, faults, left_out = fit(ChangeRecord, source)
    new = [Record(data, source, record.file, left_out)] if data else []
    others = [other for other in client.records if other.file != record.file]
    after = replace(client, records=tuple(sorted((*others, *new), key=lambda r: r.data.id)))
    clients = tuple(after if c.slug == client.slug else c for c in workspace.clients)
    known = {(p.path, p.rule, p.message) for p in (*reading, *check(workspace))}
    silent = {NOT_SEALED.name, *(rule.name for rule in OF_FILES)}
    return sorted(
        problem
        for problem in (*faults, *check(replace(workspace, clients=clients)))
        if problem.rule not in silent
        and (
            problem.path == source.path
            or (problem.path, problem.rule, problem.message) not in known
        )
    )
