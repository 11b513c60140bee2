"""A scan of a paper 扫描件: a picture or a PDF, known by its content and written anew before it is kept (F5)."""
import json
import subprocess
import sys

from flask_babel import gettext as _

from core.base.errors import Refused
from core.registration import pdf_child
from core.registration.photos import plain_jpeg

MOST_BYTES = 10_000_000
LEAST_PIXELS = 600
LONGEST = (2400, 2400)
PDF, JPEG = "application/pdf", "image/jpeg"
_LIMITS = {"pages": 20, "megabytes": 512, "seconds": 5}
_MAGIC = b"%PDF-"


def clean_scan(data: bytes, *, field: str) -> bytes:
    """A JPEG or PDF of our own writing, whatever the file was called; Refused with a sentence at its field.

    Called before `ctx.db` is touched: reading may take seconds.
    """
    if not data:
        raise Refused("scan_empty", _("这个文件是空的，请重新选择。"), field=field)
    if len(data) > MOST_BYTES:
        raise Refused("scan_size", _("文件超过 %(most)s MB。请把扫描分辨率调低（每英寸 200 点就够），或压缩后再传。",
                                     most=MOST_BYTES // 1_000_000), field=field)
    if _MAGIC in data[:1024]:
        return _clean_pdf(data, field)
    if not data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        raise Refused("scan_kind", _("只能上传 jpg、png 图片或 PDF 文件，这个文件的内容不是其中一种。"), field=field,
                      hint=_("改文件名没有用，请重新扫描，或用手机拍照。"))
    return plain_jpeg(data, field=field, most=MOST_BYTES, size=LONGEST, least=LEAST_PIXELS)


def mimetype_of(data: bytes) -> str:
    """Of bytes that `clean_scan` made."""
    return PDF if data.startswith(_MAGIC) else JPEG


def _clean_pdf(data: bytes, field: str) -> bytes:
    try:
        done = subprocess.run([sys.executable, "-I", pdf_child.__file__, json.dumps(_LIMITS)], input=data,
                              capture_output=True, timeout=_LIMITS["seconds"] + 3, check=False)
        head, _newline, pdf = done.stdout.partition(b"\n")
        said = json.loads(head) if head else {"error": "damaged"}
    except subprocess.TimeoutExpired:
        said, pdf = {"error": "damaged"}, b""
    sentences = {"password": _("这个 PDF 设了密码，审核人员打不开。请去掉密码，或改传图片。"),
                 "pages": _("这个 PDF 超过 %(most)s 页，请只上传需要的几页。", most=_LIMITS["pages"])}
    if "error" in said:
        raise Refused(f"scan_{said['error']}", sentences.get(said["error"]) or _(
            "这个 PDF 打不开，可能已损坏。请重新扫描，或改传图片。"), field=field)
    if len(pdf) > 2 * MOST_BYTES:
        raise Refused("scan_size", _("文件展开后过大，请改传图片。"), field=field)
    return pdf
