"""资格审核: submitted, returned, mended, reviewed; bulk with its sample; who sees what (ZJ-19 … ZJ-21, ZJ-33 … ZJ-35)."""
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Barrier, Thread
from types import SimpleNamespace
from typing import Any

import pypdf
import pytest
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from core.api.store import Id
from core.base.clock import FixedClock
from core.base.errors import Conflict, Refused
from core.base.sheets import Column, read_sheet
from core.identity import person_of
from core.tenancy import NOBODY, Actor, Tenant, unit_of_work
from core.work import run_waiting
from plugins.zhejiang.batch.models import Batch, Candidate
from plugins.zhejiang.batch.states import CandidateState, Mode
from plugins.zhejiang.documents import keeping
from plugins.zhejiang.documents.models import Document
from plugins.zhejiang.documents.states import DocumentKind, DocumentState
from plugins.zhejiang.enterprise.models import Enterprise
from plugins.zhejiang.review import bulk as bulks
from plugins.zhejiang.review import printing, service, sweeping
from plugins.zhejiang.review.applications import parse_span
from plugins.zhejiang.review.models import Application, ApplicationSheet, Bulk, FormPrint, Review, Sample
from plugins.zhejiang.review.queries import case_of
from plugins.zhejiang.review.rules import Outcome
from plugins.zhejiang.review.sheet import columns
from plugins.zhejiang.review.states import BulkState
from tests.browse import Browser
from tests.people import id_number, signed_in
from tests.plugins.zhejiang import scene, zips

FILLED = {"speciality": "土木工程", "graduated_on": "2012-06-30", "years": "3", "span1": "2021年1月--2024年6月",
          "post1": "资料员", "address": "杭州市西湖区文三路100号", "email": "wang@example.cn"}


@pytest.fixture
def desk(zhejiang: Tenant, clock: FixedClock, browser_of: Callable[[Tenant], Browser]) -> Any:
    """A batch with one complete person, the browsers of both sides."""
    firm, school = scene.firm(zhejiang), scene.school(zhejiang)
    batch = scene.batch(zhejiang, firm, school)
    one = scene.candidate(zhejiang, batch, 1)
    scene.pictures(zhejiang, one)
    clock.advance(minutes=1)
    return SimpleNamespace(firm=firm, school=school, batch=batch, one=one,
                           sender=signed_in(browser_of(zhejiang), firm.clerk),
                           judge=signed_in(browser_of(zhejiang), school.clerk))


def stands(tenant: Tenant, candidate_id: Id) -> str:
    with unit_of_work(tenant, NOBODY) as ctx:
        return ctx.db.get_one(Candidate, candidate_id).state


def version_of(tenant: Tenant, candidate_id: Id) -> str:
    with unit_of_work(tenant, NOBODY) as ctx:
        return case_of(ctx, ctx.db.get_one(Candidate, candidate_id)).version


def waiting(tenant: Tenant, batch: Id, serial: int, *, speciality: str = "土木工程") -> Id:
    """Somebody who was submitted with everything."""
    candidate = scene.candidate(tenant, batch, serial, state=CandidateState.SUBMITTED)
    scene.pictures(tenant, candidate)
    with unit_of_work(tenant, NOBODY) as ctx:
        row = Application(candidate_id=candidate, speciality=speciality, graduated_on=ctx.now.date().replace(year=2012),
                          years=3, jobs=[["2021-01", "2024-06", "资料员"]], filled_by="enterprise", filled_at=ctx.now)
        ctx.db.add(row)
        ctx.db.flush()
        row.outcome = case_of(ctx, ctx.db.get_one(Candidate, candidate)).verdict.outcome
    return candidate


def clerk(tenant: Tenant, school: scene.School) -> Actor:
    held = school.clerk
    return Actor(held.account_id, None, held.name, held.roles, school.id)


# one candidate

