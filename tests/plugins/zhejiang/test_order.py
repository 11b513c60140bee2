"""Orders of an enterprise: generated, split, vouched for, confirmed, given back (ZJ-21 … ZJ-26, A.7, P-22)."""
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from core.api.documents import clean_scan
from core.api.organization import Announcement, announce
from core.api.organization import Mode as OfferMode
from core.api.payment import Channel, OrderState, cancel_order, take_money
from core.base.clock import local_date
from core.base.db import Id
from core.base.errors import Conflict, DomainError, NotFound, Refused
from core.cycle import Enrollment
from core.notification import inbox
from core.payment import Refund
from core.tenancy import NOBODY, Actor, Ctx, Tenant, unit_of_work
from core.work import run_waiting
from plugins.zhejiang import parties
from plugins.zhejiang.batch.models import Candidate
from plugins.zhejiang.batch.states import CandidateState, Mode
from plugins.zhejiang.enterprise.models import Enterprise
from plugins.zhejiang.order import confirming, queries, service, vouchers
from plugins.zhejiang.order.models import BatchOrder, Entry, Voucher
from plugins.zhejiang.order.states import State
from plugins.zhejiang.order.vouchers import Statement
from tests.barring import bar
from tests.people import id_number
from plugins.zhejiang.settings import rules_of
from tests.plugins.zhejiang import scene
from tests.plugins.zhejiang.scene import Firm, School

FEES = {OfferMode.ONLINE: 60_000, OfferMode.OFFLINE: 90_000, OfferMode.CONTINUING: 9_600}
NAME = "示例建筑有限公司"


def picture(word: str = "1") -> bytes:
    """A screenshot of a payment; another word makes another one."""
    drawn = Image.new("RGB", (800, 600), "white")
    ImageDraw.Draw(drawn).text((60, 200), word * 8, fill="black", font_size=90)
    out = BytesIO()
    drawn.save(out, "PNG")
    return out.getvalue()


@dataclass(frozen=True)
class Deal:
    """An enterprise and the institution that it orders at."""

    tenant: Tenant
    firm: Firm
    school: School

    @contextmanager
    def acting(self, firm: bool = True) -> Iterator[Ctx]:
        who, of = (self.firm.clerk, self.firm.organization_id) if firm else (self.school.clerk, self.school.id)
        actor = Actor(who.account_id, None, who.name, who.roles, of, address="203.0.113.7")
        with unit_of_work(self.tenant, actor) as ctx:
            yield ctx

    def reviewed(self, people: int, mode: Mode = Mode.ONLINE, first: int = 1) -> list[Id]:
        batch = scene.batch(self.tenant, self.firm, self.school, mode=mode)
        return [scene.candidate(self.tenant, batch, first + one, state=CandidateState.REVIEWED)
                for one in range(people)]

    def ordered(self, ids: list[Id], fee: int = 60_000) -> Id:
        with self.acting() as ctx:
            return service.generate(ctx, ctx.db.get_one(Enterprise, self.firm.id), self.school.id, ids,
                                    fee * len(ids)).id

    def vouched(self, order_id: Id, word: str = "1", **other: Any) -> None:
        with self.acting() as ctx:
            order, data = ctx.db.get_one(BatchOrder, order_id), picture(word)
            total = queries.core_order(ctx, order).total_fen
            vouchers.add_picture(ctx, order, "付款.png", vouchers.digest_of(data), clean_scan(data, field="picture"))
            said = Statement(NAME, total, local_date(ctx.now), NAME, "共培训", refund_bank="示例银行", refund_account="6222")
            vouchers.submit(ctx, order, replace(said, **other))

    def confirmed(self, order_id: Id, version: int = 1) -> None:
        with self.acting(firm=False) as ctx:
            confirming.confirm(ctx, ctx.db.get_one(BatchOrder, order_id), version)

    def states(self, ids: list[Id]) -> set[str]:
        with unit_of_work(self.tenant, NOBODY) as ctx:
            return set(ctx.db.scalars(select(Candidate.state).where(Candidate.id.in_(ids))))

    def state(self, order_id: Id) -> str:
        with unit_of_work(self.tenant, NOBODY) as ctx:
            return ctx.db.get_one(BatchOrder, order_id).state


