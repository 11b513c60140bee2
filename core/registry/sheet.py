"""The certificate sheet: what one row must say, judged before anything is written (pure)."""
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import lazy_gettext as _l

from core.base.ids import IdError, parse_id_number

from core.registry.states import Status

COLUMNS = ("姓名", "身份证号", "岗位名称", "证书编号", "发证机构", "省份", "发证日期")
OPTIONAL = ("证书状态", "备注", "证书类型")
STATUS_WORDS = {"": Status.NORMAL, "正常": Status.NORMAL, "非正常": Status.ABNORMAL, "作废": Status.VOID,
                "注销": Status.CANCELLED}
KIND_WORDS = {"": "paper", "纸质": "paper", "纸质证书": "paper", "电子": "electronic", "电子证书": "electronic"}


@dataclass(frozen=True)
class Holding:
    """One certificate as the sheet states it."""

    name: str
    id_number: str
    post: str
    number: str
    issuer: str
    province: str
    issued_on: date
    status: Status
    remark: str
    kind: str


@dataclass(frozen=True)
class Problem:
    """What is wrong in one cell, as a sentence."""

    row: int
    column: str
    sentence: str


@dataclass(frozen=True)
class Reading:
    """The good rows with their row numbers, and what is wrong with the others."""

    good: tuple[tuple[int, Holding], ...]
    problems: tuple[Problem, ...]


def missing_columns(header: list[str]) -> list[str]:
    """The columns that the sheet must have and lacks."""
    return [column for column in COLUMNS if column not in header]


def read_rows(
    rows: list[tuple[int, Mapping[str, object]]], posts: frozenset[str], today: date,
) -> Reading:
    """Judge every row; a certificate number that stands twice in the sheet is refused the second time."""
    good: list[tuple[int, Holding]] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for number, cells in rows:
        found = _row_problems(number, cells, posts, today)
        certificate = text_of(cells.get("证书编号")).upper()
        if certificate in seen and certificate:
            found.append(Problem(number, "证书编号", str(
                _l("证书编号与第 %(row)s 行重复，请删去一行。", row=seen[certificate]))))
        seen.setdefault(certificate, number)
        problems.extend(found)
        if not found:
            good.append((number, _holding(cells)))
    return Reading(tuple(good), tuple(problems))


def text_of(cell: object) -> str:
    """A cell as trimmed text; a number that the sheet program wrote as 1.0 is read as 1."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return unicodedata.normalize("NFKC", str(cell)).strip()


def day_of(cell: object) -> date | None:
    """A date cell, or text like 2016-04-19, 2016/4/19, 2016年4月19日."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?", text_of(cell))
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _row_problems(
    row: int, cells: Mapping[str, object], posts: frozenset[str], today: date,
) -> list[Problem]:
    found = [Problem(row, column, str(_l("%(column)s 是空的，请填写。", column=column)))
             for column in COLUMNS if not text_of(cells.get(column))]
    empty = {problem.column for problem in found}

    def add(column: str, sentence: str | None) -> None:
        if sentence and column not in empty:
            found.append(Problem(row, column, sentence))

    add("身份证号", _number_problem(text_of(cells.get("身份证号")), today))
    post = text_of(cells.get("岗位名称"))
    add("岗位名称", None if post in posts else str(_l("没有“%(post)s”这个岗位，请按岗位名录填写。", post=post[:20])))
    if not re.fullmatch(r"[0-9A-Za-z（）()\-]{4,40}", text_of(cells.get("证书编号"))):
        add("证书编号", str(_l("证书编号只能是 4 到 40 位数字、字母或横线。")))
    issued = day_of(cells.get("发证日期"))
    if issued is None or not date(1980, 1, 1) <= issued <= today:
        add("发证日期", str(_l("发证日期要写成 2016-04-19 这样，且不晚于今天。")))
    if text_of(cells.get("证书状态")) not in STATUS_WORDS:
        add("证书状态", str(_l("证书状态只能是 正常、非正常、作废 或 注销。")))
    if text_of(cells.get("证书类型")) not in KIND_WORDS:
        add("证书类型", str(_l("证书类型只能是 纸质 或 电子。")))
    return found


def _number_problem(text: str, today: date) -> str | None:
    try:
        parse_id_number(text, today)
    except IdError as error:
        return str(error)
    return None


def _holding(cells: Mapping[str, object]) -> Holding:
    issued = day_of(cells.get("发证日期"))
    assert issued is not None
    return Holding(
        text_of(cells["姓名"]), parse_id_number(text_of(cells["身份证号"])).number, text_of(cells["岗位名称"]),
        text_of(cells["证书编号"]).upper(), text_of(cells["发证机构"]), text_of(cells["省份"]), issued,
        STATUS_WORDS[text_of(cells.get("证书状态"))], text_of(cells.get("备注")),
        KIND_WORDS[text_of(cells.get("证书类型"))],
    )
