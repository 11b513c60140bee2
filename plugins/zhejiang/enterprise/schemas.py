"""What the pages of this room take."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, validate
from werkzeug.datastructures import FileStorage

from core.api.signup import MobileField, image_id_field
from core.api.web import FormSchema, IdError, parse_credit_code, shown

from plugins.zhejiang.enterprise.clerks import ClerkAsked, Recovery
from plugins.zhejiang.enterprise.service import Contact, Facts, Opening
from plugins.zhejiang.enterprise.states import KIND_WORDS, Kind

SCAN_TYPES = "image/jpeg,image/png,application/pdf"
_KINDS = tuple((kind.value, words) for kind, words in KIND_WORDS.items())
_OFFICE_PHONE = r"^[0-9]{3,4}-?[0-9]{7,8}(-[0-9]{1,6})?\Z|^1[3-9][0-9]{9}\Z|^400-?[0-9]{3}-?[0-9]{4}\Z"


class CreditCodeField(fields.String):
    """A 统一社会信用代码, however typed; the sentence says what is wrong (ZJ-08)."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        try:
            return parse_credit_code(super()._deserialize(value, attr, data, **kwargs) or "")
        except IdError as error:
            raise ValidationError(str(error)) from error


def _address() -> fields.String:
    return fields.String(required=True, validate=validate.Length(min=4, max=120), metadata=shown(
        _l("单位地址"), autocomplete="street-address"))


def _contact_name() -> fields.String:
    return fields.String(required=True, validate=validate.Length(min=2, max=40), metadata=shown(
        _l("联络人姓名"), hint=_l("承诺书第 4 条授权的联络人。"), autocomplete="name"))


def _contact_phone() -> MobileField:
    return MobileField(required=True, metadata=shown(
        _l("联络人手机号"), "phone", hint=_l("审核结果用短信发到这个手机。"), autocomplete="tel"))


def _office_phone() -> fields.String:
    return fields.String(load_default="", validate=validate.Regexp(
        _OFFICE_PHONE, error=_l("请填写办公电话，例如 0571-87654321。")), metadata=shown(
            _l("办公电话"), placeholder="0571-87654321", inputmode="tel"))


@dataclass(frozen=True)
class FactsAsked:
    kind: str
    name: str
    credit_code: str
    address: str
    contact_name: str
    phone: str = field(repr=False)
    city: str = ""
    office_phone: str = ""

    def facts(self, city: str = "") -> Facts:
        return Facts(Kind(self.kind), self.name, self.credit_code, city or self.city,
                     Contact(self.contact_name, self.phone, self.office_phone, self.address))


F = TypeVar("F", bound=FactsAsked)


class FactsSchema(FormSchema[F]):
    """The facts of a registration; also to mend them."""

    into = FactsAsked
    kind = fields.String(required=True, validate=validate.OneOf([value for value, _words in _KINDS]),
                         metadata=shown(_l("单位类型"), "radio", choices=_KINDS))
    name = fields.String(required=True, validate=validate.Length(min=4, max=80), metadata=shown(
        _l("单位名称"), hint=_l("与营业执照上的名称完全一致。"), autocomplete="organization"))
    credit_code = CreditCodeField(required=True, metadata=shown(
        _l("统一社会信用代码"), "id", hint=_l("营业执照上的 18 位代码，一个代码只能注册一次。"), autocomplete="off"))
    city = fields.String(required=True, metadata=shown(
        _l("审核的管理部门"), "select", hint=_l("选择单位注册地的市级主管部门。")))
    address = _address()
    contact_name = _contact_name()
    phone = _contact_phone()
    office_phone = _office_phone()

    def __init__(self, cities: Sequence[str], **options: Any) -> None:
        super().__init__(**options)
        if "city" in self.fields:
            self.fields["city"].metadata = {**self.fields["city"].metadata,
                                            "choices": tuple((city, authority(city)) for city in cities)}
            self.fields["city"].validators = [validate.OneOf(list(cities))]


def authority(city: str) -> str:
    """ZJ-05: 杭州市 is judged by 杭州市审."""
    return str(_("%(city)s审", city=city))


