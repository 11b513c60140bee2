"""Accounts made beforehand from a sheet, over HTTP (BJ-05, X-05, X-06)."""
import io
from collections.abc import Callable

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from core.access import Role
from core.base.clock import FixedClock
from core.base.sheets import write_sheet
from core.identity import Account, Person, account_of, password_is_initial, person_by_id_number
from core.organization import seed_posts
from core.registration import people
from core.registration.models import PeopleSheet
from core.registry import certificates_of
from core.tenancy import NOBODY, Tenant, bound, unit_of_work
from core.work import run_waiting
from tests.browse import Browser
from tests.identity.test_sign_in import attempt
from tests.people import PASSWORD, id_number, phone, signed_in, staff, trainee

Browsers = Callable[[Tenant], Browser]
TITLES = ("name", "id_number", "phone", "number", "post", "issuer", "province", "issued_on")
LI = ("李四", id_number(2), phone(2), "", "", "", "", "")
ZHAO = ("赵五", id_number(3), phone(3), "12110010003", "资料员", "某建设委员会", "北京市", "2016-04-19")


def sheet(tenant: Tenant, *rows: tuple[str, ...]) -> bytes:
    """The tenant's own template, filled in."""
    with unit_of_work(tenant, NOBODY) as ctx:
        seed_posts(ctx)
        return write_sheet(people.sheet_columns(ctx), rows)


def administrator(tenant: Tenant, browser_of: Browsers) -> Browser:
    return signed_in(browser_of(tenant), staff(tenant, Role.ADMINISTRATOR))


