"""The demonstration's packages: general lessons for everybody, professional ones for each post (N-30)."""
from collections.abc import Sequence

from sqlalchemy import select

from core.course import Lesson, Package, Part, add_lesson, add_package, publish, repeat_lesson
from core.demo.cast import DemoPackage
from core.demo.lessons import LessonFile, make_lessons
from core.demo.syllabus import GENERAL, LessonPlan, professional
from core.organization import class_of, posts
from core.tenancy import Ctx

FOLDER = "lessons"
LONGEST_HOUR_S = 60
Wanted = tuple[str, str, Part, str, tuple[LessonPlan, ...]]
"""Code, title, part, post and lessons of a package."""


def courses(ctx: Ctx, more: Sequence[DemoPackage] = ()) -> None:
    """Packages with lessons, published; those that are there already are left as they are.

    The videos are made before the first row is written: about ten seconds the first time, then from `var/`. A tenant
    at the real pace gets none: 32 class hours of video are not made on the spot.
    """
    hour_seconds = ctx.rules().hours.hour_seconds
    if hour_seconds > LONGEST_HOUR_S:
        return
    wanted: list[Wanted] = [("general", "通用课程", Part.GENERAL, "", GENERAL)]
    wanted += [(f"professional-{post.code}", f"{post.name}专业课程", Part.PROFESSIONAL, post.name,
                professional(post.name)) for post in posts(ctx) if class_of(ctx, post).continuing_education]
    wanted += [(one.code, one.title, Part.PROFESSIONAL, one.post, professional(one.post)) for one in more]
    known = set(ctx.db.scalars(select(Package.code)))
    missing = [one for one in wanted if one[0] not in known]
    if not missing:
        return
    ctx.rollback()
    videos = make_lessons([plan for one in missing for plan in one[4]], ctx.tenant.config.var / FOLDER,
                          hour_seconds)
    made: dict[str, Lesson] = {}
    for code, title, part, post, plans in missing:
        package = add_package(ctx, code, title, part, post)
        for plan in plans:
            made[plan.title] = _add(ctx, package, plan, videos[plan.title], made.get(plan.title))
        package.recommended = code not in {one.code for one in more}
        publish(ctx, package)


def _add(ctx: Ctx, package: Package, plan: LessonPlan, video: LessonFile, known: Lesson | None) -> Lesson:
    """Ten of the eleven lessons serve every post: each video is judged once."""
    if known is not None:
        return repeat_lesson(ctx, package, known)
    return add_lesson(ctx, package, plan.title, plan.class_hours, video.path)
