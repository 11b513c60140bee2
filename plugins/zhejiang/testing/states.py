"""How a test plan and a seat in it move (ZJ-28, ZJ-29)."""
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.api import Conflict


class PlanState(StrEnum):
    """测试计划."""

    DRAFT = "draft"            # seats are given; nobody has been told
    PUBLISHED = "published"    # the candidates know place, seat and time
    RUNNING = "running"        # the invigilator has begun: one clock for the whole room
    CLOSED = "closed"
    CANCELLED = "cancelled"


PLAN_MOVES: Final[Mapping[PlanState, frozenset[PlanState]]] = {
    PlanState.DRAFT: frozenset({PlanState.PUBLISHED, PlanState.CANCELLED}),
    PlanState.PUBLISHED: frozenset({PlanState.RUNNING, PlanState.CANCELLED}),
    PlanState.RUNNING: frozenset({PlanState.CLOSED}),
    PlanState.CLOSED: frozenset(),
    PlanState.CANCELLED: frozenset(),
}
PLAN_WORDS: Mapping[PlanState, Any] = {
    PlanState.DRAFT: _l("未发布"), PlanState.PUBLISHED: _l("已发布"), PlanState.RUNNING: _l("测试中"),
    PlanState.CLOSED: _l("已结束"), PlanState.CANCELLED: _l("已取消")}
PLAN_TONES: Mapping[PlanState, str] = {
    PlanState.DRAFT: "quiet", PlanState.PUBLISHED: "active", PlanState.RUNNING: "active",
    PlanState.CLOSED: "done", PlanState.CANCELLED: "stop"}


def move_plan(state: str, to: PlanState) -> PlanState:
    """The new state. Conflict for a move that the table does not have."""
    if to not in PLAN_MOVES[PlanState(state)]:
        raise Conflict("test_plan_moved", _("这个测试计划现在是“%(state)s”，不能这样办理。请刷新页面后再看。",
                                            state=PLAN_WORDS[PlanState(state)]))
    return to


class Entry(StrEnum):
    """Whether who has the seat may begin."""

    WAITING = "waiting"
    ADMITTED = "admitted"
    REFUSED = "refused"        # until an invigilator has seen the ID card


ENTRY_MOVES: Final[Mapping[Entry, frozenset[Entry]]] = {
    Entry.WAITING: frozenset({Entry.ADMITTED, Entry.REFUSED}),
    Entry.REFUSED: frozenset({Entry.ADMITTED}),
    Entry.ADMITTED: frozenset({Entry.REFUSED}),
}


class Stand(StrEnum):
    """What the invigilator's board says of a seat."""

    FREE = "free"
    ABSENT = "absent"
    REFUSED = "refused"
    ADMITTED = "admitted"
    SITTING = "sitting"
    RELEASED = "released"
    PASSED = "passed"
    FAILED = "failed"
    VOID = "void"


STAND_WORDS: Mapping[Stand, Any] = {
    Stand.FREE: _l("空位"), Stand.ABSENT: _l("未入场"), Stand.REFUSED: _l("不准入场"), Stand.ADMITTED: _l("已入场"),
    Stand.SITTING: _l("答题中"), Stand.RELEASED: _l("等待换机"), Stand.PASSED: _l("合格"),
    Stand.FAILED: _l("不合格"), Stand.VOID: _l("成绩无效")}
STAND_TONES: Mapping[Stand, str] = {
    Stand.FREE: "quiet", Stand.ABSENT: "quiet", Stand.REFUSED: "stop", Stand.ADMITTED: "active",
    Stand.SITTING: "active", Stand.RELEASED: "stop", Stand.PASSED: "done", Stand.FAILED: "stop",
    Stand.VOID: "stop"}


class Deed(StrEnum):
    """What is noted of a session, and never changed."""

    OPENED = "opened"
    NOTE = "note"
    WARNED = "warned"
    ADMITTED = "admitted"
    REFUSED = "refused"
    RELEASED = "released"
    EXTENDED = "extended"
    ENDED = "ended"
    VOIDED = "voided"
    CLOSED = "closed"


DEED_WORDS: Mapping[Deed, Any] = {
    Deed.OPENED: _l("开考"), Deed.NOTE: _l("情况记录"), Deed.WARNED: _l("警告"), Deed.ADMITTED: _l("人工核验入场"),
    Deed.REFUSED: _l("不准入场"), Deed.RELEASED: _l("允许换机"), Deed.EXTENDED: _l("延长时间"),
    Deed.ENDED: _l("结束作答"), Deed.VOIDED: _l("作弊，成绩无效"), Deed.CLOSED: _l("结束测试")}
