"""Reading a sheet that somebody uploaded: refused with one sentence, or rows with what is wrong in each."""
import json
import re
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.base.errors import Refused
from core.base.sheets import child
from core.base.sheets.columns import CellError, Column, Finding, Row, Sheet, trim

_CHILD = Path(child.__file__)
_SCIENTIFIC = re.compile(r"^\d(\.\d+)?E\+?(1[1-9]|2\d)$")
_GUARD = re.compile(r"^'+(?=[=+\-@\t\r＝＋－＠]|\d{12,}[\dXx]?$)")
_NOTE_LENGTH = 30
_ENDINGS = {".xlsx": "zip", ".xlsm": "zip", ".xls": "ole", ".csv": "csv"}
_SENTENCES = {
    "size": "文件有 {size} MB，最大 {limit} MB。请分成几个文件上传。",
    "nothing": "这是一个空文件。请选择填好的表格。",
    "ending": "只能上传 xlsx、xls 或 csv 表格。请在 Excel 或 WPS 里“另存为” xlsx 后再上传。",
    "misnamed": "文件名是 {ending}，内容却是 {kind}。请在 Excel 或 WPS 里打开，“另存为” xlsx 后再上传。",
    "html": "文件内容是网页，不是表格。请在 Excel 或 WPS 里打开，“另存为” xlsx 后再上传。",
    "kind": "文件内容不是表格。请选择 xlsx 或 csv 文件。",
    "format": "不支持这种表格格式。请在 Excel 或 WPS 里“另存为” xlsx 后再上传。",
    "encoding": "认不出文件的文字编码。请在 Excel 里“另存为” xlsx，或存为 UTF-8 编码的 csv。",
    "password": "表格设了密码，打不开。请去掉密码后再上传。",
    "damaged": "表格已损坏，打不开。请在 Excel 或 WPS 里打开确认后“另存为” xlsx 再上传。",
    "bomb": "表格展开后过大，没有读取。请把数据复制到一个新的 xlsx 里再上传。",
    "slow": "表格在 {limit} 秒内没有读完。请把数据复制到一个新的 xlsx 里，或分成几个文件上传。",
    "rows": "表格超过 {limit} 行。请分成几个文件上传。",
    "columns": "表格超过 {limit} 列。请删去右边多余的列后再上传。",
    "empty": "表格里没有内容。请填好后再上传。",
    "no_header": "没有找到表头。表头这一行应有这些列：{titles}。",
    "missing": "表头缺少这些列：{missing}。请对照模板补上后再上传。",
    "twice": "表头里“{title}”出现了两次。请删去多余的一列后再上传。",
    "no_rows": "表头下面没有内容。请填好后再上传。",
}


