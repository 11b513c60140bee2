"""Choosing certificate × year, submitting it, opening it when it is paid, giving it up (N-18 … N-27, A.7)."""
from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.base.clock import local_date
from core.base.db import Id
from core.base.errors import Conflict, NotFound, Problem, Refused, refuse_all
from core.cycle import queries, rules
from core.cycle.models import Enrollment
from core.cycle.rules import Due
from core.cycle.states import EnrollmentState, may_move
from core.cycle.told import EnrollmentCancelled, EnrollmentOpened, HoursDueChanged
from core.extension import hooks
from core.identity import Person, person_of
from core.notification import tell
from core.payment import LineWanted, Order, end_of_year, open_order, settle_free_order
from core.registry import certificate, certificate_facts
from core.tenancy import Ctx

SUBJECT = "enrollment"
CONTINUING_TITLE = "继教-施工现场管理人员继续教育培训"
FIRST_TITLE = "施工现场专业人员职业培训"
MOST_AT_ONCE = 20


def choose(ctx: Ctx, person: Person, wanted: Sequence[tuple[Id, int]]) -> list[Enrollment]:
    """Put certificates × years into the cart, in the order given (N-24); all or none.

    NotFound for somebody else's certificate, Refused with a sentence for each that cannot be had.
    """
    rows = reserve(ctx, person, wanted)
    path = queries.order_path(ctx, person.id)
    if not path.self_enrollment:
        raise Refused("enrolled_by_others", path.sentence, field="choice")
    return rows


def reserve(ctx: Ctx, person: Person, wanted: Sequence[tuple[Id, int]], *, judged: bool = False) -> list[Enrollment]:
    """The same for whoever enrolls: every certificate × year is judged, unless it was `judged` in this transaction,
    and is taken from now on."""
    if not wanted:
        raise Refused("nothing_chosen", _("请至少选择一本证书和一个培训周期。"), field="choice")
    if len(wanted) > MOST_AT_ONCE:
        raise Refused("too_many", _("一次最多选择 %(most)s 项。", most=MOST_AT_ONCE), field="choice")
    made: list[Enrollment] = []
    kind = ctx.rules().cycle.kinds[0]
    for certificate_id, year in dict.fromkeys(wanted):
        held = certificate(ctx, certificate_id, person=person)
        if not judged:
            refuse_all(hooks(ctx).check_eligibility(certificate_facts(ctx, held, person), year))
        row = Enrollment(person_id=person.id, certificate_id=held.id, post_id=held.post_id, post=held.post,
                         certificate=held, year=year, kind=kind, general_hours_due=ctx.rules().hours.general,
                         professional_hours_due=ctx.rules().hours.professional, turn=len(made),
                         enrolled_at=ctx.now)
        taken = Conflict("taken", _("%(post)s岗位%(year)s年度已经报名或已在购物车中，不需要重复选择。",
                                    post=held.post.name, year=year))
        ctx.db.add(row)
        try:
            ctx.db.flush()
        except IntegrityError:
            raise taken from None
        made.append(row)
    return made


def drop_choice(ctx: Ctx, person_id: Id, enrollment_id: Id) -> None:
    """Take one choice out of the cart."""
    row = ctx.db.get(Enrollment, enrollment_id)
    if row is None or row.person_id != person_id or row.state != EnrollmentState.CHOSEN:
        raise NotFound("choice", _("购物车里没有这一项，可能已经提交或移除。"))
    ctx.db.delete(row)
    ctx.db.flush()


def submit(ctx: Ctx, person: Person) -> Order | None:
    """Submit what is in the cart: one order with a line each (N-27), None where others pay (X-10).

    Everything is checked again, since the cart may be older than the year.
    """
    _lock(ctx, person.id)
    chosen = queries.enrollments_of(ctx, person.id, chosen=True)
    if not chosen:
        raise Refused("cart_empty", _("购物车是空的。请先选择证书和培训周期。"))
    problems: list[Problem] = []
    for row in chosen:
        assert row.certificate is not None, "a cart holds certificates"
        problems += hooks(ctx).check_eligibility(certificate_facts(ctx, row.certificate, person), row.year)
    refuse_all(problems)
    enlist(ctx, person, chosen)
    paths = [hooks(ctx).resolve_order_path(queries.enrollment_facts(ctx, row)) for row in chosen]
    own = [row for row, path in zip(chosen, paths, strict=True) if path.self_service]
    order = _order(ctx, person, own) if own else None
    open_now(ctx, person, [row for row in chosen if row not in own])
    return order


def enlist(ctx: Ctx, person: Person, chosen: Sequence[Enrollment]) -> None:
    """What was chosen is enrolled now, in this order (N-24), with the hours that each owes (N-25)."""
    for turn, row in enumerate(chosen):
        row.enrolled_at, row.turn, row.state = ctx.now, turn, EnrollmentState.ORDERED
    ctx.db.flush()
    for year in {row.year for row in chosen}:
        _assign(ctx, person, year, silent={row.id for row in chosen})
    for row in chosen:
        ctx.record("cycle.enroll", row.id, year=row.year, post=row.post.name, general=row.general_hours_due)


