"""The web frame: Flask class, tenant by host, transactions, policies, headers, errors, layout, forms, static files."""
from core.web.application import JianxueFlask, current_ctx, page
from core.web.once import once

__all__ = ["JianxueFlask", "current_ctx", "once", "page"]
