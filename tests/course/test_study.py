"""Studying through HTTP in two tenants: lease, beats, credit, completion, clearing (N-24, N-25, N-30 … N-38, N-47)."""
from collections.abc import Callable

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from core.base.db import new_id
from core.base.events import subscribe
from core.course import clear_hours, close_idle_leases, progress_of_enrollment, restore_hours
from core.course.events import StudyCompleted
from core.course.models import BeatRow, HourEntry, Lesson, MediaRead, Package, Study, StudyLease
from core.cycle import Enrollment, EnrollmentCancelled, HoursDueChanged
from core.tenancy import Ctx, Tenant, unit_of_work
from tests.course.conftest import VIDEO, Learner, enroll
from tests.people import signed_in

Make = Callable[..., Learner]
told: list[object] = []


@subscribe(StudyCompleted)
def note_completed(_ctx: Ctx, event: StudyCompleted) -> None:
    told.append(event.enrollment_id)


def count(tenant: Tenant, model: type) -> int:
    with unit_of_work(tenant) as ctx:
        return ctx.db.scalar(select(func.count()).select_from(model)) or 0


def slots(tenant: Tenant, learner: Learner) -> int:
    with unit_of_work(tenant) as ctx:
        return progress_of_enrollment(ctx, learner.enrollment).credited_slots


def test_the_whole_course(tenant: Tenant, learner_of: Make) -> None:
    """N-30, N-32, N-38: sixteen lessons give 32 hours; the completion text comes once, with the last beat."""
    learner = learner_of(tenant)
    told.clear()
    last = learner.learn_all()
    assert last.json["hours_text"] == "32 / 32 学时"
    assert last.json["popup"] == tenant.rules(learner.clock.now()).texts.completion_popup
    again = learner.beat()
    assert again.json["done"] and again.json["credited"] == 12
    assert told == [learner.enrollment]
    assert learner.open().status_code == 409
    with unit_of_work(tenant) as ctx:
        assert ctx.db.scalar(select(func.sum(HourEntry.slots))) == 192
        assert ctx.db.get_one(Study, learner.enrollment).completed_at is not None
        parts = dict(ctx.db.execute(select(HourEntry.part, func.sum(HourEntry.slots)).group_by(HourEntry.part)).all())
        assert parts == {"general": 60, "professional": 132}


def test_an_exempt_post_learns_the_22_professional_hours(tenant: Tenant, learner_of: Make) -> None:
    """N-25: no general lesson is shown or counted, and the record shows 32 all the same."""
    learner = learner_of(tenant, general=0)
    page = learner.browser.get(f"/study/{learner.enrollment}").text
    assert "10 / 32 学时" in page and "general第1讲" not in page
    last = learner.learn_all()
    assert last.json["hours_text"] == "32 / 32 学时"
    with unit_of_work(tenant) as ctx:
        assert ctx.db.scalar(select(func.sum(HourEntry.slots))) == 132


def test_general_lessons_come_first(tenant: Tenant, learner_of: Make) -> None:
    """N-30: a professional lesson waits until the general ones are done; a lesson of no package is unknown."""
    learner = learner_of(tenant)
    with unit_of_work(tenant) as ctx:
        lesson = ctx.db.scalars(select(Lesson.id).join(Package).where(Package.part == "professional")).first()
    refused = learner.open(str(lesson))
    assert (refused.status_code, refused.json["code"]) == (422, "general_first")
    assert learner.open(str(new_id())).status_code == 404
    assert learner.open("nonsense").status_code == 400


def test_the_first_enrolled_post_is_learned_first(tenant: Tenant, learner_of: Make) -> None:
    """N-24: the second post waits, and the sentence names the first; unpaid ones hold nobody up."""
    learner = learner_of(tenant)
    learner.clock.advance(minutes=1)
    second = Learner(learner.browser, learner.clock, learner.who, enroll(tenant, learner.who, "材料员", 0))
    refused = second.open()
    assert (refused.status_code, refused.json["code"]) == (422, "first_enrolled_first")
    assert "2026年继教-施工现场管理人员继续教育培训（资料员）" in refused.json["sentence"]
    page = learner.browser.get(f"/study/{second.enrollment}", follow_redirects=True).text
    assert "请先学习先报名的岗位" in page


def test_an_unpaid_enrollment_opens_no_player(tenant: Tenant, learner_of: Make) -> None:
    """N-28: nothing is learned before it is paid."""
    learner = learner_of(tenant, opened=False)
    refused = learner.open()
    assert (refused.status_code, refused.json["code"]) == (422, "not_opened")
    assert count(tenant, StudyLease) == 0