def submit_unpaid(ctx: Ctx, person: Person, chosen: Sequence[Enrollment]) -> bool:
    """Where others pay for all that was chosen (X-10), a cart has nothing to show: it is submitted at once."""
    paths = [hooks(ctx).resolve_order_path(queries.enrollment_facts(ctx, row)) for row in chosen]
    if any(path.self_service for path in paths):
        return False
    submit(ctx, person)
    return True


def _order(ctx: Ctx, person: Person, rows: Sequence[Enrollment]) -> Order:
    fen = ctx.rules().payment.continuing_fen
    lines = [LineWanted(SUBJECT, row.id, course_title(row), fen) for row in rows]
    # The window of every offered cycle closes with the running year, the current cycle itself (A.7).
    order = open_order(ctx, person.id, lines, end_of_year(local_date(ctx.now).year))
    for row in rows:
        row.order_id = order.id
    ctx.db.flush()
    settle_free_order(ctx, order)
    return order


def course_title(row: Enrollment) -> str:
    """2026年继教-施工现场管理人员继续教育培训（资料员） (N-32); the first certificate's training has a name of its own."""
    return f"{row.year}年{FIRST_TITLE if row.first_time else CONTINUING_TITLE}（{row.post.name}）"


def open_paid(ctx: Ctx, order_id: Id) -> None:
    """The order's enrollments are paid for."""
    rows = [row for row in queries.enrollments_of_order(ctx, order_id) if row.state == EnrollmentState.ORDERED]
    if rows:
        open_now(ctx, person_of(ctx, rows[0].person_id), rows)


def open_now(ctx: Ctx, person: Person, rows: Iterable[Enrollment]) -> None:
    """Paid for, by whomever: the study may begin."""
    opened = list(rows)
    for row in opened:
        row.state, row.opened_at = EnrollmentState.OPEN, ctx.now
    ctx.db.flush()
    for year in {row.year for row in opened}:
        _assign(ctx, person, year)
    tell_opened(ctx, opened)


def tell_opened(ctx: Ctx, rows: Iterable[Enrollment]) -> None:
    """The flows above hear of it in this transaction."""
    for row in rows:
        ctx.publish(EnrollmentOpened(row.id))


def cancel_ordered(ctx: Ctx, order_id: Id) -> None:
    """The order is closed or its money went back: what was not completed is free to be chosen again."""
    cancel(ctx, [row for row in queries.enrollments_of_order(ctx, order_id)
                 if may_move(EnrollmentState(row.state), EnrollmentState.CANCELLED)])


def cancel(ctx: Ctx, rows: Sequence[Enrollment]) -> None:
    """Give up enrollments of one person; their year of the post is free again."""
    for row in rows:
        row.state, row.cancelled_at = EnrollmentState.CANCELLED, ctx.now
        ctx.publish(EnrollmentCancelled(row.id))
        ctx.record("cycle.cancel", row.id, year=row.year, post=row.post.name)
    ctx.db.flush()
    if rows:
        person = person_of(ctx, rows[0].person_id)
        for year in {row.year for row in rows}:
            _assign(ctx, person, year)


def complete(ctx: Ctx, enrollment_id: Id) -> None:
    """The hours have passed the audit and are on record: they change no more (N-44)."""
    _move(ctx, enrollment_id, EnrollmentState.COMPLETED)


def reopen(ctx: Ctx, enrollment_id: Id) -> None:
    """The hours were cleared after they had passed (N-45): they are owed again."""
    _move(ctx, enrollment_id, EnrollmentState.OPEN)


def _move(ctx: Ctx, enrollment_id: Id, state: EnrollmentState) -> None:
    row = queries.enrollment(ctx, enrollment_id)
    if row.state == state:
        return
    if not may_move(EnrollmentState(row.state), state):
        raise Conflict("enrollment_state", _("这项培训现在的状态不允许这样做。"))
    row.state = state
    row.completed_at = ctx.now if state is EnrollmentState.COMPLETED else None
    ctx.db.flush()


def _lock(ctx: Ctx, person_id: Id) -> None:
    ctx.db.execute(select(Person.id).where(Person.id == person_id).with_for_update())


def _assign(ctx: Ctx, person: Person, year: int, silent: set[Id] | None = None) -> None:
    """Bring the hours of a person's year up to what is live now (N-25, A.7), and tell who owes more or less."""
    _lock(ctx, person.id)
    rows = {row.id: row for row in queries.continuing_of(ctx, person.id) if row.year == year}
    changed = rules.hours_changed([queries.held(row) for row in rows.values()], queries.plan(ctx))
    for enrollment_id, due in changed.items():
        row = rows[enrollment_id]
        before = row.general_hours_due
        _write(row, due)
        if enrollment_id in (silent or ()) or before == due.general:
            continue
        tell(ctx, person, _("您的%(post)s岗位%(year)s年度%(what)s。", post=row.post.name, year=year, what=(
            _("需要学习通用课程%(hours)s学时", hours=due.general) if due.general
            else _("通用课程免学，还需学习%(hours)s学时", hours=due.total))))
        ctx.publish(HoursDueChanged(enrollment_id))
    ctx.db.flush()


def _write(row: Enrollment, due: Due) -> None:
    row.general_hours_due, row.professional_hours_due = due.general, due.professional
    why = due.exemption
    row.exemption = None if why is None else {
        "rule": why.rule, "post": why.post, "since": why.enrolled_at.isoformat(), "by": str(why.by)}
