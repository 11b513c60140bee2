"""What the operator sets: by environment, or by files that variables ending in `_FILE` name.

Everything that a province sets stands in `tenants/` instead.
"""
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Mode(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"
    TEST = "test"


class ConfigError(Exception):
    """The installation cannot start; the message names the variable or file and what would be right."""


@dataclass(frozen=True)
class Config:
    """Deployment settings; `database_url` and `blob_url` may hold `{slug}`, else every tenant needs its own
    variable (`JIANXUE_DATABASE_URL_NATIONAL`)."""

    mode: Mode
    master_key: bytes = field(repr=False)
    var: Path
    tenants: Path
    demo: bool
    port: int
    database_url: str | None = field(repr=False)
    database_urls: Mapping[str, str] = field(repr=False)
    blob_url: str | None = field(repr=False)
    redis_url: str | None = field(repr=False)
    face_socket: Path
    pay_url: str
    pay_key_file: Path
    font: Path
    web_threads: int = 16

    def database(self, slug: str) -> str:
        """The database URL of one tenant; a SQLite file below `var` by default."""
        if slug in self.database_urls:
            return self.database_urls[slug]
        if self.database_url:
            return self.database_url.format(slug=slug)
        return f"sqlite:///{self.tenant_var(slug) / 'jianxue.sqlite'}"

    def tenant_var(self, slug: str) -> Path:
        """The folder of one tenant's files."""
        return self.var / "tenants" / slug


def load_config(env: Mapping[str, str] | None = None) -> Config:
    """Read the environment (R43: refusals live in `core.base.refusals`)."""
    env = os.environ if env is None else env
    try:
        mode = Mode(env.get("JIANXUE_MODE", Mode.DEVELOPMENT))
    except ValueError:
        raise ConfigError(f"JIANXUE_MODE={env['JIANXUE_MODE']!r}：应为 development、production 或 test") from None
    var = Path(env.get("JIANXUE_VAR", ROOT / "var")).resolve()
    prefix = "JIANXUE_DATABASE_URL_"
    return Config(
        mode=mode,
        master_key=_master_key(env, mode),
        var=var,
        tenants=Path(env.get("JIANXUE_TENANTS", ROOT / "tenants")).resolve(),
        demo=env.get("JIANXUE_DEMO", "0") == "1",
        port=_integer(env, "JIANXUE_PORT", 8000),
        database_url=_secret(env, "JIANXUE_DATABASE_URL"),
        database_urls={name.removeprefix(prefix).lower(): value for name, value in env.items()
                       if name.startswith(prefix) and not name.endswith("_FILE")},
        blob_url=_secret(env, "JIANXUE_BLOB_URL"),
        redis_url=_secret(env, "JIANXUE_REDIS_URL"),
        face_socket=Path(env.get("JIANXUE_FACE_SOCKET", var / "run" / "face.sock")),
        pay_url=env.get("JIANXUE_PAY_URL", "http://127.0.0.1:8090"),
        pay_key_file=Path(env.get("JIANXUE_PAY_KEY_FILE", var / "keys" / "pay")),
        font=Path(env.get("JIANXUE_FONT", "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc")),
        web_threads=_integer(env, "JIANXUE_WEB_THREADS", 16),
    )


def _secret(env: Mapping[str, str], name: str) -> str | None:
    if file := env.get(f"{name}_FILE"):
        try:
            return Path(file).read_text().strip()
        except OSError as error:
            raise ConfigError(f"{name}_FILE={file}：读不到这个文件（{error.strerror}）") from None
    return env.get(name) or None


def _master_key(env: Mapping[str, str], mode: Mode) -> bytes:
    text = _secret(env, "JIANXUE_MASTER_KEY")
    if text is None:
        raise ConfigError("缺少 JIANXUE_MASTER_KEY 或 JIANXUE_MASTER_KEY_FILE：应为 64 位十六进制随机数；"
                          "make run 会自动生成")
    try:
        key = bytes.fromhex(text)
    except ValueError:
        raise ConfigError("JIANXUE_MASTER_KEY：应为 64 位十六进制随机数") from None
    if len(key) < 32:
        raise ConfigError("JIANXUE_MASTER_KEY：太短，应为 64 位十六进制随机数")
    if mode is Mode.PRODUCTION and len(set(key)) < 8:
        raise ConfigError("JIANXUE_MASTER_KEY：不是随机数（示例密钥不得用于生产）")
    return key


def _integer(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, str(default))
    if not text.isdigit():
        raise ConfigError(f"{name}={text!r}：应为整数")
    return int(text)
