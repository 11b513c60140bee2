"""企业看板: where each employee stands, who joins and leaves, reminders, all proofs at once (C-19)."""
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import request, url_for
from sqlalchemy import select

from core.api import Conflict, Refused
from core.audit import latest_case, pass_case
from core.base.clock import FixedClock
from core.certificate.issuing import VERIFY
from core.course import StudyCompleted
from core.cycle import enrollment
from core.identity import person_of
from core.notification import Delivery
from core.tenancy import NOBODY, Actor, Ctx, Role, Tenant, unit_of_work
from core.web import JianxueFlask
from core.work import run_waiting
from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.batch.states import CandidateState as C
from plugins.zhejiang.board import service
from plugins.zhejiang.board.models import BoardRow, Employee
from plugins.zhejiang.board.rules import Known, standing
from plugins.zhejiang.board.states import REASON_WORDS, TONES, WORDS, Reason, Standing
from plugins.zhejiang.enterprise.models import Enterprise
from tests.audit.cases import studied
from tests.browse import Browser
from tests.certificate.holders import photo
from tests.exam.people import credit_all
from tests.people import id_number, signed_in
from tests.plugins.zhejiang import scene

TODAY = date(2026, 11, 20)
"""Forty-two days are left of the year, this one included."""


def study(**facts: object) -> Known:
    return Known(**{"year": 2026, "study": True, "hours_due": 32, **facts})  # type: ignore[arg-type]


@pytest.mark.parametrize(("known", "expected"), [
    (Known(2026, certificate="normal"), (Standing.DUE, Reason.NONE)),
    (Known(2026, C.ENTERED), (Standing.ENTERING, Reason.DOCUMENTS)),
    (Known(2026, C.SUBMITTED), (Standing.ENTERING, Reason.REVIEW)),
    (Known(2026, C.RETURNED), (Standing.AT_RISK, Reason.RETURNED)),
    (Known(2026, C.REVIEWED), (Standing.ENTERING, Reason.ORDER)),
    (Known(2026, C.ORDERED), (Standing.ENTERING, Reason.PAYMENT)),
    (Known(2026, C.ENROLLED), (Standing.STUDYING, Reason.PLAN)),
    (study(), (Standing.STUDYING, Reason.NOT_BEGUN)),
    (study(hours_done=1), (Standing.STUDYING, Reason.NONE)),
    (study(hours_due=43), (Standing.AT_RISK, Reason.BEHIND)),
    (study(hours_due=42), (Standing.STUDYING, Reason.NOT_BEGUN)),
    (study(year=2025, hours_done=31), (Standing.AT_RISK, Reason.YEAR_OVER)),
    (study(hours_done=32), (Standing.AUDIT, Reason.NONE)),
    (study(hours_done=32, first_time=True), (Standing.TESTING, Reason.NONE)),
    (study(hours_done=32, audit="waiting"), (Standing.AUDIT, Reason.NONE)),
    (study(hours_done=0, audit="cleared"), (Standing.ABNORMAL, Reason.CLEARED)),
    (study(completed=True, hours_done=32, audit="passed"), (Standing.DONE, Reason.NONE)),
    (study(completed=True, certificate="abnormal"), (Standing.ABNORMAL, Reason.CERTIFICATE_ABNORMAL)),
    (Known(2026, certificate="cancelled"), (Standing.ABNORMAL, Reason.CERTIFICATE_CANCELLED)),
])
def test_where_an_employee_stands(known: Known, expected: tuple[Standing, Reason]) -> None:
    """C-19: due, studying, in audit, at risk, abnormal."""
    assert standing(known, TODAY, 1.0) == expected


def test_every_standing_and_reason_has_words() -> None:
    assert set(WORDS) == set(TONES) == set(Standing) and set(REASON_WORDS) == set(Reason)


def acting(firm: scene.Firm) -> Actor:
    return Actor(firm.clerk.account_id, None, firm.clerk.name, frozenset({Role.ENTERPRISE}), firm.organization_id)


def look(tenant: Tenant, firm: scene.Firm) -> int:
    with unit_of_work(tenant, acting(firm)) as ctx:
        return service.look(ctx, ctx.db.get_one(Enterprise, firm.id))


