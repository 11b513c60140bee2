"""A sitting through HTTP, in two tenants: rules page, paper, answers, clock, hand in, result, retake."""
import re
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask.ctx import RequestContext
from sqlalchemy import func, select, update

from core.base.clock import FixedClock
from core.base.db import Id
from core.base.events import _subscribers
from core.base.outbox import OutboxRow
from core.contract.values import PersonFacts, StepState
from core.course import clear_hours
from core.cycle import enrollment, enrollment_facts
from core.exam import ExamPassed, best_result, exam_passed, service
from core.exam.models import Question, Sitting, SittingAnswer
from core.exam.states import SittingState
from core.extension import hooks
from core.tenancy import Role, Tenant, unit_of_work
from core.work import run_waiting
from tests.barring import bar
from tests.browse import Browser
from tests.exam.conftest import Examinee
from tests.people import signed_in, staff
from werkzeug.test import TestResponse

TITLE = "继教-施工现场管理人员 考试"


def actions_of(examinee: Examinee) -> dict[str, tuple[str | None, str]]:
    tenant = examinee.browser.tenant
    with unit_of_work(tenant, examinee.who.actor) as ctx, _request(examinee):
        facts = enrollment_facts(ctx, enrollment(ctx, examinee.enrollment))
        return {one.label: (one.url, one.why_not) for one in hooks(ctx).collect_enrollment_actions(facts)
                if one.key == "exam"}


def _request(examinee: Examinee) -> RequestContext:
    return examinee.browser.application.test_request_context(
        "/", base_url=f"http://{examinee.browser.tenant.file.hosts[0]}")


def choices_of(examinee: Examinee, path: str) -> dict[str, list[Any]]:
    """What the server holds: place → [choice, turn]."""
    found: dict[str, list[Any]] = examinee.browser.get(f"{path}/state").json["choices"]  # type: ignore[index]
    return found


def said(answer: TestResponse) -> dict[str, Any]:
    """The JSON of an answer."""
    found = answer.json
    assert isinstance(found, dict)
    return found


def count(tenant: Tenant, model: type = Sitting) -> int:
    with unit_of_work(tenant) as ctx:
        return ctx.db.scalar(select(func.count()).select_from(model)) or 0


def test_no_exam_before_all_hours_are_learned(tenant: Tenant, examinee_of: Callable[..., Examinee]) -> None:
    """N-40: 全部学时学习完成后 only."""
    somebody = examinee_of(tenant, learned=False)
    page = somebody.browser.get(f"/exam/{somebody.enrollment}/")
    assert "全部学时学习完成后才能参加考核" in page.text and "/start" not in page.text
    answer = somebody.browser.submit(f"/exam/{somebody.enrollment}/start")
    assert answer.status_code == 409 and "全部学时学习完成后才能参加考核" in answer.text
    assert count(tenant) == 0
    assert actions_of(somebody) == {"开始考试": (None, "全部学时学习完成后才能参加考核。")}


def test_the_rules_stand_on_the_page_before_the_clock_starts(examinee: Examinee) -> None:
    """N-40, N-41, N-42: 50题, 满分100分, 60分(含)以上合格, 60分钟, 可继续考核测试直至合格为止."""
    assert actions_of(examinee)["开始考试"][0] == f"/exam/{examinee.enrollment}/"
    page = examinee.browser.get(f"/exam/{examinee.enrollment}/").text
    for words in ("共50道", "100分", "60分（含）以上", "60分钟", "可继续考核测试，直至合格为止", "不影响学时累计"):
        assert words in page
    assert count(examinee.browser.tenant) == 0


def test_the_paper(examinee: Examinee, clock: FixedClock) -> None:
    """N-42: the title, 倒计时 from the server's deadline, sections, options A–D as radio."""
    path = examinee.start()
    clock.advance(seconds=7)
    page = examinee.browser.get(path).text
    assert page.count(TITLE) >= 2 and "59分53秒" in page and "倒计时:" in page
    assert re.findall(r"<h2>(.、...)<small>", page) == ["一、单选题", "二、判断题", "三、多选题"]
    assert "共40题，每题2分" in page and page.count('class="jx-question"') == 50
    assert page.count('type="radio"') == 40 * 4 + 5 * 2 and page.count('type="checkbox"') == 5 * 4
    assert page.count("data-cell=") == 50 and 'aria-live="off"' in page


