"""Two pictures side by side: who decides, and that it is said why."""
from collections.abc import Mapping

from flask_babel import gettext as _

from core.base.db import Id
from core.base.errors import Conflict, Forbidden, Refused
from core.presence.models import FaceDuplicate, ScanMatch
from core.presence.states import ReviewState
from core.tenancy import Ctx

_LEAST = 4


Reviewed = FaceDuplicate | ScanMatch


def settle(ctx: Ctx, row: Reviewed, state: ReviewState, moves: Mapping[ReviewState, frozenset[ReviewState]], note: str,
           owners: tuple[Id, ...]) -> None:
    """Write the decision with its reason. Forbidden for one's own face, Conflict when it was decided meanwhile."""
    if ctx.actor.person_id in owners:
        raise Forbidden("own_face", _("不能核对自己的照片。请由其他工作人员处理。"))
    if state not in moves.get(ReviewState(row.state), frozenset()):
        raise Conflict("review_state", _("这一条刚被处理过。请返回列表刷新后再看。"))
    if len(note.strip()) < _LEAST:
        raise Refused("note", _("请写明依据，例如看了哪些材料、怎样核实的。"), field="note")
    row.state, row.note, row.by_name, row.decided_at = state, note.strip()[:500], ctx.actor.name, ctx.now
    ctx.db.flush()
