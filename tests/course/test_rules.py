"""The hours rules against tables and against a second model (N-30, N-37; A1 L1 … L7; R17 … R19)."""
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.course.late import Allowance, LateBeat, judge_late
from core.course.rules import Beat, BeatState, Pace, Reason, Run, close, judge_beat, open_state, pace_of
from tests.course.model import Viewer

REAL = pace_of(2700, 30, 30, 2, 120)
DEMO = pace_of(6, 1, 2, 2, 20)
TIGHT = Pace(6000, 1000, 2000, 500)
BASE = 1_790_000_000_000
GAP_MS, PERCENT = 7000, 60


@dataclass
class Server:
    """The lease keeping around the rules: one open lease a person, the newest wins, what it owned goes
    along.
    """

    pace: Pace
    lesson_ms: int
    cap: int
    now: int = BASE + 7_777
    leases: list[BeatState] = field(default_factory=list)
    credit: int = 0
    runs: list[Run] = field(default_factory=list)
    late: list[tuple[int, int]] = field(default_factory=list)

    def open(self) -> int:
        old = self.leases[-1] if self.leases else None
        if old:
            self.leases[-1], run = close(old)
            self.runs += [run] if run else []
        self.leases.append(open_state(
            self.now, self.lesson_ms, old.resume_ms if old else 0, self.credit, self.cap,
            old.last_slot if old else -1, self.pace, not_before_ms=old.last_at_ms if old else 0))
        return len(self.leases) - 1

    def beat(self, lease: int, beat: Beat) -> tuple[int, Reason]:
        verdict = judge_beat(self.leases[lease], beat, self.pace)
        self.leases[lease] = verdict.state
        self.credit += verdict.credit
        self.runs += [verdict.ended] if verdict.ended else []
        return verdict.credit, verdict.reason

    def come_back(self, beats: list[tuple[int, bool]]) -> int:
        verdict = judge_late(self.state, [LateBeat(*one) for one in beats], self.now, True, self.pace,
                             Allowance(GAP_MS, PERCENT, tuple(self.late)))
        self.leases[-1] = verdict.state
        self.credit += verdict.credit
        self.runs += [run for run in (verdict.ended, verdict.late) if run]
        self.late += [(verdict.late.pos_from_ms, verdict.late.pos_to_ms)] if verdict.late else []
        return verdict.credit

    @property
    def state(self) -> BeatState:
        return self.leases[-1]


def watch(server: Server, seconds: float, step_ms: int, rate: float = 1.0) -> list[Beat]:
    """Play from the resume point for this long, a beat each step; the beats that were sent."""
    position = float(server.state.resume_ms)
    sent = [Beat(server.state.seq, server.now, int(position), True)]
    server.beat(len(server.leases) - 1, sent[0])
    left = int(seconds * 1000)
    while left > 0:
        step = min(step_ms, left)
        left -= step
        server.now += step
        position += step * rate
        sent.append(Beat(server.state.seq, server.now, min(int(position), server.lesson_ms), True))
        server.beat(len(server.leases) - 1, sent[-1])
    return sent


@pytest.mark.parametrize("pace, hours", [(REAL, 1), (REAL, 2), (DEMO, 2), (DEMO, 5)], ids=str)
def test_an_honest_viewer_gets_every_slot(pace: Pace, hours: int) -> None:
    """N-30, A.7: who watches a lesson of n class hours to its end is credited n class hours, not a slot
    less.
    """
    lesson = hours * pace.hour_ms + 300
    server = Server(pace, lesson, hours * pace.slots_per_hour)
    server.open()
    watch(server, lesson / 1000, pace.beat_ms)
    assert server.credit == hours * pace.slots_per_hour
    assert sum(run.slots for run in server.runs) + server.state.run_slots == server.credit


@pytest.mark.parametrize("pace", [REAL, DEMO], ids=["real", "demo"])
def test_pauses_of_any_length_lose_nothing(pace: Pace) -> None:
    """N-37: the resume point is the server's; what was seen before a pause counts after it."""
    server = Server(pace, pace.hour_ms, pace.slots_per_hour)
    server.open()
    for _ in range(40):
        watch(server, pace.hour_ms / 40_000, pace.beat_ms)
        server.beat(len(server.leases) - 1, Beat(server.state.seq, server.now, server.state.resume_ms, False))
        server.now += 37_411
    assert server.state.resume_ms == pace.hour_ms
    watch(server, pace.slot_ms / 1000 * 2, pace.beat_ms, rate=0)     # the last slot has to end first
    assert server.credit == pace.slots_per_hour


def test_late_beats_cost_an_honest_viewer_nothing() -> None:
    """C-01: a slow line delays beats; as long as the silence stays within the grace nothing is lost."""
    server = Server(DEMO, 12_300, 12)
    server.open()
    server.beat(0, Beat(1, server.now, 0, True))
    start = server.now
    for sent_at, delay in [(2000, 10), (4500, 3000), (9600, 20), (12_300, 900)]:
        server.now = start + sent_at + delay
        server.beat(0, Beat(server.state.seq, server.now, sent_at, True))
    assert server.credit == 12


