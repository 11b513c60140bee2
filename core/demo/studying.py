"""Trainees of the demonstration who are under way: enrolled, and with hours that were really beaten for.

Nothing is written into the ledger by hand: the same service judges the same beats, only at moments that have passed,
so that `jianxue hours recompute` finds the demonstration as clean as any other tenant.
"""
import io
from dataclasses import replace
from datetime import datetime, timedelta

from PIL import Image, ImageDraw
from sqlalchemy import select

from core.base.db import Id
from core.base.errors import NotFound
from core.course.service import beat, open_lease
from core.cycle import Enrollment, choose, submit
from core.cycle.counter import AtCounter, admit, enroll, receive
from core.demo.cast import Cast, DemoStudy, DemoTrainee
from core.identity import Account, IdScan, Person, Side, account_of, person_by_id_number, scans_of
from core.organization import Organization
from core.registry import Certificate, certificates_of
from core.tenancy import Actor, Ctx, Role, Tenant, unit_of_work

STEP = timedelta(seconds=6)


def study_beforehand(tenant: Tenant, cast: Cast, trainee: DemoTrainee, wanted: DemoStudy) -> None:
    """Enroll, and learn as many whole lessons as fit into `wanted.hours`, evenly spread over the days since.

    A person who is enrolled already is left alone: the demonstration was filled before.
    """
    quiet = without_camera(tenant)
    began = tenant.clock.now() - timedelta(days=wanted.days)
    with unit_of_work(quiet, now=began) as ctx:
        person = person_by_id_number(ctx, trainee.id_number)
        assert person is not None
        held, year = _certificate(ctx, person, wanted), wanted.year or ctx.now.year
        if ctx.db.scalar(select(Enrollment.id).where(Enrollment.certificate_id == held.id, Enrollment.year == year)):
            return
        actor = actor_of(ctx, person)
        if wanted.hours:
            _put_in_order(ctx, person)
        if wanted.institution:
            _enroll_at_counter(ctx, cast, person, held, year, wanted.institution)
        else:
            ctx.actor = actor
            choose(ctx, person, [(held.id, year)])
            submit(ctx, person)
        enrollment_id = ctx.db.scalars(select(Enrollment.id).where(
            Enrollment.certificate_id == held.id, Enrollment.year == year)).one()
    lessons = wanted.hours // 2
    for number in range(lessons):
        learn_lesson(quiet, actor, enrollment_id, began + (number + 1) * timedelta(days=wanted.days) / (lessons + 1))
    with unit_of_work(quiet) as ctx:
        # Whoever plays this trainee uploads their own face, and can study on.
        person = person_by_id_number(ctx, trainee.id_number)
        assert person is not None
        person.photo_key = person.photo_at = None


def without_camera(tenant: Tenant) -> Tenant:
    """The same tenant, asking for no face: nobody sits before a camera here, and no picture is made up."""
    rule_set = tenant.file.rule_set
    rules = replace(rule_set.rules, presence=replace(rule_set.rules.presence, required=False))
    return replace(tenant, file=replace(tenant.file, rule_set=replace(rule_set, rules=rules)))


def _certificate(ctx: Ctx, person: Person, wanted: DemoStudy) -> Certificate:
    held = next((one for one in certificates_of(ctx, person) if one.number == wanted.certificate), None)
    if held is None:
        raise NotFound("demo_certificate", f"{person.name} has no certificate {wanted.certificate}")
    return held


def actor_of(ctx: Ctx, person: Person) -> Actor:
    return Actor(account_of(ctx, person).id, person.id, person.name, frozenset({Role.TRAINEE}))


def _enroll_at_counter(ctx: Ctx, cast: Cast, person: Person, held: Certificate, year: int, name: str) -> None:
    """As the institution's clerk does it: the trainee stands there, the fee is paid (GD-04, GD-06)."""
    institution = ctx.db.scalars(select(Organization).where(Organization.name == name)).one()
    username = next(one.username for one in cast.staff if one.institution == name)
    clerk = ctx.db.scalars(select(Account).where(Account.username == username)).one()
    ctx.actor = Actor(clerk.id, None, clerk.display_name, frozenset({Role.INSTITUTION}), institution.id)
    admit(ctx, AtCounter(person.name, person.id_number, person.phone))
    receive(ctx, enroll(ctx, person, [(held.id, year)]))


def _put_in_order(ctx: Ctx, person: Person) -> None:
    """What is asked for before the first study (GD-09, BJ-06), in drawings instead of pictures."""
    if person.photo_key is None:
        person.photo_key, person.photo_at = ctx.blobs.put(_drawing(295, 413), "photo"), ctx.now
    person.phone_confirmed_at = person.phone_confirmed_at or ctx.now
    person.profile_saved_at = person.profile_saved_at or ctx.now
    person.portal_opened_at = person.portal_opened_at or ctx.now
    if ctx.rules().account.id_scans and not scans_of(ctx, person):
        ctx.db.add_all(IdScan(person_id=person.id, side=side, scan_key=ctx.blobs.put(_drawing(856, 540), "scan"),
                              uploaded_at=ctx.now) for side in Side)
    ctx.db.flush()


def _drawing(width: int, height: int) -> bytes:
    """A head and shoulders on a white ground: nobody's."""
    image = Image.new("RGB", (width, height), "white")
    draw, middle, radius = ImageDraw.Draw(image), width // 2, min(width, height) // 5
    draw.ellipse((middle - 2 * radius, height - 2 * radius, middle + 2 * radius, height + 2 * radius), fill="#9aa7b8")
    draw.ellipse((middle - radius, height // 3 - radius, middle + radius, height // 3 + radius), fill="#9aa7b8")
    buffer = io.BytesIO()
    image.save(buffer, "JPEG")
    return buffer.getvalue()


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
