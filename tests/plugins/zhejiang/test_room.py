"""From the plan to the score: seats, the door, the half hour, the board, the results (ZJ-28, ZJ-29)."""
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import pytest
from PIL import Image
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from core.api.store import Id, new_id
from core.base.clock import FixedClock, local
from core.blacklist.models import BarEntry
from core.exam.models import Sitting, SittingAnswer
from core.identity import account_of, person_of
from core.notification import inbox
from core.presence.models import Attestation
from core.registry.models import Certificate
from core.tenancy import NOBODY, Role, Tenant, unit_of_work
from core.work import run_waiting
from plugins.zhejiang import enrolling
from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.testing.models import TestIncident, TestPlan, TestSeat
from plugins.zhejiang.testing.states import Deed, Entry, PlanState
from plugins.zhejiang.training.models import TestApplication
from plugins.zhejiang.training.states import TestState
from tests.browse import Browser
from tests.exam.people import fill_bank
from tests.people import Somebody, signed_in, staff
from tests.plugins.zhejiang import scene

Browsers = Callable[[Tenant], Browser]


@dataclass
class Room:
    """An institution with clerk, invigilator and applicants; the plan's pages by their addresses."""

    tenant: Tenant
    clock: FixedClock
    browsers: Browsers
    school: scene.School
    firm: scene.Firm
    clerk: Browser
    invigilator: Browser
    candidates: list[Id]
    watcher: Id
    plan: str = ""
    signed: dict[Id, Browser] = field(default_factory=dict)

    def form(self, **changed: object) -> dict[str, object]:
        """A plan an hour from now."""
        at = local(self.clock.now())
        with unit_of_work(self.tenant) as ctx:
            post = str(scene.post_id(ctx))
        return {"place": "杭州市示例路1号", "room": "201机房", "seats": "3", "day": f"{at:%Y-%m-%d}",
                "starts": f"{at.hour + 1}:00", "posts": [post], "invigilators": [str(self.watcher)], **changed}

    def make(self, **changed: object) -> str:
        self.clerk.get("/zj/testing/plans/new")
        answer = self.clerk.submit("/zj/testing/plans/new", {"_once": str(new_id()), **self.form(**changed)})
        assert answer.status_code == 303, answer.text
        self.plan = answer.headers["Location"].rsplit("/", 1)[1]
        return self.plan

    def ready(self, **changed: object) -> None:
        """Made, seated, published."""
        self.make(**changed)
        assert self.clerk.submit(f"{self.of_plan}/fill").status_code == 303
        assert self.clerk.submit(f"{self.of_plan}/publish").status_code == 303

    @property
    def of_plan(self) -> str:
        return f"/zj/testing/plans/{self.plan}"

    @property
    def of_room(self) -> str:
        return f"/zj/testing/rooms/{self.plan}"

    def seat(self, candidate: Id) -> TestSeat:
        with unit_of_work(self.tenant) as ctx:
            found = ctx.db.scalars(select(TestSeat).where(
                TestSeat.plan_id == Id(self.plan), TestSeat.candidate_id == candidate)).one()
            ctx.db.expunge_all()
            return found

    def trainee(self, candidate: Id) -> Browser:
        if candidate not in self.signed:
            self.signed[candidate] = signed_in(self.browsers(self.tenant), self.somebody(candidate))
        return self.signed[candidate]

    def somebody(self, candidate: Id) -> Somebody:
        with unit_of_work(self.tenant, NOBODY) as ctx:
            person = person_of(ctx, ctx.db.get_one(Candidate, candidate).person_id)
            return Somebody(account_of(ctx, person).id, person.id, person.name, person.id_number, person.phone, "", "",
                            frozenset({Role.TRAINEE}))

    def wait(self, minutes: float) -> None:
        """Let time pass; everybody looks at a page now and then, which keeps the sign-ins alive."""
        left = round(minutes * 60)
        while left > 0:
            step = min(left, 240)
            self.clock.advance(seconds=step)
            left -= step
            for browser in (self.clerk, self.invigilator, *self.signed.values()):
                browser.get("/admin/" if browser in (self.clerk, self.invigilator) else "/zj/testing/mine/")

    def match(self, candidate: Id, *, in_room: bool = True) -> None:
        """What the face check leaves behind when it has matched: the room's, or that of the study."""
        with unit_of_work(self.tenant, NOBODY) as ctx:
            one = ctx.db.get_one(Candidate, candidate)
            ctx.db.add(Attestation(person_id=one.person_id, enrollment_id=one.enrollment_id, kind="face",
                                   zone="accept", in_room=in_room, given_at=ctx.now, valid_until=ctx.now))

    @property
    def code(self) -> str:
        with unit_of_work(self.tenant) as ctx:
            return ctx.db.get_one(TestPlan, Id(self.plan)).code

    def enter(self, candidate: Id, code: str = "") -> TestResponse:
        path = f"/zj/testing/mine/{self.seat(candidate).id}"
        self.trainee(candidate).get(path)
        return self.trainee(candidate).submit(f"{path}/enter", {"code": code or self.code})

    def enrollment(self, candidate: Id) -> Id:
        with unit_of_work(self.tenant) as ctx:
            found = ctx.db.get_one(Candidate, candidate).enrollment_id
            assert found is not None
            return found

    def start(self, candidate: Id) -> TestResponse:
        return self.trainee(candidate).submit(f"/exam/{self.enrollment(candidate)}/start")

    def answer(self, candidate: Id, path: str, right: int) -> None:
        with unit_of_work(self.tenant) as ctx:
            keys = dict(ctx.db.execute(select(SittingAnswer.place, SittingAnswer.key).where(
                SittingAnswer.sitting_id == Id(path.rsplit("/", 1)[1]))).all())
        for place in range(1, right + 1):
            assert self.trainee(candidate).send(f"{path}/answers/{place}", {"choice": keys[place], "turn": 1}).json

    def stand(self, candidate: Id) -> dict[str, object]:
        number = self.seat(candidate).number
        board = self.invigilator.get(f"{self.of_room}/state").json
        assert board is not None
        return next(one for one in board["seats"] if one["number"] == number)

    def state(self) -> str:
        with unit_of_work(self.tenant) as ctx:
            return ctx.db.get_one(TestPlan, Id(self.plan)).state


