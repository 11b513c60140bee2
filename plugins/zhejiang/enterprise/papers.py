"""Licence, qualification and letter of commitment: cleaned, sealed, shown to few; the letter printed (ZJ-03, ZJ-32)."""
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import or_, select

from core.api import Ctx, NotFound, local_date
from core.api.documents import clean_scan, draw_pdf
from core.api.organization import party_of
from core.api.store import Id
from core.api.web import Permission, permits

from plugins.zhejiang.enterprise.models import Enterprise, EnterpriseChange
from plugins.zhejiang.enterprise.rules import PAPERS, Item, may_look
from plugins.zhejiang.enterprise.states import Kind

KIND = "scan"
PURGE = "zhejiang.purge_scan"


def keys_of(enterprise: Enterprise) -> dict[Item, str | None]:
    """Which papers are on file."""
    return {Item.LICENCE: enterprise.licence_key, Item.QUALIFICATION: enterprise.qualification_key,
            Item.LETTER: enterprise.letter_key}


def clean(uploads: Mapping[Item, bytes]) -> dict[Item, bytes]:
    """The papers that were chosen, as files of our own writing; Refused at the field of the one that is none.

    Called before `ctx.db` is touched.
    """
    return {item: clean_scan(data, field=item.value) for item, data in uploads.items() if data}


def keep(ctx: Ctx, enterprise: Enterprise, item: Item, data: bytes) -> None:
    """On file in the place of a former one. What was once submitted stays as evidence, what never was is purged."""
    former = keys_of(enterprise)[item]
    setattr(enterprise, f"{item.value}_key", ctx.blobs.put(data, KIND))
    if former and enterprise.submitted_at is None:
        ctx.enqueue(PURGE, {"key": former})


def purge(ctx: Ctx, key: str) -> None:
    """Forget a scan that was replaced before it was ever submitted, unless the same bytes are on file."""
    on_file = select(Enterprise.id).where(or_(Enterprise.licence_key == key, Enterprise.qualification_key == key,
                                              Enterprise.letter_key == key))
    asked = select(EnterpriseChange.id).where(or_(EnterpriseChange.licence_key == key,
                                                  EnterpriseChange.qualification_key == key))
    if ctx.db.scalar(on_file.limit(1)) is None and ctx.db.scalar(asked.limit(1)) is None:
        ctx.blobs.delete(key)


def look_at(ctx: Ctx, enterprise: Enterprise, key: str | None) -> bytes:
    """The bytes of a scan for somebody who may see it; NotFound for everybody else. Each look leaves a trail row."""
    actor = ctx.actor
    if key is None or not may_look(
            enterprise.city, enterprise.organization_id, city=actor.city, party=actor.organization_id,
            regulates=permits(actor, Permission.REGULATE), administers=permits(actor, Permission.ADMINISTER),
            enrolls=permits(actor, Permission.ENROLL_STAFF)):
        raise gone()
    try:
        data = ctx.blobs.get(key)
    except FileNotFoundError:
        raise gone() from None
    ctx.record_aside("zhejiang.look_at_scan", enterprise.id)
    return data


def gone() -> NotFound:
    return NotFound("no_scan", _("没有找到这份扫描件。"))


@dataclass(frozen=True)
class Letter:
    """What appendix 1 is filled with."""

    city: str
    name: str
    contact: str
    phone: str
    office_phone: str
    school: bool
    on: date


def letter_of(ctx: Ctx, enterprise: Enterprise) -> Letter:
    party = party_of(ctx, enterprise.organization_id)
    return Letter(enterprise.city.removesuffix("市"), party.name, enterprise.contact_name, enterprise.contact_phone,
                  enterprise.office_phone, enterprise.kind == Kind.SCHOOL, local_date(ctx.now))


def draw_letter(ctx: Ctx, enterprise: Enterprise) -> bytes:
    """附件1 as a PDF, to be printed, signed, sealed and scanned."""
    letter = letter_of(ctx, enterprise)
    title = "学校承诺书" if letter.school else "企业承诺书"
    return draw_pdf(ctx, "zhejiang/enterprise/letter.html", title=title, letter=letter)


def scan_of(ctx: Ctx, enterprise_id: Id, item: str) -> bytes:
    """A paper of a registration by its name in an address."""
    found = ctx.db.get(Enterprise, enterprise_id)
    if found is None or item not in set(PAPERS):
        raise gone()
    return look_at(ctx, found, keys_of(found)[Item(item)])
