"""The comparison, the watch and the blacklist in a browser, on a desk and on a phone (ZJ-13, ZJ-14, C-21)."""
from datetime import date, timedelta

import pytest

from core.organization.modes import PaymentWay
from core.organization.offers import Announcement, Mode, announce
from core.organization.profiles import Said, add_place, open_profile
from core.tenancy import NOBODY, Role, Tenant, unit_of_work
from core.web import JianxueFlask
from tests.barring import bar
from tests.browser.live import DESK, PHONE, chromium, chromium_path, origin, serving, sign_in
from tests.browser.test_axe import look
from tests.people import staff, trainee
from tests.plugins.zhejiang.scene import firm, post_id, school

pytestmark = pytest.mark.skipif(chromium_path() is None, reason="no Chromium on this machine")
NAMES = ("一", "二", "三")


def test_they_read_at_both_widths(app: JianxueFlask, zhejiang: Tenant) -> None:
    """ZJ-13: cards on a phone, nothing scrolls sideways, axe finds nothing serious."""
    with unit_of_work(zhejiang, NOBODY) as ctx:
        post = post_id(ctx)
    for name in NAMES:
        one = school(zhejiang, f"示例培训机构{name}")
        with unit_of_work(zhejiang, NOBODY) as ctx:
            announce(ctx, one.id, Announcement(Mode.ONLINE, None, 60_000, 6_000, date(2026, 11, 20) - timedelta(1)))
            open_profile(ctx, one.id, Said("实训基地两千平方米，周末班，教师均为注册建造师。" * 3, PaymentWay.ONLINE))
            add_place(ctx, one.id, "城西考点", "杭州市", "示例路8号示例大厦3楼计算机考场")
    me = trainee(zhejiang)
    bar(zhejiang, me.id_number)
    clerk, admin = firm(zhejiang).clerk, staff(zhejiang, Role.ADMINISTRATOR)
    wrong = []
    with serving(app) as port, chromium() as engine:
        for size in (DESK, PHONE):
            for who, paths in ((clerk, [f"/zj/institutions/?post={post}"]), (me, ["/blacklist"]),
                               (admin, ["/zj/institutions/watch", "/admin/blacklist/", "/admin/offers/new/"])):
                page = engine.new_page(viewport=size)  # type: ignore[arg-type]
                sign_in(page, app, zhejiang, port, who)
                for path in paths:
                    wrong += look(page, origin(zhejiang, port) + path)
                page.close()
    assert not wrong
