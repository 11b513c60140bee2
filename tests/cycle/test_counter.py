"""An institution's counter over HTTP: enrolls in person, takes the fee in two items (GD-04 … GD-08, X-06, X-10)."""
import re
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from core.access import Role
from core.base.clock import FixedClock, local_date
from core.base.db import Id
from core.cycle import Enrollment, EnrollmentState
from core.identity import Account, person_by_id_number
from core.organization import sanctions
from core.organization.institutions import InstitutionFacts, change_institution, close_institution, institution
from core.organization.models import Sanction
from core.organization.modes import SanctionKind
from core.payment import Order, OrderState
from core.tenancy import Tenant, unit_of_work
from tests.browse import Browser
from tests.people import PASSWORD, Somebody, id_number, phone, signed_in, staff, trainee
from tests.plugins.counters import a_clerk, admit, an_institution, held_at_the_ministry

Browsers = Callable[[Tenant], Browser]
NAME = "王小明"


@pytest.fixture
def school(guangdong: Tenant) -> Id:
    return an_institution(guangdong)


@pytest.fixture
def clerk(guangdong: Tenant, school: Id, browser_of: Browsers) -> Browser:
    return signed_in(browser_of(guangdong), a_clerk(guangdong, school))


def order_of(tenant: Tenant, number: str) -> tuple[str, list[tuple[str, int]], list[str]]:
    with unit_of_work(tenant) as ctx:
        person = person_by_id_number(ctx, number)
        assert person is not None
        order = ctx.db.scalars(select(Order).where(Order.payer_id == person.id).order_by(
            Order.created_at.desc(), Order.id.desc())).first()
        assert order is not None
        states = [row.state for row in ctx.db.scalars(select(Enrollment).where(Enrollment.order_id == order.id))]
        return order.state, [(line.title, line.amount_fen) for line in order.lines], states


def choices_on(page: str) -> list[str]:
    return re.findall(r'name="choice" value="([^"]+)"', page)


def enrolled(clerk: Browser, *posts: str, serial: int = 1) -> str:
    """A new trainee enrolled for the running year in all posts; the address of the order's page."""
    number = id_number(serial)
    held_at_the_ministry(clerk.tenant, NAME, number, *posts)
    place = admit(clerk, NAME, number, phone(serial))
    page = clerk.get(place).text
    chosen = [one for one in choices_on(page) if one.endswith(":2020")]
    answer = clerk.submit(place, {"choice": chosen, "_once": f"k{serial}"})
    assert answer.status_code == 303
    return answer.location


def test_a_new_trainee_is_enrolled_and_pays_at_the_counter(guangdong: Tenant, clerk: Browser) -> None:
    """GD-04, GD-06, GD-08: found by ID number, enrolled, fee in two items, receipt, course open."""
    order = enrolled(clerk, "资料员")
    page = clerk.get(order).text
    assert "¥128.00" in page and "¥60.00" in page and "¥188.00" in page and "等待收款" in page
    assert clerk.get(f"{order}receipt/").location.endswith(order)
    asked = clerk.get(f"{order}do/receive/").text
    assert "¥188.00" in asked and NAME in asked
    assert clerk.submit(f"{order}do/receive/").status_code == 303
    state, lines, states = order_of(guangdong, id_number())
    assert (state, states) == (OrderState.PAID, [EnrollmentState.OPEN])
    assert lines == [("培训费：2020年继教-施工现场管理人员继续教育培训（资料员）", 12800), ("教材费：资料员", 6000)]
    receipt = clerk.get(f"{order}receipt/").text
    assert "示例培训机构一" in receipt and "¥188.00" in receipt and "111111" in receipt and id_number() not in receipt


def test_a_new_account_has_the_initial_password(guangdong: Tenant, clerk: Browser) -> None:
    """GD-08, X-05: 默认:身份证号, 初始密码:111111; shown to the clerk for the trainee."""
    held_at_the_ministry(guangdong, NAME, id_number(), "资料员")
    place = admit(clerk, NAME, id_number(), phone())
    assert "初始密码：111111" in clerk.get(place).text
    with unit_of_work(guangdong) as ctx:
        account = ctx.db.scalars(select(Account).where(Account.person_id.is_not(None))).one()
        assert (account.initial, account.password_hash) == ("111111", None)


