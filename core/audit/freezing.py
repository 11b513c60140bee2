"""What a decision was taken on is frozen with it: a trainee who was cleared, and a court, can read why (C-05)."""
import hashlib
import json
from dataclasses import asdict
from importlib.metadata import version

from core.audit.evidence import Evidence, Picture, evidence_of
from core.audit.models import AuditCase, AuditDecision, AuditEvidence
from core.audit.risk import VERSION
from core.audit.signs import hints_of, risk_of
from core.base.db import Id
from core.tenancy import Ctx


def freeze_evidence(ctx: Ctx, case: AuditCase, decision: AuditDecision, only: frozenset[Id] | None) -> AuditEvidence:
    """Keep the evidence as it stands, before anything is cleared; its digest goes on the trail.

    Pictures are named, not copied: they go when their time of keeping is over, their verdicts and distances stay.
    """
    seen = evidence_of(ctx, case)
    body = json.dumps({
        "decision": {"state": decision.state, "ground": decision.ground, "reason": decision.reason,
                     "by": decision.by_name, "at": decision.at.isoformat(), "partial": decision.partial},
        "code": version("jianxue"), "rules": ctx.tenant.rule_set(ctx.now).version, "signs_version": VERSION,
        "thresholds": asdict(ctx.rules().presence),
        "hours": {"credited": seen.learned.credited_hours, "total": seen.learned.total_hours,
                  "score": seen.result.score if seen.result else None},
        "signs": [{"sign": hint.sign, "facts": hint.facts} for hint in hints_of(risk_of(ctx, case.id))],
        "pictures": [_picture(one) for one in seen.pictures], "stretches": _stretches(seen, only),
    }, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    kept = AuditEvidence(decision_id=decision.id, case_id=case.id, body=body,
                         digest=hashlib.sha256(body.encode()).hexdigest(), at=ctx.now)
    ctx.db.add(kept)
    ctx.db.flush()
    ctx.record("audit.evidence", case.id, decision=str(decision.id), digest=kept.digest)
    return kept


def _picture(one: Picture) -> dict[str, object]:
    return {"id": str(one.id), "kind": one.what, "at": one.at.isoformat(), "verdict": one.machine,
            "seen": one.verdict.seen if one.verdict else None,
            "euclid": one.distance, "cosine": one.cosine, "accepted_up_to": one.limit}


def _stretches(seen: Evidence, only: frozenset[Id] | None) -> list[dict[str, object]]:
    return [{"credit": str(one.stretch.credit_id), "lesson": one.stretch.lesson, "from": one.stretch.began.isoformat(),
             "to": one.stretch.ended.isoformat(), "seconds": one.stretch.seconds, "fetched": one.stretch.fetched,
             "pictures": [str(picture.id) for picture in one.pictures],
             "chosen": only is None or one.stretch.credit_id in only} for one in seen.stretches]
