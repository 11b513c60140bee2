"""What a certificate's status may be and become."""
from enum import StrEnum

from flask_babel import lazy_gettext as _l


class Status(StrEnum):
    """正常 is implied by the manuals, 非正常 is JL-08, 作废 is N-52, 注销 ZJ-14, superseded N-57."""

    NORMAL = "normal"
    ABNORMAL = "abnormal"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    VOID = "void"
    CANCELLED = "cancelled"


STATUS_TEXTS = {
    Status.NORMAL: _l("正常"),
    Status.ABNORMAL: _l("非正常"),
    Status.SUSPENDED: _l("暂停"),
    Status.SUPERSEDED: _l("已被新证书取代"),
    Status.VOID: _l("作废"),
    Status.CANCELLED: _l("注销"),
}

# A voided, superseded or cancelled certificate never comes back: what has been issued is not rewritten.
MOVES: dict[Status, frozenset[Status]] = {
    Status.NORMAL: frozenset(set(Status) - {Status.NORMAL}),
    Status.ABNORMAL: frozenset({Status.NORMAL, Status.VOID, Status.CANCELLED}),
    Status.SUSPENDED: frozenset({Status.NORMAL, Status.SUPERSEDED, Status.VOID, Status.CANCELLED}),
    Status.SUPERSEDED: frozenset(),
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
