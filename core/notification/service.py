"""Saying things: one function per way of saying them."""
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select, update

from core.base.db import Id
from core.base.errors import NotFound, Refused
from core.identity import Person
from core.notification.channels import SmsFailed, sms_port
from core.notification.models import Delivery, Message, Notice
from core.notification.states import DeliveryState
from core.tenancy import Ctx

SEND = "notification.sms"
MOST_ATTEMPTS = 5
CODE_TEXT = "code_sms"


def send_sms(ctx: Ctx, person: Person, text_key: str, *, key: str | None = None, **variables: object) -> Delivery:
    """Send the tenant's text to the person's phone, and show it in the portal too: a wrong number reads nothing.

    `key` makes the same occasion the same message, however often it is said.
    """
    known = _known(ctx, key)
    if known is not None:
        return known
    text = ctx.text(text_key, **variables)
    tell(ctx, person, text)
    return _deliver(ctx, person.phone, text, text_key, person_id=person.id, key=key)


def send_text(ctx: Ctx, phone: str, text: str, *, about: str, person: Person | None = None,
              key: str | None = None) -> Delivery:
    """Send a text to a phone that need not be the one on file; `about` says in the list of messages what it is."""
    return _known(ctx, key) or _deliver(ctx, phone, text, about, person_id=person.id if person else None, key=key)


def send_code_sms(ctx: Ctx, phone: str, code: str, minutes: int, person_id: Id | None) -> Delivery:
    """Send a code; its text is wiped once it has gone out."""
    text = ctx.text(CODE_TEXT, code=code, minutes=minutes)
    return _deliver(ctx, phone, text, CODE_TEXT, person_id=person_id, secret=True)


def _known(ctx: Ctx, key: str | None) -> Delivery | None:
    return ctx.db.scalar(select(Delivery).where(Delivery.key == key)) if key else None


def _deliver(ctx: Ctx, phone: str, text: str, text_key: str, *, person_id: Id | None, key: str | None = None,
             secret: bool = False) -> Delivery:
    delivery = Delivery(person_id=person_id, text_key=text_key, key=key, phone=phone, text=text, secret=secret,
                        state=DeliveryState.WAITING, created_at=ctx.now)
    ctx.db.add(delivery)
    ctx.db.flush()
    ctx.enqueue(SEND, {"delivery": str(delivery.id)})
    return delivery


def send_waiting(ctx: Ctx, delivery_id: Id) -> None:
    """Hand one message to the channel; done twice, it goes out once. Raises SmsFailed for another try."""
    delivery = ctx.db.get(Delivery, delivery_id, with_for_update=True)
    if delivery is None or delivery.state != DeliveryState.WAITING:
        return
    delivery.attempts += 1
    try:
        sms_port(ctx).send(ctx, delivery=delivery.id, phone=delivery.phone, text=delivery.text)
    except SmsFailed as error:
        delivery.problem = str(error)[:200]
        if delivery.attempts < MOST_ATTEMPTS:
            raise
        delivery.state = DeliveryState.GIVEN_UP
        return
    delivery.state, delivery.sent_at, delivery.problem = DeliveryState.SENT, ctx.now, ""
    if delivery.secret:
        delivery.text = ""


def tell(ctx: Ctx, person: Person, text: str) -> Message:
    """A message inside the portal."""
    message = Message(person_id=person.id, text=text, created_at=ctx.now)
    ctx.db.add(message)
    ctx.db.flush()
    return message


def mark_read(ctx: Ctx, person: Person) -> int:
    """Mark all of a person's messages as read; returns how many were new."""
    rows = ctx.db.execute(update(Message).where(Message.person_id == person.id, Message.read_at.is_(None))
                          .values(read_at=ctx.now).returning(Message.id))
    return len(rows.all())


def publish_notice(ctx: Ctx, title: str, body: str, at: datetime | None = None) -> Notice:
    """Publish a notice 通知公告, now or dated (N-06)."""
    title = _title(title)
    notice = Notice(title=title, body=body.strip(), published_at=at or ctx.now, created_at=ctx.now)
    ctx.db.add(notice)
    ctx.db.flush()
    ctx.record("notification.publish_notice", notice.id)
    return notice


def _title(text: str) -> str:
    title = text.strip()
    if not title or len(title) > 120:
        raise Refused("title", _("请填写标题，最长 120 个字。"), field="title")
    return title


def change_notice(ctx: Ctx, notice: Notice, title: str, body: str) -> None:
    """Mend a notice that is out; its date stays."""
    notice.title, notice.body = _title(title), body.strip()
    ctx.record("notification.change_notice", notice.id)


def withdraw_notice(ctx: Ctx, notice_id: Id) -> None:
    """Take a notice off the pages; the row stays."""
    notice = ctx.db.get(Notice, notice_id)
    if notice is None:
        raise NotFound("notice", _("没有找到这条公告。"))
    notice.withdrawn_at = ctx.now
    ctx.record("notification.withdraw_notice", notice.id)
