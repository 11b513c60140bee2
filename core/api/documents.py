"""For a plugin that prints: the PDF of one of its templates, and scans of what was printed, signed and sent back."""
from collections.abc import Mapping

from core.documents import draw, join
from core.registration.scan_files import MOST_BYTES, PDF, clean_scan, mimetype_of
from core.registration.scan_likeness import look_of_scan, same_scan
from core.tenancy import Ctx

__all__ = ["MOST_BYTES", "PDF", "clean_scan", "draw_pdf", "join", "look_of_scan", "mimetype_of", "same_scan"]


def draw_pdf(ctx: Ctx, template: str, *, title: str, images: Mapping[str, bytes] | None = None,
             **variables: object) -> bytes:
    """The PDF of a template that extends `documents/base.html`; a DomainError says why there can be none."""
    return draw(ctx, template, title=title, images=images or {}, **variables)
