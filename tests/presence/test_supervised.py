"""The other way: a supervised session is offered, booked, changed, signed; never an automatic zero (C-25, R24)."""
from collections.abc import Callable
from datetime import timedelta

import pytest

from core.access import Role
from core.base.clock import FixedClock, local
from core.base.db import Id
from core.base.errors import Conflict
from core.notification import inbox, messages_of
from core.identity import Person
from core.presence import attested
from core.presence.models import Attestation, SupervisedRequest, SupervisedSession
from core.presence.supervised import ask_supervised, offers
from core.presence.tokens import Gate
from core.tenancy import Tenant, unit_of_work
from core.work import run_waiting
from tests.browse import Browser
from tests.people import Somebody, signed_in, staff
from tests.presence.sitter import Sitter, sitter

BrowserOf = Callable[[Tenant], Browser]


def offered(tenant: Tenant, witness: Browser, clock: FixedClock, *, days: int = 3, seats: int = 1,
            place: str = "示例路1号 302室") -> Id:
    """A session in some days from nine to eleven, offered on the witness's page."""
    day = (local(clock.now()) + timedelta(days=days)).date().isoformat()
    answer = witness.submit("/presence/supervised/sessions", {
        "day": day, "starts": "09:00", "ends": "11:00", "place": place, "seats": str(seats)})
    assert answer.status_code == 303, answer.text
    with unit_of_work(tenant) as ctx:
        return ctx.db.query(SupervisedSession).order_by(SupervisedSession.offered_at.desc(),
                                                        SupervisedSession.id.desc()).limit(1).one().id


def the_witness(tenant: Tenant, browser_of: BrowserOf) -> tuple[Somebody, Browser]:
    somebody = staff(tenant, Role.WITNESS)
    return somebody, signed_in(browser_of(tenant), somebody)


def booking(one: Sitter) -> SupervisedRequest:
    with unit_of_work(one.browser.tenant, one.somebody.actor) as ctx:
        found = ctx.db.query(SupervisedRequest).filter_by(enrollment_id=one.enrollment_id).order_by(
            SupervisedRequest.asked_at.desc(), SupervisedRequest.id.desc()).first()
        assert found is not None
        return found


def book(one: Sitter, session: object, **changes: str) -> int:
    asked = {"reason": "no_consent", "session": str(session), "note": "膝盖不方便", **changes}
    return one.browser.submit(f"{one.check}/supervised", asked).status_code


def said(tenant: Tenant, one: Sitter) -> list[str]:
    with unit_of_work(tenant, one.somebody.actor) as ctx:
        return [message.text for message in messages_of(ctx, ctx.db.get_one(Person, one.somebody.person_id))]


def sms(tenant: Tenant) -> list[str]:
    run_waiting(tenant)
    with unit_of_work(tenant) as ctx:
        return [one.text for one in inbox(ctx)]


def test_a_session_is_booked_and_signed(tenant: Tenant, browser_of: BrowserOf, clock: FixedClock) -> None:
    """C-25: offered with place and seats, booked without consent, signed against the ID card by a named witness, open
    for eight hours; the trainee sees each step."""
    somebody, witness = the_witness(tenant, browser_of)
    session = offered(tenant, witness, clock)
    one = sitter(tenant, browser_of, clock, consent=False)
    page = one.browser.get(f"{one.check}/supervised").text
    assert "示例路1号 302室" in page and "还有 1 个名额" in page and "请打电话给我" in page
    assert book(one, session) == 303
    page = one.browser.get(f"{one.check}/supervised").text
    assert "已约好" in page and "示例路1号 302室" in page and "带上本人身份证" in page
    assert any("已预约现场见证" in text for text in said(tenant, one))
    assert one.browser.submit(f"{one.check}/consent").status_code == 303
    page = one.browser.get(one.check).text
    assert "您已预约现场见证" in page and "示例路1号 302室" in page

    clock.advance(days=2, hours=21)
    witness = signed_in(browser_of(tenant), somebody)
    desk = witness.get("/presence/supervised").text
    assert "王小明" in desk and "已约 1 / 1" in desk and one.somebody.id_number[-4:] not in desk
    address = f"/presence/supervised/{booking(one).id}"
    form = witness.get(address).text
    assert "身份证号后四位" in form and one.somebody.id_number[-4:] not in form
    wrong = witness.submit(address, {"tail": "0000", "note": ""})
    assert wrong.status_code == 422 and "和档案里的身份证号后四位不一致" in wrong.text
    assert witness.submit(address, {"tail": one.somebody.id_number[-4:].lower(), "note": "戴助听器"}).status_code == 303
    assert witness.submit(address, {"tail": one.somebody.id_number[-4:]}).status_code == 409
    with unit_of_work(tenant, one.somebody.actor) as ctx:
        person = one.somebody.person_id
        assert person is not None
        proof = attested(ctx, person, one.enrollment_id)
        assert proof is not None and (proof.kind, proof.witness_id, proof.note) == (
            "supervised", somebody.account_id, "戴助听器")
        assert proof.witness_name and proof.valid_until - proof.given_at == timedelta(hours=8)
    assert signed_in(browser_of(tenant), one.somebody).get(one.check).location == "/after"


