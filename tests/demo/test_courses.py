"""The demonstration's packages hold real videos and add up to the hours of a year."""
from dataclasses import replace

import pytest
from sqlalchemy import select

from core.base.config import Config
from core.course import Lesson, Package
from core.course.catalogue import MEDIA, recommended_codes
from core.demo.courses import courses
from core.organization import seed_posts
from core.tenancy import Tenant, unit_of_work


@pytest.fixture
def config(config: Config) -> Config:
    return replace(config, demo=True)


def test_every_post_has_its_course(national: Tenant) -> None:
    """N-30, A.7: 10 general and 22 professional class hours for each post; filling again changes nothing."""
    with unit_of_work(national) as ctx:
        seed_posts(ctx)
    for _ in range(2):
        with unit_of_work(national) as ctx:
            courses(ctx)
    with unit_of_work(national) as ctx:
        packages = ctx.db.scalars(select(Package)).all()
        assert {package.published for package in packages} == {True}
        hours = {package.post: sum(lesson.class_hours for lesson in package.lessons) for package in packages}
        assert hours.pop("") == 10 and set(hours.values()) == {22} and len(hours) >= 13
        assert recommended_codes(ctx, "资料员", 2026)[0] == "general"
        lesson = ctx.db.scalars(select(Lesson)).first()
        assert lesson is not None
        video = ctx.blobs.path(lesson.media_key)
        assert lesson.media_key.startswith(MEDIA) and video is not None and video.stat().st_size > 10_000
        assert lesson.duration_ms >= lesson.class_hours * 6000
