"""Pages of an order through HTTP: both ways of payment, two tabs, whose it is, what both sides take away."""
import re
from collections.abc import Callable
from io import BytesIO

import openpyxl
import pytest
from sqlalchemy import select

from core.base.db import Id, new_id
from core.notification import inbox
from core.organization.models import InstitutionProfile
from core.organization.modes import PaymentWay
from core.tenancy import NOBODY, Role, Tenant, unit_of_work
from core.work import run_waiting
from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.batch.states import CandidateState, Mode
from plugins.zhejiang.order.models import BatchOrder, VoucherPicture
from plugins.zhejiang.order.states import State
from tests.browse import Browser
from tests.people import signed_in, staff
from tests.plugins.zhejiang import scene
from tests.plugins.zhejiang.test_order import NAME, Deal, make_deal, picture

Browsers = Callable[[Tenant], Browser]


@pytest.fixture
def deal(zhejiang: Tenant) -> Deal:
    return make_deal(zhejiang)


def paid_by(deal: Deal, way: PaymentWay) -> None:
    with unit_of_work(deal.tenant, NOBODY) as ctx:
        ctx.db.add(InstitutionProfile(organization_id=deal.school.id, payment_way=way, account_holder="示例培训机构一",
                                      bank="示例银行杭州分行", account_number="33001234567890", changed_at=ctx.now))


def order_of(deal: Deal) -> BatchOrder:
    with unit_of_work(deal.tenant, NOBODY) as ctx:
        found = ctx.db.scalars(select(BatchOrder).order_by(BatchOrder.created_at.desc(), BatchOrder.id.desc())).first()
        assert found is not None
        ctx.db.expunge(found)
        return found


def generated(deal: Deal, browser: Browser) -> BatchOrder:
    """Choose, look at the sum, generate."""
    path = f"/zj/order/new/{deal.school.id}"
    asked = browser.get(path)
    batches = re.findall(r'name="batch" value="([^"]+)"', asked.text)
    shown = browser.submit(path, {"step": "review", "batch": batches})
    fields = dict(re.findall(r'name="(people|expected|_once)" value="([^"]+)"', shown.text))
    assert browser.submit(path, fields | {"step": "make"}).status_code == 303
    return order_of(deal)


def vouched(browser: Browser, order_id: Id, **other: str) -> int:
    """The picture, then what it shows; the status of the answer."""
    browser.submit(f"/zj/order/{order_id}/pictures", {"picture": (BytesIO(picture()), "付款.png")})
    form = browser.get(f"/zj/order/{order_id}/voucher").text
    typed = {name: re.search(rf'name="{name}" value="([^"]*)"', form).group(1)  # type: ignore[union-attr]
             for name in ("payer_name", "paid", "paid_on", "invoice_title", "tax_number")}
    typed |= {"statement": "线上培训2人，共培训2人", "refund_bank": "示例银行", "refund_account": "6222 0000 1111"}
    return browser.submit(f"/zj/order/{order_id}/voucher", typed | other).status_code


def test_by_transfer_from_choosing_to_enrolled(deal: Deal, browser_of: Browsers) -> None:
    """ZJ-21 … ZJ-25."""
    paid_by(deal, PaymentWay.TRANSFER)
    ids = deal.reviewed(2)
    firm, school = (signed_in(browser_of(deal.tenant), one.clerk) for one in (deal.firm, deal.school))
    assert firm.get("/zj/order/choose").status_code == 302
    order = generated(deal, firm)
    shown = firm.get(f"/zj/order/{order.id}").text
    assert "33001234567890" in shown and "¥1,200.00" in shown and "待缴费" in shown and "线上直接支付" not in shown
    form = firm.get(f"/zj/order/{order.id}/voucher").text
    assert "线上培训2人，共培训2人" in form and NAME in form
    assert vouched(firm, order.id, payer_name="王小明") == 422
    assert vouched(firm, order.id) == 303
    assert order_of(deal).state == State.VOUCHED
    assert "核对" in school.get("/admin/zj_order_queue/").text
    desk = school.get(f"/zj/order/at/{order.id}").text
    assert "¥1,200.00" in desk and "示例银行" in desk and "付款单位、开票单位、金额、日期与订单一致" in desk
    for _click in range(2):
        assert school.submit(f"/zj/order/at/{order.id}/confirm", {"version": "1"}).status_code == 303
    assert "不需要再确认" in school.get(f"/zj/order/at/{order.id}").text
    assert deal.states(ids) == {CandidateState.ENROLLED} and "报名完成" in firm.get(f"/zj/order/{order.id}").text
    run_waiting(deal.tenant)
    with unit_of_work(deal.tenant, NOBODY) as ctx:
        assert [sms.phone for sms in inbox(ctx) if "2名学员报名状态为已报名" in sms.text] == ["13800138000"]


