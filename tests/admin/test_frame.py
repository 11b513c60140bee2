"""The back office's frame, tried on the question bank: lists, forms, actions, export, policy, CSRF, versions."""
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from sqlalchemy import select

from core.base.db import new_id
from core.base.sheets import Column, read_sheet
from core.base.trail import TrailRow
from core.exam import bank
from core.exam.bank_sheet import NewQuestion
from core.exam.models import Question
from core.exam.states import QuestionKind
from core.organization import seed_posts
from core.tenancy import Actor, Role, Tenant, unit_of_work
from core.web import JianxueFlask
from tests.browse import Browser

LIST = "/admin/questions/"


def actor_of(*roles: Role) -> Actor:
    return Actor(account_id=new_id(), name="王管理", roles=frozenset(roles))


@pytest.fixture
def sign_in(app: JianxueFlask) -> Iterator[Callable[..., None]]:
    """`sign_in(Role.ADMINISTRATOR)`: who sits behind all requests from now on."""

    def become(*roles: Role) -> None:
        actor = actor_of(*roles)
        app.load_actor = lambda *_args: actor

    become(Role.ADMINISTRATOR)
    yield become


@pytest.fixture
def questions(tenant: Tenant) -> list[str]:
    """Thirty questions of 资料员; returns their ids in the order of their stems."""
    with unit_of_work(tenant, actor_of(Role.ADMINISTRATOR)) as ctx:
        seed_posts(ctx)
        bank.add_questions(ctx, [NewQuestion(QuestionKind.SINGLE, f"第{number:02}题（ ）", ("甲", "乙", "丙"), "B",
                                             "资料员", topic="=归档") for number in range(30)])
        return [str(id) for id in ctx.db.scalars(select(Question.id).order_by(Question.stem))]


@pytest.fixture
def browser(tenant: Tenant, browser_of: Callable[[Tenant], Browser], sign_in: object) -> Browser:
    return browser_of(tenant)


def stems(tenant: Tenant, **where: object) -> list[str]:
    with unit_of_work(tenant) as ctx:
        return list(ctx.db.scalars(select(Question.stem).filter_by(**where).order_by(Question.stem)))


def deeds(tenant: Tenant, action: str) -> list[TrailRow]:
    with unit_of_work(tenant) as ctx:
        return list(ctx.db.scalars(select(TrailRow).where(TrailRow.action == action)))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_the_administrator_opens_the_pages(role: Role, browser: Browser, sign_in: Callable[..., None],
                                                questions: list[str]) -> None:
    sign_in(role)
    for path in (LIST, LIST + "new/", LIST + "import/", f"{LIST}{questions[0]}/", f"{LIST}{questions[0]}/edit/"):
        assert browser.get(path).status_code == 403
    assert "第00题" not in browser.get(LIST).text


def test_the_first_page_lists_what_the_role_may_open(browser: Browser, sign_in: Callable[..., None]) -> None:
    assert "题库" in browser.get("/admin/").text
    sign_in(Role.HOTLINE)
    page = browser.get("/admin/")
    assert page.status_code == 200 and "题库" not in page.text


def test_a_list_pages_sorts_filters_and_searches_by_its_address(browser: Browser, questions: list[str]) -> None:
    first = browser.get(LIST).text
    assert "共30条" in first and first.count("data-confirm") == 20 and first.count("/edit/") == 20
    assert "第29题" in browser.get(LIST + "?page=2").text
    assert "第29题" in browser.get(LIST + "?page=99").text
    assert browser.get(LIST + "?page=-1&size=x&sort=nothing&desc=7").status_code == 200
    assert "第07题" in browser.get(LIST + "?q=07").text and "第08题" not in browser.get(LIST + "?q=07").text
    assert "没有符合条件的记录" in browser.get(LIST + "?kind=multiple").text
    assert "共30条" in browser.get(LIST + "?kind=nonsense").text
    assert "没有符合条件的记录" in browser.get(LIST + "?q=%25").text
    assert 'aria-sort="descending"' in browser.get(LIST + "?sort=changed&desc=1").text


