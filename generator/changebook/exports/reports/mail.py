"""A report as an email that is ready to send: it opens in an email program as a draft.

It carries no day and no id of its own: the program that sends it gives it both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from changebook.exports.reports.documents import Document
from changebook.model.schema import Profile
from changebook.pages.rendering import one_line
from changebook.refusal import Refusal

#: No base64 or quoted-printable has a line that begins so (RFC 2045, 6.7), so no part can either.
_BOUNDARY = "=_changebook_{}_="


@dataclass(frozen=True)
class MailAddresses:
    """From whom an email goes to whom; None where the program that sends it shall say."""

    sender: Address | None
    to: tuple[Address, ...] = ()


def addresses(profile: Profile, sender: str | None, to: Sequence[str]) -> MailAddresses:
    """Return sender and receivers; the vendor's contact sends by default. Raises Refusal."""
    if sender:
        own = _address(sender)
    elif profile.vendor.contact:
        own = _address(profile.vendor.contact, profile.vendor.name)
    else:
        own = None
    return MailAddresses(own, tuple(_address(text) for text in to))


def _address(text: str, name: str = "") -> Address:
    """Return an address as a header of an email holds it: `name@host`, or `Name <name@host>`."""
    rest = text.strip()
    if rest.endswith(">") and "<" in rest:
        name, _, rest = rest[:-1].rpartition("<")
    try:
        address = Address(one_line(name).strip('" '), addr_spec=rest.strip())
        rest.encode("ascii")
    except (MessageError, ValueError, IndexError):
        address = None
    if address is None or not address.username or not address.domain:
        raise Refusal(f"{text} is not an email address like name@host.example")
    return address


def draft(by: MailAddresses, subject: str) -> EmailMessage:
    """Return a mail that opens in a mail program as one to be sent."""
    mail = EmailMessage(SMTP.clone(cte_type="7bit"))
    mail["X-Unsent"] = "1"
    if by.sender:
        mail["From"] = by.sender
    if by.to:
        mail["To"] = by.to
    mail["Subject"] = subject
    return mail


def as_mail(document: Document, by: MailAddresses) -> bytes:
    """Write the mail: text and HTML of the same words, the HTML with its pictures."""
    profile = document.edition.profile
    mail = draft(by, one_line(f"{profile.project} · {document.title}"))
    # Encoded in any case, so that a boundary can't stand in a text.
    mail.set_content(document.text(), charset="utf-8", cte="quoted-printable")
    ids = {name: _content_id(picture.png) for name, picture in document.pictures.items()}
    html = document.html(lambda name: f"cid:{ids[name]}")
    mail.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    *_, shown = mail.iter_parts()
    # Two rows with the same picture have one.
    for cid, name in {cid: name for name, cid in ids.items()}.items():
        shown.add_related(
            document.pictures[name].png,
            "image",
            "png",
            cid=f"<{cid}>",
            disposition="inline",
            filename=f"{name}.png",
        )
    shown.set_param("type", "text/html")  # of a related part: RFC 2387, 3.1
    for number, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary(_BOUNDARY.format(number))
    mail["Content-Language"] = profile.language
    return mail.as_bytes()


def _content_id(content: bytes) -> str:
    """Return the id of a part, made from what it holds: the same report is the same mail."""
    return f"{hashlib.sha256(content).hexdigest()[:20]}@changebook"
