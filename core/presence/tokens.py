"""Signed addresses: what a flow above allowed a person to do here, without a row for it."""
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeSerializer

from core.base.db import Id
from core.base.errors import NotFound
from core.tenancy import Ctx, Tenant

ASK_MINUTES = 3
LOOK_MINUTES = 10


@dataclass(frozen=True)
class Gate:
    """Whom a face check lets through to what: `back` is a path of this site to go on to.

    `made_at`: a proof given before does not do; who is sent here with one in force has missed too many pictures.
    `in_room`: an invigilator stands by, who is the other way, and no session is booked.
    """

    person_id: Id
    enrollment_id: Id
    back: str
    made_at: datetime
    in_room: bool = False


@dataclass(frozen=True)
class Ask:
    """A picture that the study asked for, and when."""

    person_id: Id
    enrollment_id: Id
    round: int
    slot: int
    asked_at: datetime


@dataclass(frozen=True)
class Look:
    """A picture that an account was shown the address of, and when."""

    account_id: Id
    kind: str
    row_id: Id
    at: datetime


Token = TypeVar("Token", Gate, Ask)


def check_url(ctx: Ctx, enrollment_id: Id, back: str, *, in_room: bool = False) -> str:
    """Where the signed-in person's face check for an enrollment begins; afterwards it goes on to the path `back`."""
    if ctx.actor.person_id is None or not back.startswith("/") or back.startswith(("//", "/\\")):
        raise ValueError("a face check needs a person and a path of this site to go on to")
    gate = Gate(ctx.actor.person_id, enrollment_id, back, ctx.now, in_room)
    return url_for("presence.check", token=gate_token(ctx, gate))


def booking_url(ctx: Ctx, enrollment_id: Id, back: str) -> str:
    """Where the signed-in person books, changes or cancels a supervised session for an enrollment."""
    if ctx.actor.person_id is None:
        raise ValueError("a booking needs a person")
    return url_for("supervised.book", token=gate_token(ctx, Gate(ctx.actor.person_id, enrollment_id, back, ctx.now)))


def gate_token(ctx: Ctx, gate: Gate) -> str:
    values = [gate.person_id.hex, gate.enrollment_id.hex, gate.back, gate.made_at.timestamp(), int(gate.in_room)]
    return _dumps(ctx.tenant, "gate", values)


def open_gate(ctx: Ctx, token: str) -> Gate:
    """The gate of a token, for the person it was made for; anything else is NotFound."""
    person, enrollment, back, at, in_room = _loads(ctx.tenant, "gate", token, 5)
    made_at = datetime.fromtimestamp(float(str(at)), UTC)
    gate = Gate(UUID(str(person)), UUID(str(enrollment)), str(back), made_at, bool(in_room))
    return _own(ctx, gate)


def ask_token(tenant: Tenant, ask: Ask) -> str:
    """For the beat's answer: the page posts its picture to `/presence/snapshots/<token>`."""
    return _dumps(tenant, "ask", [ask.person_id.hex, ask.enrollment_id.hex, ask.round, ask.slot,
                                  int(ask.asked_at.timestamp())])


def open_ask(ctx: Ctx, token: str) -> Ask:
    """The ask of a token, for its person and not older than three minutes; anything else is NotFound."""
    person, enrollment, round_, slot, at = _loads(ctx.tenant, "ask", token, 5)
    asked_at = datetime.fromtimestamp(int(str(at)), ctx.now.tzinfo)
    ask = Ask(UUID(str(person)), UUID(str(enrollment)), int(str(round_)), int(str(slot)), asked_at)
    if ctx.now - asked_at > timedelta(minutes=ASK_MINUTES):
        raise NotFound("ask_over", _("这次抓拍已经过时，不需要再上传。"))
    return _own(ctx, ask)


def look_token(ctx: Ctx, look: Look) -> str:
    return _dumps(ctx.tenant, "look", [look.account_id.hex, look.kind, look.row_id.hex, int(look.at.timestamp())])


def open_look(ctx: Ctx, token: str) -> Look:
    """The look of a token, for the account it was made for; anything else is NotFound."""
    account, kind, row, at = _loads(ctx.tenant, "look", token, 4)
    look = Look(UUID(str(account)), str(kind), UUID(str(row)), datetime.fromtimestamp(int(str(at)), ctx.now.tzinfo))
    if look.account_id != ctx.actor.account_id:
        raise _unknown()
    return look


def _own(ctx: Ctx, found: Token) -> Token:
    if found.person_id != ctx.actor.person_id:
        raise _unknown()
    return found


def _dumps(tenant: Tenant, purpose: str, values: list[object]) -> str:
    return str(_serializer(tenant, purpose).dumps(values))


def _loads(tenant: Tenant, purpose: str, token: str, count: int) -> list[object]:
    try:
        values = _serializer(tenant, purpose).loads(token)
    except BadData:
        raise _unknown() from None
    if not isinstance(values, list) or len(values) != count:
        raise _unknown()
    return values


def _serializer(tenant: Tenant, purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(tenant.keys.derive(f"presence.{purpose}"), salt=purpose)


def _unknown() -> NotFound:
    return NotFound("gate", _("没有找到这个页面。请回到“我的培训”重新点击【开始学习】。"))
