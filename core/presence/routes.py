"""Pages of the face check and its consent; frames and snapshots as they come from the camera (N-33 … N-36)."""
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.access import Permission, camera_page, policy, trail_exempt
from core.base.errors import Refused
from core.identity import consents_of, current_person, face_consent, give_consent, withdraw_consent
from core.presence import looking, service, snapshots, tokens
from core.presence.cameras import HEADER, read_camera
from core.presence.client import face_client
from core.presence.drawing import by_secrets
from core.presence.exporting import export_of
from core.presence.liveness import Drawer
from core.presence.purging import purges_of
from core.presence.queries import attested, tries_left
from core.presence.service import Batch, Progress
from core.presence.speech import clips
from core.presence.states import ChallengeState
from core.presence.supervised import open_request
from core.presence.supervised_routes import bp as supervised_routes
from core.presence.words import (
    action_text, failure, hint_text, purge_kind_text, purge_rule_text, return_text, said, urgent,
)
from core.web import JianxueFlask, current_ctx, page

bp = Blueprint("presence", __name__, template_folder="templates", url_prefix="/presence")
_DRAWER = "jianxue.presence.drawer"


def install(app: JianxueFlask) -> None:
    app.extensions[_DRAWER] = by_secrets
    app.register_blueprint(bp)
    app.register_blueprint(supervised_routes)


def _drawer() -> Drawer:
    """Who draws the actions; a test may put another drawer into its own app object, nothing from outside can."""
    drawer: Callable[..., Any] = current_app.extensions[_DRAWER]
    return drawer


@bp.get("/check/<token>")
@camera_page
@policy(Permission.STUDY)
def check(token: str) -> ResponseReturnValue:
    """The face box (N-34), or first the consent; who has been attested since goes on."""
    ctx = current_ctx()
    gate, person = tokens.open_gate(ctx, token), current_person(ctx)
    proof = attested(ctx, gate.person_id, gate.enrollment_id)
    if proof is not None and proof.given_at >= gate.made_at and (proof.in_room or not gate.in_room):
        return redirect(gate.back)
    if face_consent(ctx, person) is None:
        return page("presence/consent.html", token=token, facts=_facts(), back=gate.back)
    return page("presence/check.html", token=token, back=gate.back, facts=_facts(), photo=bool(person.photo_key),
                left=tries_left(ctx, gate.person_id, gate.enrollment_id), up=face_client(ctx).up(),
                texts=ctx.rules().texts, seconds=ctx.rules().presence.action_seconds, clips=clips(),
                said=said(), urgent=urgent(), booked=open_request(ctx, gate.enrollment_id), in_room=gate.in_room)


def _facts() -> dict[str, object]:
    """What the pages say of keeping; from the tenant's rules, so that they stay true."""
    rules = current_ctx().rules()
    least, most = rules.presence.snapshots_min_per_hour, rules.presence.snapshots_max_per_hour
    return {"version": rules.presence.consent_version, "evidence_days": rules.retention.evidence_days,
            "appeal_days": rules.audit.appeal_days,
            "pictures": _("%(least)s 到 %(most)s", least=least, most=most) if least < most else least}


@bp.post("/check/<token>/consent")
@policy(Permission.STUDY)
def agree(token: str) -> ResponseReturnValue:
    """The separate consent to face data, in the version in force (R24)."""
    ctx = current_ctx()
    tokens.open_gate(ctx, token)
    give_consent(ctx, current_person(ctx))
    return redirect(url_for(".check", token=token), 303)


@bp.get("/consent")
@policy(Permission.STUDY)
def consent() -> Response:
    """What was agreed to and when, in which versions, what was deleted since, and the way to withdraw it."""
    ctx = current_ctx()
    person = current_person(ctx)
    given = consents_of(ctx, person)
    return page("presence/consent_status.html", consent=face_consent(ctx, person), history=given, facts=_facts(),
                open=any(one.withdrawn_at is None for one in given), purges=purges_of(ctx, person.id),
                rule_text=purge_rule_text, kind_text=purge_kind_text)


