"""Barring a person: proposed by one, confirmed by another, objected to, ended or overturned by entries (ZJ-14)."""
from dataclasses import dataclass, field
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.base.clock import local_date
from core.base.db import Id, one_at_a_time
from core.base.errors import Conflict, Forbidden, Refused
from core.base.ids import IdError, parse_id_number
from core.base.matters import STATE_WORDS, TURNS, State, Step, may, reason_of
from core.blacklist import certificates
from core.blacklist.models import BarEntry
from core.identity import Account, Person, person_by_id_number
from core.notification import send_sms, tell
from core.organization.institutions import institution
from core.tenancy import Ctx, Role
from core.web.filters import day

EVIDENCE = "bar"
MOST_BYTES = 5 * 1024 * 1024
MAGIC = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
DECIDES = frozenset({Role.APPROVER, Role.ADMINISTRATOR})


@dataclass(frozen=True)
class Wanted:
    """What a proposal says; `until` None bars for ever, `cancels` also cancels the certificates held."""

    id_number: str = field(repr=False)
    name: str = field(repr=False)
    since: date
    until: date | None
    reason: str
    cancels: bool = False
    institution_id: Id | None = None
    evidence: bytes = field(default=b"", repr=False)


def propose(ctx: Ctx, wanted: Wanted) -> BarEntry:
    """Propose a bar; it holds once another has confirmed it, whether the person has an account or not.

    Refused, naming the field, for a number that is none, another name than the one on file, days that are over;
    Conflict while a bar of the same person waits or holds.
    """
    try:
        number = parse_id_number(wanted.id_number).number
    except IdError as error:
        raise Refused("id_number", str(error), field="id_number") from error
    person = person_by_id_number(ctx, number)
    if person is not None and person.name != wanted.name.strip():
        raise Refused("name", _("这个身份证号登记的姓名与填写的不同。"), field="name", hint=_("请核对姓名和身份证号，以免列错人。"))
    if wanted.until is not None and wanted.until < max(wanted.since, local_date(ctx.now)):
        raise Refused("until", _("结束日期应不早于开始日期，也不能已经过去。"), field="until")
    mac = ctx.mac(number)
    one_at_a_time(ctx.db, f"bar:{mac}")
    _refuse_second(ctx, mac)
    city = ctx.actor.city or ""
    if wanted.institution_id is not None:
        city = city or institution(ctx, wanted.institution_id).city
    entry = BarEntry(
        id_number=number, id_number_mac=mac, name=wanted.name.strip(), since=wanted.since, until=wanted.until,
        step=Step.PROPOSE, turn=0, reason=reason_of(wanted.reason), cancels=wanted.cancels,
        city="" if Role.ADMINISTRATOR in ctx.actor.roles else city, cancelled=[],
        institution_id=wanted.institution_id, evidence_key=_kept(ctx, wanted.evidence),
        by_account=ctx.actor.account_id, by_name=ctx.actor.name, at=ctx.now)
    ctx.db.add(entry)
    ctx.db.flush()
    ctx.record("blacklist.propose", entry.id, since=wanted.since.isoformat(), cancels=wanted.cancels)
    return entry


def _refuse_second(ctx: Ctx, mac: str) -> None:
    today = local_date(ctx.now)
    for known in ctx.db.scalars(select(BarEntry).where(BarEntry.turn == 0, BarEntry.id_number_mac == mac)):
        if known.state is State.WAITING:
            raise Conflict("bar_waiting", _("这个人已有一条待复核，不需要重复提出。"), field="id_number")
        if known.state is State.STANDS and (known.until is None or known.until >= today):
            raise Conflict("bar_stands", _("这个人已在黑名单中。"), field="id_number",
                           hint=_("需要改变期限的，请先提前解除，再重新提出。"))


def _kept(ctx: Ctx, evidence: bytes) -> str | None:
    if not evidence:
        return None
    if len(evidence) > MOST_BYTES or not evidence.startswith(MAGIC):
        raise Refused("evidence", _("证据材料须为 PDF、JPG 或 PNG，最大 5 MB。"), field="evidence")
    return ctx.blobs.put(evidence, EVIDENCE)


def confirm(ctx: Ctx, proposal: BarEntry) -> None:
    """The second pair of eyes: it holds. The person is told, and certificates go where the proposal says so."""
    _check_other_eyes(ctx, proposal)
    if proposal.until is not None and proposal.until < local_date(ctx.now):
        raise Refused("bar_past", _("这一条的结束日期已经过去，不能再同意。请选择“不同意”，由提出人重新填写。"))
    person = person_by_id_number(ctx, proposal.id_number)
    gone = certificates.cancel(ctx, proposal, person) if proposal.cancels else []
    _answer(ctx, proposal, Step.CONFIRM, "", gone)
    if person is None:
        return
    send_sms(ctx, person, "blacklist_sms", key=f"blacklist:{proposal.id}", name=person.name, period=period(proposal))
    tell(ctx, person, _("列入黑名单的原因：%(reason)s。", reason=proposal.reason) + (
        _("您持有的证书同时注销：%(numbers)s。", numbers="、".join(dict.fromkeys(one.number for one in gone))) if gone else ""))


