"""Routes in front of Flask: for the one address that is asked more often than all others together.

A lean route answers what is common with 200, and hands everything else on, with nothing done, to the view of the same
address, whose policy it keeps itself. It is found by the tenant and path that Flask would see.
"""
import json
import logging
from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING, Any, Protocol

from flask import Response

from core.tenancy import Tenant
from core.web.headers import add_security_headers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

log = logging.getLogger("jianxue.web")
Environ = dict[str, Any]


class LeanRoute(Protocol):
    def __call__(self, tenant: Tenant, environ: Environ, busy: float) -> dict[str, Any] | None:
        """The answer's JSON, or None: Flask shall answer. `busy`: which share of the process's threads serve."""


class LeanRoutes:
    """The lean routes of an app, all of them POST."""

    def __init__(self, *, secure: bool, threads: int) -> None:
        bare = add_security_headers(Response(content_type="application/json"), secure=secure, camera=False,
                                    private=True)
        self._headers = [(name, value) for name, value in bare.headers if name != "Content-Length"]
        self.routes: dict[str, LeanRoute] = {}
        self._threads = threads
        self.serving: set[int] = set()
        """The threads that serve a request now."""

    def add(self, path: str, route: LeanRoute) -> None:
        self.routes[path] = route

    def paths(self) -> Iterable[str]:
        return self.routes.keys()

    def find(self, environ: Environ) -> LeanRoute | None:
        return self.routes.get(environ["PATH_INFO"]) if environ["REQUEST_METHOD"] == "POST" else None

    def ask(self, route: LeanRoute, tenant: Tenant, environ: Environ,
            start_response: "StartResponse") -> Iterable[bytes] | None:
        try:
            found = route(tenant, environ, len(self.serving) / self._threads)
        except Exception:
            log.exception("%s was not answered in front of Flask", environ["PATH_INFO"])
            return None
        if found is None:
            return None
        body = json.dumps(found, separators=(",", ":")).encode()
        start_response("200 OK", [*self._headers, ("Content-Length", str(len(body)))])
        return [body]


def small_json(environ: Environ, most: int) -> dict[str, Any] | None:
    """The JSON object of a short body, which stays to be read again; None when it is none, or long."""
    length = environ.get("CONTENT_LENGTH") or ""
    if not environ.get("CONTENT_TYPE", "").startswith("application/json") or not length.isdecimal() \
            or int(length) > most:
        return None
    raw = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = BytesIO(raw)
    try:
        found = json.loads(raw)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
