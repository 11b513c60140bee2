"""What the flows above are told about orders, inside the same transaction."""
from dataclasses import dataclass

from core.base.db import Id
from core.base.events import Event


@dataclass(frozen=True)
class OrderPaid(Event):
    """The money is in; published once per order."""

    order_id: Id


@dataclass(frozen=True)
class OrderClosed(Event):
    """Cancelled by its payer, or its time was over, unpaid."""

    order_id: Id


@dataclass(frozen=True)
class OrderRefunded(Event):
    """The money went back; it may never have been told as paid (R15)."""

    order_id: Id
