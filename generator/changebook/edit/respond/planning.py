"""What an answer would do to its record: made on a copy, and checked there.

An answer is never a decision. An approval becomes a communication with a proposal, and the step to
the decision is left to a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from changebook import packaged
from changebook.check.approvers import listed
from changebook.check.known import problems_after_edit
from changebook.edit.edits import Edit, applied, person, record_text, refuse_archived
from changebook.edit.manuscript import Manuscript
from changebook.edit.respond.reading import Reading, named
from changebook.edit.respond.text import is_forward
from changebook.edit.respond.written_day import written_day
from changebook.edit.yaml_text import Value
from changebook.edition.editions import make_edition
from changebook.model.approval import Approvals, approvals
from changebook.model.canonical import grouped
from changebook.model.diagnostics import Problem, visible
from changebook.model.schema import ChangeRecord, Decider, Decision, Option, TeamPerson
from changebook.model.suggestion import nearest
from changebook.model.sums import asked
from changebook.model.vocabulary import (
    ENDED,
    AcceptanceOutcome,
    Audience,
    Channel,
    ObjectionOutcome,
    Outcome,
    Status,
)
from changebook.model.words import Words
from changebook.pages.answer_block import DECIDES, About, AnswerKind, Block
from changebook.pages.answers import Answers
from changebook.read.workspace import Client, Workspace
from changebook.refusal import Refusal
from changebook.views.approvals import of_option
from changebook.views.record import digest
from changebook.views.waiting import unsigned_agreement

#: Where an entry keeps which mail it came from: a key of one's own, which no page shows.
MESSAGE_ID = "x-message-id"
#: A longer text is a document, which nobody reads on a page.
LONGEST = 4000
_NO_PROPOSAL = "it is kept as a communication, not as a proposal"


class AnswerEntry(Enum):
    OBJECTION = "objection"
    TALK = "communication"
    PROPOSAL = "proposed decision"


@dataclass(frozen=True)
class Said:
    """What the person at the terminal says instead of the mail; None where the mail counts."""

    id: str | None = None
    kind: AnswerKind | None = None
    by: str | None = None
    on: date | None = None
    words: str | None = None


@dataclass(frozen=True)
class NextCommand:
    """A command that follows an answer, once somebody has read it, and what it is for."""

    purpose: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Response:
    """An answer on a copy. `edit` is None where the mail had been taken over before, in `place`.

    `warnings` are what whoever looks at it must know, `next_` and `commands` what follows.
    """

    entry: AnswerEntry
    id: str
    person: TeamPerson
    on: date
    place: str
    edit: Edit | None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()
    next_: tuple[str, ...] = ()
    commands: tuple[NextCommand, ...] = ()


def respond(
    workspace: Workspace,
    known: Sequence[Problem],
    reading: Reading,
    path: str,
    said: Said,
    now: datetime | None = None,
) -> Response:
    """Try the answer in the mail `path` on a copy. Raises Refusal where it can't be taken over.

    `known` are the problems of reading the workspace. A mail from a day after `now` was sent by a
    wrong clock.
    """
    id, block = _record_of(workspace, reading, path, said)
    client, record = workspace.record(id)
    refuse_archived(client)
    person, doubts = _person(client, reading, path, said)
    on = _day(client, reading, path, said, now)
    outdated = _outdated(client, record.data, block, path)
    answer = _Answer(client, record.data, reading, path, said, block, person, on, outdated)
    entry = answer.entry()
    if earlier := next(_taken_over(workspace, reading.letter.message_id), None):
        if options := earlier.contradicted(said, entry):
            raise Refusal(
                f"{path} was already copied into {earlier.place}, which differs from "
                f"{options}: change it there"
            )
        return Response(entry, id, person, on, earlier.place, None)
    before = record_text(record)
    edit = Edit(record.file, before, answer.written(before, entry, on))
    return Response(
        entry,
        id,
        person,
        on,
        record.source.path,
        edit,
        tuple(problems_after_edit(workspace, known, *applied(client, (edit,)))),
        (*answer.warnings(entry), *doubts),
        tuple(answer.next_(entry, on)),
        tuple(answer.commands(entry, on)),
    )


def _record_of(
    workspace: Workspace, reading: Reading, path: str, said: Said
) -> tuple[str, Block | None]:
    """Return the id of the record that is answered, and the block about it."""
    ids = named(reading)
    if said.id:
        block = next((block for block in reading.blocks if block.id == said.id), None)
        if reading.blocks and block is None:
            raise Refusal(f"{path} answers {_or(ids)}, not {said.id}: leave --record out")
        return said.id, block
    if not ids:
        raise Refusal(f"{path} names no record: say which one it answers with --record ID")
    if len(ids) > 1:
        raise Refusal(f"{path} names {_or(ids)}: say which one it answers with --record ID")
    known = [record.data.id for client in workspace.clients for record in client.records]
    if ids[0] not in known:
        near = nearest(ids[0], known)
        hint = f"did you mean --record {near}?" if near else "say which one with --record ID"
        raise Refusal(f"{path} names {ids[0]}, which no record has as its id: {hint}")
    return ids[0], next(iter(reading.blocks), None)


def _or(words: Sequence[str]) -> str:
    return " and ".join(words)


def _person(
    client: Client, reading: Reading, path: str, said: Said
) -> tuple[TeamPerson, tuple[str, ...]]:
    """Return who in the client's profile wrote the mail, and what speaks against it."""
    people = client.profile.people
    if said.by:
        return person(client, said.by), ()
    address = reading.address.casefold()
    for each in people:
        if address and each.email and each.email.casefold() == address:
            return each, ()
    written = _names(reading.name)
    known = next((p for p in people if written.intersection(map(_folded, p.names))), None)
    if known is None:
        who = visible(f"{reading.name} <{reading.address}>" if reading.address else reading.name)
        raise Refusal(
            f"{path} is by {who or 'nobody that it names'}, whom {client.source.path} does not "
            "know: say who it is with --by NAME, or add the person, with `email`, to `people:`"
        )
    shown = visible(reading.address)
    came = f"the mail came from {shown}" if shown else "the mail names no address"
    if known.email and shown:
        return known, (f"{known.name} has another address in client.md than {shown}",)
    return known, (f"{known.name} is known by name alone; {came}",)


