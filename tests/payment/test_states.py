"""Orders, payments and notices as pure rules."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from core.payment import rules
from core.payment.provider import Notice
from core.payment.rules import Asked, InvoiceProblem, InvoiceWanted, Mismatch, RefundPath
from core.payment.states import (ORDER_MOVES, AttemptState, Effect, Fact, OrderState, Standing,
                                 may_move, take)

START = Standing(OrderState.UNPAID, AttemptState.OPEN, carries=False)
UTC = timezone.utc


def after(facts: tuple[Fact, ...] | list[Fact], start: Standing = START) -> tuple[Standing, list[Effect]]:
    standing = start
    effects: list[Effect] = []
    for fact in facts:
        outcome = take(standing, fact)
        standing = outcome.standing
        effects += outcome.effects
    return standing, effects


@pytest.mark.parametrize("facts, order, attempt", [
    ((Fact.PAID,), OrderState.PAID, AttemptState.PAID),
    ((Fact.CLOSED,), OrderState.UNPAID, AttemptState.CLOSED),
    ((Fact.PAID, Fact.CLOSED), OrderState.PAID, AttemptState.PAID),
    ((Fact.PAID, Fact.REFUNDED), OrderState.REFUNDED, AttemptState.REFUNDED),
    ((Fact.PAID, Fact.CLOSED, Fact.REFUNDED), OrderState.REFUNDED, AttemptState.REFUNDED),
])
def test_every_order_of_facts_ends_alike(facts: tuple[Fact, ...], order: OrderState,
                                         attempt: AttemptState) -> None:
    """N-28, R15: all permutations, each fact once, twice or thrice."""
    for copies in (1, 2, 3):
        for told in set(permutations(facts * copies)):
            end, effects = after(told)
            assert (end.order, end.attempt) == (order, attempt)
            assert effects.count(Effect.CREDIT) <= 1
            assert effects.count(Effect.WITHDRAW) <= 1
            assert Effect.RETURN_MONEY not in effects


@given(st.lists(st.sampled_from(Fact), min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_shuffled_and_repeated_facts_end_alike(facts: list[Fact], random: object) -> None:
    """R15: whatever comes how often, only the set of facts decides."""
    shuffled = list(facts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert after(facts)[0] == after(shuffled)[0] == after(list(dict.fromkeys(facts)))[0]


@pytest.mark.parametrize("order", sorted(set(OrderState) - {OrderState.UNPAID}))
def test_money_for_an_order_that_waits_for_none_goes_back(order: OrderState) -> None:
    """R15: paid twice, or paid after it was closed: the order stays as it is, the money returns once."""
    end, effects = after([Fact.PAID, Fact.PAID], Standing(order, AttemptState.OPEN, False))
    assert end.order is order and effects == [Effect.RETURN_MONEY]


class TwoPayments(RuleBasedStateMachine):
    """An order with three payments and every fact at any time: one credit, no money lost."""

    def __init__(self) -> None:
        super().__init__()
        self.order = OrderState.UNPAID
        self.attempts = [AttemptState.OPEN] * 3
        self.carries = [False] * 3
        self.credits = self.withdrawn = 0
        self.returned: set[int] = set()

    @rule(which=st.integers(0, 2), fact=st.sampled_from(Fact))
    def told(self, which: int, fact: Fact) -> None:
        before = self.order
        outcome = take(Standing(self.order, self.attempts[which], self.carries[which]), fact)
        self.order, self.attempts[which] = outcome.standing.order, outcome.standing.attempt
        self.carries[which] = outcome.standing.carries
        assert before is self.order or may_move(before, self.order)
        self.credits += outcome.effects.count(Effect.CREDIT)
        self.withdrawn += outcome.effects.count(Effect.WITHDRAW)
        if Effect.RETURN_MONEY in outcome.effects:
            assert which not in self.returned
            self.returned.add(which)

    @rule()
    def trainee_closes(self) -> None:
        if may_move(self.order, OrderState.CLOSED):
            self.order = OrderState.CLOSED

    @invariant()
    def money_is_accounted_for(self) -> None:
        assert self.credits <= 1 and self.withdrawn <= 1 and sum(self.carries) <= 1
        for which, attempt in enumerate(self.attempts):
            if attempt is AttemptState.PAID:
                assert self.carries[which] != (which in self.returned)


TestTwoPayments = TwoPayments.TestCase


def test_moves_are_a_closed_table() -> None:
    """N-27, A.7: what is closed, expired or refunded stays so."""
    assert set(ORDER_MOVES) == set(OrderState)
    for end in (OrderState.CLOSED, OrderState.EXPIRED, OrderState.REFUNDED):
        assert ORDER_MOVES[end] == frozenset()
    assert not may_move(OrderState.PAID, OrderState.UNPAID)
    assert not may_move(OrderState.UNPAID, OrderState.REFUNDING)


ASKED = Asked("national", "N1", 9600)
NOTICE = Notice("x", Fact.PAID, "national", "N1", 9600)


@pytest.mark.parametrize("notice, asked, expected", [
    (NOTICE, ASKED, None),
    (Notice("x", Fact.PAID, "jilin", "N1", 9600), ASKED, Mismatch.MERCHANT),
    (NOTICE, Asked("jilin", "N1", 9600), Mismatch.ORDER),
    (NOTICE, None, Mismatch.ORDER),
    (Notice("x", Fact.PAID, "national", "N2", 9600), ASKED, Mismatch.ORDER),
    (Notice("x", Fact.PAID, "national", "N1", 9601), ASKED, Mismatch.AMOUNT),
    (Notice("x", Fact.REFUNDED, "national", "N1", 1), ASKED, Mismatch.AMOUNT),
], ids=["fits", "other merchant", "order of another merchant", "no such order", "other number",
        "one fen more", "part refund"])
def test_a_notice_must_fit(notice: Notice, asked: Asked | None, expected: Mismatch | None) -> None:
    """N-28, R15."""
    assert rules.mismatch(notice, "national", asked) is expected


@pytest.mark.parametrize("fen, text", [(12800, "¥128.00"), (9600, "¥96.00"), (0, "¥0.00"), (5, "¥0.05"),
                                       (1280000, "¥12,800.00"), (-150, "-¥1.50")])
def test_yuan(fen: int, text: str) -> None:
    """A.7: ¥96.00; integers only."""
    assert rules.yuan(fen) == text


@pytest.mark.parametrize("state, studied, path", [
    (OrderState.PAID, False, RefundPath.TRAINEE), (OrderState.PAID, True, RefundPath.INSTITUTION),
    (OrderState.UNPAID, False, RefundPath.NONE), (OrderState.REFUNDED, False, RefundPath.NONE),
    (OrderState.REFUNDING, False, RefundPath.NONE), (OrderState.CLOSED, True, RefundPath.NONE)])
def test_refund_path(state: OrderState, studied: bool, path: RefundPath) -> None:
    """A.7: the whole amount while nothing was studied, later by the institution."""
    assert rules.refund_path(state, studied) is path


def test_an_unpaid_order_expires_with_its_cycle() -> None:
    """A.7: at Shanghai midnight after 31 December of the cycle's year."""
    end = rules.end_of_year(2026)
    assert end.astimezone(UTC) == datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert rules.is_over(OrderState.UNPAID, end, end)
    assert not rules.is_over(OrderState.UNPAID, end, end - timedelta(seconds=1))
    assert not rules.is_over(OrderState.PAID, end, end)
    assert rules.seconds_to_pay(end - timedelta(seconds=90), 7200, end) == 90
    assert rules.seconds_to_pay(end - timedelta(days=9), 7200, end) == 7200
    assert rules.seconds_to_pay(end + timedelta(days=1), 7200, end) == 0


