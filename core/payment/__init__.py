"""Orders with their lines, the provider port, notices, refunds and e-invoices (N-27 … N-29).

Knows no flow above it: a line names its subject by type and id, and what happened is told by events.
"""
from core.payment.counter import cancel_at_counter, counter_orders, give_back, take_money
from core.payment.events import OrderClosed, OrderPaid, OrderRefunded
from core.payment.invoices import issue_invoice
from core.payment.models import Invoice, Order, OrderLine, PaymentAttempt, Refund
from core.payment.organizations import (
    OrganizationPayer,
    keep_open,
    locked_order,
    open_organization_order,
    paid_through_provider,
    refund_at_provider,
    split_order,
)
from core.payment.provider import Channel
from core.payment.queries import (
    OrderView,
    all_orders,
    code_picture,
    invoices_waiting,
    order_by_id,
    order_facts,
    order_of_subject,
    orders_of,
    own_attempt,
    whole_order,
)
from core.payment.refunds import reason_of, refund_by_staff
from core.payment.rules import end_of_year, yuan
from core.payment.service import (
    LineWanted,
    begin_payment,
    cancel_order,
    check_order,
    close_codes,
    open_order,
    settle_free_order,
)
from core.payment.states import InvoiceState, OrderState
from core.payment.words import CHANNEL_WORDS, ORDER_TONES, ORDER_WORDS

__all__ = [
    "CHANNEL_WORDS", "Channel", "Invoice", "InvoiceState", "LineWanted", "ORDER_TONES", "ORDER_WORDS", "Order",
    "OrderClosed", "OrderLine", "OrderPaid", "OrderRefunded", "OrderState", "OrderView", "OrganizationPayer",
    "PaymentAttempt", "Refund", "all_orders", "begin_payment", "cancel_at_counter", "cancel_order", "check_order",
    "close_codes", "code_picture", "counter_orders", "end_of_year", "give_back", "invoices_waiting", "issue_invoice",
    "keep_open", "locked_order", "open_order", "open_organization_order", "order_by_id", "order_facts",
    "order_of_subject", "orders_of", "own_attempt", "paid_through_provider", "reason_of", "refund_at_provider",
    "refund_by_staff", "settle_free_order", "split_order", "take_money", "whole_order", "yuan",
]
