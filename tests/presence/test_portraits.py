"""N-12, L13: a descriptor is made of one whole frontal face only, and the ID card's portrait is compared with it."""
import io
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage import data as skimage_data
from sqlalchemy import select

from core.access import NOBODY, Role
from core.base.clock import FixedClock
from core.identity import IdScan, Person, Side, withdraw_consent
from core.presence.engine import DlibEngine, Rgb
from core.presence.models import FaceTemplate, ScanMatch
from core.presence.photo import Unfit, decode
from core.presence.portrait import portrait_of, portrait_on_card
from core.presence.rules import Code, PhotoLimits
from core.presence.scanned import COMPARE
from core.registration import scans
from core.tenancy import Tenant, unit_of_work
from core.work import run_waiting
from tests.browse import Browser
from tests.people import signed_in, staff
from tests.presence.pictures import WHITE, halved, jpeg, on_ground, paired
from tests.presence.renderer import noisy
from tests.presence.sitter import Sitter, sitter
from tests.presence.test_duplicates import pictures_on

BrowserOf = Callable[[Tenant], Browser]
ENGINE = DlibEngine()
LIMITS = PhotoLimits()


def person() -> Rgb:
    return on_ground(WHITE)


def no_face() -> Rgb:
    """A small picture of a cup, quickly searched."""
    return np.ascontiguousarray(skimage_data.coffee()[:240, :160])


def card(portrait: Rgb, *, quarters: int = 0) -> bytes:
    """An ID card on a table as a phone takes it: the portrait a seventh of the picture, skewed, soft, noisy."""
    face = np.full((640, 1010, 3), (225, 232, 238), np.uint8)
    small = cv2.resize(portrait, (220, 308), interpolation=cv2.INTER_AREA)
    face[120:428, 730:950] = small
    for line in range(5):
        cv2.rectangle(face, (80, 90 + 80 * line), (460 + 20 * line, 104 + 80 * line), (60, 60, 70), -1)
    table = np.full((1000, 1500, 3), (110, 96, 84), np.uint8)
    seen = np.array([(230, 190), (1270, 150), (1300, 830), (210, 850)], np.float32)
    corners = np.array([(0, 0), (1010, 0), (1010, 640), (0, 640)], np.float32)
    there = cv2.warpPerspective(face, cv2.getPerspectiveTransform(corners, seen), (1500, 1000), table,
                                borderMode=cv2.BORDER_TRANSPARENT)
    soft = cv2.GaussianBlur(there, (0, 0), 1.0)
    return jpeg(np.ascontiguousarray(np.rot90(noisy(soft, 7), quarters)), 80)


