"""Packages and lessons: what can be studied, and which packages an enrollment gets."""
from collections.abc import Sequence
from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy import delete, func, or_, select

from core.base.db import Id
from core.base.errors import NotFound, Refused
from core.course.choosing import in_order, place, taken_at_once
from core.course.facts import enrollment_facts
from core.course.ledger import Part
from core.course.media import MediaError, duration_of
from core.course.models import Lesson, Package, Study, StudyLease, StudyPackage
from core.course.queries import pace
from core.course.subjects import subject
from core.cycle import Enrollment
from core.extension import hooks
from core.tenancy import Ctx

MEDIA = "media"            # the kind of blob; not sealed, so that it can be served by range


def begin_study(ctx: Ctx, enrollment_id: Id) -> Study:
    """The enrollment was opened: choose its packages (X-11) and keep the choice, as far as it is not the trainee's
    (JL-12); twice changes nothing."""
    known = ctx.db.get(Study, enrollment_id)
    if known is not None:
        return known
    asked = subject(ctx, enrollment_id)
    study = Study(enrollment_id=asked.id, person_id=asked.person_id, opened_at=ctx.now, completed_at=None)
    ctx.db.add(study)
    ctx.db.flush()
    choice = hooks(ctx).resolve_course_choice(enrollment_facts(ctx, asked))
    packages = in_order(ctx, choice.package_codes)
    for package in taken_at_once(choice, packages, asked):
        ctx.db.add(StudyPackage(enrollment_id=asked.id, package_id=package.id, position=place(packages, package)))
    ctx.db.flush()
    return study


def begin_studies(ctx: Ctx, enrollment_ids: Sequence[Id], codes: Sequence[str]) -> None:
    """Open several studies with these packages: what an institution's plan gives its trainees (X-11, ZJ-27).

    A study that is open takes the packages too, unless its player has been opened: hours stay with what gave them.
    """
    packages = in_order(ctx, codes)
    begun = set(ctx.db.scalars(select(StudyLease.enrollment_id).where(StudyLease.enrollment_id.in_(enrollment_ids))))
    wanted = [one for one in enrollment_ids if one not in begun]
    known = set(ctx.db.scalars(select(Study.enrollment_id).where(Study.enrollment_id.in_(wanted))))
    people = ctx.db.execute(select(Enrollment.id, Enrollment.person_id).where(Enrollment.id.in_(wanted)))
    ctx.db.add_all(Study(enrollment_id=row.id, person_id=row.person_id, opened_at=ctx.now, completed_at=None)
                   for row in people if row.id not in known)
    ctx.db.flush()
    ctx.db.execute(delete(StudyPackage).where(StudyPackage.enrollment_id.in_(wanted)))
    ctx.db.add_all(StudyPackage(enrollment_id=one, package_id=package.id, position=place(packages, package))
                   for one in wanted for package in packages)
    ctx.db.flush()


def packages_for(ctx: Ctx, post: str, year: int) -> Sequence[Package]:
    """The published packages that fit a post and year, the closest first: one of the post before one of all."""
    return ctx.db.scalars(
        select(Package).where(Package.published, or_(Package.post == post, Package.post == ""),
                              or_(Package.year == year, Package.year.is_(None)))
        .order_by(Package.part, Package.recommended.desc(), Package.post.desc(), Package.year.desc(),
                  Package.code)).all()


def recommended_codes(ctx: Ctx, post: str, year: int) -> tuple[str, ...]:
    """推荐课程包 (JL-12): for each part the closest package."""
    found: dict[str, str] = {}
    for package in packages_for(ctx, post, year):
        found.setdefault(package.part, package.code)
    return tuple(found[part] for part in (Part.GENERAL, Part.PROFESSIONAL) if part in found)


def add_package(ctx: Ctx, code: str, title: str, part: Part, post: str = "", year: int | None = None) -> Package:
    """A new package, not yet published; Refused when the code is taken."""
    if ctx.db.scalar(select(Package.id).where(Package.code == code)):
        raise Refused("package_code_taken", _("课程包编号 %(code)s 已被使用，请换一个编号。", code=code), field="code")
    package = Package(code=code, title=title, part=part, post=post, year=year, created_at=ctx.now)
    ctx.db.add(package)
    ctx.db.flush()
    return package


def add_lesson(ctx: Ctx, package: Package, title: str, class_hours: int, video: Path) -> Lesson:
    """A lesson from a video file: its length is read, and it must be long enough for its hours and playable.

    Refused when it is not; nothing is kept then.
    """
    try:
        duration_ms = duration_of(video)
    except MediaError as error:
        raise Refused("media_unplayable", str(error), field="video") from None
    due_ms = class_hours * pace(ctx).hour_ms
    if class_hours < 1 or duration_ms < due_ms:
        raise Refused("media_too_short", _(
            "视频长 %(length)s 秒，不足 %(hours)s 学时（%(due)s 秒）。请减少学时或换一个更长的视频。",
            length=duration_ms // 1000, hours=class_hours, due=due_ms // 1000), field="video")
    return _append(ctx, package, Lesson(title=title, class_hours=class_hours, duration_ms=duration_ms,
                                        media_key=ctx.blobs.put(video.read_bytes(), MEDIA, sealed=False)))


def repeat_lesson(ctx: Ctx, package: Package, lesson: Lesson) -> Lesson:
    """The same lesson in another package; its video has been judged already and is kept once."""
    return _append(ctx, package, Lesson(title=lesson.title, class_hours=lesson.class_hours,
                                        duration_ms=lesson.duration_ms, media_key=lesson.media_key))


def _append(ctx: Ctx, package: Package, lesson: Lesson) -> Lesson:
    last = ctx.db.scalar(select(func.max(Lesson.position)).where(Lesson.package_id == package.id))
    lesson.package_id, lesson.position = package.id, (last or 0) + 1
    ctx.db.add(lesson)
    ctx.db.flush()
    return lesson


def publish(ctx: Ctx, package: Package) -> None:
    """Open a package to new enrollments; its lessons must add up to the part's hours (N-30)."""
    hours = ctx.rules().hours
    due = hours.general if package.part == Part.GENERAL else hours.professional
    held = ctx.db.scalar(select(func.sum(Lesson.class_hours)).where(Lesson.package_id == package.id, Lesson.published))
    if (held or 0) < due:
        raise Refused("package_incomplete", _(
            "课程包“%(title)s”只有 %(held)s 学时，需要 %(due)s 学时。请先补充课件。",
            title=package.title, held=held or 0, due=due))
    package.published = True


def package_by_code(ctx: Ctx, code: str) -> Package:
    """A published package; NotFound says where to look."""
    package = ctx.db.scalar(select(Package).where(Package.code == code, Package.published))
    if package is None:
        raise NotFound("package_unknown", _("没有找到这个课程包。请从“继续教育课程”里选择。"))
    return package


def published(ctx: Ctx) -> Sequence[Package]:
    """All published packages: general first, then by post."""
    return ctx.db.scalars(select(Package).where(Package.published)
                          .order_by(Package.part, Package.post, Package.code)).all()
