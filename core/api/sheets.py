"""For a plugin that takes in or gives out sheets: columns, findings by cell, formula-safe export."""
from core.base.ids import check_digit, parse_id_number, tidy
from core.base.sheets import (
    Column,
    Finding,
    Heading,
    Kind,
    Limits,
    Row,
    Sheet,
    SheetError,
    choice,
    id_number,
    mobile,
    person_name,
    read_sheet,
    text,
    write_sheet,
)

__all__ = ["Column", "Finding", "Heading", "Kind", "Limits", "Row", "Sheet", "SheetError", "XLSX", "check_digit",
           "choice", "id_number", "mobile", "parse_id_number", "person_name", "read_sheet", "text", "tidy",
           "write_sheet"]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