@pytest.fixture
def room(zhejiang: Tenant, clock: FixedClock, browser_of: Browsers) -> Room:
    fill_bank(zhejiang)
    school, firm = scene.school(zhejiang), scene.firm(zhejiang)
    batch = scene.batch(zhejiang, firm, school)
    candidates = [scene.applied(zhejiang, batch, serial, name=name)
                  for serial, name in ((1, "王小明"), (2, "李小红"), (3, "张建国"))]
    eye = staff(zhejiang, Role.INVIGILATOR, username="jiankao", organization_id=school.id)
    return Room(zhejiang, clock, browser_of, school, firm, signed_in(browser_of(zhejiang), school.clerk),
                signed_in(browser_of(zhejiang), eye), candidates, eye.account_id)


def picture() -> tuple[io.BytesIO, str]:
    data = io.BytesIO()
    Image.new("RGB", (800, 800), (90, 120, 150)).save(data, "JPEG")
    return io.BytesIO(data.getvalue()), "card.jpg"


def test_from_the_plan_to_the_certificate(room: Room) -> None:
    """ZJ-28, ZJ-29: 系统判定是本人考试后，才能考试; 测试开始30分钟后，才允许提交试卷; 试卷一提交，现场出成绩."""
    first, second, third = room.candidates
    room.ready()
    run_waiting(room.tenant)
    with unit_of_work(room.tenant, NOBODY) as ctx:
        told = [sms.text for sms in inbox(ctx)]
    assert len(told) == 3 and "2026年11月20日13:00，杭州市示例路1号201机房，1号座位" in told[-1]
    page = room.trainee(first).get("/zj/testing/mine/").text
    assert "201机房" in page and "1号" in page
    home = room.trainee(first).get("/home").text
    assert "2026年11月20日13:00，杭州市示例路1号201机房，1号座位" in home and f"/mine/{room.seat(first).id}" in home
    assert "请先在考场完成人脸核验" in room.start(first).text
    assert "请先完成人脸核验" in room.enter(first).text
    room.match(first, in_room=False)
    assert "请先完成人脸核验" in room.enter(first).text      # the match of the study, at home within the same hour
    room.match(first)
    assert room.enter(first, "000000").status_code == 422 and room.seat(first).entry == Entry.WAITING
    assert room.enter(first).status_code == 303 and room.stand(first)["stand"] == "admitted"
    assert "请等候监考人员宣布开考" in room.start(first).text
    assert "还没有到开考时间" in room.invigilator.submit(f"{room.of_room}/begin").text
    room.wait(60)
    assert room.invigilator.submit(f"{room.of_room}/begin").status_code == 303
    path = room.start(first).headers["Location"]
    room.answer(first, path, 30)
    assert (room.stand(first)["answered"], room.stand(first)["questions"]) == (30, 50)
    room.wait(29 + 59 / 60)
    early = room.trainee(first).submit(f"{path}/submit")
    assert early.status_code == 409 and "开考30分钟后才能交卷" in early.text
    assert "还有人在答题（1号）" in room.invigilator.submit(f"{room.of_room}/close").text
    room.clock.advance(seconds=1)
    assert room.trainee(first).submit(f"{path}/submit").status_code == 303
    assert "60分，考核合格" in room.trainee(first).get(f"{path}/result").text
    assert (room.stand(first)["stand"], room.stand(first)["score"]) == ("passed", 60)
    room.match(second)
    assert "不能再入场" in room.enter(second).text
    assert room.invigilator.submit(f"{room.of_room}/close").status_code == 303
    with unit_of_work(room.tenant) as ctx:
        states = {one.candidate_id: one.state for one in ctx.db.scalars(select(TestApplication))}
        assert states == {first: TestState.PASSED, second: TestState.APPLIED, third: TestState.APPLIED}
        assert ctx.db.scalar(select(func.count()).select_from(Certificate)) == 1
    assert "60分，合格" in room.trainee(first).get("/zj/testing/mine/").text
    sheet = room.clerk.submit(f"{room.of_plan}/sheet")
    assert sheet.status_code == 200 and sheet.data[:2] == b"PK"
    again = room.make()
    assert again and room.clerk.submit(f"{room.of_plan}/fill").status_code == 303
    assert room.seat(second).number == 1


