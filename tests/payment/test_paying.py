"""Paying an order over HTTP: portal, provider process and notices, in two tenants (N-28, R15)."""
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
import requests
from sqlalchemy import func, select

from core.base.business_date import BusinessClock, date_file
from core.base.clock import FixedClock
from core.base.db import new_id
from core.base.errors import Conflict, DomainError
from core.base.events import _subscribers, subscribe
from core.base.outbox import JobState, OutboxRow, job_kind
from core.base.trail import TrailRow
from core.payment import (LineWanted, Order, OrderClosed, OrderPaid, OrderRefunded, PaymentAttempt, Refund,
                          invoices_waiting, issue_invoice, open_order)
from core.payment.models import PaymentNotice
from core.payment.service import take_in
from core.payment.states import Fact, OrderState
from core.tenancy import Ctx, Tenant, unit_of_work
from core.work import run_waiting
from tests.browse import Browser
from tests.payment.provider_process import SandboxProcess
from tests.people import Somebody, signed_in, trainee

Browsers = Callable[[Tenant], Browser]
UNTIL = timedelta(days=40)


@dataclass
class Told:
    """What the flows above were told."""

    paid: list[Any] = field(default_factory=list)
    closed: list[Any] = field(default_factory=list)
    refunded: list[Any] = field(default_factory=list)


@pytest.fixture
def told() -> Iterator[Told]:
    heard = Told()
    pairs = [(OrderPaid, heard.paid), (OrderClosed, heard.closed), (OrderRefunded, heard.refunded)]
    listeners = []
    for kind, into in pairs:
        def listen(ctx: Ctx, event: Any, into: list[Any] = into) -> None:
            into.append(event.order_id)
        listeners.append((kind, subscribe(kind)(listen)))
    yield heard
    for kind, listener in listeners:
        _subscribers[kind].remove(listener)


def ordered(tenant: Tenant, payer: Somebody, fen: int = 9600, now: datetime | None = None) -> Any:
    assert payer.person_id is not None
    with unit_of_work(tenant, payer.actor, now=now) as ctx:
        line = LineWanted("enrollment", new_id(), "2026年继教-资料员", fen)
        return open_order(ctx, payer.person_id, [line], ctx.now + UNTIL).id


def state_of(tenant: Tenant, order_id: Any) -> str:
    with unit_of_work(tenant) as ctx:
        return ctx.db.get_one(Order, order_id).state


def wait_for(tenant: Tenant, order_id: Any, state: OrderState) -> None:
    until = time.monotonic() + 10
    while state_of(tenant, order_id) != state:
        assert time.monotonic() < until, f"still {state_of(tenant, order_id)}"
        threading.Event().wait(0.05)


def count(tenant: Tenant, model: type, **values: object) -> int:
    with unit_of_work(tenant) as ctx:
        return ctx.db.scalar(select(func.count()).select_from(model).filter_by(**values)) or 0


def code_of(browser: Browser, order_id: Any, channel: str = "wechat") -> str:
    """Choose a channel on the pay page; the address in the code."""
    answer = browser.submit(f"/orders/{order_id}/pay", {"channel": channel})
    assert answer.status_code == 303, answer.text
    text = browser.get(answer.location).text
    found = re.search(r'href="(http://127[^"]+/pay/T[^"]+)"', text)
    assert found and "data:image/svg+xml" in text and "二维码剩余时间" in text and "15分0秒" in text
    return found.group(1)


@pytest.fixture
def payer(tenant: Tenant) -> Somebody:
    return trainee(tenant)


@pytest.fixture
def browser(tenant: Tenant, payer: Somebody, browser_of: Browsers, live: str) -> Browser:
    return signed_in(browser_of(tenant), payer)


@pytest.fixture(autouse=True)
def well_behaved(bank: SandboxProcess) -> Iterator[None]:
    yield
    for slug in ("national", "jilin"):
        switch(bank, slug)


def switch(bank: SandboxProcess, slug: str, **switches: object) -> None:
    body = b"{}" if not switches else str(switches).replace("'", '"').replace("True", "true").encode()
    headers = bank.keys(slug).headers("POST", "/v1/switches", body, bank.now())
    requests.post(f"{bank.url}/v1/switches", data=body, headers=headers, timeout=5).raise_for_status()


