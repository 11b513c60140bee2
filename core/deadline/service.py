"""The grace list (宽限名单): proposed by one, confirmed by another, taken back by a new entry; nothing is changed."""
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.base.clock import local_date
from core.base.db import Id
from core.base.errors import Conflict, Forbidden, NotFound, Refused
from core.base.matters import reason_of
from core.deadline.models import GraceEntry
from core.deadline.queries import ends_at, in_state, proposals, standpoint
from core.deadline.rules import Standing, end_of, grace_problem, last_day
from core.deadline.states import MAY, STATE_TEXTS, TURNS, GraceState, GraceStep
from core.identity import Account, Person, person_by_id_number, person_of
from core.notification import send_sms, tell
from core.registry import Certificate, certificate, certificates_of
from core.tenancy import Ctx
from core.web.filters import day

LONGEST_REASON = 300


def propose(ctx: Ctx, id_number: str, number: str, ends_on: date, reason: str) -> GraceEntry:
    """Propose a new last day for somebody's certificate; it holds once a second person has confirmed it.

    Refused, naming the field, for an unknown person or certificate, one that no deadline concerns or that is
    replaced, a day that is not later than the end, a reason that says nothing; Conflict while a proposal waits.
    """
    person = person_by_id_number(ctx, id_number)
    if person is None:
        raise Refused("no_person", _("没有这个身份证号的学员。请核对号码。"), field="id_number")
    held = next((one for one in certificates_of(ctx, person) if one.number == number.strip().upper()), None)
    if held is None:
        raise Refused("no_certificate", _("这名学员没有编号为 %(number)s 的证书。请核对证书编号。", number=number[:40]),
                      field="number")
    ctx.db.refresh(held, with_for_update={"of": Certificate})
    _check_certificate(ctx, person, held, ends_on)
    reason = reason_of(reason, LONGEST_REASON)
    entry = _enter(ctx, held, GraceStep.PROPOSE, None, ends_on, reason)
    ctx.record("deadline.grace.propose", entry.id, ends_on=ends_on.isoformat())
    return entry


def _check_certificate(ctx: Ctx, person: Person, held: Certificate, ends_on: date) -> None:
    ends = ends_at(ctx, person, held)
    point = standpoint(ctx, person, held)
    if point is not None and point.verdict.standing is Standing.DONE:
        raise Refused("replaced", _("这本证书已经换证，不需要宽限。"), field="number")
    if ends is None or point is None:
        raise Refused("no_deadline", _("这本证书没有换证期限，或不在换证范围内，不需要宽限。"), field="number")
    problem = grace_problem(local_date(ctx.now), ends, ends_on)
    sentences = {
        "not_later": _("宽限日期应晚于原期限%(day)s。", day=day(last_day(ends))),
        "past": _("宽限日期已经过去，请填写今天或以后的日期。"), "far": _("宽限最多一年，请核对年份。"),
    }
    if problem is not None:
        raise Refused(f"grace_{problem}", sentences[problem], field="ends_on")
    waiting = in_state(proposals().where(GraceEntry.certificate_id == held.id), GraceState.WAITING)
    if ctx.db.scalar(waiting.limit(1)) is not None:
        raise Conflict("grace_waiting", _("这本证书已有一条宽限待复核，不需要重复提出。"), field="number")


def confirm(ctx: Ctx, proposal_id: Id) -> GraceEntry:
    """The second pair of eyes: the new day holds, and the trainee is told (C-20).

    Forbidden for who proposed it or whom it concerns; Conflict when it was decided or withdrawn meanwhile;
    Refused when its day is over.
    """
    proposal = _locked(ctx, proposal_id, GraceStep.CONFIRM)
    _check_other_eyes(ctx, proposal)
    if ctx.now >= end_of(proposal.ends_on):
        raise Refused("grace_past", _("宽限日期%(day)s已经过去，不能再同意。请退回，由提出人重新填写。",
                                      day=day(proposal.ends_on)))
    held, person = certificate(ctx, proposal.certificate_id), person_of(ctx, proposal.person_id)
    _answer(ctx, proposal, GraceStep.CONFIRM, "")
    send_sms(ctx, person, "deadline_grace_sms", key=f"deadline:grace:{proposal.id}", name=person.name,
             post=held.post.name, day=day(proposal.ends_on))
    return proposal


