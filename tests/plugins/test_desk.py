"""更正服务台: the ticket's states, the questions, the whole way through HTTP, and back (BJ-01, BJ-02, BJ-15, C-22)."""
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from core.access import PERMISSIONS, Role, policy_of
from core.api.people import KnownFacts
from core.base.clock import FixedClock, shanghai
from core.base.db import Id
from core.base.errors import Conflict, DomainError, Forbidden, Refused
from core.contract.values import SensitiveAction
from core.extension import hooks
from core.identity import (
    Account,
    CodePurpose,
    LoginSession,
    Person,
    find_people,
    open_full_session,
    person_facts,
    person_of,
    send_code,
    set_password,
)
from core.identity.models import PasswordReset
from core.identity.reset import NewPassword, set_new_password
from core.notification import Delivery, Receipt, inbox, note_receipt, send_sms
from core.tenancy import NOBODY, Ctx, Tenant, unit_of_work
from core.web import JianxueFlask
from core.work import run_waiting
from plugins.desk import hooks as desk_hooks
from plugins.desk import service
from plugins.desk.models import _UNDECIDED, AskedQuestion, Entry, Ticket
from plugins.desk.rules import DATED, DeskRules, Kind, cool_down_ends, desk_rules, questions_on, standing, written
from plugins.desk.service import Said
from plugins.desk.states import MOVES, SECOND_EYES, STATE_TONES, STATE_WORDS, UNDECIDED, Deed, State, after
from tests.browse import Browser
from tests.certificate.holders import certificate, holder, hours
from tests.console.test_crawl import addresses
from tests.people import Somebody, newest_code, signed_in, staff, trainee

OLD, NEW = "13800130001", "13911112222"
POST, NUMBER, ISSUED = "机械员", "11131120009876", date(2013, 4, 19)
SAID = Said("13522223333", "来电人说换了号码")


# the table of states, and the rules


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("deed", Deed)
def test_only_the_moves_of_the_table_are_possible(state: State, deed: Deed) -> None:
    """C-22: anything else is a conflict that says where the ticket stands."""
    if (state, deed) in MOVES:
        assert after(state, deed) is MOVES[state, deed]
    else:
        with pytest.raises(Conflict, match=str(STATE_WORDS[state])):
            after(state, deed)


@given(st.lists(st.sampled_from(list(Deed)), max_size=40))
def test_no_way_leads_to_a_changed_phone_past_proof_and_second_eyes(deeds: list[Deed]) -> None:
    """C-22: whatever is tried in whatever order, the phone changes only after proof, number and approval."""
    state, done = State.OPEN, []
    for deed in deeds:
        try:
            state = after(state, deed)
        except Conflict:
            continue
        done.append(deed)
    if state in {State.APPLIED, State.REPORTED, State.REVERSED}:
        at = [done.index(Deed.PROVE) if Deed.PROVE in done else done.index(Deed.SHOW), done.index(Deed.SUBMIT),
              done.index(Deed.APPROVE)]
        assert at == sorted(at)
    assert set(STATE_WORDS) == set(STATE_TONES) == set(State) and UNDECIDED.isdisjoint({State.APPLIED})


@pytest.mark.parametrize(("kind", "typed", "meant"), [
    (Kind.ID_TAIL, " 231x ", "231X"), (Kind.ID_TAIL, "２３１Ｘ", "231X"), (Kind.ID_TAIL, "12", ""),
    (Kind.CERTIFICATE_TAIL, "98 76", "9876"), (Kind.ISSUE_YEAR, "2013年", "2013"), (Kind.ISSUE_YEAR, "13", "2013"),
    (Kind.ISSUE_YEAR, "去年", ""), (Kind.STUDY_DAY, "11月3日", "11-3"), (Kind.STUDY_DAY, "2026-11-03", "11-3"),
    (Kind.STUDY_DAY, "上周", ""), (Kind.POST, " 机械员 ", "机械员"), (Kind.EMAIL, "Wang.Wu", "WANG.WU"),
])
def test_an_answer_has_one_written_form(kind: Kind, typed: str, meant: str) -> None:
    """C-22: however it was said and typed."""
    assert written(kind, typed) == meant


