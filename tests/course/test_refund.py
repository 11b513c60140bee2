"""The money of a course back while nothing was studied (A.7), in two tenants."""
from collections.abc import Callable

from sqlalchemy import select

from core.course import clear_hours
from core.cycle import Enrollment
from core.payment import LineWanted, open_order
from core.payment.models import Order, PaymentAttempt
from core.payment.states import OrderState
from core.tenancy import Tenant, unit_of_work
from tests.course.conftest import Learner


def bought(learner: Learner) -> str:
    """The learner's enrollment with a paid order; the order's address."""
    with unit_of_work(learner.tenant, learner.who.actor) as ctx:
        row = ctx.db.get_one(Enrollment, learner.enrollment)
        order = open_order(ctx, row.person_id, [LineWanted("enrollment", row.id, "2026年继教", 9600)], ctx.now)
        order.state, row.order_id = OrderState.PAID, order.id
        ctx.db.add(PaymentAttempt(order_id=order.id, number=order.number, provider="sandbox", merchant="x",
                                  amount_fen=9600, state="paid", carries=True, created_at=ctx.now,
                                  expires_at=ctx.now))
        return f"/orders/{order.id}"


def state(tenant: Tenant) -> str:
    with unit_of_work(tenant) as ctx:
        return ctx.db.scalars(select(Order)).one().state


def test_who_has_studied_asks_the_institution(tenant: Tenant, learner_of: Callable[..., Learner]) -> None:
    """A.7: refused from the first credited second on, and still after the hours were cleared."""
    learner = learner_of(tenant)
    order = bought(learner)
    assert "申请退款" in learner.browser.get(order).text
    assert learner.open().status_code == 200
    learner.watch(4)
    refused = learner.browser.submit(f"{order}/refund")
    assert refused.status_code == 422 and "由培训机构决定" in refused.text
    with unit_of_work(tenant) as ctx:
        clear_hours(ctx, learner.enrollment, "a", "测试", None)
    assert learner.browser.submit(f"{order}/refund").status_code == 422
    assert state(tenant) == OrderState.PAID
    page = learner.browser.get(order).text
    assert "由培训机构决定" in page and "申请退款" not in page


def test_who_has_not_studied_takes_it_back(tenant: Tenant, learner_of: Callable[..., Learner]) -> None:
    """A.7: opening the player earns nothing, so it costs nothing."""
    learner = learner_of(tenant)
    order = bought(learner)
    assert learner.open().status_code == 200
    assert learner.browser.submit(f"{order}/refund").status_code == 303
    assert state(tenant) == OrderState.REFUNDING
