"""A person's browser without JavaScript: keeps cookies, sends the CSRF token of the page it looks at."""
import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.tenancy import Tenant

_TOKEN = re.compile(r'name="csrf[-_]token"[^>]*?(?:content|value)="([^"]+)"')


class Browser(FlaskClient):
    """On one tenant's host; `post` carries the token of the last page seen, `json` likewise in a header."""

    tenant: Tenant
    token: str | None = None
    address = "203.0.113.7"

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if args and isinstance(args[0], str) and "base_url" not in kwargs:
            kwargs["base_url"] = f"http://{self.tenant.file.hosts[0]}"
            kwargs.setdefault("environ_overrides", {}).setdefault("REMOTE_ADDR", self.address)
        # Read to its end, as a server does: only then is the tenant unbound.
        kwargs.setdefault("buffered", True)
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and (found := _TOKEN.search(response.text)):
            self.token = found.group(1)
        return response

    def submit(self, path: str, data: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        """Post a form as a person would, after having looked at a page that holds a token."""
        if self.token is None:
            self.get(path)
        return self.post(path, data={"csrf_token": self.token or "", **(data or {})}, **kwargs)

    def send(self, path: str, body: Any = None, **kwargs: Any) -> TestResponse:
        """Post JSON as one of our scripts would."""
        headers = {"X-CSRFToken": self.token or "", "Accept": "application/json", **kwargs.pop("headers", {})}
        return self.post(path, json=body or {}, headers=headers, **kwargs)
