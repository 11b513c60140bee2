"""The audit's use cases: a case opens, is passed or cleared; a passed one can be cleared later."""
from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError

from core.audit.evidence import judge_one
from core.audit.freezing import freeze_evidence
from core.audit.models import AuditCase, AuditDecision
from core.audit.queries import case_of, latest_case
from core.audit.rules import LONGEST_REASON, ready, reason_problem, window
from core.audit.signs import SIGNS_JOB
from core.audit.states import GROUND_SMS, GROUND_TEXTS, PARTIAL_SMS, STATE_TEXTS, CaseState, Ground, may_move
from core.audit.told import HoursCleared, HoursPassed
from core.base.clock import local_date
from core.base.db import Id
from core.base.errors import Conflict, Forbidden, Refused
from core.course import clear_hours, progress_of_enrollment, stretches
from core.cycle import Enrollment, EnrollmentState, complete, enrollment, enrollment_facts, reopen
from core.exam import exam_passed
from core.extension import hooks
from core.identity import Account, person_of
from core.notification import send_sms
from core.organization import Post
from core.presence import Seen, hold_pictures, release_pictures
from core.registry import record_hours, withdraw_hours
from core.tenancy import Ctx

SYSTEM = "system"
HOURS_PASSED = "audit.hours_passed"


def consider(ctx: Ctx, enrollment_id: Id) -> AuditCase | None:
    """Open a case when study and, where this post needs it, the exam are done (N-44, X-15).

    Never for a first training: its test is what is judged (A.7).
    Idempotent: an enrollment that waits or has passed gets no second case. Where the tenant has no audit
    (rule audit.required) the case is passed at once, so that the record looks alike everywhere.
    """
    row = enrollment(ctx, enrollment_id)
    latest = latest_case(ctx, enrollment_id)
    if row.first_time or row.state != EnrollmentState.OPEN:
        return None
    if latest is not None and latest.state != CaseState.CLEARED:
        return None
    learned = progress_of_enrollment(ctx, enrollment_id)
    required = hooks(ctx).resolve_exam_required(enrollment_facts(ctx, row, learned.credited_hours))
    if not ready(learned.done, required, exam_passed(ctx, enrollment_id)):
        return None
    rules = ctx.rules().audit
    promised = window(ctx.now, rules.days_min, rules.days_max)
    case = AuditCase(enrollment_id=row.id, person_id=row.person_id, post_id=row.post_id, year=row.year,
                     round=latest.round + 1 if latest else 1, state=CaseState.WAITING, opened_at=ctx.now,
                     due_first=promised.first, due_last=promised.last, due_certain=promised.certain)
    ctx.db.add(case)
    ctx.db.flush()
    hold_pictures(ctx, row.id)
    ctx.enqueue(SIGNS_JOB, {"case": str(case.id)}, key=f"audit:{case.id}:signs")
    ctx.record("audit.open", case.id, round=case.round)
    if not rules.required:
        _pass(ctx, case, row)
    return case


def pass_case(ctx: Ctx, case_id: Id, version: int) -> AuditCase:
    """Pass (N-44): the hours go on record, the trainee is told to the letter (N-39, JL-14).

    Conflict when somebody else decided since the auditor looked; Forbidden for one's own case.
    """
    case = _case_to_decide(ctx, case_id, version, CaseState.PASSED)
    _pass(ctx, case, enrollment(ctx, case.enrollment_id))
    return case


def _pass(ctx: Ctx, case: AuditCase, row: Enrollment) -> None:
    person, hours = person_of(ctx, case.person_id), ctx.rules().hours
    _decide(ctx, case, CaseState.PASSED)
    record_hours(ctx, person, ctx.db.get_one(Post, case.post_id), case.year, hours.general + hours.professional,
                 local_date(ctx.now), source=_source(case))
    complete(ctx, row.id)
    send_sms(ctx, person, "audit_passed_sms", key=f"audit:{case.id}:passed")
    ctx.publish(HoursPassed(row.id))
    ctx.enqueue(HOURS_PASSED, {"enrollment": str(row.id)}, key=f"audit:{case.id}:hook")


