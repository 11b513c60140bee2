"""Reads `tenants/*.toml` strictly: an unknown key, a wrong type, a missing value or source stops the start
with file, key and what would be right."""
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from string import Formatter
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from core.base.config import ConfigError
from core.tenancy.rules import Rules, TextRules

TEXT_VARIABLES: Mapping[str, frozenset[str]] = {
    "buy_confirm": frozenset({"post", "kind"}),
    "exempt_reason": frozenset({"first_post", "year", "general", "left"}),
    "cheating_sms": frozenset({"name", "post", "year"}),
    "no_snapshots_sms": frozenset({"name", "post", "year"}),
    "partial_cheating_sms": frozenset({"name", "post", "year"}),
    "code_sms": frozenset({"code", "minutes"}),
    "continuing_hint": frozenset({"url"}),
    "deadline_reminder_sms": frozenset({"name", "posts", "day", "days", "missing"}),
    "deadline_grace_sms": frozenset({"name", "post", "day"}),
    "blacklist_sms": frozenset({"name", "period"}),
    "blacklist_ended_sms": frozenset({"name"}),
    "supervised_near_sms": frozenset({"name", "time", "place"}),
    "supervised_cancelled_sms": frozenset({"name", "time", "place"}),
}


def _day_or_none(value: Any) -> bool:
    try:
        return bool(value == "" or date.fromisoformat(value).isoformat() == value)
    except ValueError:
        return False


def _five(value: Any) -> bool:
    return len(value) == 5 and all(0 < one <= 2 for one in value)


_FIVE = (_five, "五个大于 0、不大于 2 的小数，依次用于 1 至 5 张照片")
CHECKS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "presence.match_frames": (range(1, 6).__contains__, "1 至 5"),
    **{f"presence.{name}": _FIVE for name in (
        "accept_euclid", "accept_cosine", "review_euclid", "review_cosine", "review_floor_euclid",
        "review_ceiling_euclid")},
    "deadline.ends": (_day_or_none, "日期 \"2020-12-31\"，没有截止则为 \"\""),
    "deadline.counts": (frozenset({"hours", "exam", "submitted", "audited", "replaced"}).__contains__,
                        "hours、exam、submitted、audited、replaced 之一"),
    "deadline.enroll_after": (frozenset({"allow", "warn", "refuse"}).__contains__, "allow、warn、refuse 之一"),
    "deadline.pace_days": (lambda value: value >= 1, "1 以上的整数"),
}
"""Values whose type alone does not tell whether they can be meant: (test, what would be right)."""


T = TypeVar("T")
Layer = tuple[str, dict[str, Any]]
"""A file's name and one table of it."""


@dataclass(frozen=True)
class RuleSet:
    """One version of a tenant's rules: the typed values, and for each `group.key` where it comes from.

    `plugin_tables` are the tables named as the tenant's plugins; `core.extension` makes typed values of them, by their
    type in `plugin_rules`.
    """

    version: int
    since: datetime | None
    rules: Rules
    sources: Mapping[str, str]
    plugin_tables: Mapping[str, tuple[Layer, ...]] = field(default_factory=dict)
    plugin_rules: Mapping[type, object] = field(default_factory=dict)

    def value(self, key: str) -> object:
        group, name = key.split(".", 1)
        return getattr(getattr(self.rules, group), name)

    def of_plugin(self, kind: type[T]) -> T:
        """A plugin's own rules, by the dataclass that its `settings.py` names."""
        return cast(T, self.plugin_rules[kind])


@dataclass(frozen=True)
class TenantFile:
    """The `[tenant]` table of one file."""

    slug: str
    name: str
    hosts: tuple[str, ...]
    plugins: tuple[str, ...]
    locale: str
    rule_set: RuleSet
    business_date: date | None = None


