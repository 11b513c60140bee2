"""The other way (R24, C-25): who cannot or will not use the face check is seen by a person instead.

A witness offers sessions; the trainee books a seat, or asks to be called where none suits. The witness compares
person and ID card and signs; what was studied then counts like hours with a matched face.
"""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import joinedload

from core.base.db import Id
from core.base.errors import Conflict, NotFound, Refused
from core.identity import person_of
from core.presence.models import Attestation, SupervisedRequest, SupervisedSession
from core.presence.states import Outcome
from core.presence.told import News, PresenceProved, SupervisedNews
from core.presence.tokens import Gate
from core.tenancy import Ctx

REASONS: Mapping[str, LazyString] = {
    "no_consent": _l("不想使用人脸识别"), "no_camera": _l("没有摄像头或摄像头坏了"),
    "failed": _l("刷脸多次没有通过"), "cannot": _l("身体原因做不了动作"),
}
CALL = "call"
REMIND = "presence.remind_supervised"
TAIL = 4
_VALID = timedelta(hours=8)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Offer:
    """A session and the seats still free in it."""

    session: SupervisedSession
    free: int


# --- the trainee ------------------------------------------------------------------------------------------

def offers(ctx: Ctx) -> list[Offer]:
    """The sessions still to come that can be booked, soonest first."""
    return [offer for offer in sessions(ctx) if offer.free > 0 and offer.session.starts_at > ctx.now]


def ask_supervised(ctx: Ctx, gate: Gate, reason: str, note: str, choice: str) -> SupervisedRequest:
    """Book the session `choice`, or with `CALL` ask to be called. Whoever has asked already changes to it."""
    if reason not in REASONS:
        raise Refused("reason", _("请选择一个原因。"), field="reason")
    asked = open_request(ctx, gate.enrollment_id)
    session = None if choice == CALL else _chosen(ctx, choice, asked)
    if asked is None:
        asked = SupervisedRequest(person_id=gate.person_id, enrollment_id=gate.enrollment_id, asked_at=ctx.now)
        ctx.db.add(asked)
    asked.reason, asked.note = reason, note.strip()[:500]
    _seat(ctx, asked, session)
    return asked


def _chosen(ctx: Ctx, choice: str, asked: SupervisedRequest | None) -> SupervisedSession:
    """The session that was picked: free, or the one that is booked already."""
    offered = {str(offer.session.id): offer.session for offer in offers(ctx)}
    if asked is not None and asked.session is not None:
        offered[str(asked.session.id)] = asked.session
    if not choice:
        raise Refused("session", _("请选择一个时间；都不合适时选“请打电话给我”。"), field="session")
    if choice not in offered:
        raise Conflict("session_full", _("这一场刚刚约满或已经取消。请选择别的时间。"), field="session")
    return offered[choice]


def _seat(ctx: Ctx, asked: SupervisedRequest, session: SupervisedSession | None) -> None:
    """Give the seat while nobody else can take it; a day before, the person is reminded."""
    if session is not None and session.id != asked.session_id:
        ctx.db.refresh(session, with_for_update=True)
        if session.cancelled_at or _taken(ctx).get(session.id, 0) >= session.seats:
            raise Conflict("session_full", _("这一场刚刚约满或已经取消。请选择别的时间。"), field="session")
    asked.session_id = session.id if session else None
    ctx.db.flush()
    ctx.record("presence.ask_supervised", asked.enrollment_id, reason=asked.reason,
               session=str(session.id) if session else "")
    if session is None:
        return
    _tell(ctx, News.BOOKED, asked, session)
    if session.starts_at - ctx.now > _DAY:
        payload = {"request": str(asked.id), "session": str(session.id)}
        ctx.enqueue(REMIND, payload, key=f"{REMIND}:{asked.id}:{session.id}", not_before=session.starts_at - _DAY)


