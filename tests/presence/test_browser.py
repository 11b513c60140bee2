"""The face box in a real browser with a turning head as webcam (N-33 … N-35); `make walk` runs it too."""
from pathlib import Path

import pytest

from core.presence.liveness import Action
from tests.browser.live import chromium_path
from tests.presence.renderer import make_webcam, still, write_feed
from tests.presence.seat import Seat, Site, seated, webcam
from tests.presence.sitter import altered, person_with_photo

pytestmark = [pytest.mark.walk, pytest.mark.skipif(chromium_path() is None, reason="no chromium here")]
SHOWN = """() => [...document.querySelectorAll('.jx-face-arrow')]
  .filter((one) => getComputedStyle(one).display !== 'none')
  .map((one) => { const box = one.getBoundingClientRect(), stage = one.ownerSVGElement.getBoundingClientRect();
                  return (box.left + box.right - stage.left - stage.right) / stage.width; })"""


def told(seat: Seat, action: Action) -> None:
    """What the sitter sees and hears at a command: words, the seconds, one arrow, to the side on which a mirror shows
    the own head turn, a tone and, where they were made, a clip, both audible since the click."""
    seat.page.wait_for_selector("[data-tone=act]", timeout=30_000)
    assert seat.said == {Action.TURN_LEFT: "向左慢慢转头", Action.TURN_RIGHT: "向右慢慢转头"}[action]
    assert seat.page.locator("[data-left]").inner_text() in ("3", "2")
    assert "3 秒内完成" in seat.page.locator("[data-step]").inner_text()
    (side,) = seat.page.evaluate(SHOWN)
    assert side < -0.3 if action is Action.TURN_LEFT else side > 0.3
    assert seat.page.locator("video").evaluate("one => getComputedStyle(one).transform") == "matrix(-1, 0, 0, 1, 0, 0)"
    assert "tone running" in seat.page.evaluate("heard")


@pytest.mark.parametrize("action", [Action.TURN_LEFT, Action.TURN_RIGHT])
def test_a_person_turns_the_head_and_is_let_in(site: Site, tmp_path: Path, action: Action) -> None:
    """N-33, N-34, N-35: consent, permission, 拍照识别, the told turn, and the browser jumps on by itself. The real
    clip at the product's thresholds, the rendered head of a bare clone at its own."""
    camera = make_webcam(tmp_path / "turning.mjpeg", seconds=12, side=action)
    altered(site.tenant, **camera.rules)
    somebody = person_with_photo(site.tenant, photo=camera.photo)
    with webcam(camera.path) as browser, seated(site, browser, somebody) as seat:
        seat.sit_down()
        assert seat.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for _try in range(3):
            seat.page.locator("[data-start]").click()
            told(seat, action)
            seat.page.wait_for_selector("[data-tone=done], [data-tone=stop]", timeout=30_000)
            if seat.tone == "done":
                break
        seat.page.wait_for_url("**/presence/consent")
        proof = seat.proof()
        assert proof is not None and proof.zone == "accept" and not seat.errors


def test_a_still_picture_is_led_to_the_other_way(site: Site, tmp_path: Path) -> None:
    """L10, A.7: held still before the camera it never passes; after the last try one clear button leads on, and the
    keyboard stands on it. The sound can be turned off, and stays so."""
    altered(site.tenant, actions=("turn_left",), actions_drawn=1, tries=1)
    feed = write_feed(tmp_path / "still.mjpeg", [still()], seconds=6)
    with webcam(feed) as browser, seated(site, browser, person_with_photo(site.tenant)) as seat:
        seat.sit_down()
        seat.page.locator("[data-sound]").click()
        assert seat.page.locator("[data-sound]").get_attribute("aria-pressed") == "false"
        assert seat.attempt() == "stop" and seat.proof() is None
        assert "请点下面的按钮" in seat.page.locator("[data-hint]").inner_text()
        assert not seat.page.locator("[data-start]").is_visible()
        assert seat.page.evaluate("document.activeElement.textContent") == "预约现场见证"
        assert not [one for one in seat.page.evaluate("heard") if one.startswith("tone")]
        assert seat.page.evaluate("localStorage.getItem('jx-sound')") == "off"
        seat.page.locator("[data-other]").click()
        assert seat.page.locator("h1").inner_text() == "预约现场见证" and not seat.errors
