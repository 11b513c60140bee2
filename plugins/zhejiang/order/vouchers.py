"""录入汇款凭证 (ZJ-24): pictures, what the enterprise says of its payment, and the one-to-one guard over both (C-18)."""
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.api import Conflict, Ctx, NotFound, Problem, Refused, local_date, refuse_all
from core.api.documents import PDF, look_of_scan, mimetype_of, same_scan
from core.api.organization import party_of
from core.api.payment import Order, OrderState, keep_open, paid_through_provider
from core.api.store import Id

from plugins.zhejiang.order import queries
from plugins.zhejiang.order.models import BatchOrder, Claim, Voucher, VoucherPicture
from plugins.zhejiang.order.rules import Claimed, Finding, Known, findings, plain_reference
from plugins.zhejiang.order.service import enter, go, held
from plugins.zhejiang.order.states import MENDABLE, Check, Kind, State, Weight
from plugins.zhejiang.order.words import FIELDS, sentence
from plugins.zhejiang.settings import rules_of

MOST_PICTURES = 6
DAYS_TO_LOOK = timedelta(days=90)
BLOB = "voucher"


@dataclass(frozen=True)
class Statement:
    """What the enterprise says of its payment: the form's fields."""

    payer_name: str
    paid: int
    paid_on: date
    invoice_title: str
    statement: str
    reference: str = ""
    tax_number: str = ""
    refund_bank: str = ""
    refund_account: str = ""
    explanation: str = ""


def weights(ctx: Ctx) -> Mapping[Check, Weight]:
    """How the tenant weighs what the guard finds."""
    rules = rules_of(ctx)
    return {Check.PAYER: Weight(rules.guard_payer), Check.TITLE: Weight(rules.guard_title),
            Check.TAX_NUMBER: Weight(rules.guard_title), Check.AMOUNT: Weight(rules.guard_amount),
            Check.PICTURE: Weight(rules.guard_reuse), Check.REFERENCE: Weight(rules.guard_reuse),
            Check.EARLY: Weight(rules.guard_date)}


def _mendable(ctx: Ctx, order: BatchOrder) -> BatchOrder:
    order = held(ctx, order)
    if order.state not in MENDABLE:
        raise Conflict("order_" + order.state, _("机构已经确认收款，或订单已经结束，凭证不能再修改。"))
    return order


def digest_of(data: bytes) -> str:
    """Of the file as it came."""
    return hashlib.sha256(data).hexdigest()


def add_picture(ctx: Ctx, order: BatchOrder, filename: str, digest: str, clean: bytes) -> VoucherPicture:
    """One more picture of the payment; `clean` is what `clean_scan` made of it. Refused when another order has shown
    the same file, where the tenant's rule refuses that."""
    order = _mendable(ctx, order)
    known = queries.pictures(ctx, order)
    if any(one.digest == digest for one in known):
        raise Refused("picture_twice", _("这张凭证已经在这个订单里了，不需要再传。"), field="picture")
    if len(known) >= MOST_PICTURES:
        raise Refused("pictures_most", _("一个订单最多 %(most)s 张凭证。请先删除不需要的。", most=MOST_PICTURES), field="picture")
    used = claim(ctx, order, f"picture:{digest}")
    if used and weights(ctx)[Check.PICTURE] is Weight.REFUSE:
        raise Refused("picture_used", sentence(Finding(Check.PICTURE, Weight.REFUSE, used)), field="picture")
    pdf = mimetype_of(clean) == PDF
    picture = VoucherPicture(order_id=order.id, blob_key=ctx.blobs.put(clean, BLOB), filename=filename[-120:], pdf=pdf,
                             size=len(clean), digest=digest, look=b"" if pdf else look_of_scan(clean),
                             uploaded_at=ctx.now)
    ctx.db.add(picture)
    ctx.db.flush()
    ctx.record("zhejiang.voucher_picture", order.id, picture=str(picture.id), pdf=pdf)
    return picture


def remove_picture(ctx: Ctx, order: BatchOrder, picture_id: Id) -> None:
    """It counts no more; earlier versions of the voucher go on showing it."""
    order = _mendable(ctx, order)
    picture = next((one for one in queries.pictures(ctx, order) if one.id == picture_id), None)
    if picture is None:
        raise NotFound("picture", _("没有找到这张凭证，可能已经删除。"))
    picture.removed_at = ctx.now
    _release(ctx, order, f"picture:{picture.digest}")
    ctx.db.flush()
    ctx.record("zhejiang.voucher_picture_removed", order.id, picture=str(picture.id))


def claim(ctx: Ctx, order: BatchOrder, key: str) -> str:
    """Take a proof for this order; the number of the order that has it already, "" where this one does now."""
    known = ctx.db.get(Claim, key, populate_existing=True)
    if known is None:
        try:
            with ctx.db.begin_nested():
                ctx.db.add(Claim(key=key, order_id=order.id))
            return ""
        except IntegrityError:
            known = ctx.db.get_one(Claim, key, populate_existing=True)
    return "" if known.order_id == order.id else _number(ctx, known.order_id)


def _release(ctx: Ctx, order: BatchOrder, key: str) -> None:
    known = ctx.db.get(Claim, key)
    if known is not None and known.order_id == order.id:
        ctx.db.delete(known)


