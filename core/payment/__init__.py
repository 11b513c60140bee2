"""Orders with their lines, the provider port, notices, refunds and e-invoices (N-27 … N-29).

Knows no flow above it: a line names its subject by type and id, and what happened is told by events.
"""
from core.payment.counter import cancel_at_counter, counter_orders, give_back, take_money
from core.payment.events import OrderClosed, OrderPaid, OrderRefunded
from core.payment.invoices import issue_invoice
from core.payment.models import Invoice, Order, OrderLine, PaymentAttempt, Refund
from core.payment.queries import (
    OrderView,
    all_orders,
    invoices_waiting,
    order_by_id,
    order_facts,
    order_of_subject,
    orders_of,
    whole_order,
)
from core.payment.refunds import refund_by_staff
from core.payment.rules import end_of_year, yuan
from core.payment.service import LineWanted, open_order, settle_free_order
from core.payment.states import InvoiceState, OrderState
from core.payment.words import ORDER_TONES, ORDER_WORDS

__all__ = [
    "ORDER_TONES", "ORDER_WORDS", "Invoice", "InvoiceState", "LineWanted", "Order", "OrderClosed", "OrderLine",
    "OrderPaid", "OrderRefunded", "OrderState", "OrderView", "PaymentAttempt", "Refund", "all_orders",
    "cancel_at_counter", "counter_orders", "end_of_year", "give_back", "invoices_waiting", "issue_invoice",
    "open_order", "order_by_id", "order_facts", "order_of_subject", "orders_of", "refund_by_staff",
    "settle_free_order", "take_money", "whole_order", "yuan",
]
