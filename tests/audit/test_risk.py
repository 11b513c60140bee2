"""Signs of risk: pure rules as a table, read once by a job, for the auditor (L1, L5, L8, L11, L17, R20, R23)."""
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.access import NOBODY, Role
from core.audit.models import AuditRisk
from core.audit.risk import VERSION, Hint, Pages, Seen, Sign, Watched, is_virtual, judge, score
from core.audit.wording import told
from core.base.clock import shanghai
from core.cycle import enrollment
from core.presence.cameras import Camera, read_camera
from core.presence.models import Snapshot
from core.tenancy import Tenant, unit_of_work
from core.work import run_waiting
from tests.audit.cases import case_of, waiting
from tests.browse import Browser
from tests.people import signed_in, staff

BrowserOf = Callable[[Tenant], Browser]
GOOD = Camera("Integrated Camera (13d3:56ff)", 640, 480, 30, True)
FAKE = Camera("fake_device_0", 640, 480, 20, True)
START = shanghai(2026, 11, 20, 8)


def opened(*minutes: float, refused: int = 0) -> list[Pages]:
    return [Pages(START + timedelta(minutes=minute), refused) for minute in minutes]


@pytest.mark.parametrize(("row", "seen", "signs"), [
    ("", Seen(), []),
    ("L11", Seen(cameras=[GOOD] * 5), []),
    ("L11, R23", Seen(cameras=[GOOD, FAKE]), [Sign.VIRTUAL_CAMERA]),
    ("L11", Seen(cameras=[None, GOOD]), [Sign.SILENT_CAMERA]),
    ("L11", Seen(cameras=[Camera("USB Camera", 640, 480, 30, False)]), [Sign.SILENT_CAMERA]),
    ("L8", Seen(answers=[1.2, 0.05]), [Sign.QUICK_ANSWERS]),
    ("L8", Seen(answers=[0.05] * 5), [Sign.QUICK_ANSWERS, Sign.STEADY_ANSWERS]),
    ("L8", Seen(answers=[1.40, 1.45, 1.41, 1.44, 1.50]), [Sign.STEADY_ANSWERS]),
    ("L8", Seen(answers=[1.40, 1.45, 1.41, 1.44]), []),
    ("L8", Seen(answers=[1.1, 1.9, 1.4, 2.6, 1.2]), []),
    ("L5, R20", Seen(watched=[Watched(900, 0.0), Watched(900, 1.0)]), [Sign.NO_MEDIA]),
    ("L5", Seen(watched=[Watched(900, 0.3)]), [Sign.LITTLE_MEDIA]),
    ("L5", Seen(watched=[Watched(900, None), Watched(900, 0.5)]), []),
    ("L1", Seen(pages=opened(*range(8))), [Sign.MANY_PAGES]),
    ("L1", Seen(pages=opened(*range(0, 160, 10))), []),
    ("L2, L3", Seen(pages=opened(0, refused=10)), [Sign.MANY_REFUSED]),
    ("L2, L3", Seen(pages=opened(0, refused=9)), []),
    ("L8, N-45 c", Seen(asked=8, came=3), [Sign.NO_PICTURES]),
    ("N-45 c", Seen(asked=8, came=4), []),
    ("N-45 c", Seen(asked=3, came=0), []),
    ("L17", Seen(on_device=2, on_phone=2), []),
    ("L17", Seen(on_device=3, on_phone=3), [Sign.SHARED_DEVICE, Sign.SHARED_PHONE]),
    ("L12", Seen(repeated=1), [Sign.REPEATED_TURNS]),
    ("L13", Seen(same_face=1), [Sign.SHARED_FACE]),
    ("L5, L11", Seen(cameras=[FAKE, None], watched=[Watched(60, 0)], pages=opened(0, refused=50)),
     [Sign.VIRTUAL_CAMERA, Sign.NO_MEDIA, Sign.MANY_REFUSED, Sign.SILENT_CAMERA]),
])
def test_signs(row: str, seen: Seen, signs: list[Sign]) -> None:
    """Each sign with what it needs, and what an honest person leaves behind gives none; the weightiest first."""
    hints = judge(seen)
    assert [hint.sign for hint in hints] == signs, row
    assert (score(hints) > 0) is bool(signs)


