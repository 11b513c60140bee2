"""People before cameras, for the key `liveness`: a rendered head that does what it is told, twelve frames a second."""
import http.client
import json
import struct
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import cv2

from core.presence.liveness import Action
from tests.presence.renderer import ACTED, Attitude, jpeg, noisy, render

PER_SECOND = 12
REACTION = 0.4
"""Seconds from an instruction to the movement."""
_MOST = 24
_GIVE_UP = 60.0
_STRAIGHT = int(PER_SECOND * _GIVE_UP)


@dataclass
class Try:
    """How one face check went; `answers` are seconds from a batch's last byte to its answer, the last one's ends it."""

    begun: float
    state: str = ""
    reason: str = ""
    waited: int = 0
    answers: list[float] = field(default_factory=list)
    told: int = 0


@cache
def _taken(attitude: Attitude, number: int) -> bytes:
    return jpeg(cv2.resize(noisy(render(attitude), number), (480, 360), interpolation=cv2.INTER_AREA), 80)


def load() -> None:
    """Take every frame beforehand, so that the cameras cost nothing while the server is measured."""
    for number in range(_STRAIGHT):
        _taken(Attitude(), number)
    for attitudes in ACTED.values():
        for number, attitude in enumerate(attitudes):
            _taken(attitude, number)


@dataclass
class Sitter:
    """One person at one page; `run` goes through a whole try by the clock."""

    port: int
    host: str
    headers: Mapping[str, str]
    check: str
    _action: Action | None = None
    _moves_at: float = 0.0

    def run(self) -> Try:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_GIVE_UP)
        tried = Try(time.monotonic())
        while True:
            status, begun = self._ask(line, f"{self.check}/tries", b"", {})
            if status != 503:
                break
            tried.waited += 1
            time.sleep(2)
        if status != 200:
            tried.state = f"{status} {begun.get('code')}"
            return tried
        return self._sit(line, begun, tried)

    def _sit(self, line: http.client.HTTPConnection, begun: Mapping[str, str], tried: Try) -> Try:
        opened, sent = time.monotonic(), 0
        while time.monotonic() - opened < _GIVE_UP:
            time.sleep(max(0.0, opened + (sent + 2) / PER_SECOND - time.monotonic()))
            ready = int((time.monotonic() - opened) * PER_SECOND)
            wanted = range(max(sent, ready - _MOST), ready)
            frames = [self._frame(opened + number / PER_SECOND, number) for number in wanted]
            sent = ready
            body = b"".join(struct.pack(">I", len(frame)) + frame for frame in frames)
            before = time.monotonic()
            status, said = self._ask(line, begun["frames"], body, {"X-Nonce": begun["nonce"]})
            tried.answers.append(time.monotonic() - before)
            if status != 200 or said["state"] in ("passed", "failed"):
                tried.state, tried.reason = said.get("state", str(status)), said.get("reason", "")
                return tried
            if "action" in said:
                tried.told += 1
                self._action, self._moves_at = Action(said["action"]), time.monotonic() + REACTION
        tried.state = "never ended"
        return tried

    def _frame(self, at: float, number: int) -> bytes:
        attitudes: Sequence[Attitude] = ACTED[self._action] if self._action else ()
        place = int((at - self._moves_at) * PER_SECOND)
        if self._action and at >= self._moves_at and place < len(attitudes):
            return _taken(attitudes[place], place)
        return _taken(Attitude(), number)

    def _ask(self, line: http.client.HTTPConnection, path: str, body: bytes,
             more: Mapping[str, str]) -> tuple[int, dict[str, str]]:
        line.request("POST", path, body, {"Host": self.host, **self.headers, **more})
        answer = line.getresponse()
        said: dict[str, str] = json.loads(answer.read())
        return answer.status, said
