"""One person's way through a tenant, driven through the services; each step is compared with what the tenant declares.

The rows are those of the table where the provinces differ (X-01 … X-29). What is seen here must not depend on which
other tenants are served beside: `core.testing.beside` compares.
"""
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import escape
from sqlalchemy import select

from core.audit import Ground, clear_case, latest_case, pass_case
from core.base.clock import local_date
from core.base.db import Id, new_id
from core.base.errors import DomainError, Problem
from core.certificate.service import replace as replace_certificate
from core.contract.values import OrderPath
from core.course import Kind, Lesson, Package, Part, StudyCompleted
from core.course.facts import enrollment_facts
from core.course.models import HourEntry, StudyPackage
from core.course.service import check_may_study
from core.course.subjects import subject
from core.cycle import EnrollmentState, choose, counter, enrollment, enrollments_of, submit
from core.cycle.queries import order_path
from core.demo.cast import cast_of
from core.exam import ExamPassed
from core.exam.models import Sitting
from core.extension import hooks
from core.identity import account_of, open_full_session, person_facts, person_of
from core.identity.rules import initial_password
from core.identity.service import Stage, open_session
from core.notification.models import Delivery
from core.organization import seed_posts
from core.organization.institutions import InstitutionFacts, add_institution
from core.payment import Order, OrderPaid
from core.payment.states import OrderState
from core.presence.rules import precheck
from core.registry import Status, certificate, certificate_facts, hours_on_record, status_of
from core.tenancy import NOBODY, Actor, Ctx, Role, Tenant
from core.testing.cast import Holding, give_certificate, newcomer, ready_person
from core.testing.contract import is_sentence
from core.testing.scratch import Scratch, address

AUDITOR = Actor(name="示例审核员", roles=frozenset({Role.AUDITOR}))
NOTHING = "无"
PAPER = "paper"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"


@dataclass(frozen=True)
class Seen:
    """One comparison: what the tenant's file or hook declares, and what the flow did."""

    row: str
    what: str
    declared: str
    seen: str

    @property
    def right(self) -> bool:
        return self.declared == self.seen


@dataclass
class Walk:
    """A trainee from the account to the replaced certificate, and to the clearing of the hours."""

    scratch: Scratch
    tenant: Tenant
    holding: Holding
    person_id: Id = Id(int=0)
    certificate_id: Id = Id(int=0)
    enrollment_id: Id = Id(int=0)
    year: int = 0
    path: OrderPath = OrderPath(self_service=True)

    def ctx(self, actor: Actor = NOBODY, *, keep: bool = True) -> Any:
        return self.scratch.serving(self.tenant, actor, keep=keep)

    def refusal(self, deed: Callable[[Ctx], object], actor: Actor = NOBODY) -> tuple[Problem, ...]:
        """Why a deed is refused; () when it is done. Nothing of a refused deed is kept."""
        try:
            with self.ctx(actor) as ctx:
                deed(ctx)
        except DomainError as error:
            return error.problems
        return ()

    def trainee(self) -> Actor:
        return Actor(new_id(), self.person_id, "王小明", frozenset({Role.TRAINEE}))


def walk(scratch: Scratch, slug: str, holding: Holding) -> list[Seen]:
    """All that was seen on the way; it ends early where the tenant lets nobody go on."""
    one = Walk(scratch, scratch.tenant(slug), holding)
    found: list[Seen] = []
    for step in STEPS:
        seen = list(step(one))
        found += seen
        if step in (_enrolled, _ordered) and not all(item.right for item in seen):
            break
    return found


def holding_of(scratch: Scratch, tenant: Tenant) -> Holding:
    """The first certificate of the tenant's demonstration that the tenant takes in, else the first of all."""
    cast = cast_of(tenant)
    registry = cast.registry
    found = [held for person in cast.trainee for held in person.certificate
             if held.status == Status.NORMAL and held.kind == PAPER]
    candidates = [Holding(held.issuer or registry.issuer, held.province or registry.province, held.issued_on, held.post)
                  for held in found]
    with scratch.serving(tenant, keep=False) as ctx:
        known = {post.name for post in seed_posts(ctx)}
        candidates = [one for one in candidates if one.post in known]
        person = ready_person(ctx, 990)
        for one in candidates:
            facts = certificate_facts(ctx, give_certificate(ctx, person, one), person)
            if not hooks(ctx).check_eligibility(facts, local_date(ctx.now).year):
                return one
    return candidates[0] if candidates else Holding()


