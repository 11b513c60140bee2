"""Templates of the tenant's plugins compile, and every page that needs no row of its own opens for each role."""
import logging
from collections.abc import Iterator
from pathlib import Path

from flask.testing import FlaskClient
from jinja2 import TemplateError

from core.identity import Account, account_of, open_full_session
from core.identity.models import AccountRole
from core.tenancy import Ctx, Role, Tenant, bound
from core.testing.cast import Holding, give_certificate, ready_person
from core.testing.findings import Looking, Result
from core.testing.scratch import Scratch

SKIPPED = ("static", "/-/", "/demo/", "/style")
"""Files, probes, and pages of the demonstration."""


def plugin_templates(tenant: Tenant) -> Iterator[tuple[str, str]]:
    """(plugin, template) for each template that a plugin of the tenant brings."""
    for name in tenant.file.plugins:
        file = getattr(tenant.plugins.get_plugin(name), "__file__", None)
        folder = Path(file).parent / "templates" if file else None
        if folder and folder.is_dir():
            yield from ((name, str(path.relative_to(folder))) for path in sorted(folder.rglob("*.html")))


def check_pages(scratch: Scratch, tenant: Tenant, holding: Holding) -> Result:
    """As visitor, trainee and administrator; a page may turn somebody away, but it may not break."""
    looking = Looking("pages", "页面与模板")
    with bound(tenant):
        environment = scratch.app.jinja_env
        for plugin, template in plugin_templates(tenant):
            looking.at()
            try:
                environment.get_template(template)
            except TemplateError as error:
                looking.wrong(f"{plugin}：templates/{template}", f"模板写错了：{error}", "能编译的 Jinja 模板")
    pages = list(_pages(scratch))
    for who, token in _tokens(scratch, tenant, holding):
        client = _client(scratch, tenant, token)
        for page in pages:
            looking.at()
            _open(looking, client, tenant, who, page)
    return looking.result()


def _pages(scratch: Scratch) -> Iterator[str]:
    for rule in scratch.app.url_map.iter_rules():
        plain = not rule.arguments and "GET" in (rule.methods or ())
        if plain and not any(part in rule.rule for part in SKIPPED):
            yield rule.rule


def _tokens(scratch: Scratch, tenant: Tenant, holding: Holding) -> Iterator[tuple[str, str]]:
    """Who looks, with the token of an open session."""
    with scratch.serving(tenant) as ctx:
        person = ready_person(ctx, 801)
        give_certificate(ctx, person, holding)
        trainee = open_full_session(ctx, account_of(ctx, person), "").token
        chief = open_full_session(ctx, _administrator(ctx), "").token
    yield from (("访客", ""), ("学员", trainee), ("管理员", chief))


def _administrator(ctx: Ctx) -> Account:
    account = Account(username="kit", display_name="示例管理员", password_hash="-", created_at=ctx.now,
                      roles=[AccountRole(role=Role.ADMINISTRATOR)])
    ctx.db.add(account)
    ctx.db.flush()
    return account


def _client(scratch: Scratch, tenant: Tenant, token: str) -> FlaskClient:
    client = scratch.app.test_client()
    with bound(tenant), client.session_transaction(base_url=_address(tenant)) as session:
        session["sign_in"] = token
    return client


def _address(tenant: Tenant) -> str:
    return f"http://{tenant.file.hosts[0]}"


def _open(looking: Looking, client: FlaskClient, tenant: Tenant, who: str, page: str) -> None:
    quiet = logging.getLogger("jianxue.web")
    before, quiet.disabled = quiet.disabled, True
    try:
        answer = client.get(page, base_url=_address(tenant), buffered=True)
        broken = f"状态 {answer.status_code}" if answer.status_code >= 500 else ""
    except Exception as error:  # whatever a page raises is what the plugin's author must read
        broken = f"{type(error).__name__}: {error}"
    finally:
        quiet.disabled = before
    if broken:
        looking.wrong(f"{page}（{who}）", f"页面出错：{broken}", "页面能打开，或用一句话说明为什么不能")
