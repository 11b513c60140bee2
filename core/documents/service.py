"""Issuing documents and knowing them again."""
import hashlib
import io
import secrets
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

import pypdf
import segno
from sqlalchemy import select

from core.base.db import Id
from core.base.errors import NotFound, Unavailable
from core.documents.drawing import renderer_for
from core.documents.models import Document
from core.documents.templating import render
from core.tenancy import Ctx

TOKEN_BYTES = 16
MAX_UPLOAD = 5_000_000


def new_token() -> str:
    """What a QR code carries: cannot be guessed, says nothing about the person."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def qr_png(address: str) -> bytes:
    """The QR code of a web address as a PNG."""
    buffer = io.BytesIO()
    segno.make(address, error="m", micro=False).save(buffer, kind="png", scale=6, border=2)
    return buffer.getvalue()


def site_of(address: str) -> str:
    """The domain of an address, to stand in print beside its QR code."""
    return urlsplit(address).netloc


def draw(ctx: Ctx, template: str, *, title: str, images: Mapping[str, bytes], **variables: object) -> bytes:
    """The PDF of a document template; DrawingError when there can be none (a glyph, a picture, limits)."""
    html = render(ctx, template, title=title, **variables)
    return renderer_for(ctx.tenant.config.font).draw(html, title, images)


def freeze(ctx: Ctx, pdf: bytes, *, kind: str, token: str, filename: str, subject_id: Id) -> Document:
    """Keep issued bytes for good: the same document is read back, never drawn again (N-49)."""
    document = Document(kind=kind, token=token, sha256=hashlib.sha256(pdf).hexdigest(), size=len(pdf),
                        blob_key=ctx.blobs.put(pdf, "document"), filename=filename, subject_id=subject_id,
                        issued_at=ctx.now)
    ctx.db.add(document)
    ctx.db.flush()
    return document


def frozen_bytes(ctx: Ctx, document: Document) -> bytes:
    """The bytes as they were issued; Unavailable when the store lost or changed them."""
    try:
        pdf = ctx.blobs.get(document.blob_key)
    except (OSError, ValueError) as error:
        raise Unavailable("document_lost", "文件暂时读不出来。请稍后再试，仍不行请联系平台客服。") from error
    if hashlib.sha256(pdf).hexdigest() != document.sha256:
        raise Unavailable("document_changed", "文件与签发时不一致，没有下载。请联系平台客服。")
    return pdf


def document(ctx: Ctx, document_id: Id) -> Document:
    found = ctx.db.get(Document, document_id)
    if found is None:
        raise NotFound("no_document", "没有找到这份文件。")
    return found


def document_by_token(ctx: Ctx, token: str) -> Document | None:
    """The document whose QR code carries this token."""
    return ctx.db.scalar(select(Document).where(Document.token == token))


def document_by_bytes(ctx: Ctx, data: bytes) -> Document | None:
    """The document that is this file, byte for byte; one changed bit makes it nobody's (R35)."""
    return ctx.db.scalar(select(Document).where(Document.sha256 == hashlib.sha256(data).hexdigest()))


def join(pdfs: Iterable[bytes]) -> bytes:
    """One PDF of several, in order; the faces they share lie in it once."""
    writer = pypdf.PdfWriter()
    for pdf in pdfs:
        writer.append(io.BytesIO(pdf), import_outline=False)
    writer.compress_identical_objects()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