def remind(ctx: Ctx, request_id: Id, session_id: Id) -> None:
    """A day before, if the booking still stands."""
    asked, session = ctx.db.get(SupervisedRequest, request_id), ctx.db.get(SupervisedSession, session_id)
    if asked is None or session is None or asked.done_at or asked.session_id != session_id or session.cancelled_at:
        return
    _tell(ctx, News.NEAR, asked, session)


def _tell(ctx: Ctx, news: News, asked: SupervisedRequest, session: SupervisedSession) -> None:
    ctx.publish(SupervisedNews(news, asked.id, session.id, asked.person_id, session.starts_at, session.place))


def withdraw_supervised(ctx: Ctx, gate: Gate) -> None:
    """The trainee cancels; the seat is free again."""
    asked = open_request(ctx, gate.enrollment_id)
    if asked is None:
        raise Conflict("supervised_done", _("这份预约已经取消或处理过了。"))
    _close(ctx, asked, Outcome.WITHDRAWN)
    ctx.record("presence.withdraw_supervised", asked.enrollment_id)


def open_request(ctx: Ctx, enrollment_id: Id) -> SupervisedRequest | None:
    """The booking, or wish to be called, of an enrollment that is not over."""
    return ctx.db.scalar(_OPEN_OF, {"enrollment_id": enrollment_id})


_OPEN = select(SupervisedRequest).where(SupervisedRequest.done_at.is_(None)).options(
    joinedload(SupervisedRequest.session), joinedload(SupervisedRequest.person))
_OPEN_OF = _OPEN.where(SupervisedRequest.enrollment_id == bindparam("enrollment_id"))


def _close(ctx: Ctx, asked: SupervisedRequest, outcome: Outcome) -> None:
    asked.outcome, asked.done_at = outcome, ctx.now


# --- the witness ------------------------------------------------------------------------------------------

def sessions(ctx: Ctx) -> list[Offer]:
    """Sessions that are not over, soonest first, with their free seats; those of today stay till midnight."""
    taken = _taken(ctx)
    rows = ctx.db.scalars(select(SupervisedSession).where(
        SupervisedSession.cancelled_at.is_(None), SupervisedSession.ends_at > ctx.now - _VALID)
        .order_by(SupervisedSession.starts_at, SupervisedSession.place))
    return [Offer(row, max(0, row.seats - taken.get(row.id, 0))) for row in rows]


def _taken(ctx: Ctx) -> dict[Id | None, int]:
    """How many seats of each session are gone: who withdrew has given the seat back."""
    rows = ctx.db.execute(select(SupervisedRequest.session_id, func.count()).where(
        SupervisedRequest.session_id.is_not(None), SupervisedRequest.outcome != Outcome.WITHDRAWN)
        .group_by(SupervisedRequest.session_id))
    return {session_id: count for session_id, count in rows}


def offer_session(ctx: Ctx, session: SupervisedSession) -> SupervisedSession:
    """Offer a time and a place."""
    if session.ends_at <= session.starts_at:
        raise Refused("ends", _("结束时间要晚于开始时间。"), field="ends")
    if session.starts_at <= ctx.now:
        raise Refused("past", _("开始时间已经过去，请填写以后的时间。"), field="day")
    session.offered_by, session.offered_at = ctx.actor.account_id, ctx.now
    ctx.db.add(session)
    ctx.db.flush()
    ctx.record("presence.offer_session", session.id, starts=session.starts_at.isoformat(), seats=session.seats)
    return session


def session_of(ctx: Ctx, session_id: Id) -> SupervisedSession:
    """One session; NotFound."""
    session = ctx.db.get(SupervisedSession, session_id)
    if session is None:
        raise NotFound("session", _("没有找到这一场。"))
    return session


def cancel_session(ctx: Ctx, session_id: Id) -> int:
    """Call a session off: who booked it is told and waits for a call; how many that are."""
    session = session_of(ctx, session_id)
    if session.cancelled_at:
        raise Conflict("session_cancelled", _("这一场已经取消过了。"))
    session.cancelled_at = ctx.now
    booked = [asked for asked in open_requests(ctx) if asked.session_id == session_id]
    for asked in booked:
        asked.session_id = None
        _tell(ctx, News.CANCELLED, asked, session)
    ctx.record("presence.cancel_session", session.id, booked=len(booked))
    return len(booked)