def test_questions_come_from_what_is_on_file() -> None:
    """C-22: nothing is asked that is not on file, nor what the caller had to say to be found."""
    full = KnownFacts("11010119900307231X", "wang@example.cn", (POST,), (NUMBER,), (2013,), date(2026, 11, 3))
    bare = KnownFacts("11010119900307231X", "", (), (), (), None)
    assert {one.kind: one.answers for one in questions_on(full)} == {
        Kind.ID_TAIL: {"231X"}, Kind.POST: {POST}, Kind.CERTIFICATE_TAIL: {"9876"}, Kind.ISSUE_YEAR: {"2013"},
        Kind.STUDY_DAY: {"11-3"}, Kind.EMAIL: {"WANG"}}
    assert [one.kind for one in questions_on(bare)] == [Kind.ID_TAIL]
    assert questions_on(bare, told=frozenset({Kind.ID_TAIL})) == []


@pytest.mark.parametrize(("right", "wrong", "before", "proven", "failed"), [
    (0, 0, 0, False, False), (2, 1, 0, False, False), (3, 1, 0, True, False), (2, 2, 0, False, True),
    (0, 0, 2, False, True), (1, 1, 1, False, True),
])
def test_when_the_questions_are_over(right: int, wrong: int, before: int, proven: bool, failed: bool) -> None:
    """C-22: three right ones prove, two wrong ones end it, and those of a call before count too."""
    now = standing(DATED[0], right, wrong, before)
    assert (now.proven, now.failed) == (proven, failed)


def test_rules_are_dated() -> None:
    """C-22: what was approved before a rule changed keeps its time to wait."""
    dated = (*DATED, DeskRules(date(2027, 1, 1), 3, 2, 24, 48, "later"))
    before, later = shanghai(2026, 12, 31, 23), shanghai(2027, 1, 1)
    assert cool_down_ends(desk_rules(before, dated), before) - before == timedelta(hours=24)
    assert cool_down_ends(desk_rules(later, dated), later) - later == timedelta(hours=48)


# people of the tests


@pytest.fixture
def wang(beijing: Tenant) -> Somebody:
    """A trainee with a certificate, whose phone is wrong."""
    somebody = holder(beijing, 231, name="王小明")
    certificate(beijing, somebody, POST, number=NUMBER, issued_on=ISSUED)
    return somebody


@pytest.fixture
def desk(beijing: Tenant) -> Any:
    return SimpleNamespace(clerk=staff(beijing, Role.HOTLINE), approver=staff(beijing, Role.APPROVER),
                           admin=staff(beijing, Role.ADMINISTRATOR))


def truth(somebody: Somebody, kind: str) -> str:
    return {Kind.ID_TAIL: somebody.id_number[-4:], Kind.POST: POST, Kind.CERTIFICATE_TAIL: NUMBER[-4:],
            Kind.ISSUE_YEAR: str(ISSUED.year)}[Kind(kind)]


def in_state(tenant: Tenant, desk: Any, somebody: Somebody, state: State, **asked: Any) -> Id:
    """A ticket of that state, made by the services."""
    with unit_of_work(tenant, desk.clerk.actor) as ctx:
        ticket = service.open_ticket(ctx, somebody.person_id, SAID, **asked).id
    if state is State.OPEN:
        return ticket
    prove(tenant, desk, somebody, ticket)
    if state is State.VERIFIED:
        return ticket
    with unit_of_work(tenant, desk.clerk.actor) as ctx:
        service.submit_phone(ctx, ticket, NEW, NEW)
    if state is State.WAITING:
        return ticket
    with unit_of_work(tenant, desk.approver.actor) as ctx:
        service.approve(ctx, ticket)
    if state is State.REPORTED:
        with unit_of_work(tenant, desk.clerk.actor) as ctx:
            service.report(ctx, ticket, Said(OLD, "这不是我办的"))
    return ticket


def prove(tenant: Tenant, desk: Any, somebody: Somebody, ticket: Id, *, right: bool = True, times: int = 3) -> Any:
    outcome = None
    for _ in range(times):
        with unit_of_work(tenant, desk.clerk.actor) as ctx:
            question = next(one for one in service.questions_of(ctx, service.locked(ctx, ticket)) if one.right is None)
            said = truth(somebody, question.kind) if right else "不知道"
            outcome = service.answer(ctx, ticket, question.id, said)
    return outcome


def phone_of(tenant: Tenant, somebody: Somebody) -> str:
    with unit_of_work(tenant, NOBODY) as ctx:
        assert somebody.person_id
        return person_of(ctx, somebody.person_id).phone


