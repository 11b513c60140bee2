"""What a test of one room needs from the rooms before it, written straight into the tables."""
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from core.api.enrolling import enroll_held
from core.api.store import Id, new_id
from core.base.clock import local_date
from core.blacklist import service as blacklist
from core.blacklist.models import BarEntry
from core.identity import account_of, open_person, person_of, set_password
from core.organization import Organization, seed_posts
from core.tenancy import NOBODY, Ctx, Role, Tenant, unit_of_work
from core.testing.cast import Holding, give_certificate
from plugins.zhejiang import enrolling
from plugins.zhejiang.batch.models import Batch, Candidate
from plugins.zhejiang.batch.states import CandidateState, Mode
from plugins.zhejiang.documents.models import Document
from plugins.zhejiang.documents.states import DocumentKind, DocumentState
from plugins.zhejiang.enterprise.models import Enterprise
from plugins.zhejiang.enterprise.states import State
from plugins.zhejiang.training.models import Plan, PlanTrainee, TestApplication
from plugins.zhejiang.training.states import PlanState
from tests.people import PASSWORD, Somebody, id_number, phone, staff
from tests.plugins.zhejiang import zips

_serial = count(1)


@dataclass(frozen=True)
class Firm:
    """An approved enterprise with its responsible clerk."""

    id: Id
    organization_id: Id
    clerk: Somebody


@dataclass(frozen=True)
class School:
    """A training institution with its clerk."""

    id: Id
    clerk: Somebody


def firm(tenant: Tenant, name: str = "示例建筑有限公司", city: str = "杭州市", state: State = State.APPROVED) -> Firm:
    """An enterprise; another name makes another one."""
    organization_id = new_id()
    with unit_of_work(tenant, NOBODY) as ctx:
        ctx.db.add(Organization(id=organization_id, kind="enterprise", name=name, city=city, created_at=ctx.now))
    clerk = staff(tenant, Role.ENTERPRISE, username=f"qiye{next(_serial)}", organization_id=organization_id)
    with unit_of_work(tenant, NOBODY) as ctx:
        row = Enterprise(organization_id=organization_id, city=city, state=state, owner_id=clerk.account_id,
                         contact_name="周经办", contact_phone="13800138000", created_at=ctx.now,
                         submitted_at=None if state is State.DRAFT else ctx.now)
        ctx.db.add(row)
        ctx.db.flush()
        return Firm(row.id, organization_id, clerk)


def school(tenant: Tenant, name: str = "示例培训机构一", city: str = "杭州市") -> School:
    """A training institution."""
    school_id = new_id()
    with unit_of_work(tenant, NOBODY) as ctx:
        ctx.db.add(Organization(id=school_id, kind="institution", name=name, city=city, created_at=ctx.now))
    return School(school_id, staff(tenant, Role.INSTITUTION, username=f"jigou{next(_serial)}",
                                   organization_id=school_id))


def post_id(ctx: Ctx, name: str = "资料员") -> Id:
    return next(post.id for post in seed_posts(ctx) if post.name == name)


def batch(tenant: Tenant, of: Firm, at: School, *, post: str = "资料员", mode: Mode = Mode.ONLINE) -> Id:
    """A batch without anybody in it."""
    with unit_of_work(tenant, NOBODY) as ctx:
        row = Batch(number=f"B{next(_serial):06d}", enterprise_id=of.id, institution_id=at.id, mode=mode,
                    post_id=post_id(ctx, post), year=local_date(ctx.now).year, created_by=of.clerk.account_id,
                    created_at=ctx.now)
        ctx.db.add(row)
        ctx.db.flush()
        return row.id


def candidate(tenant: Tenant, batch_id: Id, serial: int = 1, *, state: CandidateState = CandidateState.ENTERED,
              name: str = "王小明", education: str = "本科", person_id: Id | None = None) -> Id:
    """A person in a batch, in any state; `person_id` for one who has an account already."""
    with unit_of_work(tenant, NOBODY) as ctx:
        held = ctx.db.get_one(Batch, batch_id)
        person = person_of(ctx, person_id) if person_id else open_person(
            ctx, name=name, id_number=id_number(serial), phone=phone(serial), sex="男")
        ctx.db.flush()
        row = Candidate(batch_id=held.id, enterprise_id=held.enterprise_id, institution_id=held.institution_id,
                        person_id=person.id, post_id=held.post_id, year=held.year, mode=held.mode,
                        education=education, employer="示例建筑有限公司", row=serial + 2, state=state, entered_at=ctx.now,
                        moved_at=ctx.now)
        ctx.db.add(row)
        ctx.db.flush()
        return row.id