def test_two_hours_and_the_server_hands_in(room: Room) -> None:
    """ZJ-29: 测试时间2小时, from one moment for the whole room; who begins late has what is left."""
    first, second, _third = room.candidates
    room.ready()
    room.wait(60)
    for one in (first, second):
        room.match(one)
        room.enter(one)
    room.invigilator.submit(f"{room.of_room}/begin")
    path = room.start(first).headers["Location"]
    room.answer(first, path, 10)
    room.wait(20)
    late = room.start(second).headers["Location"]
    assert room.trainee(second).get(f"{late}/state").json["seconds_left"] == 100 * 60  # type: ignore[index]
    room.wait(100)
    assert room.trainee(first).get(f"{path}/state").json["seconds_left"] == 0  # type: ignore[index]
    room.clock.advance(seconds=12)
    run_waiting(room.tenant)
    assert (room.stand(first)["score"], room.stand(second)["stand"]) == (20, "failed")
    room.wait(6)
    run_waiting(room.tenant)
    assert room.state() == PlanState.CLOSED
    with unit_of_work(room.tenant) as ctx:
        assert ctx.db.scalar(select(TestApplication.score).where(TestApplication.candidate_id == first)) == 20
    assert room.start(first).status_code == 409


def test_a_face_that_does_not_match_has_a_human_path(room: Room) -> None:
    """ZJ-29, R24: the ID card, a reason and a picture; refused until somebody has looked again."""
    first, second, _third = room.candidates
    room.ready()
    seat = room.seat(first)
    path = f"{room.of_room}/seats/{seat.id}"
    tail = room.somebody(first).id_number[-4:]
    assert room.invigilator.submit(f"{path}/refused", {"reason": "没有带身份证"}).status_code == 303
    room.match(first)
    assert "监考人员没有准许您入场" in room.enter(first).text
    wrong = {"tail": "0000" if tail != "0000" else "1111", "reason": "逆光", "picture": picture()}
    assert "后四位不一致" in room.invigilator.submit(f"{path}/admitted", wrong).text
    assert room.invigilator.submit(f"{path}/admitted", {"tail": tail, "reason": "逆光"}).status_code == 422
    good = {"tail": tail, "reason": "逆光，身份证与本人一致", "picture": picture()}
    assert room.invigilator.submit(f"{path}/admitted", good).status_code == 303
    assert room.seat(first).entry == Entry.ADMITTED
    with unit_of_work(room.tenant) as ctx:
        proof = ctx.db.get_one(Attestation, room.seat(first).proof_id)
        assert (proof.kind, proof.witness_name, bool(proof.picture_key)) == ("supervised", "示例jiankao", True)
        noted = ctx.db.scalars(select(TestIncident.deed).order_by(TestIncident.id)).all()
    assert noted == [Deed.REFUSED, Deed.ADMITTED]
    assert "没有准许" not in room.start(first).text and room.stand(second)["stand"] == "absent"


