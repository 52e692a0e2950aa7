"""How a client answers from a page that can't receive anything: mails and forms, filled in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from changebook.schema import ChangeRecord, Profile
from changebook.words import Words


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

    def decide(self, data: ChangeRecord, digest: str) -> str | None:
        """A mail that answers the question of a record."""
        _ = self.words.gettext
        lines = [
            f"{data.id} {data.title}",
            _("Revision %(revision)s, fingerprint %(digest)s")
            % {"revision": data.revision, "digest": digest},
            "",
            _("Our decision (keep one): approve / approve in part / reject / decide later"),
            "",
            *(f"{option.id}) {option.title}" for option in data.options),
            *([""] if data.options else []),
            _("Reasons and conditions:"),
            "",
            _("Name and role:"),
        ]
        subject = _("Decision on %(id)s, revision %(revision)s: %(title)s")
        values = {"id": data.id, "revision": data.revision, "title": data.title}
        return self._mail(subject % values, lines)

    def ask(self, data: ChangeRecord) -> str | None:
        """A mail with a question about a record."""
        subject = self.words.gettext("Question on %(id)s, revision %(revision)s: %(title)s")
        values = {"id": data.id, "revision": data.revision, "title": data.title}
        return self._mail(subject % values, [])

    def request(self) -> str | None:
        """A mail that asks for a change."""
        _ = self.words.gettext
        lines: list[str] = []
        for question in (
            _("What should be different?"),
            _("Why, and how do we know?"),
            _("Which parts of the project does it touch?"),
            _("How much does it matter, and by when is it needed?"),
            _("Name and role:"),
        ):
            lines += [question, "", ""]
        subject = _("Request for a change: %(project)s") % {"project": self.profile.project}
        return self._mail(subject, lines)

    def form(self, data: ChangeRecord) -> str | None:
        """The form's address with the record's id, revision and title filled in."""
        address = self.profile.respond.form
        if address is None:
            return None
        values = {"id": data.id, "revision": str(data.revision), "title": data.title}
        return re.sub(r"\{(id|revision|title)\}", lambda m: quote(values[m[1]], safe=""), address)

    def _mail(self, subject: str, lines: list[str]) -> str | None:
        if self.email is None:
            return None
        body = quote("\r\n".join(lines), safe="")
        to = quote(self.email, safe="@")
        return f"mailto:{to}?subject={quote(' '.join(subject.split()), safe='')}" + (
            f"&body={body}" if lines else ""
        )
