"""Institutions: what they offer, sanctions, the comparison page (ZJ-12 … ZJ-14, ZJ-22, ZJ-23, C-21)."""
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from core.api.organization import (
    Announcement,
    Institution,
    Mode,
    Offer,
    PaymentWay,
    Place,
    TestPlace,
    announce,
    institution_of,
    institutions_offering,
    offer_in_force,
)
from core.access import Role
from core.base.clock import FixedClock, local_date
from core.base.db import Id, new_id
from core.organization.models import InstitutionFee, Sanction
from core.organization.rules import Announced, in_force
from core.tenancy import NOBODY, Tenant, unit_of_work
from plugins.zhejiang.institutions.rules import CENTRES, Compared, Order, distance_km, in_order, places_from, usual
from plugins.zhejiang.settings import rules_of
from tests.browse import Browser
from tests.people import signed_in, staff, trainee
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
        online = Announcement(Mode.ONLINE, post, 60000, 6000, today)
        announce(ctx, one.id, online)
        announce(ctx, two.id, Announcement(Mode.OFFLINE, None, 90000, 0, today))
        assert [(one.name, offer.fee_fen) for one, offer in institutions_offering(ctx, post, Mode.ONLINE)] == [
            ("示例培训机构一", 60000)]
        assert [one.name for one, _offer in institutions_offering(ctx, post, Mode.OFFLINE)] == ["示例培训机构二"]
        assert offer_in_force(ctx, one.id, post, Mode.CONTINUING) is None
        announce(ctx, one.id, replace(online, since=today + timedelta(1)), withdrawn=True)
        assert offer_in_force(ctx, one.id, post, Mode.ONLINE) is not None
        announce(ctx, one.id, online, withdrawn=True)
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


# keeping them: administrators all, a clerk the own one


def offer_form(**other: str) -> dict[str, str]:
    return {"post": "", "mode": "online", "offered": "offered", "training_fen": "600", "textbook_fen": "60",
            "since": "2026-11-21", **other}


def test_a_clerk_announces_for_the_own_institution_from_tomorrow(zhejiang: Tenant, browser_of: Browsers,
                                                                 clock: FixedClock) -> None:
    """ZJ-13: nobody is surprised by a fee of today; the history stays; another's rows are not there."""
    one, two = school(zhejiang), school(zhejiang, "示例培训机构二")
    clerk, other = (signed_in(browser_of(zhejiang), held.clerk) for held in (one, two))
    assert "最早为2026-11-21" in clerk.submit("/admin/offers/new/", offer_form(since="2026-11-20")).text
    assert clerk.submit("/admin/offers/new/", offer_form(institution=str(two.id))).status_code == 303
    with unit_of_work(zhejiang, NOBODY) as ctx:
        row = ctx.db.scalars(select(InstitutionFee)).unique().one()
        assert (row.organization_id, row.training_fen, row.set_by) == (one.id, 60000, one.clerk.name)
        assert offer_in_force(ctx, one.id, post_id(ctx), Mode.ONLINE) is None
    assert "未到执行日期" in clerk.get("/admin/offers/").text
    assert other.get(f"/admin/offers/{row.id}/").status_code == 404
    clock.advance(days=1)
    assert "执行中" in signed_in(browser_of(zhejiang), one.clerk).get("/admin/offers/").text
    admin = signed_in(browser_of(zhejiang), staff(zhejiang, Role.ADMINISTRATOR))
    withdrawn = offer_form(institution=str(one.id), offered="withdrawn", since="2026-11-21",
                           training_fen="", textbook_fen="")
    assert admin.submit("/admin/offers/new/", withdrawn).status_code == 303
    page = admin.get("/admin/offers/").text
    assert "不再开设" in page and "已被新的代替" in page and "示例培训机构一" in page
    with unit_of_work(zhejiang, NOBODY) as ctx:
        assert offer_in_force(ctx, one.id, post_id(ctx), Mode.ONLINE) is None


