"""A matter that one person proposes and another confirms, in entries that are added and never changed.

A sanction of an institution and a bar of a person are such matters (ZJ-14). The proposal stands alone; what is said of
it (confirmed or refused, answered by whom it concerns, kept, ended) are entries that answer it, each once.
"""
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Date, ForeignKey, String, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from core.base.db import Id, Retention, id_column, personal
from core.base.errors import Refused


class Step(StrEnum):
    """What an entry does."""

    PROPOSE = "propose"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"      # taken back before it was decided
    REPLY = "reply"            # what whom it concerns has to say
    KEEP = "keep"              # looked at again, it stays
    END = "end"                # it was right, and is over earlier than it said
    OVERTURN = "overturn"      # it was wrong


class State(StrEnum):
    """Where a matter stands; whether its days have come is another question (`in_days`)."""

    WAITING = "waiting"
    STANDS = "stands"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"
    OVERTURNED = "overturned"


STATE_WORDS: Final[Mapping[State, Any]] = {
    State.WAITING: _l("待复核"), State.STANDS: _l("已生效"), State.REFUSED: _l("未同意"), State.WITHDRAWN: _l("已撤回"),
    State.ENDED: _l("提前解除"), State.OVERTURNED: _l("已撤销"),
}
STEP_WORDS: Final[Mapping[Step, Any]] = {
    Step.PROPOSE: _l("提出"), Step.CONFIRM: _l("同意"), Step.REFUSE: _l("不同意"), Step.WITHDRAW: _l("撤回"),
    Step.REPLY: _l("申诉"), Step.KEEP: _l("维持"), Step.END: _l("提前解除"), Step.OVERTURN: _l("撤销"),
}
STATE_TONES: Final[Mapping[State, str]] = {
    State.WAITING: "active", State.STANDS: "stop", State.REFUSED: "quiet", State.WITHDRAWN: "quiet",
    State.ENDED: "quiet", State.OVERTURNED: "done",
}
TURNS: Final[Mapping[Step, int]] = {
    Step.PROPOSE: 0, Step.CONFIRM: 1, Step.REFUSE: 1, Step.WITHDRAW: 1, Step.REPLY: 2, Step.KEEP: 3, Step.END: 4,
    Step.OVERTURN: 4,
}
"""Each turn of a matter is taken once: the database refuses a second entry of the same turn."""

_AFTER: Final[Mapping[Step, State]] = {
    Step.CONFIRM: State.STANDS, Step.REFUSE: State.REFUSED, Step.WITHDRAW: State.WITHDRAWN, Step.REPLY: State.STANDS,
    Step.KEEP: State.STANDS, Step.END: State.ENDED, Step.OVERTURN: State.OVERTURNED,
}


def state_of(said: Sequence[Step]) -> State:
    """The state of a proposal after what was said of it, first to last."""
    return _AFTER[said[-1]] if said else State.WAITING


def may(step: Step, said: Sequence[Step]) -> bool:
    """Whether the step may be taken after what was said."""
    state = state_of(said)
    if step in (Step.CONFIRM, Step.REFUSE, Step.WITHDRAW):
        return state is State.WAITING
    if state is not State.STANDS or step is Step.PROPOSE:
        return False
    if step is Step.REPLY:
        return Step.REPLY not in said
    return step is not Step.KEEP or (Step.REPLY in said and Step.KEEP not in said)


SHORTEST_REASON, LONGEST_REASON = 4, 500


def reason_of(typed: str, most: int = LONGEST_REASON) -> str:
    """The reason of a proposal or an answer. Refused when it says nothing or too much."""
    reason = typed.strip()
    if not SHORTEST_REASON <= len(reason) <= most:
        raise Refused("reason", _("请写明理由，%(least)s 到 %(most)s 个字。", least=SHORTEST_REASON, most=most),
                      field="reason")
    return reason


def in_days(since: date, until: date | None, today: date) -> bool:
    """Whether the day lies in what was decided; `until` is its last day, None for ever."""
    return since <= today and (until is None or today <= until)


class MatterEntry:
    """The columns of such entries; a table adds whom it concerns, and the trigger that refuses changes."""

    __tablename__: str

    id: Mapped[Id] = id_column()
    step: Mapped[str] = mapped_column(String(10), default=Step.PROPOSE)
    turn: Mapped[int] = mapped_column(default=0)
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text, default="", info=personal(Retention.RECORD))
    by_account: Mapped[Id | None] = mapped_column(Uuid())
    by_name: Mapped[str] = mapped_column(String(80), info=personal(Retention.SECURITY))
    at: Mapped[datetime]

    @declared_attr
    def answers_id(cls) -> Mapped[Id | None]:
        return mapped_column(ForeignKey(f"{cls.__tablename__}.id"))

    @declared_attr
    def answers(cls) -> Mapped[list[Any]]:
        name: str = cls.__name__  # type: ignore[attr-defined]
        return relationship(name, lazy="selectin", order_by=f"{name}.turn", viewonly=True)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("answers_id", "turn"),)

    @property
    def said(self) -> list[Step]:
        """What was said of a proposal, first to last."""
        return [Step(entry.step) for entry in self.answers]

    @property
    def state(self) -> State:
        """Where a proposal stands after all that was said of it."""
        return state_of(self.said)

    def entry(self, step: Step) -> Any:
        """The entry that took this step; None where nobody did."""
        return next((one for one in self.answers if one.step == step), None)
