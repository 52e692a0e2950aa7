"""Whether the seals of a workspace hold, since when they do not, and whose a digest is."""

from changebook.proof.verify.lookup import Match, NearMiss, look_up, near_misses
from changebook.proof.verify.printed import digits
from changebook.proof.verify.soundness import Chain, Verification, verify

__all__ = [
    "Chain",
    "Match",
    "NearMiss",
    "Verification",
    "digits",
    "look_up",
    "near_misses",
    "verify",
]
