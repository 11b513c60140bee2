"""What the pages of identity take."""
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, validate

from core.base.ids import IdError, parse_id_number, parse_mobile
from core.web.forms import FormSchema, shown


class IdNumberField(fields.String):
    """A resident ID number, however typed; the sentence says which part is wrong (N-09)."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        try:
            return parse_id_number(super()._deserialize(value, attr, data, **kwargs) or "").number
        except IdError as error:
            raise ValidationError(str(error)) from error


class MobileField(fields.String):
    """A mainland mobile number, however typed (N-08)."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        try:
            return parse_mobile(super()._deserialize(value, attr, data, **kwargs) or "")
        except IdError as error:
            raise ValidationError(str(error)) from error


def image_code_field(label: Any) -> fields.String:
    """The answer to a picture or a question."""
    return fields.String(required=True, validate=validate.Length(max=10),
                         metadata=shown(label, "code", autocomplete="off", inputmode="numeric"))


def image_id_field() -> fields.UUID:
    """Which picture was answered."""
    return fields.UUID(load_default=None, metadata=shown("", "hidden"))


def sms_code_field() -> fields.String:
    """The code of an SMS."""
    return fields.String(required=True, validate=validate.Length(max=20), metadata=shown(
        _l("短信验证码"), "code", autocomplete="one-time-code", inputmode="numeric"))


@dataclass(frozen=True)
class SignInAsked:
    name: str = field(repr=False)
    password: str = field(repr=False)
    image_code: str
    image_id: UUID | None


class PersonSignInSchema(FormSchema[SignInAsked]):
    """The tab 个人用户 (N-05)."""

    into = SignInAsked
    name = IdNumberField(required=True, metadata=shown(_l("身份证号"), "id", autocomplete="username"))
    password = fields.String(required=True, metadata=shown(_l("密码"), "password", autocomplete="current-password"))
    image_code = image_code_field(_l("验证码"))
    image_id = image_id_field()


class StaffSignInSchema(FormSchema[SignInAsked]):
    """The tabs 管理账号 and 机构账号 (N-05)."""

    into = SignInAsked
    name = fields.String(required=True, metadata=shown(_l("账号"), autocomplete="username"))
    password = fields.String(required=True, metadata=shown(_l("密码"), "password", autocomplete="current-password"))
    image_code = image_code_field(_l("验证码"))
    image_id = image_id_field()


@dataclass(frozen=True)
class ForgottenAsked:
    id_number: str = field(repr=False)
    phone: str = field(repr=False)
    image_code: str
    image_id: UUID | None


class ForgottenSchema(FormSchema[ForgottenAsked]):
    """The first page of 忘记密码?."""

    into = ForgottenAsked
    id_number = IdNumberField(required=True, metadata=shown(_l("身份证号"), "id", autocomplete="username"))
    phone = MobileField(required=True, metadata=shown(_l("手机号"), "phone", autocomplete="tel"))
    image_code = image_code_field(_l("验证码"))
    image_id = image_id_field()


@dataclass(frozen=True)
class PasswordAsked:
    new_password: str = field(repr=False)
    repeated: str = field(repr=False)
    current: str = field(default="", repr=False)
    sms_code: str = ""


def _new_password() -> fields.String:
    return fields.String(required=True, metadata=shown(
        _l("新密码"), "password", autocomplete="new-password", hint=_l("字母、数字或符号混用，不要用手机号、生日或姓名。")))


def _repeated() -> fields.String:
    return fields.String(required=True, metadata=shown(_l("再次输入新密码"), "password", autocomplete="new-password"))


class FirstPasswordSchema(FormSchema[PasswordAsked]):
    """修改密码 for who still has the initial password and a phone on file (A.7)."""

    into = PasswordAsked
    sms_code = sms_code_field()
    new_password = _new_password()
    repeated = _repeated()


class GivenPasswordSchema(FormSchema[PasswordAsked]):
    """修改密码 for staff without a phone on file, whose password an administrator gave."""

    into = PasswordAsked
    new_password = _new_password()
    repeated = _repeated()


class ChangeWithCodeSchema(FormSchema[PasswordAsked]):
    """修改密码 where each change needs an SMS code as well (GD-05)."""

    into = PasswordAsked
    current = fields.String(required=True, metadata=shown(_l("当前密码"), "password", autocomplete="current-password"))
    sms_code = sms_code_field()
    new_password = _new_password()
    repeated = _repeated()


@dataclass(frozen=True)
class CodeOnlyAsked:
    sms_code: str = ""


class DeviceCodeSchema(FormSchema[CodeOnlyAsked]):
    """The code page of a sign-in from a new device (GD-05)."""

    into = CodeOnlyAsked
    sms_code = sms_code_field()


class ChangePasswordSchema(FormSchema[PasswordAsked]):
    """修改密码 for everybody else."""

    into = PasswordAsked
    current = fields.String(required=True, metadata=shown(_l("当前密码"), "password", autocomplete="current-password"))
    new_password = _new_password()
    repeated = _repeated()
