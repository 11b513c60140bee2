"""Packages and lessons in the back office: a video that plays, one that must be made playable, one that is none."""
import shutil
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select

from core.course import Lesson, Package
from core.course.media import duration_of
from core.course.models import LessonUpload
from core.organization import seed_posts
from core.tenancy import Role, Tenant, unit_of_work
from core.work import run_waiting
from tests.browse import Browser
from tests.people import signed_in, staff

pytestmark = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg on this machine")
LIST = "/admin/packages/"


@pytest.fixture
def browser(tenant: Tenant, browser_of: Callable[[Tenant], Browser]) -> Browser:
    with unit_of_work(tenant) as ctx:
        seed_posts(ctx)
    return signed_in(browser_of(tenant), staff(tenant, Role.ADMINISTRATOR))


def video(path: Path, seconds: int, *options: str) -> bytes:
    """A small picture that lasts; two frames a second."""
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", f"color=c=gray:s=64x36:r=2:d={seconds}",
                    *options, str(path)], check=True)
    return path.read_bytes()


def package(browser: Browser, tenant: Tenant) -> str:
    typed = {"code": "ZLY-2026", "title": "资料员专业课程", "part": "professional", "post": "资料员", "year": "2026"}
    assert browser.submit(LIST + "new/", typed).status_code == 303
    assert browser.submit(LIST + "new/", typed).status_code == 422
    with unit_of_work(tenant) as ctx:
        return str(ctx.db.scalars(select(Package.id)).one())


def upload(browser: Browser, id: str, data: bytes, name: str, hours: str = "1") -> int:
    return browser.submit(f"{LIST}{id}/lesson/", {"title": "第一讲", "class_hours": hours,
                                                  "video": (BytesIO(data), name)}).status_code


def newest(tenant: Tenant) -> LessonUpload:
    with unit_of_work(tenant) as ctx:
        found = ctx.db.scalars(select(LessonUpload).order_by(LessonUpload.created_at.desc(),
                                                             LessonUpload.id.desc())).first()
        assert found is not None
        ctx.db.expunge(found)
        return found


def test_a_lesson_comes_from_a_video(browser: Browser, tenant: Tenant, tmp_path: Path) -> None:
    """N-30: the length is read from the file; what browsers do not play is made playable."""
    id = package(browser, tenant)
    hour = tenant.rules(tenant.clock.now()).hours.hour_seconds
    assert upload(browser, id, video(tmp_path / "a.avi", hour + 2, "-c:v", "mpeg4"), "讲课.avi") == 303
    assert "等待处理" in browser.get(f"{LIST}{id}/").text
    run_waiting(tenant)
    done = newest(tenant)
    assert (done.state, done.percent, done.problem) == ("done", 100, "")
    with unit_of_work(tenant) as ctx:
        lesson = ctx.db.scalars(select(Lesson)).one()
        assert lesson.duration_ms >= hour * 1000 and lesson.class_hours == 1
        made = tmp_path / "made.mp4"
        made.write_bytes(ctx.blobs.get(lesson.media_key, sealed=False))
    assert duration_of(made) == lesson.duration_ms
    page = browser.get(f"{LIST}{id}/").text
    assert "第一讲" in page and "已加入课程包" in page
    assert "只有 1 学时，需要 22 学时" in browser.submit(f"{LIST}{id}/do/publish/").text


def test_what_is_no_video_or_too_short_is_refused_in_words(browser: Browser, tenant: Tenant, tmp_path: Path) -> None:
    id = package(browser, tenant)
    assert upload(browser, id, b"hello" * 99, "讲课.mp4") == 303
    run_waiting(tenant)
    refused = newest(tenant)
    assert refused.state == "refused" and "不是视频" in refused.problem
    assert upload(browser, id, video(tmp_path / "b.mp4", 3, "-pix_fmt", "yuv420p", "-movflags", "+faststart"),
                  "短.mp4") == 303
    run_waiting(tenant)
    assert "不足 1 学时" in newest(tenant).problem
    assert upload(browser, id, b"", "空.mp4") == 422
    assert upload(browser, id, b"x", "学时.mp4", hours="99") == 422
    with unit_of_work(tenant) as ctx:
        assert ctx.db.scalars(select(Lesson)).all() == []
