"""Trainees of the demonstration who are under way: enrolled, and with hours that were really beaten for.

Nothing is written into the ledger by hand: the same service judges the same beats, only at moments that have passed,
so that `jianxue hours recompute` finds the demonstration as clean as any other tenant.
"""
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from core.base.db import Id
from core.base.errors import NotFound
from core.course.service import beat, open_lease
from core.cycle import Enrollment, choose, submit
from core.demo.cast import DemoStudy, DemoTrainee
from core.identity import Person, account_of, person_by_id_number
from core.registry import certificates_of
from core.tenancy import Actor, Ctx, Role, Tenant, unit_of_work

STEP = timedelta(seconds=6)


def study_beforehand(tenant: Tenant, trainee: DemoTrainee, wanted: DemoStudy) -> None:
    """Enroll and learn as many whole lessons as fit into `wanted.hours`, evenly spread over the days since."""
    quiet = without_camera(tenant)
    began = tenant.clock.now() - timedelta(days=wanted.days)
    with unit_of_work(quiet, now=began) as ctx:
        person = person_by_id_number(ctx, trainee.id_number)
        assert person is not None
        actor = actor_of(ctx, person)
        ctx.actor = actor
        enrollment_id = _enroll(ctx, person, wanted)
    if enrollment_id is None:
        return
    lessons = wanted.hours // 2
    for number in range(lessons):
        learn_lesson(quiet, actor, enrollment_id, began + (number + 1) * timedelta(days=wanted.days) / (lessons + 1))


def without_camera(tenant: Tenant) -> Tenant:
    """The same tenant, asking for no face: nobody sits before a camera here, and no picture is made up."""
    rule_set = tenant.file.rule_set
    rules = replace(rule_set.rules, presence=replace(rule_set.rules.presence, required=False))
    return replace(tenant, file=replace(tenant.file, rule_set=replace(rule_set, rules=rules)))


def actor_of(ctx: Ctx, person: Person) -> Actor:
    return Actor(account_of(ctx, person).id, person.id, person.name, frozenset({Role.TRAINEE}))


def _enroll(ctx: Ctx, person: Person, wanted: DemoStudy) -> Id | None:
    """None when the person is enrolled already: the demonstration was filled before."""
    year = wanted.year or ctx.now.year
    held = next((one for one in certificates_of(ctx, person) if one.number == wanted.certificate), None)
    if held is None:
        raise NotFound("demo_certificate", f"{person.name} has no certificate {wanted.certificate}")
    if ctx.db.scalar(select(Enrollment.id).where(Enrollment.certificate_id == held.id, Enrollment.year == year)):
        return None
    [row] = choose(ctx, person, [(held.id, year)])
    submit(ctx, person)
    return row.id


def learn_lesson(tenant: Tenant, actor: Actor, enrollment_id: Id, at: datetime) -> None:
    """One lesson from where it stands to its end."""
    with unit_of_work(tenant, actor, now=at) as ctx:
        opened = open_lease(ctx, enrollment_id)
        token, position = opened.token, opened.state.resume_ms
        while True:
            answer = beat(ctx, token, position, True)
            if answer.learned is not None or position > 10 * opened.lesson.duration_ms:
                return
            token = answer.token
            ctx.now += STEP
            position += round(STEP.total_seconds() * 1000)