def test_from_the_order_to_the_return(tenant: Tenant, browser: Browser, payer: Somebody, bank: SandboxProcess,
                                      told: Told) -> None:
    """N-28: 我的订单 → 【立即购买】 → 【微信】 or 【支付宝】 → the code → paid → returned to the portal."""
    order_id = ordered(tenant, payer)
    listed = browser.get("/orders").text
    assert "立即购买" in listed and "¥96.00" in listed and "未支付" in listed
    choose = browser.get(f"/orders/{order_id}/pay").text
    assert choose.index("微信") < choose.index("支付宝") and "推荐使用微信支付" in choose and "¥96.00" in choose
    code = code_of(browser, order_id)
    assert browser.get(f"/orders/{order_id}/state").json == {"state": "unpaid"}
    bank.payer(code)
    wait_for(tenant, order_id, OrderState.PAID)
    assert browser.get(f"/orders/{order_id}/state").json == {"state": "paid"}
    done = browser.get(f"/orders/{order_id}/paid").text
    assert "支付成功" in done and "将自动返回培训网界面" in done and 'http-equiv="refresh"' in done
    assert told.paid == [order_id]
    detail = browser.get(f"/orders/{order_id}").text
    assert "已支付" in detail and "微信" in detail and "立即购买" not in detail
    assert browser.get(f"/orders/{order_id}/pay").location.endswith(f"/orders/{order_id}")


def test_a_tenant_on_another_day_pays_in_the_present(national: Tenant, browser_of: Browsers, live: str,
                                                     bank: SandboxProcess, told: Told, clock: FixedClock) -> None:
    """GD-01, R15: a business date moves neither our signatures' time nor the freshness of the provider's notices."""
    national.clock = BusinessClock(date_file(national.config, "national"), date(2020, 12, 20), clock)
    payer = trainee(national)
    order_id = ordered(national, payer)
    bank.payer(code_of(signed_in(browser_of(national), payer), order_id))
    wait_for(national, order_id, OrderState.PAID)
    assert told.paid == [order_id]


def test_notices_come_twenty_times_at_once(tenant: Tenant, browser: Browser, payer: Somebody,
                                           bank: SandboxProcess, told: Told) -> None:
    """R15: twenty identical callbacks at the same moment: one credit, each answered with success."""
    order_id = ordered(tenant, payer)
    switch(bank, tenant.slug, duplicate=19)
    bank.payer(code_of(browser, order_id))
    wait_for(tenant, order_id, OrderState.PAID)
    assert [row["status"] for row in bank.settled(tenant.slug)[-20:]] == [200] * 20
    assert told.paid == [order_id]
    assert count(tenant, PaymentNotice) == 1


@pytest.mark.parametrize("forge, status", [("signature", 401), ("amount", 422), ("merchant", 422), ("order", 422)])
def test_forged_notices_do_nothing(tenant: Tenant, browser: Browser, payer: Somebody, bank: SandboxProcess,
                                   told: Told, forge: str, status: int) -> None:
    """R15, F10: a stranger's signature, one fen more, another merchant, another order: refused, with a trail."""
    order_id = ordered(tenant, payer)
    switch(bank, tenant.slug, forge=forge)
    bank.payer(code_of(browser, order_id))
    assert bank.tried(tenant.slug) == status
    assert state_of(tenant, order_id) == OrderState.UNPAID and told.paid == []
    with unit_of_work(tenant) as ctx:
        row = ctx.db.scalars(select(TrailRow).where(TrailRow.action == "payment.notice")).first()
        assert row is not None and row.detail["why"] == forge and row.result == "refused"


def test_no_notice_at_all_and_the_payer_asks(tenant: Tenant, browser: Browser, payer: Somebody,
                                             bank: SandboxProcess, told: Told) -> None:
    """N-28: 我已付款 asks the provider itself; asking before the payment changes nothing."""
    order_id = ordered(tenant, payer)
    switch(bank, tenant.slug, drop=True)
    code = code_of(browser, order_id)
    assert browser.send(f"/orders/{order_id}/check").json == {"state": "unpaid"}
    bank.payer(code)
    answer = browser.submit(f"/orders/{order_id}/check")
    assert answer.status_code == 303 and answer.location.endswith("/paid")
    assert told.paid == [order_id]
    assert browser.send(f"/orders/{order_id}/check").json == {"state": "paid"}
    assert told.paid == [order_id]


