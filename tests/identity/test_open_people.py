"""Many persons at once are opened as one is (X-06, N-17)."""
from sqlalchemy import inspect, select

from core.identity import Account, NewPerson, Person, account_of, find_people, open_people, open_person
from core.tenancy import Ctx, Tenant, unit_of_work
from tests.people import id_number, phone

OWN = {"id", "created_at", "portal_opened_at"}


def _columns(row: object) -> dict[str, object]:
    return {column.key: getattr(row, column.key) for column in inspect(type(row)).columns if column.key not in OWN}


def _opened(ctx: Ctx, person: Person) -> tuple[object, ...]:
    account = account_of(ctx, person)
    return (_columns(person), {**_columns(account), "person_id": None},
            [(role.role, role.organization_id, role.city) for role in account.roles])


def test_every_column_is_as_open_person_writes_it(national: Tenant) -> None:
    """Also the indexes by which the desk finds them; one after the other, since an ID number is on file once."""
    with unit_of_work(national) as ctx:
        one = open_person(ctx, name="王小明", id_number=id_number(1), phone=phone(1), sex="男")
        wanted = _opened(ctx, one)
        ctx.db.delete(account_of(ctx, one))
        ctx.db.flush()
        ctx.db.delete(one)
        ctx.db.flush()
        [person_id] = open_people(ctx, [NewPerson("王小明", id_number(1), phone(1), "男")])
        assert _opened(ctx, ctx.db.get_one(Person, person_id)) == wanted
        assert [person.id for person in find_people(ctx, "王小明")] == [person_id]


def test_nobody_is_nobody(national: Tenant) -> None:
    """A sheet without new people makes no statement."""
    with unit_of_work(national) as ctx:
        assert open_people(ctx, []) == [] and ctx.db.scalar(select(Account.id)) is None
