"""What a person is told of a digest: the decision behind it, or the one that it nearly is."""

from __future__ import annotations

from changebook.model import canonical
from changebook.model.diagnostics import visible
from changebook.proof.verify.lookup import Match, NearMiss


def told_of_miss(miss: NearMiss) -> tuple[str, ...]:
    """Say how a digest differs from one that people must not take for the same."""
    record = visible(f"{miss.match.id} {miss.match.title}".strip())
    number = f"{miss.distance} {'character' if miss.distance == 1 else 'characters'}"
    return (
        f"It is NOT the same as that of {record}, from which it differs by {number}.",
        "If you typed it, compare it again:",
        f"  yours  {canonical.grouped(miss.digits)}",
        f"  there  {canonical.grouped(miss.beginning)}",
    )


def told(match: Match) -> str:
    """Say all that there is to say of a digest, in one paragraph."""
    record = f"{match.id} {match.title}".strip() + f", revision {match.revision}"
    event = {"baseline": "signed"}.get(match.event or "", match.event)
    sentences = []
    if match.what == "file":
        place = f"entry {match.number}" if match.number else "not sealed"
        sentences.append(
            f"{canonical.short(match.digest)} is the signed copy of {record}, as a file: {place} "
            f"of `{match.slug}`."
        )
    elif match.what == "entry":
        sentences.append(
            f"{canonical.short(match.digest)} is entry {match.number} of `{match.slug}` with all "
            f"before it: {record}, {event} on {match.on}."
        )
    elif match.number is not None:
        sentences.append(
            f"{canonical.short(match.digest)} is {record}, {event} on {match.on}: entry "
            f"{match.number} of `{match.slug}`."
        )
    elif match.what == "asked":
        sentences.append(
            f"{canonical.short(match.digest)} is {record}, as `{match.slug}` was asked to decide "
            "on it."
        )
    else:
        sentences.append(
            f"{canonical.short(match.digest)} is {record} of `{match.slug}`, {match.what} and not "
            "sealed."
        )
    if match.number is not None:
        what = "contract" if match.what == "contract" else "record"
        same = f"The {what} is still the same." if match.holds else f"The {what} was ALTERED since."
        sentences.append(same)
    if match.imported:
        sentences.append(f"It was imported, not witnessed here: {match.imported}.")
    if match.ended:
        sentences.append(f"It was {match.ended}.")
    return " ".join(sentences)
