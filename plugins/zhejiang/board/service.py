"""Looking at all employees of an enterprise, who joins and leaves, reminders (C-19)."""
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select, update

from core.api import Conflict, Ctx, Refused, local_date
from core.api.messages import send_to_phone, tell_person
from core.api.organization import post_names
from core.api.people import card_of, listed, registered
from core.api.standings import (
    HeldStanding,
    StudyStanding,
    certificates_of_many,
    studies_of,
)
from core.api.store import Id, new_id

from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.batch.states import CandidateState, Mode
from plugins.zhejiang.board.models import BoardRow, Employee
from plugins.zhejiang.board.rules import Known, standing
from plugins.zhejiang.board.states import Standing
from plugins.zhejiang.board.texts import reminder
from plugins.zhejiang.enterprise.models import Enterprise
from plugins.zhejiang.settings import rules_of

PLACES: Mapping[Standing, int] = {one: place for place, one in enumerate(Standing)}
LOOK = "zj.board.look"
Key = tuple[Id, Id, int]
"""Person, post, year."""


def ask_look(ctx: Ctx, enterprise_id: Id) -> None:
    """Have the board written anew behind the request; asked twice within a minute, once."""
    minute = int(ctx.now.timestamp()) // 60
    ctx.enqueue(LOOK, {"enterprise": str(enterprise_id)}, key=f"{LOOK}:{enterprise_id}:{minute}")


def look(ctx: Ctx, enterprise: Enterprise) -> int:
    """Write the board of an enterprise anew; returns how many rows it has."""
    today = local_date(ctx.now)
    _take_up(ctx, enterprise, today)
    here = {one.person_id: one.id for one in ctx.db.execute(select(Employee.id, Employee.person_id).where(
        Employee.enterprise_id == enterprise.id, Employee.left_on.is_(None)))}
    names = post_names(ctx)
    old = {(one.employee_id, one.post_id, one.year): one.id for one in ctx.db.execute(
        select(BoardRow.id, BoardRow.employee_id, BoardRow.post_id, BoardRow.year).where(
            BoardRow.enterprise_id == enterprise.id))}
    rows = []
    for (person_id, post_id, year), (known, enrollment_id) in _known(ctx, enterprise, list(here), today).items():
        found, reason = standing(known, today, rules_of(ctx).risk_hours_a_day)
        employee_id = here[person_id]
        rows.append({
            "id": old.get((employee_id, post_id, year)) or new_id(), "enterprise_id": enterprise.id,
            "employee_id": employee_id, "post_id": post_id, "post": names[post_id], "year": year,
            "standing": found.value, "reason": reason.value, "place": PLACES[found], "hours_done": known.hours_done,
            "hours_due": known.hours_due, "enrollment_id": enrollment_id, "looked_at": ctx.now})
    ctx.db.execute(delete(BoardRow).where(BoardRow.enterprise_id == enterprise.id))
    if rows:
        ctx.db.execute(insert(BoardRow), rows)
    ctx.db.flush()
    return len(rows)


def _take_up(ctx: Ctx, enterprise: Enterprise, today: date) -> None:
    """Whoever a batch enrolled is an employee, unless a clerk said since that they have left."""
    entered: dict[Id, date] = {}
    for person_id, at in ctx.db.execute(select(Candidate.person_id, Candidate.entered_at).where(
            Candidate.enterprise_id == enterprise.id, Candidate.state != CandidateState.CANCELLED)):
        entered[person_id] = max(entered.get(person_id, date.min), local_date(at))
    for person_id, left_on in ctx.db.execute(select(Employee.person_id, Employee.left_on).where(
            Employee.enterprise_id == enterprise.id)):
        if left_on is None or left_on >= entered.get(person_id, date.min):
            entered.pop(person_id, None)
    _add(ctx, enterprise, list(entered), today)


def _add(ctx: Ctx, enterprise: Enterprise, people: Sequence[Id], today: date) -> None:
    found = listed(ctx, people)
    ctx.db.add_all([Employee(enterprise_id=enterprise.id, person_id=person_id, name=one.name, name_mac=one.name_mac,
                             id_mac=one.id_mac, id_shown=one.id_shown, joined_on=today)
                    for person_id, one in found.items()])
    ctx.db.flush()


@dataclass(frozen=True)
class _Entered:
    state: CandidateState
    first_time: bool


def _known(ctx: Ctx, enterprise: Enterprise, people: Sequence[Id],
           today: date) -> Mapping[Key, tuple[Known, Id | None]]:
    """This year and what is left of the last one, of every post that an employee is enrolled for or holds."""
    years = (today.year - 1, today.year)
    entered = dict(_entered(ctx, enterprise, set(people), years))
    studies = {(one.person_id, one.post_id, one.year): one for one in studies_of(ctx, people, years)}
    held = {(person_id, post_id): one for person_id, found in certificates_of_many(ctx, people).items()
            for post_id, one in _newest(found).items()}
    keys = entered.keys() | studies.keys() | {(person_id, post_id, today.year) for person_id, post_id in held}
    return {key: (_one(key, entered.get(key), studies.get(key), held.get(key[:2])),
                  studies[key].enrollment_id if key in studies else None) for key in keys}


