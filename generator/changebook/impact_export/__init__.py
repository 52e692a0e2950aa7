"""The figures of the Impact page for other programs: JSON, CSV, XLSX and plain text.

Nothing is added up here: the figures are those of the page's own view, which has them from `sums`.
"""

from changebook.impact_export.formats import FORMATS, as_csv, as_json, as_xlsx
from changebook.impact_export.report import Report, report
from changebook.impact_export.shape import VERSION, shape
from changebook.impact_export.text import as_text

__all__ = [
    "FORMATS",
    "VERSION",
    "Report",
    "as_csv",
    "as_json",
    "as_text",
    "as_xlsx",
    "report",
    "shape",
]
