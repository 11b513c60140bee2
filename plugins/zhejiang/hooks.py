"""Zhejiang's answers to the contract."""
from flask import url_for
from flask_babel import gettext as _

from core.api import (
    Action,
    Column,
    CourseChoice,
    Ctx,
    EnrollmentFacts,
    ExamAdmission,
    InvoicePolicy,
    OrderPath,
    PersonFacts,
    Problem,
    Step,
    hookimpl,
)

from plugins.zhejiang.order.steps import payment_step
from plugins.zhejiang.testing import room
from plugins.zhejiang.testing.steps import with_test
from plugins.zhejiang.training.queries import plan_of_enrollment
from plugins.zhejiang.training.steps import not_now, steps_of


@hookimpl
def resolve_order_path(ctx: Ctx, enrollment: EnrollmentFacts) -> OrderPath | None:
    """X-10, ZJ-15, ZJ-21: the enterprise enrolls its people and pays; the trainee sees no order."""
    return OrderPath(self_service=False, sentence=ctx.text("pay_note"), self_enrollment=False)


@hookimpl
def resolve_invoice_policy(ctx: Ctx) -> InvoicePolicy | None:
    """X-23, ZJ-24: the institution invoices the enterprise as its 情况说明 says."""
    return InvoicePolicy("statement", "发票由培训机构按企业在情况说明中填写的开票信息开具，开票企业应与缴费企业对应。")


@hookimpl
def collect_steps(ctx: Ctx, person: PersonFacts) -> list[Step]:
    """X-10: 三 缴费 is the enterprise's to do; ZJ-27 … ZJ-30: a first training goes by plan and test."""
    return [payment_step(ctx, person.id), *with_test(ctx, person.id, steps_of(ctx, person.id))]


@hookimpl
def resolve_exam_required(ctx: Ctx, enrollment: EnrollmentFacts) -> bool | None:
    """A.7: a first training ends with the test in the room; continuing education has no exam."""
    return True if enrollment.first_time else None


@hookimpl
def resolve_exam_admission(ctx: Ctx, enrollment: EnrollmentFacts) -> ExamAdmission | None:
    """ZJ-29: 系统判定是本人考试后，才能考试; in the room, at one computer, from one moment for all."""
    return room.admission(ctx, enrollment) if enrollment.first_time else None


@hookimpl
def collect_enrollment_actions(ctx: Ctx, enrollment: EnrollmentFacts) -> list[Action]:
    """ZJ-28: 测试计划 at the row of a first training."""
    return [Action("zj_test", _("测试计划"), url_for("zj_test.mine"), order=12)] if enrollment.first_time else []


@hookimpl
def resolve_course_choice(ctx: Ctx, enrollment: EnrollmentFacts) -> CourseChoice | None:
    """X-11: a first training studies what its institution's plan names; continuing education as national."""
    if not enrollment.first_time:
        return None
    plan = plan_of_enrollment(ctx, enrollment.id)
    return CourseChoice(tuple(plan.packages) if plan else ())


@hookimpl
def check_ready_to_study(ctx: Ctx, person: PersonFacts, enrollment: EnrollmentFacts) -> list[Problem]:
    """ZJ-27: a first training is studied once it is in a plan, and within its days."""
    if not enrollment.first_time:
        return []
    sentence, hint = not_now(ctx, plan_of_enrollment(ctx, enrollment.id))
    return [Problem("zhejiang.plan", sentence, hint=hint)] if sentence else []


@hookimpl
def adjust_certificate_columns(ctx: Ctx, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """ZJ-36, ZJ-37, X-22: a column for 下载 beside 操作."""
    return (*columns, Column("download", "下载"))
