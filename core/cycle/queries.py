"""Reading enrollments, and what may be chosen."""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVarTuple

from flask_babel import gettext as _
from sqlalchemy import Select, bindparam, func, select

from core.base.clock import local
from core.base.db import Id
from core.base.errors import NotFound, Problem
from core.contract.values import CertificateFacts, EnrollmentFacts, OrderPath
from core.cycle import rules
from core.cycle.models import Enrollment
from core.cycle.rules import Due, Exemption, Held, Plan, PreviousYear, YearOffer
from core.cycle.states import LIVE, EnrollmentState
from core.extension import hooks
from core.identity import Person
from core.organization.institutions import institution
from core.payment import Order
from core.registry import Certificate, certificate_facts, certificates_of
from core.tenancy import Ctx

TAKEN = LIVE - {EnrollmentState.CHOSEN}
Asked = TypeVarTuple("Asked")


def in_turn(rows: Select[*Asked], states: Iterable[EnrollmentState] = TAKEN) -> Select[*Asked]:
    """Of a question about enrollments: those of `person_id` in these states, first enrolled first (N-24)."""
    return rows.where(Enrollment.person_id == bindparam("person_id"), Enrollment.state.in_(sorted(states))).order_by(
        Enrollment.enrolled_at, Enrollment.turn, Enrollment.id)


_TAKEN = in_turn(select(Enrollment))
_CHOSEN = in_turn(select(Enrollment), {EnrollmentState.CHOSEN})


def plan(ctx: Ctx) -> Plan:
    """The hours of a year by the tenant's rules (N-25, N-30)."""
    now = ctx.rules()
    return Plan(now.hours.general, now.hours.professional, now.cycle.exempt_general_from_second)


def offers(ctx: Ctx) -> tuple[YearOffer, ...]:
    """The cycles that can be chosen now (N-22, N-23)."""
    now = ctx.rules().cycle
    return rules.offered_years(ctx.now, now.years_back, PreviousYear(now.previous_year))


def enrollment(ctx: Ctx, enrollment_id: Id) -> Enrollment:
    """One enrollment; NotFound when there is none."""
    found = ctx.look_up(("enrollment", enrollment_id), lambda: ctx.db.get(Enrollment, enrollment_id))
    if found is None:
        raise NotFound("enrollment", _("没有找到这项培训。请从“我的培训”中打开。"))
    return found


def enrollments_of(ctx: Ctx, person_id: Id, *, chosen: bool = False) -> list[Enrollment]:
    """A person's live enrollments, first enrolled first (N-24); with `chosen` those of the cart instead."""
    found = ctx.db.scalars(_CHOSEN if chosen else _TAKEN, {"person_id": person_id})
    return [ctx.look_up(("enrollment", row.id), partial(_itself, row)) for row in found]


def continuing_of(ctx: Ctx, person_id: Id) -> list[Enrollment]:
    """Of these, what is studied for a certificate: they share the hours of a year (N-25) and go on record (N-50)."""
    return [row for row in enrollments_of(ctx, person_id) if not row.first_time]


def _itself(row: Enrollment) -> Enrollment:
    return row


def enrollments_of_order(ctx: Ctx, order_id: Id) -> list[Enrollment]:
    """What an order pays for."""
    return list(ctx.db.scalars(select(Enrollment).where(Enrollment.order_id == order_id).order_by(Enrollment.turn)))


@dataclass(frozen=True)
class Visit:
    """What an order at a counter was for, and for whom."""

    person: Person
    enrollments: tuple[Enrollment, ...]


def visits(ctx: Ctx, orders: Sequence[Order]) -> dict[Id, Visit]:
    """The visits of many orders in two questions a thousand."""
    found: dict[Id, Visit] = {}
    for start in range(0, len(orders), 1000):
        some = orders[start:start + 1000]
        payers = {order.id: order.payer_id for order in some if order.payer_id}
        people = {one.id: one for one in ctx.db.scalars(select(Person).where(Person.id.in_(set(payers.values()))))}
        rows: dict[Id, list[Enrollment]] = {order.id: [] for order in some}
        for row in ctx.db.scalars(select(Enrollment).where(Enrollment.order_id.in_(rows)).order_by(Enrollment.turn)):
            rows[row.order_id or row.id].append(row)
        found |= {order_id: Visit(people[payer], tuple(rows[order_id])) for order_id, payer in payers.items()}
    return found


IN_CART = select(func.count()).select_from(Enrollment).where(
    Enrollment.person_id == bindparam("person_id"), Enrollment.state == EnrollmentState.CHOSEN).scalar_subquery()
"""How many choices of the signed-in trainee wait to be submitted: the number at 购物车 (N-19)."""


def due_of(row: Enrollment) -> Due:
    """The hours that an enrollment owes, with the reason where it owes fewer."""
    why = row.exemption
    exemption = Exemption(why["rule"], why["post"], datetime.fromisoformat(why["since"]),
                          Id(why["by"])) if why else None
    return Due(row.general_hours_due, row.professional_hours_due, exemption)


def held(row: Enrollment) -> Held:
    """An enrollment as the rules see it."""
    return Held(row.id, row.post.name, row.enrolled_at, row.turn, row.opened_at,
                row.state == EnrollmentState.COMPLETED, due_of(row))


