"""The study: a page opens a lease, beats, and is credited."""
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.base.db import Id, new_id
from core.base.errors import Conflict, DomainError, Forbidden, NotFound, Refused, refuse_all
from core.course.beating import Judged, judge
from core.course.choosing import to_choose
from core.course.events import StudyCompleted
from core.course.facts import enrollment_facts, facts_of_person
from core.course.late import KEPT_MS
from core.course.ledger import Kind, Part, Progress
from core.course.models import (
    HourEntry,
    Lesson,
    LessonPoint,
    MediaRead,
    Package,
    Segment,
    Study,
    StudyLease,
)
from core.course.places import Gap, first_gap
from core.course.presence import asked_since, require_presence, snapshots_due, watch
from core.course.queries import (
    LessonState,
    lessons_of,
    millis,
    next_lesson,
    open_lease_of,
    pace,
    progress,
    study_of,
)
from core.course.rules import BeatState, Pace, Reason, Run, close, open_state
from core.course.statement import KEEP, MOVE, values_of
from core.course.subjects import Subject, own_subject, subject, subjects_of
from core.course.tokens import Lease, beat_key, pack, seal, unpack, unseal
from core.course.wording import sentence_of, waiting_sentence
from core.extension import hooks
from core.identity import note_study
from core.tenancy import Ctx
from core.web.helping import whom_to_ask


@dataclass(frozen=True)
class Opened:
    """A fresh lease: the token for its first beat and where the lesson stands."""

    lease_id: Id
    token: str
    state: BeatState
    lesson: LessonState


@dataclass(frozen=True)
class Answer:
    """What became of a beat: the next token, how it was judged, and what the camera owes."""

    token: str
    judged: Judged
    absence: str                         # why presence does not hold, in a sentence
    snapshots: Sequence[str]             # addresses to which a picture is to be posted now
    learned: Progress | None = None      # given when this lesson is full


# --- opening ---------------------------------------------------------------------------------------------

def check_may_study(ctx: Ctx, asked: Subject) -> None:
    """Paid and open, the first enrolled first (N-24), the tenant's own conditions (X-09), hours still owed."""
    if not asked.learnable or (study_of(ctx, asked.id) is None and not asked.first_time):
        raise Refused("not_opened", _("这项培训还没有开通，完成缴费后即可学习。"))
    problems = hooks(ctx).check_ready_to_study(facts_of_person(ctx, asked.person_id), enrollment_facts(ctx, asked))
    refuse_all(problems)
    if study_of(ctx, asked.id) is None:
        raise Refused("not_planned", _("培训机构还没有把您编入培训计划。编入后会通知您，到时再来学习。"))
    if to_choose(ctx, asked):
        raise Refused("package_missing", _("还没有选择课程。请先在“我的培训”点“推荐课程包”选择课程。"))
    for other in subjects_of(ctx, asked.person_id):
        if other.id == asked.id or asked.first_time:
            return
        if other.learnable and not other.first_time and not progress(ctx, other).done:
            raise Refused("first_enrolled_first", _(
                "请先学习先报名的岗位：%(title)s（%(post)s）。学完后再学习本岗位。", title=other.title, post=other.post))


