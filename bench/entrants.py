"""An enterprise with an empty batch on PostgreSQL, and a sheet of 10,000 people for it."""
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.world import open_worlds
from core.api.organization import Announcement, Mode, announce
from core.base.clock import local_date
from core.base.db import Id, new_id
from core.identity import StaffFacts, open_staff
from core.organization import Organization, seed_posts
from core.tenancy import Actor, Role, Tenant, unit_of_work
from plugins.zhejiang.batch.models import Batch
from plugins.zhejiang.enterprise.models import Enterprise
from plugins.zhejiang.enterprise.states import State
from tests.plugins.zhejiang.sheets import person, sheet_of

PEOPLE = 10_000


@dataclass(frozen=True)
class Scene:
    tenant: Tenant
    clerk: Actor
    batch: Id
    sheet: bytes


@contextmanager
def entering(folder: Path) -> Iterator[Scene]:
    """The batch, its clerk, and the sheet."""
    with open_worlds(folder, ("zhejiang",), on_postgres=True) as [world]:
        firm, school = new_id(), new_id()
        with unit_of_work(world.tenant) as ctx:
            ctx.db.add_all([Organization(id=firm, kind="enterprise", name="示例建筑有限公司", created_at=ctx.now),
                            Organization(id=school, kind="institution", name="示例培训机构一", created_at=ctx.now)])
            ctx.db.flush()
            owner = open_staff(ctx, StaffFacts("qiye", "周经办", frozenset({Role.ENTERPRISE}), organization_id=firm),
                               "kv7#Qwlm-tower")
            held = Enterprise(organization_id=firm, city="杭州市", state=State.APPROVED, owner_id=owner.id,
                              contact_name="周经办", contact_phone="13800138000", created_at=ctx.now)
            ctx.db.add(held)
            ctx.db.flush()
            batch = Batch(number="20261120-0001", enterprise_id=held.id, institution_id=school,
                          post_id=seed_posts(ctx)[0].id, year=local_date(ctx.now).year, created_by=owner.id,
                          created_at=ctx.now)
            ctx.db.add(batch)
            announce(ctx, school, Announcement(Mode.ONLINE, None, 600_00, 60_00, local_date(ctx.now)))
            clerk = Actor(owner.id, None, "周经办", frozenset({Role.ENTERPRISE}), firm)
        yield Scene(world.tenant, clerk, batch.id, sheet_of([person(serial) for serial in range(PEOPLE)]))
