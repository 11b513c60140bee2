"""Sheets of people for tests, made as an enterprise would fill in 附件4, and an institution to bring them to."""
from collections.abc import Sequence
from datetime import date

from core.api.organization import Announcement, Mode, announce
from core.api.sheets import check_digit, write_sheet
from core.tenancy import NOBODY, Tenant, unit_of_work
from plugins.zhejiang.batch.sheet import KEYS, columns
from tests.plugins.zhejiang import scene

EDUCATIONS = ("研究生", "本科", "大专", "中专", "高中", "初中及以下")
TODAY = date(2026, 11, 20)
COLUMNS = columns(EDUCATIONS, TODAY)


def number(serial: int, sex: str = "男") -> str:
    """A valid ID number of Hangzhou; another for each serial up to 170,000 and for each sex."""
    days, order = divmod(serial, 400)
    born = date.fromordinal(date(1980, 1, 1).toordinal() + days)
    stem = f"330106{born:%Y%m%d}{order * 2 + (sex == '男'):03d}"
    return stem + check_digit(stem)


def person(serial: int, **otherwise: str) -> tuple[str, ...]:
    """The six cells of a right row, some of them otherwise."""
    row = {"name": "王" + "一二三四五六七八九十"[serial % 10], "sex": "男", "id_number": number(serial),
           "phone": f"139{serial:08d}", "education": "本科", "employer": "示例建筑有限公司"} | otherwise
    return tuple(row[key] for key in KEYS)


def sheet_of(rows: Sequence[Sequence[object]]) -> bytes:
    return write_sheet(COLUMNS, rows)


def school(tenant: Tenant) -> scene.School:
    """An institution that trains every post online for ¥600 and gives continuing education for ¥96."""
    made = scene.school(tenant)
    with unit_of_work(tenant, NOBODY) as ctx:
        scene.post_id(ctx)
        for mode, fee in ((Mode.ONLINE, 600_00), (Mode.CONTINUING, 96_00)):
            announce(ctx, made.id, Announcement(mode, None, fee, 60_00, date(2026, 1, 1)))
    return made
