"""Fills tenants with the demonstration: posts, staff in each role, notices, courses, questions, people.

Who they are stands in `tenants/demo/`. Can be run again at any time: what is there already is left as it is.
"""
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from core.base.clock import shanghai
from core.base.config import Config
from core.deadline import looking
from core.deadline.models import GraceEntry
from core.deadline.service import propose
from core.demo.bank import demo_questions
from core.demo.cast import PASSWORD, Cast, DemoInstitution, DemoTrainee, cast_of
from core.demo.courses import courses
from core.demo.studying import study_beforehand
from core.exam.bank import add_questions
from core.extension.parts import package_of, plugin_part
from core.identity import (
    Account,
    Person,
    StaffFacts,
    account_of,
    open_person,
    open_staff,
    person_by_id_number,
    set_password,
)
from core.identity.hashing import hash_password
from core.notification import Notice, Receipt, note_receipt, publish_notice, send_text, send_waiting
from core.organization import Organization, seed_posts
from core.organization import posts as all_posts
from core.organization.institutions import INSTITUTION, InstitutionFacts, add_institution
from core.organization.modes import Mode, PaymentWay
from core.organization.offers import Announcement, announce
from core.organization.profiles import Said, add_place, open_profile
from core.organization.service import add_post
from core.registry import Kind, Status, pull_certificates
from core.registry.holdings import fill
from core.registry.sheet import CertificateSheet, Holding
from core.tenancy import Actor, Ctx, Directory, Role, Tenant, unit_of_work

Say = Callable[[str], None]

NOTICES = (
    # N-06: the two samples of the manual's page, with their dates.
    (shanghai(2019, 11, 29, 9), "施工现场专业人员继续教育推荐大纲公布",
     "施工现场专业人员继续教育推荐大纲已公布。每年学时为32学时，其中通用课程10学时，专业课程22学时。"),
    (shanghai(2019, 7, 1, 9), "住房和城乡建设部办公厅关于推进住房和城乡建设领域施工现场专业人员职业培训工作的通知",
     "为落实职业培训工作，原岗位证书完成继续教育后，可更换电子培训合格证。"),
)


def fill_demo(tenants: Iterable[Tenant], say: Say) -> None:
    """All of it, part by part, each in its own transaction; `say` gets one line a part.

    People first everywhere, so that a visitor can sign in while the lessons are still being drawn.
    """
    casts = [(tenant, cast_of(tenant)) for tenant in tenants]
    for title, part in PARTS:
        for tenant, cast in casts:
            with unit_of_work(tenant) as ctx:
                part(ctx, cast)
            say(f"{tenant.slug}：{title}")
    for tenant, cast in casts:
        for person in cast.trainee:
            for wanted in person.study:
                study_beforehand(tenant, cast, person, wanted)
        with unit_of_work(tenant) as ctx:
            deadlines(ctx, cast)
        say(f"{tenant.slug}：学习进度")


def institutions(ctx: Ctx, cast: Cast) -> None:
    known = set(ctx.db.scalars(select(Organization.name)))
    for one in cast.institution:
        if one.name in known:
            continue
        if one.kind == INSTITUTION:
            _offers(ctx, one, add_institution(ctx, InstitutionFacts(
                one.name, one.city, one.training_fen, one.textbook_fen, date(ctx.now.year, 1, 1), one.place,
                one.telephone)))
        else:
            ctx.db.add(Organization(kind=one.kind, name=one.name, city=one.city, created_at=ctx.now))


def _offers(ctx: Ctx, one: DemoInstitution, held: Organization) -> None:
    """First trainings, and what is compared (ZJ-13)."""
    for mode, fen in ((Mode.ONLINE, one.online_fen), (Mode.OFFLINE, one.offline_fen)):
        if fen:
            announce(ctx, held.id, Announcement(mode, None, fen, one.textbook_fen, date(ctx.now.year, 1, 1)))
    if one.features:
        open_profile(ctx, held.id, Said(one.features, PaymentWay.BOTH, one.name, "示例银行", "6222000000000000000"))
    if one.test_place:
        add_place(ctx, held.id, one.test_place, one.city, one.place)


def staff(ctx: Ctx, cast: Cast) -> None:
    known = set(ctx.db.scalars(select(Account.username)))
    organizations = {one.name: one.id for one in ctx.db.scalars(select(Organization))}
    for person in cast.staff:
        if person.username not in known:
            open_staff(ctx, StaffFacts(person.username, person.name, frozenset({Role(person.role)}), person.phone,
                                       organizations.get(person.institution), person.city or None),
                       PASSWORD, must_change=False)


def notices(ctx: Ctx, _cast: Cast) -> None:
    known = set(ctx.db.scalars(select(Notice.title)))
    for at, title, body in NOTICES:
        if title not in known:
            publish_notice(ctx, title, body, at)
    title = f"{ctx.now.year}年度继续教育开始报名"
    if title not in known:
        publish_notice(ctx, title, "请先选择本年度周期进行学习。学习时须配备摄像头，请提前准备白底一寸免冠照片。",
                       ctx.now - timedelta(days=3))


def posts(ctx: Ctx, cast: Cast) -> None:
    known = {post.code for post in seed_posts(ctx)} | {post.code for post in all_posts(ctx, retired=True)}
    for place, one in enumerate(cast.post, len(known)):
        if one.code not in known:
            add_post(ctx, one.code, one.name, one.family, place, one.person_class)


