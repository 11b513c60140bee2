"""How a registration moves: submitted, approved or returned with reasons, mended and submitted again (ZJ-06, ZJ-07)."""
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from flask_babel import lazy_gettext as _l


class Kind(StrEnum):
    """Who registers: ZJ-03 an enterprise or a branch, ZJ-33 note 2 a school."""

    ENTERPRISE = "enterprise"
    BRANCH = "branch"
    SCHOOL = "school"


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"


MOVES: Final[Mapping[State, frozenset[State]]] = {
    State.DRAFT: frozenset({State.SUBMITTED}),
    State.SUBMITTED: frozenset({State.APPROVED, State.RETURNED}),
    State.RETURNED: frozenset({State.SUBMITTED}),
    State.APPROVED: frozenset({State.RETURNED}),
}

STATE_WORDS = {State.DRAFT: _l("未提交"), State.SUBMITTED: _l("待审核"), State.RETURNED: _l("审核不通过"),
               State.APPROVED: _l("审核通过")}
STATE_TONES = {State.DRAFT: "quiet", State.SUBMITTED: "active", State.RETURNED: "stop", State.APPROVED: "done"}
