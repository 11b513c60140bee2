"""E-invoices (N-29): asked for by the payer of a paid order, issued by an administrator."""
from flask_babel import gettext as _
from sqlalchemy import select

from core.base.db import Id
from core.base.errors import Conflict, NotFound, Problem, refuse_all
from core.extension import hooks
from core.payment import rules
from core.payment.models import Invoice, Order
from core.payment.rules import InvoiceProblem, InvoiceWanted
from core.payment.service import own_order
from core.payment.states import InvoiceState, OrderState
from core.tenancy import Ctx

NUMBER_CHARS = 40


def invoice_is_self_service(ctx: Ctx) -> bool:
    """Whether payers apply for invoices online (X-23)."""
    return hooks(ctx).resolve_invoice_policy().kind == "self"


def must_be_offered(ctx: Ctx) -> None:
    """NotFound where payers cannot apply online."""
    if not invoice_is_self_service(ctx):
        raise NotFound("invoice", _("这里不受理发票申请，请咨询服务电话。"))


def request_invoice(ctx: Ctx, order_id: Id, title: str, tax_number: str, email: str) -> Invoice:
    """Ask for the invoice of one's own paid order; asked again before it was issued, the new words count."""
    order = own_order(ctx.db, ctx.actor.person_id, order_id)
    must_be_offered(ctx)
    wanted = rules.tidy_invoice(title, tax_number, email)
    refuse_all([_problem(one) for one in rules.invoice_problems(wanted, OrderState(order.state))])
    return _keep(ctx, order, wanted)


def _keep(ctx: Ctx, order: Order, wanted: InvoiceWanted) -> Invoice:
    invoice = ctx.db.scalar(select(Invoice).where(Invoice.order_id == order.id))
    if invoice is not None and invoice.state == InvoiceState.ISSUED:
        raise Conflict("invoice_issued", _("发票已开具，不能再修改。如需更换，请拨打服务电话。"))
    if invoice is None:
        invoice = Invoice(order_id=order.id, amount_fen=order.total_fen, requested_at=ctx.now)
        ctx.db.add(invoice)
    invoice.title, invoice.tax_number, invoice.email = wanted.title, wanted.tax_number, wanted.email
    invoice.state, invoice.requested_at = InvoiceState.REQUESTED, ctx.now
    ctx.db.flush()
    ctx.record("payment.request_invoice", order.number)
    return invoice


def issue_invoice(ctx: Ctx, invoice_id: Id, number: str) -> None:
    """Note that the invoice was issued, with its number."""
    number = "".join(number.split())
    invoice = ctx.db.get(Invoice, invoice_id)
    if invoice is None:
        raise NotFound("invoice", _("没有找到这个发票申请。"))
    if not 0 < len(number) <= NUMBER_CHARS or not number.isalnum():
        refuse_all([Problem("number", _("请填写发票号码，只含数字和字母，最长 40 位。"), "number")])
    if invoice.state != InvoiceState.REQUESTED:
        raise Conflict("invoice_" + invoice.state, _("这个申请已经处理过了。"))
    invoice.state, invoice.number, invoice.issued_at = InvoiceState.ISSUED, number, ctx.now
    ctx.record("payment.issue_invoice", invoice.id, number=number)


def _problem(found: InvoiceProblem) -> Problem:
    sentences = {
        InvoiceProblem.STATE: (_("只有已支付的订单可以申请发票。"), None),
        InvoiceProblem.TITLE: (_("请填写发票抬头，2 到 100 个字：个人写姓名，单位写全称。"), "title"),
        InvoiceProblem.TAX_NUMBER: (
            _("税号应是 18 位统一社会信用代码，现在的号码通不过校验。请对照营业执照核对；个人抬头请留空。"),
            "tax_number"),
        InvoiceProblem.EMAIL: (_("邮箱格式不对，请写成 name@example.com 的样子。"), "email"),
    }
    sentence, field = sentences[found]
    return Problem(found.value, sentence, field)