def test_no_page_of_the_console_has_inline_script_or_style(browser: Browser, questions: list[str]) -> None:
    """R29: what the CSP would refuse is not in the page, nor anything of another origin."""
    for path in ("/admin/", LIST, LIST + "new/", f"{LIST}{questions[0]}/", f"{LIST}{questions[0]}/edit/",
                 f"{LIST}{questions[0]}/do/retire/", LIST + "import/"):
        answer = browser.get(path)
        assert answer.status_code == 200, path
        page = answer.text
        assert "<script>" not in page and " style=" not in page and "onclick" not in page
        assert "http://" not in page.replace("http://www.w3.org", "") or "cdn" not in page


def test_a_question_is_made_and_found_again(browser: Browser, tenant: Tenant, questions: list[str]) -> None:
    typed = {"kind": "multiple", "scope": "通用", "stem": "新题（ ）", "options": "甲\n乙\n丙", "answer": "a,c",
             "difficulty": "中"}
    assert browser.submit(LIST + "new/", typed).status_code == 303
    with unit_of_work(tenant) as ctx:
        made = ctx.db.scalars(select(Question).where(Question.stem == "新题（ ）")).one()
        assert (made.key, made.version, made.options) == ("AC", 1, ["甲", "乙", "丙"])
    again = browser.submit(LIST + "new/", typed)
    assert again.status_code == 409 and "题库里已有一道相同的题" in again.text and "新题（ ）" in again.text
    wrong = browser.submit(LIST + "new/", typed | {"stem": "别的", "answer": "D"})
    assert wrong.status_code == 422 and "不在选项 A 到 C 之中" in wrong.text
    assert stems(tenant, kind="multiple") == ["新题（ ）"]


def test_an_edit_counts_the_version_and_leaves_a_trail(browser: Browser, tenant: Tenant, questions: list[str]) -> None:
    path = f"{LIST}{questions[3]}/edit/"
    typed = fields_of(browser, path)
    assert browser.submit(path, typed | {"answer": "C"}).status_code == 303
    with unit_of_work(tenant) as ctx:
        row = ctx.db.scalars(select(Question).where(Question.stem == "第03题（ ）")).one()
        assert (row.key, row.version) == ("C", 2)
    deed, = deeds(tenant, "admin.questions.edit")
    assert deed.subject == questions[3] and deed.detail == {"fields": ["answer"]}


def fields_of(browser: Browser, path: str) -> dict[str, str]:
    """The values that stand in a page's form."""
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: dict[str, str] = {}
            self.area = self.select = ""

        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            given = dict(attributes)
            name = given.get("name") or ""
            if tag == "input" and name not in ("csrf_token", ""):
                self.found[name] = given.get("value") or ""
            elif tag == "textarea":
                self.area = name
                self.found[name] = ""
            elif tag == "select":
                self.select = name
            elif tag == "option" and "selected" in given:
                self.found[self.select] = given.get("value") or ""

        def handle_endtag(self, tag: str) -> None:
            if tag == "textarea":
                self.area = ""

        def handle_data(self, data: str) -> None:
            if self.area:
                self.found[self.area] += data

    reader = Reader()
    reader.feed(browser.get(path).text.partition("<main")[2])
    return reader.found


def test_a_page_that_somebody_else_saved_since_is_refused(browser: Browser, tenant: Tenant,
                                                          questions: list[str]) -> None:
    path = f"{LIST}{questions[3]}/edit/"
    mine = fields_of(browser, path)
    assert browser.submit(path, mine | {"answer": "C"}).status_code == 303
    late = browser.submit(path, mine | {"answer": "A", "topic": "我写的"})
    assert late.status_code == 409 and "别人刚刚修改了这条记录" in late.text and "我写的" in late.text
    with unit_of_work(tenant) as ctx:
        assert ctx.db.scalars(select(Question.key).where(Question.stem == "第03题（ ）")).one() == "C"


def test_actions_ask_first_and_work_on_picked_rows(browser: Browser, tenant: Tenant, questions: list[str]) -> None:
    path = f"{LIST}{questions[0]}/do/retire/"
    assert "停用后，新的试卷不再抽到这道题" in browser.get(path).text
    assert browser.submit(path).status_code == 303
    assert browser.submit(path).status_code == 409
    assert browser.submit(LIST + "do/", {"action": "retire", "rowid": questions[1:4]}).status_code == 303
    assert stems(tenant, retired=True) == ["第00题（ ）", "第01题（ ）", "第02题（ ）", "第03题（ ）"]
    mixed = browser.submit(LIST + "do/", {"action": "retire", "rowid": [questions[9], questions[0]]})
    assert mixed.status_code == 409 and "一条都没有处理" in mixed.text
    assert len(stems(tenant, retired=True)) == 4
    assert browser.submit(LIST + "do/", {"action": "retire"}).status_code == 422
    assert browser.submit(LIST + "do/", {"action": "delete", "rowid": questions[:1]}).status_code == 404
    assert len(deeds(tenant, "admin.questions.retire")) == 4


