"""From the certificate to the opened enrollment over HTTP, in two tenants (N-18 … N-27, A.7)."""
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import select

from core.app import load_flow_parts
from core.base.clock import FixedClock
from core.base.db import Id
from core.base.events import _subscribers, subscribe
from core.contract.hooks import hookimpl
from core.contract.values import EnrollmentFacts, OrderPath, PersonFacts
from core.cycle import defaults as cycle_defaults
from core.cycle import (Enrollment, EnrollmentCancelled, EnrollmentOpened, EnrollmentState, HoursDueChanged, complete,
                        enrollments_of)
from core.extension import build_manager
from core.identity import person_of
from core.notification import messages_of
from core.organization import post_by_name, seed_posts
from core.payment import Order, OrderState
from core.payment import defaults as payment_defaults
from core.registry import certificate, certificates_of, pull_certificates, record_hours, void
from core.registry.holdings import fill
from core.registry.sheet import CertificateSheet, Holding
from core.tenancy import Ctx, Tenant, unit_of_work
from core.web import JianxueFlask
from core.work import run_waiting
from tests.browse import Browser
from tests.payment.provider_process import SandboxProcess
from tests.payment.test_paying import code_of, wait_for
from tests.people import Somebody, signed_in, trainee

Browsers = Callable[[Tenant], Browser]
POSTS = ("资料员", "材料员", "劳务员")


def ruled(tenant: Tenant, group: str, **values: object) -> None:
    """Give the tenant other rules, as its file could."""
    version = tenant.file.rule_set
    changed = replace(getattr(version.rules, group), **values)
    rules = replace(version.rules, **{group: changed})
    tenant.file = replace(tenant.file, rule_set=replace(version, rules=rules))


def certified(tenant: Tenant, somebody: Somebody, *posts: str, issued: date = date(2016, 4, 19)) -> dict[str, Id]:
    """Certificates pulled for the person; post → certificate id."""
    assert somebody.person_id is not None
    sheet = [Holding(somebody.name, somebody.id_number, post, f"12161140{issued.year}{place}", "某省建设厅", "吉林省",
                     issued) for place, post in enumerate(posts)]
    with unit_of_work(tenant) as ctx:
        seed_posts(ctx)
        fill(ctx, CertificateSheet(tuple(sheet), ()))
        person = person_of(ctx, somebody.person_id)
        pull_certificates(ctx, person)
        return {held.post.name: held.id for held in certificates_of(ctx, person)}


@pytest.fixture
def payer(tenant: Tenant) -> Somebody:
    return trainee(tenant)


@pytest.fixture
def held(tenant: Tenant, payer: Somebody) -> dict[str, Id]:
    return certified(tenant, payer, *POSTS)


@pytest.fixture
def browser(tenant: Tenant, payer: Somebody, browser_of: Browsers) -> Browser:
    return signed_in(browser_of(tenant), payer)


@pytest.fixture
def heard() -> Iterator[list[Any]]:
    events: list[Any] = []
    kinds = (EnrollmentOpened, EnrollmentCancelled, HoursDueChanged)

    def listen(_ctx: Ctx, event: Any) -> None:
        events.append(event)
    for kind in kinds:
        subscribe(kind)(listen)
    yield events
    for kind in kinds:
        _subscribers[kind].remove(listen)


def rows(tenant: Tenant, payer: Somebody, **more: bool) -> list[Enrollment]:
    assert payer.person_id is not None
    with unit_of_work(tenant) as ctx:
        return enrollments_of(ctx, payer.person_id, **more)


def choose(browser: Browser, *wanted: tuple[Id, int]) -> Any:
    return browser.submit("/education/choose", {"choice": [f"{one}:{year}" for one, year in wanted]})


