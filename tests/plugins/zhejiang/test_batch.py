"""A sheet goes in once, whole, and by nobody else's hand (ZJ-12 … ZJ-17, ZJ-26, ZJ-31, B-52, C-17, P-23)."""
import random
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from core.api import Conflict, Ctx, NotFound, Refused
from core.api.intake import contacts_of
from core.api.sheets import Sheet, read_sheet
from core.api.store import Id
from core.base.outbox import due
from core.identity import Account, Person
from core.tenancy import Actor, Role, Tenant, unit_of_work
from core.work import perform, run_waiting
from plugins.zhejiang.batch import checking, service, writing
from plugins.zhejiang.batch.kinds import Found
from plugins.zhejiang.batch.models import Batch, BatchSheet, Candidate
from plugins.zhejiang.batch.states import CandidateState, Mode, SheetState
from tests.plugins.zhejiang import scene, sheets
from tests.plugins.zhejiang.sheets import COLUMNS, person, sheet_of

Rows = Sequence[Sequence[object]]


@pytest.fixture
def firm(zhejiang: Tenant) -> scene.Firm:
    return scene.firm(zhejiang)


@pytest.fixture
def school(zhejiang: Tenant) -> scene.School:
    return sheets.school(zhejiang)


@pytest.fixture
def batch(zhejiang: Tenant, firm: scene.Firm, school: scene.School) -> Id:
    return scene.batch(zhejiang, firm, school)


def clerk(firm: scene.Firm) -> Actor:
    return Actor(firm.clerk.account_id, None, "周经办", firm.clerk.roles, firm.organization_id)


def checked(tenant: Tenant, firm: scene.Firm, batch: Id, rows: Rows) -> Id:
    with unit_of_work(tenant, clerk(firm)) as ctx:
        return checking.check_sheet(ctx, ctx.db.get_one(Batch, batch), sheet_of(rows), "人员.xlsx").id


def begun(tenant: Tenant, firm: scene.Firm, sheet: Id) -> None:
    with unit_of_work(tenant, clerk(firm)) as ctx:
        writing.start(ctx, ctx.db.get_one(BatchSheet, sheet))


def imported(tenant: Tenant, firm: scene.Firm, batch: Id, rows: Rows) -> BatchSheet:
    sheet = checked(tenant, firm, batch, rows)
    begun(tenant, firm, sheet)
    run_waiting(tenant)
    return result(tenant, sheet)


def result(tenant: Tenant, sheet: Id) -> BatchSheet:
    with unit_of_work(tenant) as ctx:
        row = ctx.db.get_one(BatchSheet, sheet)
        assert row.rows == row.fresh + row.known + row.faulty
        if row.state == SheetState.DONE:
            assert row.written == row.fresh
        ctx.db.expunge(row)
        return row


def numbers(row: BatchSheet) -> tuple[int, int, int]:
    return row.written, row.known, row.faulty


def count(ctx: Ctx, what: type[object]) -> int:
    return ctx.db.scalar(select(func.count()).select_from(what)) or 0


def test_good_rows_go_in_with_an_account_that_has_the_initial_password(
        zhejiang: Tenant, firm: scene.Firm, batch: Id) -> None:
    """ZJ-17, ZJ-31: account 身份证号, password 111111, no hash of its own; the bad row stays out."""
    row = imported(zhejiang, firm, batch, [person(1), person(2, education="大学"), person(3)])
    assert (row.state, numbers(row)) == (SheetState.DONE, (2, 0, 1))
    with unit_of_work(zhejiang, clerk(firm)) as ctx:
        found = ctx.db.scalars(select(Candidate).order_by(Candidate.row)).all()
        assert [(one.row, one.state, one.education, one.employer) for one in found] == [
            (2, CandidateState.ENTERED, "本科", "示例建筑有限公司"), (4, CandidateState.ENTERED, "本科", "示例建筑有限公司")]
        held = contacts_of(ctx, {one.person_id for one in found})[found[0].person_id]
        assert (held.name, held.sex, held.id_number, held.phone) == person(1)[:4]
        accounts = ctx.db.scalars(select(Account).where(Account.person_id.is_not(None))).all()
        assert {(one.initial, one.password_hash, *(role.role for role in one.roles)) for one in accounts} == {
            ("111111", None, Role.TRAINEE)}
        assert ctx.db.scalar(select(Person.name_mac).where(Person.id == found[0].person_id))


