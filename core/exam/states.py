"""What a question may be and how a sitting moves."""
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from core.base.errors import Conflict
from flask_babel import gettext as _


class QuestionKind(StrEnum):
    """The kinds of N-42, in the order of the sections on the paper."""

    SINGLE = "single"
    JUDGEMENT = "judgement"
    MULTIPLE = "multiple"


class ImportState(StrEnum):
    """A bank's sheet is looked through first; written only when somebody says so."""

    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"


class SittingState(StrEnum):
    """A sitting runs until it is handed in, its time is over or an invigilator ends it; it is scored then and never
    changes again. `void`: ended for cheating, so that nothing of it counts."""

    RUNNING = "running"
    SUBMITTED = "submitted"
    TIMED_OUT = "timed_out"
    STOPPED = "stopped"
    VOID = "void"


MOVES: Final[Mapping[SittingState, frozenset[SittingState]]] = {
    SittingState.RUNNING: frozenset(SittingState) - {SittingState.RUNNING},
    **{over: frozenset() for over in SittingState if over is not SittingState.RUNNING},
}


def move(state: SittingState, to: SittingState) -> SittingState:
    """The new state. Raises Conflict for a move that the table does not have."""
    if to not in MOVES[state]:
        raise Conflict("exam.closed", _("这次考核已经结束，答案不能再更改。"))
    return to
