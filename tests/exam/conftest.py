"""A trainee who has learned all hours, signed in, with a bank to draw from."""
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.base.clock import FixedClock
from core.base.db import Id
from core.exam.models import Sitting, SittingAnswer
from core.tenancy import Tenant, unit_of_work
from tests.browse import Browser
from tests.exam.people import enroll, fill_bank
from tests.people import Somebody, signed_in, trainee


@dataclass
class Examinee:
    """Somebody at the exam, as the page's script would act."""

    browser: Browser
    who: Somebody
    enrollment: Id

    def start(self) -> str:
        """Begin; returns the path of the sitting."""
        self.browser.get(f"/exam/{self.enrollment}/")
        answer = self.browser.submit(f"/exam/{self.enrollment}/start")
        assert answer.status_code == 303, answer.text
        path: str = answer.headers["Location"]
        assert self.browser.get(path).status_code == 200
        return path

    def give(self, path: str, place: int, choice: str, turn: int = 1) -> TestResponse:
        return self.browser.send(f"{path}/answers/{place}", {"choice": choice, "turn": turn})

    def keys(self, path: str) -> dict[int, str]:
        """What only the server knows."""
        with unit_of_work(self.browser.tenant) as ctx:
            rows = ctx.db.execute(select(SittingAnswer.place, SittingAnswer.key)
                                  .where(SittingAnswer.sitting_id == Id(path.rsplit("/", 1)[1])))
            return {place: key for place, key in rows}

    def sitting(self, path: str) -> Sitting:
        with unit_of_work(self.browser.tenant) as ctx:
            found = ctx.db.get_one(Sitting, Id(path.rsplit("/", 1)[1]))
            ctx.db.expunge(found)
            return found

    def answer_right(self, path: str, right: int) -> None:
        """Give so many right answers, all others wrong."""
        for place, key in self.keys(path).items():
            other = next(letter for letter in "AB" if letter != key)
            assert self.give(path, place, key if place <= right else other).status_code == 200

    def wait(self, path: str, clock: FixedClock, seconds: int) -> None:
        """Let time pass; the page asks for its state now and then, which keeps the sign-in alive."""
        while seconds > 0:
            step = min(seconds, 240)
            clock.advance(seconds=step)
            seconds -= step
            self.browser.get(f"{path}/state")

    def submit(self, path: str) -> TestResponse:
        return self.browser.submit(f"{path}/submit")


@pytest.fixture
def examinee_of(browser_of: Callable[[Tenant], Browser]) -> Callable[..., Examinee]:
    """`examinee_of(tenant, serial, learned=True)`; the tenant's bank is filled once."""
    filled: set[str] = set()

    def make(tenant: Tenant, serial: int = 1, *, learned: bool = True, post: str = "资料员") -> Examinee:
        if tenant.slug not in filled:
            fill_bank(tenant)
            filled.add(tenant.slug)
        who = trainee(tenant, serial)
        browser = signed_in(browser_of(tenant), who)
        return Examinee(browser, who, enroll(tenant, who, post=post, learned=learned))

    return make


@pytest.fixture
def examinee(tenant: Tenant, examinee_of: Callable[..., Examinee]) -> Examinee:
    made: Examinee = examinee_of(tenant)
    return made
