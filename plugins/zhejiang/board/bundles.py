"""证明下载: the proofs and certificates of all employees of a year in one zip, made behind the request (C-19)."""
import tempfile
from collections.abc import Iterator, Sequence
from zipfile import ZIP_STORED, ZipFile

from flask_babel import gettext as _
from sqlalchemy import Select, func, select

from core.api import Ctx, NotFound, Refused
from core.api.papers import certificate_pdfs, proof_pdf
from core.api.store import Id

from plugins.zhejiang.board.models import BoardRow, Bundle
from plugins.zhejiang.board.states import Standing
from plugins.zhejiang.enterprise.models import Enterprise

MAKE = "zj.board.bundle"
KIND = "bundle"
MOST = 2_000
"""Rows in one bundle: about 100 MiB of papers."""


def ask_bundle(ctx: Ctx, enterprise: Enterprise, year: int, site: str) -> Bundle:
    """Begin to make one; `site` as `proof_pdf`. Refused where nobody has finished, or too many have."""
    wanted = ctx.db.scalar(select(func.count()).select_from(_done(enterprise.id, year).subquery())) or 0
    if not wanted:
        raise Refused("nothing_done", _("%(year)s年度还没有已完成的职工，没有可以下载的证明。", year=year))
    if wanted > MOST:
        raise Refused("too_many", _("一次最多打包 %(most)s 条，%(year)s年度有 %(wanted)s 条。", most=MOST, year=year,
                                    wanted=wanted), hint=_("请联系平台客服分批导出。"))
    bundle = Bundle(enterprise_id=enterprise.id, year=year, wanted=wanted, created_by=ctx.actor.account_id,
                    created_at=ctx.now)
    ctx.db.add(bundle)
    ctx.db.flush()
    ctx.record("zhejiang.bundle", bundle.id, year=year, wanted=wanted)
    ctx.enqueue(MAKE, {"bundle": str(bundle.id), "site": site}, key=f"{MAKE}:{bundle.id}")
    return bundle


def make(ctx: Ctx, bundle_id: Id, site: str) -> None:
    """Draw what nobody has asked for before, and pack all; the same bundle again packs the same."""
    bundle = ctx.db.get_one(Bundle, bundle_id)
    rows = ctx.db.scalars(_done(bundle.enterprise_id, bundle.year)).unique().all()
    with tempfile.TemporaryFile() as file:
        with ZipFile(file, "w", ZIP_STORED) as packed:
            for name, pdf in _papers(ctx, rows, site):
                packed.writestr(name, pdf)
                bundle.papers += 1
        file.seek(0)
        bundle.blob_key = ctx.blobs.put(file.read(), KIND)
    bundle.looked_at, bundle.finished_at = len(rows), ctx.now


def _papers(ctx: Ctx, rows: Sequence[BoardRow], site: str) -> Iterator[tuple[str, bytes]]:
    taken: set[str] = set()
    for row in rows:
        stem = f"{row.employee.name}_{row.employee.id_shown[-4:]}_{row.post}"
        proof = proof_pdf(ctx, row.enrollment_id, site) if row.enrollment_id else None
        found = [(f"{stem}_{row.year}年度学时证明.pdf", proof)] if proof else []
        for number, pdf in certificate_pdfs(ctx, row.employee.person_id, row.post):
            found.append((f"{stem}_证书_{number}.pdf", pdf))
        for name, pdf in found:
            safe = name.replace("/", "_").replace("\\", "_")
            if safe not in taken:
                taken.add(safe)
                yield safe, pdf


def _done(enterprise_id: Id, year: int) -> Select[BoardRow]:
    return select(BoardRow).where(BoardRow.enterprise_id == enterprise_id, BoardRow.year == year,
                                  BoardRow.standing == Standing.DONE).order_by(BoardRow.id)


def bundles_of(ctx: Ctx, enterprise: Enterprise) -> Sequence[Bundle]:
    """The newest first, as long as they can be fetched or are being made."""
    return ctx.db.scalars(select(Bundle).where(
        Bundle.enterprise_id == enterprise.id, Bundle.finished_at.is_(None) | Bundle.blob_key.is_not(None))
        .order_by(Bundle.created_at.desc()).limit(5)).all()


def bytes_of(ctx: Ctx, enterprise: Enterprise, bundle_id: Id) -> bytes:
    """NotFound for another enterprise's, for one that is still being made, and for one that was forgotten."""
    bundle = ctx.db.get(Bundle, bundle_id)
    if bundle is None or bundle.enterprise_id != enterprise.id or bundle.blob_key is None:
        raise NotFound("bundle", _("没有找到这个文件，它可能还在生成，或已按规定清除。"))
    ctx.record("zhejiang.bundle_fetched", bundle.id)
    return ctx.blobs.get(bundle.blob_key)
