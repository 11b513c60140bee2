"""All eight steps as trainee, auditor and the public, on the whole installation; pictures and PDFs in var/walk/."""
import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from core.demo.bank import demo_questions
from core.demo.cast import PASSWORD, read_cast
from core.tenancy.settings import DEMO_FOLDER
from tests.data import TENANTS
from tests.figures import Figure
from tests.presence.renderer import Webcam
from tests.walk import steps
from tests.walk.conftest import HOUR_SECONDS
from tests.walk.stack import Stack, running, with_rules

STUDY_SECONDS = 240
"""32 class hours of the walk are 96 s; the rest is changing lessons, and a busy machine."""


def right_answers() -> dict[str, str]:
    """Stem → the right options, as a person would know them; the page never has them."""
    return {question.stem: "\n".join(question.options["ABCDEFGH".index(letter)] for letter in question.key)
            for question in demo_questions()}


def walk(stack: Stack, chromium: Browser, webcam: Webcam, left: Path, place: Path,
         disturb: Callable[[Stack], None] = lambda stack: None) -> float:
    """The eight steps; `disturb` is called between and in the middle of them. Returns the seconds it took."""
    cast = read_cast(TENANTS / DEMO_FOLDER, "national")
    person = next(person for person in cast.trainee if person.account == "none")
    held = person.certificate[0]
    photo = place / "photo.jpg"
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
    disturb(stack)
    steps.choose_cycle(trainee, held.post, stack.tenant().clock.now().year)
    disturb(stack)
    steps.pay(trainee)
    steps.begin_study(trainee)
    disturb(stack)
    steps.end_study(trainee, STUDY_SECONDS)
    steps.sit_exam(trainee, right_answers())
    steps.sign_in(auditor, "管理账号", "auditor", PASSWORD)
    disturb(stack)
    steps.audit(auditor, person.name)
    steps.received(inbox, "恭喜您的继续教育学时已通过审核，可登录管理系统查看学时记录获取最新电子证书", 90)
    inbox.picture("6-sms")
    steps.proof(trainee, left)
    certificate = steps.replace(trainee, held.number, left)
    steps.verify(public, certificate, held.number, person.name)
    trainee.go("/")
    trainee.picture("9-home")
    return time.monotonic() - began


@pytest.mark.walk
def test_from_a_new_account_to_a_replaced_certificate(
        stack: Stack, chromium: Browser, webcam: Webcam, left: Path, tmp_path: Path) -> None:
    """N-03: the eight steps in their order."""
    seconds = walk(stack, chromium, webcam, left, tmp_path)
    (left / "seconds.txt").write_text(f"{seconds:.0f}\n", encoding="utf-8")


def kill_worker_and_redis(stack: Stack) -> None:
    """SIGKILL, as a power cut or the kernel's memory killer would; the supervisor brings them back."""
    killed = stack.child(r"redis-server") + stack.child(r"core\.cli worker")
    assert len(killed) >= 2
    for pid in killed:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.prove
def test_killing_workers_and_redis_in_the_middle_loses_nothing(
        chromium: Browser, webcam: Webcam, tmp_path: Path, figure: Figure) -> None:
    """O1, O3: killed four times on the way; the walk finishes, and every message arrives."""
    left = tmp_path / "left"
    left.mkdir()
    with running(tmp_path / "var", with_rules(tmp_path / "tenants", webcam.rules, HOUR_SECONDS)) as stack:
        figure(seconds=walk(stack, chromium, webcam, left, tmp_path, kill_worker_and_redis))