def test_submitted_returned_mended_and_reviewed(zhejiang: Tenant, clock: FixedClock, desk: Any) -> None:
    """ZJ-20, ZJ-21: the enterprise mends only what was refused, the reviewer sees what changed, 已审核 word for word."""
    own, case = f"/zj/review/candidates/{desk.one}", f"/zj/review/cases/{desk.one}"
    assert desk.sender.submit(f"{own}/application", FILLED).status_code == 303
    assert "符合条件" in desk.sender.get(f"{own}/application").text
    assert desk.sender.submit(f"{own}/submit").status_code == 303
    assert stands(zhejiang, desk.one) == "submitted"
    assert "已提交资格审核，不能再改" in desk.sender.submit(f"{own}/application", FILLED).text

    page = desk.judge.get("/zj/review/queue").text
    assert "王小明" in page and "符合条件" in page and id_number(1) not in page
    page = desk.judge.get(case).text
    assert "对应表第 2 行“土建类本科本专业”，要求工作满 1 年" in page and "3 年 6 个月" in page
    clock.advance(minutes=5)
    version = re.search(r'name="version" value="([^"]+)"', page)
    assert version is not None
    answer = desk.judge.submit(f"{case}/return", {"version": version[1], "why_education": "看不清，请重新拍摄",
                                                  "why_data": "毕业时间与毕业证书不一致"})
    assert answer.status_code == 303 and stands(zhejiang, desk.one) == "returned"

    overview = desk.sender.get(f"/zj/review/batches/{desk.batch}").text
    assert "有 1 人被退回" in overview and "看不清，请重新拍摄" in overview and "学历证书需更换" in overview
    refused = desk.sender.submit(f"{own}/submit")
    assert refused.status_code == 422 and "王小明还不能提交：学历证书需更换、所填信息还没有修改" in refused.text
    clock.advance(minutes=5)
    mend(zhejiang, desk.one, DocumentKind.EDUCATION)
    assert "所填信息还没有修改" in desk.sender.submit(f"{own}/submit").text
    desk.sender.submit(f"{own}/application", FILLED | {"graduated_on": "2013-06-30"})
    clock.advance(minutes=5)
    assert desk.sender.submit(f"{own}/submit").status_code == 303

    page = desk.judge.get(case).text
    assert page.count("退回后已更换") == 1 and "毕业时间，原来是“2012-06-30”" in page
    assert desk.judge.submit(f"{case}/pass", {"version": version_of(zhejiang, desk.one)}).status_code == 303
    assert "【资格审核状态为已审核】" in desk.judge.get(case).text
    assert "已审核" in desk.sender.get(f"/zj/review/batches/{desk.batch}").text
    with unit_of_work(zhejiang, NOBODY) as ctx:
        history = ctx.db.scalars(select(Review).order_by(Review.at)).all()
        assert [row.passed for row in history] == [False, True] and history[0].name == desk.school.clerk.name
        candidate = ctx.db.get_one(Candidate, desk.one)
        assert person_of(ctx, candidate.person_id).photo_key, "the photo became the person's own"


def mend(tenant: Tenant, candidate_id: Id, kind: DocumentKind) -> None:
    """As the documents' room does: another picture, found fit."""
    with unit_of_work(tenant, NOBODY) as ctx:
        keeping.replace(ctx, ctx.db.get_one(Candidate, candidate_id), kind, "new.jpg", zips.picture(shade=7))
        row = ctx.db.scalars(select(Document).where(Document.candidate_id == candidate_id, Document.kind == kind)).one()
        row.state = DocumentState.FIT


def test_who_lacks_a_picture_is_named_and_stays(zhejiang: Tenant, desk: Any) -> None:
    """ZJ-09: of a batch the complete ones go, each of the others hears what is missing."""
    lacking = scene.candidate(zhejiang, desk.batch, 2, name="李大力")
    scene.pictures(zhejiang, lacking, without=[DocumentKind.EDUCATION, DocumentKind.PHOTO])
    page = desk.sender.submit(f"/zj/review/batches/{desk.batch}/submit", follow_redirects=True).text
    assert "已提交 1 人" in page and "还有 1 人资料不齐" in page and "缺照片、缺学历证书" in page
    assert (stands(zhejiang, desk.one), stands(zhejiang, lacking)) == ("submitted", "entered")


