"""宽限名单 in the back office (C-20): proposed by one, confirmed by another, taken back by a further entry."""
import io
from collections.abc import Callable
from datetime import date

import openpyxl
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from core.access import NOBODY, Role
from core.base.clock import FixedClock, shanghai
from core.base.errors import Conflict, Forbidden, Refused
from core.deadline import service
from core.deadline.models import GraceEntry
from core.deadline.queries import grace_of, waiting_graces
from core.deadline.states import GraceState
from core.notification.models import Message
from core.registry import Certificate
from core.tenancy import Tenant, unit_of_work
from tests.browse import Browser
from tests.deadline.conftest import TOO_LATE, Holder, holder_of
from tests.deadline.test_deadline import recorded
from tests.people import Somebody, signed_in, staff

BrowserOf = Callable[[Tenant], Browser]
NEW_DAY = date(2021, 1, 15)
REASON = "住院，已核对出院小结"


def fields(one: Holder, **changed: str) -> dict[str, str]:
    return {"id_number": one.who.id_number, "number": one.number, "ends_on": NEW_DAY.isoformat(), "reason": REASON,
            **changed}


def proposed(tenant: Tenant, by: Somebody, one: Holder) -> GraceEntry:
    with unit_of_work(tenant, by.actor) as ctx:
        return service.propose(ctx, one.who.id_number, one.number, NEW_DAY, REASON)


def entries(tenant: Tenant) -> list[str]:
    with unit_of_work(tenant, NOBODY) as ctx:
        return [entry.step for entry in ctx.db.scalars(select(GraceEntry).order_by(GraceEntry.at, GraceEntry.turn))]


def test_from_proposal_to_replacement(guangdong: Tenant, guangdong_clock: FixedClock, browser_of: BrowserOf) -> None:
    """C-20: two people in the back office; the trainee is told by SMS, sees it, and replaces after the end."""
    one = holder_of(guangdong)
    recorded(guangdong, one)
    guangdong_clock.at = TOO_LATE
    clerk = signed_in(browser_of(guangdong), staff(guangdong, Role.ADMINISTRATOR))
    second = signed_in(browser_of(guangdong), staff(guangdong, Role.APPROVER))
    assert clerk.submit("/admin/graces/new/", fields(one)).status_code == 303
    trainee = signed_in(browser_of(guangdong), one.who)
    assert trainee.submit(f"/certificates/{one.certificate}/replace").status_code == 422
    assert REASON in second.get("/admin/grace_review/").text
    with unit_of_work(guangdong, NOBODY) as ctx:
        proposal = ctx.db.scalars(select(GraceEntry)).one()
        assert waiting_graces(ctx) == 1 and grace_of(ctx, one.certificate) is None
    assert clerk.get("/admin/grace_review/").status_code == 403
    assert second.submit(f"/admin/grace_review/{proposal.id}/do/confirm/").status_code == 303
    with unit_of_work(guangdong, NOBODY) as ctx:
        told = [message.text for message in ctx.db.scalars(select(Message))]
        assert waiting_graces(ctx) == 0
    assert any("换证期限延至2021年1月15日（含当日）" in text for text in told)
    shown = trainee.get("/deadline").text
    assert "您已列入宽限名单" in shown and REASON in shown and "还剩14天" in shown
    assert trainee.submit(f"/certificates/{one.certificate}/replace").status_code == 303
    assert entries(guangdong) == ["propose", "confirm"]


def test_four_eyes(guangdong: Tenant) -> None:
    """C-20: not who proposed it, not from another account with the same phone, not whom it concerns."""
    one = holder_of(guangdong)
    both = staff(guangdong, Role.ADMINISTRATOR, Role.APPROVER, phone="13900139000")
    twin = staff(guangdong, Role.APPROVER, username="twin", phone="13900139000")
    own = staff(guangdong, Role.APPROVER, username="own", phone=one.who.phone)
    proposal = proposed(guangdong, both, one)
    for somebody in (both, twin, own):
        with pytest.raises(Forbidden, match="four_eyes"), unit_of_work(guangdong, somebody.actor) as ctx:
            service.confirm(ctx, proposal.id)
    with pytest.raises(Forbidden), unit_of_work(guangdong, NOBODY) as ctx:
        service.confirm(ctx, proposal.id)
    assert entries(guangdong) == ["propose"]


def test_what_was_said_is_never_changed(guangdong: Tenant, guangdong_clock: FixedClock) -> None:
    """C-20: withdrawn by a new entry, told to the trainee; a second answer to the same question is a conflict."""
    one = holder_of(guangdong)
    clerk = staff(guangdong, Role.ADMINISTRATOR)
    second = staff(guangdong, Role.APPROVER)
    proposal = proposed(guangdong, clerk, one)
    with pytest.raises(Conflict, match="grace_waiting"):
        proposed(guangdong, clerk, one)
    with unit_of_work(guangdong, second.actor) as ctx:
        service.confirm(ctx, proposal.id)
    with pytest.raises(Conflict, match="grace_state"), unit_of_work(guangdong, second.actor) as ctx:
        service.refuse(ctx, proposal.id, "不同意这一条")
    with unit_of_work(guangdong, clerk.actor) as ctx:
        assert grace_of(ctx, one.certificate)
        service.withdraw(ctx, proposal.id, "材料不实")
    with unit_of_work(guangdong, NOBODY) as ctx:
        assert grace_of(ctx, one.certificate) is None
        assert ctx.db.get_one(GraceEntry, proposal.id).state is GraceState.WITHDRAWN
        assert "材料不实" in list(ctx.db.scalars(select(Message).order_by(Message.id)))[-1].text
    assert entries(guangdong) == ["propose", "confirm", "withdraw"]
    again = proposed(guangdong, clerk, one)
    with unit_of_work(guangdong, second.actor) as ctx:
        service.refuse(ctx, again.id, "没有新材料")
    with unit_of_work(guangdong, NOBODY) as ctx:
        assert grace_of(ctx, one.certificate) is None
    guangdong_clock.at = shanghai(2021, 1, 16)
    with pytest.raises(Refused, match="grace_past"):
        proposed(guangdong, clerk, one)


