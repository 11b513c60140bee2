"""The part of reading a sheet that runs in a process of its own, under limits it cannot lift.

Run by path with `python -I`, so it imports nothing of this project. Reads the file from stdin, writes JSON to
stdout: {"name", "first_row", "first_column", "rows": [[text, …], …], "formulas": [[row, column], …], "numbers": …}
(indexes from 0, those of the cells count from the sheet's first) or {"error", "facts"}.
"""
import csv
import html
import io
import json
import re
import resource
import sys
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

import python_calamine as calamine

HEADER_ROWS = 20
MAX_WORKSHEETS = 20
MAX_ENTRIES = 2_000
MAX_TEXT = 32_000_000
SAFE_RATIO_BYTES = 20_000_000
EXACT_LIMIT = 1e15
LONG_NUMBER = 1e9
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SHEET_TAG = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION_TAG = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*["']([^"']*)["']""")
_FORMULA = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]{1,3})(\d{1,7})["'][^>]*>\s*<(?:\w+:)?f[\s/>]""")
_DECORATION = re.compile(r"\(必填\)|\(选填\)|[\s*:​-‏⁠﻿]")


class Unreadable(Exception):
    """The file is refused: a code for `read.SENTENCES` and the facts that its sentence names."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def normal_title(text: str) -> str:
    """A column title as it is compared: width, blanks, stars and “（必填）” do not count."""
    return _DECORATION.sub("", unicodedata.normalize("NFKC", text)).casefold()


def best_header(rows: Iterable[Sequence[str]], titles: frozenset[str]) -> tuple[int, int]:
    """(index, matches) of that one of the first rows which holds the most of the titles; (0, 0) for none."""
    best = (0, 0)
    for index, row in zip(range(HEADER_ROWS), rows, strict=False):
        found = len(titles & {normal_title(cell) for cell in row})
        if found > best[1]:
            best = (index, found)
    return best


def cell_text(value: object) -> str:
    """A cell as text; a number of 16 digits or more, whose end is lost, as Excel shows it (1.10101E+17)."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (int, float)):
        if abs(value) >= EXACT_LIMIT:
            return f"{value:.5E}"
        return str(int(value)) if float(value).is_integer() else f"{value:.15g}"
    if isinstance(value, datetime):
        at_midnight = value.time() == time()
        return value.date().isoformat() if at_midnight else value.isoformat(" ", "seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return "" if value is None else str(value)


def read_csv(data: bytes, limits: dict[str, int]) -> dict[str, Any]:
    text = _decode(data)
    head = text.lstrip()[:200].lower()
    if head.startswith(("<html", "<!doctype", "<table", "<?xml")):
        raise Unreadable("html")
    line = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=line.count)
    csv.field_size_limit(1_000_000)
    rows: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append([_plain_csv(cell) for cell in record])
            _check_extent(len(rows), len(record), limits)
    except csv.Error as error:
        raise Unreadable("damaged", reason=str(error)) from error
    return {"name": "csv", "first_row": 0, "first_column": 0, "rows": rows, "formulas": [], "numbers": []}


def _plain_csv(cell: str) -> str:
    """="0012" is how Excel users keep digits in a csv."""
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') and len(cell) > 2 else cell


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
        if b"\0" in data:
            raise Unreadable("kind")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("encoding")


def _check_extent(rows: int, columns: int, limits: dict[str, int]) -> None:
    if rows > limits["rows"]:
        raise Unreadable("rows", limit=limits["rows"])
    if columns > limits["columns"]:
        raise Unreadable("columns", limit=limits["columns"])


def check_zip(data: bytes, limits: dict[str, int]) -> None:
    """Refuse a bomb by the sizes that its directory declares, before anything is unpacked (F4)."""
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise Unreadable("damaged", reason=str(error)) from error
    names = {entry.filename.replace("\\", "/") for entry in entries}
    if len(entries) > MAX_ENTRIES:
        raise Unreadable("bomb")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unreadable("password")
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    if unpacked > limits["unpacked"] or (unpacked > SAFE_RATIO_BYTES and unpacked / packed > limits["ratio"]):
        raise Unreadable("bomb")
    if "mimetype" in names or any(name.endswith("workbook.bin") for name in names):
        raise Unreadable("format")
    if not any(name.startswith("xl/") for name in names):
        raise Unreadable("kind")