def test_without_data_nobody_passes_until_it_is_typed(zhejiang: Tenant, clock: FixedClock, desk: Any) -> None:
    """ZJ-19: who lacks speciality, graduation and years is a person's to judge, never passed."""
    desk.sender.submit(f"/zj/review/candidates/{desk.one}/submit")
    case = f"/zj/review/cases/{desk.one}"
    page = desk.judge.get(case).text
    assert "需人工判断" in page and "没有填写所学专业。" in page
    refused = desk.judge.submit(f"{case}/pass", {"version": version_of(zhejiang, desk.one), "reason": "看过原件"})
    assert refused.status_code == 422 and "所填信息不全，不能通过" in refused.text
    clock.advance(minutes=1)
    assert desk.judge.submit(f"{case}/application", FILLED | {"speciality": "工程造价"}).status_code == 303
    page = desk.judge.get(case).text
    assert "专业对应表里没有" not in page and "“工程造价”不是这个学历和岗位的本专业或相关专业" in page
    version = version_of(zhejiang, desk.one)
    assert "通过须写明理由" in desk.judge.submit(f"{case}/pass", {"version": version}).text
    assert stands(zhejiang, desk.one) == "submitted"
    assert desk.judge.submit(f"{case}/pass", {"version": version, "reason": "证书备注为工程管理"}).status_code == 303
    with unit_of_work(zhejiang, NOBODY) as ctx:
        row = ctx.db.scalars(select(Review)).one()
        assert (row.passed, row.machine, row.reason) == (True, Outcome.FAILS, "证书备注为工程管理")


def test_of_two_reviewers_the_second_is_told(zhejiang: Tenant, clock: FixedClock, desk: Any) -> None:
    """R33: whoever decides on what has been decided, or has changed, is refused with 409."""
    one = waiting(zhejiang, desk.batch, 5)
    version = version_of(zhejiang, one)
    with unit_of_work(zhejiang, clerk(zhejiang, desk.school)) as ctx:
        service.approve(ctx, one, version)
    answer = desk.judge.submit(f"/zj/review/cases/{one}/return", {"version": version, "why_form": "没有本人签名"})
    assert answer.status_code == 409 and "已经审核过" in answer.text and stands(zhejiang, one) == "reviewed"

    other = waiting(zhejiang, desk.batch, 6)
    version = version_of(zhejiang, other)
    clock.advance(minutes=1)
    with unit_of_work(zhejiang, NOBODY) as ctx:
        ctx.db.scalars(select(Application).where(Application.candidate_id == other)).one().filled_at = ctx.now
    with unit_of_work(zhejiang, clerk(zhejiang, desk.school)) as ctx, pytest.raises(Conflict, match="有变化"):
        service.approve(ctx, other, version)


