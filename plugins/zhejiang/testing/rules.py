"""When a candidate may come in, and which seat is given (ZJ-28, ZJ-29, A.7). Pure."""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _

from core.api import Problem
from core.api.exams import SittingFacts, SittingState

from plugins.zhejiang.testing.states import Entry, PlanState, Stand


@dataclass(frozen=True)
class Hours:
    """When the doors of a session open and close: `opened_at` once the invigilator has begun."""

    starts_at: datetime
    opened_at: datetime | None
    admission_minutes: int
    late_entry_minutes: int

    @property
    def doors_open(self) -> datetime:
        return self.starts_at - timedelta(minutes=self.admission_minutes)

    @property
    def doors_close(self) -> datetime | None:
        """None until it has begun: who comes while all wait is not late."""
        return self.opened_at + timedelta(minutes=self.late_entry_minutes) if self.opened_at else None


def why_not_in(state: PlanState, hours: Hours, now: datetime) -> Problem | None:
    """Why nobody comes in now; None when the doors are open."""
    if state is PlanState.CANCELLED:
        return Problem("test_cancelled", _("这场测试已取消。"), hint=_("请等候培训机构的新安排。"))
    if state not in (PlanState.PUBLISHED, PlanState.RUNNING):
        return Problem("test_closed", _("这场测试已经结束。"), hint=_("请联系培训机构。"))
    if now < hours.doors_open:
        return Problem("test_too_soon", _("还没有到入场时间，开考前%(minutes)s分钟可以入场。",
                                          minutes=hours.admission_minutes), hint=_("请按时到考场。"))
    if hours.doors_close is not None and now >= hours.doors_close:
        return Problem("test_too_late", _("开考已满%(minutes)s分钟，不能再入场。", minutes=hours.late_entry_minutes),
                       hint=_("请联系培训机构重新申请测试。"))
    return None


def next_seats(taken: Iterable[int], seats: int, wanted: int) -> list[int]:
    """The lowest free numbers, at most as many as there are."""
    gone = set(taken)
    return [number for number in range(1, seats + 1) if number not in gone][:wanted]


def stand_of(entry: Entry, sitting: SittingFacts | None, taken: bool) -> Stand:
    """What the board says of a seat."""
    if not taken:
        return Stand.FREE
    if sitting is not None:
        if sitting.running:
            return Stand.RELEASED if sitting.released else Stand.SITTING
        if sitting.state is SittingState.VOID:
            return Stand.VOID
        return Stand.PASSED if sitting.passed else Stand.FAILED
    return {Entry.WAITING: Stand.ABSENT, Entry.ADMITTED: Stand.ADMITTED, Entry.REFUSED: Stand.REFUSED}[entry]


def counts(stands: Sequence[Stand]) -> dict[Stand, int]:
    """How many seats stand how, for the board's head; what there is none of is left out."""
    return {stand: stands.count(stand) for stand in Stand if stand in stands}
