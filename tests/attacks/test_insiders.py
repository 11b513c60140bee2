"""Hours without study from within: one time for two certificates, ledger rows touched, lessons made worth more, people
who do not exist (L15, L16, L17)."""
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from core.access import Role
from core.audit.risk import Sign
from core.base.db import Id
from core.course.models import HourEntry, Lesson, Segment, StudyLease
from core.course.verify import TOUCHED
from core.tenancy import Tenant, unit_of_work
from tests.attacks.conftest import signs_of
from tests.attacks.script import Script, another_page
from tests.browse import Browser
from tests.course.conftest import Learner, ask_for_presence, enroll
from tests.course.test_seal import behind, many, verified
from tests.identity.test_sign_in import attempt
from tests.people import Somebody, signed_in, staff, trainee
from werkzeug.test import TestResponse

ScriptOf = Callable[..., Script]
BrowserOf = Callable[[Tenant], Browser]


# --- L15: one time, two certificates ---------------------------------------------------------------------------------

@dataclass
class TwoCertificates:
    """Holds two certificates, and asks fifty times at once to study for either."""

    pages: list[Script]
    statuses: list[int] = field(default_factory=list)

    def at_once(self) -> None:
        start = Barrier(len(self.pages))

        def ask(page: Script) -> None:
            start.wait()
            self.statuses.append(page.browser.send(f"/study/{page.enrollment}/lease", {}).status_code)

        run_all([Thread(target=ask, args=(page,)) for page in self.pages])


