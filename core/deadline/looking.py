"""The daily look: the forecast is written anew, and who has to hurry is reminded, once a stage (C-20)."""
import logging
from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import aliased

from core.base.clock import local_date
from core.base.db import Id
from core.base.errors import DomainError
from core.deadline.models import DeadlineOutlook
from core.deadline.queries import Standpoint, institution_of, outlook_of, standpoints_of
from core.deadline.rules import Counts, Standing, stage_due
from core.deadline.words import STEP_WORDS
from core.identity import Person, person_of
from core.notification import send_sms
from core.registry import Certificate, Kind
from core.tenancy import Ctx
from core.web.filters import day

log = logging.getLogger("jianxue.jobs")

LOOK = "deadline.look"
BATCH = 25
GAP = timedelta(seconds=5)
"""25 people every 5 s: a province's reminders never stand before the codes of who is signing in just then."""


def begin(ctx: Ctx, round_key: str) -> int:
    """Divide everybody with a certificate on paper into batches; the same round twice is the same batches.

    Without the rule `deadline.ends` there is nothing to look at. Returns the number of batches.
    """
    newer = aliased(Certificate)
    candidates = select(Certificate.id).outerjoin(newer, newer.replaces_id == Certificate.id).where(
        Certificate.kind == Kind.PAPER, newer.id.is_(None))
    if not ctx.rules().deadline.ends:
        ctx.db.execute(delete(DeadlineOutlook))
        return 0
    ctx.db.execute(delete(DeadlineOutlook).where(DeadlineOutlook.certificate_id.not_in(candidates)))
    people = list(ctx.db.scalars(select(Certificate.person_id).where(Certificate.id.in_(candidates))
                                 .group_by(Certificate.person_id).order_by(Certificate.person_id)))
    batches = [people[start:start + BATCH] for start in range(0, len(people), BATCH)]
    for number, batch in enumerate(batches):
        ctx.enqueue(LOOK, {"people": [str(one) for one in batch]}, key=f"{LOOK}:{round_key}:{number}",
                    not_before=ctx.now + number * GAP)
    return len(batches)


def look(ctx: Ctx, people: Sequence[Id]) -> None:
    """Forecast and remind these people; done twice it changes nothing and says nothing twice.

    Where a province's answer fails for one of them, the others are looked at all the same; tomorrow is another look.
    """
    for person_id in people:
        try:
            _look_at(ctx, person_of(ctx, person_id))
        except DomainError as error:
            log.warning("%s: %s not looked at: %s", ctx.tenant.slug, person_id, error)


def _look_at(ctx: Ctx, person: Person) -> None:
    points = [point for point in standpoints_of(ctx, person) if point.verdict.standing is not Standing.DONE]
    ctx.db.execute(delete(DeadlineOutlook).where(DeadlineOutlook.person_id == person.id))
    ctx.db.add_all(_outlook(ctx, point) for point in points)
    ctx.db.flush()
    remind(ctx, person, points)


def _outlook(ctx: Ctx, point: Standpoint) -> DeadlineOutlook:
    found = outlook_of(ctx, point)
    missing = point.reached.missing
    last = point.verdict.last_day
    assert last is not None
    return DeadlineOutlook(
        certificate_id=point.held.id, person_id=point.held.person_id, post=point.held.post.name,
        institution=institution_of(ctx, point), outlook=found.outlook, misses=found.misses,
        missing=missing[0] if missing else "", ends_on=last,
        finish_on=found.finish, hours_left=point.work.hours_left, hours_a_day=point.work.hours_a_day,
        looked_at=ctx.now)


def remind(ctx: Ctx, person: Person, points: Sequence[Standpoint]) -> int:
    """One message for each end and stage that a person still has to meet; who has done what counts gets none."""
    rules, sent = ctx.rules().deadline, 0
    urgent = [point for point in points if point.verdict.running and point.verdict.counted_at is None]
    ends: dict[date, list[Standpoint]] = {}
    for point in urgent:
        if point.verdict.last_day is not None:
            ends.setdefault(point.verdict.last_day, []).append(point)
    for last, concerned in ends.items():
        left = (last - local_date(ctx.now)).days
        stage = stage_due(left, rules.reminder_days)
        if stage is not None:
            send_sms(ctx, person, "deadline_reminder_sms", key=f"deadline:{person.id}:{last}:{stage}",
                     name=person.name, posts="、".join(dict.fromkeys(point.held.post.name for point in concerned)),
                     day=day(last), days=left, missing=_missing(concerned))
            sent += 1
    return sent


def _missing(points: Sequence[Standpoint]) -> str:
    """What is still to be done, in the order of the steps: 学完剩余12学时、考核合格、…"""
    steps = {step for point in points for step in point.reached.missing}
    words = []
    for step in (step for step in Counts if step in steps):
        if step is Counts.HOURS:
            owed = sum(point.work.hours_left for point in points)
            words.append(_("学完剩余%(hours)s学时", hours=f"{owed:g}" if owed == int(owed) else f"{owed:.1f}"))
        else:
            words.append(str(STEP_WORDS[step]))
    return "、".join(words)