def _number(ctx: Ctx, order_id: Id) -> str:
    return queries.core_order(ctx, ctx.db.get_one(BatchOrder, order_id)).number


def submit(ctx: Ctx, order: BatchOrder, asked: Statement) -> Voucher:
    """The voucher as the institution is to see it, another version each time until the confirmation. Refused with a
    sentence for everything that the guard refuses; what it warns of needs an explanation."""
    order = _mendable(ctx, order)
    core = queries.core_order(ctx, order)
    if core.state not in (OrderState.UNPAID, OrderState.PAID):
        raise Conflict("order_" + core.state, _("这个订单已经结束，不能再录入凭证。"))
    shown = queries.pictures(ctx, order)
    if not shown:
        raise Refused("no_picture", _("请先上传付款截图或汇款凭证。"), field="picture")
    if not paid_through_provider(ctx, core) and not (asked.refund_bank and asked.refund_account):
        raise Refused("refund_account", _("请填写退款账户的开户银行和账号：需要退费时，款项退到这个账户。"),
                      field="refund_account" if asked.refund_bank else "refund_bank")
    found = _judge(ctx, order, core, asked, shown)
    explained = asked.explanation.strip()
    refuse_all([Problem(f"guard_{one.check}", sentence(one), FIELDS[one.check]) for one in found
                if one.weight is Weight.REFUSE])
    if found and len(explained) < 4:
        refuse_all([*(Problem(f"guard_{one.check}", sentence(one), FIELDS[one.check]) for one in found), Problem(
            "explanation", _("以上内容与要求不一致。请改正；确实如此的，请在“特别说明”里写明原因，由培训机构核对。"), "explanation")])
    return _keep(ctx, order, core, asked, shown, found)


def _keep(ctx: Ctx, order: BatchOrder, core: Order, asked: Statement, shown: Sequence[VoucherPicture],
          found: Sequence[Finding]) -> Voucher:
    assert ctx.actor.account_id is not None
    earlier = queries.vouchers(ctx, order)
    facts = asdict(asked) | {"paid_fen": asked.paid, "explanation": asked.explanation.strip() if found else ""}
    del facts["paid"]
    voucher = Voucher(order_id=order.id, version=len(earlier) + 1, at=ctx.now, account_id=ctx.actor.account_id,
                      pictures=[str(one.id) for one in shown],
                      findings=[[one.check.value, one.found, one.right] for one in found], **facts)
    ctx.db.add(voucher)
    go(ctx, order, State.VOUCHED)
    keep_open(ctx, core, ctx.now + DAYS_TO_LOOK)
    enter(ctx, order, Kind.VOUCHED, reason=_("第 %(version)s 版", version=voucher.version))
    return voucher


def _judge(ctx: Ctx, order: BatchOrder, core: Order, asked: Statement,
           shown: Sequence[VoucherPicture]) -> tuple[Finding, ...]:
    firm = party_of(ctx, queries.enterprise_of(ctx, order).organization_id)
    return findings(
        Claimed(asked.payer_name, asked.invoice_title, asked.tax_number, asked.paid, asked.paid_on),
        Known(firm.name, firm.credit_code, core.total_fen, local_date(order.created_at), local_date(ctx.now),
              used=tuple(used for one in shown if (used := claim(ctx, order, f"picture:{one.digest}"))),
              alike=_alike(ctx, order, shown), reference_used=_reference_used(ctx, order, asked.reference)),
        weights(ctx))


def _reference_used(ctx: Ctx, order: BatchOrder, typed: str) -> tuple[str, ...]:
    """The bank's number is this order's from now on, and a former one no more."""
    prefix, plain = "reference:", plain_reference(typed)
    key = prefix + ctx.mac(plain) if plain else ""
    for former in ctx.db.scalars(select(Claim).where(Claim.order_id == order.id, Claim.key.startswith(prefix),
                                                     Claim.key != key)):
        ctx.db.delete(former)
    ctx.db.flush()
    used = claim(ctx, order, key) if key else ""
    return (used,) if used else ()


def _alike(ctx: Ctx, order: BatchOrder, shown: Sequence[VoucherPicture]) -> tuple[str, ...]:
    """Orders with a picture that is one of these saved anew; the same file is `used` and not named again."""
    own = [one for one in shown if one.look]
    if not own:
        return ()
    others = ctx.db.execute(select(VoucherPicture.order_id, VoucherPicture.look, VoucherPicture.digest).join(
        BatchOrder, BatchOrder.id == VoucherPicture.order_id).where(
        VoucherPicture.order_id != order.id, VoucherPicture.removed_at.is_(None), VoucherPicture.look != b"",
        BatchOrder.state != State.CANCELLED)).all()
    found = dict.fromkeys(order_id for order_id, look, digest in others for one in own
                          if digest != one.digest and same_scan(look, one.look))
    return tuple(_number(ctx, order_id) for order_id in found)


def findings_of(voucher: Voucher) -> list[Finding]:
    """What the guard had said of a version."""
    return [Finding(Check(check), Weight.WARN, found, right) for check, found, right in voucher.findings]
