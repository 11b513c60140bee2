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
    person_name,
    text,
)
from core.base.sheets.read import Limits, SheetError, read_sheet
from core.base.sheets.write import Heading, corrected_sheet, safe, write_csv, write_sheet

__all__ = [
    "CellError", "Column", "Finding", "Heading", "Kind", "Limits", "Row", "Sheet", "SheetError", "amount", "choice",
    "corrected_sheet", "credit_code", "day", "id_number", "integer", "mobile", "person_name", "read_sheet", "safe",
    "text", "write_csv", "write_sheet",
]