@pytest.fixture
def deal(zhejiang: Tenant) -> Deal:
    return make_deal(zhejiang)


def make_deal(tenant: Tenant) -> Deal:
    made = Deal(tenant, scene.firm(tenant), scene.school(tenant))
    with unit_of_work(tenant, NOBODY) as ctx:
        for mode, fen in FEES.items():
            announce(ctx, made.school.id, Announcement(mode, None, fen, 0, local_date(ctx.now)))
    return made


def test_an_order_of_several_batches_at_one_institution(deal: Deal) -> None:
    """ZJ-21, ZJ-22: reviewed people, number, sum line by line; they are in an order now."""
    online, offline = deal.reviewed(2), deal.reviewed(1, Mode.OFFLINE, 11)
    with deal.acting() as ctx:
        order = service.generate(ctx, ctx.db.get_one(Enterprise, deal.firm.id), deal.school.id, online + offline,
                                 210_000)
        core = queries.core_order(ctx, order)
        assert core.total_fen == 210_000 and len(core.number) == 20 and core.payer_name == NAME
        assert [(line.mode, line.people, line.fee_fen) for line in queries.lines_of(queries.people(ctx, order))] == [
            (Mode.OFFLINE, 1, 90_000), (Mode.ONLINE, 2, 60_000)]
    assert deal.states(online + offline) == {CandidateState.ORDERED}


def test_only_reviewed_people_of_this_institution_at_the_price_that_was_shown(deal: Deal) -> None:
    """ZJ-21: none of them is in an order when one cannot be."""
    good, other = deal.reviewed(2), scene.school(deal.tenant, "示例培训机构二")
    elsewhere = scene.candidate(deal.tenant, scene.batch(deal.tenant, deal.firm, other), 21,
                                state=CandidateState.REVIEWED)
    waiting = scene.candidate(deal.tenant, scene.batch(deal.tenant, deal.firm, deal.school), 22,
                              state=CandidateState.SUBMITTED)
    for ids, fen, error in ((good + [elsewhere], 180_000, NotFound), (good + [waiting], 180_000, Conflict),
                            (good, 120_001, Conflict), ([], 0, Refused)):
        with pytest.raises(error), deal.acting() as ctx:
            service.generate(ctx, ctx.db.get_one(Enterprise, deal.firm.id), deal.school.id, ids, fen)
    assert deal.states(good) == {CandidateState.REVIEWED}
    with pytest.raises(Refused, match="没有公布"), deal.acting() as ctx:
        service.generate(ctx, ctx.db.get_one(Enterprise, deal.firm.id), other.id, [elsewhere], 60_000)


def test_nobody_is_in_two_orders(deal: Deal) -> None:
    """Two tabs: the second finds everybody gone."""
    ids = deal.reviewed(3)
    deal.ordered(ids[:2])
    with pytest.raises(Conflict, match="有 1 位学员"):
        deal.ordered(ids[1:])
    assert deal.states(ids[2:]) == {CandidateState.REVIEWED}


def test_split_before_payment(deal: Deal) -> None:
    """ZJ-21: the numbers know each other, the sums stay whole; not once a voucher is there."""
    ids = deal.reviewed(3)
    order_id = deal.ordered(ids)
    with deal.acting() as ctx:
        firm, order = ctx.db.get_one(Enterprise, deal.firm.id), ctx.db.get_one(BatchOrder, order_id)
        made = service.split(ctx, firm, order, ids[:1])
        assert [one.id for one in queries.split_orders(ctx, order)] == [made.id]
        assert {one.candidate_id for one in queries.members(ctx, made)} == set(ids[:1])
        assert [queries.money_of(ctx, one).due_fen for one in (order, made)] == [120_000, 60_000]
    deal.vouched(order_id)
    with pytest.raises(Conflict, match="不能再拆分"), deal.acting() as ctx:
        service.split(ctx, ctx.db.get_one(Enterprise, deal.firm.id), ctx.db.get_one(BatchOrder, order_id), ids[1:2])


