"""All arithmetic over change records: the sums of record-format.md, and nothing of it elsewhere.

Money is decimal, rounded half up to the currency's minor unit line by line and then summed. Every
figure carries the records behind it, so that a reader can follow it back.
"""

from changebook.model.sums.amounts import (
    asked,
    asked_days,
    granted,
    lines,
    minor_units,
    moved,
    rounded,
)
from changebook.model.sums.breakdowns import breakdown, breakdown_each
from changebook.model.sums.course import CoursePoint, course
from changebook.model.sums.figures import (
    PENDING,
    Bucket,
    Budget,
    ChangeOrder,
    CostRow,
    CostTable,
    DayRequest,
    DaySpan,
    Difference,
    Effort,
    Figure,
    ForeignLine,
    GroupShare,
    MilestonePosition,
    MilestoneStep,
    Part,
    PendingDates,
    Position,
    RoleDays,
    Standing,
    SumLine,
    TaxLine,
    with_tax,
)
from changebook.model.sums.positions import (
    Positions,
    change_order,
    difference,
    position,
    reversal,
)
from changebook.model.sums.quarters import Quarter, quarters

__all__ = [
    "PENDING",
    "Bucket",
    "Budget",
    "ChangeOrder",
    "CostRow",
    "CostTable",
    "CoursePoint",
    "DayRequest",
    "DaySpan",
    "Difference",
    "Effort",
    "Figure",
    "ForeignLine",
    "GroupShare",
    "MilestonePosition",
    "MilestoneStep",
    "Part",
    "PendingDates",
    "Position",
    "Positions",
    "Quarter",
    "RoleDays",
    "Standing",
    "SumLine",
    "TaxLine",
    "asked",
    "asked_days",
    "breakdown",
    "breakdown_each",
    "change_order",
    "course",
    "difference",
    "granted",
    "lines",
    "minor_units",
    "moved",
    "position",
    "quarters",
    "reversal",
    "rounded",
    "with_tax",
]
