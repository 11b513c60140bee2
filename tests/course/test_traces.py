"""What a study leaves behind: video fetched against credit (L5, R20), pages and devices (L1, L17)."""
from collections.abc import Callable

import pytest
from sqlalchemy import select

from core.course import clear_hours, pages_of, people_on_devices_of, progress_of_enrollment, stretches
from core.course.models import Lesson, MediaRead
from core.course.streaming import MEBIBYTE, piece_bytes
from core.course.traces import fetched_share
from core.tenancy import Tenant, unit_of_work
from tests.course.conftest import Learner

Make = Callable[..., Learner]


@pytest.mark.parametrize(("ranges", "size", "watched", "lesson", "share"), [
    ([], 1000, 60, 60, 0.0),
    ([(0, 999)], 1000, 60, 60, 1.0),
    ([(0, 499)], 1000, 60, 60, 0.5),
    ([(0, 499), (0, 499), (100, 499)], 1000, 60, 60, 0.5),
    ([(600, 799), (0, 299), (200, 399)], 1000, 60, 60, 0.6),
    ([(0, 499)], 1000, 30, 60, 1.0),
    ([(0, 999)], 1000, 1, 60, 1.0),
    ([], 0, 60, 60, None), ([], 1000, 0, 60, None), ([], 1000, 60, 0, None),
])
def test_fetched_share(ranges: list[tuple[int, int]], size: int, watched: int, lesson: int,
                       share: float | None) -> None:
    """L5: different bytes against what was credited; the same bytes fetched again do not count again."""
    assert fetched_share(ranges, size, watched, lesson) == share


@pytest.mark.parametrize(("size", "duration_ms", "piece"), [
    (50_000, 60_000, MEBIBYTE), (200 * MEBIBYTE, 2_700_000, 4 * MEBIBYTE),
    (40 * MEBIBYTE, 2_700_000, 40 * MEBIBYTE * 2 // 45), (10 * MEBIBYTE, 0, 4 * MEBIBYTE),
])
def test_a_piece_is_minutes_of_the_video(size: int, duration_ms: int, piece: int) -> None:
    """L5: what was fetched says what was there to see, so nobody takes a whole lesson in one request."""
    assert piece_bytes(size, duration_ms) == piece


def test_a_long_range_comes_in_pieces(tenant: Tenant, learner_of: Make) -> None:
    """L5, RFC 9110: an open range is answered with its first piece, the next with the rest; a copy that the
    browser keeps is no other lease's, so each fetches its own."""
    learner = learner_of(tenant)
    video = bytes(range(256)) * 4096 * 2                # 2 MiB, of which a piece is the least: 1 MiB
    with unit_of_work(tenant) as ctx:
        key = ctx.blobs.put(video, "media", sealed=False)
        for lesson in ctx.db.scalars(select(Lesson)):
            lesson.media_key, lesson.duration_ms = key, 45 * 60_000
    address = learner.open().json["lesson"]["media"]
    got, first = b"", 0
    while first < len(video):
        part = learner.browser.get(address, headers={"Range": f"bytes={first}-"})
        assert part.status_code == 206 and part.headers["Cache-Control"] == "private, max-age=86400"
        assert part.headers["Content-Range"] == f"bytes {first}-{first + len(part.data) - 1}/{len(video)}"
        got, first = got + part.data, first + len(part.data)
    assert got == video
    last = learner.browser.get(address, headers={"Range": "bytes=-100"})
    assert last.status_code == 206 and last.data == video[-100:]
    beyond = learner.browser.get(address, headers={"Range": f"bytes={len(video)}-"})
    assert beyond.status_code == 416 and beyond.headers["Content-Range"] == f"bytes */{len(video)}"
    assert learner.open().json["lesson"]["media"] != address
    with unit_of_work(tenant) as ctx:
        assert {(read.first, read.last, read.size) for read in ctx.db.scalars(select(MediaRead))} == {
            (0, MEBIBYTE - 1, len(video)), (MEBIBYTE, len(video) - 1, len(video)),
            (len(video) - 100, len(video) - 1, len(video))}


def test_who_never_fetches_ends_with_nothing(tenant: Tenant, learner_of: Make) -> None:
    """L5, R20: beats in real time without media are credited at first; the auditor takes exactly those hours back,
    and what was honestly watched stays."""
    learner = learner_of(tenant)
    address = learner.open().json["lesson"]["media"]
    assert learner.browser.get(address, headers={"Range": "bytes=0-"}).status_code == 206
    learner.watch(4)
    learner.open()
    learner.watch(6)
    learner.open()
    with unit_of_work(tenant) as ctx:
        found = stretches(ctx, learner.enrollment)
        assert sorted({one.fetched for one in found if one.fetched is not None}) == [0.0, 1.0]
        honest = sum(one.seconds for one in found if one.fetched)
        assert (honest, sum(one.seconds for one in found)) == (4, 10)
        clear_hours(ctx, learner.enrollment, "b", "没有取过视频", None,
                    only={one.credit_id for one in found if one.fetched == 0})
    with unit_of_work(tenant) as ctx:
        assert progress_of_enrollment(ctx, learner.enrollment).credited_slots == 4
        assert all(one.fetched for one in stretches(ctx, learner.enrollment))


def test_pages_and_refused_beats_are_counted(national: Tenant, learner_of: Make) -> None:
    """L1, L2: how many pages, which were taken over, how many beats were too fast."""
    learner = learner_of(national)
    learner.open()
    learner.beat()
    learner.clock.advance(seconds=1)
    assert learner.beat(position=11_000).json["reason"] == "too_fast"
    learner.open()
    with unit_of_work(national) as ctx:
        assert [(page.taken_over, page.refused) for page in pages_of(ctx, learner.enrollment)] == [
            (True, 1), (False, 0)]


def test_one_browser_with_many_people(national: Tenant, learner_of: Make) -> None:
    """L17: three people one after the other on one browser are counted as three; a browser of one's own as one."""
    learners = [learner_of(national, serial) for serial in (1, 2, 3)]
    alone = learner_of(national, 4)
    alone.open()
    shared = None
    for learner in learners:
        if shared is not None:
            learner.browser.set_cookie(shared.key, shared.value, domain=shared.domain, path="/")
        opened = learner.open()
        assert opened.status_code == 200 and "jx-device" in opened.headers["Set-Cookie"]
        shared = shared or next(one for one in learner.browser._cookies.values() if "jx-device" in one.key)
    with unit_of_work(national) as ctx:
        assert people_on_devices_of(ctx, learners[0].enrollment) == 3
        assert people_on_devices_of(ctx, alone.enrollment) == 1
