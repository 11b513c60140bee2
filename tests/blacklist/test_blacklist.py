"""黑名单: a person barred across institutions, by four eyes, with objection and a way back (ZJ-14, C-21)."""
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from core.access import Role
from core.api.registry import check_not_barred
from core.base.clock import FixedClock, local_date
from core.base.errors import Conflict, DomainError, Forbidden, Refused
from core.base.matters import STATE_TONES, STATE_WORDS, STEP_WORDS, State, Step, in_days, may, state_of
from core.blacklist import barred, service
from core.blacklist.models import BarEntry
from core.contract.values import PersonFacts
from core.extension import hooks
from core.identity import person_facts, person_of
from core.notification import inbox, messages_of
from core.registry import Certificate, Status, certificate_facts, set_abnormal, status_of
from core.registry import certificate as held_certificate
from core.tenancy import NOBODY, Ctx, Tenant, unit_of_work
from core.work import run_waiting
from tests.browse import Browser
from tests.certificate.holders import certificate, holder
from tests.people import Somebody, id_number, signed_in, staff, trainee

Browsers = Callable[[Tenant], Browser]
TODAY, REASON = date(2026, 11, 20), "测试时请他人代考，监考记录属实"
WRONG = "核对监控后确认不是本人"


# the table of states


@pytest.mark.parametrize(("said", "allowed"), [
    ((), {Step.CONFIRM, Step.REFUSE, Step.WITHDRAW}),
    ((Step.REFUSE,), set()),
    ((Step.WITHDRAW,), set()),
    ((Step.CONFIRM,), {Step.REPLY, Step.END, Step.OVERTURN}),
    ((Step.CONFIRM, Step.REPLY), {Step.KEEP, Step.END, Step.OVERTURN}),
    ((Step.CONFIRM, Step.REPLY, Step.KEEP), {Step.END, Step.OVERTURN}),
    ((Step.CONFIRM, Step.END), set()),
    ((Step.CONFIRM, Step.REPLY, Step.OVERTURN), set()),
])
def test_which_steps_a_matter_allows(said: tuple[Step, ...], allowed: set[Step]) -> None:
    """ZJ-14: nothing holds before the second pair of eyes; one objection, one answer; then only an end."""
    assert {step for step in Step if may(step, said)} == allowed


def test_every_state_has_words() -> None:
    assert set(STATE_WORDS) == set(STATE_TONES) == set(State) and set(STEP_WORDS) == set(Step)
    assert state_of([]) is State.WAITING and state_of([Step.CONFIRM, Step.REPLY]) is State.STANDS


@pytest.mark.parametrize(("since", "until", "holds"), [
    (TODAY, TODAY, True), (TODAY, None, True), (TODAY - timedelta(9), TODAY - timedelta(1), False),
    (TODAY + timedelta(1), None, False), (TODAY - timedelta(9), TODAY + timedelta(9), True)])
def test_first_and_last_day_count(since: date, until: date | None, holds: bool) -> None:
    assert in_days(since, until, TODAY) is holds


# services


def wanted(number: str, *, name: str = "王小明", until: date | None = None, cancels: bool = False) -> service.Wanted:
    return service.Wanted(number, name, TODAY, until, REASON, cancels)


def put_on(tenant: Tenant, asked: service.Wanted, by: Somebody, second: Somebody | None = None) -> Any:
    """Proposed, and confirmed where there is a second."""
    with unit_of_work(tenant, by.actor) as ctx:
        entry = service.propose(ctx, asked)
    if second is not None:
        do(tenant, second, service.confirm, entry.id)
    return entry.id


def do(tenant: Tenant, by: Somebody, deed: Callable[..., None], bar_id: Any, *words: str) -> None:
    with unit_of_work(tenant, by.actor) as ctx:
        deed(ctx, ctx.db.get_one(BarEntry, bar_id), *words)


@pytest.fixture
def clerk(national: Tenant) -> Somebody:
    return staff(national, Role.ADMINISTRATOR, phone="13900000001")


@pytest.fixture
def second(national: Tenant) -> Somebody:
    return staff(national, Role.APPROVER, phone="13900000002")


def holds(tenant: Tenant, *numbers: str) -> set[str]:
    with unit_of_work(tenant, NOBODY) as ctx:
        found = barred(ctx, [ctx.mac(number) for number in numbers])
        return {number for number in numbers if ctx.mac(number) in found}


