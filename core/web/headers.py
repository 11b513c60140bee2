"""Security headers on every response (R30)."""
from flask import Response

CONTENT_SECURITY_POLICY = "; ".join([
    "default-src 'self'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:",
    "media-src 'self' blob:", "connect-src 'self'", "font-src 'self'", "object-src 'none'", "base-uri 'none'",
    "form-action 'self'", "frame-ancestors 'none'",
])


def add_security_headers(response: Response, *, secure: bool, camera: bool, private: bool) -> Response:
    """CSP without inline script, no sniffing, no framing, camera only where a page declares it."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = (f"camera={'(self)' if camera else '()'}, microphone={'(self)' if camera else '()'}"
                                     ", geolocation=(), payment=()")
    if secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if private:
        headers.setdefault("Cache-Control", "no-store")
        headers.add("Vary", "Cookie")
    return response