@pytest.mark.parametrize("id", ["nothing", "0", "..", "%00", "018f0000-0000-7000-8000-000000000000"])
def test_rows_that_are_not_there(browser: Browser, id: str) -> None:
    assert browser.get(f"{LIST}{id}/").status_code == 404
    assert browser.get(f"{LIST}{id}/edit/").status_code == 404


def test_the_export_holds_what_is_queried_and_no_formula(browser: Browser, tenant: Tenant,
                                                         questions: list[str]) -> None:
    browser.get(LIST)
    csv = browser.submit(LIST + "export/csv/?q=第1")
    lines = csv.data.decode("utf-8-sig").splitlines()
    assert len(lines) == 11 and "'=归档" in lines[1] and lines[0].startswith("题干")
    xlsx = browser.submit(LIST + "export/xlsx/")
    sheet = read_sheet(xlsx.data, "questions.xlsx", [Column("topic", "知识点")])
    assert len(sheet.rows) == 30
    assert browser.submit(LIST + "export/exe/").status_code == 404
    assert [deed.detail["rows"] for deed in deeds(tenant, "admin.questions.export")] == [10, 30]


def test_every_post_of_the_console_needs_the_token(browser: Browser, app: JianxueFlask, tenant: Tenant,
                                                   questions: list[str]) -> None:
    """R28: list actions, bulk actions, forms and exports alike."""
    browser.get(LIST)
    paths = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("admin")
             and "POST" in (rule.methods or set())}
    assert len(paths) >= 8
    for path in paths:
        asked = path.replace("<id>", questions[0]).replace("<action>", "retire").replace("<kind>", "csv")
        asked = asked.replace("<uuid:person_id>", questions[0])
        answer = browser.post(asked, data={"action": "retire", "rowid": questions[:3]})
        # A page of a plugin that this tenant does not list is none at all.
        assert answer.status_code == (404 if asked.startswith(("/admin/desk_", "/admin/zj_")) else 400), asked
    assert stems(tenant, retired=True) == []


def test_nothing_of_flask_admin_itself_changes_rows(app: JianxueFlask) -> None:
    """Its own create, edit, delete, inline edit and ajax look-up are not served."""
    served = {rule.rule.rsplit("/admin/questions", 1)[1] for rule in app.url_map.iter_rules()
              if rule.rule.startswith("/admin/questions")}
    assert served == {"/", "/new/", "/<id>/", "/<id>/edit/", "/<id>/do/<action>/", "/do/", "/export/<kind>/",
                      "/import/", "/import/<id>/", "/import/<id>/write/", "/sheet/", "/find/"}


def test_one_tenant_never_shows_the_other_tenants_rows(browser_of: Callable[[Tenant], Browser], national: Tenant,
                                                       jilin: Tenant, sign_in: object) -> None:
    with unit_of_work(national, actor_of(Role.ADMINISTRATOR)) as ctx:
        bank.add_questions(ctx, [NewQuestion(QuestionKind.SINGLE, "金丝雀（ ）", ("甲", "乙"), "A", "通用")])
        id = ctx.db.scalars(select(Question.id)).one()
    here, there = browser_of(national), browser_of(jilin)
    assert "金丝雀" in here.get(LIST).text and "金丝雀" in here.get(f"{LIST}{id}/").text
    assert "金丝雀" not in there.get(LIST).text
    assert there.get(f"{LIST}{id}/").status_code == there.get(f"{LIST}{id}/edit/").status_code == 404


def test_a_file_that_is_no_sheet_is_refused_in_words(browser: Browser, tenant: Tenant) -> None:
    for data, name in ((b"hello", "a.xlsx"), (b"", "a.csv"), (b"\x00" * 50, "a.csv"), ("甲,乙\n1,2\n".encode(), "a.csv")):
        answer = browser.submit(LIST + "import/", {"sheet": (BytesIO(data), name)})
        assert answer.status_code == 422, name
    assert browser.submit(LIST + "import/", {}).status_code == 422
    assert stems(tenant) == []
