"""What is on record of a person: certificates, their status, hours (N-13, N-20, N-50)."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from core.base.clock import local_date
from core.base.db import Id
from core.base.errors import NotFound
from core.contract.values import CertificateFacts
from core.identity import Person
from core.organization import Post, class_of
from core.registry.gateway import GatewayDown, gateway
from core.registry.models import Certificate, CertificateStatusEntry, HoursRecord, Pull
from core.registry.sheet import Holding
from core.registry.states import STATUS_TEXTS, Kind, Status
from core.tenancy import Ctx

_AT_ONCE = 500


@dataclass(frozen=True)
class HoursLine:
    """A row of the table 继续教育 (N-50): 机构, 岗位, 已上传学时数, 总学时数, 上传日期."""

    institution: str
    post: Post
    year: int
    hours: int
    total: int
    uploaded_on: date


def certificate(ctx: Ctx, certificate_id: Id, *, person: Person | None = None) -> Certificate:
    """One certificate; with `person` somebody else's is NotFound like one that does not exist."""
    found = ctx.db.get(Certificate, certificate_id)
    if found is None or (person is not None and (found.person_id != person.id or not belongs(ctx, found))):
        raise NotFound("certificate", _("没有找到这本证书。"))
    return found


def belongs(ctx: Ctx, held: Certificate) -> bool:
    """Whether a certificate is of a province that this tenant shows (rule certificate.provinces, JL-07)."""
    provinces = ctx.rules().certificate.provinces
    return not provinces or held.province.startswith(provinces)


def certificates_of(ctx: Ctx, person: Person, *, foreign: bool = False) -> list[Certificate]:
    """A person's certificates, the oldest first (N-13); `foreign` ones of other provinces too, where the tenant shows
    its own only (JL-07)."""
    found = ctx.db.scalars(select(Certificate).where(Certificate.person_id == person.id)
                           .order_by(Certificate.issued_on, Certificate.id))
    return [held for held in found if foreign or belongs(ctx, held)]


def holders_of(ctx: Ctx, person_ids: Sequence[Id], post_id: Id) -> set[Id]:
    """Those of the people who have a certificate of a post on file; one question for each 500."""
    return {held.person_id for start in range(0, len(person_ids), _AT_ONCE) for held in ctx.db.scalars(
        select(Certificate).where(Certificate.person_id.in_(person_ids[start:start + _AT_ONCE]),
                                  Certificate.post_id == post_id)) if belongs(ctx, held)}


def by_number(ctx: Ctx, number: str) -> list[Certificate]:
    """All certificates with this number, the newest first; numbers are unique per issuer only."""
    return list(ctx.db.scalars(select(Certificate).where(Certificate.number == number.upper())
                               .order_by(Certificate.issued_on.desc(), Certificate.id.desc())))


def status_of(held: Certificate) -> Status:
    """The certificate's status now."""
    return Status(held.entries[-1].status)


def status_entry(held: Certificate) -> CertificateStatusEntry:
    """The newest status entry with its remark (备注, JL-08)."""
    return held.entries[-1]


def holdings_of(ctx: Ctx, person: Person) -> list[Holding]:
    """What the ministry holds of a person, pulled or not; nothing while it does not answer."""
    try:
        return gateway(ctx).holdings(ctx, person.id_number)
    except GatewayDown:
        return []


def latest_pull(ctx: Ctx, person: Person) -> Pull | None:
    """The person's last pull (N-18)."""
    return ctx.db.scalar(select(Pull).where(Pull.person_id == person.id)
                         .order_by(Pull.asked_at.desc(), Pull.id.desc()).limit(1))


def hours_on_record(ctx: Ctx, person: Person) -> list[HoursLine]:
    """Credited hours per post and year, the newest year first (N-50); what was withdrawn is not counted."""
    lines: dict[tuple[Id, int], HoursLine] = {}
    rows = ctx.db.scalars(select(HoursRecord).where(HoursRecord.person_id == person.id).order_by(HoursRecord.id))
    for row in rows:
        before = lines.get((row.post_id, row.year))
        hours = row.hours + (before.hours if before else 0)
        lines[row.post_id, row.year] = HoursLine(
            row.institution, row.post, row.year, min(hours, row.total), row.total,
            row.uploaded_on if row.hours > 0 or before is None else before.uploaded_on)
    kept = [line for line in lines.values() if line.hours > 0]
    return sorted(kept, key=lambda line: (-line.year, line.post.position))


def certificate_facts(ctx: Ctx, held: Certificate, person: Person) -> CertificateFacts:
    """The certificate as hooks see it (N-20)."""
    lines = [line for line in hours_on_record(ctx, person) if line.post.id == held.post_id]
    entry = status_entry(held)
    year = local_date(ctx.now).year
    return CertificateFacts(
        id=held.id, person_id=held.person_id, post=held.post.name, province=held.province, number=held.number,
        issuer=held.issuer, issued_on=held.issued_on, electronic=held.kind == Kind.ELECTRONIC,
        status=str(STATUS_TEXTS[Status(entry.status)]), status_note=entry.remark,
        hours_this_year=sum(line.hours for line in lines if line.year == year),
        years_on_record=tuple(sorted({line.year for line in lines if line.hours >= line.total})),
        continuing_education=class_of(ctx, held.post).continuing_education)
