"""Writing sheets that no spreadsheet program takes for more than text and numbers (F6)."""
import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from core.base.clock import local
from core.base.sheets.columns import Column, Finding, Sheet

_DANGEROUS = re.compile(r"^[\s\"'“”‘’]*[=+\-@\t\r＝＋－＠]")
_LONG_NUMBER = re.compile(r"^\d{12,}[\dXx]?$")
_MAX_CELL = 32_000
_LIST_ROWS = 20_000
NOTE_TITLE = "需要改正"


def safe(value: object) -> str:
    """The text of a value, with ' before what a spreadsheet program would run as a formula."""
    text = "" if value is None else str(value)
    return "'" + text if _DANGEROUS.match(text) else text


def write_sheet(columns: Sequence[Column], rows: Iterable[Sequence[object]],
                findings: Sequence[Sequence[Finding]] | None = None, name: str = "Sheet1",
                heading: "Heading | None" = None) -> bytes:
    """An xlsx with a header and `rows` (values in the order of `columns`).

    Digits of any length stay text; numbers and days are typed; columns with choices get a drop-down list.
    With `findings` (one group per row) faulty cells are marked and a last column says what is wrong.
    With `heading` a printed form's title stands above the header and its note below.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False,
                                        "strings_to_urls": False, "strings_to_numbers": False})
    sheet = book.add_worksheet(name)
    looks = _Looks(book)
    first = _write_header(sheet, columns, looks, findings is not None, heading)
    for index, row in enumerate(rows, first):
        group = findings[index - first] if findings is not None else ()
        marked = {finding.column for finding in group}
        for at, (column, value) in enumerate(zip(columns, row, strict=True)):
            _write_cell(sheet, index, at, value, looks, column.title in marked)
        if group:
            note = "；".join(f"{finding.column}：{finding.wrong}{finding.right}" for finding in group)
            sheet.write_string(index, len(columns), safe(note), looks.note)
    book.close()
    return buffer.getvalue()


def corrected_sheet(columns: Sequence[Column], sheet: Sheet) -> bytes:
    """Only the rows with findings, as typed, faulty cells marked: to be mended and uploaded again."""
    rows = [[row.raw.get(column.key, "") for column in columns] for row in sheet.bad]
    return write_sheet(columns, rows, [row.findings for row in sheet.bad])


def write_csv(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A csv (UTF-8 with mark, for Excel) without formulas; long numbers keep their digits."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([safe(title) for title in titles])
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
    return buffer.getvalue().encode("utf-8-sig")


def _csv_cell(value: object) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    text = safe(_plain(value))
    return "'" + text if _LONG_NUMBER.match(text) else text


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return local(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, bool):
        return "是" if value else "否"
    return value


@dataclass(frozen=True)
class Heading:
    """The title above a printed form's header, and the note below it, over the width of all columns."""

    title: str
    note: str


class _Looks:
    """The few formats of a sheet."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        wrong = {"bg_color": "#fde8e8", "border": 1, "border_color": "#b42318"}
        self.head = book.add_format({"bold": True, "bg_color": "#eef2f7", "border": 1,
                                     "border_color": "#c3cbd6"})
        self.title = book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"})
        self.said = book.add_format({"text_wrap": True, "valign": "top"})
        self.text = book.add_format({"num_format": "@"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.wrong = book.add_format({"num_format": "@", **wrong})
        self.note = book.add_format({"num_format": "@", "font_color": "#b42318"})


def _write_header(sheet: Worksheet, columns: Sequence[Column], looks: _Looks, noted: bool,
                  heading: Heading | None) -> int:
    """The header, and what a printed form has around it; the row that the lines begin in."""
    top = 0 if heading is None else 1
    if heading is not None:
        sheet.merge_range(0, 0, 0, len(columns) - 1, heading.title, looks.title)
        sheet.set_row(0, 30)
        sheet.merge_range(2, 0, 2, len(columns) - 1, heading.note, looks.said)
        sheet.set_row(2, 36)
    first = top + 1 if heading is None else 3
    for at, column in enumerate(columns):
        sheet.write_string(top, at, column.title, looks.head)
        sheet.set_column(at, at, column.width, looks.text if column.kind.as_text else None)
        if column.kind.choices and len(",".join(column.kind.choices)) <= 255:
            sheet.data_validation(first, at, first + _LIST_ROWS, at,
                                  {"validate": "list", "source": list(column.kind.choices)})
    if noted:
        sheet.write_string(top, len(columns), NOTE_TITLE, looks.head)
        sheet.set_column(len(columns), len(columns), 60)
    sheet.freeze_panes(first, 0)
    return first


def _write_cell(sheet: Worksheet, row: int, at: int, value: object, looks: _Looks, wrong: bool) -> None:
    look: Format = looks.wrong if wrong else looks.text
    value = _plain(value)
    if isinstance(value, int) and abs(value) < 1e15 and not wrong:
        sheet.write_number(row, at, value)
    elif isinstance(value, float) and not wrong:
        sheet.write_number(row, at, value)
    elif isinstance(value, date) and not wrong:
        sheet.write_datetime(row, at, datetime(value.year, value.month, value.day), looks.day)
    elif value not in (None, "") or wrong:
        sheet.write_string(row, at, safe(value)[:_MAX_CELL], look)
