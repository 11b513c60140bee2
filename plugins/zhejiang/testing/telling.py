"""Candidates hear of their test by SMS and in the portal (ZJ-28)."""
from collections.abc import Sequence
from datetime import timedelta

from core.api import Ctx
from core.api.messages import send_to_phone, tell_person
from core.api.organization import post_names
from core.api.people import cards_of

from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.settings import rules_of
from plugins.zhejiang.testing import texts
from plugins.zhejiang.testing.models import TestPlan, TestSeat


REMIND_JOB = "zj.test_near"
_DAY = timedelta(days=1)


def near_later(ctx: Ctx, plan: TestPlan) -> None:
    """A day before the test, where that is still to come."""
    if plan.starts_at - ctx.now > _DAY:
        at = plan.starts_at.isoformat()
        ctx.enqueue(REMIND_JOB, {"plan": str(plan.id), "at": at}, key=f"{REMIND_JOB}:{plan.id}:{at}",
                    not_before=plan.starts_at - _DAY)


def near(ctx: Ctx, plan: TestPlan, seats: Sequence[TestSeat]) -> None:
    """Everybody who has a seat, once more."""
    plan.turn += 1
    of_seats(ctx, plan, seats, texts.NEAR)


def of_seats(ctx: Ctx, plan: TestPlan, seats: Sequence[TestSeat], text: str) -> None:
    """Where and when each of these candidates sits."""
    _tell(ctx, plan, [(seat.candidate, str(seat.number)) for seat in seats if seat.candidate is not None], text)


def called_off(ctx: Ctx, plan: TestPlan, candidates: Sequence[Candidate], reason: str) -> None:
    """The test is not held for them."""
    _tell(ctx, plan, [(one, "") for one in candidates], texts.CANCELLED, reason)


def _tell(ctx: Ctx, plan: TestPlan, told: Sequence[tuple[Candidate, str]], text: str, reason: str = "") -> None:
    posts, minutes = post_names(ctx), rules_of(ctx).admission_minutes
    cards = cards_of(ctx, {one.person_id for one, _seat in told})
    for one, seat in told:
        card = cards[one.person_id]
        said = text.format(name=card.name, post=posts[one.post_id], time=texts.moment(plan.starts_at),
                           place=plan.place, room=plan.room, seat=seat, minutes=minutes, reason=reason)
        send_to_phone(ctx, card.phone, said, about="zj_test", person_id=one.person_id,
                      key=f"zj_test:{plan.id}:{plan.turn}:{one.id}:{seat}")
        tell_person(ctx, one.person_id, said)