def period(entry: BarEntry) -> str:
    """From when to when, in words."""
    if entry.until is None:
        return str(_("自%(since)s起长期", since=day(entry.since)))
    return str(_("自%(since)s起至%(until)s（含当日）", since=day(entry.since), until=day(entry.until)))


def refuse(ctx: Ctx, proposal: BarEntry, reason: str) -> None:
    """The second person does not agree; nobody outside hears of it."""
    _check_other_eyes(ctx, proposal)
    _answer(ctx, proposal, Step.REFUSE, reason)


def withdraw(ctx: Ctx, proposal: BarEntry, reason: str) -> None:
    """Taken back before it was decided."""
    _answer(ctx, proposal, Step.WITHDRAW, reason)


def object_to(ctx: Ctx, proposal: BarEntry, words: str) -> None:
    """申诉: what the person has to say, once."""
    _answer(ctx, proposal, Step.REPLY, words)


def keep(ctx: Ctx, proposal: BarEntry, reason: str) -> None:
    """Looked at again after the objection, it stays; the person reads why."""
    _check_other_eyes(ctx, proposal)
    _answer(ctx, proposal, Step.KEEP, reason)
    _tell(ctx, proposal, _("您对黑名单的申诉已经处理：维持原决定。理由：%(reason)s。", reason=reason.strip()))


def end(ctx: Ctx, proposal: BarEntry, reason: str) -> None:
    """提前解除: it was right and is over; cancelled certificates stay cancelled."""
    _check_other_eyes(ctx, proposal)
    _answer(ctx, proposal, Step.END, reason)
    _tell_ended(ctx, proposal, reason)


def overturn(ctx: Ctx, proposal: BarEntry, reason: str) -> None:
    """撤销: it was wrong; the certificates that it cancelled are given back."""
    _check_other_eyes(ctx, proposal)
    confirmed = proposal.entry(Step.CONFIRM)
    _answer(ctx, proposal, Step.OVERTURN, reason)
    certificates.give_back(ctx, confirmed, reason.strip())
    _tell_ended(ctx, proposal, reason)


def _tell_ended(ctx: Ctx, proposal: BarEntry, reason: str) -> None:
    person = person_by_id_number(ctx, proposal.id_number)
    if person is not None:
        send_sms(ctx, person, "blacklist_ended_sms", key=f"blacklist:{proposal.id}:ended", name=person.name)
    _tell(ctx, proposal, _("理由：%(reason)s。", reason=reason.strip()))


def _tell(ctx: Ctx, proposal: BarEntry, words: str) -> None:
    person = person_by_id_number(ctx, proposal.id_number)
    if person is not None:
        tell(ctx, person, words)


def _check_other_eyes(ctx: Ctx, proposal: BarEntry) -> None:
    """Four eyes, by account and by phone; and neither is it the person concerned."""
    own = ctx.db.get(Account, ctx.actor.account_id) if ctx.actor.account_id else None
    proposer = ctx.db.get(Account, proposal.by_account) if proposal.by_account else None
    person: Person | None = person_by_id_number(ctx, proposal.id_number)
    phones = {person.phone if person else "", proposer.phone if proposer else ""} - {""}
    if own is None or not ctx.actor.roles & DECIDES or own.id == proposal.by_account or own.phone in phones:
        raise Forbidden("four_eyes", _("提出的人和本人不能复核，请由另一名复核或管理人员处理。"))


def _answer(ctx: Ctx, proposal: BarEntry, step: Step, reason: str,
            gone: list[certificates.Cancelled] | None = None) -> None:
    ctx.db.refresh(proposal, ["answers"])
    if not may(step, proposal.said):
        raise Conflict("bar_state", _("这一条现在是“%(state)s”，不能再这样处理。", state=STATE_WORDS[proposal.state]))
    ctx.db.add(BarEntry(
        id_number=proposal.id_number, id_number_mac=proposal.id_number_mac, name=proposal.name, city=proposal.city,
        since=proposal.since, until=proposal.until, cancels=proposal.cancels, step=step, turn=TURNS[step],
        answers_id=proposal.id, reason="" if step is Step.CONFIRM else reason_of(reason),
        cancelled=[one.kept() for one in gone or ()], by_account=ctx.actor.account_id, by_name=ctx.actor.name,
        at=ctx.now))
    try:
        ctx.db.flush()
    except IntegrityError:
        raise Conflict("bar_decided", _("这一条刚被别人处理过，您的操作没有生效。请刷新后再看。")) from None
    ctx.db.refresh(proposal, ["answers"])
    ctx.record(f"blacklist.{step}", proposal.id)
