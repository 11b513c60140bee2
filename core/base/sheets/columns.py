"""What a column of a sheet may hold, and what is found wrong in a cell."""
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from core.base.ids import IdError, parse_credit_code, parse_id_number, parse_mobile

_BLANK = " \t\r\n\v\f\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff"
_DAY = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?( 00:00:00)?$")
_NAME_MARKS = " ·•‧・.．-'’"
_AMOUNT = re.compile(r"^[¥￥]?(\d{1,9})(\.\d{1,2})?元?$")


class CellError(ValueError):
    """A cell that cannot be taken: what is wrong, and what would be right; `code` tells the kind to programs."""

    def __init__(self, wrong: str, right: str = "", code: str = "value") -> None:
        super().__init__(wrong)
        self.wrong = wrong
        self.right = right
        self.code = code


@dataclass(frozen=True)
class Kind:
    """How the text of a cell becomes a value; `choices` also become a drop-down list in a template."""

    parse: Callable[[str], object]
    choices: tuple[str, ...] = ()
    as_text: bool = True


@dataclass(frozen=True)
class Column:
    """One column: `key` in the code, `title` in the header row; also found under one of `aliases`.

    An optional column may be empty or missing; a `unique` one may hold no value twice.
    """

    key: str
    title: str
    kind: Kind = field(default_factory=lambda: text())
    required: bool = True
    aliases: tuple[str, ...] = ()
    unique: bool = False
    width: int = 16


@dataclass(frozen=True)
class Finding:
    """What is wrong in one cell. `row` counts as Excel does (the first is 1), `cell` is like C5."""

    row: int
    column: str
    cell: str
    value: str
    wrong: str
    right: str = ""
    code: str = "value"

    @property
    def sentence(self) -> str:
        """第 5 行“身份证号”（C5）：… """
        place = f"第 {self.row} 行“{self.column}”（{self.cell}）"
        return f"{place}：{self.wrong}{self.right}"


@dataclass(frozen=True)
class Row:
    """One line: values by column key, the cells as typed and where each stands (C5), and what is wrong in it.

    `formulas` and `numbers`: the columns whose cell is a formula (xlsx alone tells) or a number of ten digits and more.
    """

    number: int
    values: Mapping[str, object]
    raw: Mapping[str, str]
    findings: tuple[Finding, ...] = ()
    cells: Mapping[str, str] = field(default_factory=dict)
    formulas: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()

    @property
    def good(self) -> bool:
        return not self.findings

    def text(self, key: str) -> str:
        """The value of a text-like column, "" where the cell is empty."""
        value = self.values.get(key)
        return "" if value is None else str(value)

    def integer(self, key: str) -> int | None:
        value = self.values.get(key)
        return value if isinstance(value, int) else None

    def day(self, key: str) -> date | None:
        value = self.values.get(key)
        return value if isinstance(value, date) else None


@dataclass(frozen=True)
class Sheet:
    """What was read: every filled line in order, with the findings of all of them."""

    name: str
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]

    @property
    def good(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.good)

    @property
    def bad(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if not row.good)


def trim(value: str) -> str:
    """The text without blanks of any width around it."""
    return value.strip(_BLANK)


def text(max_length: int = 500, plain: bool = False) -> Kind:
    """Any text; a `plain` one (a name, a firm) may not begin like a formula."""

    def parse(value: str) -> str:
        if len(value) > max_length:
            raise CellError(f"有 {len(value)} 个字，", f"最多 {max_length} 个字。", "long")
        if plain and value[0] in "=+-@＝＋－＠":
            raise CellError(f"以“{value[0]}”开头，像是公式，", "请只填写文字。", "formula")
        return value

    return Kind(parse)


def person_name(max_length: int = 40) -> Kind:
    """A natural person's name: letters of any script with dots, dashes and single blanks between them. The blanks that
    spread a name of two characters over its cell do not count."""
    whole = text(max_length, plain=True)

    def parse(value: str) -> str:
        name = " ".join(str(whole.parse(value)).split())
        if not name.isascii() and not any(c.isascii() and c.isalpha() for c in name):
            name = name.replace(" ", "")
        odd = next((c for c in name if not (c in _NAME_MARKS or unicodedata.category(c)[0] in "LM"
                                            or unicodedata.category(c) == "Co")), None)
        if odd is not None:
            raise CellError(f"姓名里有“{odd}”，", "请按身份证填写姓名。", "name")
        return name

    return Kind(parse)


def choice(values: Sequence[str], aliases: Mapping[str, str] | None = None) -> Kind:
    """One of a list; `aliases` names other spellings and what they mean."""
    known = {_same(value): value for value in values}
    known.update({_same(alias): value for alias, value in (aliases or {}).items()})

    def parse(value: str) -> str:
        found = known.get(_same(value))
        if found is None:
            shown = "、".join(values[:12]) + ("等" if len(values) > 12 else "")
            raise CellError(f"“{_shown(value)}”不在可选范围内，", f"请填写：{shown}。", "choice")
        return found

    return Kind(parse, choices=tuple(values))


def integer(least: int, most: int) -> Kind:
    """A whole number within limits, both included."""

    def parse(value: str) -> int:
        digits = unicodedata.normalize("NFKC", value).replace(",", "")
        if not re.fullmatch(r"-?\d{1,12}", digits) or not least <= int(digits) <= most:
            raise CellError(f"“{_shown(value)}”不对，", f"应是 {least} 到 {most} 的整数。")
        return int(digits)

    return Kind(parse, as_text=False)


def amount() -> Kind:
    """Yuan with at most two decimals; the value is fen."""

    def parse(value: str) -> int:
        match = _AMOUNT.match(unicodedata.normalize("NFKC", value).replace(",", "").replace(" ", ""))
        if not match:
            raise CellError(f"“{_shown(value)}”不是金额，", "请填写如 96.00 的金额，单位是元。")
        return int(match[1]) * 100 + int((match[2] or ".0")[1:].ljust(2, "0"))

    return Kind(parse, as_text=False)


def day() -> Kind:
    """A calendar day: 2016-04-19, 2016/4/19, 2016年4月19日, 20160419 or a date cell."""

    def parse(value: str) -> date:
        narrow = unicodedata.normalize("NFKC", value)
        match = _DAY.match(narrow)
        try:
            if match:
                return date(int(match[1]), int(match[2]), int(match[3]))
            return datetime.strptime(narrow, "%Y%m%d").date()
        except ValueError:
            raise CellError(f"“{_shown(value)}”不是日期，", "请填写如 2016-04-19 的日期。") from None

    return Kind(parse, as_text=False)


def id_number(today: date | None = None) -> Kind:
    """A resident ID number in its one written form (N-09, ZJ-19)."""
    return _checked(lambda value: parse_id_number(value, today).number)


def mobile() -> Kind:
    """A mainland mobile number as 11 digits (ZJ-19)."""
    return _checked(parse_mobile)


def credit_code() -> Kind:
    """A 统一社会信用代码."""
    return _checked(parse_credit_code)


def _checked(parse: Callable[[str], str]) -> Kind:
    def parse_cell(value: str) -> str:
        try:
            return parse(value)
        except IdError as error:
            raise CellError(str(error), code=error.code) from error

    return Kind(parse_cell)


def _same(value: str) -> str:
    return "".join(unicodedata.normalize("NFKC", value).split()).casefold()


def _shown(value: str) -> str:
    return value if len(value) <= 30 else value[:30] + "…"
