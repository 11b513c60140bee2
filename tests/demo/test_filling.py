"""The demonstration: filled twice it stays the same, everybody in it can sign in, nobody is real."""
from collections import Counter

from sqlalchemy import func, select

from core.base.db import Base
from core.base.ids import parse_id_number
from core.demo.filling import fill_demo, welcome
from core.demo.people import STAFF, TRAINEES
from core.identity import Account
from core.tenancy import Directory, Role, Tenant, unit_of_work


def counts(tenant: Tenant) -> Counter[str]:
    with unit_of_work(tenant) as ctx:
        return Counter({table.name: ctx.db.scalar(select(func.count()).select_from(table)) or 0
                        for table in Base.metadata.sorted_tables if table.name != "trail"})


def test_filled_twice_it_stays_the_same(national: Tenant) -> None:
    said: list[str] = []
    fill_demo(national, said.append)
    once = counts(national)
    fill_demo(national, said.append)
    assert counts(national) - once == Counter()
    assert said[0] == "national：岗位"


def test_there_is_somebody_in_each_role(national: Tenant) -> None:
    fill_demo(national, lambda line: None)
    with unit_of_work(national) as ctx:
        roles = {role.role for account in ctx.db.scalars(select(Account)) for role in account.roles}
    assert roles == set(Role)


def test_made_up_people_have_well_formed_numbers() -> None:
    for person in TRAINEES:
        number = parse_id_number(person.id_number)
        assert str(number.sex) in {person.sex, "male" if person.sex == "男" else "female"}
    assert len({person.username for person in STAFF}) == len(STAFF)


def test_the_welcome_names_each_tenants_address_and_an_account_per_role(directory: Directory) -> None:
    tenant = next(iter(directory))
    text = welcome(tenant.config, directory)
    for item in directory:
        assert f"http://{item.file.hosts[0]}:8000/" in text
