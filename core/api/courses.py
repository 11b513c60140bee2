"""For a plugin that chooses what is studied, and when."""
from collections.abc import Sequence

from sqlalchemy import select

from core.base.db import Id
from core.course import progress_of_enrollment
from core.course.catalogue import begin_studies, packages_for, recommended_codes
from core.course.models import Study
from core.tenancy import Ctx


def offered_packages(ctx: Ctx, post: str, year: int) -> tuple[str, ...]:
    """The codes of all published packages that fit a post and year, the recommended ones first (JL-12)."""
    first = recommended_codes(ctx, post, year)
    return (*first, *(package.code for package in packages_for(ctx, post, year) if package.code not in first))


def package_titles(ctx: Ctx, post: str, year: int) -> Sequence[tuple[str, str]]:
    """Code and title of the same, for a form."""
    titles = {package.code: package.title for package in packages_for(ctx, post, year)}
    return [(code, titles[code]) for code in offered_packages(ctx, post, year)]


def learned_hours(ctx: Ctx, enrollment_id: Id) -> tuple[int, int]:
    """Class hours learned and owed in all."""
    learned = progress_of_enrollment(ctx, enrollment_id)
    return learned.credited_hours, learned.total_hours


def studies_completed(ctx: Ctx, enrollment_ids: Sequence[Id]) -> set[Id]:
    """Those of these enrollments whose hours are all learned."""
    found: set[Id] = set()
    for start in range(0, len(enrollment_ids), 500):
        found.update(ctx.db.scalars(select(Study.enrollment_id).where(
            Study.enrollment_id.in_(enrollment_ids[start:start + 500]), Study.completed_at.is_not(None))))
    return found


__all__ = ["begin_studies", "learned_hours", "offered_packages", "package_titles", "recommended_codes",
           "studies_completed"]
