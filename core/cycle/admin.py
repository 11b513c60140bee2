"""机构报名 in the back office: the institution's clerk enrolls trainees in person (GD-04 … GD-08, X-06, X-10)."""
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import flash, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import fields
from sqlalchemy import Select, select

from core.access import Permission
from core.admin import Col, Console, Fact, Group, Pick, RowAction, TableView, Tone, daytime, expose, money, status
from core.base.db import Id
from core.base.errors import DomainError
from core.cycle import counter, queries
from core.cycle.counter import AtCounter
from core.cycle.models import Admission
from core.cycle.queries import Visit
from core.cycle.words import choice_of
from core.extension import hooks
from core.identity import Person, password_is_initial
from core.identity.schemas import IdNumberField, MobileField
from core.organization.institutions import institution
from core.payment import Order, OrderLine, OrderState, counter_orders, order_facts
from core.registry import PullState, latest_pull
from core.registration.schemas import check_name
from core.tenancy import Ctx
from core.web import current_ctx, once
from core.web.filters import masked_id, masked_phone
from core.web.forms import Form, FormSchema, shown

COUNTER_WORDS = {
    OrderState.UNPAID: _l("待收款"), OrderState.PAID: _l("已收款"), OrderState.CLOSED: _l("已取消"),
    OrderState.EXPIRED: _l("已过期"), OrderState.REFUNDED: _l("已退费"),
}
COUNTER_TONES = {OrderState.UNPAID: Tone.ACTIVE, OrderState.PAID: Tone.DONE}


@dataclass(frozen=True)
class TypedAtCounter:
    name: str = field(repr=False)
    id_number: str = field(repr=False)
    phone: str = field(repr=False)


class CounterSchema(FormSchema[TypedAtCounter]):
    """What the clerk copies from the ID card, and the trainee's own phone (GD-04, GD-05)."""

    into = TypedAtCounter

    name = fields.String(required=True, validate=check_name, metadata=shown(
        _l("姓名"), hint=_l("与身份证一致。"), autocomplete="off"))
    id_number = IdNumberField(required=True, metadata=shown(_l("身份证号"), "id", autocomplete="off"))
    phone = MobileField(required=True, metadata=shown(_l("学员手机号"), "phone", autocomplete="off"))

    def __init__(self, tip: str, **options: Any) -> None:
        super().__init__(**options)
        phone = self.fields["phone"]
        phone.metadata = {**phone.metadata, "hint": tip}


def _visit(row: Order) -> Visit:
    """Who came for what; the rows of a list or an export are asked for together, at the first of them."""
    known: dict[Id, Visit] = g.setdefault("counter_visits", {})
    if row.id not in known:
        ctx = current_ctx()
        shown = [one for one in ctx.db.identity_map.values() if isinstance(one, Order)]
        known |= queries.visits(ctx, shown or [row])
    return known[row.id]


def _payer(row: Order) -> Person:
    return _visit(row).person


def _courses(row: Order) -> str:
    return "；".join(f"{one.post.name} {one.year}" for one in _visit(row).enrollments)


def _sum(row: Order, *, book: bool) -> int:
    return sum(line.amount_fen for line in row.lines if (line.subject_type == counter.TEXTBOOK) is book)


def _state(row: Order) -> object:
    state = OrderState(row.state)
    return status(COUNTER_WORDS.get(state, state), COUNTER_TONES.get(state, Tone.QUIET))


def _item(line: OrderLine) -> Fact:
    label, _colon, what = line.title.partition("：")
    return Fact(label, f"{money(line.amount_fen)} {what}")


def _with_notes(row: Order, question: str) -> str:
    """What the trainee has to be told before it is done: who then owes the general hours (A.7, N-25)."""
    return "".join((question, *hooks(current_ctx()).collect_order_notes(order_facts(row), leaving=True)))


