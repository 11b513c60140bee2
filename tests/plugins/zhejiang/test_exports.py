"""R34: formula canaries in every text column come out of every export of Zhejiang as text.

The exports are found in the app: a route whose function leads to `write_sheet`, `corrected_sheet` or `write_csv` is
one. The rows are made from the tables, each text beginning with a formula's character; so a new export is tried as
soon as it is there, and fails here while it gives no sheet, or one without the canary.
"""
import csv
import inspect
import io
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest
from openpyxl import load_workbook
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from core.access import PERMISSIONS, policy_of
from core.api.sheets import XLSX, Finding, Row, Sheet
from core.app import load_flow_parts
from core.base.clock import local_date
from core.base.matters import Step
from core.base.sheets import corrected_sheet, write_csv, write_sheet
from core.organization.models import Sanction
from core.registration.models import PeopleSheet
from core.registry.models import StatusSheet
from core.tenancy import NOBODY, Role, Tenant, unit_of_work
from core.web import JianxueFlask
import plugins.zhejiang as zhejiang_plugin
from plugins.zhejiang.batch import checking
from plugins.zhejiang.batch.kinds import Outcome
from plugins.zhejiang.batch.models import BatchSheet
from plugins.zhejiang.batch.rules import Line
from plugins.zhejiang.review.models import ApplicationSheet
from plugins.zhejiang.review.sheet import columns
from tests.browse import Browser
from tests.contracts.canary import fill, identity
from tests.people import Somebody, id_number, signed_in, staff
from tests.plugins.zhejiang.test_isolation import ids_of

BrowserOf = Callable[[Tenant], Browser]
MARKS = ("=CANARY()", "+CANARY", "-CANARY", "@CANARY")
"""One for each world: everybody sees the rows of one, or of all."""
WRITERS = frozenset({write_sheet, corrected_sheet, write_csv})
OF_A_PARTY = frozenset({Role.ENTERPRISE, Role.INSTITUTION, Role.INVIGILATOR})
"""Who sees only the rows of an enterprise or institution."""
CITY = "杭州市"
TAKE_IN: Mapping[str, str] = {
    "/admin/certificate-states/import/": "keeps the rows to mend",
    "/admin/people-sheets/import/": "keeps the rows to mend",
    "/zj/review/batches/<uuid:batch_id>/sheet": "keeps the rows to mend",
}
"""Pages that read a sheet and give none; what they keep is given out by others."""
WITHOUT_TEXTS: Mapping[str, str] = {
    "/zj/batch/template.xlsx": "empty form", "/admin/graces/template/": "empty form",
    "/admin/holdings/template/": "empty form", "/admin/certificate-states/template/": "empty form",
    "/admin/people-sheets/template/": "empty form",
}
"""Exports in which nothing stands that anybody typed."""
ABSENT: Mapping[str, str] = {
    "/admin/desk_tickets/export/<kind>/": "another plugin's",
    "/admin/counter/export/<kind>/": "enterprises enroll here",
}
"""Exports that 浙江 does not have: 404."""
SHEETS: Mapping[str, str] = {"id": "status_sheet"}
"""Whose id is in the address of an imported sheet."""
ASKED: Mapping[str, str] = {"/zj/review/queue/export": "?state=returned"}
WORDS: Mapping[str, Any] = {
    # So that each row is in the lists of its world.
    "zj_enterprise.city": CITY, "zj_enterprise.state": "approved", "account.disabled_at": None,
    "account.person_id": None, "organization.city": CITY, "organization.closed_at": None,
    "organization.kind": "institution", "zj_batch.closed_at": None, "zj_order_entry.kind": "opened",
    "zj_candidate.state": "returned", "zj_test_plan.state": "published", "institution_sanction.turn": 0,
    "person_bar.turn": 0, "person_bar.city": CITY, "deadline_grace.turn": 0,
}
RUNS = re.compile(r"^\s*[=+\-@＝＋－＠](?![\d.]+$)")
"""What a spreadsheet program may take for a formula; a number is none."""


