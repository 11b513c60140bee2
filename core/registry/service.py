"""Changing what is on record: pulls, hours, issue and end of certificates."""
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from core.base.db import Id, new_id
from core.base.errors import Conflict, Refused
from core.identity import Person, person_of
from core.organization import Post, posts
from core.registry.gateway import gateway
from core.registry.models import Certificate, CertificateStatusEntry, HoursRecord, Pull
from core.registry.queries import latest_pull, status_of
from core.registry.sheet import Holding
from core.registry.states import STATUS_TEXTS, Kind, PullState, Status, may_become
from core.tenancy import Ctx

PULL = "registry.pull"
MINISTRY = "ministry"


@dataclass(frozen=True)
class NewCertificate:
    """What an electronic certificate says beside the person and the post (N-52)."""

    number: str
    issuer: str
    province: str
    issued_on: date


def ask_pull(ctx: Ctx, person: Person) -> Pull:
    """Ask the ministry for the person's certificates, behind the request; one question at a time (N-18)."""
    known = latest_pull(ctx, person)
    if known is not None and known.state == PullState.WAITING:
        return known
    pull = Pull(person_id=person.id, state=PullState.WAITING, asked_at=ctx.now)
    ctx.db.add(pull)
    ctx.db.flush()
    ctx.enqueue(PULL, {"pull": str(pull.id)})
    return pull


def run_pull(ctx: Ctx, pull_id: Id) -> None:
    """Do a pull that was asked for; GatewayDown flies on, and the job is tried again."""
    pull = ctx.db.get(Pull, pull_id, with_for_update=True)
    if pull is None or pull.state != PullState.WAITING:
        return
    person = person_of(ctx, pull.person_id)
    try:
        pull.found = len(pull_certificates(ctx, person))
        pull.state = PullState.DONE
    except Refused as error:
        pull.state, pull.problem = PullState.REFUSED, error.sentence
    pull.done_at = ctx.now


def pull_certificates(ctx: Ctx, person: Person) -> list[Certificate]:
    """Bring the person's certificates up to what the ministry holds; a second time changes nothing (N-18).

    Raises Refused when the ministry knows the number under another name, and GatewayDown.
    """
    holdings = gateway(ctx).holdings(ctx, person.id_number)
    if any(holding.name != person.name for holding in holdings):
        raise Refused("name_mismatch", _(
            "部管理系统中这个身份证号登记的姓名与您填写的姓名不同，证书没有导入。"
            "请核对基本信息中的姓名；姓名无误时，请联系发证机关更正。"))
    by_name = {post.name: post for post in posts(ctx, retired=True)}
    return [held for holding in holdings
            if (held := _take_over(ctx, person, holding, by_name[holding.post])) is not None]


def _take_over(ctx: Ctx, person: Person, holding: Holding, post: Post) -> Certificate | None:
    known = ctx.db.scalar(select(Certificate).where(
        Certificate.issuer == holding.issuer, Certificate.number == holding.number).with_for_update(of=Certificate))
    if known is None:
        held = _open(ctx, person, post, NewCertificate(
            holding.number, holding.issuer, holding.province, holding.issued_on), holding.kind)
        _enter(ctx, held, holding.status, holding.remark, MINISTRY)
        return held
    if known.person_id != person.id:
        return None
    now = status_of(known)
    # 正常 where it is 正常 already is entered too: else 非正常, said again after it, would look like a repetition.
    if _said_anew(known, holding) and (may_become(now, holding.status) or now is holding.status is Status.NORMAL):
        _enter(ctx, known, holding.status, holding.remark, MINISTRY)
    return known


def _said_anew(known: Certificate, holding: Holding) -> bool:
    """Whether the ministry says something else than at the last pull. What it repeats does not undo what happened here
    since: a pull neither lifts an abnormal status nor sets one that the hours have healed (JL-08)."""
    last = next((entry for entry in reversed(known.entries) if entry.by == MINISTRY), None)
    return last is None or last.status != holding.status


def _open(ctx: Ctx, person: Person, post: Post, facts: NewCertificate, kind: Kind,
          replaces: Certificate | None = None) -> Certificate:
    held = Certificate(
        id=new_id(), person_id=person.id, post_id=post.id, post=post, number=facts.number, issuer=facts.issuer,
        province=facts.province, issued_on=facts.issued_on, kind=kind, created_at=ctx.now, entries=[],
        replaces_id=replaces.id if replaces else None)
    ctx.db.add(held)
    ctx.db.flush()
    return held


def _enter(ctx: Ctx, held: Certificate, status: Status, remark: str, by: str) -> None:
    held.entries.append(CertificateStatusEntry(certificate_id=held.id, status=status, remark=remark[:200], by=by,
                                               at=ctx.now))
    ctx.db.flush()
    ctx.record("registry.status", held.id, status=status.value)


def move(ctx: Ctx, held: Certificate, status: Status, reason: str) -> None:
    """Enter a new status with its reason; a move that the table does not know is a Conflict."""
    ctx.db.refresh(held, with_for_update={"of": Certificate})
    now = status_of(held)
    if not may_become(now, status):
        raise Conflict("certificate_status", _("这本证书现在是“%(now)s”，不能变为“%(new)s”。",
                                               now=STATUS_TEXTS[now], new=STATUS_TEXTS[status]))
    _enter(ctx, held, status, reason, str(ctx.actor.account_id or "system"))


