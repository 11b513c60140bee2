"""The other way (R24, C-25): who cannot or will not use the face check is seen by a person instead."""
from collections.abc import Mapping, Sequence
from datetime import timedelta

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from core.base.db import Id
from core.base.errors import Conflict, NotFound, Refused
from core.identity import Person, person_of
from core.presence.models import Attestation, SupervisedRequest
from core.presence.tokens import Gate
from core.tenancy import Ctx

REASONS: Mapping[str, LazyString] = {
    "no_consent": _l("不想使用人脸识别"), "no_camera": _l("没有摄像头或摄像头坏了"),
    "failed": _l("刷脸多次没有通过"), "cannot": _l("身体原因做不了动作"),
}
_VALID = timedelta(hours=8)


def ask_supervised(ctx: Ctx, gate: Gate, reason: str, note: str) -> SupervisedRequest:
    """Ask once for an enrollment; a second ask keeps the first and its place."""
    if reason not in REASONS:
        raise Refused("reason", _("请选择一个原因。"), field="reason")
    known = open_request(ctx, gate.person_id, gate.enrollment_id)
    if known is not None:
        return known
    asked = SupervisedRequest(person_id=gate.person_id, enrollment_id=gate.enrollment_id, reason=reason,
                              note=note.strip()[:500], asked_at=ctx.now)
    ctx.db.add(asked)
    ctx.db.flush()
    ctx.record("presence.ask_supervised", gate.enrollment_id, reason=reason)
    return asked


def open_request(ctx: Ctx, person_id: Id, enrollment_id: Id) -> SupervisedRequest | None:
    return ctx.db.scalar(select(SupervisedRequest).where(
        SupervisedRequest.person_id == person_id, SupervisedRequest.enrollment_id == enrollment_id,
        SupervisedRequest.done_at.is_(None)))


def open_requests(ctx: Ctx) -> Sequence[SupervisedRequest]:
    """All who wait, the longest first."""
    return ctx.db.scalars(select(SupervisedRequest).where(SupervisedRequest.done_at.is_(None))
                          .order_by(SupervisedRequest.asked_at)).all()


def open_requests_with_people(ctx: Ctx) -> list[tuple[SupervisedRequest, Person]]:
    """The same with the person of each."""
    return [(asked, person_of(ctx, asked.person_id)) for asked in open_requests(ctx)]


def attest_supervised(ctx: Ctx, request_id: Id) -> Attestation:
    """A witness has seen the person and the ID card: the player opens for the session's eight hours."""
    asked = ctx.db.get(SupervisedRequest, request_id)
    if asked is None:
        raise NotFound("supervised", _("没有找到这份申请。"))
    if asked.done_at is not None:
        raise Conflict("supervised_done", _("这份申请已经处理过了。"))
    asked.done_at = ctx.now
    attestation = Attestation(person_id=asked.person_id, enrollment_id=asked.enrollment_id, kind="supervised",
                              zone="supervised", witness_id=ctx.actor.account_id, given_at=ctx.now,
                              valid_until=ctx.now + _VALID)
    ctx.db.add(attestation)
    ctx.db.flush()
    ctx.record("presence.attest_supervised", asked.enrollment_id, person=str(asked.person_id))
    return attestation