def refuse(ctx: Ctx, proposal_id: Id, reason: str) -> GraceEntry:
    """The second person does not agree; who proposed it sees why."""
    proposal = _locked(ctx, proposal_id, GraceStep.REFUSE)
    _check_other_eyes(ctx, proposal)
    _answer(ctx, proposal, GraceStep.REFUSE, reason_of(reason, LONGEST_REASON))
    return proposal


def withdraw(ctx: Ctx, proposal_id: Id, reason: str) -> GraceEntry:
    """Take a proposal or a grace back, by an entry of its own; the trainee is told where it had held."""
    proposal = _locked(ctx, proposal_id, GraceStep.WITHDRAW)
    granted = proposal.state is GraceState.GRANTED
    _answer(ctx, proposal, GraceStep.WITHDRAW, reason_of(reason, LONGEST_REASON))
    if granted:
        held = certificate(ctx, proposal.certificate_id)
        tell(ctx, person_of(ctx, proposal.person_id), _(
            "您的%(post)s岗位证书已从宽限名单中撤回，理由：%(reason)s。请到“换证期限”页查看现在的期限。",
            post=held.post.name, reason=reason.strip()))
    return proposal


def _locked(ctx: Ctx, proposal_id: Id, step: GraceStep) -> GraceEntry:
    """The proposal, locked, in a state in which the step may be taken."""
    proposal = ctx.db.scalar(select(GraceEntry).where(GraceEntry.id == proposal_id, GraceEntry.turn == 0)
                             .with_for_update())
    if proposal is None:
        raise NotFound("no_grace", _("没有找到这一条宽限。"))
    ctx.db.refresh(proposal, ["answers"])
    if proposal.state not in MAY[step]:
        raise Conflict("grace_state", _("这一条现在是“%(state)s”，不能再这样处理。", state=STATE_TEXTS[proposal.state]))
    return proposal


def _check_other_eyes(ctx: Ctx, proposal: GraceEntry) -> None:
    """Four eyes: not who proposed it, by account or by phone, and not whom it concerns."""
    own = ctx.db.get(Account, ctx.actor.account_id) if ctx.actor.account_id else None
    proposer = ctx.db.get(Account, proposal.by_account) if proposal.by_account else None
    phones = {person_of(ctx, proposal.person_id).phone, proposer.phone if proposer else ""} - {""}
    if own is None or own.id == proposal.by_account or own.phone in phones:
        raise Forbidden("four_eyes", _("提出宽限的人和本人不能复核，请由另一名复核人员处理。"))


def _answer(ctx: Ctx, proposal: GraceEntry, step: GraceStep, reason: str) -> None:
    held = certificate(ctx, proposal.certificate_id)
    _enter(ctx, held, step, proposal.id, proposal.ends_on, reason)
    ctx.db.refresh(proposal, ["answers"])
    ctx.record(f"deadline.grace.{step}", proposal.id)


def _enter(ctx: Ctx, held: Certificate, step: GraceStep, answers: Id | None, ends_on: date,
           reason: str) -> GraceEntry:
    entry = GraceEntry(certificate_id=held.id, person_id=held.person_id, step=step, answers_id=answers,
                       turn=TURNS[step], ends_on=ends_on, reason=reason, by_account=ctx.actor.account_id,
                       by_name=ctx.actor.name, at=ctx.now)
    ctx.db.add(entry)
    try:
        ctx.db.flush()
    except IntegrityError:
        raise Conflict("grace_decided", _("这一条刚被别人处理过，您的操作没有生效。请刷新后再看。")) from None
    return entry