def test_the_voucher_comes_back_with_a_reason(deal: Deal, browser_of: Browsers) -> None:
    deal.reviewed(1)
    firm, school = (signed_in(browser_of(deal.tenant), one.clerk) for one in (deal.firm, deal.school))
    order = generated(deal, firm)
    assert vouched(firm, order.id) == 303
    path = f"/zj/order/at/{order.id}/send-back"
    assert school.submit(path, {"version": "1", "reason": ""}).status_code == 422
    assert school.submit(path, {"version": "1", "reason": "截图看不清金额"}).status_code == 303
    assert "截图看不清金额" in firm.get(f"/zj/order/{order.id}").text
    with unit_of_work(deal.tenant, NOBODY) as ctx:
        picture_id = ctx.db.scalars(select(VoucherPicture.id)).one()
    assert firm.submit(f"/zj/order/{order.id}/pictures/{picture_id}/remove", {}).status_code == 303
    assert vouched(firm, order.id) == 303


def test_two_tabs_make_one_order(deal: Deal, browser_of: Browsers) -> None:
    """The same form twice is one order; another form finds everybody gone."""
    deal.reviewed(2)
    browser = signed_in(browser_of(deal.tenant), deal.firm.clerk)
    path = f"/zj/order/new/{deal.school.id}"
    batches = re.findall(r'name="batch" value="([^"]+)"', browser.get(path).text)
    forms = [dict(re.findall(r'name="(people|expected|_once)" value="([^"]+)"', browser.submit(
        path, {"step": "review", "batch": batches}).text)) | {"step": "make"} for _tab in range(2)]
    first, again = (browser.submit(path, forms[0]) for _click in range(2))
    assert first.status_code == again.status_code == 303 and first.location == again.location
    assert browser.submit(path, forms[1]).status_code == 409
    with unit_of_work(deal.tenant, NOBODY) as ctx:
        assert len(ctx.db.scalars(select(BatchOrder)).all()) == 1


def test_who_is_to_wait_is_left_out(deal: Deal, browser_of: Browsers) -> None:
    ids = deal.reviewed(3)
    browser = signed_in(browser_of(deal.tenant), deal.firm.clerk)
    path = f"/zj/order/new/{deal.school.id}"
    batches = re.findall(r'name="batch" value="([^"]+)"', browser.get(path).text)
    shown = browser.submit(path, {"step": "review", "batch": batches, "without": [str(ids[0])]}).text
    assert "¥1,200.00" in shown and "另有 1 人" in shown
    assert browser.submit(path, {"step": "review", "batch": []}).status_code == 422
    assert browser.submit(path, {"step": "review", "batch": ["nonsense"]}).status_code == 422


def test_split_cancel_and_the_lists(deal: Deal, browser_of: Browsers) -> None:
    """ZJ-21; the numbers lead to each other."""
    ids = deal.reviewed(2) + deal.reviewed(1, Mode.OFFLINE, 11)
    browser = signed_in(browser_of(deal.tenant), deal.firm.clerk)
    order = generated(deal, browser)
    path = f"/zj/order/{order.id}/split"
    assert browser.submit(path, {"people": []}).status_code == 422
    assert browser.submit(path, {"people": [str(ids[2])]}).status_code == 303
    made = order_of(deal)
    assert "拆分前的订单" in browser.get(f"/zj/order/{made.id}").text
    assert "拆分出的订单" in browser.get(f"/zj/order/{order.id}").text
    assert browser.submit(f"/zj/order/{made.id}/cancel", {}).status_code == 303
    assert order_of(deal).state == State.CANCELLED and deal.states(ids[2:]) == {CandidateState.REVIEWED}
    listed = browser.get("/admin/zj_orders/?state=open").text
    assert "¥1,200.00" in listed and "¥900.00" not in listed


def test_what_is_taken_away_holds_no_formula(deal: Deal, browser_of: Browsers) -> None:
    """R34: names are typed by others."""
    batch = scene.batch(deal.tenant, deal.firm, deal.school)
    scene.candidate(deal.tenant, batch, 1, state=CandidateState.REVIEWED, name="=1+1")
    browser = signed_in(browser_of(deal.tenant), deal.firm.clerk)
    order = generated(deal, browser)
    answer = browser.submit(f"/zj/order/{order.id}/list/xlsx", {})
    cells = [cell for row in openpyxl.load_workbook(BytesIO(answer.data)).worksheets[0].iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells) and "'=1+1" in {cell.value for cell in cells}
    assert browser.submit(f"/zj/order/{order.id}/list/pdf", {}).data.startswith(b"%PDF")
    assert browser.submit(f"/zj/order/{order.id}/list/exe", {}).status_code == 404


