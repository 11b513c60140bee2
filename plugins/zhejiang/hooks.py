"""Zhejiang's answers to the contract."""
from core.api import Ctx, EnrollmentFacts, InvoicePolicy, OrderPath, PersonFacts, Step, hookimpl

from plugins.zhejiang.order.steps import payment_step


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
