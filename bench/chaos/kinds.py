"""The kinds of gateway a run knows: adding one is a line here, and a server that keeps the ledger."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from bench.chaos.http_gateways import JsonGateway, TwilioGateway
from bench.chaos.ledger import Ledger
from bench.chaos.smpp_gateway import HoldingSmppGateway
from bench.chaos.smtp_gateway import SmtpGateway


class Gateway(Protocol):
    """A running gateway; `environment` makes it the product's."""

    environment: dict[str, str]

    def stop(self) -> None: ...


@dataclass(frozen=True)
class Kind:
    """A kind of gateway: whether a lost answer can be resolved decides whether `uncertain` is ever allowed."""

    name: str
    channel: str
    resolves_doubt: bool
    start: Callable[[Ledger], Gateway]


KINDS = {
    kind.name: kind
    for kind in (
        Kind("smtp", "email", False, SmtpGateway),
        Kind("json-key", "sms", True, partial(JsonGateway, options="&idempotency=1")),
        Kind("json-lookup", "sms", True, partial(JsonGateway, options="&lookup=/messages?ref=")),
        Kind("json-neither", "sms", False, JsonGateway),
        Kind("twilio", "sms", False, TwilioGateway),
        Kind("smpp", "sms", False, HoldingSmppGateway),
    )
}
