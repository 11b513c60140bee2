"""What becomes of a ticket 工单, and who may do what to it. A table, so that it can be read and tried whole."""
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from core.api import Conflict


class State(StrEnum):
    OPEN = "open"                # from a call; the questions are being asked
    IN_PERSON = "in_person"      # too many wrong answers, or too little on file: only with the document in hand
    VERIFIED = "verified"        # identity is proven, the new number is awaited
    WAITING = "waiting"          # for the second pair of eyes
    APPLIED = "applied"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REPORTED = "reported"        # the old number says: this was not me
    REVERSED = "reversed"


class Deed(StrEnum):
    OPEN = "open"
    CALL = "call"
    RIGHT = "right"              # one answer
    WRONG = "wrong"
    PROVE = "prove"              # enough right answers
    FAIL = "fail"                # too many wrong ones
    SHOW = "show"                # the document was seen
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    REFUSE = "refuse"
    REPORT = "report"
    REVERSE = "reverse"
    KEEP = "keep"                # the report was looked into: the correction stands


MOVES: Mapping[tuple[State, Deed], State] = {
    (State.OPEN, Deed.PROVE): State.VERIFIED,
    (State.OPEN, Deed.FAIL): State.IN_PERSON,
    (State.OPEN, Deed.WITHDRAW): State.WITHDRAWN,
    (State.IN_PERSON, Deed.SHOW): State.VERIFIED,
    (State.IN_PERSON, Deed.WITHDRAW): State.WITHDRAWN,
    (State.VERIFIED, Deed.SUBMIT): State.WAITING,
    (State.VERIFIED, Deed.WITHDRAW): State.WITHDRAWN,
    (State.WAITING, Deed.APPROVE): State.APPLIED,
    (State.WAITING, Deed.REFUSE): State.REFUSED,
    (State.WAITING, Deed.WITHDRAW): State.WITHDRAWN,
    (State.APPLIED, Deed.REPORT): State.REPORTED,
    (State.REPORTED, Deed.REVERSE): State.REVERSED,
    (State.REPORTED, Deed.KEEP): State.APPLIED,
}

SECOND_EYES = frozenset({Deed.APPROVE, Deed.REFUSE, Deed.REVERSE, Deed.KEEP})
"""Never by somebody who has worked on the ticket."""

UNDECIDED = frozenset({State.OPEN, State.IN_PERSON, State.VERIFIED, State.WAITING})
"""A person has at most one of these."""

STATE_WORDS: Mapping[State, Any] = {
    State.OPEN: _l("核实身份"), State.IN_PERSON: _l("需当面核实"), State.VERIFIED: _l("等待新号码"),
    State.WAITING: _l("等待复核"), State.APPLIED: _l("已更正"), State.REFUSED: _l("已驳回"),
    State.WITHDRAWN: _l("已撤销"), State.REPORTED: _l("有异议"), State.REVERSED: _l("已恢复原号码"),
}
STATE_TONES: Mapping[State, str] = {
    State.OPEN: "active", State.IN_PERSON: "stop", State.VERIFIED: "active", State.WAITING: "active",
    State.APPLIED: "done", State.REFUSED: "stop", State.WITHDRAWN: "quiet", State.REPORTED: "stop",
    State.REVERSED: "quiet",
}
DEED_WORDS: Mapping[Deed, Any] = {
    Deed.OPEN: _l("登记工单"), Deed.CALL: _l("通话"), Deed.RIGHT: _l("答对一题"), Deed.WRONG: _l("答错一题"),
    Deed.PROVE: _l("身份已核实"), Deed.FAIL: _l("转为当面核实"), Deed.SHOW: _l("当面核对证件"),
    Deed.SUBMIT: _l("提交新号码"), Deed.WITHDRAW: _l("撤销工单"), Deed.APPROVE: _l("复核通过，号码已更正"),
    Deed.REFUSE: _l("复核驳回"), Deed.REPORT: _l("原号码提出异议"), Deed.REVERSE: _l("恢复原号码"),
    Deed.KEEP: _l("核查后维持更正"),
}
DEED_TONES: Mapping[Deed, str] = {
    Deed.WRONG: "stop", Deed.FAIL: "stop", Deed.REFUSE: "stop", Deed.REPORT: "stop", Deed.RIGHT: "done",
    Deed.PROVE: "done", Deed.SHOW: "done", Deed.APPROVE: "done",
}


def after(state: State, deed: Deed) -> State:
    """The next state; Conflict when the ticket has moved on since the page was read."""
    try:
        return MOVES[state, deed]
    except KeyError:
        raise Conflict("desk_state", _moved_on(state), hint=str(_l("请刷新工单，按现在的状态办理。"))) from None


def _moved_on(state: State) -> str:
    return str(_l("这张工单现在是“%(state)s”，不能再做这一步，可能刚刚有人处理过。", state=STATE_WORDS[state]))
