"""Templates of documents, rendered outside any web request too (a job draws as well as a page does)."""
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from core.base.clock import local
from core.extension import overlay_loader
from core.tenancy import Ctx, Tenant

_CORE = Path(__file__).resolve().parents[1]
_environments: "WeakKeyDictionary[Tenant, Environment]" = WeakKeyDictionary()


def chinese_date(moment: Any) -> str:
    """2026年11月20日, of a day or of a moment (as it is in Shanghai)."""
    day = local(moment) if hasattr(moment, "tzinfo") else moment
    return f"{day.year}年{day.month}月{day.day}日"


def render(ctx: Ctx, template: str, **variables: object) -> str:
    """The HTML of a document from the tenant's overlay; every variable is escaped."""
    return _environment(ctx.tenant).get_template(template).render(rules=ctx.rules(), **variables)


def _environment(tenant: Tenant) -> Environment:
    environment = _environments.get(tenant)
    if environment is None:
        folders: list[BaseLoader] = [FileSystemLoader(folder) for folder in sorted(_CORE.glob("*/templates"))]
        environment = Environment(loader=overlay_loader(tenant, ChoiceLoader(folders)), autoescape=True,
                                  undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        environment.filters["chinese_date"] = chinese_date
        _environments[tenant] = environment
    return environment