def test_a_passed_sitting(examinee: Examinee) -> None:
    """N-40: 2 points each, 60 passes, the score is there at once; ExamPassed is told once."""
    told: list[ExamPassed] = []
    _subscribers[ExamPassed].append(lambda _ctx, event: told.append(event))
    path = examinee.start()
    examinee.answer_right(path, 30)
    answer = examinee.submit(path)
    assert answer.status_code == 303
    result = examinee.browser.get(answer.headers["Location"]).text
    assert "60分，考核合格" in result and "再次考核" not in result
    assert told == [ExamPassed(examinee.enrollment)]
    with unit_of_work(examinee.browser.tenant) as ctx:
        assert exam_passed(ctx, examinee.enrollment)
    _subscribers[ExamPassed].pop()
    assert examinee.browser.submit(f"/exam/{examinee.enrollment}/start").status_code == 409
    assert actions_of(examinee) == {}


def test_a_failed_sitting_may_be_repeated_until_passed(examinee: Examinee) -> None:
    """N-41: 可继续考核测试，直至合格为止; the hours stay as they are."""
    for number in (1, 2, 3):
        path = examinee.start()
        examinee.answer_right(path, 29)
        result = examinee.browser.get(examinee.submit(path).headers["Location"]).text
        assert "58分，未合格" in result and "考核未通过不影响学时累计" in result and "再次考核" in result
        assert examinee.sitting(path).number == number
    assert actions_of(examinee)["开始考试"][0]
    with unit_of_work(examinee.browser.tenant) as ctx:
        best = best_result(ctx, examinee.enrollment)
        assert best is not None and (best.score, best.passed, best.sat) == (58, False, 3)


def test_each_sitting_draws_anew(examinee: Examinee) -> None:
    """N-40: 50 random questions of the post and the common part."""
    papers = []
    for _time in range(2):
        path = examinee.start()
        papers.append(re.findall(r'</span>([^<]+)</legend>', examinee.browser.get(path).text))
        examinee.submit(path)
    assert papers[0] != papers[1] and len(set(papers[0])) == 50


def test_a_double_click_and_a_second_tab_begin_one_sitting(examinee: Examinee) -> None:
    """N-42: going on with the sitting that runs, the clock included."""
    first = examinee.start()
    again = examinee.browser.submit(f"/exam/{examinee.enrollment}/start")
    assert again.headers["Location"] == first and count(examinee.browser.tenant) == 1
    assert actions_of(examinee) == {"继续考试": (first, "")}
    assert "继续考试" in examinee.browser.get(f"/exam/{examinee.enrollment}/").text


def test_answers_survive_a_reload(examinee: Examinee) -> None:
    """N-42: kept as they are given, with a receipt."""
    path = examinee.start()
    receipt = examinee.give(path, 3, "b")
    assert receipt.json == {"taken": True, "choice": "B", "turn": 1, "seconds_left": 3600}
    examinee.give(path, 46, "CA")
    page = examinee.browser.get(path).text
    assert re.findall(r'id="(q\w+)" name="q\d+" value="\w" checked', page) == ["q3B", "q46A", "q46C"]
    state = choices_of(examinee, path)
    assert state["3"] == ["B", 1]


def test_an_overtaken_answer_changes_nothing(examinee: Examinee) -> None:
    """A retry that was lost on the way and arrives late, or another tab's older answer."""
    path = examinee.start()
    examinee.give(path, 1, "A", turn=1)
    examinee.give(path, 1, "C", turn=2)
    late = examinee.give(path, 1, "A", turn=1)
    assert late.status_code == 200 and said(late)["taken"] is False
    assert (said(late)["choice"], said(late)["turn"]) == ("C", 2)
    assert said(examinee.give(path, 1, "C", turn=2))["taken"] is True
    assert said(examinee.give(path, 1, "", turn=3))["choice"] == ""