class CounterEnrollments(TableView[Order]):
    """The acting clerk's institution's own enrollments; another institution's row is 404."""

    model, key, title, group, icon = Order, "counter", _l("机构报名"), Group.TODO, "person-plus"
    permission = Permission.ENROLL_TRAINEES
    summary = _l("为到场学员报名、收费、打印收据。")
    search_hint = _l("身份证号、手机号或订单号")
    private_search = True
    empty = _l("点“为学员报名”，办理第一位学员。")
    list_template = "console/counter_list.html"
    row_template = "console/counter_order.html"
    columns = (
        Col[Order]("person", _l("学员"), lambda row: _payer(row).name, kind="short"),
        Col[Order]("id_number", _l("身份证号"), lambda row: masked_id(_payer(row).id_number), kind="short"),
        Col[Order]("courses", _l("岗位和年度"), _courses),
        Col[Order]("training", _l("培训费"), lambda row: money(_sum(row, book=False)), kind="num"),
        Col[Order]("textbook", _l("教材费"), lambda row: money(_sum(row, book=True)), kind="num"),
        Col[Order]("total", _l("合计"), lambda row: money(row.total_fen), sort=Order.total_fen, kind="num"),
        Col[Order]("created", _l("报名时间"), lambda row: daytime(row.created_at), sort=Order.created_at, kind="short"),
        Col[Order]("paid", _l("收款时间"), lambda row: daytime(row.paid_at), sort=Order.paid_at, kind="short"),
        Col[Order]("state", _l("状态"), _state, kind="short"),
    )
    picks = (Pick("state", _l("状态"), lambda _ctx: [(state.value, str(words)) for state, words in COUNTER_WORDS.items()],
                  lambda rows, value: rows.where(Order.state == value)),)
    actions = (
        RowAction[Order]("receive", _l("确认收款"), counter.receive, lambda row: _(
            "确认已收到%(name)s的培训费%(training)s、教材费%(textbook)s，合计%(total)s？确认后课程立即开通。",
            name=_payer(row).name, training=money(_sum(row, book=False)), textbook=money(_sum(row, book=True)),
            total=money(row.total_fen)), lambda row: row.state == OrderState.UNPAID),
        RowAction[Order]("cancel", _l("取消报名"), counter.cancel, lambda row: _with_notes(row, _(
            "取消%(name)s的报名（%(courses)s）？取消后可以重新报名。", name=_payer(row).name, courses=_courses(row))),
            lambda row: row.state == OrderState.UNPAID, kind="danger"),
        RowAction[Order]("refund", _l("退费"), None, lambda row: _with_notes(row, _(
            "已把%(total)s全额退给%(name)s？确认后对应的报名取消，已学的学时不再有效。", name=_payer(row).name,
            total=money(row.total_fen))), lambda row: row.state == OrderState.PAID, kind="danger",
            note=_l("退费原因"), run_noted=counter.refund),
    )

    def offered_at(self, ctx: Ctx) -> bool:
        return counter.enrolls_in_person(ctx)

    def select(self, ctx: Ctx) -> Select[Any]:
        return counter_orders(counter.own_institution(ctx).id)

    def search(self, _ctx: Ctx, rows: Select[Any], term: str) -> Select[Any]:
        if not term.startswith("~"):
            return rows.where(Order.number == term)
        asked = term.removeprefix("~")
        return rows.where(Order.payer_id.in_(select(Person.id).where(
            (Person.id_number_mac == asked) | (Person.phone_mac == asked))))

    def heading(self, row: Order) -> str:
        return f"{_payer(row).name} {_courses(row)}"

    def buttons(self, _ctx: Ctx) -> list[tuple[Any, str]]:
        return [(_l("为学员报名"), self.at("new_view"))]

    def facts(self, ctx: Ctx, row: Order) -> Sequence[Fact]:
        payer = _payer(row)
        return [Fact(_("学员"), payer.name), Fact(_("身份证号"), masked_id(payer.id_number)),
                Fact(_("手机号"), masked_phone(payer.phone)),
                *(_item(line) for line in row.lines),
                Fact(_("合计"), money(row.total_fen)), Fact(_("订单号"), row.number), Fact(_("状态"), _state(row)),
                Fact(_("报名时间"), daytime(row.created_at)), Fact(_("收款时间"), daytime(row.paid_at))]

    def more(self, ctx: Ctx, row: Order) -> dict[str, Any]:
        return {"paid": row.state == OrderState.PAID}

    @expose("/new/", methods=("GET", "POST"))
    def new_view(self) -> ResponseReturnValue:
        """First: who stands at the counter (GD-04, GD-08)."""
        ctx = current_ctx()
        held = counter.own_institution(ctx)
        form: Form[TypedAtCounter] = Form(CounterSchema(ctx.text("phone_tip")), request)
        if form.submitted() and (asked := form.load()) is not None:
            try:
                admission = counter.admit(ctx, AtCounter(asked.name, asked.id_number, asked.phone))
            except DomainError as error:
                form.fail(error)
            else:
                _say_who(admission, asked.phone)
                return redirect(self.at("trainee_view", person_id=admission.person_id), 303)
        return self.draw("console/counter_new.html", form=form, held=held), form.status

    @expose("/trainees/<uuid:person_id>/", methods=("GET", "POST"))
    @once
    def trainee_view(self, person_id: UUID) -> ResponseReturnValue:
        """Then: which certificates for which year, and what it costs (GD-06)."""
        ctx = current_ctx()
        person = counter.admitted(ctx, person_id).person
        error: DomainError | None = None
        if request.method == "POST":
            try:
                order = counter.enroll(ctx, person, [choice_of(text) for text in request.form.getlist("choice")])
            except DomainError as refused:
                ctx.rollback()
                error, person = refused, counter.admitted(ctx, person_id).person
            else:
                return redirect(self.at("row_view", id=order.id), 303)
        page = self.draw("console/counter_trainee.html", person=person, error=error, held=counter.own_institution(ctx),
                         fee=counter.fee_for_enrolling(ctx, counter.own_institution(ctx)),
                         choices=queries.choices(ctx, person), pull=latest_pull(ctx, person), PullState=PullState,
                         picked=set(request.form.getlist("choice")), initial=password_is_initial(ctx, person),
                         rule=ctx.rules().account.initial_password)
        return page, error.status if error else 200

    @expose("/<id>/receipt/")
    def receipt_view(self, id: str) -> ResponseReturnValue:
        """收据, to print (GD-06): only for money that was received."""
        row = self.get_one(id)
        ctx = current_ctx()
        if row.state != OrderState.PAID:
            return redirect(self.at("row_view", id=row.id))
        return self.draw("console/counter_receipt.html", row=row, person=_payer(row),
                         url=ctx.rules().portal.library_url, held=institution(ctx, row.counter_id),
                         clerk=ctx.actor.name,
                         initial=password_is_initial(ctx, _payer(row)), rule=ctx.rules().account.initial_password)


def _say_who(admission: Admission, typed_phone: str) -> None:
    if admission.opened_account:
        flash(_("已为学员开设账号。"), "done")
    elif admission.person.phone != typed_phone:
        flash(_("学员已有账号，登记的手机号是%(phone)s，没有更改。手机号变了的，请学员登录后自行更正。",
                phone=masked_phone(admission.person.phone)), "active")
    else:
        flash(_("学员已有账号，继续使用原来的账号和密码。"), "done")


def install(console: Console) -> None:
    console.add(CounterEnrollments())
