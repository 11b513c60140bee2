"""Sheets that people upload: read cell by cell, or refused with a sentence."""
import io
import resource
import time
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from core.base.sheets import (Column, Limits, SheetError, amount, choice, day, id_number, integer, mobile,
                              read_sheet, text)
from tests.data import data

SECONDS = 5.0
MEGABYTES = 512
COLUMNS = (
    Column("name", "姓名", text(30, plain=True)),
    Column("sex", "性别", choice(["男", "女"])),
    Column("number", "身份证号", id_number(date(2026, 11, 20)), unique=True, aliases=("身份证号码",)),
    Column("phone", "手机号", mobile(), required=False),
)
GOOD = ("张三", "男", "110102199101010078", "13812345678")
HEADER = ("姓名", "性别", "身份证号", "手机号")


def own_memory() -> int:
    """kB of this process: a child begins as its copy, and the kernel counts that."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def book(*rows: tuple[object, ...]) -> bytes:
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False,
                                            "default_date_format": "yyyy-mm-dd"})
    sheet = workbook.add_worksheet()
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(at, column, value)
    workbook.close()
    return buffer.getvalue()


def refused(content: bytes, name: str, limits: Limits = Limits()) -> SheetError:
    """The refusal, in time and in bounds."""
    # The most that any child of this process ever took: other tests' children count until ours is larger.
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, time.monotonic()
    with pytest.raises(SheetError) as caught:
        read_sheet(content, name, COLUMNS, limits)
    assert time.monotonic() - started < SECONDS + 1
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss <= max(before, own_memory(), MEGABYTES * 1024)
    assert caught.value.sentence.endswith("。") and caught.value.status == 422
    return caught.value


def test_rows_are_read() -> None:
    """ZJ-19: the columns by title, values in one form, whatever the width, order and blanks."""
    sheet = read_sheet(book(("报名人员信息汇总表",), ("性别", " 姓 名 *", "备注", "手机号", "身份证号码（必填）"),
                            (" 男", "张三\u00a0", "x", 13812345678, "110102 19910101 0078"), (), ("", "　"),
                            ("女", "李四", "", "", "１１０１０５１９４９１２３１００２ｘ")), "a.xlsx", COLUMNS)
    assert sheet.findings == ()
    assert [row.number for row in sheet.rows] == [3, 6]
    assert [row.text("number") for row in sheet.rows] == ["110102199101010078", "11010519491231002X"]
    assert sheet.rows[0].text("name") == "张三" and sheet.rows[0].text("phone") == "13812345678"
    assert sheet.rows[1].text("phone") == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_the_usual_encodings(encoding: str) -> None:
    content = "姓名,性别,身份证号\r\n堃喆,男,110102199101010078\r\n".encode(encoding)
    assert read_sheet(content, "名单.csv", COLUMNS).rows[0].text("name") == "堃喆"


@pytest.mark.parametrize(("row", "cell", "wrong", "right"), [
    (("张三", "男", 110102199101010078, ""), "C3", "1.10102E+17", "设为文本"),
    (("张三", "男", 110102199101010078.0, ""), "C3", "1.10102E+17", "设为文本"),
    (("张三", "男", "1.10101E+17", ""), "C3", "1.10101E+17", "设为文本"),
    (("张三", "男", "110102199101010079", ""), "C3", "最后一位", "核对"),
    (("", "男", "110102199101010078", ""), "A3", "没有填写", "必填"),
    (("张三", "先生", "110102199101010078", ""), "B3", "先生", "男、女"),
    (("=cmd|'/c calc'!A1", "男", "110102199101010078", ""), "A3", "=", "文字"),
    (("张" * 31, "男", "110102199101010078", ""), "A3", "31 个字", "30 个字"),
    (("张三", "男", "110102199101010078", "1381234567"), "D3", "10 位", "11 位"),
    (("张三", "男", "11010519491231002X", ""), "C3", "第 2 行", "各不相同"),
])
def test_finding_names_the_cell(row: tuple[object, ...], cell: str, wrong: str, right: str) -> None:
    """ZJ-16, ZJ-19: row, column, what is wrong and what would be right; the good row is not touched by it."""
    first = ("李四", "女", "11010519491231002X", "")
    sheet = read_sheet(book(HEADER, first, row), "a.xlsx", COLUMNS)
    assert [good.number for good in sheet.good] == [2] and [bad.number for bad in sheet.bad] == [3]
    [finding] = sheet.findings
    assert finding.cell == cell and wrong in finding.wrong and right in finding.wrong + finding.right
    assert finding.sentence.startswith(f"第 3 行“{finding.column}”（{cell}）：")


def test_typed_columns() -> None:
    columns = (Column("on", "日期", day()), Column("n", "分值", integer(1, 5)), Column("fee", "金额", amount()))
    sheet = read_sheet(book(("日期", "分值", "金额"), (date(2016, 4, 19), 2, 96), ("2016/4/19", "２", "¥96.5"),
                            ("20160419", "5", "1,096.05"), ("2016年4月19日", 1, "96元"),
                            ("2016-02-30", 6, "9.999"), ("x", 1.5, "-1")), "a.xlsx", columns)
    assert {row.day("on") for row in sheet.good} == {date(2016, 4, 19)}
    assert [row.integer("n") for row in sheet.good] == [2, 2, 5, 1]
    assert [row.integer("fee") for row in sheet.good] == [9600, 9650, 109605, 9600]
    assert [len(row.findings) for row in sheet.bad] == [3, 3]


@pytest.mark.parametrize(("rows", "code", "word"), [
    ((("甲", "乙"), ("1", "2")), "no_header", "身份证号"),
    ((("姓名", "手机号"), ("张三", "13812345678")), "missing", "性别、身份证号"),
    ((("姓名", "性别", "身份证号", "姓名"), GOOD), "twice", "姓名"),
    ((HEADER,), "no_rows", "没有内容"),
    (((),), "empty", "没有内容"),
])
def test_header_is_one_clear_error(rows: tuple[tuple[object, ...], ...], code: str, word: str) -> None:
    error = refused(book(*rows), "a.xlsx")
    assert error.code == f"sheet_{code}" and word in error.sentence


@pytest.mark.parametrize(("content", "name", "code"), [
    (b"<html><table><tr><td>1</td></tr></table></html>", "a.xls", "html"),
    (b"<html><table><tr><td>1</td></tr></table></html>", "a.csv", "html"),
    ("姓名,性别,身份证号\n张三,男,1\n".encode(), "a.xlsx", "misnamed"),
    (book(HEADER, GOOD), "a.csv", "misnamed"),
    (book(HEADER, GOOD), "a.docx", "ending"),
    (b"", "a.xlsx", "nothing"),
    (b"PK\x03\x04" + b"\0" * 50, "a.xlsx", "damaged"),
    (b"\xd0\xcf\x11\xe0" + b"\0" * 2000, "a.xls", "damaged"),
    (b"a\0b,c", "a.csv", "kind"),
    (b"\x81,\xff\xff", "a.csv", "encoding"),
    (b"x" * 2001, "a.csv", "size"),
])
def test_file_that_is_no_sheet(content: bytes, name: str, code: str) -> None:
    limits = Limits(size=2000) if code == "size" else Limits()
    assert refused(content, name, limits).code == f"sheet_{code}"


def _package(sheet_xml: bytes) -> bytes:
    """A minimal workbook around one sheet part."""
    workbook = openpyxl.Workbook()
    plain = io.BytesIO()
    workbook.save(plain)
    out = io.BytesIO()
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            is_sheet = entry.filename == "xl/worksheets/sheet1.xml"
            target.writestr(entry.filename, sheet_xml if is_sheet else source.read(entry))
    return out.getvalue()


_SHEET = (b'<?xml version="1.0"?>'
          b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
          b"<sheetData>%s</sheetData></worksheet>")


def test_far_cell() -> None:
    """F4: a few kB with cells at A1 and XFD1048576 make a rectangle of 17 thousand million cells."""
    far = _package(_SHEET % (b'<row r="1"><c r="A1"><v>1</v></c></row>'
                             b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'))
    assert len(far) < 10_000
    assert refused(far, "a.xlsx").code == "sheet_bomb"
    alone = _package(_SHEET % b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    assert refused(alone, "a.xlsx").code == "sheet_no_header"


def test_zip_bomb() -> None:
    """F4: 150 MB of blanks in 150 kB."""
    bomb = _package(_SHEET % (b" " * 150_000_000))
    assert len(bomb) < 1_000_000
    assert refused(bomb, "a.xlsx").code == "sheet_bomb"


def test_too_many_rows() -> None:
    """F4: 600,000 rows."""
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (at, at) for at in range(1, 600_001))
    assert refused(_package(_SHEET % rows), "a.xlsx").code == "sheet_rows"


def test_too_many_columns() -> None:
    assert refused(book(tuple(f"c{at}" for at in range(200))), "a.xlsx").code == "sheet_columns"


def test_entity_expansion_reads_no_file(tmp_path: object) -> None:
    """F1: an external entity in a sheet brings nothing in."""
    xml = (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + _SHEET[21:] %
           '<row r="1"><c r="A1" t="inlineStr"><is><t>姓名&e;</t></is></c></row>'.encode())
    assert "root" not in refused(_package(xml), "a.xlsx").sentence


def test_slow_and_greedy_children_are_stopped() -> None:
    """F4: the limits hold by themselves."""
    many = book(HEADER, *([GOOD] * 20_000))
    assert refused(many, "a.xlsx", Limits(megabytes=16)).code == "sheet_bomb"
    assert refused(many, "a.xlsx", Limits(seconds=0)).code == "sheet_slow"


def test_formulas_and_numbers_are_told(tmp_path: Path) -> None:
    """ZJ-19: a formula gives its result, and is known as one on whichever worksheet; one without a result is a finding.
    A telephone that is a number is known as such."""
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as workbook:
        workbook.add_worksheet("说明").write(0, 0, "=1+1")
        sheet = workbook.add_worksheet("名单 & 附件")
        for at, title in enumerate(HEADER):
            sheet.write(3, at, title)
        for row, result in ((4, "张三"), (5, "")):
            sheet.write_formula(row, 0, '="张"&"三"', None, result)
            sheet.write(row, 1, "男")
            sheet.write_string(row, 2, ("110102199101010078", "11010219910101002X")[row - 4])
            sheet.write_number(row, 3, 13812345678)
    read = read_sheet((tmp_path / "a.xlsx").read_bytes(), "a.xlsx", COLUMNS)
    assert [(row.formulas, row.numbers) for row in read.rows] == [
        (frozenset({"name"}), frozenset({"phone"}))] * 2
    assert (read.rows[0].text("name"), read.rows[0].good) == ("张三", True)
    assert [(found.cell, found.code) for found in read.findings if found.column == "姓名"] == [("A6", "formula")]


def test_a_long_name_alone_in_its_line_is_a_row_and_no_note() -> None:
    """P-23: no row is passed over in silence."""
    note = "填表说明：姓名、性别、身份证号都要填写，手机号可以不填，请按身份证填写。"
    sheet = read_sheet(book(HEADER, GOOD, ("很长的名字" * 7,), (note,)), "a.xlsx", COLUMNS)
    assert [row.number for row in sheet.rows] == [2, 3]


def test_malformed_corpus() -> None:
    """F4, R32: each file of the corpus is refused or read, in time and in bounds, where the data is there."""
    folder = data("malformed", "xlsx")
    if folder is None:
        pytest.skip("optional data not there")
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    for path in sorted(folder.iterdir()):
        started = time.monotonic()
        try:
            assert read_sheet(path.read_bytes(), path.name, COLUMNS).rows
        except SheetError as error:
            assert error.sentence
        assert time.monotonic() - started < SECONDS + 1, path.name
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss <= max(before, own_memory(), MEGABYTES * 1024)


def test_enrolment_corpus() -> None:
    """ZJ-19: a thousand right people, notes above and below, other orders; where the data is there."""
    columns = (*COLUMNS, Column("unit", "工作单位", text(100, plain=True)))
    for name, count in (("报名汇总表_1000人.xlsx", 1000), ("报名汇总表_200人_原模板版式.xlsx", 200),
                        ("结构_列顺序不同.xlsx", 10)):
        path = data("enrol", name)
        if path is None:
            pytest.skip("optional data not there")
        sheet = read_sheet(path.read_bytes(), name, columns)
        assert (len(sheet.good), sheet.findings) == (count, ())
