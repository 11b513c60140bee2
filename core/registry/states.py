"""What a certificate's status may be and become."""
from enum import StrEnum

from flask_babel import lazy_gettext as _l


class Status(StrEnum):
    """正常 is implied by the manuals, 非正常 is JL-08, 作废 is N-52, 注销 ZJ-14; a yearly refresh (N-57) changes none."""

    NORMAL = "normal"
    ABNORMAL = "abnormal"
    SUSPENDED = "suspended"
    VOID = "void"
    CANCELLED = "cancelled"


STATUS_TEXTS = {
    Status.NORMAL: _l("正常"),
    Status.ABNORMAL: _l("非正常"),
    Status.SUSPENDED: _l("暂停"),
    Status.VOID: _l("作废"),
    Status.CANCELLED: _l("注销"),
}

# A voided or cancelled certificate never comes back: what has been issued is not rewritten. (`service.reinstate`
# undoes a cancellation that was found to be wrong.)
MOVES: dict[Status, frozenset[Status]] = {
    Status.NORMAL: frozenset(set(Status) - {Status.NORMAL}),
    Status.ABNORMAL: frozenset({Status.NORMAL, Status.VOID, Status.CANCELLED}),
    Status.SUSPENDED: frozenset({Status.NORMAL, Status.VOID, Status.CANCELLED}),
    Status.VOID: frozenset(),
    Status.CANCELLED: frozenset(),
}


class Kind(StrEnum):
    """The old paper certificate, or the electronic one that replaces it (N-52, N-54)."""

    PAPER = "paper"
    ELECTRONIC = "electronic"


KIND_TEXTS = {Kind.PAPER: _l("纸质证书"), Kind.ELECTRONIC: _l("电子证书")}


def may_become(old: Status, new: Status) -> bool:
    """Whether the status may move so."""
    return new in MOVES[old]


class PullState(StrEnum):
    """A pull waits for the ministry, is done, or was refused with a reason (N-18)."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