def exemption_sentence(ctx: Ctx, year: int, due: Due) -> str:
    """Why the general hours need not be learnt (N-25, C-10): first post, since when, by which rule; '' if owed."""
    if due.exemption is None:
        return ""
    since = local(due.exemption.enrolled_at)
    sentence = ctx.text("exempt_reason", first_post=due.exemption.post, year=year,
                        general=ctx.rules().hours.general, left=due.total)
    why = _("（%(post)s于%(since)s报名；依据：当年年度自第二个岗位开始，通用课程免学）",
            post=due.exemption.post, since=f"{since.year}年{since.month}月{since.day}日")
    return f"{sentence}{why}"


def enrollment_facts(ctx: Ctx, row: Enrollment, hours_done: int = 0) -> EnrollmentFacts:
    """The enrollment as hooks see it; the hours learnt are known by the flow above."""
    return EnrollmentFacts(
        id=row.id, person_id=row.person_id, certificate_id=row.certificate_id, post=row.post.name, year=row.year,
        kind=row.kind, general_due=row.general_hours_due, professional_due=row.professional_hours_due,
        hours_done=hours_done, hours_total=due_of(row).total if row.first_time else plan(ctx).recorded,
        paid=row.state in (EnrollmentState.OPEN, EnrollmentState.COMPLETED))


def institution_name(ctx: Ctx, row: Enrollment) -> str:
    """Who enrolled the trainee in person (GD-04); '' where the trainee did."""
    return institution(ctx, row.institution_id).name if row.institution_id else ""


WISH = Id(int=0)


def order_path(ctx: Ctx, person_id: Id) -> OrderPath:
    """Who enrolls and pays for this person this year, before anything has been chosen (X-10)."""
    due = plan(ctx)
    return hooks(ctx).resolve_order_path(EnrollmentFacts(
        id=WISH, person_id=person_id, certificate_id=WISH, post="", year=rules.year_in_shanghai(ctx.now),
        kind=ctx.rules().cycle.kinds[0], general_due=due.general, professional_due=due.professional, hours_done=0,
        hours_total=due.recorded, paid=False))


def own_path(ctx: Ctx) -> OrderPath:
    """`order_path` of who is signed in; what staff see of the portal is the trainee's."""
    return order_path(ctx, ctx.actor.person_id) if ctx.actor.person_id else OrderPath(self_service=True)


@dataclass(frozen=True)
class YearChoice:
    """A certificate in one cycle: `problems` say why it cannot be chosen, `taken` by which enrollment it is."""

    offer: YearOffer
    problems: tuple[Problem, ...]
    taken: Enrollment | None

    @property
    def free(self) -> bool:
        """Whether it can be chosen."""
        return not self.problems and self.taken is None


@dataclass(frozen=True)
class CertificateChoice:
    """A certificate's card: its facts (N-20) and the cycles."""

    certificate: Certificate
    facts: CertificateFacts
    years: tuple[YearChoice, ...]

    @property
    def refusal(self) -> Problem | None:
        """What speaks against the certificate in every cycle alike, to be said once."""
        first = {year.problems[0] if year.problems and year.taken is None else None for year in self.years}
        return first.pop() if len(first) == 1 else None


def choices(ctx: Ctx, person: Person) -> Sequence[CertificateChoice]:
    """All certificates of a person with the cycles that are offered (N-18, N-20, N-22)."""
    live = enrollments_of(ctx, person.id) + enrollments_of(ctx, person.id, chosen=True)
    found = []
    for certificate in certificates_of(ctx, person):
        facts = certificate_facts(ctx, certificate, person)
        years = tuple(
            YearChoice(offer, tuple(hooks(ctx).check_eligibility(facts, offer.year)),
                       next((one for one in live if (one.post_id, one.year) == (certificate.post_id, offer.year)),
                            None))
            for offer in offers(ctx))
        found.append(CertificateChoice(certificate, facts, years))
    return found


@dataclass(frozen=True)
class CartLine:
    """A choice that waits to be submitted: what it will owe, why, its price in fen, the words of N-26."""

    enrollment: Enrollment
    due: Due
    exemption: str
    fen: int
    confirm: str
    warned: bool

    @property
    def period(self) -> str:
        """培训周期 (N-21)."""
        return rules.period(self.enrollment.year)


def cart(ctx: Ctx, person_id: Id) -> list[CartLine]:
    """购物车 (N-19): the choices in their order, with hours as they would be after submitting (N-25)."""
    chosen = enrollments_of(ctx, person_id, chosen=True)
    taken = continuing_of(ctx, person_id)
    warned = {offer.year for offer in offers(ctx) if offer.warned}
    lines = []
    for turn, row in enumerate(chosen):
        same_year = [held(one) for one in taken if one.year == row.year]
        before = [Held(one.id, one.post.name, ctx.now, place) for place, one in enumerate(chosen[:turn + 1])
                  if one.year == row.year]
        due = rules.assign_hours([*same_year, *before], plan(ctx))[row.id]
        lines.append(CartLine(row, due, exemption_sentence(ctx, row.year, due), ctx.rules().payment.continuing_fen,
                              ctx.text("buy_confirm", post=row.post.name, kind=row.kind), row.year in warned))
    return lines
