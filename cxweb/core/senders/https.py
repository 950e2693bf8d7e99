"""One HTTP exchange with a gateway, which ends by its deadline whatever the gateway does."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from threading import Timer

from cxweb.core.senders.protocol import connecting, left

LONGEST_ANSWER = 65_536


class NotConnected(Exception):
    """The gateway could not be reached, so it was told nothing."""


class NoAnswer(Exception):
    """The connection broke, or the time was up, after the request had begun."""


@dataclass(frozen=True)
class Host:
    """Where a gateway listens. `address`: what its name was resolved to; it is then not resolved a second time.
    `context`: the certificates that are trusted, where they were read already."""

    tls: bool
    name: str
    port: int | None
    address: str | None = None
    context: ssl.SSLContext | None = None

    @cached_property
    def _context(self) -> ssl.SSLContext:
        """Reading the machine's certificates takes longer than a message, so it is done once."""
        return self.context or ssl.create_default_context()

    def ask(
        self,
        method: str,
        path: str,
        until: float,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        longest: int = LONGEST_ANSWER,
    ) -> tuple[int, bytes]:
        """Status and body of the answer, `longest` bytes of it. Raises NotConnected and NoAnswer, with their cause."""
        connection = self._connected(until)
        try:
            # Gateways are chosen by the operator; an address that somebody typed in may belong to anybody.
            with nullcontext() if self.address is None else _cut_off(connection.sock, until):
                connection.request(method, path, body, headers or {})
                connection.sock.settimeout(left(until))
                answer = connection.getresponse()
                return answer.status, answer.read(longest)
        except (OSError, HTTPException) as error:
            raise NoAnswer from error if time.monotonic() < until else TimeoutError("no answer in time")
        finally:
            connection.close()

    def _connected(self, until: float) -> HTTPConnection:
        try:
            seconds = connecting(until)
            connection = (
                HTTPSConnection(self.name, self.port, timeout=seconds, context=self._context)
                if self.tls
                else HTTPConnection(self.name, self.port, timeout=seconds)
            )
            try:
                if self.address is None:
                    connection.connect()
                else:
                    connection.sock = self._socket(self.address, connection.port, until)
                # A process that was frozen meanwhile stops here, before anything was said.
                connection.sock.settimeout(left(until))
            except BaseException:
                connection.close()
                raise
        except OSError as error:
            raise NotConnected from error
        return connection

    def _socket(self, address: str, port: int, until: float) -> socket.socket:
        """A connection to that very address, whose certificate must be the name's."""
        plain = socket.create_connection((address, port), timeout=connecting(until))
        if not self.tls:
            return plain
        try:
            with _cut_off(plain, until):
                return self._context.wrap_socket(plain, server_hostname=self.name)
        except BaseException:
            plain.close()
            raise


@contextmanager
def _cut_off(connection: socket.socket, until: float) -> Iterator[None]:
    """Break the connection when the time is up: a time-out of its own counts anew with each byte that drips in."""
    timer = Timer(left(until), _break, (connection,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _break(connection: socket.socket) -> None:
    # The plain socket's own: that of TLS would say goodbye first, to somebody who does not listen.
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


def is_loopback(host: str) -> bool:
    """Whether the name or address is this machine's own."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
