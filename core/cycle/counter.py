"""机构报名: an institution's clerk enrolls a trainee in person and takes the fee (GD-04, GD-06, GD-08, X-06, X-10)."""
from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.base.clock import local_date
from core.base.db import Id
from core.base.errors import Conflict, Forbidden, NotFound, Refused
from core.base.ids import parse_id_number
from core.cycle import service
from core.cycle.models import Admission, Enrollment
from core.cycle.queries import enrollments_of_order
from core.cycle.states import EnrollmentState
from core.identity import Person, open_person, person_by_id_number
from core.notification import tell
from core.organization import Organization
from core.organization.institutions import fee_in_force, institution
from core.organization.models import InstitutionFee
from core.organization.offers import institution_of
from core.payment import (
    LineWanted,
    Order,
    cancel_at_counter,
    end_of_year,
    give_back,
    open_order,
    take_money,
)
from core.registry import ask_pull
from core.tenancy import Ctx

TEXTBOOK = "textbook"
ORIGIN = "institution"


@dataclass(frozen=True)
class AtCounter:
    """What the clerk reads from the ID card, and the trainee's own phone (GD-05)."""

    name: str = field(repr=False)
    id_number: str = field(repr=False)
    phone: str = field(repr=False)


def enrolls_in_person(ctx: Ctx) -> bool:
    """Whether this tenant's trainees are enrolled by institutions (X-06)."""
    return ctx.rules().account.origin == ORIGIN


def own_institution(ctx: Ctx) -> Organization:
    """The institution that the acting clerk works for."""
    if ctx.actor.organization_id is None:
        raise Forbidden("no_institution", _("您的账号还没有指定培训机构，不能报名。"),
                        hint=_("请联系系统管理员，在“培训机构”里为您的账号指定机构。"))
    return institution(ctx, ctx.actor.organization_id)


def fee_for_enrolling(ctx: Ctx, held: Organization) -> InstitutionFee:
    """The announced fee of an institution that may enroll today (GD-04, GD-06)."""
    if held.closed_at is not None:
        raise Refused("institution_closed", _("“%(name)s”不在公布的培训机构名单内，不能报名。", name=held.name),
                      hint=_("已报名的学员照常学习。有疑问请联系系统管理员。"))
    if not institution_of(ctx, held.id).enrolls:
        raise Refused("institution_suspended", _("“%(name)s”现在不能报名。", name=held.name),
                      hint=_("原因和期限请看“对本机构的处理”。已报名的学员照常学习。"))
    fee = fee_in_force(ctx, held)
    if fee is None:
        raise Refused("no_fee", _("“%(name)s”还没有公示收费标准，不能报名。", name=held.name),
                      hint=_("请联系系统管理员登记培训费和教材费。"))
    return fee


def admit(ctx: Ctx, asked: AtCounter) -> Admission:
    """Find or open the trainee who stands at the counter. Who is registered keeps account, password and phone
    (GD-08); a new account has the initial password of X-05. The ministry is asked for the certificates."""
    held = own_institution(ctx)
    fee_for_enrolling(ctx, held)
    person = person_by_id_number(ctx, asked.id_number)
    opened = person is None
    if person is None:
        person = _open(ctx, asked)
    elif person.name != asked.name:
        raise Refused("name", _("这个身份证号已经登记，登记的姓名与填写的不同。"), field="name",
                      hint=_("请对照身份证核对姓名和身份证号；登记有误的，请学员联系系统管理员更正。"))
    known = _admission(ctx, held.id, person.id)
    if known is not None:
        ask_pull(ctx, person)
        return known
    admission = Admission(institution_id=held.id, person_id=person.id, opened_account=opened, admitted_at=ctx.now,
                          person=person)
    person.portal_opened_at = person.portal_opened_at or ctx.now
    ctx.db.add(admission)
    ctx.db.flush()
    ctx.record("cycle.admit", person.id, institution=held.name, opened=opened)
    ask_pull(ctx, person)
    return admission


def _open(ctx: Ctx, asked: AtCounter) -> Person:
    if ctx.rules().account.phone_unique and ctx.db.scalar(
            select(Person.id).where(Person.phone_mac == ctx.mac(asked.phone))) is not None:
        raise Conflict("phone_taken", _("这个手机号已经登记在另一位学员名下，请填写学员本人的手机号。"), field="phone")
    number = parse_id_number(asked.id_number, local_date(ctx.now))
    try:
        return open_person(ctx, name=asked.name, id_number=number.number, phone=asked.phone, sex=number.sex)
    except IntegrityError as error:
        ctx.rollback()
        raise Conflict("id_registered", _("这个身份证号刚刚登记过，请再提交一次。"), field="id_number") from error


def _admission(ctx: Ctx, institution_id: Id, person_id: Id) -> Admission | None:
    return ctx.db.scalar(select(Admission).where(
        Admission.institution_id == institution_id, Admission.person_id == person_id))


def admitted(ctx: Ctx, person_id: Id) -> Admission:
    """A trainee who came to the acting clerk's institution; anybody else is NotFound."""
    found = _admission(ctx, own_institution(ctx).id, person_id)
    if found is None:
        raise NotFound("trainee", _("没有找到这位学员。请在“机构报名”里重新填写姓名和身份证号。"))
    return found


def enroll(ctx: Ctx, person: Person, wanted: Sequence[tuple[Id, int]]) -> Order:
    """Enroll certificates × years: one order, for each a training fee and a textbook fee (GD-06)."""
    held = own_institution(ctx)
    fee = fee_for_enrolling(ctx, held)
    rows = service.reserve(ctx, person, wanted)
    for row in rows:
        row.institution_id = held.id
    service.enlist(ctx, person, rows)
    order = open_order(ctx, person.id, [line for row in rows for line in _lines(row, fee)],
                       end_of_year(local_date(ctx.now).year), counter_id=held.id)
    for row in rows:
        row.order_id = order.id
    ctx.db.flush()
    return order


def _lines(row: Enrollment, fee: InstitutionFee) -> list[LineWanted]:
    lines = [LineWanted(service.SUBJECT, row.id, _("培训费：%(course)s", course=service.course_title(row)),
                        fee.training_fen)]
    if fee.textbook_fen:
        lines.append(LineWanted(TEXTBOOK, row.id, _("教材费：%(post)s", post=row.post.name), fee.textbook_fen))
    return lines


def receive(ctx: Ctx, order: Order) -> None:
    """确认收款: the whole fee is received, the courses are open, and the trainee is told."""
    held = own_institution(ctx)
    take_money(ctx, order.id)
    rows = enrollments_of_order(ctx, order.id)
    assert order.payer_id is not None
    tell(ctx, admitted(ctx, order.payer_id).person, _(
        "%(institution)s已为您报名%(courses)s，费用已收，可以开始学习。", institution=held.name,
        courses="、".join(f"{row.post.name}（{row.year}{_('年度')}）" for row in rows)))


def cancel(ctx: Ctx, order: Order) -> None:
    """取消报名 before the money was received."""
    cancel_at_counter(ctx, order.id)


def refund(ctx: Ctx, order: Order, reason: str) -> None:
    """退费: the institution decides, with a reason (A.7); not for a year whose hours are on record."""
    done = [row for row in enrollments_of_order(ctx, order.id) if row.state == EnrollmentState.COMPLETED]
    if done:
        raise Refused("completed", _("%(post)s岗位%(year)s年度学时已经完成，不能退费。", post=done[0].post.name,
                                     year=done[0].year))
    give_back(ctx, order.id, reason)