def certificates(ctx: Ctx, cast: Cast) -> None:
    """What the ministry holds: an administrator's sheet would fill it the same way (N-13)."""
    fill(ctx, CertificateSheet(tuple(
        Holding(name=person.name, id_number=person.id_number, post=held.post, number=held.number,
                issuer=held.issuer or cast.registry.issuer, province=held.province or cast.registry.province,
                issued_on=held.issued_on, status=Status(held.status), remark=held.remark, kind=Kind(held.kind))
        for person in cast.trainee for held in person.certificate), ()))


def questions(ctx: Ctx, _cast: Cast) -> None:
    add_questions(ctx, demo_questions())


def trainees(ctx: Ctx, cast: Cast) -> None:
    """Those who have an account, each since before their first study."""
    now, hashed = ctx.now, hash_password(PASSWORD)
    for person in cast.trainee:
        if person.account == "none" or person_by_id_number(ctx, person.id_number) is not None:
            continue
        ctx.now = now - timedelta(days=1 + max((one.days for one in person.study), default=0))
        opened = open_person(ctx, name=person.name, id_number=person.id_number, phone=person.phone, sex=person.sex)
        if ctx.rules().account.origin != "trainee":
            opened.portal_opened_at = ctx.now
        if person.account == "own":
            set_password(ctx, account_of(ctx, opened), hashed)
        pull_certificates(ctx, opened)
        ctx.now = now
        if person.undelivered:
            _come_back(ctx, opened)


def _come_back(ctx: Ctx, person: Person) -> None:
    """BJ-01, C-22: the phone on file is wrong, and the first message to it came back."""
    said = _OPENED.format(name=person.name, platform=ctx.tenant.name)
    sent = send_text(ctx, person.phone, said, about="demo", person=person)
    send_waiting(ctx, sent.id)
    note_receipt(ctx, Receipt(sent.id, delivered=False, at=ctx.now, reason="空号或停机"))


_OPENED = "【温馨提示】尊敬的{name}学员您好，您在{platform}的学习账号已开通，请登录后先核实手机号码。"


def deadlines(ctx: Ctx, cast: Cast) -> None:
    """The forecast is written by the workers, as each morning, and there is a grace to confirm (C-20)."""
    looking.begin(ctx, "demo")
    admin = next(person.username for person in cast.staff if person.role == Role.ADMINISTRATOR)
    account = ctx.db.scalars(select(Account).where(Account.username == admin)).one()
    ctx.actor = Actor(account.id, None, account.display_name, frozenset({Role.ADMINISTRATOR}))
    known = set(ctx.db.scalars(select(GraceEntry.person_id)))
    for trainee in cast.trainee:
        person = person_by_id_number(ctx, trainee.id_number)
        for grace in trainee.grace:
            if person is not None and person.id not in known:
                propose(ctx, trainee.id_number, grace.certificate, grace.until, grace.reason)


def plugins(ctx: Ctx, _cast: Cast) -> None:
    """What the tenant's plugins show of themselves."""
    for part in _demo_parts(ctx.tenant):
        part.fill(ctx, PASSWORD)


def _demo_parts(tenant: Tenant) -> list[Any]:
    """The `demo.py` of each plugin that has one: `fill(ctx, password)` and `CLERKS`, the usernames it opens."""
    found = [plugin_part(package_of(tenant.plugins.get_plugin(name)), "demo") for name in tenant.file.plugins]
    return [part for part in found if part is not None]


def lessons(ctx: Ctx, cast: Cast) -> None:
    courses(ctx, cast.package)


PARTS: tuple[tuple[str, Callable[[Ctx, Cast], None]], ...] = (
    ("岗位", posts),
    ("培训机构", institutions),
    ("各角色的工作人员", staff),
    ("通知公告", notices),
    ("证书登记", certificates),
    ("学员", trainees),
    ("插件", plugins),
    ("题库", questions),
    ("课程包与课件", lessons),
)


def welcome(config: Config, directory: Directory) -> str:
    """What `jianxue run --demo` says at the end: where each tenant answers and who can sign in there."""
    lines = ["", "建学已启动。"]
    clerks: dict[str, list[str]] = {}
    for tenant in directory:
        lines.append(f"  {tenant.name}\thttp://{tenant.file.hosts[0]}:{config.port}/")
        if config.demo:
            cast = cast_of(tenant)
            lines += [f"    {line}" for line in _people(tenant, cast)]
            names = [person.username for person in cast.staff]
            names += [name for part in _demo_parts(tenant) for name in part.CLERKS]
            clerks.setdefault("、".join(names), []).append(tenant.name)
    lines += [f"\n  {'、'.join(where) if len(clerks) > 1 else '各平台'}的工作人员：{who}" for who, where in clerks.items()]
    if config.demo:
        lines.append(f"\n  演示账号的密码都是 {PASSWORD}，另有说明的除外；短信不会真的发出，在各平台的 /demo/inbox 里看。")
    return "\n".join(lines)


def _people(tenant: Tenant, cast: Cast) -> list[str]:
    """A few lines a tenant: who stands there, and what to see with each."""
    day = tenant.business_date
    lines = [f"业务日期 {day}"] if day else []
    for person in cast.trainee:
        if person.account == "none":
            lines.append(f"从注册开始：{person.name}，{person.id_number}，手机 {person.phone}{_told(person)}")
        elif person.told:
            lines.append(f"学员 {person.name}：{person.id_number}{_told(person)}")
    return lines


def _told(person: DemoTrainee) -> str:
    return f"（{person.told}）" if person.told else ""