@pytest.mark.parametrize("body", [
    {}, {"choice": "A"}, {"choice": "Z", "turn": 1}, {"choice": "AB", "turn": 1}, {"choice": ["A"], "turn": 1},
    {"choice": "A", "turn": "x"}, {"choice": "A", "turn": -1}, {"choice": "A" * 99, "turn": 1}, [1], None, "A",
    {"choice": "A", "turn": 10**30}, {"choice": None, "turn": 1}, {"choice": "A", "turn": True},
])
def test_a_broken_answer_is_refused_and_keeps_nothing(examinee: Examinee, body: object) -> None:
    path = examinee.start()
    answer = examinee.browser.send(f"{path}/answers/1", body)
    assert answer.status_code == 422 and said(answer)["sentence"]
    assert choices_of(examinee, path)["1"] == ["", 0]
    assert examinee.give(path, 51, "A").status_code == 404
    assert examinee.give(path, 0, "A").status_code == 404


def test_after_the_deadline_an_answer_is_refused(examinee: Examinee, clock: FixedClock) -> None:
    """N-42: 60 minutes by the server's clock, with a grace for the network."""
    path = examinee.start()
    examinee.give(path, 1, "A")
    examinee.wait(path, clock, 3610)
    assert examinee.give(path, 2, "A").status_code == 200
    clock.advance(seconds=1)
    late = examinee.give(path, 3, "A")
    assert late.status_code == 409 and "考试时间已到，这个答案没有计入" in said(late)["sentence"]
    assert examinee.sitting(path).state == SittingState.RUNNING


def test_handing_in_late_is_refused_and_scores_what_was_in_time(examinee: Examinee, clock: FixedClock) -> None:
    """N-42: the late post gets a sentence; what was saved before the deadline counts."""
    path = examinee.start()
    examinee.answer_right(path, 50)
    examinee.wait(path, clock, 3611)
    late = examinee.submit(path)
    assert late.status_code == 409 and "已按截止前保存的答案计分" in late.text
    sitting = examinee.sitting(path)
    assert (sitting.state, sitting.score, sitting.passed) == (SittingState.TIMED_OUT, 100, True)
    assert "100分，考核合格" in examinee.browser.get(f"{path}/result").text
    assert examinee.browser.get(path).status_code == 303


def test_the_server_closes_what_is_overdue_by_itself(examinee: Examinee, clock: FixedClock) -> None:
    """N-42: nobody needs to come back."""
    path = examinee.start()
    examinee.answer_right(path, 10)
    examinee.wait(path, clock, 3600)
    run_waiting(examinee.browser.tenant)
    assert examinee.sitting(path).state == SittingState.RUNNING
    clock.advance(seconds=12)
    assert "正在计分" in examinee.browser.get(f"{path}/result").text
    run_waiting(examinee.browser.tenant)
    sitting = examinee.sitting(path)
    assert (sitting.state, sitting.score) == (SittingState.TIMED_OUT, 20)
    assert sitting.closed_at == sitting.ends_at
    with unit_of_work(examinee.browser.tenant) as ctx:
        assert service.close_overdue(ctx) == 0
    again = examinee.start()
    assert examinee.sitting(again).number == 2


def test_a_new_start_closes_an_overdue_sitting_first(examinee: Examinee, clock: FixedClock) -> None:
    path = examinee.start()
    examinee.wait(path, clock, 3 * 3600)
    assert examinee.start() != path
    assert examinee.sitting(path).state == SittingState.TIMED_OUT


def test_handing_in_twice_gives_one_result(examinee: Examinee) -> None:
    path = examinee.start()
    examinee.answer_right(path, 20)
    assert [examinee.submit(path).status_code for _time in range(3)] == [303] * 3
    assert examinee.sitting(path).score == 40
    closed = examinee.give(path, 1, "A", turn=9)
    assert closed.status_code == 409 and "已经结束" in said(closed)["sentence"]