def state_of(tenant: Tenant, ticket: Id) -> str:
    with unit_of_work(tenant, NOBODY) as ctx:
        return ctx.db.get_one(Ticket, ticket).state


# the whole way through HTTP


class Watched:
    """A browser that keeps every page, so that a test can say what was never shown."""

    def __init__(self, browser: Browser) -> None:
        self.browser, self.pages = browser, [""]

    def get(self, path: str) -> str:
        self.pages.append(self.browser.get(path).text)
        return self.pages[-1]

    def post(self, path: str, status: int = 303, **data: str) -> str:
        answer = self.browser.submit(path, data)
        assert answer.status_code == status, answer.text
        if status == 303:
            return self.get(answer.headers["Location"])
        self.pages.append(answer.text)
        return self.pages[-1]


def test_from_the_call_to_the_sms(beijing: Tenant, wang: Somebody, desk: Any,
                                  browser_of: Callable[[Tenant], Browser]) -> None:
    """BJ-02, X-08, C-22: call, questions, second eyes, SMS to both numbers; nobody ever sees an answer."""
    clerk = Watched(signed_in(browser_of(beijing), desk.clerk))
    found = clerk.post("/desk/", 200, q="王小明")
    assert "登记来电" in found and wang.id_number not in found and wang.phone not in found
    address = re.search(r'href="(/desk/people/[^"]+)"', found)
    assert address is not None
    ticket = clerk.post(address[1], phone="010-8765 4321", said="手机号错了")
    action = re.search(r'action="(/desk/tickets/[^"]+)/answer"', ticket)
    assert action is not None
    for _ in range(3):
        shown = re.search(r'name="question" value="([^"]+)"', ticket)
        assert shown is not None
        with unit_of_work(beijing, NOBODY) as ctx:
            kind = next(one.kind for one in ctx.db.scalars(select(AskedQuestion)) if str(one.id) == shown[1])
        ticket = clerk.post(f"{action[1]}/answer", question=shown[1], said=truth(wang, kind))
        assert "答对了" in ticket
    assert "再输一遍新手机号" in ticket
    assert "不一样" in clerk.post(f"{action[1]}/phone", 422, phone=NEW, again="13911112223")
    assert "号段" in clerk.post(f"{action[1]}/phone", 422, phone="12011112222", again="12011112222")
    ticket = clerk.post(f"{action[1]}/phone", phone=NEW, again="139 1111 2222")
    assert clerk.browser.submit(f"{action[1]}/approve", {"reason": ""}).status_code == 403
    for answer in (wang.id_number[-4:], POST, NUMBER[-4:], str(ISSUED.year)):
        assert not any(answer in page for page in clerk.pages), answer

    second = Watched(signed_in(browser_of(beijing), desk.approver))
    assert "复核" in second.get(action[1])
    assert "手机号已更正" in second.post(f"{action[1]}/approve", reason="")
    assert phone_of(beijing, wang) == NEW
    run_waiting(beijing)
    with unit_of_work(beijing, NOBODY) as ctx:
        said = {sms.phone: sms.text for sms in inbox(ctx)}
    assert set(said) == {wang.phone, NEW}
    assert "13366510035、13366217296" in said[wang.phone] and "尾号2222" in said[wang.phone] and "王*" in said[wang.phone]
    assert "11月21日12时00分前" in said[NEW] and NEW not in said[NEW]
    record = signed_in(browser_of(beijing), wang).get("/record").text
    assert "手机号更正工单" in record and "学习不受影响" in record


def test_nobody_approves_what_they_worked_on(beijing: Tenant, wang: Somebody, desk: Any) -> None:
    """C-22: four eyes in the service, also for an administrator who may do both; a single call noted is enough."""
    ticket = in_state(beijing, desk, wang, State.WAITING)
    with unit_of_work(beijing, desk.admin.actor) as ctx:
        service.note_call(ctx, wang.person_id, SAID, ctx.db.get_one(Ticket, ticket))
    for actor in (desk.clerk.actor, desk.admin.actor):
        for deed in (lambda ctx: service.approve(ctx, ticket), lambda ctx: service.refuse(ctx, ticket, "x")):
            with pytest.raises(Forbidden, match="不能自己复核"), unit_of_work(beijing, actor) as ctx:
                deed(ctx)
    assert state_of(beijing, ticket) == State.WAITING and phone_of(beijing, wang) == wang.phone
    assert SECOND_EYES == {Deed.APPROVE, Deed.REFUSE, Deed.REVERSE, Deed.KEEP}