def _folded(name: str) -> str:
    return " ".join(re.sub(r"[\"'(（].*?[\"')）]", " ", name).split()).casefold()


def _names(name: str) -> set[str]:
    """Return the ways in which a mail program may write a name, such as `Coles, Harriet`."""
    last, comma, first = name.partition(",")
    written = {_folded(name), " ".join(name.split()).casefold()}
    return written | {_folded(f"{first} {last}")} if comma else written


def _day(client: Client, reading: Reading, path: str, said: Said, now: datetime | None) -> date:
    """Return the day on which the answer was written, where the client is."""
    if said.on:
        return said.on
    zone = ZoneInfo(client.profile.timezone)
    sent = _in_zone(reading.letter.sent, zone)
    if reading.passed_on_by is None:
        if sent is None:
            raise Refusal(f"{path} has no readable date: say the day with --on DATE")
        on = sent
    else:
        on = _day_passed_on(reading, path, zone, sent)
    if now and on > now.astimezone(zone).date():
        raise Refusal(f"{path} is dated {on}, which is in the future: say the day with --on DATE")
    return on


def _in_zone(moment: datetime | None, zone: ZoneInfo) -> date | None:
    try:
        return moment and moment.astimezone(zone).date()
    except OverflowError:
        return None


def _day_passed_on(reading: Reading, path: str, zone: ZoneInfo, sent: date | None) -> date:
    """Return the day of an answer that was passed on, as the text above it says."""
    ask = "say with --on DATE on which day the answer was written"
    text = visible(reading.written)
    if not text:
        raise Refusal(f"{path} passes an answer on without its date: {ask}")
    on = written_day(reading.written, zone)
    if on is None:
        raise Refusal(
            f"{path} passes on an answer of `{text}`, which is not one day beyond doubt: {ask}"
        )
    if sent and on > sent:
        raise Refusal(
            f"{path} was sent on {sent}, and passes on an answer of `{text}`, which is later: {ask}"
        )
    return on


