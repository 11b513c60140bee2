"""The demonstration: filled twice it stays the same, everybody in it can sign in, nobody is real."""
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.app import open_tenants
from core.base.config import Config, ConfigError
from core.base.db import Base
from core.base.ids import parse_id_number
from core.course import progress_of_enrollment, recompute
from core.cycle import Enrollment
from core.deadline.models import GraceEntry
from core.demo.cast import DEFAULT, cast_of, read_cast
from core.demo.filling import PARTS, deadlines, fill_demo, lessons, welcome
from core.demo.studying import study_beforehand
from core.identity import Account, person_of
from core.notification.receipts import undelivered
from core.organization import Organization
from core.tenancy import Directory, Role, Tenant, unit_of_work
from core.tenancy.settings import DEMO_FOLDER
from tests.course.conftest import seed_packages
from tests.data import TENANTS

FOLDER = TENANTS / DEMO_FOLDER
SLUGS = sorted(path.stem for path in TENANTS.glob("*.toml") if not path.name.startswith("_"))


def counts(tenant: Tenant) -> Counter[str]:
    with unit_of_work(tenant) as ctx:
        return Counter({table.name: ctx.db.scalar(select(func.count()).select_from(table)) or 0
                        for table in Base.metadata.sorted_tables if table.name != "trail"})


def test_filled_twice_it_stays_the_same(national: Tenant) -> None:
    said: list[str] = []
    fill_demo([national], said.append)
    once = counts(national)
    fill_demo([national], said.append)
    assert counts(national) - once == Counter()
    assert said[0] == "national：岗位"


@pytest.mark.parametrize(("slug", "post", "hours"), [("guangdong", "土建施工员", 24), ("beijing", "材料员", 16)])
def test_who_is_under_way_has_beaten_for_the_hours(config: Config, slug: str, post: str, hours: int) -> None:
    """GD-04, A.7: enrolled by an institution or paid by the group, and a ledger that the recount finds clean."""
    tenant = open_tenants(replace(config, demo=True)).by_slug(slug)
    cast = cast_of(tenant)
    for _title, part in PARTS:
        if part is not lessons:
            with unit_of_work(tenant) as ctx:
                part(ctx, cast)
    with unit_of_work(tenant) as ctx:
        seed_packages(ctx, post)
    person = next(one for one in cast.trainee if one.study and one.certificate[0].post == post)
    for _ in range(2):
        study_beforehand(tenant, cast, person, person.study[0])
    with unit_of_work(tenant) as ctx:
        [enrolled] = ctx.db.scalars(select(Enrollment)).all()
        assert enrolled.year == ctx.now.year and (enrolled.institution_id is not None) == (slug == "guangdong")
        assert progress_of_enrollment(ctx, enrolled.id).credited_hours == hours
        assert person_of(ctx, enrolled.person_id).photo_key is None
        assert recompute(ctx).differences == ()
        deadlines(ctx, cast)
        graces = [one.person_id for one in ctx.db.scalars(select(GraceEntry))]
        assert len(graces) == sum(len(one.grace) for one in cast.trainee)
        assert [one.person.name for one in undelivered(ctx)] == [one.name for one in cast.trainee if one.undelivered]
    tenant.close()


def test_there_is_somebody_in_each_role(national: Tenant) -> None:
    fill_demo([national], lambda line: None)
    with unit_of_work(national) as ctx:
        roles = {role.role for account in ctx.db.scalars(select(Account)) for role in account.roles}
        clerk = ctx.db.scalars(select(Account).where(Account.username == "institution")).one()
        assert ctx.db.get_one(Organization, clerk.roles[0].organization_id).name == "示例培训机构一"
    assert roles == set(Role)


@pytest.mark.parametrize("slug", SLUGS)
def test_made_up_people_have_well_formed_numbers(slug: str) -> None:
    """A.7: every tenant has somebody in each role and somebody to begin with; nobody stands twice."""
    cast = read_cast(FOLDER, slug)
    for person in cast.trainee:
        number = parse_id_number(person.id_number)
        assert str(number.sex) in {person.sex, "male" if person.sex == "男" else "female"}
    for values in ([person.username for person in cast.staff], [person.id_number for person in cast.trainee],
                   [person.phone for person in cast.trainee],
                   [held.number for person in cast.trainee for held in person.certificate]):
        assert len(set(values)) == len(values)
    # Zhejiang's enterprises register themselves, so that their clerks are its plugin's to open.
    registered = {Role.ENTERPRISE} if slug == "zhejiang" else set()
    assert {person.role for person in cast.staff} == set(Role) - {Role.TRAINEE} - registered
    assert all(held.issuer or cast.registry.issuer for person in cast.trainee for held in person.certificate)


def test_a_folder_of_ones_own_tenants_shows_the_default(tmp_path: Path) -> None:
    assert read_cast(tmp_path / DEMO_FOLDER, "atlantis") == read_cast(FOLDER, "atlantis")


def test_the_readme_says_who_signs_in_where() -> None:
    """Everybody whom the first page names lives in a demonstration, and each tenant has a line there."""
    said = (TENANTS.parent / "README.md").read_text(encoding="utf-8")
    table = said[said.index("## Who signs in where"):said.index("## Add a province")]
    casts = {slug: read_cast(FOLDER, slug) for slug in SLUGS}
    people = {person.id_number for cast in casts.values() for person in cast.trainee}
    assert set(re.findall(r"\d{17}[\dX]", table)) <= people
    for cast in casts.values():
        assert any(person.id_number in table for person in cast.trainee)
        assert all(f"`{person.username}`" in table for person in cast.staff if person.username != "auditor2")


@pytest.mark.parametrize(("text", "named"), [
    ("[[staff]]\nusername = 1", "staff"),
    ('[[trainee]]\nname = "甲"', "缺少 account"),
    ('[[trainee]]\nname = "甲"\nnick = "乙"', "nick 不是已知的字段"),
    ('[[person]]\nname = "甲"', "person 不是已知的字段"),
    ('[[trainee]]\nname = "甲"\nid_number = "1"\nphone = "2"\nsex = "男"\naccount = "maybe"', "account 应为"),
    ('[[staff]]\nusername = "a"\nname = "b"\nrole = "king"\nphone = "1"', "role 应为"),
    ('[[trainee]]\nname = "甲"\nid_number = "1"\nphone = "2"\nsex = "男"\naccount = "own"\n'
     'study = [{ certificate = "9" }]', "没有证书 9"),
])
def test_a_wrong_file_is_named(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / DEFAULT).write_bytes((FOLDER / DEFAULT).read_bytes())
    (tmp_path / "atlantis.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=named):
        read_cast(tmp_path, "atlantis")


def test_the_welcome_names_each_tenants_address_and_people(config: Config, directory: Directory) -> None:
    assert "工作人员" not in welcome(config, directory)
    demo = replace(config, demo=True)
    text = welcome(demo, open_tenants(demo))
    for item in directory:
        assert f"http://{item.file.hosts[0]}:8000/" in text
        fresh = [person for person in cast_of(item).trainee if person.account == "none"]
        assert all(f"{person.name}，{person.id_number}" in text for person in fresh)