def rows(ctx: Ctx, firm: scene.Firm) -> list[BoardRow]:
    return list(ctx.db.scalars(select(BoardRow).where(BoardRow.enterprise_id == firm.id).order_by(BoardRow.place)))


def test_the_board_shows_whom_the_batches_enrolled_and_looks_again(zhejiang: Tenant) -> None:
    firm, school = scene.firm(zhejiang), scene.school(zhejiang)
    batch = scene.batch(zhejiang, firm, school)
    for serial, state in enumerate((C.ENTERED, C.RETURNED, C.CANCELLED), 1):
        scene.candidate(zhejiang, batch, serial, state=state)
    assert look(zhejiang, firm) == 2
    with unit_of_work(zhejiang, acting(firm)) as ctx:
        first = rows(ctx, firm)
        assert [Standing(row.standing) for row in first] == [Standing.AT_RISK, Standing.ENTERING]
        moved = ctx.db.scalars(select(Candidate).where(Candidate.state == C.RETURNED)).one()
        moved.state = C.SUBMITTED
    look(zhejiang, firm)
    with unit_of_work(zhejiang, acting(firm)) as ctx:
        again = rows(ctx, firm)
        assert {row.id for row in again} == {row.id for row in first}
        assert {Reason(row.reason) for row in again} == {Reason.DOCUMENTS, Reason.REVIEW}


def test_who_left_is_off_the_board_until_the_firm_enrolls_them_again(zhejiang: Tenant, clock: FixedClock) -> None:
    firm, other, school = scene.firm(zhejiang), scene.firm(zhejiang, "另一家建筑有限公司"), scene.school(zhejiang)
    scene.candidate(zhejiang, scene.batch(zhejiang, firm, school))
    look(zhejiang, firm)
    with unit_of_work(zhejiang, acting(other)) as ctx, pytest.raises(Conflict, match="另一家单位"):
        service.join(ctx, ctx.db.get_one(Enterprise, other.id), "王小明", id_number(1))
    clock.at += timedelta(days=1)
    with unit_of_work(zhejiang, acting(firm)) as ctx:
        service.leave(ctx, ctx.db.scalars(select(Employee)).one())
    assert look(zhejiang, firm) == 0
    with unit_of_work(zhejiang, acting(other)) as ctx:
        enterprise = ctx.db.get_one(Enterprise, other.id)
        with pytest.raises(Refused, match="姓名和身份证号都相符"):
            service.join(ctx, enterprise, "王大明", id_number(1))
        service.join(ctx, enterprise, "王 小明", id_number(1))
    with unit_of_work(zhejiang, acting(firm)) as ctx, pytest.raises(Conflict, match="另一家单位"):
        service.come_back(ctx, ctx.db.scalars(select(Employee).where(Employee.enterprise_id == firm.id)).one())


