"""Pictures while studying: N-33 (random), N-36, N-45 c (none is a ground), A.7 (2 to 4 a class hour, one at least)."""
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.access import Role
from core.base.clock import FixedClock
from core.base.trail import TrailRow
from core.identity import Person, withdraw_consent
from core.presence import SnapshotAsk, coverage, hold_pictures, release_pictures, snapshot_due, snapshots_of
from core.presence.drawing import due_between, due_slots
from core.presence.tokens import Look, look_token
from core.presence.models import Attestation, FaceMean, FaceTemplate, Snapshot
from core.tenancy import Tenant, unit_of_work
from core.work import run_waiting
from tests.browse import Browser
from tests.people import signed_in, staff
from tests.presence.pictures import WHITE, jpeg, on_ground
from tests.presence.sitter import Sitter, loosened, sitter
from tests.presence.renderer import Attitude, noisy, render
from tests.presence.test_matching import at
from core.presence.matching import packed

BrowserOf = Callable[[Tenant], Browser]
KEY, SOMEONE = b"k" * 32, UUID(int=7)
HOUR = 90


@given(hour=st.integers(0, 60), slots=st.integers(1, 120), least=st.integers(0, 4), more=st.integers(0, 4))
def test_each_hour_has_its_dues(hour: int, slots: int, least: int, more: int) -> None:
    """A.7: between the least and the most, at least one in each class hour, all inside the hour."""
    due = due_slots(KEY, SOMEONE, hour, slots, least, least + more)
    assert max(1, min(least, slots)) <= len(due) <= max(1, min(slots, least + more))
    assert len(set(due)) == len(due) and all(hour * slots <= slot < (hour + 1) * slots for slot in due)


@given(cuts=st.lists(st.integers(0, 5 * HOUR), max_size=12))
def test_dues_are_the_same_however_the_slots_arrive(cuts: list[int]) -> None:
    """N-33: beat by beat or in one step, each due comes exactly once."""
    whole = due_between(KEY, SOMEONE, 0, 5 * HOUR, HOUR, 2, 4)
    steps = [0, *sorted(cuts), 5 * HOUR]
    parts = [slot for before, after in zip(steps, steps[1:], strict=False)
             for slot in due_between(KEY, SOMEONE, before, after, HOUR, 2, 4)]
    assert tuple(parts) == whole and 10 <= len(whole) <= 20


def test_dues_cannot_be_foreseen() -> None:
    """N-33: another key, person, round or hour gives other moments."""
    asked = [due_slots(key, who, hour, HOUR, 3, 3, round_) for key in (KEY, b"x" * 32)
             for who in (SOMEONE, UUID(int=8)) for round_ in (0, 1) for hour in (0,)]
    assert len(set(asked)) == len(asked)


def due_of(one: Sitter, count: int = 1) -> list[SnapshotAsk]:
    """The first asks of the sitter's enrollment, as the study would get them."""
    with unit_of_work(one.browser.tenant, one.somebody.actor) as ctx:
        return list(snapshot_due(ctx, one.enrollment_id, 0, 10 * HOUR))[:count]


def post(one: Sitter, ask: SnapshotAsk, content: bytes) -> object:
    return one.browser.post(f"/presence/snapshots/{ask.token}", data=content, content_type="image/jpeg",
                            headers={"X-CSRFToken": one.browser.token or "", "Accept": "application/json"})


def taken(one: Sitter) -> list[Snapshot]:
    with unit_of_work(one.browser.tenant, one.somebody.actor) as ctx:
        return list(snapshots_of(ctx, one.enrollment_id))


def live(seed: int = 0) -> bytes:
    return jpeg(noisy(render(Attitude()), seed), 85)