def clear_case(ctx: Ctx, case_id: Id, version: int, ground: Ground, reason: str,
               only: Collection[Id] | None = None) -> AuditCase:
    """学时清零 (N-45): the ledger answers every credit, the exam stays (N-47), the trainee is told why (N-46).

    With `only`, where the tenant clears single hours (C-06), it answers those credits and the others stay. A case
    that had passed is taken back from the record too. Errors as `pass_case`, and Refused for a reason
    that says nothing.
    """
    problem = reason_problem(reason)
    if problem is not None:
        raise Refused("reason", _("请写明清零的理由，学员会看到，申诉时也以此为准。") if problem == "short"
                      else _("理由最多 %(most)s 个字。", most=LONGEST_REASON), field="reason")
    if only is not None and not only:
        raise Refused("stretch", _("请勾选要清除的学时。"), field="stretch")
    case = _case_to_decide(ctx, case_id, version, CaseState.CLEARED)
    only = _chosen(ctx, case, only)
    after_pass = case.state == CaseState.PASSED
    decision = _decide(ctx, case, CaseState.CLEARED, ground, reason.strip(), only)
    if after_pass:
        withdraw_hours(ctx, _source(case), local_date(ctx.now))
        reopen(ctx, case.enrollment_id)
    decision.cleared_slots = clear_hours(ctx, case.enrollment_id, str(GROUND_TEXTS[ground]), reason.strip(),
                                         ctx.actor.account_id, only)
    person = person_of(ctx, case.person_id)
    texts = GROUND_SMS if only is None else PARTIAL_SMS
    send_sms(ctx, person, texts[ground], key=f"audit:{case.id}:cleared", name=person.name,
             post=ctx.db.get_one(Post, case.post_id).name, year=case.year)
    ctx.publish(HoursCleared(case.enrollment_id, after_pass))
    return case


def _chosen(ctx: Ctx, case: AuditCase, only: Collection[Id] | None) -> frozenset[Id] | None:
    """The credits to clear; None for all of them: where the tenant clears years only, and where all were picked."""
    if only is None or ctx.rules().audit.clears != "hours":
        return None
    standing = {one.credit_id for one in stretches(ctx, case.enrollment_id)}
    return None if set(only) >= standing else frozenset(only)


def _case_to_decide(ctx: Ctx, case_id: Id, version: int, wanted: CaseState) -> AuditCase:
    """The case, locked, as the auditor saw it, by somebody who may decide it."""
    case = case_of(ctx, case_id)
    ctx.db.refresh(case, with_for_update=True)
    _check_not_oneself(ctx, case)
    if case.version != version:
        raise Conflict("decided", _("这一条刚被处理过，现在是“%(state)s”。请刷新后再看，您的决定没有生效。",
                                    state=STATE_TEXTS[CaseState(case.state)]))
    if not may_move(CaseState(case.state), wanted):
        raise Conflict("case_state", _("这一条现在是“%(state)s”，不能再这样处理。",
                                       state=STATE_TEXTS[CaseState(case.state)]))
    return case


def judge_picture_of(ctx: Ctx, case_id: Id, picture_id: Id, seen: Seen) -> None:
    """An auditor's word on one picture of somebody else's case; also of a decided one, for calibration."""
    case = case_of(ctx, case_id)
    _check_not_oneself(ctx, case)
    judge_one(ctx, case, picture_id, seen)


def _check_not_oneself(ctx: Ctx, case: AuditCase) -> None:
    """Nobody audits oneself, nor from a staff account that carries one's own phone."""
    person = person_of(ctx, case.person_id)
    account = ctx.db.get(Account, ctx.actor.account_id) if ctx.actor.account_id else None
    own = ctx.actor.person_id == person.id or (account is not None and account.phone != ""
                                               and account.phone == person.phone)
    if own:
        raise Forbidden("own_case", _("不能审核自己的学时。请由其他审核员处理。"))


def _decide(ctx: Ctx, case: AuditCase, state: CaseState, ground: Ground | None = None, reason: str = "",
            only: frozenset[Id] | None = None) -> AuditDecision:
    """The decision with the evidence that it is taken on."""
    case.state = state
    decision = AuditDecision(case_id=case.id, state=state, ground=ground, reason=reason, partial=only is not None,
                             by_account=ctx.actor.account_id, by_name=ctx.actor.name or SYSTEM, at=ctx.now)
    ctx.db.add(decision)
    try:
        ctx.db.flush()
    except StaleDataError:
        raise Conflict("decided", _("这一条刚被其他审核员处理过，您的决定没有生效。请刷新后再看。")) from None
    freeze_evidence(ctx, case, decision, only)
    release_pictures(ctx, case.enrollment_id)
    ctx.record(f"audit.{state}", case.id, ground=ground or "", partial=decision.partial)
    return decision


def _source(case: AuditCase) -> str:
    """What credited the hours, as the registry keeps it."""
    return f"audit:{case.id}"


def waiting_count(ctx: Ctx) -> int:
    """How many cases wait: the number at the auditor's menu entry."""
    return ctx.db.scalar(select(func.count()).select_from(AuditCase)
                         .where(AuditCase.state == CaseState.WAITING)) or 0
