"""The Flask class: which tenant, who, may they, one transaction, one trail row, safe headers.

The order of a request is fixed here, so that no route can skip a step: host → tenant → actor → policy → CSRF →
view → trail → commit (below 400) or rollback → headers → doorbell.
"""
import logging
from collections.abc import Callable, Iterable
from functools import cache
from threading import get_ident
from typing import TYPE_CHECKING, Any, Protocol

from babel import Locale
from flask import Flask, Response, abort, g, redirect, render_template, request, session, url_for
from flask_babel import Babel
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFProtect
from jinja2 import Environment, StrictUndefined
from werkzeug.wrappers import Response as BaseResponse
from werkzeug.wsgi import ClosingIterator

from core.access import NOBODY, Actor, Permission, allows, policy_of, uses_camera
from core.base.config import Config, Mode
from core.base.outbox import OutboxRow
from core.extension import check_overrides, overlay_loader
from core.tenancy import Ctx, Directory, Tenant, bound_tenant, set_tenant
from core.web.compiled import COMPILED
from core.web import phones
from core.web.errors import answer, install_errors
from core.web.headers import add_security_headers
from core.web.lean import LeanRoutes
from core.web.ownership import Ownership
from core.web.sessions import TenantSessions
from core.web.translations import TenantWords

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger("jianxue.web")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LANGUAGES = ("zh_CN", "en")


class ActorLoader(Protocol):
    """Given by `core.identity`: who sits behind this request."""

    def __call__(self, ctx: Ctx, sign_in: str | None, address: str | None) -> Actor: ...


