"""SMS over Twilio's REST interface, or one that copies it.

It knows no idempotency key, and the list of messages it keeps shows neither our reference nor, for certain, a message
it took a moment ago; the text there may be changed or blanked. So a message that is not found there may all the same
be on its way, and what is in doubt stays so, until its status callback, which carries our reference, says that it left.
"""

import json
from base64 import b64encode
from urllib.parse import quote, unquote, urlencode, urlsplit

from cxweb.core.senders.https import Host, NoAnswer, NotConnected, is_loopback
from cxweb.core.senders.protocol import (
    Accepted,
    InDoubt,
    Message,
    Outcome,
    RefusedForGood,
    RefusedForNow,
    port_of,
    sender_in,
    told,
)
from cxweb.settings import InvalidSetting

# The account, its password or its address is wrong: no message is to blame.
ACCOUNT_REFUSED = (401, 403, 404)
TOO_MANY = 429


class Twilio:
    """The gateway of CXWEB_SMS_URL."""

    resolves_doubt = False

    def __init__(self, url: str, base_url: str) -> None:
        """`url` is `twilio://SID:TOKEN@host/?from=…`; `from` may name a messaging service. Raises InvalidSetting."""
        parts = urlsplit(url)
        self._host = Host(parts.scheme == "twilio", parts.hostname or "", port_of("CXWEB_SMS_URL", url))
        self._account, self.token = unquote(parts.username or ""), unquote(parts.password or "")
        self._credentials = b64encode(f"{self._account}:{self.token}".encode()).decode()
        self._from = sender_in(url)
        if not (self._account and self.token and self._from):
            raise InvalidSetting("CXWEB_SMS_URL must be twilio://SID:TOKEN@host/?from=NUMBER.")
        if not self._host.tls and not is_loopback(self._host.name):
            raise InvalidSetting("CXWEB_SMS_URL may start with twilio+http:// on the loopback interface only.")
        # A gateway far away refuses a message whose callback it cannot reach.
        unreachable = self._host.tls and is_loopback(urlsplit(base_url).hostname or "")
        self.callback = "" if unreachable else f"{base_url}/hooks/twilio?ref="

    def send(self, message: Message, until: float) -> Outcome:
        hidden = (message.recipient, self._credentials, self.token, self._account)
        try:
            status, answer = self._post(message, until)
        except NotConnected as error:
            return RefusedForNow(told(error.__cause__, *hidden), gateway_down=True)
        except NoAnswer as error:
            return InDoubt(told(error.__cause__, *hidden))
        fields = _fields(answer)
        if status == 201 and fields.get("sid"):
            return Accepted(str(fields["sid"]))
        why = told(f"{status} {fields.get('code') or ''} {fields.get('message') or ''}", *hidden)
        if status == TOO_MANY or status in ACCOUNT_REFUSED:
            return RefusedForNow(why, gateway_down=status != TOO_MANY)
        return RefusedForGood(why) if 400 <= status < 500 else InDoubt(why)

    def after_doubt(self, ref: str, until: float) -> InDoubt:
        return InDoubt("no answer from the gateway, and no receipt")

    def _post(self, message: Message, until: float) -> tuple[int, bytes]:
        sender = "MessagingServiceSid" if self._from.startswith("MG") else "From"
        form = {"To": message.recipient, sender: self._from, "Body": message.text}
        if self.callback:
            form["StatusCallback"] = self.callback + quote(message.ref, safe="")
        headers = {
            "Authorization": f"Basic {self._credentials}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        path = f"/2010-04-01/Accounts/{quote(self._account, safe='')}/Messages.json"
        return self._host.ask("POST", path, until, urlencode(form).encode(), headers)


def _fields(answer: bytes) -> dict[str, object]:
    """The answer's JSON object; empty where it is none."""
    try:
        fields = json.loads(answer)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}
