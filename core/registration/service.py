"""Opening an account, completing one's file, opening the resource library (N-08 … N-18)."""
from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from core.base.clock import local_date
from core.base.db import Id
from core.base.errors import Conflict, Refused
from core.base.ids import IdError, parse_id_number
from core.contract.values import SensitiveAction
from core.identity import (
    CodePurpose,
    Person,
    account_of,
    allow_sms,
    check_image_code,
    check_phone_free,
    check_sensitive,
    know_after_code,
    open_full_session,
    open_person,
    person_by_id_number,
    prove_phone,
    send_code,
    set_phone,
)
from core.registry import ask_pull, certificates_of
from core.tenancy import Ctx


@dataclass(frozen=True)
class Registration:
    """The form 学员账号注册 as typed (N-08)."""

    name: str = field(repr=False)
    id_number: str = field(repr=False)
    id_number_again: str = field(repr=False)
    phone: str = field(repr=False)
    sms_code: str = ""
    device: str = ""
    device_token: str = field(default="", repr=False)


@dataclass(frozen=True)
class Registered:
    """The session's token, and the device's where the tenant asks after devices (GD-05)."""

    token: str = field(repr=False)
    device_token: str = field(repr=False)


@dataclass(frozen=True)
class Basics:
    """The form 基本信息 (N-11), without its picture."""

    name: str = field(repr=False)
    sex: str = ""
    email: str = field(default="", repr=False)


def made_by_centre(ctx: Ctx) -> bool:
    """Whether accounts are made beforehand and nobody registers (X-06)."""
    return ctx.rules().account.origin == "centre"


def send_registration_code(ctx: Ctx, *, phone: str, image_id: Id | None, image_code: str) -> None:
    """Send the SMS code of the registration form; the same for every number, known or not (R27)."""
    check_image_code(ctx, image_id, image_code)
    allow_sms(ctx, phone)
    send_code(ctx, CodePurpose.REGISTER, phone)


def register(ctx: Ctx, asked: Registration) -> Registered:
    """Open person and account, and sign in (N-10).

    That an ID number is registered already is told only after the phone is proven.
    """
    if asked.id_number != asked.id_number_again:
        raise Refused("id_number_again", _("两次输入的身份证号不一样，请对照身份证重新输入。"), field="id_number_again")
    try:
        number = parse_id_number(asked.id_number, local_date(ctx.now))
    except IdError as error:
        raise Refused(error.code, str(error), field="id_number") from error
    prove_phone(ctx, CodePurpose.REGISTER, asked.phone, asked.sms_code)
    if person_by_id_number(ctx, number.number) is not None:
        raise _registered()
    check_phone_free(ctx, asked.phone)
    try:
        person = open_person(ctx, name=asked.name, id_number=number.number, phone=asked.phone, sex=number.sex)
    except IntegrityError as error:
        ctx.rollback()
        raise _registered() from error
    ctx.record("registration.register", person.id)
    account = account_of(ctx, person)
    known = know_after_code(ctx, account, asked.device_token, asked.device)
    return Registered(open_full_session(ctx, account, asked.device).token, known)


def _registered() -> Conflict:
    return Conflict("id_registered", _("这个身份证号已经注册，请直接登录。忘记密码时，可在登录页点“忘记密码?”。"),
                    field="id_number")


def name_may_change(ctx: Ctx, person: Person) -> bool:
    """The name is the person's own until certificates in that name are on file."""
    return not certificates_of(ctx, person, foreign=True)


def save_basics(ctx: Ctx, person: Person, basics: Basics) -> None:
    """Keep the form 基本信息 (N-11, JL-03); the picture goes its own way."""
    if basics.name != person.name:
        if not name_may_change(ctx, person):
            raise Refused("name", _("证书已按“%(name)s”导入，姓名不能再改。姓名有误时请联系客服。", name=person.name),
                          field="name")
        person.name = basics.name
    person.sex, person.email = basics.sex, basics.email
    person.profile_saved_at = person.profile_saved_at or ctx.now
    ctx.db.flush()
    ctx.record("registration.save_basics", person.id)


def missing_for_library(person: Person) -> str | None:
    """What the person still has to do before 【立即注册】, as a sentence (N-15)."""
    if person.profile_saved_at is None:
        return str(_("请先完善基本信息并保存。"))
    if person.photo_key is None:
        return str(_("请先在基本信息中上传本人照片，资源库使用同一张照片。"))
    return None


def open_library(ctx: Ctx, person: Person) -> None:
    """【立即注册】: the (L) account opens with the (M) photo, and the certificates are asked for (A.7, N-17, N-18)."""
    missing = missing_for_library(person)
    if missing is not None:
        raise Refused("library_not_ready", missing)
    if person.portal_opened_at is None:
        person.portal_opened_at = ctx.now
        ctx.record("registration.open_library", person.id)
        ask_pull(ctx, person)
    ctx.db.flush()


def send_phone_code(ctx: Ctx, person: Person, *, phone: str, image_id: Id | None, image_code: str) -> None:
    """Send the code that proves the new number of a phone correction (X-08)."""
    check_image_code(ctx, image_id, image_code)
    allow_sms(ctx, phone)
    send_code(ctx, CodePurpose.NEW_PHONE, phone, person.id)


def correct_phone(ctx: Ctx, person_id: Id, phone: str, sms_code: str) -> None:
    """Take over a phone number that was proven by its SMS code (X-08)."""
    prove_phone(ctx, CodePurpose.NEW_PHONE, phone, sms_code)
    person = ctx.db.get_one(Person, person_id)
    check_sensitive(ctx, person, SensitiveAction.CHANGE_PHONE)
    set_phone(ctx, person, phone, confirmed=True)
    ctx.record("registration.correct_phone", person.id)
