"""What becomes of an SMS."""
from enum import StrEnum

from flask_babel import lazy_gettext as _l


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


STATE_TEXTS = {
    DeliveryState.WAITING: _l("等待发送"), DeliveryState.SENT: _l("已发送"), DeliveryState.GIVEN_UP: _l("发送失败"),
    DeliveryState.DELIVERED: _l("已送达"), DeliveryState.UNDELIVERED: _l("未送达"),
}
