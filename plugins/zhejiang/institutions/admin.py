"""The institutions in the back office's menu."""
from flask_babel import lazy_gettext as _l

from core.api.console import Console, Group
from core.api.web import Permission


def install(console: Console) -> None:
    for group, permission in ((Group.ENTRY, Permission.ENROLL_STAFF), (Group.TEACHING, Permission.REVIEW_INSTITUTION),
                              (Group.TEACHING, Permission.SUPERVISE)):
        console.link(group, _l("选择培训机构"), "zj_institutions.comparison", permission, icon="building",
                     summary=_l("按岗位、收费、培训方式、特色和测试地点比较培训机构。"))
    console.link(Group.PEOPLE, _l("公平监测"), "zj_institutions.watch", Permission.SUPERVISE, icon="bar-chart",
                 summary=_l("各机构的合格率、退回率、清零率和审核时间，与全省比较。"))