def run_all(threads: list[Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_fifty_pages_for_two_certificates(national: Tenant, script_of: ScriptOf, browser_of: BrowserOf) -> None:
    """L15: fifty pages at once, half for each of two posts: one lease is open, for the post enrolled first."""
    one = script_of(national)
    one.wait(1)
    other = enroll(national, one.who, "材料员", 0)
    pages = [another_page(one, browser_of(national)) for _page in range(50)]
    for page in pages[::2]:
        page.enrollment = other
    attack = TwoCertificates(pages)
    attack.at_once()
    assert len(attack.statuses) == 50 and set(attack.statuses) <= {200, 409, 422}
    with unit_of_work(national) as ctx:
        held = ctx.db.scalars(select(StudyLease.enrollment_id).where(StudyLease.closed_ms.is_(None))).all()
    assert list(held) == [one.enrollment]
    one.open()
    one.watch(2)


@dataclass
class Allocator:
    """With the rights of the application: writes the same three seconds fifty times at once, for two posts of a person
    and two years."""

    tenant: Tenant
    entry: HourEntry
    enrollments: list[Id]

    def at_once(self, times: int) -> list[bool]:
        start, won = Barrier(times), list[bool]()

        def write(number: int) -> None:
            start.wait()
            try:
                with unit_of_work(self.tenant) as ctx:
                    ctx.db.add(HourEntry(
                        person_id=self.entry.person_id, lesson_id=self.entry.lesson_id, part="professional",
                        enrollment_id=self.enrollments[number % len(self.enrollments)], kind="credit", slots=3,
                        slot=(self.entry.slot or 0) + 100 - number % 3, at=ctx.now))
            except DBAPIError:
                won.append(False)
            else:
                won.append(True)

        run_all([Thread(target=write, args=(number,)) for number in range(times)])
        return won


def test_the_same_time_is_allocated_once(national: Tenant, learner_of: Callable[..., Learner]) -> None:
    """L15: of fifty allocations at once that share a slot, the database takes one, whatever post or year asks; and
    none that touches time the person owns already."""
    learner = learner_of(national)
    learner.open()
    learner.watch(6)
    others = [enroll(national, learner.who, "材料员", 0), enroll(national, learner.who, year=2027, number="n")]
    with unit_of_work(national) as ctx:
        entry = ctx.db.scalars(select(HourEntry).order_by(HourEntry.slot).limit(1)).one()
    attack = Allocator(national, entry, [learner.enrollment, *others])
    assert sorted(attack.at_once(50)) == [False] * 49 + [True]
    for first, long in ((entry.slot, 1), (entry.slot - 2, 4), (entry.slot + entry.slots - 1, 5)):
        with pytest.raises(DBAPIError), unit_of_work(national) as ctx:
            ctx.db.add(HourEntry(person_id=entry.person_id, enrollment_id=others[0], lesson_id=entry.lesson_id,
                                 part="general", kind="credit", slots=long, slot=first, at=ctx.now))


# --- L16: rows of the ledger -----------------------------------------------------------------------------------------

@dataclass
class DatabaseOwner:
    """Owns the database, takes the triggers off and changes one value of one row: more slots, another person's
    enrollment, a later moment."""

    tenant: Tenant
    dice: Random

    def touch_one(self) -> str:
        """The name of the row."""
        model, column = self.dice.choice([(HourEntry, "slots"), (HourEntry, "slot"), (Segment, "to_ms"),
                                          (Segment, "slots")])
        with unit_of_work(self.tenant) as ctx:
            row = self.dice.choice(ctx.db.scalars(select(model.id).order_by(model.id)).all())
            now = ctx.db.scalar(select(getattr(model, column)).where(model.id == row))
        behind(self.tenant, update(model).where(model.id == row).values({column: int(now or 0) + 1}))
        return f"{model.__tablename__} {row}"


@pytest.mark.parametrize("rows", [200, pytest.param(10_000, marks=pytest.mark.prove)])
def test_any_row_that_is_touched_is_named(national: Tenant, learner_of: Callable[..., Learner], rows: int) -> None:
    """L16: whichever value of whichever row (one of 10,000 in `make prove`) an owner of the database changes, `verify`
    names that row and no other. (The application's own role changes nothing at all: tests/course/test_role.py.)"""
    learner_of(national).open()
    many(national, rows, 500)
    named = {DatabaseOwner(national, Random(seed)).touch_one() for seed in range(3)}
    assert {one.where for one in verified(national).findings} == named
    assert {one.what for one in verified(national).findings} == {TOUCHED}


@dataclass
class Clerk:
    """An administrator who looks for a form that adds hours, and tries to make a short lesson worth more."""

    browser: Browser

    def guesses(self) -> list[int]:
        places = ("hours", "hour-entries", "hour_entry", "ledger", "credits", "study", "segments", "leases")
        said = []
        for place in places:
            self.browser.get("/admin/")
            said.append(self.browser.submit(f"/admin/{place}/new/", {"slots": "90", "kind": "credit"}).status_code)
            said.append(self.browser.submit(f"/admin/{place}/", {"slots": "90"}).status_code)
        return said


def test_no_form_of_the_back_office_adds_hours(national: Tenant, script_of: ScriptOf, browser_of: BrowserOf) -> None:
    """L16: an administrator has no address that writes the ledger; a learner's addresses are closed to staff."""
    one = script_of(national)
    one.open()
    office = signed_in(browser_of(national), staff(national, Role.ADMINISTRATOR, Role.AUDITOR))
    assert set(Clerk(office).guesses()) <= {403, 404, 405}
    assert office.send(f"/study/{one.enrollment}/lease", {}).status_code in (403, 404)
    assert office.send("/study/beat", {"token": one.token, "position_ms": 0, "playing": True}).status_code == 403
    one.watch(2)


def test_a_lesson_is_never_worth_more_than_it_lasts(national: Tenant, script_of: ScriptOf) -> None:
    """L16: an insider who writes 32 class hours onto a lesson of 12 s wins nothing: credit needs the picture to move,
    and the picture ends."""
    one = script_of(national)
    with unit_of_work(national) as ctx:
        ctx.db.execute(update(Lesson).values(class_hours=32))
    one.referee.lesson_slots = 32 * 6
    one.open()
    one.watch(40)
    assert one.credited == 12


# --- L17: people who do not exist ------------------------------------------------------------------------------------

@dataclass
class GhostKeeper:
    """An institution that has opened accounts from a sheet: signs each in on one computer with its initial password,
    wants to set a new one, and to study for it."""

    browser: Browser

    def enter(self, ghost: Somebody) -> int:
        """The status of a new password without the code that went to the person's phone."""
        assert attempt(self.browser, ghost.id_number, ghost.password).location == "/password"
        self.browser.get("/password")
        return self.browser.submit("/password", {"sms_code": "123456", "new_password": "kv7#Qwlm-ghost",
                                                 "repeated": "kv7#Qwlm-ghost"}).status_code

    def study(self, enrollment: Id) -> TestResponse:
        return self.browser.send(f"/study/{enrollment}/lease", {})


def test_a_ghost_learns_nothing(national: Tenant, learner_of: Callable[..., Learner], browser_of: BrowserOf) -> None:
    """L17: who signs in with an initial password sets a new one with a code from the person's own phone, and does
    nothing before; whoever keeps the phones too has no face: no photo, no check, no lesson."""
    learner_of(national)
    ask_for_presence(national, True)
    for serial in (11, 12):
        ghost, keeper = trainee(national, serial, initial=True), GhostKeeper(browser_of(national))
        enrollment = enroll(national, ghost)
        assert keeper.enter(ghost) == 422
        assert keeper.study(enrollment).location == "/password"
        with_phone = trainee(national, serial + 10)
        keeper = GhostKeeper(signed_in(browser_of(national), with_phone))
        keeper.browser.get("/training")
        refused = keeper.study(enroll(national, with_phone))
        assert (refused.status_code, refused.get_json()["code"]) == (422, "photo_missing")


@dataclass
class Shop:
    """代学: one computer of a shop, on which one customer after another is signed in and studies."""

    pages: list[Script]

    def study(self, seconds: int) -> None:
        for page in self.pages:
            signed_in(page.browser, page.who).get("/training")
            page.open()
            page.watch(seconds)


def test_many_people_on_one_computer_are_seen(national: Tenant, script_of: ScriptOf) -> None:
    """L17, L1: three customers on the shop's browser are a sign for the auditor of each; one at home is none."""
    shop, at_home = [script_of(national, serial) for serial in (1, 2, 3)], script_of(national, 4)
    for page in shop:
        page.browser = shop[0].browser
    Shop(shop).study(4)
    Shop([at_home]).study(4)
    assert all(Sign.SHARED_DEVICE in signs_of(page) for page in shop)
    assert Sign.SHARED_DEVICE not in signs_of(at_home)