def read_tenants(folder: Path, *, demo: bool) -> list[TenantFile]:
    """Every `<slug>.toml` of the folder over `_base.toml`, and over both `_demo.toml` in a demonstration."""
    base = read_toml(folder / "_base.toml")
    if "tenant" in base:
        raise ConfigError("_base.toml：不能有 [tenant]，它属于 <slug>.toml")
    overlay = [(folder / "_demo.toml")] if demo else []
    found = [_tenant(path, folder / "_base.toml", base, overlay)
             for path in sorted(folder.glob("*.toml")) if not path.name.startswith("_")]
    if not found:
        raise ConfigError(f"{folder}：没有租户文件 <slug>.toml")
    _no_shared_hosts(found)
    return found


def national_rules(folder: Path, *, demo: bool) -> RuleSet:
    """The national values alone, to see what a tenant changed."""
    files = [folder / "_base.toml", *([folder / "_demo.toml"] if demo else [])]
    return build_rule_set([(file.name, read_toml(file)) for file in files])


def _no_shared_hosts(found: list[TenantFile]) -> None:
    owners: dict[str, str] = {}
    for tenant in found:
        for host in tenant.hosts:
            if host in owners:
                raise ConfigError(f"{tenant.slug}.toml：tenant.hosts 中的 {host} 已属于 {owners[host]}.toml，"
                                  "一个域名只能属于一个租户")
            owners[host] = tenant.slug


def _tenant(path: Path, base_path: Path, base: dict[str, Any], overlays: list[Path]) -> TenantFile:
    document = read_toml(path)
    head = document.pop("tenant", None)
    if not isinstance(head, dict):
        raise ConfigError(f"{path.name}：缺少 [tenant]（name、hosts、plugins、locale）")
    _check_head(path.name, head, HEAD)
    for key in ("name", "hosts"):
        if not head.get(key):
            raise ConfigError(f"{path.name}：缺少 tenant.{key}")
    layers = [(base_path.name, base), (path.name, document), *((o.name, read_toml(o)) for o in overlays)]
    plugins = tuple(head.get("plugins", ()))
    return TenantFile(
        slug=path.stem, name=head["name"], hosts=tuple(head["hosts"]), plugins=plugins,
        locale=head.get("locale", "zh_CN"), rule_set=build_rule_set(layers, plugins=plugins),
        business_date=_business_date(path, head, demo=bool(overlays)))


HEAD: Mapping[str, type] = {"name": str, "hosts": list, "plugins": list, "locale": str, "business_date": date}
DEMO_HEAD: Mapping[str, type] = {"business_date": date}
DEMO_FOLDER = "demo"
"""Beside the tenants' files: `demo/<slug>.toml` says who lives in the demonstration of a tenant, and on which day."""


def _check_head(file: str, head: dict[str, Any], allowed: Mapping[str, type]) -> None:
    for key, value in head.items():
        if key not in allowed:
            raise ConfigError(f"{file}：tenant.{key} 不是已知的设置，可用：{'、'.join(allowed)}")
        if type(value) is not allowed[key]:
            raise ConfigError(f"{file}：tenant.{key} 应为 {allowed[key].__name__}，现在是 {value!r}")


def _business_date(path: Path, head: dict[str, Any], *, demo: bool) -> date | None:
    """The day a tenant lives on, for tests and demonstrations; production refuses it (core.base.refusals)."""
    day: date | None = head.get("business_date")
    there = path.parent / DEMO_FOLDER / path.name
    if demo and there.exists():
        head = read_toml(there).get("tenant", {})
        _check_head(f"{DEMO_FOLDER}/{path.name}", head, DEMO_HEAD)
        day = head.get("business_date", day)
    return day