def _account(one: Walk) -> Iterator[Seen]:
    """X-05: the initial password, which opens only the page that changes it."""
    with one.ctx() as ctx:
        rule = ctx.rules().account.initial_password
        person = newcomer(ctx, 1)
        account = account_of(ctx, person)
        given = initial_password(account.initial or "", person.phone)
        yield Seen("X-05", "初始密码", person.phone if rule == "phone" else rule, given)
        yield Seen("X-05", "初始密码登录后", Stage.RESTRICTED, open_session(ctx, account, "").stage)


def _enrolled(one: Walk) -> Iterator[Seen]:
    """X-18: which certificates are taken in; X-10: whether trainees enroll themselves."""
    with one.ctx() as ctx:
        _packages(ctx, one.holding.post)
        person = ready_person(ctx, 2)
        held = give_certificate(ctx, person, one.holding)
        one.person_id, one.certificate_id, one.year = person.id, held.id, local_date(ctx.now).year
        asked = hooks(ctx).check_eligibility(certificate_facts(ctx, held, person), one.year)
        one.path = order_path(ctx, person.id)
    yield Seen("X-18", f"{one.holding.issuer} {one.holding.issued_on} 颁发的{one.holding.post}证书", "受理",
               "；".join(problem.sentence for problem in asked) or "受理")
    if not one.path.self_enrollment:
        asked = asked or [Problem("enrolled_by_others", one.path.sentence)]
    yield from _same("X-18", "学员选择证书", asked, one.refusal(
        lambda ctx: choose(ctx, person_of(ctx, one.person_id), [(one.certificate_id, one.year)]), one.trainee()))


def _ordered(one: Walk) -> Iterator[Seen]:
    """X-10: who pays, and that the training is open once it is paid for."""
    if not one.path.self_enrollment:
        yield from _at_counter(one)
    else:
        with one.ctx(one.trainee()) as ctx:
            order = submit(ctx, person_of(ctx, one.person_id))
            yield Seen("X-10", "提交后有学员自己的订单", _yes(one.path.self_service), _yes(order is not None))
        with one.ctx() as ctx:
            if order is not None:
                held = ctx.db.get_one(Order, order.id)
                held.state, held.paid_at = OrderState.PAID, ctx.now
                ctx.publish(OrderPaid(held.id))
    with one.ctx() as ctx:
        one.enrollment_id = enrollments_of(ctx, one.person_id)[-1].id
        yield Seen("X-10", "缴费后的培训", EnrollmentState.OPEN, enrollment(ctx, one.enrollment_id).state)


def _at_counter(one: Walk) -> Iterator[Seen]:
    """X-06, X-10: an institution enrolls the trainee and takes the fee."""
    with one.ctx() as ctx:
        facts = InstitutionFacts("样例培训机构", "样例市", 10_000, 5_000, local_date(ctx.now))
        clerk = Actor(new_id(), roles=frozenset({Role.INSTITUTION}), organization_id=add_institution(ctx, facts).id)

    def at_counter(ctx: Ctx) -> None:
        person = person_of(ctx, one.person_id)
        counter.admit(ctx, counter.AtCounter(person.name, person.id_number, person.phone))
        counter.receive(ctx, counter.enroll(ctx, person, [(one.certificate_id, one.year)]))

    yield from _same("X-10", "培训机构报名并收款", [], one.refusal(at_counter, clerk))


def _ready(one: Walk) -> Iterator[Seen]:
    """X-09: what a trainee must have before the player opens; X-11: what is studied."""
    with one.ctx() as ctx:
        asked = subject(ctx, one.enrollment_id)
        person = person_of(ctx, one.person_id)
        kept, person.photo_key = person.photo_key, None
        problems = hooks(ctx).check_ready_to_study(person_facts(ctx, person), enrollment_facts(ctx, asked))
        person.photo_key = kept
        choice = hooks(ctx).resolve_course_choice(enrollment_facts(ctx, asked))
        studied = ctx.db.scalars(select(Package.code).join(StudyPackage, StudyPackage.package_id == Package.id).where(
            StudyPackage.enrollment_id == one.enrollment_id))
        yield Seen("X-11", "课程包", "、".join(sorted(choice.package_codes)), "、".join(sorted(studied)))

    def without_photo(ctx: Ctx) -> None:
        person_of(ctx, one.person_id).photo_key = None
        check_may_study(ctx, subject(ctx, one.enrollment_id))
        ctx.rollback()

    yield from _same("X-09", "没有照片就开始学习", problems, one.refusal(without_photo, one.trainee()))


