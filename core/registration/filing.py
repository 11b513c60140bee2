"""Pages of one's own file: 基本信息, photo, phone, 我的档案 (N-11, N-12, X-08, A.7)."""
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.access import Permission, camera_page, policy
from core.base.errors import DomainError
from core.contract.values import PhoneCorrection
from core.extension import hooks
from core.identity import (
    SIDE_TEXTS,
    Person,
    Side,
    current_person,
    face_consent,
    password_is_initial,
    person_facts,
    scans_of,
)
from core.identity.widgets import ImageView, image_view, wants_code, wants_renewal
from core.registration import photos, scans, service
from core.registration.codes import send_part
from core.registration.readiness import needs, next_need
from core.registration.schemas import BasicsAsked, BasicsSchema, PhoneAsked, PhoneSchema, TicketSchema, bytes_of
from core.registration.states import TICKET_TEXTS
from core.tenancy import Ctx
from core.web import current_ctx, page
from core.web.forms import Form


def add_pages(bp: Blueprint) -> None:
    """Put these pages onto the flow's blueprint."""
    for rule, view, methods in (
        ("/basics", basics, ["GET", "POST"]), ("/basics/photo/confirm", confirm, ["GET", "POST"]),
        ("/basics/photo/again", again, ["POST"]), ("/basics/photo.jpg", photo, ["GET"]),
        ("/basics/draft.jpg", draft, ["GET"]), ("/basics/photo/ticket", ticket, ["GET", "POST"]),
        ("/basics/photo/tickets/<uuid:ticket_id>.jpg", ticket_picture, ["GET"]),
        ("/record", record, ["GET"]), ("/record/phone", phone, ["GET", "POST"]),
    ):
        bp.add_url_rule(rule, view_func=view, methods=methods)


@policy(Permission.STUDY)
@camera_page
def basics() -> ResponseReturnValue:
    """基本信息 (N-11): what is typed stays when the picture is refused, or cannot be judged now."""
    ctx = current_ctx()
    before = _glance(ctx)
    form = Form(BasicsSchema(), request, {"name": before.name, "sex": before.sex, "email": before.email})
    if form.submitted() and (asked := form.load()) is not None:
        try:
            clean = _judged(ctx, asked) if photos.may_replace(ctx, before) else b""
            person = current_person(ctx)
            service.save_basics(ctx, person, service.Basics(asked.name, asked.sex, asked.email))
            if clean:
                photos.keep_draft(ctx, person, clean)
        except DomainError as error:
            ctx.rollback()
            for problem in error.problems:
                form.fail(DomainError(problem.code, f"{problem.sentence}{problem.hint}", field=problem.field,
                                      status=error.status))
        else:
            flash(_("基本信息已保存。"), "done")
            return redirect(url_for(".confirm" if clean else ".basics"), 303)
    person = _glance(ctx)
    correction = hooks(ctx).resolve_phone_correction(person_facts(ctx, person))
    return page("registration/basics.html", status=form.status, form=form, person=person, rules=ctx.rules(),
                correction=correction, photo_open=photos.may_replace(ctx, person),
                name_open=service.name_may_change(ctx, person), draft=photos.draft_of(ctx, person),
                ticket=photos.open_ticket_of(ctx, person))


def _glance(ctx: Ctx) -> Person:
    """The signed-in person, read without opening the request's transaction: a picture is judged before that."""
    with ctx.tenant.session(write=False) as db:
        return db.get_one(Person, ctx.actor.person_id)


def _judged(ctx: Ctx, asked: BasicsAsked) -> bytes:
    if asked.photo is None:
        return b""
    data = bytes_of(asked.photo, photos.MOST_BYTES)
    photos.check_recent(ctx, data, declared=asked.recent)
    return photos.judge(ctx, data)


@policy(Permission.STUDY)
def confirm() -> ResponseReturnValue:
    """“请确保本人照片无误, 一经上传不可修改” with the picture as it will stay (N-12)."""
    ctx = current_ctx()
    person = current_person(ctx)
    if request.method == "POST":
        photos.confirm_photo(ctx, person)
        flash(_("照片已上传。"), "done")
        need = next_need(ctx, person)
        home = url_for(".library" if person.portal_opened_at is None else ".basics")
        return redirect(need.url if need else home, 303)
    if photos.draft_of(ctx, person) is None:
        return redirect(url_for(".basics"))
    return page("registration/confirm_photo.html", text=ctx.rules().texts.photo_confirm,
                changeable=photos.changes_until_study(ctx))