def test_the_same_sheet_again_adds_nobody(zhejiang: Tenant, firm: scene.Firm, batch: Id) -> None:
    """ZJ-16: importing again is how a clerk makes sure."""
    rows = [person(serial) for serial in range(1, 8)]
    assert numbers(imported(zhejiang, firm, batch, rows)) == (7, 0, 0)
    again = checked(zhejiang, firm, batch, rows)
    assert (result(zhejiang, again).fresh, result(zhejiang, again).known) == (0, 7)
    with pytest.raises(Refused, match="没有可以导入的人"):
        begun(zhejiang, firm, again)
    with unit_of_work(zhejiang) as ctx:
        assert count(ctx, Candidate) == count(ctx, Person) == 7


def test_what_stayed_out_comes_back_as_a_sheet_that_passes_once_it_is_mended(
        zhejiang: Tenant, firm: scene.Firm, batch: Id) -> None:
    """ZJ-16, C-17: only the marked cells are mended; nothing else is found, and nobody is doubled."""
    rows = [person(1), person(1), person(2, phone=person(1)[3]), person(3, education="大学", name="=王三"), person(4)]
    sheet = checked(zhejiang, firm, batch, rows)
    begun(zhejiang, firm, sheet)
    run_waiting(zhejiang)
    with unit_of_work(zhejiang, clerk(firm)) as ctx:
        data = checking.to_mend(ctx, ctx.db.get_one(BatchSheet, sheet))
    back: Sheet = read_sheet(data, "to-mend.xlsx", COLUMNS)
    assert [row.raw["name"] for row in back.rows] == ["王二", "王三", "''=王三"]
    mended = [tuple(row.raw[column.key] for column in COLUMNS) for row in back.rows]
    mended[1] = person(2)
    mended[2] = person(3)
    row = imported(zhejiang, firm, batch, mended)
    assert (row.findings, numbers(row)) == ([], (2, 1, 0))
    with unit_of_work(zhejiang) as ctx:
        assert count(ctx, Candidate) == 4


def test_an_account_that_exists_is_left_as_it_is(zhejiang: Tenant, firm: scene.Firm, batch: Id,
                                                 school: scene.School) -> None:
    """ZJ-31: phone and password of somebody who has an account are theirs; the sheet says so and the row goes in."""
    imported(zhejiang, firm, batch, [person(1)])
    other = scene.batch(zhejiang, firm, school, post="机械员")
    row = imported(zhejiang, firm, other, [person(1, phone="13888888888")])
    assert numbers(row) == (1, 0, 0) and row.findings == [["phone_on_file", 1]]
    with unit_of_work(zhejiang) as ctx:
        assert count(ctx, Person) == 1 and count(ctx, Candidate) == 2
        assert ctx.db.scalar(select(Person.phone)) == person(1)[3]


def test_somebody_elses_people_stay_theirs_and_nobody_is_named(zhejiang: Tenant, firm: scene.Firm, batch: Id,
                                                               school: scene.School) -> None:
    """R3: of one post and year a person is enrolled once; the other enterprise is not told."""
    imported(zhejiang, firm, batch, [person(1)])
    own = scene.batch(zhejiang, firm, school)
    row = imported(zhejiang, firm, own, [person(1), person(9)])
    assert numbers(row) == (1, 0, 1) and row.findings == [["other_batch", 1]]
    rival = scene.firm(zhejiang, "另一家建筑有限公司")
    theirs = scene.batch(zhejiang, rival, school)
    sheet = checked(zhejiang, rival, theirs, [person(1)])
    with unit_of_work(zhejiang, clerk(rival)) as ctx:
        report = checking.report_of(ctx, ctx.db.get_one(BatchSheet, sheet))
    assert report is not None
    said = "".join(found.wrong + found.right for found in report.findings)
    assert "别的单位" in said and "示例建筑" not in said


def test_who_is_withdrawn_comes_back_by_another_sheet(zhejiang: Tenant, firm: scene.Firm, batch: Id) -> None:
    """Undo: one by one or all; what has gone to the institution stays."""
    imported(zhejiang, firm, batch, [person(serial) for serial in range(1, 5)])
    with unit_of_work(zhejiang, clerk(firm)) as ctx:
        held = ctx.db.get_one(Batch, batch)
        first, second, *_rest = ctx.db.scalars(select(Candidate).order_by(Candidate.row)).all()
        service.withdraw(ctx, held, first)
        service.move(ctx, second, CandidateState.SUBMITTED)
        with pytest.raises(Conflict, match="不能撤下"):
            service.withdraw(ctx, held, second)
        assert service.withdraw_all(ctx, held) == 2
    row = imported(zhejiang, firm, batch, [person(serial) for serial in range(1, 5)])
    assert numbers(row) == (3, 1, 0)


