"""What an applicant says of degree and years (报名表, 年限证明), and what the institution decided."""
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.api.store import Base, Id, Retention, Sealed, append_only, guard, id_column, personal


class Application(Base):
    """报名表 and 年限证明 of a candidate (ZJ-33, ZJ-34): what the sheet of ZJ-19 lacks. `jobs`: [[from, to, post], …]
    as months; `filled_by`: enterprise, sheet or reviewer."""

    __tablename__ = "zj_application"

    id: Mapped[Id] = id_column()
    candidate_id: Mapped[Id] = mapped_column(ForeignKey("zj_candidate.id"), unique=True)
    speciality: Mapped[str] = mapped_column(default="", info=personal(Retention.RECORD))
    graduated_on: Mapped[date | None] = mapped_column(info=personal(Retention.RECORD))
    years: Mapped[int | None]
    jobs: Mapped[list[Any]] = mapped_column(JSON, default=list, info=personal(Retention.RECORD))
    address: Mapped[str] = mapped_column(Sealed, default="", info=personal(Retention.ACCOUNT))
    email: Mapped[str] = mapped_column(Sealed, default="", info=personal(Retention.ACCOUNT))
    filled_by: Mapped[str]
    filled_at: Mapped[datetime]


class Review(Base):
    """A verdict on a candidate; `refused`: {document kind: reason}. Never changed: another verdict is another row."""

    __tablename__ = "zj_review"

    id: Mapped[Id] = id_column()
    candidate_id: Mapped[Id] = mapped_column(ForeignKey("zj_candidate.id"), index=True)
    at: Mapped[datetime]
    passed: Mapped[bool]
    refused: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    reason: Mapped[str] = mapped_column(default="")
    bulk: Mapped[bool] = mapped_column(default=False)
    account_id: Mapped[Id] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(info=personal(Retention.SECURITY))


VERDICT_GUARDS = append_only(Review.__tablename__, "a verdict is never changed")
guard(Review.__table__, VERDICT_GUARDS)  # type: ignore[arg-type]
