"""What moves a candidate."""
from flask_babel import gettext as _

from core.api import Conflict, Ctx

from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.batch.states import ENTRY_WORDS, MOVES, CandidateState


def move(ctx: Ctx, candidate: Candidate, to: CandidateState) -> None:
    """The one way to move a candidate. Conflict for a move that the table does not have."""
    before = CandidateState(candidate.state)
    if to not in MOVES[before]:
        raise Conflict("candidate_moved", _("这位学员现在是“%(state)s”，不能这样办理。请刷新页面后再看。",
                                            state=ENTRY_WORDS[before]))
    candidate.state, candidate.moved_at = to, ctx.now
    ctx.db.flush()
    ctx.record("zhejiang.candidate", candidate.id, **{"from": before.value, "to": to.value})