def test_cancelled_before_payment_its_people_can_be_ordered_again(deal: Deal) -> None:
    ids = deal.reviewed(2)
    order_id = deal.ordered(ids)
    with deal.acting() as ctx:
        service.cancel(ctx, ctx.db.get_one(Enterprise, deal.firm.id), ctx.db.get_one(BatchOrder, order_id))
    assert deal.states(ids) == {CandidateState.REVIEWED} and deal.state(order_id) == State.CANCELLED
    deal.ordered(ids)


def test_from_the_voucher_to_enrolled(deal: Deal) -> None:
    """ZJ-24, ZJ-25: 【报名状态】为“已报名”, the core's enrollments are open, the contact person hears of it."""
    ids = deal.reviewed(2)
    order_id = deal.ordered(ids)
    deal.vouched(order_id)
    assert deal.state(order_id) == State.VOUCHED
    deal.confirmed(order_id)
    assert deal.states(ids) == {CandidateState.ENROLLED}
    run_waiting(deal.tenant)
    with unit_of_work(deal.tenant, NOBODY) as ctx:
        assert len(ctx.db.scalars(select(Enrollment)).all()) == 2
        assert queries.core_order(ctx, ctx.db.get_one(BatchOrder, order_id)).state == OrderState.PAID
        assert any("已报名" in sms.text for sms in inbox(ctx))


def test_confirmed_once(deal: Deal) -> None:
    """A double click, or two clerks."""
    ids = deal.reviewed(1)
    order_id = deal.ordered(ids)
    deal.vouched(order_id)
    deal.confirmed(order_id)
    with pytest.raises(Conflict, match="不需要再确认"):
        deal.confirmed(order_id)
    with unit_of_work(deal.tenant, NOBODY) as ctx:
        assert queries.money_of(ctx, ctx.db.get_one(BatchOrder, order_id)).held_fen == 60_000


def test_a_voucher_comes_back_and_is_mended(deal: Deal) -> None:
    """Earlier versions are kept; the clerk confirms what the clerk has seen."""
    ids = deal.reviewed(1)
    order_id = deal.ordered(ids)
    deal.vouched(order_id)
    with deal.acting(firm=False) as ctx:
        confirming.send_back(ctx, ctx.db.get_one(BatchOrder, order_id), 1, "截图看不清金额")
    deal.vouched(order_id, "2")
    with pytest.raises(Conflict, match="刚刚修改"):
        deal.confirmed(order_id, version=1)
    deal.confirmed(order_id, version=2)
    with unit_of_work(deal.tenant, NOBODY) as ctx:
        assert [len(one.pictures) for one in queries.vouchers(ctx, ctx.db.get_one(BatchOrder, order_id))] == [2, 1]
    with pytest.raises(DatabaseError, match="kept as it was"), unit_of_work(deal.tenant, NOBODY) as ctx:
        ctx.db.execute(text("UPDATE zj_order_voucher SET paid_fen = 1"))
    with pytest.raises(Conflict, match="不能再修改"):
        deal.vouched(order_id, "3")


@pytest.mark.parametrize(("other", "sentence"), [
    ({"payer_name": "王小明", "invoice_title": "王小明"}, "不允许由其他企业或个人代缴"),
    ({"invoice_title": "另一家有限公司"}, "开票企业应与缴费企业对应"),
    ({"paid": 59_900}, "一一对应"),
    ({"refund_account": ""}, "退款账户"),
])
def test_the_guard_refuses_and_says_what_would_be_right(deal: Deal, other: dict[str, Any], sentence: str) -> None:
    """ZJ-23, ZJ-24; nothing is kept."""
    order_id = deal.ordered(deal.reviewed(1))
    with pytest.raises(Refused) as refused:
        deal.vouched(order_id, **other)
    assert any(sentence in one.sentence for one in refused.value.problems) and deal.state(order_id) == State.OPEN


