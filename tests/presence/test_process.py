"""The face process: out of the web workers, hard to hurt, back after a death (O24, L10)."""
import contextlib
import io
import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import pytest
from PIL import Image

from core.presence.client import CRASHED, FaceClient, FaceRefusal, FaceServiceDown
from core.presence.engine import DlibEngine
from core.presence.handler import Handler
from core.presence.liveness import Action
from core.presence.matching import MatchRules
from core.presence.rules import PhotoLimits
from core.presence.wire import Message
from tests.data import ROOT, data
from tests.presence.pictures import WHITE, jpeg, on_ground
from tests.presence.renderer import RENDERED, acting, noisy, render

WEB_FACING = ("core.presence", "core.presence.client", "core.presence.rules", "core.presence.wire",
              "core.presence.liveness", "core.presence.matching",
              "core.app")


def photo_question(content: bytes, **change: object) -> tuple[dict[str, object], tuple[bytes]]:
    return {"op": "photo", "rules": {**asdict(PhotoLimits()), **change}}, (content,)


def test_no_web_worker_loads_a_face_library() -> None:
    """N-34: dlib holds the interpreter lock; importing all that the web needs loads neither it nor OpenCV."""
    code = f"import sys, importlib; [importlib.import_module(n) for n in {WEB_FACING!r}]; " \
           "print(sorted(set(sys.modules) & {'dlib', 'cv2'}))"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert seen.stdout.strip() == "[]"


def test_a_photo_is_judged_through_the_socket(face_socket: Path) -> None:
    """N-12: verdict and clean picture come back."""
    answer = FaceClient(face_socket).ask(*photo_question(jpeg(on_ground(WHITE))))
    assert answer.head["codes"] == [] and answer.parts[0].startswith(b"\xff\xd8")


def test_a_process_that_is_not_there_is_named(tmp_path: Path) -> None:
    """N-34: no socket, a dead socket, a mute socket: one clear refusal with status 503, within the time limit."""
    dead, mute = tmp_path / "dead", tmp_path / "mute"
    with socket.socket(socket.AF_UNIX) as closed:
        closed.bind(str(dead))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(mute))
        listener.listen(1)
        for path in (tmp_path / "none", dead, mute):
            with pytest.raises(FaceServiceDown) as caught:
                FaceClient(path, answer_seconds=0.3).ask({"op": "ping"})
            assert caught.value.status == 503 and "没有响应" in caught.value.sentence


