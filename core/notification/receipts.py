"""What the provider says of messages that went out, and whose come back undelivered (C-22)."""
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from core.base.db import Id
from core.identity import Person
from core.notification.channels import Receipt, SmsFailed, sms_port
from core.notification.models import Delivery
from core.notification.states import DeliveryState
from core.tenancy import Ctx

LOOKED_BACK = timedelta(days=180)


@dataclass(frozen=True)
class Undelivered:
    """Somebody whose phone on file does not receive: since when, why, and how many messages were lost."""

    person: Person
    at: datetime
    reason: str
    count: int


def ask_receipts(ctx: Ctx) -> int:
    """Take over what the provider has heard; returns how many. A provider that is down is asked again later."""
    try:
        heard = sms_port(ctx).receipts(ctx)
    except SmsFailed:
        return 0
    return sum(note_receipt(ctx, receipt) for receipt in heard)


def note_receipt(ctx: Ctx, receipt: Receipt) -> bool:
    """Keep one receipt; False for a message that is unknown, not out yet, or has one already."""
    delivery = ctx.db.get(Delivery, receipt.delivery, with_for_update=True)
    if delivery is None or delivery.state != DeliveryState.SENT:
        return False
    delivery.state = DeliveryState.DELIVERED if receipt.delivered else DeliveryState.UNDELIVERED
    delivery.receipt_at, delivery.problem = receipt.at, receipt.reason[:200]
    ctx.db.flush()
    return True


def undelivered(ctx: Ctx, person: Person | None = None) -> list[Undelivered]:
    """Whose newest known message to the phone that is on file now was lost, the newest first.

    A phone that was corrected since, or that received something since, is not among them; a message that the
    provider would not take (GIVEN_UP) says nothing about the phone.
    """
    since = ctx.now - LOOKED_BACK
    at = func.coalesce(Delivery.receipt_at, Delivery.created_at)
    rows = select(Delivery, Person, at).join(Person, Person.id == Delivery.person_id).where(
        Delivery.created_at >= since, Delivery.state.in_([DeliveryState.UNDELIVERED, DeliveryState.DELIVERED]))
    lost = select(Delivery.person_id).where(Delivery.state == DeliveryState.UNDELIVERED, Delivery.created_at >= since)
    rows = rows.where(Person.id == person.id) if person is not None else rows.where(Person.id.in_(lost))
    known: dict[Id, list[tuple[Delivery, Person]]] = {}
    for delivery, owner, _at in ctx.db.execute(rows.order_by(at.desc(), Delivery.id.desc())):
        if delivery.phone == owner.phone:
            known.setdefault(owner.id, []).append((delivery, owner))
    return [_lost(found) for found in known.values() if found[0][0].state == DeliveryState.UNDELIVERED]


def _lost(found: list[tuple[Delivery, Person]]) -> Undelivered:
    newest, owner = found[0]
    count = 0
    for delivery, _owner in found:
        if delivery.state != DeliveryState.UNDELIVERED:
            break
        count += 1
    return Undelivered(owner, newest.receipt_at or newest.created_at, newest.problem, count)