def test_the_last_seat_goes_once(national: Tenant, browser_of: BrowserOf, clock: FixedClock) -> None:
    """C-25: who comes second is told and chooses another time; a cancelled seat is free again."""
    _, witness = the_witness(national, browser_of)
    session = offered(national, witness, clock)
    first, second = (sitter(national, browser_of, clock, serial=serial, consent=False) for serial in (1, 2))
    assert book(first, session) == 303 and book(first, session) == 303
    asked = {"reason": "failed", "session": str(session), "note": "急"}
    late = second.browser.submit(f"{second.check}/supervised", asked)
    assert late.status_code == 409 and "刚刚约满" in late.text and ">急</textarea>" in late.text
    assert second.browser.submit(f"{second.check}/supervised", {"reason": "failed"}).status_code == 422
    assert "取消后名额会让给别人" in first.browser.get(f"{first.check}/supervised/cancel").text
    assert first.browser.submit(f"{first.check}/supervised/cancel").status_code == 303
    assert first.browser.submit(f"{first.check}/supervised/cancel").status_code == 409
    assert book(second, session) == 303 and booking(first).outcome == "withdrawn"


def test_a_seat_taken_between_the_page_and_the_post_is_refused(national: Tenant, browser_of: BrowserOf,
                                                               clock: FixedClock) -> None:
    """C-25: the seats are counted again where the row is locked."""
    _, witness = the_witness(national, browser_of)
    session = offered(national, witness, clock)
    first, second = (sitter(national, browser_of, clock, serial=serial, consent=False) for serial in (1, 2))
    with unit_of_work(national, second.somebody.actor) as ctx:
        assert [offer.free for offer in offers(ctx)] == [1]
    assert book(first, session) == 303
    with unit_of_work(national, second.somebody.actor) as ctx:
        person = second.somebody.person_id
        assert person is not None
        gate = Gate(person, second.enrollment_id, "/after", ctx.now)
        with pytest.raises(Conflict):
            ask_supervised(ctx, gate, "failed", "", str(session))


def test_moved_reminded_and_called_off(national: Tenant, browser_of: BrowserOf, clock: FixedClock) -> None:
    """C-25: changed to another time; reminded by SMS a day before and of that time only; called off, the trainee is
    told and waits for a call."""
    somebody, witness = the_witness(national, browser_of)
    early = offered(national, witness, clock, days=3)
    later = offered(national, witness, clock, days=5, place="示例路2号 大会议室")
    one = sitter(national, browser_of, clock, consent=False)
    assert book(one, early) == 303 and book(one, later) == 303
    assert booking(one).session_id == later
    clock.advance(days=2)
    assert not [text for text in sms(national) if "现场见证" in text]
    clock.advance(days=2)
    (reminder,) = [text for text in sms(national) if "现场见证" in text]
    assert "11月25日09:00" in reminder and "示例路2号 大会议室" in reminder and "请带本人身份证" in reminder
    witness = signed_in(browser_of(national), somebody)
    assert "短信" in witness.get(f"/presence/supervised/sessions/{later}/cancel").text
    assert witness.submit(f"/presence/supervised/sessions/{later}/cancel").status_code == 303
    assert witness.submit(f"/presence/supervised/sessions/{later}/cancel").status_code == 409
    assert any("已取消" in text for text in sms(national)) and booking(one).session_id is None
    desk = witness.get("/presence/supervised").text
    assert "约时间或登记" in desk and "示例路2号" not in desk


def test_who_asked_for_a_call_gets_a_seat(national: Tenant, browser_of: BrowserOf, clock: FixedClock) -> None:
    """C-25: without a session that suits, the witness calls and books for the trainee."""
    _, witness = the_witness(national, browser_of)
    one = sitter(national, browser_of, clock, consent=False)
    page = one.browser.get(f"{one.check}/supervised").text
    assert "现在没有可以直接预约的场次" in page
    assert book(one, "call") == 303
    assert "等工作人员打电话" in one.browser.get(f"{one.check}/supervised").text
    assert one.somebody.phone[-4:] in witness.get("/presence/supervised").text
    session = offered(national, witness, clock)
    address = f"/presence/supervised/{booking(one).id}"
    assert one.browser.submit(f"{address}/session", {"session": str(session)}).status_code == 403
    assert witness.submit(f"{address}/session", {"session": str(session)}).status_code == 303
    assert "已约好" in one.browser.get(f"{one.check}/supervised").text


def test_who_did_not_come_loses_nothing(national: Tenant, browser_of: BrowserOf, clock: FixedClock) -> None:
    """C-25: never an automatic zero: it is noted, told, and the next session can be booked."""
    somebody, witness = the_witness(national, browser_of)
    session = offered(national, witness, clock)
    one = sitter(national, browser_of, clock, consent=False)
    assert book(one, session) == 303
    address = f"/presence/supervised/{booking(one).id}/missed"
    assert witness.submit(address).status_code == 422
    clock.advance(days=3)
    witness = signed_in(browser_of(national), somebody)
    assert "可以重新预约" in witness.get(address).text and witness.submit(address).status_code == 303
    assert any("学时不受影响" in text for text in said(national, one))
    signed_in(one.browser, one.somebody).get(one.check)
    assert book(one, offered(national, witness, clock)) == 303 and not booking(one).outcome
    with unit_of_work(national) as ctx:
        assert not ctx.db.query(Attestation).count()


def test_a_session_needs_a_future_and_an_end(national: Tenant, browser_of: BrowserOf, clock: FixedClock) -> None:
    """C-25: what is typed wrongly is told at its field."""
    _, witness = the_witness(national, browser_of)
    typed = {"day": "2026-11-25", "starts": "09:00", "ends": "11:00", "place": "示例路1号", "seats": "5"}
    for wrong, sentence in (({"ends": "08:00"}, "结束时间要晚于开始时间"), ({"day": "2026-11-19"}, "开始时间已经过去"),
                            ({"seats": "0"}, "人数"), ({"place": ""}, "地点"), ({"starts": "25:00"}, "开始时间")):
        answer = witness.submit("/presence/supervised/sessions", {**typed, **wrong})
        assert answer.status_code == 422 and sentence in answer.text, wrong
