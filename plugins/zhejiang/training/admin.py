"""培训计划 in the back office's menu: of the institution, and of the enterprise."""
from flask_babel import lazy_gettext as _l

from core.api import Ctx
from core.api.console import Console, Group
from core.api.web import Permission

from plugins.zhejiang.parties import approved
from plugins.zhejiang.training.queries import waiting_for_plan


def _waiting(ctx: Ctx) -> int:
    held = ctx.actor.organization_id
    return sum(one.count for one in waiting_for_plan(ctx, held)) if held else 0


def install(console: Console) -> None:
    console.link(Group.TEACHING, _l("培训计划"), "zj_training.plans", Permission.REVIEW_INSTITUTION,
                 icon="calendar-check", count=_waiting, summary=_l("编排培训、签到、申请考试。"))
    console.link(Group.ENTRY, _l("培训计划"), "zj_training.of_enterprise", Permission.ENROLL_STAFF,
                 icon="calendar-check", summary=_l("员工在哪里、什么时间培训。"), offered=approved)