def test_one_picture_and_one_reference_prove_one_payment(deal: Deal) -> None:
    """C-18: the same file, the same bank number; free again once the first order has let go of them."""
    first, second = deal.reviewed(2)
    one, two = deal.ordered([first]), deal.ordered([second])
    deal.vouched(one, "1", reference="2026 1120-001")
    with pytest.raises(Refused, match="picture_used"):
        deal.vouched(two, "1")
    with pytest.raises(Refused) as refused:
        deal.vouched(two, "2", reference="20261120001")
    assert "流水号已用于订单" in refused.value.sentence
    with deal.acting() as ctx:
        order = ctx.db.get_one(BatchOrder, one)
        vouchers.remove_picture(ctx, order, queries.pictures(ctx, order)[0].id)
    deal.vouched(one, "3", reference="77")
    deal.vouched(two, "1", reference="20261120001")


def test_a_warning_goes_through_with_an_explanation(deal: Deal) -> None:
    """A likeness only warns, and so does an early day by the shipped rule; the institution reads both."""
    first, second = deal.reviewed(2)
    one, two = deal.ordered([first]), deal.ordered([second])
    deal.vouched(one)
    with deal.acting() as ctx:
        yesterday = local_date(ctx.now) - timedelta(days=1)
    with pytest.raises(Refused, match="早于订单") as refused:
        deal.vouched(two, "8", paid_on=yesterday)
    assert refused.value.problems[-1].field == "explanation"
    deal.vouched(two, "8", paid_on=yesterday, explanation="订单生成前已与机构约定先付款")
    with unit_of_work(deal.tenant, NOBODY) as ctx:
        voucher = ctx.db.scalars(select(Voucher).order_by(Voucher.at.desc(), Voucher.id.desc())).first()
        assert voucher is not None and voucher.explanation
        assert [one.check for one in vouchers.findings_of(voucher)] == ["early"]


def test_one_person_is_taken_out_after_payment(deal: Deal) -> None:
    """A.7: an entry with its reason, the money noted as given back; the rest goes on."""
    ids = deal.reviewed(2)
    order_id = deal.ordered(ids)
    deal.vouched(order_id)
    deal.confirmed(order_id)
    with deal.acting(firm=False) as ctx:
        order = ctx.db.get_one(BatchOrder, order_id)
        assert confirming.take_out(ctx, order, ids[0], "已离职，不再参加") == 60_000
        with pytest.raises(Conflict, match="不在这个订单"):
            confirming.take_out(ctx, order, ids[0], "已离职，不再参加")
        with pytest.raises(Refused, match="整单退费"):
            confirming.take_out(ctx, order, ids[1], "已离职，不再参加")
    assert deal.states(ids[:1]) == {CandidateState.CANCELLED} and deal.states(ids[1:]) == {CandidateState.ENROLLED}
    with deal.acting(firm=False) as ctx:
        confirming.refund(ctx, ctx.db.get_one(BatchOrder, order_id), "企业撤回全部报名")
        assert ctx.db.scalars(select(Refund.amount_fen)).all() == [60_000]
    assert deal.state(order_id) == State.REFUNDED and deal.states(ids) == {CandidateState.CANCELLED}


def test_one_who_cannot_be_enrolled_is_taken_out_before_the_confirmation(deal: Deal) -> None:
    """ZJ-26: continuing education is for the certificate on file; who has none holds nobody else up, and the fee is
    there to be given back."""
    ids = deal.reviewed(2, Mode.CONTINUING)
    scene.certificate(deal.tenant, ids[0])
    order_id = deal.ordered(ids, 9_600)
    deal.vouched(order_id)
    with pytest.raises(Refused, match="1 人不能报名"):
        deal.confirmed(order_id)
    assert deal.states(ids) == {CandidateState.ORDERED} and deal.state(order_id) == State.VOUCHED
    with deal.acting(firm=False) as ctx:
        assert confirming.take_out(ctx, ctx.db.get_one(BatchOrder, order_id), ids[1], "没有查到证书") == 0
    deal.confirmed(order_id)
    assert deal.states(ids[:1]) == {CandidateState.ENROLLED} and deal.states(ids[1:]) == {CandidateState.REVIEWED}
    with deal.acting(firm=False) as ctx:
        assert confirming.give_surplus_back(ctx, ctx.db.get_one(BatchOrder, order_id), "退还一人费用") == 9_600