def _entered(ctx: Ctx, enterprise: Enterprise, people: set[Id],
             years: Sequence[int]) -> Iterator[tuple[Key, _Entered]]:
    for row in ctx.db.execute(select(Candidate.person_id, Candidate.post_id, Candidate.year, Candidate.state,
                                     Candidate.mode).where(
            Candidate.enterprise_id == enterprise.id, Candidate.year.in_(years),
            Candidate.state != CandidateState.CANCELLED)):
        if row.person_id in people:
            yield ((row.person_id, row.post_id, row.year),
                   _Entered(CandidateState(row.state), row.mode != Mode.CONTINUING))


def _newest(found: Sequence[HeldStanding]) -> dict[Id, HeldStanding]:
    """The certificate of each post that stands for it: a voided one only says that another took its place."""
    return {one.post_id: one for one in found if one.status != "void"}


def _one(key: Key, entered: _Entered | None, study: StudyStanding | None, held: HeldStanding | None) -> Known:
    first_time = entered is not None and entered.first_time
    known = Known(year=key[2], candidate=entered.state if entered else None, first_time=first_time,
                  certificate=held.status.value if held else "")
    if study is None:
        return known
    return Known(
        year=key[2], candidate=known.candidate, study=True, certificate=known.certificate, first_time=first_time,
        opened_on=local_date(study.opened_at) if study.opened_at else None, hours_done=study.hours_done,
        hours_due=study.hours_due, audit=study.audit.value if study.audit else "", completed=study.completed)


def join(ctx: Ctx, enterprise: Enterprise, name: str, id_number: str) -> Employee:
    """入职: somebody who is registered already. Refused without saying which of the two is wrong."""
    person_id = registered(ctx, name, id_number)
    if person_id is None:
        raise Refused("no_such_person", _("没有找到姓名和身份证号都相符的学员。"), field="id_number",
                      hint=_("请对照身份证核对。还没有账号的职工，请在“学员报名”里用报名汇总表报名。"))
    elsewhere = ctx.db.scalar(select(Employee).where(Employee.person_id == person_id, Employee.left_on.is_(None)))
    if elsewhere is not None and elsewhere.enterprise_id != enterprise.id:
        raise Conflict("works_elsewhere", _("这位学员还在另一家单位的职工名单里。"), field="id_number",
                       hint=_("请原单位先办理离职；原单位不办理的，请联系属地主管部门。"))
    if elsewhere is not None:
        raise Conflict("works_here", _("“%(name)s”已经在职工名单里。", name=elsewhere.name), field="id_number")
    _add(ctx, enterprise, [person_id], local_date(ctx.now))
    ctx.record("zhejiang.employee_joined", person_id, enterprise=str(enterprise.id))
    return ctx.db.scalars(select(Employee).where(Employee.person_id == person_id, Employee.left_on.is_(None))).one()


def leave(ctx: Ctx, employee: Employee) -> None:
    """离职: off the board; what was enrolled goes on, and the person keeps account, hours and certificates."""
    employee.left_on = local_date(ctx.now)
    ctx.db.execute(delete(BoardRow).where(BoardRow.employee_id == employee.id))
    ctx.record("zhejiang.employee_left", employee.person_id, enterprise=str(employee.enterprise_id))


def come_back(ctx: Ctx, employee: Employee) -> None:
    """Undo a 离职. Conflict when another enterprise has taken the person on since."""
    taken = ctx.db.scalar(select(Employee.id).where(Employee.person_id == employee.person_id,
                                                    Employee.left_on.is_(None)))
    if taken is not None:
        raise Conflict("works_elsewhere", _("“%(name)s”已在职工名单里，或已到另一家单位。", name=employee.name))
    ctx.db.execute(update(Employee).where(Employee.id == employee.id).values(left_on=None))
    ctx.record("zhejiang.employee_back", employee.person_id, enterprise=str(employee.enterprise_id))


def may_remind(row: BoardRow) -> bool:
    """Whether there is something that the trainee can do."""
    return reminder(row, "") is not None


def remind(ctx: Ctx, row: BoardRow, enterprise_name: str) -> None:
    """An SMS and a message that says what to do; the same person once a day."""
    said = reminder(row, enterprise_name)
    if said is None:
        raise Refused("nothing_to_remind", _("“%(name)s”现在没有需要本人办理的事项。", name=row.employee.name))
    person_id = row.employee.person_id
    day = local_date(ctx.now)
    send_to_phone(ctx, card_of(ctx, person_id).phone, said, about="zj_reminder", person_id=person_id,
                  key=f"zj.remind:{row.enterprise_id}:{person_id}:{row.post_id}:{day}")
    tell_person(ctx, person_id, said)
