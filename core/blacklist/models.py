"""The blacklist; entries are added and never changed."""
from typing import Any

from sqlalchemy import JSON, ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column

from core.base.append_only import append_only, guard
from core.base.db import Base, Id, Retention, Sealed, personal
from core.base.matters import MatterEntry


class BarEntry(MatterEntry, Base):
    """One step of one bar (ZJ-14), by ID number, so that it also meets who has no account yet.

    `cancels`: the certificates held are cancelled with it; `cancelled`: which ones a confirmation cancelled, and what
    they were before: [[kind, id, status], …]. `city`: whose regulator proposed it, "" for an administrator.
    `institution_id`: at whose test it happened, where it was at one.
    """

    __tablename__ = "person_bar"

    id_number: Mapped[str] = mapped_column(Sealed, info=personal(Retention.RECORD))
    id_number_mac: Mapped[str] = mapped_column(index=True, info=personal(Retention.RECORD))
    name: Mapped[str] = mapped_column(Sealed, info=personal(Retention.RECORD))
    city: Mapped[str] = mapped_column(default="")
    institution_id: Mapped[Id | None] = mapped_column(ForeignKey("organization.id"))
    cancels: Mapped[bool] = mapped_column(default=False, server_default=false())
    cancelled: Mapped[list[Any]] = mapped_column(JSON, default=list)
    evidence_key: Mapped[str | None] = mapped_column(info=personal(Retention.RECORD))


BAR_GUARDS = append_only(BarEntry.__tablename__, "the blacklist is append-only")
guard(BarEntry.__table__, BAR_GUARDS)  # type: ignore[arg-type]
