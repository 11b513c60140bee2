"""Core's own answers to the hooks that concern the study."""
from flask import url_for
from flask_babel import gettext as _

from core.base.errors import Problem
from core.contract.hooks import hookimpl
from core.contract.values import (
    Action,
    CaseSection,
    CourseChoice,
    EnrollmentFacts,
    OrderFacts,
    PersonFacts,
    Step,
    StepState,
)
from core.course.catalogue import recommended_codes
from core.course.choosing import may_choose, to_choose
from core.course.queries import has_begun, progress, record_of, standing_of, study_of
from core.course.subjects import Subject, subject, subjects_of
from core.course.wording import Words
from core.tenancy import Ctx


@hookimpl(trylast=True)
def resolve_course_choice(ctx: Ctx, enrollment: EnrollmentFacts) -> CourseChoice | None:
    """By post and year (X-11)."""
    return CourseChoice(recommended_codes(ctx, enrollment.post, enrollment.year))


@hookimpl(trylast=True)
def check_ready_to_study(ctx: Ctx, person: PersonFacts, enrollment: EnrollmentFacts) -> list[Problem]:
    """What the tenant's rules ask for: ID card, a photo to compare the face with, the phone's owner's word
    (N-34, GD-09, BJ-06, X-09)."""
    rules, problems = ctx.rules(), []
    if rules.account.password_before_study and person.password_initial:
        problems.append(Problem("password_initial", _("您还在使用初始密码。"), hint=_("请先修改密码。")))
    if rules.account.id_scans and not person.has_id_scans:
        problems.append(Problem("id_scans_missing", _("还没有上传身份证正反面。"),
                                hint=_("请先在“我的档案”里上传身份证照片。")))
    if rules.presence.required and not person.has_photo:
        problems.append(Problem("photo_missing", _("还没有上传照片，无法进行人脸识别。"),
                                hint=_("请先在“基本信息”里上传照片。")))
    if rules.account.confirm_phone and not person.phone_confirmed:
        problems.append(Problem("phone_unconfirmed", _("还没有核对手机号。"),
                                hint=_("请先在“我的档案”里核对手机号，正确就点“确认”。")))
    return problems


@hookimpl(trylast=True)
def check_refund(ctx: Ctx, order: OrderFacts) -> list[Problem]:
    """The whole amount while nothing has been studied; later the institution decides (A.7)."""
    if any(has_begun(ctx, paid_for.id) for paid_for in order.subjects if paid_for.kind == "enrollment"):
        return [Problem("studied", _("已经开始学习的订单不能自行退款，由培训机构决定。请拨打服务电话。"))]
    return []


@hookimpl(trylast=True)
def collect_enrollment_actions(ctx: Ctx, enrollment: EnrollmentFacts) -> list[Action]:
    """开始学习 until all is learned, 重播 after it, 学习记录 always (N-32); 推荐课程包 where it is chosen (JL-12)."""
    asked = subject(ctx, enrollment.id)
    begun = standing_of(ctx, enrollment.id) is not None
    if progress(ctx, asked).done:
        study = [Action("replay", _("重播"), url_for("course.replay", enrollment_id=enrollment.id), order=40)]
    elif begun:
        study = [Action("study", _("开始学习"), url_for("course.player", enrollment_id=enrollment.id), order=10,
                        primary=True)]
    else:
        waits = _("培训机构编入培训计划后即可学习") if asked.first_time else _("完成缴费后即可学习")
        study = [Action("study", _("开始学习"), why_not=waits, order=10)]
    if begun and to_choose(ctx, asked):
        study = [_choose(asked, 10), Action("study", _("开始学习"), why_not=_("请先点“推荐课程包”选择课程"), order=12)]
    elif begun and may_choose(ctx, asked):
        study.append(_choose(asked, 15))
    return [*study, Action("record", _("学习记录"), url_for("course.record", enrollment_id=enrollment.id), order=20)]


def _choose(asked: Subject, order: int) -> Action:
    return Action("packages", _("推荐课程包"), url_for("course.packages", enrollment_id=asked.id), order=order,
                  primary=order == 10)


@hookimpl(trylast=True)
def collect_steps(ctx: Ctx, person: PersonFacts) -> list[Step]:
    """四 在线学习 (N-03): the first enrolled training that still owes hours (N-24)."""
    learnable = [one for one in subjects_of(ctx, person.id) if one.learnable and study_of(ctx, one.id)]
    title = _("在线学习")
    if not learnable:
        others_pay = "orders" in ctx.rules().portal.menu_without
        return [Step(4, title, StepState.WAITING_START,
                     _("选择培训周期后即可学习。") if others_pay else _("完成缴费后即可学习。"))]
    for asked in learnable:
        learned = progress(ctx, asked)
        if not learned.done:
            return [_open_step(ctx, asked, title, learned.credited_hours, learned.total_hours)]
    return [Step(4, title, StepState.DONE, _("本年度学时已全部学完。"),
                 since=max((study.completed_at for one in learnable if (study := study_of(ctx, one.id))
                            and study.completed_at), default=None),
                 action=Action("training", _("我的培训"), url_for("course.training")))]


def _open_step(ctx: Ctx, asked: Subject, title: str, done: int, total: int) -> Step:
    study = study_of(ctx, asked.id)
    if to_choose(ctx, asked):
        return Step(4, title, StepState.WAITING_START, _("%(post)s：请先选择课程包。", post=asked.post),
                    since=study.opened_at if study else None, action=_choose(asked, 10))
    begun = done > asked.due.exempted
    return Step(4, title, StepState.UNDER_WAY if begun else StepState.WAITING_START,
                _("%(post)s：已学 %(done)s / %(total)s 学时。", post=asked.post, done=done, total=total),
                since=study.opened_at if study else None,
                action=Action("study", _("继续学习") if begun else _("开始学习"),
                              url_for("course.player", enrollment_id=asked.id), primary=True))


@hookimpl(trylast=True)
def collect_case_sections(ctx: Ctx, person: PersonFacts) -> list[CaseSection]:
    """What was studied when, for the case page: one block for each enrollment."""
    sections, spoken = [], Words.read().spoken
    for asked in subjects_of(ctx, person.id):
        learned = progress(ctx, asked)
        lines = record_of(ctx, asked)
        sections.append(CaseSection(
            40, _("学习：%(title)s（%(post)s）%(done)s / %(total)s 学时", title=asked.title, post=asked.post,
                  done=learned.credited_hours, total=learned.total_hours),
            table_head=(_("日期"), _("课程"), _("计入时长"), _("已清除")),
            table=tuple((line.day.isoformat(), line.lesson, spoken(line.seconds), spoken(line.cleared))
                        for line in lines)))
    return sections
