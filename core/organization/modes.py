"""How a post is trained and paid for at an institution (ZJ-12, ZJ-13, ZJ-15, ZJ-26)."""
from enum import StrEnum

from flask_babel import lazy_gettext as _l


class Mode(StrEnum):
    """培训方式; continuing education has none to choose (ZJ-26)."""

    ONLINE = "online"
    OFFLINE = "offline"
    CONTINUING = "continuing"


MODE_WORDS = {Mode.ONLINE: _l("线上"), Mode.OFFLINE: _l("线下"), Mode.CONTINUING: _l("继续教育")}


class PaymentWay(StrEnum):
    """缴费方式, which the institution sets (ZJ-23)."""

    ONLINE = "online"
    TRANSFER = "transfer"
    BOTH = "both"


WAY_WORDS = {PaymentWay.ONLINE: _l("线上直接支付"), PaymentWay.TRANSFER: _l("线下汇款或转账"),
             PaymentWay.BOTH: _l("线上支付或汇款转账")}


class SanctionKind(StrEnum):
    """处理 of an institution that was not strict (ZJ-14), from the mildest on."""

    WARNING = "warning"
    SUSPENSION = "suspension"
    STRUCK_OFF = "struck_off"


SANCTION_WORDS = {SanctionKind.WARNING: _l("警告"), SanctionKind.SUSPENSION: _l("暂停报名"),
                  SanctionKind.STRUCK_OFF: _l("撤出名单")}
CLOSING = frozenset({SanctionKind.SUSPENSION, SanctionKind.STRUCK_OFF})
"""Who is under one of these offers nothing; trainees that it enrolled before go on."""
