"""The one-to-one guard (C-18), the lines of an order (ZJ-22) and its money; pure."""
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from plugins.zhejiang.batch.states import Mode
from plugins.zhejiang.order.states import Check, Weight

_LEFT, _RIGHT = str.maketrans("[【〔〖{〈《", "((((((("), str.maketrans("]】〕〗}〉》", ")))))))")
_DOTS = str.maketrans("•‧・∙●", "·····")
_BLANK = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff]+")


def plain_name(name: str) -> str:
    """A firm's name as it is compared: widths, brackets, blanks and the two ways to write 有限公司 do not count, every
    other sign does. Nothing that merely looks similar is the same."""
    plain = unicodedata.normalize("NFKC", name).translate(_LEFT).translate(_RIGHT).translate(_DOTS)
    return _BLANK.sub("", plain).casefold().replace("有限责任公司", "有限公司")


def plain_reference(reference: str) -> str:
    """A bank's number of a payment as it is compared."""
    return re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", reference).upper())


@dataclass(frozen=True)
class Claimed:
    """What the enterprise says of its payment."""

    payer: str
    title: str
    tax_number: str
    paid_fen: int
    paid_on: date


@dataclass(frozen=True)
class Known:
    """What it is compared with. `used`: numbers of other orders with the same picture; `alike`: with one that looks the
    same; `reference_used`: with the same bank reference."""

    enterprise: str
    credit_code: str
    total_fen: int
    ordered_on: date
    today: date
    used: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    reference_used: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """What does not fit, and what would be right; the words stand in `words.py`."""

    check: Check
    weight: Weight
    found: str = ""
    right: str = ""


def findings(claimed: Claimed, known: Known, weights: Mapping[Check, Weight]) -> tuple[Finding, ...]:
    """C-18: everything that speaks against order and payment being one to one. A day that has not come is always
    refused; a picture that looks the same is only ever a warning, since a machine says so."""
    found: list[tuple[Check, str, str]] = []
    if plain_name(claimed.payer) != plain_name(known.enterprise):
        found.append((Check.PAYER, claimed.payer, known.enterprise))
    if plain_name(claimed.title) != plain_name(claimed.payer):
        found.append((Check.TITLE, claimed.title, claimed.payer))
    if claimed.tax_number and known.credit_code and claimed.tax_number != known.credit_code:
        found.append((Check.TAX_NUMBER, claimed.tax_number, known.credit_code))
    if claimed.paid_fen != known.total_fen:
        found.append((Check.AMOUNT, str(claimed.paid_fen), str(known.total_fen)))
    found += [(Check.PICTURE, "、".join(known.used), "")] if known.used else []
    found += [(Check.ALIKE, "、".join(known.alike), "")] if known.alike else []
    found += [(Check.REFERENCE, "、".join(known.reference_used), "")] if known.reference_used else []
    if claimed.paid_on < known.ordered_on:
        found.append((Check.EARLY, claimed.paid_on.isoformat(), known.ordered_on.isoformat()))
    if claimed.paid_on > known.today:
        found.append((Check.LATE, claimed.paid_on.isoformat(), known.today.isoformat()))
    fixed = {Check.LATE: Weight.REFUSE, Check.ALIKE: Weight.WARN}
    return tuple(Finding(check, fixed.get(check) or weights[check], what, right) for check, what, right in found)


@dataclass(frozen=True)
class Priced:
    """Somebody in an order: post, mode and fee."""

    post: str
    mode: Mode
    fee_fen: int


@dataclass(frozen=True)
class Line:
    """人数 × 收费标准 of one post and mode (ZJ-22)."""

    post: str
    mode: Mode
    people: int
    fee_fen: int

    @property
    def sum_fen(self) -> int:
        return self.people * self.fee_fen


def lines(people: Iterable[Priced]) -> tuple[Line, ...]:
    """The order line by line: by post, then by mode."""
    counted = Counter(people)
    return tuple(Line(one.post, one.mode, count, one.fee_fen) for one, count in sorted(
        counted.items(), key=lambda item: (item[0].post, item[0].mode, item[0].fee_fen)))


def headcount(found: Sequence[Line]) -> str:
    """线上培训多少人、线下培训多少人，共培训多少人 (ZJ-24), as the statement is prefilled."""
    by_mode = Counter[Mode]()
    for line in found:
        by_mode[line.mode] += line.people
    words = {Mode.ONLINE: "线上培训", Mode.OFFLINE: "线下培训", Mode.CONTINUING: "继续教育"}
    parts = [f"{word}{by_mode[mode]}人" for mode, word in words.items() if by_mode[mode]]
    return f"{'、'.join(parts)}，共培训{by_mode.total()}人"


@dataclass(frozen=True)
class Money:
    """The sums of an order's entries."""

    due_fen: int
    held_fen: int

    @property
    def surplus_fen(self) -> int:
        """What the institution holds beyond what the people in the order cost (P-22); negative: it lacks that."""
        return self.held_fen - self.due_fen


def money(entries: Iterable[tuple[int, int]]) -> Money:
    """(due, held) of each entry, added up."""
    due = held = 0
    for due_fen, held_fen in entries:
        due, held = due + due_fen, held + held_fen
    return Money(due, held)
