"""Issued documents: bytes kept by their hash, never drawn again."""
from datetime import datetime

from sqlalchemy import Integer, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from core.base.db import Base, Id, Retention, id_column, personal


class Document(Base):
    """One frozen PDF; `token` stands in its QR code, `sha256` is of the whole file."""

    __tablename__ = "document"

    id: Mapped[Id] = id_column()
    kind: Mapped[str] = mapped_column(String(30))
    token: Mapped[str] = mapped_column(String(40), unique=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    size: Mapped[int] = mapped_column(Integer)
    blob_key: Mapped[str] = mapped_column(String(120))
    filename: Mapped[str] = mapped_column(String(120), info=personal(Retention.RECORD))
    subject_id: Mapped[Id] = mapped_column(Uuid(), index=True)
    issued_at: Mapped[datetime]
