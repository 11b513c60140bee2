"""The sheet of a question bank: its columns, and a row of it as a question (layout of 题库导入)."""
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.base.sheets import CellError, Column, Finding, Limits, Row, choice, integer, read_sheet, text
from core.exam.rules import LETTERS, RIGHT, WRONG, letters_of, normal_stem
from core.exam.states import QuestionKind

GENERAL = "通用"
KIND_NAMES: Mapping[QuestionKind, str] = {
    QuestionKind.SINGLE: "单选题", QuestionKind.JUDGEMENT: "判断题", QuestionKind.MULTIPLE: "多选题"}
KINDS_BY_NAME = {name: kind for kind, name in KIND_NAMES.items()}
JUDGEMENT_OPTIONS = ("正确", "错误")
_KIND_ALIASES = {"单选": "单选题", "单项选择题": "单选题", "判断": "判断题", "是非题": "判断题",
                 "多选": "多选题", "多项选择题": "多选题"}
_RIGHT_WORDS = frozenset({"对", "正确", "是", "√", "✓", "T", "TRUE", "Y", "A"})
_WRONG_WORDS = frozenset({"错", "错误", "否", "×", "✗", "X", "F", "FALSE", "N", "B"})
OPTION_TITLES = tuple(f"选项{letter}" for letter in LETTERS)
LIMITS = Limits(rows=20_000)

COLUMNS: Sequence[Column] = (
    Column("kind", "题型", choice(tuple(KINDS_BY_NAME), _KIND_ALIASES), width=9),
    Column("stem", "题干", text(2000), width=60),
    *(Column(f"option_{letter}", title, text(1000), required=False, width=24)
      for letter, title in zip(LETTERS, OPTION_TITLES, strict=True)),
    Column("answer", "答案", text(20), aliases=("正确答案", "参考答案"), width=8),
    Column("explanation", "解析", text(5000), required=False, aliases=("答案解析",), width=40),
    Column("difficulty", "难度", choice(("易", "中", "难")), required=False, width=7),
    Column("points", "分值", integer(0, 100), required=False, width=7),
    Column("scope", "岗位", text(40), width=14),
    Column("topic", "知识点", text(60), required=False, width=14),
    Column("clause", "依据", text(300), required=False, aliases=("条文依据",), width=50),
)


@dataclass(frozen=True)
class NewQuestion:
    """A question as a sheet or a form brings it; `key` in the letters of `options`, `scope` a post, family or 通用."""

    kind: QuestionKind
    stem: str
    options: tuple[str, ...]
    key: str
    scope: str
    explanation: str = ""
    difficulty: str = "中"
    topic: str = ""
    clause: str = ""

    @property
    def fingerprint(self) -> str:
        """Equal for two questions that ask the same with the same options."""
        options = sorted(normal_stem(option) or option for option in self.options)
        return "|".join((self.kind, normal_stem(self.stem), *options))


@dataclass(frozen=True)
class BankSheet:
    """What a sheet holds: good questions with the row each stands in, and all findings."""

    questions: tuple[tuple[int, NewQuestion], ...]
    findings: tuple[Finding, ...]
    rows: int

    @property
    def faulty_rows(self) -> int:
        return self.rows - len(self.questions)


def read_bank(data: bytes, filename: str, scopes: frozenset[str]) -> BankSheet:
    """The questions of an xlsx or csv. `scopes`: names that 岗位 may hold besides 通用. Raises SheetError."""
    sheet = read_sheet(data, filename, COLUMNS, LIMITS)
    questions: list[tuple[int, NewQuestion]] = []
    findings: list[Finding] = []
    seen: dict[str, int] = {}
    for row in sheet.rows:
        if not row.good:
            findings.extend(row.findings)
            continue
        try:
            question = question_of(row, scopes)
            first = seen.setdefault(question.fingerprint, row.number)
            if first != row.number:
                raise ColumnError("stem", f"与第 {first} 行的题目相同，", "请删去一行。")
        except ColumnError as error:
            findings.append(_finding(row, error))
        else:
            questions.append((row.number, question))
    return BankSheet(tuple(questions), tuple(findings), len(sheet.rows))


