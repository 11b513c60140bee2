"""What becomes of a photo ticket (A.7)."""
from enum import StrEnum

from flask_babel import lazy_gettext as _l


class TicketState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"


TICKET_TEXTS = {TicketState.OPEN: _l("等待处理"), TicketState.ACCEPTED: _l("已更换"), TicketState.REFUSED: _l("未同意")}
MOVES = {
    TicketState.OPEN: frozenset({TicketState.ACCEPTED, TicketState.REFUSED}),
    TicketState.ACCEPTED: frozenset[TicketState](),
    TicketState.REFUSED: frozenset[TicketState](),
}
