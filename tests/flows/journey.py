"""One trainee through a whole tenant, from the account to the electronic certificate; what was met is noted by name.

The same code serves every tenant: where a tenant differs, the notes differ, and the test holds the notes against what
is declared.
"""
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from core.access import Role
from core.audit import latest_case
from core.base.clock import FixedClock, local
from core.base.db import Id, new_id
from core.contract.values import PersonFacts
from core.course.facts import enrollment_facts
from core.course.subjects import subject
from core.cycle import Enrollment, EnrollmentState
from core.cycle.counter import enrolls_in_person
from core.demo.bank import demo_questions
from core.demo.cast import Cast, read_cast
from core.exam import bank
from core.exam.models import SittingAnswer
from core.extension import hooks
from core.identity import Side, person_facts, person_of
from core.identity.models import Account, IdScan
from core.notification import inbox
from core.organization import post_by_name, posts
from core.payment import Order, OrderLine, OrderPaid, OrderState
from core.registry import Certificate, CertificateStatusEntry, Kind, Status, certificate_facts, status_of
from core.tenancy import Ctx, Tenant, unit_of_work
from core.tenancy.settings import DEMO_FOLDER
from core.work import run_waiting
from plugins.zhejiang.batch.states import Mode
from tests.browse import Browser
from tests.certificate.holders import photo
from tests.course.conftest import Learner, ask_for_presence, seed_packages
from tests.data import TENANTS
from tests.identity.test_sign_in import attempt
from tests.people import PASSWORD, Somebody, signed_in, staff, trainee
from tests.plugins.counters import a_clerk, admit, an_institution
from tests.plugins.zhejiang import scene

POST = "资料员"
LESSON_SECONDS = 13
"""Two class hours at the demo's pace are twelve; one beat at the beginning and one at the end are enough."""


