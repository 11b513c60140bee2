"""The hours audit over HTTP, in two tenants."""
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from core.access import NOBODY, Role
from core.audit.models import AuditCase, AuditDecision
from core.base.clock import FixedClock
from core.base.trail import TrailRow
from core.course import progress_of_enrollment
from core.cycle import EnrollmentState, enrollment
from core.exam import exam_passed
from core.identity import person_of
from core.notification import inbox, messages_of
from core.presence.models import EvidenceTerm, Snapshot
from core.registry import hours_on_record
from core.tenancy import Tenant, unit_of_work
from core.work import run_waiting
from tests.audit.cases import Audited, case_of, examined, finished, restudied, studied, waiting
from tests.browse import Browser
from tests.people import phone, signed_in, staff

BrowserOf = Callable[[Tenant], Browser]
CHEATED = {"ground": "a", "reason": "11月20日的两张抓拍照片不是本人"}


@pytest.fixture
def auditor(tenant: Tenant, browser_of: BrowserOf) -> Browser:
    return signed_in(browser_of(tenant), staff(tenant, Role.AUDITOR))


def decide(browser: Browser, tenant: Tenant, one: Audited, what: str, **form: object) -> int:
    """A decision on the case as it stands now."""
    case = case_of(tenant, one)
    return browser.submit(f"/audit/{case.id}/{what}", {"version": case.version, **form}).status_code


def pictures_on(page: str) -> list[str]:
    """The addresses of the pictures on a case's page, the photo on file first."""
    return [part.split('"')[0] for part in page.split('src="')[1:] if part.startswith("/presence/pictures/")]


def sent(tenant: Tenant) -> list[str]:
    """The SMS that have gone out, the oldest first."""
    run_waiting(tenant)
    with unit_of_work(tenant, NOBODY) as ctx:
        return [sms.text for sms in inbox(ctx)][::-1]


def cases(tenant: Tenant) -> list[AuditCase]:
    with unit_of_work(tenant, NOBODY) as ctx:
        return list(ctx.db.scalars(select(AuditCase)))


def test_a_case_opens_when_both_are_done(tenant: Tenant) -> None:
    """N-44: 学习与考核完成后, in either order, once."""
    one = studied(tenant)
    finished(tenant, one)
    assert cases(tenant) == []
    examined(tenant, one)
    finished(tenant, one)
    [case] = cases(tenant)
    assert (case.state, case.round, case.year) == ("waiting", 1, 2026)
    assert (case.due_first, case.due_last) == (date(2026, 11, 25), date(2026, 11, 27))


def test_the_queue_shows_who_waits(tenant: Tenant, auditor: Browser, clock: FixedClock) -> None:
    """N-48: the longest waiting first, due and late by working days, counts on tabs, ID numbers masked."""
    first = waiting(tenant, 1, name="张三")
    clock.advance(days=4)
    waiting(tenant, 2, post="土建质量员", name="李四")
    auditor = signed_in(auditor, staff(tenant, Role.AUDITOR, username="second"))
    page = auditor.get("/audit/").text
    assert page.index("张三") < page.index("李四")
    assert '待审核 <span class="jx-badge">2</span>' in page
    assert first.who.id_number not in page and first.who.id_number[:6] + "********" in page
    assert "还剩3个工作日" in page and "还剩5个工作日" in page
    assert "李四" not in auditor.get("/audit/?post=资料员").text
    assert "张三" not in auditor.get("/audit/?late=1").text
    clock.advance(days=7)
    auditor = signed_in(auditor, staff(tenant, Role.AUDITOR, username="third"))
    assert "超期" in auditor.get("/audit/?late=1").text
    assert auditor.get("/audit/?state=nonsense&year=x&page=-1").status_code == 200
    assert "没有已通过的学时" in auditor.get("/audit/?state=passed").text


def test_the_case_shows_pictures_beside_the_photo(tenant: Tenant, auditor: Browser) -> None:
    """N-36, N-45: snapshots with distance and verdict beside the photo on file, hours, exam result."""
    one = waiting(tenant)
    case = case_of(tenant, one)
    page = auditor.get(f"/audit/{case.id}").text
    for words in ("档案照片", "比对一致", "不像本人", "0.31", "0.72", "32 / 32", "86 分", "1张需核对",
                  "2026-11-25 至 2026-11-27"):
        assert words in page, words
    pictures = pictures_on(page)
    assert len(pictures) == 3
    for path in pictures:
        assert auditor.get(path).mimetype == "image/jpeg"


def test_an_address_of_a_picture_is_for_one_account_and_minutes(
        tenant: Tenant, auditor: Browser, browser_of: BrowserOf, clock: FixedClock) -> None:
    """P-08, C-24: signed, for the account that it was shown to, ten minutes; the trainee and a guess see nothing."""
    one = waiting(tenant)
    path = pictures_on(auditor.get(f"/audit/{case_of(tenant, one).id}").text)[1]
    assert auditor.get(path).status_code == 200
    second = signed_in(browser_of(tenant), staff(tenant, Role.AUDITOR, username="second"))
    assert second.get(path).status_code == 404
    assert signed_in(browser_of(tenant), one.who).get(path).status_code == 403
    assert auditor.get(path[:-3] + "abc").status_code == 404
    clock.advance(minutes=11)
    late = auditor.get(path)
    assert late.status_code == 404 and "已过期" in late.text