def submit(browser: Browser) -> Id:
    """Confirm what is in the cart; the id of the order that was made."""
    browser.get("/education/submit")
    answer = browser.submit("/education/submit")
    assert answer.status_code == 303, answer.text
    found = re.fullmatch(r".*/orders/([0-9a-f-]{36})", answer.location)
    assert found
    return Id(found.group(1))


def pay(tenant: Tenant, browser: Browser, bank: SandboxProcess, order_id: Id) -> None:
    bank.payer(code_of(browser, order_id))
    wait_for(tenant, order_id, OrderState.PAID)


def test_from_certificate_to_order(tenant: Tenant, browser: Browser, payer: Somebody, held: dict[str, Id]) -> None:
    """N-18, N-20, N-21, N-22, N-23, N-25, N-26, N-27, N-19, N-24: choose two, read the reason, confirm, order."""
    text = browser.get("/education/choose").text
    for words in ("资料员", "吉林省", "1216114020160", "2016-04-19", "2026-01-01~2026-12-31", "2025-01-01~2025-12-31",
                  "请先选择本年度周期进行学习，如主管部门有要求的再选择上一年度周期。", "¥96.00"):
        assert words in text, words
    assert "上一年度周期：主管部门有要求时才选择" in text and "2024-01-01" not in text and "2027-01-01" not in text
    assert text.index("2026-01-01~") < text.index("2025-01-01~")
    assert choose(browser, (held["资料员"], 2026), (held["材料员"], 2026)).location == "/education/cart"
    cart = browser.get("/education/cart").text
    assert "您2026年度已报名资料员，通用课程10学时免学，本岗位还需学习22学时。" in cart
    assert "当年年度自第二个岗位开始，通用课程免学" in cart and "2026年11月20日" in cart
    assert "32 学时：通用课程 10，专业课程 22" in cart and "22 学时：通用课程 0，专业课程 22" in cart
    assert "¥192.00" in cart
    assert re.search(r'购物车 <span class="jx-badge">2<', cart)
    dialog = browser.get("/education/submit").text
    assert "<h1>提示</h1>" in dialog and ">确定</button>" in dialog and ">取消</a>" in dialog
    assert "您即将购买岗位为【资料员】的【正常周期】课程" in dialog
    assert "您即将购买岗位为【材料员】的【正常周期】课程" in dialog
    order_id = submit(browser)
    order = browser.get(f"/orders/{order_id}").text
    assert "2026年继教-施工现场管理人员继续教育培训（资料员）" in order and "¥192.00" in order and "立即购买" in order
    first, second = rows(tenant, payer)
    assert [(one.post.name, one.state) for one in (first, second)] == [("资料员", "ordered"), ("材料员", "ordered")]
    assert (first.general_hours_due, second.general_hours_due, second.professional_hours_due) == (10, 0, 22)
    assert second.exemption is not None and second.exemption["by"] == str(first.id)
    assert second.exemption["rule"] == "N-25" and second.exemption["post"] == "资料员"
    assert not rows(tenant, payer, chosen=True)
    with unit_of_work(tenant) as ctx:
        made = ctx.db.get_one(Order, order_id)
        assert [line.amount_fen for line in made.lines] == [9600, 9600]
        assert {line.subject_id for line in made.lines} == {first.id, second.id}


def test_paid_is_open(tenant: Tenant, browser: Browser, payer: Somebody, held: dict[str, Id], bank: SandboxProcess,
                      live: str, heard: list[Any]) -> None:
    """N-28: the paid order opens its enrollments, once."""
    choose(browser, (held["资料员"], 2026))
    order_id = submit(browser)
    pay(tenant, browser, bank, order_id)
    (row,) = rows(tenant, payer)
    assert row.state == EnrollmentState.OPEN and row.opened_at is not None
    assert heard == [EnrollmentOpened(row.id)]
    assert "已报名" in browser.get("/education").text


@pytest.mark.parametrize("year, sentence", [(2024, "只能选择2025至2026年度"), (2027, "只能选择2025至2026年度"),
                                            (1999, "只能选择2025至2026年度")])
