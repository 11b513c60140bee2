"""推荐课程包: where the choice is the trainee's (Jilin), and where it is not (JL-12, X-11)."""
from collections.abc import Callable

import pytest
from sqlalchemy import select

from core.course import catalogue
from core.course.ledger import Part
from core.course.models import Lesson, Package, StudyPackage
from core.tenancy import Tenant, unit_of_work
from tests.browse import Browser
from tests.course.conftest import VIDEO, Learner, enroll, seed_packages
from tests.people import Somebody, signed_in, trainee

BrowserOf = Callable[[Tenant], Browser]


def another(tenant: Tenant, code: str = "safety", post: str = "资料员", year: int | None = None) -> None:
    """A second professional package that somebody may study instead."""
    with unit_of_work(tenant) as ctx:
        package = catalogue.add_package(ctx, code, "资料员专业课程（安全专题）", Part.PROFESSIONAL, post, year)
        package.recommended = False
        key = ctx.blobs.put(VIDEO, catalogue.MEDIA, sealed=False)
        for number in range(1, 12):
            ctx.db.add(Lesson(package_id=package.id, position=number, title=f"安全第{number}讲", class_hours=2,
                              duration_ms=2 * ctx.rules().hours.hour_seconds * 1000 + 300, media_key=key))
        ctx.db.flush()
        catalogue.publish(ctx, package)


@pytest.fixture
def learner(jilin: Tenant, browser_of: BrowserOf) -> Learner:
    with unit_of_work(jilin) as ctx:
        seed_packages(ctx)
    another(jilin)
    return studying(jilin, browser_of, trainee(jilin))


def studying(tenant: Tenant, browser_of: BrowserOf, who: Somebody) -> Learner:
    enrolled = enroll(tenant, who)
    return Learner(signed_in(browser_of(tenant), who), tenant.clock, who, enrolled)  # type: ignore[arg-type]


def test_the_trainee_chooses_before_studying(learner: Learner) -> None:
    """JL-12, X-11: 推荐课程包 is the one thing to do; the recommended one is picked; then study opens with the choice."""
    browser, path = learner.browser, f"/training/{learner.enrollment}/packages"
    row = browser.get("/training").text
    assert ">推荐课程包<" in row and "请先点“推荐课程包”选择课程" in row
    assert "请先选择课程，选好后就可以开始学习。" in row
    assert "请先选择课程包" in browser.get("/home").text
    refused = learner.open()
    assert refused.status_code == 422 and "推荐课程包" in refused.json["sentence"]
    page = browser.get(path).text
    assert page.count('type="radio"') == 3 and page.count(" checked") == 2
    assert page.index("资料员professional课程包") < page.index("资料员专业课程（安全专题）")
    for wrong in ({}, {"general": "general-all", "professional": ["safety", "professional-资料员"]},
                  {"general": "general-all", "professional": "of another post"}):
        assert browser.submit(path, wrong).status_code == 422
    assert browser.submit(path, {"general": "general-all", "professional": "safety"}).status_code == 303
    assert learner.open().status_code == 200
    with unit_of_work(learner.tenant) as ctx:
        chosen = select(Package.code).join(StudyPackage, StudyPackage.package_id == Package.id)
        assert set(ctx.db.scalars(chosen)) == {"general-all", "safety"}


def test_until_study_begins_it_can_be_changed(learner: Learner) -> None:
    """JL-12: hours stay with the package that gave them."""
    browser, path = learner.browser, f"/training/{learner.enrollment}/packages"
    for wanted in ("safety", "professional-资料员"):
        assert browser.submit(path, {"general": "general-all", "professional": wanted}).status_code == 303
    assert ">推荐课程包<" in browser.get("/training").text
    learner.open()
    assert ">推荐课程包<" not in browser.get("/training").text
    assert "课程包不能再更换" in browser.get(path).text
    assert browser.submit(path, {"general": "general-all", "professional": "safety"}).status_code == 409


def test_somebody_elses_choice_is_unknown(learner: Learner, browser_of: BrowserOf) -> None:
    stranger = signed_in(browser_of(learner.tenant), trainee(learner.tenant, 2))
    for answer in (stranger.get(f"/training/{learner.enrollment}/packages"),
                   stranger.submit(f"/training/{learner.enrollment}/packages", {"professional": "safety"})):
        assert answer.status_code == 404


def test_where_it_is_not_the_trainees(national: Tenant, browser_of: BrowserOf) -> None:
    """X-11: by post and year, at once; the page leads back."""
    with unit_of_work(national) as ctx:
        seed_packages(ctx)
    another(national)
    learner = studying(national, browser_of, trainee(national))
    path = f"/training/{learner.enrollment}/packages"
    assert learner.browser.get(path).status_code == 302
    assert "推荐课程包" not in learner.browser.get("/training").text and learner.open().status_code == 200
    assert learner.browser.submit(path, {"professional": "safety"}).status_code == 422


def test_one_package_alone_is_no_question(jilin: Tenant, browser_of: BrowserOf) -> None:
    """JL-12: it is shown, and study may begin at once; another year's or post's package is not offered."""
    with unit_of_work(jilin) as ctx:
        seed_packages(ctx)
    another(jilin, "other-year", year=2025)
    another(jilin, "other-post", post="机械员")
    learner = studying(jilin, browser_of, trainee(jilin))
    page = learner.browser.get(f"/training/{learner.enrollment}/packages").text
    assert page.count('type="radio"') == 2
    assert learner.open().status_code == 200
