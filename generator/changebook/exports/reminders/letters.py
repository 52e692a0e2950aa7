"""A reminder as a letter: Markdown, JSON, and an email that opens as a draft."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from changebook.edition import urls
from changebook.edition.editions import Edition
from changebook.exports.reminders.shape import ReminderItemJson, ReminderJson
from changebook.exports.reports.documents import without_gaps
from changebook.exports.reports.mail import addresses, draft
from changebook.pages.literal import literal
from changebook.pages.rendering import environment, one_line
from changebook.views.reminders import Reminder, ReminderItem


@dataclass(frozen=True)
class ReminderLetter:
    """One person's reminder. `email` is the person's own: the edition does not have it."""

    edition: Edition
    reminder: Reminder
    email: str | None

    @property
    def subject(self) -> str:
        """What the mail is about: how much waits, and how much of it is late."""
        words, items = self.edition.words, self.reminder.items
        late = sum(item.overdue for item in items)
        waits = words.ngettext(
            "%(num)s item is waiting for you.", "%(num)s items are waiting for you.", len(items)
        ) % {"num": len(items)}
        text = words.gettext("%(name)s: %(text)s") % {
            "name": self.edition.profile.project,
            "text": waits,
        }
        if late:
            overdue = words.ngettext("%(num)s is overdue.", "%(num)s are overdue.", late)
            text += words.gap + overdue % {"num": late}
        return one_line(text)

    def markdown(self) -> str:
        """Write Markdown in which no text of a record can act."""
        return self._text(literal, heading="## ")

    def mail(self, sender: str | None) -> bytes:
        """Write the mail. Raises Refusal for an address that is none."""
        to = [f"{self.reminder.name} <{self.email}>"] if self.email else []
        by = addresses(self.edition.profile, sender, to)
        mail = draft(by, self.subject)
        mail.set_content(self._text(one_line, heading=""), charset="utf-8", cte="quoted-printable")
        mail["Content-Language"] = self.edition.profile.language
        return mail.as_bytes()

    def shape(self) -> ReminderJson:
        profile, reminder = self.edition.profile, self.reminder
        items = tuple(
            ReminderItemJson(
                kind=item.kind,
                id=item.id,
                title=item.title,
                text=item.text,
                since=item.since,
                due=item.due,
                overdue=item.overdue,
                address=self._address(item),
            )
            for item in reminder.items
        )
        return ReminderJson(
            client=self.edition.slug,
            name=reminder.name,
            role=reminder.role,
            email=self.email,
            language=profile.language,
            on=self.edition.as_of,
            items=items,
        )

    def _text(self, t: Callable[[str], str], heading: str) -> str:
        edition = self.edition
        folders = (edition.templates,) if edition.templates else ()
        template = environment(edition.profile.language, folders, "mail").overlay(autoescape=False)
        text = template.get_template("reminder.md.j2").render(
            t=t,
            heading=heading,
            subject=self.subject,
            profile=edition.profile,
            as_of=edition.as_of,
            reminder=self.reminder,
            address=self._address,
        )
        return without_gaps(text)

    def _address(self, item: ReminderItem) -> str | None:
        site = self.edition.site_url
        return urls.absolute(site, urls.record(item.id), item.place) if site else None
