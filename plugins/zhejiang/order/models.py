"""Orders of enterprises, who is in them, vouchers with their pictures, and the entries of what was done."""
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.api.store import Base, Id, Retention, Sealed, append_only, guard, id_column, personal

from plugins.zhejiang.order.states import State

_HERE = text("left_at IS NULL")


class BatchOrder(Base):
    """报名订单: reviewed people of one enterprise at one institution (ZJ-21). `order_id`: the core's order with number,
    lines and money; `split_from_id`: the order that its people were in before."""

    __tablename__ = "zj_order"
    __table_args__ = (Index("ix_zj_order_institution", "institution_id", "state"),
                      Index("ix_zj_order_enterprise", "enterprise_id", "state"))

    id: Mapped[Id] = id_column()
    order_id: Mapped[Id] = mapped_column(ForeignKey("orders.id"), unique=True)
    enterprise_id: Mapped[Id] = mapped_column(ForeignKey("zj_enterprise.id"))
    institution_id: Mapped[Id] = mapped_column(ForeignKey("organization.id"))
    split_from_id: Mapped[Id | None] = mapped_column(ForeignKey("zj_order.id"), index=True)
    state: Mapped[str] = mapped_column(default=State.OPEN)
    created_by: Mapped[Id] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(index=True)
    moved_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class Member(Base):
    """A candidate in an order at the fee of that day (ZJ-22); in at most one order at a time."""

    __tablename__ = "zj_order_member"
    __table_args__ = (Index("uq_zj_order_member_here", "candidate_id", unique=True, sqlite_where=_HERE,
                            postgresql_where=_HERE),)

    id: Mapped[Id] = id_column()
    order_id: Mapped[Id] = mapped_column(ForeignKey("zj_order.id"), index=True)
    candidate_id: Mapped[Id] = mapped_column(ForeignKey("zj_candidate.id"))
    fee_fen: Mapped[int]
    left_at: Mapped[datetime | None]


class Voucher(Base):
    """汇款凭证 with its 情况说明 (ZJ-24), one row a version. `pictures`: ids of those shown with it; `findings`: what
    the guard said; `explanation`: what the enterprise answered to warnings; `refund_*`: where money would go back
    (P-22)."""

    __tablename__ = "zj_order_voucher"
    __table_args__ = (UniqueConstraint("order_id", "version"),)

    id: Mapped[Id] = id_column()
    order_id: Mapped[Id] = mapped_column(ForeignKey("zj_order.id"))
    version: Mapped[int]
    at: Mapped[datetime]
    account_id: Mapped[Id] = mapped_column(ForeignKey("account.id"))
    payer_name: Mapped[str] = mapped_column(info=personal(Retention.MONEY))
    paid_fen: Mapped[int]
    paid_on: Mapped[date]
    reference: Mapped[str] = mapped_column(default="")
    invoice_title: Mapped[str]
    tax_number: Mapped[str] = mapped_column(default="")
    statement: Mapped[str]
    refund_bank: Mapped[str] = mapped_column(default="")
    refund_account: Mapped[str] = mapped_column(Sealed, default="", info=personal(Retention.MONEY))
    pictures: Mapped[list[Any]] = mapped_column(JSON)
    findings: Mapped[list[Any]] = mapped_column(JSON)
    explanation: Mapped[str] = mapped_column(default="")


class VoucherPicture(Base):
    """A screenshot or scan of the payment. `digest`: of the file as it came; `look`: what it looks like, to know it
    again when it was saved anew (empty for a PDF)."""

    __tablename__ = "zj_order_picture"

    id: Mapped[Id] = id_column()
    order_id: Mapped[Id] = mapped_column(ForeignKey("zj_order.id"), index=True)
    blob_key: Mapped[str] = mapped_column(info=personal(Retention.MONEY))
    filename: Mapped[str]
    pdf: Mapped[bool] = mapped_column(default=False)
    size: Mapped[int]
    digest: Mapped[str]
    look: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    uploaded_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class Claim(Base):
    """What one order has used as its proof: the digest of a picture, or the MAC of a bank's reference. The key decides
    when two orders come with the same in one moment (C-18)."""

    __tablename__ = "zj_order_claim"

    key: Mapped[str] = mapped_column(primary_key=True)
    order_id: Mapped[Id] = mapped_column(ForeignKey("zj_order.id"), index=True)


class Entry(Base):
    """What was done with an order. `due_fen`: how what is to be paid changed; `held_fen`: how what the institution has
    received changed. Their sums are what the living members cost and what it holds (A.7, P-22)."""

    __tablename__ = "zj_order_entry"

    id: Mapped[Id] = id_column()
    order_id: Mapped[Id] = mapped_column(ForeignKey("zj_order.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    due_fen: Mapped[int] = mapped_column(default=0)
    held_fen: Mapped[int] = mapped_column(default=0)
    candidate_id: Mapped[Id | None] = mapped_column(ForeignKey("zj_candidate.id"))
    reason: Mapped[str] = mapped_column(default="")
    account_id: Mapped[Id | None] = mapped_column(ForeignKey("account.id"))
    account: Mapped[str] = mapped_column(default="", info=personal(Retention.SECURITY))


ENTRY_GUARDS = append_only(Entry.__tablename__, "what was done with an order is never changed")
VOUCHER_GUARDS = append_only(Voucher.__tablename__, "an earlier version of a voucher is kept as it was")
guard(Entry.__table__, ENTRY_GUARDS)  # type: ignore[arg-type]
guard(Voucher.__table__, VOUCHER_GUARDS)  # type: ignore[arg-type]
