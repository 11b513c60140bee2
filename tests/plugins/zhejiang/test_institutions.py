"""Institutions: what they offer, sanctions, the comparison page (ZJ-12 … ZJ-14, ZJ-22, ZJ-23, C-21)."""
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from core.api.organization import (
    Announcement,
    Institution,
    Mode,
    Offer,
    Place,
    TestPlace,
    announce,
    institutions_offering,
    offer_in_force,
    withdraw,
)
from core.base.clock import local_date
from core.base.db import Id, new_id
from core.organization.rules import Announced, in_force
from core.tenancy import NOBODY, Tenant, unit_of_work
from plugins.zhejiang.institutions.rules import CENTRES, Compared, Order, distance_km, in_order, places_from, usual
from plugins.zhejiang.settings import rules_of
from tests.browse import Browser
from tests.people import signed_in
from tests.plugins.zhejiang.scene import School, firm, post_id, school

Browsers = Callable[[Tenant], Browser]
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


# the comparison page


@pytest.mark.parametrize(("one", "other", "km"), [
    ("杭州市", "杭州市", 0), ("杭州市", "绍兴市", 50), ("杭州市", "温州市", 260), ("杭州市", "海口市", None), ("甲市", "甲市", 0)])
def test_how_far_cities_are(one: str, other: str, km: int | None) -> None:
    """ZJ-13 测试地点是否方便: between the centres, to ten kilometres."""
    assert distance_km(one, other) == distance_km(other, one) == km


def test_every_city_of_the_rules_has_its_place(zhejiang: Tenant) -> None:
    """ZJ-04: all eleven."""
    with unit_of_work(zhejiang, NOBODY) as ctx:
        assert set(rules_of(ctx).cities) == set(CENTRES)


@pytest.mark.parametrize(("fees", "middle"), [([], None), ([5], 5), ([9, 5], 5), ([9, 5, 7], 7)])
def test_the_usual_fee_is_one_that_somebody_asks(fees: list[int], middle: int | None) -> None:
    assert usual(fees) == middle


def compared_school(name: str, fee: int | None, city: str = "", *, enrolls: bool = True) -> Compared:
    places = (Place(new_id(), "考点", city, "一路1号"),) if city else ()
    one = Institution(new_id(), name, city, "", "", enrolls, places=places)
    offer = Offer(one.id, A, Mode.ONLINE, fee, 0, TODAY) if fee is not None else None
    return Compared(one, offer, {}, places_from(places, "杭州市"), 500)


@pytest.mark.parametrize(("order", "names"), [
    (Order.FEE, "乙丙甲丁戊"), (Order.NAME, "丙乙甲丁戊"), (Order.NEAREST, "乙甲丙丁戊")])
def test_the_order_of_the_comparison(order: Order, names: str) -> None:
    """ZJ-13: who cannot be chosen comes last, whatever is asked."""
    rows = [compared_school("甲", 900, "绍兴市"), compared_school("乙", 500, "杭州市"), compared_school("丙", 600),
            compared_school("丁", 100, "杭州市", enrolls=False), compared_school("戊", None, "杭州市")]
    assert {row.institution.name for row in in_order(rows, order)} == set(names)
    assert [row.institution.name for row in in_order(rows, order)] == list(names)


def clerk_post(tenant: Tenant) -> Id:
    with unit_of_work(tenant, NOBODY) as ctx:
        return post_id(ctx)


@pytest.fixture
def offering(zhejiang: Tenant) -> tuple[School, School]:
    """Two institutions of two cities; the dearer one is nearer to Hangzhou."""
    one, two = school(zhejiang), school(zhejiang, "示例培训机构二", "宁波市")
    with unit_of_work(zhejiang, NOBODY) as ctx:
        post = post_id(ctx)
        announce(ctx, one.id, Announcement(Mode.ONLINE, post, 66000, 6000, TODAY))
        announce(ctx, one.id, Announcement(Mode.OFFLINE, post, 96000, 0, TODAY))
        announce(ctx, two.id, Announcement(Mode.ONLINE, post, 60000, 0, TODAY))
        for held, city in ((one, "杭州市"), (two, "宁波市")):
            ctx.db.add(TestPlace(organization_id=held.id, name=f"{city[:2]}考点", city=city, address="示例路1号",
                                 created_at=ctx.now))
    return one, two


def test_the_five_criteria_and_the_notice_are_shown_to_anybody(zhejiang: Tenant, offering: tuple[School, School],
                                                               browser_of: Browsers) -> None:
    """ZJ-13, ZJ-14: word for word, the notice above the institutions."""
    page = browser_of(zhejiang).get(f"/zj/institutions/?city=杭州市&post={clerk_post(zhejiang)}").text
    words = page.replace("&#39;", "'")
    for criterion in ("是否有所需岗位", "收费是否合理", "培训方式线上/线下", "有无培训特色", "测试地点是否方便"):
        assert criterion in words
    notice = "哪个机构放松了，不仅这家机构会受到处理，违规人员也会列入黑名单而禁考，就是取得了证书也会被注销。"
    assert words.index(notice) < words.index("示例培训机构一") < words.index("示例培训机构二")
    assert "¥660.00" in page and "¥960.00" in page and "比居中收费高¥60.00" in page and "同城" in page


def test_sorted_by_fee_and_narrowed_by_name(zhejiang: Tenant, offering: tuple[School, School],
                                            browser_of: Browsers) -> None:
    """ZJ-13: the address is the filter; what it says wrongly is left out."""
    page = browser_of(zhejiang).get(f"/zj/institutions/?order=fee&post={clerk_post(zhejiang)}&mode=y&city=z").text
    assert page.index("示例培训机构二</strong>") < page.index("示例培训机构一</strong>")
    page = browser_of(zhejiang).get("/zj/institutions/?q=构二").text
    assert "示例培训机构二</strong>" in page and "示例培训机构一</strong>" not in page
    assert browser_of(zhejiang).get("/zj/institutions/?post=x").status_code == 200
    assert "没有符合条件的培训机构" in browser_of(zhejiang).get("/zj/institutions/?q=没有这家").text


def test_an_enterprise_starts_from_its_own_city(zhejiang: Tenant, offering: tuple[School, School],
                                                browser_of: Browsers) -> None:
    """ZJ-13: the nearest first, seen from where the enterprise is registered."""
    clerk = signed_in(browser_of(zhejiang), firm(zhejiang, city="宁波市").clerk)
    page = clerk.get("/zj/institutions/").text
    assert page.index("示例培训机构二</strong>") < page.index("示例培训机构一</strong>")
    assert "<option selected>宁波市" in page