def test_a_refusal_needs_a_reason_and_changes_nothing(beijing: Tenant, wang: Somebody, desk: Any) -> None:
    """C-22: the reason stays in the ticket; the next call begins anew."""
    ticket = in_state(beijing, desk, wang, State.WAITING)
    with pytest.raises(Refused, match="理由"), unit_of_work(beijing, desk.approver.actor) as ctx:
        service.refuse(ctx, ticket, " ")
    with unit_of_work(beijing, desk.approver.actor) as ctx:
        service.refuse(ctx, ticket, "回拨无人接听")
    with pytest.raises(Conflict), unit_of_work(beijing, desk.approver.actor) as ctx:
        service.approve(ctx, ticket)
    assert phone_of(beijing, wang) == wang.phone
    assert in_state(beijing, desk, wang, State.OPEN)


def test_guessing_ends_at_the_second_wrong_answer_also_in_a_new_call(
        beijing: Tenant, wang: Somebody, desk: Any, clock: FixedClock) -> None:
    """C-22: tries are limited; then only the document, which the clerk must describe."""
    ticket = in_state(beijing, desk, wang, State.OPEN)
    first = prove(beijing, desk, wang, ticket, right=False, times=1)
    assert not first.right and (first.standing.right_left, first.standing.wrong_left) == (3, 1)
    assert prove(beijing, desk, wang, ticket, right=False, times=1).state is State.IN_PERSON
    with unit_of_work(beijing, desk.clerk.actor) as ctx:
        service.withdraw(ctx, ticket, "挂断了")
    again = in_state(beijing, desk, wang, State.OPEN)
    assert state_of(beijing, again) == State.IN_PERSON
    with pytest.raises(Refused, match="证件"), unit_of_work(beijing, desk.clerk.actor) as ctx:
        service.show_document(ctx, again, "")
    with unit_of_work(beijing, desk.clerk.actor) as ctx:
        service.show_document(ctx, again, "身份证原件，与本人一致，西城窗口")
    assert state_of(beijing, again) == State.VERIFIED
    with unit_of_work(beijing, desk.clerk.actor) as ctx:
        service.withdraw(ctx, again, "测试")
    clock.advance(hours=25)
    assert state_of(beijing, in_state(beijing, desk, wang, State.OPEN)) == State.OPEN


def test_too_little_on_file_leaves_only_the_document(beijing: Tenant, desk: Any) -> None:
    """C-22: who has no certificate cannot be asked; nor does the ID number prove who had to say it."""
    assert state_of(beijing, in_state(beijing, desk, trainee(beijing, 5), State.OPEN)) == State.IN_PERSON


def test_a_question_is_answered_once(beijing: Tenant, wang: Somebody, desk: Any) -> None:
    """C-22: two posts of the same answer are one try."""
    ticket = in_state(beijing, desk, wang, State.OPEN)
    with unit_of_work(beijing, desk.clerk.actor) as ctx:
        question = service.questions_of(ctx, service.locked(ctx, ticket))[0]
        service.answer(ctx, ticket, question.id, "错")
        with pytest.raises(Conflict, match="已经回答"):
            service.answer(ctx, ticket, question.id, truth(wang, question.kind))


def test_one_undecided_ticket_a_person(beijing: Tenant, wang: Somebody, desk: Any) -> None:
    """C-22: also for two clerks at the same moment, who both saw none."""
    ticket = in_state(beijing, desk, wang, State.OPEN)
    with pytest.raises(IntegrityError), unit_of_work(beijing, desk.clerk.actor) as ctx:
        first = ctx.db.get_one(Ticket, ticket)
        ctx.db.add(Ticket(number="20261120-0099", person_id=wang.person_id, state=State.OPEN, clerk=first.clerk,
                          old_phone=first.old_phone, opened_by=first.opened_by, opened_at=ctx.now, moved_at=ctx.now))
    assert {state.value for state in UNDECIDED} == set(re.findall(r"'(\w+)'", str(_UNDECIDED)))
    with pytest.raises(Conflict, match="未办结"), unit_of_work(beijing, desk.clerk.actor) as ctx:
        service.open_ticket(ctx, wang.person_id, SAID)