def open_lease(ctx: Ctx, enrollment_id: Id, lesson_id: Id | None = None, device: str = "",
               device_token: str = "") -> Opened:
    """Let this page study (N-33): closes whatever page the person had open before (L1).

    `lesson_id` asks for a lesson, else the next one that owes hours is taken. Refused: not paid, not the first
    enrolled, all done, general lessons still owed, presence not proven.
    """
    asked = own_subject(ctx, enrollment_id)
    check_may_study(ctx, asked)
    require_presence(ctx, asked)
    note_study(ctx, asked.person_id)
    before = _close_open(ctx, asked.person_id, "taken_over")
    lessons, learned = lessons_of(ctx, asked), progress(ctx, asked)
    lesson = _chosen(ctx, lessons, learned, lesson_id)
    beats = pace(ctx)
    gap = _gap(ctx, asked, lesson, beats)
    latest = ctx.db.scalars(select(StudyLease).where(StudyLease.person_id == asked.person_id)
                            .order_by(StudyLease.epoch.desc()).limit(1)).first()
    last_slot = max(unpack(latest.state).last_slot, before.last_slot if before else -1) if latest else -1
    owed = learned.owed_of(lesson.part)
    now = millis(ctx.now)
    ends_ms = lesson.duration_ms if gap.end == lesson.slots else min(lesson.duration_ms, gap.end * beats.slot_ms)
    state = open_state(now, ends_ms, gap.resume_ms(lesson.resume_ms, beats.slot_ms, ends_ms), gap.first,
                       min(gap.end, gap.first + owed), last_slot, beats,
                       not_before_ms=latest.last_ms if latest else 0)
    study = study_of(ctx, asked.id)
    assert study is not None
    lease = StudyLease(id=new_id(), person_id=asked.person_id, enrollment_id=asked.id, lesson_id=lesson.id,
                       epoch=(latest.epoch if latest else 0) + 1, round=study.round,
                       base=max(0, learned.learned_slots - gap.first), seq=state.seq,
                       opened=asked_since(ctx, asked, latest, learned.learned_slots, study.round),
                       state=pack(state), first=pack(state), opened_ms=now, last_ms=state.last_at_ms,
                       device=device[:200], device_mac=ctx.mac(device_token) if device_token else "")
    ctx.db.add(lease)
    try:
        ctx.db.flush()
    except IntegrityError:
        raise Conflict("lease_race", _("另一个页面正在同时打开学习。请稍等片刻再点“开始学习”。")) from None
    return Opened(lease.id, seal(beat_key(ctx), terms_of(lease), state), state, lesson)


