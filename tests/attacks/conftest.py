"""A learner's session in the hands of a script, at the demo's pace; after each attack the ledger must stand."""
from collections.abc import Callable, Iterator

import pytest

from core.audit.models import AuditCase
from core.audit.risk import Sign, judge
from core.audit.signs import seen_of
from core.course import progress_of_enrollment, recompute, verify_hours
from core.course.queries import millis, pace
from core.tenancy import Tenant, bound, unit_of_work
from tests.attacks.referee import Referee
from tests.attacks.script import Script, script
from tests.course.conftest import Learner, ask_for_presence, attest, config, directory, learner_of

__all__ = ["config", "directory", "learner_of"]

LESSON_HOURS = 2


def referee_of(learner: Learner, general: int = 10, professional: int = 22) -> Referee:
    """Counts for one enrollment at the pace of its tenant."""
    with unit_of_work(learner.tenant) as ctx:
        lengths = pace(ctx)
        hours = lengths.slots_per_hour
        rules = ctx.rules()
    return Referee(lengths, {"general": general * hours, "professional": professional * hours}, LESSON_HOURS * hours,
                   LESSON_HOURS * lengths.hour_ms + 300, millis(learner.clock.now()),
                   1000 * rules.hours.gap_seconds, rules.hours.gap_percent, rules.presence.snapshot_misses)


def assert_ledger_stands(one: Script) -> None:
    """The ledger holds what the referee counted, and its evidence says the same."""
    with unit_of_work(one.tenant) as ctx:
        found = progress_of_enrollment(ctx, one.enrollment)
        assert found.general_slots == one.referee.learned("general")
        assert found.professional_slots == one.referee.learned("professional")
        assert recompute(ctx).differences == ()
    with bound(one.tenant), one.tenant.session(write=False) as session:
        assert verify_hours(session).findings == ()


def prove_face(one: Script, minutes: float = 120) -> None:
    """From here on the tenant asks for presence (N-34), and this learner has passed the face check."""
    ask_for_presence(one.tenant, True)
    attest(one.tenant, one.who, one.enrollment, minutes)
    one.referee.proven(one.now, one.now + round(minutes * 60_000))


def signs_of(one: Script) -> set[Sign]:
    """What the auditor would be told to look at."""
    with unit_of_work(one.tenant) as ctx:
        return {hint.sign for hint in judge(seen_of(ctx, AuditCase(
            person_id=one.who.person_id, enrollment_id=one.enrollment)))}


@pytest.fixture
def script_of(learner_of: Callable[..., Learner]) -> Iterator[Callable[..., Script]]:
    """`script_of(tenant, serial=1, …)`: an attacker with a session of that learner."""
    made: list[Script] = []

    def make(tenant: Tenant, serial: int = 1, **enrollment: int) -> Script:
        learner = learner_of(tenant, serial, **enrollment)
        made.append(script(learner, referee_of(learner)))
        return made[-1]

    yield make
    for one in made:
        assert_ledger_stands(one)
