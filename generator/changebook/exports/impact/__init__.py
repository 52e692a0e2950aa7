"""The figures of the Impact page for other programs: JSON, CSV, XLSX and plain text.

Nothing is added up here: the figures are those of the page's own view, which has them from `sums`.
"""

from changebook.exports.impact.formats import FORMATS, as_csv, as_json, as_xlsx
from changebook.exports.impact.report import Report, report
from changebook.exports.impact.shape import VERSION, shape
from changebook.exports.impact.text import as_text

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