PLAYING = replace(open_state(BASE, 60_000, 0, 0, 60, 0, DEMO), seq=5, playing=True, run_from_ms=BASE,
                  resume_ms=4000, run_pos_ms=4000)


@pytest.mark.parametrize("why, beat, reason", [
    ("L2 sixteen times the speed", Beat(5, BASE + 2000, 4000 + 32_000, True), Reason.TOO_FAST),
    ("L3 a seek to the end", Beat(5, BASE + 2000, 60_000, True), Reason.TOO_FAST),
    ("N-37 a seek back", Beat(5, BASE + 2000, 1000, True), Reason.BEHIND),
    ("L4 a beat heard before", Beat(4, BASE + 2000, 6000, True), Reason.REPEATED),
    ("L4 a beat out of turn", Beat(9, BASE + 2000, 6000, True), Reason.REPEATED),
    ("L7 an hour in one beat", Beat(5, BASE + 3_600_000, 60_000, True), Reason.SILENT),
    ("N-33 nobody is there", Beat(5, BASE + 2000, 6000, True, present=False), Reason.ABSENT),
    ("O10 the clock is set back", Beat(5, BASE - 3_600_000, 4000, True), Reason.WATCHING),
    ("N-37 the video stands still", Beat(5, BASE + 2000, 4000, True), Reason.WATCHING),
    ("L6 a position from nowhere", Beat(5, BASE + 2000, -10**15, True), Reason.BEHIND),
], ids=lambda value: value if isinstance(value, str) else "")
def test_what_earns_nothing(why: str, beat: Beat, reason: Reason) -> None:
    """A1 L2 … L7: each of these beats earns nothing, moves no resume point, and says why."""
    state = replace(PLAYING, credited=4, last_slot=0)
    verdict = judge_beat(state, beat, DEMO)
    assert (verdict.credit, verdict.reason, verdict.state.resume_ms) == (0, reason, 4000)


def test_a_newer_page_takes_over_and_the_older_is_told() -> None:
    """L1: ten pages at once earn no more than one, since one person owns a slot once."""
    server = Server(DEMO, 600_000, 600)
    first = server.open()
    watch(server, 10, 2000)
    second = server.open()
    assert server.beat(first, Beat(server.leases[first].seq, server.now, 10_000, True)) == (0, Reason.CLOSED)
    watch(server, 10, 2000)
    assert second == 1 and server.credit == 20


def test_a_finished_lesson_gives_no_more() -> None:
    """A.7: hours above the due do not roll over; the lesson plays on and says that it is full."""
    server = Server(DEMO, 20_000, 6)
    server.open()
    watch(server, 20, 2000)
    assert server.credit == 6
    assert server.state.resume_ms == 20_000


def test_time_that_stood_still_cannot_be_saved_up() -> None:
    """L7: a minute of stalled picture does not pay for a minute's jump."""
    server = Server(DEMO, 600_000, 600)
    server.open()
    watch(server, 60, 2000, rate=0)
    server.now += 2000
    assert server.beat(0, Beat(server.state.seq, server.now, 60_000, True)) == (0, Reason.TOO_FAST)
    assert server.credit == 0


def test_a_stalled_picture_ends_the_run() -> None:
    """L7, at the real pace: the time of a long stall is no evidence; the run before it is closed."""
    server = Server(REAL, 2_700_000, 90)
    server.open()
    watch(server, 90, 30_000)
    watch_from = server.now
    for _ in range(4):
        server.now += 30_000
        server.beat(0, Beat(server.state.seq, server.now, 90_000, True))
    assert server.credit == 3 and [run.slots for run in server.runs] == [3]
    assert server.state.bank_ms == 92_000 and server.state.run_from_ms == watch_from + 28_000


