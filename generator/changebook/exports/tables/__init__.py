"""Tables of values as files for spreadsheets: CSV and XLSX, safe to open and exact to the digit.

`tabular.workbook` writes XLSX. It is not loaded here, since most commands write none.
"""

from changebook.exports.tables.csv_file import as_csv
from changebook.exports.tables.table import (
    Cell,
    Money,
    Row,
    Table,
    ids_or_none,
    money_or_none,
    read,
)

__all__ = [
    "Cell",
    "Money",
    "Row",
    "Table",
    "as_csv",
    "ids_or_none",
    "money_or_none",
    "read",
]
