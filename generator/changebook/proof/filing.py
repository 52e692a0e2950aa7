"""Filing a signed paper: the file next to the record, and what the record says of it.

Nothing is written before the record has passed the checks as it would be. A file that is there is
never written over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from changebook import atomic
from changebook.check.known import problems_after_edit
from changebook.check.seals import NOT_SEALED
from changebook.check.signed_copies import OF_FILES
from changebook.edit.edits import Edit, applied, person, record_text, refuse_archived
from changebook.edit.yaml_text import Value
from changebook.model.diagnostics import Problem
from changebook.model.schema import Agreement, ChangeRecord
from changebook.model.visibility import is_unseen
from changebook.model.vocabulary import APPROVED_OR_LATER, AgreementStatus
from changebook.read.scan.examination import LARGEST, examined
from changebook.read.scan.paper import ScannedPaper, UnfitPaper
from changebook.read.workspace import Client, Workspace
from changebook.refusal import Refusal
from changebook.views.amendments import SignatureState, reference_of, signing_of


@dataclass(frozen=True)
class Signature:
    """The day, the names and the amendment on a paper; `filed` is the day on which it is filed."""

    on: date
    by: tuple[str, ...]
    filed: date
    reference: str | None = None


@dataclass(frozen=True)
class Filing:
    """A paper and where it goes, beside each record that it is of, and the records as they will be.

    `files` and `edits` are in the same order; `problems` are those that this makes.
    """

    client: Client
    paper: ScannedPaper
    files: tuple[Path, ...]
    edits: tuple[Edit, ...]
    problems: tuple[Problem, ...]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.paper.content).hexdigest()


def filing(
    workspace: Workspace,
    reading: Sequence[Problem],
    ids: Sequence[str],
    scan: Path,
    signature: Signature,
) -> Filing:
    """Plan the filing of a paper for records of one client.

    `reading` are the problems of the workspace. Raises Refusal where it can't be: because of a
    record, the dates, or the file.
    """
    client, _ = workspace.record(ids[0])
    refuse_archived(client)
    names = (person(client, name).name for name in signature.by)
    signature = replace(signature, by=tuple(dict.fromkeys(names)))
    records = [workspace.record(id)[1] for id in ids]
    for record in records:
        _refuse(record.data, signature)
    paper = _paper(scan)
    files, edits = [], []
    for record in records:
        file = record.file.with_name(f"{record.data.id}-signed.{paper.format}")
        if file.exists():
            raise Refusal(
                f"{workspace.relative(file)} already exists and is not overwritten: delete it "
                "first if no record uses it"
            )
        before = record_text(record)
        after = before
        for key, value in _said(record.data.agreement, signature, file.name, paper).items():
            after = after.set(("agreement", key), value)
        files.append(file)
        edits.append(Edit(record.file, before, after))
    copy, faults = applied(client, edits)
    whole = [record.source.path for record in records]
    unfiltered = problems_after_edit(workspace, reading, copy, faults, whole=whole)
    # The file is not there yet, and the seal comes in the same run.
    silent = {NOT_SEALED.name, *(rule.name for rule in OF_FILES)}
    problems = tuple(problem for problem in unfiltered if problem.rule not in silent)
    return Filing(client, paper, tuple(files), tuple(edits), problems)


def file_paper(filing: Filing) -> None:
    """Write the paper beside each record, and the records: all of it, or nothing.

    Raises Refusal where a file of its name was created in the meantime, and OSError.
    """
    new = dict.fromkeys(filing.files, filing.paper.content)
    try:
        atomic.write_all(new, {edit.file: edit.after.text for edit in filing.edits})
    except FileExistsError as error:
        name = Path(error.filename2 or error.filename or filing.files[0]).name
        raise Refusal(f"{name} was created in the meantime; nothing was written") from None


def to_sign_together(
    workspace: Workspace, reference: str, slug: str | None
) -> tuple[list[str], list[str]]:
    """Return the records of an amendment that wait for signatures, and those no client sees.

    The paper that is printed for the client does not hold the latter, so they are not signed with
    it. Raises Refusal where it can't be signed as a whole.
    """
    clients = [
        (client, [r.data for r in client.records if reference_of(r.data) == reference])
        for client in ([workspace.client(slug)] if slug else workspace.clients)
    ]
    clients = [(client, records) for client, records in clients if records]
    if not clients:
        raise Refusal(f"no record has `agreement.reference: {reference}`")
    if len(clients) > 1:
        names = ", ".join(client.slug for client, _ in clients)
        raise Refusal(f"`{reference}` is an amendment of several clients, {names}: add --client")
    records = clients[0][1]
    seen = [data for data in records if not is_unseen(data)]
    undecided = [data.id for data in seen if signing_of(data) is SignatureState.UNDECIDED]
    if undecided:
        raise Refusal(
            f"`{reference}` can't be signed as a whole: {', '.join(undecided)} is not approved "
            "yet. Decide on it first, or give it another reference"
        )
    to_sign = [data.id for data in seen if signing_of(data) is SignatureState.TO_SIGN]
    if not to_sign:
        raise Refusal(f"nothing in `{reference}` waits for signatures")
    return to_sign, [data.id for data in records if is_unseen(data)]


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
            f"{data.id} has a signed copy, {agreement.signed_copy.file}, which stays: what is "
            "signed again belongs in a new record that supersedes this one"
        )
    if agreement.status is AgreementStatus.SIGNED:
        _refuse_other_words(agreement, signature)


def _refuse_other_words(agreement: Agreement, signature: Signature) -> None:
    """Refuse a paper that says something else than the signed agreement."""
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
    """Return the keys of the agreement that change. What was signed before stays as it is."""
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
        raise Refusal("the record does not name the amendment: name it with --reference")
    keys: dict[str, Value] = {"status": AgreementStatus.SIGNED}
    if signature.reference:
        keys["reference"] = signature.reference
    return keys | {"signed": signature.on, "signed_copy": copy}