@pytest.mark.parametrize("noise", [
    b"GET / HTTP/1.0\r\n\r\n", b"\x00\x00\x00\x02{}", b"\x00\x00\x00\x0c{\"parts\":-1}", b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x1a{\"parts\": [99999999999999]}", b"\x00\x00\x00\x02[]", b"",
])
def test_bad_input_does_not_end_it(face_socket: Path, noise: bytes) -> None:
    """N-34: whatever is written to the socket, the next question is answered."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(face_socket))
        connection.sendall(noise)
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(5)
        connection.recv(100)
    assert FaceClient(face_socket).up()


@pytest.mark.parametrize(("head", "parts"), [
    ({"op": "nonsense"}, ()), ({}, ()), ({"op": "photo"}, ()), ({"op": "photo", "rules": {"max_kb": "x"}}, (b"x",)),
    ({"op": "enroll", "rules": asdict(PhotoLimits())}, (b"not a picture",)), ({"op": "enroll"}, (b"x",)),
    ({"op": "enroll", "rules": asdict(PhotoLimits())}, (jpeg(on_ground(WHITE)[:60]),)),
    ({"op": "card", "match": {}}, (b"not a picture", b"no descriptor")),
    ({"op": "frames", "sitting": "never opened", "at": 0, "frames": 0}, ()), ({"op": "frames", "sitting": "x"}, ()),
    ({"op": "snapshot", "match": {}}, (b"\xff\xd8\xff broken",)),
])
def test_wrong_questions_get_a_word(face_socket: Path, head: dict[str, object], parts: tuple[bytes, ...]) -> None:
    """N-34: refused with a word, not by dying."""
    with pytest.raises(FaceRefusal) as caught:
        FaceClient(face_socket).ask(head, parts)
    assert caught.value.word != CRASHED and FaceClient(face_socket).up()


def test_a_killed_worker_is_replaced_and_the_end_leaves_nothing(tmp_path: Path) -> None:
    """N-34: SIGKILL of the worker in mid-service; the next question waits for the new one. SIGTERM ends all."""
    path = tmp_path / "f"
    command = [sys.executable, "-m", "core.presence.process", "--socket", str(path), "--workers", "2"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL)
    try:
        assert process.stdout is not None and "ready: 2 worker" in process.stdout.readline()
        first = _children(process.pid)[0]
        os.kill(first, signal.SIGKILL)
        until = time.monotonic() + 10
        while not FaceClient(path).up() or first in _children(process.pid):
            assert time.monotonic() < until, "no new worker came"
        assert path.with_name("f.1").exists() and FaceClient(path).ask({"op": "ping"}, sitting="b").head["ok"]
        assert len(_children(process.pid)) == 2
    finally:
        process.terminate()
        assert process.wait(10) == 0
    assert not path.exists() and not path.with_name("f.1").exists()


def test_malformed_pictures_are_answered_within_limits(face_socket: Path) -> None:
    """N-12: each crasher, bomb and polyglot of the optional data, or bytes broken by ourselves, gets its answer
    within 5 s, and the process stays below 512 MB more than its models."""
    folder = data("malformed", "images")
    contents = [path.read_bytes() for path in sorted(folder.iterdir())] if folder else []
    good = jpeg(on_ground(WHITE))
    contents += [good[:k] + bytes([255 - good[k]]) + good[k + 1:] for k in range(2, len(good), 1500)]
    client, limits = FaceClient(face_socket), {"max_kb": 50_000}
    for content in contents:
        begun = time.monotonic()
        answer = client.ask(*photo_question(content, **limits))
        assert isinstance(answer.head["codes"], list) and time.monotonic() - begun < 5
    assert client.up()


def test_a_sitting_from_the_first_frame_to_the_match(face_socket: Path) -> None:
    """N-34: frames come in batches, the command is judged as they arrive, the match against the photo ends it."""
    client = FaceClient(face_socket)
    on_file = client.ask({"op": "enroll", "rules": asdict(PhotoLimits())}, (jpeg(on_ground(WHITE)),)).parts[0]
    frames = [jpeg(noisy(render(one), k), 85) for k, one in enumerate(acting(Action.TURN_RIGHT))]
    client.ask({"op": "open", "sitting": "s1", "rules": RENDERED, "seen": []}, sitting="s1")
    finish: dict[str, object] | None = None
    command: dict[str, object] | None = None

    def ask(batch: list[bytes], at: float) -> Message:
        head = {"op": "frames", "sitting": "s1", "at": at, "frames": len(batch), "command": command, "finish": finish}
        return client.ask(head, [*batch, on_file], sitting="s1")

    for start in range(0, len(frames), 3):
        at = start / 10
        end = ask(frames[start:start + 3], at)
        if end.head["neutral"] or end.head["done"]:
            if "match" in end.head:
                break
            finish = None if command is None else {"match": asdict(MatchRules()), "mean": False}
            command = {"action": None if command else "turn_right", "since": at, "deadline": at + 5}
    assert end.head["done"] is True, end.head
    assert end.head["match"]["zone"] == "accept" and re.match(rb"\xff\xd8\xff", end.parts[0])
    with pytest.raises(FaceRefusal, match="unknown sitting"):
        ask(frames[:1], at)


@pytest.mark.parametrize("mode", ["1", "RGBA", "RGB"])
def test_a_picture_at_the_pixel_cap_stays_within_the_limits(face_socket: Path, mode: str) -> None:
    """N-12: nearly 25 million pixels in a small file: an answer in 5 s, the worker alive and below 512 MB."""
    out = io.BytesIO()
    Image.new(mode, (4990, 5000)).save(out, "PNG" if mode != "RGB" else "JPEG")
    client, begun = FaceClient(face_socket), time.monotonic()
    assert client.ask(*photo_question(out.getvalue(), max_kb=50_000)).head["codes"] == ["no_face"]
    assert time.monotonic() - begun < 5 and client.up()
    process = next(int(line.split()[0]) for line in _processes() if str(face_socket) in line)
    peaks = [_peak(pid) for pid in _children(process)]
    assert peaks and max(peaks) < 512 * 1024


def _processes() -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            found.append(f"{entry.name} " + (entry / "cmdline").read_text().replace("\0", " "))
    return sorted(found, key=lambda line: int(line.split()[0]))


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _peak(pid: int) -> int:
    """Most memory held so far, kB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+)", status)[0])


@pytest.mark.parametrize(("work", "rest", "sitters", "room"), [
    (0.1, 0.4, 9, True), (0.1, 0.4, 10, False), (0.4, 0.01, 3, True), (0.4, 0.01, 4, False),
])
def test_a_worker_that_is_full_or_hardly_rests_takes_nobody_else(
        work: float, rest: float, sitters: int, room: bool) -> None:
    """R19: ten sittings at a time, four while the worker itself is behind; a slow line alone closes nothing."""
    at, steps = 0.0, itertools.repeat(0.0)

    def clock() -> float:
        nonlocal at
        at += next(steps)
        return at

    handler = Handler(DlibEngine(), clock=clock)

    def opened(name: str) -> bool:
        return bool(handler.answer(Message({"op": "open", "sitting": name, "rules": {}, "seen": []})).head["ok"])

    assert all(opened(f"s{number}") for number in range(sitters))
    steps = itertools.cycle((rest, work))
    while at < 5:
        handler.answer(Message({"op": "ping"}))
    steps = itertools.repeat(0.0)
    assert opened("another") is room
