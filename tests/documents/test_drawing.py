"""The renderer: what it draws, and what it refuses to be made to do."""
import errno
import io
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pypdf
import pytest
from PIL import Image

from core.base.config import load_config
from core.documents import DrawingError, Renderer, qr_png, renderer
from core.documents.drawing import _WAIT_SECONDS, renderer_for

FONT = load_config({"JIANXUE_MODE": "test", "JIANXUE_MASTER_KEY": "5c" * 32}).font
CSS = "<style>body, p, td { font-family: Song; -pdf-word-wrap: CJK }</style>"


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(buffer, kind)
    return buffer.getvalue()


def draw(body: str, **images: bytes) -> bytes:
    """The PDF, in time."""
    started = time.monotonic()
    try:
        return renderer_for(FONT).draw(f"<html><head>{CSS}</head><body>{body}</body></html>", "试", images)
    finally:
        assert time.monotonic() - started <= 10


def refused(body: str, **images: bytes) -> DrawingError:
    with pytest.raises(DrawingError) as caught:
        draw(body, **images)
    assert caught.value.sentence and caught.value.status in (422, 503)
    return caught.value


def test_chinese_is_embedded_and_can_be_read_out() -> None:
    """N-49: Chinese stands in the PDF as text, its font embedded; pictures come along as bytes."""
    body = '<p>学时证明《堃喆》</p><img src="image:photo" width="60" height="80"/>'
    document = pypdf.PdfReader(io.BytesIO(draw(body, photo=picture(120, 160, "JPEG"))))
    [page] = document.pages
    assert "学时证明《堃喆》" in page.extract_text()
    assert len(page.images) == 1
    assert b"/FontFile2" in b"".join(repr(item).encode() for item in document.resolved_objects.values())


@pytest.mark.parametrize("name", ["𠮷田", "王\ue000"])
def test_missing_glyph_is_an_error_that_names_it(name: str) -> None:
    """N-49: a character that the font lacks is told, never drawn as a box."""
    error = refused(f"<p>姓名 {name}</p>")
    assert error.code == "document_glyph" and any(char in error.sentence for char in name)


@pytest.fixture
def canary() -> Iterator[tuple[str, list[str]]]:
    """A web server that writes down who asks it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"p { color: red }")

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


VECTORS = {
    "img": '<img src="{url}/a.png"/>',
    "link": '<link rel="stylesheet" href="{url}/a.css"/>',
    "import": "<style>@import url({url}/b.css);</style>",
    "font-face": "<style>@font-face {{ font-family: X; src: url({url}/x.ttf) }} p {{ font-family: X }}</style>",
    "background": '<div style="background-image: url({url}/bg.png)">x</div>',
    "page background": "<style>@page {{ background-image: url({url}/p.pdf) }}</style>",
}


@pytest.mark.parametrize("vector", VECTORS)
def test_nothing_is_fetched(vector: str, canary: tuple[str, list[str]]) -> None:
    """F1, R31: no element, style sheet, font or background brings anything from the network."""
    url, asked = canary
    try:
        draw(VECTORS[vector].format(url=url) + "<p>字</p>")
    except DrawingError:
        pass
    assert asked == []


@pytest.mark.parametrize("vector", VECTORS)
def test_nothing_is_read_from_disk(vector: str, tmp_path: Path) -> None:
    """F1, R31: no local file gets into a document, by path, file: address or ../."""
    secret = tmp_path / "a.png"
    secret.write_bytes(picture(31, 17))
    for url in (str(tmp_path), f"file://{tmp_path}", "../../../../.." + str(tmp_path)):
        try:
            pdf = draw(VECTORS[vector].format(url=url) + "<p>字</p>")
        except DrawingError:
            continue
        for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
            assert len(page.images) == 0
            assert "root:" not in page.extract_text()


def test_the_child_can_open_nothing() -> None:
    """F1: not by the library's good will, but since the process has no file descriptor left to give."""
    for deed in ("open('/etc/hostname')", "socket.socket()", "open('x', 'w')"):
        code = (f"import runpy, socket\nrunpy.run_path({renderer.__file__!r})['lock_in']()\n"
                f"try:\n    {deed}\nexcept OSError as error:\n    print(error.errno)")
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert done.stdout.strip() == str(errno.EMFILE), deed


@pytest.mark.parametrize(("body", "code"), [
    ("<div>" * 10_000 + "字" + "</div>" * 10_000, "document_too_long"),
    ("<p>" + "字" * 600_000 + "</p>", "document_too_long"),
    ("<table><tr><td>" + "<table><tr><td>" * 25 + "字", "document_too_long"),
])
def test_monsters_end_in_a_clean_error(body: str, code: str) -> None:
    """R31: 10,000 nested divs and more text than a book."""
    assert refused(body).code == code


def test_huge_row() -> None:
    """R31: a row that fits on no page is drawn over pages or refused, never a crash."""
    try:
        assert draw("<table><tr><td>" + "<p>行</p>" * 3000 + "</td></tr></table>").startswith(b"%PDF")
    except DrawingError as error:
        assert error.code in ("document_layout", "document_limit")


def test_bomb_picture_and_broken_picture() -> None:
    """F5, R31: 144 million pixels in 400 kB are refused unopened, and so is what is no picture."""
    body = '<img src="image:photo"/>'
    assert refused(body, photo=picture(12_000, 12_000)).code == "document_image_size"
    assert refused(body, photo=b"\x89PNG\r\n\x1a\nno").code == "document_image"
    assert refused(body, photo=picture(300, 300, "JPEG")[:400]).code == "document_image"


def test_a_runaway_document_is_killed_and_the_next_one_drawn() -> None:
    """R31: time and memory are the kernel's limits; the renderer lives on."""
    rows = "".join("<tr>" + "<td>字</td>" * 12 + "</tr>" for _ in range(2_500))
    started = time.monotonic()
    try:
        draw(f"<table border='1'>{rows}</table>")
    except DrawingError as error:
        assert error.code == "document_limit"
    assert time.monotonic() - started <= 10
    assert draw("<p>字</p>").startswith(b"%PDF")


def test_who_asks_waits_longer_than_a_document_may_take() -> None:
    assert _WAIT_SECONDS > renderer.WALL_SECONDS


def test_the_renderers_libraries_stay_in_its_process() -> None:
    """F1, R31: and a process that draws nothing does not pay for them at its start."""
    code = "import sys, core.documents; print(any(name in sys.modules for name in ('xhtml2pdf', 'reportlab')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_renderer_that_died_is_started_again() -> None:
    renderer = Renderer(FONT)
    try:
        assert renderer.draw(f"{CSS}<p>一</p>", "一", {}).startswith(b"%PDF")
        assert renderer._process is not None
        renderer._process.kill()
        renderer._process.wait()
        assert renderer.draw(f"{CSS}<p>二</p>", "二", {}).startswith(b"%PDF")
    finally:
        renderer.close()


def test_no_font_no_document(tmp_path: Path) -> None:
    with pytest.raises(DrawingError) as caught:
        Renderer(tmp_path / "none.ttc").draw("<p>字</p>", "字", {})
    assert caught.value.code == "document_font" and caught.value.status == 503


def test_qr_code_is_a_picture_that_fits_in() -> None:
    png = qr_png("http://national.localhost:8000/verify/q/abc")
    assert draw('<img src="image:qr" width="80"/>', qr=png).startswith(b"%PDF")
