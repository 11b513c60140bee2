"""Core's own answers to hooks: what a person's case shows of presence."""
from flask_babel import gettext as _
from sqlalchemy import func, select

from core.base.clock import local
from core.contract.hooks import hookimpl
from core.contract.values import CaseRow, CaseSection, PersonFacts
from core.presence.models import Attestation, Challenge, ScanMatch, Snapshot
from core.presence.states import ChallengeState, ReviewState
from core.presence.words import SCAN_TEXTS, failure, verdict_text, zone_text
from core.tenancy import Ctx

_LAST = 10


@hookimpl(trylast=True)
def collect_case_sections(ctx: Ctx, person: PersonFacts) -> list[CaseSection]:
    """The last face checks with their reasons, and how many snapshots showed what; no pictures here."""
    tries = ctx.db.scalars(select(Challenge).where(Challenge.person_id == person.id)
                           .order_by(Challenge.opened_at.desc()).limit(_LAST)).all()
    proofs = {proof.challenge_id: proof for proof in ctx.db.scalars(
        select(Attestation).where(Attestation.challenge_id.in_([one.id for one in tries])))}
    counted = ctx.db.execute(select(Snapshot.verdict, func.count()).where(Snapshot.person_id == person.id)
                             .group_by(Snapshot.verdict)).all()
    card = ctx.db.scalar(select(ScanMatch).where(ScanMatch.person_id == person.id))
    if not tries and not counted and card is None:
        return []
    rows = tuple(CaseRow(verdict_text(verdict), _("%(count)s 张", count=count)) for verdict, count in counted)
    if card is not None:
        rows += (CaseRow(_("身份证人像与照片"), str(SCAN_TEXTS[ReviewState(card.state)])),)
    table = tuple((f"{local(one.opened_at):%Y-%m-%d %H:%M}", _said(one, proofs.get(one.id))) for one in tries)
    return [CaseSection(40, _("刷脸与抓拍"), rows, (_("时间"), _("结果")), table)]


def _said(challenge: Challenge, proof: Attestation | None) -> str:
    if proof is not None:
        return zone_text(proof.zone)
    return failure(challenge.reason).sentence if challenge.state == ChallengeState.FAILED else _("没有做完")
