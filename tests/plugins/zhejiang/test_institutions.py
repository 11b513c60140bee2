"""Institutions: what they offer, sanctions, the comparison page (ZJ-12 … ZJ-14, ZJ-22, ZJ-23, C-21)."""
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from core.api.organization import Announcement, Mode, announce, institutions_offering, offer_in_force, withdraw
from core.base.clock import local_date
from core.base.db import Id, new_id
from core.organization.rules import Announced, in_force
from core.tenancy import NOBODY, Tenant, unit_of_work
from tests.plugins.zhejiang.scene import post_id, school

TODAY = date(2026, 11, 20)
A, B = new_id(), new_id()


def said(post: Id | None, fen: int, since: date, *, withdrawn: bool = False) -> Announced:
    return Announced(new_id(), post, fen, 0, since, withdrawn)


@pytest.mark.parametrize(("announced", "fee"), [
    ([], None),
    ([said(A, 100, TODAY)], 100),
    ([said(A, 100, TODAY + timedelta(1))], None),
    ([said(A, 100, TODAY - timedelta(9)), said(A, 200, TODAY - timedelta(1)), said(A, 300, TODAY + timedelta(1))], 200),
    ([said(A, 100, TODAY), said(A, 200, TODAY)], 200),
    ([said(B, 100, TODAY)], None),
    ([said(None, 100, TODAY)], 100),
    ([said(None, 100, TODAY), said(A, 70, TODAY - timedelta(30))], 70),
    ([said(None, 100, TODAY), said(A, 70, TODAY, withdrawn=True)], None),
    ([said(A, 70, TODAY - timedelta(5)), said(A, 70, TODAY, withdrawn=True)], None),
    ([said(A, 70, TODAY), said(A, 70, TODAY + timedelta(1), withdrawn=True)], 70),
    ([said(A, 70, TODAY - timedelta(2), withdrawn=True), said(A, 80, TODAY)], 80),
])
def test_which_fee_is_in_force(announced: list[Announced], fee: int | None) -> None:
    """ZJ-13, GD-06: the newest of this very post whose day has come, else that of every post; withdrawn is none."""
    found = in_force(announced, A, TODAY)
    assert (found.training_fen if found else None) == fee


def test_an_offer_is_announced_found_and_withdrawn(zhejiang: Tenant) -> None:
    """ZJ-13, ZJ-22: a post in a mode at a price from a day on; taken back by a further row."""
    one, two = school(zhejiang), school(zhejiang, "示例培训机构二", "宁波市")
    with unit_of_work(zhejiang, NOBODY) as ctx:
        post, today = post_id(ctx), local_date(ctx.now)
        row = announce(ctx, one.id, Announcement(Mode.ONLINE, post, 60000, 6000, today))
        announce(ctx, two.id, Announcement(Mode.OFFLINE, None, 90000, 0, today))
        assert [(one.name, offer.fee_fen) for one, offer in institutions_offering(ctx, post, Mode.ONLINE)] == [
            ("示例培训机构一", 60000)]
        assert [one.name for one, _offer in institutions_offering(ctx, post, Mode.OFFLINE)] == ["示例培训机构二"]
        assert offer_in_force(ctx, one.id, post, Mode.CONTINUING) is None
        withdraw(ctx, row, today + timedelta(1))
        assert offer_in_force(ctx, one.id, post, Mode.ONLINE) is not None
        withdraw(ctx, row, today)
        assert offer_in_force(ctx, one.id, post, Mode.ONLINE) is None


def test_what_was_announced_cannot_be_changed(zhejiang: Tenant) -> None:
    """GD-06: the database itself refuses."""
    one = school(zhejiang)
    with unit_of_work(zhejiang, NOBODY) as ctx:
        announce(ctx, one.id, Announcement(Mode.ONLINE, post_id(ctx), 60000, 0, TODAY))
    with unit_of_work(zhejiang, NOBODY) as ctx:
        with pytest.raises(DatabaseError, match="append-only"):
            ctx.db.execute(text("UPDATE institution_fee SET training_fen = 1"))
        ctx.rollback()
