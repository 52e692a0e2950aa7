"""The rules of paper: `print` and `build` look for what breaks them, when a document is typeset.

They stand here, below the code that finds the faults, so that `explain` and the rules' pages know
them.
"""

from __future__ import annotations

from changebook.model.diagnostics import rule

PICTURE = rule(
    "picture-not-printed",
    summary="A picture can't be printed.",
    why="The page shows it, so whoever signs the paper would sign less than was shown. No PDF is "
    "made without it. `print` and `build` find this, not `check`.",
    wrong="![The flow](flow.png), where flow.png is cut short",
    right="![The flow](flow.png), saved again as PNG, JPEG, GIF, WebP or SVG",
)
OFF_SHEET = rule(
    "off-the-sheet",
    summary="Words or a picture would lie off the edge of the paper, or be missing from it.",
    why="What is not on the paper was not signed. Changebook breaks long words, sets wide tables "
    "smaller or on a landscape sheet, and then checks the position of every word; if that was not "
    "enough, no PDF is made. `print` and `build` find this, not `check`.",
    wrong="A table whose cells hold other tables of ten columns.",
    right="Two tables, one below the other.",
)
HARD_TO_READ = rule(
    "hard-to-read",
    severity="warning",
    summary="A table or a diagram is so wide that it is hard to read on paper.",
    why="All of it is printed, even where its words have to be broken or its type is tiny. "
    "`print` and `build` find this, not `check`.",
    wrong="A table of forty columns.",
    right="Several tables, or the table as an attachment and a summary in the text.",
)
NOT_DRAWN = rule(
    "diagram-not-drawn",
    severity="warning",
    summary="A diagram can't be drawn, so its source is printed.",
    why="The reader of the paper sees the source instead of the diagram. `print` and `build` find "
    "this, not `check`.",
    wrong="```mermaid\nflowchart LR\n  A[[[ never closed\n```",
    right="```mermaid\nflowchart LR\n  A[Shop] --> B[Parcel]\n```",
)
NO_FONT = rule(
    "no-font",
    severity="warning",
    summary="No font on this machine has a character.",
    why="It is printed as �, so the paper differs from the record. `print` and `build` "
    "find this, not `check`.",
    wrong="Approved 🎉",
    right="Approved",
)
REMARK = rule(
    "layout-remark",
    severity="warning",
    summary="The layout engine could not follow a style or an instruction.",
    why="The paper may look otherwise than was meant. `print` and `build` find this, not `check`.",
    wrong="site_templates/print/print.css: h1 { colour: red }",
    right="site_templates/print/print.css: h1 { color: red }",
)
