"""Drawing PDFs in a killable process, freezing them by hash, and knowing them again."""
from core.documents.drawing import DrawingError, Renderer, renderer_for
from core.documents.models import Document
from core.documents.service import (
    MAX_UPLOAD,
    document,
    document_by_bytes,
    document_by_token,
    draw,
    freeze,
    frozen_bytes,
    join,
    new_token,
    qr_png,
    site_of,
)
from core.documents.templating import chinese_date, render

__all__ = ["MAX_UPLOAD", "Document", "DrawingError", "Renderer", "chinese_date", "document", "document_by_bytes",
           "document_by_token", "draw", "freeze", "frozen_bytes", "join", "new_token", "qr_png", "render",
           "renderer_for", "site_of"]