def void(ctx: Ctx, held: Certificate, reason: str) -> None:
    """原证书作废 (N-52)."""
    move(ctx, held, Status.VOID, reason)


def suspend(ctx: Ctx, held: Certificate, reason: str) -> None:
    """The hours behind a certificate were cleared after it was issued."""
    move(ctx, held, Status.SUSPENDED, reason)


def restore(ctx: Ctx, held: Certificate, reason: str) -> None:
    """A suspended or abnormal certificate is 正常 again."""
    move(ctx, held, Status.NORMAL, reason)


def cancel_certificate(ctx: Ctx, held: Certificate, reason: str) -> None:
    """注销: the holder is on the blacklist (ZJ-14)."""
    move(ctx, held, Status.CANCELLED, _given(reason))


def reinstate(ctx: Ctx, held: Certificate, before: Status, reason: str) -> None:
    """The one way back from 注销: what cancelled it was overturned, so it is again what it was before. A certificate
    that something else has ended meanwhile stays ended."""
    ctx.db.refresh(held, with_for_update={"of": Certificate})
    if status_of(held) is Status.CANCELLED:
        _enter(ctx, held, before, _given(reason), str(ctx.actor.account_id or "system"))


def set_abnormal(ctx: Ctx, held: Certificate, reason: str) -> None:
    """非正常 with its reason, which the holder reads as 备注 (JL-08)."""
    move(ctx, held, Status.ABNORMAL, _given(reason))


def lift_abnormal(ctx: Ctx, held: Certificate, reason: str) -> None:
    """非正常 is 正常 again; a suspension is none and ends with its hours alone."""
    ctx.db.refresh(held, with_for_update={"of": Certificate})
    if status_of(held) is not Status.ABNORMAL:
        raise Conflict("certificate_status", _("这本证书现在是“%(now)s”，不是“非正常”，不用恢复。",
                                               now=STATUS_TEXTS[status_of(held)]))
    move(ctx, held, Status.NORMAL, _given(reason))


def _given(reason: str) -> str:
    if not reason.strip():
        raise Refused("reason", _("请写明理由，学员会在“备注”里看到。"), field="note")
    return reason.strip()


def issue_electronic(ctx: Ctx, old: Certificate, facts: NewCertificate) -> Certificate:
    """Issue the electronic certificate and void the old one, in the caller's transaction: both or neither (N-52)."""
    if old.kind == Kind.ELECTRONIC:
        raise Conflict("already_electronic", _("这本已经是电子证书，不需要再更新。"))
    void(ctx, old, _("已更新为电子证书 %(number)s", number=facts.number))
    new = _open(ctx, person_of(ctx, old.person_id), old.post, facts, Kind.ELECTRONIC, replaces=old)
    _enter(ctx, new, Status.NORMAL, "", str(ctx.actor.account_id or "system"))
    return new


def issue_first(ctx: Ctx, person: Person, post: Post, facts: NewCertificate) -> Certificate:
    """An electronic certificate that replaces none: the person's first of the post (ZJ-30, ZJ-36)."""
    new = _open(ctx, person, post, facts, Kind.ELECTRONIC)
    _enter(ctx, new, Status.NORMAL, "", str(ctx.actor.account_id or "system"))
    return new


def record_hours(ctx: Ctx, person: Person, post: Post, year: int, hours: int, uploaded_on: date, *,
                 source: str) -> HoursRecord:
    """Enter credited hours (N-44, N-50); `source` names what credited them, and the same source enters once."""
    known = ctx.db.scalar(select(HoursRecord).where(HoursRecord.source == source))
    if known is not None:
        return known
    return _enter_hours(ctx, person, post, year, hours, uploaded_on, source)


def withdraw_hours(ctx: Ctx, source: str, uploaded_on: date) -> HoursRecord | None:
    """Take back what `source` credited, by an entry of its own; None when it credited nothing (N-45)."""
    credited = ctx.db.scalar(select(HoursRecord).where(HoursRecord.source == source))
    if credited is None:
        return None
    withdrawn = f"{source}:withdrawn"
    known = ctx.db.scalar(select(HoursRecord).where(HoursRecord.source == withdrawn))
    if known is not None:
        return known
    return _enter_hours(ctx, person_of(ctx, credited.person_id), credited.post, credited.year, -credited.hours,
                        uploaded_on, withdrawn)


def _enter_hours(ctx: Ctx, person: Person, post: Post, year: int, hours: int, on: date, source: str) -> HoursRecord:
    rules = ctx.rules().hours
    row = HoursRecord(person_id=person.id, post_id=post.id, post=post, year=year, hours=hours,
                      total=rules.general + rules.professional, institution=rules.organization, uploaded_on=on,
                      source=source, created_at=ctx.now)
    ctx.db.add(row)
    ctx.db.flush()
    ctx.record("registry.hours", row.id, year=year, hours=hours)
    return row
