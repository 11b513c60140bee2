"""Zhejiang's answers to the contract."""
from flask import url_for
from flask_babel import gettext as _

from core.api import (
    Action,
    Ctx,
    EnrollmentFacts,
    ExamAdmission,
    InvoicePolicy,
    OrderPath,
    PersonFacts,
    Step,
    hookimpl,
)

from plugins.zhejiang.order.steps import payment_step
from plugins.zhejiang.testing import room


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
    """X-10: 三 缴费 is the enterprise's to do; the trainee sees how far it is."""
    return [payment_step(ctx, person.id)]


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
