"""The trail finds what was altered, lost or reordered (R9, C-26)."""
import pytest
from sqlalchemy import text

from core.base import trail
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
