"""What payment does by itself: expire, refund, compare with the provider."""
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from core.base.clock import local_date, shanghai
from core.base.outbox import job
from core.payment import queries, refunds, service
from core.payment.gateway import ask, provider_of
from core.payment.states import AttemptState, Fact
from core.tenancy import Ctx

AS_FACT = {AttemptState.OPEN: None, AttemptState.CLOSED: Fact.CLOSED, AttemptState.PAID: Fact.PAID,
           AttemptState.REFUNDED: Fact.REFUNDED}


@job("payment.expire")
def expire(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """A.7: an unpaid order expires at the end of its cycle."""
    service.expire_order(ctx, UUID(payload["order"]))


@job("payment.refund")
def refund(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """Give one payment back."""
    refunds.settle_refund(ctx, UUID(payload["refund"]))


@job("payment.reconcile", every=timedelta(days=1), at=timedelta(hours=3))
def reconcile(ctx: Ctx, _payload: Mapping[str, Any]) -> None:
    """At three in the morning: yesterday's payments, and what is still open of the week, are compared one by
    one with what the provider says; a job each, so that a slow provider holds no long transaction. Refunds and
    expiries whose jobs died while the provider was silent begin anew."""
    today = local_date(ctx.now)
    end = shanghai(today.year, today.month, today.day)
    for attempt in queries.attempts_to_compare(ctx, end - timedelta(days=1), end, end - timedelta(days=7)):
        ctx.enqueue("payment.compare", {"number": attempt.number}, key=f"payment.compare:{today}:{attempt.number}")
    for waiting in queries.refunds_asked(ctx, ctx.now - timedelta(hours=1)):
        ctx.enqueue("payment.refund", {"refund": str(waiting.id)}, key=f"payment.refund:{today}:{waiting.id}")
    for order in queries.orders_overdue(ctx):
        ctx.enqueue("payment.expire", {"order": str(order.id)}, key=f"payment.expire:{today}:{order.id}")


@job("payment.compare")
def compare(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """Take in what the provider says of one payment; a difference leaves a trail row."""
    attempt = queries.attempt_by_number(ctx, payload["number"])
    seen = ask(partial(provider_of(ctx).query, attempt.number))
    theirs, ours = seen.fact if seen else None, AS_FACT[AttemptState(attempt.state)]
    if theirs == ours:
        return
    ctx.record("payment.difference", attempt.number, ours=str(ours), theirs=str(theirs))
    if theirs is not None:
        service.take_in(ctx, attempt.number, theirs)