def leads_to_a_sheet(function: Callable[..., Any], seen: set[FunctionType]) -> bool:
    """Whether a writer, or the type of a sheet, is named in the function or in one of ours that is named in it."""
    plain = inspect.unwrap(function)
    plain = plain.__func__ if inspect.ismethod(plain) else plain
    if plain in WRITERS:
        return True
    if not isinstance(plain, FunctionType) or plain in seen or not plain.__module__.startswith(("core.", "plugins.")):
        return False
    seen.add(plain)
    return "XLSX" in plain.__code__.co_names or any(leads_to_a_sheet(one, seen) for one in named_in(plain))


def named_in(function: FunctionType) -> Iterator[Callable[..., Any]]:
    """The functions that a function names, alone or behind their module."""
    words = set(words_of(function.__code__))
    for word in words & function.__globals__.keys():
        known = function.__globals__[word]
        if inspect.isfunction(known):
            yield known
        elif isinstance(known, ModuleType) and known.__name__.startswith(("core.", "plugins.")):
            yield from (vars(known)[one] for one in words & vars(known).keys() if inspect.isfunction(vars(known)[one]))


def words_of(code: CodeType) -> Iterator[str]:
    """The names in a function, also in what it defines inside."""
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from words_of(inner)


def exports(app: JianxueFlask) -> list[Rule]:
    """All exports of the app, those of core for everybody as well."""
    return [rule for rule in app.url_map.iter_rules() if rule.rule not in TAKE_IN
            and leads_to_a_sheet(app.view_functions[rule.endpoint], set())]


def roles_of(app: JianxueFlask, rule: Rule) -> list[Role]:
    declared = policy_of(app.view_functions[rule.endpoint])
    assert declared is not None and declared.permission is not None, rule.rule
    return sorted(PERMISSIONS[declared.permission])


@pytest.fixture
def people(app: JianxueFlask, zhejiang: Tenant) -> Mapping[tuple[Role, int], Somebody]:
    """A world for each mark, and in each of them somebody of every role."""
    load_flow_parts()
    for number, mark in enumerate(MARKS):
        fill(zhejiang, first=number, rows=1, mark=mark, words={
            **WORDS, "person.id_number": id_number(number + 60), "zj_application.jobs": [["2020-01", None, mark]]})
        keep_sheets(zhejiang, number, mark)
        confirm_sanction(zhejiang, number)
    return {(role, number): staff(
        zhejiang, role, username=f"{role}-{number}", city=CITY if role is Role.REGULATOR else None,
        organization_id=identity("organization", number) if role in OF_A_PARTY else None)
        for role in set(Role) - {Role.TRAINEE} for number in range(len(MARKS))}


def keep_sheets(tenant: Tenant, number: int, mark: str) -> None:
    """The bytes of the uploaded sheets, all of whose cells begin with the mark."""
    with unit_of_work(tenant, NOBODY) as ctx:
        wanted = columns(local_date(ctx.now))
        held = ctx.db.get_one(BatchSheet, identity("zj_batch_sheet", number))
        line = Line(3, (mark,) * len(checking.sheet_columns(ctx)), None, Outcome.FAULTY, (
            Finding(3, "姓名", "B3", mark, f"{mark}，", mark),))
        held.rows_key = ctx.blobs.put(checking._packed(held, [line]), checking.BLOBS)
        typed = Row(3, {}, {column.key: mark for column in wanted}, line.findings)
        key = ctx.blobs.put(corrected_sheet(wanted, Sheet("", (typed,), line.findings)), "zjapplication")
        ctx.db.get_one(ApplicationSheet, identity("zj_application_sheet", number)).mend_key = key
        ctx.db.get_one(PeopleSheet, identity("people_sheet", number)).mend_key = key
        ctx.db.get_one(StatusSheet, identity("status_sheet", number)).mend_key = key


