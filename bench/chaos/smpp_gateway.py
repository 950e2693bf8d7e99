"""An SMPP gateway on the tests' simulator: it knows neither keys nor look-up."""

import time

from bench.chaos.ledger import DROP, REFUSE_FOR_GOOD, REFUSE_NOW, Ledger, has_gone
from cxweb.core.senders.gsm import decoded
from tests.smpp_server import RESPONSE, SUBMIT, Peer, SmppGateway, submitted

# Throttled; invalid destination.
STATUSES = {REFUSE_NOW: 0x58, REFUSE_FOR_GOOD: 0x0B}


class HoldingSmppGateway(SmppGateway):
    """Holds each message for a while before it answers."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self.ledger = ledger
        self.environment = {"CXWEB_SMS_URL": self.url()}

    def _submit(self, peer: Peer, number: int, body: bytes) -> bool:
        message = submitted(body)
        to, text = f"+{message.destination[2]}", decoded(message.payload or message.short_message, message.coding)
        answer = self.ledger.answer_to(to)
        with self.ledger.holding(to, peer.socket.getpeername()[1]):
            if answer.takes and answer.takes_first:
                self.ledger.take(to, text)
            time.sleep(answer.hold_s)
            if answer.takes and not answer.takes_first:
                self.ledger.take(to, text)
            self.ledger.note(to, answer.outcome)
            if has_gone(peer.socket):
                self.ledger.hung_up(to)
        if answer.outcome == DROP:
            return False
        message_id = f"m{to}\0".encode() if answer.takes else b""
        self.send(peer, SUBMIT | RESPONSE, STATUSES.get(answer.outcome, 0), number, message_id)
        return True