class JianxueFlask(Flask):
    """One app for all tenants; everything of a tenant hangs on the tenant."""

    session_interface = TenantSessions()

    def __init__(self, config: Config, directory: Directory) -> None:
        super().__init__("core.web", static_folder="static", template_folder="templates")
        self.jianxue = config
        self.directory = directory
        self.load_actor: ActorLoader = lambda ctx, sign_in, address: NOBODY
        self.ring: Callable[[Tenant, list[OutboxRow]], None] = lambda tenant, rows: None
        self.sign_in_endpoint = "identity.sign_in"
        self.change_password_endpoint = "identity.change_password"
        self.ownership = Ownership()
        self._overlays: dict[str, Environment] = {}
        production = config.mode is Mode.PRODUCTION
        self.lean = LeanRoutes(secure=production, threads=config.web_threads)
        self.config.update(
            SECRET_KEY=config.master_key, SESSION_COOKIE_SECURE=production, SESSION_COOKIE_HTTPONLY=True,
            SESSION_COOKIE_SAMESITE="Lax", MAX_CONTENT_LENGTH=300 * 2**20, MAX_FORM_MEMORY_SIZE=2 * 2**20,
            MAX_FORM_PARTS=2_000, WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=production,
            BABEL_DEFAULT_LOCALE="zh_CN", BABEL_DEFAULT_TIMEZONE="Asia/Shanghai", TESTING=config.mode is Mode.TEST,
        )
        self.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
        self.before_request(self._hide)
        self.csrf = CSRFProtect(self)
        babel = Babel(self, locale_selector=lambda: _locale(choose_language()))
        babel.domain_instance = words = TenantWords(config_translations())
        self._base_environment().globals.update(_=words.said, gettext=words.said)
        self.before_request(self._admit)
        self.after_request(self._finish)
        self.teardown_request(self._close)
        install_errors(self)

    @property
    def jinja_env(self) -> Environment:  # type: ignore[override]
        """The tenant's environment while one is served: a shared one would serve the first tenant's template to all."""
        base: Environment = self._base_environment()
        tenant = bound_tenant()
        if tenant is None:
            return base
        overlay = self._overlays.get(tenant.slug)
        if overlay is None:
            assert base.loader is not None
            overlay = base.overlay(loader=overlay_loader(tenant, base.loader), bytecode_cache=COMPILED)
            self._overlays[tenant.slug] = overlay
        return overlay

    def _base_environment(self) -> Environment:
        environment: Environment | None = self.__dict__.get("_jx_base_environment")
        if environment is None:
            environment = self.create_jinja_environment()
            self.__dict__["_jx_base_environment"] = environment
        return environment

    def wsgi_app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Bind the tenant of the host (in development also of the path prefix); an unknown host is 404."""
        tenant = self._tenant_of(environ)
        if tenant is None:
            response = Response("404 没有这个网站\n", 404, content_type="text/plain; charset=utf-8")
            return response(environ, start_response)
        lean, me = self.lean, get_ident()
        lean.serving.add(me)
        route = lean.find(environ)
        if route is not None and (answered := lean.ask(route, tenant, environ, start_response)) is not None:
            lean.serving.discard(me)
            return answered
        set_tenant(tenant)

        def end() -> None:
            lean.serving.discard(me)
            set_tenant(None)

        return ClosingIterator(super().wsgi_app(environ, start_response), end)

    def _tenant_of(self, environ: "WSGIEnvironment") -> Tenant | None:
        host = str(environ.get("HTTP_HOST", "")).rsplit(":", 1)[0]
        tenant = self.directory.by_host(host)
        if tenant is not None or self.jianxue.mode is Mode.PRODUCTION or host not in {"localhost", "127.0.0.1"}:
            return tenant
        path = str(environ.get("PATH_INFO", "/"))
        slug, _, rest = path.lstrip("/").partition("/")
        if not self.directory.has(slug):
            return None
        environ["SCRIPT_NAME"] = str(environ.get("SCRIPT_NAME", "")) + "/" + slug
        environ["PATH_INFO"] = "/" + rest
        return self.directory.by_slug(slug)

    def check_templates(self) -> None:
        """Every template of a plugin replaces one of the core, or PluginError names it."""
        check_overrides(self.directory, self._base_environment())

    def check_policies(self) -> None:
        """Every route has a policy, or the start fails and names it."""
        missing = sorted(endpoint for endpoint, view in self.view_functions.items()
                         if policy_of(view) is None and not is_static(endpoint))
        if missing:
            raise RuntimeError(f"routes without a policy: {', '.join(missing)}")
        for view in self.view_functions.values():
            declared = policy_of(view)
            if declared is not None and declared.signed:
                self.csrf.exempt(view)
        posts = {rule.rule for rule in self.url_map.iter_rules() if "POST" in (rule.methods or ())}
        if alone := sorted(set(self.lean.paths()) - posts):
            raise RuntimeError(f"lean routes without a view that answers the rest: {', '.join(alone)}")

    def _hide(self) -> None:
        """A plugin's page at a tenant without it: as if there were no such address, whoever asks and however."""
        tenant = bound_tenant()
        assert tenant is not None
        if self.ownership.hidden(tenant, request.path):
            abort(404)

    def _admit(self) -> BaseResponse | None:
        if request.endpoint is None or is_static(request.endpoint):
            return None
        tenant = bound_tenant()
        assert tenant is not None
        declared = policy_of(self.view_functions[request.endpoint])
        assert declared is not None
        ctx = g.ctx = Ctx(tenant, locale=choose_language(), write=request.method not in SAFE)
        ctx.actor = self.load_actor(ctx, session.get("sign_in"), request.remote_addr)
        if allows(declared, ctx.actor):
            return phones.turn_away(ctx) if declared.permission is Permission.STUDY else None
        return self._turn_away(ctx.actor)

    def _turn_away(self, actor: Actor) -> BaseResponse:
        if actor.signed_in and actor.restricted:
            return redirect(url_for(self.change_password_endpoint))
        if actor.signed_in:
            return answer(403, "forbidden", _("您的账号不能打开这个页面。"))
        if wants_json() or request.method not in SAFE:
            if not wants_json():
                return redirect(url_for(self.sign_in_endpoint))
            return answer(401, "signed_out", _("登录已结束，请重新登录。已保存的内容不会丢失。"))
        return redirect(url_for(self.sign_in_endpoint, next=request.full_path.rstrip("?")))

    def _finish(self, response: Response) -> Response:
        ctx: Ctx | None = g.get("ctx")
        endpoint = request.endpoint
        view = self.view_functions.get(endpoint) if endpoint else None
        if ctx is not None and endpoint is not None:
            self._settle(ctx, endpoint, view, response)
        static = endpoint is None or is_static(endpoint)
        return add_security_headers(response, secure=bool(self.config["SESSION_COOKIE_SECURE"]),
                                    camera=uses_camera(view), private=not static)

    def _settle(self, ctx: Ctx, endpoint: str, view: Any, response: Response) -> None:
        """Below 400 the work is kept, else nothing of it is; either way a mutating route leaves a trail row."""
        mutating = request.method not in SAFE and not hasattr(view, "__jx_trail_exempt__")
        subject = ",".join(str(value) for value in (request.view_args or {}).values()) or "-"
        if response.status_code < 400:
            if mutating:
                ctx.record(f"route.{endpoint}", subject)
            rows = ctx.commit()
            if rows:
                self.ring(ctx.tenant, rows)
        elif mutating:
            ctx.record_refusal(f"route.{endpoint}", subject, status=response.status_code)
        else:
            ctx.rollback()

    def _close(self, _error: BaseException | None) -> None:
        ctx: Ctx | None = g.pop("ctx", None)
        if ctx is not None:
            ctx.close()


def config_translations() -> str:
    """Where the catalogues lie."""
    return f"{__file__.rsplit('/web/', 1)[0]}/translations"


def is_static(endpoint: str) -> bool:
    return endpoint == "static" or endpoint.endswith(".static")


def wants_json() -> bool:
    """Whether the caller is a script of ours rather than a person's browser."""
    return request.is_json or request.headers.get("Accept", "").startswith("application/json")


def choose_language() -> str:
    """The language the person chose, else the tenant's."""
    return language_of(bound_tenant(), session.get("language") if request else None)


def language_of(tenant: Tenant | None, chosen: str | None) -> str:
    default = tenant.file.locale if tenant else "zh_CN"
    return chosen if chosen in LANGUAGES else default


@cache
def _locale(name: str) -> Locale:
    """Babel reads its data anew for each `parse`."""
    return Locale.parse(name)


def current_ctx() -> Ctx:
    """The context of the request being served."""
    ctx: Ctx = g.ctx
    return ctx


def page(template: str, *, status: int = 200, **variables: Any) -> Response:
    """Render a template with the context every layout needs."""
    return Response(render_template(template, **variables), status, content_type="text/html; charset=utf-8")