def test_passing(tenant: Tenant, auditor: Browser) -> None:
    """N-44, N-39, JL-14, N-50: hours count only now; one SMS, the tenant's; the record has its row."""
    one = waiting(tenant)
    case = case_of(tenant, one)
    assert "32学时将计入有效学时" in auditor.get(f"/audit/{case.id}/pass").text
    assert decide(auditor, tenant, one, "pass") == 303
    assert decide(auditor, tenant, one, "pass") == 409
    assert sent(tenant) == [tenant.rules(tenant.clock.now()).texts.audit_passed_sms]
    with unit_of_work(tenant, NOBODY) as ctx:
        assert one.who.person_id
        [line] = hours_on_record(ctx, person_of(ctx, one.who.person_id))
        assert (line.post.name, line.year, line.hours, line.total, line.uploaded_on) == (
            "资料员", 2026, 32, 32, date(2026, 11, 20))
        assert enrollment(ctx, one.enrollment).state == EnrollmentState.COMPLETED


@pytest.mark.parametrize(("ground", "text"), [
    ("a", "尊敬的王小明学员您好，因您在继续教育学习课程中存在作弊行为，按照有关要求，您的资料员岗位2026年度学时将被清除，"
          "请重新学习。(教育培训网)"),
    ("b", "尊敬的王小明学员您好，因您在继续教育学习课程中存在作弊行为，按照有关要求，您的资料员岗位2026年度学时将被清除，"
          "请重新学习。(教育培训网)"),
    ("c", "尊敬的王小明学员您好，您的资料员岗位2026年度部分学时因缺少学习过程照片未能通过审核，请补学。"),
])
def test_clearing(tenant: Tenant, auditor: Browser, ground: str, text: str) -> None:
    """N-45, N-46, N-47, BJ-13, A.7: the hours go, the exam stays, the SMS to the letter by its ground."""
    one = waiting(tenant)
    assert decide(auditor, tenant, one, "clear", ground=ground, reason="抓拍照片与档案照片不是同一人") == 303
    assert sent(tenant) == [text]
    with unit_of_work(tenant, NOBODY) as ctx:
        assert progress_of_enrollment(ctx, one.enrollment).credited_hours == 0
        assert exam_passed(ctx, one.enrollment)
        assert one.who.person_id
        assert hours_on_record(ctx, person_of(ctx, one.who.person_id)) == []
        assert enrollment(ctx, one.enrollment).state == EnrollmentState.OPEN


def test_the_trainee_sees_why_and_studies_again(tenant: Tenant, auditor: Browser, browser_of: BrowserOf) -> None:
    """N-38, N-45, N-47: waiting honestly, then the ground and reason, then a second round that passes."""
    one = waiting(tenant)
    trainee = signed_in(browser_of(tenant), one.who)
    page = trainee.get(f"/study/{one.enrollment}/audit").text
    for words in ("等待审核", "3到5个工作日", "2026年11月25日至2026年11月27日", "短信"):
        assert words in page, words
    decide(auditor, tenant, one, "clear", **CHEATED)
    page = trainee.get(f"/study/{one.enrollment}/audit").text
    for words in ("学时已清零", "非本人学习的", CHEATED["reason"], "不影响在线考核成绩，只需重新学习补齐学时", "重新学习"):
        assert words in page, words
    assert "需处理" in trainee.get("/home").text
    restudied(tenant, one)
    assert [(case.round, case.state) for case in cases(tenant)] == [(1, "cleared"), (2, "waiting")]
    assert decide(auditor, tenant, one, "pass") == 303
    assert "已通过审核" in trainee.get(f"/study/{one.enrollment}/audit").text
    with unit_of_work(tenant, NOBODY) as ctx:
        assert one.who.person_id
        assert [message.text[:4] for message in messages_of(ctx, person_of(ctx, one.who.person_id))]


@pytest.mark.parametrize(("form", "word"), [
    ({"ground": "a", "reason": " "}, "请填写理由"),
    ({"ground": "a", "reason": "不是"}, "请写明清零的理由"),
    ({"ground": "z", "reason": "照片不是本人"}, "清零依据"),
    ({"reason": "照片不是本人"}, "清零依据"),
])
def test_a_clearing_needs_ground_and_reason(tenant: Tenant, auditor: Browser, form: dict[str, str], word: str) -> None:
    """N-45: without a ground of the three and a reason nothing is cleared; what was typed is kept."""
    one = waiting(tenant)
    case = case_of(tenant, one)
    answer = auditor.submit(f"/audit/{case.id}/clear", {"version": case.version, **form})
    assert answer.status_code == 422 and word in answer.text
    assert case_of(tenant, one).state == "waiting" and sent(tenant) == []


