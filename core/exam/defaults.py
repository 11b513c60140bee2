"""Core's own answers to the hooks that concern the exam."""
from flask import url_for
from flask_babel import gettext as _

from core.base.errors import Problem
from core.contract.hooks import hookimpl
from core.contract.values import Action, CaseSection, EnrollmentFacts, ExamAdmission, PersonFacts, Step, StepState
from core.course import Subject, progress, subject, subjects_of
from core.exam import service
from core.exam.queries import best_result, running_sitting, sittings_of
from core.exam.states import SittingState
from core.extension import hooks
from core.tenancy import Ctx
from core.web.filters import daytime


@hookimpl(trylast=True)
def resolve_exam_required(ctx: Ctx, enrollment: EnrollmentFacts) -> bool:
    """The rule `exam.required` (N-40, X-15); who has no certificate yet is examined in a test room (A.7)."""
    return ctx.rules().exam.required and not enrollment.first_time


@hookimpl(trylast=True)
def resolve_exam_admission(ctx: Ctx, enrollment: EnrollmentFacts) -> ExamAdmission:
    """All hours are learned (N-40)."""
    if progress(ctx, subject(ctx, enrollment.id)).done:
        return ExamAdmission()
    return ExamAdmission(Problem("exam.hours_missing", _("全部学时学习完成后才能参加考核。"),
                                 hint=_("请先在“我的培训”中学完剩余学时。")))


@hookimpl(trylast=True)
def collect_enrollment_actions(ctx: Ctx, enrollment: EnrollmentFacts) -> list[Action]:
    """开始考试 once all hours are learned, until passed (N-32, N-40)."""
    if not hooks(ctx).resolve_exam_required(enrollment):
        return []
    running = running_sitting(ctx, enrollment.id)
    if running is not None:
        return [Action("exam", _("继续考试"), url_for("exam.paper", sitting_id=running.id), order=10, primary=True)]
    refusal = service.why_not(ctx, subject(ctx, enrollment.id))
    if refusal is None:
        return [Action("exam", _("开始考试"), url_for("exam.intro", enrollment_id=enrollment.id), order=10,
                       primary=True)]
    return [] if refusal.code == "exam.passed" else [Action("exam", _("开始考试"), why_not=refusal.sentence, order=15)]


@hookimpl(trylast=True)
def collect_steps(ctx: Ctx, person: PersonFacts) -> list[Step]:
    """五 在线考核测试 (N-03): the first training whose exam is due."""
    learnable = [one for one in subjects_of(ctx, person.id) if one.learnable and not one.first_time]
    needed = [one for one in learnable if service.required(ctx, one)]
    title = _("在线考核测试")
    if learnable and not needed:
        return [Step(5, title, StepState.DONE, _("您的岗位不需要在线考核。"))]
    if not needed:
        return [Step(5, title, StepState.WAITING_START, _("全部学时学习完成后参加考核。"))]
    for one in needed:
        best = best_result(ctx, one.id)
        if best is None or not best.passed:
            return [_open_step(ctx, one, title, best.score if best else None)]
    last = best_result(ctx, needed[-1].id)
    return [Step(5, title, StepState.DONE, _("考核合格。"), since=last.at if last else None)]


def _open_step(ctx: Ctx, one: Subject, title: str, score: int | None) -> Step:
    running = running_sitting(ctx, one.id)
    if running is not None:
        return Step(5, title, StepState.UNDER_WAY, _("%(post)s：考核正在进行。", post=one.post),
                    since=running.started_at,
                    action=Action("exam", _("继续考试"), url_for("exam.paper", sitting_id=running.id), primary=True))
    refusal = service.why_not(ctx, one)
    if refusal is not None and score is None:
        return Step(5, title, StepState.WAITING_START,
                    _("%(post)s：%(sentence)s", post=one.post, sentence=refusal.sentence))
    action = None if refusal else Action("exam", _("开始考试"), url_for("exam.intro", enrollment_id=one.id),
                                         primary=True)
    if score is None:
        return Step(5, title, StepState.UNDER_WAY, _("%(post)s：学时已学完，可以考核。", post=one.post), action=action)
    return Step(5, title, StepState.NEEDS_CARE,
                _("%(post)s：最高 %(score)s 分，还没有合格，可继续考核。", post=one.post, score=score), action=action)


@hookimpl(trylast=True)
def collect_case_sections(ctx: Ctx, person: PersonFacts) -> list[CaseSection]:
    """All sittings with their results, for the case page."""
    lines = []
    for one in subjects_of(ctx, person.id):
        for sitting in sittings_of(ctx, one.id):
            running = sitting.state == SittingState.RUNNING
            result = _("进行中") if running else _("合格") if sitting.passed else _("未合格")
            lines.append((one.post, str(one.year), str(sitting.number), daytime(sitting.started_at),
                          "" if running else str(sitting.score), result))
    head = (_("岗位"), _("年度"), _("次数"), _("开始时间"), _("分数"), _("结果"))
    return [CaseSection(50, _("在线考核"), table_head=head, table=tuple(lines))] if lines else []
