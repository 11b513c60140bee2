"""获取验证码 of a form: the part of the form that it needs, and the answer with or without our script."""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from core.base.errors import DomainError
from core.identity.widgets import ImageView, by_script, code_answer, image_view
from core.registration.schemas import CodeAsked, CodeSchema
from core.tenancy import Ctx
from core.web.forms import Form


@dataclass(frozen=True)
class Sent:
    """What the page goes on with: a fresh picture, the sentence of success, or the script's whole answer."""

    image: ImageView
    sentence: str
    answer: Response | None


def send_part(ctx: Ctx, form: Form[Any], send: Callable[[CodeAsked], None]) -> Sent:
    """Judge phone and picture code alone and send; a refusal stands at its field of the whole form."""
    image = image_view(ctx)
    part: Form[CodeAsked] = Form(CodeSchema(), request)
    part.submitted()
    failed: DomainError | None = None
    if (asked := part.load()) is not None:
        try:
            send(asked)
        except DomainError as refusal:
            ctx.rollback()
            part.fail(refusal)
            failed = refusal
    form.errors, form.status = part.errors, part.status
    sentence = _("短信验证码已发送，%(minutes)s 分钟内有效。", minutes=ctx.rules().account.sms_code_minutes)
    if not part.errors:
        return Sent(image, sentence, code_answer(ctx, sentence) if by_script() else None)
    place, said = next(iter(part.errors.items()))
    error = failed or DomainError("form", said[0], field=place)
    return Sent(image, "", code_answer(ctx, error.sentence, image=image, error=error) if by_script() else None)