@dataclass(frozen=True)
class _Earlier:
    """An entry of the list `key` that came from a mail before, and where it is."""

    place: str
    key: str
    entry: Mapping[str, Any]

    @property
    def became(self) -> AnswerEntry:
        if self.key == "objections":
            return AnswerEntry.OBJECTION
        return AnswerEntry.PROPOSAL if "proposes" in self.entry else AnswerEntry.TALK

    def contradicted(self, said: Said, meant: AnswerEntry) -> str:
        """Return the options that the entry does not go by; `meant` is what it would become now."""
        entry = self.entry
        text = str(entry.get("concern") or entry.get("summary") or "")
        is_other = {
            "--as": said.kind and meant is not self.became,
            "--by": said.by and said.by not in (entry.get("by"), *(entry.get("with") or ())),
            "--on": said.on and said.on.isoformat() != entry.get("on"),
            "--words": said.words and said.words.strip() not in text,
        }
        return " and ".join(option for option, other in is_other.items() if other)


def _taken_over(workspace: Workspace, message_id: str) -> Iterator[_Earlier]:
    """Return the entries that came from the mail."""
    for client in workspace.clients:
        for record in client.records:
            for key in ("objections", "communications"):
                entries: Any = record.source.data.get(key)
                for number, entry in enumerate(entries if isinstance(entries, list) else ()):
                    if isinstance(entry, dict) and entry.get(MESSAGE_ID) == message_id:
                        line = record.source.place(key, number).line
                        yield _Earlier(f"{record.source.path}:{line}", key, entry)


def _outdated(client: Client, data: ChangeRecord, block: Block | None, path: str) -> str | None:
    """Return what of the record was read and is no longer so; None where nothing is."""
    edition = make_edition(client, Audience.CLIENT, date.max)
    seen = next((each for each in edition.records if each.data.id == data.id), None)
    if seen is None:
        raise Refusal(
            f"{path} answers {data.id}, which is internal or a draft: the client never saw it. "
            "Write what was said below `internal:` by hand"
        )
    if block is None:
        return None
    if block.revision not in (None, data.revision):
        return f"revision {block.revision}; it is revision {data.revision} now"
    now = digest(seen).replace(" ", "")
    if block.digest and not block.digest.startswith(now):
        return f"fingerprint {block.digest}; what is asked for was changed since"
    return None


