"""The running installation, a browser with a turning head as webcam, and var/walk/ for what is left."""
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserType, expect, sync_playwright

from tests.data import ROOT
from tests.presence.renderer import Webcam, make_webcam
from tests.walk.stack import Stack, running, with_rules

FLAGS = ("--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
         "--disable-component-update --disable-sync --autoplay-policy=no-user-gesture-required "
         "--use-fake-ui-for-media-stream --use-fake-device-for-media-stream").split()


expect.set_options(timeout=15_000)
HOUR_SECONDS = 3
"""A class hour of the walk: 32 of them are 96 s."""


@pytest.fixture(scope="session")
def left() -> Path:
    """`var/walk/`, emptied: pictures and PDFs of this run."""
    folder = ROOT / "var" / "walk"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(scope="session")
def webcam() -> Webcam:
    folder = ROOT / "var" / "webcam"
    folder.mkdir(parents=True, exist_ok=True)
    return make_webcam(folder / "head.mjpeg")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, webcam: Webcam) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("walk")
    with running(folder / "var", with_rules(folder / "tenants", webcam.rules, HOUR_SECONDS)) as started:
        yield started


@pytest.fixture(scope="session")
def chromium(webcam: Webcam) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launched(playwright.chromium, webcam)
        yield browser
        browser.close()


@pytest.fixture
def elsewhere(chromium: Browser) -> Iterator[Browser]:
    """A computer at another place: the same person before another camera, since frames that came once are refused."""
    browser = launched(chromium.browser_type, make_webcam(ROOT / "var" / "webcam" / "room.mjpeg", 20, first=100_000))
    yield browser
    browser.close()


def launched(kind: BrowserType, camera: Webcam) -> Browser:
    executable = shutil.which("chromium")
    assert executable, "chromium is missing: make test installs it"
    return kind.launch(executable_path=executable, args=[*FLAGS, f"--use-file-for-fake-video-capture={camera.path}"])
