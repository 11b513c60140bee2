"""Enrollments: one post in one calendar year (N-21, N-27)."""
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.base.db import Base, Id, id_column
from core.cycle.states import EnrollmentState
from core.identity import Person
from core.organization import Post
from core.payment import Order
from core.registry import Certificate

_LIVE = text("state <> 'cancelled'")


class Enrollment(Base):
    """A certificate's post in a cycle, or the training for a post's first certificate, which then has no
    `certificate_id` and no part in the cycle's hours (docs/adr/0008). `turn` orders what was submitted in one go
    (N-24); `exemption` says why the general hours are not owed (N-25, C-10): rule, post, since, by. `institution_id`:
    who enrolled the trainee (GD-04, ZJ-25); None: the trainee did."""

    __tablename__ = "enrollment"
    __table_args__ = (
        # Two certificates of one post share its year: the hours are recorded per post and year (N-50).
        Index("uq_enrollment_live", "person_id", "post_id", "year", unique=True, sqlite_where=_LIVE,
              postgresql_where=_LIVE),
        Index("ix_enrollment_person_year", "person_id", "year"),
    )

    id: Mapped[Id] = id_column()
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    certificate_id: Mapped[Id | None] = mapped_column(ForeignKey("certificate.id"), index=True)
    post_id: Mapped[Id] = mapped_column(ForeignKey("post.id"))
    year: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(20))
    general_hours_due: Mapped[int] = mapped_column(Integer)
    professional_hours_due: Mapped[int] = mapped_column(Integer)
    exemption: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    state: Mapped[str] = mapped_column(String(12), default=EnrollmentState.CHOSEN)
    turn: Mapped[int] = mapped_column(Integer, default=0)
    institution_id: Mapped[Id | None] = mapped_column(index=True)
    order_id: Mapped[Id | None] = mapped_column(ForeignKey("orders.id"), index=True)
    enrolled_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]

    post: Mapped[Post] = relationship(lazy="joined")
    certificate: Mapped[Certificate | None] = relationship(lazy="joined")
    order: Mapped[Order | None] = relationship(lazy="selectin")

    @property
    def first_time(self) -> bool:
        """首次取证: there is no certificate yet, it is what the training is for."""
        return self.certificate_id is None


class Admission(Base):
    """A trainee who came to an institution's counter with ID card and certificate (GD-04): from then on this
    institution sees the trainee, and no other one does."""

    __tablename__ = "admission"
    __table_args__ = (UniqueConstraint("institution_id", "person_id"),)

    id: Mapped[Id] = id_column()
    institution_id: Mapped[Id] = mapped_column(ForeignKey("organization.id"))
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    opened_account: Mapped[bool] = mapped_column(default=False)
    admitted_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="joined")
