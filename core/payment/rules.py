"""Pure rules of orders and payments; money is in fen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.base.clock import local, shanghai
from core.base.ids import IdError, parse_credit_code
from core.payment.provider import Notice
from core.payment.states import OrderState

EMAIL = re.compile(r"[^@\s,;<>\"']{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
TITLE_CHARS = 100


def yuan(fen: int) -> str:
    """Fen as people read them: ``¥128.00``, ``¥12,800.00``, ``-¥1.50``."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}¥{whole:,}.{rest:02d}"


def order_number(now: datetime, draw: int) -> str:
    """An order's number: day and second of its making in Shanghai, then six digits of `draw`."""
    return f"{local(now):%Y%m%d%H%M%S}{draw % 1_000_000:06d}"


class Mismatch(StrEnum):
    """Why a proven notice does not fit what we asked for."""

    MERCHANT = "merchant"
    ORDER = "order"
    AMOUNT = "amount"


@dataclass(frozen=True)
class Asked:
    """What we asked the provider for."""

    merchant: str
    number: str
    amount_fen: int


def mismatch(notice: Notice, merchant: str, asked: Asked | None) -> Mismatch | None:
    """How a notice differs from what was asked, None when it fits (R15).

    `asked` is the payment with the notice's number, None when there is no such payment of ours.
    """
    if notice.merchant != merchant:
        return Mismatch.MERCHANT
    if asked is None or asked.number != notice.number or asked.merchant != notice.merchant:
        return Mismatch.ORDER
    if notice.amount_fen != asked.amount_fen:
        return Mismatch.AMOUNT
    return None


def end_of_year(year: int) -> datetime:
    """The first moment after a calendar year in Shanghai: an unpaid order of its cycle expires then (A.7)."""
    return shanghai(year + 1, 1, 1)


def seconds_to_pay(now: datetime, code_seconds: int, expires_at: datetime) -> int:
    """How long a new payment code may be paid: as set, but never beyond the order's own end."""
    return max(0, min(code_seconds, int((expires_at - now) / timedelta(seconds=1))))


def is_over(state: OrderState, expires_at: datetime, now: datetime) -> bool:
    """Whether an unpaid order's time is over (A.7)."""
    return state is OrderState.UNPAID and now >= expires_at


class RefundPath(StrEnum):
    """Who may give the money of an order back (A.7)."""

    TRAINEE = "trainee"
    INSTITUTION = "institution"
    NONE = "none"


def refund_path(state: OrderState, studied: bool) -> RefundPath:
    """A.7: the whole amount while nothing has been studied; later the institution decides with a reason."""
    if state is not OrderState.PAID:
        return RefundPath.NONE
    return RefundPath.INSTITUTION if studied else RefundPath.TRAINEE


class InvoiceProblem(StrEnum):
    """What is wrong with a request for an invoice."""

    TITLE = "title"
    TAX_NUMBER = "tax_number"
    EMAIL = "email"
    STATE = "state"


@dataclass(frozen=True)
class InvoiceWanted:
    """A request for an e-invoice (N-29); `tax_number` is '' for a person."""

    title: str
    tax_number: str
    email: str


def tidy_invoice(title: str, tax_number: str, email: str) -> InvoiceWanted:
    """What was typed, without the blanks and with the tax number in capitals."""
    return InvoiceWanted(" ".join(title.split()), "".join(tax_number.split()).upper(), email.strip())


def invoice_problems(wanted: InvoiceWanted, state: OrderState) -> tuple[InvoiceProblem, ...]:
    """N-29: a paid order, a title, a tax number that is a 统一社会信用代码 or none, an e-mail address."""
    found: list[InvoiceProblem] = []
    if state is not OrderState.PAID:
        found.append(InvoiceProblem.STATE)
    if not 1 < len(wanted.title) <= TITLE_CHARS:
        found.append(InvoiceProblem.TITLE)
    if wanted.tax_number and not _is_credit_code(wanted.tax_number):
        found.append(InvoiceProblem.TAX_NUMBER)
    if len(wanted.email) > 254 or not EMAIL.fullmatch(wanted.email):
        found.append(InvoiceProblem.EMAIL)
    return tuple(found)


def _is_credit_code(number: str) -> bool:
    try:
        parse_credit_code(number)
    except IdError:
        return False
    return True