class ColumnError(CellError):
    """A cell that is wrong only beside the others of its row; `key` names its column."""

    def __init__(self, key: str, wrong: str, right: str = "") -> None:
        super().__init__(wrong, right)
        self.key = key


def question_of(row: Row, scopes: frozenset[str]) -> NewQuestion:
    """The question in a row. Raises ColumnError."""
    kind = KINDS_BY_NAME[row.text("kind")]
    scope = row.text("scope")
    if scope not in scopes | {GENERAL}:
        raise ColumnError("scope", f"没有“{scope}”这个岗位，", f"请填写岗位全称，各岗位共用的题填“{GENERAL}”。")
    options = JUDGEMENT_OPTIONS if kind is QuestionKind.JUDGEMENT else _options(row)
    return NewQuestion(kind, row.text("stem"), options, check_key(kind, len(options), row.text("answer")), scope,
                       row.text("explanation"), row.text("difficulty") or "中", row.text("topic"),
                       row.text("clause"))


def _options(row: Row) -> tuple[str, ...]:
    given = [row.text(f"option_{letter}") for letter in LETTERS]
    filled = [option for option in given if option]
    if len(filled) < 2:
        raise ColumnError("option_A" if not given[0] else "option_B", "选择题至少要有两个选项，", "请补上选项。")
    for letter, option in zip(LETTERS, given[:len(filled)], strict=False):
        if not option:
            raise ColumnError(f"option_{letter}", "中间空了一个选项，", "请把选项依次填在 A、B、C、D 中。")
    if len({unicodedata.normalize("NFKC", option) for option in filled}) < len(filled):
        raise ColumnError("option_A", "有两个选项相同，", "请改正其中一个。")
    return tuple(filled)


def check_key(kind: QuestionKind, options: int, answer: str) -> str:
    """The right letters, sorted. Raises ColumnError for the column 答案."""
    letters = letters_of(answer)
    if kind is QuestionKind.JUDGEMENT:
        if letters in _RIGHT_WORDS:
            return RIGHT
        if letters in _WRONG_WORDS:
            return WRONG
        raise ColumnError("answer", f"判断题的答案“{answer[:20]}”看不懂，", "请填写“对”或“错”。")
    offered = LETTERS[:options]
    if not letters or set(letters) - set(offered):
        raise ColumnError("answer", f"答案“{answer[:20]}”不在选项 {offered[0]} 到 {offered[-1]} 之中，",
                          "请填写选项的字母。")
    if len(set(letters)) != len(letters):
        raise ColumnError("answer", f"答案“{answer[:20]}”里有重复的字母，", "请核对后改正。")
    if kind is QuestionKind.SINGLE and len(letters) != 1:
        raise ColumnError("answer", "单选题只能有一个答案，", "请改正答案，或把题型改为多选题。")
    if kind is QuestionKind.MULTIPLE and len(letters) < 2:
        raise ColumnError("answer", "多选题至少有两个答案，", "请补全答案，或把题型改为单选题。")
    return "".join(sorted(letters))


def sheet_row(question: NewQuestion) -> list[object]:
    """The cells of a question in the order of COLUMNS, ready to be written and read back."""
    judgement = question.kind is QuestionKind.JUDGEMENT
    options = [*question.options, *[""] * (len(LETTERS) - len(question.options))]
    answer = ("对" if question.key == RIGHT else "错") if judgement else question.key
    return [KIND_NAMES[question.kind], question.stem, *options, answer, question.explanation,
            question.difficulty, None, question.scope, question.topic, question.clause]


def _finding(row: Row, error: ColumnError) -> Finding:
    column = next(column for column in COLUMNS if column.key == error.key)
    return Finding(row.number, column.title, row.cells[error.key], row.raw[error.key], error.wrong, error.right)
