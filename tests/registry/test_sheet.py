"""The certificate sheet, row by row (N-13, N-20)."""
from datetime import date, datetime

import pytest
from stdnum.cn import ric

from core.registry.sheet import Reading, day_of, missing_columns, read_rows, text_of
from core.registry.states import MOVES, Status, may_become

TODAY = date(2026, 11, 20)
POSTS = frozenset({"资料员", "土建质量员"})
ROW: dict[str, object] = {
    "姓名": "张三", "身份证号": "", "岗位名称": "资料员", "证书编号": "12161140001", "发证机构": "某省建设厅",
    "省份": "吉林省", "发证日期": "2016-04-19", "证书状态": "", "备注": "",
}


def read(*rows: dict[str, object]) -> Reading:
    return read_rows([(2 + i, row) for i, row in enumerate(rows)], POSTS, TODAY)



def with_valid_number(row: dict[str, object]) -> dict[str, object]:
    stem = "11010119900307867"
    digit = next(d for d in "0123456789X" if ric.is_valid(stem + d))
    return {**row, "身份证号": stem + digit}


GOOD = with_valid_number(ROW)


def test_a_good_row_is_read() -> None:
    """N-20: post, province, number (12161140…), day of issue (2016-04-19)."""
    reading = read(GOOD)
    assert not reading.problems
    holding = reading.good[0][1]
    assert (holding.post, holding.province, holding.number) == ("资料员", "吉林省", "12161140001")
    assert holding.issued_on == date(2016, 4, 19) and holding.status is Status.NORMAL and holding.kind == "paper"


@pytest.mark.parametrize("change, column, word", [
    ({"姓名": " "}, "姓名", "空"),
    ({"身份证号": "1.10101E+17"}, "身份证号", "E+17"),
    ({"身份证号": "110101199003078671"}, "身份证号", "最后一位"),
    ({"岗位名称": "塔吊员"}, "岗位名称", "没有“塔吊员”"),
    ({"证书编号": "号"}, "证书编号", "4 到 40"),
    ({"发证日期": "去年"}, "发证日期", "2016-04-19"),
    ({"发证日期": "2016-02-30"}, "发证日期", "2016-04-19"),
    ({"发证日期": date(2027, 1, 1)}, "发证日期", "不晚于今天"),
    ({"证书状态": "还行"}, "证书状态", "只能是"),
    ({"证书类型": "石头"}, "证书类型", "只能是"),
])
def test_what_is_wrong_is_said(change: dict[str, object], column: str, word: str) -> None:
    """N-13: a faulty row is named with its column and a sentence; the good rows stand."""
    reading = read({**GOOD, **change}, {**GOOD, "证书编号": "99990000"})
    assert [(p.row, p.column) for p in reading.problems] == [(2, column)]
    assert word in reading.problems[0].sentence
    assert [row for row, _ in reading.good] == [3]


def test_a_number_twice_in_the_sheet() -> None:
    reading = read(GOOD, GOOD)
    assert len(reading.good) == 1 and "第 2 行重复" in reading.problems[0].sentence


def test_cells_as_sheet_programs_write_them() -> None:
    assert text_of(12161140.0) == "12161140" and text_of("１２ ") == "12" and text_of(None) == ""
    assert day_of(datetime(2016, 4, 19, 8)) == day_of("2016年4月19日") == day_of("2016/4/19") == date(2016, 4, 19)


def test_a_sheet_without_the_header() -> None:
    assert missing_columns(["姓名", "证书编号"]) == ["身份证号", "岗位名称", "发证机构", "省份", "发证日期"]


def test_a_voided_certificate_never_comes_back() -> None:
    """N-52: 原证书作废 is final; JL-08: 非正常 may become 正常 again."""
    for final in (Status.VOID, Status.SUPERSEDED, Status.CANCELLED):
        assert not MOVES[final]
    assert may_become(Status.ABNORMAL, Status.NORMAL) and may_become(Status.NORMAL, Status.VOID)
    assert set(MOVES) == set(Status)
