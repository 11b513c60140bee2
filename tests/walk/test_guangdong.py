"""Guangdong at the end of 2020 (GD-01): one trainee on 30 December, one on 1 January; pictures in var/walk/."""
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, expect

from core.app import open_tenants
from core.base.business_date import BusinessClock
from core.cycle import enrollments_of
from core.demo.cast import PASSWORD, DemoTrainee, read_cast
from core.demo.studying import learn_lesson, without_camera
from core.identity import account_of, person_by_id_number
from core.tenancy import Actor, Role, Tenant, unit_of_work
from core.tenancy.settings import DEMO_FOLDER
from tests.data import TENANTS
from tests.presence.renderer import Webcam
from tests.walk import steps
from tests.walk.stack import Stack
from tests.walk.test_walk import right_answers

LEARNT_BEFORE = 15
"""Lessons of two hours that are learnt already: the walk itself studies the last two hours of 32."""


def early_and_late() -> tuple[DemoTrainee, DemoTrainee]:
    """Who has no account yet, and who has learnt a part and does not come back in time."""
    cast = read_cast(TENANTS / DEMO_FOLDER, "guangdong")
    return (next(person for person in cast.trainee if person.account == "none"),
            next(person for person in cast.trainee if person.account == "own" and person.study))


def card(path: Path, words: str) -> Path:
    """A picture as large as a side of an ID card photographed by a phone."""
    picture = Image.new("RGB", (1000, 640), "white")
    ImageDraw.Draw(picture).text((80, 80), words, fill="black")
    picture.save(path)
    return path


def learnt(tenant: Tenant, trainee: DemoTrainee) -> None:
    """Thirty hours since the counter enrolled this person."""
    quiet = without_camera(tenant)
    with unit_of_work(quiet) as ctx:
        person = person_by_id_number(ctx, trainee.id_number)
        assert person is not None
        actor = Actor(account_of(ctx, person).id, person.id, person.name, frozenset({Role.TRAINEE}))
        [row], began = enrollments_of(ctx, person.id), ctx.now
    for number in range(LEARNT_BEFORE):
        learn_lesson(quiet, actor, row.id, began + (number + 1) * timedelta(hours=14))


def live_on(tenant: Tenant, day: date) -> None:
    """As `jianxue tenant date` does while the installation runs."""
    assert isinstance(tenant.clock, BusinessClock)
    tenant.clock.set(day)


def filled(stack: Stack) -> None:
    """The demonstration is filled beside the running web."""
    until = time.monotonic() + 180
    while not any("guangdong：学习进度" in line for line in stack.lines):
        assert time.monotonic() < until, "".join(stack.lines[-20:])
        time.sleep(0.5)


def sign_in(walker: steps.Walker, inbox: steps.Walker, tab: str, name: str, phone: str = "") -> None:
    """By password, and by the SMS code where the device is new (GD-05)."""
    steps.sign_in(walker, tab, name, PASSWORD)
    steps.prove_device(walker, inbox, phone)


@pytest.mark.walk
def test_in_time_and_late(stack: Stack, chromium: Browser, webcam: Webcam, left: Path, tmp_path: Path) -> None:
    """GD-01, C-20: enrolled at a counter (GD-04), counted down on 30 December, replaced; on 1 January told why not."""
    filled(stack)
    tenant = open_tenants(stack.config).by_slug("guangdong")
    base = stack.url("guangdong")
    early, late = early_and_late()
    trainee = steps.Walker(steps.open_page(chromium, base, camera=True)[1], base, left, prefix="gd-")
    inbox, auditor, other, clerk = (steps.Walker(steps.open_page(chromium, base)[1], base, left, prefix="gd-")
                                    for _ in range(4))
    sign_in(clerk, inbox, "机构账号", "institution")
    steps.enroll_at_counter(clerk, early.name, early.id_number, early.phone, early.certificate[0].post, 2020)
    steps.sign_in(trainee, "个人用户", early.id_number, "111111")
    steps.own_password(trainee, inbox, early.phone, PASSWORD)
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(webcam.photo)
    trainee.go("/basics")
    steps.upload_photo(trainee, photo)
    steps.upload_scans(trainee, (card(tmp_path / "a.jpg", "ID 1"), card(tmp_path / "b.jpg", "ID 2")))
    learnt(tenant, early)

    live_on(tenant, date(2020, 12, 30))
    sign_in(trainee, inbox, "个人用户", early.id_number, early.phone)
    trainee.go("/home")
    expect(trainee.page.get_by_text("资料员：离换证截止还有1天")).to_be_visible()
    trainee.picture("0-home")
    trainee.go("/deadline")
    trainee.picture("0-deadline")
    steps.begin_study(trainee)
    steps.end_study(trainee, 120, "几个工作日")
    steps.sit_exam(trainee, right_answers())
    sign_in(auditor, inbox, "管理账号", "auditor")
    steps.audit(auditor, early.name)
    steps.received(inbox, "尊敬的学员，恭喜您的继续教育学时已通过审核。", 90)
    steps.replace(trainee, early.certificate[0].number, left)
    trainee.go("/deadline")
    expect(trainee.page.get_by_text("已换发电子证书，不受期限影响。")).to_be_visible()
    trainee.picture("8-deadline")
    admin = steps.Walker(steps.open_page(chromium, base)[1], base, left, prefix="gd-")
    sign_in(admin, inbox, "管理账号", "admin")
    admin.go("/admin/deadline/")
    admin.picture("9-forecast")

    live_on(tenant, date(2021, 1, 1))
    sign_in(other, inbox, "个人用户", late.id_number, late.phone)
    other.go("/home")
    expect(other.page.get_by_text("换证已于2020年12月31日截止").first).to_be_visible()
    other.picture("late-home")
    other.press("看原因和办法")
    expect(other.page.get_by_text("现在可以怎么办")).to_be_visible()
    other.picture("late-deadline")
    other.go("/certificates")
    other.picture("late-certificates")
    expect(other.page.locator("main").get_by_role("link", name="证书更新", exact=True)).to_have_count(0)