def test_what_was_paid_too_much_is_held_until_it_is_given_back(deal: Deal, monkeypatch: pytest.MonkeyPatch) -> None:
    """P-22: where the tenant's rule only warns of another amount."""
    monkeypatch.setattr(vouchers, "rules_of", lambda ctx: replace(rules_of(ctx), guard_amount="warn"))
    order_id = deal.ordered(deal.reviewed(2))
    deal.vouched(order_id, paid=130_000, explanation="财务多汇 100 元，请退回")
    deal.confirmed(order_id)
    with deal.acting(firm=False) as ctx:
        order = ctx.db.get_one(BatchOrder, order_id)
        assert queries.money_of(ctx, order).surplus_fen == 10_000
        assert confirming.give_surplus_back(ctx, order, "退还多缴款") == 10_000
        with pytest.raises(Conflict, match="没有多缴"):
            confirming.give_surplus_back(ctx, order, "退还多缴款")
        confirming.refund(ctx, order, "企业撤回全部报名")
        assert ctx.db.scalars(select(Refund.amount_fen)).all() == [120_000]


def test_who_paid_too_little_gets_no_more_back(deal: Deal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one person's fee what was really paid."""
    monkeypatch.setattr(vouchers, "rules_of", lambda ctx: replace(rules_of(ctx), guard_amount="warn"))
    ids = deal.reviewed(2)
    order_id = deal.ordered(ids)
    deal.vouched(order_id, paid=100_000, explanation="余款下周补汇")
    deal.confirmed(order_id)
    with deal.acting(firm=False) as ctx:
        assert confirming.take_out(ctx, ctx.db.get_one(BatchOrder, order_id), ids[0], "已离职") == 40_000


def test_what_the_core_ended_ends_here_too(deal: Deal) -> None:
    """A.7: the order expires unpaid; the hourly job frees its people."""
    ids = deal.reviewed(2)
    order_id = deal.ordered(ids)
    with unit_of_work(deal.tenant, NOBODY) as ctx:
        assert service.astray(ctx) == []
        order = ctx.db.get_one(BatchOrder, order_id)
        cancel_order(ctx, order.order_id, organization_id=deal.firm.organization_id)
    with unit_of_work(deal.tenant, NOBODY) as ctx:
        assert [one.id for one in service.astray(ctx)] == [order_id]
        ctx.enqueue("zhejiang.order_home", {"order": str(order_id)})
    run_waiting(deal.tenant)
    assert deal.state(order_id) == State.CANCELLED and deal.states(ids) == {CandidateState.REVIEWED}


def test_money_that_came_before_is_not_cancelled(deal: Deal) -> None:
    order_id = deal.ordered(deal.reviewed(1))
    with unit_of_work(deal.tenant, NOBODY) as ctx:
        take_money(ctx, ctx.db.get_one(BatchOrder, order_id).order_id, Channel.TRANSFER)
    with pytest.raises(DomainError), deal.acting() as ctx:
        service.cancel(ctx, ctx.db.get_one(Enterprise, deal.firm.id), ctx.db.get_one(BatchOrder, order_id))
    assert deal.state(order_id) == State.OPEN


def test_others_do_not_see_it(deal: Deal) -> None:
    """R3: another enterprise, another institution: as if it did not exist."""
    order_id = deal.ordered(deal.reviewed(1))
    stranger = Deal(deal.tenant, scene.firm(deal.tenant, "另一家建筑有限公司"), scene.school(deal.tenant, "示例培训机构二"))
    with deal.acting() as ctx:
        assert parties.enterprise_order(ctx, order_id).id == order_id
    with deal.acting(firm=False) as ctx:
        assert parties.institution_order(ctx, order_id).id == order_id
    with stranger.acting() as ctx, pytest.raises(NotFound):
        parties.enterprise_order(ctx, order_id)
    with stranger.acting(firm=False) as ctx, pytest.raises(NotFound):
        parties.institution_order(ctx, order_id)


STEPS = ("split", "cancel", "vouch", "send_back", "confirm", "take_out", "surplus", "refund")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example([("vouch", 0), ("send_back", 0), ("vouch", 0), ("confirm", 0), ("take_out", 1), ("refund", 0), ("confirm", 0)])
@example([("split", 0), ("vouch", 0), ("confirm", 0), ("take_out", 0), ("surplus", 0), ("take_out", 1)])
@example([("split", 0), ("cancel", 0), ("vouch", 0)])
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 3)), max_size=9))
def test_the_entries_always_add_up(deal: Deal, steps: list[tuple[str, int]]) -> None:
    """Whatever is done in whatever order: what is due is what the living members cost, nothing is held that was not
    paid, nothing is held of what was given back, and a refused step leaves all as it was."""
    ids = deal.reviewed(3, first=next(_serials))
    order_id = deal.ordered(ids)
    for turn, (step, which) in enumerate(steps):
        try:
            _do(deal, step, order_id, ids[which % 3], f"{turn}{which}")
        except DomainError:
            pass
        with unit_of_work(deal.tenant, NOBODY) as ctx:
            for order in ctx.db.scalars(select(BatchOrder)):
                money, living = queries.money_of(ctx, order), queries.members(ctx, order)
                assert money.due_fen == sum(one.fee_fen for one in living)
                assert money.held_fen >= 0 and (order.state == State.CONFIRMED or money.held_fen == 0)
                assert bool(living) == (order.state in (State.OPEN, State.VOUCHED, State.RETURNED, State.CONFIRMED))


