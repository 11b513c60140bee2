"""The web's door to the face process; this module and all that it imports know nothing of dlib and OpenCV."""
import socket
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zlib import crc32

from flask_babel import gettext as _

from core.base.errors import Unavailable
from core.presence.rules import Code, PhotoLimits, PhotoRules, PhotoVerdict, kind_of, precheck, verdict
from core.presence.wire import BadMessage, Message, receive, send
from core.tenancy import Ctx

_CONNECT_SECONDS = 3.0
_ANSWER_SECONDS = 15.0
_MOST_WORKERS = 64
BUSY = "busy"
"""No room for another sitting just now: whoever already sits there is to be judged in time."""
CRASHED = "crashed"
"""The worker went away over this question: its bytes are not to be sent again."""


class FaceServiceDown(Unavailable):
    """The face process does not answer; nothing is lost, and nobody is refused for it (O24)."""

    def __init__(self) -> None:
        super().__init__("face_service_down", _("人脸识别服务暂时没有响应，已保存的内容不会丢失。"),
                         hint=_("请过几分钟再试；如果一直这样，请拨打页面下方的服务热线。"))


class FaceRefusal(Exception):
    """The face process answered with a word instead of a result; the caller puts it into a sentence."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class FaceClient:
    """Questions to the face process at one socket; each question has a connection of its own."""

    def __init__(self, path: Path, *, answer_seconds: float = _ANSWER_SECONDS) -> None:
        self._path = path
        self._answer_seconds = answer_seconds

    def ask(self, head: Mapping[str, Any], parts: Sequence[bytes] = (), *, sitting: str | None = None) -> Message:
        """The answer. A `sitting` is always asked of the same worker. Raises FaceServiceDown, FaceRefusal."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(_CONNECT_SECONDS)
                connection.connect(str(self._worker(sitting)))
                connection.settimeout(self._answer_seconds)
                send(connection, Message(head, parts))
                answer = receive(connection)
        except BadMessage as error:
            raise FaceRefusal(CRASHED) from error
        except OSError as error:
            raise FaceServiceDown from error
        if not answer.head.get("ok"):
            raise FaceRefusal(str(answer.head.get("error", "")))
        return answer

    def up(self) -> bool:
        """Whether the process answers (health page)."""
        try:
            self.ask({"op": "ping"})
        except (FaceServiceDown, FaceRefusal):
            return False
        return True

    def _worker(self, sitting: str | None) -> Path:
        """Worker 0 for what stands alone; a sitting's worker follows from its name."""
        others = [path for number in range(1, _MOST_WORKERS)
                  if (path := self._path.with_name(f"{self._path.name}.{number}")).exists()] if sitting else []
        return [self._path, *others][crc32((sitting or "").encode()) % (len(others) + 1)]


def face_client(ctx: Ctx) -> FaceClient:
    """The client of this installation."""
    return FaceClient(ctx.tenant.config.face_socket)


def judge_photo(ctx: Ctx, data: bytes, rules: PhotoRules | None = None) -> PhotoVerdict:
    """Judge an identity photo by the tenant's rules (N-12, N-16, JL-06); problems are told in words, the clean
    JPEG is in the verdict. Bytes that crash a decoder come back as unreadable. Raises FaceServiceDown."""
    rules = rules or ctx.rules().photo
    early = precheck(data, rules)
    if early:
        return verdict(early, {"kb": len(data) / 1024, "kind": kind_of(data)}, b"", rules)
    try:
        answer = face_client(ctx).ask({"op": "photo", "rules": asdict(PhotoLimits.of(rules))}, (data,))
    except FaceRefusal:
        return verdict([Code.UNREADABLE], {"kb": len(data) / 1024}, b"", rules)
    codes = [Code(code) for code in answer.head["codes"]]
    return verdict(codes, answer.head["facts"], answer.parts[0] if answer.parts else b"", rules)