def test_the_question_before_handing_in_lists_what_is_open(examinee: Examinee) -> None:
    path = examinee.start()
    for place in range(1, 48):
        examinee.give(path, place, "A")
    page = examinee.browser.get(f"{path}/submit").text
    assert "还有3道题没有作答" in page
    assert re.findall(r">第(\d+)题<", page) == ["48", "49", "50"]
    assert examinee.sitting(path).state == SittingState.RUNNING


def test_the_paper_works_as_a_plain_form(examinee: Examinee) -> None:
    """Without JavaScript: the form saves all answers, then asks; an old page does not overwrite newer answers."""
    path = examinee.start()
    examinee.give(path, 2, "C", turn=1)
    sent = {"q1": "A", "t1": "0", "q2": "B", "t2": "0", "q46": ["A", "C"], "t46": "0", "q3": "", "t4": "x", "q4": "D"}
    assert examinee.browser.submit(f"{path}/answers", sent).headers["Location"] == f"{path}/submit"
    choices = choices_of(examinee, path)
    assert [choices[place][0] for place in ("1", "2", "3", "4", "46")] == ["A", "C", "", "D", "AC"]


def test_somebody_elses_sitting_does_not_exist(tenant: Tenant, examinee_of: Callable[..., Examinee]) -> None:
    """Neither to read nor to answer nor to hand in, nor to begin for somebody else."""
    mine, other = examinee_of(tenant, 1), examinee_of(tenant, 2)
    path = mine.start()
    browser = other.browser
    browser.get(f"/exam/{other.enrollment}/")
    for answer in (browser.get(path), browser.get(f"{path}/state"), browser.get(f"{path}/result"),
                   browser.get(f"{path}/submit"), other.give(path, 1, "A"), browser.submit(f"{path}/submit"),
                   browser.submit(f"{path}/answers", {"q1": "A"}), browser.get(f"/exam/{mine.enrollment}/"),
                   browser.submit(f"/exam/{mine.enrollment}/start")):
        assert answer.status_code == 404
    assert choices_of(mine, path)["1"] == ["", 0]
    assert mine.sitting(path).state == SittingState.RUNNING


def test_a_changed_question_never_changes_a_past_sitting(examinee: Examinee) -> None:
    path = examinee.start()
    examinee.answer_right(path, 50)
    before = re.findall(r'</span>([^<]+)</legend>', examinee.browser.get(path).text)
    with unit_of_work(examinee.browser.tenant) as ctx:
        ctx.db.execute(update(Question).values(stem=Question.stem + "（新）", key="E", options=["变", "了"]))
    assert re.findall(r'</span>([^<]+)</legend>', examinee.browser.get(path).text) == before
    examinee.submit(path)
    assert examinee.sitting(path).score == 100


def test_results_are_kept_when_hours_are_cleared(examinee: Examinee) -> None:
    """N-47: 学时清除后，不影响在线考核成绩."""
    path = examinee.start()
    examinee.answer_right(path, 45)
    examinee.submit(path)
    with unit_of_work(examinee.browser.tenant) as ctx:
        assert clear_hours(ctx, examinee.enrollment, "not_self", "替学", None) > 0
    with unit_of_work(examinee.browser.tenant) as ctx:
        assert exam_passed(ctx, examinee.enrollment)
        best = best_result(ctx, examinee.enrollment)
        assert best is not None and best.score == 90
    assert "您已考核合格（90分）" in examinee.browser.get(f"/exam/{examinee.enrollment}/").text


def test_a_bank_too_small_is_told_and_begins_nothing(tenant: Tenant, examinee_of: Callable[..., Examinee]) -> None:
    somebody = examinee_of(tenant)
    with unit_of_work(tenant) as ctx:
        ctx.db.execute(update(Question).where(Question.scope == "通用").values(retired=True))
    answer = somebody.browser.submit(f"/exam/{somebody.enrollment}/start")
    assert answer.status_code == 409 and "题库还缺" in answer.text and count(tenant) == 0


