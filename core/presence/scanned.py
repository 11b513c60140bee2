"""The portrait on the ID card beside the photo on file, where the tenant asks for scans (L13, GD-09). A printed
portrait of two centimetres under laminate, photographed by hand, lies far from a studio photo even of the same
person: so nobody is ever refused by it. What is not plainly the same face is looked at by a human."""
from dataclasses import asdict

from sqlalchemy import select

from core.base.db import Id
from core.identity import IdScan, Side, person_of, scans_of
from core.presence.client import FaceRefusal, face_client
from core.presence.matching import Match, Zone
from core.presence.models import FaceTemplate, ScanMatch
from core.presence.queries import match_rules, mean_vector, template_of
from core.presence.reviewing import settle
from core.presence.states import SCAN_MOVES, ReviewState
from core.tenancy import Ctx

COMPARE = "presence.compare_scan"


def compares_scans(ctx: Ctx) -> bool:
    """Whether the tenant asks for scans and has them compared."""
    rules = ctx.rules()
    return rules.account.id_scans and rules.presence.compare_scan


def compare_scan_soon(ctx: Ctx, person_id: Id) -> None:
    """After this commit; for whom there is no descriptor yet, it is done when there is one."""
    if compares_scans(ctx):
        ctx.enqueue(COMPARE, {"person": str(person_id)})


def compare_scan(ctx: Ctx, person_id: Id) -> None:
    """Compare and note the zone; the same two pictures are compared once. A descriptor is there only with consent
    to face data. Run by a worker; raises FaceServiceDown, upon which the outbox tries again later."""
    person = person_of(ctx, person_id)
    template = template_of(ctx, person)
    scan = next((one for one in scans_of(ctx, person) if one.side == Side.PORTRAIT), None)
    if template is None or scan is None or not compares_scans(ctx):
        return
    row = ctx.db.scalar(select(ScanMatch).where(ScanMatch.person_id == person_id))
    if row is not None and (row.scan_key, row.photo_key) == (scan.scan_key, template.photo_key):
        return
    match = _asked(ctx, scan, template)
    if row is None:
        row = ScanMatch(person_id=person_id)
        ctx.db.add(row)
    row.scan_key, row.photo_key, row.compared_at = scan.scan_key, template.photo_key, ctx.now
    row.zone, row.euclid, row.cosine = (match.zone, match.euclid, match.cosine) if match else ("", None, None)
    row.state = ReviewState.MATCHED if row.zone == Zone.ACCEPT else ReviewState.OPEN
    row.note, row.by_name, row.decided_at = "", "", None


def _asked(ctx: Ctx, scan: IdScan, template: FaceTemplate) -> Match | None:
    mean = mean_vector(ctx)
    try:
        parts = [ctx.blobs.get(scan.scan_key), template.vector, *([mean] if mean else [])]
        answer = face_client(ctx).ask({"op": "card", "match": asdict(match_rules(ctx, frames=1))}, parts)
    except (FaceRefusal, FileNotFoundError):
        return None
    found = answer.head["match"]
    return Match(Zone(found["zone"]), found["euclid"], found["cosine"], found["frames"]) if found else None


def decide_scan(ctx: Ctx, row: ScanMatch, state: ReviewState, note: str) -> None:
    """The reviewer's word on card and photo; nothing follows by itself."""
    settle(ctx, row, state, SCAN_MOVES, note, owners=(row.person_id,))
    ctx.record("presence.scan_match", row.id, state=state.value)
