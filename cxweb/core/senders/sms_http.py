"""SMS over the generic HTTPS JSON gateway, which tells a repeat by its key or lets us look a message up."""

import json
from urllib.parse import parse_qsl, quote, urlsplit

from cxweb.core.senders.https import Host, NoAnswer, NotConnected, is_loopback
from cxweb.core.senders.protocol import (
    Accepted,
    InDoubt,
    Message,
    Outcome,
    RefusedForGood,
    RefusedForNow,
    SendAgain,
    port_of,
    told,
)
from cxweb.settings import InvalidSetting


class BrokenAnswer(Exception):
    """The gateway answered, but not with what the protocol says."""


class SmsHttp:
    """The gateway of CXWEB_SMS_URL."""

    def __init__(self, url: str) -> None:
        """`url` is `https+json://host/path?key=…&idempotency=1&lookup=/path?ref=`. Raises InvalidSetting."""
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        self._host = Host(parts.scheme == "https+json", parts.hostname or "", port_of("CXWEB_SMS_URL", url))
        self._path = parts.path or "/"
        self._key = options.get("key", "")
        self._idempotency = options.get("idempotency") == "1"
        self._lookup = options.get("lookup", "")
        self.resolves_doubt = self._idempotency or bool(self._lookup)
        if not self._host.tls and not is_loopback(self._host.name):
            raise InvalidSetting("CXWEB_SMS_URL may start with http+json:// on the loopback interface only.")
        if self._lookup and not self._lookup.startswith("/"):
            raise InvalidSetting("CXWEB_SMS_URL: lookup must be a path such as /messages?ref=.")
        if not (self._key + self._path + self._lookup).isascii() or any(c.isspace() for c in self._key + self._lookup):
            # Neither a header nor a request's first line takes them, and that would show at the first message only.
            raise InvalidSetting("CXWEB_SMS_URL: path, key and lookup must be ASCII characters without spaces.")

    def send(self, message: Message, until: float) -> Outcome:
        body = json.dumps({"to": message.recipient, "text": message.text, "ref": message.ref}).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": message.ref}
        try:
            status, answer = self._ask("POST", self._path, until, body, headers)
        except NotConnected as error:
            return RefusedForNow(told(error.__cause__, self._key), gateway_down=True)
        except NoAnswer as error:
            return InDoubt(told(error.__cause__, message.recipient, self._key))
        return _outcome(status, answer, message.recipient, self._key)

    def after_doubt(self, ref: str, until: float) -> Accepted | SendAgain | InDoubt:
        if self._idempotency:
            return SendAgain()
        if not self._lookup:
            return InDoubt("no answer from the gateway")
        try:
            status, answer = self._ask("GET", self._lookup + quote(ref, safe=""), until)
            if status == 404 or (200 <= status < 300 and _id_of(answer, required=False) is None):
                return SendAgain()
            return Accepted(_id_of(answer)) if 200 <= status < 300 else InDoubt(f"look-up answered {status}")
        except (NotConnected, NoAnswer) as error:
            return InDoubt(told(error.__cause__, self._key))
        except BrokenAnswer as error:
            return InDoubt(told(error))

    def _ask(
        self, method: str, path: str, until: float, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        authorization = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        all_headers = {"Accept": "application/json", **(headers or {}), **authorization}
        return self._host.ask(method, path, until, body, all_headers)


def _outcome(status: int, answer: bytes, *hidden: str) -> Outcome:
    if 200 <= status < 300:
        try:
            return Accepted(_id_of(answer))
        except BrokenAnswer as error:
            return InDoubt(told(error))
    why = told(f"{status} {answer[:200].decode(errors='replace')}", *hidden)
    if status == 503 or 300 <= status < 400:
        return RefusedForNow(why, gateway_down=True)
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
