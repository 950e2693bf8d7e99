"""SMS over the generic HTTPS JSON gateway, which tells a repeat by its key or lets us look a message up."""

import json
import ssl
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from urllib.parse import parse_qsl, quote, urlsplit

from cxweb.core.senders.protocol import (
    Accepted,
    InDoubt,
    Message,
    Outcome,
    RefusedForGood,
    RefusedForNow,
    SendAgain,
    left,
    port_of,
    told,
)
from cxweb.settings import InvalidSetting

LONGEST_ANSWER = 65_536


class BrokenAnswer(Exception):
    """The gateway answered, but not with what the protocol says."""


class SmsHttp:
    """The gateway of CXWEB_SMS_URL."""

    def __init__(self, url: str) -> None:
        """`url` is `https+json://host/path?key=…&idempotency=1&lookup=/path?ref=`. Raises InvalidSetting."""
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        self._tls = parts.scheme == "https+json"
        self._host = parts.hostname or ""
        self._port = port_of("CXWEB_SMS_URL", url)
        self._path = parts.path or "/"
        self._key = options.get("key", "")
        self._idempotency = options.get("idempotency") == "1"
        self._lookup = options.get("lookup", "")
        self.resolves_doubt = self._idempotency or bool(self._lookup)
        if not self._tls and not _is_loopback(self._host):
            raise InvalidSetting("CXWEB_SMS_URL may start with http+json:// on the loopback interface only.")
        if self._lookup and not self._lookup.startswith("/"):
            raise InvalidSetting("CXWEB_SMS_URL: lookup must be a path such as /messages?ref=.")

    def send(self, message: Message, until: float) -> Outcome:
        body = json.dumps({"to": message.recipient, "text": message.text, "ref": message.ref}).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": message.ref}
        try:
            connection = self._connected(until)
        except OSError as error:
            return RefusedForNow(told(error))
        try:
            status, answer = self._exchange(connection, "POST", self._path, until, body, headers)
        except (OSError, HTTPException, BrokenAnswer) as error:
            return InDoubt(told(error, message.recipient))
        finally:
            connection.close()
        return _outcome(status, answer, message.recipient)

    def after_doubt(self, ref: str, until: float) -> Accepted | SendAgain | InDoubt:
        if self._idempotency:
            return SendAgain()
        if not self._lookup:
            return InDoubt("no answer from the gateway")
        try:
            connection = self._connected(until)
        except OSError as error:
            return InDoubt(told(error))
        try:
            status, answer = self._exchange(connection, "GET", self._lookup + quote(ref, safe=""), until)
            if status == 404 or (200 <= status < 300 and _id_of(answer, required=False) is None):
                return SendAgain()
            return Accepted(_id_of(answer)) if 200 <= status < 300 else InDoubt(f"look-up answered {status}")
        except (OSError, HTTPException, BrokenAnswer) as error:
            return InDoubt(told(error))
        finally:
            connection.close()

    def _connected(self, until: float) -> HTTPConnection:
        connection = (
            HTTPSConnection(self._host, self._port, timeout=left(until), context=ssl.create_default_context())
            if self._tls
            else HTTPConnection(self._host, self._port, timeout=left(until))
        )
        try:
            connection.connect()
            # A process that was frozen meanwhile stops here, before anything was said.
            connection.sock.settimeout(left(until))
        except BaseException:
            connection.close()
            raise
        return connection

    def _exchange(
        self,
        connection: HTTPConnection,
        method: str,
        path: str,
        until: float,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, bytes]:
        authorization = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        connection.request(method, path, body, {"Accept": "application/json", **(headers or {}), **authorization})
        connection.sock.settimeout(left(until))
        answer = connection.getresponse()
        return answer.status, answer.read(LONGEST_ANSWER)


def _outcome(status: int, answer: bytes, recipient: str) -> Outcome:
    if 200 <= status < 300:
        try:
            return Accepted(_id_of(answer))
        except BrokenAnswer as error:
            return InDoubt(told(error))
    why = told(f"{status} {answer[:200].decode(errors='replace')}", recipient)
    if status == 503 or 300 <= status < 400:
        return RefusedForNow(why)
    return RefusedForGood(why) if 400 <= status < 500 else InDoubt(why)


def _id_of(answer: bytes, *, required: bool = True) -> str | None:
    """The provider's id in `{"id": …}`; raises BrokenAnswer where the answer is no such object."""
    try:
        fields = json.loads(answer or b"{}" if not required else answer)
    except ValueError:
        raise BrokenAnswer("the answer is not JSON") from None
    if not isinstance(fields, dict):
        raise BrokenAnswer("the answer is not an object")
    found = fields.get("id")
    if found is None and required:
        raise BrokenAnswer("the answer holds no id")
    return str(found) if found is not None else None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
