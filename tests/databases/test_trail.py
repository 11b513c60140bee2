"""The trail finds what was altered, lost or reordered (R9, C-26)."""
import pytest
from sqlalchemy import text, update

from core.base import trail
from core.base.clock import FixedClock
from core.tenancy import Ctx, Tenant, unit_of_work


def deeds(tenant: Tenant, count: int) -> None:
    with unit_of_work(tenant) as ctx:
        for number in range(count):
            ctx.record("test", number, note="字" * (number % 5))
            ctx.db.flush()


def judged(ctx: Ctx) -> trail.Verdict:
    return trail.verify(ctx.db)


def test_a_clean_trail_verifies_and_names_its_open_tail(tenant: Tenant) -> None:
    deeds(tenant, 20)
    with unit_of_work(tenant) as ctx:
        trail.seal(ctx.db, now=ctx.now)
    deeds(tenant, 3)
    with unit_of_work(tenant) as ctx:
        assert judged(ctx) == trail.Verdict(rows=23, unsealed=3, broken_at=None)


@pytest.mark.parametrize(("statement", "found"), [
    ("update trail set subject = 'x' where seq = 7", "trail 7"),
    ("delete from trail where seq = 7", "seal 1"),
    ("update trail set seq = seq + 100 where seq = 3", "seal 1"),
    ("update trail_seal set root = before where seq = 1", "seal 1"),
    ("update trail set subject = 'x' where seq = 22", "trail 22"),
])
def test_a_touched_row_is_named(national: Tenant, statement: str, found: str) -> None:
    deeds(national, 20)
    with unit_of_work(national) as ctx:
        trail.seal(ctx.db, now=ctx.now)
    deeds(national, 3)
    with unit_of_work(national) as ctx:
        ctx.db.execute(text(statement))
    with unit_of_work(national) as ctx:
        assert judged(ctx).broken_at == found


def sealed_now(tenant: Tenant) -> int:
    """Seal once; how many rows the seal holds."""
    with unit_of_work(tenant) as ctx:
        made = trail.seal(ctx.db, now=ctx.now)
        return made.rows if made else 0


def standing(tenant: Tenant) -> trail.Verdict:
    with unit_of_work(tenant) as ctx:
        return judged(ctx)


def put_in(tenant: Tenant, number: int, **values: object) -> None:
    """A row with a number of its own choice."""
    with unit_of_work(tenant) as ctx:
        ctx.record("test", number)
        ctx.db.flush()
        ctx.db.execute(update(trail.TrailRow).where(trail.TrailRow.subject == str(number)).values(seq=number, **values))


def test_a_row_committed_after_a_higher_number_was_sealed(national: Tenant) -> None:
    """Two requests at once: the first to get a number is the last to commit. An honest row is never called touched."""
    if national.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    deeds(national, 5)
    with unit_of_work(national) as slow:
        slow.record("test", "slow")
        slow.db.flush()
        deeds(national, 2)
        assert sealed_now(national) == 7
    assert standing(national) == trail.Verdict(rows=8, unsealed=1, broken_at=None)
    deeds(national, 1)
    assert sealed_now(national) == 2 and sealed_now(national) == 0
    assert standing(national) == trail.Verdict(rows=9, unsealed=0, broken_at=None)


def late(tenant: Tenant, number: int = 42, **values: object) -> None:
    """Rows 1 to 5 and 50 are sealed, then there is one more."""
    deeds(tenant, 5)
    put_in(tenant, 50)
    assert sealed_now(tenant) == 6
    put_in(tenant, number, **values)


def test_a_late_row_is_sealed_once(national: Tenant) -> None:
    late(national)
    assert standing(national) == trail.Verdict(rows=7, unsealed=1, broken_at=None)
    assert sealed_now(national) == 1 and sealed_now(national) == 0
    assert standing(national) == trail.Verdict(rows=7, unsealed=0, broken_at=None)


def test_a_late_row_that_was_touched_is_named(national: Tenant) -> None:
    late(national, detail={"forged": True})
    assert standing(national).broken_at == "trail 42"
    assert sealed_now(national) == 1 and standing(national).broken_at == "trail 42"


def test_a_late_row_that_is_gone_again_is_named(national: Tenant) -> None:
    late(national)
    assert sealed_now(national) == 1
    with unit_of_work(national) as ctx:
        ctx.db.execute(text("delete from trail where seq = 42"))
    assert standing(national).broken_at == "seal 2"


def test_a_row_put_in_hours_behind_the_sealing_is_named(national: Tenant, clock: FixedClock) -> None:
    """R9: it is never sealed, and named for ever."""
    deeds(national, 5)
    put_in(national, 50)
    assert sealed_now(national) == 6
    clock.advance(hours=1)
    put_in(national, 60)
    assert sealed_now(national) == 1
    put_in(national, 42)
    for _look in range(2):
        assert standing(national).broken_at == "trail 42"
        assert sealed_now(national) == 0