def test_a_beat_for_another_persons_lesson(tenant: Tenant, learner_of: Make) -> None:
    """Issue §3: another person's token, lesson, media and record are refused in words, and nothing is half done."""
    first, second = learner_of(tenant, 1), learner_of(tenant, 2)
    first.open()
    second.open()
    refused = second.beat(token=first.token)
    assert (refused.status_code, refused.json["code"]) == (403, "beat_of_another")
    assert "另一位学员" in refused.json["sentence"]
    assert second.browser.send(f"/study/{first.enrollment}/lease").status_code == 404
    assert second.browser.get(f"/study/media/{first.lease['lease']}.mp4").status_code == 404
    assert second.browser.get(f"/training/{first.enrollment}/record").status_code == 404
    assert second.browser.get(f"/study/{first.enrollment}").status_code == 404
    assert count(tenant, BeatRow) == 0


def test_a_lost_answer_costs_nothing(tenant: Tenant, learner_of: Make) -> None:
    """C-02: when the answer to a beat got lost, the refusal of its repeat carries the present token."""
    learner = learner_of(tenant)
    learner.open()
    learner.watch(2)
    old = learner.token
    learner.clock.advance(seconds=2)
    learner.position += 2000
    learner.beat()
    repeated = learner.beat(token=old)
    assert repeated.status_code == 409
    learner.token = repeated.json["token"]
    learner.clock.advance(seconds=2)
    learner.position += 2000
    assert learner.beat().json["credited"] == 6


def test_a_newer_page_takes_over(tenant: Tenant, learner_of: Make) -> None:
    """L1: the older page is told in words, and what it earned stays."""
    learner = learner_of(tenant)
    learner.open()
    learner.watch(5, 1)
    older, media = learner.token, learner.lease["lesson"]["media"]
    again = learner.open()
    assert again.json["resume_ms"] == 5000 and again.json["credited"] == 5
    refused = learner.beat(token=older)
    assert (refused.status_code, refused.json["code"]) == (409, "lease_taken")
    assert "另一个页面" in refused.json["sentence"]
    assert learner.browser.get(media).status_code == 404
    learner.watch(7, 1)
    assert slots(tenant, learner) == 12


def test_two_posts_cannot_own_the_same_time(tenant: Tenant, learner_of: Make) -> None:
    """L15: the database itself refuses a slot, or a stretch of slots, that the person owns already."""
    learner = learner_of(tenant)
    learner.open()
    learner.watch(6)
    with unit_of_work(tenant) as ctx:
        entry = ctx.db.scalars(select(HourEntry).order_by(HourEntry.slot)).first()
        assert entry is not None and entry.slot is not None
        facts = {"person_id": entry.person_id, "enrollment_id": entry.enrollment_id, "lesson_id": entry.lesson_id,
                 "part": entry.part, "kind": "credit", "at": ctx.now}
    for first, long in ((entry.slot, 1), (entry.slot - 2, 4), (entry.slot + entry.slots - 1, 5)):
        with pytest.raises((IntegrityError, DBAPIError)), unit_of_work(tenant) as ctx:
            ctx.db.add(HourEntry(**facts, slot=first, slots=long))
            ctx.db.flush()


@pytest.mark.parametrize("statement", [
    "UPDATE hour_entry SET slots = 90", "DELETE FROM hour_entry", "UPDATE segment SET slots = 90",
    "DELETE FROM segment", "UPDATE hour_note SET reason = 'x'", "DELETE FROM hour_note"])
def test_the_ledger_is_append_only(tenant: Tenant, learner_of: Make, statement: str) -> None:
    """L16: no statement of the application changes or removes an entry."""
    learner = learner_of(tenant)
    learner.open()
    learner.watch(6)
    with unit_of_work(tenant) as ctx:
        clear_hours(ctx, learner.enrollment, "impersonation", "代学", None)
    with pytest.raises(DBAPIError, match="append-only"), unit_of_work(tenant) as ctx:
        ctx.db.execute(text(statement))


