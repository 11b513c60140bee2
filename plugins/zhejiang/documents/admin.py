"""学员资料 in the back office's menu."""
from flask_babel import lazy_gettext as _l

from core.api.console import Console, Group
from core.api.web import Permission

from plugins.zhejiang.parties import approved


def install(console: Console) -> None:
    console.link(Group.ENTRY, _l("学员资料"), "zj_documents.batches", Permission.ENROLL_STAFF, icon="images",
                 summary=_l("上传报名学员的照片、身份证、学历证书、报名表和工作年限证明。"), offered=approved)