def test_a_picture_is_kept_sealed_judged_and_shown_to_the_auditor_only(
        tenant: Tenant, browser_of: BrowserOf, clock: FixedClock) -> None:
    """N-33, N-36: encrypted at rest, compared by a worker, every look of the auditor on the trail, never cached."""
    loosened(tenant)
    one = sitter(tenant, browser_of, clock)
    assert one.begin().status_code == 200            # the descriptor of the photo on file is made
    content, (ask,) = live(), due_of(one)
    assert post(one, ask, content).status_code == 200
    assert post(one, ask, live(5)).status_code == 200   # sent twice, kept once
    (row,) = taken(one)
    assert row.verdict == "waiting" and row.picture_key and row.slot == ask.slot
    blobs = tenant.config.tenant_var(tenant.slug) / "blobs"
    assert all(b"\xff\xd8\xff" not in path.read_bytes()[:64] for path in blobs.rglob("*") if path.is_file())
    raw = row.picture_key
    who = staff(tenant, Role.AUDITOR)
    auditor = signed_in(browser_of(tenant), who)
    with unit_of_work(tenant, who.actor) as ctx:
        address = f"/presence/pictures/{look_token(ctx, Look(who.account_id, 'snapshot', row.id, ctx.now))}"
    assert auditor.get(address).status_code == 404
    run_waiting(tenant)
    (row,) = taken(one)
    assert (row.verdict, row.faces) == ("same", 1) and row.euclid is not None and row.euclid < 0.38
    assert not (blobs / raw).exists()
    seen = auditor.get(address)
    assert seen.status_code == 200 and seen.mimetype == "image/jpeg" and seen.headers["Cache-Control"] == "no-store"
    assert one.browser.get(address).status_code == 403
    with unit_of_work(tenant, one.somebody.actor) as ctx:
        looks = ctx.db.scalars(select(TrailRow).where(TrailRow.action == "presence.look")).all()
        assert [look.subject for look in looks] == [str(row.id)]


@pytest.mark.parametrize(("content", "verdict"), [
    (jpeg(noisy(on_ground(WHITE)[:150, :200], 1)), "no_face"), (b"\xff\xd8\xff" + b"broken" * 50, "unreadable"),
    (jpeg(noisy(np.hstack([render(Attitude())[:, 120:500]] * 2), 1)), "several"),
])
def test_what_is_not_one_face_is_told_apart(national: Tenant, browser_of: BrowserOf, clock: FixedClock,
                                            content: bytes, verdict: str) -> None:
    """N-36, N-45 c: nobody, several people, a broken picture; nothing but a word for the auditor follows."""
    one = sitter(national, browser_of, clock)
    assert one.begin().status_code == 200
    (ask,) = due_of(one)
    assert post(one, ask, content).status_code == 200
    run_waiting(national)
    assert [row.verdict for row in taken(one)] == [verdict]


def test_only_what_was_asked_is_taken(national: Tenant, browser_of: BrowserOf, clock: FixedClock) -> None:
    """N-33: an address that was not given, is another's, or is over; a body that is no picture; no consent."""
    one = sitter(national, browser_of, clock)
    other = sitter(national, browser_of, clock, serial=2)
    (ask,) = due_of(one)
    assert post(one, replace(ask, token=ask.token[:-2] + "xx"), live()).status_code == 404
    assert post(other, ask, live()).status_code == 404
    for wrong, status in ((b"", 422), (b"GIF89a", 422), (b"\xff\xd8\xff" + bytes(400_000), 413)):
        assert post(one, ask, wrong).status_code == status
    clock.advance(minutes=4)
    assert post(one, ask, live()).status_code == 404
    (ask,) = due_of(one)
    with unit_of_work(national, one.somebody.actor) as ctx:
        withdraw_consent(ctx, ctx.db.get_one(Person, one.somebody.person_id))
    assert post(one, ask, live()).status_code == 403
    assert taken(one) == []


def test_nothing_is_asked_where_the_tenant_does_not_require_it(national: Tenant, browser_of: BrowserOf,
                                                               clock: FixedClock) -> None:
    """X-12: a setting."""
    one = sitter(national, browser_of, clock)
    loosened(national, required=False)
    assert due_of(one) == []


