"""Time that nobody watched: many pages, speed, seeking, replayed beats, wrong clocks (L1, L2, L3, L4, L6; R17, R19)."""
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import cycle
from random import Random
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import func, select, update

from core.course import progress_of_enrollment
from core.course.models import BeatRow, HourEntry, StudyLease
from core.tenancy import Tenant, unit_of_work
from tests.attacks.script import Script, another_page
from tests.browse import Browser
from tests.course.conftest import enroll

ScriptOf = Callable[..., Script]
BrowserOf = Callable[[Tenant], Browser]


# --- L1: several pages, devices, courses -----------------------------------------------------------------------------

@dataclass
class ManyPages:
    """Plays ten pages of one person on different devices at once; each beats on its own, and takes the lease back
    now and then when it is told that another page has it."""

    pages: list[Script]
    told: int = 0

    def play(self, seconds: int) -> None:
        self.pages[0].open()
        for second in range(seconds):
            self.pages[0].wait(1)
            for number, page in enumerate(self.pages):
                page.position += 1000
                refused = bool(page.token) and page.beat().status_code == 409
                self.told += refused
                if (refused or not page.token) and second % len(self.pages) == number:
                    page.open()


def test_ten_pages_earn_no_more_than_one(national: Tenant, script_of: ScriptOf, browser_of: BrowserOf) -> None:
    """L1, R17: ten pages on ten devices for 60 s: at most 60 s of credit, and each older page is told."""
    one = script_of(national)
    attack = ManyPages([one, *(another_page(one, browser_of(national)) for _page in range(9))])
    attack.play(60)
    assert one.credited <= 60 and attack.told > 100
    assert set(one.answers) <= {200, 409}


@dataclass
class ManyCourses:
    """Studies two posts side by side, with one page for each."""

    pages: list[Script]
    refused: list[str] = field(default_factory=list)

    def play(self, seconds: int) -> None:
        for page, _second in zip(cycle(self.pages), range(seconds), strict=False):
            answer = page.open()
            self.refused += [answer.get_json()["code"]] if answer.status_code == 422 else []
            page.wait(1)


def test_two_courses_at_once(national: Tenant, script_of: ScriptOf) -> None:
    """L1, N-24: of two posts the one enrolled first is learned first; the other opens no lesson meanwhile."""
    one = script_of(national)
    one.wait(1)
    other = replace(one, enrollment=enroll(national, one.who, "材料员", 0))
    attack = ManyCourses([one, other])
    attack.play(20)
    assert attack.refused == ["first_enrolled_first"] * 10
    with unit_of_work(national) as ctx:
        assert progress_of_enrollment(ctx, other.enrollment).credited_slots == 0


# --- L2: speed -------------------------------------------------------------------------------------------------------

@dataclass
class Hurried:
    """A user script that sets `playbackRate`; with `obeys` its page goes back to where the server says, as ours does,
    and then hurries again."""

    page: Script
    rate: float
    obeys: bool

    def finish_a_lesson(self, limit: int) -> float:
        """Watch until the lesson is full, or for so long; the seconds of server time."""
        began = self.page.clock.now()
        self.page.open()
        self.page.beat()
        while not self.page.said["full"] and self.page.clock.now() - began < timedelta(seconds=limit):
            self.page.wait(2)
            self.page.position += round(2000 * self.rate)
            self.page.beat()
            if self.obeys and self.page.said.get("snap_back"):
                self.page.position = self.page.said["resume_ms"]
        return (self.page.clock.now() - began).total_seconds()


@pytest.mark.parametrize("rate", [1.25, 2, 16])
@pytest.mark.parametrize("obeys", [True, False])
def test_a_hurried_video_takes_as_long(national: Tenant, script_of: ScriptOf, rate: float, obeys: bool) -> None:
    """L2: at 1.25×, 2× and 16× a lesson of 12 s is never full before 12 s have gone by; who runs ahead earns less."""
    one = script_of(national)
    seconds = Hurried(one, rate, obeys).finish_a_lesson(60)
    assert seconds >= 12
    assert one.credited <= 12 if rate == 1.25 else one.credited <= 2, one.said


# --- L3: seeking -----------------------------------------------------------------------------------------------------

@dataclass
class Seeker:
    """Drags the hidden slider: jumps to the end, beyond every video, back, or about at random."""

    page: Script
    jumps: list[int]

    def play(self) -> list[str]:
        """The reasons given."""
        self.page.open()
        self.page.watch(2)
        reasons = []
        for jump in self.jumps:
            self.page.wait(2)
            self.page.beat(jump)
            reasons.append(self.page.said["reason"])
            self.page.beat(self.page.said["resume_ms"])
        return reasons


def test_seeking_earns_nothing(national: Tenant, script_of: ScriptOf) -> None:
    """L3, N-37: a jump to the end or beyond every number that fits is refused, a jump back too; the page is sent to
    the resume point, and nothing of the jumped part counts."""
    one = script_of(national)
    reasons = Seeker(one, [12_300, 10**18, 2**31, -10**18, -5000, 12_300]).play()
    assert reasons == ["too_fast"] * 3 + ["behind"] * 2 + ["too_fast"]
    assert (one.said["resume_ms"], one.credited) == (2000, 2)


