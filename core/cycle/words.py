"""The words and the tone in which an enrollment's state is shown."""
from flask_babel import lazy_gettext as _l

from core.cycle.states import EnrollmentState

STATE_WORDS = {
    EnrollmentState.CHOSEN: _l("在购物车中"), EnrollmentState.ORDERED: _l("待缴费"),
    EnrollmentState.OPEN: _l("已报名"), EnrollmentState.COMPLETED: _l("已完成"),
    EnrollmentState.CANCELLED: _l("已取消"),
}
STATE_TONES = {
    EnrollmentState.CHOSEN: "quiet", EnrollmentState.ORDERED: "active", EnrollmentState.OPEN: "active",
    EnrollmentState.COMPLETED: "done", EnrollmentState.CANCELLED: "quiet",
}