def test_coverage_finds_the_hour_without_a_picture(national: Tenant, browser_of: BrowserOf, clock: FixedClock) -> None:
    """N-45 c, C-03: the hour that has none is named, and each says how many were due, came, and show the person."""
    one = sitter(national, browser_of, clock)
    assert one.begin().status_code == 200
    for ask in due_of(one, 99):
        if ask.slot < HOUR or 2 * HOUR <= ask.slot < 3 * HOUR:
            assert post(one, ask, live(ask.slot)).status_code == 200
    run_waiting(national)
    with unit_of_work(national, one.somebody.actor) as ctx:
        three = coverage(ctx, one.enrollment_id, 3 * HOUR)
        five = coverage(ctx, one.enrollment_id, 5 * HOUR)
    assert [hour.number for hour in three.bare] == [2] and three.taken == three.matched < three.due
    assert all(hour.due == hour.taken == hour.matched >= 2 for hour in three.hours if not hour.bare)
    assert [hour.number for hour in five.bare] == [2, 4, 5] and not five.short


def test_withdrawal_removes_the_face_and_keeps_the_record(national: Tenant, browser_of: BrowserOf,
                                                          clock: FixedClock) -> None:
    """N-33 (consent): descriptor and all pictures are gone from database and files; the proof's time stays."""
    loosened(national)
    one = sitter(national, browser_of, clock)
    assert one.begin().status_code == 200
    (ask,) = due_of(one)
    assert post(one, ask, live()).status_code == 200
    run_waiting(national)
    before = set((national.config.tenant_var("national") / "blobs" / "snap").rglob("*/*"))
    assert before
    page = one.browser.get("/presence/consent/withdraw")
    assert "撤回同意" in page.text
    assert one.browser.submit("/presence/consent/withdraw").status_code == 303
    run_waiting(national)
    assert not any(path.exists() for path in before)
    with unit_of_work(national, one.somebody.actor) as ctx:
        assert ctx.db.query(FaceTemplate).count() == 0 and ctx.db.query(Attestation).count() == 0
        (row,) = snapshots_of(ctx, one.enrollment_id)
        assert row.picture_key is None and row.verdict == "same"
    assert "没有同意" in one.browser.get("/presence/consent").text


def test_pictures_go_when_their_time_is_over(tenant: Tenant, browser_of: BrowserOf, clock: FixedClock) -> None:
    """N-33, A.7: held while the case is open; 15 days of appeal and 90 more after the decision they are gone, the
    record of time and verdict stays."""
    one = sitter(tenant, browser_of, clock)
    assert one.begin().status_code == 200
    (ask,) = due_of(one)
    assert post(one, ask, live()).status_code == 200
    run_waiting(tenant)

    def kept_after(days: int) -> bool:
        clock.advance(days=days)
        with unit_of_work(tenant) as ctx:
            ctx.enqueue("presence.forget", {})
        run_waiting(tenant)
        (row,) = taken(one)
        assert row.verdict == "same"
        return row.picture_key is not None

    with unit_of_work(tenant) as ctx:
        hold_pictures(ctx, one.enrollment_id)
    assert kept_after(400)
    with unit_of_work(tenant) as ctx:
        release_pictures(ctx, one.enrollment_id)
    assert kept_after(104) and not kept_after(2)
    assert not list((tenant.config.tenant_var(tenant.slug) / "blobs" / "snap").rglob("*/*"))


def test_the_mean_comes_with_the_thirtieth_photo(national: Tenant, browser_of: BrowserOf, clock: FixedClock) -> None:
    """N-34: without it only E is used; it is renewed when a fifth more photos are enrolled."""
    from_people = [sitter(national, browser_of, clock, serial=serial).somebody for serial in range(1, 4)]
    loosened(national, centre_min_photos=3)
    for count, somebody in enumerate(from_people, 1):
        with unit_of_work(national, somebody.actor) as ctx:
            ctx.db.add(FaceTemplate(person_id=somebody.person_id, photo_key="x", vector=packed(at(count / 10)),
                                    made_at=clock.now()))
            ctx.enqueue("presence.mean", {})
        run_waiting(national)
        with unit_of_work(national, somebody.actor) as ctx:
            means = [mean.counted for mean in ctx.db.query(FaceMean)]
        assert means == ([3] if count == 3 else [])