def test_it_holds_after_the_second_pair_of_eyes_alone(national: Tenant, clerk: Somebody, second: Somebody,
                                                      clock: FixedClock) -> None:
    """ZJ-14: also of somebody who has no account; from the first day to the last."""
    numbers = [id_number(serial) for serial in range(1, 4)]
    bar = put_on(national, wanted(numbers[0], until=TODAY + timedelta(10)), clerk)
    assert holds(national, *numbers) == set()
    do(national, second, service.confirm, bar)
    put_on(national, replace(wanted(numbers[1]), since=TODAY + timedelta(1)), clerk, second)
    assert holds(national, *numbers) == {numbers[0]}
    clock.advance(days=1)
    assert holds(national, *numbers) == set(numbers[:2])
    clock.advance(days=10)
    assert holds(national, *numbers) == {numbers[1]}


def test_many_are_asked_about_in_few_questions(national: Tenant, clerk: Somebody, second: Somebody) -> None:
    """C-21: 1,001 people are three questions, whoever is barred among them."""
    put_on(national, wanted(id_number(7)), clerk, second)
    with unit_of_work(national, NOBODY) as ctx:
        asked: list[str] = []
        execute = ctx.db.execute
        ctx.db.execute = lambda *args, **named: (asked.append("q"), execute(*args, **named))[1]  # type: ignore
        found = barred(ctx, [ctx.mac(id_number(7)), *(f"{serial:064d}" for serial in range(1_000))])
        assert set(found) == {ctx.mac(id_number(7))} and len(asked) == 3


def test_nobody_decides_on_the_own_proposal(national: Tenant, clerk: Somebody, second: Somebody) -> None:
    """ZJ-14: neither by another account with the same phone, nor a regulator, nor the person concerned."""
    trainee(national)
    bar = put_on(national, wanted(id_number()), clerk)
    same_phone = staff(national, Role.APPROVER, username="twin", phone=clerk.phone)
    concerned = staff(national, Role.APPROVER, username="self", phone="13800130001")
    regulator = staff(national, Role.REGULATOR, username="reg", phone="13900000003", city="杭州市")
    for other in (clerk, same_phone, concerned, regulator):
        with pytest.raises(Forbidden):
            do(national, other, service.confirm, bar)
    do(national, second, service.confirm, bar)
    with pytest.raises(Forbidden):
        do(national, clerk, service.overturn, bar, WRONG)


@pytest.mark.parametrize(("change", "field"), [
    ({"id_number": "123"}, "id_number"), ({"name": "李四"}, "name"),
    ({"until": TODAY - timedelta(1)}, "until"), ({"reason": "坏"}, "reason"),
    ({"evidence": b"MZ\x90"}, "evidence"), ({"evidence": b"%PDF-" + b"0" * service.MOST_BYTES}, "evidence"),
])
def test_what_is_refused_names_its_field(national: Tenant, clerk: Somebody, change: dict[str, Any],
                                         field: str) -> None:
    trainee(national)
    with pytest.raises(DomainError) as refusal:
        put_on(national, replace(wanted(id_number()), **change), clerk)
    assert refusal.value.problems[0].field == field


def test_a_second_one_waits_until_the_first_is_over(national: Tenant, clerk: Somebody, second: Somebody) -> None:
    bar = put_on(national, wanted(id_number()), clerk)
    with pytest.raises(Conflict):
        put_on(national, wanted(id_number()), clerk)
    do(national, second, service.confirm, bar)
    with pytest.raises(Conflict):
        put_on(national, wanted(id_number()), clerk)
    do(national, second, service.end, bar, "已接受教育，表现良好")
    put_on(national, wanted(id_number()), clerk)


def test_two_who_decide_at_once_are_one_decision(national: Tenant, clerk: Somebody, second: Somebody) -> None:
    """C-21: the table refuses a second entry of the same turn, whoever came first."""
    bar = put_on(national, wanted(id_number()), clerk, second)
    with pytest.raises(Conflict):
        do(national, second, service.refuse, bar, WRONG)
    with unit_of_work(national, NOBODY) as ctx:
        one = ctx.db.get_one(BarEntry, bar)
        ctx.db.add(BarEntry(id_number=one.id_number, id_number_mac=one.id_number_mac, name=one.name, since=one.since,
                            step=Step.REFUSE, turn=1, answers_id=bar, by_name="", at=ctx.now, cancelled=[]))
        with pytest.raises(IntegrityError):
            ctx.db.flush()
        ctx.rollback()


def test_the_list_cannot_be_changed(national: Tenant, clerk: Somebody) -> None:
    """ZJ-14: never deleted; the database itself refuses."""
    put_on(national, wanted(id_number()), clerk)
    for statement in ("UPDATE person_bar SET city = 'x'", "DELETE FROM person_bar"):
        with unit_of_work(national, NOBODY) as ctx:
            with pytest.raises(DatabaseError, match="append-only"):
                ctx.db.execute(text(statement))
            ctx.rollback()