def test_who_is_registered_keeps_account_password_and_phone(guangdong: Tenant, clerk: Browser) -> None:
    """GD-08: 如学员已自行注册账号，则使用自设密码; GD-05: the phone on file is the trainee's own to change."""
    known = trainee(guangdong)
    with unit_of_work(guangdong) as ctx:
        before = ctx.db.get_one(Account, known.account_id).password_hash
    held_at_the_ministry(guangdong, known.name, known.id_number, "资料员")
    place = admit(clerk, known.name, known.id_number, phone(77))
    page = clerk.get(place).text
    assert "使用原来的密码" in page and "没有更改" in page and "111111" not in page
    with unit_of_work(guangdong) as ctx:
        account = ctx.db.get_one(Account, known.account_id)
        assert (account.password_hash, account.initial) == (before, None)
        person = person_by_id_number(ctx, known.id_number)
        assert person is not None and person.phone == known.phone


def test_a_known_number_under_another_name_is_refused(guangdong: Tenant, clerk: Browser) -> None:
    trainee(guangdong)
    answer = clerk.submit("/admin/counter/new/", {"name": "李四", "id_number": id_number(), "phone": phone()})
    assert answer.status_code == 422
    assert "登记的姓名与填写的不同" in answer.text and "李四" in answer.text


def test_what_is_typed_wrong_is_said_at_its_field(clerk: Browser) -> None:
    """GD-05: the trainee's own phone, in the manual's words."""
    answer = clerk.submit("/admin/counter/new/", {"name": NAME, "id_number": "123", "phone": "1"})
    assert answer.status_code == 422
    assert "填写的手机号码必须为学员本人常用的手机号码" in answer.text and "18" in answer.text


def test_two_posts_are_one_order_and_the_second_learns_less(guangdong: Tenant, clerk: Browser) -> None:
    """N-25, GD-06: four items; the general hours are owed once."""
    enrolled(clerk, "资料员", "材料员")
    _state, lines, _states = order_of(guangdong, id_number())
    assert [fen for _title, fen in lines] == [12800, 6000, 12800, 6000]
    with unit_of_work(guangdong) as ctx:
        due = [row.general_hours_due for row in ctx.db.scalars(select(Enrollment).order_by(Enrollment.turn))]
    assert due == [10, 0]


def test_who_then_owes_the_general_hours_is_said_before(guangdong: Tenant, clerk: Browser) -> None:
    """A.7, N-25: before the first post's order is cancelled, the clerk tells the trainee what the second owes."""
    first = enrolled(clerk, "资料员")
    held_at_the_ministry(guangdong, NAME, id_number(), "资料员", "材料员")
    place = admit(clerk, NAME, id_number(), phone())
    [second] = [one for one in choices_on(clerk.get(place).text) if one.endswith(":2020")]
    assert clerk.submit(place, {"choice": second}).status_code == 303
    assert "材料员岗位2020年度不再免学" in clerk.get(f"{first}do/cancel/").text


def test_without_a_textbook_fee_there_is_one_item(guangdong: Tenant, browser_of: Browsers) -> None:
    school = an_institution(guangdong, "示例培训机构二", textbook=0)
    enrolled(signed_in(browser_of(guangdong), a_clerk(guangdong, school)), "资料员")
    assert [fen for _title, fen in order_of(guangdong, id_number())[1]] == [12800]


def test_cancelled_before_payment_and_enrolled_again(guangdong: Tenant, clerk: Browser) -> None:
    order = enrolled(clerk, "资料员")
    assert clerk.submit(f"{order}do/cancel/").status_code == 303
    assert order_of(guangdong, id_number())[::2] == (OrderState.CLOSED, [EnrollmentState.CANCELLED])
    assert clerk.submit(f"{order}do/receive/").status_code == 409
    place = admit(clerk, NAME, id_number(), phone())
    assert len(choices_on(clerk.get(place).text)) == 2


def test_given_back_with_a_reason(guangdong: Tenant, clerk: Browser) -> None:
    """A.7: the institution decides, with a reason; the money went back at the counter, so no provider is asked."""
    order = enrolled(clerk, "资料员")
    clerk.submit(f"{order}do/receive/")
    assert clerk.submit(f"{order}do/refund/", {"note": " "}).status_code == 422
    assert clerk.submit(f"{order}do/refund/", {"note": "学员改报其他机构"}).status_code == 303
    assert order_of(guangdong, id_number())[::2] == (OrderState.REFUNDED, [EnrollmentState.CANCELLED])
    assert clerk.submit(f"{order}do/refund/", {"note": "再退一次"}).status_code == 409


def test_hours_on_record_are_not_refunded(guangdong: Tenant, clerk: Browser) -> None:
    order = enrolled(clerk, "资料员")
    clerk.submit(f"{order}do/receive/")
    with unit_of_work(guangdong) as ctx:
        ctx.db.scalars(select(Enrollment)).one().state = EnrollmentState.COMPLETED
    refused = clerk.submit(f"{order}do/refund/", {"note": "学员申请"})
    assert refused.status_code == 422 and "学时已经完成，不能退费" in refused.text


