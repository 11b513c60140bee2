"""Feeds that must never pass, before a real Chromium: photos held still and waved, black, two people, three who walk
in, a far room, eyes that move (N-34, L10). Real videos at the product's thresholds; in a bare clone the same from the
free portrait at its own."""
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.presence.engine import Rgb
from core.presence.liveness import Action
from core.presence.models import Challenge
from core.tenancy import unit_of_work
from tests.browser.live import chromium_path
from tests.figures import Figure
from tests.presence.pictures import WHITE, jpeg, on_ground
from tests.presence.renderer import RENDERED, acting, clip, noisy, render, still, write_feed
from tests.presence.seat import Seat, Site, seated, webcam
from tests.presence.sitter import altered, person_with_photo

pytestmark = [pytest.mark.prove, pytest.mark.skipif(chromium_path() is None, reason="no chromium here")]
TRIES = 3


def waved() -> list[Rgb]:
    """The portrait moved about and tilted like a print in a hand."""
    frames = []
    for step in range(40):
        phase = 2 * np.pi * step / 40
        turned = cv2.getRotationMatrix2D((320, 240), 8 * float(np.sin(phase)), 1 + 0.08 * float(np.cos(phase)))
        turned[:, 2] += (40 * np.sin(2 * phase), 16 * np.cos(phase))
        frames.append(cv2.warpAffine(still(), turned, (640, 480), borderMode=cv2.BORDER_REPLICATE))
    return frames


def in_the_hand() -> list[Rgb]:
    """The portrait as a print that is turned about its upright axis, to 50° either way."""
    frames = []
    for step in range(40):
        angle = np.radians(50 * np.sin(2 * np.pi * step / 40))
        near, wide = 1 + 0.35 * np.sin(angle), float(np.cos(angle))
        left, right, top = 320 - 300 * wide, 320 + 300 * wide, 240
        corners = np.array([[left, top - 220 * near], [right, top - 220 * (2 - near)],
                            [right, top + 220 * (2 - near)], [left, top + 220 * near]], np.float32)
        whole = np.array([[0, 0], [640, 0], [640, 480], [0, 480]], np.float32)
        frames.append(cv2.warpPerspective(still(), cv2.getPerspectiveTransform(whole, corners), (640, 480)))
    return frames


def two_heads() -> list[Rgb]:
    """One who turns as told, and a second face beside."""
    other = cv2.resize(still(), (320, 240))
    frames = []
    for attitude in acting(Action.TURN_LEFT, Action.TURN_RIGHT):
        both = np.full((480, 640, 3), 120, np.uint8)
        both[120:360, :320] = cv2.resize(render(attitude), (320, 240))
        both[120:360, 320:] = other
        frames.append(both)
    return frames


def black() -> list[Rgb]:
    return [noisy(np.zeros((480, 640, 3), np.uint8), 1)]


FEEDS: Mapping[str, tuple[str, Callable[[], list[Rgb]]]] = {
    "photo held still": ("attack_still_photo_obama", lambda: [still()]),
    "photo waved": ("attack_waved_photo_obama", waved),
    "print turned in the hand": ("", in_the_hand),
    "black": ("black", black),
    "two people": ("two_people", two_heads),
    "three walk in": ("three_people_walk_in", two_heads),
    "a far room": ("room_far_faces", black),
    "eyes that move": ("eyes_center_left_center", lambda: [still()]),
}


def frames_of(name: str) -> tuple[list[Rgb], bytes, dict[str, float]]:
    """The feed, a photo of the person it shows (so that the match is not what refuses), and the values it runs at."""
    video, drawn = FEEDS[name]
    real = clip(f"{video}_640x480.mjpeg") if video else []
    if not real:
        return [frame for frame in drawn() for _ in range(2)], jpeg(on_ground(WHITE)), RENDERED
    alone = name in ("photo held still", "photo waved", "eyes that move")
    return [frame for frame in real for _ in range(2)], jpeg(real[0] if alone else on_ground(WHITE)), {}


def tries_of(seat: Seat) -> Sequence[str]:
    """All the tries that are given, or one where nothing to judge ever comes; how each ended."""
    ended = []
    for _ in range(TRIES):
        ended.append(seat.attempt(seconds=20))
        if not ended[-1] or not seat.page.locator("[data-start]").is_visible():
            break
    return ended


def begun(seat: Seat) -> int:
    """How many tries the server opened: a photo that it does not take would make every feed fail."""
    with unit_of_work(seat.site.tenant, seat.somebody.actor) as ctx:
        return ctx.db.query(Challenge).count()


@pytest.mark.parametrize("name", FEEDS)
def test_never_passes(site: Site, tmp_path: Path, name: str, figure: Figure) -> None:
    """L10, N-34: three tries, a turn to either side; no proof, the page says why in words and never breaks."""
    frames, photo, rules = frames_of(name)
    altered(site.tenant, actions_drawn=1, tries=TRIES, **rules)
    drawn = iter([Action.TURN_LEFT, Action.TURN_RIGHT] * TRIES)
    site.app.extensions["jianxue.presence.drawer"] = lambda _allowed, _count: [next(drawn)]
    feed = write_feed(tmp_path / "feed.mjpeg", frames, seconds=20)
    with webcam(feed) as browser, seated(site, browser, person_with_photo(site.tenant, photo=photo)) as seat:
        seat.sit_down()
        ended = tries_of(seat)
        said = seat.said + "；" + seat.page.locator("[data-hint]").inner_text()
        assert "done" not in ended and seat.proof() is None, said
        assert begun(seat) == len(ended) and not seat.errors, said
        figure(tries=len(ended), said=said)


def test_a_camera_or_a_line_that_goes_is_told_with_the_next_step(site: Site, tmp_path: Path) -> None:
    """N-35 (保证网络通畅): neither leaves the sitter before a page that waits for ever; both can be tried again."""
    altered(site.tenant, actions=("turn_left",), actions_drawn=1)
    feed = write_feed(tmp_path / "black.mjpeg", black(), seconds=4)
    with webcam(feed) as browser, seated(site, browser, person_with_photo(site.tenant)) as seat:
        seat.sit_down()
        seat.page.locator("[data-start]").click()
        seat.page.get_by_text("太暗，请打开灯").wait_for()
        seat.page.evaluate("document.querySelector('video').srcObject.getTracks().forEach((one) => one.stop())")
        seat.page.wait_for_selector("[data-tone=stop]", timeout=8_000)
        assert seat.said == "摄像头没有画面了。"
        seat.page.get_by_role("button", name="打开摄像头").click()
        seat.page.get_by_role("button", name="拍照识别").click()
        seat.page.get_by_text("太暗，请打开灯").wait_for()
        seat.page.context.set_offline(True)
        seat.page.wait_for_selector("[data-tone=stop]", timeout=8_000)
        assert seat.said == "网络中断了。" and "检查网络" in seat.page.locator("[data-hint]").inner_text()
        seat.page.context.set_offline(False)
        seat.page.get_by_role("button", name="再试一次").click()
        seat.page.get_by_text("太暗，请打开灯").wait_for()
        assert not seat.errors
