"""The batches in the back office's menu."""
from flask_babel import lazy_gettext as _l

from core.api.console import Console, Group
from core.api.web import Permission

from plugins.zhejiang.parties import approved


def install(console: Console) -> None:
    console.link(Group.ENTRY, _l("学员报名"), "zj_batch.front", Permission.ENROLL_STAFF, icon="people",
                 summary=_l("按岗位、培训方式和培训机构分批上传报名汇总表。"), offered=approved)
    console.link(Group.ENTRY, _l("继续教育报名"), "zj_batch.continuing", Permission.ENROLL_STAFF, icon="arrow-repeat",
                 summary=_l("为已取证的员工报名继续教育。"), offered=approved)
