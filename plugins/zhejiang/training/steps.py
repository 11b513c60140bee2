"""办到哪一步 of who is enrolled by an enterprise (ZJ-25 … ZJ-30, ZJ-36)."""
from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from core.api import Action, Ctx, Step, StepState, local_date
from core.api.organization import post_names
from core.api.store import Id

from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.batch.states import MODE_WORDS, CandidateState, Mode
from plugins.zhejiang.training import rules
from plugins.zhejiang.training.models import Plan
from plugins.zhejiang.training.queries import applications_of, doing, plan_of
from plugins.zhejiang.training.states import TestState


def steps_of(ctx: Ctx, person_id: Id) -> list[Step]:
    """A first training has steps of its own from enrollment to test."""
    newest = ctx.db.scalar(select(Candidate).where(
        Candidate.person_id == person_id, Candidate.state == CandidateState.ENROLLED).order_by(
        Candidate.moved_at.desc(), Candidate.id.desc()).limit(1))
    if newest is None or newest.mode == Mode.CONTINUING:
        return []
    title = _("%(post)s（%(mode)s）", post=post_names(ctx)[newest.post_id], mode=MODE_WORDS[Mode(newest.mode)])
    return [Step(2, _("职业培训报名"), StepState.DONE, _("企业已为您报名：%(title)s。", title=title), since=newest.moved_at),
            *_training_and_test(ctx, newest),
            Step(6, _("学时审核"), StepState.DONE, _("首次取证以现场测试为准，不用审核学时。")),
            Step(7, _("学时证明"), StepState.DONE, _("首次取证不用学时证明。"))]


def _training_and_test(ctx: Ctx, one: Candidate) -> list[Step]:
    plan, application = plan_of(ctx, one.id), applications_of(ctx, [one.id]).get(one.id)
    test = _("现场测试")
    if application is None:
        return [_training(ctx, one, plan), Step(5, test, StepState.WAITING_START, _("培训完成后由培训机构申请考试。")),
                _certificate()]
    trained = Step(4, _("职业培训"), StepState.DONE, _("培训已完成。"))
    if application.state == TestState.PASSED:
        return [trained, Step(5, test, StepState.DONE, _("%(score)s 分，合格。", score=application.score),
                              since=application.closed_at)]
    if application.state == TestState.FAILED:
        return [trained, Step(5, test, StepState.NEEDS_CARE, _(
            "%(score)s 分，没有合格。请联系培训机构再次申请考试。", score=application.score)), _certificate()]
    return [trained, Step(5, test, StepState.UNDER_WAY, _("已申请考试，安排好后通知您。"), since=application.applied_at),
            _certificate()]


def _certificate() -> Step:
    return Step(8, _("电子证书"), StepState.WAITING_START, _("测试合格后生成电子证书。"))


def _training(ctx: Ctx, one: Candidate, plan: Plan | None) -> Step:
    title, look = _("职业培训"), Action("plan", _("培训计划"), url_for("zj_training.mine"), primary=True)
    if plan is None:
        return Step(4, title, StepState.WAITING_START, _("等待培训机构编入培训计划。"), since=one.moved_at)
    if doing(ctx, plan, [one])[one.id].done:
        return Step(4, title, StepState.DONE, _("培训已完成，等待培训机构申请考试。"), action=look)
    today = local_date(ctx.now)
    if rules.within(today, plan.starts_on, plan.ends_on):
        study = Action("study", _("我的培训"), url_for("course.training"), primary=True)
        return Step(4, title, StepState.UNDER_WAY, _("%(title)s，到%(last)s为止。", title=plan.title,
                                                     last=plan.ends_on.isoformat()),
                    since=plan.published_at, action=study if plan.mode == Mode.ONLINE else look)
    if today < plan.starts_on:
        return Step(4, title, StepState.WAITING_START, _("%(title)s，%(first)s开始。", title=plan.title,
                                                         first=plan.starts_on.isoformat()), action=look)
    return Step(4, title, StepState.NEEDS_CARE, _("%(title)s已于%(last)s结束，培训还没有完成。请联系培训机构。",
                                                  title=plan.title, last=plan.ends_on.isoformat()), action=look)


def not_now(ctx: Ctx, plan: Plan | None) -> tuple[str, str]:
    """Why a first training cannot be studied online today, and what to do; ("", "") when it can (ZJ-27)."""
    if plan is None:
        return str(_("培训机构还没有把您编入培训计划。")), str(_("编入后会短信通知您，到时再来学习。"))
    today = local_date(ctx.now)
    if today < plan.starts_on:
        return str(_("培训计划“%(title)s”%(first)s才开始。", title=plan.title, first=plan.starts_on.isoformat())), \
            str(_("请到时再来学习。"))
    if today > plan.ends_on:
        return str(_("培训计划“%(title)s”已于%(last)s结束。", title=plan.title, last=plan.ends_on.isoformat())), \
            str(_("还没学完的，请联系培训机构延长日期或另行安排。"))
    return "", ""