_serials = iter(range(100, 900, 3))


def _do(deal: Deal, step: str, order_id: Id, candidate_id: Id, word: str) -> None:
    if step == "vouch":
        return deal.vouched(order_id, word)
    firm_acts = step in ("split", "cancel")
    with deal.acting(firm=firm_acts) as ctx:
        order, firm = ctx.db.get_one(BatchOrder, order_id), ctx.db.get_one(Enterprise, deal.firm.id)
        version = len(queries.vouchers(ctx, order))
        acts: dict[str, Callable[[], object]] = {
            "split": lambda: service.split(ctx, firm, order, [candidate_id]),
            "cancel": lambda: service.cancel(ctx, firm, order),
            "send_back": lambda: confirming.send_back(ctx, order, version, "看不清"),
            "confirm": lambda: confirming.confirm(ctx, order, version),
            "take_out": lambda: confirming.take_out(ctx, order, candidate_id, "已离职"),
            "surplus": lambda: confirming.give_surplus_back(ctx, order, "多缴退回"),
            "refund": lambda: confirming.refund(ctx, order, "企业撤回"),
        }
        acts[step]()
    return None


def test_what_was_done_cannot_be_changed(deal: Deal) -> None:
    deal.ordered(deal.reviewed(1))
    with pytest.raises(DatabaseError, match="never changed"), unit_of_work(deal.tenant, NOBODY) as ctx:
        ctx.db.execute(text("DELETE FROM zj_order_entry"))
    with unit_of_work(deal.tenant, NOBODY) as ctx:
        assert len(ctx.db.scalars(select(Entry)).all()) == 1


def test_who_is_barred_is_in_no_order(deal: Deal) -> None:
    """ZJ-14: named before anybody pays; without them the others are ordered."""
    ids = deal.reviewed(2)
    bar(deal.tenant, id_number(2))
    with pytest.raises(Refused, match="1 位学员在黑名单中.*王小明"), deal.acting() as ctx:
        service.generate(ctx, ctx.db.get_one(Enterprise, deal.firm.id), deal.school.id, ids, 120_000)
    assert deal.states(ids) == {CandidateState.REVIEWED}
    deal.ordered(ids[:1])
