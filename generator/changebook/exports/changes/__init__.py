"""The list of changes for other programs, exactly as the edition shows it: CSV, XLSX and JSON."""

from changebook.exports.changes.formats import FORMATS, as_csv, as_json, as_xlsx
from changebook.exports.changes.shape import VERSION

__all__ = ["FORMATS", "VERSION", "as_csv", "as_json", "as_xlsx"]