def test_a_computer_that_breaks_down(room: Room) -> None:
    """X-16: another computer goes on after the invigilator's release; the time it took is given back with a reason."""
    first = room.candidates[0]
    room.ready()
    room.wait(60)
    room.match(first)
    room.enter(first)
    room.invigilator.submit(f"{room.of_room}/begin")
    path = room.start(first).headers["Location"]
    room.answer(first, path, 3)
    del room.signed[first]
    assert "另一台电脑" in room.start(first).text
    seat = f"{room.of_room}/seats/{room.seat(first).id}"
    assert room.invigilator.submit(f"{seat}/released", {"reason": "蓝屏"}).status_code == 303
    assert room.stand(first)["stand"] == "released"
    assert room.start(first).headers["Location"] == path and room.stand(first)["answered"] == 3
    assert room.invigilator.submit(f"{seat}/extended", {"minutes": "10", "reason": "蓝屏换机"}).status_code == 303
    assert room.trainee(first).get(f"{path}/state").json["seconds_left"] == 130 * 60  # type: ignore[index]
    assert room.invigilator.submit(f"{seat}/extended", {"minutes": "90", "reason": "蓝屏换机"}).status_code == 422


def test_cheating_is_void(room: Room) -> None:
    """ZJ-14, ZJ-29: warned, then ended; nothing of it counts and the record stays."""
    first = room.candidates[0]
    room.ready()
    room.wait(60)
    room.match(first)
    room.enter(first)
    room.invigilator.submit(f"{room.of_room}/begin")
    path = room.start(first).headers["Location"]
    room.answer(first, path, 50)
    seat = f"{room.of_room}/seats/{room.seat(first).id}"
    assert room.invigilator.submit(f"{seat}/warned", {"reason": "交头接耳"}).status_code == 303
    assert room.invigilator.submit(f"{seat}/voided", {"reason": "看手机答案"}).status_code == 303
    assert (room.stand(first)["stand"], room.stand(first)["score"]) == ("void", 0)
    assert "成绩无效" in room.trainee(first).get(f"{path}/result").text
    assert "没有正在进行的考试" in room.invigilator.submit(f"{seat}/ended", {"reason": "再次"}).text
    page = room.invigilator.get(room.of_room).text
    assert "看手机答案" in page and "交头接耳" in page
    room.wait(31)
    room.invigilator.submit(f"{room.of_room}/close")
    with unit_of_work(room.tenant) as ctx:
        assert ctx.db.scalar(select(TestApplication.state).where(
            TestApplication.candidate_id == first)) == TestState.FAILED
        proposed = ctx.db.scalars(select(BarEntry)).one()
        assert (proposed.city, proposed.until) == ("杭州市", date(2027, 11, 20)) and "看手机答案" in proposed.reason
        assert ctx.db.scalar(select(Sitting.passed)) is False


