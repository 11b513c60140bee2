"""What pages of sign-in and registration share: codes as they are shown, the browser's session."""
from dataclasses import dataclass

from flask import Response, current_app, jsonify, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from core.base.errors import DomainError
from core.identity.codes import new_image_code
from core.identity.rules import device_label
from core.tenancy import Ctx, bound_tenant


@dataclass(frozen=True)
class ImageView:
    """What the macro `image_code` draws: the picture's address, or the question in words."""

    id: str
    url: str
    question: str


def image_view(ctx: Ctx) -> ImageView:
    """A fresh code for the page being drawn; in words once the person asked for that."""
    spoken = request.values.get("renew") == "spoken" or (
        request.values.get("spoken") == "1" and request.values.get("renew") != "picture")
    challenge = new_image_code(ctx, spoken=spoken)
    url = "" if challenge.question else url_for("identity.image", code_id=challenge.id)
    return ImageView(str(challenge.id), url, challenge.question)


def wants_renewal() -> bool:
    """Whether the person pressed 换一张, so nothing is to be judged."""
    return request.method == "POST" and "renew" in request.form


def wants_code() -> bool:
    """Whether the person pressed 获取验证码."""
    return request.method == "POST" and "send_code" in request.form


def by_script() -> bool:
    """Whether our own script asks, and wants JSON."""
    return request.headers.get("Accept", "").startswith("application/json")


def code_answer(ctx: Ctx, sentence: str, *, image: ImageView | None = None,
                error: DomainError | None = None) -> Response:
    """What the script behind 获取验证码 gets: a sentence, the seconds to wait, and the next picture."""
    wait = ctx.rules().account.sms_gap_seconds if error is None else error.facts.get("retry_after", 0)
    answer = jsonify(sentence=sentence, seconds=wait, field=error.field if error else None,
                     image={"id": image.id, "url": image.url, "question": image.question} if image else None)
    answer.status_code = 200 if error is None else error.status
    return answer


def remember(token: str) -> None:
    """A new browser session around the token; what an earlier one held is gone (U6)."""
    forget()
    session["sign_in"] = token


def forget() -> None:
    """Empty the browser's session, but for the language it reads."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language


def device() -> str:
    """The device label of this request."""
    return device_label(request.user_agent.string)


DEVICE_DAYS = 180


def _device_cookie() -> str:
    prefix = "__Host-" if current_app.config["SESSION_COOKIE_SECURE"] else ""
    tenant = bound_tenant()
    return f"{prefix}jx-device-{tenant.slug if tenant else 'none'}"


def device_token() -> str:
    """The token by which this browser is known, "" when it brought none (GD-05)."""
    return request.cookies.get(_device_cookie(), "")[:100]


def know_device(answer: BaseResponse, token: str) -> BaseResponse:
    """Let the browser keep the token for half a year."""
    answer.set_cookie(_device_cookie(), token, max_age=DEVICE_DAYS * 86_400, httponly=True, samesite="Lax",
                      secure=bool(current_app.config["SESSION_COOKIE_SECURE"]))
    return answer


def home() -> str:
    """The page that knows where everybody's home is."""
    return request.script_root + "/"