def sideways(image: Rgb) -> bytes:
    """Held sideways, and EXIF says so."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.ascontiguousarray(np.rot90(image))).save(out, "JPEG", exif=exif, quality=92)
    return out.getvalue()


def described(image: Rgb) -> np.ndarray:
    upright, face = portrait_of(image, LIMITS, ENGINE)
    return ENGINE.describe([ENGINE.chip(upright, face)])[0]


def test_a_photo_is_read_however_it_was_held() -> None:
    """N-12, faces §1: EXIF and quarter turns give the same face."""
    straight = described(person())
    lying = np.ascontiguousarray(np.rot90(person(), 3))
    assert np.linalg.norm(described(lying) - straight) < 0.1
    assert np.linalg.norm(described(decode(sideways(person()))) - straight) < 0.2


@pytest.mark.parametrize(("make", "code"), [
    (lambda: paired(person(), person()[:, ::-1]), Code.SEVERAL_FACES),
    (lambda: cv2.resize(person(), None, fx=0.45, fy=0.45, interpolation=cv2.INTER_AREA), Code.TOO_SMALL),
    (lambda: np.ascontiguousarray(person()[135:, :]), Code.HALF_FACE),
    (lambda: halved(person()), Code.NO_FACE),
    (no_face, Code.NO_FACE),
])
def test_nothing_else_stands_for_a_person(make: Callable[[], Rgb], code: Code) -> None:
    """N-12: two faces, a small one, a cut one, half a face, none: no descriptor, and the reason is told."""
    with pytest.raises(Unfit) as unfit:
        portrait_of(make(), LIMITS, ENGINE)
    assert unfit.value.code is code


def test_the_portrait_on_a_card_is_found() -> None:
    """L13: small, skewed and lying on its side; a picture without a card gives none."""
    straight = described(person())
    for quarters in (0, 1):
        found = portrait_on_card(decode(card(person(), quarters=quarters)), ENGINE)
        assert found is not None
        assert np.linalg.norm(ENGINE.describe([ENGINE.chip(*found)])[0] - straight) < 0.45
    assert portrait_on_card(no_face(), ENGINE) is None


def test_a_photo_that_a_clerk_let_pass_is_told_apart(national: Tenant, browser_of: BrowserOf,
                                                     clock: FixedClock) -> None:
    """N-12: two faces on the photo on file: the person hears what is wrong and that there is another way."""
    one = sitter(national, browser_of, clock)
    with unit_of_work(national, one.somebody.actor) as ctx:
        content = jpeg(paired(person(), person()[:, ::-1]))
        ctx.db.get_one(Person, one.somebody.person_id).photo_key = ctx.blobs.put(content, "photo")
    answer = one.begin()
    said = answer.get_json()
    assert answer.status_code == 422 and "不止一张脸" in said["sentence"] and "现场见证" in said["hint"]


def asking_scans(tenant: Tenant, *, compare: bool = True) -> None:
    rule_set = tenant.file.rule_set
    rules = replace(rule_set.rules, account=replace(rule_set.rules.account, id_scans=True),
                    presence=replace(rule_set.rules.presence, compare_scan=compare))
    tenant.file = replace(tenant.file, rule_set=replace(rule_set, rules=rules))


def with_card(one: Sitter, content: bytes) -> None:
    """Both sides uploaded, as the page does it."""
    with unit_of_work(one.browser.tenant, one.somebody.actor) as ctx:
        emblem = jpeg(np.full((640, 1010, 3), 200, np.uint8))
        scans.keep(ctx, ctx.db.get_one(Person, one.somebody.person_id), {Side.PORTRAIT: content, Side.EMBLEM: emblem})


def compared(tenant: Tenant) -> list[tuple[str, str]]:
    run_waiting(tenant)
    with unit_of_work(tenant, NOBODY) as ctx:
        return [(row.zone, row.state) for row in ctx.db.scalars(select(ScanMatch))]


@pytest.fixture
def one(national: Tenant, browser_of: BrowserOf, clock: FixedClock) -> Sitter:
    asking_scans(national)
    return sitter(national, browser_of, clock)


def test_the_card_is_compared_once_there_is_a_descriptor(national: Tenant, one: Sitter) -> None:
    """L13, GD-09: not before consent and first face check; a better picture is compared anew, the same is not."""
    with_card(one, card(person()))
    assert compared(national) == []
    assert one.begin().status_code == 200
    [(zone, state)] = compared(national)
    assert (zone, state) in {("accept", "matched"), ("review", "open")}
    with_card(one, jpeg(no_face()))
    assert compared(national) == [("", "open")]
    with unit_of_work(national, NOBODY) as ctx:
        before = ctx.db.scalars(select(ScanMatch.compared_at)).one()
        ctx.enqueue(COMPARE, {"person": str(one.somebody.person_id)})
    one.clock.advance(minutes=1)
    assert compared(national) == [("", "open")]
    with unit_of_work(national, one.somebody.actor) as ctx:
        assert ctx.db.scalars(select(ScanMatch.compared_at)).one() == before
        withdraw_consent(ctx, ctx.db.get_one(Person, one.somebody.person_id))
    assert compared(national) == []


def test_another_face_on_the_card_is_for_a_human_only(national: Tenant, one: Sitter, browser_of: BrowserOf) -> None:
    """L13: the reviewer sees both pictures and decides with a reason; the trainee is not held up."""
    assert one.begin().status_code == 200
    with unit_of_work(national, NOBODY) as ctx:
        ctx.db.scalars(select(FaceTemplate)).one().vector = np.full(128, 0.1, "<f4").tobytes()
    with_card(one, card(person()))
    assert compared(national) == [("refuse", "open")]
    assert one.begin().status_code == 200
    auditor = signed_in(browser_of(national), staff(national, Role.AUDITOR))
    with unit_of_work(national, NOBODY) as ctx:
        row = f"/admin/scan-matches/{ctx.db.scalars(select(ScanMatch.id)).one()}"
        keys = ctx.db.scalars(select(IdScan.scan_key)).all()
    page = auditor.get(f"{row}/").text
    assert len(keys) == 2 and "不像本人" in page
    for address in pictures_on(page):
        assert auditor.get(address).data.startswith(b"\xff\xd8\xff")
    assert auditor.submit(f"{row}/do/same/", {"note": "看过身份证原件"}).status_code == 303
    assert compared(national) == [("refuse", "same")]


def test_a_tenant_that_asks_for_no_scans_compares_none(national: Tenant, browser_of: BrowserOf,
                                                       clock: FixedClock) -> None:
    """L13: the setting; without it there is neither a comparison nor the page."""
    asking_scans(national, compare=False)
    one = sitter(national, browser_of, clock)
    with_card(one, card(person()))
    assert one.begin().status_code == 200 and compared(national) == []
    administrator = signed_in(browser_of(national), staff(national, Role.ADMINISTRATOR))
    assert administrator.get("/admin/scan-matches/").status_code == 404
