"""What the pages of registration take."""
import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, validate
from werkzeug.datastructures import FileStorage

from core.identity.schemas import IdNumberField, MobileField, image_code_field, image_id_field, sms_code_field
from core.web.forms import FormSchema, shown

SEXES = (("男", _l("男")), ("女", _l("女")))


def check_name(name: str) -> None:
    """A person's name: Chinese characters (with · inside) or letters, 2 to 40 of them."""
    if not re.fullmatch(r"[㐀-鿿𠀀-𳿿〇·•A-Za-z .]{2,40}", name):
        raise ValidationError(_("请填写身份证上的姓名，2 到 40 个汉字或字母。"))


@dataclass(frozen=True)
class RegisterAsked:
    name: str = field(repr=False)
    id_number: str = field(repr=False)
    id_number_again: str = field(repr=False)
    phone: str = field(repr=False)
    sms_code: str = ""
    image_code: str = ""
    image_id: UUID | None = None


class RegisterSchema(FormSchema[RegisterAsked]):
    """学员账号注册 (N-08), the fields in the manual's order."""

    into = RegisterAsked
    name = fields.String(required=True, validate=check_name, metadata=shown(
        _l("姓名"), placeholder=_l("请输入姓名"), autocomplete="name"))
    id_number = IdNumberField(required=True, metadata=shown(
        _l("身份证号"), "id", placeholder=_l("请输入身份证号"), hint=_l("18位，最后一位可以是X"), autocomplete="off"))
    id_number_again = IdNumberField(required=True, metadata=shown(
        _l("再次输入身份证号"), "id", placeholder=_l("请再次输入身份证号"), autocomplete="off"))
    phone = MobileField(required=True, metadata=shown(
        _l("手机号"), "phone", placeholder=_l("请务必输入本人常用手机号"), autocomplete="tel"))
    image_code = fields.String(load_default="", metadata=shown(_l("随机码"), "code", placeholder=_l("请输入随机码")))
    image_id = image_id_field()
    sms_code = fields.String(required=True, validate=validate.Length(max=20), metadata=shown(
        _l("短信验证码"), "code", placeholder=_l("请输入短信验证码"), autocomplete="one-time-code", inputmode="numeric"))


@dataclass(frozen=True)
class CodeAsked:
    phone: str = field(repr=False)
    image_code: str
    image_id: UUID | None


class CodeSchema(FormSchema[CodeAsked]):
    """What 获取验证码 needs of the form."""

    into = CodeAsked
    phone = MobileField(required=True, metadata=shown(_l("手机号"), "phone"))
    image_code = image_code_field(_l("随机码"))
    image_id = image_id_field()


@dataclass(frozen=True)
class BasicsAsked:
    name: str = field(repr=False)
    sex: str
    email: str = field(default="", repr=False)
    photo: FileStorage | None = None
    recent: bool = False


class BasicsSchema(FormSchema[BasicsAsked]):
    """基本信息 (N-11)."""

    into = BasicsAsked
    name = fields.String(required=True, validate=check_name, metadata=shown(_l("姓名"), autocomplete="name"))
    sex = fields.String(required=True, validate=validate.OneOf([value for value, _words in SEXES]),
                        metadata=shown(_l("性别"), "radio", choices=SEXES))
    email = fields.Email(load_default="", validate=validate.Length(max=120), metadata=shown(
        _l("邮箱"), "email", placeholder=_l("请输入邮箱"), autocomplete="email"))
    photo = fields.Raw(load_default=None, metadata=shown(_l("头像采集"), "file", accept="image/jpeg,image/png"))
    recent = fields.Boolean(load_default=False, metadata=shown(_l("照片是近期拍的"), "checkbox"))


@dataclass(frozen=True)
class PhoneAsked:
    phone: str = field(repr=False)
    sms_code: str = ""
    image_code: str = ""
    image_id: UUID | None = None


class PhoneSchema(FormSchema[PhoneAsked]):
    """更正手机号 (X-08)."""

    into = PhoneAsked
    phone = MobileField(required=True, metadata=shown(_l("新手机号"), "phone", autocomplete="tel"))
    image_code = fields.String(load_default="", metadata=shown(_l("随机码"), "code"))
    image_id = image_id_field()
    sms_code = sms_code_field()


@dataclass(frozen=True)
class TicketAsked:
    reason: str
    photo: FileStorage


class TicketSchema(FormSchema[TicketAsked]):
    """申请更换照片 (A.7)."""

    into = TicketAsked
    photo = fields.Raw(required=True, metadata=shown(_l("新照片"), "file", accept="image/jpeg,image/png"))
    reason = fields.String(required=True, validate=validate.Length(min=4, max=300), metadata=shown(
        _l("更换原因"), "textarea", hint=_l("例如：上传成了别人的照片；照片合格但系统没有通过。")))


@dataclass(frozen=True)
class ScansAsked:
    portrait: FileStorage | None = None
    emblem: FileStorage | None = None


class ScansSchema(FormSchema[ScansAsked]):
    """Both sides of the ID card; one that is on file already may stay as it is (BJ-06)."""

    into = ScansAsked
    portrait = fields.Raw(load_default=None, metadata=shown(
        _l("身份证人像面"), "file", hint=_l("有姓名和照片的一面"), accept="image/jpeg,image/png"))
    emblem = fields.Raw(load_default=None, metadata=shown(
        _l("身份证国徽面"), "file", hint=_l("有国徽和有效期限的一面"), accept="image/jpeg,image/png"))


def _ticked(right: bool) -> None:
    if not right:
        raise ValidationError(_("请打勾。"))


class ConfirmPhoneSchema(FormSchema[dict[str, Any]]):
    """手机号正确 (BJ-06)."""

    right = fields.Boolean(required=True, validate=_ticked, metadata=shown(_l("手机号正确"), "checkbox"))


def bytes_of(upload: Any, most: int) -> bytes:
    """The uploaded bytes, one more than allowed at most: enough to know that it is too much."""
    return bytes(upload.stream.read(most + 1)) if isinstance(upload, FileStorage) else b""
