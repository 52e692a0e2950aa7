"""A record's step to its next status, written into its file: nothing else in it changes.

What a step needs is asked of the checks, not known here a second time: the step is made on a copy,
the copy is checked, and only what passes may be written.
"""

from changebook.edit.advance.approving import earlier, possible
from changebook.edit.advance.asking import Wanted
from changebook.edit.advance.planning import (
    Plan,
    instead,
    may_become_superseded,
    plan,
    problems,
    scaffolded,
)
from changebook.edit.advance.sketching import refuse_sketch
from changebook.edit.advance.step import Step, able

__all__ = [
    "Plan",
    "Step",
    "Wanted",
    "able",
    "earlier",
    "instead",
    "may_become_superseded",
    "plan",
    "possible",
    "problems",
    "refuse_sketch",
    "scaffolded",
]