@dataclass
class Journey:
    """`notes`: what was met, by a name that is the same in every tenant."""

    tenant: Tenant
    clock: FixedClock
    browser_of: Callable[[Tenant], Browser]
    notes: dict[str, object] = field(default_factory=dict)

    # --- the parts, in the order of N-03 -------------------------------------------------------------------

    def walk(self) -> dict[str, object]:
        for part in (self.prepare, self.account, self.certificates, self.enroll, self.gates, self.study,
                     self.examination, self.audit, self.proof, self.replacement):
            try:
                part()
            except AssertionError as error:
                raise AssertionError(f"{self.tenant.slug}, {part.__name__}: {error}") from error
        return self.notes

    def note(self, name: str, value: object) -> None:
        self.notes[name] = value

    def prepare(self) -> None:
        """Packages, a question bank, staff."""
        with unit_of_work(self.tenant) as ctx:
            seed_packages(ctx, POST)
            bank.add_questions(ctx, demo_questions())
        self.cast: Cast = read_cast(TENANTS / DEMO_FOLDER, self.tenant.slug)
        self.auditor = signed_in(self.browser_of(self.tenant), staff(self.tenant, Role.AUDITOR))

    def account(self) -> None:
        """An account with the initial password, signed in through the page from a device that nobody knows."""
        self.note("account.origin", self.rules.account.origin)
        self.note("account.registers", "请再次输入身份证号" in self.fresh().get("/register", follow_redirects=True).text)
        self.who = trainee(self.tenant, initial=True)
        initial = {"phone": self.who.phone, "111111": "111111"}
        opens = [name for name, word in initial.items()
                 if attempt(self.fresh(), self.who.id_number, word).location == "/password"]
        self.note("account.initial_password", opens)
        self.note("account.phone_unique", self.rules.account.phone_unique)
        self.note("library_url", self.rules.portal.library_url)
        photo = self.rules.photo
        self.note("photo", (photo.max_kb, photo.backgrounds, photo.change))
        assert self.fresh().get("/register").status_code == 200
        other = trainee(self.tenant, 900)
        with unit_of_work(self.tenant) as ctx:
            account = ctx.db.get_one(Account, self.who.account_id)
            account.password_hash, account.initial = ctx.db.get_one(Account, other.account_id).password_hash, None
        self.note("sign_in.new_device", self.sign_in_anew())
        self.browser = signed_in(self.browser_of(self.tenant), self.who)

    def fresh(self) -> Browser:
        return self.browser_of(self.tenant)

    def sign_in_anew(self) -> str:
        """`password`, or `password and SMS code` where a device that was never seen needs one (GD-05)."""
        browser = self.fresh()
        answer = attempt(browser, self.who.id_number, PASSWORD)
        assert answer.status_code == 303, answer.text
        return "password" if browser.get("/sessions").status_code == 200 else "password and SMS code"

    def certificates(self) -> None:
        """One certificate of 2016 to study for, and which others the tenant would take (X-18)."""
        with unit_of_work(self.tenant) as ctx:
            person, year = person_of(ctx, self.person_id), self.year
            taken = []
            for name, changes in PROBES.items():
                probe = self.certificate(ctx, self.who, f"PROBE {name}", **changes)
                facts = certificate_facts(ctx, ctx.db.get_one(Certificate, probe), person)
                taken += [] if hooks(ctx).check_eligibility(facts, year) else [name]
            ctx.rollback()
            self.note("eligible", taken)
        with unit_of_work(self.tenant) as ctx:
            self.held = self.certificate(ctx, self.who, "12161140000001")
            self.note("person_classes", [one.name for one in hooks(ctx).collect_person_classes()])
            facts = certificate_facts(ctx, ctx.db.get_one(Certificate, self.held), person_of(ctx, self.person_id))
            ends = hooks(ctx).resolve_deadline(facts).ends
            self.note("deadline", ends and f"{local(ends):%Y-%m-%d %H:%M:%S}")
            self.note("invoice", hooks(ctx).resolve_invoice_policy().kind)
            phone = hooks(ctx).resolve_phone_correction(self.facts(ctx))
            self.note("phone.corrected", "by the trainee" if phone.by_self else f"by {'、'.join(phone.phones)}")

    def certificate(self, ctx: Ctx, who: Somebody, number: str, post: str = POST, issuer: str = "",
                    issued_on: date = date(2016, 4, 19), status: Status = Status.NORMAL) -> Id:
        found = post_by_name(ctx, post)
        assert found is not None
        held = Certificate(id=new_id(), person_id=who.person_id, post_id=found.id, number=number, kind=Kind.PAPER,
                           issuer=issuer or self.cast.registry.issuer, province=self.cast.registry.province,
                           issued_on=issued_on, created_at=ctx.now)
        ctx.db.add(held)
        ctx.db.flush()
        ctx.db.add(CertificateStatusEntry(certificate_id=held.id, status=status, remark="", at=ctx.now))
        ctx.db.flush()
        return held.id

    def enroll(self) -> None:
        """The trainee chooses and submits; where the tenant has others do it, they do."""
        self.note("enroll_menu", self.browser.get("/education/choose").location or "")
        self.browser.get("/home")
        answer = self.browser.submit("/education/choose", {"choice": [f"{self.held}:{self.year}"]})
        if answer.status_code == 303 and not self.enrollments(EnrollmentState.OPEN):
            self.browser.get("/education/submit")
            answer = self.browser.submit("/education/submit")
        with unit_of_work(self.tenant) as ctx:
            order = ctx.db.scalar(select(Order).where(Order.counter_id.is_(None)))
            if order is not None:
                self.note("enrolled_by", "trainee, who pays online")
                self.note("fee", [line.title[:4] for line in order.lines])
                order.state, order.paid_at = OrderState.PAID, ctx.now
                ctx.db.flush()
                ctx.publish(OrderPaid(order.id))
        if order is None and self.enrollments(EnrollmentState.OPEN):
            self.note("fee", [])
            self.note("enrolled_by", "trainee, others pay")
        elif order is None and self.rules.account.origin == "enterprise":
            self.note("fee", [])
            self.note("enrolled_by", "enterprise")
            self.by_the_enterprise()
        elif order is None:
            assert enrolls_in_person(self.ctx()), f"not enrolled: {answer.status_code} {_said(answer.text)}"
            self.note("enrolled_by", "institution")
            self.at_the_counter()
        [self.enrollment] = self.enrollments(EnrollmentState.OPEN)
        with unit_of_work(self.tenant) as ctx:
            facts = enrollment_facts(ctx, subject(ctx, self.enrollment))
            self.note("order_pages", hooks(ctx).resolve_order_path(facts).self_service)
            self.note("course_choice", hooks(ctx).resolve_course_choice(facts).by_trainee)

    def at_the_counter(self) -> None:
        """An institution's clerk finds the trainee, enrolls and takes the fee in its items (GD-04, GD-06)."""
        clerk = signed_in(self.fresh(), a_clerk(self.tenant, an_institution(self.tenant)))
        place = admit(clerk, self.who.name, self.who.id_number, self.who.phone)
        assert f"{self.held}:{self.year}" in clerk.get(place).text
        order = clerk.submit(place, {"choice": f"{self.held}:{self.year}", "_once": "k"}).location
        clerk.get(f"{order}do/receive/")
        assert clerk.submit(f"{order}do/receive/").status_code == 303
        with unit_of_work(self.tenant) as ctx:
            self.note("fee", [re.split("[:：]", line.title)[0] for line in ctx.db.scalars(select(OrderLine))])

    def by_the_enterprise(self) -> None:
        """An enterprise's continuing-education batch, paid for and confirmed (ZJ-26)."""
        batch_id = scene.batch(self.tenant, scene.firm(self.tenant), scene.school(self.tenant), mode=Mode.CONTINUING)
        scene.enrolled(self.tenant, batch_id, person_id=self.person_id)

    def enrollments(self, state: EnrollmentState) -> list[Id]:
        with unit_of_work(self.tenant) as ctx:
            return list(ctx.db.scalars(select(Enrollment.id).where(Enrollment.person_id == self.person_id,
                                                                   Enrollment.state == state)))

    def gates(self) -> None:
        """What stands between a bare account and the first lesson (X-09), then all of it put in order."""
        with unit_of_work(self.tenant) as ctx:
            asked = enrollment_facts(ctx, subject(ctx, self.enrollment))
            self.note("gates", sorted(problem.code for problem in hooks(ctx).check_ready_to_study(
                self.facts(ctx), asked)))
        assert self.learner().open().status_code == 422
        with unit_of_work(self.tenant) as ctx:
            person = person_of(ctx, self.person_id)
            person.photo_key, person.photo_at = ctx.blobs.put(photo(), "photo"), ctx.now
            person.phone_confirmed_at = person.profile_saved_at = ctx.now
            ctx.db.add_all(IdScan(person_id=person.id, side=side, scan_key=ctx.blobs.put(photo(), "scan"),
                                  uploaded_at=ctx.now) for side in Side)
        # Nobody sits before a camera here.
        self.note("study.camera", self.rules.presence.required)
        ask_for_presence(self.tenant, False)

    def learner(self) -> Learner:
        return Learner(self.browser, self.clock, self.who, self.enrollment)

    def study(self) -> None:
        """32 class hours, beat by beat; then what the page and the SMS say (X-13)."""
        self.said()
        learner = self.learner()
        done: dict[str, Any] = {}
        while not done.get("done"):
            learner.opened(self.browser.send(f"/study/{self.enrollment}/lease"))
            done = learner.watch(LESSON_SECONDS, LESSON_SECONDS).json or {}
            assert done["full"], done
        self.note("hours", done["hours_text"])
        self.note("completion.popup", done["popup"])
        self.note("completion.sms", self.said())

    def examination(self) -> None:
        """Where this post needs it (X-15): fifty questions, all right."""
        with unit_of_work(self.tenant) as ctx:
            asked = enrollment_facts(ctx, subject(ctx, self.enrollment))
            required = hooks(ctx).resolve_exam_required(asked)
            self.note("exam.required", required)
            self.note("exam.posts", [post.name for post in posts(ctx) if not hooks(ctx).resolve_exam_required(
                _of_post(asked, post.name))])
        exam = self.rules.exam
        self.note("exam.shape", (exam.questions, exam.full_score, exam.pass_score, exam.minutes, exam.retakes))
        if required:
            self.browser.get(f"/exam/{self.enrollment}/")
            path = self.browser.submit(f"/exam/{self.enrollment}/start").location
            self.browser.get(path)
            for place, key in self.keys(path).items():
                assert self.browser.send(f"{path}/answers/{place}", {"choice": key, "turn": 1}).status_code == 200
            self.browser.submit(f"{path}/submit")
        self.note("exam.sms", self.said())

    def keys(self, path: str) -> dict[int, str]:
        with unit_of_work(self.tenant) as ctx:
            rows = ctx.db.execute(select(SittingAnswer.place, SittingAnswer.key)
                                  .where(SittingAnswer.sitting_id == Id(path.rsplit("/", 1)[1])))
            return {place: key for place, key in rows}

    def audit(self) -> None:
        """The auditor passes it through the page; the SMS (N-39) and the one for cheating (X-17) to the letter."""
        with unit_of_work(self.tenant) as ctx:
            case = latest_case(ctx, self.enrollment)
            assert case is not None, "no case is open"
            self.note("audit.waits", case.state)
            case_id, version = case.id, case.version
        if self.notes["audit.waits"] == "waiting":
            self.auditor.get(f"/audit/{case_id}")
            assert self.auditor.submit(f"/audit/{case_id}/pass", {"version": version}).status_code == 303
        self.note("audit.sms", self.said())
        with unit_of_work(self.tenant) as ctx:
            self.note("cheating.sms", ctx.text("cheating_sms", name="王小明", post=POST, year=2020))

    def proof(self) -> None:
        answer = self.browser.submit(f"/proofs/{self.enrollment}")
        assert answer.status_code == 303, answer.text
        assert self.browser.get(f"/proofs/{self.enrollment}/file").data.startswith(b"%PDF")

    def replacement(self) -> None:
        """证书更新: the columns and words of the page (X-21, X-22), the new certificate, the old one 作废 (N-52)."""
        page = self.browser.get("/certificates").text
        self.note("certificates.columns", re.findall(r'role="columnheader" scope="col"[^>]*>([^<]+)<', page))
        self.note("certificates.update_label", self.rules.certificate.update_label in page)
        self.note("certificates.hint", _said(self.rules.texts.certificates_hint))
        self.clock.advance(minutes=5)
        answer = self.browser.submit(f"/certificates/{self.held}/replace")
        assert answer.status_code == 303, _said(answer.text)
        with unit_of_work(self.tenant) as ctx:
            assert status_of(ctx.db.get_one(Certificate, self.held)) is Status.VOID
            new = ctx.db.scalars(select(Certificate).where(Certificate.replaces_id == self.held)).one()
        assert self.browser.get(f"/certificates/{new.id}/file").data.startswith(b"%PDF")
        self.note("after", self.said())

    # --- what is asked along the way -------------------------------------------------------------------------

    @property
    def rules(self) -> Any:
        return self.tenant.rules(self.clock.now())

    @property
    def year(self) -> int:
        return (self.clock.now() + timedelta(hours=8)).year

    @property
    def person_id(self) -> Id:
        assert self.who.person_id is not None
        return self.who.person_id

    def ctx(self) -> Ctx:
        """For what only looks at the rules."""
        return Ctx(self.tenant)

    def facts(self, ctx: Ctx) -> PersonFacts:
        return person_facts(ctx, person_of(ctx, self.person_id))

    def said(self) -> list[str]:
        """The SMS that came since the last look, oldest first."""
        run_waiting(self.tenant)
        with unit_of_work(self.tenant) as ctx:
            texts = [sms.text for sms in reversed(inbox(ctx)) if sms.phone == self.who.phone]
        seen, self._heard = getattr(self, "_heard", 0), len(texts)
        return texts[seen:]


PROBES: dict[str, dict[str, Any]] = {
    "2014": {"issued_on": date(2014, 12, 31)}, "2015": {"issued_on": date(2015, 1, 1)},
    "2018": {"issued_on": date(2018, 12, 31)}, "2019": {"issued_on": date(2019, 1, 1)},
    "issued elsewhere": {"issuer": "示例市建设培训中心"}, "安全员": {"post": "安全员"},
    "非正常": {"status": Status.ABNORMAL}, "作废": {"status": Status.VOID},
}


def _of_post(facts: Any, post: str) -> Any:
    return replace(facts, post=post)


def _said(page: str) -> str:
    """The words of a page, for a failure's message."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))[-600:]
