"""培训计划 through HTTP: made, filled, published, attended, applied for, seen by all three (B-56, ZJ-27, ZJ-28)."""
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from core.api import Actor, DomainError, Role
from core.api.store import Id, new_id
from core.base.clock import FixedClock, local_date
from core.course import Package, Part, add_package, enrollment_facts, subject
from core.course.facts import facts_of_person
from core.course.models import StudyPackage
from core.extension import hooks
from core.identity import person_of
from core.notification import inbox
from core.presence import Attestation
from core.tenancy import NOBODY, Tenant, unit_of_work
from core.testing.cast import picture
from core.work import run_waiting
from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.batch.states import Mode
from plugins.zhejiang.training import planning, service
from plugins.zhejiang.training.models import Plan, PlanTrainee, SignIn, TestApplication
from plugins.zhejiang.training.queries import sessions_of
from tests.browse import Browser
from tests.people import signed_in
from tests.plugins.zhejiang import scene


@dataclass(frozen=True)
class Place:
    """An institution with a batch that is 已报名."""

    tenant: Tenant
    firm: scene.Firm
    school: scene.School
    batch_id: Id
    people: tuple[Id, ...]


def place(tenant: Tenant, mode: Mode = Mode.OFFLINE, people: int = 2) -> Place:
    firm, school = scene.firm(tenant), scene.school(tenant)
    batch_id = scene.batch(tenant, firm, school, mode=mode)
    return Place(tenant, firm, school, batch_id, tuple(
        scene.enrolled(tenant, batch_id, serial, name=f"学员{serial}") for serial in range(1, people + 1)))


def clerk_of(at: Place, browser: Browser) -> Browser:
    return signed_in(browser, at.school.clerk)


def acting(at: Place) -> Actor:
    return Actor(at.school.clerk.account_id, None, "", frozenset({Role.INSTITUTION}), at.school.id)


def plan_by_hand(clerk: Browser, at: Place, clock: FixedClock, capacity: int = 40) -> str:
    """Through the pages; the plan's address."""
    today = local_date(clock.now())
    with unit_of_work(at.tenant, NOBODY) as ctx:
        post = scene.post_id(ctx)
    address = f"/zj/training/new?post_id={post}&mode=offline"
    clerk.get(address)
    answer = clerk.submit(address, {
        "title": "资料员第1期", "starts_on": today.isoformat(), "ends_on": (today + timedelta(days=9)).isoformat(),
        "capacity": str(capacity), "place": "示例培训中心三楼301", "teacher": "陈老师", "_once": str(new_id())})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def session(clerk: Browser, path: str, clock: FixedClock, hours: str = "3") -> None:
    answer = clerk.submit(f"{path}/sessions", {"day": local_date(clock.now()).isoformat(), "begins": "13:00",
                                               "ends": "16:00", "hours": hours, "topic": "施工资料"})
    assert answer.status_code == 303, answer.text


def test_from_the_plan_to_the_application(zhejiang: Tenant, clock: FixedClock,
                                          browser_of: Callable[[Tenant], Browser]) -> None:
    """B-56, ZJ-27, ZJ-28: in class, by the institution's list; enterprise and trainee see it and are told."""
    at = place(zhejiang)
    clerk = clerk_of(at, browser_of(zhejiang))
    assert "等待编入计划" in clerk.get("/zj/training/").text
    path = plan_by_hand(clerk, at, clock)
    assert clerk.submit(f"{path}/publish").status_code == 422                      # no session yet
    session(clerk, path, clock)
    assert clerk.submit(f"{path}/trainees", {"batch": str(at.batch_id)}).status_code == 303
    assert clerk.submit(f"{path}/publish").status_code == 303
    run_waiting(zhejiang)
    with unit_of_work(zhejiang, NOBODY) as ctx:
        assert sum("您已编入培训计划“资料员第1期”：第一次课" in sms.text for sms in inbox(ctx)) == 2
    enterprise = signed_in(browser_of(zhejiang), at.firm.clerk).get("/zj/training/of-us").text
    assert "资料员第1期" in enterprise and "示例培训中心三楼301" in enterprise and "学员2" in enterprise
    _attend_and_apply(zhejiang, clerk, path, at, clock)


