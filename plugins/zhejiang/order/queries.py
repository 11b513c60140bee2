"""Reading orders: lines, people, money, vouchers, and who waits to be ordered."""
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select

from core.api import Ctx
from core.api.organization import post_names
from core.api.payment import Order
from core.api.people import PersonCard, cards_of
from core.api.store import Id

from plugins.zhejiang.batch.models import Batch, Candidate
from plugins.zhejiang.batch.states import CandidateState, Mode
from plugins.zhejiang.enterprise.models import Enterprise
from plugins.zhejiang.order.models import BatchOrder, Entry, Member, Voucher, VoucherPicture
from plugins.zhejiang.order.rules import Line, Money, Priced, lines, money
from plugins.zhejiang.order.states import State


def orders_of_enterprise(enterprise_id: Id) -> Select[BatchOrder]:
    """The newest first."""
    return select(BatchOrder).where(BatchOrder.enterprise_id == enterprise_id).order_by(
        BatchOrder.created_at.desc(), BatchOrder.id.desc())


def orders_at(institution_id: Id) -> Select[BatchOrder]:
    """Those that an institution has to look at first, then the newest."""
    return select(BatchOrder).where(BatchOrder.institution_id == institution_id).order_by(
        (BatchOrder.state != State.VOUCHED), BatchOrder.created_at.desc(), BatchOrder.id.desc())


def core_order(ctx: Ctx, order: BatchOrder) -> Order:
    """The core's order: number, sum, state of the money."""
    return ctx.db.get_one(Order, order.order_id)


def core_orders(ctx: Ctx, found: Collection[BatchOrder]) -> dict[Id, Order]:
    """The same for many, by the id of ours."""
    by_id = {one.id: one for one in ctx.db.scalars(select(Order).where(
        Order.id.in_({one.order_id for one in found})))}
    return {one.id: by_id[one.order_id] for one in found}


def enterprise_of(ctx: Ctx, order: BatchOrder) -> Enterprise:
    return ctx.db.get_one(Enterprise, order.enterprise_id)


def reviewed(ctx: Ctx, enterprise_id: Id, institution_id: Id) -> list[Candidate]:
    """【资格审核状态为已审核】 and not in an order yet (ZJ-21), in the order of the sheets."""
    return list(ctx.db.scalars(select(Candidate).join(Batch, Batch.id == Candidate.batch_id).where(
        Candidate.enterprise_id == enterprise_id, Candidate.institution_id == institution_id,
        Candidate.state == CandidateState.REVIEWED).order_by(Batch.created_at, Batch.id, Candidate.row)))


def reviewed_by_institution(ctx: Ctx, enterprise_id: Id) -> dict[Id, int]:
    """How many people wait to be ordered, by institution."""
    return {institution_id: count for institution_id, count in ctx.db.execute(
        select(Candidate.institution_id, func.count()).where(
            Candidate.enterprise_id == enterprise_id, Candidate.state == CandidateState.REVIEWED)
        .group_by(Candidate.institution_id))}


def members(ctx: Ctx, order: BatchOrder) -> list[Member]:
    """Who is in the order now."""
    return list(ctx.db.scalars(select(Member).where(Member.order_id == order.id, Member.left_at.is_(None))))


def candidates_of(ctx: Ctx, found: Collection[Member]) -> list[Candidate]:
    return list(ctx.db.scalars(select(Candidate).where(Candidate.id.in_({one.candidate_id for one in found}))
                               .execution_options(populate_existing=True)))


def headcounts(ctx: Ctx, order_ids: Collection[Id]) -> dict[Id, int]:
    """How many are in each order; who left when it ended is counted for an order that nobody is in any more."""
    rows = ctx.db.execute(select(Member.order_id, func.count(), func.count(Member.left_at)).where(
        Member.order_id.in_(order_ids)).group_by(Member.order_id))
    return {order_id: every - gone or every for order_id, every, gone in rows}


@dataclass(frozen=True)
class Person:
    """Somebody in an order; the name is asked for only where it is shown (`cards`)."""

    member: Member
    candidate: Candidate
    post: str
    batch: str

    @property
    def mode(self) -> Mode:
        return Mode(self.candidate.mode)


def people(ctx: Ctx, order: BatchOrder) -> list[Person]:
    """Everybody who is or was in the order, by batch and row of the sheet."""
    rows = ctx.db.execute(select(Member, Candidate, Batch.number).join(
        Candidate, Candidate.id == Member.candidate_id).join(Batch, Batch.id == Candidate.batch_id).where(
        Member.order_id == order.id).order_by(Batch.number, Candidate.row)).all()
    names = post_names(ctx)
    return [Person(member, candidate, names[candidate.post_id], number) for member, candidate, number in rows]


def cards(ctx: Ctx, found: Iterable[Person]) -> dict[Id, PersonCard]:
    """Name and number of these, by candidate."""
    of = {one.candidate.id: one.candidate.person_id for one in found}
    known = cards_of(ctx, set(of.values()))
    return {candidate_id: known[person_id] for candidate_id, person_id in of.items()}


def lines_of(found: Collection[Person]) -> tuple[Line, ...]:
    """人数 × 培训方式 × 收费标准 of those who are in it (ZJ-22); of an order that nobody is in any more, as it was."""
    living = [one for one in found if one.member.left_at is None] or found
    return lines(Priced(one.post, one.mode, one.member.fee_fen) for one in living)


def entries(ctx: Ctx, order: BatchOrder) -> Sequence[Entry]:
    """What was done with it, the oldest first."""
    return ctx.db.scalars(select(Entry).where(Entry.order_id == order.id).order_by(Entry.at, Entry.id)).all()


def money_of(ctx: Ctx, order: BatchOrder) -> Money:
    return money((entry.due_fen, entry.held_fen) for entry in entries(ctx, order))


def vouchers(ctx: Ctx, order: BatchOrder) -> Sequence[Voucher]:
    """All versions, the newest first."""
    return ctx.db.scalars(select(Voucher).where(Voucher.order_id == order.id).order_by(Voucher.version.desc())).all()


def pictures(ctx: Ctx, order: BatchOrder) -> Sequence[VoucherPicture]:
    """Those that count now."""
    return ctx.db.scalars(select(VoucherPicture).where(
        VoucherPicture.order_id == order.id, VoucherPicture.removed_at.is_(None))
        .order_by(VoucherPicture.uploaded_at, VoucherPicture.id)).all()


def waiting_at(ctx: Ctx, institution_id: Id) -> int:
    """How many vouchers wait for the institution."""
    return ctx.db.scalar(select(func.count()).select_from(BatchOrder).where(
        BatchOrder.institution_id == institution_id, BatchOrder.state == State.VOUCHED)) or 0


def split_orders(ctx: Ctx, order: BatchOrder) -> list[BatchOrder]:
    """The order that this one's people came from, and those that were split off it."""
    beside = (BatchOrder.split_from_id == order.id) | (BatchOrder.id == order.split_from_id)
    return list(ctx.db.scalars(select(BatchOrder).where(beside).order_by(BatchOrder.created_at)))
