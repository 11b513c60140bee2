"""What an applicant says of degree and years (报名表, 年限证明), and what the institution decided."""
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.api.store import Base, Id, Retention, Sealed, append_only, guard, id_column, personal

from plugins.zhejiang.review.rules import Outcome
from plugins.zhejiang.review.states import BulkState, PrintState, SheetState


class Application(Base):
    """报名表 and 年限证明 of a candidate (ZJ-33, ZJ-34): what the sheet of ZJ-19 lacks. `jobs`: [[from, to, post], …]
    as months; `filled_by`: enterprise, sheet or reviewer; `outcome`: what the rules said when it was last judged."""

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
    outcome: Mapped[str] = mapped_column(default=Outcome.UNKNOWN, server_default="unknown")


class Review(Base):
    """A verdict on a candidate; `refused`: {document kind: reason}. Never changed: another verdict is another row.

    `machine`: what the rules said then; `seen`: the application as the reviewer saw it, to show what changed since.
    """

    __tablename__ = "zj_review"

    id: Mapped[Id] = id_column()
    candidate_id: Mapped[Id] = mapped_column(ForeignKey("zj_candidate.id"), index=True)
    at: Mapped[datetime]
    passed: Mapped[bool]
    refused: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    reason: Mapped[str] = mapped_column(default="")
    bulk: Mapped[bool] = mapped_column(default=False)
    machine: Mapped[str] = mapped_column(default=Outcome.UNKNOWN, server_default="unknown")
    seen: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}",
                                                 info=personal(Retention.RECORD))
    account_id: Mapped[Id] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(info=personal(Retention.SECURITY))


VERDICT_GUARDS = append_only(Review.__tablename__, "a verdict is never changed")
guard(Review.__table__, VERDICT_GUARDS)  # type: ignore[arg-type]


class Bulk(Base):
    """批量审核 of a batch: whom the rules pass (`candidates`), drawn by the server at one moment."""

    __tablename__ = "zj_bulk"

    id: Mapped[Id] = id_column()
    batch_id: Mapped[Id] = mapped_column(ForeignKey("zj_batch.id"), index=True)
    state: Mapped[str] = mapped_column(default=BulkState.DRAWN)
    candidates: Mapped[list[Any]] = mapped_column(JSON)
    looked_at: Mapped[int] = mapped_column(default=0)
    passed: Mapped[int] = mapped_column(default=0)
    account_id: Mapped[Id]
    name: Mapped[str] = mapped_column(info=personal(Retention.SECURITY))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Sample(Base):
    """抽查: somebody of a bulk whose page has to be opened before it is passed."""

    __tablename__ = "zj_bulk_sample"
    __table_args__ = (UniqueConstraint("bulk_id", "candidate_id"),)

    id: Mapped[Id] = id_column()
    bulk_id: Mapped[Id] = mapped_column(ForeignKey("zj_bulk.id"))
    candidate_id: Mapped[Id] = mapped_column(ForeignKey("zj_candidate.id"), index=True)
    opened_at: Mapped[datetime | None]


class ApplicationSheet(Base):
    """The optional second sheet, keyed by ID number (ZJ-19): looked through first, written when somebody says so.

    `rows_key`: the good rows as sealed JSON; `mend_key`: the faulty rows as a sheet with marked cells.
    """

    __tablename__ = "zj_application_sheet"

    id: Mapped[Id] = id_column()
    batch_id: Mapped[Id] = mapped_column(ForeignKey("zj_batch.id"), index=True)
    filename: Mapped[str]
    state: Mapped[str] = mapped_column(default=SheetState.CHECKED)
    rows: Mapped[int]
    good: Mapped[int]
    findings: Mapped[list[Any]] = mapped_column(JSON, info=personal(Retention.SHORT))
    finding_count: Mapped[int]
    written: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    rows_key: Mapped[str] = mapped_column(info=personal(Retention.SHORT))
    mend_key: Mapped[str | None] = mapped_column(info=personal(Retention.SHORT))
    created_by: Mapped[Id] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(index=True)


class FormPrint(Base):
    """报名表 and 年限证明 of a whole batch as one PDF; `parts`: the PDFs drawn so far."""

    __tablename__ = "zj_form_print"

    id: Mapped[Id] = id_column()
    batch_id: Mapped[Id] = mapped_column(ForeignKey("zj_batch.id"), index=True)
    state: Mapped[str] = mapped_column(default=PrintState.RUNNING)
    candidates: Mapped[list[Any]] = mapped_column(JSON)
    drawn: Mapped[int] = mapped_column(default=0)
    parts: Mapped[list[Any]] = mapped_column(JSON, default=list, info=personal(Retention.SHORT))
    pdf_key: Mapped[str] = mapped_column(default="", info=personal(Retention.SHORT))
    problem: Mapped[str] = mapped_column(default="")
    created_by: Mapped[Id] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(index=True)
