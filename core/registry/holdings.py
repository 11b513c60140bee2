"""Filling the embedded registry from a sheet: all good rows or none, and never twice."""
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from core.base.clock import local_date
from core.base.errors import Refused
from core.organization import posts
from core.registry.models import RegistryHolding
from core.registry.sheet import CertificateSheet, Holding, read_certificates
from core.tenancy import Ctx


@dataclass(frozen=True)
class Filled:
    """How many rows were new, changed, and the same as before."""

    new: int
    changed: int
    same: int


def check_sheet(ctx: Ctx, data: bytes, filename: str) -> CertificateSheet:
    """Judge a sheet; nothing is written."""
    return read_certificates(data, filename, [post.name for post in posts(ctx)], local_date(ctx.now))


def fill(ctx: Ctx, sheet: CertificateSheet) -> Filled:
    """Write the rows of a sheet without findings; the same sheet again changes nothing (N-13)."""
    if sheet.findings:
        raise Refused("sheet_findings", _("表格里有 %(count)s 处需要改正，没有写入任何内容。请改正后重新上传。",
                                          count=len(sheet.findings)), field="file")
    by_name = {post.name: post for post in posts(ctx)}
    filled = {"new": 0, "changed": 0, "same": 0}
    for holding in sheet.good:
        known = ctx.db.scalar(select(RegistryHolding).where(
            RegistryHolding.issuer == holding.issuer, RegistryHolding.number == holding.number))
        filled[_write(ctx, known, holding, by_name[holding.post].id)] += 1
    ctx.db.flush()
    result = Filled(**filled)
    ctx.record("registry.fill", "sheet", new=result.new, changed=result.changed, same=result.same)
    return result


def _write(ctx: Ctx, known: RegistryHolding | None, holding: Holding, post_id: object) -> str:
    values = {"id_number": holding.id_number, "id_number_mac": ctx.mac(holding.id_number), "name": holding.name,
              "post_id": post_id, "province": holding.province, "issued_on": holding.issued_on,
              "status": holding.status.value, "remark": holding.remark, "kind": holding.kind.value}
    if known is None:
        ctx.db.add(RegistryHolding(number=holding.number, issuer=holding.issuer, updated_at=ctx.now, **values))
        return "new"
    if all(getattr(known, key) == value for key, value in values.items()):
        return "same"
    for key, value in values.items():
        setattr(known, key, value)
    known.updated_at = ctx.now
    return "changed"
