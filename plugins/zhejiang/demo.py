"""What the demonstration shows: an approved enterprise, one that waits for its authority, and a school."""
import io
from collections.abc import Sequence

from PIL import Image, ImageDraw

from core.api import Ctx
from core.api.organization import party_with_code

from plugins.zhejiang.enterprise.rules import REQUIRED, Item
from plugins.zhejiang.enterprise.service import (
    Contact,
    Facts,
    Opening,
    open_approved,
    open_waiting,
)
from plugins.zhejiang.enterprise.states import Kind

CLERKS: Sequence[str] = ("enterprise", "enterprise2", "school")


def fill(ctx: Ctx, password: str) -> None:
    """Run again, it leaves what is there."""
    scans = {item: _scan(item) for item in REQUIRED}
    approved = Facts(Kind.ENTERPRISE, "示例建筑有限公司", "91330100MA2B12340G", "杭州市",
                     Contact("周经办", "13900000007", "0571-80000107", "杭州市上城区示例路 7 号"))
    school = Facts(Kind.SCHOOL, "示例建设职业学院", "12330000470009002C", "杭州市",
                   Contact("吴老师", "13900000014", "0571-80000114", "杭州市钱塘区示例路 14 号"))
    waiting = Facts(Kind.ENTERPRISE, "示例路桥有限公司", "91330100MA27W8XH0K", "杭州市",
                    Contact("郑经办", "13900000015", "0571-80000115", "杭州市滨江区示例路 15 号"))
    for username, facts, open_one in (("enterprise", approved, open_approved), ("school", school, open_approved),
                                      ("enterprise2", waiting, open_waiting)):
        if party_with_code(ctx, facts.credit_code) is None:
            open_one(ctx, facts, Opening(username, password), scans)


def _scan(item: Item) -> bytes:
    """A sheet of paper that says what it stands for, and that it is a sample."""
    picture = Image.new("RGB", (1240, 1754), "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((90, 90, 1150, 1664), outline="#b02020", width=6)
    pen.text((180, 200), f"SAMPLE {item.value.upper()}", fill="#b02020", font_size=72)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()
