"""The certificate sheet, row by row (N-13, N-20)."""
from datetime import date

import pytest

from core.base.sheets import SheetError, write_sheet
from core.registry.sheet import CertificateSheet, columns, read_certificates
from core.registry.states import MOVES, Kind, Status, may_become
from tests.people import id_number

TODAY = date(2026, 11, 20)
POSTS = ("资料员", "土建质量员")
TITLES = [column.title for column in columns(POSTS, TODAY)]
GOOD = {"姓名": "张三", "身份证号": id_number(7), "岗位名称": "资料员", "证书编号": "12161140001", "发证机构": "某省建设厅",
        "省份": "吉林省", "发证日期": "2016-04-19"}


def read(*rows: dict[str, str]) -> CertificateSheet:
    data = write_sheet(columns(POSTS, TODAY), [[row.get(title, "") for title in TITLES] for row in rows])
    return read_certificates(data, "证书.xlsx", POSTS, TODAY)


def test_a_good_row_is_read() -> None:
    """N-20: post, province, number (12161140…), day of issue (2016-04-19)."""
    sheet = read(GOOD, {**GOOD, "证书编号": "12161140002", "证书状态": "非正常", "备注": "未按要求完成继续教育", "证书类型": "电子"})
    assert not sheet.findings
    first, second = sheet.good
    assert (first.post, first.province, first.number) == ("资料员", "吉林省", "12161140001")
    assert first.issued_on == date(2016, 4, 19) and first.status is Status.NORMAL and first.kind is Kind.PAPER
    assert second.status is Status.ABNORMAL and second.remark == "未按要求完成继续教育" and second.kind is Kind.ELECTRONIC


@pytest.mark.parametrize("change, column, word", [
    ({"姓名": " "}, "姓名", "没有填写"),
    ({"姓名": "=1+1"}, "姓名", "公式"),
    ({"身份证号": "1.10101E+17"}, "身份证号", "E+17"),
    ({"身份证号": id_number(7)[:-1] + ("1" if id_number(7)[-1] != "1" else "2")}, "身份证号", "最后一位"),
    ({"岗位名称": "塔吊员"}, "岗位名称", "不在可选范围内"),
    ({"证书编号": "号"}, "证书编号", "4 到 40"),
    ({"发证日期": "去年"}, "发证日期", "2016-04-19"),
    ({"发证日期": "2016-02-30"}, "发证日期", "2016-04-19"),
    ({"发证日期": "2027-01-01"}, "发证日期", "到今天之间"),
    ({"证书状态": "还行"}, "证书状态", "正常、非正常"),
    ({"证书类型": "石头"}, "证书类型", "纸质、电子"),
])
def test_what_is_wrong_is_said(change: dict[str, str], column: str, word: str) -> None:
    """N-13: a faulty row is named with its column and a sentence; the good rows stand."""
    sheet = read({**GOOD, **change}, {**GOOD, "证书编号": "99990000"})
    assert [(found.row, found.column) for found in sheet.findings] == [(2, column)]
    assert word in sheet.findings[0].sentence
    assert [holding.number for holding in sheet.good] == ["99990000"]


def test_a_number_twice_in_the_sheet() -> None:
    sheet = read(GOOD, GOOD)
    assert len(sheet.good) == 1 and "与第 2 行相同" in sheet.findings[0].sentence


def test_a_sheet_without_the_header() -> None:
    """Issue: an xlsx without the header gets a sentence that names the columns."""
    data = write_sheet(columns(POSTS, TODAY)[:2], [["张三", id_number(7)]])
    with pytest.raises(SheetError, match="证书编号"):
        read_certificates(data, "证书.xlsx", POSTS, TODAY)


def test_a_voided_certificate_never_comes_back() -> None:
    """N-52: 原证书作废 is final; JL-08: 非正常 may become 正常 again."""
    for final in (Status.VOID, Status.CANCELLED):
        assert not MOVES[final]
    assert may_become(Status.ABNORMAL, Status.NORMAL) and may_become(Status.NORMAL, Status.VOID)
    assert set(MOVES) == set(Status)