def test_a_room_is_never_overfilled(room: Room) -> None:
    """ZJ-28: two seats, three applicants; by hand only a free seat, and nobody sits in two open plans."""
    first, second, third = room.candidates
    one = room.make(seats="2")
    assert "已为2位学员排座" in room.clerk.get(room.clerk.submit(f"{room.of_plan}/fill").headers["Location"]).text
    assert "已经排满" in room.clerk.submit(f"{room.of_plan}/fill").text
    taken = room.clerk.submit(f"{room.of_plan}/place", {"candidate": str(third), "number": "1"})
    assert taken.status_code == 409 and "已经有人" in taken.text
    assert "没有3号座位" in room.clerk.submit(f"{room.of_plan}/place", {"candidate": str(third), "number": "3"}).text
    other = room.make(starts="15:00")
    assert room.clerk.submit(f"{room.of_plan}/place", {"candidate": str(first), "number": "1"}).status_code == 409
    assert room.clerk.submit(f"{room.of_plan}/place", {"candidate": str(third), "number": "2"}).status_code == 303
    assert room.clerk.submit(f"{room.of_plan}/place", {"candidate": str(third), "number": "3"}).status_code == 303
    assert room.seat(third).number == 3
    with unit_of_work(room.tenant) as ctx:
        held = ctx.db.scalars(select(TestSeat.plan_id).where(TestSeat.candidate_id.is_not(None))).all()
    assert sorted(map(str, held)) == sorted([one, one, other]) and second


def test_changes_and_cancellation_are_told(room: Room) -> None:
    """ZJ-28: whoever was told hears again; the seats are free for another plan."""
    room.ready()
    run_waiting(room.tenant)
    changed = room.clerk.submit(f"{room.of_plan}/edit", room.form(room="305机房"))
    assert changed.status_code == 303
    assert room.clerk.submit(f"{room.of_plan}/edit", room.form(room="305机房", seats="2")).status_code == 422
    assert room.clerk.submit(f"{room.of_plan}/cancel", {"reason": "停电"}).status_code == 303
    run_waiting(room.tenant)
    with unit_of_work(room.tenant, NOBODY) as ctx:
        told = [sms.text for sms in inbox(ctx)]
        assert sum("305机房" in text and "有变更" in text for text in told) == 3
        assert sum("已取消：停电" in text for text in told) == 3
    assert "停电" not in room.trainee(room.candidates[0]).get("/zj/testing/mine/").text
    room.make()
    assert "已为3位学员排座" in room.clerk.get(room.clerk.submit(f"{room.of_plan}/fill").headers["Location"]).text


@pytest.mark.parametrize(("changed", "words"), [
    ({"place": ""}, "请选择一个测试地点"), ({"seats": "0"}, "座位数"), ({"seats": "9999"}, "座位数"),
    ({"starts": "09:00"}, "开始时间已经过去"), ({"invigilators": [str(new_id())]}, "监考人员"), ({"posts": []}, "岗位"),
])
def test_a_plan_that_cannot_be_held_is_refused(room: Room, changed: dict[str, object], words: str) -> None:
    answer = room.clerk.submit("/zj/testing/plans/new", {"_once": str(new_id()), **room.form(**changed)})
    assert answer.status_code == 422 and words in answer.text


