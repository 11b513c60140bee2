"""资格审核 in the back office's menu: the institution's queue, the enterprise's batches."""
from flask_babel import lazy_gettext as _l

from core.api.console import Console, Group
from core.api.web import Permission

from plugins.zhejiang.parties import approved
from plugins.zhejiang.review.queries import returned, waiting


def install(console: Console) -> None:
    console.link(Group.TODO, _l("资格审核"), "zj_review.queue", Permission.REVIEW_INSTITUTION, icon="clipboard-check",
                 count=waiting, summary=_l("按报名条件审核企业提交的学员。"))
    console.link(Group.ENTRY, _l("资格审核"), "zj_filing.batches", Permission.ENROLL_STAFF, icon="clipboard-check",
                 count=returned, summary=_l("提交学员资料审核，补正退回的。"), offered=approved)