@dataclass(frozen=True)
class RegisterAsked(FactsAsked):
    username: str = ""
    new_password: str = field(default="", repr=False)
    repeated: str = field(default="", repr=False)
    image_code: str = ""
    image_id: UUID | None = None
    sms_code: str = field(default="", repr=False)

    def opening(self, device: str) -> Opening:
        return Opening(self.username.lower(), self.new_password, self.sms_code, device)


class RegisterSchema(FactsSchema[RegisterAsked]):
    """注册: the facts and the account of the responsible clerk."""

    into = RegisterAsked
    username = fields.String(required=True, validate=validate.Regexp(
        r"^[A-Za-z][A-Za-z0-9_.-]{3,31}\Z", error=_l("账号用字母开头，4 到 32 位字母、数字、点、横线或下划线。")),
        metadata=shown(_l("账号"), hint=_l("登录时填写，以字母开头，4 到 32 位。"), autocomplete="username"))
    new_password = fields.String(required=True, metadata=shown(
        _l("密码"), "password", hint=_l("至少 10 位，字母、数字、符号至少混用 3 种。"), autocomplete="new-password"))
    repeated = fields.String(required=True, metadata=shown(_l("再次输入密码"), "password", autocomplete="new-password"))
    image_code = fields.String(load_default="", metadata=shown(_l("随机码"), "code", placeholder=_l("请输入随机码")))
    image_id = image_id_field()
    sms_code = fields.String(required=True, validate=validate.Length(max=20), metadata=shown(
        _l("短信验证码"), "code", autocomplete="one-time-code", inputmode="numeric"))


@dataclass(frozen=True)
class ContactAsked:
    address: str
    contact_name: str
    phone: str = field(repr=False)
    office_phone: str = ""

    def contact(self) -> Contact:
        return Contact(self.contact_name, self.phone, self.office_phone, self.address)


class ContactSchema(FormSchema[ContactAsked]):
    """联络信息, which the enterprise keeps right by itself."""

    into = ContactAsked
    address = _address()
    contact_name = _contact_name()
    phone = _contact_phone()
    office_phone = _office_phone()


def _scan(label: Any, hint: Any = "") -> fields.Raw:
    return fields.Raw(load_default=None, metadata=shown(label, "file", hint=hint, accept=SCAN_TYPES))


@dataclass(frozen=True)
class PapersAsked:
    licence: FileStorage | None = None
    qualification: FileStorage | None = None
    letter: FileStorage | None = None


class PapersSchema(FormSchema[PapersAsked]):
    """证照扫描件; one that is on file may stay as it is."""

    into = PapersAsked
    licence = _scan(_l("营业执照"))
    qualification = _scan(_l("资质证书"))
    letter = _scan(_l("企业承诺书"))

    def __init__(self, words: Mapping[Any, str], **options: Any) -> None:
        super().__init__(**options)
        for item, label in words.items():
            if item.value in self.fields:
                self.fields[item.value].metadata = {**self.fields[item.value].metadata, "label": label}


@dataclass(frozen=True)
class ChangeForm:
    name: str
    reason: str
    licence: FileStorage | None = None
    qualification: FileStorage | None = None


class ChangeSchema(FormSchema[ChangeForm]):
    """申请变更."""

    into = ChangeForm
    name = fields.String(required=True, validate=validate.Length(min=4, max=80), metadata=shown(
        _l("单位名称"), hint=_l("名称不变的，保持原样。"), autocomplete="organization"))
    licence = _scan(_l("变更后的证照"), _l("名称变更的必须上传。"))
    qualification = _scan(_l("变更后的资质证书"))
    reason = fields.String(required=True, validate=validate.Length(min=4, max=300), metadata=shown(
        _l("变更说明"), "textarea", hint=_l("例如：经市场监管部门核准，名称由某某变更为某某。")))


class ClerkSchema(FormSchema[ClerkAsked]):
    """新增经办人."""

    into = ClerkAsked
    name = fields.String(required=True, validate=validate.Length(min=2, max=40), metadata=shown(_l("姓名")))
    username = fields.String(required=True, validate=validate.Regexp(
        r"^[A-Za-z][A-Za-z0-9_.-]{3,31}\Z", error=_l("账号用字母开头，4 到 32 位字母、数字、点、横线或下划线。")),
        metadata=shown(_l("账号"), hint=_l("登录时填写，以字母开头，4 到 32 位。"), autocomplete="off"))
    phone = MobileField(required=True, metadata=shown(
        _l("手机号"), "phone", hint=_l("首次登录修改密码时，短信验证码发到这个手机。"), autocomplete="off"))


