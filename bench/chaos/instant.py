"""The product with a gateway in its own process that takes every message at once, for measuring all but the gateway."""

from cxweb.core.senders import gateways
from cxweb.core.senders.protocol import Accepted, Message, SendAgain


class Instant:
    """It can be asked after a doubt, as the local mailbox can."""

    resolves_doubt = True

    def send(self, message: Message, until: float) -> Accepted:
        return Accepted(f"instant-{message.ref}")

    def after_doubt(self, ref: str, until: float) -> SendAgain:
        return SendAgain()


def apply() -> None:
    gateways.__dict__["gateway"] = lambda *_, **__: Instant()
