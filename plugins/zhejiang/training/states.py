"""How a plan and an application for the test move."""
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from flask_babel import lazy_gettext as _l


class PlanState(StrEnum):
    """培训计划: written by the institution, then seen by all who are in it."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


PLAN_MOVES: Final[Mapping[PlanState, frozenset[PlanState]]] = {
    PlanState.DRAFT: frozenset({PlanState.PUBLISHED, PlanState.CANCELLED}),
    PlanState.PUBLISHED: frozenset({PlanState.CANCELLED}),
    PlanState.CANCELLED: frozenset(),
}

PLAN_WORDS: Mapping[str, Any] = {
    PlanState.DRAFT: _l("未发布"), PlanState.PUBLISHED: _l("已发布"), PlanState.CANCELLED: _l("已取消")}
PLAN_TONES: Mapping[str, str] = {PlanState.DRAFT: "quiet", PlanState.PUBLISHED: "active", PlanState.CANCELLED: "stop"}


class How(StrEnum):
    """By what an attendance is known."""

    LIST = "list"    # ticked by the institution's clerk
    FACE = "face"    # live face match on the institution's device


HOW_WORDS: Mapping[str, Any] = {How.LIST: _l("名单签到"), How.FACE: _l("人脸签到")}


class TestState(StrEnum):
    """申请考试 (ZJ-28): applied for by the institution; a failed test may be applied for again."""

    __test__ = False          # no test class, whatever pytest thinks of the name

    APPLIED = "applied"
    PASSED = "passed"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


TEST_WORDS: Mapping[str, Any] = {
    TestState.APPLIED: _l("已申请考试"), TestState.PASSED: _l("合格"), TestState.FAILED: _l("未合格"),
    TestState.WITHDRAWN: _l("已撤回申请")}
TEST_TONES: Mapping[str, str] = {
    TestState.APPLIED: "active", TestState.PASSED: "done", TestState.FAILED: "stop", TestState.WITHDRAWN: "quiet"}