def test_a_year_outside_the_window(tenant: Tenant, browser: Browser, payer: Somebody, held: dict[str, Id], year: int,
                                   sentence: str) -> None:
    """N-22: 422 and a sentence; nothing of the same post is kept either."""
    answer = choose(browser, (held["资料员"], 2026), (held["材料员"], year))
    assert answer.status_code == 422 and sentence in answer.text
    assert f'value="{held["资料员"]}:2026" checked' in answer.text
    assert not rows(tenant, payer, chosen=True)


@pytest.mark.parametrize("values", [[], ["x"], ["x:2026"], [":"], ["00000000-0000-0000-0000-000000000000:二〇二六"],
                                    ["%s:20266"], ["%s:-026"], ["%s:２０２６"]])
def test_a_choice_that_is_none(browser: Browser, held: dict[str, Id], values: list[str]) -> None:
    """N-27: bad input is 422 with a sentence."""
    filled = [value.replace("%s", str(held["资料员"])) for value in values]
    answer = browser.submit("/education/choose", {"choice": filled})
    assert answer.status_code == 422 and ("请至少选择" in answer.text or "请从列表中选择" in answer.text)


def test_somebody_elses_certificate(tenant: Tenant, browser: Browser, payer: Somebody, held: dict[str, Id]) -> None:
    """N-27, T2: 404, like one that does not exist."""
    other = certified(tenant, trainee(tenant, 2, name="李四"), "机械员", issued=date(2017, 1, 1))
    for wanted in (other["机械员"], Id(int=7)):
        assert choose(browser, (wanted, 2026)).status_code == 404
        assert choose(browser, (held["资料员"], 2026), (wanted, 2026)).status_code == 404
    assert not rows(tenant, payer, chosen=True)


def test_already_chosen_or_enrolled(tenant: Tenant, browser: Browser, payer: Somebody, held: dict[str, Id]) -> None:
    """N-27: once per certificate and cycle, whether in the cart or ordered."""
    assert choose(browser, (held["资料员"], 2026)).status_code == 303
    again = choose(browser, (held["资料员"], 2026))
    assert again.status_code == 409 and "资料员岗位2026年度已经报名或已在购物车中" in again.text
    submit(browser)
    assert choose(browser, (held["资料员"], 2026)).status_code == 409
    assert "待缴费" in browser.get("/education/choose").text
    assert choose(browser, (held["资料员"], 2025)).status_code == 303
    assert len(rows(tenant, payer)) == 1


def test_the_same_choice_twenty_times_at_once(tenant: Tenant, payer: Somebody, held: dict[str, Id],
                                              browser_of: Browsers) -> None:
    """N-27: one row, however many tabs."""
    browsers = [signed_in(browser_of(tenant), payer) for _tab in range(6)]
    for tab in browsers:
        tab.get("/education/choose")
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda tab: choose(tab, (held["资料员"], 2026)).status_code, browsers))
    assert sorted(answers) == [303] + [409] * 5
    assert len(rows(tenant, payer, chosen=True)) == 1


def test_dropping_a_choice(tenant: Tenant, browser: Browser, payer: Somebody, held: dict[str, Id],
                           browser_of: Browsers) -> None:
    """N-19: taken out of 购物车; somebody else's is 404."""
    choose(browser, (held["资料员"], 2026))
    (row,) = rows(tenant, payer, chosen=True)
    stranger = signed_in(browser_of(tenant), trainee(tenant, 2))
    stranger.get("/education/cart")
    assert stranger.submit(f"/education/cart/{row.id}/drop").status_code == 404
    assert browser.submit(f"/education/cart/{row.id}/drop").status_code == 303
    assert browser.submit(f"/education/cart/{row.id}/drop").status_code == 404
    assert "购物车是空的" in browser.get("/education/cart").text
    assert "购物车是空的" in browser.submit("/education/submit").text


