"""The clerk's side of a photo ticket, over HTTP (A.7)."""
import io
from collections.abc import Callable

import pytest

from core.access import Role
from core.registration.models import PhotoTicket
from core.tenancy import NOBODY, Tenant, unit_of_work
from tests.browse import Browser
from tests.people import signed_in, staff
from tests.presence.pictures import WHITE, jpeg, on_ground
from tests.registration.test_register import with_file

Browsers = Callable[[Tenant], Browser]


def opened(tenant: Tenant, browser: Browser) -> str:
    """A trainee's ticket; its id."""
    browser.get("/basics/photo/ticket")
    other = jpeg(on_ground(WHITE)[:, ::-1])
    sent = browser.submit("/basics/photo/ticket", {"reason": "上传成了别人的照片", "photo": (io.BytesIO(other), "a.jpg")},
                          content_type="multipart/form-data")
    assert sent.status_code == 303
    with unit_of_work(tenant, NOBODY) as ctx:
        return str(ctx.db.query(PhotoTicket).one().id)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
@pytest.mark.parametrize("action, changes, words", [("accept", True, "已更换"), ("refuse", False, "未同意")])
def test_a_clerk_decides(tenant: Tenant, browser_of: Browsers, role: Role, action: str, changes: bool,
                         words: str) -> None:
    """A.7: both pictures side by side, a reason, once; the person reads it."""
    trainee = signed_in(browser_of(tenant), with_file(tenant))
    old = trainee.get("/basics/photo.jpg").data
    ticket = opened(tenant, trainee)
    clerk = signed_in(browser_of(tenant), staff(tenant, role))
    page = clerk.get(f"/admin/photo-tickets/{ticket}/").text
    assert "上传成了别人的照片" in page
    for which in ("old", "new"):
        assert clerk.get(f"/admin/photo-tickets/{ticket}/picture/{which}.jpg").data.startswith(b"\xff\xd8")
    path = f"/admin/photo-tickets/{ticket}/do/{action}/"
    clerk.get(path)
    assert clerk.submit(path, {"note": ""}).status_code == 422
    assert clerk.submit(path, {"note": "已核对身份证"}).status_code == 303
    assert clerk.submit(path, {"note": "再来一次"}).status_code == 409
    assert (trainee.get("/basics/photo.jpg").data != old) is changes
    record = trainee.get("/record").text
    assert words in record and "已核对身份证" in record


def test_other_staff_and_trainees_are_kept_out(national: Tenant, browser_of: Browsers) -> None:
    """T3."""
    trainee = signed_in(browser_of(national), with_file(national))
    ticket = opened(national, trainee)
    auditor = signed_in(browser_of(national), staff(national, Role.INVIGILATOR))
    for browser in (trainee, auditor):
        for path in (f"/admin/photo-tickets/{ticket}/", f"/admin/photo-tickets/{ticket}/picture/new.jpg"):
            assert browser.get(path).status_code in (403, 404)
