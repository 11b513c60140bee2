"""证书联网查询 (N-06): by number, by QR code, by the file itself; open to everybody, masked, limited."""
from datetime import timedelta
from io import BytesIO

from flask import redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.access import PUBLIC, policy
from core.base.errors import NotFound, Refused, TooMany
from core.certificate import verification
from core.certificate.issuing import photo_of
from core.certificate.rules import looks_like_id_number, tidy_number
from core.certificate.schemas import FileAsked, FileSchema, NumberAsked, NumberSchema
from core.certificate.states import STANDING_NOTES, STANDING_TEXTS, tone
from core.certificate.web import bp
from core.documents import MAX_UPLOAD, document_by_bytes, document_by_token
from core.identity import hit
from core.tenancy import Ctx
from core.web import JianxueFlask, current_ctx, page
from core.web.forms import Form

LOOKUPS = 100
PERIOD = timedelta(hours=1)


@bp.get("/verify")
@policy(PUBLIC)
def verify() -> ResponseReturnValue:
    """The two ways to ask without a QR code."""
    return _ask()


@bp.post("/verify")
@policy(PUBLIC)
def verify_by_number() -> ResponseReturnValue:
    """By number; an ID number typed by mistake never gets into an address (U3)."""
    form = Form(NumberSchema(), request)
    if form.submitted() and (asked := form.load()) is not None:
        number = tidy_number(asked.number)
        if looks_like_id_number(number):
            form.fail(Refused("id_number", _("这是身份证号。请填写证书上的证书编号。"), field="number"))
        elif number:
            return redirect(url_for(".verify_number", number=number), 303)
    return _ask(number_form=form)


@bp.get("/verify/n/<number>")
@policy(PUBLIC)
def verify_number(number: str) -> ResponseReturnValue:
    """What is on record under a number."""
    ctx = current_ctx()
    if looks_like_id_number(number):
        return redirect(url_for(".verify"))
    _count(ctx)
    return _result(verification.verify_number(ctx, tidy_number(number)), number)


@bp.get("/verify/q/<token>")
@policy(PUBLIC)
def verify_token(token: str) -> ResponseReturnValue:
    """Where the QR code of a document leads."""
    ctx = current_ctx()
    _count(ctx)
    document = document_by_token(ctx, token)
    found = verification.verify_document(ctx, document) if document else None
    return _result([found] if found else [], "")


@bp.get("/verify/q/<token>/photo")
@policy(PUBLIC)
def verify_photo(token: str) -> ResponseReturnValue:
    """The holder's photo, for who holds the document: to compare with the person in front of them."""
    ctx = current_ctx()
    document = document_by_token(ctx, token)
    person = verification.holder(ctx, document) if document else None
    if person is None or person.photo_key is None:
        raise NotFound("no_photo", _("没有照片。"))
    data = photo_of(ctx, person)
    kind = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
    return send_file(BytesIO(data), mimetype=kind)


@bp.post("/verify/file")
@policy(PUBLIC)
def verify_file() -> ResponseReturnValue:
    """By the file: ours byte for byte, or not ours (R35)."""
    ctx = current_ctx()
    form = Form(FileSchema(), request)
    if not form.submitted() or (asked := form.load()) is None:
        return _ask(file_form=form)
    data = asked.file.read(MAX_UPLOAD + 1)
    if len(data) > MAX_UPLOAD:
        form.fail(Refused("file_size", _("文件太大。本平台签发的文件都在 5 MB 以内。"), field="file"))
        return _ask(file_form=form)
    _count(ctx)
    document = document_by_bytes(ctx, data)
    found = verification.verify_document(ctx, document) if document else None
    return _result([found] if found else [], "", by_file=True)


def open_to_all(app: JianxueFlask) -> None:
    """Register the blueprint, with these pages on it."""
    app.register_blueprint(bp)


def _count(ctx: Ctx) -> None:
    """A hundred lookups an hour from one address (R27, U3)."""
    with ctx.aside() as session:
        free_at = hit(session, f"verify:{ctx.actor.address}", LOOKUPS, PERIOD, ctx.now)
    if free_at is not None:
        wait = max(int((free_at - ctx.now).total_seconds()), 1)
        raise TooMany("too_many_lookups", _("查询太频繁了，请 %(minutes)s 分钟后再试。", minutes=wait // 60 + 1),
                      facts={"retry_after": wait})


def _ask(number_form: Form[NumberAsked] | None = None, file_form: Form[FileAsked] | None = None) -> ResponseReturnValue:
    number_form, file_form = number_form or Form(NumberSchema()), file_form or Form(FileSchema())
    return page("certificate/verify.html", number_form=number_form, file_form=file_form,
                status=max(number_form.status, file_form.status))


def _result(found: list[verification.Verified], number: str, by_file: bool = False) -> ResponseReturnValue:
    """What was found; nothing found is an answer like any other, with 404."""
    return page("certificate/verified.html", found=found, number=number, by_file=by_file, texts=STANDING_TEXTS,
                notes=STANDING_NOTES, tone=tone, now=current_ctx().now, status=200 if found else 404)