def test_the_night_finds_what_no_notice_told(tenant: Tenant, browser: Browser, payer: Somebody,
                                             bank: SandboxProcess, told: Told, clock: FixedClock) -> None:
    """R15: nightly reconciliation by the query API, with a trail row for the difference."""
    order_id = ordered(tenant, payer)
    switch(bank, tenant.slug, drop=True)
    bank.payer(code_of(browser, order_id))
    # the night's job, run as of three in the morning; the comparison itself at the provider's time
    with unit_of_work(tenant, now=clock.now() + timedelta(hours=15)) as ctx:
        job_kind("payment.reconcile").handler(ctx, {})
        for row in ctx.db.scalars(select(OutboxRow).where(OutboxRow.kind == "payment.compare")):
            row.not_before = clock.now()
    run_waiting(tenant)
    assert state_of(tenant, order_id) == OrderState.PAID and told.paid == [order_id]
    assert count(tenant, TrailRow, action="payment.difference") == 1


def test_the_night_takes_up_what_died(tenant: Tenant, browser: Browser, payer: Somebody, bank: SandboxProcess,
                                      told: Told, clock: FixedClock) -> None:
    """A.7: a refund and an expiry whose jobs were given up while the provider was silent."""
    order_id, other = ordered(tenant, payer), ordered(tenant, payer)
    bank.payer(code_of(browser, order_id))
    wait_for(tenant, order_id, OrderState.PAID)
    browser.submit(f"/orders/{order_id}/refund")
    with unit_of_work(tenant) as ctx:
        for row in ctx.db.scalars(select(OutboxRow).where(OutboxRow.kind.in_(("payment.refund", "payment.expire")))):
            row.state = JobState.DEAD
        ctx.db.get_one(Order, other).expires_at = clock.now()
    run_waiting(tenant)
    assert (state_of(tenant, order_id), state_of(tenant, other)) == (OrderState.REFUNDING, OrderState.UNPAID)
    with unit_of_work(tenant, now=clock.now() + timedelta(hours=15)) as ctx:
        job_kind("payment.reconcile").handler(ctx, {})
        for row in ctx.db.scalars(select(OutboxRow).where(OutboxRow.state == JobState.WAITING)):
            row.not_before = clock.now()
    run_waiting(tenant)
    assert (state_of(tenant, order_id), state_of(tenant, other)) == (OrderState.REFUNDED, OrderState.EXPIRED)
    assert told.refunded == [order_id] and told.closed == [other]


def test_an_order_paid_twice_is_credited_once(tenant: Tenant, browser: Browser, payer: Somebody,
                                              bank: SandboxProcess, told: Told) -> None:
    """R15: a code that was still open is paid after the order was: the second money goes back by itself."""
    order_id = ordered(tenant, payer)
    first = code_of(browser, order_id, "wechat")
    with unit_of_work(tenant) as ctx:
        # a second code, as if the provider had missed our closing of the first
        attempt = ctx.db.scalars(select(PaymentAttempt)).one()
        attempt.state = "closed"
    second = code_of(browser, order_id, "alipay")
    bank.payer(first)
    wait_for(tenant, order_id, OrderState.PAID)
    bank.payer(second)
    until = time.monotonic() + 10
    while not count(tenant, Refund):
        assert time.monotonic() < until
        threading.Event().wait(0.05)
    run_waiting(tenant)
    assert told.paid == [order_id] and told.refunded == []
    assert state_of(tenant, order_id) == OrderState.PAID
    assert count(tenant, Refund, state="done") == 1
    assert "已全额退款" in requests.get(second, timeout=5).text
    assert "支付成功" in requests.get(first, timeout=5).text


def test_choosing_the_other_channel_closes_the_first_code(tenant: Tenant, browser: Browser, payer: Somebody,
                                                          bank: SandboxProcess) -> None:
    """N-28: 【微信】 then 【支付宝】: one code is payable at a time; the same channel again gives the same code."""
    order_id = ordered(tenant, payer)
    first = code_of(browser, order_id, "wechat")
    assert code_of(browser, order_id, "wechat") == first
    second = code_of(browser, order_id, "alipay")
    assert "不能付款" in requests.get(first, timeout=5).text
    assert "确认支付" in requests.get(second, timeout=5).text


