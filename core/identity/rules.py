"""Pure rules of accounts: passwords, codes, sign-in delays, masking. No session, no clock."""
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from core.base.ids import tidy

from core.identity.weak import WEAK_PASSWORDS

MAX_PASSWORD = 128
LONGEST_WAIT = timedelta(minutes=5)
FAILURES_FORGOTTEN_AFTER = timedelta(hours=1)


class Tab(StrEnum):
    """The three tabs of the sign-in page (N-05)."""

    MANAGEMENT = "management"
    INSTITUTION = "institution"
    PERSON = "person"


TAB_TEXTS = {Tab.MANAGEMENT: _l("管理账号"), Tab.INSTITUTION: _l("机构账号"), Tab.PERSON: _l("个人用户")}


PHONE_AS_PASSWORD = "phone"


class CodePurpose(StrEnum):
    """What an SMS code proves; a code for one purpose opens nothing else."""

    REGISTER = "register"
    RESET = "reset"
    FIRST_PASSWORD = "first_password"
    NEW_PHONE = "new_phone"
    NEW_DEVICE = "new_device"
    CHANGE_PASSWORD = "change_password"


class CodeRule(StrEnum):
    """Of whom a code is asked (GD-05); what is none of these words asks the trainees."""

    NONE = "none"
    TRAINEE = "trainee"
    ALL = "all"


def code_wanted(rule: str, *, staff: bool) -> bool:
    """Whether an SMS code is asked of a trainee, or of `staff`, under the rule."""
    return rule == CodeRule.ALL or rule != CodeRule.NONE and not staff


class Side(StrEnum):
    """The sides of a resident ID card: 人像面 and 国徽面."""

    PORTRAIT = "portrait"
    EMBLEM = "emblem"


SIDE_TEXTS = {Side.PORTRAIT: _l("身份证人像面"), Side.EMBLEM: _l("身份证国徽面")}


@dataclass(frozen=True)
class Owner:
    """What a stranger could know of an account's owner and must not be the password."""

    name: str = ""
    id_number: str = ""
    phone: str = ""
    username: str = ""
    staff: bool = False


def initial_password(rule: str, phone: str) -> str:
    """The initial password of X-05: the phone number (N-17, JL-03) or the rule itself, 111111 (GD-08, BJ-05)."""
    return phone if rule == PHONE_AS_PASSWORD else rule


def password_problem(password: str, owner: Owner, least: int = 8) -> str | None:
    """The first reason to refuse a new password, as a sentence, or None (U1, N-17: 建议更换高强度密码).

    `least` is the tenant's shortest length for a trainee; staff need two more and a third kind.
    """
    least, kinds = (least + 2, 3) if owner.staff else (least, 2)
    if len(password) > MAX_PASSWORD:
        return str(_l("密码最长 128 个字符，请缩短。"))
    if password.strip() != password:
        return str(_l("密码的开头和结尾不能是空格，请去掉。"))
    if _too_simple(password):
        return str(_l("这个密码太常见，别人一猜就中，请换一个。"))
    if _tells_owner(password, owner):
        return str(_l("密码里有手机号、身份证号、姓名或账号，别人容易猜到，请换一个。"))
    if len(password) < least:
        return str(_l("密码至少要 %(least)s 个字符，请加长。", least=least))
    if _kinds(password) < kinds:
        return str(_l("请在密码里混用字母、数字或符号中的至少 %(kinds)s 种。", kinds=kinds))
    return None


def _kinds(password: str) -> int:
    found = (re.search(p, password) for p in (r"[a-z]", r"[A-Z]", r"\d", r"[^a-zA-Z\d]"))
    return sum(1 for match in found if match)


def _too_simple(password: str) -> bool:
    low = password.lower()
    stem = low.rstrip("0123456789!@#.*")
    if low in WEAK_PASSWORDS or stem in WEAK_PASSWORDS and len(stem) >= 5:
        return True
    steps = {ord(b) - ord(a) for a, b in zip(low, low[1:], strict=False)}
    return len(set(low)) <= 2 or len(steps) == 1 and steps <= {0, 1, -1}


def _tells_owner(password: str, owner: Owner) -> bool:
    low = tidy(password).lower()
    return any(len(secret) >= 4 and secret in low for secret in _known_of(owner))


def _known_of(owner: Owner) -> Iterator[str]:
    number = owner.id_number.lower()
    if number:
        yield from (number[-6:], number[:6] + number[6:10], number[6:14], number[8:14])
    if owner.phone:
        yield from (owner.phone, owner.phone[-8:], owner.phone[-6:])
    yield owner.username.lower()
    yield owner.name.lower()
    if owner.name:
        from pypinyin import lazy_pinyin  # its dictionary is a tenth of a process's start
        yield "".join(lazy_pinyin(owner.name)).lower()


def wait_after(failures: int, most: int) -> timedelta:
    """How long an account rests after so many failed sign-ins in a row: it grows, and never locks (U2).

    Half of `most` (wrong passwords in five minutes) is free, the rest is spread by doubling waits.
    """
    free = max(1, most // 2)
    if failures < free:
        return timedelta(0)
    return min(timedelta(seconds=30 << min(failures - free, 10)), LONGEST_WAIT)


def minutes_left(until: datetime, now: datetime) -> int:
    """Whole minutes to wait, at least one: a sentence never says 请 0 分钟后再试."""
    return max(1, math.ceil((until - now).total_seconds() / 60))


_UNITS = "零一二三四五六七八九"


def spoken(number: int) -> str:
    """A number from 0 to 99 in Chinese words, for the question that a screen reader can say."""
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _UNITS[ones]
    return ("" if tens == 1 else _UNITS[tens]) + "十" + ("" if ones == 0 else _UNITS[ones])


_BROWSERS = (("MicroMessenger", "微信"), ("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"),
             ("Safari", "Safari"))
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"),
            ("Linux", "Linux"))


def device_label(user_agent: str) -> str:
    """Chrome · Windows: enough to recognise one's own device in the list of sessions."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return " · ".join(part for part in (browser, system) if part)


def safe_next(target: str | None) -> str | None:
    """A path of this site, or None: a link that leads to another host is dropped (U9)."""
    if not target or not re.fullmatch(r"/(?![/\\])[^\\\x00-\x20\x7f]*", target):
        return None
    return target