def test_random_seeks_are_covered_by_time(national: Tenant, script_of: ScriptOf) -> None:
    """L3: 60 random jumps over the lesson; what counts is what was seen without a gap (the referee's count)."""
    one, dice = script_of(national), Random(3)
    Seeker(one, [dice.choice([dice.randrange(0, 12_300), one.position]) for _jump in range(60)]).play()
    assert one.credited <= 120


# --- L4: replay ------------------------------------------------------------------------------------------------------

@dataclass
class Recorder:
    """Records what an honest page sends, and sends it again later."""

    page: Script
    recorded: list[dict[str, Any]] = field(default_factory=list)

    def record(self, beats: int) -> None:
        self.page.open()
        for _beat in range(beats):
            self.recorded.append({"token": self.page.token, "position_ms": self.page.position, "playing": True})
            self.page.beat()
            self.page.wait(0.05)
            self.page.position += 50
            if self.page.said["full"]:
                self.page.open()

    def again(self, bodies: list[dict[str, Any]]) -> None:
        for body in bodies:
            answer = self.page.send("/study/beat", body)
            assert answer.status_code == 409 and answer.get_json()["code"] in ("beat_repeated", "lease_taken")

    def at_once(self, browsers: list[Browser]) -> list[int]:
        """All browsers send everything at the same time; the statuses."""
        start, statuses = Barrier(len(browsers)), list[int]()

        def flood(number: int, browser: Browser) -> None:
            bodies = Random(number).sample(self.recorded, len(self.recorded) // len(browsers))
            start.wait()
            statuses.extend(browser.send("/study/beat", body).status_code for body in bodies)

        threads = [Thread(target=flood, args=one) for one in enumerate(browsers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return statuses


def kept(tenant: Tenant) -> tuple[int, int]:
    """How many beats and entries there are."""
    with unit_of_work(tenant) as ctx:
        beats, entries = (ctx.db.scalar(select(func.count()).select_from(model)) or 0 for model in (BeatRow, HourEntry))
        return beats, entries


@pytest.mark.parametrize("beats", [100, pytest.param(1000, marks=pytest.mark.prove)])
def test_replayed_beats(national: Tenant, script_of: ScriptOf, browser_of: BrowserOf, beats: int) -> None:
    """L4, R19: recorded beats again (1,000 in `make prove`), in order, shuffled, and from 20 clients at once: no
    credit, no row, no 5xx; the page that studies goes on as if nothing had been."""
    one = script_of(national)
    attack = Recorder(one)
    attack.record(beats)
    before, rows = one.credited, kept(national)
    assert before >= beats // 25
    one.wait(600)
    attack.again(attack.recorded)
    attack.again(Random(4).sample(attack.recorded, beats))
    statuses = attack.at_once([another_page(one, browser_of(national)).browser for _client in range(20)])
    assert len(statuses) == beats and set(statuses) == {409}
    assert one.credited == before and kept(national) == rows
    one.open()
    one.watch(4)
    assert one.credited == before + 4


def test_one_beat_sent_twenty_times_at_once(national: Tenant, script_of: ScriptOf, browser_of: BrowserOf) -> None:
    """L4: the next beat from 20 clients at the same moment is taken once."""
    one = script_of(national)
    one.open()
    one.watch(2)
    one.wait(2)
    attack = Recorder(one, [{"token": one.token, "position_ms": 4000, "playing": True}] * 20)
    statuses = attack.at_once([another_page(one, browser_of(national)).browser for _client in range(20)])
    assert sorted(statuses) == [200] + [409] * 19
    one.referee.heard(one.now, 4000, True)


def test_a_state_that_was_moved_in_the_row_is_not_believed(national: Tenant, script_of: ScriptOf) -> None:
    """L4: the number in the lease's row and the token must agree, or nothing is taken."""
    one = script_of(national)
    one.open()
    with unit_of_work(national) as ctx:
        ctx.db.execute(update(StudyLease).values(seq=StudyLease.seq + 1))
    one.referee.token = ""
    assert one.beat().status_code == 409 and kept(national) == (0, 0)
    with unit_of_work(national) as ctx:
        ctx.db.execute(update(StudyLease).values(seq=StudyLease.seq - 1))


# --- L6: the client's clock ------------------------------------------------------------------------------------------

@dataclass
class WrongClock:
    """Sets the clock of its device, and sends it in every field and header that could be read."""

    page: Script
    years: float

    def watch(self, beats: int) -> list[int]:
        """What each beat had earned in all."""
        shift = round(self.years * 31_557_600_000)
        earned = []
        self.page.open()
        for _beat in range(beats):
            lie = self.page.now + shift
            self.page.beat(at_ms=lie, at=lie, sent_at=lie, timestamp=lie // 1000, seconds=abs(shift) // 1000,
                           duration=10**9, seq=10**6, credited=192, timezone="Pacific/Kiritimati")
            earned.append(self.page.said["credited"])
            self.page.wait(2)
            self.page.position += 2000
        return earned


@pytest.mark.parametrize("years", [0, -10, 10, 3e-8])
def test_the_clients_clock_is_no_input(national: Tenant, script_of: ScriptOf, years: float) -> None:
    """L6: fields ten years off, or by a second, change nothing: the ledger is that of the right clock."""
    assert WrongClock(script_of(national), years).watch(6) == [0, 2, 4, 6, 8, 10]
