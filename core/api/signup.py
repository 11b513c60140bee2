"""For a plugin's public page on which somebody opens an account: picture code, SMS code, and the session after it."""
from typing import Any

from core.identity import CodePurpose, prove_phone
from core.identity.schemas import MobileField, image_id_field
from core.identity.widgets import ImageView, device, image_view, remember, wants_code, wants_renewal
from core.registration.codes import Sent, send_part
from core.registration.schemas import CodeAsked
from core.registration.service import send_registration_code
from core.tenancy import Ctx
from core.web.forms import Form

__all__ = ["ImageView", "MobileField", "Sent", "device", "image_id_field", "image_view", "prove_new_phone", "remember",
           "send_code_of", "wants_code", "wants_renewal"]


def send_code_of(ctx: Ctx, form: Form[Any]) -> Sent:
    """获取验证码: the form has the fields `phone`, `image_code`, `image_id` and `sms_code` (identity/codes.html)."""
    def send(asked: CodeAsked) -> None:
        send_registration_code(ctx, phone=asked.phone, image_id=asked.image_id, image_code=asked.image_code)
    return send_part(ctx, form, send)


def prove_new_phone(ctx: Ctx, phone: str, typed: str) -> None:
    """Refused unless `typed` is the code that this phone received; called before `ctx.db` is touched."""
    prove_phone(ctx, CodePurpose.REGISTER, phone, typed)
