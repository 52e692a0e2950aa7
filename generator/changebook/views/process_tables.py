"""Who decides and whom to ask, as tables of the page on how changes work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from changebook.model.schema import Person, Profile
from changebook.model.table import Column, Format, Medium, Table
from changebook.model.vocabulary import Party
from changebook.model.words import Words
from changebook.views.approvals import ApprovalPhrases, RuleRow


def rules(profile: Profile, words: Words) -> Table[RuleRow]:
    """Return who must approve what, in the order in which the rules are tried."""
    _ = words.gettext
    columns: tuple[Column[RuleRow], ...] = (
        Column(_("Changes"), lambda rule: rule.changes, on=Medium.PAGE),
        Column(_("Who must approve"), lambda rule: rule.who, Format.WORD, on=Medium.PAGE),
    )
    return Table(_("Who must approve"), columns, ApprovalPhrases(words, profile).rules())


def people(listed: Iterable[Person], words: Words) -> Table[Person]:
    _ = words.gettext
    columns: tuple[Column[Person], ...] = (
        Column(_("Name"), lambda person: person.name, on=Medium.PAGE),
        Column(_("Role"), lambda person: person.role, Format.WORD, on=Medium.PAGE),
    )
    return Table(_("Who decides"), columns, tuple(listed))


@dataclass(frozen=True)
class Contact:
    """Whom to ask about what; the vendor itself has an address, its people have the vendor."""

    name: str
    role: str | None
    at: str | None


def contacts(profile: Profile, words: Words) -> Table[Contact]:
    """Return whom to ask, the vendor first."""
    _, vendor = words.gettext, profile.vendor.name
    columns: tuple[Column[Contact], ...] = (
        Column(_("Name"), lambda contact: contact.name, on=Medium.PAGE),
        Column(_("Role"), lambda contact: contact.role, Format.WORD, on=Medium.PAGE),
        Column(_("Contact"), lambda c: c.at, Format.WORD, on=Medium.PAGE, name="contact"),
    )
    own = (person for person in profile.people if person.party is Party.VENDOR)
    rows = (
        Contact(vendor, _("Changes and questions"), None),
        *(Contact(person.name, person.role, vendor) for person in own),
    )
    return Table(_("Who to contact"), columns, rows)
