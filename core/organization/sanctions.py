"""处理 of institutions: proposed by one, confirmed by another, answered by the institution (ZJ-14, C-21)."""
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from core.base.clock import local_date
from core.base.db import Id
from core.base.errors import Conflict, Forbidden, NotFound, Refused
from core.base.matters import STATE_WORDS, TURNS, Step, in_days, may, reason_of
from core.organization.institutions import institution
from core.organization.models import Sanction
from core.organization.modes import SanctionKind
from core.tenancy import Ctx, Role

WHOLE_PROVINCE = frozenset({Role.ADMINISTRATOR, Role.APPROVER})


@dataclass(frozen=True)
class Standing:
    """A sanction that is in force today."""

    id: Id
    kind: SanctionKind
    since: date
    until: date | None
    reason: str


def standing_of(ctx: Ctx, institution_ids: Collection[Id]) -> Mapping[Id, Sequence[Standing]]:
    """What is in force today, of several institutions at once."""
    confirmed, ended = aliased(Sanction), aliased(Sanction)
    rows = ctx.db.execute(
        select(Sanction.organization_id, Sanction.id, Sanction.kind, Sanction.since, Sanction.until, Sanction.reason)
        .join(confirmed, (confirmed.answers_id == Sanction.id) & (confirmed.step == Step.CONFIRM))
        .outerjoin(ended, (ended.answers_id == Sanction.id) & (ended.turn == TURNS[Step.END]))
        .where(Sanction.turn == 0, ended.id.is_(None), Sanction.organization_id.in_(list(institution_ids)))
        .order_by(Sanction.since, Sanction.id))
    found: dict[Id, list[Standing]] = defaultdict(list)
    for organization_id, sanction_id, kind, since, until, reason in rows:
        one = Standing(sanction_id, SanctionKind(kind), since, until, reason)
        if in_days(one.since, one.until, local_date(ctx.now)):
            found[organization_id].append(one)
    return found


def sanctions(ctx: Ctx) -> Select[Sanction]:
    """The proposals that the actor may see: a regulator those of the own city's institutions, the newest first."""
    wanted = select(Sanction).where(Sanction.turn == 0).order_by(Sanction.at.desc(), Sanction.id.desc())
    if ctx.actor.roles & WHOLE_PROVINCE:
        return wanted
    return wanted.where(Sanction.organization.has(city=ctx.actor.city or "-"))


def decided_about(ctx: Ctx, institution_id: Id | None) -> Select[Sanction]:
    """What was decided about an institution; what was only proposed or refused is not shown to it."""
    confirmed = aliased(Sanction)
    return (select(Sanction).join(confirmed, (confirmed.answers_id == Sanction.id) & (confirmed.step == Step.CONFIRM))
            .where(Sanction.turn == 0, Sanction.organization_id == institution_id)
            .order_by(Sanction.at.desc(), Sanction.id.desc()))


def propose(ctx: Ctx, institution_id: Id, kind: SanctionKind, since: date, until: date | None,
            reason: str) -> Sanction:
    """Propose a sanction; it is in force once another has confirmed it. Somebody else's city is NotFound."""
    held = institution(ctx, institution_id)
    if not ctx.actor.roles & WHOLE_PROVINCE and held.city != ctx.actor.city:
        raise NotFound("institution", _("没有找到这家培训机构。"), field="institution")
    if kind is SanctionKind.SUSPENSION and until is None:
        raise Refused("until", _("暂停报名须写明到哪一天。没有期限的，请选择“撤出名单”。"), field="until")
    if until is not None and until < max(since, local_date(ctx.now)):
        raise Refused("until", _("结束日期应不早于开始日期，也不能已经过去。"), field="until")
    entry = Sanction(organization_id=held.id, kind=kind, step=Step.PROPOSE, turn=0, since=since, until=until,
                     reason=reason_of(reason), by_account=ctx.actor.account_id, by_name=ctx.actor.name, at=ctx.now)
    ctx.db.add(entry)
    ctx.db.flush()
    ctx.record("organization.sanction.propose", entry.id, kind=kind.value, since=since.isoformat())
    return entry


def confirm(ctx: Ctx, proposal: Sanction) -> None:
    """The second pair of eyes: it is in force. Forbidden for who proposed it."""
    _refuse_own(ctx, proposal)
    _answer(ctx, proposal, Step.CONFIRM, "")


def refuse(ctx: Ctx, proposal: Sanction, reason: str) -> None:
    """The second person does not agree."""
    _refuse_own(ctx, proposal)
    _answer(ctx, proposal, Step.REFUSE, reason)


def withdraw(ctx: Ctx, proposal: Sanction, reason: str) -> None:
    """Taken back before it was decided."""
    _answer(ctx, proposal, Step.WITHDRAW, reason)


def reply(ctx: Ctx, proposal: Sanction, reason: str) -> None:
    """What the institution has to say, once; who decides reads it."""
    if proposal.organization_id != ctx.actor.organization_id:
        raise NotFound("sanction", _("没有找到这条处理。"))
    _answer(ctx, proposal, Step.REPLY, reason)


def keep(ctx: Ctx, proposal: Sanction, reason: str) -> None:
    """Looked at again after the reply, it stays. Not by who proposed it."""
    _refuse_own(ctx, proposal)
    _answer(ctx, proposal, Step.KEEP, reason)


def end(ctx: Ctx, proposal: Sanction, reason: str) -> None:
    """Over earlier than it said."""
    _refuse_own(ctx, proposal)
    _answer(ctx, proposal, Step.END, reason)


def overturn(ctx: Ctx, proposal: Sanction, reason: str) -> None:
    """It was wrong."""
    _refuse_own(ctx, proposal)
    _answer(ctx, proposal, Step.OVERTURN, reason)


def _refuse_own(ctx: Ctx, proposal: Sanction) -> None:
    if ctx.actor.account_id is None or ctx.actor.account_id == proposal.by_account:
        raise Forbidden("four_eyes", _("提出的人不能自己复核，请由另一名监管或管理人员处理。"))


def _answer(ctx: Ctx, proposal: Sanction, step: Step, reason: str) -> None:
    ctx.db.refresh(proposal, ["answers"])
    if not may(step, proposal.said):
        raise Conflict("sanction_state", _("这一条现在是“%(state)s”，不能再这样处理。", state=STATE_WORDS[proposal.state]))
    ctx.db.add(Sanction(
        organization_id=proposal.organization_id, kind=proposal.kind, step=step, turn=TURNS[step],
        answers_id=proposal.id, since=proposal.since, until=proposal.until,
        reason="" if step is Step.CONFIRM else reason_of(reason), by_account=ctx.actor.account_id,
        by_name=ctx.actor.name, at=ctx.now))
    try:
        ctx.db.flush()
    except IntegrityError:
        raise Conflict("sanction_decided", _("这一条刚被别人处理过，您的操作没有生效。请刷新后再看。")) from None
    ctx.db.refresh(proposal, ["answers"])
    ctx.record(f"organization.sanction.{step}", proposal.id)


def waiting(ctx: Ctx) -> Select[Sanction]:
    """The proposals that wait for a second pair of eyes."""
    answer = aliased(Sanction)
    return sanctions(ctx).where(~select(answer.id).where(answer.answers_id == Sanction.id).exists())
