"""Both sides of the resident ID card: kept sealed, shown by an address that lives for minutes (GD-09, BJ-06, X-09)."""
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import select

from core.access import Permission, permits
from core.base.db import Id
from core.base.errors import Conflict, NotFound, Refused
from core.identity import SIDE_TEXTS, IdScan, Person, Side, scans_of
from core.presence import compare_scan_soon
from core.registration.photos import plain_jpeg
from core.tenancy import Ctx
from core.web.helping import whom_to_ask

KIND = "scan"
PURGE = "registration.purge_scan"
MOST_BYTES = 10_000_000
LEAST_PIXELS = 600
LONGEST = (1600, 1600)
LOOK_MINUTES = 5


def may_replace(person: Person) -> bool:
    """Until the first study the owner may put a better picture in the place of one."""
    return person.study_begun_at is None


def clean(pictures: Mapping[Side, bytes]) -> dict[Side, bytes]:
    """The pictures as JPEGs of our own making; Refused with a sentence at the side that is not good.

    Called before `ctx.db` is touched.
    """
    made = {side: plain_jpeg(data, field=side.value, most=MOST_BYTES, size=LONGEST, least=LEAST_PIXELS)
            for side, data in pictures.items() if data}
    if len(made) == len(Side) and len(set(made.values())) == 1:
        raise Refused("scan_twice", _("两面选了同一张照片，请分别上传人像面和国徽面。"), field=Side.EMBLEM.value)
    return made


def keep(ctx: Ctx, person: Person, pictures: Mapping[Side, bytes]) -> None:
    """Put the sides on file; a side that is neither there nor given is asked for."""
    if not may_replace(person):
        raise Conflict("scan_kept", _(
            "已经开始学习，身份证照片不能再更换。确有错误请%(ask)s。", ask=whom_to_ask(ctx)))
    known = {Side(scan.side): scan for scan in scans_of(ctx, person)}
    for side in Side:
        if side not in known and side not in pictures:
            raise Refused("scan_missing", _("请选择%(side)s的照片。", side=SIDE_TEXTS[side]), field=side.value)
    for side, data in pictures.items():
        key, held = ctx.blobs.put(data, KIND), known.get(side)
        if held is None:
            ctx.db.add(IdScan(person_id=person.id, side=side, scan_key=key, uploaded_at=ctx.now))
        else:
            ctx.enqueue(PURGE, {"key": held.scan_key})
            held.scan_key, held.uploaded_at = key, ctx.now
    ctx.db.flush()
    compare_scan_soon(ctx, person.id)
    ctx.record("registration.scans", person.id, sides=",".join(sorted(pictures)))


def purge(ctx: Ctx, key: str) -> None:
    """Forget a picture that was replaced, unless it is on file again."""
    if ctx.db.scalar(select(IdScan.id).where(IdScan.scan_key == key)) is None:
        ctx.blobs.delete(key)


def address_of(ctx: Ctx, scan: IdScan) -> str:
    """Where the acting account, and nobody else, sees this side for the next minutes."""
    values = [scan.id.hex, str(ctx.actor.account_id), int(ctx.now.timestamp())]
    return url_for("registration.scan", token=_serializer(ctx).dumps(values))


def look_at(ctx: Ctx, token: str) -> bytes:
    """The picture behind such an address; each look leaves a trail row. NotFound for everything else."""
    try:
        scan_id, viewer, at = _serializer(ctx).loads(token)
        found = ctx.db.get(IdScan, UUID(scan_id))
        asked_at = datetime.fromtimestamp(int(at), ctx.now.tzinfo)
    except (BadData, ValueError, TypeError):
        raise _gone() from None
    fresh = ctx.now - asked_at <= timedelta(minutes=LOOK_MINUTES)
    if found is None or not fresh or viewer != str(ctx.actor.account_id) or not _may_look(ctx, found.person_id):
        raise _gone()
    try:
        data = ctx.blobs.get(found.scan_key)
    except FileNotFoundError:
        raise _gone() from None
    ctx.record_aside("registration.look_at_scan", found.id, side=found.side)
    return data


def _may_look(ctx: Ctx, owner_id: Id) -> bool:
    return ctx.actor.person_id == owner_id or permits(ctx.actor, Permission.READ_CASES)


def _serializer(ctx: Ctx) -> URLSafeSerializer:
    return URLSafeSerializer(ctx.tenant.keys.derive("registration.scan"), salt="scan")


def _gone() -> NotFound:
    return NotFound("no_scan", _("这张照片的地址已过期，请回到上一页刷新后再看。"))
