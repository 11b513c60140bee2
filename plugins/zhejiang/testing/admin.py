"""Test plans and the invigilator's board in the back office's menu."""
from flask_babel import lazy_gettext as _l

from core.api.console import Console, Group
from core.api.web import Permission


def install(console: Console) -> None:
    console.link(Group.EXAM, _l("测试计划"), "zj_testing.plans", Permission.REVIEW_INSTITUTION, icon="calendar3",
                 summary=_l("为已申请考试的学员安排考场、座位和时间。"))
    console.link(Group.EXAM, _l("监考"), "zj_room.rooms", Permission.INVIGILATE, icon="eye",
                 summary=_l("核验入场，开考，看每个座位的情况。"))
