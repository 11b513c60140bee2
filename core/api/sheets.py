"""For a plugin that takes in or gives out sheets: columns, findings by cell, formula-safe export."""
from core.base.ids import check_digit, parse_id_number, tidy
from core.base.sheets import (
    CellError,
    Column,
    Finding,
    Heading,
    Kind,
    Limits,
    Row,
    Sheet,
    SheetError,
    choice,
    corrected_sheet,
    day,
    id_number,
    integer,
    mobile,
    person_name,
    read_sheet,
    text,
    write_sheet,
)

__all__ = ["CellError", "Column", "Finding", "Heading", "Kind", "Limits", "Row", "Sheet", "SheetError", "XLSX",
           "check_digit", "choice", "corrected_sheet", "day", "id_number", "integer", "mobile", "parse_id_number",
           "person_name", "read_sheet", "text", "tidy", "write_sheet"]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
