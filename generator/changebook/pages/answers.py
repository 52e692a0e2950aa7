"""How a client answers from a page that can't receive anything: mails and forms, filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from changebook.model.schema import ChangeRecord, Option, Profile
from changebook.model.vocabulary import AcceptanceOutcome, Party
from changebook.model.words import Words
from changebook.pages.answer_block import DECIDES, About, AnswerKind, Block, mark

#: What mail programs take as an address; Outlook's limit, at 2,083, is the lowest.
LONGEST_ADDRESS = 1800
#: How many characters of each title are left, the more the sooner it fits.
_CUTS = (200, 60, 30, 15, 5)
#: What may stand plainly in the fields of a mail's address (RFC 6068); the rest is escaped.
_PLAIN = ":,"
_PLACEHOLDER = re.compile(r"\{(id|revision|title|digest|kind|about|option|language)\}")
_ABOUT = "{about}"


@dataclass(frozen=True)
class Ways:
    """The addresses of one answer: a mail, and a form; None where that is not set up."""

    mail: str | None
    form: str | None


@dataclass(frozen=True)
class Answers:
    """The addresses of one client's answers, filled in as far as can be."""

    words: Words
    profile: Profile

    @property
    def email(self) -> str | None:
        """Where answers go: the address for answers, or else the vendor's contact."""
        return self.profile.respond.email or self.profile.vendor.contact

    @property
    def mail(self) -> str | None:
        """A mail with nothing filled in."""
        return f"mailto:{quote(self.email, safe='@')}" if self.email else None

    @property
    def can_be_sent(self) -> bool:
        """Whether answers have an address to go to."""
        return bool(self.email or self.profile.respond.form)

    @property
    def contacts(self) -> tuple[str, ...]:
        """Whom to tell where nothing can be sent: the vendor's people, or else the vendor."""
        people = (p.name for p in self.profile.people if p.party is Party.VENDOR)
        return tuple(people) or (self.profile.vendor.name,)

    def approve(self, data: ChangeRecord, digest: str, option: Option | None = None) -> Ways:
        """Return how to approve, with one of the options if there are any.

        To choose that nothing is done is to say no, whoever asks.
        """
        if option is not None and option.nothing:
            return self._ways(data, digest, AnswerKind.REJECT, option=option)
        return self._ways(data, digest, AnswerKind.APPROVE, option=option)

    def reject(self, data: ChangeRecord, digest: str) -> Ways:
        """Return how to say no: with the option of doing nothing, where there is one."""
        nothing = next((option for option in data.options if option.nothing), None)
        return self._ways(data, digest, AnswerKind.REJECT, option=nothing)

    def defer(self, data: ChangeRecord, digest: str) -> Ways:
        """Return how to say: not now."""
        return self._ways(data, digest, AnswerKind.DEFER)

    def more_time(self, data: ChangeRecord, digest: str) -> Ways:
        """Return how to ask for more time to decide."""
        return self._ways(data, digest, AnswerKind.MORE_TIME)

    def agree(self, data: ChangeRecord, digest: str) -> Ways:
        """Return how to agree with the amendment of the contract."""
        return self._ways(data, digest, AnswerKind.APPROVE, About.AGREEMENT)

    def accept(self, data: ChangeRecord, digest: str, outcome: AcceptanceOutcome) -> Ways:
        """Return how to say whether what was built is accepted; the block's option says how."""
        refuses = outcome is AcceptanceOutcome.REFUSED
        kind = AnswerKind.REJECT if refuses else AnswerKind.APPROVE
        option = Option(id=outcome.value, title=self.words.label(outcome))
        return self._ways(data, digest, kind, About.ACCEPTANCE, option)

    def settle(self, data: ChangeRecord, digest: str) -> Ways:
        """Return how to say that an objection is settled."""
        return self._ways(data, digest, AnswerKind.APPROVE, About.OBJECTION)

    def doubt(self, data: ChangeRecord, digest: str) -> Ways:
        """Return how to object."""
        return self._ways(data, digest, AnswerKind.OBJECT)

    def ask(self, data: ChangeRecord, digest: str) -> Ways:
        """Return how to ask something."""
        return self._ways(data, digest, AnswerKind.ASK)

    def _ways(
        self,
        data: ChangeRecord,
        digest: str,
        kind: AnswerKind,
        about: About = About.DECISION,
        option: Option | None = None,
    ) -> Ways:
        """Return mail and form of an answer; `digest` is the short one, as the page shows it."""
        plain = digest.replace(" ", "")
        block = Block(data.id, kind, about, data.revision, plain, option.id if option else None)
        return Ways(self._answer(data, block, digest, option), self._form(data, block))

    def _answer(
        self, data: ChangeRecord, block: Block, digest: str, option: Option | None
    ) -> str | None:
        """Return a mail with the answer filled in; titles are cut until mail programs take it."""
        mail = None
        for length in _CUTS:
            title, chosen = _cut(data.title, length), _cut(option.title if option else "", length)
            values = {"id": data.id, "revision": data.revision, "title": title}
            whole = title == data.title and (option is None or chosen == option.title)
            lines = self.lines(block, {**values, "digest": digest, "option": chosen}, whole)
            mail = self._mail(self._meant(block)[0] % values, lines)
            if mail is None or len(mail) <= LONGEST_ADDRESS:
                break
        return mail

    def _meant(self, block: Block) -> tuple[str, str]:
        """Return the subject of an answer's mail, and what the answer says."""
        _ = self.words.gettext
        if block.kind is AnswerKind.ASK:
            subject = _("Question on %(id)s, revision %(revision)s: %(title)s")
            return subject, _("We have a question.")
        if block.kind is AnswerKind.OBJECT:
            subject = _("Objection to %(id)s, revision %(revision)s: %(title)s")
            return subject, _("We object, for the reasons given above.")
        if block.kind is AnswerKind.MORE_TIME:
            subject = _("More time for %(id)s, revision %(revision)s: %(title)s")
            return subject, _("We need more time to decide.")
        if block.about is About.AGREEMENT:
            subject = _("Amendment for %(id)s, revision %(revision)s: %(title)s")
            return subject, _("We agree to the contract amendment.")
        if block.about is About.ACCEPTANCE:
            subject = _("Acceptance of %(id)s, revision %(revision)s: %(title)s")
            if block.kind is AnswerKind.REJECT:
                return subject, _("We do not accept what was built, for the reasons given above.")
            if block.option == AcceptanceOutcome.WITH_DEFECTS:
                return subject, _("We accept what was built, with the defects listed above.")
            return subject, _("We accept what was built.")
        if block.about is About.OBJECTION:
            subject = _("Objection settled on %(id)s, revision %(revision)s: %(title)s")
            return subject, _("We consider the objection settled.")
        subject = _("Decision on %(id)s, revision %(revision)s: %(title)s")
        if block.kind is AnswerKind.REJECT:
            chosen = _("We do not approve the change, and choose “%(option)s”.")
            return subject, chosen if block.option else _("We do not approve the change.")
        if block.kind is AnswerKind.DEFER:
            return subject, _("We do not want to decide on this change now.")
        chosen = _("We approve the option “%(option)s”.")
        return subject, chosen if block.option else _("We approve.")

    def lines(self, block: Block, values: Mapping[str, object], whole: bool = True) -> list[str]:
        """Return the lines of an answer's mail.

        `values` are id, revision, title, digest and option.
        """
        _ = self.words.gettext
        counts = _(
            "This e-mail is only a message. The decision counts once it is recorded in the log."
        )
        return [
            mark(
                _("Please write below this line, and say until when")
                if block.kind in (AnswerKind.DEFER, AnswerKind.MORE_TIME)
                else _("Please write below this line")
            ),
            "",
            "",
            mark(_("Please leave the rest as it is")),
            f"{values['id']} {values['title']}",
            _("Revision %(revision)s, fingerprint %(digest)s") % values,
            self._meant(block)[1] % values,
            *([counts] if block.kind in DECIDES and block.about is About.DECISION else []),
            *([] if whole else [_("Titles are shortened here; the page has all of them.")]),
            *block.lines(),
            mark(_("End")),
        ]

    @property
    def questions(self) -> tuple[str, ...]:
        """What a request should answer: the profile's own questions, or the usual ones."""
        _ = self.words.gettext
        return self.profile.request.questions or (
            _("What should change?"),
            _("Why, and what is the evidence?"),
            _("Which parts of the project does it affect?"),
            _("How important is it, and when is it needed?"),
        )

    def request(self) -> str | None:
        """Return a mail that asks for a change."""
        _ = self.words.gettext
        lines: list[str] = []
        for question in (*self.questions, _("Name and role:")):
            lines += [" ".join(question.split()), "", ""]
        subject = _("Request for a change: %(project)s") % {"project": self.profile.project}
        return self._mail(subject, lines, self.profile.request.email)

    def _form(self, data: ChangeRecord, block: Block) -> str | None:
        """Return the form's address with what is known of the answer filled in.

        None where it can't say what is approved or refused, and a mail can: a signature would
        arrive as the approval of the change.
        """
        address = self.profile.respond.form
        if address is None:
            return None
        other = block.about is not About.DECISION and block.kind in DECIDES
        if other and _ABOUT not in address and self.email:
            return None
        values = {
            "id": data.id,
            "revision": str(data.revision),
            "title": data.title,
            "digest": block.digest or "",
            "kind": block.kind,
            "about": block.about,
            "option": block.option or "",
            "language": self.words.language,
        }
        return _PLACEHOLDER.sub(lambda found: quote(values[found[1]], safe=""), address)

    def _mail(self, subject: str, lines: list[str], to: str | None = None) -> str | None:
        address = to or self.email
        if address is None:
            return None
        body = quote("\r\n".join(lines), safe=_PLAIN)
        to = quote(address, safe="@")
        return f"mailto:{to}?subject={quote(' '.join(subject.split()), safe=_PLAIN)}" + (
            f"&body={body}" if lines else ""
        )


def _cut(text: str, length: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else f"{text[:length].rstrip()}\N{HORIZONTAL ELLIPSIS}"
