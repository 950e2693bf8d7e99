"""The static files, compressed once and kept in memory: they are few and small."""

import base64
import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

from cxweb.web import compression

YEAR = "public, max-age=31536000, immutable"


class StaticFile(NamedTuple):
    """A file's content, the same compressed, what it is, what tells it apart from its next version, and its hash."""

    content: bytes
    gzipped: bytes
    mimetype: str
    fingerprint: str
    integrity: str


def init_app(app: Flask) -> None:
    app.view_functions["static"] = send


def send(filename: str) -> Response:
    """The file. Who asks with its fingerprint, as every page does, may keep it for a year."""
    path = safe_join(current_app.static_folder or "", filename)
    if path is None or not Path(path).is_file():
        raise NotFound
    file = of(path)
    small = compression.is_taken() and len(file.gzipped) < len(file.content)
    response = Response(file.gzipped if small else file.content, mimetype=file.mimetype)
    response.headers["Cache-Control"] = YEAR if request.args.get("v") == file.fingerprint else "no-cache"
    response.set_etag(f"{file.fingerprint}{'-gzip' if small else ''}")
    compression.marked(response, is_gzipped=small)
    return response.make_conditional(request.environ)  # type: ignore[return-value]  # it gives back itself


def of(path: str) -> StaticFile:
    """The file as it is now on the disk."""
    return _read(path, Path(path).stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _read(path: str, _changed_at: int) -> StaticFile:
    content = Path(path).read_bytes()
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    small = compression.gzipped(content, compression.SMALLEST)
    checked = base64.b64encode(hashlib.sha384(content).digest()).decode("ascii")
    return StaticFile(content, small, kind, hashlib.sha256(content).hexdigest()[:12], f"sha384-{checked}")
