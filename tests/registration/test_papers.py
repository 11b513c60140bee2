"""What is asked for before the first study: ID card, phone, a young photo, over HTTP (GD-09, BJ-06, X-09)."""
import io
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from PIL import ExifTags, Image
from sqlalchemy import select

from core.access import Role
from core.base.clock import FixedClock
from core.base.config import Config
from core.base.errors import Refused
from core.base.trail import TrailRow
from core.identity import IdScan, note_study, person_facts, person_of
from core.registration import photos
from core.tenancy import NOBODY, Tenant, bound, unit_of_work
from core.work import run_waiting
from tests.browse import Browser
from tests.people import Somebody, signed_in, staff, trainee
from tests.presence.pictures import WHITE, jpeg, on_ground

Browsers = Callable[[Tenant], Browser]


def card(shade: int = 200, width: int = 900, height: int = 570) -> bytes:
    """A picture of the shape of a card."""
    return jpeg(np.full((height, width, 3), shade, dtype=np.uint8))


def send(browser: Browser, **sides: bytes) -> object:
    browser.get("/record/scans")
    return browser.submit("/record/scans", {side: (io.BytesIO(data), f"{side}.jpg") for side, data in sides.items()},
                          content_type="multipart/form-data")


def addresses(browser: Browser) -> list[str]:
    """The pictures of the ID card on 我的档案."""
    return [part.split('"')[0] for part in browser.get("/record").text.split('src="')
            if part.startswith("/record/scans/")]


def has_scans(tenant: Tenant, who: Somebody) -> bool:
    with unit_of_work(tenant, NOBODY) as ctx:
        assert who.person_id is not None
        return person_facts(ctx, person_of(ctx, who.person_id)).has_id_scans


def test_both_sides_are_asked_for_with_a_sentence_each(beijing: Tenant, browser_of: Browsers) -> None:
    """BJ-06, GD-09: both sides, none twice, nothing unreadable; then the next thing that is asked for."""
    who = trainee(beijing)
    browser = signed_in(browser_of(beijing), who)
    for sides, word in (({"portrait": card(90)}, "请选择身份证国徽面的照片"),
                        ({"portrait": card(), "emblem": card()}, "两面选了同一张照片"),
                        ({"portrait": card(90), "emblem": card(91, 300, 190)}, "照片太小，看不清字"),
                        ({"portrait": b"GIF89a nothing", "emblem": card()}, "打不开这张照片")):
        refused = send(browser, **sides)
        assert refused.status_code == 422 and word in refused.text
        assert not has_scans(beijing, who)
    assert send(browser, portrait=card(90), emblem=card()).location == "/basics"
    assert has_scans(beijing, who)
    record = browser.get("/record").text
    assert "更换身份证照片" in record and "上传身份证正反面</a>" not in record


def test_pictures_are_sealed_and_shown_for_minutes_to_whom_they_concern(
        beijing: Tenant, browser_of: Browsers, clock: FixedClock) -> None:
    """X-09, P-08: a signed address for one account; each look leaves a trail row."""
    who = trainee(beijing)
    browser = signed_in(browser_of(beijing), who)
    send(browser, portrait=card(90), emblem=card())
    shown = addresses(browser)
    assert len(shown) == 2 and browser.get(shown[0]).data.startswith(b"\xff\xd8")
    with bound(beijing), beijing.session(write=False) as db:
        looks = db.scalars(select(TrailRow).where(TrailRow.action == "registration.look_at_scan")).all()
        assert len(looks) == 1 and str(who.account_id) in looks[0].actor
        key = db.scalars(select(IdScan.scan_key)).first()
        assert key is not None and not beijing.blobs.get(key, sealed=False).startswith(b"\xff\xd8")
    other = signed_in(browser_of(beijing), trainee(beijing, 2))
    admin = signed_in(browser_of(beijing), staff(beijing, Role.ADMINISTRATOR))
    for stranger in (other, admin, browser_of(beijing)):
        assert stranger.get(shown[0]).status_code in (302, 404)
    case = admin.get(f"/admin/people/{who.person_id}/").text
    theirs = next(part.split('"')[0] for part in case.split('src="') if part.startswith("/record/scans/"))
    assert admin.get(theirs).status_code == 200
    assert signed_in(browser_of(beijing), staff(beijing, Role.HOTLINE)).get(theirs).status_code == 404
    clock.advance(minutes=6)
    assert browser.get(shown[0]).status_code == 404
    assert browser.get(addresses(browser)[0]).status_code == 200