@dataclass(frozen=True)
class _Answer:
    """An answer beside the record that it is about."""

    client: Client
    data: ChangeRecord
    reading: Reading
    path: str
    said: Said
    block: Block | None
    person: TeamPerson
    on: date
    outdated: str | None

    @property
    def words(self) -> Words:
        """The words of the client's language."""
        return Words(self.client.profile.language, packaged.own_templates(self.client.root))

    @property
    def kind(self) -> AnswerKind:
        """What it is meant to be. A block that is only quoted was answered before."""
        if self.said.kind:
            return self.said.kind
        return self.block.kind if self.block and not self.reading.is_quoted else AnswerKind.ASK

    @property
    def about(self) -> About:
        return self.block.about if self.block else About.DECISION

    @property
    def waits(self) -> bool:
        """Whether the record waits for a decision, so that one can be proposed."""
        return self.data.awaits_decision

    @property
    def outcome(self) -> Outcome:
        """The decision that it announces: to choose that nothing is done is to say no."""
        option = self._option()
        if self.kind is AnswerKind.DEFER:
            return Outcome.DEFERRED
        says_no = self.kind is AnswerKind.REJECT or (option is not None and option.nothing)
        return Outcome.REJECTED if says_no else Outcome.APPROVED

    def entry(self) -> AnswerEntry:
        """Return what it becomes. Raises Refusal for what has no place in the record as it is."""
        data = self.data
        over = f"{self.path}: {data.id} is `{data.status}`"
        aside = "to keep the mail as a communication, use --as ask"
        if self.kind is AnswerKind.OBJECT:
            if data.status in ENDED:
                raise Refusal(f"{over}, so it is too late to object: {aside}")
            return AnswerEntry.OBJECTION
        if self.kind in (AnswerKind.ASK, AnswerKind.MORE_TIME) or self.about is not About.DECISION:
            return AnswerEntry.TALK
        if not self.waits:
            raise Refusal(f"{over} and does not wait for a decision: {aside}")
        if self.kind is AnswerKind.DEFER and data.undecided_emergency:
            raise Refusal(f"{over}: work has begun, so it can't be deferred: {aside}")
        counts = self.person.may_approve(self.on) and not self.outdated and not self._idle()
        return AnswerEntry.PROPOSAL if counts else AnswerEntry.TALK

    def _approvals(self, *, with_this: bool = False) -> Approvals:
        """Return the approvals of what is answered: of its option, where one is chosen."""
        data, option = self.data, self._option()
        decision = data.decision or Decision()
        if with_this:
            shown = self.person.model_dump(include={"name", "role", "party"})
            by = (*decision.approved_so_far, Decider(**shown, on=self.on))
            data = data.model_copy(update={"decision": decision.model_copy(update={"by": by})})
        profile = self.client.profile
        if option and not decision.option:
            return of_option(data, option, profile, self.on)
        return approvals(data, profile, self.on)

    def _idle(self) -> str:
        """Return why an approval changes nothing: it is there already, or nobody needs it."""
        before = self.data.decision.approved_so_far if self.data.decision else ()
        if self.outcome is not Outcome.APPROVED or not self.person.may_approve(self.on):
            return ""
        if given := next((each for each in before if each.name in self.person.names), None):
            return f"{self.person.name} has approved it already, on {given.on}"
        counted = self._approvals(with_this=True)
        if any(each.given and each.given.name == self.person.name for each in counted.given):
            return ""
        return f"the approval of {self.person.name} is not needed"

    def warnings(self, entry: AnswerEntry) -> Iterator[str]:
        """Yield what the mail alone does not tell."""
        if self.outdated:
            kept = f": {_NO_PROPOSAL}" if self._falls_short(entry) else ""
            yield f"the mail is about {self.outdated}{kept}"
        elif self._falls_short(entry):
            why = self._idle() or f"{self.person.name} may not approve on {self.on}"
            yield f"{why}: {_NO_PROPOSAL}"
        if self.block is None:
            yield "the mail does not say which revision was read"
            if is_forward(self.reading.letter.lines):
                yield (
                    "the mail passes another one on, whose words and day are left out "
                    "(--by, --on and --words say them)"
                )
        elif self.reading.is_quoted and not self.said.kind:
            yield "the mail only quotes an answer: kept as a communication (--as changes that)"
        if self.about is About.ACCEPTANCE:
            if self.data.status is not Status.IMPLEMENTED:
                yield f"the record is `{self.data.status}`, so there is nothing to accept"
        elif self.block and self.block.option and not self._named():
            yield f"the record has no option `{visible(self.block.option)}`"
        elif self.block and self.block.option and not self._option():
            named = visible(self.block.option)
            yield f"option `{named}` is left out: a rejection does not choose it"
        if among := self._written_among_filled_in():
            yield f"written between the filled-in lines and left out: {among}"
        if self.reading.passed_on_by:
            yield (
                f"{visible(self.reading.passed_on_by)} passed the answer on in the text of a mail: "
                "who wrote it and when is what that text says (--by and --on correct it)"
            )

    def _written_among_filled_in(self) -> str:
        """Return what a person wrote between the lines that the page filled in."""
        if self.block is None:
            return ""
        title = next((o.title for o in self.data.options if o.id == self.block.option), "")
        if self.about is About.ACCEPTANCE:
            title = self.words.label(self._acceptance())
        values = {
            "id": self.data.id,
            "revision": self.block.revision,
            "title": " ".join(self.data.title.split()),
            "digest": grouped(self.block.digest or ""),
            "option": " ".join(title.split()),
        }
        page = Answers(self.words, self.client.profile)
        known = "".join("".join(page.lines(self.block, values, whole)) for whole in (True, False))
        spaceless = "".join(known.split())
        return visible(
            " ".join(
                line
                for line in self.reading.filled_in
                # A title that was cut ends with an ellipsis.
                if any("".join(p.split()) not in spaceless for p in line.split("\u2026"))
            )
        )

    def _falls_short(self, entry: AnswerEntry) -> bool:
        asked = self.kind in DECIDES and self.about is About.DECISION
        return asked and entry is not AnswerEntry.PROPOSAL

    def _acceptance(self) -> AcceptanceOutcome:
        """Return what an answer says of what was built."""
        if self.kind is AnswerKind.REJECT:
            return AcceptanceOutcome.REFUSED
        chosen = self.block.option if self.block else None
        is_with_defects = chosen == AcceptanceOutcome.WITH_DEFECTS
        return AcceptanceOutcome.WITH_DEFECTS if is_with_defects else AcceptanceOutcome.ACCEPTED

    def _named(self) -> Option | None:
        """Return the option that the answer names, where the record has it."""
        chosen = self.block.option if self.block else None
        return next((option for option in self.data.options if option.id == chosen), None)

    def _option(self) -> Option | None:
        """Return the option that was chosen: no decision is one for what it is not about."""
        option = self._named()
        is_not_meant = self.kind is AnswerKind.REJECT and option and not option.nothing
        is_not_meant = is_not_meant or self.about is not About.DECISION
        return None if is_not_meant else option

    def written(self, text: Manuscript, entry: AnswerEntry, on: date) -> Manuscript:
        """Return the record with the answer as its last objection or talk."""
        if entry is AnswerEntry.OBJECTION:
            objection: dict[str, Value] = {
                "by": self.person.name,
                "party": self.person.party,
                "on": on,
                "concern": self._words(),
                "outcome": ObjectionOutcome.OPEN,
                MESSAGE_ID: self.reading.letter.message_id,
            }
            return text.append(("objections",), objection)
        talk: dict[str, Value] = {
            "on": on,
            "channel": Channel.EMAIL,
            "with": [self.person.name],
            "summary": self._words(),
        }
        if entry is AnswerEntry.PROPOSAL:
            option = self._option()
            chosen: dict[str, Value] = {"option": option.id} if option else {}
            revision = self.data.revision
            talk["proposes"] = {"outcome": self.outcome, **chosen, "revision": revision}
        talk[MESSAGE_ID] = self.reading.letter.message_id
        return text.append(("communications",), talk)

    def _words(self) -> str:
        """Return the sender's words; an approval without any says what was chosen."""
        words = (self.said.words or self.reading.words).strip()
        if len(words) > LONGEST:
            raise Refusal(
                f"{self.path} holds {len(words)} characters, more than the {LONGEST} of a "
                "communication: sum it up with --words TEXT"
            )
        stated = self._stated() if self.kind in (*DECIDES, AnswerKind.MORE_TIME) else ""
        if not words and not stated:
            raise Refusal(
                f"{self.path} has no words of its sender: say what they want with --words TEXT"
            )
        return "\n\n".join(text for text in (stated, words) if text)

    def _stated(self) -> str:
        """Return what an approval states, in the client's language."""
        _ = self.words.gettext
        if self.about is About.AGREEMENT:
            return _("Agrees to the contract amendment.")
        if self.about is About.ACCEPTANCE:
            return {
                AcceptanceOutcome.ACCEPTED: _("Accepts what was built."),
                AcceptanceOutcome.WITH_DEFECTS: _("Accepts what was built, with defects."),
                AcceptanceOutcome.REFUSED: _("Does not accept what was built."),
            }[self._acceptance()]
        if self.about is About.OBJECTION:
            return _("Considers the objection settled.")
        until = self.block.until if self.block else None
        day = {"day": self.words.date(until)} if until else {}
        if self.kind is AnswerKind.MORE_TIME:
            text = _("Asks for more time to decide, until %(day)s.")
            return text % day if day else _("Asks for more time to decide.")
        option, says_no = self._option(), self.outcome is Outcome.REJECTED
        if self.outdated and self.kind is not AnswerKind.DEFER:
            return (
                _("Does not approve an earlier version of this change.")
                if says_no
                else _("Approves an earlier version of this change.")
            )
        if self.kind is AnswerKind.DEFER:
            text = _("Does not want to decide now, and defers this change until %(day)s.")
            return text % day if day else _("Does not want to decide now, and defers this change.")
        if says_no:
            chosen = _("Does not approve this change, and chooses “%(option)s”.")
            return (
                chosen % {"option": option.title} if option else _("Does not approve this change.")
            )
        if option:
            return _("Approves the option “%(option)s”.") % {"option": option.title}
        return _("Approves this change.")

    def commands(self, entry: AnswerEntry, on: date) -> Iterator[NextCommand]:
        """Yield the commands that do what the answer asks for."""
        if entry is AnswerEntry.PROPOSAL:
            yield NextCommand("to record it as the decision", tuple(self._decide(on)))
        elif entry is AnswerEntry.OBJECTION:
            yield NextCommand("once it is settled", self._settle(len(self.data.objections)))
        elif self.kind in DECIDES and self.about is About.ACCEPTANCE:
            if self._acceptance() is AcceptanceOutcome.REFUSED:
                back = ("changebook", "advance", self.data.id, Status.IMPLEMENTING)
                yield NextCommand("to take it back to work", (*back, "--note", self._stated()))
            yield NextCommand("to record it", tuple(self._accept(on)))
        elif self.kind is AnswerKind.APPROVE and self.about is About.AGREEMENT:
            if unsigned_agreement(self.data):
                yield NextCommand("once both sides have signed", tuple(self._sign(on)))
        elif self.kind is AnswerKind.MORE_TIME and self.waits:
            if until := self.block.until if self.block else None:
                words = ("changebook", "note", self.data.id, "due", f"{until}")
                yield NextCommand("if you agree", words)
        elif self.kind is AnswerKind.APPROVE and self.about is About.OBJECTION:
            own = [
                n for n in self._open_objections() if self.data.objections[n].by == self.person.name
            ]
            yield NextCommand("if it is settled", self._settle(own[-1] if own else None))

    def _accept(self, on: date) -> Iterator[str]:
        outcome = self._acceptance()
        yield from ("changebook", "note", self.data.id, "acceptance", outcome)
        yield from ("--by", self.person.name, "--on", f"{on}")
        words = " ".join((self.said.words or self.reading.words).split())
        if outcome is AcceptanceOutcome.WITH_DEFECTS:
            yield from ("--defect", words or self._stated())
        elif words:
            yield from ("--remarks", words)

    def _sign(self, on: date) -> Iterator[str]:
        yield from ("changebook", "note", self.data.id, "signed", "--on", f"{on}")
        if not (self.data.agreement and self.data.agreement.reference):
            yield from ("--reference", f"{self.client.profile.contract.reference} {self.data.id}")

    def _accepts_with_defects(self) -> bool:
        is_answer = self.kind in DECIDES and self.about is About.ACCEPTANCE
        return is_answer and self._acceptance() is AcceptanceOutcome.WITH_DEFECTS

    def _open_objections(self) -> list[int]:
        objections = enumerate(self.data.objections)
        return [n for n, each in objections if each.outcome is ObjectionOutcome.OPEN]

    def _settle(self, which: int | None) -> tuple[str, ...]:
        """Return the command that settles an objection, by its number where others are open."""
        is_only = {*self._open_objections(), which} <= {which}
        number = () if which is None or is_only else (str(which + 1),)
        return ("changebook", "note", self.data.id, "settled", *number, "--outcome", "accepted")

    def _decide(self, on: date) -> Iterator[str]:
        """Yield the words of the command with which the proposal becomes a decision."""
        option, approves = self._option(), self.outcome is Outcome.APPROVED
        yield from ("changebook", "advance", self.data.id, self.outcome, "--on", f"{on}")
        yield from ("--by", self.person.name)
        if option:
            yield from ("--option", option.id)
            if option.amount is not None and approves:
                yield from ("--amount", f"{option.amount:f}")
        if self.data.decision is None or self.data.decision.rationale is None:
            yield from ("--rationale", self._stated())
        if self.outcome is Outcome.DEFERRED and self.block and self.block.until:
            yield from ("--review", f"{self.block.until}")
        if self.data.agreement is None and approves:
            priced = (option.amount if option else None) or asked(self.data, self.client.profile)
            yield from ("--agreement", "drafting" if priced else "not-required")

    def next_(self, entry: AnswerEntry, on: date) -> Iterator[str]:
        """Yield what follows, once somebody has read the mail."""
        if self.kind is AnswerKind.MORE_TIME:
            if self.waits and not (self.block and self.block.until):
                yield (
                    "the mail names no day in its block; once you agree on one: "
                    f"changebook note {self.data.id} due DATE"
                )
        elif entry is AnswerEntry.PROPOSAL and self.outcome is Outcome.DEFERRED:
            if not (self.block and self.block.until):
                yield "the mail names no day in its block: add --review DATE, as its words say"
        elif entry is AnswerEntry.PROPOSAL and self.outcome is Outcome.APPROVED:
            ways = [option.id for option in self.data.options if not option.nothing]
            if len(self.data.options) > 1 and ways and not (self._option() or self.data.chosen):
                yield f"the mail names no option: add --option {' or --option '.join(ways)}"
            if missing := self._approvals(with_this=True).missing:
                yield f"still to approve after it: {listed(missing)}"
        elif entry is not AnswerEntry.OBJECTION and self._accepts_with_defects():
            yield "the mail's words are one defect below: name each with a --defect of its own"