def _shown(one: Walk) -> Iterator[Seen]:
    """X-01 at the first look at a picture; X-08, X-20 and X-22 as the pages show them."""
    with one.ctx() as ctx:
        rules, person = ctx.rules(), person_of(ctx, one.person_id)
        for size, wanted in ((rules.photo.max_kb * 1024, "收下"), (rules.photo.max_kb * 1024 + 1, "拒绝")):
            codes = precheck(JPEG.ljust(size, b"\0"), rules.photo)
            yield Seen("X-01", f"{size} 字节的照片", wanted, "拒绝" if codes else "收下")
        token = open_full_session(ctx, account_of(ctx, person), "").token
        columns = [column.title for column in hooks(ctx).adjust_certificate_columns(())]
        correction = hooks(ctx).resolve_phone_correction(person_facts(ctx, person))
    client = one.scratch.client(one.tenant, token)
    certificates, record = (client.get(page, base_url=address(one.tenant), buffered=True).text
                            for page in ("/certificates", "/record"))
    heads = re.findall(r"<th\b[^>]*>(.*?)</th>", certificates.partition("</thead>")[0])
    yield Seen("X-22", "证书管理的栏目", "、".join(columns), "、".join(heads))
    for number in rules.portal.hotlines:
        yield Seen("X-20", f"页脚的服务电话 {number}", "有", "有" if number in certificates else NOTHING)
    if not correction.by_self:
        yield Seen("X-08", "我的档案中说明由谁更正手机号", "有", "有" if escape(correction.sentence) in record else NOTHING)


def _too_early(one: Walk) -> Iterator[Seen]:
    """X-18, N-54: no replacement before the hours are on record."""
    yield from _replacement(one, "学时入库前更新证书")


def _completed(one: Walk) -> Iterator[Seen]:
    """X-13: what is said when the last hour is learned; X-15: whether the audit waits for an exam."""
    with one.ctx() as ctx:
        _credit(ctx, one)
        ctx.publish(StudyCompleted(one.enrollment_id))
    with one.ctx() as ctx:
        yield Seen("X-13", "学完后的短信", ctx.rules().texts.completion_sms or NOTHING, _sms(ctx, one, "completion_sms"))
        required = hooks(ctx).resolve_exam_required(enrollment_facts(ctx, subject(ctx, one.enrollment_id)))
        yield Seen("X-15", "未考试就进入审核", _yes(not required), _yes(latest_case(ctx, one.enrollment_id) is not None))
        if required:
            _pass_exam(ctx, one)


def _audited(one: Walk) -> Iterator[Seen]:
    """X-14: whether somebody must decide; X-13: what is said then; N-44: the hours are on record."""
    with one.ctx() as ctx:
        case = latest_case(ctx, one.enrollment_id)
        yield Seen("X-14", "学时需要审核", "waiting" if ctx.rules().audit.required else "passed",
                   case.state if case else NOTHING)
    if case is not None and case.state == "waiting":
        yield from _same("X-14", "审核通过", [], one.refusal(lambda ctx: pass_case(ctx, case.id, case.version), AUDITOR))
    with one.ctx() as ctx:
        hours = ctx.rules().hours
        yield Seen("X-13", "审核通过后的短信", ctx.rules().texts.audit_passed_sms or NOTHING,
                   _sms(ctx, one, "audit_passed_sms"))
        yield Seen("X-14", "入库学时", str(hours.general + hours.professional),
                   str(sum(line.hours for line in hours_on_record(ctx, person_of(ctx, one.person_id)))))


def _replaced(one: Walk) -> Iterator[Seen]:
    """X-18, N-52: the replacement once the hours are on record; an abnormal certificate is refused (JL-08)."""
    yield from _replacement(one, "学时入库后更新证书")
    with one.ctx() as ctx:
        person = person_of(ctx, one.person_id)
        one.certificate_id = give_certificate(ctx, person, one.holding, Status.ABNORMAL).id
    yield from _replacement(one, "更新非正常的证书")


