"""The witness's entry in the back office's menu."""
from flask_babel import lazy_gettext as _l

from core.access import Permission
from core.admin import Console, Group
from core.presence.supervised import waiting_count


def install(console: Console) -> None:
    console.link(Group.TODO, _l("现场见证"), "supervised.desk", Permission.WITNESS, icon="person-check",
                 count=waiting_count, summary=_l("安排见证的时间地点，核对本人和身份证后登记。"))