def test_replaceable_until_study_begins(beijing: Tenant, browser_of: Browsers) -> None:
    """BJ-06: one side alone may be replaced, its old bytes are purged; afterwards only staff can help."""
    who = trainee(beijing)
    browser = signed_in(browser_of(beijing), who)
    send(browser, portrait=card(90), emblem=card())
    with unit_of_work(beijing, NOBODY) as ctx:
        old = ctx.db.scalars(select(IdScan.scan_key).where(IdScan.side == "emblem")).one()
    assert send(browser, emblem=card(120)).status_code == 303
    run_waiting(beijing)
    with bound(beijing), pytest.raises(FileNotFoundError):
        beijing.blobs.get(old)
    with unit_of_work(beijing, NOBODY) as ctx:
        note_study(ctx, who.person_id)
    refused = send(browser, emblem=card(130))
    assert refused.status_code == 409 and "不能再更换" in refused.text


def test_the_phone_is_confirmed_by_a_tick(beijing: Tenant, browser_of: Browsers) -> None:
    """BJ-06: 仔细核手机号码是否正确; a press without the tick says what to do."""
    who = trainee(beijing)
    browser = signed_in(browser_of(beijing), who)
    assert "手机号正确" in browser.get("/record").text
    browser.submit("/record/phone/confirm")
    assert "打勾" in browser.get("/record").text
    assert browser.submit("/record/phone/confirm", {"right": "1"}).status_code == 303
    assert "已确认" in browser.get("/record").text
    with unit_of_work(beijing, NOBODY) as ctx:
        assert person_of(ctx, who.person_id).phone_confirmed_at == ctx.now


def test_nothing_of_it_where_the_tenant_does_not_ask(tenant: Tenant, browser_of: Browsers) -> None:
    """X-09: nationally and in Jilin no ID card is asked for."""
    browser = signed_in(browser_of(tenant), trainee(tenant))
    assert browser.get("/record/scans").status_code == 404
    page = browser.get("/record").text
    assert "身份证正反面" not in page and "手机号正确" not in page


def exif(content: bytes, day: str) -> bytes:
    """The same picture with a date as a camera writes it."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(content)) as opened:
        tags = opened.getexif()
        tags.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = day
        opened.save(out, "JPEG", exif=tags)
    return out.getvalue()


@pytest.mark.parametrize("taken, declared, refused", [
    pytest.param("", False, "近3个月内拍的，并在前面打勾", id="not-declared"),
    pytest.param("", True, "", id="no-date-in-it"),
    pytest.param("2026:08:20 10:00:00", True, "", id="three-months-to-the-day"),
    pytest.param("2026:08:19 10:00:00", True, "2026-08-19，超过3个月", id="a-day-too-old"),
    pytest.param("0000:00:00 00:00:00", True, "", id="no-sense"),
])
def test_a_photo_of_the_last_three_months(beijing: Tenant, taken: str, declared: bool, refused: str) -> None:
    """BJ-06, X-03: 近3个月电子照片."""
    content = exif(jpeg(on_ground(WHITE)), taken) if taken else jpeg(on_ground(WHITE))
    with unit_of_work(beijing, NOBODY) as ctx:
        if not refused:
            photos.check_recent(ctx, content, declared=declared)
            return
        with pytest.raises(Refused, match=refused):
            photos.check_recent(ctx, content, declared=declared)


def test_months_are_counted_to_the_last_day() -> None:
    assert photos.months_before(date(2026, 5, 31), 3) == date(2026, 2, 28)
    assert photos.months_before(date(2026, 2, 1), 3) == date(2025, 11, 1)


def test_the_photo_may_be_changed_until_study_begins(
        with_faces: Config, beijing: Tenant, browser_of: Browsers) -> None:
    """X-04: 完善 at first login; nationally a photo is never changed (N-12)."""
    who = trainee(beijing)
    browser = signed_in(browser_of(beijing), who)

    def upload(content: bytes) -> str:
        browser.get("/basics")
        answer = browser.submit("/basics", {"name": "王小明", "sex": "男", "recent": "1",
                                            "photo": (io.BytesIO(content), "a.jpg")},
                                content_type="multipart/form-data")
        return answer.location or ""

    assert upload(jpeg(on_ground(WHITE))) == "/basics/photo/confirm"
    assert "开始学习后不可修改" in browser.get("/basics/photo/confirm").text
    browser.submit("/basics/photo/confirm")
    first = browser.get("/basics/photo.jpg").data
    assert upload(jpeg(on_ground(WHITE)[:, ::-1])) == "/basics/photo/confirm"
    browser.submit("/basics/photo/confirm")
    assert browser.get("/basics/photo.jpg").data != first
    with unit_of_work(beijing, NOBODY) as ctx:
        note_study(ctx, who.person_id)
    assert upload(jpeg(on_ground(WHITE))) == "/basics"
    assert "一经上传不可修改" in browser.get("/record").text