def test_money_is_received_once(guangdong: Tenant, clerk: Browser) -> None:
    """O7: a second confirmation changes nothing."""
    order = enrolled(clerk, "资料员")
    assert [clerk.submit(f"{order}do/receive/").status_code for _time in range(2)] == [303, 409]


def test_no_money_for_a_year_that_is_over(guangdong: Tenant, guangdong_clock: FixedClock, clerk: Browser,
                                          browser_of: Browsers, school: Id) -> None:
    order = enrolled(clerk, "资料员")
    guangdong_clock.advance(days=13)
    later = signed_in(browser_of(guangdong), a_clerk(guangdong, school, "later"))
    assert "培训周期已经结束" in later.submit(f"{order}do/receive/").text


def test_another_institution_sees_nothing(guangdong: Tenant, clerk: Browser, browser_of: Browsers) -> None:
    """GD-04: one's own enrollments only; other institutions' rows and trainees are 404."""
    order = enrolled(clerk, "资料员")
    other = signed_in(browser_of(guangdong), a_clerk(guangdong, an_institution(guangdong, "示例培训机构二"), "other"))
    assert NAME not in other.get("/admin/counter/").text
    for path in (order, f"{order}receipt/", f"{order}do/receive/"):
        assert other.get(path).status_code == 404
    assert other.submit(f"{order}do/receive/").status_code == 404
    with unit_of_work(guangdong) as ctx:
        person = person_by_id_number(ctx, id_number())
        assert person is not None
        place = f"/admin/counter/trainees/{person.id}/"
    assert (clerk.get(place).status_code, other.get(place).status_code) == (200, 404)
    export = other.submit("/admin/counter/export/csv/")
    assert export.status_code == 200 and NAME not in export.text


def test_list_search_filter_and_export(guangdong: Tenant, clerk: Browser) -> None:
    enrolled(clerk, "资料员")
    enrolled(clerk, "材料员", serial=2)
    found = clerk.submit("/admin/counter/find/", {"q": id_number(2)}, follow_redirects=True)
    assert "材料员 2020" in found.text and "资料员 2020" not in found.text and id_number(2) not in found.text
    assert "还没有记录" not in clerk.get("/admin/counter/?state=unpaid").text
    assert "没有符合条件" in clerk.get("/admin/counter/?state=paid").text
    export = clerk.submit("/admin/counter/export/csv/").text
    assert "188.00" in export and "资料员 2020" in export and id_number() not in export


def test_who_has_no_institution_is_told_whom_to_ask(guangdong: Tenant, browser_of: Browsers) -> None:
    lost = signed_in(browser_of(guangdong), staff(guangdong, Role.INSTITUTION))
    answer = lost.get("/admin/counter/")
    assert answer.status_code == 403 and "请联系系统管理员" in answer.text


def test_only_the_counters_role_reaches_it(guangdong: Tenant, browser_of: Browsers) -> None:
    assert signed_in(browser_of(guangdong), staff(guangdong, Role.AUDITOR)).get("/admin/counter/").status_code == 403
    assert signed_in(browser_of(guangdong), trainee(guangdong)).get("/admin/counter/").status_code == 403


def test_it_is_only_where_institutions_enroll(national: Tenant, browser_of: Browsers) -> None:
    """X-06: nationally the trainee registers and pays; there is no counter."""
    school = an_institution(national)
    clerk = signed_in(browser_of(national), a_clerk(national, school))
    assert clerk.get("/admin/counter/").status_code == 404
    assert "机构报名" not in clerk.get("/admin/").text


def test_off_the_list_nobody_is_enrolled(guangdong: Tenant, school: Id, clerk: Browser) -> None:
    """GD-04: 省住建厅公布的培训机构."""
    with unit_of_work(guangdong) as ctx:
        close_institution(ctx, institution(ctx, school))
    answer = clerk.submit("/admin/counter/new/", {"name": NAME, "id_number": id_number(), "phone": phone()})
    assert answer.status_code == 422 and "不在公布的培训机构名单内" in answer.text


def test_a_suspended_institution_enrolls_nobody(guangdong: Tenant, school: Id, clerk: Browser) -> None:
    """ZJ-14: while it is suspended; the sanction is confirmed by another than who proposed it."""
    first, second = (staff(guangdong, Role.ADMINISTRATOR, username=name) for name in ("one", "two"))
    with unit_of_work(guangdong, first.actor) as ctx:
        today = local_date(ctx.now)
        proposed = sanctions.propose(ctx, school, SanctionKind.SUSPENSION, today, today, "测试监考不严").id
    with unit_of_work(guangdong, second.actor) as ctx:
        sanctions.confirm(ctx, ctx.db.get_one(Sanction, proposed))
    answer = clerk.submit("/admin/counter/new/", {"name": NAME, "id_number": id_number(), "phone": phone()})
    assert answer.status_code == 422 and "现在不能报名" in answer.text