@pytest.mark.parametrize("title, tax, email, state, problems", [
    ("张三", "", "a@b.cn", OrderState.PAID, ()),
    (" 吉林 示例建筑 ", "91110000600037341l", " a.b+c@ex-ample.com.cn ", OrderState.PAID, ()),
    ("", "", "a@b.cn", OrderState.PAID, (InvoiceProblem.TITLE,)),
    ("张三", "91110000600037341X", "a@b.cn", OrderState.PAID, (InvoiceProblem.TAX_NUMBER,)),
    ("张三", "", "a@b", OrderState.PAID, (InvoiceProblem.EMAIL,)),
    ("张三", "", "a@b.cn\nBcc: x@y.cn", OrderState.PAID, (InvoiceProblem.EMAIL,)),
    ("张三", "", "a@b.cn", OrderState.UNPAID, (InvoiceProblem.STATE,)),
    ("张" * 101, "1", "@", OrderState.REFUNDED, tuple(
        [InvoiceProblem.STATE, InvoiceProblem.TITLE, InvoiceProblem.TAX_NUMBER, InvoiceProblem.EMAIL])),
])
def test_invoice(title: str, tax: str, email: str, state: OrderState,
                 problems: tuple[InvoiceProblem, ...]) -> None:
    """N-29: title, tax number (if any) a right 统一社会信用代码, e-mail."""
    wanted = rules.tidy_invoice(title, tax, email)
    assert isinstance(wanted, InvoiceWanted)
    assert rules.invoice_problems(wanted, state) == problems


def test_order_number_tells_the_shanghai_day() -> None:
    """N-27."""
    at = datetime(2026, 11, 20, 17, 0, 1, tzinfo=UTC)
    assert rules.order_number(at, 42) == "20261121010001000042"
