"""What nobody waits for any more: second sheets, prints of a batch, bytes that no row names."""
from datetime import timedelta

from sqlalchemy import select

from core.api import Ctx

from plugins.zhejiang.review import filling, printing
from plugins.zhejiang.review.models import ApplicationSheet, FormPrint
from plugins.zhejiang.review.states import PrintState, SheetState

SHEETS_KEPT = timedelta(days=7)
PRINTS_KEPT = timedelta(days=2)
"""They hold ID numbers and faces, and are drawn again at a touch."""
_SWEEP_AFTER = timedelta(days=1)


def forget(ctx: Ctx) -> None:
    """Take the rows off old sheets, and old prints altogether."""
    for sheet in ctx.db.scalars(select(ApplicationSheet).where(
            ApplicationSheet.rows_key != "", ApplicationSheet.created_at < ctx.now - SHEETS_KEPT,
            ApplicationSheet.state != SheetState.RUNNING)):
        sheet.rows_key, sheet.mend_key, sheet.findings = "", None, []
    for row in ctx.db.scalars(select(FormPrint).where(FormPrint.created_at < ctx.now - PRINTS_KEPT,
                                                      FormPrint.state != PrintState.RUNNING)):
        ctx.db.delete(row)
    ctx.db.flush()


def sweep(ctx: Ctx) -> int:
    """Delete what has lain there for a day and no row names, also what a killed process left behind. How many."""
    named: set[str | None] = set()
    for rows_key, mend_key in ctx.db.execute(select(ApplicationSheet.rows_key, ApplicationSheet.mend_key)):
        named |= {rows_key, mend_key}
    for pdf_key, parts in ctx.db.execute(select(FormPrint.pdf_key, FormPrint.parts)):
        named |= {pdf_key, *parts}
    gone = [key for kind in (filling.KIND, printing.KIND) for key in ctx.blobs.before(kind, ctx.now - _SWEEP_AFTER)
            if key not in named]
    for key in gone:
        ctx.blobs.delete(key)
    if gone:
        ctx.record("zhejiang.review.swept", "-", count=len(gone))
    return len(gone)