def _replacement(one: Walk, what: str) -> Iterator[Seen]:
    with one.ctx() as ctx:
        person = person_of(ctx, one.person_id)
        facts = certificate_facts(ctx, certificate(ctx, one.certificate_id), person)
        declared = hooks(ctx).check_replacement(facts)
    seen = one.refusal(lambda ctx: replace_certificate(ctx, person_of(ctx, one.person_id), one.certificate_id),
                       one.trainee())
    yield from _same("X-18", what, declared, seen)
    with one.ctx() as ctx:
        voided = status_of(certificate(ctx, one.certificate_id)) is Status.VOID
        yield Seen("N-52", f"{what}：原证书作废", _yes(not declared), _yes(voided))


def _cleared(one: Walk) -> Iterator[Seen]:
    """X-17: what is said when hours are cleared for cheating, to the letter."""
    with one.ctx() as ctx:
        case = latest_case(ctx, one.enrollment_id)
        row = enrollment(ctx, one.enrollment_id)
        declared = ctx.text("cheating_sms", name=person_of(ctx, one.person_id).name, post=row.post.name, year=row.year)
    if case is not None:
        yield from _same("X-17", "学时清零", [], one.refusal(lambda ctx: clear_case(
            ctx, case.id, latest_case(ctx, one.enrollment_id).version,  # type: ignore[union-attr]
            Ground.NOT_IN_PERSON, "抽查照片不是本人"), AUDITOR))
    with one.ctx() as ctx:
        yield Seen("X-17", "清零短信", declared, _sms(ctx, one, "cheating_sms"))


STEPS = (_account, _enrolled, _ordered, _ready, _shown, _too_early, _completed, _audited, _replaced, _cleared)


def _same(row: str, what: str, declared: list[Problem], seen: tuple[Problem, ...]) -> Iterator[Seen]:
    """The flow refuses exactly as the hooks say, in sentences."""
    yield Seen(row, what, _codes(declared), _codes(seen))
    for problem in seen:
        if not is_sentence(problem.sentence):
            yield Seen(row, f"{what}：拒绝的话", "一句完整的中文", problem.sentence)


def _yes(value: bool) -> str:
    return "是" if value else "否"


def _codes(problems: list[Problem] | tuple[Problem, ...]) -> str:
    return "拒绝：" + "、".join(sorted(problem.code for problem in problems)) if problems else "准许"


def _sms(ctx: Ctx, one: Walk, key: str) -> str:
    """What the person was sent under a text's key."""
    texts = ctx.db.scalars(select(Delivery).where(Delivery.person_id == one.person_id, Delivery.text_key == key))
    return "；".join(delivery.text for delivery in texts) or NOTHING


def _packages(ctx: Ctx, post: str) -> None:
    """One published package for each part."""
    hours = ctx.rules().hours
    for part, due in ((Part.GENERAL, hours.general), (Part.PROFESSIONAL, hours.professional)):
        package = Package(code=f"KIT-{part}", title="样例课程包", part=part, published=True, created_at=ctx.now,
                          post=post if part is Part.PROFESSIONAL else "")
        ctx.db.add(package)
        ctx.db.flush()
        ctx.db.add(Lesson(package_id=package.id, position=1, title="第一讲", class_hours=due,
                          duration_ms=due * hours.hour_seconds * 1000, media_key="none"))
    ctx.db.flush()


def _credit(ctx: Ctx, one: Walk) -> None:
    """All hours in the ledger, as if studied."""
    hours, row = ctx.rules().hours, enrollment(ctx, one.enrollment_id)
    owed = {Part.GENERAL: row.general_hours_due, Part.PROFESSIONAL: row.professional_hours_due}
    slot = 1
    for part, due in owed.items():
        lesson = ctx.db.scalars(select(Lesson).join(Package).where(Package.code == f"KIT-{part}")).one()
        slots = due * hours.hour_seconds // hours.slot_seconds
        ctx.db.add(HourEntry(person_id=row.person_id, enrollment_id=row.id, lesson_id=lesson.id, part=part,
                             kind=Kind.CREDIT, slots=slots, slot=slot, at=ctx.now))
        slot += slots
    ctx.db.flush()


def _pass_exam(ctx: Ctx, one: Walk) -> None:
    rules = ctx.rules().exam
    ctx.db.add(Sitting(enrollment_id=one.enrollment_id, person_id=one.person_id, number=1, state="submitted",
                       seed="kit", started_at=ctx.now, ends_at=ctx.now, grace_seconds=rules.grace_seconds, passed=True,
                       questions=rules.questions, full_score=rules.full_score, pass_score=rules.pass_score,
                       closed_at=ctx.now, correct=rules.questions, score=rules.full_score))
    ctx.db.flush()
    ctx.publish(ExamPassed(one.enrollment_id))
