"""The batch doctor: what is wrong in a row, what would be right, what is mended without a question (ZJ-16, ZJ-19, C-17,
P-24)."""
import csv
import io
import re
from collections.abc import Mapping
from typing import Any

import pytest
import python_calamine

from core.api.intake import OnFile
from core.api.sheets import SheetError, read_sheet
from core.api.store import new_id
from plugins.zhejiang.batch.kinds import NOTICES, Found, Outcome, words_of
from plugins.zhejiang.batch.rules import Entry, Known, Line, judged, of_platform
from plugins.zhejiang.batch.sheet import NOTE, TITLE, template
from tests.data import data
from tests.plugins.zhejiang.sheets import COLUMNS, TODAY, number, person, sheet_of

UNKNOWN = Known({}, {}, (), {}, (), (), (), {}, phone_unique=False)


def looked_through(content: bytes, known: Known = UNKNOWN) -> list[Line]:
    return judged(read_sheet(content, "报名汇总表.xlsx", COLUMNS), COLUMNS, TODAY, 16, known)


def codes(line: Line) -> set[str]:
    return {found.code for found in line.findings}


RIGHT = person(1)
WRONG: Mapping[str, tuple[dict[str, str], str, str, str]] = {
    "scientific": ({"id_number": "1.10101E+17"}, "C", "scientific", "设为文本"),
    "checksum": ({"id_number": number(1)[:17] + ("1" if number(1)[17] != "1" else "2")}, "C", "id_checksum",
                 f"最后一位应是“{number(1)[17]}”"),
    "17 digits": ({"id_number": number(1)[:17]}, "C", "id_length", number(1)),
    "15 digits": ({"id_number": number(1)[:6] + number(1)[8:17]}, "C", "id_old", number(1)),
    "letter O": ({"id_number": number(1).replace("0", "O", 1)}, "C", "id_character", number(1)),
    "no such day": ({"id_number": "33010619900230531X"}, "C", "id_birth", "不存在"),
    "in the future": ({"id_number": "330106203001017390"}, "C", "id_birth", "不可能"),
    "no such region": ({"id_number": "990106199002034030"}, "C", "id_region", "没有 990106"),
    "a child": ({"id_number": "330106201506013011"}, "C", "id_age", "16 周岁"),
    "sex": ({"sex": "女"}, "B", "id_sex", "表示“男”"),
    "sex missing": ({"sex": ""}, "B", "empty", "应选“男”"),
    "name missing": ({"name": " 　"}, "A", "empty", "必填"),
    "name with digits": ({"name": "王5"}, "A", "name", "按身份证"),
    "formula as text": ({"name": "@SUM(1)"}, "A", "formula", "只填写文字"),
    "ten digits": ({"phone": "1390000000"}, "D", "mobile_length", "11 位"),
    "landline": ({"phone": "0571-88886666"}, "D", "mobile_kind", "座机"),
    "no such range": ({"phone": "12345678901"}, "D", "mobile_range", "123"),
    "not in the list": ({"education": "硕士"}, "E", "choice", "是不是“研究生”"),
    "another word": ({"education": "专科"}, "E", "choice", "是不是“大专”"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_cell_is_named_with_what_would_be_right(case: str) -> None:
    """C-17: cell, kind, sentence; the row beside it goes in."""
    otherwise, column, code, said = WRONG[case]
    bad, good = looked_through(sheet_of([person(1, **otherwise), person(2)]))
    found = next(one for one in bad.findings if one.code == code)
    assert (bad.outcome, found.cell) == (Outcome.FAULTY, f"{column}2")
    assert said in found.wrong + found.right
    assert good.outcome is Outcome.FRESH and not good.findings


@pytest.mark.parametrize(("otherwise", "meant"), [
    ({"name": "　王一\xa0"}, {"name": "王一"}), ({"name": "王  一"}, {"name": "王一"}),
    ({"name": "Wang  Yi"}, {"name": "Wang Yi"}), ({"name": "阿依古丽·买买提"}, {"name": "阿依古丽·买买提"}),
    ({"id_number": f" {number(1)}\t"}, {"id_number": number(1)}),
    ({"id_number": f"'{number(1)}"}, {"id_number": number(1)}),
    ({"id_number": f"{number(1)[:6]} {number(1)[6:14]} {number(1)[14:]}"}, {"id_number": number(1)}),
    ({"id_number": "".join(chr(ord(c) + 0xFEE0) for c in number(1))}, {"id_number": number(1)}),
    ({"id_number": "32092120060413175x"}, {"id_number": "32092120060413175X"}),
    ({"phone": "+86 139-0000-0001"}, {"phone": "13900000001"}), ({"phone": "１３９００００００01"}, {"phone": "13900000001"}),
    ({"education": "本 科"}, {"education": "本科"}), ({"sex": " 男 "}, {"sex": "男"}),
])
def test_what_can_only_mean_one_thing_is_mended_and_said(otherwise: dict[str, str], meant: dict[str, str]) -> None:
    """docs/administrator/batch.md: nothing is changed without being named, and nothing but form is changed."""
    [line] = looked_through(sheet_of([person(1, **otherwise)]))
    assert line.entry is not None and line.outcome is Outcome.FRESH
    assert {key: getattr(line.entry, key) for key in meant} == meant
    assert codes(line) == ({Found.MENDED} if otherwise != meant else set())


def test_rows_beside_each_other() -> None:
    """C-17: the same row, the same person, two names, one phone; a faulty row does not keep out the right one."""
    lines = looked_through(sheet_of([
        person(1), person(1), person(1, phone="13911111111"), person(1, name="李四"), person(2, phone=RIGHT[3]),
        person(3, education="大学"), person(3)]))
    assert [(line.outcome, codes(line)) for line in lines] == [
        (Outcome.FRESH, set()), (Outcome.FAULTY, {Found.ROW_TWICE}), (Outcome.FAULTY, {Found.PERSON_TWICE}),
        (Outcome.FAULTY, {Found.TWO_NAMES}), (Outcome.FAULTY, {Found.PHONE_TWICE}), (Outcome.FAULTY, {"choice"}),
        (Outcome.FRESH, set())]


def _known(**otherwise: Any) -> Known:
    values: dict[str, Any] = {"on_file": {}, "owners": {}, "here": (), "own": {}, "elsewhere": (), "ours": (),
                              "enrolled": (), "barred": {}, "phone_unique": False} | otherwise
    return Known(**values)


def test_what_only_the_platform_knows() -> None:
    """C-17, ZJ-14: accounts, other batches, other enterprises (none is named), the blacklist."""
    who, other = new_id(), new_id()
    entry = Entry(*person(1))
    on_file = {entry.id_number: OnFile(who, entry.name, entry.phone)}

    def seen(**otherwise: Any) -> tuple[Outcome, list[Found]]:
        outcome, said = of_platform(entry, _known(**{"on_file": on_file} | otherwise))
        return outcome, [one.kind for one in said]

    assert seen(on_file={}) == seen() == (Outcome.FRESH, [])
    assert seen(here={who}, enrolled={who}) == (Outcome.KNOWN, [])
    assert seen(own={who: "20261120-0001"}) == (Outcome.FAULTY, [Found.OTHER_BATCH])
    assert seen(elsewhere={who}) == (Outcome.FAULTY, [Found.ELSEWHERE])
    assert seen(enrolled={who}) == (Outcome.FAULTY, [Found.ENROLLED])
    assert seen(barred={entry.id_number: "在黑名单中。"}) == (Outcome.FAULTY, [Found.BARRED])
    assert seen(on_file={entry.id_number: OnFile(who, "别的名", entry.phone)}) == (
        Outcome.FAULTY, [Found.NAME_ON_FILE])
    assert seen(on_file={entry.id_number: OnFile(who, entry.name, "13811112222")}) == (
        Outcome.FRESH, [Found.PHONE_ON_FILE])
    assert seen(owners={entry.phone: {who}}) == (Outcome.FRESH, [])
    assert seen(owners={entry.phone: {who, other}}) == (Outcome.FRESH, [Found.PHONE_SHARED])
    assert seen(owners={entry.phone: {other}}, ours={other}) == (Outcome.FAULTY, [Found.PHONE_OURS])
    assert seen(owners={entry.phone: {other}}, phone_unique=True) == (Outcome.FAULTY, [Found.PHONE_TAKEN])


def test_the_template_is_the_printed_form_and_can_be_filled_in() -> None:
    """ZJ-19: title, header, note word for word; empty, it has no rows."""
    empty = template(COLUMNS)
    with pytest.raises(SheetError, match="没有内容"):
        read_sheet(empty, "a.xlsx", COLUMNS)
    rows = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(empty)).get_sheet_by_name(TITLE).to_python()
    assert (rows[0][0], rows[1], rows[2][0]) == (TITLE, [column.title for column in COLUMNS], NOTE)


# the optional data

ACCEPTED = {
    5: "前导Tab：单元格里带进来的空白，号码本身完整", 19: "数值手机号 11 位，不会丢位", 25: "两字名中间的空格是排版",
    28: "数值手机号 11 位，不会丢位", 34: "分组空格", 38: "Excel 的文本前缀", 41: "全角数字", 42: "国际区号 +86",
    43: "“本 科”就是列表中的“本科”", 48: "首尾空格", 51: "全角数字", 52: "全角和不换行空格", 54: "小写 x",
}
"""Rows of the error sheet that we mend, name as mended, and let in: their meaning is certain and nothing is lost. The
expectation file marks 19 and 28 可接受, 48 应清洗后接受, 54 应接受并规范; the others it only names, and so do we."""


def _error_sheet() -> tuple[list[Line], dict[int, str]]:
    folder = data("enrol")
    if folder is None:
        pytest.skip("the optional data is not here")
    with (folder / "报名汇总表_错误用例_期望.csv").open(encoding="utf-8-sig") as file:
        expected = {int(row["excel行号"]): row["问题"] for row in csv.DictReader(file)}
    return looked_through((folder / "报名汇总表_错误用例.xlsx").read_bytes()), expected


NAMED = (
    (r"必填缺失:(.+?)(\(|$)", {"empty"}), ("出生日期", {"id_birth"}), ("闰日", {"id_birth"}), ("性别与", {"id_sex"}),
    (r"手机号1[02]位", {"mobile_length"}), ("身份证为|科学计数", {"scientific"}), ("学历不在", {"choice", "mended"}),
    ("公式注入", {"formula"}), ("15位", {"id_old"}), ("17位", {"id_length"}), ("校验位错", {"id_checksum"}),
    ("字母O", {"id_character"}), ("号段", {"mobile_range"}), ("行政区划", {"id_region"}), ("座机", {"mobile_kind"}),
    ("未满16", {"id_age"}), ("完全重复", {"row_twice"}), ("姓名不同", {"id_two_names"}),
    ("手机号与另一行", {"phone_twice"}), (".", {"mended"}),
)


def test_the_error_sheet_gives_its_57_findings_and_passes_its_3_right_rows() -> None:
    """Issue 5, data/enrol: every faulty row is named with the kind that is expected; see ACCEPTED for those let in."""
    lines, expected = _error_sheet()
    assert [line.number for line in lines] == list(range(2, 62))
    clean = [line.number for line in lines if not line.findings]
    assert clean == [number for number, said in expected.items() if said == "正确行"] == [2, 3, 4]
    for line in lines[3:]:
        wanted = next(kinds for pattern, kinds in NAMED if re.search(pattern, expected[line.number]))
        assert codes(line) & wanted, (line.number, expected[line.number], codes(line))
        assert all(found.cell and found.wrong for found in line.findings)
    assert {line.number for line in lines[3:] if line.outcome is Outcome.FRESH} == set(ACCEPTED)
    assert sum(line.outcome is Outcome.FAULTY for line in lines) == 57 - len(ACCEPTED) == 44


@pytest.mark.parametrize(("name", "rows"), [("1000人", 1000), ("200人_原模板版式", 200), ("50人_配照片", 50)])
def test_right_people_pass_without_a_word(name: str, rows: int) -> None:
    """55 of the 1,000 carry division codes abolished since: real people have those. A title and a note line are no
    rows."""
    folder = data("enrol")
    if folder is None:
        pytest.skip("the optional data is not here")
    lines = looked_through((folder / f"报名汇总表_{name}.xlsx").read_bytes())
    assert len(lines) == rows and not [line for line in lines if line.findings or line.outcome is not Outcome.FRESH]


def test_columns_in_another_order_and_a_column_that_is_missing() -> None:
    """data/enrol 结构_*: the header is found by its titles; what is missing is named."""
    folder = data("enrol")
    if folder is None:
        pytest.skip("the optional data is not here")
    lines = looked_through((folder / "结构_列顺序不同.xlsx").read_bytes())
    assert len(lines) == 10 and all(line.outcome is Outcome.FRESH for line in lines)
    assert lines[0].entry is not None and lines[0].entry.name == "黄斌龙"
    with pytest.raises(SheetError, match="缺少这些列：学历"):
        looked_through((folder / "结构_缺列_无学历.xlsx").read_bytes())


def test_every_kind_has_words() -> None:
    """No finding is shown as “填写不对” that has a kind of its own."""
    assert all(words_of(kind) != words_of("value") for kind in Found) and NOTICES < set(Found)
