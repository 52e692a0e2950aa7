"""The rules of paper: `print` and `build` look for what breaks them, when a document is typeset.

They stand here, below the code that finds the faults, so that `explain` and the rules' pages know
them.
"""

from __future__ import annotations

from changebook.model.diagnostics import rule

PICTURE = rule("picture-not-printed", summary="A picture can't be printed.")
OFF_SHEET = rule(
    "off-the-sheet",
    summary="Words or a picture would lie off the edge of the paper, or be missing from it.",
)
HARD_TO_READ = rule(
    "hard-to-read",
    summary="A table or a diagram is so wide that it is hard to read on paper.",
    severity="warning",
)
NOT_DRAWN = rule(
    "diagram-not-drawn",
    summary="A diagram can't be drawn, so its source is printed.",
    severity="warning",
)
NO_FONT = rule("no-font", summary="No font on this machine has a character.", severity="warning")
REMARK = rule(
    "layout-remark",
    summary="The layout engine could not follow a style or an instruction.",
    severity="warning",
)
