"""What an audit case can be, and on which grounds hours are cleared."""
from enum import StrEnum

from flask_babel import lazy_gettext as _l


class CaseState(StrEnum):
    """Where a case stands; a passed one can still be cleared when fraud comes to light later (N-36, N-55)."""

    WAITING = "waiting"
    PASSED = "passed"
    CLEARED = "cleared"


STATE_TEXTS = {CaseState.WAITING: _l("待审核"), CaseState.PASSED: _l("已通过"), CaseState.CLEARED: _l("已清零")}

MOVES: dict[CaseState, frozenset[CaseState]] = {
    CaseState.WAITING: frozenset({CaseState.PASSED, CaseState.CLEARED}),
    CaseState.PASSED: frozenset({CaseState.CLEARED}),
    CaseState.CLEARED: frozenset(),
}


def may_move(old: CaseState, new: CaseState) -> bool:
    """Whether a case may go from `old` to `new`."""
    return new in MOVES[old]


class Ground(StrEnum):
    """N-45: the three grounds, by the letters of the row."""

    NOT_IN_PERSON = "a"
    IMPROPER_MEANS = "b"
    NO_SNAPSHOTS = "c"


GROUND_TEXTS = {
    Ground.NOT_IN_PERSON: _l("非本人学习的"),
    Ground.IMPROPER_MEANS: _l("非正常途径学习的（挂机代刷学时）"),
    Ground.NO_SNAPSHOTS: _l("学习过程中无本人抓拍照片的"),
}

GROUND_SMS = {
    Ground.NOT_IN_PERSON: "cheating_sms",
    Ground.IMPROPER_MEANS: "cheating_sms",
    Ground.NO_SNAPSHOTS: "no_snapshots_sms",
}
"""N-46's text accuses of cheating; where pictures merely lack, A.7 gives a neutral one."""

PARTIAL_SMS = {
    Ground.NOT_IN_PERSON: "partial_cheating_sms",
    Ground.IMPROPER_MEANS: "partial_cheating_sms",
    Ground.NO_SNAPSHOTS: "no_snapshots_sms",
}
"""Where only some hours are cleared (C-06): N-46 with 部分, as in A.7's text."""
