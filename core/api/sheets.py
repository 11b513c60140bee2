"""For a plugin that takes in or gives out sheets: columns, findings by cell, formula-safe export."""
from core.base.sheets import Column, text, write_sheet

__all__ = ["Column", "XLSX", "text", "write_sheet"]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
