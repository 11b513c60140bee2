"""All eight steps as trainee, auditor and the public, on the whole installation; pictures and PDFs in var/walk/."""
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from core.demo.people import TRAINEES
from tests.presence.renderer import Webcam
from tests.walk import steps
from tests.walk.stack import Stack


@pytest.mark.walk
def test_from_a_new_account_to_a_replaced_certificate(
        stack: Stack, chromium: Browser, webcam: Webcam, left: Path, tmp_path: Path) -> None:
    """N-03: the eight steps in their order."""
    person = next(person for person in TRAINEES if not person.registered)
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(webcam.photo)
    context, page = steps.open_page(chromium, stack.url(), camera=True)
    trainee = steps.Walker(page, stack.url(), left)
    _, other = steps.open_page(chromium, stack.url())
    inbox = steps.Walker(other, stack.url(), left)

    steps.register(trainee, inbox, person.name, person.id_number, person.phone)
    steps.complete_file(trainee, photo)
    steps.choose_cycle(trainee, "资料员", stack.tenant().clock.now().year)
    steps.pay(trainee)
