"""Sheets in and out: xlsx and csv read in a limited child process, findings by cell, formula-safe export."""
from core.base.sheets.columns import (
    CellError,
    Column,
    Finding,
    Kind,
    Row,
    Sheet,
    amount,
    choice,
    credit_code,
    day,
    id_number,
    integer,
    mobile,
    text,
)
from core.base.sheets.read import Limits, SheetError, read_sheet
from core.base.sheets.write import corrected_sheet, safe, write_csv, write_sheet

__all__ = [
    "CellError", "Column", "Finding", "Kind", "Limits", "Row", "Sheet", "SheetError", "amount", "choice",
    "corrected_sheet", "credit_code", "day", "id_number", "integer", "mobile", "read_sheet", "safe", "text",
    "write_csv", "write_sheet",
]
