"""People with certificates, hours and photos, for tests."""
import io
from datetime import date

from PIL import Image
from sqlalchemy import select

from core.access import NOBODY
from core.base.db import Id, new_id
from core.identity import person_of
from core.organization import post_by_name, seed_posts
from core.organization.models import Post
from core.registry import Certificate, CertificateStatusEntry, Kind, Status, record_hours
from core.tenancy import Ctx, Tenant, unit_of_work
from tests.people import Somebody, trainee


def photo() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (295, 413), "white").save(buffer, "JPEG")
    return buffer.getvalue()


def holder(tenant: Tenant, serial: int = 1, *, name: str = "王小明", with_photo: bool = True) -> Somebody:
    """A trainee whose file is complete."""
    somebody = trainee(tenant, serial, name=name)
    with unit_of_work(tenant, NOBODY) as ctx:
        if ctx.db.scalar(select(Post).limit(1)) is None:
            seed_posts(ctx)
        assert somebody.person_id
        if with_photo:
            person_of(ctx, somebody.person_id).photo_key = ctx.blobs.put(photo(), "photo")
    return somebody


def certificate(tenant: Tenant, somebody: Somebody, post: str = "资料员", *, number: str = "12161140001",
                status: Status = Status.NORMAL, remark: str = "", issued_on: date = date(2016, 4, 19)) -> Id:
    """A paper certificate as the ministry's pull brings it."""
    with unit_of_work(tenant, NOBODY) as ctx:
        found = _post(ctx, post)
        held = Certificate(id=new_id(), person_id=somebody.person_id, post_id=found.id, number=number,
                           issuer=f"{tenant.slug}省住房和城乡建设厅", province="吉林省", issued_on=issued_on,
                           kind=Kind.PAPER, created_at=ctx.now)
        ctx.db.add(held)
        ctx.db.flush()
        ctx.db.add(CertificateStatusEntry(certificate_id=held.id, status=status, remark=remark, at=ctx.now))
        return held.id


def hours(tenant: Tenant, somebody: Somebody, year: int, number: int = 32, post: str = "资料员") -> None:
    """Hours that an audit credited."""
    with unit_of_work(tenant, NOBODY) as ctx:
        assert somebody.person_id
        record_hours(ctx, person_of(ctx, somebody.person_id), _post(ctx, post), year, number, date(year, 12, 6),
                     source=f"test:{somebody.person_id}:{post}:{year}")


def _post(ctx: Ctx, name: str) -> Post:
    found = post_by_name(ctx, name)
    assert found is not None
    return found