def test_clearing_takes_hours_back_and_keeps_them_on_record(tenant: Tenant, learner_of: Make) -> None:
    """N-45, N-36: clearing adds entries that name what they answer; the lessons begin again; a new round is told."""
    learner = learner_of(tenant)
    told.clear()
    learner.learn_all()
    with unit_of_work(tenant) as ctx:
        assert clear_hours(ctx, learner.enrollment, "impersonation", "非本人学习", None) == 192
    with unit_of_work(tenant) as ctx:
        assert clear_hours(ctx, learner.enrollment, "impersonation", "非本人学习", None) == 0
        assert progress_of_enrollment(ctx, learner.enrollment).credited_hours == 0
        cleared = ctx.db.scalars(select(HourEntry).where(HourEntry.kind == "clear")).all()
        credits = {row.id: row.slots for row in ctx.db.scalars(select(HourEntry).where(HourEntry.kind == "credit"))}
        assert {row.answers_id: row.slots for row in cleared} == credits
    page = learner.browser.get(f"/training/{learner.enrollment}/record").text
    assert "0 / 32 学时" in page and "12 秒" in page
    assert learner.open().json["resume_ms"] == 0
    learner.learn_all()
    assert told == [learner.enrollment] * 2
    with unit_of_work(tenant) as ctx:
        assert progress_of_enrollment(ctx, learner.enrollment).done


def test_a_restored_year_is_done_again(tenant: Tenant, learner_of: Make) -> None:
    """A.7: an appeal gives every cleared hour back, once; nothing rises above the due."""
    learner = learner_of(tenant)
    learner.learn_all()
    with unit_of_work(tenant) as ctx:
        clear_hours(ctx, learner.enrollment, "unwatched", "挂机", None)
    with unit_of_work(tenant) as ctx:
        assert restore_hours(ctx, learner.enrollment, "申诉成立", None) == 192
        assert restore_hours(ctx, learner.enrollment, "申诉成立", None) == 0
        found = progress_of_enrollment(ctx, learner.enrollment)
        assert found.done and found.credited_hours == 32
    with unit_of_work(tenant) as ctx:
        assert clear_hours(ctx, learner.enrollment, "unwatched", "复核", None) == 192


def test_what_is_given_back_need_not_be_watched_again(national: Tenant, learner_of: Make) -> None:
    """A.7: after a restored clearing in the middle of a lesson, study goes on where the hours end."""
    learner = learner_of(national)
    learner.open()
    learner.watch(5, 1)
    for change in (lambda ctx: clear_hours(ctx, learner.enrollment, "unwatched", "挂机", None),
                   lambda ctx: restore_hours(ctx, learner.enrollment, "申诉成立", None)):
        with unit_of_work(national) as ctx:
            assert change(ctx) == 5
    assert learner.open().json["resume_ms"] == 5000
    assert learner.watch(2, 1).json["credited"] == 7


def test_general_hours_owed_after_all(tenant: Tenant, learner_of: Make) -> None:
    """A.7, N-25: the refunded first post takes its general hours along; completion is told again when they are in."""
    learner = learner_of(tenant, general=0)
    told.clear()
    learner.learn_all()
    with unit_of_work(tenant) as ctx:
        ctx.db.get_one(Enrollment, learner.enrollment).general_hours_due = 10
        ctx.db.flush()
        ctx.publish(HoursDueChanged(learner.enrollment))
        assert ctx.db.get_one(Study, learner.enrollment).completed_at is None
    assert learner.learn_all().json["hours_text"] == "32 / 32 学时"
    assert told == [learner.enrollment] * 2


def test_a_refund_stops_the_page(tenant: Tenant, learner_of: Make) -> None:
    """A.7: once the enrollment is cancelled, the page that studies earns nothing more."""
    learner = learner_of(tenant)
    learner.open()
    learner.watch(4)
    with unit_of_work(tenant) as ctx:
        ctx.db.get_one(Enrollment, learner.enrollment).state = "cancelled"
        ctx.db.flush()
        ctx.publish(EnrollmentCancelled(learner.enrollment))
    assert learner.beat().status_code == 409
    assert learner.open().json["code"] == "not_opened"


