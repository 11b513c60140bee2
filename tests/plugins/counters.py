"""Institutions, their clerks, and certificates of Guangdong, for tests."""
from datetime import date

from core.access import Role
from core.base.db import Id
from core.organization import seed_posts
from core.organization.institutions import InstitutionFacts, add_institution
from core.registry.holdings import fill
from core.registry.sheet import CertificateSheet, Holding
from core.tenancy import Tenant, unit_of_work
from core.work import run_waiting
from tests.browse import Browser
from tests.people import Somebody, staff

ASSOCIATION = "广东省建设教育协会"


def an_institution(tenant: Tenant, name: str = "示例培训机构一", *, training: int = 12800, textbook: int = 6000,
                   city: str = "广州市", since: date = date(2020, 1, 1)) -> Id:
    """An announced institution with its two fees (GD-06)."""
    with unit_of_work(tenant) as ctx:
        return add_institution(ctx, InstitutionFacts(name, city, training, textbook, since, "示例路1号",
                                                     "020-12345678")).id


def a_clerk(tenant: Tenant, institution: Id, username: str = "clerk") -> Somebody:
    return staff(tenant, Role.INSTITUTION, username=username, organization_id=institution)


def held_at_the_ministry(tenant: Tenant, name: str, id_number: str, *posts: str, issued: date = date(2016, 4, 19),
                         issuer: str = ASSOCIATION) -> None:
    """Certificates that the authority has uploaded (N-13)."""
    with unit_of_work(tenant) as ctx:
        seed_posts(ctx)
        fill(ctx, CertificateSheet(tuple(
            Holding(name, id_number, post, f"44{issued:%Y%m%d}{id_number[-4:]}{place:02d}", issuer, "广东省", issued)
            for place, post in enumerate(posts)), ()))


def admit(browser: Browser, name: str, id_number: str, phone: str) -> str:
    """The clerk opens or finds the trainee; the address of the page that chooses certificates, or ''."""
    answer = browser.submit("/admin/counter/new/", {"name": name, "id_number": id_number, "phone": phone})
    if answer.status_code != 303:
        return ""
    run_waiting(browser.tenant)
    return answer.location
