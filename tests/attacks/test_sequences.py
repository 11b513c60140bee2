"""Random sequences of everything a learner, a thief, a bad line and an office can do, and the referee (R18, R19)."""
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.course import clear_hours, close_idle_leases, progress_of_enrollment, recompute, restore_hours
from core.cycle import Enrollment, EnrollmentCancelled
from core.tenancy import Tenant, unit_of_work
from tests.attacks.conftest import prove_face, referee_of
from tests.attacks.script import Script, script
from tests.course.conftest import Learner, ask_for_presence, enroll
from tests.figures import Figure
from tests.people import signed_in

Step = tuple[float, str, int]
WAITS = st.one_of(st.integers(0, 40), st.integers(0, 300)).map(lambda tenths: tenths / 10)
DEEDS = st.one_of(
    st.just(("play_on", 0)), st.just(("play_on", 0)), st.just(("watch", 2)), st.just(("watch", 5)),
    st.tuples(st.just("speed"), st.integers(2, 16)),
    st.tuples(st.just("seek"), st.integers(-5_000, 90_000)),
    st.tuples(st.just("replay"), st.integers(0, 200)),
    st.tuples(st.just("clock"), st.integers(-20, 20)),
    st.tuples(st.just("prove"), st.integers(5, 120)),
    st.tuples(st.just("cut"), st.integers(1, 60)),
    *(st.just((name, 0)) for name in ("snap", "pause", "lost", "takeover", "idle", "clear", "restore")))
STEPS = st.lists(st.tuples(WAITS, DEEDS).map(lambda step: (step[0], *step[1])), min_size=4, max_size=30)