@bp.get("/export")
@policy(Permission.STUDY)
def export() -> Response:
    """One click: all that is stored of one's own face (C-24)."""
    ctx = current_ctx()
    return Response(export_of(ctx, current_person(ctx)), mimetype="application/zip", headers={
        "Content-Disposition": "attachment; filename=face-data.zip", "Cache-Control": "no-store"})


@bp.route("/consent/withdraw", methods=["GET", "POST"])
@policy(Permission.STUDY)
def withdraw() -> ResponseReturnValue:
    ctx = current_ctx()
    if request.method == "GET":
        return page("ui/confirm.html", title=_("撤回人脸信息的同意"), action=url_for(".withdraw"), cancel=url_for(".consent"),
                    label=_("撤回同意"), kind="stop",
                    text=_("撤回后，您的人脸特征和学习中抓拍的照片会被删除，以后学习需要预约现场见证。已计入的学时不受影响，"
                           "但尚未审核的学时可能因为没有照片而需要补学。"))
    withdraw_consent(ctx, current_person(ctx))
    flash(_("已撤回同意，人脸特征和抓拍照片会在一天内删除。"), "done")
    return redirect(url_for(".consent"), 303)


@bp.post("/check/<token>/tries")
@policy(Permission.STUDY)
def begin(token: str) -> Response:
    """“拍照识别”: open a try; the action is not told yet."""
    ctx = current_ctx()
    challenge = service.open_challenge(ctx, tokens.open_gate(ctx, token), _drawer(),
                                       read_camera(request.headers.get(HEADER, "")))
    return jsonify(nonce=challenge.nonce, frames=url_for(".frames", challenge_id=challenge.id))


@bp.post("/tries/<uuid:challenge_id>/frames")
@trail_exempt("several a second; the end of a try is recorded by the service")
@policy(Permission.STUDY)
def frames(challenge_id: UUID) -> Response:
    """A batch of frames: the moment that counts is when its whole body is here, not when it began."""
    ctx = current_ctx()
    body = _body(service.MOST_BYTES)
    batch = Batch(request.headers.get("X-Nonce", ""), service.split_batch(body), ctx.tenant.clock.now())
    return jsonify(_said(service.take_frames(ctx, challenge_id, batch)))


def _body(most: int) -> bytes:
    """The request's body, refused before it is read when it is longer than it may be."""
    if (request.content_length or 0) > most:
        raise Refused("too_much", _("画面太大了，请换一个浏览器再试。"), status=413)
    return request.get_data(cache=False)


def _said(progress: Progress) -> dict[str, object]:
    """What the page hears: `state` and `hint` always; `text` whenever the large line changes; `action`, `seconds`,
    `step` of `steps` when an action is told; why, what to do and the tries `left` at a failure."""
    said: dict[str, object] = {"state": progress.state.value, "hint": hint_text(progress.hint)}
    if progress.action:
        said |= {"action": progress.action.value, "text": action_text(progress.action), "seconds": progress.seconds,
                 "step": progress.step, "steps": progress.steps}
    elif progress.state is ChallengeState.RETURNING and progress.step:
        said |= {"text": return_text(), "step": progress.step, "steps": progress.steps}
    if progress.state is ChallengeState.FAILED:
        why = failure(progress.reason)
        said |= {"reason": progress.reason, "sentence": why.sentence, "advice": why.hint, "left": progress.tries_left}
    return said


@bp.post("/snapshots/<token>")
@policy(Permission.STUDY)
def take(token: str) -> Response:
    """A picture that the study asked for (N-33)."""
    ctx = current_ctx()
    row = snapshots.take_snapshot(ctx, tokens.open_ask(ctx, token), _body(snapshots.MOST_BYTES),
                                  read_camera(request.headers.get(HEADER, "")))
    return jsonify(slot=row.slot, verdict=row.verdict)


@bp.get("/pictures/<token>")
@policy(Permission.READ_CASES)
def picture(token: str) -> Response:
    """A picture for auditor or administrator, at an address of the own account that is good for minutes: never
    cached, every look on the trail (P-08)."""
    data = looking.look_at(current_ctx(), token)
    kind = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
    return Response(data, mimetype=kind, headers={"Cache-Control": "no-store"})
