"""How a batch's sheet and a candidate move."""
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core.api.organization import MODE_WORDS, Mode

__all__ = ["ENTRY_WORDS", "MODE_WORDS", "MOVES", "REVIEW_WORDS", "SHEET_TONES", "SHEET_WORDS",
           "STATE_TONES", "CandidateState", "Mode", "SheetState"]


class SheetState(StrEnum):
    """A sheet is looked through first and written only when somebody says so."""

    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


SHEET_WORDS: Final[Mapping[SheetState, Any]] = {
    SheetState.CHECKED: _l("待确认"), SheetState.RUNNING: _l("正在导入"), SheetState.DONE: _l("已导入"),
    SheetState.CANCELLED: _l("已取消"),
}
SHEET_TONES: Final[Mapping[SheetState, str]] = {
    SheetState.CHECKED: "active", SheetState.RUNNING: "active", SheetState.DONE: "done", SheetState.CANCELLED: "quiet",
}


class CandidateState(StrEnum):
    """报名学员, from the sheet to 已报名. What comes after (plan, test) has tables of its own."""

    ENTERED = "entered"        # the sheet's row is in; documents are still to come
    SUBMITTED = "submitted"    # 资格审核: waits for the institution
    RETURNED = "returned"      # refused with reasons, to be mended
    REVIEWED = "reviewed"      # 【资格审核状态为已审核】 (ZJ-21)
    ORDERED = "ordered"        # in an order
    ENROLLED = "enrolled"      # 【报名状态】为“已报名” (ZJ-25)
    CANCELLED = "cancelled"    # withdrawn before, or refunded after


MOVES: Final[Mapping[CandidateState, frozenset[CandidateState]]] = {
    CandidateState.ENTERED: frozenset({CandidateState.SUBMITTED, CandidateState.REVIEWED, CandidateState.CANCELLED}),
    CandidateState.SUBMITTED: frozenset({CandidateState.RETURNED, CandidateState.REVIEWED, CandidateState.CANCELLED}),
    CandidateState.RETURNED: frozenset({CandidateState.SUBMITTED, CandidateState.CANCELLED}),
    CandidateState.REVIEWED: frozenset({CandidateState.RETURNED, CandidateState.ORDERED, CandidateState.CANCELLED}),
    CandidateState.ORDERED: frozenset({CandidateState.REVIEWED, CandidateState.ENROLLED}),
    CandidateState.ENROLLED: frozenset({CandidateState.CANCELLED}),
    CandidateState.CANCELLED: frozenset(),
}
"""ENTERED → REVIEWED is continuing education alone: it has no documents to judge (ZJ-26)."""

REVIEW_WORDS: Mapping[CandidateState, Any] = {
    CandidateState.ENTERED: _l("待提交"), CandidateState.SUBMITTED: _l("待审核"), CandidateState.RETURNED: _l("退回补正"),
    CandidateState.REVIEWED: _l("已审核"), CandidateState.ORDERED: _l("已审核"), CandidateState.ENROLLED: _l("已审核"),
    CandidateState.CANCELLED: _l("已取消"),
}
"""资格审核状态 as ZJ-21 shows it."""

ENTRY_WORDS: Mapping[CandidateState, Any] = {
    CandidateState.ENTERED: _l("未报名"), CandidateState.SUBMITTED: _l("未报名"), CandidateState.RETURNED: _l("未报名"),
    CandidateState.REVIEWED: _l("待生成订单"), CandidateState.ORDERED: _l("待缴费确认"),
    CandidateState.ENROLLED: _l("已报名"), CandidateState.CANCELLED: _l("已取消"),
}
"""报名状态 as ZJ-25 shows it."""

STATE_TONES: Mapping[CandidateState, str] = {
    CandidateState.ENTERED: "quiet", CandidateState.SUBMITTED: "active", CandidateState.RETURNED: "stop",
    CandidateState.REVIEWED: "active", CandidateState.ORDERED: "active", CandidateState.ENROLLED: "done",
    CandidateState.CANCELLED: "quiet",
}
