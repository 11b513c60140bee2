"""The exam: answers looked for in everything the server sends, answers sent late, the paper handed in many times
(L9; R21)."""
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Barrier, Thread

from sqlalchemy import func, select

from core.base.clock import FixedClock
from core.exam.models import Question, Sitting
from core.exam.states import SittingState
from core.tenancy import Tenant, unit_of_work
from tests.browse import Browser
from tests.exam.conftest import Examinee, examinee_of
from tests.people import signed_in
from werkzeug.test import TestResponse

__all__ = ["examinee_of"]
ExamineeOf = Callable[..., Examinee]
LINK = re.compile(r'(?:href|src|action|data-[a-z-]+)="(/[^"#]*)"')
TELLING = re.compile(r"answer_?key|correct|is_right|right_answer|\bkey\b|fingerprint|explanation|答案[:：]\s*[A-E]",
                     re.IGNORECASE)


@dataclass
class Scraper:
    """Follows every link within the exam, asks for addresses that other systems have, tries each answer twice to
    see whether right ones are answered differently, and reads it all."""

    one: Examinee
    path: str
    read: dict[str, TestResponse] = field(default_factory=dict)

    def crawl(self) -> None:
        ahead = [f"/exam/{self.one.enrollment}/", self.path, f"{self.path}/state", f"{self.path}/submit",
                 f"{self.path}/result"]
        ahead += [f"{self.path}/{guess}" for guess in ("answers", "key", "keys", "questions", "paper.json", "export",
                                                       "answers/1", "state?full=1", "state?answers=true")]
        ahead += ["/api/exam", f"/api{self.path}", "/admin/questions/", "/admin/sittings/", "/exam/questions"]
        while ahead:
            place = ahead.pop()
            if place in self.read or place.endswith("/start"):
                continue
            answer = self.read[place] = self.one.browser.get(place)
            assert answer.status_code < 500, place
            if answer.mimetype == "text/html" and place.startswith("/exam"):
                ahead += [link for link in LINK.findall(answer.text) if link.startswith("/exam")]

    def probe(self) -> set[frozenset[str]]:
        """The fields with which each answer is received."""
        shapes = set()
        for place in range(1, 51):
            for turn, choice in enumerate("ABAB"):
                answer = self.read[f"{place} {turn}"] = self.one.give(self.path, place, choice, turn=turn + 1)
                shapes.add(frozenset(answer.get_json() or {}))
        return shapes


def test_no_answer_of_the_server_holds_a_key(national: Tenant, examinee_of: ExamineeOf) -> None:
    """L9, R21: neither the words of a key nor anything that tells right answers from wrong ones, before handing in and
    after."""
    one = examinee_of(national)
    attack = Scraper(one, one.start())
    attack.crawl()
    before = attack.read
    assert len(before) >= 19
    attack.read = {}
    assert attack.probe() == {frozenset({"taken", "choice", "turn", "seconds_left"})}
    assert one.submit(attack.path).status_code == 303
    answers = {**before, **attack.read}
    attack.read = {}
    attack.crawl()
    with unit_of_work(national) as ctx:
        secret = {text for text in ctx.db.scalars(select(Question.explanation)) if text}
        secret |= {clause for clause in ctx.db.scalars(select(Question.clause)) if clause}
    for place, answer in [*answers.items(), *attack.read.items()]:
        if answer.status_code == 200:
            found = TELLING.search(answer.text)
            assert found is None, (place, found)
            assert not any(one in answer.text for one in secret), place


@dataclass
class LateWriter:
    """Stops its own clock, looks everything up, and sends the answers when the time is long over."""

    one: Examinee
    clock: FixedClock

    def cheat(self, path: str) -> list[int]:
        """The statuses of fifty right answers, of the paper as a form, and of handing in."""
        keys = self.one.keys(path)
        self.one.wait(path, self.clock, 3611)
        said = [self.one.give(path, place, key, turn=9).status_code for place, key in keys.items()]
        form = {f"q{place}": list(key) for place, key in keys.items()}
        said.append(self.one.browser.submit(f"{path}/answers", form).status_code)
        said.append(self.one.submit(path).status_code)
        return said


def test_what_comes_late_is_not_scored(national: Tenant, examinee_of: ExamineeOf, clock: FixedClock) -> None:
    """L9, R21, N-42: 3,611 s after the start every answer is refused, by whichever way it comes; nothing is scored."""
    one = examinee_of(national)
    path = one.start()
    said = LateWriter(one, clock).cheat(path)
    assert set(said[:50]) == {409} and set(said[50:]) <= {303, 409}
    assert (one.sitting(path).state, one.sitting(path).score) == (SittingState.TIMED_OUT, 0)


@dataclass
class Doubler:
    """Hands in from twenty windows in the same moment, and begins twenty more sittings."""

    browsers: list[Browser]

    def at_once(self, path: str) -> list[int]:
        start, said = Barrier(len(self.browsers)), list[int]()

        def go(browser: Browser) -> None:
            browser.get("/training")
            start.wait()
            said.append(browser.submit(path).status_code)

        threads = [Thread(target=go, args=(browser,)) for browser in self.browsers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return said


def test_twenty_windows_give_one_result(national: Tenant, examinee_of: ExamineeOf,
                                        browser_of: Callable[[Tenant], Browser]) -> None:
    """L9, R21: handed in twenty times at once, there is one result; begun twenty times at once, one sitting."""
    one = examinee_of(national)
    path = one.start()
    one.answer_right(path, 25)
    attack = Doubler([signed_in(browser_of(national), one.who) for _window in range(20)])
    assert set(attack.at_once(f"{path}/submit")) <= {303, 409}
    assert (one.sitting(path).state, one.sitting(path).score) == (SittingState.SUBMITTED, 50)
    assert set(attack.at_once(f"/exam/{one.enrollment}/start")) <= {303, 409}
    with unit_of_work(national) as ctx:
        assert ctx.db.scalar(select(func.count()).select_from(Sitting)) == 2
        assert ctx.db.scalar(select(func.count()).where(Sitting.state == SittingState.RUNNING)) == 1
