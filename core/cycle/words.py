"""The words and the tone in which an enrollment's state is shown, and how a form names a choice."""
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.base.db import Id
from core.base.errors import Refused
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


def choice_of(text: str) -> tuple[Id, int]:
    """What a checkbox of the choosing page names: certificate and year. Raises Refused for anything else."""
    certificate_id, _colon, year = text.partition(":")
    try:
        if not (year.isascii() and year.isdigit() and len(year) == 4):
            raise ValueError
        return UUID(certificate_id), int(year)
    except ValueError:
        raise Refused("choice", _("请从列表中选择证书和培训周期。"), field="choice") from None