@policy(Permission.STUDY)
def again() -> ResponseReturnValue:
    """Another picture instead of the one that waits."""
    ctx = current_ctx()
    photos.drop_draft(ctx, current_person(ctx))
    return redirect(url_for(".basics"), 303)


def _picture(data: bytes | None) -> Response:
    if data is None:
        abort(404)
    return Response(data, mimetype="image/jpeg")


@policy(Permission.STUDY)
def photo() -> Response:
    """One's own photo on file."""
    ctx = current_ctx()
    return _picture(photos.picture_of(ctx, current_person(ctx).photo_key))


@policy(Permission.STUDY)
def draft() -> Response:
    """One's own photo that waits for confirmation."""
    ctx = current_ctx()
    found = photos.draft_of(ctx, current_person(ctx))
    return _picture(photos.picture_of(ctx, found.photo_key if found else None))


@policy(Permission.STUDY)
def ticket_picture(ticket_id: UUID) -> Response:
    """The picture of one's own ticket; somebody else's is 404."""
    ctx = current_ctx()
    found = next((t for t in photos.tickets_of(ctx, current_person(ctx)) if t.id == ticket_id), None)
    return _picture(photos.picture_of(ctx, found.new_key if found else None))


@policy(Permission.STUDY)
@camera_page
def ticket() -> ResponseReturnValue:
    """申请更换照片: for a photo that was wrongly accepted, or wrongly refused (A.7)."""
    ctx = current_ctx()
    form: Form[Any] = Form(TicketSchema(), request)
    if form.submitted() and (asked := form.load()) is not None:
        try:
            data = bytes_of(asked.photo, photos.MOST_BYTES)
            found = photos.opinion(ctx, data)
            photos.open_ticket(ctx, current_person(ctx), data, asked.reason, found)
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            flash(_("申请已提交，工作人员处理后会通知您。处理前仍使用原来的照片。"), "done")
            return redirect(url_for(".record"), 303)
    return page("registration/ticket.html", status=form.status, form=form, person=_glance(ctx), rules=ctx.rules())


@policy(Permission.STUDY)
def record() -> Response:
    """我的档案 (N-19): what is on file, and where each part is changed."""
    ctx = current_ctx()
    person = current_person(ctx)
    facts = person_facts(ctx, person)
    return page("registration/record.html", person=person, correction=hooks(ctx).resolve_phone_correction(facts),
                notes=hooks(ctx).collect_record_notes(facts), needs=needs(ctx, person),
                scans={Side(one.side): scans.address_of(ctx, one) for one in scans_of(ctx, person)},
                sides=SIDE_TEXTS, rules=ctx.rules(), photo_open=photos.may_replace(ctx, person),
                tickets=photos.tickets_of(ctx, person), words=TICKET_TEXTS,
                consent=face_consent(ctx, person), initial=password_is_initial(ctx, person))


@policy(Permission.STUDY)
def phone() -> ResponseReturnValue:
    """更正手机号 by an SMS code to the new number, where the tenant lets the trainee do it (X-08)."""
    ctx = current_ctx()
    before = _glance(ctx)
    form: Form[PhoneAsked] = Form(PhoneSchema(), request)
    form.submitted()
    correction = _correction(ctx)
    if not correction.by_self:
        return page("registration/phone_closed.html", status=200 if request.method == "GET" else 403,
                    correction=correction, person=before)
    if wants_code():
        sent = send_part(ctx, form, lambda asked: service.send_phone_code(
            ctx, before, phone=asked.phone, image_id=asked.image_id, image_code=asked.image_code))
        return sent.answer or _phone_page(ctx, form, before, sent.image, sent.sentence)
    if request.method == "POST" and not wants_renewal() and (asked := form.load()) is not None:
        try:
            service.correct_phone(ctx, before.id, asked.phone, asked.sms_code)
        except DomainError as error:
            ctx.rollback()
            form.fail(error)
        else:
            flash(_("手机号已更正。"), "done")
            return redirect(url_for(".record"), 303)
    return _phone_page(ctx, form, before, image_view(ctx))


def _correction(ctx: Ctx) -> PhoneCorrection:
    """The tenant's answer, asked with a session of its own: codes are counted before `ctx.db` is touched."""
    answer = hooks(ctx).resolve_phone_correction(person_facts(ctx, current_person(ctx)))
    ctx.rollback()
    return answer


def _phone_page(ctx: Ctx, form: Form[PhoneAsked], person: Person, image: ImageView, sent: str = "") -> Response:
    return page("registration/phone.html", status=form.status, form=form, image=image, person=person, sent=sent)
