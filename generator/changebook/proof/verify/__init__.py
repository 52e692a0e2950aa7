"""Whether the seals of a workspace hold, since when they do not, and what is behind a digest."""

from changebook.proof.verify.lookup import Match, NearMiss, look_up, look_up_imported, near_misses
from changebook.proof.verify.printed import digits
from changebook.proof.verify.soundness import Chain, Verification, verify
from changebook.proof.verify.telling import told, told_of_miss

__all__ = [
    "Chain",
    "Match",
    "NearMiss",
    "Verification",
    "digits",
    "look_up",
    "look_up_imported",
    "near_misses",
    "told",
    "told_of_miss",
    "verify",
]
