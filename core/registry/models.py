"""(M): certificates with their status entries, hours on record, and the embedded ministry registry."""
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.base.db import Base, Id, Retention, Sealed, UtcDateTime, id_column, personal
from core.organization import Post
from core.registry.states import Status


class Certificate(Base):
    """One certificate of a person (N-20)."""

    __tablename__ = "certificate"
    __table_args__ = (UniqueConstraint("issuer", "number"),)

    id: Mapped[Id] = id_column()
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    post_id: Mapped[Id] = mapped_column(ForeignKey("post.id"))
    number: Mapped[str] = mapped_column(index=True)
    issuer: Mapped[str]
    province: Mapped[str]
    issued_on: Mapped[date]
    kind: Mapped[str]
    replaces_id: Mapped[Id | None] = mapped_column(ForeignKey("certificate.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    post: Mapped[Post] = relationship(lazy="joined")
    entries: Mapped[list["CertificateStatusEntry"]] = relationship(
        lazy="selectin", order_by="CertificateStatusEntry.id")


class CertificateStatusEntry(Base):
    """One change of status; the newest counts, none is ever changed (JL-08, N-52)."""

    __tablename__ = "certificate_status_entry"

    id: Mapped[Id] = id_column()
    certificate_id: Mapped[Id] = mapped_column(ForeignKey("certificate.id"), index=True)
    status: Mapped[str] = mapped_column(default=Status.NORMAL)
    remark: Mapped[str] = mapped_column(default="")
    by: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class HoursRecord(Base):
    """Hours that the audit has credited, per post and year (N-50)."""

    __tablename__ = "hours_record"
    __table_args__ = (Index("ix_hours_record_person", "person_id", "post_id", "year"),)

    id: Mapped[Id] = id_column()
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    post_id: Mapped[Id] = mapped_column(ForeignKey("post.id"))
    year: Mapped[int]
    hours: Mapped[int]
    total: Mapped[int]
    institution: Mapped[str] = mapped_column(default="--")
    uploaded_on: Mapped[date]
    source: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    post: Mapped[Post] = relationship(lazy="joined")


class RegistryHolding(Base):
    """A row of the embedded ministry registry, filled from an administrator's sheet (N-13)."""

    __tablename__ = "registry_holding"
    __table_args__ = (UniqueConstraint("issuer", "number"),)

    id: Mapped[Id] = id_column()
    id_number: Mapped[str] = mapped_column(Sealed, info=personal(Retention.RECORD))
    id_number_mac: Mapped[str] = mapped_column(index=True, info=personal(Retention.RECORD))
    name: Mapped[str] = mapped_column(Sealed, info=personal(Retention.RECORD))
    post_id: Mapped[Id] = mapped_column(ForeignKey("post.id"))
    number: Mapped[str]
    issuer: Mapped[str]
    province: Mapped[str]
    issued_on: Mapped[date]
    status: Mapped[str]
    remark: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    post: Mapped[Post] = relationship(lazy="joined")


class StatusSheet(Base):
    """A sheet of 正常 and 非正常 that was looked through, and what became of it (JL-08).

    `wanted`: what a confirmation writes; `mend_key`: the rows to be mended as a sheet; `findings`: the first ones as
    they are shown, without the cells' content.
    """

    __tablename__ = "status_sheet"

    id: Mapped[Id] = id_column()
    filename: Mapped[str]
    rows: Mapped[int]
    same: Mapped[int]
    changed: Mapped[int] = mapped_column(default=0)
    wanted: Mapped[list[Any]] = mapped_column(JSON)
    findings: Mapped[list[Any]] = mapped_column(JSON)
    finding_count: Mapped[int]
    mend_key: Mapped[str | None] = mapped_column(info=personal(Retention.SHORT))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(default="")
    written_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Pull(Base):
    """One person's wish for the certificates that the ministry holds (N-18), and what became of it."""

    __tablename__ = "registry_pull"

    id: Mapped[Id] = id_column()
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[str]
    found: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
