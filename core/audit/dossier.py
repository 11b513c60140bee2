"""The evidence of a decision as one PDF: for the trainee's appeal, and for a court (C-05)."""
import hashlib
import json
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from core.audit.models import AuditCase, AuditDecision, AuditEvidence
from core.audit.queries import line_of
from core.audit.risk import Hint, Sign
from core.audit.states import GROUND_TEXTS, STATE_TEXTS, CaseState, Ground
from core.audit.wording import told
from core.base.clock import local
from core.base.db import Id
from core.base.errors import NotFound, Unavailable
from core.documents import draw
from core.presence import attestations_of, snapshots_of, verdict_text, zone_text
from core.tenancy import Ctx
from core.web.filters import clock, daytime

_THUMBNAILS = 12
_MOST_ROWS = 400


def dossier(ctx: Ctx, case: AuditCase, decision_id: Id) -> bytes:
    """The PDF of a decision of this case, drawn from what was frozen; pictures only while they are kept.

    NotFound for another case's decision; Unavailable when what was frozen is not what its digest says.
    """
    kept = ctx.db.get(AuditEvidence, decision_id)
    if kept is None or kept.case_id != case.id:
        raise NotFound("no_evidence", _("没有找到这次审核的证据。"))
    if hashlib.sha256(kept.body.encode()).hexdigest() != kept.digest:
        raise Unavailable("evidence_changed", _("证据与审核时不一致，没有出具。请联系系统管理员核对操作日志。"))
    body, line = json.loads(kept.body), line_of(ctx, case)
    decision = ctx.db.get_one(AuditDecision, decision_id)
    images = _images(ctx, case, body["pictures"])
    pdf = draw(
        ctx, "documents/evidence.html", title=_("学时审核证据"), images=images, name=line.person.name, post=line.post,
        case=case, decision=decision, state=STATE_TEXTS[CaseState(decision.state)], at=daytime(decision.at),
        ground=GROUND_TEXTS[Ground(decision.ground)] if decision.ground else "", body=body, digest=kept.digest,
        pictures=[_picture(one) for one in body["pictures"]][:_MOST_ROWS], shown=sorted(images),
        stretches=[_stretch(one) for one in body["stretches"] if one["chosen"]][:_MOST_ROWS],
        signs=[told(Hint(Sign(one["sign"]), one["facts"])) for one in body["signs"]])
    ctx.record_aside("audit.dossier", case.id, decision=str(decision_id), pictures=len(images))
    return pdf


def _images(ctx: Ctx, case: AuditCase, pictures: list[dict[str, Any]]) -> dict[str, bytes]:
    """The first of the pictures that are still kept, those that are not the person before the others."""
    keys = {str(one.id): one.picture_key for one in snapshots_of(ctx, case.enrollment_id)}
    keys |= {str(one.id): one.picture_key for one in attestations_of(ctx, case.enrollment_id)}
    order = sorted(range(len(pictures)), key=lambda place: (pictures[place]["verdict"] in ("same", "accept"), place))
    found: dict[str, bytes] = {}
    for place in order:
        key = keys.get(pictures[place]["id"])
        if key is None or len(found) == _THUMBNAILS:
            continue
        try:
            found[f"p{place + 1:03}"] = ctx.blobs.get(key)
        except (OSError, ValueError):
            continue
    return found


def _picture(one: dict[str, Any]) -> dict[str, str]:
    word = zone_text(one["verdict"]) if one["kind"] == "check" else verdict_text(one["verdict"])
    return {"at": _moment(one["at"]), "word": word,
            "euclid": "—" if one["euclid"] is None else f"{one['euclid']:.3f}", "limit": f"{one['accepted_up_to']:.2f}"}


def _stretch(one: dict[str, Any]) -> dict[str, str]:
    return {"lesson": one["lesson"], "began": _moment(one["from"]), "ended": _moment(one["to"]),
            "time": clock(one["seconds"]), "video": "—" if one["fetched"] is None else f"{one['fetched']:.0%}"}


def _moment(kept: str) -> str:
    """As a clock in Shanghai shows it."""
    return f"{local(datetime.fromisoformat(kept)):%Y-%m-%d %H:%M:%S}"
