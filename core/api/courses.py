"""For a plugin that chooses what is studied."""
from core.course.catalogue import packages_for, recommended_codes
from core.tenancy import Ctx


def offered_packages(ctx: Ctx, post: str, year: int) -> tuple[str, ...]:
    """The codes of all published packages that fit a post and year, the recommended ones first (JL-12)."""
    first = recommended_codes(ctx, post, year)
    return (*first, *(package.code for package in packages_for(ctx, post, year) if package.code not in first))


__all__ = ["offered_packages", "recommended_codes"]
