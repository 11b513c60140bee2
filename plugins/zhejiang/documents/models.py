"""Pictures of candidates, and the zips they came in."""
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.api.store import Base, Id, Retention, id_column, personal

from plugins.zhejiang.documents.states import DocumentKind, DocumentState, UploadState


class Document(Base):
    """The newest picture of one kind of a candidate; the bytes lie in a blob."""

    __tablename__ = "zj_document"
    __table_args__ = (UniqueConstraint("candidate_id", "kind"),)

    id: Mapped[Id] = id_column()
    candidate_id: Mapped[Id] = mapped_column(ForeignKey("zj_candidate.id"))
    kind: Mapped[str] = mapped_column(default=DocumentKind.PHOTO)
    blob_key: Mapped[str] = mapped_column(info=personal(Retention.RECORD))
    filename: Mapped[str]
    size: Mapped[int]
    state: Mapped[str] = mapped_column(default=DocumentState.WAITING, index=True)
    reasons: Mapped[list[Any]] = mapped_column(JSON, default=list)
    uploaded_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]


class Upload(Base):
    """A zip that arrives in pieces and may be resumed. `report`: what was matched, missing, surplus, refused."""

    __tablename__ = "zj_upload"

    id: Mapped[Id] = id_column()
    batch_id: Mapped[Id] = mapped_column(ForeignKey("zj_batch.id"), index=True)
    filename: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    state: Mapped[str] = mapped_column(default=UploadState.ARRIVING, index=True)
    entries: Mapped[int] = mapped_column(default=0)
    looked_at: Mapped[int] = mapped_column(default=0)
    report: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_by: Mapped[Id] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