def test_a_slot_owned_already_is_given_when_the_next_begins() -> None:
    """R17: a second lesson within the same slot waits for the next slot; the same slot is never given
    twice.
    """
    state = open_state(BASE, 12_000, 900, 0, 12, BASE // 1000, DEMO)
    state = judge_beat(state, Beat(1, BASE + 100, 900, True), DEMO).state
    early = judge_beat(state, Beat(2, BASE + 300, 1100, True), DEMO)
    assert (early.credit, early.state.resume_ms) == (0, 1100)
    later = judge_beat(early.state, Beat(3, BASE + 1000, 1100, True), DEMO)
    assert (later.credit, later.state.last_slot) == (1, BASE // 1000 + 1)


def test_the_lengths_that_follow_from_the_pace() -> None:
    """A.7: run, slack and grace shrink with hour, slot and beat."""
    def lengths(pace: Pace) -> tuple[int, ...]:
        return pace.slots_per_hour, pace.run_ms, pace.slack_ms(pace.beat_ms), pace.grace_ms(pace.beat_ms)

    assert lengths(REAL) == (90, 900_000, 92_000, 120_000)
    assert lengths(DEMO) == (6, 2000, 8000, 20_000)


def test_the_pace_refuses_what_cannot_be_counted() -> None:
    """A.7: a class hour is a whole number of slots."""
    with pytest.raises(ValueError):
        pace_of(45, 7, 30)
    with pytest.raises(ValueError):
        pace_of(45, 0, 30)


# What a client may do at each step: how long it waits, and what it sends then.
PACES = st.sampled_from([DEMO, TIGHT, Pace(9000, 3000, 2000), Pace(6000, 1000, 4000, 0)])
# A cut of the network, up to a day, and what the page brings then: by how much the picture moved, whether it runs on.
CUT = st.tuples(st.one_of(st.integers(0, 40_000), st.integers(31_000, 86_400_000)), st.lists(st.tuples(
    st.one_of(st.just(2000), st.just(2000), st.integers(-3000, 9000)), st.sampled_from([True, True, True, False])),
    min_size=1, max_size=12))
Step = tuple[int, tuple[str, Any]]
STEP = st.tuples(
    st.one_of(st.integers(0, 9_000), st.integers(0, 30_000)),
    st.one_of(
        st.just(("play", 0)), st.just(("play", 0)), st.just(("play", 0)),
        st.tuples(st.just("speed"), st.integers(2, 16)),
        st.tuples(st.just("seek"), st.integers(-5_000, 90_000)),
        st.tuples(st.just("replay"), st.integers(0, 200)),
        st.tuples(st.just("number"), st.integers(-3, 300)),
        st.just(("pause", 0)), st.just(("away", 0)), st.just(("takeover", 0)), st.just(("snap", 0)),
        st.tuples(st.just("clock"), st.integers(-20_000, 20_000)),
        st.tuples(st.just("cut"), CUT), st.tuples(st.just("cut"), CUT),
    ))


def run_against_model(steps: list[Step], pace: Pace) -> None:
    """Send the sequence to the rules and to the model; every credit must be equal, and within server time.
    """
    lesson = 60_000
    server, model = Server(pace, lesson, 50), Viewer(pace, lesson, 50)
    server.open()
    start = model.last = server.now
    position, high = 0, server.now
    sent: list[tuple[int, Beat]] = []
    for wait, (what, value) in steps:
        server.now += wait
        position += wait
        if what == "clock":
            server.now += value
        if what == "takeover":
            server.open()
            model.anchor, model.last = None, max(model.last, server.now)
            continue
        if what == "cut":
            server.now += value[0]
            brought = []
            for moved, plays in value[1]:
                position += moved
                brought.append((position, plays))
            high = max(high, server.now)
            got, expected = server.come_back(brought), model.come_back(server.now, brought, GAP_MS, PERCENT)
            assert got == expected >= 0
            assert server.state.resume_ms == model.seen
            continue
        if what == "replay" and sent:
            lease, beat = sent[value % len(sent)]
            late = replace(beat, at_ms=server.now)
            if not (lease == len(server.leases) - 1 and late.seq == server.state.seq):
                before = server.leases[lease]
                assert server.beat(lease, late)[0] == 0
                assert server.leases[lease] == before
            continue
        if what in ("seek", "snap"):
            position = value if what == "seek" else server.state.resume_ms
        elif what == "speed":
            position += wait * (value - 1)
        seq = value if what == "number" else server.state.seq
        beat = Beat(seq, server.now, position, what != "pause", what != "away")
        in_turn = seq == server.state.seq
        high = max(high, server.now)
        got, _ = server.beat(len(server.leases) - 1, beat)
        sent.append((len(server.leases) - 1, beat))
        expected = model.hear(server.now, position, beat.playing, beat.present) if in_turn else 0
        assert got == expected >= 0
        assert server.state.resume_ms == model.seen
        assert server.credit * pace.slot_ms <= high - start
    given_slots = [slot for run in server.runs for slot in range(run.slot, run.slot + run.slots)]
    given_slots += range(server.state.run_slot, server.state.run_slot + server.state.run_slots)
    assert len(given_slots) == len(set(given_slots)) == server.credit
    assert set(given_slots) == model.owned


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEP, max_size=60), PACES)
def test_credit_is_what_the_model_says(steps: list[Step], pace: Pace) -> None:
    """R18, R19: speed, seeks, replays, wrong numbers, takeovers and wrong clocks earn what the model says.
    """
    run_against_model(steps, pace)


@pytest.mark.prove
@settings(max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEP, max_size=80), PACES)
def test_credit_is_what_the_model_says_ten_thousand_times(steps: list[Step],
                                                          pace: Pace) -> None:
    """R18: the same over 10,000 sequences."""
    run_against_model(steps, pace)
