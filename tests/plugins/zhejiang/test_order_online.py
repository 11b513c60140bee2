"""An order that an enterprise pays online, through the sandbox provider; and what many do at once (ZJ-23, R15)."""
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from core.base.config import Config
from core.base.db import Id
from core.base.errors import Refused
from core.organization.modes import PaymentWay
from core.payment import Order, OrderState
from core.tenancy import NOBODY, Role, Tenant, unit_of_work
from core.work import run_waiting
from plugins.zhejiang.batch.states import CandidateState
from plugins.zhejiang.order.models import BatchOrder, Entry
from plugins.zhejiang.order.states import Kind, State
from tests.browse import Browser
from tests.conftest import NOON
from tests.payment.conftest import free_port
from tests.payment.provider_process import SandboxProcess
from tests.people import signed_in, staff
from tests.plugins.zhejiang.test_order import Deal, make_deal
from tests.plugins.zhejiang.test_order_pages import generated, order_of, paid_by, vouched

Browsers = Callable[[Tenant], Browser]


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    process = SandboxProcess(tmp_path_factory.mktemp("bank"), merchants=("zhejiang",), now=NOON)
    yield process
    process.kill()


@pytest.fixture
def deal(zhejiang: Tenant) -> Deal:
    return make_deal(zhejiang)


def money(deal: Deal, order: BatchOrder) -> str:
    with unit_of_work(deal.tenant, NOBODY) as ctx:
        return ctx.db.get_one(Order, order.order_id).state


def code_of(browser: Browser, order_id: Id) -> str:
    answer = browser.submit(f"/zj/order/{order_id}/pay", {"channel": "wechat"})
    assert answer.status_code == 303, answer.text
    found = re.search(r'href="(http://127[^"]+/pay/T[^"]+)"', browser.get(answer.location).text)
    assert found
    return found.group(1)


class TestOnline:
    """With a provider behind it."""

    @pytest.fixture
    def config(self, config: Config, bank: SandboxProcess) -> Config:
        return replace(config, pay_url=bank.url, pay_key_file=bank.folder, port=free_port())

    def test_paid_vouched_confirmed_and_given_back_the_way_it_came(self, deal: Deal, browser_of: Browsers,
                                                                   bank: SandboxProcess) -> None:
        """ZJ-23 … ZJ-25, A.7: the picture is asked for here too; the provider gives the whole amount back."""
        paid_by(deal, PaymentWay.ONLINE)
        ids = deal.reviewed(2)
        firm, school = (signed_in(browser_of(deal.tenant), one.clerk) for one in (deal.firm, deal.school))
        order = generated(deal, firm)
        shown = firm.get(f"/zj/order/{order.id}").text
        assert "线上直接支付" in shown and "33001234567890" not in shown
        bank.payer(code_of(firm, order.id))
        assert firm.submit(f"/zj/order/{order.id}/check", {}).status_code == 303
        assert money(deal, order) == OrderState.PAID and "已在线支付" in firm.get(f"/zj/order/{order.id}").text
        assert firm.submit(f"/zj/order/{order.id}/cancel", {}).status_code in (409, 422)
        assert vouched(firm, order.id, refund_bank="", refund_account="") == 303
        assert "在线支付已到账" in school.get(f"/zj/order/at/{order.id}").text
        assert school.submit(f"/zj/order/at/{order.id}/confirm", {"version": "1"}).status_code == 303
        assert deal.states(ids) == {CandidateState.ENROLLED}
        assert school.submit(f"/zj/order/at/{order.id}/refund", {"reason": "企业撤回报名"}).status_code == 303
        assert money(deal, order) == OrderState.REFUNDING
        run_waiting(deal.tenant)
        assert money(deal, order) == OrderState.REFUNDED and deal.states(ids) == {CandidateState.CANCELLED}

    def test_a_code_of_the_old_sum_is_closed_by_the_split(self, deal: Deal, browser_of: Browsers,
                                                          bank: SandboxProcess) -> None:
        """ZJ-21: what was paid in the meantime stays whole, and is not split."""
        paid_by(deal, PaymentWay.BOTH)
        ids = deal.reviewed(3)
        firm = signed_in(browser_of(deal.tenant), deal.firm.clerk)
        order = generated(deal, firm)
        old = code_of(firm, order.id)
        assert firm.submit(f"/zj/order/{order.id}/split", {"people": [str(ids[0])]}).status_code == 303
        assert "不能付款" in bank.payer(old).text
        bank.payer(code_of(firm, order.id))
        assert firm.submit(f"/zj/order/{order.id}/split", {"people": [str(ids[1])]}).status_code == 409
        assert order_of(deal).state == State.OPEN

    def test_without_online_payment_there_is_no_code(self, deal: Deal, browser_of: Browsers) -> None:
        """ZJ-23: the institution sets the way."""
        paid_by(deal, PaymentWay.TRANSFER)
        deal.reviewed(1)
        firm = signed_in(browser_of(deal.tenant), deal.firm.clerk)
        order = generated(deal, firm)
        assert firm.submit(f"/zj/order/{order.id}/pay", {"channel": "wechat"}).status_code == 422


