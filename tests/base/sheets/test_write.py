"""Sheets that are handed out: typed, without formulas, and read back as they were."""
import csv
import io
from datetime import date

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.base.sheets import (Column, choice, corrected_sheet, id_number, integer, read_sheet, safe, text,
                              write_csv, write_sheet)

CANARIES = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠x", "'=1", '"=1', " =1",
            "=HYPERLINK(\"http://x\")"]
COLUMNS = (Column("name", "姓名", text()), Column("number", "身份证号", id_number()),
           Column("sex", "性别", choice(["男", "女"])), Column("n", "分值", integer(0, 100)))


@pytest.mark.parametrize("canary", CANARIES)
def test_no_formula_leaves_the_house(canary: str) -> None:
    """F6, R34: no cell of an export is a formula, in xlsx or in csv."""
    sheet = openpyxl.load_workbook(io.BytesIO(write_sheet([Column("a", canary)], [[canary]])))["Sheet1"]
    for row in sheet.iter_rows():
        for cell in row:
            assert cell.data_type == "s"
    assert str(sheet["A2"].value).startswith("'")
    for record in csv.reader(io.StringIO(write_csv([canary], [[canary]]).decode("utf-8-sig"), newline="")):
        assert record[0].startswith("'") and record[0][1:] == canary


def test_types_and_lists() -> None:
    """ZJ-19: IDs as text, numbers as numbers, 性别 from a list."""
    content = write_sheet(COLUMNS, [["张三", "110102199101010078", "男", 2]])
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Sheet1"]
    assert [cell.value for cell in sheet[2]] == ["张三", "110102199101010078", "男", 2]
    assert sheet["B2"].number_format == "@"
    [rule] = sheet.data_validations.dataValidation
    assert rule.formula1 == '"男,女"'
    day = openpyxl.load_workbook(io.BytesIO(write_sheet([Column("d", "日")], [[date(2016, 4, 19)]])))["Sheet1"]
    assert day["A2"].value.date() == date(2016, 4, 19)


def test_csv_keeps_digits() -> None:
    """ZJ-19: an ID number does not become 1.10101E+17 when Excel opens the csv."""
    lines = write_csv(["身份证号", "数"], [["110102199101010078", 7]]).decode("utf-8-sig").splitlines()
    assert lines == ["身份证号,数", "'110102199101010078,7"]


def test_corrected_sheet_holds_the_bad_rows_marked() -> None:
    """ZJ-16: what could not be imported comes back marked, ready to be mended."""
    rows = [["张三", "110102199101010078", "男", 2], ["李四", "110102199101010079", "男", 101]]
    sheet = read_sheet(write_sheet(COLUMNS, rows), "a.xlsx", COLUMNS)
    result = openpyxl.load_workbook(io.BytesIO(corrected_sheet(COLUMNS, sheet)))["Sheet1"]
    assert [cell.value for cell in result[1]] == ["姓名", "身份证号", "性别", "分值", "需要改正"]
    assert result.max_row == 2 and result["A2"].value == "李四"
    assert "最后一位" in result["E2"].value and "0 到 100" in result["E2"].value
    marked = [cell.coordinate for cell in result[2] if cell.fill.fgColor.rgb == "FFFDE8E8"]
    assert marked == ["B2", "D2"]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp", "Cf")),
                        min_size=1, max_size=12), min_size=1, max_size=6))
def test_what_was_written_is_read_back(values: list[str]) -> None:
    """F6: the guard before dangerous text is taken off again on the way in."""
    columns = (Column("k", "编号"), Column("a", "内容"))
    numbered = [[f"k{at}", value] for at, value in enumerate(values)]
    sheet = read_sheet(write_sheet(columns, numbered), "a.xlsx", columns)
    mended = [row.text("a") for row in sheet.rows]
    for value, back in zip(values, mended, strict=True):
        assert back in (value, "") or safe(value) != value
        if value[0] in "=+-@＝＋－＠":
            assert back == value