def test_features_account_and_test_places_are_kept_by_the_clerk(zhejiang: Tenant, browser_of: Browsers) -> None:
    """ZJ-13, ZJ-23: a transfer needs a whole account; what stands there is shown where it is compared."""
    one, two = school(zhejiang), school(zhejiang, "示例培训机构二")
    clerk, other = (signed_in(browser_of(zhejiang), held.clerk) for held in (one, two))
    said = {"features": "实训基地两千平方米", "payment_way": "transfer", "account_holder": "示例培训机构一",
            "bank": "示例银行杭州分行", "account_number": ""}
    assert clerk.submit("/admin/profiles/new/", said).status_code == 422
    assert clerk.submit("/admin/profiles/new/", said | {"account_number": "1202000000001"}).status_code == 303
    assert clerk.submit("/admin/profiles/new/", said | {"account_number": "1"}).status_code == 409
    place = {"name": "城西考点", "city": "杭州市", "address": "示例路8号"}
    assert clerk.submit("/admin/test-places/new/", place).status_code == 303
    assert clerk.submit("/admin/test-places/new/", place).status_code == 409
    with unit_of_work(zhejiang, NOBODY) as ctx:
        facts = institution_of(ctx, one.id)
        assert (facts.features, facts.payment_way, facts.account_number) == (
            "实训基地两千平方米", PaymentWay.TRANSFER, "1202000000001")
        row = ctx.db.scalars(select(TestPlace)).unique().one()
    for path in (f"test-places/{row.id}/edit/", f"test-places/{row.id}/do/close/"):
        assert other.get(f"/admin/{path}").status_code == 404
    assert "城西考点" in clerk.get("/zj/institutions/").text
    assert clerk.submit(f"/admin/test-places/{row.id}/do/close/").status_code == 303
    assert "示例路8号" not in clerk.get("/zj/institutions/").text


# sanctions


SANCTION = {"kind": "suspension", "reason": "测试监考不严，查实三次", "since": "2026-11-20", "until": "2026-12-19"}


def supervisors(tenant: Tenant, browser_of: Browsers) -> tuple[Browser, Browser, Browser]:
    """Two regulators of Hangzhou, one of Ningbo."""
    return tuple(signed_in(browser_of(tenant), staff(  # type: ignore[return-value]
        tenant, Role.REGULATOR, username=name, city=city)) for name, city in (
            ("hz1", "杭州市"), ("hz2", "杭州市"), ("nb1", "宁波市")))


def test_a_suspended_institution_offers_nobody_until_its_end(zhejiang: Tenant, browser_of: Browsers,
                                                             clock: FixedClock) -> None:
    """ZJ-14: proposed by the city's regulator, confirmed by another, shown, answered, over by itself."""
    one = school(zhejiang)
    with unit_of_work(zhejiang, NOBODY) as ctx:
        post = post_id(ctx)
        announce(ctx, one.id, Announcement(Mode.ONLINE, post, 60000, 0, TODAY))

    def offered() -> bool:
        with unit_of_work(zhejiang, NOBODY) as ctx:
            found = [held.id for held, _offer in institutions_offering(ctx, post, Mode.ONLINE)]
            assert found == ([one.id] if offer_in_force(ctx, one.id, post, Mode.ONLINE) else [])
            return bool(found)

    first, second, foreign = supervisors(zhejiang, browser_of)
    asked = SANCTION | {"institution": str(one.id)}
    assert foreign.submit("/admin/sanctions/new/", asked).status_code == 422
    assert first.submit("/admin/sanctions/new/", asked | {"until": ""}).status_code == 422
    assert first.submit("/admin/sanctions/new/", asked).status_code == 303
    with unit_of_work(zhejiang, NOBODY) as ctx:
        place = f"/admin/sanctions/{ctx.db.scalars(select(Sanction)).unique().one().id}/"
    clerk = signed_in(browser_of(zhejiang), one.clerk)
    assert SANCTION["reason"] not in clerk.get("/admin/own-sanctions/").text and offered()
    assert first.get(f"{place}do/confirm/").status_code == 409 and foreign.get(place).status_code == 404
    assert clerk.get(place).status_code == 403
    assert second.submit(f"{place}do/confirm/").status_code == 303
    assert not offered()
    page = clerk.get(f"/zj/institutions/?post={post}").text
    assert "暂停报名" in page and "现在不能报名" in page and "2026-11-20至2026-12-19" in page
    own = place.replace("sanctions", "own-sanctions")
    assert clerk.submit(f"{own}do/reply/", {"note": "监考录像已补交，请复查"}).status_code == 303
    assert clerk.get(f"{own}do/reply/").status_code == 409
    assert "监考录像已补交" in second.get(f"{place}do/keep/").text
    assert second.submit(f"{place}do/keep/", {"note": "录像不能说明问题"}).status_code == 303
    assert "录像不能说明问题" in clerk.get(own).text
    clock.advance(days=30)
    assert offered()


