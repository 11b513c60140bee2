"""A tenant at the demo's pace (A.7: class hour 6 s, slot 1 s, beat 2 s) with packages and an enrolled trainee."""
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from core.base.clock import FixedClock
from core.base.config import Config
from core.base.db import Id
from core.course import catalogue
from core.course.ledger import Part
from core.course.models import Lesson
from core.cycle import Enrollment, EnrollmentOpened, EnrollmentState
from core.identity import give_consent, person_of
from core.organization import post_by_name, seed_posts
from core.presence.models import Attestation
from core.registry import Certificate
from core.tenancy import Ctx, Directory, Tenant, unit_of_work
from tests.browse import Browser
from tests.people import Somebody, signed_in, trainee

VIDEO = bytes(range(256)) * 64


@pytest.fixture
def config(config: Config) -> Config:
    """The same databases, with the demo's pace laid over the rules."""
    return replace(config, demo=True)


@pytest.fixture
def directory(directory: Directory) -> Directory:
    """Tenants that ask for no camera (X-12); `ask_for_presence` turns it on again."""
    for tenant in directory:
        ask_for_presence(tenant, False)
    return directory


def ask_for_presence(tenant: Tenant, required: bool) -> None:
    """Set `presence.required` of a test's tenant."""
    rule_set = tenant.file.rule_set
    rules = replace(rule_set.rules, presence=replace(rule_set.rules.presence, required=required))
    tenant.file = replace(tenant.file, rule_set=replace(rule_set, rules=rules))


def set_hours(tenant: Tenant, **values: int) -> None:
    """Set values of `[hours]` of a test's tenant."""
    rule_set = tenant.file.rule_set
    rules = replace(rule_set.rules, hours=replace(rule_set.rules.hours, **values))  # type: ignore[arg-type]
    tenant.file = replace(tenant.file, rule_set=replace(rule_set, rules=rules))


def seed_packages(ctx: Ctx, post: str = "资料员") -> None:
    """General: 5 lessons of 2 hours; professional of one post: 11 lessons of 2 hours; video of 16 kB."""
    seed_posts(ctx)
    hour_ms = ctx.rules().hours.hour_seconds * 1000
    key = ctx.blobs.put(VIDEO, catalogue.MEDIA, sealed=False)
    for part, count, of in ((Part.GENERAL, 5, ""), (Part.PROFESSIONAL, 11, post)):
        package = catalogue.add_package(ctx, f"{part}-{of or 'all'}", f"{of}{part}课程包", part, of)
        for number in range(1, count + 1):
            ctx.db.add(Lesson(package_id=package.id, position=number, title=f"{of}{part}第{number}讲", class_hours=2,
                              duration_ms=2 * hour_ms + 300, media_key=key))
        ctx.db.flush()
        catalogue.publish(ctx, package)


def enroll(tenant: Tenant, person: Somebody, post: str = "资料员", general: int = 10, opened: bool = True,
           year: int = 2026, professional: int = 22, number: str = "") -> Id:
    """An enrollment as the cycle leaves it after payment, or before it."""
    with unit_of_work(tenant) as ctx:
        found = post_by_name(ctx, post)
        assert found is not None and person.person_id is not None
        held = Certificate(person_id=person.person_id, post_id=found.id,
                           number=number or f"1216{person.account_id}{post}",
                           issuer="示例省住房和城乡建设厅", province="吉林省", issued_on=date(2016, 4, 19), kind="paper",
                           created_at=ctx.now)
        ctx.db.add(held)
        ctx.db.flush()
        row = Enrollment(person_id=person.person_id, certificate_id=held.id, post_id=found.id, year=year,
                         kind="正常周期", general_hours_due=general, professional_hours_due=professional,
                         state=EnrollmentState.OPEN if opened else EnrollmentState.ORDERED, enrolled_at=ctx.now,
                         opened_at=None, completed_at=None, cancelled_at=None)
        ctx.db.add(row)
        ctx.db.flush()
        if opened:
            ctx.publish(EnrollmentOpened(row.id))
        return row.id


def attest(tenant: Tenant, learner: Somebody, enrollment_id: Id, minutes: float = 120) -> None:
    """Consent and a passed face check, as presence leaves them (N-34)."""
    with unit_of_work(tenant) as ctx:
        assert learner.person_id is not None
        give_consent(ctx, person_of(ctx, learner.person_id))
        ctx.db.add(Attestation(person_id=learner.person_id, enrollment_id=enrollment_id, challenge_id=None,
                               kind="face", zone="accept", euclid=0.3, cosine=0.2, picture_key=None, witness_id=None,
                               given_at=ctx.now, valid_until=ctx.now + timedelta(minutes=minutes)))


@dataclass
class Learner:
    """A signed-in trainee with a page that plays, as the browser's script would, on the test's clock."""

    browser: Browser
    clock: FixedClock
    who: Somebody
    enrollment: Id
    token: str = ""
    position: int = 0
    lease: dict[str, Any] | None = None

    @property
    def tenant(self) -> Tenant:
        return self.browser.tenant

    def open(self, lesson: str | None = None) -> TestResponse:
        self.browser.get("/training")
        return self.opened(self.browser.send(f"/study/{self.enrollment}/lease", {"lesson": lesson} if lesson else {}))

    def opened(self, response: TestResponse) -> TestResponse:
        """Play on from what the server answered to the wish for a lease."""
        if response.status_code == 200:
            self.lease = response.json
            self.token, self.position = response.json["token"], response.json["resume_ms"]
        return response

    def beat(self, playing: bool = True, position: int | None = None, token: str | None = None) -> TestResponse:
        response = self.browser.send("/study/beat", {
            "token": token or self.token, "playing": playing,
            "position_ms": self.position if position is None else position})
        if response.status_code == 200:
            self.token = response.json["token"]
        return response

    def watch(self, seconds: float, step: float = 2.0) -> TestResponse:
        """Play from where the page stands, a beat each step; the last answer."""
        response = self.beat()
        while seconds > 0:
            passed = min(step, seconds)
            seconds -= passed
            self.clock.advance(seconds=passed)
            self.position += round(passed * 1000)
            response = self.beat()
        return response

    def learn_all(self) -> TestResponse:
        """Every lesson to its end."""
        while True:
            response = self.open()
            assert response.status_code == 200, response.text
            last = self.watch(12.3, 6.0)
            if not last.json["full"]:
                self.clock.advance(seconds=1)
                last = self.beat()
            assert last.json["full"], last.json
            if last.json["done"]:
                return last


@pytest.fixture
def learner_of(browser_of: Callable[[Tenant], Browser], clock: FixedClock) -> Callable[..., Learner]:
    """`learner_of(tenant, serial=1, …)`: packages (once), a trainee, an enrollment, a browser."""
    seeded: set[str] = set()

    def make(tenant: Tenant, serial: int = 1, photo: bool = True, **enrollment: Any) -> Learner:
        if tenant.slug not in seeded:
            with unit_of_work(tenant) as ctx:
                seed_packages(ctx)
            seeded.add(tenant.slug)
        who = trainee(tenant, serial)
        with unit_of_work(tenant) as ctx:
            assert who.person_id is not None
            person_of(ctx, who.person_id).photo_key = "photo" if photo else None
        found = enroll(tenant, who, **enrollment)
        return Learner(signed_in(browser_of(tenant), who), clock, who, found)

    return make