def read_workbook(data: bytes, titles: frozenset[str], limits: dict[str, int]) -> dict[str, Any]:
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.PasswordError as error:
        raise Unreadable("password") from error
    except calamine.CalamineError as error:
        raise Unreadable("damaged", reason=str(error)[:200]) from error
    best: tuple[int, dict[str, Any]] | None = None
    worksheets = [meta.name for meta in book.sheets_metadata
                  if meta.typ == calamine.SheetTypeEnum.WorkSheet
                  and meta.visible == calamine.SheetVisibleEnum.Visible]
    for name in worksheets[:MAX_WORKSHEETS]:
        try:
            sheet = book.get_sheet_by_name(name)
        except calamine.CalamineError as error:
            raise Unreadable("damaged", reason=str(error)[:200]) from error
        if sheet.start is None:
            continue
        _check_extent(sheet.height, sheet.width, limits)
        typed = sheet.to_python(skip_empty_area=True)
        rows = [[cell_text(value) for value in row] for row in typed]
        _index, matches = best_header(rows, titles)
        if best is None or matches > best[0]:
            best = (matches, {"name": name, "first_row": sheet.start[0], "first_column": sheet.start[1],
                              "rows": rows, "numbers": long_numbers(typed, sheet.start)})
        if matches == len(titles):
            break
    if best is None:
        raise Unreadable("empty")
    return best[1] | {"formulas": formula_cells(data, best[1]["name"])}


def long_numbers(rows: Sequence[Sequence[object]], start: tuple[int, int]) -> list[tuple[int, int]]:
    """The cells that hold a telephone or an ID number as a number and not as text."""
    return [(start[0] + down, start[1] + across) for down, row in enumerate(rows) for across, value in enumerate(row)
            if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) >= LONG_NUMBER]


def formula_cells(data: bytes, name: str) -> list[tuple[int, int]]:
    """The cells of an xlsx sheet that hold a formula, of which calamine gives the last result only. Other formats do
    not tell."""
    if not data.startswith(b"PK"):
        return []
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        try:
            sheets = [_attributes(tag) for tag in _SHEET_TAG.findall(book.read("xl/workbook.xml"))]
            relations = {one.get("Id"): one.get("Target", "") for one in map(
                _attributes, _RELATION_TAG.findall(book.read("xl/_rels/workbook.xml.rels")))}
            part = next((relations.get(one.get("r:id", "")) for one in sheets if one.get("name") == name), None)
            found = _FORMULA.findall(book.read(_part_name(part))) if part else []
        except (KeyError, zipfile.BadZipFile, NotImplementedError):
            return []
    return [(int(row) - 1, _column_index(letters.decode())) for letters, row in found]


def _attributes(tag: bytes) -> dict[str, str]:
    return {key.decode(): html.unescape(value.decode("utf-8", "replace")) for key, value in _ATTRIBUTE.findall(tag)}


def _part_name(target: str) -> str:
    return target[1:] if target.startswith("/") else f"xl/{target}"


def _column_index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def read(data: bytes, titles: frozenset[str], limits: dict[str, int]) -> dict[str, Any]:
    if data.startswith(b"PK"):
        check_zip(data, limits)
        return read_workbook(data, titles, limits)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        if _ENCRYPTED in data:
            raise Unreadable("password")
        return read_workbook(data, titles, limits)
    return read_csv(data, limits)


def main() -> None:
    request = json.loads(sys.argv[1])
    limits: dict[str, int] = request["limits"]
    memory = limits["megabytes"] * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        answer = read(sys.stdin.buffer.read(), frozenset(request["titles"]), limits)
        if sum(len(cell) for row in answer["rows"] for cell in row) > MAX_TEXT:
            raise Unreadable("bomb")
        text = json.dumps(answer)
    except Unreadable as refusal:
        text = json.dumps({"error": refusal.code, "facts": refusal.facts})
    except MemoryError:
        text = json.dumps({"error": "bomb", "facts": {}})
    except BaseException as error:  # a panic of the reader's Rust part is no Exception
        text = json.dumps({"error": "damaged", "facts": {"reason": type(error).__name__}})
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
