"""What the cycle does when an order's fate is known."""
from core.base.events import subscribe
from core.cycle import service
from core.payment import OrderClosed, OrderPaid, OrderRefunded
from core.tenancy import Ctx


@subscribe(OrderPaid)
def paid(ctx: Ctx, event: OrderPaid) -> None:
    """N-28: the enrollments of a paid order are open."""
    service.open_paid(ctx, event.order_id)


@subscribe(OrderClosed)
def closed(ctx: Ctx, event: OrderClosed) -> None:
    """N-27: the choice is free again."""
    service.cancel_ordered(ctx, event.order_id)


@subscribe(OrderRefunded)
def refunded(ctx: Ctx, event: OrderRefunded) -> None:
    """A.7: the refunded post takes its general hours along."""
    service.cancel_ordered(ctx, event.order_id)
