"""The process that draws: started by path with `python -I`, imports nothing of this project.

It loads xhtml2pdf and the font once, then forks a child for each document that arrives on the control socket
(argv[1]) as a socket of its own. The child cannot open a file or a connection any more (no file descriptors
left), holds 512 MB and 10 seconds of computing, draws, answers and ends; what goes wrong in it harms nobody (F1, R31).

Request and answer: 8 bytes length, then JSON. {"html", "title", "images": {name: base64}} gives {"pdf": base64}
or {"error", "facts"}.
"""
import base64
import html as entities
import io
import json
import os
import re
import resource
import signal
import socket
import sys
from typing import Any

from PIL import Image
from reportlab import rl_config
from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus.doctemplate import LayoutError
from xhtml2pdf import default, pisa
from xhtml2pdf.config.resources import RenderLimitError, ResourceAccessPolicy

SECONDS = 10
WALL_SECONDS = 8
MEGABYTES = 512
MAX_PIXELS = 25_000_000
MAX_HTML = 500_000
MAX_DEPTH = 60
FACE = "Song"
_TAG = re.compile(r"<style.*?</style>|<[^>]*>", re.DOTALL)
_OPEN_OR_CLOSE = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]*)[^>]*?(/?)>")
_VOID = frozenset({"br", "hr", "img", "meta", "link", "col", "input", "pdf:spacer", "pdf:nextpage"})
_IMAGE = re.compile(r'src="image:([a-z_]+)"')
SAMPLE = """<html><head><style>@page { size: A4; margin: 2cm } body { font-family: Song }</style></head><body>
<table border="1"><tr><td>样张 Sample</td><td><img src="image:dot" width="20" height="20"/></td></tr></table>
<p style="text-align:center">学时证明</p></body></html>"""


class CannotDraw(Exception):
    """A refusal: a code for `drawing.SENTENCES`, and the facts that its sentence names."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def register_font(path: str) -> TTFont:
    """The one face of every document, under the name that the templates use."""
    font = TTFont(FACE, path, subfontIndex=0)
    pdfmetrics.registerFont(font)
    for bold in (0, 1):
        for italic in (0, 1):
            addMapping(FACE, bold, italic, FACE)
    default.DEFAULT_FONT[FACE.lower()] = FACE
    return font


def missing_glyphs(text: str, font: TTFont) -> list[str]:
    """Characters of the text for which the font would draw an empty box."""
    return sorted({char for char in text if not char.isspace() and ord(char) not in font.face.charToGlyph})


def nesting(html: str) -> int:
    """How deep the elements stand in one another; beyond a few thousand the parser itself takes minutes."""
    depth = deepest = 0
    for match in _OPEN_OR_CLOSE.finditer(html):
        if match[3] or match[2].lower() in _VOID:
            continue
        depth += -1 if match[1] else 1
        deepest = max(deepest, depth)
    return deepest


def policy() -> ResourceAccessPolicy:
    """Nothing may be fetched or read: the document brings its own pictures along."""
    return ResourceAccessPolicy.server(None, allow_remote=False, allowed_hosts=frozenset(), max_resources=0,
                                       max_image_pixels=MAX_PIXELS, max_depth=MAX_DEPTH,
                                       max_render_seconds=WALL_SECONDS,
                                       max_document_bytes=MAX_HTML * 10)


def checked_image(name: str, data: bytes) -> str:
    """The picture as a data URI, after a look at its size; CannotDraw for a bomb or a broken one."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise CannotDraw("image_size", name=name)
            picture.load()
            kind = "jpeg" if picture.format == "JPEG" else "png"
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise CannotDraw("image", name=name) from error
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def draw(request: dict[str, Any], font: TTFont) -> bytes:
    """The PDF of one request; CannotDraw says what stands against it."""
    html: str = request["html"]
    if len(html) > MAX_HTML or nesting(html) > MAX_DEPTH:
        raise CannotDraw("too_long")
    missing = missing_glyphs(entities.unescape(_TAG.sub(" ", html)) + request["title"], font)
    if missing:
        raise CannotDraw("glyph", characters="".join(missing))
    images = {name: checked_image(name, base64.b64decode(data)) for name, data in request["images"].items()}
    html = _IMAGE.sub(lambda match: f'src="{images[match[1]]}"', html)
    buffer = io.BytesIO()
    try:
        pisa.CreatePDF(html, dest=buffer, encoding="utf-8", capacity=2**30, resource_policy=policy(),
                       context_meta={"title": request["title"]})
    except LayoutError as error:
        raise CannotDraw("layout") from error
    except (RenderLimitError, RecursionError) as error:
        raise CannotDraw("limit") from error
    return buffer.getvalue()


def answer(request: dict[str, Any], font: TTFont) -> dict[str, Any]:
    """What goes back for a request, whatever happens."""
    try:
        return {"pdf": base64.b64encode(draw(request, font)).decode()}
    except CannotDraw as refusal:
        return {"error": refusal.code, "facts": refusal.facts}
    except MemoryError:
        return {"error": "limit", "facts": {}}
    except Exception as error:  # the library's own faults are the document's end, not ours
        return {"error": "broken", "facts": {"reason": type(error).__name__}}


def lock_in() -> None:
    """From here on: no new file, no new connection, bounded memory and time."""
    memory = MEGABYTES * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, WALL_SECONDS)


def receive(connection: socket.socket) -> dict[str, Any]:
    stream = connection.makefile("rb")
    length = int.from_bytes(stream.read(8), "big")
    request: dict[str, Any] = json.loads(stream.read(length))
    return request


def serve(connection: socket.socket, font: TTFont) -> None:
    lock_in()
    data = json.dumps(answer(receive(connection), font)).encode()
    connection.sendall(len(data).to_bytes(8, "big") + data)


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    rl_config.useA85 = 0
    font = register_font(sys.argv[2])
    dot = io.BytesIO()
    Image.new("RGB", (4, 4), "white").save(dot, "PNG")
    photo = io.BytesIO()
    Image.new("RGB", (4, 4), "white").save(photo, "JPEG")
    for picture in (dot, photo):
        encoded = base64.b64encode(picture.getvalue()).decode()
        draw({"html": SAMPLE, "title": "样张", "images": {"dot": encoded}}, font)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    control.sendall(b"R")
    while True:
        message, descriptors, _flags, _address = socket.recv_fds(control, 1, 1)
        if not message:
            return
        if os.fork() == 0:
            control.close()
            try:
                serve(socket.socket(fileno=descriptors[0]), font)
            finally:
                os._exit(0)
        os.close(descriptors[0])


if __name__ == "__main__":
    main()