def at_once(browsers: list[Browser], path: str, forms: list[dict[str, object]]) -> list[int]:
    with ThreadPoolExecutor(len(browsers)) as pool:
        return sorted(pool.map(lambda tab, form: tab.submit(path, form).status_code, browsers, forms))


def test_six_tabs_generate_at_once(deal: Deal, browser_of: Browsers) -> None:
    """Each tab has looked at the sum; one order comes of it."""
    deal.reviewed(3)
    tabs = [signed_in(browser_of(deal.tenant), deal.firm.clerk) for _tab in range(6)]
    path = f"/zj/order/new/{deal.school.id}"
    forms = []
    for tab in tabs:
        batches = re.findall(r'name="batch" value="([^"]+)"', tab.get(path).text)
        shown = tab.submit(path, {"step": "review", "batch": batches}).text
        forms.append({"step": "make", **dict(re.findall(r'name="(people|expected|_once)" value="([^"]+)"', shown))})
    assert at_once(tabs, path, forms) == [303] + [409] * 5
    with unit_of_work(deal.tenant, NOBODY) as ctx:
        assert ctx.db.scalar(select(func.count()).select_from(BatchOrder)) == 1


def test_two_clerks_and_three_clicks_confirm_once(deal: Deal, browser_of: Browsers) -> None:
    """ZJ-25: one entry, one receipt of the money."""
    ids = deal.reviewed(2)
    order_id = deal.ordered(ids)
    deal.vouched(order_id)
    other = staff(deal.tenant, Role.INSTITUTION, username="jigou-two", organization_id=deal.school.id)
    tabs = [signed_in(browser_of(deal.tenant), who) for who in (deal.school.clerk, other) for _click in range(3)]
    for tab in tabs:
        tab.get(f"/zj/order/at/{order_id}")
    at_once(tabs, f"/zj/order/at/{order_id}/confirm", [{"version": "1"}] * 6)
    with unit_of_work(deal.tenant, NOBODY) as ctx:
        assert ctx.db.scalars(select(Entry.held_fen).where(Entry.kind == Kind.CONFIRMED)).all() == [120_000]
    assert deal.states(ids) == {CandidateState.ENROLLED}


def test_one_picture_at_two_orders_at_once(deal: Deal) -> None:
    """C-18: the table decides."""
    first, second = deal.reviewed(2)
    orders = [deal.ordered([first]), deal.ordered([second])]

    def vouch(order_id: Id) -> bool:
        try:
            deal.vouched(order_id, "7")
        except Refused as error:
            assert "已用于订单" in error.sentence
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(vouch, orders)) == [False, True]
