"""Who is barred now; the one question that every door asks."""
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from core.base.clock import local_date
from core.base.db import Id
from core.base.errors import NotFound, Refused
from core.base.matters import TURNS, Step, in_days
from core.blacklist.models import BarEntry
from core.identity import Person
from core.tenancy import Ctx, Role
from core.web.filters import day

AT_ONCE = 500


@dataclass(frozen=True)
class Bar:
    """A bar that is in force today; `until` is its last day, None for ever."""

    id: Id
    since: date
    until: date | None
    reason: str


def barred(ctx: Ctx, id_number_macs: Collection[str]) -> Mapping[str, Bar]:
    """Those of these ID numbers (as `ctx.mac`) that are barred today; of two bars the one that lasts longer."""
    found: dict[str, Bar] = {}
    macs, today = sorted(set(id_number_macs)), local_date(ctx.now)
    for start in range(0, len(macs), AT_ONCE):
        rows = ctx.db.execute(_standing().where(BarEntry.id_number_mac.in_(macs[start:start + AT_ONCE])))
        for mac, bar_id, since, until, reason in rows:
            one = Bar(bar_id, since, until, reason)
            if in_days(one.since, one.until, today) and _lasts(one) >= _lasts(found.get(mac)):
                found[mac] = one
    return found


def _standing() -> Select[str, Id, date, date | None, str]:
    confirmed, ended = aliased(BarEntry), aliased(BarEntry)
    return (select(BarEntry.id_number_mac, BarEntry.id, BarEntry.since, BarEntry.until, BarEntry.reason)
            .join(confirmed, (confirmed.answers_id == BarEntry.id) & (confirmed.step == Step.CONFIRM))
            .outerjoin(ended, (ended.answers_id == BarEntry.id) & (ended.turn == TURNS[Step.END]))
            .where(BarEntry.turn == 0, ended.id.is_(None)))


def _lasts(bar: Bar | None) -> date:
    return date.min if bar is None else bar.until or date.max


def barred_people(ctx: Ctx, person_ids: Collection[Id]) -> Mapping[Id, Bar]:
    """The same by person."""
    ids, found = sorted(set(person_ids)), dict[Id, Bar]()
    for start in range(0, len(ids), AT_ONCE):
        rows = ctx.db.execute(select(Person.id, Person.id_number_mac).where(
            Person.id.in_(ids[start:start + AT_ONCE]))).all()
        bars_found = barred(ctx, [row.id_number_mac for row in rows])
        found |= {row.id: bars_found[row.id_number_mac] for row in rows if row.id_number_mac in bars_found}
    return found


def bar_of(ctx: Ctx, person: Person) -> Bar | None:
    """The bar of one person that is in force today."""
    return barred(ctx, [person.id_number_mac]).get(person.id_number_mac)


def bar_sentence(bar: Bar) -> str:
    """What is said at a door; the reason is for the person alone."""
    if bar.until is None:
        return str(_("这名人员已列入黑名单，不能报名、参加测试，也不能办理证书。"))
    return str(_("这名人员已列入黑名单，%(day)s前（含当日）不能报名、参加测试，也不能办理证书。", day=day(bar.until)))


def bar_hint() -> str:
    """What can be done about it."""
    return str(_("本人可登录后在“黑名单与申诉”中查看原因并提出申诉。"))


def check_not_barred(ctx: Ctx, person: Person) -> None:
    """Refused while the person is barred: before an enrollment, a test, a certificate (ZJ-14)."""
    if (bar := bar_of(ctx, person)) is not None:
        raise Refused("barred", bar_sentence(bar), hint=bar_hint(), status=403)


def bars(ctx: Ctx) -> Select[BarEntry]:
    """The proposals that the actor may see, the newest first: a regulator those of the own city."""
    wanted = select(BarEntry).where(BarEntry.turn == 0).order_by(BarEntry.at.desc(), BarEntry.id.desc())
    if Role.ADMINISTRATOR in ctx.actor.roles or Role.APPROVER in ctx.actor.roles:
        return wanted
    return wanted.where(BarEntry.city == (ctx.actor.city or "-"))


def waiting(ctx: Ctx) -> int:
    """How many wait for a second pair of eyes, or with an objection for an answer."""
    return sum(ctx.db.scalar(select(func.count()).select_from(
        narrowed(ctx, bars(ctx), which).order_by(None).subquery())) or 0 for which in ("waiting", "objected"))


def narrowed(ctx: Ctx, rows: Select[BarEntry], which: str) -> Select[BarEntry]:
    """Of these the ones that wait, that hold today, or whose objection waits for an answer."""
    confirmed, replied, later = aliased(BarEntry), aliased(BarEntry), aliased(BarEntry)
    if which == "waiting":
        return rows.where(~select(later.id).where(later.answers_id == BarEntry.id).exists())
    ended = select(later.id).where(later.answers_id == BarEntry.id)
    if which == "objected":
        objection = select(replied.id).where(replied.answers_id == BarEntry.id, replied.step == Step.REPLY)
        return rows.where(objection.exists(), ~ended.where(later.turn > TURNS[Step.REPLY]).exists())
    today = local_date(ctx.now)
    return rows.where(select(confirmed.id).where(confirmed.answers_id == BarEntry.id,
                                                 confirmed.step == Step.CONFIRM).exists(),
                      ~ended.where(later.turn == TURNS[Step.END]).exists(), BarEntry.since <= today,
                      BarEntry.until.is_(None) | (BarEntry.until >= today))


def bars_about(ctx: Ctx, person: Person) -> Sequence[BarEntry]:
    """All that was ever decided about a person; what was only proposed or refused is not shown to anybody outside."""
    confirmed = aliased(BarEntry)
    return ctx.db.scalars(
        select(BarEntry).join(confirmed, (confirmed.answers_id == BarEntry.id) & (confirmed.step == Step.CONFIRM))
        .where(BarEntry.turn == 0, BarEntry.id_number_mac == person.id_number_mac)
        .order_by(BarEntry.at.desc(), BarEntry.id.desc())).all()


def own_bar(ctx: Ctx, person: Person, bar_id: Id) -> BarEntry:
    """A decided bar of this person; anybody else's is NotFound."""
    found = next((row for row in bars_about(ctx, person) if row.id == bar_id), None)
    if found is None:
        raise NotFound("bar", _("没有找到这条记录。"))
    return found
