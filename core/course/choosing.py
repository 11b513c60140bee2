"""推荐课程包: the trainee chooses which packages to study, where the tenant leaves it to the trainee (JL-12, X-11)."""
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import delete, select

from core.base.db import Id
from core.base.errors import Conflict, Refused
from core.contract.values import CourseChoice
from core.course.facts import enrollment_facts
from core.course.ledger import Part
from core.course.models import Package, StudyPackage
from core.course.queries import standing_of
from core.course.subjects import Subject
from core.extension import hooks
from core.tenancy import Ctx

PARTS = (Part.GENERAL, Part.PROFESSIONAL)


@dataclass(frozen=True)
class Offer:
    """What can be chosen for one part, the recommended package first; `chosen` is what will be studied."""

    part: Part
    packages: tuple[Package, ...]
    chosen: Id | None


def place(packages: Sequence[Package], package: Package) -> int:
    """Where a package stands in the order of study: general before professional."""
    return packages.index(package) + (100 if package.part == Part.PROFESSIONAL else 0)


def in_order(ctx: Ctx, codes: Sequence[str]) -> list[Package]:
    """The packages with these codes, in this order."""
    found = {package.code: package for package in ctx.db.scalars(select(Package).where(Package.code.in_(codes)))}
    return [found[code] for code in codes if code in found]


def taken_at_once(choice: CourseChoice, packages: Sequence[Package], asked: Subject) -> list[Package]:
    """What is studied without asking: all of it, or of what the trainee chooses among the parts with one package
    alone, and the recommended one of a part that is exempt now (N-25) and may be owed one day (A.7)."""
    if not choice.by_trainee:
        return list(packages)
    taken = []
    for part in PARTS:
        of = [package for package in packages if package.part == part]
        if len(of) == 1 or (of and not _owed(asked, part)):
            taken.append(of[0])
    return taken


def _owed(asked: Subject, part: Part) -> bool:
    return (asked.due.general if part is Part.GENERAL else asked.due.professional) > 0


def _choice(ctx: Ctx, asked: Subject) -> CourseChoice:
    return hooks(ctx).resolve_course_choice(enrollment_facts(ctx, asked))


def begun(ctx: Ctx, asked: Subject) -> bool:
    """Whether the player has been opened."""
    study = standing_of(ctx, asked.id)
    return study is not None and study.begun


def offers(ctx: Ctx, asked: Subject) -> list[Offer]:
    """What the trainee chooses among, for each part that is owed; nothing where the choice is not the trainee's."""
    choice, study = _choice(ctx, asked), standing_of(ctx, asked.id)
    if not choice.by_trainee or study is None:
        return []
    packages = in_order(ctx, choice.package_codes)
    found = [(part, tuple(package for package in packages if package.part == part)) for part in PARTS]
    return [Offer(part, of, study.chosen.get(part)) for part, of in found if of and _owed(asked, part)]


def to_choose(ctx: Ctx, asked: Subject) -> bool:
    """Whether study has to wait until the trainee has chosen."""
    study = standing_of(ctx, asked.id)
    if study is not None and all(part in study.chosen for part in PARTS if _owed(asked, part)):
        return False
    return any(offer.chosen is None for offer in offers(ctx, asked))


def may_choose(ctx: Ctx, asked: Subject) -> bool:
    """Whether 推荐课程包 stands in the row of the training: until study has begun."""
    return not begun(ctx, asked) and bool(offers(ctx, asked))


def choose_packages(ctx: Ctx, asked: Subject, codes: Sequence[str]) -> None:
    """Keep what the trainee chose: one package for each part that is offered.

    Refused for anything else, Conflict once study has begun.
    """
    offered = offers(ctx, asked)
    if not offered:
        raise Refused("no_choice", _("这项培训的课程由平台安排，不需要选择。"))
    if begun(ctx, asked):
        raise Conflict("study_begun", _("已经开始学习，课程包不能再更换。请继续学习。"))
    wanted = []
    for offer in offered:
        found = [package for package in offer.packages if package.code in codes]
        if len(found) != 1:
            raise Refused("package_choice", _("每一部分请选择一个课程包。"), field="package")
        wanted += found
    ctx.db.execute(delete(StudyPackage).where(
        StudyPackage.enrollment_id == asked.id,
        StudyPackage.package_id.in_(select(Package.id).where(Package.part.in_([one.part for one in offered])))))
    for package in wanted:
        ctx.db.add(StudyPackage(enrollment_id=asked.id, package_id=package.id, position=place(wanted, package)))
    ctx.db.flush()
    ctx.record("course.choose_packages", asked.id, packages=[package.code for package in wanted])
