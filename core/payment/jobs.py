"""What payment does by itself: expire, refund, compare with the provider."""
from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from core.base.clock import shanghai
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


@job("payment.reconcile")
def reconcile(ctx: Ctx, payload: Mapping[str, Any]) -> None:
    """The night after: what the provider says of each payment of a Shanghai day (`day`, ISO) is taken in, and
    each difference leaves a trail row."""
    day = date.fromisoformat(payload["day"])
    start = shanghai(day.year, day.month, day.day)
    provider = provider_of(ctx)
    for attempt in queries.attempts_between(ctx, start, start + timedelta(days=1)):
        seen = ask(partial(provider.query, attempt.number))
        theirs, ours = seen.fact if seen else None, AS_FACT[AttemptState(attempt.state)]
        if theirs == ours:
            continue
        ctx.record("payment.difference", attempt.number, ours=str(ours), theirs=str(theirs))
        if theirs is not None:
            service.take_in(ctx, attempt.number, theirs)