def test_continuing_education_needs_no_documents(zhejiang: Tenant, firm: scene.Firm, school: scene.School) -> None:
    """ZJ-26: what the sheet brings in can be ordered at once, and withdrawn until then."""
    batch = scene.batch(zhejiang, firm, school, mode=Mode.CONTINUING)
    imported(zhejiang, firm, batch, [person(1)])
    with unit_of_work(zhejiang, clerk(firm)) as ctx:
        assert ctx.db.scalar(select(Candidate.state)) == CandidateState.REVIEWED
        assert service.withdraw_all(ctx, ctx.db.get_one(Batch, batch)) == 1


def test_who_has_no_certificate_is_named_before_the_order(zhejiang: Tenant, firm: scene.Firm,
                                                          school: scene.School) -> None:
    """ZJ-26: said of each at the check, but nobody is kept out: the ministry, asked at the confirmation, may know more.
    A first training asks for none."""
    imported(zhejiang, firm, scene.batch(zhejiang, firm, school, post="机械员"), [person(1)])
    with unit_of_work(zhejiang, clerk(firm)) as ctx:
        trained = ctx.db.scalars(select(Candidate.id)).one()
    scene.certificate(zhejiang, trained)
    for mode, named in ((Mode.CONTINUING, True), (Mode.ONLINE, False)):
        batch = scene.batch(zhejiang, firm, school, mode=mode)
        sheet = checked(zhejiang, firm, batch, [person(serial) for serial in (1, 2, 3)])
        with unit_of_work(zhejiang, clerk(firm)) as ctx:
            row = ctx.db.get_one(BatchSheet, sheet)
            report = checking.report_of(ctx, row)
            assert report is not None and row.fresh == 3
            lines = [any(one.code == Found.NO_CERTIFICATE for one in line.findings) for line in report.lines]
            assert lines == [False, named, named]


def one_chunk(tenant: Tenant) -> None:
    with unit_of_work(tenant) as ctx:
        rows = [row for row in due(ctx.db, ctx.now, limit=100) if row.queue == "import"]
    perform(tenant, rows[0].id)


