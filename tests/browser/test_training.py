"""培训计划 in a real browser: each page reads at a desk and on a phone (B-56, ZJ-27)."""
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from core.api.store import Id
from core.base.clock import FixedClock
from core.tenancy import NOBODY, Tenant, unit_of_work
from core.web import JianxueFlask
from plugins.zhejiang.training.queries import sessions_of
from tests.browse import Browser
from tests.browser.live import DESK, PHONE, chromium, chromium_path, origin, serving, sign_in
from tests.browser.test_axe import look
from tests.people import Somebody
from tests.plugins.zhejiang import scene
from tests.plugins.zhejiang.test_training_pages import clerk_of, place, plan_by_hand, session

pytestmark = pytest.mark.skipif(chromium_path() is None, reason="no Chromium on this machine")


def test_every_page_reads_at_both_widths(zhejiang: Tenant, app: JianxueFlask, clock: FixedClock,
                                         browser_of: Callable[[Tenant], Browser]) -> None:
    at = place(zhejiang)
    clerk = clerk_of(at, browser_of(zhejiang))
    draft = plan_by_hand(clerk, at, clock)
    pages: list[tuple[Somebody, str]] = [(at.school.clerk, "/zj/training/"), (at.school.clerk, "/zj/training/new"),
                                         (at.school.clerk, draft), (at.school.clerk, f"{draft}/edit")]
    broken = seen(zhejiang, app, pages, "draft")
    session(clerk, draft, clock)
    clerk.submit(f"{draft}/trainees", {"batch": str(at.batch_id)})
    clerk.submit(f"{draft}/publish")
    with unit_of_work(zhejiang, NOBODY) as ctx:
        [row] = sessions_of(ctx, Id(draft.rsplit("/", 1)[1]))
    listed = f"{draft}/sessions/{row.id}"
    clerk.submit(listed, {"seen": [str(one) for one in at.people], "present": str(at.people[0])})
    trainee = scene.trainee_of(zhejiang, at.people[0])
    late = scene.trainee_of(zhejiang, at.people[1])
    broken += seen(zhejiang, app, [
        (at.school.clerk, draft), (at.school.clerk, listed), (at.school.clerk, f"{draft}/cancel"),
        (at.firm.clerk, "/zj/training/of-us"), (trainee, "/zj/training/mine"), (trainee, "/home"),
        (late, f"/zj/training/mine/{row.id}")], "published")
    assert broken == []


def seen(tenant: Tenant, app: JianxueFlask, pages: list[tuple[Somebody, str]], name: str) -> list[str]:
    """What is wrong with these pages; JIANXUE_PICTURES keeps their pictures."""
    broken: list[str] = []
    kept = os.environ.get("JIANXUE_PICTURES")
    with serving(app) as port, chromium() as engine:
        for number, (who, path) in enumerate(pages):
            for width, size in (("", DESK), ("-phone", PHONE)):
                page = engine.new_context(viewport=size).new_page()  # type: ignore[arg-type]
                sign_in(page, app, tenant, port, who)
                broken += look(page, origin(tenant, port) + path)
                if kept:
                    page.screenshot(path=Path(kept) / f"{name}-{number}{width}.png", full_page=True)
                page.context.close()
    return broken
