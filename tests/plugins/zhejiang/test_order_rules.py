"""The one-to-one guard as a table (C-18, ZJ-23, ZJ-24), an order's lines (ZJ-22), and who looks like whom."""
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from core.api.documents import look_of_scan, same_scan
from plugins.zhejiang.batch.states import Mode
from plugins.zhejiang.order.rules import (Claimed, Known, Money, Priced, findings, headcount, lines, money, plain_name,
                                          plain_reference)
from plugins.zhejiang.order.states import Check, Weight

FIRM, CODE = "浙江示例建筑有限公司", "91330100MA27XF6Q0C"
DAY = date(2026, 11, 20)
RIGHT = Claimed(FIRM, FIRM, CODE, 180_000, DAY)
KNOWN = Known(FIRM, CODE, 180_000, DAY, DAY + timedelta(5))
REFUSING = dict.fromkeys(Check, Weight.REFUSE)
WARNING = dict.fromkeys(Check, Weight.WARN)


@pytest.mark.parametrize(("claimed", "known", "checks"), [
    (RIGHT, KNOWN, []),
    (replace(RIGHT, payer="浙江示例建筑　有限责任公司"), KNOWN, []),
    (replace(RIGHT, payer="王小明"), KNOWN, [Check.PAYER, Check.TITLE]),
    (replace(RIGHT, payer="浙江示例建筑有限公司杭州分公司"), KNOWN, [Check.PAYER, Check.TITLE]),
    (replace(RIGHT, title="浙江示例建筑集团有限公司"), KNOWN, [Check.TITLE]),
    (replace(RIGHT, payer="另一家有限公司", title="另一家有限公司"), KNOWN, [Check.PAYER]),
    (replace(RIGHT, tax_number="91110000100000000A"), KNOWN, [Check.TAX_NUMBER]),
    (replace(RIGHT, tax_number=""), KNOWN, []),
    (RIGHT, replace(KNOWN, credit_code=""), []),
    (replace(RIGHT, paid_fen=180_001), KNOWN, [Check.AMOUNT]),
    (replace(RIGHT, paid_fen=0), KNOWN, [Check.AMOUNT]),
    (RIGHT, replace(KNOWN, used=("1",)), [Check.PICTURE]),
    (RIGHT, replace(KNOWN, alike=("1", "2")), [Check.ALIKE]),
    (RIGHT, replace(KNOWN, reference_used=("1",)), [Check.REFERENCE]),
    (replace(RIGHT, paid_on=DAY - timedelta(1)), KNOWN, [Check.EARLY]),
    (replace(RIGHT, paid_on=DAY + timedelta(6)), KNOWN, [Check.LATE]),
    (replace(RIGHT, paid_on=DAY + timedelta(5)), KNOWN, []),
])
def test_what_does_not_fit(claimed: Claimed, known: Known, checks: list[Check]) -> None:
    """C-18; each at its own weight, but a day to come is never accepted and a likeness never refused."""
    for weights in (REFUSING, WARNING):
        found = findings(claimed, known, weights)
        assert [one.check for one in found] == checks
        for one in found:
            fixed = {Check.LATE: Weight.REFUSE, Check.ALIKE: Weight.WARN}
            assert one.weight is fixed.get(one.check, weights[one.check])


@pytest.mark.parametrize(("one", "other", "same"), [
    ("浙江示例（集团）有限公司", "浙江示例(集团)有限公司", True),
    ("浙江示例【集团】有限公司", "浙江示例（集团）有限公司", True),
    ("浙江示例 建筑\u3000有限公司", "浙江示例建筑有限公司", True),
    ("ＡＢＣ建设有限公司", "abc建设有限公司", True),
    ("浙江示例有限责任公司", "浙江示例有限公司", True),
    ("浙江示例股份有限公司", "浙江示例有限公司", False),
    ("浙江示例建筑公司", "浙江示例建筑有限公司", False),
    ("浙江示例建筑有限公司 ", "浙江示列建筑有限公司", False),
    ("", "浙江示例有限公司", False),
])
def test_names_are_the_same_or_they_are_not(one: str, other: str, same: bool) -> None:
    """No fuzzy pass (C-18)."""
    assert (plain_name(one) == plain_name(other)) is same


def test_a_reference_is_compared_by_its_signs() -> None:
    assert plain_reference("２０２６-1120 abc/01") == plain_reference("20261120ABC01") == "20261120ABC01"


def test_the_order_line_by_line() -> None:
    """ZJ-22: people × mode × fee; ZJ-24: the statement's words."""
    people = [Priced("资料员", Mode.ONLINE, 60_000)] * 3 + [Priced("资料员", Mode.OFFLINE, 90_000)] * 2 \
        + [Priced("安全员", Mode.ONLINE, 60_000)]
    found = lines(people)
    assert [(one.post, one.mode, one.people, one.sum_fen) for one in found] == [
        ("安全员", Mode.ONLINE, 1, 60_000), ("资料员", Mode.OFFLINE, 2, 180_000), ("资料员", Mode.ONLINE, 3, 180_000)]
    assert headcount(found) == "线上培训4人、线下培训2人，共培训6人"
    assert headcount(lines([Priced("资料员", Mode.CONTINUING, 9_600)])) == "继续教育1人，共培训1人"


def test_what_is_held_beyond_what_is_due() -> None:
    """P-22."""
    assert money([(180_000, 0), (0, 200_000), (-60_000, -60_000)]) == Money(120_000, 140_000)
    assert Money(120_000, 140_000).surplus_fen == 20_000


def receipt(serial: str = "100200300", quality: int = 90, width: int = 1200) -> bytes:
    """What a bank's receipt looks like: a form with a few numbers."""
    picture = Image.new("L", (1200, 800), 250)
    pen = ImageDraw.Draw(picture)
    for row in range(8):
        pen.rectangle((60, 60 + row * 80, 1140, 120 + row * 80), outline=90, width=3)
    for at, digit in enumerate(serial):
        pen.text((100 + at * 60, 150), digit, fill=0, font_size=56)
    out = BytesIO()
    picture.resize((width, width * 2 // 3)).save(out, "JPEG", quality=quality)
    return look_of_scan(out.getvalue())


def test_a_picture_saved_anew_is_known_again_and_another_receipt_of_the_bank_is_not() -> None:
    """C-18: one digit differs."""
    for anew in (receipt(quality=60), receipt(width=800), receipt(quality=75, width=1000)):
        assert same_scan(receipt(), anew)
    for other in ("100200301", "100200308", "200200300"):
        assert not same_scan(receipt(), receipt(other))
    assert not same_scan(b"", b"") and not same_scan(receipt(), b"")