def test_cancel_keeps_what_is_in_and_says_how_many(zhejiang: Tenant, firm: scene.Firm, batch: Id,
                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 5: a batch can be cancelled on the way; uploading again goes on from there."""
    monkeypatch.setattr(writing, "CHUNK", 3)
    rows = [person(serial) for serial in range(1, 11)]
    sheet = checked(zhejiang, firm, batch, rows)
    begun(zhejiang, firm, sheet)
    one_chunk(zhejiang)
    with unit_of_work(zhejiang, clerk(firm)) as ctx:
        writing.cancel(ctx, ctx.db.get_one(BatchSheet, sheet))
    run_waiting(zhejiang)
    row = result(zhejiang, sheet)
    assert (row.state, row.written, row.fresh - row.written) == (SheetState.CANCELLED, 3, 7)
    assert numbers(imported(zhejiang, firm, batch, rows)) == (7, 3, 0)
    with unit_of_work(zhejiang, clerk(firm)) as ctx, pytest.raises(Conflict):
        writing.start(ctx, ctx.db.get_one(BatchSheet, sheet))


def test_two_sheets_with_the_same_people_write_each_person_once(zhejiang: Tenant, firm: scene.Firm, batch: Id,
                                                                school: scene.School) -> None:
    """Issue 5: both were fresh when they were checked; the later one finds them in, and its numbers still add up."""
    rows = [person(serial) for serial in range(1, 4)]
    rival = scene.firm(zhejiang, "另一家建筑有限公司")
    theirs = scene.batch(zhejiang, rival, school)
    sheets = [(firm, checked(zhejiang, firm, batch, rows)), (firm, checked(zhejiang, firm, batch, rows)),
              (rival, checked(zhejiang, rival, theirs, [*rows, person(4)]))]
    for who, sheet in sheets:
        begun(zhejiang, who, sheet)
        run_waiting(zhejiang)
    assert [numbers(result(zhejiang, sheet)) for _who, sheet in sheets] == [(3, 0, 0), (0, 3, 0), (1, 0, 3)]
    assert [kind for *_place, kind in result(zhejiang, sheets[2][1]).late] == ["elsewhere"] * 3
    with unit_of_work(zhejiang, clerk(rival)) as ctx:
        data = checking.to_mend(ctx, ctx.db.get_one(BatchSheet, sheets[2][1]))
    assert len(read_sheet(data, "a.xlsx", COLUMNS).rows) == 3


def test_a_row_written_twice_is_written_once(zhejiang: Tenant, firm: scene.Firm, batch: Id) -> None:
    """R11: the queue may ring a chunk again."""
    sheet = checked(zhejiang, firm, batch, [person(1), person(2)])
    begun(zhejiang, firm, sheet)
    for _time in range(2):
        with unit_of_work(zhejiang) as ctx:
            writing.write_chunk(ctx, sheet, 0)
    assert numbers(result(zhejiang, sheet)) == (2, 0, 0)


def test_one_sheet_at_a_time_and_none_after_its_time(zhejiang: Tenant, firm: scene.Firm, batch: Id) -> None:
    """A second sheet waits; the rows of one that nobody confirmed are forgotten after a day."""
    sheet = checked(zhejiang, firm, batch, [person(1)])
    later = checked(zhejiang, firm, batch, [person(2)])
    begun(zhejiang, firm, sheet)
    with pytest.raises(Conflict, match="正在导入"):
        checked(zhejiang, firm, batch, [person(3)])
    run_waiting(zhejiang)
    with unit_of_work(zhejiang) as ctx:
        ctx.db.get_one(BatchSheet, later).created_at = ctx.now.replace(year=2020)
        assert len(writing.forget_sheets(ctx)) == 1
    with pytest.raises(Refused, match="保存时间"):
        begun(zhejiang, firm, later)
    with unit_of_work(zhejiang, clerk(firm)) as ctx, pytest.raises(NotFound):
        checking.to_mend(ctx, ctx.db.get_one(BatchSheet, later))


def test_nothing_goes_into_a_batch_that_leads_nowhere(zhejiang: Tenant, firm: scene.Firm, batch: Id,
                                                      school: scene.School) -> None:
    """ZJ-13: discarded, last year's, or with an institution that no longer takes people for it."""
    offline = scene.batch(zhejiang, firm, school, mode=Mode.OFFLINE)
    with pytest.raises(Refused, match="另选|不开"):
        checked(zhejiang, firm, offline, [person(1)])
    sheet = checked(zhejiang, firm, batch, [person(1)])
    with unit_of_work(zhejiang, clerk(firm)) as ctx:
        service.discard(ctx, ctx.db.get_one(Batch, batch))
    with pytest.raises(Refused, match="作废"):
        checked(zhejiang, firm, batch, [person(1)])
    with pytest.raises(Conflict, match="作废"):
        begun(zhejiang, firm, sheet)
    with unit_of_work(zhejiang, clerk(firm)) as ctx:
        service.restore(ctx, ctx.db.get_one(Batch, batch))
    begun(zhejiang, firm, sheet)
    run_waiting(zhejiang)
    with unit_of_work(zhejiang, clerk(firm)) as ctx, pytest.raises(Conflict, match="还有学员"):
        service.discard(ctx, ctx.db.get_one(Batch, batch))
    with unit_of_work(zhejiang, clerk(firm)) as ctx:
        ctx.db.get_one(Batch, batch).year = 2025
    with pytest.raises(Refused, match="本年度"):
        checked(zhejiang, firm, batch, [person(2)])


KINDS = ("good", "good", "twice", "education", "sex", "known", "phone", "empty")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=25), seed=st.integers(0, 10_000))
def test_the_numbers_always_add_up(zhejiang: Tenant, firm: scene.Firm, school: scene.School, kinds: list[str],
                                   seed: int) -> None:
    """P-23: whatever the mixture, rows = in + known + faulty, and as many people as were told are in."""
    batch = scene.batch(zhejiang, firm, school)
    dice = random.Random(seed)
    fresh = iter(range(seed * 100 + 1, seed * 100 + 100))
    known = person(next(fresh))
    rows: list[tuple[str, ...]] = []
    for kind in kinds:
        row = person(next(fresh))
        rows.append({"good": row, "twice": dice.choice(rows or [row]), "education": (*row[:4], "大学", row[5]),
                     "sex": (row[0], "女", *row[2:]), "known": known, "phone": (*row[:3], known[3], *row[4:]),
                     "empty": ("", *row[1:])}[kind])
    with unit_of_work(zhejiang) as ctx:
        before = count(ctx, Candidate)
    imported(zhejiang, firm, batch, [known])
    sheet = checked(zhejiang, firm, batch, rows)
    if result(zhejiang, sheet).fresh:
        begun(zhejiang, firm, sheet)
        run_waiting(zhejiang)
    row_ = result(zhejiang, sheet)
    with unit_of_work(zhejiang, clerk(firm)) as ctx:
        assert row_.rows == len(rows) and count(ctx, Candidate) - before == row_.written + 1
        service.withdraw_all(ctx, ctx.db.get_one(Batch, batch))