def _attend_and_apply(tenant: Tenant, clerk: Browser, path: str, at: Place, clock: FixedClock) -> None:
    first, second = at.people
    with unit_of_work(tenant, NOBODY) as ctx:
        [session_id] = [row.id for row in sessions_of(ctx, Id(path.rsplit("/", 1)[1]))]
    listed = f"{path}/sessions/{session_id}"
    seen = [str(one) for one in at.people]
    assert clerk.submit(listed, {"seen": seen, "present": [str(first)]}).status_code == 303
    refused = clerk.submit(listed, {"seen": seen, "present": []})
    assert refused.status_code == 422 and "请写明原因" in refused.text                # a correction says why
    refused = clerk.submit(f"{path}/apply", {"candidate": seen})
    assert refused.status_code == 422 and "学员2：培训还没有完成" in refused.text
    assert clerk.submit(f"{path}/apply", {"everybody": "1"}).status_code == 303
    assert clerk.submit(f"{path}/trainees/{first}/remove").status_code == 409       # its test is under way
    assert clerk.submit(listed, {"seen": seen, "present": seen, "note": ""}).status_code == 303
    assert clerk.submit(f"/zj/testing/applications/{first}/withdraw").status_code == 303
    assert clerk.submit(f"{path}/apply", {"candidate": seen}).status_code == 303
    with unit_of_work(tenant, NOBODY) as ctx:
        assert [row.state for row in ctx.db.scalars(select(TestApplication).order_by(TestApplication.id))] == [
            "withdrawn", "applied", "applied"]
        assert len(ctx.db.scalars(select(SignIn.id)).all()) == 2


def test_a_session_is_not_entered_before_its_time(zhejiang: Tenant, clock: FixedClock,
                                                  browser_of: Callable[[Tenant], Browser]) -> None:
    """The list of a lesson that has not begun cannot be ticked."""
    at = place(zhejiang, people=1)
    clerk = clerk_of(at, browser_of(zhejiang))
    path = plan_by_hand(clerk, at, clock)
    tomorrow = local_date(clock.now()) + timedelta(days=1)
    clerk.submit(f"{path}/sessions", {"day": tomorrow.isoformat(), "begins": "09:00", "ends": "12:00", "hours": "3"})
    clerk.submit(f"{path}/trainees", {"batch": str(at.batch_id)})
    clerk.submit(f"{path}/publish")
    with unit_of_work(zhejiang, NOBODY) as ctx:
        [row] = sessions_of(ctx, Id(path.rsplit("/", 1)[1]))
    answer = clerk.submit(f"{path}/sessions/{row.id}", {"seen": str(at.people[0]), "present": str(at.people[0])})
    assert answer.status_code == 422 and "还没到上课时间" in answer.text


@pytest.mark.parametrize(("begins", "ends", "hours", "said"), [
    ("12:00", "11:00", "1", "结束时间要晚于开始时间"), ("09:00", "10:00", "4", "上课时间不够所填的学时"),
    ("15:00", "17:00", "2", "与本计划的另一次课时间重叠"), ("9点", "10:00", "1", "开始时间"),
])
def test_a_session_that_cannot_be_is_refused_at_its_field(
        zhejiang: Tenant, clock: FixedClock, browser_of: Callable[[Tenant], Browser], begins: str, ends: str,
        hours: str, said: str) -> None:
    at = place(zhejiang, people=0)
    clerk = clerk_of(at, browser_of(zhejiang))
    path = plan_by_hand(clerk, at, clock)
    session(clerk, path, clock)
    answer = clerk.submit(f"{path}/sessions", {"day": local_date(clock.now()).isoformat(), "begins": begins,
                                               "ends": ends, "hours": hours})
    assert answer.status_code == 422 and said in answer.text


def test_nobody_elses_plan_is_found(zhejiang: Tenant, clock: FixedClock,
                                    browser_of: Callable[[Tenant], Browser]) -> None:
    """R3: another institution's clerk gets 404 at every address, an enterprise's or a trainee's role 403."""
    at = place(zhejiang, people=1)
    path = plan_by_hand(clerk_of(at, browser_of(zhejiang)), at, clock)
    other = signed_in(browser_of(zhejiang), scene.school(zhejiang, "示例培训机构二").clerk)
    for address in ("", "/edit", "/publish", "/cancel", f"/batches/{at.batch_id}"):
        assert other.get(path + address).status_code == 404
    for address in ("/publish", "/sessions", "/trainees", "/apply", "/cancel"):
        assert other.submit(path + address, {"candidate": str(at.people[0]), "reason": "无"}).status_code == 404
    assert signed_in(browser_of(zhejiang), at.firm.clerk).get(path).status_code == 403


