"""Orders that an organization pays (ZJ-21 … ZJ-25): whose they are, how they split, what becomes of the money."""
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from core.base.db import Id, make_engine, new_id, writing
from core.base.errors import Conflict, NotFound, Refused
from core.migrating import CORE, alembic_config
from core.organization import Organization
from core.payment import (Channel, LineWanted, Order, OrderState, OrganizationPayer, Refund, all_orders, cancel_order,
                          counter_orders, give_back, keep_open, open_organization_order, order_facts, split_order,
                          take_money)
from core.payment.service import expire_order, organizations_order
from core.tenancy import NOBODY, Role, Tenant, unit_of_work
from tests.browse import Browser
from tests.people import signed_in, staff

PEOPLE = [new_id() for _one in range(3)]


def ordered(tenant: Tenant) -> tuple[Id, Id, Id]:
    """An order of three people at ¥600.00; with its payer and its receiver."""
    with unit_of_work(tenant, NOBODY) as ctx:
        payer, receiver = (Organization(kind=kind, name=f"示例{kind}", created_at=ctx.now)
                           for kind in ("enterprise", "institution"))
        ctx.db.add_all((payer, receiver))
        ctx.db.flush()
        order = open_organization_order(
            ctx, OrganizationPayer(payer.id, payer.name),
            [LineWanted("somebody", one, "培训费", 60_000) for one in PEOPLE], ctx.now + timedelta(days=30),
            receiver_id=receiver.id)
        return order.id, payer.id, receiver.id


def test_one_payer_is_a_person_or_an_organization(national: Tenant) -> None:
    """An order of nobody, or of both, does not get into the table."""
    with pytest.raises(IntegrityError), unit_of_work(national, NOBODY) as ctx:
        ctx.db.add(Order(number="1", total_fen=1, created_at=ctx.now, expires_at=ctx.now))
        ctx.db.flush()
    order_id, payer_id, _receiver = ordered(national)
    with unit_of_work(national, NOBODY) as ctx:
        assert order_facts(organizations_order(ctx.db, payer_id, order_id)).payer_id is None
        for stranger in (None, new_id()):
            with pytest.raises(NotFound):
                organizations_order(ctx.db, stranger, order_id)


def test_it_is_no_order_of_a_person_at_the_counter(national: Tenant) -> None:
    """机构报名 shows persons alone."""
    _order_id, _payer, receiver_id = ordered(national)
    with unit_of_work(national, NOBODY) as ctx:
        assert ctx.db.scalar(counter_orders(receiver_id)) is None and ctx.db.scalar(all_orders()) is not None


def test_the_back_office_names_the_organization(national: Tenant, browser_of: Callable[[Tenant], Browser]) -> None:
    order_id, _payer, _receiver = ordered(national)
    browser = signed_in(browser_of(national), staff(national, Role.ADMINISTRATOR))
    for path in ("/admin/orders/", f"/admin/orders/{order_id}/"):
        answer = browser.get(path)
        assert answer.status_code == 200 and "示例enterprise" in answer.text


def test_it_splits_before_payment_and_no_fen_is_lost(national: Tenant) -> None:
    """ZJ-21: the lines go over, both orders have their own number and sum."""
    order_id, payer_id, receiver_id = ordered(national)
    with unit_of_work(national, NOBODY) as ctx:
        for wrong in ([], PEOPLE):
            with pytest.raises(Refused, match="一部分"):
                split_order(ctx, payer_id, order_id, wrong)
        made = split_order(ctx, payer_id, order_id, PEOPLE[:1])
        rest = ctx.db.get_one(Order, order_id)
        assert (made.total_fen, rest.total_fen) == (60_000, 120_000) and made.number != rest.number
        assert {line.subject_id for line in made.lines} == set(PEOPLE[:1])
        assert (made.payer_organization_id, made.counter_id) == (payer_id, receiver_id)
        take_money(ctx, made.id, Channel.TRANSFER)
        with pytest.raises(Conflict, match="未支付"):
            split_order(ctx, payer_id, made.id, PEOPLE[:1])


def test_what_went_back_before_is_not_given_back_again(national: Tenant) -> None:
    order_id, _payer, _receiver = ordered(national)
    with unit_of_work(national, NOBODY) as ctx:
        take_money(ctx, order_id, Channel.TRANSFER)
        with pytest.raises(Conflict, match="已经确认"):
            take_money(ctx, order_id, Channel.TRANSFER)
        give_back(ctx, order_id, "企业撤回报名", before_fen=60_000)
        assert ctx.db.scalars(select(Refund.amount_fen)).all() == [120_000]


def test_money_on_its_way_keeps_it_open(national: Tenant) -> None:
    """A.7: it expires, but not while somebody has to look for the money."""
    order_id, payer_id, _receiver = ordered(national)
    with unit_of_work(national, NOBODY) as ctx:
        order = ctx.db.get_one(Order, order_id)
        late = order.expires_at + timedelta(days=1)
        keep_open(ctx, order, late)
    with unit_of_work(national, NOBODY, now=late - timedelta(hours=1)) as ctx:
        expire_order(ctx, order_id)
        assert ctx.db.get_one(Order, order_id).state == OrderState.UNPAID
    with unit_of_work(national, NOBODY, now=late) as ctx:
        expire_order(ctx, order_id)
        assert ctx.db.get_one(Order, order_id).state == OrderState.EXPIRED


def test_nobody_else_cancels_or_pays_it(national: Tenant) -> None:
    order_id, payer_id, _receiver = ordered(national)
    with unit_of_work(national, NOBODY) as ctx, pytest.raises(NotFound):
        cancel_order(ctx, order_id, organization_id=new_id())
    with unit_of_work(national, NOBODY) as ctx, pytest.raises(NotFound):
        cancel_order(ctx, order_id)
    with unit_of_work(national, NOBODY) as ctx:
        assert cancel_order(ctx, order_id, organization_id=payer_id) is OrderState.CLOSED


def test_orders_of_before_are_kept_by_the_migration(tmp_path: Path) -> None:
    """SQLite rebuilds the table while rows of others point at it."""
    engine = make_engine(f"sqlite:///{tmp_path / 'old.sqlite'}")
    person, order = new_id().hex, new_id().hex
    with writing(engine).begin() as connection:
        command.upgrade(alembic_config(connection), "core_0025")
        columns = connection.execute(text("SELECT name, type FROM pragma_table_info('person') WHERE \"notnull\"")).all()
        values = {name: person if name == "id" else "2026-01-01 00:00:00" if kind == "DATETIME" else "1"
                  for name, kind in columns}
        marks = ", ".join(f":{name}" for name in values)
        connection.execute(text(f"INSERT INTO person ({', '.join(values)}) VALUES ({marks})"), values)
        connection.execute(text(
            "INSERT INTO orders (id, number, payer_id, state, total_fen, created_at, expires_at) "
            "VALUES (:order, '1', :person, 'paid', 9600, '2026-01-01', '2027-01-01')"),
            {"order": order, "person": person})
        connection.execute(text(
            "INSERT INTO order_line (id, order_id, place, subject_type, subject_id, title, amount_fen) "
            "VALUES (:id, :order, 1, 'x', :id, 'x', 9600)"), {"id": new_id().hex, "order": order})
    for step, target in ((command.upgrade, "core_0026"), (command.downgrade, "core_0025"),
                         (command.upgrade, f"{CORE}@head")):
        with writing(engine).begin() as connection:
            step(alembic_config(connection), target)
            assert connection.execute(text("SELECT number, total_fen FROM orders")).all() == [("1", 9600)]
            assert not connection.execute(text("PRAGMA foreign_key_check")).all()