def test_everybody_sees_only_their_part(room: Room) -> None:
    """R3: another institution's plan, another invigilator's room and another trainee's seat do not exist."""
    first, second, _third = room.candidates
    room.ready()
    other = scene.school(room.tenant, "示例培训机构二")
    clerk = signed_in(room.browsers(room.tenant), other.clerk)
    watcher = signed_in(room.browsers(room.tenant), staff(
        room.tenant, Role.INVIGILATOR, username="qita", organization_id=room.school.id))
    seat = room.seat(first).id
    for path in (room.of_plan, f"{room.of_plan}/edit", f"{room.of_plan}/doors", f"{room.of_plan}/cancel",
                 f"{room.of_plan}/seats/{seat}/photo", f"{room.of_plan}/seats/{seat}/leave"):
        assert clerk.get(path).status_code == 404, path
    for path in (room.of_room, f"{room.of_room}/state", f"{room.of_room}/list", f"{room.of_room}/seats/{seat}",
                 f"{room.of_room}/seats/{seat}/photo", f"{room.of_room}/seats/{seat}/voided"):
        assert watcher.get(path).status_code == 404, path
    for deed in ("fill", "publish", "place", "sheet"):
        answer = clerk.submit(f"{room.of_plan}/{deed}", {"candidate": str(first), "number": "1"})
        assert answer.status_code == 404, deed
    for deed in ("begin", "close", "notes"):
        assert watcher.submit(f"{room.of_room}/{deed}", {"reason": "别人的考场"}).status_code == 404
    assert room.trainee(second).get(f"/zj/testing/mine/{seat}").status_code == 404
    assert room.trainee(second).submit(f"/zj/testing/mine/{seat}/enter", {"code": room.code}).status_code == 404
    assert room.clerk.get(room.of_room).status_code == 403
    assert room.invigilator.get(room.of_plan).status_code == 403


def test_pages_of_a_plan_and_a_room(room: Room) -> None:
    """Every page is drawn in every state that it has."""
    first = room.candidates[0]
    assert "还没有测试计划" in room.clerk.get("/zj/testing/").text
    assert "没有安排给您的监考" in room.invigilator.get("/zj/testing/rooms/").text
    room.ready()
    assert "王小明" in room.clerk.get(room.of_plan).text and "座位表" in room.clerk.get(f"{room.of_plan}/doors").text
    board = room.invigilator.get(room.of_room).text
    assert room.code in board and board.count("data-seat=") == 3
    seat = f"{room.of_room}/seats/{room.seat(first).id}"
    assert "人工核验入场" in room.invigilator.get(seat).text and "李小红" in room.invigilator.get(
        f"{room.of_room}/list").text
    page = room.trainee(first).get(f"/zj/testing/mine/{room.seat(first).id}").text
    assert "/presence/check/" in page and "请带本人二代居民身份证原件" in page
    check = re.search(r'href="(/presence/check/[^"]+)"', page)
    assert check
    with unit_of_work(room.tenant) as ctx:
        person_of(ctx, ctx.db.get_one(Candidate, first).person_id).photo_key = ctx.blobs.put(b"photo", "photo")
    assert room.trainee(first).submit(f"{check[1]}/consent").status_code == 303
    face = room.trainee(first).get(check[1]).text
    assert "请举手" in face and "预约现场见证" not in face
    assert room.invigilator.submit(f"{room.of_room}/notes", {"reason": "空调故障"}).status_code == 303
    assert "空调故障" in room.invigilator.get(room.of_room).text and "空调故障" in room.clerk.get(room.of_plan).text


def test_results_are_seen_by_who_sent_who_tested_and_who_watches(room: Room) -> None:
    """R3, ZJ-29: institution, enterprise and city authority each their part; a formula stays text in the export."""
    first = room.candidates[0]
    room.ready(place="=1+1路")
    room.wait(60)
    room.match(first)
    room.enter(first)
    room.invigilator.submit(f"{room.of_room}/begin")
    room.start(first)
    room.wait(121)
    run_waiting(room.tenant)
    room.wait(6)
    run_waiting(room.tenant)

    def browser(somebody: Somebody) -> Browser:
        return signed_in(room.browsers(room.tenant), somebody)

    city = staff(room.tenant, Role.REGULATOR, username="hangzhou", city="杭州市")
    elsewhere = staff(room.tenant, Role.REGULATOR, username="ningbo", city="宁波市")
    stranger = scene.firm(room.tenant, "另一家建筑有限公司").clerk
    beside = scene.school(room.tenant, "示例培训机构二").clerk
    for somebody, path, sees in ((room.firm.clerk, "zj_staff_results", True), (stranger, "zj_staff_results", False),
                                 (room.school.clerk, "zj_results", True), (beside, "zj_results", False),
                                 (city, "zj_city_results", True), (elsewhere, "zj_city_results", False)):
        page = browser(somebody).get(f"/admin/{path}/")
        assert page.status_code == 200 and ("王小明" in page.text) is sees, path
    clerk = browser(room.firm.clerk)
    assert "李小红" in clerk.get("/admin/zj_staff_results/?outcome=absent").text
    failed = clerk.get("/admin/zj_staff_results/?outcome=failed").text
    assert "王小明" in failed and "李小红" not in failed
    assert "张建国" in clerk.get("/admin/zj_staff_results/?q=张建国").text
    exported = clerk.submit("/admin/zj_staff_results/export/csv/")
    assert exported.status_code == 200 and "王小明" in exported.text and "'=1+1路" in exported.text
    sheet = room.clerk.submit(f"{room.of_plan}/sheet")
    assert sheet.data[:2] == b"PK" and "attachment" in sheet.headers["Content-Disposition"]