def test_cancel_and_a_payment_that_was_faster(tenant: Tenant, browser: Browser, payer: Somebody,
                                              bank: SandboxProcess, told: Told) -> None:
    """N-27: cancelled with confirmation; the code is dead; what was paid meanwhile is paid."""
    order_id = ordered(tenant, payer)
    code = code_of(browser, order_id)
    assert "取消后可以重新选择培训周期" in browser.get(f"/orders/{order_id}/cancel").text
    assert browser.submit(f"/orders/{order_id}/cancel").status_code == 303
    assert state_of(tenant, order_id) == OrderState.CLOSED and told.closed == [order_id]
    assert "不能付款" in requests.get(code, timeout=5).text
    assert browser.submit(f"/orders/{order_id}/cancel").status_code == 303
    assert told.closed == [order_id]
    again = browser.submit(f"/orders/{order_id}/pay", {"channel": "wechat"})
    assert again.status_code == 422 and "已关闭" in again.text

    other = ordered(tenant, payer)
    switch(bank, tenant.slug, drop=True)
    bank.payer(code_of(browser, other))
    assert "刚刚支付成功" in browser.submit(f"/orders/{other}/cancel", follow_redirects=True).text
    assert state_of(tenant, other) == OrderState.PAID and told.paid == [other]


def test_refund_of_the_whole_amount(tenant: Tenant, browser: Browser, payer: Somebody, bank: SandboxProcess,
                                    told: Told) -> None:
    """A.7: the whole amount while nothing was studied; one refund however often it is asked for."""
    order_id = ordered(tenant, payer)
    code = code_of(browser, order_id)
    bank.payer(code)
    wait_for(tenant, order_id, OrderState.PAID)
    assert "申请退款" in browser.get(f"/orders/{order_id}").text
    assert browser.submit(f"/orders/{order_id}/refund").status_code == 303
    assert state_of(tenant, order_id) == OrderState.REFUNDING
    assert browser.submit(f"/orders/{order_id}/refund").status_code == 422
    run_waiting(tenant)
    wait_for(tenant, order_id, OrderState.REFUNDED)
    assert told.refunded == [order_id] and count(tenant, Refund) == 1
    assert "已全额退款" in requests.get(code, timeout=5).text
    assert "已退款" in browser.get(f"/orders/{order_id}").text


def test_a_refund_that_the_provider_refuses(tenant: Tenant, browser: Browser, payer: Somebody, told: Told,
                                            bank: SandboxProcess) -> None:
    """A.7: the order stays paid and says so, a person looks; asked for again it is given back once."""
    order_id = ordered(tenant, payer)
    code = code_of(browser, order_id)
    with unit_of_work(tenant) as ctx:
        # as if the provider had lost the payment that its notice told of
        attempt = ctx.db.scalars(select(PaymentAttempt)).one()
        take_in(ctx, attempt.number, Fact.PAID)
    browser.get(f"/orders/{order_id}")
    browser.submit(f"/orders/{order_id}/refund")
    run_waiting(tenant)
    assert state_of(tenant, order_id) == OrderState.PAID and told.refunded == []
    assert "支付机构没有受理退款" in browser.get(f"/orders/{order_id}").text
    bank.payer(code)
    bank.settled(tenant.slug)
    assert browser.submit(f"/orders/{order_id}/refund").status_code == 303
    run_waiting(tenant)
    assert state_of(tenant, order_id) == OrderState.REFUNDED and told.refunded == [order_id]
    assert count(tenant, Refund) == 1


def test_a_notice_that_is_too_long(tenant: Tenant, live: str) -> None:
    """F10: 413, and nothing is read."""
    answer = requests.post(f"{live}/{tenant.slug}/payment/notices/sandbox", data=b"x" * 20_000, timeout=9)
    assert answer.status_code == 413
    assert requests.post(f"{live}/{tenant.slug}/payment/notices/other", data=b"x", timeout=9).status_code == 404


