"""Tables of values as files for spreadsheets: CSV and XLSX, safe to open and exact to the digit."""

from changebook.tabular.csv_file import as_csv
from changebook.tabular.table import Cell, Money, Row, Table, ids_or_none, money_or_none, read
from changebook.tabular.workbook import as_xlsx

__all__ = [
    "Cell",
    "Money",
    "Row",
    "Table",
    "as_csv",
    "as_xlsx",
    "ids_or_none",
    "money_or_none",
    "read",
]
