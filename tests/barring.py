"""A person on the blacklist, put there by two who may (ZJ-14)."""
from core.base.clock import local_date
from core.base.db import Id
from core.blacklist import service
from core.blacklist.models import BarEntry
from core.tenancy import Role, Tenant, unit_of_work
from tests.people import staff


def bar(tenant: Tenant, id_number: str, name: str = "王小明", *, cancels: bool = False) -> Id:
    """From today on, for ever."""
    clerk = staff(tenant, Role.ADMINISTRATOR, username=f"proposes-{id_number}", phone="13900000021")
    second = staff(tenant, Role.APPROVER, username=f"confirms-{id_number}", phone="13900000022")
    with unit_of_work(tenant, clerk.actor) as ctx:
        entry = service.propose(ctx, service.Wanted(id_number, name, local_date(ctx.now), None, "测试时请他人代考", cancels))
    with unit_of_work(tenant, second.actor) as ctx:
        service.confirm(ctx, ctx.db.get_one(BarEntry, entry.id))
    return entry.id
