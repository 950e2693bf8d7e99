"""E-mail over SMTP. After the message was handed over nothing can be asked, so a lost answer stays in doubt."""

import hashlib
import re
import smtplib
import ssl
import string
import time
from collections.abc import Callable
from contextlib import suppress
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, parseaddr
from urllib.parse import parse_qs, quote, unquote, urlsplit

from cxweb.core import clock
from cxweb.core.senders.protocol import (
    Accepted,
    InDoubt,
    Message,
    Outcome,
    RefusedForGood,
    RefusedForNow,
    connecting,
    left,
    one_line,
    port_of,
    told,
)
from cxweb.settings import InvalidSetting

PORTS = {"smtp": 25, "smtps": 465}
# The server closes: it is the server that cannot, whatever it was told.
CLOSING = 421
# What a reader of mail shows, and a line of a mail may hold.
LONGEST_NAME, LONGEST_SUBJECT = 100, 200
# The mail is taken: a server that falls silent now holds up nothing.
GOODBYE_S = 1.0


class _Verbatim(UnstructuredHeader, BaseHeader):
    """A header that stays on its line as it is: folding would turn a long address into encoded words."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_headers = HeaderRegistry()
for _name in ("list-unsubscribe", "list-unsubscribe-post", "message-id"):
    _headers.map_to_type(_name, _Verbatim)
POLICY = SMTP.clone(header_factory=_headers)


class Smtp:
    """The gateway of CXWEB_SMTP_URL."""

    resolves_doubt = False

    def __init__(self, url: str, mail_from: str) -> None:
        """`url` is `smtp://user:password@host:port`, `smtps://…`, `?starttls=1`; `mail_from` may bear a name.

        Raises InvalidSetting.
        """
        parts = urlsplit(url)
        self._secure = parts.scheme == "smtps"
        self._host = parts.hostname or ""
        self._port = port_of("CXWEB_SMTP_URL", url) or PORTS[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._hidden = (self._password, self._user)
        self._starttls = parse_qs(parts.query).get("starttls") == ["1"]
        # Reading the machine's certificates takes longer than a whole mail, so it is done once.
        self._tls = ssl.create_default_context() if self._secure or self._starttls else None
        self._from_name, self._from = parseaddr(mail_from)
        self._domain = self._from.rpartition("@")[2]
        if not (self._user + self._password).isascii():
            # The library would fail at them in the middle of a conversation.
            raise InvalidSetting("CXWEB_SMTP_URL: user and password must be of ASCII characters.")
        if "@" not in self._from or not self._from.isascii():
            raise InvalidSetting("CXWEB_MAIL_FROM must be an address such as Shop <no-reply@shop.example>.")

    def send(self, message: Message, until: float) -> Outcome:
        try:
            built = self.build(message)
        except (ValueError, LookupError) as error:
            # What the library raises at an address that is none. Nothing was said yet, and later it is none either.
            return RefusedForGood(type(error).__name__)
        try:
            connection = self._connected(until)
        except smtplib.SMTPAuthenticationError as error:
            # Some servers repeat what they were sent.
            return RefusedForNow(f"{error.smtp_code} the server refuses the user or the password", gateway_down=True)
        except (OSError, smtplib.SMTPException) as error:
            # Also a 5xx: it is about us or the server, not about this message.
            return RefusedForNow(told(error, *self._hidden), gateway_down=True)
        try:
            return self._hand_over(connection, built, message.recipient, until)
        finally:
            connection.close()

    def after_doubt(self, ref: str, until: float) -> InDoubt:
        return InDoubt("no answer after the message was handed over")

    def _connected(self, until: float) -> smtplib.SMTP:
        connection = (
            smtplib.SMTP_SSL(self._host, self._port, self._domain, timeout=connecting(until), context=self._tls)
            if self._secure
            else smtplib.SMTP(self._host, self._port, self._domain, timeout=connecting(until))
        )
        try:
            _limit(connection, until)
            connection.ehlo_or_helo_if_needed()
            if self._starttls:
                _limit(connection, until)
                connection.starttls(context=self._tls)
                connection.ehlo()
            if self._user:
                _limit(connection, until)
                connection.login(self._user, self._password)
        except BaseException:
            connection.close()
            raise
        return connection

    def _hand_over(self, connection: smtplib.SMTP, built: EmailMessage, recipient: str, until: float) -> Outcome:
        hidden = (recipient, *self._hidden)
        steps: tuple[tuple[str, Callable[[], tuple[int, bytes]]], ...] = (
            ("MAIL", lambda: connection.mail(self._from)),
            ("RCPT", lambda: connection.rcpt(recipient)),
            ("DATA", lambda: connection.docmd("DATA")),
        )
        try:
            for name, step in steps:
                _limit(connection, until)
                code, reply = step()
                if not 200 <= code < 400:
                    return _refusal(code, reply, *hidden, ours=name == "MAIL")
            _limit(connection, until)
        except (OSError, smtplib.SMTPException) as error:
            return RefusedForNow(told(error, *hidden), gateway_down=True)
        try:
            connection.send(_body(built))
            code, reply = connection.getreply()
        except (OSError, smtplib.SMTPException) as error:
            return InDoubt(told(error, *hidden))
        if code == 250:
            with suppress(OSError, smtplib.SMTPException):
                _limit(connection, min(until, time.monotonic() + GOODBYE_S))
                connection.quit()
            return Accepted(built["Message-ID"])
        return _refusal(code, reply, *hidden) if code >= 400 else InDoubt(f"answer {code}")

    def build(self, message: Message) -> EmailMessage:
        """The mail: text and HTML, one recipient, a Message-ID that is the same at every attempt."""
        mail = EmailMessage(policy=POLICY)
        name = _typed(self._from_name or message.from_name, LONGEST_NAME)
        mail["From"] = Address(display_name=name, addr_spec=self._from)
        mail["To"] = Address(addr_spec=message.recipient)
        mail["Subject"] = _typed(message.subject, LONGEST_SUBJECT)
        mail["Date"] = format_datetime(clock.now())
        name = hashlib.sha256(f"{self._domain}:{message.ref}".encode()).hexdigest()[:32]
        mail["Message-ID"] = f"<{name}@{self._domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        if message.opt_out_link:
            mail["List-Unsubscribe"] = f"<{quote(message.opt_out_link, safe=string.punctuation)}>"
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail.set_content(message.text, cte="quoted-printable")
        if message.html is not None:
            mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
        mail["Content-Language"] = message.language
        return mail


def _typed(text: str, longest: int) -> str:
    """A text that somebody typed, as a header takes it.

    What looks like an encoded word is taken apart: the library would decode it, line breaks and all, and write that.
    """
    line = one_line(text).replace("=?", "= ?")
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _limit(connection: smtplib.SMTP, until: float) -> None:
    if connection.sock is None:
        raise smtplib.SMTPServerDisconnected("connection lost")
    connection.sock.settimeout(left(until))


def _body(mail: EmailMessage) -> bytes:
    """The mail as DATA takes it: lines that begin with a dot get a second one, a lone dot ends it."""
    stuffed = re.sub(rb"(?m)^\.", b"..", mail.as_bytes())
    return stuffed.rstrip(b"\r\n") + b"\r\n.\r\n"


def _refusal(code: int, reply: bytes, *hidden: str, ours: bool = False) -> Outcome:
    """What a refusal means. `ours`: it concerns the sender's address, so that no message is to blame for it."""
    why = told(f"{code} {reply.decode(errors='replace')}", *hidden)
    if 500 <= code < 600 and not ours:
        return RefusedForGood(why)
    return RefusedForNow(why, gateway_down=ours or code == CLOSING)
