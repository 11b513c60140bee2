"""Pure rules of the desk: which questions are asked, when an answer is right, how long one waits."""
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from core.api import local_date
from core.api.people import KnownFacts

LAST_DIGITS = 4


@dataclass(frozen=True)
class DeskRules:
    """The desk's values; `source` says where they come from."""

    since: date
    right: int                   # answers that prove a person
    wrong: int                   # answers after which only the document helps
    wrong_hours: int             # wrong answers of other tickets of these hours count too
    cool_down_hours: int
    source: str


DATED = (DeskRules(date(2020, 1, 1), right=3, wrong=2, wrong_hours=24, cool_down_hours=24, source="C-22"),)
"""In order of time; a later line holds from its day on and leaves what was decided before as it is."""


def desk_rules(at: datetime, dated: Sequence[DeskRules] = DATED) -> DeskRules:
    """The rules in force on the Shanghai day of a moment."""
    day = local_date(at)
    return [rules for rules in dated if rules.since <= day][-1]


class Kind(StrEnum):
    """What a question asks for."""

    ID_TAIL = "id_tail"
    POST = "post"
    CERTIFICATE_TAIL = "certificate_tail"
    ISSUE_YEAR = "issue_year"
    STUDY_DAY = "study_day"
    EMAIL = "email"


PROMPTS: Mapping[Kind, object] = {
    Kind.ID_TAIL: _l("您身份证号的最后 4 位是什么？"),
    Kind.POST: _l("您有一本什么岗位的证书？请说出岗位全称。"),
    Kind.CERTIFICATE_TAIL: _l("您任意一本证书编号的最后 4 位是什么？"),
    Kind.ISSUE_YEAR: _l("您任意一本证书是哪一年发的？"),
    Kind.STUDY_DAY: _l("您最近一次在平台学习是几月几日？"),
    Kind.EMAIL: _l("您登记的邮箱，@ 前面是什么？"),
}
HINTS: Mapping[Kind, object] = {
    Kind.ID_TAIL: _l("4 位，末位可能是 X"), Kind.POST: _l("照来电人说的输入"), Kind.CERTIFICATE_TAIL: _l("4 位"),
    Kind.ISSUE_YEAR: _l("例如 2018"), Kind.STUDY_DAY: _l("例如 11月20日"), Kind.EMAIL: _l("只输 @ 前面的部分"),
}


@dataclass(frozen=True)
class Question:
    """A question and every answer that is right, in their one written form; never leaves the server."""

    kind: Kind
    answers: frozenset[str]


def questions_on(known: KnownFacts, *, told: frozenset[Kind] = frozenset()) -> list[Question]:
    """What can be asked from what is on file; not what the caller had to say already to be found (`told`)."""
    found: list[tuple[Kind, list[str]]] = [
        (Kind.ID_TAIL, [known.id_number[-LAST_DIGITS:]]),
        (Kind.POST, list(known.posts)),
        (Kind.CERTIFICATE_TAIL, [number[-LAST_DIGITS:] for number in known.certificate_numbers]),
        (Kind.ISSUE_YEAR, [str(year) for year in known.issue_years]),
        (Kind.STUDY_DAY, [f"{known.last_study.month}-{known.last_study.day}"] if known.last_study else []),
        (Kind.EMAIL, [known.email.partition("@")[0]] if known.email else []),
    ]
    return [Question(kind, frozenset(written(kind, answer) for answer in answers))
            for kind, answers in found if answers and kind not in told]


def written(kind: Kind, said: str) -> str:
    """An answer in its one written form, however it was said and typed; "" when it cannot be one."""
    narrow = re.sub(r"\s+", "", said.translate(_NARROW)).upper()
    if kind in (Kind.ID_TAIL, Kind.CERTIFICATE_TAIL):
        tail = re.sub(r"[^0-9A-Z]", "", narrow)
        return tail if len(tail) == LAST_DIGITS else ""
    if kind is Kind.ISSUE_YEAR:
        year = re.fullmatch(r"(?:20)?(\d\d)年?", narrow)
        return f"20{year.group(1)}" if year else ""
    if kind is Kind.STUDY_DAY:
        day = re.fullmatch(r"(?:\d{4}[-年./])?(\d{1,2})[-月./](\d{1,2})[日号]?", narrow)
        return f"{int(day.group(1))}-{int(day.group(2))}" if day else ""
    return narrow


_NARROW: Mapping[int, int] = {**{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}, 0x3000: 0x20}


@dataclass(frozen=True)
class Standing:
    """How far the questions of a ticket are."""

    right_left: int
    wrong_left: int

    @property
    def proven(self) -> bool:
        return self.right_left <= 0

    @property
    def failed(self) -> bool:
        return not self.proven and self.wrong_left <= 0


def standing(rules: DeskRules, right: int, wrong: int, wrong_before: int = 0) -> Standing:
    """`wrong_before`: wrong answers in other tickets of this person lately, so that hanging up wins nothing."""
    return Standing(max(0, rules.right - right), max(0, rules.wrong - wrong - wrong_before))


def cool_down_ends(rules: DeskRules, applied_at: datetime) -> datetime:
    """From when on the new phone may do everything again."""
    return applied_at + timedelta(hours=rules.cool_down_hours)
