"""Importing a bank: findings first, nothing written before somebody says so, chunks that may be repeated."""
import pytest

from core.base.errors import Conflict, Refused
from core.base.outbox import OutboxRow, job_kind
from core.base.sheets import write_csv
from core.demo.bank import demo_sheet
from core.exam import bank
from core.exam.bank_sheet import COLUMNS
from core.exam.models import Question
from core.exam.states import ImportState
from core.organization import seed_posts
from core.tenancy import Ctx
from sqlalchemy import func, select


def total(ctx: Ctx) -> int:
    return ctx.db.scalar(select(func.count()).select_from(Question)) or 0


def run_jobs(ctx: Ctx) -> int:
    """Run every waiting import job in order, as the worker would."""
    ran = 0
    while (row := ctx.db.scalar(select(OutboxRow).where(OutboxRow.kind == bank.JOB, OutboxRow.state == "waiting")
                                .order_by(OutboxRow.id).limit(1))) is not None:
        job_kind(row.kind).handler(ctx, row.payload)
        row.state = "done"
        ctx.db.flush()
        ran += 1
    return ran


def test_a_sheet_is_looked_through_before_anything_is_written(ctx: Ctx, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank, "CHUNK", 60)
    seed_posts(ctx)
    report = bank.check_sheet(ctx, demo_sheet(), "题库.xlsx")
    assert (report.rows, report.good, report.known, report.findings) == (164, 164, 0, [])
    assert total(ctx) == 0
    bank.start_import(ctx, report)
    with pytest.raises(Conflict):
        bank.start_import(ctx, report)
    assert run_jobs(ctx) == 3
    assert (report.state, report.written, report.looked_at, total(ctx)) == (ImportState.DONE, 164, 164, 164)
    again = bank.check_sheet(ctx, demo_sheet(), "题库.xlsx")
    assert again.known == 164
    bank.write_chunk(ctx, again.id, 0)
    assert total(ctx) == 164


def test_good_rows_go_in_and_faulty_ones_are_reported(ctx: Ctx) -> None:
    seed_posts(ctx)
    titles = [column.title for column in COLUMNS]
    good = {"题型": "单选题", "题干": "题一（ ）", "选项A": "甲", "选项B": "乙", "答案": "A", "岗位": "施工员"}
    lines = [good, good | {"题干": "题二（ ）", "答案": "E"}, good | {"题干": "题三（ ）", "岗位": "厨师"}]
    data = write_csv(titles, [[line.get(title, "") for title in titles] for line in lines])
    report = bank.check_sheet(ctx, data, "题库.csv")
    assert (report.rows, report.good, report.finding_count) == (3, 1, 2)
    assert [finding[:3] for finding in report.findings] == [["3", "答案", "H3"], ["4", "岗位", "L4"]]
    bank.start_import(ctx, report)
    run_jobs(ctx)
    assert total(ctx) == 1


def test_a_sheet_without_one_good_row_writes_nothing(ctx: Ctx) -> None:
    titles = [column.title for column in COLUMNS]
    report = bank.check_sheet(ctx, write_csv(titles, [["填空题", *[""] * (len(titles) - 1)]]), "题库.csv")
    with pytest.raises(Refused):
        bank.start_import(ctx, report)


def test_the_paper_of_a_post_takes_its_own_its_family_and_the_common_questions(ctx: Ctx) -> None:
    """N-40: fifty can be drawn for each post of the demonstration, never another post's."""
    seed_posts(ctx)
    report = bank.check_sheet(ctx, demo_sheet(), "题库.xlsx")
    bank.start_import(ctx, report)
    run_jobs(ctx)
    for post, family in (("资料员", "资料员"), ("土建施工员", "施工员"), ("土建质量员", "质量员")):
        ids = [item.id for item in bank.bank_of(ctx, post, family)]
        scopes = set(ctx.db.scalars(select(Question.scope).where(Question.id.in_(ids))))
        assert len(ids) == 98 and scopes == {post, "通用"}