def test_a_clerk_filters_reminds_exports_and_packs(zhejiang: Tenant,
                                                   browser_of: Callable[[Tenant], Browser]) -> None:
    """C-19, R34: a name that would be a formula comes out as text."""
    firm, school = scene.firm(zhejiang), scene.school(zhejiang)
    batch = scene.batch(zhejiang, firm, school)
    scene.candidate(zhejiang, batch, 1, name="=1+1")
    scene.candidate(zhejiang, batch, 2, name="李小红", state=C.RETURNED)
    clerk = signed_in(browser_of(zhejiang), firm.clerk)
    assert "还没有统计过" in clerk.get("/admin/zj_board/").text
    assert clerk.submit("/admin/zj_board/look/").status_code == 303
    run_waiting(zhejiang)
    page = clerk.get("/admin/zj_board/").text
    assert "资格审核退回" in page and "李小红" in page and "截至" in page
    assert "李小红" not in clerk.get("/admin/zj_board/?standing=entering").text
    found = clerk.submit("/admin/zj_board/find/", {"q": id_number(2)}, follow_redirects=True).text
    assert "李小红" in found and "=1+1" not in found
    sheet = clerk.submit("/admin/zj_board/export/xlsx/", {})
    with zipfile.ZipFile(io.BytesIO(sheet.data)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
    refused = clerk.submit("/admin/zj_board/bundle/", {"year": "2026"})
    assert refused.status_code == 422 and "还没有已完成的职工" in refused.text


def test_all_papers_of_a_year_come_in_one_zip(zhejiang: Tenant, app: JianxueFlask,
                                              browser_of: Callable[[Tenant], Browser]) -> None:
    """C-19: who finished elsewhere and joined brings the proof along; another enterprise cannot fetch the zip."""
    firm, other, one = scene.firm(zhejiang), scene.firm(zhejiang, "另一家建筑有限公司"), studied(zhejiang, 41)
    with unit_of_work(zhejiang, NOBODY) as ctx:
        assert one.who.person_id is not None
        person_of(ctx, one.who.person_id).photo_key = ctx.blobs.put(photo(), "photo")
        credit_all(ctx, enrollment(ctx, one.enrollment))
        ctx.publish(StudyCompleted(one.enrollment))
    run_waiting(zhejiang)
    with unit_of_work(zhejiang, NOBODY) as ctx:
        case = latest_case(ctx, one.enrollment)
        assert case is not None
        pass_case(ctx, case.id, case.version)
    run_waiting(zhejiang)
    with unit_of_work(zhejiang, acting(firm)) as ctx:
        service.join(ctx, ctx.db.get_one(Enterprise, firm.id), one.who.name, one.who.id_number)
    look(zhejiang, firm)
    clerk = signed_in(browser_of(zhejiang), firm.clerk)
    assert "已完成" in clerk.get("/admin/zj_board/").text
    assert clerk.submit("/admin/zj_board/bundle/", {"year": "2026"}).status_code == 303
    run_waiting(zhejiang)
    path = re.search(r"/admin/zj_board/bundle/[0-9a-f-]+/", clerk.get("/admin/zj_board/").text)
    assert path is not None
    with zipfile.ZipFile(io.BytesIO(clerk.submit(path[0]).data)) as papers:
        [name] = papers.namelist()
        assert name.startswith(one.who.name) and name.endswith("2026年度学时证明.pdf")
        assert papers.read(name).startswith(b"%PDF")
    with app.test_request_context(base_url="http://zhejiang.localhost"):
        assert url_for("certificate.verify_token", token="t", _external=True) == f"{request.host_url}{VERIFY}t"
    stranger = signed_in(browser_of(zhejiang), other.clerk)
    assert stranger.submit(path[0]).status_code == 404


def test_a_reminder_goes_out_once_a_day_and_only_where_the_trainee_can_act(zhejiang: Tenant) -> None:
    firm, school = scene.firm(zhejiang), scene.school(zhejiang)
    scene.candidate(zhejiang, scene.batch(zhejiang, firm, school))
    look(zhejiang, firm)
    with unit_of_work(zhejiang, acting(firm)) as ctx:
        row = rows(ctx, firm)[0]
        with pytest.raises(Refused, match="没有需要本人办理"):
            service.remind(ctx, row, "示例建筑有限公司")
        row.standing, row.reason, row.hours_due = Standing.STUDYING, Reason.NOT_BEGUN, 32
        service.remind(ctx, row, "示例建筑有限公司")
        service.remind(ctx, row, "示例建筑有限公司")
        [sent] = ctx.db.scalars(select(Delivery)).all()
        assert sent.text.startswith("【温馨提示】尊敬的王小明学员您好，示例建筑有限公司已为您开通资料员岗位2026年度培训")


def test_another_firms_rows_are_unknown(zhejiang: Tenant, browser_of: Callable[[Tenant], Browser]) -> None:
    """R3."""
    firm, other, school = scene.firm(zhejiang), scene.firm(zhejiang, "另一家建筑有限公司"), scene.school(zhejiang)
    scene.candidate(zhejiang, scene.batch(zhejiang, firm, school))
    look(zhejiang, firm)
    with unit_of_work(zhejiang, acting(firm)) as ctx:
        row = rows(ctx, firm)[0]
    stranger = signed_in(browser_of(zhejiang), other.clerk)
    for path in (f"/admin/zj_board/{row.id}/", f"/admin/zj_board/{row.id}/do/leave/",
                 f"/admin/zj_employees/{row.employee_id}/do/leave/"):
        assert stranger.get(path).status_code == 404
    assert "王小明" not in stranger.get("/admin/zj_board/").text
