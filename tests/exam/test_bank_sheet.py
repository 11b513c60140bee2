"""Reading a bank's sheet: what is taken, and what each faulty cell is told."""
import pytest

from core.base.sheets import SheetError, write_csv, write_sheet
from core.exam.bank_sheet import COLUMNS, BankSheet, NewQuestion, read_bank, sheet_row
from core.exam.states import QuestionKind
from tests.data import data

POSTS = frozenset({"资料员", "施工员"})
GOOD = {"题型": "单选题", "题干": "下列说法正确的是（ ）", "选项A": "甲", "选项B": "乙", "选项C": "丙", "选项D": "丁",
        "答案": "A", "岗位": "资料员"}


def read(*lines: dict[str, str]) -> BankSheet:
    titles = [column.title for column in COLUMNS]
    return read_bank(write_csv(titles, [[line.get(title, "") for title in titles] for line in lines]),
                     "题库.csv", POSTS)


@pytest.mark.parametrize(("change", "key"), [
    ({}, "A"), ({"答案": "ｂ"}, "B"), ({"题型": "单选"}, "A"), ({"岗位": "通用"}, "A"),
    ({"选项E": "戊", "答案": "E"}, "E"),
    ({"题型": "多选题", "答案": "A,C"}, "AC"), ({"题型": "多选题", "答案": "ＡＣ"}, "AC"),
    ({"题型": "多选题", "答案": "c a"}, "AC"),
    ({"题型": "判断题", "答案": "√"}, "A"), ({"题型": "判断题", "答案": "T"}, "A"),
    ({"题型": "判断题", "答案": "错"}, "B"), ({"题型": "判断题", "答案": "×"}, "B"),
])
def test_keys_as_people_write_them(change: dict[str, str], key: str) -> None:
    """N-42: single choice, judgement, multiple choice."""
    sheet = read(GOOD | change)
    assert sheet.findings == () and sheet.questions[0][1].key == key


@pytest.mark.parametrize(("change", "column", "says"), [
    ({"答案": ""}, "答案", "没有填写"),
    ({"答案": "E"}, "答案", "不在选项 A 到 D 之中"),
    ({"答案": "AB"}, "答案", "单选题只能有一个答案"),
    ({"答案": "甲"}, "答案", "不在选项"),
    ({"题干": ""}, "题干", "没有填写"),
    ({"题型": "填空题"}, "题型", "不在可选范围内"),
    ({"题型": "多选题"}, "答案", "至少有两个答案"),
    ({"题型": "多选题", "答案": "ACA"}, "答案", "重复的字母"),
    ({"题型": "判断题", "答案": "也许"}, "答案", "看不懂"),
    ({"岗位": "宇航员"}, "岗位", "没有“宇航员”这个岗位"),
    ({"选项B": "", "选项C": "", "选项D": ""}, "选项B", "至少要有两个选项"),
    ({"选项B": ""}, "选项B", "中间空了一个选项"),
    ({"选项B": "甲"}, "选项A", "有两个选项相同"),
])
def test_each_faulty_cell_is_named(change: dict[str, str], column: str, says: str) -> None:
    sheet = read(GOOD | change, GOOD | {"题干": "另一道题（ ）"})
    finding, = sheet.findings
    assert (finding.row, finding.column) == (2, column)
    assert finding.cell == f"{'ABCDEFGHIJKLMN'[[one.title for one in COLUMNS].index(column)]}2"
    assert says in finding.wrong and finding.right
    assert len(sheet.questions) == sheet.faulty_rows == 1


def test_a_question_twice_in_a_sheet_names_the_first() -> None:
    sheet = read(GOOD, GOOD | {"题干": "下列说法正确的是(  )。", "答案": "B"})
    finding, = sheet.findings
    assert "与第 2 行的题目相同" in finding.wrong and finding.row == 3


def test_a_sheet_without_the_header_is_refused() -> None:
    with pytest.raises(SheetError):
        read_bank(write_csv(["姓名", "电话"], [["甲", "1"]]), "名单.csv", POSTS)


def test_formulas_survive_neither_way() -> None:
    question = NewQuestion(QuestionKind.SINGLE, "=1+1", ("@甲", "-乙"), "A", "通用")
    back = read_bank(write_sheet(COLUMNS, [sheet_row(question)]), "题库.xlsx", POSTS)
    assert back.questions[0][1].stem.lstrip("'") == "=1+1"


@pytest.mark.skipif(data("questions") is None, reason="needs the optional test data")
def test_the_sheet_of_150_questions_is_taken_whole() -> None:
    path = data("questions", "题库导入_单多判_150题.xlsx")
    assert path is not None
    sheet = read_bank(path.read_bytes(), path.name, POSTS)
    assert (len(sheet.questions), sheet.findings) == (150, ())


@pytest.mark.skipif(data("questions") is None, reason="needs the optional test data")
def test_the_faulty_sheet_keeps_only_three_rows() -> None:
    """Rows 2, 8 and 12 hold a right question each; the later ones repeat them in another spelling."""
    path = data("questions", "题库导入_错误用例_12行.xlsx")
    assert path is not None
    sheet = read_bank(path.read_bytes(), path.name, POSTS)
    assert [row for row, _question in sheet.questions] == [2, 8, 12]
    assert {finding.row for finding in sheet.findings} == {3, 4, 5, 6, 7, 9, 10, 11, 13}
