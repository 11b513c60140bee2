"""What has been said to whom, through which channel, and whether it arrived."""
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.base.db import Base, Id, Retention, Sealed, UtcDateTime, id_column, personal


class Delivery(Base):
    """One SMS on its way; the row is the truth, the job only carries its id."""

    __tablename__ = "delivery"

    id: Mapped[Id] = id_column()
    person_id: Mapped[Id | None] = mapped_column(ForeignKey("person.id"), index=True)
    text_key: Mapped[str]
    key: Mapped[str | None] = mapped_column(unique=True)
    phone: Mapped[str] = mapped_column(Sealed, info=personal(Retention.ACCOUNT))
    text: Mapped[str] = mapped_column(Sealed, info=personal(Retention.SECURITY))
    secret: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    receipt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class InboxSms(Base):
    """What the embedded channel has sent: the page /demo/inbox shows it."""

    __tablename__ = "inbox_sms"

    id: Mapped[Id] = id_column()
    delivery_id: Mapped[Id] = mapped_column(unique=True)
    phone: Mapped[str] = mapped_column(Sealed, info=personal(Retention.ACCOUNT))
    text: Mapped[str] = mapped_column(Sealed, info=personal(Retention.SECURITY))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Message(Base):
    """A message inside the portal."""

    __tablename__ = "message"

    id: Mapped[Id] = id_column()
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    text: Mapped[str] = mapped_column(Sealed, info=personal(Retention.SECURITY))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Notice(Base):
    """通知公告 on the home page (N-06, GD-22)."""

    __tablename__ = "notice"

    id: Mapped[Id] = id_column()
    title: Mapped[str]
    body: Mapped[str] = mapped_column(default="")
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
