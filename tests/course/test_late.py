"""What a page that was cut off says afterwards is worth (C-02; L7, R18): rules by a table, the flow through HTTP."""
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from core.course import clear_hours, progress_of_enrollment, recompute, restore_hours
from core.course.late import Allowance, LateBeat, chain_key, judge_late, reach, seal_of
from core.course.models import BeatRow, HourEntry, Segment
from core.course.queries import record_of
from core.course.rules import Reason, open_state, pace_of
from core.course.subjects import subject
from core.presence import PresenceProved, Seen, Snapshot, judge_picture
from core.presence.states import SnapshotVerdict
from core.tenancy import Tenant, unit_of_work
from tests.course.conftest import Learner, ask_for_presence, attest
from tests.people import signed_in

Make = Callable[..., Learner]
REAL = pace_of(2700, 30, 30, 2, 120)
BASE = 1_790_000_010_000
MINUTE = 60_000
ALLOWED = Allowance(5 * MINUTE, 10)
# Ten minutes into a lesson of two class hours, the last beat heard just now.
STATE = replace(open_state(BASE, 90 * MINUTE, 10 * MINUTE, 20, 180, BASE // 30_000 - 1, REAL), seq=21, playing=True,
                run_from_ms=BASE - MINUTE, run_pos_ms=9 * MINUTE, run_slot=BASE // 30_000 - 2, run_slots=2)


def playing(seconds: int, step: int = 30, start: int = 600) -> list[LateBeat]:
    """The picture runs for so long from `start`, a beat each step."""
    return [LateBeat(1000 * (start + min(at, seconds)), True) for at in range(step, seconds + step, step)]


@pytest.mark.parametrize("what, cut_s, beats, slots, reason", [
    ("31 s are a late beat, and no cut", 31, playing(31), 1, Reason.WATCHING),
    ("two minutes are none either", 120, playing(120), 4, Reason.WATCHING),
    ("four minutes", 240, playing(240), 8, Reason.LATE),
    ("the share of a class hour is 270 s", 300, playing(300), 9, Reason.LATE_OVER),
    ("an hour in which the page paused when its share was full", 3600, playing(270) + [LateBeat(870_000, False)], 9,
     Reason.LATE),
    ("a day", 86_400, playing(86_400), 9, Reason.LATE_OVER),
    ("L7: 3,600 s in one beat", 3600, [LateBeat(4_200_000, True)], 0, Reason.TOO_FAST),
    ("five minutes in one beat", 300, [LateBeat(900_000, True)], 0, Reason.TOO_FAST),
    ("faster than the server's clock", 180, playing(240), 0, Reason.TOO_FAST),
    ("sixteen times the speed", 300, playing(4800, 480), 0, Reason.TOO_FAST),
    ("back", 300, [*playing(60), LateBeat(500_000, True)], 0, Reason.BEHIND),
    ("a video that stalled", 300, [LateBeat(600_000, True)] * 10, 0, Reason.SILENT),
    ("a pause, and then a jump", 300, [LateBeat(600_000, False), LateBeat(690_000, True)], 0, Reason.TOO_FAST),
    ("a pause, and on", 300, [*playing(60), LateBeat(660_000, False), LateBeat(660_000, True), LateBeat(690_000, True)],
     3, Reason.LATE),
    ("L6: a clock set back", -3600, playing(240), 0, Reason.TOO_FAST),
], ids=lambda value: value if isinstance(value, str) else "")
def test_what_a_cut_is_worth(what: str, cut_s: int, beats: Sequence[LateBeat], slots: int, reason: Reason) -> None:
    """L7, A.7: at most 5 minutes a cut and 10 % of a class hour, by the server's clock, contiguous; else nothing."""
    verdict = judge_late(STATE, beats, BASE + 1000 * cut_s, True, REAL, ALLOWED)
    assert (verdict.credit, verdict.reason) == (slots, reason), what
    state, late = verdict.state, verdict.late
    assert state.seq == STATE.seq + len(beats)
    assert state.credited == STATE.credited + slots and state.resume_ms <= beats[-1].position_ms + 90 * MINUTE
    if reason is Reason.WATCHING:
        assert late is None and state.playing
    else:
        assert not state.playing and verdict.ended is not None and verdict.ended.slots == 2
        assert (late.slots if late else 0) == slots
    if late:
        assert BASE // 30_000 <= late.slot and late.slot + late.slots - 1 <= state.last_at_ms // 30_000
        assert late.from_ms == BASE and late.pos_to_ms - late.pos_from_ms <= 270_000


def test_each_class_hour_has_a_share_of_its_own() -> None:
    """C-02: 5 minutes over the boundary of two class hours are whole; what earlier cuts took is spent."""
    at = replace(STATE, resume_ms=42 * MINUTE, run_pos_ms=41 * MINUTE, credited=84)
    beats = playing(300, start=42 * 60)
    assert judge_late(at, beats, BASE + 300_000, True, REAL, ALLOWED).credit == 10
    spent = replace(ALLOWED, spent=((20 * MINUTE, 24 * MINUTE),))
    assert judge_late(at, beats, BASE + 300_000, True, REAL, spent).credit == 1
    assert reach(10 * MINUTE, REAL, spent) == 10 * MINUTE + 30_000
    assert reach(44 * MINUTE, REAL, ALLOWED) == 49 * MINUTE
    assert reach(0, REAL, Allowance(0, 10)) == 0


@pytest.mark.parametrize("change", [{"playing": False, "run_slots": 0}, {"closed": True}], ids=str)
def test_who_did_not_study_when_the_line_broke_earns_nothing(change: dict[str, Any]) -> None:
    """L7: a batch for a page that stood still or was closed."""
    before = replace(STATE, **change)
    verdict = judge_late(before, playing(240), BASE + 300_000, True, REAL, ALLOWED)
    assert verdict.credit == 0 and verdict.late is None


def test_the_chain_is_of_one_lease_one_beat_and_one_order() -> None:
    """C-02: another key, token, order, length or flag makes another seal."""
    key, beats = chain_key(b"s" * 32, "lease"), playing(120)
    seals = {seal_of(key, "token", beats), seal_of(key, "token", beats[::-1]), seal_of(key, "token", beats[:-1]),
             seal_of(key, "token", beats[1:]), seal_of(key, "other", beats),
             seal_of(chain_key(b"s" * 32, "other"), "token", beats),
             seal_of(key, "token", [replace(beats[0], playing=False), *beats[1:]])}
    assert len(seals) == 7


# --- through HTTP, at the demo's pace: class hour 6 s, slot 1 s, beat 2 s; 10 s a cut -----------------------

def cut_off(learner: Learner, seconds: float, plays: float | None = None) -> tuple[str, list[list[Any]], str]:
    """The network is cut for so long, of which the picture plays a part; what the page has to send then."""
    began, plays = learner.position, seconds if plays is None else plays
    learner.clock.advance(seconds=seconds)
    beats = [[began + round(1000 * min(at, plays)), True] for at in range(2, int(plays) + 3, 2)]
    if plays < seconds:
        beats.append([began + round(1000 * plays), False])
    learner.position = beats[-1][0]
    assert learner.lease is not None
    key = bytes.fromhex(learner.lease["cut"]["key"])
    return learner.token, beats, seal_of(key, learner.token, [LateBeat(*one) for one in beats])


def say(learner: Learner, batch: tuple[str, list[list[Any]], str]) -> TestResponse:
    token, beats, link = batch
    response = learner.browser.send("/study/late", {"token": token, "beats": beats, "seal": link})
    if response.status_code == 200:
        learner.token, learner.position = response.json["token"], response.json["resume_ms"]
    return response


def ledger(tenant: Tenant) -> list[tuple[str, int]]:
    with unit_of_work(tenant) as ctx:
        assert recompute(ctx).differences == ()
        return [(entry.kind, entry.slots) for entry in ctx.db.scalars(select(HourEntry).order_by(HourEntry.id))]


def standing(tenant: Tenant, learner: Learner) -> tuple[int, int]:
    with unit_of_work(tenant) as ctx:
        found = progress_of_enrollment(ctx, learner.enrollment)
        return found.credited_slots, found.waiting_slots


def test_without_a_camera_a_cut_is_credited_at_once(tenant: Tenant, learner_of: Make) -> None:
    """C-02, X-12: nothing is lost; the page goes on where it stood; the beats are judged again."""
    learner = learner_of(tenant)
    learner.open()
    learner.watch(2)
    said = say(learner, cut_off(learner, 30, 9)).json
    assert (said["reason"], said["resume_ms"], said["snap_back"], said["credited"]) == ("late", 11_000, True, 11)
    assert "9 秒，已计入学时" in said["sentence"] and said["waiting_text"] == ""
    assert ledger(tenant) == [("credit", 2), ("credit", 9)]
    learner.watch(1.3)
    learner.clock.advance(seconds=1)
    assert learner.beat().json["full"]
    with unit_of_work(tenant) as ctx:
        assert ctx.db.scalars(select(Segment.late).order_by(Segment.from_ms, Segment.to_ms)).all()[:2] == [False, True]
        assert ctx.db.scalar(select(func.count()).select_from(BeatRow).where(BeatRow.late > 0)) == 6


def late_learner(tenant: Tenant, learner_of: Make) -> Learner:
    """Somebody with 2 slots, and 9 that wait for a face."""
    learner = learner_of(tenant)
    ask_for_presence(tenant, True)
    attest(tenant, learner.who, learner.enrollment)
    learner.open()
    learner.watch(2)
    said = say(learner, cut_off(learner, 30, 9)).json
    assert said["waiting_text"] == "待核对 9 秒" and "核对照片是您本人后计入学时" in said["sentence"]
    assert said["snapshots"]
    return learner


def prove(tenant: Tenant, learner: Learner, seconds: float = 0) -> None:
    """The person is seen, so many seconds from now."""
    learner.clock.advance(seconds=seconds)
    with unit_of_work(tenant) as ctx:
        ctx.publish(PresenceProved(learner.enrollment, ctx.now))


def test_what_came_late_waits_for_a_face(tenant: Tenant, learner_of: Make) -> None:
    """C-02: pending until the first match after the return; the record and the page say so; once only."""
    learner = late_learner(tenant, learner_of)
    assert standing(tenant, learner) == (2, 9)
    assert "待核对 9 秒" in learner.browser.get(f"/training/{learner.enrollment}/record").text
    assert learner.browser.get(f"/study/{learner.enrollment}/hours").json["waiting_text"] == "待核对 9 秒"
    with unit_of_work(tenant) as ctx:
        ctx.publish(PresenceProved(learner.enrollment, ctx.now.replace(year=2025)))
    assert standing(tenant, learner) == (2, 9)
    prove(tenant, learner, 5)
    prove(tenant, learner, 5)
    assert standing(tenant, learner) == (11, 0)
    assert ledger(tenant) == [("credit", 2), ("pending", 9), ("credit", 9)]
    with unit_of_work(tenant) as ctx:
        line = record_of(ctx, subject(ctx, learner.enrollment))[0]
        assert (line.seconds, line.cleared, line.waiting) == (11, 0, 0)
    assert "待核对" not in learner.browser.get(f"/training/{learner.enrollment}/record").text


@pytest.mark.parametrize("seen, settled", [(Seen.OTHER, False), (Seen.UNCLEAR, False), (Seen.SAME, True)])
def test_where_the_machine_was_in_doubt_the_auditor_decides(national: Tenant, learner_of: Make, seen: Seen,
                                                            settled: bool) -> None:
    """C-02: what shows somebody else settles nothing; a human's word on the picture does."""
    learner = late_learner(national, learner_of)
    with unit_of_work(national) as ctx:
        picture = Snapshot(person_id=learner.who.person_id, enrollment_id=learner.enrollment, slot=11,
                           taken_at=ctx.now, verdict=SnapshotVerdict.OTHER)
        ctx.db.add(picture)
        ctx.db.flush()
        judge_picture(ctx, picture.id, seen)
    assert standing(national, learner) == ((11, 0) if settled else (2, 9))


def test_cleared_while_it_waited_and_given_back(tenant: Tenant, learner_of: Make) -> None:
    """N-45, N-47: a clearing ends the waiting too; a face that is seen later pays for nothing of it; an upheld appeal
    lets it wait again."""
    learner = late_learner(tenant, learner_of)
    with unit_of_work(tenant) as ctx:
        assert clear_hours(ctx, learner.enrollment, "b", "挂机", None) == 2
    prove(tenant, learner, 1)
    assert standing(tenant, learner) == (0, 0)
    assert learner.open().json["resume_ms"] == 0
    with unit_of_work(tenant) as ctx:
        restore_hours(ctx, learner.enrollment, "申诉成立", None)
    assert standing(tenant, learner) == (2, 9)
    assert learner.open().json["resume_ms"] == 11_000
    prove(tenant, learner, 1)
    assert standing(tenant, learner) == (11, 0)
    with unit_of_work(tenant) as ctx:
        clear_hours(ctx, learner.enrollment, "b", "挂机", None)
    assert standing(tenant, learner) == (0, 0)
    assert [kind for kind, _slots in ledger(tenant)] == [
        "credit", "pending", "clear", "void", "restore", "pending", "credit", "clear", "clear"]


@pytest.mark.parametrize("touch", ["again", "first", "turned", "seal", "token", "another", "taken over", "shape"])
def test_a_batch_earns_once_and_breaks_nothing(tenant: Tenant, learner_of: Make, touch: str) -> None:
    """L4, L7: repeated, shortened, put into another order, forged, of another person or of a page that was taken over:
    nothing twice, nothing wrong, never a 5xx."""
    learner = learner_of(tenant)
    learner.open()
    learner.watch(2)
    token, beats, link = cut_off(learner, 30, 9)
    batch: tuple[Any, Any, Any] = (token, beats, link)
    sender, expected, slots = learner, 400, 2
    if touch in ("again", "first"):
        assert say(learner, batch).status_code == 200
        expected, slots = 409, 11
    if touch == "first":
        batch = (token, beats[:1], seal_of(bytes.fromhex((learner.lease or {})["cut"]["key"]), token,
                                           [LateBeat(*beats[0])]))
    elif touch == "turned":
        batch = (token, beats[::-1], link)
    elif touch == "seal":
        batch = (token, beats, "0" * 64)
    elif touch == "token":
        batch = (token[:-2] + "xx", beats, link)
    elif touch == "another":
        sender, expected = learner_of(tenant, 2), 403
        sender.browser.get("/training")
    elif touch == "taken over":
        learner.open()
        expected = 409
    elif touch == "shape":
        batch = (token, [[1.5, True], "x", None], link)
    answer = say(sender, batch)
    assert answer.status_code == expected and answer.json["sentence"]
    if touch in ("again", "first"):
        assert answer.json["token"] == learner.token
    assert standing(tenant, learner) == (slots, 0)
    ledger(tenant)


def test_the_beat_whose_answer_the_cut_swallowed(tenant: Tenant, learner_of: Make) -> None:
    """C-02: the server heard the last beat, the page did not hear the answer; the batch follows all the same."""
    learner = learner_of(tenant)
    learner.open()
    learner.watch(2)
    known = learner.token
    learner.clock.advance(seconds=2)
    learner.position += 2000
    learner.beat()
    learner.token, learner.position = known, learner.position - 2000
    assert say(learner, cut_off(learner, 30, 8)).json["credited"] == 10
    ledger(tenant)


def test_a_browser_that_comes_back_a_day_later(tenant: Tenant, learner_of: Make) -> None:
    """C-02: what lay in a closed browser counts while no newer page studied; then a new lease goes on there."""
    learner = learner_of(tenant)
    learner.open()
    learner.watch(2)
    batch = cut_off(learner, 80_000, 6)
    signed_in(learner.browser, learner.who)
    learner.browser.get("/training")
    assert say(learner, batch).json["resume_ms"] == 8000
    assert learner.open().json["resume_ms"] == 8000
    assert standing(tenant, learner) == (8, 0)


def test_all_is_seen_and_something_waits(tenant: Tenant, learner_of: Make) -> None:
    """C-02: hours that wait do not complete the study; the way out is a new face check; the match completes it."""
    learner = learner_of(tenant, general=0, professional=2)
    ask_for_presence(tenant, True)
    attest(tenant, learner.who, learner.enrollment)
    learner.open()
    learner.watch(3)
    say(learner, cut_off(learner, 30, 8))
    learner.watch(1.3)
    learner.clock.advance(seconds=1)
    last = learner.beat().json
    assert last["full"] and not last["done"]
    refused = learner.open()
    assert refused.status_code == 422 and refused.json["code"] == "hours_waiting"
    assert "8 秒还没有核对" in refused.json["sentence"].replace(" 还", "还")
    assert "拍照识别" in learner.browser.get(refused.json["again"]).text
    prove(tenant, learner, 5)
    assert standing(tenant, learner) == (12, 0)
    assert learner.browser.get(f"/study/{learner.enrollment}/hours").json["done"]