def test_an_unpaid_order_expires_with_its_cycle(tenant: Tenant, browser: Browser, payer: Somebody, told: Told,
                                                clock: FixedClock) -> None:
    """A.7: not before its time, then by itself."""
    order_id = ordered(tenant, payer)
    clock.advance(days=39)
    run_waiting(tenant)
    assert state_of(tenant, order_id) == OrderState.UNPAID
    clock.advance(days=1)
    run_waiting(tenant)
    assert state_of(tenant, order_id) == OrderState.EXPIRED and told.closed == [order_id]


def test_a_silent_provider_leaves_the_order_as_it_is(tenant: Tenant, browser: Browser, payer: Somebody,
                                                     bank: SandboxProcess) -> None:
    """N-28: the provider is down: a sentence, no 500, the order waits; then it works."""
    order_id = ordered(tenant, payer)
    bank.kill()
    try:
        answer = browser.submit(f"/orders/{order_id}/pay", {"channel": "wechat"})
        assert answer.status_code == 422 and "暂时没有响应" in answer.text and "订单已保留" in answer.text
    finally:
        bank.start()
    assert state_of(tenant, order_id) == OrderState.UNPAID
    code_of(browser, order_id)


def test_orders_of_others_are_not_there(tenant: Tenant, payer: Somebody, browser_of: Browsers, live: str) -> None:
    """T2: somebody else's order is 404 on every page, for reading and posting."""
    order_id = ordered(tenant, payer)
    stranger = signed_in(browser_of(tenant), trainee(tenant, 2))
    stranger.get("/orders")
    for path in ("", "/pay", "/state", "/paid", "/cancel", "/refund", "/invoice"):
        assert stranger.get(f"/orders/{order_id}{path}").status_code == 404, path
    for path in ("/pay", "/check", "/cancel", "/refund", "/invoice"):
        body = {"channel": "wechat", "title": "张三", "email": "a@b.cn"}
        assert stranger.submit(f"/orders/{order_id}{path}", body).status_code == 404, path
    assert state_of(tenant, order_id) == OrderState.UNPAID
    assert "还没有订单" in stranger.get("/orders").text


def test_a_notice_of_one_tenant_is_nothing_at_the_other(national: Tenant, jilin: Tenant, live: str,
                                                        bank: SandboxProcess, browser_of: Browsers) -> None:
    """T4: a proven notice of national's payment, posted to jilin: another merchant's."""
    payer = trainee(national)
    order_id = ordered(national, payer)
    with unit_of_work(national) as ctx:
        assert ctx.db.get(Order, order_id)
    switch(bank, "national", delay=3600)
    bank.payer(code_of(signed_in(browser_of(national), payer), order_id))
    body = bank.waiting_body("national")
    headers = bank.signed_as_provider(body)
    assert requests.post(f"{live}/jilin/payment/notices/sandbox", data=body, headers=headers,
                         timeout=5).status_code == 422
    assert requests.post(f"{live}/national/payment/notices/sandbox", data=body, headers=headers,
                         timeout=5).status_code == 200
    assert state_of(national, order_id) == OrderState.PAID


@pytest.mark.parametrize("told_in", [*permutations(("payment.paid", "payment.closed", "refund.done")),
                                     ("payment.closed", "payment.paid"), ("payment.paid", "payment.closed")],
                         ids=lambda kinds: "-".join(kind.split(".")[1] for kind in kinds))
def test_notices_in_any_order_and_twice(tenant: Tenant, browser: Browser, payer: Somebody, live: str, told: Told,
                                        bank: SandboxProcess, told_in: tuple[str, ...]) -> None:
    """R15, O6: every permutation of {paid, closed, refunded}, each told twice under two ids: the same end."""
    order_id = ordered(tenant, payer)
    code_of(browser, order_id)
    with unit_of_work(tenant) as ctx:
        number = ctx.db.scalars(select(PaymentAttempt)).one().number
    for kind in (*told_in, *told_in):
        for notice_id in (kind, kind, f"{kind}-again"):
            body = json.dumps({"notice_id": notice_id, "kind": kind, "merchant": tenant.slug,
                               "out_trade_no": number, "amount_fen": 9600}).encode()
            answer = requests.post(f"{live}/{tenant.slug}/payment/notices/sandbox", data=body, timeout=9,
                                   headers=bank.signed_as_provider(body))
            assert (answer.status_code, answer.json()) == (200, {"code": "SUCCESS"})
    refunded = "refund.done" in told_in
    assert state_of(tenant, order_id) == (OrderState.REFUNDED if refunded else OrderState.PAID)
    assert told.refunded == ([order_id] if refunded else [])
    assert len(told.paid) <= 1 and (refunded or told.paid == [order_id])
    assert count(tenant, Refund) == 0


