"""What 已报名 becomes in the core, and what a refund ends (ZJ-25 … ZJ-27, ZJ-31): between the order and the training."""
from collections.abc import Sequence
from itertools import groupby

from flask_babel import gettext as _

from core.api import CertificateFacts, Ctx, Problem, Refused
from core.api.enrolling import (
    FirstTraining,
    at_hand,
    cancel_enrollments,
    enroll_first,
    enroll_held,
    why_not_held,
)
from core.api.organization import post_names
from core.api.people import cards_of
from core.api.registry import held_by, pull
from core.api.store import Id

from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.batch.states import Mode
from plugins.zhejiang.settings import rules_of
from plugins.zhejiang.testing.service import release
from plugins.zhejiang.training.service import leave

_NAMED = 10


def enrolled(ctx: Ctx, candidates: Sequence[Candidate]) -> None:
    """已报名 (ZJ-25): everybody gets the core's enrollment, paid for and open; all or none.

    Conflict or Refused names who cannot be enrolled and why.
    """
    waiting = [one for one in candidates if one.enrollment_id is None]
    _enroll_first(ctx, [one for one in waiting if one.mode != Mode.CONTINUING])
    _enroll_continuing(ctx, [one for one in waiting if one.mode == Mode.CONTINUING])
    ctx.db.flush()


def left(ctx: Ctx, candidates: Sequence[Candidate]) -> None:
    """Refunded after 已报名: enrollment, place in the plan, application for the test and seat in it end; what was learned
    stays in the ledger. Conflict for who has the certificate already."""
    leave(ctx, [one.id for one in candidates])
    release(ctx, candidates)
    cancel_enrollments(ctx, [one.enrollment_id for one in candidates if one.enrollment_id is not None])


def _enroll_first(ctx: Ctx, candidates: Sequence[Candidate]) -> None:
    """ZJ-27: online the hours of the rule are due; in class the institution's list counts them."""
    rules = rules_of(ctx)
    in_order = sorted(candidates, key=lambda one: one.institution_id)
    for institution_id, found in groupby(in_order, key=lambda one: one.institution_id):
        some = list(found)
        ids = enroll_first(ctx, [FirstTraining(
            one.person_id, one.post_id, one.year,
            *((rules.first_general, rules.first_professional) if one.mode == Mode.ONLINE else (0, 0)))
            for one in some], institution_id)
        for one, enrollment_id in zip(some, ids, strict=True):
            one.enrollment_id = enrollment_id


def _enroll_continuing(ctx: Ctx, candidates: Sequence[Candidate]) -> None:
    """ZJ-26: for the certificate on file, by the cycle's own rules."""
    posts = post_names(ctx) if candidates else {}
    kept = at_hand(ctx, [one.person_id for one in candidates])
    studied: list[tuple[Candidate, Id]] = []
    refused: list[tuple[Id, str]] = []
    for one in candidates:
        held, sentence = _certificate(ctx, one.person_id, posts[one.post_id], one.year)
        if held is None:
            refused.append((one.person_id, sentence))
        else:
            studied.append((one, held.id))
    if refused:
        cards = cards_of(ctx, {person_id for person_id, _why in refused[:_NAMED]})
        raise Refused("continuing", _("%(count)s 人不能报名继续教育，这次确认没有办理。", count=len(refused)), problems=tuple(
            Problem("continuing", f"{cards[person_id].name}：{why}") for person_id, why in refused[:_NAMED]))
    for one, certificate_id in studied:
        one.enrollment_id = enroll_held(ctx, one.person_id, certificate_id, one.year, one.institution_id)
    kept.clear()


def _certificate(ctx: Ctx, person_id: Id, post: str, year: int) -> tuple[CertificateFacts | None, str]:
    """What is continued, or why nothing can be. The ministry is asked where nothing is on file (N-18)."""
    found = [one for one in held_by(ctx, person_id) if one.post == post]
    if not found:
        try:
            pull(ctx, person_id)
        except Refused as error:
            return None, error.sentence
        found = [one for one in held_by(ctx, person_id) if one.post == post]
    why = _("没有查到%(post)s岗位的证书。首次取证请报名职业培训；证书登记在其他证件号下的，请联系发证机关。", post=post)
    for one in sorted(found, key=lambda held: (held.electronic, held.issued_on), reverse=True):
        problems = why_not_held(ctx, one, year)
        if not problems:
            return one, ""
        why = problems[0].sentence
    return None, why