# what it does


def status_now(tenant: Tenant, certificate_id: Any) -> Status:
    with unit_of_work(tenant, NOBODY) as ctx:
        return status_of(held_certificate(ctx, certificate_id))


def facts(ctx: Ctx, somebody: Somebody) -> PersonFacts:
    assert somebody.person_id
    return person_facts(ctx, person_of(ctx, somebody.person_id))


def test_certificates_are_cancelled_and_given_back_as_they_were(national: Tenant, clerk: Somebody,
                                                                second: Somebody) -> None:
    """ZJ-14: 就是取得了证书也会被注销; overturned they are what they were before, the ended one stays ended."""
    me = holder(national)
    normal = certificate(national, me)
    abnormal = certificate(national, me, "材料员", number="12161140002")
    void = certificate(national, me, "机械员", number="12161140003", status=Status.VOID)
    with unit_of_work(national, NOBODY) as ctx:
        set_abnormal(ctx, held_certificate(ctx, abnormal), "信息待核")
    bar = put_on(national, wanted(id_number(), cancels=True), clerk, second)
    assert [status_now(national, one) for one in (normal, abnormal, void)] == [
        Status.CANCELLED, Status.CANCELLED, Status.VOID]
    do(national, second, service.overturn, bar, WRONG)
    assert [status_now(national, one) for one in (normal, abnormal, void)] == [
        Status.NORMAL, Status.ABNORMAL, Status.VOID]


def test_an_early_end_gives_no_certificate_back(national: Tenant, clerk: Somebody, second: Somebody) -> None:
    me = holder(national)
    held = certificate(national, me)
    bar = put_on(national, wanted(id_number(), cancels=True), clerk, second)
    do(national, second, service.end, bar, "已接受教育，表现良好")
    assert status_now(national, held) is Status.CANCELLED and holds(national, id_number()) == set()


def test_every_door_is_closed(national: Tenant, clerk: Somebody, second: Somebody) -> None:
    """ZJ-14 禁考: enrollment, replacement and whoever asks by himself; open again after the end."""
    me = holder(national)
    held = certificate(national, me)
    assert me.person_id

    def codes(ctx: Ctx) -> list[set[str]]:
        asked = certificate_facts(ctx, ctx.db.get_one(Certificate, held), person_of(ctx, me.person_id))  # type: ignore
        return [{one.code for one in hooks(ctx).check_eligibility(asked, 2026)},
                {one.code for one in hooks(ctx).check_replacement(asked)}]

    with unit_of_work(national, NOBODY) as ctx:
        assert all("barred" not in found for found in codes(ctx))
        check_not_barred(ctx, me.person_id)
    bar = put_on(national, wanted(id_number()), clerk, second)
    with unit_of_work(national, NOBODY) as ctx:
        assert all("barred" in found for found in codes(ctx))
        with pytest.raises(Refused, match="黑名单"):
            check_not_barred(ctx, me.person_id)
        sections = [one.title for one in hooks(ctx).collect_case_sections(facts(ctx, me))]
        assert "黑名单" in [str(title) for title in sections]
    do(national, second, service.end, bar, "已接受教育，表现良好")
    with unit_of_work(national, NOBODY) as ctx:
        assert all("barred" not in found for found in codes(ctx))


# by HTTP


