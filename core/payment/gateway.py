"""Which provider a tenant pays through, and how its troubles are told."""
from collections.abc import Callable
from typing import TypeVar
from weakref import WeakKeyDictionary

from flask_babel import gettext as _

from core.base.config import Mode
from core.base.errors import Refused, Unavailable
from core.payment.provider import Provider, ProviderDown, ProviderRefused
from core.payment.signed_http import MerchantKeys, SignedHttpProvider
from core.tenancy import Ctx, Tenant

T = TypeVar("T")
NOTICE_PATH = "/payment/notices/"

# one per tenant and process, since it holds the breaker
_providers: "WeakKeyDictionary[Tenant, Provider]" = WeakKeyDictionary()


def provider_of(ctx: Ctx) -> Provider:
    """The tenant's provider; Unavailable while its key file (``merchant-<slug>.json``) is not there."""
    tenant = ctx.tenant
    known = _providers.get(tenant)
    if known is not None:
        return known
    file = tenant.config.pay_key_file / f"merchant-{tenant.slug}.json"
    try:
        keys = MerchantKeys.read(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Unavailable("pay_unset", _("在线支付还没有接通，没有扣款，订单已保留。请稍后再试，或拨打服务电话。")) from error
    provider = SignedHttpProvider(tenant.config.pay_url, keys, wall=lambda: tenant.clock.wall().timestamp())
    _providers[tenant] = provider
    return provider


def notify_url(ctx: Ctx, provider: Provider) -> str:
    """Where the provider posts its notices: the tenant's host, in development the path prefix, since another
    process need not know ``*.localhost``."""
    tenant = ctx.tenant
    if tenant.config.mode is Mode.PRODUCTION:
        return f"https://{tenant.file.hosts[0]}{NOTICE_PATH}{provider.name}"
    return f"http://127.0.0.1:{tenant.config.port}/{tenant.slug}{NOTICE_PATH}{provider.name}"


def ask(call: Callable[[], T]) -> T:
    """Ask the provider; its silence and its refusal become sentences."""
    try:
        return call()
    except ProviderDown as error:
        raise Unavailable("pay_down", _("支付机构暂时没有响应。订单已保留，请稍后再试；如果已经付款，系统会自动核对。"),
                          facts={"retry_after": 10}) from error
    except ProviderRefused as error:
        raise Refused("pay_refused", _("支付机构没有受理这笔付款，没有扣款。请换一种支付方式，或稍后再试。"),
                      facts={"provider_code": error.code}) from error
