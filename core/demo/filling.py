"""Fills one tenant with the demonstration: posts, staff in each role, notices, courses, questions, people.

Can be run again at any time: what is there already is left as it is.
"""
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from core.base.clock import shanghai
from core.base.config import Config
from core.demo.bank import demo_questions
from core.demo.courses import courses
from core.demo.people import PASSWORD, STAFF, TRAINEES
from core.exam.bank import add_questions
from core.identity import (
    Account,
    StaffFacts,
    account_of,
    open_person,
    open_staff,
    person_by_id_number,
    set_password,
)
from core.identity.hashing import hash_password
from core.notification import Notice, publish_notice
from core.organization import seed_posts
from core.registry import pull_certificates
from core.registry.holdings import fill
from core.registry.sheet import CertificateSheet, Holding
from core.tenancy import Ctx, Directory, Tenant, unit_of_work

Say = Callable[[str], None]

PROVINCE, ISSUER = "示例省", "示例省住房和城乡建设厅"

NOTICES = (
    # N-06: the two samples of the manual's page, with their dates.
    (shanghai(2019, 11, 29, 9), "施工现场专业人员继续教育推荐大纲公布",
     "施工现场专业人员继续教育推荐大纲已公布。每年学时为32学时，其中通用课程10学时，专业课程22学时。"),
    (shanghai(2019, 7, 1, 9), "住房和城乡建设部办公厅关于推进住房和城乡建设领域施工现场专业人员职业培训工作的通知",
     "为落实职业培训工作，原岗位证书完成继续教育后，可更换电子培训合格证。"),
)


def fill_demo(tenant: Tenant, say: Say) -> None:
    """All of it, part by part, each in its own transaction; `say` gets one line a part."""
    for title, part in PARTS:
        with unit_of_work(tenant) as ctx:
            part(ctx)
        say(f"{tenant.slug}：{title}")


def staff(ctx: Ctx) -> None:
    known = set(ctx.db.scalars(select(Account.username)))
    for person in STAFF:
        if person.username not in known:
            open_staff(ctx, StaffFacts(person.username, person.name, frozenset({person.role}), person.phone),
                       PASSWORD, must_change=False)


def notices(ctx: Ctx) -> None:
    known = set(ctx.db.scalars(select(Notice.title)))
    for at, title, body in NOTICES:
        if title not in known:
            publish_notice(ctx, title, body, at)
    title = f"{ctx.now.year}年度继续教育开始报名"
    if title not in known:
        publish_notice(ctx, title, "请先选择本年度周期进行学习。学习时须配备摄像头，请提前准备白底一寸免冠照片。",
                       ctx.now - timedelta(days=3))


def posts(ctx: Ctx) -> None:
    seed_posts(ctx)


def certificates(ctx: Ctx) -> None:
    """What the ministry holds: an administrator's sheet would fill it the same way (N-13)."""
    fill(ctx, CertificateSheet(tuple(
        Holding(name=person.name, id_number=person.id_number, post=held.post, number=held.number, issuer=ISSUER,
                province=PROVINCE, issued_on=held.issued_on)
        for person in TRAINEES for held in person.certificates), ()))


def questions(ctx: Ctx) -> None:
    add_questions(ctx, demo_questions())


def trainees(ctx: Ctx) -> None:
    for person in TRAINEES:
        if person.registered and person_by_id_number(ctx, person.id_number) is None:
            opened = open_person(ctx, name=person.name, id_number=person.id_number, phone=person.phone, sex=person.sex)
            set_password(ctx, account_of(ctx, opened), hash_password(PASSWORD))
            pull_certificates(ctx, opened)


PARTS: tuple[tuple[str, Callable[[Ctx], None]], ...] = (
    ("岗位", posts),
    ("各角色的工作人员", staff),
    ("通知公告", notices),
    ("证书登记", certificates),
    ("课程包与课件", courses),
    ("题库", questions),
    ("学员", trainees),
)


def welcome(config: Config, directory: Directory) -> str:
    """What `jianxue run --demo` says at the end: where each tenant answers and who can sign in there."""
    lines = ["", "建学已启动。"]
    for tenant in directory:
        lines.append(f"  {tenant.name}\thttp://{tenant.file.hosts[0]}:{config.port}/")
    if config.demo:
        lines.append(f"\n  演示账号（密码都是 {PASSWORD}）：")
        lines += [f"    {person.username:<12} {person.name}" for person in STAFF]
        registered = [person for person in TRAINEES if person.registered]
        lines += [f"    {person.id_number}  {person.name}（学员）" for person in registered]
        fresh = next(person for person in TRAINEES if not person.registered)
        lines.append(f"  从注册开始体验：姓名 {fresh.name}，身份证号 {fresh.id_number}，手机号 {fresh.phone}；")
        lines.append("  短信不会真的发出，在 /demo/inbox 里看。")
    return "\n".join(lines)