def test_the_whole_way_through_the_pages(national: Tenant, clerk: Somebody, second: Somebody,
                                         browser_of: Browsers) -> None:
    """ZJ-14: proposed with evidence, confirmed by another, told, objected to, overturned."""
    me = holder(national)
    held = certificate(national, me)
    staff_browser, other, own = (signed_in(browser_of(national), one) for one in (clerk, second, me))
    assert "您不在黑名单中" in own.get("/blacklist").text
    answer = staff_browser.submit("/admin/blacklist/new/", {
        "name": me.name, "id_number": me.id_number, "since": "2026-11-20", "until": "2027-11-19", "reason": REASON,
        "cancels": "yes", "institution": "", "evidence": (io.BytesIO(b"%PDF-1.7 seen"), "seen.pdf")},
        content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    with unit_of_work(national, NOBODY) as ctx:
        bar = ctx.db.scalars(select(BarEntry)).one()
    place = f"/admin/blacklist/{bar.id}/"
    assert me.id_number not in staff_browser.get("/admin/blacklist/").text
    assert staff_browser.get(f"{place}do/confirm/").status_code == 409
    evidence = staff_browser.get(f"{place}evidence/")
    assert evidence.data == b"%PDF-1.7 seen" and "attachment" in evidence.headers["Content-Disposition"]
    assert "您不在黑名单中" in own.get("/blacklist").text
    assert "同时注销" in other.get(f"{place}do/confirm/").text
    assert other.submit(f"{place}do/confirm/").status_code == 303
    assert status_now(national, held) is Status.CANCELLED
    run_waiting(national)
    with unit_of_work(national, NOBODY) as ctx:
        assert any("黑名单与申诉" in sms.text and "2027年11月19日" in sms.text for sms in inbox(ctx)
                   if sms.phone == me.phone)
        assert me.person_id and any(REASON in one.text for one in messages_of(ctx, person_of(ctx, me.person_id)))
    page = own.get("/blacklist").text
    assert REASON in page and "您在黑名单中" in own.get("/").text + own.get("/home").text
    assert own.submit(f"/blacklist/{bar.id}/objection", {"words": "短"}).status_code == 422
    assert own.submit(f"/blacklist/{bar.id}/objection", {"words": "当天我在医院，有病历可以证明"}).status_code == 303
    assert own.submit(f"/blacklist/{bar.id}/objection", {"words": "再说一次也是一样的"}).status_code == 409
    assert "病历" in other.get(f"{place}do/keep/").text
    assert other.submit(f"{place}do/overturn/", {"note": WRONG}).status_code == 303
    assert status_now(national, held) is Status.NORMAL
    assert WRONG in own.get("/blacklist").text and "您在黑名单中" not in own.get("/").text


def test_nobody_objects_for_somebody_else(national: Tenant, clerk: Somebody, second: Somebody,
                                          browser_of: Browsers) -> None:
    """R3: another's entry, and one that was only proposed, is 404."""
    me, other = trainee(national, 1), trainee(national, 2, name="李小红")
    bar = put_on(national, wanted(id_number(1)), clerk, second)
    waiting = put_on(national, wanted(id_number(2), name="李小红"), clerk)
    own = signed_in(browser_of(national), other)
    own.get("/blacklist")
    for one in (bar, waiting):
        assert own.submit(f"/blacklist/{one}/objection", {"words": "这不是我，请核对"}).status_code == 404
    assert signed_in(browser_of(national), me).get("/admin/blacklist/").status_code == 403


def test_a_regulator_sees_the_own_city_alone(national: Tenant, clerk: Somebody, browser_of: Browsers) -> None:
    """R3: what another city's regulator or the province proposed is not there."""
    one = staff(national, Role.REGULATOR, username="hz", city="杭州市", phone="13900000011")
    two = staff(national, Role.REGULATOR, username="nb", city="宁波市", phone="13900000012")
    with unit_of_work(national, replace(one.actor, city="杭州市")) as ctx:
        bar = service.propose(ctx, wanted(id_number(1))).id
    assert signed_in(browser_of(national), one).get(f"/admin/blacklist/{bar}/").status_code == 200
    assert signed_in(browser_of(national), two).get(f"/admin/blacklist/{bar}/").status_code == 404
    assert signed_in(browser_of(national), clerk).get(f"/admin/blacklist/{bar}/").status_code == 200
    with unit_of_work(national, NOBODY) as ctx:
        assert local_date(ctx.now) == TODAY


def test_eight_who_confirm_at_once_are_one_decision(national: Tenant, clerk: Somebody) -> None:
    """ZJ-14: of eight approvers one confirms, the others are told; the certificate is cancelled once."""
    me = holder(national)
    held = certificate(national, me)
    bar = put_on(national, wanted(id_number(), cancels=True), clerk)
    approvers = [staff(national, Role.APPROVER, username=f"a{number}", phone=f"1390000010{number}")
                 for number in range(8)]

    def confirm(by: Somebody) -> str:
        try:
            do(national, by, service.confirm, bar)
        except Conflict as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(8) as pool:
        said = sorted(pool.map(confirm, approvers))
    assert said.count("done") == 1 and set(said) <= {"done", "bar_state", "bar_decided"}
    with unit_of_work(national, NOBODY) as ctx:
        entries = held_certificate(ctx, held).entries
        assert [entry.status for entry in entries] == [Status.NORMAL, Status.CANCELLED]


def test_eight_who_propose_at_once_are_one_proposal(national: Tenant, clerk: Somebody) -> None:
    """ZJ-14: the same person is proposed once, whoever was faster."""

    def propose(_number: int) -> str:
        try:
            put_on(national, wanted(id_number()), clerk)
        except Conflict as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(8) as pool:
        said = sorted(pool.map(propose, range(8)))
    assert said == ["bar_waiting"] * 7 + ["done"]
