"""Orders, the payments made for them, the provider's notices, refunds and invoices; amounts in fen."""
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.base.db import Base, Id, Retention, Sealed, id_column, personal
from core.payment.provider import Channel
from core.payment.states import AttemptState, InvoiceState, OrderState, RefundState


class Order(Base):
    """What a person, or an organization for its people (ZJ-23), has to pay (N-27). `expires_at`: the end of its
    cycle, until when it can be paid (A.7). `payer_name`: what the organization was called when it ordered.

    `counter_id` names the organization that receives the money itself (X-10, ZJ-25); None: online.
    """

    __tablename__ = "orders"
    __table_args__ = (
        Index("ix_orders_payer", "payer_id", "created_at"), Index("ix_orders_state", "state"),
        Index("ix_orders_organization", "payer_organization_id", "created_at"),
        CheckConstraint("(payer_id IS NULL) <> (payer_organization_id IS NULL)", name="one_payer"))

    id: Mapped[Id] = id_column()
    number: Mapped[str] = mapped_column(String(60), unique=True)
    payer_id: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))
    payer_organization_id: Mapped[Id | None] = mapped_column(ForeignKey("organization.id"))
    payer_name: Mapped[str] = mapped_column(String(100), default="", server_default="", info=personal(Retention.MONEY))
    state: Mapped[str] = mapped_column(String(12), default=OrderState.UNPAID)
    total_fen: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    counter_id: Mapped[Id | None] = mapped_column(index=True)
    taken_by: Mapped[Id | None]

    lines: Mapped[list["OrderLine"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="OrderLine.place")


class OrderLine(Base):
    """One thing paid for; `subject_type` and `subject_id` are the words of the flow that ordered."""

    __tablename__ = "order_line"
    __table_args__ = (CheckConstraint("amount_fen >= 0", name="amount"), Index(
        "ix_order_line_subject", "subject_type", "subject_id"))

    id: Mapped[Id] = id_column()
    order_id: Mapped[Id] = mapped_column(ForeignKey("orders.id"), index=True)
    place: Mapped[int] = mapped_column(Integer)
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[Id]
    title: Mapped[str] = mapped_column(String(200))
    amount_fen: Mapped[int] = mapped_column(Integer)


class PaymentAttempt(Base):
    """One payment asked of the provider; `number` is ours there, `carries`: it is the one that paid the order."""

    __tablename__ = "payment_attempt"

    id: Mapped[Id] = id_column()
    order_id: Mapped[Id] = mapped_column(ForeignKey("orders.id"), index=True)
    number: Mapped[str] = mapped_column(String(60), unique=True)
    provider: Mapped[str] = mapped_column(String(20))
    merchant: Mapped[str] = mapped_column(String(60))
    channel: Mapped[str] = mapped_column(String(10), default=Channel.WECHAT)
    amount_fen: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(12), default=AttemptState.OPEN)
    carries: Mapped[bool] = mapped_column(default=False)
    code_url: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    told_at: Mapped[datetime | None]


class PaymentNotice(Base):
    """A proven notice of a provider, taken in once: the gate is its number there (R15)."""

    __tablename__ = "payment_notice"
    __table_args__ = (UniqueConstraint("provider", "notice_id"),)

    id: Mapped[Id] = id_column()
    provider: Mapped[str] = mapped_column(String(20))
    notice_id: Mapped[str] = mapped_column(String(64))
    attempt_id: Mapped[Id] = mapped_column(ForeignKey("payment_attempt.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]


class Refund(Base):
    """Money to be given back, whole; `by` is the account that decided, None for the platform itself."""

    __tablename__ = "refund"

    id: Mapped[Id] = id_column()
    attempt_id: Mapped[Id] = mapped_column(ForeignKey("payment_attempt.id"), unique=True)
    number: Mapped[str] = mapped_column(String(60), unique=True)
    amount_fen: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(200))
    by: Mapped[Id | None]
    state: Mapped[str] = mapped_column(String(12), default=RefundState.ASKED)
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class Invoice(Base):
    """A request for an e-invoice of an order (N-29); `number` comes from who issued it."""

    __tablename__ = "invoice"

    id: Mapped[Id] = id_column()
    order_id: Mapped[Id] = mapped_column(ForeignKey("orders.id"), unique=True)
    title: Mapped[str] = mapped_column(Sealed, info=personal(Retention.MONEY))
    tax_number: Mapped[str] = mapped_column(String(18), default="")
    email: Mapped[str] = mapped_column(Sealed, info=personal(Retention.MONEY))
    amount_fen: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(12), default=InvoiceState.REQUESTED, index=True)
    number: Mapped[str] = mapped_column(String(40), default="")
    requested_at: Mapped[datetime]
    issued_at: Mapped[datetime | None]