@dataclass(frozen=True)
class VerdictAsked:
    checks: list[str] = field(default_factory=list)
    facts: str = ""
    licence: str = ""
    qualification: str = ""
    letter: str = ""
    reason: str = ""
    seen: str = ""


def _why(label: Any) -> fields.String:
    return fields.String(load_default="", validate=validate.Length(max=200), metadata=shown(label))


class VerdictSchema(FormSchema[VerdictAsked]):
    """ZJ-07: three checks to tick, and a reason for each thing that has to be mended."""

    into = VerdictAsked
    checks = fields.List(fields.String(), load_default=list, metadata=shown(_l("审核内容（符合的打勾）"), "checks"))
    facts = _why(_l("填写的信息"))
    licence = _why(_l("营业执照"))
    qualification = _why(_l("资质证书"))
    letter = _why(_l("企业承诺书"))
    reason = fields.String(load_default="", validate=validate.Length(max=500), metadata=shown(_l("其他原因"), "textarea"))
    seen = fields.String(load_default="", metadata=shown("", "hidden"))

    def __init__(self, checks: Mapping[Any, str], items: Mapping[Any, str], **options: Any) -> None:
        super().__init__(**options)
        listed = self.fields["checks"]
        listed.metadata = {**listed.metadata, "choices": tuple((key.value, words) for key, words in checks.items())}
        for item, label in items.items():
            self.fields[item.value].metadata = {**self.fields[item.value].metadata, "label": label}


@dataclass(frozen=True)
class ReasonAsked:
    reason: str


class ReasonSchema(FormSchema[ReasonAsked]):
    into = ReasonAsked
    reason = fields.String(required=True, validate=validate.Length(min=4, max=500), metadata=shown(
        _l("原因"), "textarea", hint=_l("企业会看到，请写清楚要怎样修改。")))


@dataclass(frozen=True)
class RecoverAsked:
    clerk: UUID
    proof: str
    name: str = ""
    phone: str = field(default="", repr=False)

    def recovery(self) -> Recovery:
        return Recovery(self.proof, self.name, self.phone)


class RecoverSchema(FormSchema[RecoverAsked]):
    """找回密码: the regulator has looked at who asks."""

    into = RecoverAsked
    clerk = fields.UUID(required=True, metadata=shown(_l("账号"), "select"))
    proof = fields.String(required=True, validate=validate.Length(min=6, max=300), metadata=shown(
        _l("怎样核实了身份"), "textarea", hint=_l("例如：看过法定代表人授权书原件和经办人身份证。")))
    name = fields.String(load_default="", validate=validate.Length(max=40), metadata=shown(
        _l("换人办理：姓名"), hint=_l("原经办人已离职时填写。"), autocomplete="off"))
    phone = MobileField(load_default="", metadata=shown(_l("换人办理：手机号"), "phone", autocomplete="off"))

    def __init__(self, clerks: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(**options)
        self.fields["clerk"].metadata = {**self.fields["clerk"].metadata, "choices": tuple(clerks)}


@dataclass(frozen=True)
class CityAsked:
    username: str
    city: str


class CitySchema(FormSchema[CityAsked]):
    """指定城市: which city a regulator's account judges."""

    into = CityAsked
    username = fields.String(required=True, validate=validate.Length(max=64), metadata=shown(
        _l("工作人员账号"), hint=_l("在“工作人员”里建好、有“主管部门”角色的账号。"), autocomplete="off"))
    city = fields.String(required=True, metadata=shown(_l("城市"), "select"))

    def __init__(self, cities: Sequence[str], **options: Any) -> None:
        super().__init__(**options)
        self.fields["city"].metadata = {**self.fields["city"].metadata, "choices": tuple((one, one) for one in cities)}
        self.fields["city"].validators = [validate.OneOf(list(cities))]
