"""One HTTP exchange with a gateway, which ends by its deadline whatever the gateway does."""

import ssl
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address

from cxweb.core.senders.protocol import connecting, left

LONGEST_ANSWER = 65_536


class NotConnected(Exception):
    """The gateway could not be reached, so it was told nothing."""


class NoAnswer(Exception):
    """The connection broke, or the time was up, after the request had begun."""


@dataclass(frozen=True)
class Host:
    """Where a gateway listens."""

    tls: bool
    name: str
    port: int | None

    @cached_property
    def _context(self) -> ssl.SSLContext:
        """Reading the machine's certificates takes longer than a message, so it is done once."""
        return ssl.create_default_context()

    def ask(
        self, method: str, path: str, until: float, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Status and body of the answer. Raises NotConnected and NoAnswer, each with its cause."""
        connection = self._connected(until)
        try:
            connection.request(method, path, body, headers or {})
            connection.sock.settimeout(left(until))
            answer = connection.getresponse()
            return answer.status, answer.read(LONGEST_ANSWER)
        except (OSError, HTTPException) as error:
            raise NoAnswer from error
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
                connection.connect()
                # A process that was frozen meanwhile stops here, before anything was said.
                connection.sock.settimeout(left(until))
            except BaseException:
                connection.close()
                raise
        except OSError as error:
            raise NotConnected from error
        return connection


def is_loopback(host: str) -> bool:
    """Whether the name or address is this machine's own."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
