"""Submitting for 资格审核 and deciding it (ZJ-20, ZJ-21). Whoever decides has seen what is decided on, or is told so."""
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy import select

from core.api import Conflict, Ctx, NotFound, Refused
from core.api.registry import check_not_barred
from core.api.store import Id

from plugins.zhejiang.batch.models import Batch, Candidate
from plugins.zhejiang.batch.service import move
from plugins.zhejiang.batch.states import CandidateState, Mode
from plugins.zhejiang.documents.keeping import adopt_photo
from plugins.zhejiang.documents.states import KIND_WORDS, DocumentKind, DocumentState
from plugins.zhejiang.review.models import Review
from plugins.zhejiang.review.queries import Case, case_of, cases_of, snapshot
from plugins.zhejiang.review.rules import Outcome, Why
from plugins.zhejiang.review.wording import DATA, DATA_WORD

LONGEST_REASON = 300
LACKING = frozenset({Why.NO_SPECIALITY, Why.NO_GRADUATION, Why.NO_YEARS, Why.NO_JOBS})
TO_SUBMIT = (CandidateState.ENTERED, CandidateState.RETURNED)


# the enterprise


@dataclass(frozen=True)
class Submitted:
    """Of a batch: how many went, and what each of the others still lacks."""

    sent: int
    lacking: Mapping[Id, tuple[str, ...]] = field(default_factory=dict)


def lacking_of(case: Case) -> tuple[str, ...]:
    """What stands against submitting, in words; pictures, and what was refused and has not been mended."""
    found = []
    for kind in case.missing:
        held = case.documents.get(kind)
        word = KIND_WORDS[kind]
        if held is None:
            found.append(_("缺%(kind)s", kind=word))
        elif held.state == DocumentState.WAITING:
            found.append(_("%(kind)s正在检查", kind=word))
        else:
            found.append(_("%(kind)s需更换", kind=word))
    if not_mended(case):
        found.append(_("%(data)s还没有修改", data=DATA_WORD))
    return tuple(found)


def not_mended(case: Case) -> bool:
    """What was typed was refused, and nobody has typed anew since."""
    last = case.last
    if case.candidate.state != CandidateState.RETURNED or last is None or DATA not in last.refused:
        return False
    return case.application is None or case.application.filled_at <= last.at


def submit(ctx: Ctx, candidate: Candidate) -> None:
    """提交资格审核 of one; Refused says what is missing."""
    case = case_of(ctx, locked(ctx, candidate.id))
    if case.candidate.state not in TO_SUBMIT:
        raise Conflict("submitted", _("这位学员已经提交过，不用再提交。"))
    if lacks := lacking_of(case):
        raise Refused("incomplete", _("%(name)s还不能提交：%(lacks)s。", name=case.person.name, lacks="、".join(lacks)),
                      hint=_("请补齐后再提交。"))
    _send(ctx, case)


def submit_batch(ctx: Ctx, batch: Batch) -> Submitted:
    """提交 of all of a batch who are complete; the others stay, each with what is missing."""
    if batch.mode == Mode.CONTINUING:
        raise Refused("continuing", _("继续教育报名没有资格审核，请直接生成订单。"))
    rows = ctx.db.scalars(select(Candidate).where(Candidate.batch_id == batch.id, Candidate.state.in_(TO_SUBMIT))
                          .order_by(Candidate.row).with_for_update()).all()
    sent, lacking = 0, {}
    for case in cases_of(ctx, rows):
        if lacks := lacking_of(case):
            lacking[case.candidate.id] = lacks
        else:
            _send(ctx, case)
            sent += 1
    ctx.record("zhejiang.review.submit", batch.id, sent=sent, lacking=len(lacking))
    return Submitted(sent, lacking)


def _send(ctx: Ctx, case: Case) -> None:
    if case.application is not None:
        case.application.outcome = case.verdict.outcome
    move(ctx, case.candidate, CandidateState.SUBMITTED)


# the institution


def locked(ctx: Ctx, candidate_id: Id) -> Candidate:
    """The candidate, held until the transaction ends: of two at once the second sees what the first did."""
    found = ctx.db.scalar(select(Candidate).where(Candidate.id == candidate_id).with_for_update()
                          .execution_options(populate_existing=True))
    if found is None:
        raise NotFound("candidate", _("没有找到这位报名学员。"))
    return found


def seen_case(ctx: Ctx, candidate_id: Id, version: str) -> Case:
    """The case to be decided. Conflict when it was decided, or is no longer what the reviewer saw."""
    case = case_of(ctx, locked(ctx, candidate_id))
    if case.candidate.state != CandidateState.SUBMITTED:
        by = _("（%(name)s）", name=case.last.name) if case.last else ""
        raise Conflict("decided", _("这位学员已经审核过%(by)s，您的操作没有生效。", by=by), hint=_("请看下面的审核记录。"))
    if case.version != version:
        raise Conflict("changed", _("这位学员的资料在您打开以后有变化，您的操作没有生效。"), hint=_("请看过最新的资料再决定。"))
    return case


