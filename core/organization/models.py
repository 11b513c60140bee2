"""Posts 岗位, the organizations that staff belong to, and what training institutions offer."""
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Text, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.base.append_only import append_only, guard
from core.base.db import Base, Id, Retention, UtcDateTime, id_column, personal
from core.base.matters import MatterEntry
from core.organization.modes import Mode, PaymentWay, SanctionKind
from core.organization.posts import PROFESSIONAL


class Post(Base):
    """A post 岗位 (GD-03, ZJ-35), and the class of persons that hold it (X-24)."""

    __tablename__ = "post"

    id: Mapped[Id] = id_column()
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    family: Mapped[str]
    person_class: Mapped[str] = mapped_column(default=PROFESSIONAL, server_default=PROFESSIONAL)
    position: Mapped[int]
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Organization(Base):
    """An institution, an enterprise, a school or a city authority: what staff are limited to."""

    __tablename__ = "organization"

    id: Mapped[Id] = id_column()
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(unique=True)
    city: Mapped[str] = mapped_column(default="")
    credit_code: Mapped[str | None] = mapped_column(unique=True)
    place: Mapped[str] = mapped_column(default="", server_default="")
    telephone: Mapped[str] = mapped_column(default="", server_default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class InstitutionFee(Base):
    """What a training institution announces (GD-06, ZJ-13): for a post and a mode, or with `post_id` None for every
    post, two items in fen. Rows are added and never changed; the newest whose day has come is in force, and one that
    is `withdrawn` says that the institution no longer offers it."""

    __tablename__ = "institution_fee"

    id: Mapped[Id] = id_column()
    organization_id: Mapped[Id] = mapped_column(ForeignKey("organization.id"), index=True)
    post_id: Mapped[Id | None] = mapped_column(ForeignKey("post.id"))
    mode: Mapped[str] = mapped_column(default=Mode.CONTINUING, server_default=Mode.CONTINUING)
    training_fen: Mapped[int]
    textbook_fen: Mapped[int]
    since: Mapped[date] = mapped_column(Date)
    withdrawn: Mapped[bool] = mapped_column(default=False, server_default=false())
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by: Mapped[str] = mapped_column(default="", server_default="", info=personal(Retention.SECURITY))

    organization: Mapped[Organization] = relationship(viewonly=True, lazy="joined")
    post: Mapped[Post | None] = relationship(viewonly=True, lazy="joined")


class InstitutionProfile(Base):
    """What an institution says of itself (ZJ-13), and how it is paid (ZJ-23)."""

    __tablename__ = "institution_profile"

    id: Mapped[Id] = id_column()
    organization_id: Mapped[Id] = mapped_column(ForeignKey("organization.id"), unique=True)
    features: Mapped[str] = mapped_column(Text, default="")
    payment_way: Mapped[str] = mapped_column(default=PaymentWay.TRANSFER)
    account_holder: Mapped[str] = mapped_column(default="")
    bank: Mapped[str] = mapped_column(default="")
    account_number: Mapped[str] = mapped_column(default="")
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(default="", info=personal(Retention.SECURITY))

    organization: Mapped[Organization] = relationship(viewonly=True, lazy="joined")


class TestPlace(Base):
    """测试地点 of an institution (ZJ-13, ZJ-28); one that is no longer used is closed, since plans refer to it."""

    __test__ = False
    __tablename__ = "test_place"

    id: Mapped[Id] = id_column()
    organization_id: Mapped[Id] = mapped_column(ForeignKey("organization.id"), index=True)
    name: Mapped[str]
    city: Mapped[str]
    address: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    organization: Mapped[Organization] = relationship(viewonly=True, lazy="joined")


class Sanction(MatterEntry, Base):
    """处理 of an institution (ZJ-14, C-21): proposed by its city's regulator or an administrator, confirmed by
    another, answered by the institution."""

    __tablename__ = "institution_sanction"

    organization_id: Mapped[Id] = mapped_column(ForeignKey("organization.id"), index=True)
    kind: Mapped[str] = mapped_column(default=SanctionKind.WARNING)

    organization: Mapped[Organization] = relationship(viewonly=True, lazy="joined")


FEE_GUARDS = append_only(InstitutionFee.__tablename__, "announced fees are append-only")
SANCTION_GUARDS = append_only(Sanction.__tablename__, "sanctions are append-only")
guard(InstitutionFee.__table__, FEE_GUARDS)  # type: ignore[arg-type]
guard(Sanction.__table__, SANCTION_GUARDS)  # type: ignore[arg-type]
