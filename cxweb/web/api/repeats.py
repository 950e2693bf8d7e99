"""Idempotency-Key: a request that is sent again gets the answer it got, and is not worked on a second time."""

import hashlib
import hmac
import re
import time
from collections.abc import Callable

from flask import Response, current_app, request

from cxweb.accounts.queries import is_answered
from cxweb.accounts.rules import Client, OtherRequest, StillRunning
from cxweb.actions.claim_answer import Kept, claim_answer
from cxweb.actions.keep_answer import keep_answer
from cxweb.core.tokens import keyed_digest
from cxweb.web.api.problems import problem

HEADER = "Idempotency-Key"
# Any text a program makes up, such as a UUID; quotes around it, as the draft of the header has them, belong to it.
KEY = re.compile(r"[!-~]{1,255}")
# How long the same request, sent while the first is being worked on, waits for its answer.
WAIT_S, LOOK_EVERY_S = 5.0, 0.05


def once(work: Callable[[], Response], client: Client) -> Response:
    """The work's answer: kept where the request carries an Idempotency-Key, and given again where it was kept."""
    key = request.headers.get(HEADER)
    if key is None:
        return work()
    if not KEY.fullmatch(key):
        return problem(422, f"{HEADER} takes 1 to 255 visible ASCII characters.", [(HEADER, "is none")])
    secret = current_app.config["CXWEB"].secret_key
    digest = keyed_digest(secret, key)
    try:
        kept = _claimed(client.key_id, digest, _fingerprint(secret))
    except OtherRequest:
        return problem(422, f"This {HEADER} came with another request before.", [(HEADER, "was used for another")])
    except StillRunning:
        response = problem(409, "The same request is still being worked on. Try again in a moment.")
        response.headers["Retry-After"] = "1"
        return response
    if kept is not None:
        kind = "application/json" if kept.status < 400 else "application/problem+json"
        return Response(kept.body, kept.status, mimetype=kind)
    return _kept(work, client.key_id, digest)


def _kept(work: Callable[[], Response], key_id: int, digest: str) -> Response:
    """Work on the claimed request. What broke, or was too much, is no answer: it is worked on anew."""
    try:
        response = work()
    except BaseException:
        keep_answer(key_id, digest, None)
        raise
    keep_answer(key_id, digest, response.status_code, response.get_data())
    return response


def _claimed(key_id: int, digest: str, fingerprint: str) -> Kept | None:
    until = time.monotonic() + WAIT_S
    while True:
        try:
            return claim_answer(key_id, digest, fingerprint)
        except StillRunning:
            while not is_answered(key_id, digest) and time.monotonic() < until:
                time.sleep(LOOK_EVERY_S)
            if time.monotonic() >= until:
                raise


def _fingerprint(secret: str) -> str:
    """What tells this request from others. Keyed: a digest of what a customer is called could be guessed."""
    line = f"{request.method} {request.full_path} {request.mimetype}\n".encode()
    return hmac.new(secret.encode(), line + (_parts() or request.get_data()), hashlib.sha256).hexdigest()


def _parts() -> bytes:
    """What a form with files holds, without the boundary between its parts, which differs each time."""
    if request.mimetype != "multipart/form-data":
        return b""
    parts = [(name, value.encode()) for name, value in sorted(request.form.items(multi=True))]
    for name, file in sorted(request.files.items(multi=True), key=lambda part: part[0]):
        parts.append((name, file.read()))
        file.seek(0)
    return b"".join(f"{name} {len(content)}\n".encode() + content for name, content in parts)