def test_who_is_no_longer_applied_for_stays_outside(room: Room) -> None:
    """An application that is withdrawn, and a bar that begins, while the candidate has a seat (ZJ-14)."""
    first, second, _third = room.candidates
    room.ready()
    with unit_of_work(room.tenant, NOBODY) as ctx:
        ctx.db.scalars(select(TestApplication).where(TestApplication.candidate_id == first)).one().state = \
            TestState.WITHDRAWN
    scene.barred(room.tenant, second)
    for one, words in ((first, "撤回您的考试申请"), (second, "黑名单")):
        room.match(one)
        answer = room.enter(one)
        assert answer.status_code == 409 and words in answer.text
        assert words in room.trainee(one).get(f"/zj/testing/mine/{room.seat(one).id}").text
        assert room.seat(one).entry == Entry.WAITING


def test_who_leaves_the_training_gives_the_seat_back(room: Room) -> None:
    """A refund frees the seat of a test to come, and the candidate hears of it; once it runs the seat stays."""
    first, second, _third = room.candidates
    room.ready()
    with unit_of_work(room.tenant, NOBODY) as ctx:
        enrolling.left(ctx, [ctx.db.get_one(Candidate, first)])
        assert ctx.db.scalar(select(TestSeat).where(TestSeat.candidate_id == first)) is None
    run_waiting(room.tenant)
    with unit_of_work(room.tenant, NOBODY) as ctx:
        assert any("已退出培训" in sms.text for sms in inbox(ctx))
        ctx.db.get_one(TestPlan, Id(room.plan)).state = PlanState.RUNNING
        enrolling.left(ctx, [ctx.db.get_one(Candidate, second)])
        assert ctx.db.scalar(select(TestSeat).where(TestSeat.candidate_id == second)) is not None


def test_the_word_of_the_room_cannot_be_guessed(room: Room) -> None:
    """ZJ-29: ten tries an hour; then the invigilator opens the door, or an hour has passed."""
    first = room.candidates[0]
    room.ready()
    room.match(first)
    wrong = "000000"
    assert {room.enter(first, wrong).status_code for _try in range(10)} == {422}
    assert room.enter(first).status_code == 429 and room.seat(first).entry == Entry.WAITING
    room.wait(60)
    assert room.enter(first).status_code == 303


def test_a_day_before_everybody_is_reminded_of_the_time_that_holds(room: Room) -> None:
    """ZJ-28: 须按时到场; a test that was put off is told of once, at its new time."""
    room.ready(day="2026-11-22")
    room.clerk.submit(f"{room.of_plan}/edit", room.form(day="2026-11-23"))
    run_waiting(room.tenant)

    def reminders() -> list[str]:
        run_waiting(room.tenant)
        with unit_of_work(room.tenant, NOBODY) as ctx:
            return [sms.text for sms in inbox(ctx) if "测试在" in sms.text]

    room.clock.advance(hours=30)
    assert reminders() == []
    room.clock.advance(hours=20)
    told = reminders()
    assert len(told) == 3 and all("2026年11月23日13:00" in text for text in told) and reminders() == told