@dataclass
class Anybody:
    """Does one thing after another, whatever makes sense or not. Each answer is judged by the referee."""

    page: Script
    watched: bool
    camera: bool
    sent: list[tuple[str, int]] = field(default_factory=list)

    def play(self, steps: list[Step]) -> None:
        self.page.open()
        self.beat()
        for wait, deed, value in steps:
            self.page.wait(wait)
            self.page.position += round(wait * 1000)
            getattr(self, deed)(wait, value)

    def play_on(self, _wait: float, _value: int) -> None:
        self.beat()

    def watch(self, _wait: float, beats: int) -> None:
        """Honestly, for a while."""
        self.snap(0, 0)
        for _beat in range(beats):
            self.page.wait(2)
            self.page.position += 2000
            self.beat()

    def beat(self, playing: bool = True) -> None:
        self.sent.append((self.page.token, self.page.position))
        answer = self.page.beat(playing=playing)
        for address in self.page.said["snapshots"] if answer.status_code == 200 and self.camera else ():
            self.page.picture(address)

    def speed(self, wait: float, times: int) -> None:
        self.page.position += round(wait * 1000) * (times - 1)
        self.beat()

    def seek(self, _wait: float, position: int) -> None:
        self.page.position = position
        self.beat()

    def snap(self, _wait: float, _value: int) -> None:
        """As the page does when it was told to go back; and after a lesson that is full, on to the next."""
        if self.page.said.get("full") or self.page.referee.playing is None:
            self.page.open()
        self.page.position = self.page.said.get("resume_ms", 0)
        self.beat()

    def cut(self, _wait: float, seconds: int) -> None:
        """The line is cut while the picture runs on, at real speed or, each third time, at double; without a camera,
        since what waits for a face is told in tests/course/test_late.py."""
        if self.watched or self.page.referee.playing is None or self.page.token != self.page.referee.token:
            return
        speed = 2 if seconds % 3 == 0 else 1
        beats = [(self.page.position + 2000 * speed * number, number % 7 != 0) for number in range(1, seconds // 2 + 2)]
        self.page.wait(seconds)
        self.page.late(beats)

    def pause(self, _wait: float, _value: int) -> None:
        self.beat(playing=False)

    def lost(self, _wait: float, _value: int) -> None:
        if self.page.referee.playing is not None and self.page.token == self.page.referee.token:
            self.page.beat_unheard()

    def replay(self, _wait: float, value: int) -> None:
        if self.sent:
            token, position = self.sent[value % len(self.sent)]
            mine = self.page.token
            self.page.beat(position, token=token)
            if token != mine:
                self.page.token = mine

    def clock(self, _wait: float, seconds: int) -> None:
        """The server's own clock is put right."""
        self.page.wait(seconds)
        self.beat()

    def takeover(self, _wait: float, _value: int) -> None:
        self.page.open()

    def prove(self, _wait: float, seconds: int) -> None:
        if self.watched:
            prove_face(self.page, seconds / 60)
            self.page.open()

    def idle(self, _wait: float, _value: int) -> None:
        """The job that closes leases looks: a page that is silent for less than a day may still come back."""
        with unit_of_work(self.page.tenant) as ctx:
            assert close_idle_leases(ctx) == 0

    def clear(self, _wait: float, _value: int) -> None:
        with unit_of_work(self.page.tenant) as ctx:
            cleared = clear_hours(ctx, self.page.enrollment, "b", "挂机", None)
        assert cleared == self.page.referee.clear()

    def restore(self, _wait: float, _value: int) -> None:
        with unit_of_work(self.page.tenant) as ctx:
            restored = restore_hours(ctx, self.page.enrollment, "申诉成立", None)
        assert restored == self.page.referee.restore()


class Crowd:
    """A fresh enrollment for each sequence, of one learner after another, on a clock that never returns."""

    def __init__(self, tenant: Tenant, learner_of: Callable[..., Learner]) -> None:
        self.tenant, self.learner_of, self.count = tenant, learner_of, 0
        self.learner: Learner | None = None
        self.page: Script | None = None

    def next(self, watched: bool) -> Script:
        """Somebody who begins on the minute."""
        if self.page is not None:
            self._leave(self.page)
        if self.learner is None or self.count % 40 == 0:
            self.learner = self.learner_of(self.tenant, 1 + self.count // 40)
        else:
            self.learner.enrollment = enroll(self.tenant, self.learner.who, number=str(self.count))
        self.count += 1
        ask_for_presence(self.tenant, watched)
        self.page = script(self.learner, referee_of(self.learner))
        if watched:
            prove_face(self.page, 0.5)
        return self.page

    def _leave(self, page: Script) -> None:
        with unit_of_work(self.tenant) as ctx:
            ctx.db.get_one(Enrollment, page.enrollment).state = "cancelled"
            ctx.db.flush()
            ctx.publish(EnrollmentCancelled(page.enrollment))
        later = page.referee.high // 60_000 * 60_000 + 600_000
        page.wait((later - page.now) / 1000)
        signed_in(page.browser, page.who)


def stands(page: Script) -> None:
    """What the ledger adds up to, with the run that is open, is what the referee counted."""
    with unit_of_work(page.tenant) as ctx:
        found = progress_of_enrollment(ctx, page.enrollment)
        assert (found.general_slots, found.professional_slots) == (
            page.referee.learned("general"), page.referee.learned("professional"))


def play_all(tenant: Tenant, learner_of: Callable[..., Learner], examples: int) -> Crowd:
    crowd = Crowd(tenant, learner_of)

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(STEPS, st.booleans(), st.booleans())
    def play(steps: list[Step], watched: bool, camera: bool) -> None:
        page = crowd.next(watched)
        Anybody(page, watched, camera).play(steps)
        stands(page)

    play()
    assert crowd.page is not None
    with unit_of_work(tenant) as ctx:
        assert recompute(ctx).differences == ()
    return crowd


def test_random_sequences(national: Tenant, learner_of: Callable[..., Learner]) -> None:
    """L1, L2, L3, L4, L6, L7, R18: speed, seeks, replays, pauses, silence, lost answers, takeovers, clocks put right,
    proofs that end, pictures sent or not, clearings and restores: each beat's credit is the referee's, never more than
    the server's time, never negative, never a 5xx; the evidence says the same at the end."""
    play_all(national, learner_of, 20)


@pytest.mark.prove
def test_ten_thousand_random_sequences(national: Tenant, learner_of: Callable[..., Learner], figure: Figure) -> None:
    """L1, L2, L3, L4, L6, L7, R18, R19: the same over 10,000 sequences."""
    began = perf_counter()
    crowd = play_all(national, learner_of, 10_000)
    assert crowd.count >= 10_000
    figure(sequences=crowd.count, seconds=perf_counter() - began)