class SheetError(Refused):
    """The whole file is refused; the code is `sheet_` and a key of the sentences above."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(f"sheet_{code}", _SENTENCES[code].format(**facts), field="file")


@dataclass(frozen=True)
class Limits:
    """What reading may cost. Sizes in bytes, memory in MB, time in seconds (F4)."""

    size: int = 20_000_000
    unpacked: int = 100_000_000
    ratio: int = 200
    rows: int = 50_000
    columns: int = 64
    seconds: int = 5
    megabytes: int = 512


def read_sheet(data: bytes, filename: str, columns: Sequence[Column], limits: Limits = Limits()) -> Sheet:
    """The filled rows under the header that names `columns`, in an xlsx, xls or csv (UTF-8, GB18030) file.

    Title lines above the header, columns in another order and columns that nobody asked for do no harm. Cells
    are text: 1.10101E+17, whose digits are lost, is a finding. Raises SheetError when the file as a whole
    cannot be read; never takes longer, or more memory, than `limits` say.
    """
    _check_name(data, filename, limits)
    raw = _run_child(data, columns, limits)
    rows: list[list[str]] = raw["rows"]
    header, places = _header(rows, columns)
    seen: dict[tuple[str, object], int] = {}
    marks = _Marks({tuple(cell) for cell in raw["formulas"]}, {tuple(cell) for cell in raw["numbers"]})
    parsed = []
    for index in range(header + 1, len(rows)):
        cells = rows[index]
        if not any(trim(cell) for cell in cells) or _is_note(cells):
            continue
        parsed.append(_row(cells, index + raw["first_row"] + 1, raw["first_column"], columns, places, seen, marks))
    if not parsed:
        raise SheetError("no_rows")
    return Sheet(raw["name"], tuple(parsed), tuple(finding for row in parsed for finding in row.findings))


def _check_name(data: bytes, filename: str, limits: Limits) -> None:
    if len(data) > limits.size:
        raise SheetError("size", size=-(-len(data) // 1_000_000), limit=limits.size // 1_000_000)
    if not data.strip():
        raise SheetError("nothing")
    ending = Path(filename).suffix.lower()
    if ending not in _ENDINGS:
        raise SheetError("ending")
    kind = "zip" if data[:2] == b"PK" else "ole" if data[:4] == b"\xd0\xcf\x11\xe0" else "csv"
    if kind == _ENDINGS[ending] or {kind, _ENDINGS[ending]} == {"zip", "ole"}:
        return
    if data.lstrip()[:1] == b"<":
        raise SheetError("html")
    raise SheetError("misnamed", ending=ending, kind="纯文本" if kind == "csv" else "xlsx")


def _run_child(data: bytes, columns: Sequence[Column], limits: Limits) -> dict[str, Any]:
    titles = sorted({child.normal_title(column.title) for column in columns})
    request = json.dumps({"limits": asdict(limits), "titles": titles})
    try:
        done = subprocess.run([sys.executable, "-I", str(_CHILD), request], input=data, capture_output=True,
                              timeout=limits.seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise SheetError("slow", limit=limits.seconds) from error
    if done.returncode != 0 or not done.stdout:
        raise SheetError("bomb")
    answer: dict[str, Any] = json.loads(done.stdout)
    if "error" in answer:
        raise SheetError(answer["error"], **answer["facts"])
    return answer


def _header(rows: Sequence[Sequence[str]], columns: Sequence[Column]) -> tuple[int, dict[str, int]]:
    """The index of the header row and where in it each column stands."""
    wanted = {child.normal_title(title): column
              for column in columns for title in (column.title, *column.aliases)}
    index, matches = child.best_header(rows, frozenset(wanted))
    if not matches:
        raise SheetError("no_header", titles="、".join(column.title for column in columns))
    places: dict[str, int] = {}
    for at, cell in enumerate(rows[index]):
        column = wanted.get(child.normal_title(cell))
        if column is None:
            continue
        if column.key in places:
            raise SheetError("twice", title=column.title)
        places[column.key] = at
    missing = [column.title for column in columns if column.required and column.key not in places]
    if missing:
        raise SheetError("missing", missing="、".join(missing))
    return index, places


def _is_note(cells: Sequence[str]) -> bool:
    """A line of instructions, as the printed template has one: whole sentences in the first cell alone. A firm's long
    name in a line that lacks the rest is no instruction, and is not passed over in silence (P-23)."""
    said = trim(cells[0])
    return (len(said) > _NOTE_LENGTH and len(cells) > 1 and not any(trim(cell) for cell in cells[1:])
            and any(mark in said for mark in "，。；：,;:"))


@dataclass(frozen=True)
class _Marks:
    """What a cell is beside its text: (row, column) of the sheet, from 0."""

    formulas: Collection[tuple[int, int]]
    numbers: Collection[tuple[int, int]]


def _row(cells: Sequence[str], number: int, first_column: int, columns: Sequence[Column],
         places: Mapping[str, int], seen: dict[tuple[str, object], int], marks: _Marks) -> Row:
    values: dict[str, object] = {}
    raw: dict[str, str] = {}
    named: dict[str, str] = {}
    findings: list[Finding] = []
    formulas, numbers = [], []
    for column in columns:
        at = places.get(column.key)
        typed = cells[at] if at is not None and at < len(cells) else ""
        place = (number - 1, (at or 0) + first_column)
        raw[column.key] = typed
        named[column.key] = cell_name(number, place[1])
        if at is not None and place in marks.formulas:
            formulas.append(column.key)
        if at is not None and place in marks.numbers:
            numbers.append(column.key)
        try:
            value = _value(typed, column, computed=formulas[-1:] == [column.key])
            if column.unique and value is not None:
                first = seen.setdefault((column.key, value), number)
                if first != number:
                    raise CellError(f"与第 {first} 行相同，", "每行应各不相同。", "twice")
        except CellError as error:
            findings.append(Finding(number, column.title, named[column.key], typed, error.wrong,
                                    error.right, error.code))
        else:
            values[column.key] = value
    return Row(number, values, raw, tuple(findings), named, frozenset(formulas), frozenset(numbers))


def _value(typed: str, column: Column, computed: bool) -> object:
    text = _GUARD.sub("", trim(typed))
    if not text and computed:
        raise CellError("是没有结果的公式，", "请直接填写内容。", "formula")
    if not text:
        if column.required:
            raise CellError("没有填写，", "这一列必填。", "empty")
        return None
    if _SCIENTIFIC.match(text):
        raise CellError(f"是“{text}”这种格式，后几位已经丢失，", "请把单元格设为文本后重新输入。", "scientific")
    return column.kind.parse(text)


def cell_name(row: int, column: int) -> str:
    """C5 for row 5 (from 1), column 2 (from 0)."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"
