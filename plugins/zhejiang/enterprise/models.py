"""Registrations of enterprises, branches and schools, and what was decided on them."""
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.api.store import Base, Id, Retention, Sealed, append_only, guard, id_column, personal

from plugins.zhejiang.enterprise.states import Deed, Kind, State

_OPEN = text("state = 'submitted'")


class Enterprise(Base):
    """企业: registers once and for ever under its credit code (ZJ-08). `organization_id` is the core's party that its
    clerks' roles are limited to; `owner_id` the account of the responsible clerk."""

    __tablename__ = "zj_enterprise"

    id: Mapped[Id] = id_column()
    organization_id: Mapped[Id] = mapped_column(ForeignKey("organization.id"), unique=True)
    kind: Mapped[str] = mapped_column(default=Kind.ENTERPRISE)
    city: Mapped[str] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(default=State.DRAFT, index=True)
    owner_id: Mapped[Id] = mapped_column(ForeignKey("account.id"))
    address: Mapped[str] = mapped_column(default="", info=personal(Retention.ACCOUNT))
    contact_name: Mapped[str] = mapped_column(Sealed, info=personal(Retention.ACCOUNT))
    contact_phone: Mapped[str] = mapped_column(Sealed, info=personal(Retention.ACCOUNT))
    office_phone: Mapped[str] = mapped_column(Sealed, default="", info=personal(Retention.ACCOUNT))
    email: Mapped[str] = mapped_column(Sealed, default="", info=personal(Retention.ACCOUNT))
    licence_key: Mapped[str | None]
    qualification_key: Mapped[str | None]
    letter_key: Mapped[str | None]
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None] = mapped_column(index=True)
    decided_at: Mapped[datetime | None]

    party: Mapped[Any] = relationship("Organization", viewonly=True)
    waiting_changes: Mapped[list["EnterpriseChange"]] = relationship(
        primaryjoin="and_(EnterpriseChange.enterprise_id == Enterprise.id, EnterpriseChange.state == 'submitted')",
        viewonly=True)


class EnterpriseReview(Base):
    """What was done with a registration (`states.Deed`); `state` is where it stood after it. Of a decision `checks`
    holds which of the three of ZJ-07 were ticked, the reason of each paper, and the keys of the papers judged."""

    __tablename__ = "zj_enterprise_review"

    id: Mapped[Id] = id_column()
    enterprise_id: Mapped[Id] = mapped_column(ForeignKey("zj_enterprise.id"), index=True)
    at: Mapped[datetime]
    deed: Mapped[str] = mapped_column(default=Deed.SUBMIT, server_default=Deed.SUBMIT)
    state: Mapped[str] = mapped_column(default=State.SUBMITTED)
    account_id: Mapped[Id] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(info=personal(Retention.SECURITY))
    checks: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    reason: Mapped[str] = mapped_column(default="")


REVIEW_GUARDS = append_only(EnterpriseReview.__tablename__, "the history of a registration is append-only")
guard(EnterpriseReview.__table__, REVIEW_GUARDS)  # type: ignore[arg-type]


class EnterpriseChange(Base):
    """变更: another name, licence or qualification of an approved enterprise waits for the authority; meanwhile the
    enterprise goes on enrolling as it is. One at a time."""

    __tablename__ = "zj_enterprise_change"
    __table_args__ = (Index("ix_zj_enterprise_change_open", "enterprise_id", unique=True, sqlite_where=_OPEN,
                            postgresql_where=_OPEN),)

    id: Mapped[Id] = id_column()
    enterprise_id: Mapped[Id] = mapped_column(ForeignKey("zj_enterprise.id"), index=True)
    state: Mapped[str] = mapped_column(default=State.SUBMITTED, index=True)
    title: Mapped[str]
    licence_key: Mapped[str]
    qualification_key: Mapped[str | None]
    reason: Mapped[str]
    asked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(default="")