def test_submitting_twice_makes_one_order(tenant: Tenant, browser: Browser, held: dict[str, Id]) -> None:
    """N-27, O2: the same form sent again leads to the same order."""
    choose(browser, (held["资料员"], 2026))
    key = re.search(r'name="_once" value="([^"]+)"', browser.get("/education/submit").text)
    assert key
    answers = [browser.submit("/education/submit", {"_once": key.group(1)}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    with unit_of_work(tenant) as ctx:
        assert len(ctx.db.scalars(select(Order)).all()) == 1


def test_a_cart_older_than_the_year(tenant: Tenant, browser: Browser, held: dict[str, Id], payer: Somebody,
                                    clock: FixedClock, browser_of: Browsers) -> None:
    """N-22: what was chosen in December is checked again in January of the year after next."""
    choose(browser, (held["资料员"], 2025))
    clock.advance(days=45)
    fresh = signed_in(browser_of(tenant), payer)
    fresh.get("/education/cart")
    answer = fresh.submit("/education/submit")
    assert answer.status_code == 422 and "2025年度不在可选范围内" in answer.text
    assert not rows(tenant, payer)


def test_cancelled_order_frees_the_choice(tenant: Tenant, browser: Browser, held: dict[str, Id], payer: Somebody,
                                          heard: list[Any]) -> None:
    """N-27, A.7: the first post's order is cancelled: the second owes the general hours, and it was told before."""
    choose(browser, (held["资料员"], 2026))
    first = submit(browser)
    choose(browser, (held["材料员"], 2026))
    submit(browser)
    told = browser.get(f"/orders/{first}/cancel").text
    assert "取消或退款后，材料员岗位2026年度不再免学，需要学习通用课程10学时" in told
    browser.submit(f"/orders/{first}/cancel")
    (second,) = rows(tenant, payer)
    assert (second.post.name, second.general_hours_due, second.exemption) == ("材料员", 10, None)
    assert HoursDueChanged(second.id) in heard and sum(isinstance(one, EnrollmentCancelled) for one in heard) == 1
    with unit_of_work(tenant) as ctx:
        assert "需要学习通用课程10学时" in messages_of(ctx, person_of(ctx, payer.person_id))[0].text  # type: ignore[arg-type]
    assert choose(browser, (held["资料员"], 2026)).status_code == 303
    assert "您2026年度已报名材料员" in browser.get("/education/cart").text


def test_paying_the_second_first(tenant: Tenant, browser: Browser, held: dict[str, Id], payer: Somebody,
                                 bank: SandboxProcess, live: str) -> None:
    """N-25, A.7: an unpaid first post carries no exemption; the pay page says so before."""
    choose(browser, (held["资料员"], 2026))
    submit(browser)
    choose(browser, (held["材料员"], 2026))
    second = submit(browser)
    assert "只支付本订单后，材料员岗位2026年度不再免学" in browser.get(f"/orders/{second}/pay").text
    pay(tenant, browser, bank, second)
    owed = {row.post.name: row.general_hours_due for row in rows(tenant, payer)}
    assert owed == {"资料员": 0, "材料员": 10}


def test_refunded_first_post(tenant: Tenant, browser: Browser, held: dict[str, Id], payer: Somebody,
                             bank: SandboxProcess, live: str) -> None:
    """A.7: refunded, it takes its general hours along; what rests on it and is on record needs a person."""
    choose(browser, (held["资料员"], 2026))
    first = submit(browser)
    pay(tenant, browser, bank, first)
    choose(browser, (held["材料员"], 2026))
    second = submit(browser)
    pay(tenant, browser, bank, second)
    _first_row, second_row = rows(tenant, payer)
    with unit_of_work(tenant) as ctx:
        complete(ctx, second_row.id)
    refused = browser.submit(f"/orders/{first}/refund")
    assert refused.status_code == 422 and "材料员岗位已凭本订单的通用课程完成本年度学时" in refused.text
    assert "不能退款" in browser.submit(f"/orders/{second}/refund").text
    with unit_of_work(tenant) as ctx:
        ctx.db.get_one(Enrollment, second_row.id).state = EnrollmentState.OPEN
    assert "不再免学" in browser.get(f"/orders/{first}/refund").text
    assert browser.submit(f"/orders/{first}/refund").status_code == 303
    run_waiting(tenant)
    wait_for(tenant, first, OrderState.REFUNDED)
    assert [(row.post.name, row.general_hours_due) for row in rows(tenant, payer)] == [("材料员", 10)]


def test_expired_order_frees_the_choice(tenant: Tenant, browser: Browser, held: dict[str, Id], payer: Somebody,
                                        clock: FixedClock) -> None:
    """A.7: unpaid until the end of its cycle in Shanghai."""
    choose(browser, (held["资料员"], 2026))
    submit(browser)
    clock.advance(days=41, hours=11, minutes=59)
    run_waiting(tenant)
    assert len(rows(tenant, payer)) == 1
    clock.advance(minutes=1)
    run_waiting(tenant)
    assert rows(tenant, payer) == []


def test_where_others_pay_it_opens_at_once(tenant: Tenant, browser: Browser, held: dict[str, Id], payer: Somebody,
                                           heard: list[Any]) -> None:
    """X-10: a province's hook says who pays; then there is no order page."""
    plugin = ModuleType("paid_by_group")

    @hookimpl
    def resolve_order_path(ctx: Ctx, enrollment: EnrollmentFacts) -> OrderPath | None:
        return OrderPath(self_service=False, sentence="由集团统一缴费")

    plugin.resolve_order_path = resolve_order_path  # type: ignore[attr-defined]
    tenant.plugins = build_manager(tenant.slug, ["group"], load_flow_parts(), {"group": plugin})
    assert choose(browser, (held["资料员"], 2026)).location == "/training"
    (row,) = rows(tenant, payer)
    assert row.state == EnrollmentState.OPEN and row.order_id is None and heard == [EnrollmentOpened(row.id)]


def test_employment_and_education_pages(tenant: Tenant, browser: Browser, held: dict[str, Id]) -> None:
    """N-19, N-20, N-50: 从业信息 with the facts; 继续教育 with its sentence and the table's columns or a hint."""
    text = browser.get("/employment").text
    for words in ("岗位", "省份", "证书编号", "发证时间", "2016-04-19"):
        assert words in text
    text = browser.get("/education").text
    assert "参加继续教育" in text and "还没有学时记录" in text


def test_without_certificates_there_is_a_next_step(tenant: Tenant, browser: Browser) -> None:
    """N-18: the page says what to do."""
    assert "获取本人所有证书信息" in browser.get("/education/choose").text
    assert browser.get("/education/submit").location == "/education/cart"


def test_no_year_before_the_certificates_own(tenant: Tenant, browser_of: Browsers) -> None:
    """N-20, N-22: a certificate of this year has no cycle of last year."""
    newcomer = trainee(tenant, 3, name="赵五")
    held = certified(tenant, newcomer, "机械员", issued=date(2026, 2, 1))
    browser = signed_in(browser_of(tenant), newcomer)
    assert "不需要补学2025年度" in browser.get("/education/choose").text
    assert choose(browser, (held["机械员"], 2025)).status_code == 422
    assert choose(browser, (held["机械员"], 2026)).status_code == 303


def test_the_regulator_may_forbid_last_year(tenant: Tenant, browser: Browser, held: dict[str, Id]) -> None:
    """N-23: cycle.previous_year = forbid: not offered, and refused for who asks all the same."""
    ruled(tenant, "cycle", previous_year="forbid")
    assert "2025-01-01" not in browser.get("/education/choose").text
    answer = choose(browser, (held["资料员"], 2025))
    assert answer.status_code == 422 and "主管部门没有开放上一年度周期，请选择2026年度" in answer.text
    assert choose(browser, (held["资料员"], 2026)).status_code == 303


def test_a_tenant_without_exemption(tenant: Tenant, browser: Browser, held: dict[str, Id], payer: Somebody) -> None:
    """N-25: where it is not granted each post owes all 32 hours (N-30)."""
    ruled(tenant, "cycle", exempt_general_from_second=False)
    choose(browser, (held["资料员"], 2026), (held["材料员"], 2026))
    assert "免学" not in browser.get("/education/cart").text
    submit(browser)
    assert [row.general_hours_due + row.professional_hours_due for row in rows(tenant, payer)] == [32, 32]


def test_what_costs_nothing_is_open_at_once(tenant: Tenant, browser: Browser, held: dict[str, Id], payer: Somebody,
                                            heard: list[Any]) -> None:
    """A.7, N-27: an order of ¥0.00 asks for no payment."""
    ruled(tenant, "payment", continuing_fen=0)
    choose(browser, (held["资料员"], 2026))
    order_id = submit(browser)
    assert "已支付" in browser.get(f"/orders/{order_id}").text
    (row,) = rows(tenant, payer)
    assert row.state == EnrollmentState.OPEN and heard == [EnrollmentOpened(row.id)]


def test_a_year_on_record_needs_no_enrollment(tenant: Tenant, browser: Browser, held: dict[str, Id],
                                              payer: Somebody) -> None:
    """N-50, N-27: the year's hours are on record already, say from an institution."""
    assert payer.person_id is not None
    with unit_of_work(tenant) as ctx:
        post = post_by_name(ctx, "资料员")
        assert post is not None
        record_hours(ctx, person_of(ctx, payer.person_id), post, 2026, 32, date(2026, 11, 1), source="test")
    answer = choose(browser, (held["资料员"], 2026))
    assert answer.status_code == 422 and "资料员岗位2026年度学时已经完成" in answer.text
    table = browser.get("/education").text
    for words in ("机构", "岗位", "已上传学时数", "总学时数", "上传日期", "2026-11-01"):
        assert words in table


def test_a_voided_certificate_cannot_be_enrolled(tenant: Tenant, browser: Browser, held: dict[str, Id],
                                                 payer: Somebody) -> None:
    """X-18, N-52: 作废; the others stay."""
    assert payer.person_id is not None
    with unit_of_work(tenant) as ctx:
        void(ctx, certificate(ctx, held["资料员"]), "测试")
    answer = choose(browser, (held["资料员"], 2026))
    assert answer.status_code == 422 and "作废" in answer.text
    assert choose(browser, (held["材料员"], 2026)).status_code == 303


def test_the_steps_two_and_three(tenant: Tenant, browser: Browser, held: dict[str, Id], payer: Somebody,
                                 app: JianxueFlask) -> None:
    """N-03: 继续教育报名 and 在线缴费 on 办到哪一步 move from the cart to the order."""
    assert payer.person_id is not None
    facts = PersonFacts(payer.person_id, payer.name, "", True, True, False, False, False)

    def steps() -> list[tuple[str, str, str]]:
        with unit_of_work(tenant, payer.actor) as ctx, app.test_request_context("/"):
            found = [*cycle_defaults.collect_steps(ctx, facts), *payment_defaults.collect_steps(ctx, facts)]
            return [(step.title, step.state.value, step.action.label if step.action else "") for step in found]

    assert steps() == [("继续教育报名", "未开始", "选择培训周期"), ("在线缴费", "未开始", "")]
    choose(browser, (held["资料员"], 2026))
    assert steps()[0] == ("继续教育报名", "进行中", "提交报名")
    submit(browser)
    assert steps() == [("继续教育报名", "已完成", ""), ("在线缴费", "进行中", "立即购买")]