def test_notices_are_answered_within_a_second(tenant: Tenant, browser: Browser, payer: Somebody, live: str,
                                              bank: SandboxProcess, told: Told) -> None:
    """R15: forty callbacks by eight at once, the slowest under one second."""
    switch(bank, tenant.slug, delay=3600)
    order_id = ordered(tenant, payer)
    bank.payer(code_of(browser, order_id))
    body = bank.waiting_body(tenant.slug)

    def post(_number: int) -> tuple[int, float]:
        headers = bank.signed_as_provider(body)
        begun = time.perf_counter()
        answer = requests.post(f"{live}/{tenant.slug}/payment/notices/sandbox", data=body, headers=headers, timeout=9)
        return answer.status_code, time.perf_counter() - begun

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(post, range(40)))
    assert {status for status, _ in results} == {200}
    assert max(seconds for _, seconds in results) < 1
    assert told.paid == [order_id]


def test_e_invoice(national: Tenant, bank: SandboxProcess, browser_of: Browsers, live: str) -> None:
    """N-29: 自行申请电子发票: only of a paid order, with a right tax number, changed until it is issued."""
    tenant, payer = national, trainee(national)
    browser = signed_in(browser_of(national), payer)
    order_id = ordered(tenant, payer)
    asked = {"title": "示例建筑有限公司", "tax_number": "", "email": "a@b.cn"}
    assert "只有已支付的订单" in browser.submit(f"/orders/{order_id}/invoice", asked).text
    bank.payer(code_of(browser, order_id))
    wait_for(tenant, order_id, OrderState.PAID)
    page = browser.get(f"/orders/{order_id}/invoice").text
    assert "需要开具发票可在培训系统中操作，自行申请电子发票" in page and "¥96.00" in page
    wrong = browser.submit(f"/orders/{order_id}/invoice", {**asked, "tax_number": "91110000600037341X"})
    assert wrong.status_code == 422 and "统一社会信用代码" in wrong.text
    for _again in range(2):
        assert browser.submit(f"/orders/{order_id}/invoice", asked).status_code == 303
    assert "等待开具" in browser.get(f"/orders/{order_id}").text
    with unit_of_work(tenant) as ctx:
        (waiting,) = invoices_waiting(ctx)
        assert (waiting.title, waiting.amount_fen) == ("示例建筑有限公司", 9600)
        with pytest.raises(DomainError, match="发票号码"):
            issue_invoice(ctx, waiting.id, " ")
        issue_invoice(ctx, waiting.id, "2611 2000 0001")
        with pytest.raises(Conflict):
            issue_invoice(ctx, waiting.id, "261120000002")
    assert "已开具" in browser.get(f"/orders/{order_id}").text
    again = browser.submit(f"/orders/{order_id}/invoice", asked)
    assert again.status_code == 409 and "已开具" in again.text


def test_no_invoice_where_the_tenant_issues_none(jilin: Tenant, browser_of: Browsers) -> None:
    """X-23: not offered, and 404 for who types the address."""
    payer = trainee(jilin)
    browser, order_id = signed_in(browser_of(jilin), payer), ordered(jilin, payer)
    assert "申请发票" not in browser.get(f"/orders/{order_id}").text
    assert browser.get(f"/orders/{order_id}/invoice").status_code == 404
    assert browser.submit(f"/orders/{order_id}/invoice", {"title": "张三", "email": "a@b.cn"}).status_code == 404


def test_nobody_signed_in_sees_an_order(tenant: Tenant, payer: Somebody, browser_of: Browsers) -> None:
    """T3."""
    order_id = ordered(tenant, payer)
    assert browser_of(tenant).get(f"/orders/{order_id}").status_code == 302
