"""What every template may use: filters, addresses of files, the tenant's colours, the frame's words."""
import hashlib
from functools import cache, lru_cache
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import flask_bootstrap
from flask import Blueprint, Flask, Response, request, url_for
from flask_babel import get_locale
from markupsafe import Markup

from core.web.banners import banners
from core.web.errorpages import words
from core.web.filters import FILTERS
from core.web.once import new_once
from core.web.phones import COOKIE
from core.web.shell import shell

STATIC = Path(__file__).parent / "static"
BOOTSTRAP = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5"
_YEAR = 365 * 24 * 3600

vendor = Blueprint("vendor", __name__, static_folder=str(BOOTSTRAP), static_url_path="/vendor/bootstrap")


def init_look(app: Flask) -> None:
    """Give an app the filters, the globals and the frame; the tenants' overlays share both."""
    app.register_blueprint(vendor)
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(asset=asset, drawn=icon, here=here, kept_query=kept_query, language=language,
                                 error_words=words, once_key=new_once, banners=banners)
    app.context_processor(frame)
    app.after_request(_cache_static)


def frame() -> dict[str, Any]:
    """Variables of the frame for one page."""
    back = request.full_path.rstrip("?") if request.method == "GET" else request.path
    return {"shell": shell(), "here_path": request.script_root + back,
            "large": request.cookies.get("large") == "1", "desktop": request.cookies.get(COOKIE) == "1"}


@cache
def _digest(path: Path, _stamp: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """Address of a static file with its digest, so that it may be kept for a year.

    ``bootstrap/css/bootstrap.min.css`` is served from the installed Bootstrap-Flask, all else from core/web/static.
    """
    return _address(request.script_root, name, _stamp(name, int(monotonic())))


@lru_cache(maxsize=200)
def _stamp(name: str, _second: int) -> int:
    """When a file was changed, looked at once a second: a page names some thirty."""
    return _path(name).stat().st_mtime_ns


def _path(name: str) -> Path:
    return BOOTSTRAP / name.removeprefix("bootstrap/") if name.startswith("bootstrap/") else STATIC / name


@cache
def _address(_root: str, name: str, stamp: int) -> str:
    endpoint = "vendor.static" if name.startswith("bootstrap/") else "static"
    return url_for(endpoint, filename=name.removeprefix("bootstrap/"), v=_digest(_path(name), stamp))


def icon(name: str, label: str = "") -> Markup:
    """A drawing of the sprite; what has no label is for the eye alone. A page has some twenty."""
    return _icon(name, label, asset("img/icons.svg")) if name else Markup()


@lru_cache(maxsize=1000)
def _icon(name: str, label: str, sprite: str) -> Markup:
    said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="jx-icon" {} focusable="false"><use href="{}#{}"></use></svg>').format(said, sprite, name)


def here(**changes: Any) -> str:
    """This page's address with some of its query changed; None takes a part away."""
    kept: dict[str, Any] = {name: values for name, values in request.args.lists()}
    kept.update(changes)
    # Not by `url_for`: what somebody wrote into the address may be called `endpoint` or `_scheme`.
    query = urlencode({name: value for name, value in kept.items() if value is not None}, doseq=True)
    path = url_for(request.endpoint or "static", **(request.view_args or {}))
    return f"{path}?{query}" if query else path


def kept_query() -> list[tuple[str, str]]:
    """The address's query but for the page and its size, which the pager sets itself."""
    return [(name, value) for name, value in request.args.items(multi=True) if name not in ("page", "size")]


def language() -> str:
    """Value of <html lang>."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh-CN"


def tenant_css(brand: str, brand_ink: str) -> str:
    """The tenant's stylesheet: its colours as CSS variables (served at /tenant.css)."""
    return (f":root{{--brand:{brand};--brand-ink:{brand_ink};--brand-dark:{_mix(brand, '#000000', .25)};"
            f"--brand-soft:{_mix(brand, '#ffffff', .92)}}}\n")


def _mix(colour: str, other: str, share: float) -> str:
    one, two = (bytes.fromhex(text.removeprefix("#")) for text in (colour, other))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(one, two, strict=True))


def _cache_static(response: Response) -> Response:
    if request.endpoint in ("static", "vendor.static") and response.status_code in (200, 206, 304):
        kept = f"public, max-age={_YEAR}, immutable" if "v" in request.args else "no-cache"
        response.headers["Cache-Control"] = kept
    return response
