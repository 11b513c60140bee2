"""People whose hours are to be audited: studied, examined, with pictures."""
import io
from dataclasses import dataclass
from datetime import timedelta

from PIL import Image

from core.access import NOBODY
from core.audit import latest_case
from core.audit.models import AuditCase
from core.base.db import Id
from core.course import StudyCompleted
from core.cycle import enrollment
from core.exam import ExamPassed
from core.exam.models import Sitting
from core.identity import person_of
from core.presence.models import Snapshot
from core.registry import CertificateStatusEntry, Status
from core.tenancy import Tenant, unit_of_work
from tests.certificate.holders import holder
from tests.exam.people import credit_all, enroll
from tests.people import Somebody


@dataclass(frozen=True)
class Audited:
    """A trainee and what is audited."""

    who: Somebody
    enrollment: Id


def picture(colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def studied(tenant: Tenant, serial: int = 1, *, post: str = "资料员", name: str = "王小明") -> Audited:
    """All hours credited, two pictures taken; nobody has told the audit yet."""
    who = holder(tenant, serial, name=name)
    found = enroll(tenant, who, post=post)
    with unit_of_work(tenant, NOBODY) as ctx:
        ctx.db.add(CertificateStatusEntry(certificate_id=enrollment(ctx, found).certificate_id, status=Status.NORMAL,
                                          at=ctx.now))
        for slot, (verdict, euclid, colour) in enumerate([("same", 0.31, "white"), ("other", 0.72, "black")]):
            ctx.db.add(Snapshot(person_id=who.person_id, enrollment_id=found, slot=slot, taken_at=ctx.now,
                                picture_key=ctx.blobs.put(picture(colour), "snapshot"), verdict=verdict, faces=1,
                                euclid=euclid))
    return Audited(who, found)


def examined(tenant: Tenant, one: Audited, score: int = 86) -> None:
    """A passed sitting, and the event that the exam tells."""
    with unit_of_work(tenant, NOBODY) as ctx:
        ctx.db.add(Sitting(enrollment_id=one.enrollment, person_id=one.who.person_id, number=1, state="submitted",
                           seed="s", started_at=ctx.now, ends_at=ctx.now + timedelta(hours=1), grace_seconds=10,
                           questions=50, full_score=100, pass_score=60, closed_at=ctx.now, correct=score // 2,
                           score=score, passed=True))
        ctx.db.flush()
        ctx.publish(ExamPassed(one.enrollment))


def finished(tenant: Tenant, one: Audited) -> None:
    """The event that the study tells."""
    with unit_of_work(tenant, NOBODY) as ctx:
        ctx.publish(StudyCompleted(one.enrollment))


def restudied(tenant: Tenant, one: Audited) -> None:
    """After a clearing: all hours again, and the event."""
    with unit_of_work(tenant, NOBODY) as ctx:
        credit_all(ctx, enrollment(ctx, one.enrollment))
        ctx.publish(StudyCompleted(one.enrollment))


def waiting(tenant: Tenant, serial: int = 1, **facts: str) -> Audited:
    """A case in the queue."""
    one = studied(tenant, serial, **facts)
    examined(tenant, one)
    finished(tenant, one)
    return one


def case_of(tenant: Tenant, one: Audited) -> AuditCase:
    """The newest case."""
    with unit_of_work(tenant, NOBODY) as ctx:
        found = latest_case(ctx, one.enrollment)
        assert found is not None
        person_of(ctx, found.person_id)
        return found