def _chosen(ctx: Ctx, lessons: list[LessonState], learned: Progress, lesson_id: Id | None) -> LessonState:
    following = next_lesson(lessons, learned)
    if learned.done:
        raise Conflict("all_done", _("全部课程已经学完，可以在“我的培训”里点“重播”观看。"))
    if following is None and learned.waiting_slots:
        raise Refused("hours_waiting", waiting_sentence(learned.waiting_slots * pace(ctx).slot_ms // 1000))
    if following is None:
        raise Conflict("lessons_missing", _(
            "课程包里的课件还不齐，学时无法学满。请%(ask)s，我们会尽快补上。", ask=whom_to_ask(ctx)))
    if lesson_id is None:
        return following
    lesson = next((one for one in lessons if one.id == lesson_id), None)
    if lesson is None:
        raise NotFound("lesson_unknown", _("这节课不在本培训的课程包里。请从课程目录里选择。"))
    if lesson.done:
        raise Refused("lesson_done", _("这节课已经学完，全部学完后可以重播。请学习下一节。"))
    if lesson.part is Part.PROFESSIONAL and learned.owed_of(Part.GENERAL) > 0:
        raise Refused("general_first", _("请先学完通用课程，再学习专业课程。"))
    return lesson


def _gap(ctx: Ctx, asked: Subject, lesson: LessonState, beats: Pace) -> Gap:
    """What a lease of the lesson may earn: its first slots that are not credited (C-06: some may be cleared)."""
    lines = ctx.db.scalars(select(HourEntry).where(HourEntry.enrollment_id == asked.id,
                                                   HourEntry.lesson_id == lesson.id).order_by(HourEntry.id)).all()
    return first_gap(lines, lesson.slots) or Gap(lesson.slots, lesson.slots)


def terms_of(lease: StudyLease) -> Lease:
    return Lease(str(lease.id), str(lease.person_id), str(lease.enrollment_id), str(lease.lesson_id), lease.epoch,
                 lease.round, lease.base, lease.opened, watched=lease.opened)


# --- beating ---------------------------------------------------------------------------------------------

def beat(ctx: Ctx, token: str, position_ms: int, playing: bool, interval_ms: int = 0) -> Answer:
    """Judge one beat, durably, in this transaction (N-37). `interval_ms`: what to wait for the next; 0: as before.

    Refused for a token this server did not write, Forbidden for another person's lesson, Conflict (with the present
    token in its facts) for a beat that was heard already, Conflict `lease_taken` when a newer page studies.
    """
    found = unseal(beat_key(ctx), token)
    if found is None:
        raise Refused("beat_forged", _("学习凭证无效，这次上报没有计入。请刷新页面重新开始学习。"), status=400)
    terms, state = found
    if terms.person_id != str(ctx.actor.person_id):
        raise Forbidden("beat_of_another", _("这节课属于另一位学员，学时没有计入。请登录自己的账号学习。"))
    seen = watch(ctx, terms, state.credited)
    if seen.present:
        terms = replace(terms, watched=terms.base + state.credited)
    judged = judge(terms, state, millis(ctx.now), position_ms, playing, pace(ctx), present=seen.present,
                   interval_ms=interval_ms)
    values = values_of(judged)
    if ctx.db.execute(MOVE, values).rowcount != 1:  # type: ignore[attr-defined]
        raise not_heard(ctx, Id(terms.lease_id))
    ctx.db.execute(KEEP, values)
    verdict = judged.verdict
    if verdict.ended is not None:
        keep_run(ctx, terms, verdict.ended)
    learned = progress(ctx, subject(ctx, Id(terms.enrollment_id))) if judged.full else None
    asks = snapshots_due(ctx, terms, state.credited, verdict.state.credited)
    return Answer(seal(beat_key(ctx), terms, verdict.state), judged, seen.sentence, asks, learned)


def not_heard(ctx: Ctx, lease_id: Id) -> DomainError:
    """Why the lease's row did not move: another page took over, or this beat was heard before."""
    lease = ctx.db.get(StudyLease, lease_id, populate_existing=True)
    if lease is None or lease.closed_ms is not None:
        return Conflict("lease_taken", sentence_of(Reason.CLOSED))
    state = unpack(lease.state)
    return Conflict("beat_repeated", sentence_of(Reason.REPEATED),
                    facts={"token": seal(beat_key(ctx), terms_of(lease), state), "resume_ms": state.resume_ms})


def keep_run(ctx: Ctx, terms: Lease, run: Run, kind: Kind = Kind.CREDIT, late: bool = False) -> None:
    """A run ended: its evidence, its entry and the resume point; tells when everything is learned."""
    enrollment_id, lesson_id = Id(terms.enrollment_id), Id(terms.lesson_id)
    segment = Segment(id=new_id(), lease_id=Id(terms.lease_id), enrollment_id=enrollment_id, lesson_id=lesson_id,
                      from_ms=run.from_ms, to_ms=run.to_ms, pos_from_ms=run.pos_from_ms, pos_to_ms=run.pos_to_ms,
                      slot=run.slot, slots=run.slots, late=late)
    ctx.db.add(segment)
    ctx.db.flush()
    _move_point(ctx, enrollment_id, lesson_id, run.pos_to_ms)
    if not run.slots:
        return
    ctx.db.add(HourEntry(
        person_id=Id(terms.person_id), enrollment_id=enrollment_id, lesson_id=lesson_id, part=_part(ctx, lesson_id),
        kind=kind, slots=run.slots, slot=run.slot, segment_id=segment.id, at=ctx.now))
    ctx.db.flush()
    complete_if_done(ctx, enrollment_id)


def _part(ctx: Ctx, lesson_id: Id) -> str:
    return ctx.db.scalars(select(Package.part).join(Lesson).where(Lesson.id == lesson_id)).one()


def _move_point(ctx: Ctx, enrollment_id: Id, lesson_id: Id, resume_ms: int) -> None:
    point = ctx.db.get(LessonPoint, (enrollment_id, lesson_id))
    if point is None:
        ctx.db.add(LessonPoint(enrollment_id=enrollment_id, lesson_id=lesson_id, resume_ms=resume_ms, at=ctx.now))
    else:
        point.resume_ms, point.at = resume_ms, ctx.now
    ctx.db.flush()


def complete_if_done(ctx: Ctx, enrollment_id: Id) -> None:
    """Tell the flows above once a round that all hours are credited (N-38)."""
    if progress(ctx, subject(ctx, enrollment_id)).done:
        study = ctx.db.scalars(select(Study).where(Study.enrollment_id == enrollment_id).with_for_update()
                               .execution_options(populate_existing=True)).one()
        if study.completed_at is None:
            study.completed_at = ctx.now
            ctx.db.flush()
            ctx.publish(StudyCompleted(enrollment_id))


# --- ending ----------------------------------------------------------------------------------------------

def _close_open(ctx: Ctx, person_id: Id, why: str) -> BeatState | None:
    """Close the person's open lease, if any; its open run becomes evidence and entry."""
    lease = ctx.db.scalar(select(StudyLease).where(StudyLease.person_id == person_id, StudyLease.closed_ms.is_(None))
                          .with_for_update().execution_options(populate_existing=True))
    if lease is None:
        return None
    state, run = close(unpack(lease.state))
    lease.closed_ms, lease.closed_why, lease.state = millis(ctx.now), why, pack(state)
    lease.seq += 1
    ctx.db.flush()
    if run is not None:
        keep_run(ctx, terms_of(lease), run)
    return state


def close_idle_leases(ctx: Ctx) -> int:
    """Close leases whose page went silent and cannot come back any more; what they earned is kept. Returns how many
    (a job, each minute)."""
    silent = StudyLease.last_ms < millis(ctx.now) - KEPT_MS
    idle = ctx.db.scalars(select(StudyLease.person_id).where(StudyLease.closed_ms.is_(None), silent)).all()
    for person_id in idle:
        _close_open(ctx, person_id, "idle")
    return len(idle)


def stop_study(ctx: Ctx, enrollment_id: Id, why: str) -> None:
    """The enrollment ended, or its hours are being put right: close the page that studies it, if any."""
    study = study_of(ctx, enrollment_id)
    lease = open_lease_of(ctx, study.person_id) if study is not None else None
    if lease is not None and lease.enrollment_id == enrollment_id:
        _close_open(ctx, lease.person_id, why)


def recheck_completion(ctx: Ctx, enrollment_id: Id) -> None:
    """What is owed has changed: a study that was complete may not be, and one that waited may be."""
    study = study_of(ctx, enrollment_id)
    if study is None:
        return
    if study.completed_at is not None and not progress(ctx, subject(ctx, enrollment_id)).done:
        study.completed_at = None
    ctx.db.flush()
    complete_if_done(ctx, enrollment_id)


# --- media -----------------------------------------------------------------------------------------------

def lesson_of_lease(ctx: Ctx, lease_id: Id) -> Lesson:
    """The lesson that an open lease of the acting person studies; NotFound otherwise."""
    lease = ctx.db.get(StudyLease, lease_id)
    if lease is None or lease.person_id != ctx.actor.person_id or lease.closed_ms is not None:
        raise NotFound("lease_unknown", _("这个视频地址已经失效。请从“我的培训”重新进入学习。"))
    return ctx.db.get_one(Lesson, lease.lesson_id)


def note_media_read(ctx: Ctx, lease_id: Id, first: int, last: int, size: int) -> None:
    """Log a fetched range against the lease (L5); in a short transaction of its own, since the request reads."""
    with ctx.aside() as session:
        session.add(MediaRead(lease_id=lease_id, at_ms=millis(ctx.now), first=first, last=last, size=size))


def lesson_of_replay(ctx: Ctx, enrollment_id: Id, lesson_id: Id) -> LessonState:
    """The lesson for 重播: only after all is learned, with free seeking (N-37)."""
    asked = own_subject(ctx, enrollment_id)
    if not progress(ctx, asked).done:
        raise Refused("replay_too_early", ctx.text("no_seek"))
    lesson = next((one for one in lessons_of(ctx, asked) if one.id == lesson_id), None)
    if lesson is None:
        raise NotFound("lesson_unknown", _("这节课不在本培训的课程包里。请从课程目录里选择。"))
    return lesson
