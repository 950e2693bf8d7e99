"""Requests to addresses that somebody typed in: https, to the public internet alone, never past a redirect.

Whoever may set such an address must not reach what only this machine reaches. So a name is resolved once, every address
it stands for is looked at, and the connection is made to that address: a name that changes in between changes nothing.
"""

import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from cxweb.core.senders.https import LONGEST_ANSWER, Host, NotConnected, is_loopback

LONGEST_URL = 500
# Of several addresses, as many are tried.
MOST_ADDRESSES = 4
NAT64 = ip_network("64:ff9b::/96")
# Public by the registry, yet what answers there is the inside of a cloud: its metadata and its control.
INSIDE_CLOUDS = (ip_network("168.63.129.16/32"), ip_network("192.0.0.0/24"))

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], list[str]]


class ForbiddenAddress(ValueError):
    """The address is none that may be called; the text is which fault it has."""


def check(url: str, *, loopback: bool = False) -> str:
    """The address itself. Raises ForbiddenAddress; what a name resolves to is looked at when it is called.

    `loopback` lets http:// and the loopback interface pass: for tests.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ForbiddenAddress("odd") from None
    here = loopback and is_loopback(host)
    faults = {
        "odd": len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url,
        "not_https": parts.scheme != "https" and not (here and parts.scheme == "http"),
        "no_host": not host,
        "credentials": "@" in parts.netloc or bool(parts.fragment),
        "not_public": is_loopback(host) and not here,
    }
    for fault, holds in faults.items():
        if holds:
            raise ForbiddenAddress(fault)
    return url


def _resolve(host: str, port: int) -> list[str]:
    """The machine's own resolver, which has time-outs of its own; what comes too late is not called any more."""
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True)
class Outward:
    """Calls such addresses; one for many calls, since it reads the machine's certificates once."""

    loopback: bool = False
    resolve: Resolve = _resolve

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], until: float, longest: int = LONGEST_ANSWER
    ) -> tuple[int, bytes]:
        """Status and the beginning of the answer. Raises ForbiddenAddress, and what Host.ask does."""
        parts = urlsplit(check(url, loopback=self.loopback))
        host, tls = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if tls else 80)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        context = self._context if tls else None
        refused: Exception = OSError("the name has no address")
        for address in self._addresses(host, port):
            try:
                here = Host(tls, host, port, address, context)
                return here.ask("POST", path, until, body, dict(headers), longest)
            except NotConnected as error:
                refused = error
        raise NotConnected from refused.__cause__ or refused

    def _addresses(self, host: str, port: int) -> list[str]:
        """What the name stands for. One address that may not be called forbids them all."""
        try:
            found = self.resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise NotConnected from error
        for text in found:
            address = ip_address(text.partition("%")[0])
            if not is_public(address) and not (self.loopback and address.is_loopback):
                raise ForbiddenAddress("not_public")
        return list(dict.fromkeys(found))[:MOST_ADDRESSES]


def is_public(address: Address) -> bool:
    """Whether it lies in the public internet; one that stands for another is judged by that."""
    if isinstance(address, IPv6Address):
        inner = _within(address)
        if inner is not None:
            return is_public(inner)
        if address.is_reserved or address.is_site_local:
            return False
    elif any(address in network for network in INSIDE_CLOUDS):
        return False
    return address.is_global and not address.is_multicast


def _within(address: IPv6Address) -> IPv4Address | None:
    """The older address that this one stands for."""
    if address in NAT64:
        return IPv4Address(address.packed[-4:])
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
