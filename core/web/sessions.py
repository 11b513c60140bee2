"""A cookie of its own for every tenant: name, path and signing key; a cookie of A is nothing at B."""
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from core.tenancy import bound_tenant


class TenantSessions(SecureCookieSessionInterface):
    """Holds CSRF secret, language and the id of a sign-in whose truth lies in the tenant's database."""

    def get_cookie_name(self, app: Flask) -> str:
        tenant = bound_tenant()
        slug = tenant.slug if tenant else "none"
        return f"__Host-jx-{slug}" if app.config["SESSION_COOKIE_SECURE"] else f"jx-{slug}"

    def get_cookie_path(self, app: Flask) -> str:
        return "/"

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        tenant = bound_tenant()
        if tenant is None:
            return None
        return URLSafeTimedSerializer(tenant.keys.derive("cookie"), salt="jianxue-session", serializer=self.serializer,
                                      signer_kwargs={"key_derivation": self.key_derivation,
                                                     "digest_method": self.digest_method})
