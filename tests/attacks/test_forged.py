"""Beats in real time that nobody watches: forged tokens, no video, no pictures, questions answered by a machine
(L5, L8; R20)."""
import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from core.audit.risk import Sign
from core.course import fetched
from core.presence import snapshots_of
from core.tenancy import Tenant, unit_of_work
from tests.attacks.conftest import prove_face, signs_of
from tests.attacks.script import Script
from tests.course.conftest import VIDEO

ScriptOf = Callable[..., Script]


# --- forged tokens ---------------------------------------------------------------------------------------------------

@dataclass
class Forger:
    """Reads its own token, which is base64 and JSON, and writes a better one."""

    page: Script

    def rewritten(self, place: int, value: object) -> str:
        """The token with one of its values changed, under the old signature."""
        body, _dot, mac = self.page.token.partition(".")
        values = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        values[place] = value
        return base64.urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode() + "." + mac

    def places(self) -> int:
        body = self.page.token.partition(".")[0]
        return len(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))


def test_a_rewritten_token_is_refused(national: Tenant, script_of: ScriptOf) -> None:
    """L5: whatever value of the token is changed, the signature no longer fits: 400, and nothing counts."""
    one = script_of(national)
    one.open()
    one.watch(2)
    attack = Forger(one)
    for place in range(attack.places()):
        answer = one.beat(token=attack.rewritten(place, 99))
        assert (answer.status_code, answer.get_json()["code"]) == (400, "beat_forged")
    signed = one.token.partition(".")[0]
    for token in (signed, signed + ".", "." + signed, signed + "." + signed, "е" + one.token, "x" * 2000):
        assert one.beat(token=token).status_code == 400
    assert one.credited == 2


def test_another_tenants_token_is_nobodys(national: Tenant, jilin: Tenant, script_of: ScriptOf) -> None:
    """L5: each tenant signs with a key of its own."""
    at_home, elsewhere = script_of(national), script_of(jilin)
    at_home.open()
    elsewhere.open()
    refused = elsewhere.beat(token=at_home.token)
    assert (refused.status_code, refused.get_json()["code"]) == (400, "beat_forged")


@pytest.mark.parametrize("body", [
    {}, {"token": "x"}, {"token": "x", "position_ms": 0}, {"token": "", "position_ms": 0, "playing": True},
    {"token": "x", "position_ms": "1.5", "playing": True}, {"token": ["x"], "position_ms": 0, "playing": True},
    {"token": "x", "position_ms": None, "playing": "perhaps"}, [], "text", {"token": "x" * 5000},
    {"token": "eyJ.abc", "position_ms": 10**30, "playing": True},
], ids=str)
def test_a_malformed_beat(national: Tenant, script_of: ScriptOf, body: object) -> None:
    """L5: whatever is sent as a beat, the answer is a sentence and a 4xx."""
    one = script_of(national)
    one.open()
    assert one.send("/study/beat", body).status_code == 400


# --- no video --------------------------------------------------------------------------------------------------------

