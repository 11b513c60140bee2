"""What becomes of a photo ticket (A.7)."""
from enum import StrEnum

from flask_babel import lazy_gettext as _l


class TicketState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class SheetState(StrEnum):
    """A sheet of people is looked through first; written only when somebody says so (BJ-05)."""

    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"


SHEET_TEXTS = {SheetState.CHECKED: _l("等待确认"), SheetState.RUNNING: _l("正在写入"), SheetState.DONE: _l("已写入")}


TICKET_TEXTS = {TicketState.OPEN: _l("等待处理"), TicketState.ACCEPTED: _l("已更换"), TicketState.REFUSED: _l("未同意")}
MOVES = {
    TicketState.OPEN: frozenset({TicketState.ACCEPTED, TicketState.REFUSED}),
    TicketState.ACCEPTED: frozenset[TicketState](),
    TicketState.REFUSED: frozenset[TicketState](),
}
