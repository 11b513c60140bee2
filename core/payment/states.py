"""What an order and a payment can be, and which moves there are (N-27, N-28; A.7 refund and expiry)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OrderState(StrEnum):
    """Where an order stands."""

    UNPAID = "unpaid"
    PAID = "paid"
    CLOSED = "closed"
    EXPIRED = "expired"
    REFUNDING = "refunding"
    REFUNDED = "refunded"


class AttemptState(StrEnum):
    """Where one payment stands at the provider; what was learnt later never takes it back down."""

    OPEN = "open"
    CLOSED = "closed"
    PAID = "paid"
    REFUNDED = "refunded"


class InvoiceState(StrEnum):
    """Where an e-invoice stands (N-29)."""

    REQUESTED = "requested"
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"


class RefundState(StrEnum):
    """Where a refund stands; failed ones wait for a person."""

    ASKED = "asked"
    DONE = "done"
    FAILED = "failed"


class Fact(StrEnum):
    """What a provider can tell of a payment; the values are its words for a notice's kind."""

    PAID = "payment.paid"
    CLOSED = "payment.closed"
    REFUNDED = "refund.done"


class Effect(StrEnum):
    """What has to be done after a fact was taken in."""

    CREDIT = "credit"
    WITHDRAW = "withdraw"
    RETURN_MONEY = "return_money"


ORDER_MOVES: dict[OrderState, frozenset[OrderState]] = {
    # a refund may be reported ahead of the payment it gives back (R15), hence unpaid → refunded
    OrderState.UNPAID: frozenset(
        {OrderState.PAID, OrderState.CLOSED, OrderState.EXPIRED, OrderState.REFUNDED}),
    # an institution can refund at the provider itself, hence paid → refunded
    OrderState.PAID: frozenset({OrderState.REFUNDING, OrderState.REFUNDED}),
    OrderState.REFUNDING: frozenset({OrderState.REFUNDED, OrderState.PAID}),
    OrderState.CLOSED: frozenset(),
    OrderState.EXPIRED: frozenset(),
    OrderState.REFUNDED: frozenset(),
}

_RANK = {AttemptState.OPEN: 0, AttemptState.CLOSED: 1, AttemptState.PAID: 2, AttemptState.REFUNDED: 3}
_TOLD = {Fact.CLOSED: AttemptState.CLOSED, Fact.PAID: AttemptState.PAID, Fact.REFUNDED: AttemptState.REFUNDED}


def may_move(old: OrderState, new: OrderState) -> bool:
    """Whether an order may go from `old` to `new`."""
    return new in ORDER_MOVES[old]


@dataclass(frozen=True)
class Standing:
    """An order and the one payment that a fact speaks of; `carries`: the order was paid by this payment."""

    order: OrderState
    attempt: AttemptState
    carries: bool


@dataclass(frozen=True)
class Outcome:
    """What a fact leads to."""

    standing: Standing
    effects: tuple[Effect, ...] = ()


def take(standing: Standing, fact: Fact) -> Outcome:
    """What a fact from the provider does, whatever the order in which facts come (R15).

    A payment only climbs open → closed → paid → refunded, so repeats and stragglers change nothing. The first
    payment that arrives while the order waits for one carries it; money that arrives for an order already
    paid, closed, expired or refunded goes back.
    """
    told = _TOLD[fact]
    if _RANK[told] <= _RANK[standing.attempt]:
        return Outcome(standing)
    order, carries = standing.order, standing.carries
    if told is AttemptState.CLOSED:
        return Outcome(Standing(order, told, carries))
    if told is AttemptState.PAID:
        if order is OrderState.UNPAID:
            return Outcome(Standing(OrderState.PAID, told, True), (Effect.CREDIT,))
        return Outcome(Standing(order, told, False), (Effect.RETURN_MONEY,))
    if carries and order in (OrderState.PAID, OrderState.REFUNDING):
        return Outcome(Standing(OrderState.REFUNDED, told, True), (Effect.WITHDRAW,))
    if order is OrderState.UNPAID:
        return Outcome(Standing(OrderState.REFUNDED, told, True), (Effect.WITHDRAW,))
    return Outcome(Standing(order, told, carries))