def test_the_new_phone_is_not_somebody_elses_where_one_phone_is_one_account(
        beijing: Tenant, wang: Somebody, desk: Any) -> None:
    """X-07: checked when it is typed and again when it is approved."""
    ticket = in_state(beijing, desk, wang, State.WAITING)
    other = trainee(beijing, 7)
    with unit_of_work(beijing, NOBODY) as ctx:
        assert other.person_id
        person = person_of(ctx, other.person_id)
        person.phone, person.phone_mac = NEW, ctx.mac(NEW)
    rules = beijing.file.rule_set.rules
    unique = replace(rules, account=replace(rules.account, phone_unique=True))
    beijing.file = replace(beijing.file, rule_set=replace(beijing.file.rule_set, rules=unique))
    with pytest.raises(Conflict, match="一个手机号只能"), unit_of_work(beijing, desk.approver.actor) as ctx:
        service.approve(ctx, ticket)
    assert state_of(beijing, ticket) == State.WAITING


# the time to wait


def problems(ctx: Ctx, somebody: Somebody) -> set[str]:
    assert somebody.person_id
    facts = person_facts(ctx, person_of(ctx, somebody.person_id))
    return {problem.code for action in SensitiveAction for problem in hooks(ctx).check_sensitive_action(facts, action)}


def test_the_new_phone_waits_and_study_does_not(beijing: Tenant, wang: Somebody, desk: Any, clock: FixedClock,
                                                browser_of: Callable[[Tenant], Browser]) -> None:
    """C-22: 24 h without reset, replacement or another change, with the moment it ends; it freezes nothing else."""
    hours(beijing, wang, 2026, post=POST)
    with unit_of_work(beijing, NOBODY) as ctx:
        ctx.db.get_one(Person, wang.person_id).phone_confirmed_at = ctx.now
    ticket = in_state(beijing, desk, wang, State.APPLIED)
    with unit_of_work(beijing, NOBODY) as ctx:
        assert ctx.db.get_one(Person, wang.person_id).phone_confirmed_at is not None, "study goes on as before"
        assert problems(ctx, wang) == {"phone_cooling"}
    trainee_page = signed_in(browser_of(beijing), wang).get("/certificates").text
    assert "11月21日12时00分" in trainee_page
    again = in_state(beijing, desk, wang, State.VERIFIED)
    with pytest.raises(Refused, match="刚刚更正"), unit_of_work(beijing, desk.clerk.actor) as ctx:
        service.submit_phone(ctx, again, OLD, OLD)
    clock.advance(hours=24)
    with unit_of_work(beijing, NOBODY) as ctx:
        assert problems(ctx, wang) == set()
    assert state_of(beijing, ticket) == State.APPLIED


def test_the_new_phone_resets_no_password_yet(beijing: Tenant, wang: Somebody, desk: Any) -> None:
    """C-22: told only to who has proven the phone; the sentence names the end, and study is not asked at all."""
    in_state(beijing, desk, wang, State.APPLIED)
    with unit_of_work(beijing, NOBODY) as ctx:
        asked = PasswordReset(id_number_mac=ctx.mac(wang.id_number), phone=NEW, created_at=ctx.now)
        ctx.db.add(asked)
        send_code(ctx, CodePurpose.RESET, NEW, wang.person_id)
    code = newest_code(beijing, NEW)
    with pytest.raises(Refused, match="11月21日12时00分以后") as refused, unit_of_work(beijing, NOBODY) as ctx:
        set_new_password(ctx, asked.id, NewPassword(code, "zheshi-Mima-26", "zheshi-Mima-26"))
    assert refused.value.problems[0].hint == "学习不受影响。" and not hasattr(desk_hooks, "check_ready_to_study")


