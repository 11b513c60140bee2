"""All that is stored of one's face, as one file: times, verdicts, pictures, consents, deletions (C-24)."""
import csv
import io
import zipfile
from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from core.base.clock import local
from core.identity import Person, consents_of
from core.presence.models import Attestation, FaceTemplate, Snapshot
from core.presence.purging import purges_of
from core.presence.words import purge_kind_text, purge_rule_text, verdict_text, zone_text
from core.tenancy import Ctx

_FORM = "%Y-%m-%d %H:%M:%S"


def export_of(ctx: Ctx, person: Person) -> bytes:
    """The zip; the trail notes that it was fetched."""
    rows: list[Sequence[object]] = []
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as file:
        for number, (what, word, row) in enumerate(_pictures(ctx, person), 1):
            at = row.taken_at if isinstance(row, Snapshot) else row.given_at
            data = _bytes(ctx, row.picture_key)
            name = f"{number:04}.jpg" if data else ""
            if data:
                file.writestr(f"pictures/{name}", data)
            rows.append((f"{local(at):{_FORM}}", what, word, "" if row.euclid is None else f"{row.euclid:.3f}", name))
        file.writestr("records.csv", _table((_("时间"), _("类型"), _("结果"), _("与档案照片的距离"), _("照片文件")), rows))
        file.writestr("consents.csv", _table((_("同意时间"), _("版本"), _("撤回时间")), (
            (f"{local(one.given_at):{_FORM}}", one.version,
             f"{local(one.withdrawn_at):{_FORM}}" if one.withdrawn_at else "") for one in consents_of(ctx, person))))
        file.writestr("deletions.csv", _table((_("清除时间"), _("原因"), _("内容"), _("数量")), (
            (f"{local(one.at):{_FORM}}", purge_rule_text(one.rule), purge_kind_text(one.kind), one.count)
            for one in purges_of(ctx, person.id))))
        template = ctx.db.scalar(select(FaceTemplate).where(FaceTemplate.person_id == person.id))
        file.writestr("template.csv", _table((_("人脸特征"), _("生成时间")), [
            (_("有（128 个数字，由档案照片换算）"), f"{local(template.made_at):{_FORM}}") if template else (_("没有"), "")]))
    ctx.record_aside("presence.export", person.id, records=len(rows))
    return body.getvalue()


def _pictures(ctx: Ctx, person: Person) -> list[tuple[str, str, Snapshot | Attestation]]:
    checks = ctx.db.scalars(select(Attestation).where(Attestation.person_id == person.id)
                            .order_by(Attestation.given_at)).all()
    taken = ctx.db.scalars(select(Snapshot).where(Snapshot.person_id == person.id).order_by(Snapshot.taken_at)).all()
    return [*((_("拍照识别"), zone_text(one.zone), one) for one in checks),
            *((_("学习中抓拍"), verdict_text(one.verdict), one) for one in taken)]


def _bytes(ctx: Ctx, key: str | None) -> bytes:
    try:
        return ctx.blobs.get(key) if key else b""
    except (OSError, ValueError):
        return b""


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table that a spreadsheet opens with its Chinese whole."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows(rows)
    return "\ufeff" + text.getvalue()
