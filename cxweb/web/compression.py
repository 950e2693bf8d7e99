"""Gzip for what customers load: their pages and the static files, for browsers that say they take it.

Never for staff pages: there a secret (the CSRF token) stands beside text that others choose, and the compressed length
would tell of it. A customer's page holds one secret, its own address, which whoever asks for the page knows already.
"""

import zlib
from functools import lru_cache

from flask import Response, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

# The fewest bytes are not the aim for a page made anew at each visit: a level above saves 5 % for a third more CPU.
QUICK, SMALLEST = 1, 9
GZIP_WINDOW = 31


def gzipped(content: bytes, level: int) -> bytes:
    """The content in gzip's format; the same content gives the same bytes."""
    compressor = zlib.compressobj(level, zlib.DEFLATED, GZIP_WINDOW)
    return compressor.compress(content) + compressor.flush()


def is_taken() -> bool:
    """Whether the browser that asks takes gzip."""
    return _takes_gzip(request.environ.get("HTTP_ACCEPT_ENCODING", ""))


@lru_cache(maxsize=64)
def _takes_gzip(header: str) -> bool:
    return bool(parse_accept_header(header, Accept).quality("gzip"))


def marked(response: Response, *, is_gzipped: bool) -> Response:
    """The response, saying how it is encoded and that another browser may get it otherwise."""
    response.headers["Vary"] = "Accept-Encoding"
    if is_gzipped:
        response.headers["Content-Encoding"] = "gzip"
    return response