def confirm_sanction(tenant: Tenant, number: int) -> None:
    """An institution reads what was decided about it, not what was proposed."""
    with unit_of_work(tenant, NOBODY) as ctx:
        asked = ctx.db.get_one(Sanction, identity("institution_sanction", number))
        ctx.db.add(Sanction(organization_id=asked.organization_id, kind=asked.kind, step=Step.CONFIRM, turn=1,
                            since=asked.since, until=asked.until, by_name="", at=asked.at, answers_id=asked.id))


def addresses(app: JianxueFlask, rule: Rule, number: int) -> list[str]:
    """Where a world's export is, once for each kind of file."""
    adapter = app.url_map.bind("zhejiang.localhost")
    tables = SHEETS if "/import/<id>/" in rule.rule else ids_of(app, rule)
    ids = {name: identity(table, number) for name, table in tables.items()}
    kinds = ("xlsx", "csv") if rule.rule.startswith("/admin/") else ("xlsx",)
    return [adapter.build(rule.endpoint, {**ids, "kind": kind}, append_unknown=False) + ASKED.get(rule.rule, "")
            for kind in (kinds if "kind" in rule.arguments else kinds[:1])]


def texts_of(answer: TestResponse) -> list[str]:
    """All cells as text; fails for one that a spreadsheet program would run."""
    if answer.mimetype == "text/csv":
        found = [cell for row in csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))) for cell in row]
        assert [cell for cell in found if RUNS.match(cell)] == []
        return found
    assert answer.mimetype == XLSX
    cells = [cell for sheet in load_workbook(io.BytesIO(answer.data)) for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    texts = [str(cell.value) for cell in cells if cell.data_type == "s"]
    assert [text for text in texts if RUNS.match(text)] == []
    return texts


def faults(app: JianxueFlask, rule: Rule, browser: Browser, somebody: Somebody, number: int) -> list[str]:
    """What is wrong with an export of one world."""
    signed_in(browser, somebody)
    browser.get("/admin/")
    found = []
    for path in addresses(app, rule, number):
        answer = browser.submit(path) if "POST" in (rule.methods or ()) else browser.get(path)
        name = f"{rule.rule} {sorted(somebody.roles)}"
        if rule.rule in ABSENT and answer.status_code == 404:
            continue
        if answer.status_code != 200 or answer.mimetype not in (XLSX, "text/csv"):
            found.append(f"{name}: {answer.status_code} {answer.mimetype}")
            continue
        try:
            texts = texts_of(answer)
        except AssertionError as error:
            found.append(f"{name}: {str(error).splitlines()[0]}")
            continue
        if rule.rule not in WITHOUT_TEXTS and not any(MARKS[number] in text for text in texts):
            found.append(f"{name}: a sheet without anything of world {number}")
    return found


def test_a_formula_leaves_by_no_export(app: JianxueFlask, zhejiang: Tenant, browser_of: BrowserOf,
                                       people: Mapping[tuple[Role, int], Somebody]) -> None:
    """R34, F6: as xlsx and csv, by each role that may, from each of the worlds that it sees."""
    found = []
    browser = browser_of(zhejiang)
    rules = exports(app)
    assert len(rules) > 50
    for rule in rules:
        for role in roles_of(app, rule):
            for number in range(len(MARKS) if role in OF_A_PARTY else 1):
                found += faults(app, rule, browser, people[role, number], number)
    assert not found, "\n".join(found)


def test_there_is_one_way_to_write_a_sheet() -> None:
    """F6: what would be written otherwise would not be found above."""
    import_line = re.compile(r"^\s*(?:import|from)\s+(?:csv|xlsxwriter|openpyxl)\b", re.MULTILINE)
    assert [path.name for path in Path(zhejiang_plugin.__path__[0]).rglob("*.py")
            if import_line.search(path.read_text("utf-8"))] == []
