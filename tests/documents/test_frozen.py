"""Issued bytes stay what they were."""
import random

import pytest

from core.base.db import new_id
from core.base.errors import Unavailable
from core.documents import document_by_bytes, document_by_token, draw, freeze, frozen_bytes, new_token
from core.tenancy import Ctx

PDF = b"%PDF-1.4 " + bytes(range(256)) * 8


def test_kept_by_hash_and_read_back(ctx: Ctx) -> None:
    """N-49: the same bytes again, by id, by token and by file."""
    token = new_token()
    issued = freeze(ctx, PDF, kind="proof", token=token, filename="a.pdf", subject_id=new_id())
    assert frozen_bytes(ctx, issued) == PDF
    assert document_by_token(ctx, token) is issued and document_by_bytes(ctx, PDF) is issued
    assert document_by_token(ctx, new_token()) is None


def test_one_flipped_bit_is_not_ours(ctx: Ctx) -> None:
    """R35: 200 flips and an appended revision, none of them known."""
    freeze(ctx, PDF, kind="proof", token=new_token(), filename="a.pdf", subject_id=new_id())
    chance = random.Random(7)
    for _ in range(200):
        changed = bytearray(PDF)
        changed[chance.randrange(len(PDF))] ^= 1 << chance.randrange(8)
        assert document_by_bytes(ctx, bytes(changed)) is None
    assert document_by_bytes(ctx, PDF + b"\n%%EOF") is None


def test_lost_bytes_are_said_to_be_lost(ctx: Ctx) -> None:
    issued = freeze(ctx, PDF, kind="proof", token=new_token(), filename="a.pdf", subject_id=new_id())
    ctx.blobs.delete(issued.blob_key)
    with pytest.raises(Unavailable):
        frozen_bytes(ctx, issued)


def test_user_text_is_escaped(ctx: Ctx) -> None:
    """F1: what a person typed is text in a document, never markup."""
    pdf = draw(ctx, "documents/base.html", title="<img src='http://127.0.0.1/x'>", images={})
    assert pdf.startswith(b"%PDF")
