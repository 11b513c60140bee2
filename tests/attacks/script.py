"""What every attacker has: a learner's session and HTTP. Each answer is compared with the referee's count."""
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from werkzeug.test import TestResponse

from core.base.clock import FixedClock
from core.base.db import Id
from core.course.late import LateBeat, seal_of
from core.course.queries import millis
from core.tenancy import Tenant
from tests.attacks.referee import Referee
from tests.browse import Browser
from tests.course.conftest import Learner
from tests.people import Somebody, signed_in

PICTURE = b"\xff\xd8\xff\xe0" + b"\0" * 100


@dataclass
class Script:
    """A program with the cookies of a learner. It knows what the server answered, and may send what it likes.

    `wait` lets the server's clock go on. `token` and `position` are what its page would send next.
    """

    browser: Browser
    clock: FixedClock
    who: Somebody
    enrollment: Id
    referee: Referee
    token: str = ""
    position: int = 0
    said: dict[str, Any] = field(default_factory=dict)     # the newest answer
    lesson: dict[str, Any] = field(default_factory=dict)   # what the lease is for
    cut: dict[str, Any] = field(default_factory=dict)      # with what a page seals when it is cut off
    answers: Counter[int] = field(default_factory=Counter)

    @property
    def tenant(self) -> Tenant:
        return self.browser.tenant

    @property
    def now(self) -> int:
        return millis(self.clock.now())

    @property
    def credited(self) -> int:
        return self.referee.credited

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)

    def send(self, path: str, body: Any = None) -> TestResponse:
        """Post JSON. Whatever is sent, the server answers in words and never breaks."""
        answer = self.browser.send(path, body)
        self.answers[answer.status_code] += 1
        assert answer.status_code < 500, answer.text
        assert answer.status_code < 400 or answer.get_json()["sentence"], answer.text
        return answer

    def open(self, lesson: str | None = None) -> TestResponse:
        """Ask for the lease, as a page does when it is opened."""
        answer = self.send(f"/study/{self.enrollment}/lease", {"lesson": lesson} if lesson else {})
        if answer.status_code == 200:
            self.said = answer.get_json()
            self.lesson, self.cut = self.said["lesson"], self.said["cut"]
            part = "general" if "general" in self.said["lesson"]["title"] else "professional"
            viewer = self.referee.opened(self.said["lesson"]["id"], part, self.now)
            assert (self.said["credited"], self.said["slots"], self.said["resume_ms"]) == (
                viewer.here, viewer.cap, viewer.seen), self.said
            self.token = self.referee.token = self.said["token"]
            self.position = self.said["resume_ms"]
        return answer

    def beat(self, position: int | None = None, playing: bool = True, token: str | None = None,
             **more: Any) -> TestResponse:
        """Send one beat with the token at hand, or another; `more` are fields that no page sends."""
        used, at = token or self.token, self.position if position is None else position
        answer = self.send("/study/beat", {"token": used, "position_ms": at, "playing": playing, **more})
        if self.referee.playing is not None and used == self.referee.token:
            assert answer.status_code == 200, answer.text
            self.said = answer.get_json()
            viewer = self.referee.heard(self.now, at, playing)
            assert (self.said["credited"], self.said["resume_ms"]) == (viewer.here, viewer.seen), self.said
            viewer.interval_ms = self.said["interval_ms"]
            self.token = self.referee.token = self.said["token"]
            self.referee.pictures += self.said["snapshots"]
        else:
            assert answer.status_code in (400, 403, 409), answer.text
        return answer

    def late(self, beats: list[tuple[int, bool]], token: str | None = None, link: str | None = None) -> TestResponse:
        """What was made while the line was cut, sealed as the page does with the key of its lease; or with another
        seal."""
        used = token or self.token
        key = bytes.fromhex(self.cut["key"])
        link = link if link is not None else seal_of(key, used, [LateBeat(*beat) for beat in beats])
        right = link == seal_of(key, used, [LateBeat(*beat) for beat in beats])
        answer = self.send("/study/late", {"token": used, "beats": [list(beat) for beat in beats], "seal": link})
        if right and self.referee.playing is not None and used == self.referee.token:
            assert answer.status_code == 200, answer.text
            self.said = answer.get_json()
            viewer = self.referee.returned(self.now, beats)
            assert (self.said["credited"], self.said["resume_ms"]) == (viewer.here, viewer.seen), self.said
            viewer.interval_ms = self.said["interval_ms"]
            self.token = self.referee.token = self.said["token"]
            self.position = self.said["resume_ms"]
        else:
            assert answer.status_code in (400, 403, 409), answer.text
        return answer

    def beat_unheard(self) -> None:
        """A beat whose answer is lost on the way, and what the page does then: it sends the beat again, is told that it
        was heard, and goes on with the token that the refusal brings."""
        old = self.token
        self.beat()
        refused = self.beat(token=old)
        assert (refused.status_code, refused.get_json()["code"]) == (409, "beat_repeated"), refused.text
        self.token = self.referee.token = refused.get_json()["token"]

    def picture(self, address: str, data: bytes = PICTURE) -> TestResponse:
        """Send what the camera sees to where the server wished for it."""
        answer = self.browser.post(address, data=data, headers={"X-CSRFToken": self.browser.token or ""})
        assert answer.status_code < 500, answer.text
        if answer.status_code == 200:
            self.referee.answered.add(address)
        return answer

    def fetch(self, first: int, last: int) -> TestResponse:
        """A range of the video of the lesson that the page plays."""
        answer = self.browser.get(self.lesson["media"], headers={"Range": f"bytes={first}-{last}"})
        assert answer.status_code < 500
        return answer

    def watch(self, seconds: float, step: float = 2.0) -> None:
        """Play on as an honest page does, a beat each step; opens the next lesson when one is full."""
        self.beat()
        while seconds > 0:
            passed = min(step, seconds)
            seconds -= passed
            self.wait(passed)
            self.position += round(passed * 1000)
            self.beat()
            if self.said["full"]:
                self.open()
                self.beat()


def another_page(one: Script, browser: Browser) -> Script:
    """The same person on another device, with a session of its own."""
    signed_in(browser, one.who).get("/training")
    return Script(browser, one.clock, one.who, one.enrollment, one.referee)


def script(learner: Learner, referee: Referee) -> Script:
    """The learner's session in the hands of a program."""
    if learner.browser.token is None:
        learner.browser.get("/training")
    return Script(learner.browser, learner.clock, learner.who, learner.enrollment, referee)
