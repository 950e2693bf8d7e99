"""Security headers, the limits of a request's body, and how many proxies are believed."""

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

from cxweb.settings import Settings

BODY_LIMIT = 64 * 1024
FIELD_LIMIT = 50
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)
CLOSED = POLICY.format(ancestors="'none'")
OPEN_TO_SELF = POLICY.format(ancestors="'self'")
PRIVATE = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def init_app(app: Flask, settings: Settings) -> None:
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    app.config["MAX_FORM_PARTS"] = FIELD_LIMIT
    app.after_request(_secure_headers if settings.secure else _headers)
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def allow_own_frame(response: Response) -> Response:
    """Let the product's own pages, and no others, show this response in a frame (the survey's preview)."""
    response.headers["Content-Security-Policy"] = OPEN_TO_SELF
    return response


def _headers(response: Response) -> Response:
    headers = response.headers
    if request.endpoint == "static":
        headers["X-Content-Type-Options"] = "nosniff"
        return response
    for name, value in PRIVATE.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", CLOSED)
    return response


def _secure_headers(response: Response) -> Response:
    response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return _headers(response)
