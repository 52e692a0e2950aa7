"""Whether the seals of a workspace hold, since when they do not, and whose a digest is."""

from changebook.verify.lookup import Match, look_up
from changebook.verify.soundness import Chain, Verification, verify

__all__ = ["Chain", "Match", "Verification", "look_up", "verify"]