def enrolled(tenant: Tenant, batch_id: Id, serial: int = 1, *, name: str = "王小明", person_id: Id | None = None) -> Id:
    """A candidate who is 已报名, with the core's enrollment."""
    candidate_id = candidate(tenant, batch_id, serial, state=CandidateState.ENROLLED, name=name, person_id=person_id)
    with unit_of_work(tenant, NOBODY) as ctx:
        enrolling.enrolled(ctx, [ctx.db.get_one(Candidate, candidate_id)])
    return candidate_id


def certificate(tenant: Tenant, candidate_id: Id, post: str = "资料员", issued: date = date(2024, 5, 6)) -> Id:
    """A paper certificate that a candidate holds already."""
    with unit_of_work(tenant, NOBODY) as ctx:
        person = person_of(ctx, ctx.db.get_one(Candidate, candidate_id).person_id)
        return give_certificate(ctx, person, Holding("浙江省住房和城乡建设厅", "浙江", issued, post)).id


def barred(tenant: Tenant, candidate_id: Id) -> None:
    """The candidate is on the blacklist from today on: proposed by one, confirmed by another (ZJ-14)."""
    serial = next(_serial)
    proposer = staff(tenant, Role.ADMINISTRATOR, username=f"tichu{serial}")
    approver = staff(tenant, Role.APPROVER, username=f"fuhe{serial}")
    with unit_of_work(tenant, proposer.actor) as ctx:
        person = person_of(ctx, ctx.db.get_one(Candidate, candidate_id).person_id)
        bar_id = blacklist.propose(ctx, blacklist.Wanted(
            person.id_number, person.name, local_date(ctx.now), None, "替考，查实")).id
    with unit_of_work(tenant, approver.actor) as ctx:
        blacklist.confirm(ctx, ctx.db.get_one(BarEntry, bar_id))


def hold_continuing(ctx: Ctx, person_id: Id, certificate_id: Id) -> Id:
    """The continuing education of a certificate, open."""
    return enroll_held(ctx, person_id, certificate_id, local_date(ctx.now).year, new_id())


def plan(tenant: Tenant, batch_id: Id, *, capacity: int = 40, state: PlanState = PlanState.PUBLISHED) -> Id:
    """A plan for a batch's post and mode, on from today for a month."""
    with unit_of_work(tenant, NOBODY) as ctx:
        of, today = ctx.db.get_one(Batch, batch_id), local_date(ctx.now)
        row = Plan(institution_id=of.institution_id, post_id=of.post_id, mode=of.mode, title="资料员培训班",
                   starts_on=today, ends_on=today + timedelta(days=30), capacity=capacity, state=state,
                   created_by=of.created_by, created_at=ctx.now)
        ctx.db.add(row)
        ctx.db.flush()
        return row.id


def applied(tenant: Tenant, batch_id: Id, serial: int = 1, *, name: str = "王小明") -> Id:
    """A candidate for whom the institution has applied for the test (ZJ-28)."""
    candidate_id, plan_id = enrolled(tenant, batch_id, serial, name=name), plan(tenant, batch_id)
    with unit_of_work(tenant, NOBODY) as ctx:
        of = ctx.db.get_one(Plan, plan_id)
        of.taken += 1
        ctx.db.add(PlanTrainee(plan_id=plan_id, candidate_id=candidate_id, added_by=of.created_by, added_at=ctx.now))
        ctx.db.add(TestApplication(candidate_id=candidate_id, institution_id=of.institution_id, post_id=of.post_id,
                                   plan_id=plan_id, applied_by=of.created_by, applied_at=ctx.now))
    return candidate_id


def trainee_of(tenant: Tenant, candidate_id: Id) -> Somebody:
    """The candidate, with a password of their own and the basics saved; no photo yet."""
    with unit_of_work(tenant, NOBODY) as ctx:
        person = person_of(ctx, ctx.db.get_one(Candidate, candidate_id).person_id)
        account = account_of(ctx, person)
        set_password(ctx, account, PASSWORD)
        person.portal_opened_at = person.profile_saved_at = ctx.now
        return Somebody(account.id, person.id, person.name, person.id_number, person.phone, "", PASSWORD,
                        frozenset({Role.TRAINEE}))


def pictures(tenant: Tenant, candidate_id: Id, *, without: Collection[DocumentKind] = ()) -> None:
    """The six pictures of a candidate, found fit."""
    with unit_of_work(tenant, NOBODY) as ctx:
        for kind in DocumentKind:
            if kind in without:
                continue
            data = zips.picture(295, 413) if kind is DocumentKind.PHOTO else zips.picture(shade=100 + len(kind))
            ctx.db.add(Document(candidate_id=candidate_id, kind=kind, blob_key=ctx.blobs.put(data, "zjdoc"),
                                filename=f"{kind}.jpg", size=len(data), state=DocumentState.FIT, uploaded_at=ctx.now,
                                checked_at=ctx.now))