def test_a_report_stops_it_and_brings_the_old_number_back(beijing: Tenant, wang: Somebody, desk: Any,
                                                          clock: FixedClock) -> None:
    """C-22: undone by a new entry; sessions end; both numbers hear of it; the history is whole."""
    ticket = in_state(beijing, desk, wang, State.REPORTED)
    with unit_of_work(beijing, NOBODY) as ctx:
        thief = ctx.db.get_one(Account, wang.account_id)
        set_password(ctx, thief, "$argon2id$thief")
        open_full_session(ctx, thief, "")
    clock.advance(days=3)
    with unit_of_work(beijing, NOBODY) as ctx:
        assert problems(ctx, wang) == {"phone_disputed"}
    with pytest.raises(Forbidden), unit_of_work(beijing, desk.clerk.actor) as ctx:
        service.reverse(ctx, ticket, "自己恢复")
    with unit_of_work(beijing, desk.approver.actor) as ctx:
        service.reverse(ctx, ticket, "原机主本人来电，核实无误")
    run_waiting(beijing)
    with unit_of_work(beijing, NOBODY) as ctx:
        assert problems(ctx, wang) == set()
        deeds = list(ctx.db.scalars(select(Entry.deed).where(Entry.ticket_id == ticket).order_by(Entry.id)))
        newest = {sms.phone: sms.text for sms in reversed(inbox(ctx))}
        assert not ctx.db.scalars(select(LoginSession).where(LoginSession.ended_at.is_(None))).all()
        assert ctx.db.get_one(Account, wang.account_id).password_hash is None
    assert phone_of(beijing, wang) == wang.phone
    assert [deed for deed in deeds if deed not in {Deed.CALL, Deed.RIGHT}] == [
        Deed.OPEN, Deed.PROVE, Deed.SUBMIT, Deed.APPROVE, Deed.REPORT, Deed.REVERSE]
    assert "已恢复为本号码" in newest[wang.phone] and "已撤销" in newest[NEW]


def test_a_mistaken_report_leaves_the_correction(beijing: Tenant, wang: Somebody, desk: Any) -> None:
    """C-22."""
    ticket = in_state(beijing, desk, wang, State.REPORTED)
    with unit_of_work(beijing, desk.approver.actor) as ctx:
        service.keep(ctx, ticket, "回拨确认，是本人家属误拨")
    assert state_of(beijing, ticket) == State.APPLIED and phone_of(beijing, wang) == NEW


def test_the_history_cannot_be_changed(beijing: Tenant, wang: Somebody, desk: Any) -> None:
    """C-22: append-only."""
    in_state(beijing, desk, wang, State.OPEN)
    with pytest.raises(DatabaseError, match="append-only"), unit_of_work(beijing, desk.clerk.actor) as ctx:
        ctx.db.scalars(select(Entry)).all()[0].text = "别的"


# search, list, undelivered


@pytest.mark.parametrize("term", ["王小明", "231X", "{id}", "{phone}", "0231", "{id6}"])
def test_a_caller_is_found_by_what_they_say(beijing: Tenant, wang: Somebody, term: str) -> None:
    """C-22: name, ID number, phone, last digits; also who was on file before there was an index."""
    term = term.format(id=wang.id_number.lower(), phone=f"+86 {wang.phone}", id6=wang.id_number[-6:])
    term = term.replace("231X", wang.id_number[-4:])
    with unit_of_work(beijing, NOBODY) as ctx:
        ctx.db.execute(update(Person).values(name_mac=None, id_tail_mac=None, phone_tail_mac=None))
    with unit_of_work(beijing, NOBODY) as ctx:
        assert [person.id for person in find_people(ctx, term)] == [wang.person_id]
        assert find_people(ctx, "王小") == [] == find_people(ctx, " ") == find_people(ctx, "9" * 6)


def test_tickets_are_found_filtered_and_taken_away(beijing: Tenant, wang: Somebody, desk: Any,
                                                   browser_of: Callable[[Tenant], Browser]) -> None:
    """C-22: by number and caller, by state, clerk and month; the whole case stays in 学员."""
    in_state(beijing, desk, wang, State.APPLIED)
    browser = signed_in(browser_of(beijing), desk.clerk)
    for term in ("20261120-0001", SAID.phone):
        assert "20261120-0001" in browser.submit("/desk/", {"q": term}).text
    assert "20261120-0001" in browser.get("/admin/desk_tickets/?state=applied&clerk=示例hotline&month=202611").text
    assert "20261120-0001" not in browser.get("/admin/desk_tickets/?state=open").text
    sheet = browser.submit("/admin/desk_tickets/export/csv/?state=applied").text
    assert "20261120-0001" in sheet and wang.phone not in sheet
    whole = signed_in(browser_of(beijing), desk.admin).get(f"/admin/people/{wang.person_id}/").text
    assert "手机号更正" in whole and "20261120-0001" in whole


