"""The deadline's pages in a real browser: axe-core and no sideways scroll, at both widths."""
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Engine
from sqlalchemy import select

from core.access import NOBODY, Role
from core.base.clock import FixedClock, shanghai
from core.deadline import service
from core.deadline.looking import look as look_at
from core.registry import Certificate
from core.tenancy import Tenant, unit_of_work
from core.web import JianxueFlask
from tests.browser.live import DESK, PHONE, chromium, chromium_path, origin, serving, sign_in
from tests.browser.test_axe import look
from tests.deadline.conftest import TOO_LATE, credited, enrolled, holder_of
from tests.deadline.test_grace import NEW_DAY, REASON
from tests.people import Somebody, staff

pytestmark = pytest.mark.skipif(chromium_path() is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with chromium() as browser:
        yield browser


def test_every_page_at_both_widths(engine: Engine, app: JianxueFlask, guangdong: Tenant,
                                   guangdong_clock: FixedClock) -> None:
    """C-20, GD-01: the countdown, the late page, the grace list, the forecast."""
    one = holder_of(guangdong)
    other = holder_of(guangdong, 2, post="标准员")
    credited(guangdong, enrolled(guangdong, one, at=shanghai(2020, 12, 10)), shanghai(2020, 12, 16), professional=8)
    clerk, second = staff(guangdong, Role.ADMINISTRATOR), staff(guangdong, Role.APPROVER)
    with unit_of_work(guangdong, clerk.actor) as ctx:
        service.propose(ctx, other.who.id_number, other.number, NEW_DAY, REASON)
    with unit_of_work(guangdong, NOBODY) as ctx:
        look_at(ctx, list(ctx.db.scalars(select(Certificate.person_id).distinct())))
    with serving(app) as port:
        visit(engine, app, guangdong, port, one.who, ("/home", "/deadline", "/certificates"), "before")
        back_office = ("/admin/deadline/", "/admin/graces/", "/admin/graces/new/")
        visit(engine, app, guangdong, port, clerk, back_office, "clerk")
        visit(engine, app, guangdong, port, second, ("/admin/grace_review/",), "second")
        guangdong_clock.at = TOO_LATE
        visit(engine, app, guangdong, port, one.who, (
            "/home", "/deadline", "/certificates", f"/certificates/{one.certificate}/replace"), "late")


def visit(engine: Engine, app: JianxueFlask, tenant: Tenant, port: int, who: Somebody, paths: tuple[str, ...],
          name: str) -> None:
    context = engine.new_context(viewport=DESK)  # type: ignore[arg-type]
    page = context.new_page()
    broken: list[str] = []
    sign_in(page, app, tenant, port, who)
    for number, path in enumerate(paths):
        for suffix, size in (("", DESK), ("-phone", PHONE)):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            broken += look(page, f"{origin(tenant, port)}{path}")
            if folder := os.environ.get("JIANXUE_PICTURES"):
                page.screenshot(path=Path(folder) / f"{name}{number}{suffix}.png", full_page=True)
    context.close()
    assert broken == []