def test_media_goes_by_range_and_is_logged(tenant: Tenant, learner_of: Make) -> None:
    """L5, N-37: the lesson's video comes by range to the open lease only, and each range is noted."""
    learner = learner_of(tenant)
    learner.open()
    address = learner.lease["lesson"]["media"]
    whole = learner.browser.get(address)
    assert (whole.status_code, whole.data, whole.mimetype) == (200, VIDEO, "video/mp4")
    part = learner.browser.get(address, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.data) == (206, VIDEO[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(VIDEO)}"
    assert learner.browser.get(address, headers={"Range": "bytes=99999999-"}).status_code == 416
    with unit_of_work(tenant) as ctx:
        assert sorted(ctx.db.execute(select(MediaRead.first, MediaRead.last)).all()) == [
            (0, len(VIDEO) - 1), (100, 199)]


def test_silent_pages_give_up_their_lease(tenant: Tenant, learner_of: Make) -> None:
    """A closed browser: the run becomes evidence and entry, and the next page resumes where it stopped."""
    learner = learner_of(tenant)
    learner.open()
    learner.watch(5, 1)
    learner.clock.advance(hours=24)
    with unit_of_work(tenant) as ctx:
        assert close_idle_leases(ctx) == 0
    learner.clock.advance(seconds=60)
    with unit_of_work(tenant) as ctx:
        assert close_idle_leases(ctx) == 1
    with unit_of_work(tenant) as ctx:
        assert close_idle_leases(ctx) == 0
        assert ctx.db.scalar(select(func.sum(HourEntry.slots))) == 5
    signed_in(learner.browser, learner.who)
    assert learner.open().json["resume_ms"] == 5000


def test_replay_is_free_when_all_is_learned(tenant: Tenant, learner_of: Make) -> None:
    """N-37: 重播 opens only after all is learned, with the browser's own controls, and counts nothing."""
    learner = learner_of(tenant)
    early = learner.browser.get(f"/training/{learner.enrollment}/replay", follow_redirects=True)
    assert "全部课程学完可重播观看" in early.text
    with unit_of_work(tenant) as ctx:
        lesson = ctx.db.scalars(select(Lesson.id).order_by(Lesson.position)).first()
    address = f"/training/{learner.enrollment}/replay/{lesson}.mp4"
    assert learner.browser.get(address).status_code == 422
    learner.learn_all()
    page = learner.browser.get(f"/training/{learner.enrollment}/replay")
    assert page.status_code == 200 and "controls" in page.text
    assert learner.browser.get(address, headers={"Range": "bytes=5-9"}).data == VIDEO[5:10]
    entries = count(tenant, HourEntry)
    assert learner.browser.get(address).status_code == 200 and count(tenant, HourEntry) == entries


def test_my_training_shows_rows_filters_and_actions(tenant: Tenant, learner_of: Make) -> None:
    """N-31, N-32, N-36: columns, filters, pager and buttons word for word; the buttons change when all is learned."""
    learner = learner_of(tenant)
    page = learner.browser.get("/training").text
    for words in ("请选择培训类别", "请选择培训项目", "请选择培训工种", "请选择学习状态", "培训名称", "总课时", "已学课时",
                  "学习情况", "操作", "共1条", "上一页", "下一页", "3条/页", "到第", "页", "确定",
                  "2026年继教-施工现场管理人员继续教育培训", "未学完", "开始学习", "学习记录"):
        assert words in page, words
    assert "请务必保证本人信息真实，经核查系统抓拍照片，如发现替学情况，系统将进行学时清零，需重新学习。" in page
    assert "重播" not in page
    for wanted, shown in (("category=继续教育", True), ("post=资料员", True), ("post=材料员", False),
                          ("state=已学完", False), ("state=未学完", True)):
        assert ("data-label=\"培训名称\"" in learner.browser.get(f"/training?{wanted}").text) is shown
    learner.learn_all()
    page = learner.browser.get("/training").text
    assert "已学完" in page and "重播" in page and ">开始学习<" not in page


def test_the_study_record(tenant: Tenant, learner_of: Make) -> None:
    """N-32: 学习记录 has a line for each lesson and day."""
    learner = learner_of(tenant)
    learner.open()
    learner.watch(6)
    learner.clock.advance(days=1)
    signed_in(learner.browser, learner.who)
    learner.open()
    learner.watch(4)
    page = learner.browser.get(f"/training/{learner.enrollment}/record").text
    assert "2026年11月20日" in page and "2026年11月21日" in page
    assert "6 秒" in page and "4 秒" in page and "12:00–12:00" in page


def test_the_course_catalogue(tenant: Tenant, learner_of: Make) -> None:
    """N-30: what is taught can be read by everybody, by post."""
    learner = learner_of(tenant)
    page = learner.browser.get("/courses").text
    assert "通用课程 10 学时，专业课程 22 学时" in page and "资料员professional课程包" in page
    assert "资料员professional课程包" not in learner.browser.get("/courses?post=材料员").text
    lessons = learner.browser.get("/courses/professional-资料员").text
    assert "资料员professional第11讲" in lessons
    assert learner.browser.get("/courses/nothing").status_code == 404
