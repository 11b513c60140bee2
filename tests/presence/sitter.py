"""Somebody who sits before the camera in tests over HTTP: frames as the page would send them."""
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from werkzeug.test import TestResponse

from core.base.clock import FixedClock
from core.base.db import Id
from core.identity import Person, give_consent
from core.presence import check_url
from core.presence.liveness import Action, Drawer
from core.tenancy import Ctx, Tenant, bound, unit_of_work
from tests.browse import Browser
from tests.people import Somebody, signed_in, trainee
from tests.presence.pictures import WHITE, on_ground
from tests.presence.renderer import ACTED, RENDERED, Attitude, jpeg, noisy, render


def always(*actions: Action) -> Drawer:
    """A drawer for tests: the lot always falls on these, in this order."""
    return lambda allowed, count: list(actions)


def loosened(tenant: Tenant, **changes: Any) -> None:
    """Give a tenant of this test the presence values under which rendered heads pass, and other changes."""
    altered(tenant, **{**RENDERED, **changes})


def altered(tenant: Tenant, **changes: Any) -> None:
    """Other values of [presence] for a tenant of this test."""
    rule_set = tenant.file.rule_set
    presence = replace(rule_set.rules.presence, **changes)
    rules = replace(rule_set.rules, presence=presence)
    tenant.file = replace(tenant.file, rule_set=replace(rule_set, rules=rules))


def person_with_photo(tenant: Tenant, serial: int = 1, photo: bytes | None = None) -> Somebody:
    """A trainee whose photo on file shows the astronaut."""
    somebody = trainee(tenant, serial)
    with unit_of_work(tenant, somebody.actor) as ctx:
        person = ctx.db.get_one(Person, somebody.person_id)
        person.photo_key, person.photo_at = ctx.blobs.put(photo or jpeg(on_ground(WHITE), 92), "photo"), ctx.now
    return somebody


def agreed(tenant: Tenant, somebody: Somebody) -> None:
    with unit_of_work(tenant, somebody.actor) as ctx:
        give_consent(ctx, ctx.db.get_one(Person, somebody.person_id))


def frames_of(attitudes: Sequence[Attitude], seed: int = 0) -> list[bytes]:
    return [jpeg(noisy(render(one), seed + number), 85) for number, one in enumerate(attitudes)]


def straight(count: int, seed: int) -> list[bytes]:
    return frames_of([Attitude()] * count, seed)


def act(action: Action, seed: int) -> list[bytes]:
    """An action and back."""
    return frames_of(ACTED[action], seed)


def body_of(frames: Sequence[bytes]) -> bytes:
    return b"".join(struct.pack(">I", len(frame)) + frame for frame in frames)


@dataclass
class Sitter:
    """A browser with a camera: knows its try and sends batches while the clock goes on."""

    browser: Browser
    clock: FixedClock
    somebody: Somebody
    enrollment_id: Id = field(default_factory=uuid4)
    back: str = "/after"
    tried: dict[str, Any] = field(default_factory=dict)

    @property
    def token(self) -> str:
        return self.check.rsplit("/", 1)[1]

    @property
    def check(self) -> str:
        app, tenant = self.browser.application, self.browser.tenant
        with bound(tenant), app.test_request_context(base_url=f"http://{tenant.file.hosts[0]}"):
            ctx = Ctx(tenant, self.somebody.actor)
            return check_url(ctx, self.enrollment_id, self.back)

    def begin(self) -> TestResponse:
        answer = self.browser.send(f"{self.check}/tries")
        if answer.status_code == 200:
            self.tried = answer.get_json()
        return answer

    def show(self, frames: Sequence[bytes], *, seconds: float = 0.3, **headers: str) -> TestResponse:
        """Let `seconds` pass, then post these frames as one batch."""
        self.clock.advance(seconds=seconds)
        return self.browser.post(
            self.tried["frames"], data=body_of(frames),
            headers={"X-CSRFToken": self.browser.token or "", "X-Nonce": self.tried["nonce"],
                     "Accept": "application/json", **headers}, content_type="application/octet-stream")

    def play(self, frames: Sequence[bytes], **options: Any) -> dict[str, Any]:
        """Post all frames in batches of three until something is told or the try ends; what was said last."""
        said: dict[str, Any] = {}
        for start in range(0, len(frames), 3):
            said = self.show(frames[start:start + 3], **options).get_json()
            if said.get("state") in ("passed", "failed") or "text" in said or "code" in said:
                break
        return said

    def pass_check(self, *actions: Action, seed: int = 0) -> dict[str, Any]:
        """A whole try: straight look, then whatever is told, or these actions instead."""
        assert self.begin().status_code == 200
        said = self.play(straight(6, seed))
        for number in range(1, 5):
            if said["state"] != "acting":
                break
            said = self.play(act(actions[number - 1] if actions else Action(said["action"]), seed + 100 * number))
            if said["state"] == "returning":
                said = self.play(straight(9, seed + 100 * number + 50))
        return said


def sitter(tenant: Tenant, browser_of: Callable[[Tenant], Browser], clock: FixedClock, *,
           actions: Sequence[Action] = (), serial: int = 1, consent: bool = True) -> Sitter:
    """A signed-in trainee with photo and consent before a page of the portal; `actions` fix the lot."""
    somebody = person_with_photo(tenant, serial)
    if consent:
        agreed(tenant, somebody)
    browser = signed_in(browser_of(tenant), somebody)
    if actions:
        browser.application.extensions["jianxue.presence.drawer"] = always(*actions)
    made = Sitter(browser, clock, somebody)
    browser.get(made.check)
    return made
