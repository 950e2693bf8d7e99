"""One SMPP connection: bound once, each request answered by its number, ended by its deadline."""

import logging
import socket
import ssl
import struct
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from smpplib import consts, smpp
from smpplib.client import Client
from smpplib.exceptions import ConnectionError as LinkBroken
from smpplib.exceptions import PDUError, UnknownCommandError

from cxweb.core.senders.protocol import connecting, left, port_of, sender_in
from cxweb.settings import InvalidSetting

PORTS = {"smpp": 2775, "smpps": 3550}
LONGEST_PDU = 65_536
RESPONSE = 0x80000000
# What the library raises at a packet it cannot read.
UNREADABLE = (PDUError, UnknownCommandError, struct.error, KeyError, IndexError, ValueError, TypeError)

# The library's lower levels show whole packets: the password, the number, the text.
logging.getLogger("smpplib").setLevel(logging.ERROR)


class CannotBind(Exception):
    """The gateway could not be reached, or refused the user; nothing was handed over."""


class Account:
    """Where an SMPP gateway is, and how we sign in there."""

    def __init__(self, url: str) -> None:
        """`url` is `smpp://user:password@host:port/?from=…&system_type=…&split=udh`, or `smpps://…`.

        Raises InvalidSetting.
        """
        parts = urlsplit(url)
        options = parse_qs(parts.query)
        self.tls, self.host = parts.scheme == "smpps", parts.hostname or ""
        self.port = port_of("CXWEB_SMS_URL", url) or PORTS[parts.scheme]
        # Reading the machine's certificates takes longer than a message, so it is done once.
        self.context = ssl.create_default_context() if self.tls else None
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        self.system_type = options.get("system_type", [""])[0]
        self.sender, self.splits = sender_in(url), options.get("split") == ["udh"]
        for name, value, longest in (
            ("user", self.user, 15),
            ("password", self.password, 8),
            ("from", self.sender, 20),
            ("system_type", self.system_type, 12),
        ):
            # The protocol's fields have this room; the library would cut what is longer and be refused.
            if len(value) > longest or not value.isascii() or (not value and name in {"user", "from"}):
                raise InvalidSetting(f"CXWEB_SMS_URL: SMPP takes a {name} of 1 to {longest} ASCII characters.")


class Link(Client):  # type: ignore[misc]  # smpplib ships no types
    """A connection to an SMPP gateway, as transmitter or receiver."""

    def __init__(self, account: Account) -> None:
        super().__init__(account.host, account.port, logger_name="smpplib.link", allow_unknown_opt_params=True)
        self.account = account

    def __del__(self) -> None:
        """The library would warn of a connection that a process leaves open when it ends."""

    def bind(self, role: str, until: float) -> None:
        """Connect and sign in as `transmitter` or `receiver`. Raises CannotBind."""
        account = self.account
        fields = {"system_id": account.user, "password": account.password, "system_type": account.system_type}
        try:
            self._reach(until)
            answer = self.ask(smpp.make_pdu(f"bind_{role}", client=self, **fields), until)
        except (OSError, LinkBroken, *UNREADABLE) as error:
            self.close()
            raise CannotBind(f"{type(error).__name__} {error}") from error
        if answer.is_error():
            self.close()
            raise CannotBind(reason(answer.status))

    def _reach(self, until: float) -> None:
        plain = socket.create_connection((self.host, self.port), connecting(until))
        try:
            plain.settimeout(connecting(until))
            tls = self.account.context
            self._socket = tls.wrap_socket(plain, server_hostname=self.host) if tls is not None else plain
        except BaseException:
            plain.close()
            raise
        self.state = consts.SMPP_CLIENT_STATE_OPEN

    def ask(self, request: Any, until: float) -> Any:
        """The answer to a request. Raises OSError and LinkBroken where none came in time."""
        self._socket.settimeout(left(until))
        self.send_pdu(request)
        while True:
            self._socket.settimeout(left(until))
            pdu = self.take()
            if pdu is not None and pdu.sequence == request.sequence and pdu.is_response():
                return pdu

    def take(self) -> Any:
        """The next packet, None for one that needed no more than its answer. Raises OSError and LinkBroken."""
        head = self._recv_exact(16)
        length, command, status, sequence = struct.unpack(">LLLL", head)
        if not 16 <= length <= LONGEST_PDU:
            raise LinkBroken("a packet of an impossible length")
        raw = head + self._recv_exact(length - 16)
        try:
            pdu = smpp.parse_pdu(raw, client=self, allow_unknown_opt_params=True)
        except UNREADABLE:
            # One that nobody can read is refused for good, or it would come again and again.
            if not command & RESPONSE:
                refusal = struct.pack(">LLLL", 16, command | RESPONSE, consts.SMPP_ESME_RX_P_APPN, sequence)
                self._socket.sendall(refusal)
            return None
        if pdu.command == "enquire_link":
            self.answer("enquire_link_resp", sequence)
            return None
        if pdu.command == "unbind":
            self.answer("unbind_resp", sequence)
            raise LinkBroken("the gateway ended the connection")
        if status == 0:
            self.state = consts.STATE_SETTERS.get(pdu.command, self.state)
        return pdu

    def answer(self, command: str, sequence: int, status: int = consts.SMPP_ESME_ROK) -> None:
        """Answer a packet of the gateway's by its number."""
        pdu = smpp.make_pdu(command, client=self, sequence=sequence, status=status)
        pdu.sequence, pdu.status = sequence, status
        self.send_pdu(pdu)

    def limit(self, seconds: float) -> None:
        """Let each read and write from now on take no longer than this."""
        self._socket.settimeout(seconds)

    def fileno(self) -> int:
        """The socket's number, for select()."""
        return int(self._socket.fileno())

    def holds_more(self) -> bool:
        """Whether TLS has read more than was taken from it, which select() does not see."""
        return isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0

    def close(self) -> None:
        """Say goodbye, without waiting for an answer, and hang up."""
        if self._socket is not None:
            with suppress(OSError, LinkBroken, *UNREADABLE):
                self._socket.settimeout(1)
                self.send_pdu(smpp.make_pdu("unbind", client=self))
            self.disconnect()


def reason(status: int) -> str:
    """A status of the protocol in words."""
    return f"{status:#04x} {consts.DESCRIPTIONS.get(status, 'of the gateway itself')}"
