"""How an order and its members move, what the guard looks at, and what leaves an entry (ZJ-21 … ZJ-25, C-18)."""
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from flask_babel import lazy_gettext as _l


class State(StrEnum):
    """Where an order stands between the enterprise and the institution; the money itself is the core's."""

    OPEN = "open"              # generated; paid perhaps, but nothing said yet
    VOUCHED = "vouched"        # the voucher is in, the institution looks
    RETURNED = "returned"      # the institution does not accept the voucher, with a reason
    CONFIRMED = "confirmed"    # 确认收款: everybody in it is 已报名 (ZJ-25)
    CANCELLED = "cancelled"    # given up, or its time was over, unpaid
    REFUNDED = "refunded"      # the whole of it went back


MOVES: Final[Mapping[State, frozenset[State]]] = {
    State.OPEN: frozenset({State.VOUCHED, State.CANCELLED, State.REFUNDED}),
    State.VOUCHED: frozenset({State.VOUCHED, State.RETURNED, State.CONFIRMED, State.CANCELLED, State.REFUNDED}),
    State.RETURNED: frozenset({State.VOUCHED, State.CANCELLED, State.REFUNDED}),
    State.CONFIRMED: frozenset({State.REFUNDED}),
    State.CANCELLED: frozenset(),
    State.REFUNDED: frozenset(),
}
MENDABLE = frozenset({State.OPEN, State.VOUCHED, State.RETURNED})
"""Until the confirmation the voucher may be changed (ZJ-24)."""
LIVE = MENDABLE | {State.CONFIRMED}

STATE_WORDS: Final[Mapping[State, Any]] = {
    State.OPEN: _l("待缴费"), State.VOUCHED: _l("待确认收款"), State.RETURNED: _l("凭证退回"),
    State.CONFIRMED: _l("已确认收款"), State.CANCELLED: _l("已取消"), State.REFUNDED: _l("已退费"),
}
STATE_TONES: Final[Mapping[State, str]] = {
    State.OPEN: "active", State.VOUCHED: "active", State.RETURNED: "stop", State.CONFIRMED: "done",
    State.CANCELLED: "quiet", State.REFUNDED: "quiet",
}


class Check(StrEnum):
    """What the one-to-one guard compares (C-18)."""

    PAYER = "payer"            # 缴费主体应是本企业 (ZJ-23)
    TITLE = "title"            # 开票企业应与缴费企业对应 (ZJ-24)
    TAX_NUMBER = "tax_number"
    AMOUNT = "amount"          # 一一对应 (ZJ-23)
    PICTURE = "picture"        # the same file in another order
    ALIKE = "alike"            # the same picture, saved anew
    REFERENCE = "reference"    # the bank's number of the payment, used in another order
    EARLY = "early"            # paid before the order was there
    LATE = "late"              # paid on a day that has not come


class Weight(StrEnum):
    """What a finding leads to; the words of the tenant's rule."""

    REFUSE = "refuse"
    WARN = "warn"


class Kind(StrEnum):
    """What is entered of an order, for good."""

    OPENED = "opened"
    SPLIT_OUT = "split_out"
    VOUCHED = "vouched"
    RETURNED = "returned"
    CONFIRMED = "confirmed"
    TAKEN_OUT = "taken_out"
    SURPLUS_BACK = "surplus_back"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


KIND_WORDS: Final[Mapping[Kind, Any]] = {
    Kind.OPENED: _l("生成订单"), Kind.SPLIT_OUT: _l("拆分到新订单"), Kind.VOUCHED: _l("提交缴费凭证"),
    Kind.RETURNED: _l("退回凭证"), Kind.CONFIRMED: _l("确认收款"), Kind.TAKEN_OUT: _l("个别学员退费"),
    Kind.SURPLUS_BACK: _l("退还多缴款"), Kind.REFUNDED: _l("整单退费"), Kind.CANCELLED: _l("取消订单"),
    Kind.EXPIRED: _l("逾期未缴，自动取消"),
}
