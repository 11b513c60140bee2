"""The tenant's texts with their variables and prefixes, and where its values come from."""
import re
from collections.abc import Iterator
from string import Formatter

from core.tenancy import Tenant
from core.tenancy.settings import TEXT_VARIABLES, text_keys
from core.testing.findings import Looking, Result

PREFIX = re.compile(r"^【[^】]*】")
PREFIXED = ("completion_popup", "completion_sms", "audit_passed_sms", "code_sms")
"""X-29: these begin alike at one tenant. The notices of a clearing have none in any manual (N-46, GD-18, BJ-12)."""
CONSTANT = frozenset({"url"})
"""The same for everybody at a tenant, so that its text may spell it out (JL-05)."""
PAIRS = (("“", "”"), ("【", "】"), ("《", "》"), ("（", "）"), ("(", ")"))


def check_texts(tenant: Tenant) -> Result:
    """Variables known and used, one prefix, no bracket left open."""
    looking = Looking("texts", "文字与变量")
    texts = tenant.file.rule_set.rules.texts
    for key in text_keys():
        value = getattr(texts, key)
        for text in (value,) if isinstance(value, str) else value:
            looking.at()
            if text:
                _check_text(looking, f"{tenant.slug}.toml：texts.{key}", text, TEXT_VARIABLES.get(key, frozenset()))
    _check_prefixes(looking, tenant)
    return looking.result()


def _check_text(looking: Looking, where: str, text: str, allowed: frozenset[str]) -> None:
    used = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    listed = "、".join(f"{{{name}}}" for name in sorted(allowed))
    if used - allowed:
        looking.wrong(where, f"用了未知的变量 {'、'.join(sorted(used - allowed))}", listed or "不用变量")
    if missing := allowed - used - CONSTANT:
        looking.wrong(where, f"没有用到变量 {'、'.join(sorted(missing))}", f"写出全部变量 {listed}")
    for opening, closing in PAIRS:
        if text.count(opening) != text.count(closing):
            looking.wrong(where, f"{opening} 与 {closing} 不成对：“{text}”", "成对")
    if text.strip() != text:
        looking.wrong(where, "开头或结尾有空格", "没有空格")


def _check_prefixes(looking: Looking, tenant: Tenant) -> None:
    found = dict(_prefixes(tenant))
    if len(set(found.values())) > 1:
        each = "；".join(f"{key} 为 {prefix or '无'}" for key, prefix in found.items())
        looking.wrong(f"{tenant.slug}.toml：texts", f"短信和弹窗的开头不一致：{each}", "同一租户用同一个开头，或都不用（X-29）")


def _prefixes(tenant: Tenant) -> Iterator[tuple[str, str]]:
    for key in PREFIXED:
        text = getattr(tenant.file.rule_set.rules.texts, key)
        if text:
            found = PREFIX.match(text)
            yield key, found.group() if found else ""
