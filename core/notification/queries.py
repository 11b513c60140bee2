"""Reading messages, notices and the demo's inbox."""
from sqlalchemy import bindparam, func, select

from core.base.db import Id
from core.identity import Person
from core.notification.models import InboxSms, Message, Notice
from core.tenancy import Ctx


def messages_of(ctx: Ctx, person: Person, limit: int = 100) -> list[Message]:
    """A person's messages, the newest first."""
    return list(ctx.db.scalars(select(Message).where(Message.person_id == person.id)
                               .order_by(Message.created_at.desc(), Message.id.desc()).limit(limit)))


UNREAD = select(func.count()).select_from(Message).where(
    Message.person_id == bindparam("person_id"), Message.read_at.is_(None)).scalar_subquery()
"""How many messages the signed-in trainee has not read: the number at the bell."""


def published_notices(ctx: Ctx, limit: int | None = None) -> list[Notice]:
    """The notices that the public sees now, the newest first (N-06)."""
    wanted = select(Notice).where(Notice.published_at <= ctx.now, Notice.withdrawn_at.is_(None))
    return list(ctx.db.scalars(wanted.order_by(Notice.published_at.desc(), Notice.id.desc()).limit(limit)))


def notice(ctx: Ctx, notice_id: Id) -> Notice | None:
    """One public notice; None when it is not out yet or withdrawn."""
    found = ctx.db.get(Notice, notice_id)
    if found is None or found.published_at is None or found.published_at > ctx.now or found.withdrawn_at is not None:
        return None
    return found


def inbox(ctx: Ctx, limit: int = 50) -> list[InboxSms]:
    """What the embedded channel received, the newest first."""
    return list(ctx.db.scalars(select(InboxSms).order_by(InboxSms.received_at.desc(), InboxSms.id.desc())
                               .limit(limit)))
