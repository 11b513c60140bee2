"""The words and the tone in which states are shown."""
from flask_babel import lazy_gettext as _l

from core.payment.provider import Channel
from core.payment.states import InvoiceState, OrderState

ORDER_WORDS = {
    OrderState.UNPAID: _l("未支付"), OrderState.PAID: _l("已支付"), OrderState.CLOSED: _l("已取消"),
    OrderState.EXPIRED: _l("已过期"), OrderState.REFUNDING: _l("退款中"), OrderState.REFUNDED: _l("已退款"),
}
ORDER_TONES = {
    OrderState.UNPAID: "active", OrderState.PAID: "done", OrderState.CLOSED: "quiet", OrderState.EXPIRED: "quiet",
    OrderState.REFUNDING: "active", OrderState.REFUNDED: "quiet",
}
CHANNEL_WORDS = {Channel.WECHAT: _l("微信"), Channel.ALIPAY: _l("支付宝"),
                 Channel.COUNTER: _l("在培训机构缴费"), Channel.TRANSFER: _l("汇款或转账")}
INVOICE_WORDS = {
    InvoiceState.REQUESTED: _l("已申请，等待开具"), InvoiceState.ISSUED: _l("已开具"),
    InvoiceState.WITHDRAWN: _l("订单已退款，不再开具"),
}