@pytest.mark.parametrize("statement", ["UPDATE deadline_grace SET reason = 'x'", "DELETE FROM deadline_grace"])
def test_the_database_refuses_to_change_an_entry(guangdong: Tenant, statement: str) -> None:
    """C-20: entries are added only."""
    proposed(guangdong, staff(guangdong, Role.ADMINISTRATOR), holder_of(guangdong))
    with pytest.raises(DBAPIError, match="append-only"), unit_of_work(guangdong, NOBODY) as ctx:
        ctx.db.execute(text(statement))


def test_a_day_that_is_over_is_not_confirmed(guangdong: Tenant, guangdong_clock: FixedClock) -> None:
    one = holder_of(guangdong)
    proposal = proposed(guangdong, staff(guangdong, Role.ADMINISTRATOR), one)
    guangdong_clock.at = shanghai(2021, 1, 16)
    second = staff(guangdong, Role.APPROVER)
    with pytest.raises(Refused, match="grace_past"), unit_of_work(guangdong, second.actor) as ctx:
        service.confirm(ctx, proposal.id)


@pytest.mark.parametrize(("changed", "word"), [
    ({"id_number": "110101199003079999"}, "身份证号"), ({"number": "GD0000"}, "没有编号为"),
    ({"ends_on": "2020-12-31"}, "宽限日期应晚于原期限2020年12月31日"), ({"ends_on": "2031-01-01"}, "最多一年"),
    ({"reason": "病"}, "请写明理由"),
])
def test_a_wrong_proposal_names_its_field(guangdong: Tenant, browser_of: BrowserOf, changed: dict[str, str],
                                          word: str) -> None:
    one = holder_of(guangdong)
    clerk = signed_in(browser_of(guangdong), staff(guangdong, Role.ADMINISTRATOR))
    answer = clerk.submit("/admin/graces/new/", fields(one, **changed))
    assert answer.status_code == 422 and word in answer.text
    assert entries(guangdong) == []


def test_who_is_not_concerned_needs_no_grace(guangdong: Tenant) -> None:
    """GD-02: a certificate of 2014 has no deadline."""
    with pytest.raises(Refused, match="no_deadline"):
        proposed(guangdong, staff(guangdong, Role.ADMINISTRATOR), holder_of(guangdong, issued=2014))


def sheet(*rows: tuple[str, ...]) -> tuple[io.BytesIO, str]:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in [("姓名", "身份证号", "证书编号", "宽限至", "理由"), *rows]:
        page.append(row)
    data = io.BytesIO()
    book.save(data)
    data.seek(0)
    return data, "graces.xlsx"


def test_by_sheet_all_or_none(guangdong: Tenant, browser_of: BrowserOf) -> None:
    """C-20, P-23: a wrong row is named with its cell and nothing is written; the mended sheet proposes all."""
    first, other = holder_of(guangdong, 1), holder_of(guangdong, 2)
    clerk = signed_in(browser_of(guangdong), staff(guangdong, Role.ADMINISTRATOR))
    good = ("王小明", first.who.id_number, first.number, "2021-01-15", REASON)
    wrong = clerk.submit("/admin/graces/import/", {"sheet": sheet(good, (
        "王小明", other.who.id_number, other.number, "2020-12-01", REASON))})
    assert wrong.status_code == 422 and "宽限日期应晚于原期限" in wrong.text and "D3" in wrong.text
    assert entries(guangdong) == []
    done = clerk.submit("/admin/graces/import/", {"sheet": sheet(good, (
        "王小明", other.who.id_number, other.number, "2021-01-20", REASON))})
    assert done.status_code == 303 and entries(guangdong) == ["propose", "propose"]
    assert clerk.submit("/admin/graces/template/").status_code == 200
    second = signed_in(browser_of(guangdong), staff(guangdong, Role.APPROVER))
    second.get("/admin/grace_review/")
    with unit_of_work(guangdong, NOBODY) as ctx:
        ids = [str(entry.id) for entry in ctx.db.scalars(select(GraceEntry))]
    answer = second.submit("/admin/grace_review/do/", {"action": "confirm", "rowid": ids})
    assert answer.status_code == 303
    with unit_of_work(guangdong, NOBODY) as ctx:
        assert {grace.ends_on for held in ctx.db.scalars(select(Certificate))
                if (grace := grace_of(ctx, held.id))} == {date(2021, 1, 15), date(2021, 1, 20)}
