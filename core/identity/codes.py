"""Picture codes and SMS codes: drawn, sent within limits, good once (N-08, U4, U5)."""
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.base.db import Id, new_id
from core.base.errors import Refused, TooMany
from core.base.ids import tidy
from core.tenancy import Ctx

from core.identity import captchas
from core.identity.events import CodeDrawn
from core.identity.limits import hit
from core.identity.models import ImageCode, SmsCode
from core.identity.rules import CodePurpose, minutes_left

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
TRIES_PER_PHONE_HOUR = 25


@dataclass(frozen=True)
class ImageChallenge:
    """What the page shows: the code's id, and the question's words for those who cannot see the picture."""

    id: Id
    question: str


def new_image_code(ctx: Ctx, *, spoken: bool = False) -> ImageChallenge:
    """Draw a picture of digits, or with `spoken` a sum in words; the answer stays here."""
    rules = ctx.rules().account
    question = captchas.draw_question() if spoken else None
    answer = question.answer if question else captchas.draw_digits(rules.image_code_digits)
    code = ImageCode(id=new_id(), answer=answer, question=question.text if question else "",
                     expires_at=ctx.now + timedelta(minutes=rules.image_code_minutes))
    with ctx.aside() as db:
        db.add(code)
    return ImageChallenge(code.id, code.question)


def image_of(ctx: Ctx, code_id: Id) -> bytes | None:
    """The PNG of an open code; None when it is used, expired or a question in words."""
    code = ctx.db.get(ImageCode, code_id)
    if code is None or code.used_at is not None or code.expires_at <= ctx.now or code.question:
        return None
    return captchas.picture(code.answer)


def image_code_fits(db: Session, ctx: Ctx, code_id: Id | None, typed: str) -> bool:
    """Use the code up, right or wrong; True when the answer was right and in time."""
    if code_id is None:
        return False
    used = db.execute(
        update(ImageCode).where(ImageCode.id == code_id, ImageCode.used_at.is_(None),
                                ImageCode.expires_at > ctx.now).values(used_at=ctx.now).returning(ImageCode.answer)
    ).scalar_one_or_none()
    return used is not None and hmac.compare_digest(used.encode(), tidy(typed).encode())


def refuse_image_code() -> Refused:
    """The one refusal for a wrong, used or expired picture code."""
    return Refused("image_code", _("随机码不正确或已过期，请按新的图片重新输入。"), field="image_code")


def check_image_code(ctx: Ctx, code_id: Id | None, typed: str) -> None:
    """Raise when the picture code is not right; the code is used up either way."""
    with ctx.aside() as db:
        right = image_code_fits(db, ctx, code_id, typed)
    if not right:
        raise refuse_image_code()


def allow_sms(ctx: Ctx, phone: str) -> None:
    """Count one SMS against the number, the address and the hour's budget, or raise TooMany (U4).

    The same for a number that belongs to nobody here, so that the answer tells nothing.
    """
    rules = ctx.rules().account
    number, address = ctx.mac(phone), ctx.mac(ctx.actor.address or "-")
    limits = (
        (f"sms_gap:{number}", 1, timedelta(seconds=rules.sms_gap_seconds)),
        (f"sms_day:{number}", rules.sms_per_phone_day, DAY),
        (f"sms_address:{address}", rules.sms_per_address_hour, HOUR),
        ("sms_budget", rules.sms_budget_hour, HOUR),
    )
    with ctx.aside() as db:
        for key, most, period in limits:
            free_at = hit(db, key, most, period, ctx.now)
            if free_at is not None:
                break
    if free_at is None:
        return
    seconds = max(1, int((free_at - ctx.now).total_seconds()))
    raise TooMany(key.split(":")[0], _sms_sentence(key, seconds, minutes_left(free_at, ctx.now)),
                  field="sms_code", facts={"retry_after": seconds})


def _sms_sentence(key: str, seconds: int, minutes: int) -> str:
    sentence = _("获取验证码的人太多，请 %(minutes)s 分钟后再试。", minutes=minutes)
    if key.startswith("sms_gap"):
        sentence = _("刚刚已发送过验证码，请 %(seconds)s 秒后再获取。", seconds=seconds)
    elif key.startswith("sms_day"):
        sentence = _("这个手机号今天获取验证码的次数已用完，请明天再试，或拨打服务电话。")
    return str(sentence)


def send_code(ctx: Ctx, purpose: CodePurpose, phone: str, person_id: Id | None = None) -> None:
    """Draw a code for the phone and hand it to whoever sends SMS; limits are `allow_sms`'s."""
    rules = ctx.rules().account
    code = "".join(secrets.choice("0123456789") for _ in range(rules.sms_code_digits))
    phone_mac = ctx.mac(phone)
    ctx.db.add(SmsCode(purpose=purpose, phone_mac=phone_mac, code_mac=_code_mac(ctx, purpose, phone, code),
                       sent_at=ctx.now, expires_at=ctx.now + timedelta(minutes=rules.sms_code_minutes)))
    ctx.publish(CodeDrawn(phone, code, rules.sms_code_minutes, purpose, person_id))


def prove_phone(ctx: Ctx, purpose: CodePurpose, phone: str, typed: str) -> None:
    """Raise unless `typed` is the newest code sent to this phone for this purpose; it is used up with the commit.

    The try is counted aside, before `ctx.db` is touched, so a refused post counts too; the use itself belongs
    to the caller's transaction, so a person who is refused for another reason may send the form again.
    """
    rules = ctx.rules().account
    phone_mac = ctx.mac(phone)
    with ctx.aside() as db:
        # Written for unknown phones too: the answer takes the same time (R27).
        tired = hit(db, f"code_try:{purpose}:{phone_mac}", TRIES_PER_PHONE_HOUR, HOUR, ctx.now)
        code_id = None if tired else _count_try(db, ctx, purpose, phone, tidy(typed), rules.sms_code_tries)
    if code_id is None:
        raise _wrong_code(rules.sms_code_minutes, rules.sms_code_tries)
    used = ctx.db.execute(
        update(SmsCode).where(SmsCode.id == code_id, SmsCode.used_at.is_(None)).values(used_at=ctx.now)
        .returning(SmsCode.id)
    ).scalar_one_or_none()
    if used is None:
        raise _wrong_code(rules.sms_code_minutes, rules.sms_code_tries)


def _count_try(db: Session, ctx: Ctx, purpose: str, phone: str, code: str, tries: int) -> Id | None:
    newest = db.execute(
        select(SmsCode).where(SmsCode.phone_mac == ctx.mac(phone), SmsCode.purpose == purpose)
        .order_by(SmsCode.sent_at.desc(), SmsCode.id.desc()).limit(1).with_for_update()
    ).scalar_one_or_none()
    if newest is None or newest.used_at is not None or newest.expires_at <= ctx.now or newest.tries >= tries:
        return None
    newest.tries += 1
    return newest.id if hmac.compare_digest(newest.code_mac, _code_mac(ctx, purpose, phone, code)) else None


def _code_mac(ctx: Ctx, purpose: str, phone: str, code: str) -> str:
    return ctx.mac(f"sms:{purpose}:{phone}:{code}")


def _wrong_code(minutes: int, tries: int) -> Refused:
    return Refused(
        "sms_code", _("短信验证码不正确或已过期，请核对。超过 %(minutes)s 分钟或试错 %(tries)s 次后，请重新获取。",
                      minutes=minutes, tries=tries), field="sms_code")