def test_two_auditors(tenant: Tenant, browser_of: BrowserOf) -> None:
    """O7: who decides on what has changed since gets 409, and nothing of it is done."""
    one = waiting(tenant)
    first = signed_in(browser_of(tenant), staff(tenant, Role.AUDITOR, username="first"))
    second = signed_in(browser_of(tenant), staff(tenant, Role.AUDITOR, username="second"))
    seen = case_of(tenant, one)
    assert first.submit(f"/audit/{seen.id}/pass", {"version": seen.version}).status_code == 303
    late = second.submit(f"/audit/{seen.id}/clear", {"version": seen.version, **CHEATED})
    assert late.status_code == 409 and "刚被处理过" in late.text
    assert case_of(tenant, one).state == "passed"
    with unit_of_work(tenant, NOBODY) as ctx:
        assert len(ctx.db.scalars(select(AuditDecision)).all()) == 1
    assert len(sent(tenant)) == 1
    assert second.submit(f"/audit/{seen.id}/pass", {}).status_code == 409


def test_nobody_audits_oneself(tenant: Tenant, browser_of: BrowserOf) -> None:
    """C-07: neither with the trainee's account, nor with a staff account that carries one's own phone."""
    one = waiting(tenant, 1)
    own = signed_in(browser_of(tenant), staff(tenant, Role.AUDITOR, username="own", phone=phone(1)))
    assert decide(own, tenant, one, "pass") == 403
    assert decide(own, tenant, one, "clear", **CHEATED) == 403
    assert case_of(tenant, one).state == "waiting"


def test_pictures_are_held_while_a_case_is_open(tenant: Tenant, auditor: Browser, clock: FixedClock) -> None:
    """A.7: kept until the appeal window has ended, then 90 days, counted from the decision; each look is on the
    trail (P-08)."""
    one = waiting(tenant)
    with unit_of_work(tenant, NOBODY) as ctx:
        assert ctx.db.get_one(EvidenceTerm, one.enrollment).until is None
    case = case_of(tenant, one)
    with unit_of_work(tenant, NOBODY) as ctx:
        picture = ctx.db.scalars(select(Snapshot.id).where(Snapshot.verdict == "same")).one()
    assert auditor.get(pictures_on(auditor.get(f"/audit/{case.id}").text)[1]).status_code == 200
    decide(auditor, tenant, one, "pass")
    with unit_of_work(tenant, NOBODY) as ctx:
        assert ctx.db.get_one(EvidenceTerm, one.enrollment).until == clock.now() + timedelta(days=15 + 90)
        looks = ctx.db.scalars(select(TrailRow.subject).where(TrailRow.action == "presence.look")).all()
        assert list(looks) == [str(picture)]


def test_who_may_audit(tenant: Tenant, browser_of: BrowserOf) -> None:
    """R7: no other role sees a case or a picture, and a trainee sees only one's own waiting."""
    one, other = waiting(tenant, 1), waiting(tenant, 2)
    case = case_of(tenant, one)
    for somebody in (one.who, staff(tenant, Role.ADMINISTRATOR), staff(tenant, Role.HOTLINE)):
        browser = signed_in(browser_of(tenant), somebody)
        for path in ("/audit/", f"/audit/{case.id}", f"/audit/{case.id}/clear"):
            assert browser.get(path).status_code == 403, path
        assert browser.submit(f"/audit/{case.id}/pass", {"version": 1}).status_code == 403
    assert signed_in(browser_of(tenant), other.who).get(f"/study/{one.enrollment}/audit").status_code == 404


def test_a_tenant_without_audit_passes_at_once(
        tenant: Tenant, without_audit: Callable[[Tenant], None]) -> None:
    """X-14: where no audit is required the hours count as soon as study and exam are done."""
    without_audit(tenant)
    one = waiting(tenant)
    assert case_of(tenant, one).state == "passed"
    assert len(sent(tenant)) == 1


def test_fraud_that_comes_to_light_later(tenant: Tenant, auditor: Browser) -> None:
    """N-36, N-55: a passed case can be cleared; the record takes the hours back, they are owed again."""
    one = waiting(tenant)
    decide(auditor, tenant, one, "pass")
    assert decide(auditor, tenant, one, "clear", **CHEATED) == 303
    with unit_of_work(tenant, NOBODY) as ctx:
        assert one.who.person_id
        assert hours_on_record(ctx, person_of(ctx, one.who.person_id)) == []
        assert enrollment(ctx, one.enrollment).state == EnrollmentState.OPEN
    restudied(tenant, one)
    assert decide(auditor, tenant, one, "pass") == 303
    with unit_of_work(tenant, NOBODY) as ctx:
        [line] = hours_on_record(ctx, person_of(ctx, one.who.person_id))
        assert line.hours == 32