def approve(ctx: Ctx, candidate_id: Id, version: str, reason: str = "") -> None:
    """通过 → 已审核. Against the rules, or where they cannot tell, only with a reason; never while data is lacking or
    the person is on the blacklist (ZJ-14)."""
    case = seen_case(ctx, candidate_id, version)
    check_not_barred(ctx, case.candidate.person_id)
    lacking = [one for one in case.verdict.reasons if one.why in LACKING]
    if lacking:
        raise Refused("lacking", _("所填信息不全，不能通过。"), hint=_("请对照图片录入所缺的信息，或退回单位补填。"))
    if case.missing:
        raise Refused("incomplete", _("资料不全，不能通过。"), hint=_("请退回单位补充。"))
    if case.verdict.outcome is not Outcome.PASSES and not reason.strip():
        raise Refused("reason", _("系统判断不是“符合条件”，通过须写明理由。"), field="reason")
    decide(ctx, case, reason=reason.strip()[:LONGEST_REASON])


def decide(ctx: Ctx, case: Case, *, reason: str = "", bulk: bool = False, by: tuple[Id, str] | None = None) -> None:
    """A pass, kept and carried out: photo and ID card become the person's own (ZJ-10). `by` in a bulk verdict, which a
    job carries out for who ordered it."""
    _keep(ctx, case, passed=True, reason=reason, bulk=bulk, by=by)
    move(ctx, case.candidate, CandidateState.REVIEWED)
    adopt_photo(ctx, case.candidate)


def give_back(ctx: Ctx, candidate_id: Id, version: str, refused: Mapping[str, str], reason: str = "") -> None:
    """退回: each refused picture with its reason; the enterprise mends only those."""
    case = seen_case(ctx, candidate_id, version)
    _return(ctx, case, refused, reason)


def revoke(ctx: Ctx, candidate_id: Id, refused: Mapping[str, str], reason: str) -> None:
    """撤回 a pass that should not have been one, while no order holds the candidate."""
    case = case_of(ctx, locked(ctx, candidate_id))
    if case.candidate.state != CandidateState.REVIEWED:
        raise Conflict("not_reviewed", _("只有“已审核”且还没有生成订单的学员可以撤回审核。"))
    if not reason.strip():
        raise Refused("reason", _("撤回审核须写明理由，单位会看到。"), field="note")
    _return(ctx, case, refused, reason)


def _return(ctx: Ctx, case: Case, refused: Mapping[str, str], reason: str) -> None:
    known = {*case.needed, DATA}
    kept = {kind: said.strip()[:LONGEST_REASON] for kind, said in refused.items() if kind in known and said.strip()}
    if not kept:
        raise Refused("nothing_refused", _("请在要退回的资料后面写明原因，至少一项。"))
    for kind, said in kept.items():
        held = case.documents.get(DocumentKind(kind)) if kind != DATA else None
        if held is not None:
            held.state, held.reasons = DocumentState.REFUSED, [said]
    _keep(ctx, case, passed=False, refused=kept, reason=reason.strip()[:LONGEST_REASON])
    move(ctx, case.candidate, CandidateState.RETURNED)


def _keep(ctx: Ctx, case: Case, *, passed: bool, reason: str, refused: Mapping[str, str] | None = None,
          bulk: bool = False, by: tuple[Id, str] | None = None) -> None:
    account_id, name = by or (ctx.actor.account_id, ctx.actor.name)
    ctx.db.add(Review(candidate_id=case.candidate.id, at=ctx.now, passed=passed, refused=dict(refused or {}),
                      reason=reason, bulk=bulk, machine=case.verdict.outcome, seen=snapshot(case.application),
                      account_id=account_id, name=name))
    ctx.record("zhejiang.review", case.candidate.id, passed=passed, refused=sorted(refused or {}), bulk=bulk,
               machine=case.verdict.outcome.value)


def next_waiting(ctx: Ctx, after: Candidate) -> Id | None:
    """The next of the same institution that waits, the same batch first, so that a pile is worked off in order."""
    waiting = select(Candidate.id).where(Candidate.institution_id == after.institution_id, Candidate.id != after.id,
                                         Candidate.state == CandidateState.SUBMITTED)
    beside = waiting.where(Candidate.batch_id == after.batch_id).order_by(Candidate.row)
    for wanted in (beside.where(Candidate.row > after.row), beside, waiting.order_by(Candidate.moved_at, Candidate.id)):
        if (found := ctx.db.scalar(wanted.limit(1))) is not None:
            return found
    return None
