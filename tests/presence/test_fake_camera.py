"""R23, L11: Chromium's fake capture is told by what the page says of the camera, in 20 of 20 runs."""
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from core.audit.risk import is_virtual
from core.presence.cameras import camera_of, read_camera
from tests.browser.live import chromium_path
from tests.presence.renderer import still, write_feed
from tests.presence.seat import webcam

pytestmark = pytest.mark.skipif(chromium_path() is None, reason="no chromium here")
SCRIPT = Path(__file__).parents[2] / "core/web/static/js/camera.js"
SAID = """async () => {
  const { openCamera, cameraFacts } = await import('/camera.js');
  const video = document.querySelector('video');
  await openCamera(video);
  return cameraFacts(video)['X-Camera'];
}"""


def header_of(browser: Browser) -> str:
    """What a fresh page sends of its camera."""
    context = browser.new_context(permissions=["camera"])
    page = context.new_page()
    page.route("https://camera.test/", lambda route: route.fulfill(
        body="<video muted></video>", content_type="text/html"))
    page.route("https://camera.test/camera.js", lambda route: route.fulfill(
        body=SCRIPT.read_text(), content_type="text/javascript"))
    page.goto("https://camera.test/")
    said = str(page.evaluate(SAID))
    context.close()
    return said


@pytest.mark.parametrize("runs", [pytest.param(2, marks=pytest.mark.walk), pytest.param(20, marks=pytest.mark.prove)])
def test_a_fake_camera_is_flagged(tmp_path: Path, runs: int) -> None:
    """A looping file as webcam, time and again: the label gives it away each time."""
    feed = write_feed(tmp_path / "still.mjpeg", [still()], seconds=2)
    with webcam(feed) as browser:
        labels = []
        for _run in range(runs):
            camera = camera_of(read_camera(header_of(browser)))
            assert camera is not None and camera.width > 0
            labels.append(camera.label)
    assert sum(map(is_virtual, labels)) == runs, set(labels)
