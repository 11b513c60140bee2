"""How values are written on a page: dates, amounts, grouped and masked numbers (look: 6-8-4, 3-4-4)."""
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask_babel import get_locale
from markupsafe import Markup, escape

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _local(value: date | datetime) -> date | datetime:
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return aware.astimezone(SHANGHAI)
    return value


def _english() -> bool:
    locale = get_locale()
    return locale is not None and locale.language == "en"


def day(value: date | datetime | None) -> str:
    """2026年11月20日 (English: 20 Nov 2026) in Shanghai; an empty string for None."""
    if value is None:
        return ""
    local = _local(value)
    return local.strftime("%-d %b %Y") if _english() else f"{local.year}年{local.month}月{local.day}日"


def daytime(value: datetime | None) -> str:
    """2026年11月20日 09:05 in Shanghai."""
    return "" if value is None else f"{day(value)} {_local(value).strftime('%H:%M')}"


def hourmin(value: datetime) -> str:
    """09:05 in Shanghai: the end of a span whose beginning told the day."""
    return _local(value).strftime("%H:%M")


def isoday(value: date | datetime | None) -> str:
    """2026-11-20 in Shanghai, as the manuals write it in lists and tables (N-06, N-50)."""
    return "" if value is None else _local(value).strftime("%Y-%m-%d")


def stamp(value: datetime | None) -> Markup:
    """A <time> element with the machine-readable instant and the reader's words."""
    if value is None:
        return Markup("")
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), daytime(value))


def yuan(fen: int | None) -> str:
    """¥1,280.00 from fen."""
    if fen is None:
        return ""
    sign = "-" if fen < 0 else ""
    return f"{sign}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def grouped_id(number: str | None) -> Markup:
    """110101 19900307 1234: an ID number in groups of 6-8-4."""
    return _grouped(number, (6, 8, 4))


def grouped_phone(number: str | None) -> Markup:
    """138 0013 8000: a phone number in groups of 3-4-4."""
    return _grouped(number, (3, 4, 4))


def dialled(number: str) -> str:
    """What a phone dials: 400-999-9355转1 goes on with 1 after a pause (X-20)."""
    return number.replace("-", "").replace("转", ",")


def masked_id(number: str | None) -> str:
    """110101********1234: first six and last four of an ID number."""
    return "" if not number else number[:6] + "*" * max(len(number) - 10, 0) + number[-4:]


def masked_phone(number: str | None) -> str:
    """138****8000."""
    return "" if not number else number[:3] + "****" + number[-4:]


def clock(seconds: float) -> str:
    """59分53秒, or 1小时2分3秒 (N-42)."""
    whole = max(int(seconds), 0)
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    if _english():
        return (f"{hours} h " if hours else "") + f"{minutes} min {secs} s"
    return (f"{hours}小时" if hours else "") + f"{minutes}分{secs}秒"


def _grouped(number: str | None, sizes: tuple[int, ...]) -> Markup:
    if not number or len(number) != sum(sizes):
        return escape(number or "")
    parts, at = [], 0
    for size in sizes:
        parts.append(number[at:at + size])
        at += size
    return Markup('<span class="jx-num">{}</span>').format(" ".join(parts))


FILTERS = {"day": day, "daytime": daytime, "hourmin": hourmin, "isoday": isoday, "stamp": stamp, "yuan": yuan,
           "clock": clock, "dialled": dialled, "grouped_id": grouped_id, "grouped_phone": grouped_phone,
           "masked_id": masked_id, "masked_phone": masked_phone}