def open_requests(ctx: Ctx) -> Sequence[SupervisedRequest]:
    """All who wait, the longest first."""
    return ctx.db.scalars(_OPEN.order_by(SupervisedRequest.asked_at)).all()


def waiting_count(ctx: Ctx) -> int:
    """How many wait for a call or a witness, for the menu."""
    return ctx.db.scalar(select(func.count()).select_from(SupervisedRequest).where(
        SupervisedRequest.done_at.is_(None))) or 0


def request_of(ctx: Ctx, request_id: Id) -> SupervisedRequest:
    """One that is still open; NotFound, or Conflict when it is over."""
    asked = ctx.db.get(SupervisedRequest, request_id)
    if asked is None:
        raise NotFound("supervised", _("没有找到这份申请。"))
    if asked.done_at is not None:
        raise Conflict("supervised_done", _("这份申请已经处理过了。"))
    return asked


def assign(ctx: Ctx, request_id: Id, choice: str) -> None:
    """After a call: put somebody who waits into a session."""
    asked = request_of(ctx, request_id)
    _seat(ctx, asked, _chosen(ctx, choice, asked))


def attest_supervised(ctx: Ctx, request_id: Id, tail: str, note: str) -> Attestation:
    """A witness has seen the person and the ID card: the player opens for the session's eight hours.

    `tail` is what the witness reads on the card, the last four signs of its number: a second look that a click
    alone would not be.
    """
    asked = request_of(ctx, request_id)
    check_card(ctx, asked.person_id, asked.enrollment_id, tail)
    _close(ctx, asked, Outcome.ATTESTED)
    return attest_in_person(ctx, asked.person_id, asked.enrollment_id, note)


def check_card(ctx: Ctx, person_id: Id, enrollment_id: Id, tail: str) -> None:
    """Refused unless `tail` is what stands at the end of the number on the person's ID card."""
    person = person_of(ctx, person_id)
    if person.id_number[-TAIL:] != tail.strip().upper():
        ctx.record_refusal("presence.attest_supervised", enrollment_id, person=str(person.id))
        raise Refused("tail", _("和档案里的身份证号后四位不一致。"), field="tail",
                      hint=_("请再看一眼身份证；确实不同就不要登记，请学员先更正档案。"))


def attest_in_person(ctx: Ctx, person_id: Id, enrollment_id: Id, note: str,
                     picture: bytes | None = None) -> Attestation:
    """Somebody on duty has seen the person; the caller has checked the ID card. `picture`: kept as evidence."""
    attestation = Attestation(person_id=person_id, enrollment_id=enrollment_id, kind="supervised", zone="supervised",
                              witness_id=ctx.actor.account_id, witness_name=ctx.actor.name, note=note.strip()[:500],
                              picture_key=ctx.blobs.put(picture, "face") if picture else None, given_at=ctx.now,
                              valid_until=ctx.now + _VALID)
    ctx.db.add(attestation)
    ctx.db.flush()
    ctx.publish(PresenceProved(enrollment_id, ctx.now))
    ctx.record("presence.attest_supervised", enrollment_id, person=str(person_id))
    return attestation


def note_missed(ctx: Ctx, request_id: Id) -> None:
    """The person did not come. Nothing is taken from anybody: the next session can be booked at once."""
    asked = request_of(ctx, request_id)
    session = ctx.db.get(SupervisedSession, asked.session_id) if asked.session_id else None
    if session is None or session.starts_at > ctx.now:
        raise Refused("not_begun", _("这一场还没有开始，不能登记未到场。"))
    _close(ctx, asked, Outcome.MISSED)
    ctx.record("presence.missed_session", asked.enrollment_id, person=str(asked.person_id))
    _tell(ctx, News.MISSED, asked, session)