def read_toml(path: Path) -> dict[str, Any]:
    """ConfigError names the file."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}：读不到（{error.strerror}）") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path.name}：不是正确的 TOML（{error}）") from None


def build_rule_set(layers: list[Layer], *, plugins: tuple[str, ...] = (), version: int = 0,
                   since: datetime | None = None) -> RuleSet:
    """Typed rules from layers of (file name, document), later ones over earlier ones; a table named as one of the
    `plugins` is set aside for it."""
    groups = get_type_hints(Rules)
    tables: dict[str, list[Layer]] = {name: [] for name in (*groups, *plugins)}
    for file, document in layers:
        for group, table in document.items():
            if group not in tables:
                raise ConfigError(f"{file}：[{group}] 不是已知的规则组，可用：{'、'.join(tables)}")
            if not isinstance(table, dict):
                raise ConfigError(f"{file}：{group} 应为一个表，例如 [{group}]")
            tables[group].append((file, table))
    sources: dict[str, str] = {}
    rules = Rules(**{group: typed_group(group, kind, tables[group], sources, of=layers[0][0])
                     for group, kind in groups.items()})
    return RuleSet(version, since, rules, sources, {name: tuple(tables[name]) for name in plugins})


def typed_group(group: str, kind: type[T], layers: Sequence[Layer], sources: dict[str, str], *, of: str) -> T:
    """One group of rules; writes where each comes from into `sources`. ConfigError names file `of` for what lacks."""
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for file, table in layers:
        for key, entry in table.items():
            values[key] = _entry(file, group, key, entry, hints)
            sources[f"{group}.{key}"] = entry["source"]
    for key, wanted in hints.items():
        if key not in values:
            raise ConfigError(f"{of}：缺少 {group}.{key}，应为 {{ value = {_wanted(wanted)}, source = \"行号\" }}")
    return kind(**values)


def _entry(file: str, group: str, key: str, entry: Any, hints: Mapping[str, Any]) -> Any:
    where = f"{file}：{group}.{key}"
    if key not in hints:
        raise ConfigError(f"{where} 不是已知的规则，可用：{'、'.join(hints)}")
    if not isinstance(entry, dict) or set(entry) != {"value", "source"}:
        raise ConfigError(f"{where} 应写成 {{ value = …, source = \"行号\" }}")
    if not isinstance(entry["source"], str) or not entry["source"].strip():
        raise ConfigError(f"{where}.source 应为出处（例如 \"N-12\"）")
    value = _typed(where, entry["value"], hints[key])
    if f"{group}.{key}" in CHECKS:
        fits, right = CHECKS[f"{group}.{key}"]
        if not fits(value):
            raise ConfigError(f"{where} 应为{right}，现在是 {value!r}")
    if group == "texts":
        _check_variables(where, key, value)
    return value


def _typed(where: str, value: Any, kind: Any) -> Any:
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        if not isinstance(value, list) or inner[-1] is not Ellipsis and len(value) != len(inner):
            raise ConfigError(f"{where} 应为列表 {_wanted(kind)}，现在是 {value!r}")
        return tuple(_typed(where, item, inner[0] if inner[-1] is Ellipsis else inner[place])
                     for place, item in enumerate(value))
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not kind:
        raise ConfigError(f"{where} 应为 {_wanted(kind)}，现在是 {value!r}")
    return value


def _wanted(kind: Any) -> str:
    if get_origin(kind) is tuple:
        return "[" + ", ".join("…" if inner is Ellipsis else _wanted(inner) for inner in get_args(kind)) + "]"
    return {bool: "true 或 false", int: "整数", float: "小数", str: "文字"}[kind]


def _check_variables(where: str, key: str, value: str | tuple[str, ...]) -> None:
    allowed = TEXT_VARIABLES.get(key, frozenset())
    for text in (value,) if isinstance(value, str) else value:
        used = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        if used - allowed:
            wrong = "、".join(sorted(used - allowed))
            raise ConfigError(f"{where} 用了未知的变量 {wrong}，可用：{'、'.join(sorted(allowed)) or '无'}")


def text_keys() -> tuple[str, ...]:
    """The keys of all message texts."""
    return tuple(item.name for item in fields(TextRules))