def test_two_reviewers_in_the_same_moment(zhejiang: Tenant, desk: Any) -> None:
    """R33: one verdict is kept, the other reviewer hears of it."""
    one = waiting(zhejiang, desk.batch, 5)
    version, heard, begin = version_of(zhejiang, one), [], Barrier(2)

    def decides() -> None:
        begin.wait()
        try:
            with unit_of_work(zhejiang, clerk(zhejiang, desk.school)) as ctx:
                service.approve(ctx, one, version)
            heard.append("kept")
        except Conflict as error:
            heard.append(error.code)

    both = [Thread(target=decides) for _each in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted(heard) == ["decided", "kept"] and stands(zhejiang, one) == "reviewed"
    with unit_of_work(zhejiang, NOBODY) as ctx:
        assert len(ctx.db.scalars(select(Review)).all()) == 1


def test_a_pass_can_be_revoked_until_an_order_holds_it(zhejiang: Tenant, desk: Any) -> None:
    """ZJ-21: with a reason that the enterprise reads; a return names at least one thing."""
    one = waiting(zhejiang, desk.batch, 5)
    case = f"/zj/review/cases/{one}"
    desk.judge.submit(f"{case}/pass", {"version": version_of(zhejiang, one)})
    assert "撤回审核须写明理由" in desk.judge.submit(f"{case}/return", {"why_form": "没有本人签名"}).text
    assert "请在要退回的资料后面写明原因" in desk.judge.submit(f"{case}/return", {"note": "复查发现问题"}).text
    assert desk.judge.submit(f"{case}/return", {"why_form": "没有本人签名", "note": "复查发现问题"}).status_code == 303
    assert stands(zhejiang, one) == "returned"
    ordered = scene.candidate(zhejiang, desk.batch, 6, state=CandidateState.ORDERED)
    answer = desk.judge.submit(f"/zj/review/cases/{ordered}/return", {"why_form": "没有本人签名", "note": "复查"})
    assert answer.status_code == 409 and stands(zhejiang, ordered) == "ordered"


def test_verdicts_are_never_changed(zhejiang: Tenant, desk: Any) -> None:
    """ZJ-20: the history is append-only in the database itself."""
    one = waiting(zhejiang, desk.batch, 5)
    desk.judge.submit(f"/zj/review/cases/{one}/pass", {"version": version_of(zhejiang, one)})
    with pytest.raises(DatabaseError), unit_of_work(zhejiang, NOBODY) as ctx:
        ctx.db.scalars(select(Review)).one().passed = False


# bulk

def test_a_bulk_passes_whom_the_rules_pass_once_the_sample_was_seen(zhejiang: Tenant, desk: Any) -> None:
    """B-54: drawn by the server and kept as drawn; who needs a person is never in it."""
    good = [waiting(zhejiang, desk.batch, serial) for serial in range(10, 22)]
    unknown = waiting(zhejiang, desk.batch, 30, speciality="土木")
    failing = waiting(zhejiang, desk.batch, 31, speciality="会计电算化")
    bare = scene.candidate(zhejiang, desk.batch, 32, state=CandidateState.SUBMITTED)
    address = f"/zj/review/bulk/{desk.batch}"
    page = desk.judge.get(address).text
    assert "专业对应表里没有“土木”" in page and "没有填写所学专业" in page
    desk.judge.submit(f"{address}/draw")
    drawn = sampled(zhejiang)
    assert len(drawn) == 2 and drawn <= set(good)
    desk.judge.submit(f"{address}/draw")
    assert sampled(zhejiang) == drawn, "another draw gives the same sample"
    page = desk.judge.submit(f"{address}/pass", follow_redirects=True).text
    assert "抽查的学员还有 2 人没有看过" in page
    for one in drawn:
        assert "系统抽到这位学员" in desk.judge.get(f"/zj/review/cases/{one}").text
        assert desk.judge.submit(f"/zj/review/cases/{one}/seen").status_code == 303
    assert "全部通过（12 人）" in desk.judge.get(address).text
    desk.judge.submit(f"{address}/pass")
    assert "正在办理" in desk.judge.get(address).text
    run_waiting(zhejiang)
    assert "已批量通过 12 人" in desk.judge.get(address).text
    assert {stands(zhejiang, one) for one in good} == {"reviewed"}
    assert {stands(zhejiang, one) for one in (unknown, failing, bare)} == {"submitted"}
    with unit_of_work(zhejiang, NOBODY) as ctx:
        rows = ctx.db.scalars(select(Review)).all()
        assert len(rows) == 12 and all(row.bulk and row.name == desk.school.clerk.name for row in rows)


def test_who_is_barred_is_not_passed(zhejiang: Tenant, desk: Any) -> None:
    """ZJ-14: neither alone nor in a bulk that was drawn before; the sentence says until when."""
    one, other = (waiting(zhejiang, desk.batch, serial) for serial in (10, 11))
    scene.barred(zhejiang, one)
    refused = desk.judge.submit(f"/zj/review/cases/{one}/pass", {"version": version_of(zhejiang, one)},
                                follow_redirects=True)
    assert "已列入黑名单" in refused.text and stands(zhejiang, one) == "submitted"
    desk.judge.submit(f"/zj/review/bulk/{desk.batch}/draw")
    assert sampled(zhejiang) == {other}
    with unit_of_work(zhejiang, NOBODY) as ctx:
        bulk = ctx.db.scalars(select(Bulk)).one()
        bulk.state, bulk.candidates = BulkState.RUNNING, [str(one), str(other)]
        bulks.pass_chunk(ctx, bulk.id, 0)
    assert (stands(zhejiang, one), stands(zhejiang, other)) == ("submitted", "reviewed")


def sampled(tenant: Tenant) -> set[Id]:
    with unit_of_work(tenant, NOBODY) as ctx:
        return set(ctx.db.scalars(select(Sample.candidate_id)))


def test_a_returned_sample_makes_the_bulk_void(zhejiang: Tenant, desk: Any) -> None:
    """B-54: the rules were not enough there; what changed since the draw is left to a person."""
    people = [waiting(zhejiang, desk.batch, serial) for serial in (10, 11, 12)]
    actor = clerk(zhejiang, desk.school)
    with unit_of_work(zhejiang, actor) as ctx:
        bulks.draw(ctx, ctx.db.get_one(Batch, desk.batch))
    first = next(iter(sampled(zhejiang)))
    with unit_of_work(zhejiang, actor) as ctx:
        service.give_back(ctx, first, version_of(zhejiang, first), {"form": "没有本人签名"})
    page = desk.judge.submit(f"/zj/review/bulk/{desk.batch}/pass", follow_redirects=True).text
    assert "这次批量已作废" in page
    with unit_of_work(zhejiang, actor) as ctx:
        again = bulks.draw(ctx, ctx.db.get_one(Batch, desk.batch))
        assert len(again.candidates) == 2 and str(first) not in again.candidates
        for one in ctx.db.scalars(select(Sample).where(Sample.bulk_id == again.id)):
            bulks.note_opened(ctx, one.candidate_id)
        rest = [one for one in people if one != first]
        ctx.db.scalars(select(Application).where(Application.candidate_id == rest[0])).one().speciality = "土木"
        bulks.start(ctx, ctx.db.get_one(Batch, desk.batch))
    run_waiting(zhejiang)
    assert [stands(zhejiang, one) for one in rest] == ["submitted", "reviewed"]
    with unit_of_work(zhejiang, NOBODY) as ctx:
        assert ctx.db.get_one(Bulk, again.id).passed == 1


@pytest.mark.parametrize(("total", "percent", "size"), [
    (1, 10, 1), (10, 10, 1), (11, 10, 2), (300, 10, 30), (5, 0, 1), (5, 100, 5), (3, 200, 3)])
def test_how_many_are_sampled(total: int, percent: int, size: int) -> None:
    """B-54: rounded up, never nobody."""
    assert bulks.sample_size(total, percent) == size


# the second sheet

def test_the_second_sheet_fills_the_applications(zhejiang: Tenant, desk: Any) -> None:
    """ZJ-19: prefilled with the batch's people; findings before anything is written; again changes nothing."""
    scene.candidate(zhejiang, desk.batch, 2, name="李大力")
    sheet = f"/zj/review/batches/{desk.batch}/sheet"
    got = desk.sender.submit(f"{sheet}/template").data
    with unit_of_work(zhejiang, NOBODY) as ctx:
        wanted = columns(ctx.now.date())
    read = read_sheet(got, "a.xlsx", wanted)
    assert [row.raw["name"] for row in read.rows] == ["王小明", "李大力"] and len(read.bad) == 2
    good = f"{id_number(1)},王小明,土木工程,2012-06-30,3,2021-01至2024-06,资料员"
    bad = f"{id_number(2)},李大力,土木工程,1980-06-30,3,2024-06至2021-01,"
    strange = f"{id_number(3)},赵四,土木工程,2012-06-30,3,2021-01至今,资料员"
    head = "身份证号,姓名,所学专业,毕业时间,岗位工作年限,起止年月1,岗位1"
    page = upload(desk.sender, sheet, "\n".join([head, good, bad, strange]))
    for said in ("与出生年月对不上", "终止年月早于起始年月", "请填写从事何种岗位工作", "不在这个批次里", "确认写入 1 人"):
        assert said in page.text
    assert applications(zhejiang) == []
    report = page.request.path
    assert desk.sender.submit(f"{report}/mend").data.startswith(b"PK")
    desk.sender.submit(f"{report}/write")
    run_waiting(zhejiang)
    assert "已写入 1 人" in desk.sender.get(report).text
    assert applications(zhejiang) == [("土木工程", 3, [["2021-01", "2024-06", "资料员"]], "sheet", "passes")]
    assert desk.sender.submit(f"{report}/write").status_code == 409
    desk.sender.submit(f"/zj/review/candidates/{desk.one}/submit")
    assert "现在是“待审核”，不能再改" in upload(desk.sender, sheet, "\n".join([head, good])).text


def upload(browser: Browser, sheet: str, text: str) -> Any:
    browser.get(sheet)
    data = {"csrf_token": browser.token, "sheet": (io.BytesIO(text.encode()), "补充.csv")}
    return browser.post(sheet, data=data, content_type="multipart/form-data", follow_redirects=True)


def applications(tenant: Tenant) -> list[tuple[object, ...]]:
    with unit_of_work(tenant, NOBODY) as ctx:
        return [(one.speciality, one.years, one.jobs, one.filled_by, one.outcome)
                for one in ctx.db.scalars(select(Application))]


@pytest.mark.parametrize(("typed", "since", "until"), [
    ("2019年3月--2021年2月", "2019-03", "2021-02"), ("2019-03至2021-02", "2019-03", "2021-02"),
    ("2019.3-2021.2", "2019-03", "2021-02"), ("2019-03 至今", "2019-03", ""), ("２０１９年３月—至今", "2019-03", ""),
    ("201903-202102", "2019-03", "2021-02"), ("2019年03月01日至2021年02月28日", "2019-03", "2021-02"),
    ("2019-03-2021-02", "2019-03", "2021-02"), ("2019/3~2021/2", "2019-03", "2021-02"),
])
def test_how_a_span_is_written(typed: str, since: str, until: str) -> None:
    """ZJ-34: as 附件3 has it, and as people write it."""
    begin, end = parse_span(typed)
    assert (str(begin), str(end or "")) == (since, until)


@pytest.mark.parametrize("typed", ["2019年", "至今", "2019-13至2020-01", "三年", "2019-03至", "2019-03至2020-01至2021-01"])
def test_what_is_no_span(typed: str) -> None:
    """ZJ-34: refused and never guessed."""
    with pytest.raises(ValueError):
        parse_span(typed)


def test_what_cannot_be_is_refused_at_its_field(desk: Any) -> None:
    """ZJ-34: all problems at once, typed values kept."""
    page = desk.sender.submit(f"/zj/review/candidates/{desk.one}/application", FILLED | {
        "span1": "2030-01 至 2031-01", "span2": "2000-01 至 2001-01", "post2": "施工员", "graduated_on": "1991-07-01"})
    assert page.status_code == 422
    for said in ("年月还没有到", "开始时不满 16 周岁", "毕业时间与出生年月对不上", "杭州市西湖区文三路100号"):
        assert said in page.text
    page = desk.sender.submit(f"/zj/review/candidates/{desk.one}/application", FILLED | {"span1": "三年"})
    assert page.status_code == 422 and "第 1 段起止年月看不懂" in page.text


# on paper

def texts(pdf: bytes) -> list[str]:
    return [re.sub(r"\s", "", one.extract_text()) for one in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def test_the_forms_print_filled(zhejiang: Tenant, desk: Any) -> None:
    """ZJ-33, ZJ-34: both forms, each on one page, as the originals say."""
    desk.sender.submit(f"/zj/review/candidates/{desk.one}/application", FILLED)
    form, years = texts(desk.sender.submit(f"/zj/review/candidates/{desk.one}/forms.pdf").data)
    for said in ("浙江省住房和城乡建设领域施工现场专业人员职业培训报名表", "填表时间：2026年11月20日", id_number(1), "1990年3月", "土木工程",
                 "2012年6月", "资料员", "示例建筑有限公司", "13800130001", "wang@example.cn", "所在单位意见：", "所在单位（公章）",
                 "上述内容由本人填写、真实无误，如有虚假，本人愿意接受任何处理。", "承诺人（签名）：", "二代身份证复印件粘贴处（正反面）",
                 "经对报名相关材料审核无误，承诺人签名确为报名人亲笔所签，同意其报名。", "2.符合条件的在校、当年度毕业生，应由所在学校负责统一报名。"):
        assert said in form, said
    for said in ("施工现场专业岗位工作年限证明", "我单位王小明同志,已累计从事住房城乡建设行业施工现场专业岗位工作共3年。", "2021年1月--2024年6月",
                 "在我单位工作期间,该同志遵纪守法,无违反职业道德的行为。特此证明。", "企业（盖章）：负责人（签名）：年月日"):
        assert said in years, said
    assert years.count("年月--年月") == 4


def test_a_batch_prints_as_one_pdf(zhejiang: Tenant, desk: Any) -> None:
    """ZJ-33: drawn behind the request in chunks; nothing is needed to be filled in before."""
    for serial in range(2, 8):
        scene.candidate(zhejiang, desk.batch, serial, name=f"学员{serial}")
    answer = desk.sender.submit(f"/zj/review/batches/{desk.batch}/forms")
    assert "正在生成" in desk.sender.get(answer.location).text
    assert desk.sender.submit(f"/zj/review/batches/{desk.batch}/forms").location == answer.location
    run_waiting(zhejiang)
    pages = texts(desk.sender.submit(f"{answer.location}/pdf").data)
    assert len(pages) == 14 and id_number(7) in pages[12]


def test_a_schools_students_need_no_proof_of_work(zhejiang: Tenant, clock: FixedClock, desk: Any) -> None:
    """ZJ-33 note 2: five pictures, no years, 学校意见 on the form."""
    with unit_of_work(zhejiang, NOBODY) as ctx:
        ctx.db.get_one(Enterprise, desk.firm.id).kind = "school"
    student = scene.candidate(zhejiang, desk.batch, 3)
    scene.pictures(zhejiang, student, without=[DocumentKind.EXPERIENCE])
    own = f"/zj/review/candidates/{student}"
    desk.sender.submit(f"{own}/application", {"speciality": "工程管理", "graduated_on": "2027-06-30"})
    [form] = texts(desk.sender.submit(f"{own}/forms.pdf").data)
    assert "学校意见：" in form and "学校（公章）" in form
    assert desk.sender.submit(f"{own}/submit").status_code == 303
    page = desk.judge.get(f"/zj/review/cases/{student}").text
    assert "学校统一报名的学生不要求工作年限" in page and "符合条件" in page
    assert desk.judge.submit(f"/zj/review/cases/{student}/pass", {
        "version": version_of(zhejiang, student)}).status_code == 303


# who sees what

def test_nobody_reaches_others_people(zhejiang: Tenant, desk: Any, browser_of: Callable[[Tenant], Browser]) -> None:
    """R3: another enterprise's and another institution's ids are 404, the other side's pages 403."""
    desk.sender.submit(f"/zj/review/batches/{desk.batch}/forms")
    upload(desk.sender, f"/zj/review/batches/{desk.batch}/sheet", "身份证号,姓名,所学专业,毕业时间,岗位工作年限\n1,,,,")
    with unit_of_work(zhejiang, NOBODY) as ctx:
        sheet, printed = ctx.db.scalar(select(ApplicationSheet.id)), ctx.db.scalar(select(FormPrint.id))
    firm = scene.firm(zhejiang, "另一家建筑有限公司")
    other = signed_in(browser_of(zhejiang), firm.clerk)
    beside = signed_in(browser_of(zhejiang), scene.school(zhejiang, "示例培训机构二").clerk)
    batch, one = f"/zj/review/batches/{desk.batch}", f"/zj/review/candidates/{desk.one}"
    case, bulk = f"/zj/review/cases/{desk.one}", f"/zj/review/bulk/{desk.batch}"
    own_reads = [batch, f"{one}/application", f"{batch}/sheet", f"{batch}/sheet/{sheet}", f"{batch}/forms/{printed}"]
    own_posts = [f"{batch}/submit", f"{one}/submit", f"{one}/application", f"{one}/forms.pdf", f"{batch}/sheet",
                 f"{batch}/sheet/template", f"{batch}/sheet/{sheet}/write", f"{batch}/sheet/{sheet}/mend",
                 f"{batch}/forms", f"{batch}/forms/{printed}/pdf"]
    judge_reads, judge_posts = [case, bulk], [f"{case}/pass", f"{case}/return", f"{case}/seen", f"{case}/application",
                                              f"{bulk}/draw", f"{bulk}/pass"]
    other.get("/zj/review/")
    beside.get("/zj/review/queue")
    for browser, reads, posts, status in ((other, own_reads, own_posts, 404), (beside, judge_reads, judge_posts, 404),
                                          (other, judge_reads, judge_posts, 403), (beside, own_reads, own_posts, 403)):
        assert {address: browser.get(address).status_code for address in reads} == dict.fromkeys(reads, status)
        assert {address: browser.submit(address).status_code for address in posts} == dict.fromkeys(posts, status)
    mine = scene.batch(zhejiang, firm, desk.school)
    assert other.get(f"/zj/review/batches/{mine}/sheet/{sheet}").status_code == 404
    assert "王小明" not in beside.get("/zj/review/queue").text
    assert "没有找到报名本机构的这位学员" in beside.submit("/zj/review/queue/find", {"q": "王小明"}, follow_redirects=True).text


def test_the_queue_is_narrowed_and_searched(zhejiang: Tenant, desk: Any) -> None:
    """B-54: by batch, post, enterprise, judgement, and by the person; no number stands in the address."""
    waiting(zhejiang, desk.batch, 5)
    waiting(zhejiang, desk.batch, 6, speciality="土木")
    count = lambda query: desk.judge.get(f"/zj/review/queue?{query}").text.count(">审核</a>")  # noqa: E731
    assert [count(one) for one in ("", "outcome=passes", "outcome=unknown", "outcome=fails", "firm=示例建筑", "firm=没有",
                                   f"batch={desk.batch}", "batch=nonsense", "state=reviewed")] == [
        2, 1, 1, 0, 2, 0, 2, 2, 0]
    answer = desk.judge.submit("/zj/review/queue/find", {"q": id_number(5)})
    assert id_number(5) not in answer.location and count(answer.location.partition("?")[2]) == 1
    assert 'queue/export?endpoint=x&amp;_scheme=javascript"' in desk.judge.get(
        "/zj/review/queue?endpoint=x&_scheme=javascript").text
    sheet = desk.judge.submit("/zj/review/queue/export?outcome=unknown").data
    [row] = read_sheet(sheet, "a.xlsx", (Column("name", "姓名"), Column("why", "原因"), Column("id", "身份证号"))).rows
    assert row.raw["why"] == "专业对应表里没有“土木”，请对照毕业证书判断。" and id_number(6) != row.raw["id"]


def test_continuing_education_has_no_review(zhejiang: Tenant, desk: Any) -> None:
    """ZJ-26: it goes to the order at once."""
    batch = scene.batch(zhejiang, desk.firm, desk.school, mode=Mode.CONTINUING)
    with unit_of_work(zhejiang, NOBODY) as ctx, pytest.raises(Refused, match="没有资格审核"):
        service.submit_batch(ctx, ctx.db.get_one(Batch, batch))


# what goes on behind the request

def test_work_that_runs_twice_does_nothing_more(zhejiang: Tenant, desk: Any) -> None:
    """R33: a worker that was killed after its commit and runs the same chunk again passes and draws nobody twice."""
    people = [waiting(zhejiang, desk.batch, serial) for serial in (10, 11)]
    actor = clerk(zhejiang, desk.school)
    with unit_of_work(zhejiang, actor) as ctx:
        bulk = bulks.draw(ctx, ctx.db.get_one(Batch, desk.batch)).id
        for one in people:
            bulks.note_opened(ctx, one)
        bulks.start(ctx, ctx.db.get_one(Batch, desk.batch))
    desk.sender.submit(f"/zj/review/batches/{desk.batch}/forms")
    for _again in range(2):
        run_waiting(zhejiang)
        with unit_of_work(zhejiang, NOBODY) as ctx:
            bulks.pass_chunk(ctx, bulk, 0)
            printing.draw_chunk(ctx, ctx.db.scalars(select(FormPrint.id)).one(), 0)
    with unit_of_work(zhejiang, NOBODY) as ctx:
        assert len(ctx.db.scalars(select(Review)).all()) == 2 and ctx.db.get_one(Bulk, bulk).passed == 2
        assert ctx.db.scalars(select(FormPrint.drawn)).one() == 3


def test_sheets_and_prints_are_forgotten(zhejiang: Tenant, clock: FixedClock, desk: Any) -> None:
    """R41: they hold numbers and faces; neither they nor what a killed process left behind stay."""
    clock.at = datetime.now(UTC)
    signed_in(desk.sender, desk.firm.clerk)
    upload(desk.sender, f"/zj/review/batches/{desk.batch}/sheet",
           f"身份证号,姓名,所学专业,毕业时间,岗位工作年限\n{id_number(1)},王小明,土木工程,2012-06-30,0")
    printed = desk.sender.submit(f"/zj/review/batches/{desk.batch}/forms").location
    run_waiting(zhejiang)
    with unit_of_work(zhejiang, NOBODY) as ctx:
        ctx.blobs.put(b"left behind", printing.KIND)
        sheet = ctx.db.scalars(select(ApplicationSheet.rows_key)).one()
        pdf = ctx.db.scalars(select(FormPrint.pdf_key)).one()
    for days, left in ((1.5, [sheet, pdf]), (1, [sheet]), (6, [])):
        clock.advance(days=days)
        with unit_of_work(zhejiang, NOBODY) as ctx:
            sweeping.forget(ctx)
            sweeping.sweep(ctx)
            assert [key for kind in ("zjapplication", "zjforms") for key in ctx.blobs.before(kind, ctx.now)] == left
    assert signed_in(desk.sender, desk.firm.clerk).submit(f"{printed}/pdf").status_code == 404