def test_where_a_post_needs_no_exam_there_is_none(tenant: Tenant, examinee_of: Callable[..., Examinee]) -> None:
    """X-15: the hook decides; core answers by the rule exam.required (N-40)."""
    from dataclasses import replace
    rule_set = tenant.file.rule_set
    rules = replace(rule_set.rules, exam=replace(rule_set.rules.exam, required=False))
    tenant.file = replace(tenant.file, rule_set=replace(rule_set, rules=rules))
    somebody = examinee_of(tenant)
    assert actions_of(somebody) == {}
    assert "不需要在线考核" in somebody.browser.get(f"/exam/{somebody.enrollment}/").text
    assert somebody.browser.submit(f"/exam/{somebody.enrollment}/start").status_code == 409


def test_the_step_and_the_case_tell_where_it_stands(tenant: Tenant, examinee_of: Callable[..., Examinee]) -> None:
    """N-03: step five of eight."""
    somebody = examinee_of(tenant)
    assert somebody.who.person_id is not None
    facts = PersonFacts(somebody.who.person_id, "王小明", "", True, True, False, False, False)

    def step() -> SimpleNamespace:
        with unit_of_work(tenant, somebody.who.actor) as ctx, _request(somebody):
            found, = [one for one in hooks(ctx).collect_steps(facts) if one.order == 5]
            sections = [one for one in hooks(ctx).collect_case_sections(facts) if one.title == "在线考核"]
            return SimpleNamespace(state=found.state, table=sections[0].table if sections else ())

    assert step().state is StepState.UNDER_WAY and step().table == ()
    path = somebody.start()
    somebody.answer_right(path, 1)
    somebody.submit(path)
    assert step().state is StepState.NEEDS_CARE
    assert [line[:3] + line[4:] for line in step().table] == [("资料员", "2026", "1", "2", "未合格")]
    path = somebody.start()
    somebody.answer_right(path, 50)
    somebody.submit(path)
    assert step().state is StepState.DONE


def test_every_deed_of_a_sitting_is_on_the_trail(examinee: Examinee) -> None:
    """R8: begun and closed, with the result."""
    from core.base.trail import TrailRow
    path = examinee.start()
    examinee.submit(path)
    with unit_of_work(examinee.browser.tenant) as ctx:
        deeds = {row.action: row.detail for row in ctx.db.scalars(select(TrailRow).where(
            TrailRow.subject == str(Id(path.rsplit("/", 1)[1]))))}
        job = ctx.db.scalars(select(OutboxRow).where(OutboxRow.kind == service.CLOSE_JOB)).one()
    assert {"exam.started", "exam.closed"} <= set(deeds) and deeds["exam.closed"]["score"] == 0
    sitting = examinee.sitting(path)
    assert job.not_before == sitting.ends_at + timedelta(seconds=11)


def test_fifty_answers_are_fifty_rows(examinee: Examinee) -> None:
    examinee.start()
    assert count(examinee.browser.tenant, SittingAnswer) == 50


def test_the_back_office_lists_sittings(examinee: Examinee, browser_of: Callable[[Tenant], Browser]) -> None:
    """The result of each, never the answers."""
    path = examinee.start()
    examinee.answer_right(path, 35)
    examinee.submit(path)
    office = signed_in(browser_of(examinee.browser.tenant), staff(examinee.browser.tenant, Role.AUDITOR))
    page = office.get("/admin/sittings/?result=passed").text
    assert "王小明" in page and ">70<" in page and "合格" in page
    assert "没有符合条件的记录" in office.get("/admin/sittings/?result=open").text


def test_who_is_on_the_blacklist_cannot_sit(examinee: Examinee) -> None:
    """ZJ-14 禁考: the start is refused with the reason and the way to object."""
    bar(examinee.browser.tenant, examinee.who.id_number)
    examinee.browser.get(f"/exam/{examinee.enrollment}/")
    answer = examinee.browser.submit(f"/exam/{examinee.enrollment}/start")
    assert answer.status_code == 403 and "黑名单与申诉" in answer.text