def test_a_plan_takes_only_its_own_institutions_people(zhejiang: Tenant, clock: FixedClock,
                                                       browser_of: Callable[[Tenant], Browser]) -> None:
    """R3, ZJ-12: nobody else's candidate, and none of another mode."""
    at = place(zhejiang, people=1)
    online = scene.enrolled(zhejiang, scene.batch(zhejiang, at.firm, at.school), 7)
    beside = scene.batch(zhejiang, at.firm, scene.school(zhejiang, "示例培训机构二"), mode=Mode.OFFLINE)
    foreign = scene.enrolled(zhejiang, beside, 8)
    clerk = clerk_of(at, browser_of(zhejiang))
    path = plan_by_hand(clerk, at, clock)
    assert clerk.submit(f"{path}/trainees", {"candidate": str(foreign)}).status_code == 404
    assert clerk.submit(f"{path}/trainees", {"candidate": str(online)}).status_code == 422


def test_a_plan_is_never_overfilled(zhejiang: Tenant) -> None:
    """B-56: twelve at once for five seats: five are in, and the count is theirs; the table itself refuses a sixth."""
    at = place(zhejiang, people=12)
    plan_id = scene.plan(zhejiang, at.batch_id, capacity=5)

    def one(candidate_id: Id) -> bool:
        try:
            with unit_of_work(zhejiang, acting(at)) as ctx:
                planning.add(ctx, plan_id, [candidate_id])
        except DomainError as error:
            assert error.code == "full"
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(one, at.people)) == 5
    with unit_of_work(zhejiang, NOBODY) as ctx:
        row = ctx.db.get_one(Plan, plan_id)
        assert row.taken == 5 == len(ctx.db.scalars(select(PlanTrainee.id)).all())
    with pytest.raises(DatabaseError), unit_of_work(zhejiang, NOBODY) as ctx:
        ctx.db.get_one(Plan, plan_id).taken = 6
        ctx.db.flush()


def test_online_study_begins_with_the_plan_and_within_its_days(zhejiang: Tenant, clock: FixedClock) -> None:
    """ZJ-27, X-09, X-11: not before a plan, not before its first day nor after its last, with its packages."""
    at = place(zhejiang, Mode.ONLINE, people=1)
    today = local_date(clock.now())
    with unit_of_work(zhejiang, NOBODY) as ctx:
        add_package(ctx, "ZJ-A", "职业培训", Part.PROFESSIONAL, "资料员").published = True
        enrollment_id = ctx.db.get_one(Candidate, at.people[0]).enrollment_id
        post = scene.post_id(ctx)
    assert enrollment_id is not None

    def why_not() -> str:
        with unit_of_work(zhejiang, NOBODY) as ctx:
            asked = subject(ctx, enrollment_id)
            person_of(ctx, asked.person_id).photo_key = "on file"
            problems = hooks(ctx).check_ready_to_study(facts_of_person(ctx, asked.person_id),
                                                       enrollment_facts(ctx, asked))
            ctx.rollback()
            return "".join(one.sentence for one in problems if one.code == "zhejiang.plan")

    assert "还没有把您编入培训计划" in why_not()
    facts = planning.PlanFacts("资料员线上1期", today + timedelta(days=1), today + timedelta(days=9), 5,
                               packages=("ZJ-A",))
    with unit_of_work(zhejiang, acting(at)) as ctx:
        plan_id = planning.make(ctx, post, Mode.ONLINE, facts).id
        planning.add(ctx, plan_id, at.people)
        planning.publish(ctx, plan_id)
    assert "才开始" in why_not()
    with unit_of_work(zhejiang, NOBODY) as ctx:
        studied = ctx.db.scalars(select(Package.code).join(StudyPackage, StudyPackage.package_id == Package.id).where(
            StudyPackage.enrollment_id == enrollment_id)).all()
        assert studied == ["ZJ-A"]
    clock.advance(days=1)
    assert why_not() == ""
    clock.advance(days=9)
    assert "已于" in why_not()