def test_struck_off_is_not_listed_and_overturned_is_back(zhejiang: Tenant, browser_of: Browsers) -> None:
    """ZJ-14: struck off without an end; by an administrator and the approver; gone from the comparison."""
    one = school(zhejiang)
    admin = signed_in(browser_of(zhejiang), staff(zhejiang, Role.ADMINISTRATOR))
    approver = signed_in(browser_of(zhejiang), staff(zhejiang, Role.APPROVER))
    asked = SANCTION | {"institution": str(one.id), "kind": "struck_off", "until": ""}
    assert admin.submit("/admin/sanctions/new/", asked).status_code == 303
    with unit_of_work(zhejiang, NOBODY) as ctx:
        place = f"/admin/sanctions/{ctx.db.scalars(select(Sanction)).unique().one().id}/"
    assert approver.submit(f"{place}do/confirm/").status_code == 303
    assert "示例培训机构一" not in browser_of(zhejiang).get("/zj/institutions/").text
    assert approver.submit(f"{place}do/overturn/", {"note": "查实的是另一家机构"}).status_code == 303
    assert "示例培训机构一" in browser_of(zhejiang).get("/zj/institutions/").text


def test_a_warning_closes_nothing(zhejiang: Tenant, browser_of: Browsers) -> None:
    """ZJ-14: shown where institutions are compared, and that is all."""
    one = school(zhejiang)
    first, second, _foreign = supervisors(zhejiang, browser_of)
    first.submit("/admin/sanctions/new/", SANCTION | {"institution": str(one.id), "kind": "warning", "until": ""})
    with unit_of_work(zhejiang, NOBODY) as ctx:
        sanction = ctx.db.scalars(select(Sanction)).unique().one().id
    second.submit(f"/admin/sanctions/{sanction}/do/confirm/")
    with unit_of_work(zhejiang, NOBODY) as ctx:
        assert institution_of(ctx, one.id).enrolls
        with pytest.raises(DatabaseError, match="append-only"):
            ctx.db.execute(text("DELETE FROM institution_sanction"))
        ctx.rollback()
    assert "警告" in browser_of(zhejiang).get("/zj/institutions/").text


def test_the_public_list_leads_to_the_comparison(zhejiang: Tenant, offering: tuple[School, School],
                                                 browser_of: Browsers) -> None:
    """GD-23, ZJ-13: one list of institutions for everybody, which says how one enrolls here."""
    page = browser_of(zhejiang).get("/institutions").text
    assert "示例培训机构一" in page and "/zj/institutions/" in page and "携本人身份证件" not in page


def test_the_chosen_institution_begins_a_batch(zhejiang: Tenant, offering: tuple[School, School],
                                               browser_of: Browsers) -> None:
    """ZJ-13, ZJ-15: 用这家机构报名 leads to a new batch with institution, post and mode already chosen."""
    one, _two = offering
    clerk = signed_in(browser_of(zhejiang), firm(zhejiang).clerk)
    page = clerk.get(f"/zj/institutions/?post={clerk_post(zhejiang)}&mode=offline").text
    href = re.findall(r'href="([^"]+)"[^>]*>[^<]*用这家机构报名', page)[0].replace("&amp;", "&")
    form = clerk.get(href).text
    assert "/zj/institutions/?" in form
    for chosen in (str(one.id), str(clerk_post(zhejiang)), "offline"):
        assert re.search(rf'value="{chosen}"[^>]*(selected|checked)', form), chosen
    own = signed_in(browser_of(zhejiang), trainee(zhejiang))
    read = own.get(f"/zj/institutions/?post={clerk_post(zhejiang)}").text
    assert "示例培训机构一" in read and "用这家机构报名" not in read
