"""Jilin: a 机械员 whose certificate is 非正常, from sign-in to the healed and replaced one; pictures in var/walk/."""
import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from core.app import open_tenants
from core.cycle import Enrollment
from core.demo.cast import PASSWORD, DemoTrainee, read_cast
from core.demo.studying import actor_of, learn_lesson, without_camera
from core.identity import person_by_id_number
from core.tenancy import Tenant, unit_of_work
from core.tenancy.settings import DEMO_FOLDER
from tests.data import TENANTS
from tests.presence.renderer import Webcam
from tests.walk import steps
from tests.walk.stack import Stack
from tests.walk.test_walk import right_answers

REMARK = "未按要求完成继续教育"
LEARNT_BEFORE = 15
"""Lessons of two hours that are learnt already: the walk itself studies the last two hours of 32."""


def people() -> tuple[DemoTrainee, DemoTrainee]:
    """The 机械员 of the manual's picture, and a 技能人员."""
    cast = read_cast(TENANTS / DEMO_FOLDER, "jilin")
    skilled = {post.name for post in cast.post}
    return (next(one for one in cast.trainee if one.certificate[0].status == "abnormal"),
            next(one for one in cast.trainee if one.certificate[0].post in skilled))


def learnt(tenant: Tenant, trainee: DemoTrainee) -> None:
    """Thirty hours, as if studied over the last days."""
    with unit_of_work(tenant) as ctx:
        person = person_by_id_number(ctx, trainee.id_number)
        assert person is not None
        actor = actor_of(ctx, person)
        row = ctx.db.scalars(select(Enrollment.id).where(Enrollment.person_id == person.id)).one()
    began = tenant.clock.now() - timedelta(days=20)
    for number in range(LEARNT_BEFORE):
        learn_lesson(without_camera(tenant), actor, row, began + (number + 1) * timedelta(days=1))


def filled(stack: Stack) -> None:
    """The demonstration is filled beside the running web."""
    until = time.monotonic() + 180
    while not any("jilin：学习进度" in line for line in stack.lines):
        assert time.monotonic() < until, "".join(stack.lines[-20:])
        time.sleep(0.5)


@pytest.mark.walk
def test_from_abnormal_to_the_new_certificate(stack: Stack, chromium: Browser, webcam: Webcam, left: Path,
                                              tmp_path: Path) -> None:
    """JL-06, JL-08, JL-09, JL-12, JL-14, JL-16, JL-17."""
    filled(stack)
    tenant = open_tenants(stack.config).by_slug("jilin")
    base = stack.url("jilin")
    mechanic, bricklayer = people()
    held = mechanic.certificate[0]
    trainee, inbox, auditor, skilled = (
        steps.Walker(steps.open_page(chromium, base, camera=place == 0)[1], base, left, prefix="jl-")
        for place in range(4))
    page = trainee.page
    steps.sign_in(trainee, "个人用户", mechanic.id_number, PASSWORD)
    trainee.go("/certificates")
    row = page.get_by_role("row", name=re.compile(held.number))
    expect(row).to_contain_text("非正常")
    expect(row).to_contain_text(REMARK)
    trainee.picture("0-abnormal")

    photo = tmp_path / "photo.jpg"
    photo.write_bytes(webcam.photo)
    trainee.go("/basics")
    trainee.picture("1-basics")
    trainee.go("/education")
    trainee.picture("2-education")
    trainee.go("/basics")
    steps.complete_file(trainee, photo)
    steps.choose_cycle(trainee, held.post, tenant.clock.now().year)
    steps.pay(trainee)

    trainee.go("/training")
    trainee.picture("4-to-choose")
    expect(page.get_by_text("请先选择课程，选好后就可以开始学习。")).to_be_visible()
    trainee.press("推荐课程包")
    trainee.picture("4-packages")
    trainee.press("选择这些课程")
    learnt(tenant, mechanic)
    steps.begin_study(trainee)
    page.wait_for_url("**/training**", timeout=120_000)
    expect(page.get_by_role("row", name=re.compile(held.post))).to_contain_text("已学完")
    trainee.picture("4-learnt")
    steps.sit_exam(trainee, right_answers())
    steps.sign_in(auditor, "管理账号", "auditor", PASSWORD)
    steps.audit(auditor, mechanic.name)
    steps.received(inbox, "恭喜您的继续教育已完成，可登录管理系统查看学时记录，获取最新的电子证书。", 90)
    inbox.picture("6-sms")

    trainee.go("/certificates")
    until = time.monotonic() + 60
    while REMARK in row.inner_text() and time.monotonic() < until:
        page.reload()
    expect(row).to_contain_text("已记入档案")
    steps.replace(trainee, held.number, left)
    trainee.go("/home")
    trainee.picture("9-home")

    steps.sign_in(skilled, "个人用户", bricklayer.id_number, PASSWORD)
    skilled.go("/certificates?class=skilled")
    expect(skilled.page.get_by_role("link", name="查看/下载", exact=True)).to_be_visible()
    skilled.picture("10-skilled")
    skilled.press("查看/下载")
    skilled.picture("10-skilled-view")