def test_who_is_recognised_in_the_room_signs_in(zhejiang: Tenant, clock: FixedClock,
                                                browser_of: Callable[[Tenant], Browser]) -> None:
    """B-56, ZJ-27: live face of the lesson's own hours, then the word of the room; one entry, and the list goes on."""
    at = place(zhejiang)
    clerk = clerk_of(at, browser_of(zhejiang))
    path = plan_by_hand(clerk, at, clock)
    session(clerk, path, clock)
    clerk.submit(f"{path}/trainees", {"batch": str(at.batch_id)})
    clerk.submit(f"{path}/publish")
    with unit_of_work(zhejiang, NOBODY) as ctx:
        [lesson] = sessions_of(ctx, Id(path.rsplit("/", 1)[1]))
        lesson_id, word = lesson.id, lesson.word
    assert word in clerk.get(f"{path}/sessions/{lesson_id}").text
    trainee = signed_in(browser_of(zhejiang), scene.trainee_of(zhejiang, at.people[0]))
    door = f"/zj/training/mine/{lesson_id}"
    first = trainee.get(door).text
    assert "开始人脸核验" in first and word not in first
    refused = trainee.submit(door, {"word": word})
    assert refused.status_code == 422 and "请先完成人脸核验" in refused.text
    with unit_of_work(zhejiang, NOBODY) as ctx:
        one = ctx.db.get_one(Candidate, at.people[0])
        ctx.db.add(Attestation(person_id=one.person_id, enrollment_id=one.enrollment_id, kind="face",
                               zone="accept", in_room=True, given_at=ctx.now, valid_until=ctx.now))
    assert trainee.submit(door, {"word": "000000"}).status_code == 422
    assert [trainee.submit(door, {"word": word}).status_code for _twice in range(2)] == [303, 303]
    with unit_of_work(zhejiang, NOBODY) as ctx:
        assert [(row.candidate_id, row.how, row.present) for row in ctx.db.scalars(select(SignIn))] == [
            (at.people[0], "face", True)]
    stranger = scene.enrolled(zhejiang, at.batch_id, 9)
    other = signed_in(browser_of(zhejiang), scene.trainee_of(zhejiang, stranger))
    assert other.get(door).status_code == 404
    clock.advance(hours=5)
    assert "现在不能签到" in signed_in(browser_of(zhejiang), scene.trainee_of(zhejiang, at.people[1])).get(door).text


def test_what_is_called_off_frees_its_people(zhejiang: Tenant, clock: FixedClock,
                                             browser_of: Callable[[Tenant], Browser]) -> None:
    """B-56: with a reason, told; they can be put into another plan."""
    at = place(zhejiang, people=1)
    clerk = clerk_of(at, browser_of(zhejiang))
    path = plan_by_hand(clerk, at, clock)
    session(clerk, path, clock)
    clerk.submit(f"{path}/trainees", {"batch": str(at.batch_id)})
    clerk.submit(f"{path}/publish")
    assert clerk.submit(f"{path}/cancel", {"reason": ""}).status_code == 422
    assert clerk.submit(f"{path}/cancel", {"reason": "教室停电"}).status_code == 303
    run_waiting(zhejiang)
    with unit_of_work(zhejiang, NOBODY) as ctx:
        assert any("教室停电" in sms.text for sms in inbox(ctx))
    again = plan_by_hand(clerk, at, clock)
    assert clerk.submit(f"{again}/trainees", {"batch": str(at.batch_id)}).status_code == 303
    assert clerk.submit(f"{path}/trainees", {"candidate": str(at.people[0])}).status_code == 409


def test_the_first_certificate_is_fetched(zhejiang: Tenant, browser_of: Callable[[Tenant], Browser]) -> None:
    """ZJ-30, ZJ-36, X-22, N-53: after the test it stands in 证书管理; photo first, then 查看 and 下载."""
    at = place(zhejiang, people=0)
    candidate_id = scene.applied(zhejiang, at.batch_id)
    with unit_of_work(zhejiang, NOBODY) as ctx:
        candidate = ctx.db.get_one(Candidate, candidate_id)
        held = service.passed(ctx, candidate, 75)
    who = scene.trainee_of(zhejiang, candidate_id)
    trainee = signed_in(browser_of(zhejiang), who)
    shown = trainee.get("/certificates").text
    assert "下载" in shown and "资料员" in shown
    missing = trainee.submit(f"/certificates/{held}/refresh")
    assert missing.status_code == 422 and "还没有上传头像" in missing.text
    with unit_of_work(zhejiang, NOBODY) as ctx:
        person_of(ctx, who.person_id or held).photo_key = ctx.blobs.put(picture(), "photo")
    assert trainee.submit(f"/certificates/{held}/refresh").status_code == 303
    assert trainee.get(f"/certificates/{held}/file").data.startswith(b"%PDF")
    assert "合格" in trainee.get("/zj/training/mine").text
