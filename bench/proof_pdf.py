"""`proof_pdf`: documents a second of one core, after warm-up, from template to frozen-ready bytes."""
import io
import time

from PIL import Image

from core.base.config import load_config
from core.documents import new_token, qr_png, renderer_for

COUNT = 40
BODY = """<html><head><style>@page {{ size: A4; margin: 20mm }}
body, p, td, h1 {{ font-family: Song; font-size: 12pt; -pdf-word-wrap: CJK }}</style></head><body>
<h1>继续教育学时证明</h1><table border="1"><tr><td>姓名</td><td>学员{number}</td>
<td rowspan="4"><img src="image:photo" width="90" height="126"/></td></tr>
<tr><td>身份证号</td><td>110101********1234</td></tr><tr><td>岗位</td><td>资料员</td></tr>
<tr><td>学时</td><td>2026 年度，继续教育学时为 32 学时。</td></tr></table>
<p><img src="image:qr" width="80" height="80"/> {token}</p></body></html>"""


def _photo() -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((295, 413), 40).convert("RGB").save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def run() -> dict[str, float]:
    """{"per_core_second": documents a second, "ms": milliseconds each}.

    One document at a time: asking and drawing take turns, so never more than one core is at work.
    """
    renderer = renderer_for(load_config({"JIANXUE_MODE": "test", "JIANXUE_MASTER_KEY": "5c" * 32}).font)
    photo = _photo()

    def once(number: int) -> None:
        token = new_token()
        images = {"photo": photo, "qr": qr_png(f"http://national.localhost:8000/verify/q/{token}")}
        renderer.draw(BODY.format(number=number, token=token), "学时证明", images)

    for number in range(3):
        once(number)
    started = time.monotonic()
    for number in range(COUNT):
        once(number)
    elapsed = time.monotonic() - started
    return {"per_core_second": round(COUNT / elapsed, 1), "ms": round(1000 * elapsed / COUNT, 1)}


if __name__ == "__main__":
    print(run())
