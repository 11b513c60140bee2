"""All eight steps as trainee, auditor and the public, on the whole installation; pictures and PDFs in var/walk/."""
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from core.demo.bank import demo_questions
from core.demo.people import PASSWORD, TRAINEES
from tests.presence.renderer import Webcam
from tests.walk import steps
from tests.walk.stack import Stack

STUDY_SECONDS = 240
"""32 class hours of the walk are 96 s; the rest is changing lessons, and a busy machine."""


def right_answers() -> dict[str, str]:
    """Stem → the right options, as a person would know them; the page never has them."""
    return {question.stem: "\n".join(question.options["ABCDEFGH".index(letter)] for letter in question.key)
            for question in demo_questions()}


@pytest.mark.walk
def test_from_a_new_account_to_a_replaced_certificate(
        stack: Stack, chromium: Browser, webcam: Webcam, left: Path, tmp_path: Path) -> None:
    """N-03: the eight steps in their order, in under four minutes and what a busy machine adds."""
    person = next(person for person in TRAINEES if not person.registered)
    held = person.certificates[0]
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(webcam.photo)
    began = time.monotonic()
    _, page = steps.open_page(chromium, stack.url(), camera=True)
    trainee = steps.Walker(page, stack.url(), left)
    inbox, auditor, public = (steps.Walker(steps.open_page(chromium, stack.url())[1], stack.url(), left)
                              for _ in range(3))

    public.go("/")
    public.picture("0-portal")
    steps.register(trainee, inbox, person.name, person.id_number, person.phone)
    steps.complete_file(trainee, photo)
    steps.choose_cycle(trainee, held.post, stack.tenant().clock.now().year)
    steps.pay(trainee)
    steps.study(trainee, STUDY_SECONDS)
    steps.sit_exam(trainee, right_answers())
    steps.sign_in(auditor, "管理账号", "auditor", PASSWORD)
    steps.audit(auditor, person.name)
    steps.received(inbox, "恭喜您的继续教育学时已通过审核，可登录管理系统查看学时记录获取最新电子证书")
    inbox.picture("6-sms")
    steps.proof(trainee, left)
    certificate = steps.replace(trainee, held.number, left)
    steps.verify(public, certificate, held.number, person.name)
    trainee.go("/")
    trainee.picture("9-home")
    (left / "seconds.txt").write_text(f"{time.monotonic() - began:.0f}\n", encoding="utf-8")
