"""What the pages of payment ask for."""
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from marshmallow import fields, validate

from core.payment.provider import Channel
from core.web.forms import FormSchema, shown


@dataclass(frozen=True)
class InvoiceAsked:
    title: str
    email: str
    tax_number: str = ""


class InvoiceSchema(FormSchema[InvoiceAsked]):
    """N-29."""

    into = InvoiceAsked
    title = fields.String(required=True, validate=validate.Length(max=100), metadata=shown(
        _l("发票抬头"), hint=_l("个人写姓名，单位写营业执照上的全称")))
    tax_number = fields.String(validate=validate.Length(max=18), metadata=shown(
        _l("税号"), "id", hint=_l("单位填 18 位统一社会信用代码，个人不填")))
    email = fields.String(required=True, validate=validate.Length(max=254), metadata=shown(
        _l("接收邮箱"), "email", autocomplete="email"))


@dataclass(frozen=True)
class ChannelAsked:
    channel: Channel


class ChannelSchema(FormSchema[ChannelAsked]):
    """N-28: 【微信】 or 【支付宝】."""

    into = ChannelAsked
    channel = fields.Enum(Channel, by_value=True, required=True, metadata=shown(_l("支付方式"), "radio"))
