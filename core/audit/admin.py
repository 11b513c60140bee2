"""The auditor's queue in the back office's menu."""
from flask_babel import lazy_gettext as _l

from core.access import Permission
from core.admin import Console, Group
from core.audit.service import waiting_count


def install(console: Console) -> None:
    console.link(Group.TODO, _l("学时审核"), "audit.queue", Permission.AUDIT, icon="shield-check", count=waiting_count,
                 summary=_l("核对抓拍照片与学习记录，通过或清零。"))