def test_one_is_taken_out_then_all(deal: Deal, browser_of: Browsers) -> None:
    """A.7: with a reason each time; the money is the institution's to send."""
    ids = deal.reviewed(2)
    firm, school = (signed_in(browser_of(deal.tenant), one.clerk) for one in (deal.firm, deal.school))
    order = generated(deal, firm)
    vouched(firm, order.id)
    school.submit(f"/zj/order/at/{order.id}/confirm", {"version": "1"})
    at = f"/zj/order/at/{order.id}"
    assert "¥600.00" in school.get(f"{at}/people/{ids[0]}/take-out").text
    assert school.submit(f"{at}/people/{ids[0]}/take-out", {"reason": "已离职"}).status_code == 303
    assert school.get(f"{at}/people/{ids[0]}/take-out").status_code == 404
    assert school.submit(f"{at}/surplus", {"reason": "多缴"}).status_code == 409
    assert school.submit(f"{at}/refund", {"reason": "企业撤回报名"}).status_code == 303
    assert deal.states(ids) == {CandidateState.CANCELLED}
    assert "已退费" in firm.get(f"/zj/order/{order.id}").text


@pytest.mark.parametrize("data", [b"", b"MZ\x90\x00" * 20, b"<svg/>", b"%PDF-1.7 broken", b"\xff\xd8\xff\xe0 broken"])
def test_what_is_no_picture_is_refused(deal: Deal, browser_of: Browsers, data: bytes) -> None:
    """ZJ-24: by its content, whatever it is called."""
    deal.reviewed(1)
    browser = signed_in(browser_of(deal.tenant), deal.firm.clerk)
    order = generated(deal, browser)
    answer = browser.submit(f"/zj/order/{order.id}/pictures", {"picture": (BytesIO(data), "付款.png")})
    assert answer.status_code == 422
    with unit_of_work(deal.tenant, NOBODY) as ctx:
        assert not ctx.db.scalars(select(VoucherPicture)).all()


def test_others_ids_and_roles(deal: Deal, browser_of: Browsers) -> None:
    """R3: each view × a stranger of the same role 404, × another role 403."""
    ids = deal.reviewed(1)
    firm = signed_in(browser_of(deal.tenant), deal.firm.clerk)
    order = generated(deal, firm)
    vouched(firm, order.id)
    with unit_of_work(deal.tenant, NOBODY) as ctx:
        shot = ctx.db.scalars(select(VoucherPicture.id)).one()
    own = f"/zj/order/{order.id}"
    at = f"/zj/order/at/{order.id}"
    firms = {"GET": [own, f"{own}/cancel", f"{own}/split", f"{own}/voucher", f"{own}/state",
                     f"/zj/order/pictures/{shot}", f"{own}/pay/{new_id()}"],
             "POST": [f"{own}/cancel", f"{own}/split", f"{own}/voucher", f"{own}/pay", f"{own}/check",
                      f"{own}/pictures/{shot}/remove", f"{own}/list/xlsx"]}
    schools = {"GET": [at, f"{at}/send-back", f"{at}/refund", f"{at}/surplus", f"{at}/transferred",
                       f"{at}/people/{ids[0]}/take-out", f"{at}/pictures/{shot}"],
               "POST": [f"{at}/confirm", f"{at}/send-back", f"{at}/refund", f"{at}/list/pdf"]}
    stranger = signed_in(browser_of(deal.tenant), scene.firm(deal.tenant, "另一家建筑有限公司").clerk)
    beside = signed_in(browser_of(deal.tenant), scene.school(deal.tenant, "示例培训机构二").clerk)
    regulator = signed_in(browser_of(deal.tenant), staff(deal.tenant, Role.REGULATOR, city="杭州市"))
    for browser, paths, status in ((stranger, firms, 404), (beside, schools, 404), (beside, firms, 403),
                                   (stranger, schools, 403), (regulator, firms, 403), (regulator, schools, 403)):
        for method, addresses in paths.items():
            for path in addresses:
                answer = browser.get(path) if method == "GET" else browser.submit(path, {})
                assert answer.status_code == status, (path, method, answer.status_code)
    with unit_of_work(deal.tenant, NOBODY) as ctx:
        assert set(ctx.db.scalars(select(Candidate.state))) == {CandidateState.ORDERED}
