"""What the pages of an order ask for."""
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, validate
from werkzeug.datastructures import FileStorage

from core.api.web import FormSchema, IdError, Money, parse_credit_code, shown

from plugins.zhejiang.order.vouchers import Statement


def _tax_number(typed: str) -> None:
    try:
        parse_credit_code(typed)
    except IdError as error:
        raise ValidationError(str(error)) from error


class VoucherSchema(FormSchema[Statement]):
    """录入汇款凭证 and 情况说明 (ZJ-24); the pictures go ahead of it one by one."""

    into = Statement
    payer_name = fields.String(required=True, validate=validate.Length(2, 100), metadata=shown(
        _l("付款单位"), hint=_l("与付款账户的户名一致，应是本企业。")))
    paid = Money(required=True, metadata=shown(_l("付款金额（元）"), "money"))
    paid_on = fields.Date(required=True, metadata=shown(_l("付款日期"), "date"))
    reference = fields.String(validate=validate.Length(max=60), metadata=shown(
        _l("银行流水号"), hint=_l("回单上的交易流水号，便于机构核对。")))
    invoice_title = fields.String(required=True, validate=validate.Length(2, 100), metadata=shown(
        _l("发票抬头"), hint=_l("开票企业应与缴费企业对应。")))
    tax_number = fields.String(validate=_tax_number, metadata=shown(
        _l("税号"), hint=_l("18 位统一社会信用代码。")))
    statement = fields.String(required=True, validate=validate.Length(2, 1000), metadata=shown(
        _l("情况说明"), "textarea", hint=_l("开票信息或其他需说明事项，如线上、线下各培训多少人。")))
    refund_bank = fields.String(validate=validate.Length(max=100), metadata=shown(
        _l("退款开户银行"), hint=_l("需要退费时，款项退到本企业的这个账户。线上支付的原路退回，可以不填。")))
    refund_account = fields.String(validate=validate.Regexp(r"^[0-9 -]{6,40}$", error=_l("账号只含数字。")),
                                   metadata=shown(_l("退款账号"), inputmode="numeric", autocomplete="off"))
    explanation = fields.String(validate=validate.Length(max=500), metadata=shown(
        _l("特别说明"), "textarea", hint=_l("系统提示有不一致、而确实如此的，在这里写明原因。")))


@dataclass(frozen=True)
class PictureAsked:
    picture: FileStorage


class PictureSchema(FormSchema[PictureAsked]):
    """One screenshot or scan."""

    into = PictureAsked
    picture = fields.Raw(required=True, metadata=shown(
        _l("付款截图或汇款凭证"), "file", accept="application/pdf,.pdf,.jpg,.jpeg,.png",
        hint=_l("jpg、png 图片或 PDF，一个文件最大 10 MB。")))


@dataclass(frozen=True)
class ReasonAsked:
    reason: str


class ReasonSchema(FormSchema[ReasonAsked]):
    """Why something is undone."""

    into = ReasonAsked
    reason = fields.String(required=True, validate=validate.Length(2, 200), metadata=shown(_l("原因"), "textarea"))

    def __init__(self, label: str = "") -> None:
        super().__init__()
        if label:
            self.fields["reason"].metadata = {**self.fields["reason"].metadata, "label": label}


def prefilled(headcount: str) -> str:
    """情况说明 as it begins (ZJ-24)."""
    return str(_("%(headcount)s。请按上述发票信息开具发票。", headcount=headcount))
