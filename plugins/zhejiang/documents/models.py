"""Pictures of candidates, the zips they came in piece by piece, and what in a zip waits for the clerk's word."""
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.api.store import Base, Id, Retention, Sealed, id_column, personal

from plugins.zhejiang.documents.states import DocumentKind, DocumentState, UploadState

NOTHING_SAID = '{"lines": [], "total": 0}'


class Document(Base):
    """The newest picture of one kind of a candidate; the bytes lie in a blob.

    `blob_key` is empty for what was refused at first sight and not kept. `origin` is the key of the bytes as they were
    sent: the same picture sent again changes nothing. `reasons`: why it is unfit or refused, a sentence each.
    """

    __tablename__ = "zj_document"
    __table_args__ = (UniqueConstraint("candidate_id", "kind"),)

    id: Mapped[Id] = id_column()
    candidate_id: Mapped[Id] = mapped_column(ForeignKey("zj_candidate.id"))
    kind: Mapped[str] = mapped_column(default=DocumentKind.PHOTO)
    blob_key: Mapped[str] = mapped_column(index=True, info=personal(Retention.RECORD))
    origin: Mapped[str] = mapped_column(default="")
    filename: Mapped[str] = mapped_column(Sealed, info=personal(Retention.RECORD))
    size: Mapped[int]
    state: Mapped[str] = mapped_column(default=DocumentState.WAITING, index=True)
    reasons: Mapped[list[Any]] = mapped_column(JSON, default=list)
    uploaded_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]


class Upload(Base):
    """A zip that arrives in pieces and may be resumed; `fingerprint` tells the same file when it is chosen again.

    `plan_key`: which entries are whose, worked off in chunks. `report`: sealed JSON of what did not fit, since the
    names in it hold ID numbers. `reason`: why the whole zip was refused.
    """

    __tablename__ = "zj_upload"

    id: Mapped[Id] = id_column()
    batch_id: Mapped[Id] = mapped_column(ForeignKey("zj_batch.id"), index=True)
    filename: Mapped[str]
    fingerprint: Mapped[str] = mapped_column(default="")
    size: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    state: Mapped[str] = mapped_column(default=UploadState.ARRIVING, index=True)
    entries: Mapped[int] = mapped_column(default=0)
    looked_at: Mapped[int] = mapped_column(default=0)
    taken: Mapped[int] = mapped_column(default=0)
    known: Mapped[int] = mapped_column(default=0)
    plan_key: Mapped[str | None] = mapped_column(info=personal(Retention.SHORT))
    report: Mapped[str] = mapped_column(Sealed, default=NOTHING_SAID, info=personal(Retention.RECORD))
    reason: Mapped[str] = mapped_column(default="")
    created_by: Mapped[Id] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    moved_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]


class UploadPiece(Base):
    """Some bytes of a zip, from `start` on; deleted with their blob when the zip has been taken over."""

    __tablename__ = "zj_upload_piece"
    __table_args__ = (UniqueConstraint("upload_id", "start"),)

    id: Mapped[Id] = id_column()
    upload_id: Mapped[Id] = mapped_column(ForeignKey("zj_upload.id"))
    start: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int]
    blob_key: Mapped[str] = mapped_column(index=True, info=personal(Retention.SHORT))


class Offer(Base):
    """A picture whose name is nearly right: whose it seems to be, until the clerk says yes or no (C-17)."""

    __tablename__ = "zj_offer"
    __table_args__ = (UniqueConstraint("candidate_id", "kind", "blob_key"),)

    id: Mapped[Id] = id_column()
    batch_id: Mapped[Id] = mapped_column(ForeignKey("zj_batch.id"), index=True)
    candidate_id: Mapped[Id] = mapped_column(ForeignKey("zj_candidate.id"))
    kind: Mapped[str] = mapped_column(default=DocumentKind.PHOTO)
    why: Mapped[str]
    filename: Mapped[str] = mapped_column(Sealed, info=personal(Retention.SHORT))
    blob_key: Mapped[str] = mapped_column(index=True, info=personal(Retention.SHORT))
    size: Mapped[int]
    created_at: Mapped[datetime]