def test_whose_sms_come_back_is_called_first_and_told(beijing: Tenant, wang: Somebody, desk: Any, clock: FixedClock,
                                                      browser_of: Callable[[Tenant], Browser]) -> None:
    """C-22, BJ-01, BJ-15: the list, the banner with the numbers; both end with the correction."""
    with unit_of_work(beijing, NOBODY) as ctx:
        assert wang.person_id
        send_sms(ctx, person_of(ctx, wang.person_id), "audit_passed_sms")
    run_waiting(beijing)
    with unit_of_work(beijing, NOBODY) as ctx:
        lost = ctx.db.scalars(select(Delivery)).one()
        for _ in range(2):
            note_receipt(ctx, Receipt(lost.id, False, ctx.now, "空号"))
        assert lost.problem == "空号"
    clerk, own = signed_in(browser_of(beijing), desk.clerk), signed_in(browser_of(beijing), wang)
    listed = clerk.get("/desk/undelivered").text
    assert "王小明" in listed and "空号" in listed and "还没有联系" in listed
    clerk.submit(f"/desk/people/{wang.person_id}/call", {"phone": "01087654321", "said": "请单位转告"})
    assert "还没有联系" not in clerk.get("/desk/undelivered").text
    assert "没有送达" in own.get("/record").text and "tel:13366510035" in own.get("/record").text
    in_state(beijing, desk, wang, State.APPLIED)
    assert "王小明" not in clerk.get("/desk/undelivered").text and "没有送达" not in own.get("/record").text


# who may, and where


def test_the_hotline_reaches_the_desk_and_nothing_else(app: JianxueFlask) -> None:
    """C-22: role × route: a clerk can do nothing else."""
    theirs = {rule.endpoint for rule in app.url_map.iter_rules()
              if (declared := policy_of(app.view_functions[rule.endpoint])) is not None
              and declared.permission is not None and Role.HOTLINE in PERMISSIONS[declared.permission]}
    assert theirs - {"admin.index"} == {name for name in theirs if name.startswith(("desk.", "admin_desk_tickets."))}
    second = {"desk.approve", "desk.refuse", "desk.reverse", "desk.keep"}
    assert "desk.answer" in theirs and theirs.isdisjoint(second)


def test_a_trainee_and_other_tenants_have_no_desk(beijing: Tenant, national: Tenant, wang: Somebody,
                                                  browser_of: Callable[[Tenant], Browser]) -> None:
    """C-22: another tenant switches it on by its plugin list; there it is 404 until then."""
    assert signed_in(browser_of(beijing), wang).get("/desk/").status_code == 403
    elsewhere = signed_in(browser_of(national), staff(national, Role.HOTLINE))
    assert elsewhere.get("/desk/").status_code == 404 and "更正服务台" not in elsewhere.get("/admin/").text


@pytest.mark.parametrize("role", ["clerk", "approver"])
def test_no_link_of_the_desk_is_dead(beijing: Tenant, wang: Somebody, desk: Any, role: str,
                                     browser_of: Callable[[Tenant], Browser]) -> None:
    """C-22: every page that they are offered opens, also with a ticket in each place."""
    ticket = in_state(beijing, desk, wang, State.REPORTED)
    browser = signed_in(browser_of(beijing), getattr(desk, role))
    waiting, dead = ["/admin/", "/desk/", f"/desk/tickets/{ticket}", "/admin/desk_tickets/"], []
    seen = set(waiting)
    while waiting:
        answer = browser.get(address := waiting.pop())
        dead += [f"{answer.status_code} {address}"] if answer.status_code >= 400 else []
        inside = address.startswith(("/admin/", "/desk/")) and answer.mimetype == "text/html"
        more = addresses(address, answer.text) - seen if inside else set()
        seen |= more
        waiting += more
    assert dead == [] and any(one.startswith("/desk/tickets/") for one in seen)


def test_a_ticket_that_does_not_exist(beijing: Tenant, desk: Any, browser_of: Callable[[Tenant], Browser]) -> None:
    """Never a 500."""
    browser = signed_in(browser_of(beijing), desk.clerk)
    nothing = "00000000-0000-0000-0000-000000000000"
    assert browser.get(f"/desk/tickets/{nothing}").status_code == 404
    assert browser.get(f"/desk/people/{nothing}").status_code == 404
    assert browser.submit(f"/desk/tickets/{nothing}/answer", {"question": "x"}).status_code in (404, 422)
    with pytest.raises(DomainError), unit_of_work(beijing, NOBODY) as ctx:
        service.open_ticket(ctx, Id(nothing), SAID)
