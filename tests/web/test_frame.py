"""The frame: host leads to a tenant, unknown hosts to nothing, no route without a policy."""
from collections.abc import Callable

import pytest

from core.app import create_app
from core.base.config import Config
from core.tenancy import Directory, Tenant
from core.web import JianxueFlask
from tests.browse import Browser


def test_an_unknown_host_is_404(app: JianxueFlask) -> None:
    answer = app.test_client().get("/", headers={"Host": "nobody.example"})
    assert answer.status_code == 404
    assert "没有这个网站" in answer.text


def test_every_answer_carries_the_headers(browser_of: Callable[[Tenant], Browser], tenant: Tenant) -> None:
    """R30."""
    headers = browser_of(tenant).get("/no-such-page").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "'unsafe-inline'" not in headers["Content-Security-Policy"]
    assert headers["Permissions-Policy"].startswith("camera=()")


def test_a_route_without_a_policy_stops_the_start(config: Config, directory: Directory) -> None:
    """T3, R7."""
    app = create_app(config, directory)
    app.add_url_rule("/open", "open", lambda: "")
    with pytest.raises(RuntimeError, match="routes without a policy: open"):
        app.check_policies()
