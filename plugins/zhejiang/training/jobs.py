"""Who is in a plan is told behind the request: a message in the portal and an SMS each."""
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core.api import Ctx, local
from core.api.messages import send_to_phone, tell_person
from core.api.people import card_of
from core.api.store import Id, job

from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.batch.states import Mode
from plugins.zhejiang.training.models import Plan
from plugins.zhejiang.training.queries import sessions_of

_AT_ONCE = 50


class News(StrEnum):
    """What became of a plan."""

    PUBLISHED = "published"
    CHANGED = "changed"
    REMOVED = "removed"
    CANCELLED = "cancelled"


def tell_later(ctx: Ctx, plan: Plan, news: News, candidate_ids: Sequence[Id], reason: str = "") -> None:
    """Fifty people a job, so that each is short and done once."""
    for start in range(0, len(candidate_ids), _AT_ONCE):
        ctx.enqueue("zhejiang.plan_news", {
            "plan": str(plan.id), "news": news.value, "reason": reason,
            "people": [str(one) for one in candidate_ids[start:start + _AT_ONCE]]})


@job("zhejiang.plan_news", queue="fast")
def plan_news(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """Tell these people what became of their plan."""
    plan = ctx.db.get(Plan, Id(payload["plan"]))
    if plan is None:
        return
    text = _sentence(ctx, plan, News(payload["news"]), str(payload["reason"]))
    for person_id in ctx.db.scalars(select(Candidate.person_id).where(
            Candidate.id.in_([Id(one) for one in payload["people"]]))):
        tell_person(ctx, person_id, text)
        send_to_phone(ctx, card_of(ctx, person_id).phone, text, about=str(_("培训计划")), person_id=person_id)


def _sentence(ctx: Ctx, plan: Plan, news: News, reason: str) -> str:
    if news is News.REMOVED:
        return str(_("您已不在培训计划“%(title)s”中，请等待培训机构另行安排。", title=plan.title))
    if news is News.CANCELLED:
        return str(_("培训计划“%(title)s”已取消：%(reason)s。请等待培训机构另行安排。", title=plan.title, reason=reason))
    when = (_("%(first)s至%(last)s登录本平台，在“我的培训”中学习", first=plan.starts_on.isoformat(),
              last=plan.ends_on.isoformat()) if plan.mode == Mode.ONLINE else _first_session(ctx, plan))
    begin = _("您已编入") if news is News.PUBLISHED else _("请注意，安排有变：")
    return str(_("%(begin)s培训计划“%(title)s”：%(when)s。", begin=begin, title=plan.title, when=when))


def _first_session(ctx: Ctx, plan: Plan) -> str:
    first = sessions_of(ctx, plan.id)[0]
    return str(_("第一次课%(time)s，地点：%(place)s，请带本人身份证按时到场", place=plan.place,
                 time=local(first.starts_at).strftime("%Y-%m-%d %H:%M")))
