"""The near end of drawing: keeps one renderer process warm and asks it for documents."""
import base64
import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from flask_babel import lazy_gettext as _

from core.base.errors import DomainError

# Named and not imported: its libraries belong into its process alone.
_SCRIPT = Path(__file__).with_name("renderer.py")
_START_SECONDS = 30.0
_WAIT_SECONDS = 9.5
SENTENCES = {
    "glyph": _("文件中的“%(characters)s”这个字，打印字体里没有，现在不能出具文件。请联系平台客服登记，我们补字后通知您。"),
    "image": _("文件中的图片（%(name)s）打不开，现在不能出具文件。请联系平台客服。"),
    "image_size": _("文件中的图片（%(name)s）过大，现在不能出具文件。请联系平台客服。"),
    "layout": _("文件内容放不进一页，没有出具。请联系平台客服。"),
    "limit": _("文件内容过多，没有出具。请联系平台客服。"),
    "too_long": _("文件内容过多，没有出具。请联系平台客服。"),
    "broken": _("文件没有画成，没有出具。请稍后再试，仍不行请联系平台客服。"),
    "font": _("服务器上缺少中文字体，现在不能出具文件。请联系平台管理员。"),
    "busy": _("出具文件的程序没有应答，没有出具。请稍后再试。"),
}


class DrawingError(DomainError):
    """No document was made; the code is `document_` and a key of SENTENCES."""

    def __init__(self, code: str, **facts: object) -> None:
        status = 503 if code in ("busy", "font", "broken") else 422
        super().__init__(f"document_{code}", str(SENTENCES[code]) % facts, status=status)


class Renderer:
    """A renderer process of this process, started at first use and again when it has gone."""

    def __init__(self, font: Path) -> None:
        self._font = font
        self._lock = Lock()
        self._owner = 0
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def draw(self, html: str, title: str, images: Mapping[str, bytes]) -> bytes:
        """The PDF of a page of HTML; DrawingError says why there is none. At most 10 seconds."""
        encoded = {name: base64.b64encode(data).decode() for name, data in images.items()}
        request = json.dumps({"html": html, "title": title, "images": encoded}).encode()
        answer = self._ask(request)
        if "pdf" not in answer:
            raise DrawingError(answer["error"], **answer["facts"])
        return base64.b64decode(answer["pdf"])

    def _ask(self, request: bytes) -> dict[str, Any]:
        near, far = socket.socketpair()
        with near, far:
            self._hand_over(far)
            far.close()
            near.settimeout(_WAIT_SECONDS)
            try:
                near.sendall(len(request).to_bytes(8, "big") + request)
                stream = near.makefile("rb")
                length = int.from_bytes(stream.read(8), "big")
                data = stream.read(length)
            except OSError:
                raise DrawingError("limit") from None
        if not data or len(data) != length:
            raise DrawingError("limit")
        answer: dict[str, Any] = json.loads(data)
        return answer

    def _hand_over(self, far: socket.socket) -> None:
        with self._lock:
            for attempt in (1, 2):
                control = self._running(restart=attempt == 2)
                try:
                    socket.send_fds(control, [b"d"], [far.fileno()])
                    return
                except OSError:
                    continue
        raise DrawingError("busy")

    def _running(self, restart: bool) -> socket.socket:
        """The control socket; after a fork of the web server each process gets a renderer of its own."""
        if self._control is not None and self._owner == os.getpid() and not restart:
            return self._control
        if not self._font.exists():
            raise DrawingError("font")
        self.close()
        near, far = socket.socketpair()
        with far:
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(_SCRIPT), str(far.fileno()), str(self._font)],
                pass_fds=[far.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
        near.settimeout(_START_SECONDS)
        try:
            ready = near.recv(1)
        except OSError:
            ready = b""
        if not ready:
            near.close()
            raise DrawingError("busy")
        self._control, self._owner = near, os.getpid()
        return near

    def close(self) -> None:
        """End the renderer; it ends by itself when this process does."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None and self._owner == os.getpid():
            self._process.wait(timeout=_START_SECONDS)
        self._process = None


_renderers: dict[Path, Renderer] = {}
_guard = Lock()


def renderer_for(font: Path) -> Renderer:
    """The renderer of this process for a font file."""
    with _guard:
        return _renderers.setdefault(font, Renderer(font))
