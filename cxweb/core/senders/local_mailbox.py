"""The local mailbox: takes every message and lets none leave the machine.

Who sends keeps the message in the same transaction that marks it sent, so it is never in doubt.
"""

from cxweb.core.senders.protocol import Accepted, Message, SendAgain


class LocalMailbox:
    """The gateway where none is set, and of demo orders always."""

    resolves_doubt = True

    def send(self, message: Message, until: float) -> Accepted:
        return Accepted(None)

    def after_doubt(self, ref: str, until: float) -> SendAgain:
        return SendAgain()
