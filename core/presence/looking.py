"""Who may see a picture of a face sees it at an address made for the own account minutes ago; each look is logged."""
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from core.base.db import Id
from core.base.errors import NotFound
from core.identity import Person
from core.presence.models import Attestation, ScanMatch, Snapshot
from core.presence.states import SnapshotVerdict
from core.presence.tokens import LOOK_MINUTES, Look, look_token, open_look
from core.tenancy import Ctx


class Kind(StrEnum):
    """What can be looked at; the word goes on the trail."""

    SNAPSHOT = "snapshot"
    CHECK = "check"
    PHOTO = "photo"
    CARD = "card"


Pictured = Snapshot | Attestation | Person | ScanMatch
_MODELS: Mapping[Kind, Any] = {
    Kind.SNAPSHOT: Snapshot, Kind.CHECK: Attestation, Kind.PHOTO: Person, Kind.CARD: ScanMatch,
}


def address_of(ctx: Ctx, kind: Kind, row_id: Id) -> str:
    """Where the acting account, and nobody else, sees this picture for the next minutes."""
    if ctx.actor.account_id is None:
        raise ValueError("an address of a picture is made for an account")
    return url_for("presence.picture", token=look_token(ctx, Look(ctx.actor.account_id, kind, row_id, ctx.now)))


def look_at(ctx: Ctx, token: str) -> bytes:
    """The picture behind such an address; each look leaves a trail entry (P-08). NotFound for an address that is too
    old or another account's, and for a picture not judged yet, unreadable or purged."""
    look = open_look(ctx, token)
    if ctx.now - look.at > timedelta(minutes=LOOK_MINUTES):
        raise NotFound("look_over", _("照片地址已过期。请刷新页面后再看。"))
    kind = Kind(look.kind)
    row = _row(ctx, kind, look.row_id)
    data = _bytes(ctx, row) if row is not None else b""
    if row is None or not data:
        raise NotFound("no_picture", _("这张照片还没有比对完，或已按期限删除。"))
    whose = row.id if isinstance(row, Person) else row.person_id
    ctx.record_aside("presence.look", row.id, kind=kind, person=str(whose))
    return data


def _row(ctx: Ctx, kind: Kind, row_id: Id) -> Pictured | None:
    row: Pictured | None = ctx.db.get(_MODELS[kind], row_id)
    return row


def _bytes(ctx: Ctx, row: Pictured) -> bytes:
    if isinstance(row, Person):
        key = row.photo_key
    elif isinstance(row, ScanMatch):
        key = row.scan_key
    elif isinstance(row, Snapshot) and row.verdict == SnapshotVerdict.WAITING:
        key = None
    else:
        key = row.picture_key
    try:
        return ctx.blobs.get(key) if key else b""
    except (OSError, ValueError):
        return b""
