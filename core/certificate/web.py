"""What both groups of routes share."""
from io import BytesIO

from flask import Blueprint, Response, send_file

from core.documents import Document, frozen_bytes
from core.tenancy import Ctx

bp = Blueprint("certificate", __name__, template_folder="templates")


def pdf_response(ctx: Ctx, document: Document) -> Response:
    """The frozen bytes, to be saved under a name that a person understands."""
    return send_file(BytesIO(frozen_bytes(ctx, document)), mimetype="application/pdf", as_attachment=True,
                     download_name=document.filename)