def test_a_new_fee_counts_from_its_day(guangdong: Tenant, guangdong_clock: FixedClock, school: Id,
                                       clerk: Browser) -> None:
    """GD-06: the announced fee; what has been taken stays."""
    order = enrolled(clerk, "资料员")
    with unit_of_work(guangdong) as ctx:
        change_institution(ctx, institution(ctx, school), InstitutionFacts(
            "示例培训机构一", "广州市", 15000, 5000, date(2020, 12, 22)))
    second = enrolled(clerk, "材料员", serial=2)
    guangdong_clock.advance(minutes=10)
    assert "¥188.00" in clerk.get(order).text and "¥188.00" in clerk.get(second).text
    guangdong_clock.advance(days=2)
    with unit_of_work(guangdong) as ctx:
        account = ctx.db.scalars(select(Account).where(Account.username == "clerk")).one()
    again = signed_in(clerk, Somebody(account.id, None, "", "", "", "clerk", PASSWORD, frozenset()))
    assert "¥200.00" in again.get(enrolled(again, "劳务员", serial=3)).text


def test_without_certificates_the_clerk_learns_why(guangdong: Tenant, clerk: Browser) -> None:
    """N-13: certificates come from the authority, never from the counter."""
    page = clerk.get(admit(clerk, NAME, id_number(), phone())).text
    assert "没有查到证书" in page and not choices_on(page)


def test_a_forged_choice_is_refused(guangdong: Tenant, clerk: Browser) -> None:
    held_at_the_ministry(guangdong, NAME, id_number(), "资料员")
    place = admit(clerk, NAME, id_number(), phone())
    assert clerk.submit(place, {"choice": "x:2020"}).status_code == 422
    assert clerk.submit(place, {}).status_code == 422
    certificate = choices_on(clerk.get(place).text)[0].split(":")[0]
    assert clerk.submit(place, {"choice": f"{certificate}:2013"}).status_code == 422
    assert clerk.submit(place, {"choice": f"{id_number()}:2020"}).status_code == 422


def test_the_administrator_keeps_institutions_fees_and_clerks(guangdong: Tenant, browser_of: Browsers) -> None:
    """GD-04, GD-06: made, changed, given a clerk, taken off the list, in the back office; announced to all."""
    admin = signed_in(browser_of(guangdong), staff(guangdong, Role.ADMINISTRATOR))
    typed = {"name": "示例培训机构三", "city": "深圳市", "training_fen": "128", "textbook_fen": "60",
             "since": "2020-01-01", "telephone": "0755-1234567"}
    assert admin.submit("/admin/institutions/new/", typed).status_code == 303
    assert admin.submit("/admin/institutions/new/", typed).status_code == 409
    bad = admin.submit("/admin/institutions/new/", typed | {"name": "四", "training_fen": "0", "credit_code": "1"})
    assert bad.status_code == 422 and "18 位" in bad.text
    row = re.findall(r"/admin/institutions/([0-9a-f-]{36})/edit/", admin.get("/admin/institutions/").text)[0]
    page = admin.get(f"/admin/institutions/{row}/edit/").text
    assert 'value="128.00"' in page and 'value="2020-01-01"' in page
    seen = re.findall(r'name="_seen" value="([^"]+)"', page)[0]
    assert admin.submit(f"/admin/institutions/{row}/edit/", typed | {"textbook_fen": "70", "_seen": seen}
                        ).status_code == 303
    somebody = staff(guangdong, Role.INSTITUTION, username="new-clerk")
    assert admin.submit(f"/admin/institutions/{row}/do/appoint/", {"note": "nobody"}).status_code == 422
    assert admin.submit(f"/admin/institutions/{row}/do/appoint/", {"note": "NEW-clerk"}).status_code == 303
    assert "new-clerk" in admin.get(f"/admin/institutions/{row}/").text
    assert signed_in(browser_of(guangdong), somebody).get("/admin/counter/").status_code == 200
    public = browser_of(guangdong).get("/institutions?city=深圳市&q=机构").text
    assert "示例培训机构三" in public and "¥128.00" in public and "¥70.00" in public
    assert admin.submit(f"/admin/institutions/{row}/do/close/").status_code == 303
    assert "示例培训机构三" not in browser_of(guangdong).get("/institutions").text
    assert admin.submit(f"/admin/institutions/{row}/do/reopen/").status_code == 303
