"""What an installation refuses to start with in production (R43): each reason says what would be right."""
import logging
import os
from collections.abc import Mapping
from datetime import date
from importlib.metadata import version

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from core.base.business_date import date_file
from core.base.config import Config, ConfigError, Mode

log = logging.getLogger("jianxue")

_DEBUG = ("FLASK_DEBUG", "PYTHONDEVMODE", "WERKZEUG_DEBUG_PIN")
_SAFE_RENDERER = (0, 2, 19)
"""Since 0.2.19 xhtml2pdf confines what a document may load (reliability §1)."""
_LEAST_KEY_VALUES = 16
_OFF = {"", "0", "false", "off", "no"}


def setting_problems(config: Config, env: Mapping[str, str]) -> list[str]:
    """Reasons found in the settings alone."""
    found = [f"{name}={env[name]}：生产环境不得打开调试，请删除这个变量" for name in _DEBUG
             if env.get(name, "").lower() not in _OFF]
    if config.demo:
        found.append("JIANXUE_DEMO=1：演示数据和沙箱支付不得用于生产，请删除这个变量")
    if len(set(config.master_key)) < _LEAST_KEY_VALUES or _is_counted(config.master_key):
        found.append("JIANXUE_MASTER_KEY：不是随机数（示例密钥不得用于生产），请用 openssl rand -hex 32 生成")
    renderer = version("xhtml2pdf")
    if tuple(int(part) for part in renderer.split(".")[:3]) < _SAFE_RENDERER:
        found.append(f"xhtml2pdf {renderer}：会读取文档以外的文件和网址，应为 0.2.19 或更新")
    return found


def _is_counted(key: bytes) -> bool:
    """A key such as 0123456789abcdef…, or one short pattern over and over."""
    steps = {(after - before) % 256 for before, after in zip(key, key[1:], strict=False)}
    return len(steps) == 1 or any(key == (key[:size] * len(key))[:len(key)] for size in range(1, 17))


def database_problems(name: str, engine: Engine) -> list[str]:
    """Reasons found by asking the database; `name` is the tenant's slug."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            level = connection.scalar(text("PRAGMA synchronous"))
            return [] if level in (2, 3) else [
                f"{name}：SQLite synchronous={level}，断电会丢失已确认的学时，应为 FULL（2）"]
        found = []
        if connection.scalar(text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")):
            found.append(f"{name}：数据库用户是超级用户，请用只拥有这一个数据库的普通用户")
        for setting in ("synchronous_commit", "fsync", "full_page_writes"):
            value = connection.scalar(text("SELECT current_setting(:name)"), {"name": setting})
            if value == "off" or (setting == "synchronous_commit" and value == "local"):
                found.append(f"{name}：PostgreSQL {setting}={value}，断电会丢失已确认的学时，应为 on")
        return found


def date_problems(config: Config, slug: str, business_date: date | None) -> list[str]:
    """A tenant that lived on another day would take in, miss or pass deadlines that are none."""
    found = []
    if business_date is not None:
        found.append(f"{slug}.toml：tenant.business_date={business_date}：业务日期只供演示和测试，请删除这一行")
    if (left := date_file(config, slug)).exists():
        found.append(f"{left}：这个租户在演示中改过业务日期（business_date），其中的数据不得用于生产，请换一个空的目录")
    return found


def refuse_unsafe(config: Config, engines: Mapping[str, Engine], env: Mapping[str, str] | None = None, *,
                  dates: Mapping[str, date | None] | None = None) -> None:
    """Raises ConfigError with all reasons; only production is held to them (`engines`, business `dates` by tenant).

    A database that does not answer is no reason: it may come back, and each request says so meanwhile.
    The path prefix needs no reason: `JianxueFlask` knows none in production.
    """
    if config.mode is not Mode.PRODUCTION:
        return
    found = setting_problems(config, os.environ if env is None else env)
    for slug, business_date in (dates or {}).items():
        found += date_problems(config, slug, business_date)
    for slug, engine in engines.items():
        try:
            found += database_problems(slug, engine)
        except OperationalError as error:
            log.warning("%s: database not asked: %s", slug, error.orig)
        engine.dispose()
    if found:
        raise ConfigError("生产环境不能这样启动：\n" + "\n".join(f"  · {reason}" for reason in found))