@pytest.mark.parametrize(("label", "virtual"), [
    ("fake_device_0", True), ("OBS Virtual Camera", True), ("OBS-Camera", True), ("ManyCam Virtual Webcam", True),
    ("虚拟摄像头", True), ("Dummy video device (0x0000)", True), ("v4l2loopback", True), ("XSplit VCam", True),
    ("e2eSoft VCam", True), ("/tmp/clip.mjpeg", True), ("clip.y4m", True), ("无他伴侣", True),
    ("Integrated Camera (13d3:56ff)", False), ("FaceTime HD Camera", False), ("罗技高清网络摄像机 C270", False),
    ("Front Camera", False), ("camera2 1, facing front", False), ("HD Webcam C615", False), ("", False),
    ("Observer Cam", False),
])
def test_labels(label: str, virtual: bool) -> None:
    """L11: what calls itself virtual is one; ordinary cameras are not."""
    assert is_virtual(label) is virtual


@pytest.mark.parametrize("sign", list(Sign))
def test_every_sign_is_told(sign: Sign, app: object) -> None:
    """Each sign says what was seen, why it may be harmless and what to look at."""
    facts: dict[str, str | int | float] = dict.fromkeys(
        ("labels", "times", "of", "people", "least", "most", "asked", "came", "minutes"), 1)
    if sign in (Sign.NO_MEDIA, Sign.LITTLE_MEDIA):
        facts = {"seconds": 900, "of": 2700}
    words = told(Hint(sign, facts))
    assert words.title and "%" not in words.seen and words.harmless and words.look


@pytest.mark.parametrize(("header", "kept"), [
    ("", ""), ("not json", ""), ("[1,2]", ""), ("x" * 3000, ""), ("%FF%FE", ""), ("[" * 1900, ""),
    ('{"label": "USB Camera", "width": 640, "height": 480, "rate": 30, "capable": true}',
     '{"label":"USB Camera","width":640,"height":480,"rate":30,"capable":true}'),
    ('{"label": 7, "width": "x", "height": -1, "rate": 1e99, "capable": "yes", "more": {"a": 1}}',
     '{"label":"","width":0,"height":0,"rate":0,"capable":false}'),
    ("%7B%22label%22%3A%22%E8%99%9A%E6%8B%9F%5Cn%5C%22%3Cscript%3E%22%7D",
     '{"label":"虚拟<script>","width":0,"height":0,"rate":0,"capable":false}'),
    ('{"label": "a", "width": NaN}', '{"label":"a","width":0,"height":0,"rate":0,"capable":false}'),
])
def test_what_a_page_says_of_its_camera_is_bounded(header: str, kept: str) -> None:
    """L11: hostile input; known facts only, without control characters, never an error."""
    assert read_camera(header) == kept


def test_signs_are_read_once_and_shown_to_the_auditor(tenant: Tenant, browser_of: BrowserOf) -> None:
    """L11, L17, R23: a mark in the queue, evidence with its harmless reason on the case; nothing happens by itself."""
    quiet, risky = waiting(tenant, 1, name="张三"), waiting(tenant, 2, name="李四")
    with unit_of_work(tenant, NOBODY) as ctx:
        mine = ctx.db.scalars(select(Snapshot).where(Snapshot.enrollment_id == risky.enrollment)).all()
        for row in mine:
            row.camera = read_camera('{"label": "OBS Virtual Camera", "width": 640, "height": 480, "capable": true}')
        for row in ctx.db.scalars(select(Snapshot).where(Snapshot.enrollment_id == quiet.enrollment)):
            row.camera = read_camera('{"label": "Integrated Camera", "width": 640, "height": 480, "capable": true}')
    browser = signed_in(browser_of(tenant), staff(tenant, Role.AUDITOR))
    assert "正在分析" in browser.get(f"/audit/{case_of(tenant, risky).id}").text
    run_waiting(tenant)
    page = browser.get("/audit/?risk=1").text
    assert "李四" in page and "重点核对" in page and "张三" not in page.split("</form>")[-1]
    page = browser.get(f"/audit/{case_of(tenant, risky).id}").text
    for words in ("虚拟摄像头", "OBS Virtual Camera", "2 次", "会议软件", "只供审核参考，不是结论"):
        assert words in page, words
    assert case_of(tenant, risky).state == "waiting"
    with unit_of_work(tenant, NOBODY) as ctx:
        row = ctx.db.get_one(AuditRisk, case_of(tenant, risky).id)
        assert row.version == VERSION and row.score >= 3
        assert enrollment(ctx, risky.enrollment).state == "open"