def upload(browser: Browser, data: bytes, name: str = "人员.xlsx") -> str:
    """Upload a sheet; the address of its page."""
    browser.get("/admin/people-sheets/import/")
    answer = browser.submit("/admin/people-sheets/import/", {"sheet": (io.BytesIO(data), name)},
                            content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def write(browser: Browser, place: str) -> None:
    browser.get(place)
    assert browser.submit(f"{place}write/").status_code == 303
    run_waiting(browser.tenant)


def accounts(tenant: Tenant) -> int:
    with bound(tenant), tenant.session(write=False) as db:
        return len(db.scalars(select(Account.id).where(Account.person_id.is_not(None))).all())


def test_a_sheet_becomes_accounts_once_it_is_confirmed(beijing: Tenant, browser_of: Browsers) -> None:
    """BJ-05, X-05, X-06: nothing before the confirmation; then 111111 opens the change page, certificates are there."""
    admin = administrator(beijing, browser_of)
    place = upload(admin, sheet(beijing, LI, ZHAO))
    assert "还没有开设任何账号" in admin.get(place).text and accounts(beijing) == 0
    write(admin, place)
    page = admin.get(place).text
    assert "已开设 2 个账号" in page and accounts(beijing) == 2
    assert admin.submit(f"{place}write/").status_code == 409
    assert attempt(browser_of(beijing), LI[1], "111111").location == "/password"
    assert attempt(browser_of(beijing), LI[1], LI[2]).status_code == 422
    with unit_of_work(beijing, NOBODY) as ctx:
        zhao = person_by_id_number(ctx, ZHAO[1])
        assert zhao is not None and zhao.phone == ZHAO[2] and zhao.portal_opened_at is not None
        assert zhao.phone_confirmed_at is None and zhao.sex == "男"
        assert [held.number for held in certificates_of(ctx, zhao)] == ["12110010003"]


def test_the_same_sheet_again_doubles_nothing_and_touches_nobody(beijing: Tenant, browser_of: Browsers) -> None:
    """X-06, GD-08: who has an account keeps password and phone; another phone is a finding that says where to go."""
    known = trainee(beijing, name="王小明")
    admin = administrator(beijing, browser_of)
    mine = ("王小明", known.id_number, known.phone, "", "", "", "", "")
    for _again in range(2):
        write(admin, upload(admin, sheet(beijing, mine, LI)))
    assert accounts(beijing) == 2
    place = upload(admin, sheet(beijing, ("王小明", known.id_number, phone(8), *LI[3:]), LI))
    page = admin.get(place).text
    assert "导入不会更改手机号" in page and "走手机号更正" in page
    write(admin, place)
    assert accounts(beijing) == 2
    with unit_of_work(beijing, NOBODY) as ctx:
        person = person_by_id_number(ctx, known.id_number)
        assert person is not None and person.phone == known.phone and not password_is_initial(ctx, person)
        assert account_of(ctx, person).password_hash is not None
    assert attempt(browser_of(beijing), known.id_number, PASSWORD).location == "/"


def test_findings_stand_at_their_cells_and_in_the_sheet_to_mend(beijing: Tenant, browser_of: Browsers) -> None:
    """BJ-05: each wrong cell with a sentence; only the good rows are written; the corrected sheet comes in again."""
    admin = administrator(beijing, browser_of)
    place = upload(admin, sheet(
        beijing, ("李四", id_number(2)[:-1], phone(2), *LI[3:]), ("赵五", id_number(3), "12345", *LI[3:]),
        ("钱六", id_number(4), phone(4), "1211001", "", "", "", ""), ("孙七", id_number(5), phone(5), *LI[3:]),
        ("孙八", id_number(5), phone(5), *LI[3:])))
    page = admin.get(place).text
    for words in ("B2", "C3", "应为 11 位", "还要填岗位", "还要填发证日期", "同一身份证号在第 5 行填的不一样", "下载需要改正的行"):
        assert words in page, words
    admin.get(place)
    mended = load_workbook(io.BytesIO(admin.submit(f"{place}mend/").data)).active
    assert mended is not None and mended.max_row == 5 and "需要改正" in str(mended.cell(1, 9).value)
    write(admin, place)
    assert accounts(beijing) == 1


def test_one_phone_one_account_holds_in_a_sheet_too(jilin: Tenant, browser_of: Browsers) -> None:
    """JL-02, X-07: neither a phone of somebody on file nor the same twice."""
    trainee(jilin)
    admin = administrator(jilin, browser_of)
    place = upload(admin, sheet(jilin, ("李四", id_number(2), phone(1), *LI[3:]), ("赵五", id_number(3), phone(3), *LI[3:]),
                                ("钱六", id_number(4), phone(3), *LI[3:])))
    assert admin.get(place).text.count("已是别人的手机号") == 2


@pytest.mark.parametrize("data, name, words", [
    (b"", "a.xlsx", "空文件"), (b"<html>", "a.xlsx", "网页"), (b"a,b\n1,2\n", "a.csv", "没有找到表头"),
    (b"x", "a.pdf", "只能上传")])
def test_a_file_that_is_no_such_sheet_is_refused(national: Tenant, browser_of: Browsers, data: bytes, name: str,
                                                 words: str) -> None:
    admin = administrator(national, browser_of)
    admin.get("/admin/people-sheets/import/")
    answer = admin.submit("/admin/people-sheets/import/", {"sheet": (io.BytesIO(data), name)},
                          content_type="multipart/form-data")
    assert answer.status_code == 422 and words in answer.text


def test_rows_are_forgotten_after_a_day(national: Tenant, browser_of: Browsers, clock: FixedClock) -> None:
    """R30: names and numbers of a sheet are kept for hours; a late confirmation says what to do."""
    admin = administrator(national, browser_of)
    place = upload(admin, sheet(national, LI))
    with unit_of_work(national, NOBODY) as ctx:
        key = ctx.db.scalars(select(PeopleSheet.rows_key)).one()
    clock.advance(hours=25)
    with unit_of_work(national, NOBODY) as ctx:
        ctx.enqueue("registration.forget_sheets", {})
    run_waiting(national)
    with bound(national), pytest.raises(FileNotFoundError):
        national.blobs.get(key)
    admin = signed_in(browser_of(national), staff(national, Role.ADMINISTRATOR, username="second"))
    admin.get(place)
    late = admin.submit(f"{place}write/")
    assert late.status_code == 422 and "请重新上传" in late.text


def test_only_administrators_make_accounts(national: Tenant, browser_of: Browsers) -> None:
    """T3."""
    for role in (Role.HOTLINE, Role.AUDITOR):
        browser = signed_in(browser_of(national), staff(national, role))
        assert browser.get("/admin/people-sheets/import/").status_code == 403
    with unit_of_work(national, NOBODY) as ctx:
        assert ctx.db.scalars(select(Person)).all() == []
