"""The templates that the tenant's plugins replace, and every page that needs no row of its own, for each role."""
import logging
from collections.abc import Iterator

from flask.testing import FlaskClient

from core.access import allows, policy_of
from core.extension.overlay import override_digests
from core.identity import Account, account_of, open_full_session
from core.identity.models import AccountRole
from core.tenancy import NOBODY, Actor, Ctx, Role, Tenant
from core.testing.cast import Holding, give_certificate, ready_person
from core.testing.findings import Looking, Result
from core.testing.scratch import Scratch, address

SKIPPED = ("static", "/-/", "/demo/", "/style")
"""Files, probes, and pages of the demonstration."""


def check_templates(tenant: Tenant) -> Result:
    """Every override was written against the core's template of today; that it replaces one, the opening showed."""
    looking = Looking("templates", "替换的模板")
    for override in override_digests(tenant):
        looking.at()
        if override.problem:
            looking.wrong(f"{override.plugin}：templates/{override.template}",
                          "没有写明对应的核心模板" if not override.written else "所替换的核心模板变了",
                          f"对照核心模板修改，然后在开头写 {{# core-digest: {override.wanted} #}}")
    return looking.result()


def check_pages(scratch: Scratch, tenant: Tenant, holding: Holding) -> Result:
    """As visitor, trainee and administrator; a page may turn somebody away, but it may not break."""
    looking = Looking("pages", "页面")
    for who, actor, token in _visitors(scratch, tenant, holding):
        client = scratch.client(tenant, token)
        for page in _pages(scratch, actor):
            looking.at()
            _open(looking, client, tenant, who, page)
    return looking.result()


def _pages(scratch: Scratch, actor: Actor) -> Iterator[str]:
    """What the actor's roles may open."""
    for rule in scratch.app.url_map.iter_rules():
        declared = policy_of(scratch.app.view_functions[rule.endpoint])
        plain = not rule.arguments and "GET" in (rule.methods or ()) and not any(part in rule.rule for part in SKIPPED)
        if plain and declared is not None and allows(declared, actor):
            yield rule.rule


def _visitors(scratch: Scratch, tenant: Tenant, holding: Holding) -> Iterator[tuple[str, Actor, str]]:
    """Who looks, with the token of an open session."""
    with scratch.serving(tenant) as ctx:
        person = ready_person(ctx, 801)
        give_certificate(ctx, person, holding)
        trainee, chief = account_of(ctx, person), _administrator(ctx)
        opened = [(account.id, open_full_session(ctx, account, "").token) for account in (trainee, chief)]
    yield "访客", NOBODY, ""
    for who, role, (account_id, token) in zip(("学员", "管理员"), (Role.TRAINEE, Role.ADMINISTRATOR), opened, strict=True):
        yield who, Actor(account_id, roles=frozenset({role})), token


def _administrator(ctx: Ctx) -> Account:
    account = Account(username="kit", display_name="示例管理员", password_hash="-", created_at=ctx.now,
                      roles=[AccountRole(role=Role.ADMINISTRATOR)])
    ctx.db.add(account)
    ctx.db.flush()
    return account


def _open(looking: Looking, client: FlaskClient, tenant: Tenant, who: str, page: str) -> None:
    quiet = logging.getLogger("jianxue.web")
    before, quiet.disabled = quiet.disabled, True
    try:
        answer = client.get(page, base_url=address(tenant), buffered=True)
        broken = f"状态 {answer.status_code}" if answer.status_code >= 500 else ""
    except Exception as error:  # whatever a page raises is what the plugin's author must read
        broken = f"{type(error).__name__}: {error}"
    finally:
        quiet.disabled = before
    if broken:
        looking.wrong(f"{page}（{who}）", f"页面出错：{broken}", "页面能打开，或用一句话说明为什么不能")
