"""Security headers, the limits of a request's body, and how many proxies are believed."""

import time
from collections.abc import Iterable
from io import BytesIO
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, Response
from werkzeug.middleware.proxy_fix import ProxyFix

from cxweb.core import logs
from cxweb.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

BODY_LIMIT = 64 * 1024
# How much of a body that is refused is read all the same, and for how long at the most.
MOST_DISCARDED, DISCARD_S = 64 * 1024 * 1024, 5.0
# What any address but that of the import takes at the most; each sets its own limit below it.
LONGEST_BODY = 1024 * 1024
# How many requests a process works on at the same time; those whose body is still coming are not among them.
PLACES = 8
# How many files longer than that are taken at the same time.
UPLOADS = 2
FIELD_LIMIT = 50
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)
CLOSED = POLICY.format(ancestors="'none'")
OPEN_TO_SELF = POLICY.format(ancestors="'self'")
PRIVATE = (
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Robots-Tag", "noindex, nofollow"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    # What the policy's frame-ancestors says, for whatever does not know that.
    ("X-Frame-Options", "DENY"),
    ("Content-Security-Policy", CLOSED),
)
HSTS = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
# What watches over the service from inside asks by whatever name it knows the machine.
ANY_HOST = ("/healthz", "/readyz", "/metrics")
MISDIRECTED = ("421 Misdirected Request", [("Content-Type", "text/plain; charset=utf-8")])


class SecurityHeaders:
    """WSGI middleware that gives every response the headers it did not set itself.

    Outside of Flask, so that errors of the server's own making carry them too, and at a tenth of the cost.
    """

    def __init__(self, app: "WSGIApplication", secure: bool, hops: int = 0, host: str = "") -> None:
        """`host`: the only one that is answered for; empty for any."""
        self.app = app
        # A request's own id is believed only of a proxy that the settings know of.
        self.id_given_by = "HTTP_X_REQUEST_ID" if hops else ""
        self.headers = (*PRIVATE, HSTS) if secure else PRIVATE
        self.host = host.encode()
        self.places = BoundedSemaphore(PLACES)
        self.uploads = BoundedSemaphore(UPLOADS)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request_id = logs.begin_request(environ.get(self.id_given_by))

        def start(status: str, headers: list[tuple[str, str]], *exception: Any) -> Any:
            present = {name for name, _ in headers}
            headers += [header for header in self.headers if header[0] not in present]
            headers.append(("X-Request-Id", request_id))
            return start_response(status, headers, *exception)

        if environ.pop("HTTP_TRANSFER_ENCODING", None):
            _measure(environ)
        elif environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            _await(environ)
        if self.host and not self._is_ours(environ):
            start(*MISDIRECTED)
            return (b"This site has another address: https://" + self.host + b"\n",)
        # A file that is still coming in takes no place from those who are all here.
        with self.uploads if _is_long(environ) else self.places:
            answer = self.app(environ, start)
        _discard(environ)
        return answer

    def _is_ours(self, environ: "WSGIEnvironment") -> bool:
        """Whether the request names the site it reached; one that does not was led here by somebody else's name."""
        asked = environ.get("HTTP_HOST", "").lower().removesuffix(":443").encode("utf-8", "replace")
        return bool(asked == self.host) or environ.get("PATH_INFO", "") in ANY_HOST


def _await(environ: "WSGIEnvironment") -> None:
    """Have the whole body here before anything is begun: who sends slowly holds a thread, and nothing else."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isascii() and length.isdigit() and 0 < int(length) <= LONGEST_BODY:
        environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(int(length)))


def _is_long(environ: "WSGIEnvironment") -> bool:
    length = environ.get("CONTENT_LENGTH") or "0"
    return length.isascii() and length.isdigit() and int(length) > LONGEST_BODY


def _measure(environ: "WSGIEnvironment") -> None:
    """Give a chunked body its length, so that one above the limit is refused and not cut."""
    stream = environ["wsgi.input"]
    body = stream.read(LONGEST_BODY + 1)
    if len(body) > LONGEST_BODY:
        _drain(stream)
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body))


def _discard(environ: "WSGIEnvironment") -> None:
    """Read the rest of a refused body: who is still sending would be cut off before reading the refusal."""
    if _is_long(environ):
        _drain(environ["wsgi.input"])


def _drain(stream: Any) -> None:
    until, left = time.monotonic() + DISCARD_S, MOST_DISCARDED
    while left > 0 and time.monotonic() < until and stream.read(BODY_LIMIT):
        left -= BODY_LIMIT


def init_app(app: Flask, settings: Settings) -> None:
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    app.config["MAX_FORM_PARTS"] = FIELD_LIMIT
    app.wsgi_app = SecurityHeaders(  # type: ignore[method-assign]
        app.wsgi_app, settings.secure, settings.proxy_hops, _only_host(settings)
    )
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _only_host(settings: Settings) -> str:
    """The host a site on the open web answers for; a trial without https is reached by many names."""
    if not settings.secure:
        return ""
    host = urlsplit(settings.base_url).netloc.lower().removesuffix(":443")
    # Browsers ask for a name with accents in its form for machines.
    return host if host.isascii() else host.encode("idna").decode("ascii")


def allow_own_frame(response: Response) -> Response:
    """Let the product's own pages, and no others, show this response in a frame (the survey's preview)."""
    response.headers["Content-Security-Policy"] = OPEN_TO_SELF
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response
