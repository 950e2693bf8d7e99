"""What every gateway to customers looks like from inside: a message goes in, one of four outcomes comes out."""

import re
import time
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from cxweb.settings import InvalidSetting

# A gateway that can be reached at all answers a connection within this.
CONNECT_S = 10.0

_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+")


@dataclass(frozen=True)
class Message:
    """One message to one recipient. `ref` is the same at every attempt, so that a gateway can tell a repeat."""

    ref: str
    channel: str
    recipient: str
    from_name: str
    subject: str
    text: str
    html: str | None
    language: str
    # Where the recipient stops all messages; an e-mail names it in its header (RFC 8058).
    opt_out_link: str = ""


@dataclass(frozen=True)
class Accepted:
    """The gateway took the message."""

    provider_id: str | None


@dataclass(frozen=True)
class RefusedForGood:
    """The gateway did not take it and never will."""

    why: str


@dataclass(frozen=True)
class RefusedForNow:
    """The gateway did not take it; a later attempt may succeed. `gateway_down`: the cause lies with the gateway."""

    why: str
    gateway_down: bool = False


@dataclass(frozen=True)
class InDoubt:
    """Nobody here knows whether the gateway took it."""

    why: str


@dataclass(frozen=True)
class SendAgain:
    """After a doubt: sending again cannot reach the customer twice."""


Outcome = Accepted | RefusedForGood | RefusedForNow | InDoubt


class Sender(Protocol):
    """A gateway. `until` is an instant of time.monotonic() after which no call may start and every call has ended."""

    # Whether after_doubt() can ever answer anything but InDoubt.
    resolves_doubt: bool

    def send(self, message: Message, until: float) -> Outcome: ...

    def after_doubt(self, ref: str, until: float) -> Accepted | SendAgain | InDoubt: ...


def left(until: float) -> float:
    """The seconds left; raises TimeoutError where there are none, so that a process that was frozen sends nothing."""
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("no time left")
    return seconds


def connecting(until: float) -> float:
    """The seconds a connection may take: little, so that a gateway that swallows packets holds up few messages."""
    return min(left(until), CONNECT_S)


def port_of(name: str, url: str) -> int | None:
    """The port a gateway's address names, None without one. Raises InvalidSetting, naming the variable."""
    try:
        return urlsplit(url).port
    except ValueError:
        raise InvalidSetting(f"{name} must name its port by a number from 1 to 65535.") from None


def sender_in(url: str) -> str:
    """The number or name that a gateway's address gives as `from`, empty without one."""
    given = parse_qs(urlsplit(url).query).get("from", [""])[0]
    # A plus sign that nobody wrote as %2B reads as a space.
    return f"+{given[1:]}" if given.startswith(" ") else given


def one_line(text: str) -> str:
    """The text without line breaks, control and direction characters, so that it cannot start a header of its own."""
    return re.sub(" {2,}", " ", _BREAKS.sub(" ", text)).strip()


def told(error: object, *hidden: str) -> str:
    """An error as it may be kept and shown: one short line without the recipient and the credentials given as hidden.

    A number is hidden without its plus sign too, and a short name only where it is a word of its own.
    """
    text = one_line(str(error))
    for secret in (form for each in hidden for form in (each, each.removeprefix("+")) if form):
        pattern = re.escape(secret) if len(secret) > 5 else rf"(?<!\w){re.escape(secret)}(?!\w)"
        text = re.sub(pattern, "…", text, flags=re.IGNORECASE)
    kind = f"{type(error).__name__}: " if isinstance(error, Exception) else ""
    return (kind + text)[:300]