@dataclass
class Headless:
    """Beats in real time, as exact as any page, and never asks for the video; with `fetches` it plays honestly: before
    each beat it asks for the range that it is about to show."""

    page: Script
    fetches: bool = False

    def learn(self, seconds: int) -> None:
        self.page.open()
        self.page.beat()
        for _beat in range(seconds // 2):
            if self.fetches:
                share = len(VIDEO) / 12_300
                first = round(self.page.position * share)
                last = round((self.page.position + 2000) * share) - 1
                assert self.page.fetch(first, last).status_code == 206
            self.page.wait(2)
            self.page.position += 2000
            self.page.beat()


@pytest.mark.parametrize("fetches", [True, False])
def test_credit_without_any_video_is_seen(national: Tenant, script_of: ScriptOf, fetches: bool) -> None:
    """L5, R20: what was fetched is logged against the lease; the forger's hours stand beside nothing
    fetched, which the auditor is shown."""
    one = script_of(national)
    Headless(one, fetches).learn(12)
    with unit_of_work(national) as ctx:
        assert fetched(ctx, one.enrollment) == (round(len(VIDEO) * 12_000 / 12_300) if fetches else 0)
    assert one.credited == 12
    assert (Sign.NO_MEDIA in signs_of(one)) is not fetches and Sign.LITTLE_MEDIA not in signs_of(one)


# --- no pictures -----------------------------------------------------------------------------------------------------

@dataclass
class Ignorer:
    """Passed the face check, gave the seat away, and drops every wish for a picture; asks for a new lease whenever it
    is stopped."""

    page: Script

    def learn(self, seconds: int) -> None:
        self.page.open()
        self.page.beat()
        for _second in range(seconds):
            self.page.wait(1)
            self.page.position += 1000
            self.page.beat()
            if self.page.said["full"] or self.page.said["stop"]:
                self.page.open()
                self.page.beat()


def test_a_page_that_sends_no_pictures_is_stopped(national: Tenant, script_of: ScriptOf) -> None:
    """L5, L8, R20: after three pictures missed in a row nothing more is credited, whatever lease is opened."""
    one = script_of(national)
    prove_face(one)
    attack = Ignorer(one)
    attack.learn(20)
    before = one.credited
    assert len(one.referee.pictures) == 3 and before <= 3 * 6
    attack.learn(40)
    assert one.credited == before and one.said["reason"] == "absent" and one.said["again"]


@dataclass
class Foreseer:
    """Reads all traffic of an honest page, and looks for anything in it that comes before its time: the address of the
    next picture, or a field that changes with its nearness."""

    page: Script
    read: list[tuple[int, dict[str, Any]]] = field(default_factory=list)

    def learn(self, seconds: int) -> list[int]:
        """The seconds at which a picture was wished for."""
        wished = []
        self.page.open()
        self.page.beat()
        for second in range(seconds):
            self.page.wait(1)
            self.page.position += 1000
            self.page.beat()
            for address in self.page.said["snapshots"]:
                wished.append(second)
                assert self.page.picture(address).status_code == 200
            self.read.append((second, dict(self.page.said)))
            if self.page.said["full"]:
                self.page.open()
                self.page.beat()
        return wished

    def foretells(self, key: str) -> bool:
        """Whether a field, when it is there before a wish, always tells one: its values of the second before a wish
        never stand elsewhere."""
        wishes = {second for second, said in self.read if said["snapshots"]}
        ahead = {repr(said.get(key)) for second, said in self.read if second + 1 in wishes}
        others = {repr(said.get(key)) for second, said in self.read if second + 1 not in wishes}
        return bool(ahead) and not ahead & others


COUNTERS = {"token", "credited", "resume_ms", "saved_text", "credit_text"}
"""Fields that count on with every second, so that no value of theirs comes twice within a lesson."""


def test_nothing_that_is_sent_foretells_the_next_picture(national: Tenant, script_of: ScriptOf) -> None:
    """L5, L8: three lessons read to the last byte: no field but counters differs before a wish, no address comes before
    its moment, and the signed token holds none of it; two learners of the same course are asked at different times."""
    moments = []
    for serial in (1, 2):
        one = script_of(national, serial)
        prove_face(one)
        attack = Foreseer(one)
        moments.append(attack.learn(36))
        assert len(moments[-1]) >= 6
        keys = {key for _second, said in attack.read for key in said} - COUNTERS
        assert [key for key in sorted(keys) if attack.foretells(key)] == []
        told: set[str] = set()
        for _second, said in attack.read:
            for address in said["snapshots"]:
                assert address not in told
                told.add(address)
    assert moments[0] != moments[1]


def test_wishes_are_for_one_person_and_one_time(national: Tenant, script_of: ScriptOf) -> None:
    """L5, L8, L12: a wish is for its person and for three minutes; a second picture for it changes nothing."""
    one, other = script_of(national, 1), script_of(national, 2)
    for page in (one, other):
        prove_face(page)
    attack = Foreseer(one)
    attack.learn(12)
    address = one.referee.pictures[-1]
    assert other.picture(address).status_code == 404
    assert one.picture(address[:-4] + "AAAA").status_code == 404
    assert one.picture(address).status_code == 200
    with unit_of_work(national) as ctx:
        assert len(snapshots_of(ctx, one.enrollment)) == len(one.referee.pictures)
    one.wait(200)
    assert one.picture(address).status_code == 404


# --- a clicker -------------------------------------------------------------------------------------------------------

@dataclass
class Clicker:
    """Answers every stop of the page within 50 ms, each time the same; its page shows nothing to anybody."""

    page: Script
    clicks: int = 0

    def learn(self, beats: int) -> None:
        self.page.open()
        self.page.beat()
        for _beat in range(beats):
            self.page.wait(2)
            self.page.position += 2000
            self.page.beat()
            if self.page.said["stop"] or self.page.said["full"]:
                self.page.wait(0.05)
                self.clicks += 1
                self.page.open()
                self.page.beat()


def test_a_click_is_no_proof(national: Tenant, script_of: ScriptOf) -> None:
    """L8: once presence is not proven, "go on" clicked a hundred times earns nothing: only a face check opens again."""
    one = script_of(national)
    prove_face(one, minutes=1)
    attack = Clicker(one)
    attack.learn(5)
    before = one.credited
    one.wait(60)
    for _click in range(100):
        one.wait(0.05)
        refused = one.open()
        assert (refused.status_code, refused.get_json()["code"]) == (422, "presence_wanted")
        assert one.beat().status_code == 200 and one.said["stop"]
    assert one.credited == before
